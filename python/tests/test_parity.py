"""The package and the command line give the same bytes for the same input and options.

Seen to fail: a horizon left out on the way to the library; a summary's unit written as week always; a log
read with a grain other than the model's; the weeks of a log taken for the days of the model.
"""

from __future__ import annotations

from pathlib import Path

import pandas
import pytest

import clv
from conftest import CDNOW, FIXTURES

SEPTEMBER = "1997-09-30"

LOGS = [
    (CDNOW, {"observed_until": SEPTEMBER}),
    (FIXTURES / "grocery.csv", {"grain": "week"}),
    (FIXTURES / "online_retail_with_returns.csv", {"returns": "drop", "unit": "day"}),
    (FIXTURES / "online_retail_lines.csv.gz", {"quantity": "Quantity", "price": "UnitPrice", "skip_bad_rows": True}),
]


def typed(options: dict[str, object]) -> list[str]:
    """Options as they are typed."""
    words = []
    for name, value in options.items():
        option = "--" + name.replace("_", "-")
        if value is True:
            words.append(option)
        else:
            text = ",".join(value) if isinstance(value, list) else str(value)
            words.append(f"{option}={text}")
    return words


@pytest.mark.parametrize(("log", "options"), LOGS, ids=lambda v: v.name if isinstance(v, Path) else "")
@pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl"])
def test_summaries(run, tmp_path: Path, log: Path, options: dict[str, object], suffix: str) -> None:
    theirs, ours = tmp_path / f"theirs.{suffix}", tmp_path / f"ours.{suffix}"
    run("summarize", log, *typed(options), "-o", theirs)
    clv.summarize(log, **options).write(ours)
    assert ours.read_bytes() == theirs.read_bytes()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"horizon": "39w", "discount": "0.8%/mo", "margin": 0.3},
        {"interval": 0.9, "interval_of_mean": True, "seed": 7},
        {"columns": ["expected_lifetime", "next_purchase_median", "rate"], "discounting": "monthly", "discount": 0},
    ],
    ids=["default", "value", "interval", "columns"],
)
def test_models_and_scores(run, tmp_path: Path, options: dict[str, object]) -> None:
    log = {"observed_until": SEPTEMBER}
    run("fit", CDNOW, *typed(log), "-o", tmp_path / "theirs.json")
    model = clv.fit(CDNOW, **log)
    model.save(tmp_path / "ours.json")
    assert (tmp_path / "ours.json").read_bytes() == (tmp_path / "theirs.json").read_bytes()

    run("score", tmp_path / "theirs.json", CDNOW, *typed(log | options), "-o", tmp_path / "theirs.csv")
    theirs = (tmp_path / "theirs.csv").read_bytes()
    for one in (model, clv.load(tmp_path / "theirs.json")):
        one.score(CDNOW, **log, **options).write(tmp_path / "ours.csv")
        assert (tmp_path / "ours.csv").read_bytes() == theirs
    summary = clv.summarize(CDNOW, **log)
    clv.fit(summary).score(summary, **options).write(tmp_path / "ours.csv")
    assert (tmp_path / "ours.csv").read_bytes() == theirs


@pytest.mark.parametrize("name", ["mbg-nbd", "pareto-nbd", "bg-cnbd", "auto"])
def test_forecasts_of_the_family(run, tmp_path: Path, name: str) -> None:
    options = {"observed_until": SEPTEMBER, "model": name, "horizon": "26w"}
    run("forecast", CDNOW, *typed(options), "-o", tmp_path / "theirs.csv")
    clv.forecast(CDNOW, **options).write(tmp_path / "ours.csv")
    assert (tmp_path / "ours.csv").read_bytes() == (tmp_path / "theirs.csv").read_bytes()


def test_a_model_keeps_its_grain(run, tmp_path: Path) -> None:
    """A log that is scored is summarised as the one the model was fitted to."""
    log = FIXTURES / "grocery.csv"
    run("fit", log, "--grain=week", "-o", tmp_path / "model.json")
    run("score", tmp_path / "model.json", log, "-o", tmp_path / "theirs.csv")
    clv.load(tmp_path / "model.json").score(log).write(tmp_path / "ours.csv")
    assert (tmp_path / "ours.csv").read_bytes() == (tmp_path / "theirs.csv").read_bytes()


@pytest.mark.parametrize(
    "effects", [{"covariates": ["Gender", "Channel"], "model": "pareto-nbd"}, {"groups": "Channel"}]
)
def test_covariates_and_groups(run, tmp_path: Path, effects: dict) -> None:
    log, customers = FIXTURES / "apparel_trans.csv", FIXTURES / "apparel_static_cov.csv"
    options = {"observed_until": "2006-12-31", **effects}
    run("fit", log, *typed(options), f"--customers={customers}", "-o", tmp_path / "theirs.json")
    clv.fit(log, customers=customers, **options).save(tmp_path / "ours.json")
    assert (tmp_path / "ours.json").read_bytes() == (tmp_path / "theirs.json").read_bytes()


