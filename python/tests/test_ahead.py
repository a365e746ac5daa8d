"""What lies ahead: paths, numbers of purchases, futures drawn, newcomers, the page.

On version 0.1.0 none of it is there. Figures come from definitions: chances add up, means of draws are expectations, the last
step of a path is the score.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import clv
from conftest import CDNOW

UNTIL: dict[str, Any] = {"observed_until": "1997-09-30"}


@pytest.fixture(scope="module")
def model() -> clv.Model:
    return clv.fit(CDNOW, **UNTIL)


def test_paths(model: clv.Model) -> None:
    path = model.score(CDNOW, path="12mo/1mo", **UNTIL)
    score = model.score(CDNOW, **UNTIL)
    frame = path.to_pandas()
    assert len(frame) == 12 * 2357 and frame["horizon"][:12].tolist() == [f"{i}mo" for i in range(1, 13)]
    assert frame["customer_id"][:12].nunique() == 1
    last = frame[frame["horizon"] == "12mo"].reset_index(drop=True)
    for column in ("expected_purchases", "expected_spend", "clv", "p_purchase"):
        assert (last[column] == score[column]).all(), column
    one = frame[frame["customer_id"] == "0001"]
    assert one["clv"].is_monotonic_increasing and one["p_alive"].is_monotonic_decreasing
    assert (last["p_alive"].to_numpy() <= score["p_alive"]).all()
    # An alive customer of BG/NBD leaves at purchases only: P(alive later) = P(alive) less what is lost at purchases.
    assert (last["p_alive"].to_numpy() >= score["p_alive"] - last["p_purchase"].to_numpy()).all()
    assert str(one["until"].iloc[0].date()) == "1997-10-30" and path.totals["horizon"] == "12mo"
    short = model.score(CDNOW, path=["1mo", "6mo"], interval=0.9, **UNTIL)
    assert len(short) == 2 * 2357 and "clv_lower" in short and len(clv.forecast(CDNOW, model="nbd", path="2mo/1mo", **UNTIL)) == 2 * 2357
    with pytest.raises(clv.OptionError, match="path: .*12mo/1mo"):
        model.score(CDNOW, path="6mo,1mo", **UNTIL)
    with pytest.raises(clv.OptionError, match="cannot be used with"):
        model.score(CDNOW, path="2mo/1mo", horizon="1mo", **UNTIL)


def test_paths_are_the_command_line_s(model: clv.Model, run: Any, tmp_path: Path) -> None:
    model.save(tmp_path / "model.json")
    text = run("score", tmp_path / "model.json", CDNOW, "--path", "2mo/1mo", "--observed-until", "1997-09-30", "-o", "-")
    rows = list(csv.DictReader(io.StringIO(text)))
    ours = model.score(CDNOW, path="2mo/1mo", **UNTIL)
    assert [row["horizon"] for row in rows[:2]] == ["1mo", "2mo"] and len(rows) == len(ours)
    assert [float(row["clv"]) for row in rows] == ours["clv"].tolist() and rows[0]["until"] == "1997-10-30"


def test_numbers_of_purchases(model: clv.Model) -> None:
    """BG/NBD, equation (8) of Fader, Hardie & Lee (2005): P(X(t) = 0) = (alpha / (alpha + t))^r."""
    new = model.pmf(horizon="39w", most=40)
    r, alpha = model.parameters["r"], model.parameters["alpha"]
    assert new.columns == ["purchases", "probability"]
    assert new["probability"][0] == pytest.approx((alpha / (alpha + 39.0)) ** r, rel=1e-12)
    assert new["probability"].sum() == pytest.approx(1.0, abs=1e-3)
    found = model.pmf(CDNOW, horizon="39w", most=150, **UNTIL).to_pandas()
    score = model.score(CDNOW, horizon="39w", **UNTIL).to_pandas()
    by = found.groupby("customer_id", sort=False)
    means = by.apply(lambda own: float((own["purchases"] * own["probability"]).sum()))
    # Beyond 150 purchases next to nothing.
    np.testing.assert_allclose(means.to_numpy(), score["expected_purchases"], rtol=1e-5)
    none = found[found["purchases"] == 0]["probability"].to_numpy()
    np.testing.assert_allclose(none, 1.0 - score["p_purchase"], rtol=1e-9, atol=1e-12)
    assert len(model.pmf(CDNOW, **UNTIL)) == 11 * 2357
    with pytest.raises(clv.OptionError, match="horizon"):
        model.pmf(horizon="inf")


def test_futures(model: clv.Model) -> None:
    """Means of 400 draws are expectations, within 4 standard errors of the sum."""
    options: dict[str, Any] = {"horizon": "39w", "margin": 0.5, **UNTIL}
    found = model.sample_futures(CDNOW, draws=400, **options).to_pandas()
    score = model.score(CDNOW, **options)
    assert list(found.columns) == ["customer_id", "draw", "purchases", "value"] and len(found) == 400 * 2357
    sums = found.groupby("draw")[["purchases", "value"]].sum()
    for name, expected in (("purchases", score["expected_purchases"].sum()), ("value", score["clv"].sum())):
        assert abs(sums[name].mean() - expected) < 4.0 * sums[name].std() / 20.0, name
    again = model.sample_futures(CDNOW, draws=400, **options).to_pandas()
    assert again.equals(found)
    summary = clv.summarize(CDNOW, **UNTIL).to_pandas()
    few = model.sample_futures(summary[::-1][:5], draws=400, horizon="39w", margin=0.5).to_pandas()
    name = few["customer_id"][0]
    own = found[found["customer_id"] == name]["value"].to_numpy()
    assert few[few["customer_id"] == name]["value"].to_numpy().tolist() == own.tolist()
    other = model.sample_futures(CDNOW, draws=400, seed=2, **options).to_pandas()
    assert not other["value"].equals(found["value"])
    without = clv.fit(CDNOW, spend=None, **UNTIL).sample_futures(CDNOW, draws=2, **UNTIL)
    assert np.isnan(without["value"]).all()


def test_newcomers(model: clv.Model) -> None:
    """A newcomer of BG/NBD: Fader, Hardie & Lee (2005), equation (9); tested of the library. Here: it is a customer with
    nothing behind it, and what pmf says of one."""
    one = clv.newcomers(model, horizon="39w")
    assert len(one) == 1 and one["customer_id"].tolist() == ["newcomer"] and one["p_alive"][0] == 1.0
    assert one["p_purchase"][0] == pytest.approx(1.0 - model.pmf(horizon="39w", most=0)["probability"][0], rel=1e-12)
    assert one["expected_purchases"][0] > 0 and one["clv"][0] > 0 and one.totals["customers"] == 1
    path = clv.newcomers(model, path="12mo/1mo", born="1998-01-01", interval=0.9)
    assert len(path) == 12 and str(path["until"][0]) == "1998-01-31"


def grouped() -> pd.DataFrame:
    known = clv.model("bg-nbd", spend={"p": 6, "q": 4, "v": 15}, r=0.5, alpha=4, a=1, b=2.5)
    log = clv.simulate(known, customers=1500, seed=5).to_pandas()
    log["channel"] = np.where(log["customer_id"].astype(int) % 3 == 0, "email", "search")
    return log


def test_newcomers_by_what_tells_them_apart(run: Any, tmp_path: Path) -> None:
    log = grouped()
    model = clv.fit(log, covariates="channel")
    kinds = clv.newcomers(model)
    assert sorted(kinds["customer_id"].tolist()) == ["email", "search"] and len(set(kinds["clv"])) == 2
    only = clv.newcomers(model, kinds={"channel": "email"})
    assert only["customer_id"].tolist() == ["email"]
    with pytest.raises(clv.OptionError, match="'chanel' does not tell"):
        clv.newcomers(model, kinds={"chanel": ["email"]})
    with pytest.raises(clv.OptionError, match="'tv' was not seen"):
        clv.newcomers(model, kinds={"channel": "tv"})
    groups = clv.fit(log, groups="channel")
    assert len(clv.newcomers(groups)) == 2
    model.save(tmp_path / "model.json")
    text = run("score", tmp_path / "model.json", "--newcomers", "2023-01-01", "--kinds", "channel=email", "-o", "-")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [float(row["clv"]) for row in rows] == clv.newcomers(model, born="2023-01-01", kinds={"channel": "email"})["clv"].tolist()


@pytest.mark.parametrize("name", ["mbg-nbd", "pareto-nbd", "nbd", "bg-cnbd", "bg-bb"])
def test_other_models(name: str) -> None:
    """The same questions of all of them; chances of each customer add up to its expectation."""
    unit = "month" if name == "bg-bb" else "week"
    options: dict[str, Any] = {"unit": unit, "grain": "month" if name == "bg-bb" else "day", **UNTIL}
    model = clv.fit(CDNOW, model=name, **options)
    path = model.score(CDNOW, path="6mo/2mo", **options).to_pandas()
    assert path.groupby("customer_id")["p_alive"].apply(lambda own: own.is_monotonic_decreasing).all()
    found = model.pmf(CDNOW, horizon="6mo", most=150, **options).to_pandas()
    means = (found["purchases"] * found["probability"]).groupby(found["customer_id"], sort=False).sum()
    last = path[path["horizon"] == "6mo"]
    np.testing.assert_allclose(means.to_numpy(), last["expected_purchases"], rtol=1e-5, atol=1e-9)
    assert len(model.sample_futures(CDNOW, draws=2, horizon="6mo", **options)) == 2 * means.size
    assert clv.newcomers(model, horizon="6mo")["expected_purchases"][0] > 0


def test_pages(model: clv.Model, tmp_path: Path) -> None:
    page = clv.report(CDNOW, model, no_backtest=True, title="CDs <1997> & after", **UNTIL)
    assert page.html.lower().startswith("<!doctype html>") and "CDs &lt;1997&gt; &amp; after" in page.html
    page.save(tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == page.html
    shown = page._repr_html_()
    assert shown.startswith('<iframe srcdoc="') and "save(" in repr(page)
    with pytest.raises(TypeError, match="not of a clv.Summary"):
        clv.report(clv.summarize(CDNOW, **UNTIL), model)
