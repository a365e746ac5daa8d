"""clv's models, as a user runs them: `clv forecast` at the origin with intervals of 90 %, against what happened.

What needs the whole distribution of each customer (CRPS, coverage) is no column of a forecast: `clv backtest` of the same cut
gives it. Both must agree on the total, or the cell is a failure.
"""

import csv
import json

import numpy as np

from .figures import LEVEL, of_points, of_total
from .process import Failed, run

RATES = ["--age-effect", "auto", "--season", "auto"]
SUFFIX = "+rates"
# Both ends of so narrow an interval are the median.
NARROW = "1e-9"
# Backtest and forecast fit the same history: their totals differ by rounding alone.
SAME = 1e-6


def options(method, verb):
    """`mbg-nbd+rates`: MBG/NBD with rates that change with age and season."""
    model = method.removesuffix(SUFFIX)
    return ["--models" if verb == "backtest" else "--model", model, *(RATES if model != method else [])]


def cell(method, cut, calendar, bought):
    """Figures, CPU seconds and peak memory of `clv forecast` for one cut."""
    clv, folder = calendar.clv, calendar.folder
    words = [*calendar.log.words, "--threads", "1", "--json"]
    asked = ["forecast", *words, *options(method, "forecast"), "--observed-until", cut.origin, "--horizon", f"{cut.weeks}w"]
    asked = [clv, *asked, "--spend", "none", "-o", folder / "scores.csv", "--interval"]
    done = run([*asked, str(LEVEL)], calendar.limit)
    columns = read(folder / "scores.csv", calendar.at(cut.origin).ids)
    mean, total = columns["expected_purchases"], json.loads(done.said)["forecast"]
    ends = total["expected_purchases_lower"], total["expected_purchases_upper"]
    figures = of_points(mean, bought, columns["p_purchase"]) | of_total(mean, *ends, bought)
    if "purchases_median" not in columns:
        run([*asked, NARROW], calendar.limit)
        columns["purchases_median"] = read(folder / "scores.csv", calendar.at(cut.origin).ids)["expected_purchases_lower"]
    figures["mae_median"] = float(np.abs(columns["purchases_median"] - bought).mean())
    figures |= backtested(method, cut, calendar, words, figures["bias"])
    return figures, done.cpu, done.peak_mb


def backtested(method, cut, calendar, words, bias):
    """CRPS and coverage of customers, from `clv backtest`."""
    asked = ["backtest", *words, *options(method, "backtest"), "--observed-until", cut.end, "--holdout", f"{cut.weeks}w"]
    done = run([calendar.clv, *asked, "--replicates", "0"], calendar.limit)
    [origin] = json.loads(done.said)["backtest"]["origins"]
    if origin["origin"] != cut.origin.isoformat():
        raise Failed(f"clv backtest cuts at {origin['origin']}, not at {cut.origin}")
    of_model = [one for one in origin["forecasts"] if not one["baseline"]]
    figures = {name: found["value"] for name, found in of_model[0]["metrics"].items()}
    if bias is not None and abs(figures["total_bias"] - bias) > SAME * (1 + abs(bias)):
        raise Failed(f"clv backtest says a bias of {figures['total_bias']}, clv forecast one of {bias}")
    return {"crps": figures["crps"], "coverage_90": figures["pit_coverage_90"]}


def read(path, ids):
    """The columns of numbers of a table of scores, in the order of the customers."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if [row["customer_id"] for row in rows] != list(ids):
        raise Failed("clv forecast and clv summarize know different customers")
    wanted = ("expected_purchases", "p_purchase", "expected_purchases_lower", "purchases_median")
    return {name: np.array([float(row[name]) for row in rows]) for name in wanted if rows and name in rows[0]}
