"""Whatever a log comes in, and whatever the types of its columns: the same scores.

Seen to fail: batches of a table taken without those after the first; milliseconds taken for microseconds; a
row of a retention table left out.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

import clv
from conftest import CDNOW

UNTIL: dict[str, Any] = {"observed_until": "1997-09-30"}
# One model: what a log comes in changes how it is read, and an average of several would be fitted for each form of it.
OPTIONS: dict[str, Any] = {"model": "bg-nbd", **UNTIL}


@pytest.fixture(scope="module")
def log() -> pa.Table:
    frame = pd.read_csv(CDNOW, dtype={"customer_id": str}, parse_dates=["date"])
    return pa.Table.from_pandas(frame, preserve_index=False)


@pytest.fixture(scope="module")
def expected() -> pa.Table:
    return clv.forecast(CDNOW, **OPTIONS).to_arrow()


def relation(table: pa.Table) -> Any:
    return duckdb.from_arrow(table)


def dataset(table: pa.Table, tmp_path: Any) -> Any:
    pq.write_table(table.slice(0, 3000), tmp_path / "a.parquet")
    pq.write_table(table.slice(3000), tmp_path / "b.parquet")
    return ds.dataset(tmp_path)


def ibis_expression(table: pa.Table) -> Any:
    import ibis

    return ibis.memtable(table).mutate()


FORMS: dict[str, Callable[[pa.Table], Any]] = {
    "pyarrow": lambda table: table,
    "pyarrow in pieces": lambda table: pa.Table.from_batches(table.to_batches(max_chunksize=777)),
    "a reader": lambda table: table.to_reader(max_chunksize=1000),
    "pandas": lambda table: table.to_pandas(),
    "pandas, numpy types": lambda table: table.to_pandas().astype({"customer_id": object}),
    "polars": lambda table: pl.DataFrame(table),
    "duckdb": relation,
    # Of these two version 0.1.0 said that they are no tables.
    "polars, lazy": lambda table: pl.LazyFrame(table).with_columns(pl.col("amount") * 1),
    "ibis": ibis_expression,
}


@pytest.mark.parametrize("form", FORMS)
def test_libraries(log: pa.Table, expected: pa.Table, form: str) -> None:
    assert clv.forecast(FORMS[form](log), **OPTIONS).to_arrow() == expected


@pytest.mark.parametrize("form", ["a reader", "polars, lazy"])
def test_learning_reads_what_can_be_read_once(log: pa.Table, form: str) -> None:
    """The default, ``best``, forecasts earlier dates too."""
    options = {**OPTIONS, "model": "best"}
    assert clv.forecast(FORMS[form](log), **options).to_arrow() == clv.forecast(CDNOW, **options).to_arrow()


def test_datasets(log: pa.Table, expected: pa.Table, tmp_path: Any) -> None:
    assert clv.forecast(dataset(log, tmp_path), **OPTIONS).to_arrow() == expected


def test_several_tables_are_one_log(log: pa.Table, expected: pa.Table) -> None:
    parts = [log.slice(0, 100).to_pandas(), pl.DataFrame(log.slice(100))]
    assert clv.forecast(parts, **OPTIONS).to_arrow() == expected


IDS: dict[str, pa.DataType] = {
    "string": pa.string(),
    "large_string": pa.large_string(),
    "string_view": pa.string_view(),
    "dictionary": pa.dictionary(pa.int32(), pa.string()),
}


@pytest.mark.parametrize("kind", IDS)
def test_ids_of_text(log: pa.Table, expected: pa.Table, kind: str) -> None:
    ids = log["customer_id"]
    ids = ids.dictionary_encode() if kind == "dictionary" else ids.cast(IDS[kind])
    changed = log.set_column(0, "customer_id", ids)
    found = clv.forecast(changed, **OPTIONS).to_arrow()
    if kind == "dictionary":
        # Ids come back as they were given.
        found = found.set_column(0, expected.schema.field(0), found["customer_id"].cast(pa.string()))
    assert found == expected


@pytest.mark.parametrize("kind", ["int16", "int32", "int64", "uint64", "category"])
def test_ids_that_are_numbers_are_their_digits(log: pa.Table, kind: str) -> None:
    text = log["customer_id"].cast(pa.int64()).cast(pa.string())
    expected = clv.summarize(log.set_column(0, "customer_id", text), **UNTIL).to_arrow()
    frame = log.to_pandas().astype({"customer_id": "int64"}).astype({"customer_id": kind})
    assert clv.summarize(frame, **UNTIL).to_arrow() == expected


DATES: dict[str, Callable[[pa.ChunkedArray], pa.ChunkedArray]] = {
    "seconds": lambda dates: dates.cast(pa.timestamp("s")),
    "milliseconds": lambda dates: dates.cast(pa.timestamp("ms")),
    "microseconds": lambda dates: dates.cast(pa.timestamp("us")),
    "nanoseconds": lambda dates: dates.cast(pa.timestamp("ns")),
    "date32": lambda dates: dates.cast(pa.date32()),
    "date64": lambda dates: dates.cast(pa.date64()),
    "text": lambda dates: pc.strftime(dates, "%Y-%m-%d"),
    "large text": lambda dates: pc.strftime(dates, "%Y-%m-%d").cast(pa.large_string()),
    "UTC": lambda dates: pc.assume_timezone(dates.cast(pa.timestamp("us")), "UTC"),
}


@pytest.mark.parametrize("kind", DATES)
def test_dates(log: pa.Table, expected: pa.Table, kind: str) -> None:
    changed = log.set_column(1, "date", DATES[kind](log["date"]))
    assert clv.forecast(changed, **OPTIONS).to_arrow() == expected


def test_moments_are_days_of_the_zone_that_their_column_names() -> None:
    """23:30 in New York is the next day in UTC: with a purchase of the next evening it is two days, in UTC one."""
    zone = pa.timestamp("us", "America/New_York")
    moments = pa.array([datetime.datetime(2024, 1, 1, 4, 30), datetime.datetime(2024, 1, 1, 23, 0)], pa.timestamp("us"))
    table = pa.table({"customer_id": ["a", "a"], "date": moments.cast(zone), "amount": [1.0, 2.0]})
    assert clv.summarize(table).to_arrow()["frequency"].to_pylist() == [1]
    table = table.set_column(1, "date", pc.add(moments, pa.scalar(3600, pa.duration("s"))).cast(zone))
    assert clv.summarize(table).to_arrow()["frequency"].to_pylist() == [0]


def test_amounts(log: pa.Table, expected: pa.Table) -> None:
    for kind in (pa.decimal128(12, 2), pa.string()):
        changed = log.set_column(log.schema.get_field_index("amount"), "amount", log["amount"].cast(kind))
        assert clv.forecast(changed, **OPTIONS).to_arrow() == expected


def test_nullable_columns(log: pa.Table, expected: pa.Table) -> None:
    frame = log.to_pandas().convert_dtypes()
    assert clv.forecast(frame, **OPTIONS).to_arrow() == expected
    frame.loc[3, "amount"] = pd.NA
    with pytest.raises(clv.DataError) as caught:
        clv.summarize(frame, **UNTIL)
    assert (caught.value.row, caught.value.column) == (4, "amount")


def test_summaries_come_back() -> None:
    expected = clv.forecast(CDNOW, **OPTIONS).to_arrow()
    summary = clv.summarize(CDNOW, **UNTIL)
    forms = (summary, summary.to_arrow(), summary.to_pandas(), summary.to_polars(), duckdb.from_arrow(summary.to_arrow()))
    for form in forms:
        model = clv.fit(form)
        assert model.score(form).to_arrow() == expected


def test_results_are_tables_of_others() -> None:
    scores = clv.forecast(CDNOW, **OPTIONS)
    expected = scores.to_arrow()
    assert len(scores) == 2357 and scores.shape == (2357, 10) and scores.columns == expected.column_names
    assert pl.DataFrame(scores).equals(scores.to_polars())
    assert pa.table(scores) == expected
    assert scores.head(3).to_arrow() == expected.slice(0, 3)
    assert duckdb.from_arrow(pa.table(scores)).aggregate("sum(clv)").fetchall()[0][0] == pytest.approx(72693.72, abs=0.01)


def test_attributes_from_a_table() -> None:
    orders = pd.DataFrame({"customer_id": ["a", "b"], "date": ["2024-01-01", "2024-01-02"], "amount": [1.0, 2.0]})
    people = pl.DataFrame({"customer_id": ["b", "a"], "region": ["north", "south"]})
    summary = clv.summarize(orders, customers=people, attributes="region").to_pandas()
    assert summary["region"].tolist() == ["south", "north"]


def test_contracts_from_tables() -> None:
    from conftest import FIXTURES

    path = FIXTURES / "retention.csv"
    from_path = clv.fit(path, model="sbg", period="year")
    frame = pd.read_csv(path)
    for form in (frame, frame.astype({"customers": float}), pl.DataFrame(pa.Table.from_pandas(frame))):
        model = clv.fit(form, model="sbg", period="year")
        assert model.parameters == from_path.parameters
        assert model.score(form, horizon="5y").to_arrow() == from_path.score(path, horizon="5y").to_arrow()
