"""The same job on Spark, for logs that one machine is too small for, or that live in a cluster already.

Spark's shuffle brings the rows of a customer together; in its executors the same library does the rest, with the same
rules and the same numbers to the last bit::

    spark = SparkSession.builder.config(map=clv.spark.session_options()).getOrCreate()
    summary = clv.spark.summarize(spark.read.parquet("orders"), id="account", date="day", amount="total")
    model = clv.spark.fit(summary)
    clv.spark.score(summary, model, margin=0.3).write.parquet("scores")

Spark 4.0 or later. Executors need Python and pyarrow; ``session_options`` brings clv to them.

Nothing here decides anything about data: executors call ``clv.summarize`` and ``Model.score`` on their part of the rows,
and the driver fits to counts of equal customers.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import tempfile
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clv import _core, _errors
from clv._core import Model
from clv._errors import ClvError, ClvWarning, DataError, OptionError

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["SparkSummary", "fit", "score", "session_options", "summarize"]

ROWS_PER_PARTITION = 2_000_000
"""Rows that a partition has, about, if the number of partitions is not given: some 100 MB."""
MEMORY = "256MB"
"""Memory of a task's rows in flight, if ``memory_limit`` is not given; beyond it they spill to disk."""
CHUNK = 65_536
"""Customers scored at a time."""
NOTE = "_clv_note"
"""The column of what a partition has to say, on one more row of it; null on rows of customers."""


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
    """One row a customer, in Spark, and what was said of the rows on the way."""

    table: DataFrame
    """customer_id, frequency, recency, T, monetary_value (if there are amounts), unit."""
    account: DataFrame
    """What became of every row that was read: fate, words, rows, amount. The rows add up to ``rows_read``."""
    rows_read: int
    customers: int
    unit: str
    grain: str
    observed_until: str | None
    first_purchase: str | None
    assumptions: list[str]
    """What was assumed, one sentence each."""
    warnings: list[dict[str, str]]
    """What looks wrong, each with its code and message: that of one partition, where several have the same."""
    partitions: int
    _kept: DataFrame

    def unpersist(self) -> None:
        """Lets go of the rows that Spark keeps; after this they are computed again when they are asked for."""
        self._kept.unpersist()


