"""The same job on Spark, for logs that one machine is too small for, or that live in a cluster already.

Spark's shuffle brings the rows of a customer together; in its executors the same library does the rest, with the same
rules and the same numbers to the last bit::

    spark = SparkSession.builder.config(map=clv.spark.session_options()).getOrCreate()
    summary = clv.spark.summarize(spark.read.parquet("orders"), id="account", date="day", amount="total")
    model = clv.spark.fit(summary)
    clv.spark.score(summary, model, margin=0.3).write.parquet("scores")

Spark 4.0 or later. Executors need Python and pyarrow; ``session_options`` brings clv to them.

Nothing here decides anything about data: executors hand their rows to the library, what the rows came to is added up
by the library on the driver, and the fit is of counts of equal customers.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import warnings
import zipfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clv import _core, _errors, _spark_worker
from clv._core import Model, Report
from clv._errors import ClvError, ClvWarning, DataError, OptionError
from clv._spark_worker import NOTE, ROW

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import Column, DataFrame, SparkSession

__all__ = ["SparkSummary", "fit", "score", "session_options", "summarize"]

ROWS_PER_PARTITION = 2_000_000
"""Rows that a partition has, about, if the number of partitions is not given: some 100 MB."""
MEMORY = "256MB"
"""Memory of a task's rows in flight, if ``memory_limit`` is not given; beyond it they spill to disk."""
BLANKS = "".join(map(chr, [*range(9, 14), 32, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000]))
"""Unicode's white space, around which ids are told from each other."""


def session_options(folder: str | os.PathLike[str] | None = None) -> dict[str, str]:
    """The settings of a Spark session that bring this package, as it is installed here, to the executors.

    It is written to ``folder`` (the system's temporary directory, unless given) as a zip archive, which Spark unpacks
    in each executor: native code cannot be imported from a zip or from ``pyFiles``. With
    ``SparkSession.builder.config(map=clv.spark.session_options())``; or, if the archive lies in shared storage,
    ``spark.archives=hdfs://.../clv.zip#clvpkg`` and ``spark.executorEnv.PYTHONPATH=./clvpkg``. Where clv is installed on
    the executors already, nothing of this is needed.
    """
    package = Path(__file__).parent
    files = sorted(path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.relative_to(package).as_posix().encode() + path.read_bytes())
    place = Path(folder) if folder is not None else Path(tempfile.gettempdir())
    archive = place / f"clv-{_core.__version__}-{digest.hexdigest()[:12]}.zip"
    if not archive.exists():
        with tempfile.NamedTemporaryFile(dir=place, suffix=".zip", delete=False) as part:
            with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as packed:
                for path in files:
                    packed.write(path, Path("clv") / path.relative_to(package))
        os.replace(part.name, archive)
    return {"spark.archives": f"{archive}#clvpkg", "spark.executorEnv.PYTHONPATH": "./clvpkg"}


@dataclass(frozen=True)
class SparkSummary:
    """One row a customer, in Spark, and what was said of the rows on the way, as of a ``clv.Summary``."""

    table: DataFrame
    """customer_id, frequency, recency, T, monetary_value (if there are amounts), attributes, unit, observed_until, grain."""
    account: DataFrame
    """What became of every row that was read: fate, words, rows, amount. The rows add up to ``rows_read``."""
    notes: list[dict[str, Any]]
    """Rows that the account counts already and that are worth knowing of: code, words, rows."""
    rows_read: int
    customers: int
    unit: str
    grain: str
    observed_until: str | None
    first_purchase: str | None
    assumptions: list[str]
    """What was assumed, one sentence each."""
    warnings: list[dict[str, str]]
    """What looks wrong, each with its code and message."""
    report: Report
    """What was read, what was assumed, what looks wrong."""
    partitions: int
    """How many parts the rows were shuffled to."""
    _kept: DataFrame

    def unpersist(self) -> None:
        """Lets go of the rows that Spark keeps; after this they are computed again when they are asked for."""
        self._kept.unpersist()


