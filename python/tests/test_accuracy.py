"""benches/accuracy.py: its figures against those of `clv backtest`, and a small run of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import CDNOW, ROOT

sys.path.insert(0, str(ROOT / "benches"))
from forecasting import choice, figures, logs, naive, table, updated  # noqa: E402
from forecasting.history import History  # noqa: E402
from forecasting.process import Failed, complaint_of  # noqa: E402
from forecasting.process import run as run_alone

ORIGIN, WEEKS = "1997-09-30", 39


def test_figures_by_hand() -> None:
    # P(Y = 0, 1, 2) = 1/2, 1/4, 1/4; CRPS of 1: (1/2)^2 + (1 - 3/4)^2 = 5/16, of 0: 1/4 + 1/16, of 4: 1/4 + 9/16 + 2.
    pmf = np.array([[0.5, 0.25, 0.25]])
    row, y = np.zeros(3, dtype=int), np.array([1.0, 0.0, 4.0])
    assert figures.crps(pmf, row, y).tolist() == [0.3125, 0.3125, 2.8125]
    assert figures.medians(pmf, row).tolist() == [0, 0, 0]
    # Randomised: 0 lies within [0, 1/2], of which [0.05, 0.5] is inside; 1 wholly, 4 not at all.
    assert figures.coverage(pmf, row, y) == pytest.approx((0.9 + 1 + 0) / 3)
    # Pairs (hit, miss) of scores 3, 2 against 2, 1: 3>2, 3>1, 2=2, 2>1. As in src/study/backtest/ranking.rs.
    score = np.array([3.0, 2.0, 2.0, 1.0])
    assert figures.auc(score, np.array([True, True, False, False])) == 3.5 / 4
    assert figures.gini(np.array([1.0, 0.0, 2.0, 3.0]), np.array([0.0, 8.0, 0.0, 0.0])) == -1
    assert figures.top(np.array([2.0, 5.0, 2.0, 1.0]), 0.5).tolist() == [0.5, 1, 0.5, 0]


# Another way to the same figures: distributions in closed form (of Pareto/NBD by quadrature) from the parameters that clv
# found, and CRPS from them. Both are exact but for tails of 1e-10 and parameters written with all digits.
@pytest.mark.parametrize("model", ["bg-nbd", "mbg-nbd", "pareto-nbd"])
def test_distributions_are_those_of_clv(run, program: Path, tmp_path: Path, model: str) -> None:
    log = logs.Log(CDNOW, None)
    calendar = logs.Calendar(program, log, tmp_path, limit=60)
    cut = logs.Cut(logs.datetime.date.fromisoformat(ORIGIN), WEEKS)
    scores = tmp_path / "scores.csv"
    words = ["forecast", CDNOW, "--model", model, "--spend", "none", "--observed-until", ORIGIN, "--horizon", f"{WEEKS}w"]
    names = json.loads(run(*words, "-o", scores, "--json"))["model"]["parameters"]
    backtest = ["backtest", CDNOW, "--models", model, "--holdout", f"{WEEKS}w", "--replicates", 0, "--json"]
    metrics = json.loads(run(*backtest))["backtest"]["figures"][0]["metrics"]
    columns = {k: np.array([float(r[k]) for r in rows_of(scores)]) for k in ("p_alive", "expected_purchases")}
    (x, _, age), bought = calendar.at(cut.origin).of(calendar.at(cut.origin).ids), cut.bought(calendar)
    everyone = np.arange(len(x))
    pmf = updated.table(model, names, x, age, columns["p_alive"], WEEKS)
    found = figures.of_forecast(figures.Forecast(columns["expected_purchases"], pmf, everyone), bought)
    for ours, theirs in {"crps": "crps", "bias": "total_bias", "mae_mean": "mae", "auc": "auc"}.items():
        assert found[ours] == pytest.approx(metrics[theirs]["value"], rel=1e-7), ours
    # Theirs is one draw of the randomisation of 2,357 customers: 0.01 is two standard errors of all of it, and more than that
    # of the part that is drawn.
    assert found["coverage_90"] == pytest.approx(metrics["pit_coverage_90"]["value"], abs=0.01)
    np.testing.assert_allclose(pmf @ np.arange(pmf.shape[1]), columns["expected_purchases"], rtol=1e-6)


def rows_of(path: Path) -> list[dict[str, str]]:
    import csv

    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_nothing_after_the_origin_is_known(program: Path, tmp_path: Path) -> None:
    """The log cut off at the origin, while customers were still coming, gives the same history to the last bit."""
    origin = "1997-02-28"
    lines = CDNOW.read_text().splitlines()
    short = tmp_path / "short.csv"
    short.write_text("\n".join([lines[0], *(line for line in lines[1:] if line.split(",")[1] <= origin)]) + "\n")
    cut = logs.Cut(logs.datetime.date.fromisoformat(origin), 4)
    whole, before = (
        History.before(cut, logs.Calendar(program, logs.Log(log, None), tmp_path, limit=60)) for log in (CDNOW, short)
    )
    assert whole.backs.tolist() == [0, 4, 8, 13, 17, 26, 30, 52, 56]
    np.testing.assert_array_equal(whole.tables, before.tables)
    forecast = naive.cells(whole)
    assert len(forecast.mean) == len({line.split(",")[0] for line in short.read_text().splitlines()[1:]})
    np.testing.assert_allclose(forecast.pmf.sum(axis=1), 1, rtol=1e-12)


def test_logs_of_a_folder_with_options_beside_them(program: Path, tmp_path: Path) -> None:
    """A log of two files with names of its own for columns, a file that needs nothing, and a table that is no log."""
    head, *rows = CDNOW.read_text().splitlines()
    many = tmp_path / "set" / "my.shop"
    many.mkdir(parents=True)
    for name, part in {"a.csv": rows[:3000], "b.csv": rows[3000:]}.items():
        (many / name).write_text("\n".join(["who,when,much", *part]) + "\n")
    (many / "clv.toml").write_text('[columns]\nid = "who"\ndate = "when"\namount = "much"\n')
    (tmp_path / "set" / "plain.csv").write_text("\n".join([head, *rows]) + "\n")
    (tmp_path / "set" / "survivors.csv").write_text("year,rest\n1,10\n")
    first, second, third = logs.find([tmp_path / "set"])
    assert [log.name for log in (first, second, third)] == ["my.shop", "plain", "survivors"]
    assert (first.config, second.config) == (many / "clv.toml", None)
    (x, *_), (y, *_) = (
        [calendar.at(calendar.last).x, calendar.first]
        for calendar in (logs.Calendar(program, log, tmp_path, limit=60) for log in (first, second))
    )
    np.testing.assert_array_equal(x, y)
    with pytest.raises(Failed, match="survivors.csv"):
        logs.Calendar(program, third, tmp_path, limit=60)


def test_failures_are_said() -> None:
    def python(code: str) -> None:
        run_alone([sys.executable, "-c", code], limit=1)

    with pytest.raises(Failed, match=r"stopped after 1 CPU seconds \(--limit 1\)"):
        python("while True: pass")
    with pytest.raises(Failed, match="ended by SIGKILL: out of memory"):
        python("import os; os.kill(os.getpid(), 9)")
    with pytest.raises(Failed, match="^ValueError: seven$"):
        python("raise ValueError('seven')")
    assert complaint_of("note\nerror: no such model\nmore words\n") == "error: no such model"
    assert complaint_of("Traceback\nforecasting.process.Failed: nothing to learn\n") == "nothing to learn"


def test_the_grid_counts_back_from_the_end() -> None:
    class Dates:
        first, last = logs.datetime.date(2020, 1, 1), logs.datetime.date(2020, 1, 1) + 78 * logs.WEEK

    def weeks(**options: int) -> list[tuple[int, int]]:
        cuts = logs.cuts(Dates, [13, 52], **options)
        return [((cut.origin - Dates.first).days // 7, cut.weeks) for cut in cuts]

    assert weeks(step=13, first=26, most=12) == [(26, 13), (39, 13), (52, 13), (65, 13), (26, 52)]
    assert weeks(step=13, first=26, most=2) == [(26, 13), (65, 13), (26, 52)]
    assert weeks(step=13, first=60, most=9) == [(65, 13)]


def test_a_run_goes_on_where_it_stopped(program: Path, tmp_path: Path) -> None:
    out = tmp_path / "accuracy.jsonl"
    words = [ROOT / "benches" / "accuracy.py", CDNOW, "--clv", program, "--horizons", 13, "--origins", 1, "--out", out]
    words += ["--methods", "mbg-nbd,naive:last-window,no-such-model"]

    def again(*more: object) -> list[dict]:
        done = subprocess.run([sys.executable, *map(str, [*words, *more])], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in out.read_text().splitlines()]

    about, *cells = again()
    assert (about["customers"], about["first"], about["last"]) == (2357, "1997-01-01", "1998-06-30")
    assert [cell["method"] for cell in cells] == ["mbg-nbd", "naive:last-window", "no-such-model"]
    ours, theirs, failed = cells
    assert "unknown model 'no-such-model'" in failed["failed"] and "crps" not in failed
    # What happened is that of the file: customers known by 1998-03-31 and their days with purchases in the 13 weeks after it.
    pairs = {tuple(line.split(",")[:2]) for line in CDNOW.read_text().splitlines()[1:]}
    assert ours["purchases"] == theirs["purchases"] == sum(day > "1998-03-31" for _, day in pairs)
    last = sum("1997-12-30" < day <= "1998-03-31" for _, day in pairs)
    assert theirs["bias"] == pytest.approx(last / theirs["purchases"] - 1, rel=1e-5)
    assert {"coverage_90", "total_held", "total_half_width", "mae_median", "auc", "gini", "cpu_s"} <= ours.keys()
    written = out.read_bytes()
    assert again() == [about, *cells] and out.read_bytes() == written, "a rerun does nothing again"
    # Killed within a line: that cell is done again, on a line of its own.
    page = tmp_path / "accuracy.md"
    whole = page.read_text()
    out.write_bytes(written[: written.rindex(b'{"protocol"') + 40])
    with pytest.raises(json.JSONDecodeError):
        again()
    assert json.loads(out.read_text().splitlines()[-1]) == failed
    assert page.read_text() == whole
    assert "| mbg-nbd | 1 | 1 | 0 | +0.00 |" in whole and "| no-such-model | 0 | 0 | 1 |" in whole
    assert "| no-such-model | cdnow_sample 1 | error: model no-such-model: unknown model" in whole
    assert f"- numpy: {np.__version__}" in whole
    # Other methods, later: the table has all.
    out.write_bytes(written)
    again("--methods", "naive:same-rate")
    assert "| mbg-nbd | 1 | 1 | 0 | +0.00 |" in page.read_text() and "| naive:same-rate | 1 | 1 | 0 |" in page.read_text()


def test_logs_count_and_not_cuts() -> None:
    """Two cuts of one log and one of another: ratios are averaged within a log first. ln 1.1, ln 1.3; ln 0.9."""

    def cell(log: str, origin: str, method: str, crps: float) -> dict:
        return {"log": log, "origin": origin, "weeks": 13, "method": method, "crps": crps}

    ratios = [("a", "1", 1.1), ("a", "2", 1.3), ("b", "1", 0.9)]
    cells = [cell(log, at, method, 2 * r) for log, at, ratio in ratios for method, r in (("mbg-nbd", 1), ("other", ratio))]
    results = table.Results(cells)
    first, second = 100 * (np.log(1.1) + np.log(1.3)) / 2, 100 * np.log(0.9)
    assert results.over_logs("other", results.gain) == pytest.approx([first, second], rel=1e-12)
    error = abs(first - second) / 2
    assert table.with_error([first, second]) == f"{(first + second) / 2:+.2f} ({error:.2f})"


def test_the_choice_knows_the_past_only() -> None:
    """BG/NBD wins at first and loses later: chosen once a cut that it won has ended, and not for that cut itself."""
    crps = {"2020-01-01": 0.5, "2020-02-01": 0.9, "2020-04-01": 2.0, "2020-07-01": 4.0}
    place = {"log": "a", "weeks": 13, "version": ""}
    cells = [place | {"origin": at, "method": "mbg-nbd", "crps": 1.0} for at in crps]
    cells += [place | {"origin": at, "method": "bg-nbd", "crps": value} for at, value in crps.items()]
    cells += [place | {"origin": at, "method": "nbd", "failed": "no"} for at in crps]
    results = table.Results(cells)
    choice.add(results)
    chosen = [cell["crps"] for cell in results.cells["a", choice.CHOSEN].values()]
    # 13 weeks after 2020-01-01 is 2020-04-01. By 2020-07-01 the first two and the third have ended: ln(.5 x .9 x 2) < 0.
    assert chosen == [1.0, 1.0, 2.0, 4.0]
    # In hindsight ln(.5 x .9 x 2 x 4) > 0.
    assert {cell["crps"] for cell in results.cells["a", choice.HINDSIGHT].values()} == {1.0}


def test_a_reference_that_failed_leaves_a_table() -> None:
    place = {"log": "a", "origin": "2020-01-01", "weeks": 13, "version": ""}
    cells = [place | {"method": "mbg-nbd", "failed": "no fit"}, place | {"method": "best", "crps": 1.0, "bias": 0.1}]
    about = {"a": {"customers": 3, "first": "2019-01-01", "last": "2020-04-01", "sha256": "", "note": ""}}
    page = table.markdown(cells, about, "cells.jsonl", {})
    assert "| best | 1 | 1 | 0 |  |  | 10.0% |" in page and "| mbg-nbd | a 1 | no fit |" in page