def test_backtests(run, tmp_path: Path) -> None:
    options = {"models": ["bg-nbd", "nbd"], "holdout": "26w", "origins": 2, "replicates": 20}
    run("backtest", CDNOW, *typed(options), "-o", tmp_path / "theirs.csv")
    found = clv.backtest(CDNOW, **options)
    found.write(tmp_path / "ours.csv")
    assert (tmp_path / "ours.csv").read_bytes() == (tmp_path / "theirs.csv").read_bytes()
    assert found.verdict


def test_economics(run, tmp_path: Path) -> None:
    orders, costs = FIXTURES / "shop" / "orders.csv", FIXTURES / "shop" / "costs.csv"
    options = {"by": ["channel", "category"], "margin": 0.4, "acquisitions": ["search=30", "email=10"], "budget": 4000}
    run("fit", orders, "--model=mbg-nbd", "-o", tmp_path / "model.json")
    model = clv.load(tmp_path / "model.json")
    theirs, segments = tmp_path / "theirs.csv", tmp_path / "segments.csv"
    run("economics", tmp_path / "model.json", orders, *typed(options), "--costs", costs, "-o", theirs, "--segments", segments)
    found = clv.economics(model, orders, costs=costs, **options)
    found.write(tmp_path / "ours.csv")
    assert (tmp_path / "ours.csv").read_bytes() == theirs.read_bytes()
    found.segments.write(tmp_path / "ours.csv")
    assert (tmp_path / "ours.csv").read_bytes() == segments.read_bytes()
    assert found.figures["equity"]["value"]["value"] > 0
    [note] = found.notes
    assert "fit with --groups channel" in note
    options["interval"] = "none"
    files = clv.economics(model, orders, costs=costs, **options)
    tables = clv.economics(model, pandas.read_csv(orders), costs=pandas.read_csv(costs), **options)
    assert tables.figures == files.figures
    with pytest.raises(clv.ClvError, match="negative|at least 0"):
        clv.economics(model, orders, costs=pandas.DataFrame({"period": ["2023-01"], "channel": ["search"], "cost": [-1]}), **options)


def test_simulations(run, tmp_path: Path) -> None:
    parameters = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
    words = [f"{name}={value}" for name, value in parameters.items()]
    run("model", "bg-nbd", *words, "--spend=p=6.25,q=3.74,v=15.44", "-o", tmp_path / "theirs.json")
    model = clv.model("bg-nbd", spend={"p": 6.25, "q": 3.74, "v": 15.44}, **parameters)
    model.save(tmp_path / "ours.json")
    assert (tmp_path / "ours.json").read_bytes() == (tmp_path / "theirs.json").read_bytes()
    run("simulate", tmp_path / "theirs.json", "--customers=500", "--seed=3", "-o", tmp_path / "theirs.csv")
    clv.simulate(model, customers=500, seed=3).write(tmp_path / "ours.csv")
    assert (tmp_path / "ours.csv").read_bytes() == (tmp_path / "theirs.csv").read_bytes()


def test_contracts(run, tmp_path: Path) -> None:
    log = FIXTURES / "retention.csv"
    run("fit", log, "--model=sbg", "--period=year", "-o", tmp_path / "theirs.json")
    model = clv.fit(log, model="sbg", period="year")
    model.save(tmp_path / "ours.json")
    assert (tmp_path / "ours.json").read_bytes() == (tmp_path / "theirs.json").read_bytes()
    run("score", tmp_path / "theirs.json", log, "--horizon=5y", "-o", tmp_path / "theirs.csv")
    model.score(log, horizon="5y").write(tmp_path / "ours.csv")
    assert (tmp_path / "ours.csv").read_bytes() == (tmp_path / "theirs.csv").read_bytes()


def test_a_log_is_scored_in_its_own_unit(run, tmp_path: Path) -> None:
    """A model in days and a log in weeks: the unit changes no forecast."""
    log = {"observed_until": SEPTEMBER}
    days = clv.fit(CDNOW, unit="day", **log)
    days.save(tmp_path / "days.json")
    run("score", tmp_path / "days.json", CDNOW, *typed(log), "-o", tmp_path / "theirs.csv")
    scores = days.score(CDNOW, **log)
    scores.write(tmp_path / "ours.csv")
    assert (tmp_path / "ours.csv").read_bytes() == (tmp_path / "theirs.csv").read_bytes()
    assert scores.totals["clv"] == pytest.approx(clv.fit(CDNOW, **log).score(CDNOW, **log).totals["clv"], rel=1e-6)
