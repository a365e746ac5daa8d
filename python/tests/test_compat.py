"""From lifetimes and PyMC-Marketing: their summaries, their parameters, their figures.

Pedigrees are beside the figures. Seen to fail: a unit of weeks taken for days; `b` read for `a`; bounds of the logarithm in place of
those of lifetimes; a matrix of P(alive) with rows and columns exchanged; a function of lifetimes that the migration table leaves out.
"""

from __future__ import annotations

import importlib
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import hyp2f1

import clv
from clv import compat
from conftest import CDNOW, ROOT


class BetaGeoFitter:
    """As lifetimes 0.11.3 leaves it behind: parameters as a series."""

    def __init__(self, **params: float) -> None:
        self.params_ = pd.Series(params)


class GammaGammaFitter(BetaGeoFitter):
    pass


class ParetoNBDFitter(BetaGeoFitter):
    pass


class Draws:
    """As much of an xarray.DataArray as is needed."""

    def __init__(self, values: Any) -> None:
        self.values = np.asarray(values, dtype=float)
        self.size, self.shape = self.values.size, self.values.shape

    def median(self) -> Any:
        return np.median(self.values)

    def mean(self) -> Any:
        return np.mean(self.values)

    def __float__(self) -> float:
        return float(self.values)


class BetaGeoModel:
    """As PyMC-Marketing leaves it behind: a data set of draws."""

    def __init__(self, **draws: Any) -> None:
        self.fit_result = {name: Draws(values) for name, values in draws.items()}


@pytest.fixture(scope="module")
def cdnow() -> clv.Summary:
    return clv.summarize(CDNOW, observed_until="1997-09-30")


@pytest.fixture(scope="module")
def theirs(cdnow: clv.Summary) -> pd.DataFrame:
    """A frame as lifetimes makes it: ids in the index, frequency a float, time in days."""
    frame = cdnow.to_pandas().set_index("customer_id")[["frequency", "recency", "T", "monetary_value"]]
    return frame.astype({"frequency": float}).assign(recency=(frame["recency"] * 7).round(), T=(frame["T"] * 7).round())


def test_summaries(theirs: pd.DataFrame, cdnow: clv.Summary) -> None:
    summary = compat.summary(theirs, unit="day")
    assert summary.unit == "day"
    days, weeks = clv.fit(summary), clv.fit(cdnow)
    assert days.parameters["alpha"] == pytest.approx(7 * weeks.parameters["alpha"], rel=1e-6)
    assert days.parameters["a"] == pytest.approx(weeks.parameters["a"], rel=1e-6)
    ours, other = weeks.score(cdnow).to_pandas(), days.score(summary).to_pandas()
    assert (ours["customer_id"] == other["customer_id"]).all()
    np.testing.assert_allclose(other["clv"], ours["clv"], rtol=1e-6)
    column = compat.summary(theirs.reset_index(), unit="day")
    assert column.to_pandas().equals(summary.to_pandas())
    assert "customer_id" not in theirs.columns, "the caller's frame is left as it was"


def test_first_purchases_counted(theirs: pd.DataFrame) -> None:
    """rfm_summary(include_first_transaction=True): frequency is one more, recency days since the last purchase."""
    with pytest.raises(clv.DataError, match="recency"):
        compat.summary(
            theirs[["T"]].assign(frequency=theirs["frequency"] + 1, recency=theirs["T"] - theirs["recency"]), unit="day"
        )


def test_parameters_of_lifetimes() -> None:
    fitter = BetaGeoFitter(r=0.242594, alpha=4.413602, a=0.792918, b=2.425909)
    spend = GammaGammaFitter(p=6.2496, q=3.7442, v=15.4435)
    model = compat.model(fitter, spend=spend, unit="week")
    assert model == clv.model(
        "bg-nbd", unit="week", r=0.242594, alpha=4.413602, a=0.792918, b=2.425909,
        spend={"p": 6.2496, "q": 3.7442, "v": 15.4435},
    )
    pareto = compat.model(ParetoNBDFitter(r=0.5534, alpha=10.578, s=0.6061, beta=11.6665), unit="week")
    assert pareto.name == "pareto-nbd" and pareto.parameters["s"] == 0.6061


