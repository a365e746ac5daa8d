"""What runs in Spark's executors: each call gets the rows of one partition as Arrow batches and gives Arrow batches.

Nothing here knows Spark. The rows go to the library as one stream; what it cannot hold in memory it spills.
"""

from __future__ import annotations

import itertools
import os
import warnings
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from clv import _core
from clv._errors import ClvWarning

if TYPE_CHECKING:
    import pyarrow as pa

NOTE = "_clv_part"
"""The column of what a part's rows came to: it has one more row, where all others are null; null where they are not."""
ROW = "_clv_row"
"""The column of the numbers that rows had before they were shuffled, if their order is asked for."""
CHUNK = 65_536
"""Customers scored at a time."""

Batches = Iterator["pa.RecordBatch"]


def survey(batches: Batches, options: dict[str, Any]) -> Batches:
    """What some rows are, of whomever: one row."""
    import pyarrow as pa

    reader = _stream(batches)
    if reader is not None:
        part = _core.survey_part(reader, **_placed(options))
        yield pa.record_batch([pa.array([part])], names=[NOTE])


def summarize(batches: Batches, options: dict[str, Any], schema: pa.Schema) -> Batches:
    """The customers of a part, which has all their rows, then one row that says what the part's rows came to."""
    import pyarrow as pa

    reader = _stream(batches)
    if reader is None:
        return
    order = ROW if ROW in reader.schema.names else None
    summary, part = _core.summarize_part(reader, order, **_placed(options))
    whole = pa.schema([*schema, pa.field(NOTE, pa.string())])
    for batch in pa.RecordBatchReader.from_stream(summary):
        columns = [batch.column(field.name).cast(field.type) for field in schema]
        yield pa.record_batch([*columns, pa.nulls(batch.num_rows, pa.string())], schema=whole)
    nothing = [pa.nulls(1, field.type) for field in schema]
    yield pa.record_batch([*nothing, pa.array([part])], schema=whole)


def score(batches: Batches, model: str, options: dict[str, Any], about: dict[str, str], schema: pa.Schema) -> Batches:
    """Scores of the customers of a summary; ``about`` is what the summary says of itself."""
    import pyarrow as pa

    # A task must not take the cores of its neighbours; this is read once, at the first scores of a worker.
    os.environ.setdefault("RAYON_NUM_THREADS", "1")
    fitted = _core.from_json(model)
    for chunk in _chunks(batch for batch in batches if batch.num_rows):
        table = pa.Table.from_batches(chunk).replace_schema_metadata(about)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ClvWarning)
            scores = fitted.score(table, **options).to_arrow()
        # Spark's columns are those of the declared schema: ids are text called customer_id.
        yield from scores.rename_columns(schema.names).cast(schema).to_batches()


def _stream(batches: Batches) -> pa.RecordBatchReader | None:
    """All rows as one stream; None if there are none."""
    import pyarrow as pa

    first = next((batch for batch in batches if batch.num_rows), None)
    if first is None:
        return None
    return pa.RecordBatchReader.from_batches(first.schema, itertools.chain([first], batches))


def _placed(options: dict[str, Any]) -> dict[str, Any]:
    """With a directory to spill to: where Spark itself does, if it says so."""
    folders = [folder for folder in os.environ.get("SPARK_LOCAL_DIRS", "").split(",") if os.path.isdir(folder)]
    if options.get("temp_dir") is None and folders:
        return {**options, "temp_dir": folders[0]}
    return options


def _chunks(batches: Iterable[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    chunk: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        chunk.append(batch)
        rows += batch.num_rows
        if rows >= CHUNK:
            yield chunk
            chunk, rows = [], 0
    if chunk:
        yield chunk
