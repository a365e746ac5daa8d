"""Spark gives the numbers of one machine, to the last bit, and survives a lost executor.

Executors are processes of their own: `local-cluster[2,1,1024]` is a master, two workers and an executor in each of them,
with one core and 1 GB, all on this machine; clv comes to them as an archive, as it would in a cluster. PySpark is all that
must be installed, and Java 17. Where there is no Java these tests are skipped, visibly.

Seen to fail on one-line changes: rows shuffled without a key, or by ids with their blanks; what one part's rows came
to lost; the survey of the first part only; the archive not on the path; an end of observation that is given but not
used; no memory limit; bad rows skipped unasked; each history counted once; repeat customers without those of one
repeat purchase; the first batch of a part or the last chunk of customers lost; options of scoring not sent; notes
left among the customers; errors of executors not translated.
"""

from __future__ import annotations

import datetime
import json
import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

import clv
from conftest import CDNOW, FIXTURES, ROOT

pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(shutil.which("java") is None, reason="SKIPPED: Spark needs Java, and there is none here"),
]
RETURNS = FIXTURES / "online_retail_with_returns.csv"
UNTIL = "2024-12-31"


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory):
    from pyspark.sql import SparkSession

    import clv.spark

    folder = tmp_path_factory.mktemp("spark")
    os.environ |= {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable, "SPARK_WORKER_DIR": str(folder)}
    builder = SparkSession.builder.master("local-cluster[2,1,1024]").config(map=clv.spark.session_options(folder))
    settings = {
        # Short jobs: compiling Java well takes longer than they do.
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        # An executor that is gone is asked three times: 5 seconds apart, if nothing is said.
        "spark.shuffle.io.retryWait": "500ms",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.session.timeZone": "UTC",
        "spark.log.level": "ERROR",
        "spark.local.dir": str(folder),
        "spark.sql.warehouse.dir": str(folder),
    }
    session = builder.config(map=settings).getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log in a folder of Parquet files, with one customer that has every tenth row."""
    model = clv.model("bg-nbd", r=0.5, alpha=4.0, a=0.8, b=2.5, spend={"p": 6.25, "q": 3.74, "v": 15.4})
    log = clv.simulate(model, customers=20_000, until=UNTIL, seed=1).to_arrow()
    names = {"account": "customer_id", "ordered_on": "date", "net_total": "amount"}
    log = pa.table({name: log[column] for name, column in names.items()})
    log = log.set_column(0, "account", log["account"].cast(pa.string()))
    busy = log.slice(0, log.num_rows // 9).set_column(0, "account", pa.array(["busy"] * (log.num_rows // 9)))
    log = pa.concat_tables([log, busy])
    folder = tmp_path_factory.mktemp("log")
    for part in range(8):
        pq.write_table(log.take(pa.array(range(part, log.num_rows, 8))), folder / f"part-{part}.parquet")
    return folder


NAMES = {"id": "account", "date": "ordered_on", "amount": "net_total"}


def in_order(table: Any) -> pa.Table:
    table = table if isinstance(table, pa.Table) else table.to_arrow()
    whole = [pa.int64() if pa.types.is_integer(field.type) else field.type for field in table.schema]
    plain = table.cast(pa.schema(list(zip(table.column_names, whole))))
    return plain.sort_by("customer_id").combine_chunks()


def same(found: Any, wanted: Any) -> None:
    """Equal to the last bit, but for the order of rows, and the name of the ids, which is the log's own on one machine."""
    wanted = pa.table(wanted)
    wanted = wanted.rename_columns(["customer_id", *wanted.column_names[1:]])
    found, wanted = in_order(found.toArrow()), in_order(wanted)
    assert found.column_names == wanted.column_names
    for name in found.column_names:
        assert found[name].equals(wanted[name]), name


def described(found: Any, wanted: Any) -> None:
    """What is said of the rows is the same: only sums of amounts may differ in their last digits."""
    for what in ("unit", "grain", "observed_until", "first_purchase", "assumptions"):
        assert getattr(found, what) == getattr(wanted, what), what
    assert found.rows_read == wanted.account["rows_read"] and found.customers == len(wanted)
    rows = found.account.collect()
    assert sum(row.rows for row in rows) == found.rows_read
    assert [(row.fate, row.words, row.rows) for row in rows] == [
        (entry["fate"], entry["words"], entry["rows"]) for entry in wanted.account["entries"]
    ]
    for row, entry in zip(rows, wanted.account["entries"], strict=True):
        assert row.amount == (entry["amount"] and pytest.approx(entry["amount"], rel=1e-12)), row.fate
    assert found.notes == wanted.account["notes"]
    # A bad row has a number on one machine only.
    for one, two in zip(found.warnings, wanted.warnings, strict=True):
        assert one == two or (one["code"] == two["code"] == "bad-rows-skipped"), two


