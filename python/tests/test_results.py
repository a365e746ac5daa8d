"""Results are tables: columns by name, lists of columns, rows, and what other libraries make of them; posteriors for ArviZ;
models side by side; figures of backtests and economics without nested dictionaries.

None of it was there but ``len``.
"""

from __future__ import annotations

import pickle
import warnings
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import clv
from conftest import CDNOW

UNTIL: dict[str, Any] = {"observed_until": "1997-09-30"}


@pytest.fixture(scope="module")
def model() -> clv.Model:
    return clv.fit(CDNOW, **UNTIL)


@pytest.fixture(scope="module")
def scores(model: clv.Model) -> clv.Scores:
    return model.score(CDNOW, columns="next_purchase_median", **UNTIL)


def test_columns_and_rows(scores: clv.Scores) -> None:
    frame = scores.to_pandas()
    assert isinstance(scores["clv"], np.ndarray) and scores["clv"].sum() == frame["clv"].sum()
    assert scores["frequency"].dtype == "int64" and scores["customer_id"].dtype == object
    assert scores["next_purchase_median"].dtype == "datetime64[D]"
    some = scores[["customer_id", "clv"]]
    assert some.columns == ["customer_id", "clv"] and len(some) == len(scores)
    assert list(scores) == scores.columns == scores.keys() and "clv" in scores and "nothing" not in scores
    assert scores[10:13].to_arrow() == scores.to_arrow().slice(10, 3)
    assert scores[::-1000]["customer_id"].tolist() == frame["customer_id"][::-1000].tolist()
    rich = scores[scores["clv"] > 100.0]
    assert len(rich) == (frame["clv"] > 100.0).sum() and rich["clv"].min() > 100.0
    assert set(dict(scores)) == set(scores.columns)
    with pytest.raises(KeyError, match="no column here; there are customer_id"):
        scores["nothing"]
    with pytest.raises(TypeError, match="by its name"):
        scores[3.5]  # type: ignore[call-overload]


def test_other_libraries_take_them(scores: clv.Scores) -> None:
    frame = pd.DataFrame(dict(scores))
    assert list(frame.columns) == scores.columns and len(frame) == len(scores)
    assert (frame["clv"] == scores["clv"]).all() and (frame["customer_id"] == scores.to_pandas()["customer_id"]).all()
    # pandas makes objects of days by itself.
    kept = pd.DataFrame.from_arrow(scores).astype({"next_purchase_median": "datetime64[ms]"})
    pd.testing.assert_frame_equal(kept, scores.to_pandas())
    # pandas reads what it does not know as an array without names.
    with pytest.raises(TypeError, match="to_pandas"):
        pd.DataFrame(scores)
    # Polars makes a series of structs of any stream, and a frame of it.
    assert pl.from_arrow(scores).struct.unnest().equals(scores.to_polars())
    assert pl.DataFrame(scores).equals(scores.to_polars())
    numbers = scores[["p_alive", "clv"]].to_numpy()
    assert numbers.shape == (len(scores), 2) and numbers.dtype == float
    assert scores.to_numpy().dtype == object and np.asarray(scores)[5, 8] == scores["clv"][5]
    assert (np.asarray(scores[["p_alive", "clv"]]) == numbers).all()
    series = pd.Series(scores["clv"])
    assert series.describe()["count"] == len(scores)


def test_missing_values(model: clv.Model) -> None:
    scores = clv.fit(CDNOW, spend=None, **UNTIL).score(CDNOW, columns="next_purchase_median", **UNTIL)
    assert np.isnan(scores["clv"]).all() and np.isnat(scores["next_purchase_median"]).any()


def test_large_results_are_whole() -> None:
    """More than one batch."""
    known = clv.model("bg-nbd", r=0.25, alpha=4, a=1, b=2.5)
    log = clv.simulate(known, customers=70_000, seed=3)
    scores = known.score(log)
    assert len(scores) == 70_000 and len(scores["p_alive"]) == 70_000
    mask = np.zeros(70_000, dtype=bool)
    mask[[3, 66_000, 69_999]] = True
    assert scores[mask]["customer_id"].tolist() == scores["customer_id"][mask].tolist()
    assert scores[65_000:69_000]["p_alive"].tolist() == scores["p_alive"][65_000:69_000].tolist()


def test_posterior(model: clv.Model) -> None:
    """Laplace's: the mean and deviation of the logarithms are the estimate and its relative error (1000 draws: 10 %)."""
    draws = model.posterior
    assert draws.columns == ["chain", "draw", "r", "alpha", "a", "b", "p", "q", "v"] and len(draws) == 1000
    assert draws["chain"].tolist() == sorted(draws["chain"].tolist()) and draws["draw"][:3].tolist() == [0, 1, 2]
    for name, value in model.parameters.items():
        logs, error = np.log(draws[name]), model.standard_errors[name]
        assert error is not None
        assert abs(logs.mean() - np.log(value)) < 4.0 * error / value / np.sqrt(1000)
        assert logs.std() == pytest.approx(error / value, rel=0.1)
    known = clv.model("bg-nbd", r=0.25, alpha=4, a=1, b=2.5)
    with pytest.raises(clv.OptionError, match="given, not estimated"):
        known.posterior


