"""What users of pandas, Polars, scikit-learn and the packages before this one type without thinking: it works for every kind of result,
or the error says what to type.

Seen to fail: dates that come out as objects of Python; counts without a sign, of which 2 - 5 makes four billion; ids of unsigned
integers that lose their type, or keep a mark of clv's; a column of True and False that is one of objects; the names of models that become a data frame
without names; attributes, figures and summaries that are answered without a hint; an option without a name that is taken for
nothing.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import clv
from conftest import CDNOW

UNTIL: dict[str, Any] = {"observed_until": "1997-09-30"}


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    log = pd.read_csv(CDNOW, parse_dates=["date"])
    return log.rename(columns={"customer_id": "account"}).astype({"account": "uint32"})


@pytest.fixture(scope="module")
def model(log: pd.DataFrame) -> clv.Model:
    return clv.fit(log, id="account", model="bg-nbd", **UNTIL)


def contracts() -> clv.Contracts:
    ends = [None] * 30 + [f"2024-{month:02}-01" for month in range(1, 11)]
    kinds = {"plan": ["basic", "team"] * 20, "amount": [10.0, 25.0] * 20, "billing": "monthly"}
    table = pd.DataFrame({"contract": range(40), "account": range(100, 140), "start": "2023-01-01", "end": ends, **kinds})
    return clv.forecast(table.astype({"account": "int32"}), id="account", observed_until="2024-12-31")  # type: ignore[return-value]


@pytest.fixture(scope="module")
def results(log: pd.DataFrame, model: clv.Model) -> dict[str, Any]:
    """A table of each kind."""
    options: dict[str, Any] = {"id": "account", **UNTIL}
    backtest = clv.backtest(log, id="account", models=["bg-nbd", "nbd"], holdout="39w", replicates=0)
    economics = clv.economics(model, log, interval="none", **options)
    subscriptions = contracts()
    return {
        "summary": clv.summarize(log, **options),
        "scores": model.score(log, columns="next_purchase_median", **options),
        "path": model.score(log, path="2mo/1mo", **options),
        "newcomers": clv.newcomers(model, horizon="1y"),
        "posterior": model.posterior,
        "summary frame": model.summary_frame(),
        "comparison": clv.fit(log, model=["bg-nbd", "nbd"], **options),
        "backtest": backtest,
        "metrics": backtest.metrics,
        "weekly": backtest.weekly,
        "economics": economics,
        "months": economics.months,
        "segments": economics.segments,
        "contracts": subscriptions,
        "months of contracts": subscriptions.months,
    }


KINDS = [
    "summary", "scores", "path", "newcomers", "posterior", "summary frame", "comparison", "backtest", "metrics", "weekly",
    "economics", "months", "segments", "contracts", "months of contracts",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_result_is_a_table(results: dict[str, Any], kind: str) -> None:
    """The same rows, columns and values whatever they are turned into."""
    table = results[kind]
    arrow = pa.table(table)
    assert table.columns == arrow.column_names and table.shape == arrow.shape and arrow.num_rows > 0
    assert table.to_arrow() == arrow and table.head(1).to_arrow() == arrow.slice(0, 1)
    polars = pl.DataFrame(table)
    assert polars.equals(table.to_polars()) and polars.equals(pl.DataFrame(arrow)) and polars.columns == table.columns
    assert pl.from_arrow(table).struct.unnest().equals(polars) and pl.from_arrow(pa.table(table)).equals(polars)
    pandas = table.to_pandas()
    assert list(pandas.columns) == table.columns and len(pandas) == arrow.num_rows
    assert list(pd.DataFrame.from_arrow(table).columns) == table.columns
    assert duckdb.from_arrow(pa.table(table)).limit(1).fetchall()[0] == tuple(arrow.slice(0, 1).to_pylist()[0].values())
    numbers = table.to_numpy()
    assert numbers.shape == arrow.shape and np.asarray(table).shape == arrow.shape
    first, last = table.columns[0], table.columns[-1]
    assert first in table and "nothing" not in table
    some = table[[last, first]]
    assert some.columns == [last, first] and some.to_arrow() == arrow.select([last, first])
    assert table[1:2].to_arrow() == arrow.slice(1, 1) and len(table[np.zeros(arrow.num_rows, dtype=bool)]) == 0
    for at, name in enumerate(table.columns):
        column = table[name]
        assert len(column) == arrow.num_rows
        same = pd.Series(column).isna() & pandas[name].isna() | (pd.Series(column) == pandas[name])
        assert same.all(), name
        assert (numbers[:, at].astype(str) == column.astype(numbers.dtype).astype(str)).all(), name
    with pytest.raises(KeyError, match="'nothing' is .*no.* here"):
        table["nothing"]
    # pandas asks for rows of an array, of a result as of any table that is not its own.
    with pytest.raises(TypeError, match="to_pandas"):
        pd.DataFrame(table)


@pytest.mark.parametrize("kind", KINDS)
def test_data_frames_have_types_that_count(results: dict[str, Any], kind: str) -> None:
    """Dates are moments of pandas and days of Polars, numbers have signs, and what is yes or no is so in all."""
    arrow, pandas, polars = pa.table(results[kind]), results[kind].to_pandas(), results[kind].to_polars()
    for field in arrow.schema:
        name = field.name
        if pa.types.is_date(field.type):
            assert pandas[name].dtype.kind == "M" and polars[name].dtype == pl.Date
            assert results[kind][name].dtype == "datetime64[D]"
            assert pandas[name].dropna().dt.year.gt(1990).all()
        elif pa.types.is_boolean(field.type):
            assert pandas[name].dtype == bool and results[kind][name].dtype == bool
        elif pa.types.is_integer(field.type) and name != "account":
            assert pandas[name].dtype == results[kind][name].dtype == "int64" and polars[name].dtype == pl.Int64
            assert (pandas[name] - 10**6).max() < 0 and (polars[name] - 10**6).max() < 0
        elif pa.types.is_floating(field.type):
            assert pandas[name].dtype == "float64" and results[kind][name].dtype == "float64"


def test_days_are_days_in_all_results(results: dict[str, Any]) -> None:
    """Each is a date, and none of them is text."""
    days = {
        "scores": ["next_purchase_median"],
        "path": ["until"],
        "metrics": ["origin"],
        "weekly": ["origin", "until"],
        "months": ["until"],
        "contracts": ["next_renewal"],
        "months of contracts": ["until"],
    }
    for kind, names in days.items():
        for name in names:
            assert pa.table(results[kind]).schema.field(name).type == pa.date32(), (kind, name)
    # The first renewal of a monthly contract from the first of January after the end of 2024.
    assert results["contracts"].to_pandas()["next_renewal"].eq(pd.Timestamp("2025-01-01")).all()
    assert results["months of contracts"].to_pandas()["until"].iloc[0] == pd.Timestamp("2025-01-31")


@pytest.mark.parametrize(("kind", "dtype"), [("scores", "uint32"), ("path", "uint32"), ("segments", "uint32"), ("contracts", "int32")])
def test_ids_have_their_type(results: dict[str, Any], kind: str, dtype: str) -> None:
    table = results[kind]
    assert table.columns[0] == "account"
    assert str(table.to_arrow().schema.field(0).type) == dtype and table.to_pandas()["account"].dtype == dtype
    assert str(table.to_polars()["account"].dtype).lower() == dtype
    # Wherever they stand, and in parts of the table.
    turned = table[[table.columns[-1], "account"]].head(3)
    assert turned.to_pandas()["account"].dtype == dtype and str(pl.DataFrame(turned)["account"].dtype).lower() == dtype
    assert str(pickle.loads(pickle.dumps(table)).to_arrow().schema.field(0).type) == dtype
    assert not pa.table(table).schema.field(0).metadata


def test_scores_go_into_a_merge(log: pd.DataFrame, results: dict[str, Any]) -> None:
    """With the log they are of, by ids and by dates."""
    scores = results["scores"].to_pandas()
    merged = log.merge(scores, on="account")
    assert len(merged) == len(log) and merged["account"].dtype == "uint32"
    soon = merged[merged["next_purchase_median"] < merged["date"] + pd.Timedelta(days=365)]
    assert 0 < len(soon) < len(merged)
    joined = pl.DataFrame(log).join(pl.DataFrame(results["scores"]), on="account")
    assert len(joined) == len(log)
    assert (scores["frequency"] - 5).min() == -5 and (joined["frequency"] - 5).min() == -5


def test_tables_are_mappings_of_columns(results: dict[str, Any]) -> None:
    scores = results["scores"]
    columns = dict(scores)
    assert list(columns) == list(scores) == scores.columns
    frame = pd.DataFrame(columns)
    assert frame["account"].dtype == "int64" and frame["next_purchase_median"].dtype.kind == "M"
    same = frame.astype({"next_purchase_median": "datetime64[ms]"})
    pd.testing.assert_frame_equal(same, scores.to_pandas(), check_dtype=False)
    assert pl.DataFrame(columns).shape == scores.shape


def test_comparisons_are_models_by_name_and_a_table(results: dict[str, Any]) -> None:
    found = results["comparison"]
    assert list(found) == ["bg-nbd", "nbd"] and len(found) == 2 and list(found.keys()) == list(found)
    assert dict(found) == found.models and [name for name, _ in found.items()] == [one.name for one in found.values()]
    assert found["bic"][0] == found.best.bic and found[["model", "bic"]].columns == ["model", "bic"]
    assert "bic" in found and "nbd" in found
    with pytest.raises(KeyError, match="models are bg-nbd, nbd; columns are model, log_likelihood"):
        found["bgnbd"]


def test_comparisons_are_written(results: dict[str, Any], tmp_path: Any) -> None:
    results["comparison"].write(tmp_path / "models.csv")
    assert pd.read_csv(tmp_path / "models.csv")["model"].tolist() == ["bg-nbd", "nbd"]


MEANT: list[tuple[str, str, str]] = [
    ("scores", "clv", r"table\['clv'\]"),
    ("scores", "sort_values", r"to_pandas\(\)\.sort_values"),
    ("scores", "loc", r"to_pandas\(\)\.loc"),
    ("scores", "with_columns", r"to_polars\(\)\.with_columns"),
    ("scores", "to_csv", r"table\.write"),
    ("scores", "num_rows", r"len\(table\)"),
    ("scores", "tail", r"table\[-5:\]"),
    ("backtest", "groupby", r"to_pandas\(\)\.groupby"),
    ("economics", "query", r"to_pandas\(\)\.query"),
    ("months", "plot", r"to_pandas\(\)\.plot"),
    ("contracts", "plan", r"table\['plan'\]"),
    ("comparison", "sort_values", r"to_pandas\(\)\.sort_values"),
]


@pytest.mark.parametrize(("kind", "name", "words"), MEANT)
def test_attributes_of_data_frames_are_answered(results: dict[str, Any], kind: str, name: str, words: str) -> None:
    assert not hasattr(results[kind], name)
    with pytest.raises(AttributeError, match=words):
        getattr(results[kind], name)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("predict", r"model\.score"),
        ("params_", r"model\.parameters"),
        ("fit_summary", r"model\.summary_frame"),
        ("idata", r"model\.to_inferencedata"),
        ("conditional_probability_alive", r"clv\.compat\.lifetimes\(model\)"),
        ("expected_purchases", r"clv\.compat\.pymc\(model\)"),
    ],
)
def test_attributes_of_other_models_are_answered(model: clv.Model, name: str, words: str) -> None:
    assert not hasattr(model, name)
    with pytest.raises(AttributeError, match=words):
        getattr(model, name)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("predict", r"model\.score"),
        ("read_csv", r"clv\.fit\('orders\.csv'\)"),
        ("rfm_summary", r"clv\.summarize"),
        ("BetaGeoFitter", r"clv\.fit\(data, model='bg-nbd'\)"),
        ("ParetoNBDModel", r"clv\.fit\(data, model='pareto-nbd'\)"),
    ],
)
def test_functions_of_other_packages_are_answered(name: str, words: str) -> None:
    with pytest.raises(AttributeError, match=words):
        getattr(clv, name)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("plot_probability_alive_matrix", r"clv\.plot\.p_alive$"),
        ("plot_history_alive", r"clv\.plot\.alive_history$"),
        ("frequencys", r"clv\.plot\.frequencies$"),
        ("nothing_of_the_sort", r"there are alive_history, at_risk"),
    ],
)
def test_figures_of_other_packages_are_answered(name: str, words: str) -> None:
    assert not hasattr(clv.plot, name)
    with pytest.raises(AttributeError, match=words):
        getattr(clv.plot, name)


def test_figures_are_answered(model: clv.Model, log: pd.DataFrame) -> None:
    figure = clv.plot.alive_history(model, log["date"][:3], "1998-06-30")
    for name, words in (("savefig", r"figure\.save"), ("show", r"figure\.save"), ("properties", r"figure\.chart")):
        with pytest.raises(AttributeError, match=words):
            getattr(figure, name)
    with pytest.raises(TypeError, match=r"a column, such as orders\['date'\]"):
        clv.plot.alive_history(model, log[:3], "1998-06-30")


def test_summaries_without_customers_are_told_what_to_do() -> None:
    """As lifetimes makes them with ids in an index without a name, and as R has them."""
    frame = pd.DataFrame({"frequency": [2, 0, 3], "recency": [30.4, 0.0, 20.0], "T": [38.9, 30.0, 39.0]})
    for call in (clv.fit, clv.summarize, clv.forecast):
        with pytest.raises(clv.DataError, match=r"clv\.compat\.summary\(frame, unit='week'\)"):
            call(frame)
    r = frame.rename(columns={"frequency": "x", "recency": "t.x", "T": "T.cal"})
    with pytest.raises(clv.DataError, match=r"rename\(columns="):
        clv.fit(r)
    with pytest.raises(clv.DataError) as caught:
        clv.fit(frame.drop(columns="T"))
    assert "compat" not in str(caught.value)


def test_what_means_nothing_has_no_hint(results: dict[str, Any], model: clv.Model) -> None:
    for thing in (results["scores"], results["comparison"], model, clv):
        for name in ("nothing_like_it", "_private", "__dataframe__"):
            with pytest.raises(AttributeError, match=f"has no attribute '{name}'$"):
                getattr(thing, name)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda model, log: clv.fit(log, "bg-nbd"), r"fit\(data\) takes options by their names, and 'bg-nbd' has none"),
        (lambda model, log: clv.simulate(model, 100), r"simulate\(model\) takes options by their names, and 100 has none"),
        (lambda model, log: clv.backtest(model, log), r"backtest\(data\) .* and a DataFrame has none"),
        (lambda model, log: model.score(log, "12mo"), r"score\(data\) takes options by their names, and '12mo' has none"),
    ],
)
def test_options_without_names(model: clv.Model, log: pd.DataFrame, call: Callable[..., Any], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        call(model, log)