def summarize(df: DataFrame, *, partitions: int | None = None, **options: Any) -> SparkSummary:
    """Summarises a purchase log: ``clv.summarize``, with the same options but ``customers``, on Spark.

    ``partitions`` is how many parts the rows are shuffled to, each of whole customers; unless given, there is one for
    two million rows, but no fewer than Spark works on at once. A task holds its rows in ``memory_limit`` (256MB) and
    spills what is beyond, so that a part may be larger than memory; more parts are smaller and quicker to do again
    after a lost executor. One customer with very many rows is in one part, whatever their number.

    The end of observation must be one for all: unless ``observed_until`` is given, the rows are read once more before,
    to find the last date. Rows that cannot be used are an error unless ``skip_bad_rows``, as elsewhere; they are
    counted in all partitions first.

    ``attributes`` are those of the earliest row of the first purchase. Of rows at the same time that is the one which
    Spark numbers first (``monotonically_increasing_id``): the order of a frame made here, or of the rows of a file.
    Several files Spark reads in an order of its own, and behind joins and shuffles rows have none: there, give dates
    with their time of day. Times that Spark holds as instants are dated by the clock of the session's time zone.

    The job runs at once, and Spark keeps its result (memory, else disk) until ``unpersist``.
    """
    from pyspark import StorageLevel
    from pyspark.sql import functions as F

    options = {name: _plain(value) for name, value in options.items() if value is not None}
    shape = _core.log_shape(df.columns, **options)
    if shape is None:
        raise DataError("these are the columns of a summary: hand it to clv.spark.fit or clv.spark.score as it is")
    columns, empty = shape
    log = df.select(*[_named(df, name) for name in columns])
    task = {"memory_limit": MEMORY, "threads": 1, **options}
    rows = None
    if "observed_until" not in options:
        parts = _parts(log.mapInArrow(partial(_spark_worker.survey, options=task), f"{NOTE} string"))
        rows, last = _core.join_surveys(parts, **options)
        # Where no row can be used any day will do.
        task["observed_until"] = last or "1970-01-01"
    if partitions is None:
        if rows is None:
            rows = log.count()
        partitions = max(_at_once(log.sparkSession), -(-rows // ROWS_PER_PARTITION))
    schema = _wide(empty)
    kernel = partial(_spark_worker.summarize, options=task, schema=schema)
    if options.get("attributes"):
        log = log.withColumn(ROW, F.monotonically_increasing_id())
    kept = log.repartition(partitions, _who(log, columns)).mapInArrow(kernel, f"{_ddl(schema)}, {NOTE} string")
    kept = kept.persist(StorageLevel.MEMORY_AND_DISK)
    try:
        known = _core.join_parts(_parts(kept), **options)
    except BaseException:
        kept.unpersist()
        raise
    return _summary(kept, known, partitions)


def fit(summary: SparkSummary | DataFrame, **options: Any) -> Model:
    """Fits a purchase model and a spend model to a summary in Spark: ``clv.fit``, with its options of fitting.

    Customers with equal ``(frequency, recency, T)``, and repeat customers with equal ``(frequency, monetary_value)``,
    are counted in Spark; only these counts come to the driver, where the fit is. The parameters are those of one
    machine to the last bit. The model file's digest is one of the counts, since nobody sees the summary in one piece.

    Covariates, groups and ``diagnostics`` are not for Spark, and ``bg-cnbd`` and ``mbg-cnbd`` only with a ``regularity``: their
    gaps are not counted. Nor are ``drift-nbd`` and ``drift-mbg-nbd``, which need each customer's purchases.
    """
    from pyspark.sql import functions as F

    for name in ("covariates", "groups", "diagnostics"):
        if options.get(name):
            raise OptionError(f"{name}: not on Spark: use clv.fit on a sample of the customers", option=name)
    table, about = _table_of(summary)
    unit = _unit_of(summary, options)
    for name in _core.option_names("summarize"):
        if options.get(name) is not None:
            message = f"{name}: this is a summary that has been read already: say this to clv.spark.summarize instead"
            raise OptionError(message, option=name)
    spent = None
    with _translated():
        counts = table.groupBy("frequency", "recency", "T").agg(F.count("*").alias("count")).toArrow()
        if "monetary_value" in table.columns and options.get("spend", "") not in (None, "none"):
            repeat = table.where(F.col("frequency") > 0)
            spent = repeat.groupBy("frequency", "monetary_value").agg(F.count("*").alias("count")).toArrow()
    if "rows" not in about:
        about["rows"] = sum(counts["count"].to_pylist())
    spending = None if spent is None else (_distinct(spent, unit), spent.select(["count"]))
    return _core.fit_counted(_distinct(counts, unit), counts.select(["count"]), spending, about, **options)


def score(data: SparkSummary | DataFrame, model: Model, *, partitions: int | None = None, **options: Any) -> DataFrame:
    """Scores customers: ``model.score``, with the same options and the same numbers, lazily in Spark.

    ``data`` is a summary, or a log, which is summarised first in the model's grain (``summarize`` it yourself to see
    its account and to let go of it). The order of rows is Spark's; sums over customers (``by``) are left to Spark, too.
    """
    if options.get("by") is not None:
        raise OptionError("by: not on Spark: group the scores in Spark instead", option="by")
    options = {name: _plain(value) for name, value in options.items() if value is not None}
    empty, attributes = _core.scores_shape(model, **options)
    reading = {name: options.pop(name) for name in _core.option_names("summarize") if name in options}
    if isinstance(data, SparkSummary) or _core.log_shape(data.columns, **reading) is None:
        for name in reading:
            message = f"{name}: this is a summary that has been read already: say this to clv.spark.summarize instead"
            raise OptionError(message, option=name)
        table, about = _table_of(data)
    else:
        needed = {"attributes": attributes, "grain": model.grain}
        reading = {**{name: value for name, value in needed.items() if value}, **reading}
        table, about = _table_of(summarize(data, partitions=partitions, **reading))
    said = {f"clv.{name}": str(about[name]) for name in ("grain", "observed_until") if name in about}
    schema = _wide(empty)
    kernel = partial(_spark_worker.score, model=model.to_json(), options=options, about=said, schema=schema)
    return table.mapInArrow(kernel, _ddl(schema))


def _plain(value: Any) -> Any:
    """A value that can be sent: a date or a path as text."""
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10]
    return os.fspath(value) if hasattr(value, "__fspath__") else value


def _named(df: DataFrame, name: str) -> Column:
    return df["`" + name.replace("`", "``") + "`"]


def _at_once(spark: SparkSession) -> int:
    """How many tasks Spark works on at once."""
    try:
        return int(spark.sparkContext.defaultParallelism)
    except (AttributeError, NotImplementedError):
        # A Connect client does not see its cluster.
        return int(spark.conf.get("spark.sql.shuffle.partitions") or 1)


def _who(log: DataFrame, columns: list[str]) -> Column:
    """What rows are shuffled by: the id without blanks around it, case and a .0 behind a number, since ids that differ
    only by these are told from each other. Rows without an id are bad ones, and spread out."""
    from pyspark.sql import functions as F

    who = F.lower(F.btrim(_named(log, columns[0]).cast("string"), F.lit(BLANKS)))
    who = F.regexp_replace(who, r"^([0-9]+)\.0$", "$1")
    rest = F.xxhash64(*[_named(log, name) for name in columns[1:]])
    return F.when(who != "", who).otherwise(rest.cast("string"))


def _wide(empty: _core.Table) -> pa.Schema:
    """The columns of a table in types that Spark has."""
    import pyarrow as pa

    def wide(kind: pa.DataType) -> pa.DataType:
        return pa.int64() if pa.types.is_integer(kind) else kind

    return pa.schema([pa.field(field.name, wide(field.type)) for field in empty.to_arrow().schema])


def _ddl(schema: pa.Schema) -> str:
    names = {"int64": "bigint", "double": "double", "date32[day]": "date", "bool": "boolean", "string": "string"}
    return ", ".join(f"`{field.name.replace('`', '``')}` {names[str(field.type)]}" for field in schema)


def _parts(df: DataFrame) -> list[str]:
    """What the rows of all parts came to."""
    from pyspark.sql import functions as F

    with _translated():
        return [row[0] for row in df.where(F.col(NOTE).isNotNull()).select(NOTE).collect()]


def _summary(kept: DataFrame, known: dict[str, Any], partitions: int) -> SparkSummary:
    from pyspark.sql import functions as F

    account = known.pop("account")
    entries = [tuple(entry[name] for name in ("fate", "words", "rows", "amount")) for entry in account["entries"]]
    return SparkSummary(
        table=kept.where(F.col(NOTE).isNull()).drop(NOTE),
        account=kept.sparkSession.createDataFrame(entries, "fate string, words string, rows bigint, amount double"),
        notes=account["notes"],
        rows_read=account["rows_read"],
        partitions=partitions,
        _kept=kept,
        **known,
    )


def _table_of(summary: SparkSummary | DataFrame) -> tuple[DataFrame, dict[str, Any]]:
    """The rows of a summary, and what it says of itself."""
    if isinstance(summary, SparkSummary):
        about = {"rows": summary.rows_read, "grain": summary.grain}
        about |= {"observed_until": summary.observed_until, "first_purchase": summary.first_purchase}
        return summary.table, {name: value for name, value in about.items() if value is not None}
    missing = {"frequency", "recency", "T"} - set(summary.columns)
    if missing:
        raise DataError(f"a summary in Spark has columns frequency, recency and T: {', '.join(sorted(missing))} missing")
    return summary, {}


def _unit_of(summary: SparkSummary | DataFrame, options: dict[str, Any]) -> str | None:
    """The unit of a summary: its own, else the one that is said, which is then no option any more."""
    if isinstance(summary, SparkSummary):
        return summary.unit
    if "unit" not in summary.columns:
        return options.pop("unit", None)
    with _translated():
        units = [row[0] for row in summary.select("unit").distinct().limit(2).collect()]
    if len(units) > 1:
        raise DataError(f"the summary has several units in its column unit ({units[0]}, {units[1]})")
    return units[0] if units else None


def _distinct(counts: pa.Table, unit: str | None) -> _core.Summary:
    """Distinct rows as a summary, by whose rules they are checked."""
    import pyarrow as pa

    rows = counts.num_rows
    columns: dict[str, Any] = {name: counts[name] for name in counts.column_names if name != "count"}
    columns.setdefault("recency", pa.array([1.0] * rows))
    columns.setdefault("T", pa.array([1.0] * rows))
    columns["customer_id"] = pa.array(range(rows), pa.int64())
    if unit is not None:
        columns["unit"] = pa.array([unit] * rows)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ClvWarning)
        return _core.summarize(pa.table(columns))


class _translated:
    """Errors of clv in executors as errors of clv here."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        text = str(error) if error is not None else ""
        marker = "clv._errors."
        at = text.find(marker)
        if at < 0 or isinstance(error, ClvError):
            return
        name, _, message = text[at + len(marker) :].partition(": ")
        message = message.split("\n\tat ")[0].split("\n\nJVM stacktrace")[0].strip()
        raise getattr(_errors, name, DataError)(message) from error
