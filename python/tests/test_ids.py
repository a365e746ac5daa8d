"""Ids come back as they were given: with their type, under their column's name.

They used to come back as text in a column ``customer_id``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import clv
from conftest import CDNOW

UNTIL: dict[str, Any] = {"observed_until": "1997-09-30"}


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    frame = pd.read_csv(CDNOW, parse_dates=["date"])
    return frame.rename(columns={"customer_id": "account"}).astype({"account": "int64"})


@pytest.fixture(scope="module")
def model(log: pd.DataFrame) -> clv.Model:
    return clv.fit(log, id="account", **UNTIL)


def test_numbers_stay_numbers_under_their_name(log: pd.DataFrame, model: clv.Model) -> None:
    scores = model.score(log, id="account", **UNTIL).to_pandas()
    assert scores.columns[0] == "account" and scores["account"].dtype == "int64"
    joined = log.merge(scores, on="account")
    assert len(joined) == len(log)
    text = model.score(log.astype({"account": str}), id="account", **UNTIL).to_pandas()
    assert text["account"].astype("int64").tolist() == scores["account"].tolist()
    assert (text["clv"] == scores["clv"]).all()


KINDS = {
    "int32": pa.int32(), "uint64": pa.uint64(), "string": pa.string(), "decimal": pa.decimal128(20, 0),
    "dictionary": pa.dictionary(pa.int32(), pa.string()), "dictionary of numbers": pa.dictionary(pa.int16(), pa.int64()),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_comes_back(log: pd.DataFrame, model: clv.Model, kind: str) -> None:
    wanted = KINDS[kind]
    ids = pa.array(log["account"])
    ids = ids.cast(pa.string()) if kind in ("string", "dictionary") else ids
    ids = ids.dictionary_encode().cast(wanted) if "dictionary" in kind else ids.cast(wanted)
    table = pa.table({"account": ids, "date": pa.array(log["date"]), "amount": pa.array(log["amount"])})
    scores = model.score(table, id="account", **UNTIL)
    found = scores.to_arrow()
    assert found.schema.field("account").type == wanted
    assert set(found["account"].to_pylist()) == set(ids.to_pylist())
    # NumPy has no categories, and no decimals.
    assert scores["account"].tolist() == found["account"].to_pylist()
    assert scores["account"].dtype.kind == {"string": "O", "dictionary": "O", "decimal": "f"}.get(kind, "i")


def test_categories_stay_categories(log: pd.DataFrame, model: clv.Model) -> None:
    frame = log.astype({"account": str}).astype({"account": "category"})
    assert str(model.score(frame, id="account", **UNTIL).to_pandas()["account"].dtype) == "category"
    polars = pl.DataFrame(log).with_columns(pl.col("account").cast(pl.String).cast(pl.Categorical))
    assert model.score(polars, id="account", **UNTIL).to_polars()["account"].dtype == pl.Categorical
    joined = pl.DataFrame(log).join(model.score(pl.DataFrame(log), id="account", **UNTIL).to_polars(), on="account")
    assert len(joined) == len(log)


def test_all_results_have_them(log: pd.DataFrame, model: clv.Model) -> None:
    found = {
        "segments": clv.economics(model, log, id="account", interval="none", **UNTIL).segments,
        "forecast": clv.forecast(log, id="account", model="bg-nbd", **UNTIL),
        "path": model.score(log, id="account", path="2mo/1mo", **UNTIL),
        "pmf": model.pmf(log, id="account", most=1, horizon="39w", **UNTIL),
        "futures": model.sample_futures(log, id="account", draws=2, **UNTIL),
        "of a summary": model.score(clv.summarize(log, id="account", **UNTIL)),
        "head": model.score(log, id="account", **UNTIL).head(3),
        "rows": model.score(log, id="account", **UNTIL)[5:8],
    }
    for name, table in found.items():
        field = table.to_arrow().schema.field(0)
        assert (field.name, field.type) == ("account", pa.int64()), name


def test_frames_of_summaries_keep_them(model: clv.Model) -> None:
    frame = pd.DataFrame({"client": [30, 10, 20], "frequency": [1, 0, 2], "recency": [5.0, 0.0, 9.0], "T": [20.0, 9.0, 30.0]})
    scores = model.score(frame, id="client").to_pandas()
    assert scores["client"].tolist() == [30, 10, 20]


def test_contracts_keep_them() -> None:
    frame = pd.DataFrame({"account_id": [3, 1, 2, 4], "start": ["2023-01-01"] * 4, "end": ["2023-06-01", None, None, "2024-02-01"]})
    options: dict[str, Any] = {"period": "month", "observed_until": "2024-06-30"}
    model = clv.fit(frame, model="sbg", **options)
    scores = model.score(frame, horizon="12mo", **options).to_pandas()
    assert scores["account_id"].tolist() == [3, 1, 2, 4]


def test_several_tables_of_one_type_keep_it_and_of_several_are_text(log: pd.DataFrame, model: clv.Model) -> None:
    parts = [log[:3000], pl.DataFrame(log[3000:])]
    assert model.score(parts, id="account", **UNTIL).to_arrow().schema.field(0).type == pa.int64()
    mixed = [log[:3000], log[3000:].astype({"account": str})]
    assert model.score(mixed, id="account", **UNTIL).to_arrow().schema.field(0).type == pa.string()


def test_ids_that_are_changed_on_the_way_are_text(model: clv.Model) -> None:
    """A float with .0 that is trimmed is the number it was; capital letters folded are text."""
    frame = pd.DataFrame({"who": [1.0, 1.0, 2.0], "date": ["2024-01-01", "2024-02-01", "2024-01-01"], "amount": [1.0, 2.0, 3.0]})
    scores = clv.fit(CDNOW, **UNTIL).score(frame, id="who", trim=True).to_pandas()
    assert scores["who"].tolist() == [1.0, 2.0] and scores["who"].dtype == float


def test_paths_keep_the_name_and_parquet_the_type(log: pd.DataFrame, model: clv.Model, tmp_path: Path) -> None:
    log.to_parquet(tmp_path / "log.parquet")
    scores = model.score(tmp_path / "log.parquet", id="account", **UNTIL)
    assert scores.columns[0] == "account" and scores["account"].dtype == "int64"
    log.to_csv(tmp_path / "log.csv", index=False)
    assert model.score(tmp_path / "log.csv", id="account", **UNTIL).columns[0] == "account"


def test_a_name_that_scores_have_is_not_taken_twice(log: pd.DataFrame, model: clv.Model) -> None:
    scores = model.score(log.rename(columns={"account": "clv"}), id="clv", **UNTIL)
    assert scores.columns[0] == "customer_id" and scores["customer_id"].dtype == "int64"


def test_summaries_and_files_are_as_they_were(log: pd.DataFrame, model: clv.Model, tmp_path: Path) -> None:
    summary = clv.summarize(log, id="account", **UNTIL).to_arrow()
    assert summary.schema.field(0) == pa.field("customer_id", pa.string(), nullable=False)
    scores = model.score(log, id="account", **UNTIL)
    scores.write(tmp_path / "scores.csv")
    assert (tmp_path / "scores.csv").read_text().startswith("customer_id,frequency,recency,")
    scores[["account", "clv"]].write(tmp_path / "some.csv")
    assert (tmp_path / "some.csv").read_text().startswith("customer_id,clv\n")