def test_parameters_of_pymc_marketing() -> None:
    draws = {"alpha": [4.0, 4.5, 9.0], "r": [0.2, 0.25, 0.9], "a": [0.7, 0.8, 0.9], "b": [2.0, 2.5, 9.0]}
    model = compat.model(BetaGeoModel(**draws), unit="week")
    assert model.parameters == {"r": 0.25, "alpha": 4.5, "a": 0.8, "b": 2.5}
    mean = compat.model(BetaGeoModel(**draws), unit="week", statistic="mean")
    assert mean.parameters["b"] == pytest.approx(4.5)
    coin = BetaGeoModel(alpha=4.5, r=0.25, phi_dropout=0.25, kappa_dropout=4.0)
    assert compat.model(coin, unit="week").parameters == {"r": 0.25, "alpha": 4.5, "a": 1.0, "b": 3.0}


def test_what_is_not_known() -> None:
    with pytest.raises(clv.OptionError, match="unit="):
        compat.model(BetaGeoFitter(r=1, alpha=1, a=1, b=1))
    with pytest.raises(clv.OptionError, match="not a purchase model known here"):
        compat.model(GammaGammaFitter(p=1, q=2, v=3), unit="day")
    with pytest.raises(clv.OptionError, match="parameters b are missing"):
        compat.model(BetaGeoFitter(r=1, alpha=1, a=1), unit="day")
    with pytest.raises(clv.OptionError, match="covariates"):
        compat.model(BetaGeoModel(r=1, alpha=1, a=1, b=1, purchase_coefficient=[0.1, 0.2]), unit="day")


def test_figures_of_lifetimes(cdnow: clv.Summary) -> None:
    """`customer_lifetime_value` of lifetimes 0.11.3 on its own summary of CDNOW in weeks, time=12, discount_rate=0.01,
    freq="W": the first customer 36.273977, all 71,507.953 (run by us, as in notebook 04; on the summary it ships, whose
    weeks have two decimals, 36.278 and 71,509.90: see tests/models/published.rs). And its formula with our parameters."""
    monthly: Any = {"discount": "1%/mo", "discounting": "monthly"}
    scores = clv.fit(cdnow).score(cdnow, horizon="12mo", **monthly)
    assert scores.to_pandas()["clv"][0] == pytest.approx(36.273977, rel=1e-6)
    assert scores.totals["clv"] == pytest.approx(71507.953, rel=1e-6)
    np.testing.assert_allclose(scores.to_pandas()["clv"], lifetimes_value(scores), rtol=1e-9)


def lifetimes_value(scores: clv.Scores) -> Any:
    """`_customer_lifetime_value` over `conditional_expected_number_of_purchases_up_to_time` of lifetimes 0.11.3."""
    p, spend, frame = scores.model.parameters, scores.model.spend_parameters, scores.to_pandas()
    assert spend is not None
    x, t_x, T = (frame[name].to_numpy(dtype=float) for name in ("frequency", "recency", "T"))
    r, alpha, a, b = (p[name] for name in ("r", "alpha", "a", "b"))

    def expected(t: float) -> Any:
        z = t / (alpha + T + t)
        first = (a + b + x - 1) / (a - 1)
        second = 1 - hyp2f1(r + x, b + x, a + b + x - 1, z) * ((alpha + T) / (alpha + t + T)) ** (r + x)
        odds = a / (b + np.maximum(x, 1) - 1) * ((alpha + T) / (alpha + t_x)) ** (r + x)
        return first * second / (1 + np.where(x > 0, odds, 0.0))

    value = spend["p"] * (spend["v"] + x * frame["monetary_value"]) / (spend["p"] * x + spend["q"] - 1)
    months = range(1, 13)
    return value * sum((expected(4.345 * m) - expected(4.345 * (m - 1))) / 1.01**m for m in months)


def test_p_alive_of_lifetimes(cdnow: clv.Summary) -> None:
    """Fader, Hardie & Lee (2008): a customer of whom nothing came back is alive for certain under BG/NBD."""
    scores = clv.fit(cdnow).score(cdnow).to_pandas()
    assert (scores.loc[scores["frequency"] == 0, "p_alive"] == 1.0).all()