def test_summary_frame(model: clv.Model) -> None:
    frame = model.summary_frame().to_pandas().set_index("parameter")
    assert list(frame.columns) == ["model", "estimate", "standard_error", "lower", "upper", "meaning"]
    assert frame.loc["r", "estimate"] == model.parameters["r"] and frame.loc["q", "model"] == "gamma-gamma"
    # exp(ln value +- 1.96 error / value): the interval that the report prints.
    error = frame.loc["alpha", "standard_error"] / frame.loc["alpha", "estimate"]
    assert frame.loc["alpha", "upper"] == pytest.approx(frame.loc["alpha", "estimate"] * np.exp(1.959964 * error), rel=1e-6)
    assert (model.summary_frame(0.5).to_pandas()["upper"].to_numpy() < frame["upper"].to_numpy()).all()


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning", "ignore:.*ArviZ.*")
def test_arviz(model: clv.Model) -> None:
    """ArviZ 0.23. The log-likelihoods add up to that of the fit, draw by draw: at the mode within what draws are off it."""
    az = pytest.importorskip("arviz")
    found = model.to_inferencedata(CDNOW, **UNTIL)
    assert found.posterior.sizes == {"chain": 4, "draw": 250}
    assert found.log_likelihood["purchases"].sizes == {"chain": 4, "draw": 250, "customer": 2357}
    summary = az.summary(found, var_names=["r", "alpha"])
    assert summary.loc["r", "mean"] == pytest.approx(model.parameters["r"], rel=0.02)
    sums = found.log_likelihood["purchases"].sum("customer").values
    assert model.log_likelihood is not None
    # 2 (LL at the mode - LL) is chi-squared with four degrees of freedom, on average 4.
    assert sums.max() < model.log_likelihood + 1e-6 and np.mean(2 * (model.log_likelihood - sums)) == pytest.approx(4, abs=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loo = az.loo(found, var_name="purchases", pointwise=True)
    assert loo.elpd_loo == pytest.approx(model.log_likelihood - 4, abs=4) and len(loo.loo_i) == 2357
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    # A density and a trace of each, with a line a chain.
    axes = az.plot_trace(found, var_names=["r", "alpha"])
    assert axes.shape == (2, 2) and [len(axis.lines) for axis in axes[:, 1]] == [4, 4]
    assert found.posterior.attrs["model"] == "bg-nbd" and list(found.posterior.data_vars)[:2] == ["r", "alpha"]
    assert not hasattr(model.to_inferencedata(), "log_likelihood")


@pytest.mark.parametrize("name", ["mbg-nbd", "pareto-nbd", "nbd", "bg-cnbd"])
def test_pointwise_likelihoods_are_of_every_model(name: str) -> None:
    pytest.importorskip("arviz")
    summary = clv.summarize(CDNOW, log_gaps=True, **UNTIL)
    fitted = clv.fit(summary, model=name, spend=None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = fitted.to_inferencedata(summary)
    sums = found.log_likelihood["purchases"].sum("customer").values
    free = len(fitted.parameters) - (name == "bg-cnbd")
    assert fitted.log_likelihood is not None
    assert np.mean(2 * (fitted.log_likelihood - sums)) == pytest.approx(free, rel=0.5)


def test_models_side_by_side() -> None:
    found = clv.fit(CDNOW, model=["bg-nbd", "pareto-nbd"], **UNTIL)
    assert isinstance(found, clv.Comparison)
    frame = found.to_pandas()
    assert set(frame["model"]) == {"bg-nbd", "pareto-nbd"} and len(found) == 2 and "bg-nbd" in found
    assert frame["bic"].is_monotonic_increasing and frame["bic_above_best"][0] == 0.0
    # Fader, Hardie & Lee (2005), table 2: -9582.4 and, Pareto/NBD, -9595.0.
    rounded = dict(zip(frame["model"], frame["log_likelihood"].round(1)))
    assert rounded == {"bg-nbd": -9582.4, "pareto-nbd": -9595.0}
    assert found.best.name == frame["model"][0] and found["pareto-nbd"].name == "pareto-nbd"
    assert pl.DataFrame(found).shape == frame.shape and "pareto-nbd" in repr(found)


@pytest.fixture(scope="module")
def backtest() -> clv.Backtest:
    return clv.backtest(CDNOW, models=["bg-nbd", "nbd"], holdout="39w", replicates=20)


def test_backtests_are_tables(backtest: clv.Backtest) -> None:
    metrics = backtest.metrics.to_pandas()
    rows = metrics[metrics["origin"].notna()].set_index("model")
    tidy = backtest.to_pandas()
    assert {"bg-nbd", "nbd"} <= set(rows.index) and "actual" not in rows.index
    one = tidy[(tidy["model"] == "bg-nbd") & (tidy["metric"] == "crps") & (tidy["origin"] != "all")].iloc[0]
    assert rows.loc["bg-nbd", "crps"] == one["value"] and rows.loc["bg-nbd", "crps_lower"] == one["lower"]
    frequency = backtest.by_frequency.to_pandas()
    assert list(frequency.columns) == ["origin", "model", "frequency", "customers", "expected", "actual"]
    cohort = backtest.by_cohort.to_pandas()
    own = (cohort["model"] == "bg-nbd").to_numpy()
    assert cohort[own]["customers"].sum() == frequency[frequency["model"] == "bg-nbd"]["customers"].sum() == 2357
    weekly = backtest.weekly.to_pandas()
    weekly = weekly[weekly["model"] == "bg-nbd"]
    assert weekly["until"].is_monotonic_increasing
    assert weekly["actual_in_period"].sum() == pytest.approx(weekly["actual_cumulative"].iloc[-1])
    assert list(backtest.calibration.columns) == ["origin", "model", "p_buy", "customers", "expected", "actual"]


def test_economics_are_tables(model: clv.Model) -> None:
    log = clv.simulate(model, customers=400, until="2022-06-30", seed=2).to_pandas()
    log["channel"] = np.where(log["customer_id"].astype(int) % 2, "search", "email")
    fitted = clv.fit(log)
    found = clv.economics(fitted, log, by="channel", scenario="retention=+2%", interval=0.9)
    channels = found.channels.to_pandas().set_index("group")
    assert set(channels.index) == {"all", "search", "email"} and {"ltv", "ltv_lower", "ltv_upper"} <= set(channels.columns)
    equity = channels["equity"]
    assert equity["search"] + equity["email"] == pytest.approx(equity["all"], rel=1e-9) and "textbook_value" in channels
    assert channels.loc["search", "customers"] + channels.loc["email", "customers"] == 400
    months = found.months.to_pandas()
    assert len(months) == 12 and (months["total"] >= months["base"]).all()
    assert found.cohorts.to_pandas()["customers"].sum() == 400
    cells = found.triangle.to_pandas()
    assert list(cells.columns) == ["cohort", "period", "from", "until", "customers", "buyers", "purchases", "revenue", "expected"]
    seen, ahead = cells[~cells["expected"]], cells[cells["expected"]]
    assert seen.loc[seen["cohort"] == seen["period"], "customers"].sum() == 400
    assert seen["purchases"].sum() == len(log.drop_duplicates(["customer_id", "date"]))
    assert ahead["revenue"].sum() == pytest.approx(found.figures["equity"]["undiscounted_revenue"], rel=1e-9)
    assert [cell["buyers"] for cell in found.figures["triangle"]["cells"]] == list(cells["buyers"])
    assert {"driver", "equity_elasticity"} <= set(found.sensitivity.columns) and len(found.scenarios) == 1
    assert found.retention["month"][0] < found.retention["month"][-1] and len(found.segments) == 400
    assert found.acquired.to_pandas()["customers"].sum() == 400 or len(found.acquired) > 0


def test_every_result_travels(model: clv.Model, scores: clv.Scores, backtest: clv.Backtest) -> None:
    """Version 0.1.0 pickled models and summaries only."""
    economics = clv.economics(model, CDNOW, interval="none", **UNTIL)
    check = clv.check(CDNOW)
    for thing in (scores, backtest, economics, scores.head(3), model.posterior):
        again = pickle.loads(pickle.dumps(thing))
        assert type(again) is type(thing) and again.to_arrow() == thing.to_arrow()
    again = pickle.loads(pickle.dumps(scores))
    assert again.totals == scores.totals and again.model == model and repr(again.report) == repr(scores.report)
    back = pickle.loads(pickle.dumps(backtest))
    assert back.verdict == backtest.verdict and back.metrics.to_arrow() == backtest.metrics.to_arrow()
    with pytest.raises(ValueError, match="was pickled"):
        clv.plot.tracking(back)
    there = pickle.loads(pickle.dumps(economics))
    assert there.segments.to_arrow() == economics.segments.to_arrow() and there.notes == economics.notes
    for said in (check, model.report, clv.fit(CDNOW, model=["nbd"], **UNTIL)):
        assert repr(pickle.loads(pickle.dumps(said))) == repr(said)
    assert pickle.loads(pickle.dumps(check)).to_toml() == check.to_toml()


def test_dates_are_shown_as_dates_and_numbers_short(scores: clv.Scores) -> None:
    shown = repr(scores)
    assert "1997-" in shown or "1998-" in shown
    for word in shown.split():
        digits = word.replace(".", "").replace("-", "").lstrip("0")
        assert not ("." in word and word[0].isdigit()) or len(digits) <= 6, word
    html = scores._repr_html_()
    assert "1998-" in html or "1997-" in html