def summarize(df: DataFrame, *, partitions: int | None = None, **options: Any) -> SparkSummary:
    """Summarises a purchase log: ``clv.summarize``, with the same options, on Spark.

    ``partitions`` is how many parts the rows are shuffled to, each of whole customers; unless given, there is one for
    two million rows, but no fewer than Spark works on at once. A task holds its rows in ``memory_limit`` (256MB) and
    spills what is beyond, so that a part may be larger than memory; more parts are smaller and quicker to do again
    after a lost executor. One customer with very many rows is in one part, whatever their number.

    The end of observation must be one for all: unless ``observed_until`` is given, the rows are read once more before,
    to find the last date. Rows that cannot be used are an error unless ``skip_bad_rows``, as elsewhere; they are
    counted in all partitions first.

    The job runs at once, and Spark keeps its result (memory, else disk) until ``unpersist``.
    """
    from pyspark import StorageLevel

    columns = _columns(df, options)
    log = df.select(*[_named(df, name) for name in columns])
    _refuse_currencies(log, options)
    options = {"memory_limit": MEMORY, **_plain(options), "skip_bad_rows": True, "threads": 1}
    strict = not options.pop("_skip")
    if options.get("observed_until") is None:
        survey = _notes(_survey(log, options))
        _refuse_disagreement(survey)
        rows = sum(note["account"]["rows_read"] for note in survey)
        ends = [note["observed_until"] for note in survey if note["observed_until"]]
        if strict:
            _refuse_bad_rows(survey)
        if ends:
            options["observed_until"] = max(ends)
        assumed = [f"observation ended {max(ends)}, the last date of the log (observed_until)"] if ends else []
    else:
        rows, assumed = (0 if partitions else log.count()), []
    if partitions is None:
        parallel = log.sparkSession.sparkContext.defaultParallelism
        partitions = max(parallel, -(-rows // ROWS_PER_PARTITION))
    shuffled = log.repartition(partitions, _who(log, columns))
    has_money = len(columns) > 2 and not _only_attributes(columns, options)
    schema = _summary_schema(options, has_money)
    kept = shuffled.mapInArrow(partial(_summarize_partition, options=options, ddl=schema), _spark_ddl(schema))
    kept = kept.persist(StorageLevel.MEMORY_AND_DISK)
    try:
        notes = _notes(kept)
        _refuse_disagreement(notes)
        if strict:
            _refuse_bad_rows(notes)
    except BaseException:
        kept.unpersist()
        raise
    return _summary(kept, notes, options, assumed, partitions)


def fit(summary: SparkSummary | DataFrame, **options: Any) -> Model:
    """Fits a purchase model and a spend model to a summary in Spark: ``clv.fit``, with the same options.

    Customers with equal ``(frequency, recency, T)``, and repeat customers with equal ``(frequency, monetary_value)``,
    are counted in Spark; only these counts come to the driver, where the fit is. The parameters are those of one
    machine to the last bit. The model file's digest is one of the counts, since nobody sees the summary in one piece.

    Covariates are not fitted on Spark, and ``bg-cnbd`` and ``mbg-cnbd`` only with a ``regularity``: their gaps are not
    counted.
    """
    from pyspark.sql import functions as F

    if options.get("covariates"):
        raise OptionError("covariates: not on Spark: fit to a sample of customers with clv.fit", option="covariates")
    table, about = _table_of(summary)
    unit = _unit_of(summary, table)
    repeat = table.where(F.col("frequency") > 0) if "monetary_value" in table.columns else None
    with _translated():
        counts = table.groupBy("frequency", "recency", "T").agg(F.count("*").alias("count")).toArrow()
        spent = None
        if repeat is not None and options.get("spend", "") not in (None, "none"):
            spent = repeat.groupBy("frequency", "monetary_value").agg(F.count("*").alias("count")).toArrow()
    if "rows" not in about:
        about["rows"] = sum(counts["count"].to_pylist())
    purchases = _distinct(counts, unit)
    spending = None if spent is None else (_distinct(spent, unit), spent.select(["count"]))
    return _core.fit_counted(purchases, counts.select(["count"]), spending, about, **options)


def score(data: SparkSummary | DataFrame, model: Model, *, partitions: int | None = None, **options: Any) -> DataFrame:
    """Scores customers: ``model.score``, with the same options and the same numbers, lazily in Spark.

    ``data`` is a summary, or a log, which is summarised first with the model's grain and unit. The order of rows is
    Spark's; sums over customers (``by``) are left to Spark, too.
    """
    if options.get("by"):
        raise OptionError("by: not on Spark: group the scores in Spark instead", option="by")
    reading = {name: options[name] for name in _core.option_names("summarize") if name in options}
    if isinstance(data, SparkSummary) or _core.log_columns(data.columns, **reading) is None:
        table, _ = _table_of(data)
    else:
        of_model = {"unit": model.unit, **({} if model.grain is None else {"grain": model.grain})}
        table = summarize(data, partitions=partitions, **of_model | reading).table
        options = {name: value for name, value in options.items() if name not in reading}
    with _translated():
        first = table.limit(1).toArrow()
    if first.num_rows == 0:
        raise DataError("there is no customer to score")
    schema = model.score(first, **options).to_arrow().schema
    kernel = partial(_score_partition, model=model.to_json(), options=options)
    return table.mapInArrow(kernel, _spark_ddl(_wide(schema)))


# What runs in executors.


def _quietly(call: Any, *arguments: Any, **options: Any) -> Any:
    # A task must not take the cores of its neighbours.
    os.environ.setdefault("RAYON_NUM_THREADS", "1")
    with warnings.catch_warnings():
        # What one partition finds is in its note.
        warnings.simplefilter("ignore", ClvWarning)
        return call(*arguments, **options)


def _stream(batches: Iterator[pa.RecordBatch]) -> pa.RecordBatchReader | None:
    import pyarrow as pa

    first = next((batch for batch in batches if batch.num_rows), None)
    if first is None:
        return None
    return pa.RecordBatchReader.from_batches(first.schema, itertools.chain([first], batches))


def _note(summary: Any, customers: int) -> str:
    return json.dumps(
        {
            "account": summary.account,
            "assumptions": summary.assumptions,
            "warnings": summary.warnings,
            "observed_until": summary.observed_until,
            "first_purchase": summary.first_purchase,
            "customers": customers,
        }
    )


def _summarize_partition(
    batches: Iterator[pa.RecordBatch], options: dict[str, Any], ddl: pa.Schema
) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    reader = _stream(batches)
    if reader is None:
        return
    summary = _quietly(_core.summarize, reader, **options)
    customers = 0
    for batch in pa.RecordBatchReader.from_stream(summary):
        customers += batch.num_rows
        columns = [batch.column(name).cast(ddl.field(name).type) for name in ddl.names[:-1]]
        yield pa.record_batch([*columns, pa.nulls(batch.num_rows, pa.string())], schema=ddl)
    note = [pa.nulls(1, field.type) for field in ddl][:-1]
    yield pa.record_batch([*note, pa.array([_note(summary, customers)])], schema=ddl)


def _survey_partition(batches: Iterator[pa.RecordBatch], options: dict[str, Any]) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    reader = _stream(batches)
    if reader is not None:
        summary = _quietly(_core.summarize, reader, **options)
        yield pa.record_batch([pa.array([_note(summary, 0)])], names=[NOTE])


def _score_partition(
    batches: Iterator[pa.RecordBatch], model: str, options: dict[str, Any]
) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    fitted = _core.from_json(model)
    for chunk in _chunks(batch for batch in batches if batch.num_rows):
        scores = _quietly(fitted.score, pa.Table.from_batches(chunk), **options).to_arrow()
        yield from scores.cast(_wide(scores.schema)).to_batches()


def _chunks(batches: Iterable[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    chunk: list[pa.RecordBatch] = []
    for batch in batches:
        chunk.append(batch)
        if sum(part.num_rows for part in chunk) >= CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


# What runs on the driver.


def _columns(df: DataFrame, options: dict[str, Any]) -> list[str]:
    if options.get("customers") is not None:
        raise OptionError("customers: not on Spark: join the table of customers in Spark", option="customers")
    columns = _core.log_columns(df.columns, **options)
    if columns is None:
        raise DataError("these are the columns of a summary: hand it to clv.spark.fit or clv.spark.score as it is")
    return columns


def _named(df: DataFrame, name: str) -> Any:
    return df["`" + name.replace("`", "``") + "`"]


def _refuse_currencies(log: DataFrame, options: dict[str, Any]) -> None:
    """Refuses a log of several currencies: no partition sees them all."""
    name = options.get("currency_column")
    if name is not None:
        with _translated():
            found = [row[0] for row in log.select(_named(log, name)).distinct().limit(3).collect() if row[0]]
        if len(found) > 1:
            raise DataError(f"column {name!r} has several currencies ({found[0]}, {found[1]}, ...): convert the amounts")


def _plain(options: dict[str, Any]) -> dict[str, Any]:
    """Options as they can be sent."""
    plain = {name: value.isoformat()[:10] if hasattr(value, "isoformat") else value for name, value in options.items()}
    return {**plain, "_skip": bool(options.get("skip_bad_rows"))}


def _only_attributes(columns: list[str], options: dict[str, Any]) -> bool:
    attributes = options.get("attributes") or []
    names = attributes.split(",") if isinstance(attributes, str) else list(attributes)
    return len(columns) == 2 + len(names) + (options.get("currency_column") is not None)


def _who(log: DataFrame, columns: list[str]) -> Any:
    """What rows are shuffled by: the id without blanks around it, since ids that differ by these are compared. Rows
    without an id are bad ones, and spread out."""
    from pyspark.sql import functions as F

    who = F.trim(_named(log, columns[0]).cast("string"))
    rest = F.xxhash64(*[_named(log, name) for name in columns[1:]])
    return F.when(who != "", who).otherwise(rest.cast("string"))


def _summary_schema(options: dict[str, Any], has_money: bool) -> pa.Schema:
    import pyarrow as pa

    attributes = options.get("attributes") or []
    attributes = attributes.split(",") if isinstance(attributes, str) else list(attributes)
    fields = [("customer_id", pa.string()), ("frequency", pa.int64()), ("recency", pa.float64()), ("T", pa.float64())]
    fields += [("monetary_value", pa.float64())] * has_money
    fields += [("log_gaps", pa.float64())] * bool(options.get("log_gaps"))
    fields += [(name, pa.string()) for name in attributes]
    return pa.schema([*fields, ("unit", pa.string()), (NOTE, pa.string())])


def _wide(schema: pa.Schema) -> pa.Schema:
    """Types that Spark has."""
    import pyarrow as pa

    def wide(kind: pa.DataType) -> pa.DataType:
        return pa.int64() if pa.types.is_integer(kind) else kind

    return pa.schema([pa.field(field.name, wide(field.type)) for field in schema])


def _spark_ddl(schema: pa.Schema) -> str:
    names = {"int64": "bigint", "double": "double", "date32[day]": "date", "bool": "boolean", "string": "string"}
    return ", ".join(f"`{field.name.replace('`', '``')}` {names[str(field.type)]}" for field in schema)


def _survey(log: DataFrame, options: dict[str, Any]) -> DataFrame:
    kernel = partial(_survey_partition, options={**options, "log_gaps": None})
    return log.mapInArrow(kernel, f"{NOTE} string")


def _notes(df: DataFrame) -> list[dict[str, Any]]:
    from pyspark.sql import functions as F

    with _translated():
        rows = df.where(F.col(NOTE).isNotNull()).select(NOTE).collect()
    # In one order, whatever Spark's is.
    return [json.loads(text) for text in sorted(row[0] for row in rows)]


def _refuse_disagreement(notes: list[dict[str, Any]]) -> None:
    said = {tuple(line for line in note["assumptions"] if line.startswith(("dates are", "eight-digit"))) for note in notes}
    if len(said) > 1:
        ways = "; ".join(sorted(line for lines in said for line in lines))
        raise DataError(f"dates are not written in one way in all partitions ({ways}): say how, with date_format='...'")


def _refuse_bad_rows(notes: list[dict[str, Any]]) -> None:
    account = _account(notes)
    bad = [entry for entry in account if entry[1].endswith("skipped")]
    total, rows = sum(entry[2] for entry in bad), sum(entry[2] for entry in account)
    if total:
        kinds = ", ".join(f"{entry[2]} {entry[1].removesuffix(', skipped')}" for entry in bad)
        found = [w["message"] for note in notes for w in note["warnings"] if w["code"] == "bad-rows-skipped"]
        example = found[0].partition("The first: ")[2]
        message = f"{total} rows of {rows} are unusable: {kinds}. One (row numbers are a partition's): {example}. "
        error = DataError(message + "Repair them, or leave them out with skip_bad_rows=True", total=total)
        raise error


def _account(notes: list[dict[str, Any]]) -> list[tuple[str, str, int, float | None]]:
    """Fates with the sums of their rows and amounts."""
    entries: dict[str, tuple[str, str, int, float | None]] = {}
    for entry in (entry for note in notes for entry in note["account"]["entries"]):
        fate, amount = entry["fate"], entry["amount"]
        _, words, rows, sum_ = entries.get(fate, (fate, entry["words"], 0, None))
        amounts = [value for value in (sum_, amount) if value is not None]
        entries[fate] = (fate, words, rows + entry["rows"], sum(amounts) if amounts else None)
    return list(entries.values())


def _summary(
    kept: DataFrame,
    notes: list[dict[str, Any]],
    options: dict[str, Any],
    assumed: list[str],
    partitions: int,
) -> SparkSummary:
    from pyspark.sql import functions as F

    account = _account(notes)
    firsts = [note["first_purchase"] for note in notes if note["first_purchase"]]
    assumptions = sorted({line for note in notes for line in note["assumptions"] if "left out (since" not in line})
    by_code: dict[str, dict[str, str]] = {}
    for warning in (warning for note in notes for warning in note["warnings"]):
        by_code.setdefault(warning["code"], warning)
    for code, warning in by_code.items():
        if code != "bad-rows-skipped" or not options.get("skip_bad_rows"):
            warnings.warn(warning["message"], ClvWarning, stacklevel=3)
    spark: SparkSession = kept.sparkSession
    return SparkSummary(
        table=kept.where(F.col(NOTE).isNull()).drop(NOTE),
        account=spark.createDataFrame(account, "fate string, words string, rows bigint, amount double"),
        rows_read=sum(note["account"]["rows_read"] for note in notes),
        customers=sum(note["customers"] for note in notes),
        unit=str(options.get("unit") or "week"),
        grain=str(options.get("grain") or "day"),
        observed_until=options.get("observed_until"),
        first_purchase=min(firsts, default=None),
        assumptions=[*assumptions, *assumed],
        warnings=list(by_code.values()),
        partitions=partitions,
        _kept=kept,
    )


def _table_of(summary: SparkSummary | DataFrame) -> tuple[DataFrame, dict[str, Any]]:
    if not isinstance(summary, SparkSummary):
        missing = {"frequency", "recency", "T"} - set(summary.columns)
        if missing:
            raise DataError(f"a summary has frequency, recency and T: {', '.join(sorted(missing))} missing")
        return summary, {}
    about = {"rows": summary.rows_read, "grain": summary.grain}
    about |= {"observed_until": summary.observed_until, "first_purchase": summary.first_purchase}
    return summary.table, {name: value for name, value in about.items() if value is not None}


def _unit_of(summary: SparkSummary | DataFrame, table: DataFrame) -> str | None:
    if isinstance(summary, SparkSummary):
        return summary.unit
    if "unit" not in table.columns:
        return None
    with _translated():
        units = [row[0] for row in table.select("unit").distinct().limit(2).collect()]
    if len(units) > 1:
        raise DataError("the summary has several units in its column unit")
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