@pytest.mark.filterwarnings("ignore")
def test_lifetimes_names_give_lifetimes_figures(theirs: pd.DataFrame) -> None:
    """lifetimes 0.11.3 itself, with the parameters of its own fit: to the digits of its hypergeometric functions (1e-9; its
    probabilities of n purchases to 1e-8)."""
    fitters = pytest.importorskip("lifetimes")
    weeks = theirs.assign(recency=theirs["recency"] / 7, T=theirs["T"] / 7)
    f, r, T, m = (weeks[name] for name in ("frequency", "recency", "T", "monetary_value"))
    fitted = fitters.BetaGeoFitter().fit(f, r, T)
    spend = fitters.GammaGammaFitter().fit(f[m > 0], m[m > 0])
    ours = compat.lifetimes(compat.model(fitted, spend=spend, unit="week"))
    close = np.testing.assert_allclose
    wanted = fitted.conditional_expected_number_of_purchases_up_to_time(39, f, r, T)
    close(ours.conditional_expected_number_of_purchases_up_to_time(39, f, r, T), wanted, rtol=1e-8)
    close(ours.conditional_probability_alive(f, r, T), fitted.conditional_probability_alive(f, r, T), rtol=1e-10)
    assert ours.expected_number_of_purchases_up_to_time(39) == pytest.approx(
        fitted.expected_number_of_purchases_up_to_time(39), rel=1e-9
    )
    for n in (0, 1, 5):
        theirs_n = float(fitted.probability_of_n_purchases_up_to_time(39, n))
        assert ours.probability_of_n_purchases_up_to_time(39, n) == pytest.approx(theirs_n, rel=1e-8)
    close(ours.conditional_expected_average_profit(f, m), spend.conditional_expected_average_profit(f, m), rtol=1e-10)
    arguments = {"time": 12, "discount_rate": 0.01, "freq": "W"}
    close(ours.customer_lifetime_value(fitted, f, r, T, m, **arguments), spend.customer_lifetime_value(fitted, f, r, T, m, **arguments), rtol=1e-7)
    assert ours.predict(39, 2, 30.43, 38.86) == pytest.approx(float(fitted.predict(39, 2, 30.43, 38.86)), rel=1e-8)
    assert dict(ours.params_) == pytest.approx(dict(fitted.params_))
    # But for the first row, where lifetimes has repeat purchases that are not later than the first.
    matrix = ours.conditional_probability_alive_matrix(20, 38)
    close(matrix[1:], fitted.conditional_probability_alive_matrix(20, 38)[1:], rtol=1e-9)
    assert matrix.shape == (39, 21) and matrix[0, 0] == 1 and np.isnan(matrix[0, 1:]).all()
    with pytest.raises(clv.OptionError, match="freq='W'"):
        ours.customer_lifetime_value(fitted, f, r, T, m)


def test_summaries_of_fits_are_those_of_lifetimes() -> None:
    """Its quickstart prints of its own frame of CDNOW: coefficients, errors and bounds, six digits each
    (github.com/CamDavidsonPilon/lifetimes, docs/Quickstart.md)."""
    datasets = pytest.importorskip("lifetimes.datasets")
    model = clv.fit(compat.summary(datasets.load_cdnow_summary(index_col=[0]), unit="week"))
    printed = [
        [0.242593, 0.012557, 0.217981, 0.267205],
        [4.413532, 0.378221, 3.672218, 5.154846],
        [0.792886, 0.185719, 0.428877, 1.156895],
        [2.425752, 0.705345, 1.043276, 3.808229],
    ]
    summary = compat.lifetimes(model).summary
    assert list(summary.index) == ["r", "alpha", "a", "b"]
    assert list(summary.columns) == ["coef", "se(coef)", "lower 95% bound", "upper 95% bound"]
    np.testing.assert_allclose(summary, printed, atol=2e-6)
    bounds = compat.lifetimes(model).confidence_intervals_
    assert bounds.equals(summary[["lower 95% bound", "upper 95% bound"]])
    known = compat.lifetimes(clv.model("bg-nbd", r=0.25, alpha=4, a=1, b=2.5)).summary
    assert known["coef"].tolist() == [0.25, 4, 1, 2.5] and known["se(coef)"].isna().all()


