"""Spark gives the numbers of one machine, to the last bit, and survives a lost executor.

Executors are processes of their own (local-cluster: a master, two workers and two executors on this machine), to which
clv comes as an archive, as it would in a cluster. Where there is no Java these tests are skipped, visibly.
"""

from __future__ import annotations

import datetime
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
from conftest import CDNOW, FIXTURES

pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(shutil.which("java") is None, reason="SKIPPED: Spark needs Java, and there is none here"),
]
RETURNS = FIXTURES / "online_retail_with_returns.csv"


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory):
    from pyspark.sql import SparkSession

    import clv.spark

    folder = tmp_path_factory.mktemp("spark")
    os.environ |= {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable, "SPARK_WORKER_DIR": str(folder)}
    builder = SparkSession.builder.master("local-cluster[2,1,1024]").config(map=clv.spark.session_options(folder))
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.session.timeZone": "UTC",
        "spark.log.level": "ERROR",
        "spark.sql.warehouse.dir": str(folder),
    }
    session = builder.config(map=settings).getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log in a folder of Parquet files, with one customer that has every tenth row."""
    model = clv.model("bg-nbd", r=0.5, alpha=4.0, a=0.8, b=2.5, spend={"p": 6.25, "q": 3.74, "v": 15.4})
    log = clv.simulate(model, customers=20_000, until="2024-12-31", seed=1).to_arrow()
    log = pa.table({name: log[name] for name in ("customer_id", "date", "amount")})
    busy = log.slice(0, log.num_rows // 10).set_column(0, "customer_id", pa.array(["busy"] * (log.num_rows // 10)))
    log = pa.concat_tables([log, busy.cast(log.schema)])
    folder = tmp_path_factory.mktemp("log")
    for part in range(8):
        rows = pa.array(range(part, log.num_rows, 8))
        pq.write_table(log.take(rows), folder / f"part-{part}.parquet")
    return folder


def in_order(table: Any) -> pa.Table:
    table = table if isinstance(table, pa.Table) else table.to_arrow()
    whole = [pa.int64() if pa.types.is_integer(field.type) else field.type for field in table.schema]
    plain = table.cast(pa.schema(list(zip(table.column_names, whole))))
    return plain.sort_by("customer_id").combine_chunks()


def same(found: Any, wanted: Any) -> None:
    """Equal to the last bit, but for the order of rows."""
    found, wanted = in_order(found.toArrow()), in_order(wanted)
    assert found.column_names == wanted.column_names
    for name in found.column_names:
        assert found[name].equals(wanted[name]), name


def frame(spark: Any, table: pa.Table, parts: int = 5) -> Any:
    return spark.createDataFrame(table).repartition(parts)


def test_executors_take_the_package_from_the_archive(spark: Any) -> None:
    def where(batches: Any) -> Any:
        import clv

        list(batches)
        yield pa.record_batch([pa.array([clv.__file__])], names=["place"])

    places = spark.range(4).repartition(2).mapInArrow(where, "place string").collect()
    assert places and all("clvpkg" in row.place for row in places)


CASES = [
    (CDNOW, {"observed_until": "1997-09-30"}),
    (CDNOW, {"grain": "month", "unit": "month", "since": "1997-02-01"}),
    (RETURNS, {}),
    (RETURNS, {"returns": "drop", "unit": "day", "log_gaps": True}),
    (FIXTURES / "grocery.csv", {"grain": "week"}),
]


@pytest.mark.parametrize(("log", "options"), CASES)
def test_summary(spark: Any, log: Path, options: dict[str, Any]) -> None:
    import clv.spark

    # Ids are text: those of digits keep their zeros.
    text = pyarrow.csv.ConvertOptions(column_types={"customer_id": pa.string()})
    table = pyarrow.csv.read_csv(log, convert_options=text)
    here = clv.summarize(table, **options)
    there = clv.spark.summarize(frame(spark, table), partitions=4, **options)
    same(there.table, here)
    assert there.observed_until == here.observed_until and there.first_purchase == here.first_purchase
    assert there.rows_read == here.account["rows_read"] and there.customers == len(here)
    counted = {row.fate: row.rows for row in there.account.collect()}
    assert counted == {entry["fate"]: entry["rows"] for entry in here.account["entries"]}
    there.unpersist()


def test_the_whole_way(spark: Any, simulated: Path) -> None:
    import clv.spark

    here = clv.summarize(simulated)
    there = clv.spark.summarize(spark.read.parquet(str(simulated)), partitions=6, memory_limit="4MB")
    same(there.table, here)
    for options in ({}, {"model": "all"}, {"model": "pareto-nbd", "spend": None}):
        one, two = clv.fit(here, **options), clv.spark.fit(there, **options)
        for figure in ("name", "parameters", "standard_errors", "covariance", "log_likelihood", "spend_parameters"):
            assert getattr(one, figure) == getattr(two, figure), (options, figure)
        assert (one.grain, one.unit, one.observed_until) == (two.grain, two.unit, two.observed_until)
    model = clv.spark.fit(there)
    options = {"horizon": "2y", "margin": 0.3, "columns": "p_purchase", "interval": 0.9, "seed": 7}
    few = there.table.limit(500).toArrow()
    same(clv.spark.score(frame(spark, few), model, **options), model.score(few, **options))
    same(clv.spark.score(there, model), model.score(here))
    log = spark.read.parquet(str(simulated))
    same(clv.spark.score(log, model, observed_until="2023-06-30"), model.score(simulated, observed_until="2023-06-30"))
    # A summary that clv has not made is checked like one.
    from pyspark.sql import functions as F

    assert clv.spark.fit(there.table.select("customer_id", "frequency", "recency", "T", "unit")).parameters == model.parameters
    with pytest.raises(clv.DataError, match="recency"):
        clv.spark.fit(there.table.withColumn("recency", F.lit(1e9)))
    there.unpersist()


def test_an_executor_is_killed(spark: Any, simulated: Path) -> None:
    import clv.spark

    log = spark.read.parquet(str(simulated))
    result: list[Any] = []
    job = threading.Thread(target=lambda: result.append(clv.spark.summarize(log, partitions=24, observed_until="2024-12-31")))
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
    same(result[0].table, clv.summarize(simulated, observed_until="2024-12-31"))
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


def test_bad_rows_and_what_partitions_cannot_decide(spark: Any) -> None:
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
    with pytest.raises(clv.DataError, match="60 rows of 120 are unusable.*skip_bad_rows=True") as caught:
        clv.spark.summarize(frame(spark, rows), **names)
    assert caught.value.total == 60
    here = clv.summarize(rows, skip_bad_rows=True, **names)
    there = clv.spark.summarize(frame(spark, rows), skip_bad_rows=True, **names)
    same(there.table, here)
    assert {warning["code"] for warning in there.warnings} == {warning["code"] for warning in here.warnings}
    there.unpersist()

    # The first partition shows that days come first, the second one that months do.
    from pyspark.sql import functions as F

    table = pa.table({"id": ["a", "b"] * 2, "date": ["13/01/2024", "01/14/2024"] * 2})
    log = spark.createDataFrame(table).repartitionByRange(2, F.col("id"))
    with pytest.raises(clv.DataError, match="date_format"):
        clv.spark.summarize(log, id="id", date="date", observed_until="2024-12-31")
    with pytest.raises(clv.DataError, match="several currencies"):
        clv.spark.summarize(
            spark.createDataFrame(pa.table({"id": ["a", "b"], "date": [day, day], "amount": [1.0, 2.0], "c": ["EUR", "USD"]})),
            currency_column="c",
        )
    with pytest.raises(clv.OptionError, match="covariates"):
        clv.spark.fit(log, covariates="channel")
    with pytest.raises(clv.DataError, match="id"):
        clv.spark.summarize(log, id="nobody")
    with pytest.raises(TypeError, match="observed_until"):
        clv.spark.summarize(log, observed_untl="2024-12-31")