def same_model(found: clv.Model, wanted: clv.Model) -> None:
    """Equal files, but for the digest of the data and what only one machine looks at: the fit without an id that stands
    for many, which needs the customers and not their counts."""
    files = [json.loads(model.to_json()) for model in (found, wanted)]
    for file in files:
        file["trained_on"]["sha256"] = None
        fit = file["fit"]
        fit["warnings"] = [one for one in fit["warnings"] if one["code"] != "standouts-move-the-fit"]
    assert files[0] == files[1]


def frame(spark: Any, table: pa.Table, parts: int = 5) -> Any:
    return spark.createDataFrame(table).repartition(parts)


def test_executors_take_the_package_from_the_archive(spark: Any) -> None:
    def where(batches: Any) -> Any:
        import clv

        list(batches)
        yield pa.record_batch([pa.array([clv.__file__])], names=["place"])

    places = spark.range(4).repartition(2).mapInArrow(where, "place string").collect()
    assert places and all("clvpkg" in row.place for row in places)
    assert len(executors(spark)) == 2


CASES = [
    (CDNOW, {"observed_until": "1997-09-30"}),
    (CDNOW, {"grain": "month", "unit": "month", "since": datetime.date(1997, 2, 1), "observed_until": "1998-09-30"}),
    (RETURNS, {}),
    (RETURNS, {"returns": "drop", "unit": "day", "log_gaps": True}),
    (FIXTURES / "grocery.csv", {"grain": "week", "observed_until": "2007-06-30"}),
]


@pytest.mark.parametrize(("log", "options"), CASES)
def test_summary(spark: Any, log: Path, options: dict[str, Any]) -> None:
    import clv.spark

    table = pyarrow.csv.read_csv(log)
    # Ids are text: those of digits keep their zeros.
    table = table.set_column(0, "customer_id", table["customer_id"].cast(pa.string()))
    here = clv.summarize(table, **options)
    there = clv.spark.summarize(frame(spark, table), partitions=4, **options)
    same(there.table, here)
    described(there, here)
    there.unpersist()


def test_the_choice_among_all_models(spark: Any) -> None:
    import clv.spark

    here = clv.summarize(CDNOW, **CASES[0][1])
    log = pyarrow.csv.read_csv(CDNOW)
    log = log.set_column(0, "customer_id", log["customer_id"].cast(pa.string()))
    there = clv.spark.summarize(frame(spark, log), partitions=2, **CASES[0][1])
    same_model(clv.spark.fit(there, model="all"), clv.fit(here, model="all"))
    there.unpersist()


def test_the_whole_way(spark: Any, simulated: Path) -> None:
    from pyspark.sql import functions as F

    import clv.spark

    here = clv.summarize(simulated, **NAMES)
    log = spark.read.parquet(str(simulated))
    there = clv.spark.summarize(log, partitions=6, memory_limit="4MB", **NAMES)
    same(there.table, here)
    described(there, here)
    model = clv.spark.fit(there)
    same_model(model, clv.fit(here))
    options = {"model": "pareto-nbd", "spend": None}
    same_model(clv.spark.fit(there, **options), clv.fit(here, **options))
    few = there.table.limit(500).toArrow()
    options = {"horizon": "2y", "margin": 0.3, "columns": "rate", "interval": 0.9, "seed": 7}
    same(clv.spark.score(frame(spark, few), model, **options), model.score(few, **options))
    same(clv.spark.score(there, model), model.score(here))
    cut = {"observed_until": "2023-06-30", **NAMES}
    same(clv.spark.score(log, model, **cut), model.score(simulated, **cut))
    # A summary that clv has not made is checked like one.
    plain = there.table.select("customer_id", "frequency", "recency", "T")
    assert clv.spark.fit(plain, unit="week").parameters == model.parameters
    with pytest.raises(clv.DataError, match="recency"):
        clv.spark.fit(plain.withColumn("recency", F.lit(1e9)))
    for call in (lambda: clv.spark.fit(there, since="2024-01-01"), lambda: clv.spark.score(there, model, skip_bad_rows=True)):
        with pytest.raises(clv.OptionError, match="clv.spark.summarize"):
            call()
    there.unpersist()


def test_the_example_of_the_guide(spark: Any, simulated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "python" / "SPARK.md").read_text().split("```python\n")[1].split("```")[0]
    assert text.count("s3a://shop/") == 2
    shutil.copytree(simulated, tmp_path / "orders")
    monkeypatch.chdir(tmp_path)
    exec(text.replace("s3a://shop/", f"{tmp_path}/"), {})
    model = clv.load(tmp_path / "model.json")
    here = clv.summarize(simulated, observed_until=UNTIL, **NAMES)
    assert model.parameters == clv.fit(here).parameters
    same(spark.read.parquet(str(tmp_path / "scores")), model.score(here, margin=0.3))


