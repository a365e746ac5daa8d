"""Every figure is drawn, from the table that Rust made.

Seen to fail: a scale given to a colour that is no field, which browsers draw and the schema of Vega-Lite refuses.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import altair
import pytest

import clv
import clv.plot
from conftest import CDNOW, FIXTURES


@pytest.fixture(scope="module")
def model() -> clv.Model:
    return clv.fit(CDNOW, observed_until="1997-09-30")


@pytest.fixture(scope="module")
def backtest() -> clv.Backtest:
    return clv.backtest(CDNOW, holdout="39w", models="bg-nbd,nbd", replicates=10)


OF_BASE: list[Callable[..., clv.plot.Figure]] = [
    clv.plot.frequencies,
    clv.plot.p_alive,
    clv.plot.purchases,
    clv.plot.concentration,
    clv.plot.deciles,
    clv.plot.at_risk,
    clv.plot.retention,
    clv.plot.timelines,
    clv.plot.predictive_frequency,
    clv.plot.spend_density,
    clv.plot.gaps,
]


def looked_at(figure: clv.plot.Figure) -> None:
    assert figure.to_png(scale=1.0).startswith(b"\x89PNG")
    assert figure.to_svg().startswith("<svg")
    spec = figure.spec("dark")
    rows = figure.data.to_arrow().to_pylist()
    values = spec["data"]["values"]
    assert len(values) == len(rows) > 1
    for row, value in zip(rows, values):
        for column, cell in row.items():
            assert value[column] == (cell.isoformat() if hasattr(cell, "isoformat") else cell)
    chart = figure.chart()
    assert isinstance(chart, altair.TopLevelMixin)
    bundle, about = figure._repr_mimebundle_()
    # As large as it is drawn, though it has twice the points.
    assert about["image/png"]["width"] * 2 == pytest.approx(int.from_bytes(bundle["image/png"][16:20], "big"), abs=1)
    assert {"application/vnd.vegalite.v6+json", "image/png", "text/plain"} <= set(bundle)
    assert figure.title in repr(figure) and figure.reading in figure.alt


@pytest.mark.parametrize("plot", OF_BASE)
def test_base(model: clv.Model, plot: Callable[..., clv.plot.Figure]) -> None:
    looked_at(plot(model, CDNOW, observed_until="1997-09-30"))


def test_single_purchases_are_needed(model: clv.Model) -> None:
    """A summary does not have them, and says so."""
    summary = clv.summarize(CDNOW, observed_until="1997-09-30")
    for plot in (clv.plot.timelines, clv.plot.gaps):
        with pytest.raises(ValueError, match="a purchase log, not a summary"):
            plot(model, summary)


def test_model(model: clv.Model) -> None:
    looked_at(clv.plot.posterior(model))
    looked_at(clv.plot.heterogeneity(model))
    looked_at(clv.plot.heterogeneity(model, of="dropout"))
    figure = clv.plot.alive_history(model, ["1997-01-01", "1997-01-18", "1997-08-02"], "1997-09-30")
    looked_at(figure)
    scores = model.score(CDNOW, observed_until="1997-09-30").to_arrow()
    assert figure.data.to_arrow()["p_alive"][-1] == scores["p_alive"][0]
    with pytest.raises(ValueError, match="not a date"):
        clv.plot.alive_history(model, ["yesterday"], "1997-09-30")


def test_backtest(backtest: clv.Backtest) -> None:
    for kind in ("cumulative", "incremental"):
        looked_at(clv.plot.tracking(backtest, kind))
    for by in ("frequency", "cohort", "chances"):
        looked_at(clv.plot.calibration(backtest, by))
    looked_at(clv.plot.residuals(backtest))
    looked_at(clv.plot.lift(backtest))
    looked_at(clv.plot.comparison(backtest))
    one, other = (clv.plot.tracking(backtest, model=name).data.to_arrow() for name in ("bg-nbd", "nbd"))
    assert one["actual"] == other["actual"] and one["expected"] != other["expected"]
    with pytest.raises(ValueError, match="none of bg-nbd, nbd"):
        clv.plot.tracking(backtest, model="prophet")
    with pytest.raises(ValueError, match="there are total_bias"):
        clv.plot.comparison(backtest, "beauty")


def test_economics() -> None:
    shop = FIXTURES / "shop"
    fitted = clv.fit(shop / "orders.csv", model="mbg-nbd")
    found = clv.economics(
        fitted, shop / "orders.csv", costs=shop / "costs.csv", by="channel", margin=0.4, acquisitions=["search=30"]
    )
    of_value = (clv.plot.revenue_ahead, clv.plot.equity_by_cohort, clv.plot.cohorts, clv.plot.tornado)
    for plot in (clv.plot.payback, clv.plot.ltv_to_cac, *of_value):
        looked_at(plot(found))
    ratios = {row["group"]: row["ratio"] for row in clv.plot.ltv_to_cac(found).data.to_arrow().to_pylist()}
    for group in found.figures["groups"]:
        assert ratios[group["name"]] == group["against_cost"]["ltv_to_cac"]["value"]
    without = clv.economics(fitted, shop / "orders.csv", by="channel", interval="none")
    with pytest.raises(ValueError, match="nothing to show of payback"):
        clv.plot.payback(without)


def test_figures_are_saved_by_their_name(model: clv.Model, tmp_path: Path) -> None:
    """Each kind of file is one."""
    figure = clv.plot.posterior(model)
    for name, begins in (("x.png", b"\x89PNG"), ("x.svg", b"<svg"), ("x.html", b"<!DOCTYPE html>")):
        figure.save(tmp_path / name)
        assert (tmp_path / name).read_bytes().lstrip().startswith(begins), name
    figure.save(tmp_path / "dark.svg", theme="dark")
    assert (tmp_path / "dark.svg").read_text() != (tmp_path / "x.svg").read_text()
    with pytest.raises(clv.OptionError, match=".png, .svg or .html"):
        figure.save(tmp_path / "x.pdf")
