"""Summaries: ordinary ones, and numbers up to the edge of what a double holds."""

from __future__ import annotations

import random

import containers
import logs
import mutate
import options
from case import Case, any_model, chance

EDGES = [0, 1, 2, 3, 1000, 10**6, 2**31, 2**32, 2**52, 2**53 - 1, 2**53, 2**53 + 2]


def count(rng: random.Random, wild: float) -> int:
    """A frequency."""
    if chance(rng, wild):
        return max(0, rng.choice(EDGES) + rng.randint(-1, 1))
    return int(rng.expovariate(0.8))


def time(rng: random.Random, wild: float) -> float:
    """An age."""
    if chance(rng, wild):
        return rng.choice([0.0, 5e-324, 1e-300, 1e-9, 0.1, 1.0, 1e4, 1e9, 1e12, 2.0**53, 1e300, float(rng.choice(EDGES))])
    return round(rng.uniform(0, 80), rng.choice([0, 2, 6]))


def summary(rng: random.Random) -> tuple[list[str], list[list[object]]]:
    """A summary of some customers."""
    wild = rng.choice([0.0, 0.0, 0.1, 0.5])
    whole = chance(rng, 0.3)
    names = ["customer_id", "frequency", "recency", "T", "monetary_value"]
    unit = rng.choice(["", "", "day", "week", "month", "year"])
    extra = chance(rng, 0.5)
    rows: list[list[object]] = []
    for number in range(rng.choice([1, 2, 5, 20, 60])):
        x, age = count(rng, wild), time(rng, wild)
        recency = 0.0 if x == 0 else age * rng.choice([rng.random(), 1.0, 0.5])
        if whole:
            age, recency = float(int(age)), float(int(recency))
        money = 0.0 if x == 0 else rng.choice([logs.amount(rng, 1.0), 1e-300, 1e300]) if chance(rng, wild) else logs.amount(rng, 0.8)
        rows.append([f"c{number}", float(x) if chance(rng, 0.1) else x, recency, age, money])
        rows[-1] += [unit] if unit else []
        rows[-1] += [rng.choice(["web", "mail"]), rng.choice([0.0, x * -0.3])] if extra else []
    names += ["unit"] if unit else []
    names += ["channel", "log_gaps"] if extra else []
    if chance(rng, 0.2):
        names, rows = names[:4], [row[:4] for row in rows]
    return names, rows


def case(case: Case) -> None:
    """A summary and a verb that takes one."""
    rng = case.random
    names, rows = summary(rng)
    if chance(rng, 0.3):
        mutate.rows(rng, names, rows)
    data, ending = containers.write(rng, names, rows)
    if chance(rng, 0.1):
        data, case.bad = mutate.damage(rng, data), True
    source = case.file("summary" + ending, data)
    common = options.resources(rng) + options.sample(
        rng,
        (0.5, ["--skip-bad-rows"]),
        (0.15, ["--unit", rng.choice(options.UNITS)]),
        (0.2, ["--observed-until", rng.choice(options.DATES)]),
        (0.1, ["--grain", rng.choice(["day", "week", "year"])]),
    )
    case.file("customers.csv", "customer_id,margin\nc0,0.3\nc1,0.5\n")
    case.file("costs.csv", "period,channel,cost\n2022-01,web,100\n")
    model = case.file("model.json", any_model(rng).read_bytes())
    which = rng.choice(["fit", "forecast", *["score"] * 5, "summarize", "summarize", "forecast", "fit", "report", "economics", "backtest"])
    scores = ["-o", "out/scores.csv"]
    if which == "fit":
        case.run(which, source, "-o", "out/m.json", *options.fit(rng), *common, m_json="model")
    elif which == "forecast":
        case.run(which, source, *scores, *options.fit(rng), *options.score(rng), *common, scores_csv="table")
    elif which == "score":
        case.run(which, model, source, *scores, *options.score(rng), *common, scores_csv="table")
    elif which == "economics":
        case.run(which, model, source, *scores, *options.study(rng), *common, scores_csv="table")
    elif which == "report":
        case.run(which, model, source, "-o", "out/page.html", *options.study(rng), *common, page_html="page")
    else:
        case.run(which, source, *scores, *common, scores_csv="table")