def public(module: Any) -> set[str]:
    """The functions and classes of a module, and the methods of classes, that are its own and public."""
    names = set()
    for name, thing in vars(module).items():
        if name.startswith("_") or getattr(thing, "__module__", None) != module.__name__:
            continue
        names.add(name)
        if isinstance(thing, type):
            names |= {part for part, method in vars(thing).items() if callable(method) and not part.startswith("_")}
    return names


def test_the_migration_table_has_every_public_function_of_lifetimes() -> None:
    pytest.importorskip("lifetimes")
    fitters = ["beta_geo", "modified_beta_geo", "pareto_nbd", "beta_geo_beta_binom", "gamma_gamma"]
    found: set[str] = set()
    for name in ["utils", "plotting", *(f"fitters.{one}_fitter" for one in fitters)]:
        found |= public(importlib.import_module(f"lifetimes.{name}"))
    text = (ROOT / "python" / "MIGRATION.md").read_text(encoding="utf-8")
    section = text[text.index("### lifetimes 0.11.3") : text.index("### PyMC-Marketing, module")]
    rows = [line for line in section.splitlines() if line.startswith("| ") and "|---" not in line][1:]
    listed = set(re.findall(r"\w+", " ".join(rows)))
    # Of its plots alone.
    inside = {"coalesce", "forceAspect"}
    assert len(found) > 30 and found - listed - inside == set(), sorted(found - listed - inside)
    assert all(len(row.split(" | ")) == 2 and len(row.split(" | ")[1]) > 3 for row in rows)


def test_names_of_pymc_marketing(cdnow: clv.Summary) -> None:
    model, frame = clv.fit(cdnow), cdnow.to_pandas()
    ours, scores = compat.pymc(model), model.score(cdnow, horizon="39w")
    np.testing.assert_allclose(ours.expected_purchases(frame, future_t=39), scores["expected_purchases"], rtol=1e-12)
    np.testing.assert_allclose(ours.expected_probability_alive(frame), scores["p_alive"], rtol=1e-12)
    assert (ours.expected_probability_alive(frame, future_t=39) < scores["p_alive"]).all()
    np.testing.assert_allclose(ours.expected_probability_no_purchase(frame, t=39), 1 - scores["p_purchase"], rtol=1e-12)
    np.testing.assert_allclose(ours.expected_customer_spend(frame), scores["expected_spend"], rtol=1e-12)
    value = ours.expected_customer_lifetime_value(frame, future_t=12, discount_rate=0.01, time_unit="W")
    monthly = model.score(cdnow, discount="1%/mo", discounting="monthly")["clv"]
    np.testing.assert_allclose(value, monthly, rtol=1e-12)
    said = ours.fit_summary(kind="stats")
    assert list(said.index[:4]) == ["r", "alpha", "a", "b"] and said.loc["r", "mean"] == pytest.approx(model.parameters["r"], rel=0.02)


def test_posteriors_of_pymc_marketing() -> None:
    class Posterior:
        posterior = {"r": Draws([0.2, 0.25, 0.3]), "alpha": Draws([4.0, 4.4, 5.0]), "a": Draws([0.7, 0.8, 0.9]), "b": Draws([2.0, 2.4, 3.0])}

    model = compat.from_pymc(Posterior(), name="bg-nbd", unit="week")
    assert model.parameters == {"r": 0.25, "alpha": 4.4, "a": 0.8, "b": 2.4}
    with pytest.raises(clv.OptionError, match="no purchase model"):
        compat.from_pymc(Posterior(), name="gamma-gamma", unit="week")
    with pytest.raises(clv.OptionError, match="no group posterior"):
        compat.from_pymc({}, name="bg-nbd", unit="week")


def test_frames_that_are_no_summaries_are_told_so() -> None:
    with pytest.raises(clv.DataError, match="no column frequency, recency.*clv.summarize"):
        compat.summary(pd.DataFrame({"customer": [1], "date": ["2024-01-01"], "T": [3.0]}), unit="day")
