"""Purchase logs: valid ones of every shape, then changed, in every container and verb."""

from __future__ import annotations

import datetime
import json
import math
import random

import containers
import mutate
import options
from case import Case, any_model, chance

START = datetime.date(2022, 1, 1)


def amount(rng: random.Random, spread: float) -> float:
    return round(math.exp(rng.gauss(3, spread)), 2)


def customer_dates(rng: random.Random, days: int, habit: str) -> list[int]:
    """Days of one customer's purchases."""
    first = rng.randrange(days)
    count = {"once": 1, "twice": 2, "few": 1 + int(rng.expovariate(0.7)), "busy": 1 + int(rng.expovariate(0.05))}[habit]
    again = [first + int(rng.random() * (days - first)) for _ in range(count - 1)]
    return sorted([first, *again])


def purchases(rng: random.Random) -> tuple[list[str], list[list[object]]]:
    """A log: names of its columns, and rows."""
    days = rng.choice([20, 90, 365, 730, 1500])
    customers = rng.choice([0, 1, 2, 5, 5, 12, 12, 12, 12, 40, 40, 60, 60, 70, 70])
    habits = rng.choice([["once"], ["few"], ["once", "twice"], ["few", "few", "busy"], ["once", "few"]])
    spread = rng.choice([0.0, 0.4, 1.0, 2.5])
    written = rng.choice(["%Y-%m-%d", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%d.%m.%Y", "%m/%d/%Y", "%Y%m%d"])
    as_number, returns = chance(rng, 0.6), chance(rng, 0.3)
    rows: list[list[object]] = []
    for number in range(customers):
        channel = rng.choice(["web", "web", "mail", "shop"])
        for day in customer_dates(rng, days, rng.choice(habits)):
            value = amount(rng, spread)
            if returns and chance(rng, 0.1):
                value = -value
            date = (START + datetime.timedelta(day)).strftime(written)
            rows.append([f"{number:04}", date, value if as_number else str(value), channel, rng.choice("01")])
    if chance(rng, 0.5):
        rng.shuffle(rows)
    names = ["customer_id", "date", "amount", "channel", "region"]
    if chance(rng, 0.2):
        names[:3] = [rng.choice(["user", "Client ID"]), rng.choice(["order_date", "Timestamp"]), rng.choice(["sales", "Total"])]
    if chance(rng, 0.15):
        names = names[:2] + names[3:]
        rows = [row[:2] + row[3:] for row in rows]
    return names, rows


def blow_up(rng: random.Random) -> tuple[bytes, str]:
    """Small files that make much of themselves: wide, deep, long, or of thousands of values."""
    many = rng.choice([20_000, 100_000])
    which = rng.randrange(6)
    if which == 0:
        return json.dumps({f"k{i}": 1 for i in range(many)}).encode(), ".jsonl"
    if which == 1:
        return b"[" * many, ".jsonl"
    if which == 2:
        deep = '{"customer_id":' + '{"a":' * many + "1" + "}" * many + "}"
        return deep.encode(), ".jsonl"
    if which == 3:
        head = ",".join(["customer_id", "date", *(f"c{i}" for i in range(many))])
        return f"{head}\na,2022-01-01{',1' * many}\n".encode(), ".csv"
    if which == 4:
        return b"customer_id,date,amount\n" + b"a" * 20_000_000, ".csv"
    lines = [f"{i},2022-{1 + i % 12:02}-{1 + i % 28:02},{1 + i % 90},ch{i % (many // 4)}" for i in range(many // 4)]
    return ("customer_id,date,amount,channel\n" + "\n".join(lines)).encode(), ".csv"


def verb(case: Case, log: str) -> None:
    """One verb on a log, by name or by standard input."""
    rng = case.random
    stdin = log if chance(rng, 0.1) and log.endswith((".csv", ".arrows", ".jsonl")) else None
    source = "-" if stdin else log
    common = [*options.log(rng), *options.resources(rng)]
    scores = {"scores_" + rng.choice(["csv", "csv", "csv", "parquet", "jsonl"]): "table"}
    output = ["-o", "out/" + next(iter(scores)).replace("_", ".")] if chance(rng, 0.95) else []
    made = scores if output else {}
    which = rng.choice(["summarize", "fit", "forecast", "forecast", "forecast", "score", "score", "backtest", "economics", "report"])
    if which == "summarize":
        case.run(which, source, *output, *common, *options.sample(rng, (0.2, ["--log-gaps"])), stdin=stdin, **made)
    elif which == "fit":
        extra = options.sample(rng, (0.3, ["--diagnostics"]))
        case.run(which, source, "-o", "out/m.json", *options.fit(rng), *common, *extra, stdin=stdin, m_json="model")
        if chance(rng, 0.5):
            (case.place / "m.json").unlink(missing_ok=True)
            case.run("score", "out/m.json", log, *options.log(rng), *options.score(rng), "-o", "out/s.csv", s_csv="table")
    elif which == "forecast":
        case.run(which, source, *output, *options.fit(rng), *options.score(rng), *common, stdin=stdin, **made)
    elif which == "backtest":
        case.run(which, source, *output, *options.backtest(rng), *common, stdin=stdin, **made)
    else:
        model = case.file("model.json", any_model(rng).read_bytes())
        if which == "score":
            case.run(which, model, source, *output, *options.score(rng), *common, stdin=stdin, **made)
        elif which == "economics":
            extra, more = segment_files(rng)
            words = [*output, *options.study(rng), *common, *extra]
            case.run(which, model, source, *words, stdin=stdin, **made, **more)
        else:
            extra = options.sample(rng, (0.6, ["--no-backtest"]), (0.2, ["--title", rng.choice(mutate.TEXTS[:-8])]))
            words = ["-o", "out/page.html", *options.study(rng), *common, *extra]
            case.run(which, model, source, *words, stdin=stdin, page_html="page")


def segment_files(rng: random.Random) -> tuple[list[str], dict[str, str]]:
    """Files beside the main one."""
    words, made = [], {}
    if chance(rng, 0.2):
        words, made = ["--segments", "out/segments.csv"], {"segments_csv": "table"}
    if chance(rng, 0.2):
        words, made = [*words, "--crm", "out/crm.csv"], {**made, "crm_csv": "table"}
    return words, made


def case(case: Case) -> None:
    """A log and a verb."""
    rng = case.random
    if chance(rng, 0.004):
        data, ending = blow_up(rng)
    else:
        names, rows = purchases(rng)
        if chance(rng, 0.5):
            mutate.rows(rng, names, rows)
        data, ending = containers.write(rng, names, rows)
        if chance(rng, 0.6 if ending in (".parquet", ".arrow", ".arrows") else 0.1):
            data, case.bad = mutate.damage(rng, data), True
    case.file("customers.csv", "customer_id,channel,margin\n0000,web,0.3\n0001,mail,.5\n0002,web,0\n")
    case.file("costs.csv", "period,channel,cost\n2022-01,web,100\n2022-02,mail,50\n2022-03,web,0\n")
    verb(case, case.file("log" + ending, data))
