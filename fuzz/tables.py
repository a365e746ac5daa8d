"""The small tables: retention, contracts by date, costs and customers."""

from __future__ import annotations

import gzip
import io
import random

import containers
import mutate
import options
from case import ROOT, Case, any_model, chance


def retention(rng: random.Random) -> tuple[list[str], list[list[object]]]:
    """Survivors by cohort and period."""
    names = ["cohort", "period", "customers"]
    rows: list[list[object]] = []
    for cohort in range(rng.choice([1, 1, 2, 5])):
        left = rng.choice([1, 2, 10, 1000, 10**6, 2**53])
        keep = rng.choice([0.0, 0.5, 0.9, 1.0])
        for period in range(rng.choice([1, 2, 5, 12])):
            rows.append([f"2022-{cohort + 1:02}" if chance(rng, 0.3) else f"g{cohort}", period, left])
            left = sum(rng.random() < keep for _ in range(left)) if left < 2000 else int(left * keep)
    return (names[1:], [row[1:] for row in rows]) if chance(rng, 0.3) else (names, rows)


def contracts(rng: random.Random) -> tuple[list[str], list[list[object]]]:
    """Contracts by date."""
    rows: list[list[object]] = []
    for number in range(rng.choice([1, 3, 10, 50])):
        month = rng.randint(1, 12)
        end = "" if chance(rng, 0.5) else f"{rng.choice([2022, 2023, 2023, 2030])}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        rows.append([f"c{number}", f"2022-{month:02}-{rng.randint(1, 28):02}", end])
    return [rng.choice(["customer_id", "id"]), rng.choice(["start", "start_date"]), rng.choice(["end", "end_date"])], rows


def contract_case(case: Case, source: str) -> None:
    """Fits contracts, or scores them."""
    rng = case.random
    unit = rng.choice(options.UNITS)
    period = ["--period", unit, *options.sample(rng, (0.2, ["--observed-until", rng.choice(options.DATES)]))]
    member = rng.choice(["sbg", "bdw"])
    if chance(rng, 0.5):
        words = ["fit", source, "--model", member, *period, *options.resources(rng)]
        words += options.sample(rng, (0.7, ["--accept-unconverged"]), (0.3, ["--prior", "weak"]), (0.1, ["--posterior", "bootstrap"]))
        case.run(*words, "-o", "out/m.json", m_json="model")
        source = case.file("more.csv", containers.delimited(rng, *contracts(rng)))
        model = "out/m.json"
    else:
        period[1] = "year" if chance(rng, 0.9) else unit
        model = case.file("model.json", (ROOT / "models" / "v1" / f"{member}-high-end.json").read_bytes())
    words = ["score", model, source, "-o", "out/s.csv", *options.score(rng), *options.resources(rng), *period]
    case.run(*words, s_csv="table")


def costs(rng: random.Random) -> tuple[list[str], list[list[object]]]:
    """Costs of acquisition."""
    channels = ["web", "mail", "shop"]
    rows: list[list[object]] = []
    for month in range(1, rng.choice([2, 6, 13])):
        for channel in channels[: rng.randint(1, 3)]:
            cost = rng.choice([0, 10, 99.5, 1e-300, 1e300, 2**53]) if chance(rng, 0.1) else round(rng.uniform(0, 500), 2)
            rows.append([f"2022-{month:02}", channel, cost])
    return ["period", "channel", "cost"], rows


def customers(rng: random.Random) -> tuple[list[str], list[list[object]]]:
    """A file of customers."""
    rows: list[list[object]] = [
        [f"{i:04}", rng.choice(["web", "mail", ""]), rng.choice(["0.3", "40%", "0", "1", "-1", "2", "nan"]), rng.choice("ab")]
        for i in range(rng.choice([1, 20, 40, 41]))
    ]
    return ["customer_id", "channel", "margin", "region"], rows


def shop(rng: random.Random) -> str:
    """A clean log to hang tables on."""
    lines = ["customer_id,date,amount,channel"]
    for i in range(40):
        for _ in range(rng.choice([1, 1, 2, 4])):
            lines.append(f"{i:04},2022-{rng.randint(1, 12):02}-{rng.randint(1, 28):02},{rng.uniform(1, 90):.2f},{'web' if i % 3 else 'mail'}")
    return "\n".join(lines) + "\n"


def shop_case(case: Case, kind: str, source: str) -> None:
    """Costs in economics and the page; customers wherever attributes are taken."""
    rng = case.random
    log = case.file("log.csv", shop(rng))
    model = case.file("model.json", any_model(rng).read_bytes())
    study = ["--interval", "none" if chance(rng, 0.8) else "0.9", *options.resources(rng)]
    if kind == "costs":
        words = ["--by", "channel", "--costs", source, *study]
        words += options.sample(rng, (0.3, ["--budget", rng.choice(["1000", "0.01", "1e9"])]), (0.3, ["--acquisitions", rng.choice(["100", "web=5,mail=0"])]))
    else:
        names = ["--attributes", "region,channel,margin", "--customers", source]
        if chance(rng, 0.4):
            case.run("forecast", log, *names, *options.score(rng), *options.resources(rng), "-o", "out/s.csv", s_csv="table")
            return
        words = [*names, *study, *options.sample(rng, (0.5, ["--by", "region"]), (0.5, ["--margin-column", "margin"]))]
    if chance(rng, 0.7):
        case.run("economics", model, log, *words, "-o", "out/e.csv", e_csv="table")
    else:
        case.run("report", model, log, *words, "--no-backtest", "-o", "out/p.html", p_html="page")


def bomb(rng: random.Random) -> bytes:
    """Some hundred kilobytes that unpack to 300 MB."""
    line = rng.choice([b"0", b"2022-01,web,1\n", b"\n", b"g,1,1\n"])
    # Piece by piece: what this process takes would be counted as the program's, which is forked from it.
    packed, piece = io.BytesIO(), line * (1_000_000 // len(line))
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1, mtime=0) as file:
        file.write(b"period,channel,cost\n")
        for _ in range(300):
            file.write(piece)
    return packed.getvalue()


def case(case: Case) -> None:
    """A small table, changed, where it belongs."""
    rng = case.random
    make = rng.choice([retention, retention, contracts, contracts, costs, costs, customers])
    if chance(rng, 0.002):
        source, case.bad = case.file("table.csv.gz", bomb(rng)), True
    else:
        names, rows = make(rng)
        if chance(rng, 0.5):
            mutate.rows(rng, names, rows)
        data, ending = containers.delimited(rng, names, rows), ".csv"
        if chance(rng, 0.1):
            data, ending = containers.compressed(rng, data)
            ending = ".csv" + ending
        if chance(rng, 0.08):
            data, case.bad = mutate.damage(rng, data), True
        source = case.file("table" + ending, data)
    if make in (costs, customers):
        shop_case(case, make.__name__, source)
    else:
        contract_case(case, source)