def test_a_part_beyond_memory_spills_or_says_so(spark: Any, simulated: Path, tmp_path: Path) -> None:
    import clv.spark

    log = spark.read.parquet(str(simulated))
    little = {"partitions": 1, "memory_limit": "1MB", "observed_until": UNTIL, **NAMES}
    there = clv.spark.summarize(log, **little)
    same(there.table, clv.summarize(simulated, observed_until=UNTIL, **NAMES))
    there.unpersist()
    with pytest.raises(clv.FileError, match="no-such-directory"):
        clv.spark.summarize(log, temp_dir=tmp_path / "no-such-directory", **little)


def test_an_executor_is_killed(spark: Any, simulated: Path) -> None:
    import clv.spark

    log = spark.read.parquet(str(simulated))
    result: list[Any] = []
    options = {"partitions": 24, "observed_until": UNTIL, **NAMES}
    job = threading.Thread(target=lambda: result.append(clv.spark.summarize(log, **options)))
    tracker = spark.sparkContext.statusTracker()
    job.start()
    killed = None
    while killed is None and job.is_alive():
        stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
        if any(stage and stage.numTasks == 24 and 2 <= stage.numCompletedTasks < 20 for stage in stages):
            killed = executors(spark)[0]
            os.kill(killed, signal.SIGKILL)
        time.sleep(0.005)
    job.join()
    assert killed is not None, "the job was over before an executor could be killed"
    here = clv.summarize(simulated, observed_until=UNTIL, **NAMES)
    same(result[0].table, here)
    described(result[0], here)
    result[0].unpersist()


def executors(spark: Any) -> list[int]:
    """The executors' processes: children of the driver's."""
    driver = spark.sparkContext._gateway.proc.pid
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((place / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == driver and b"CoarseGrainedExecutorBackend" in (place / "cmdline").read_bytes():
                found.append(int(place.name))
        except OSError:
            continue
    return found


def test_bad_rows(spark: Any) -> None:
    import clv.spark

    day = datetime.date(2024, 1, 1)
    rows = pa.table(
        {
            "who": pa.array(["a", "a", None, "b", " a", "c"] * 20),
            "day": pa.array([day, day + datetime.timedelta(days=3), day, None, day, day] * 20),
            "paid": pa.array([1.0, 2.0, 3.0, 4.0, 5.0, None] * 20),
        }
    )
    names = {"id": "who", "date": "day", "amount": "paid"}
    with pytest.raises(clv.DataError) as here:
        clv.summarize(rows, **names)
    for options in ({}, {"observed_until": "2024-02-01"}):
        with pytest.raises(clv.DataError, match="60 rows of 120 are unusable") as there:
            clv.spark.summarize(frame(spark, rows), **options, **names)
        assert there.value.total == here.value.total == 60
        assert str(there.value).splitlines()[-1] == str(here.value).splitlines()[-1]
    # With more parts than kinds of rows some part has bad rows only.
    for parts in (2, 12):
        here = clv.summarize(rows, skip_bad_rows=True, **names)
        there = clv.spark.summarize(frame(spark, rows), skip_bad_rows=True, partitions=parts, **names)
        same(there.table, here)
        described(there, here)
        there.unpersist()
    nobody = rows.slice(2, 1)
    with pytest.raises(clv.DataError, match="the customer id is empty"):
        clv.spark.summarize(frame(spark, nobody), skip_bad_rows=True, **names)


def test_what_parts_cannot_decide(spark: Any) -> None:
    from pyspark.sql import functions as F

    import clv.spark

    day = datetime.date(2024, 1, 1)
    # One part shows that days come first, the other one that months do.
    table = pa.table({"id": ["a", "b"] * 2, "date": ["13/01/2024", "01/14/2024"] * 2})
    log = spark.createDataFrame(table).repartitionByRange(2, F.col("id"))
    for options in ({}, {"observed_until": "2024-12-31"}):
        with pytest.raises(clv.DataError, match="not all parts of the log write dates in one way.*date_format"):
            clv.spark.summarize(log, partitions=2, **options)
    with pytest.raises(clv.DataError, match="more than one currency: 'EUR'.*'USD' in 1 row"):
        prices = pa.table({"id": ["a", "b"], "date": [day, day], "amount": [1.0, 2.0], "c": ["EUR", "USD"]})
        clv.spark.summarize(frame(spark, prices, 2), currency_column="c", observed_until=day)
    for options in ({"covariates": "channel"}, {"diagnostics": True}):
        with pytest.raises(clv.OptionError, match="not on Spark"):
            clv.spark.fit(log, **options)
    with pytest.raises(clv.DataError, match="id"):
        clv.spark.summarize(log, id="nobody")
    with pytest.raises(TypeError, match="observed_until"):
        clv.spark.summarize(log, observed_untl="2024-12-31")
    with pytest.raises(clv.OptionError, match="join the table of customers"):
        clv.spark.summarize(log, customers="customers.csv")
