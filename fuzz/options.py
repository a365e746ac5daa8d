"""Random valid options of each verb, now and then one that is not."""

from __future__ import annotations

import random

from case import chance

PURCHASE_MODELS = [
    "bg-nbd",
    "mbg-nbd",
    "pareto-nbd",
    "ggompertz-nbd",
    "bg-cnbd",
    "mbg-cnbd",
    "nbd",
    "drift-nbd",
    "drift-mbg-nbd",
    "bg-bb",
]
UNITS = ["day", "week", "month", "year"]
HORIZONS = ["1d", "1w", "4w", "39w", "90d", "12mo", "1y", "2y", "10y", "20y", "0.01d", "100y", "inf"]
DISCOUNTS = ["0", "10%/yr", "0.8%/mo", "0.0001%/yr", "1000%/yr", "1e-12%/yr"]
DATES = ["1969-12-31", "1970-01-01", "2021-06-15", "2022-01-01", "2022-12-31", "2023-02-28", "2024-02-29", "2026-06-30"]


def sample(rng: random.Random, *choices: tuple[float, list[str]]) -> list[str]:
    """Each choice with its probability; the words of those taken."""
    return [word for probability, words in choices if chance(rng, probability) for word in words]


def resources(rng: random.Random) -> list[str]:
    return sample(
        rng,
        (0.4, ["--threads", rng.choice(["1", "2"])]),
        (0.2, ["--memory-limit", rng.choice(["1MB", "2MB", "50MB"])]),
        (0.2, ["--json"]),
    )


def log(rng: random.Random) -> list[str]:
    """How a log is read."""
    return sample(
        rng,
        (0.7, ["--skip-bad-rows"]),
        (0.3, ["--grain", rng.choice(["hour", "day", "week", "month", "year"])]),
        (0.4, ["--unit", rng.choice(UNITS)]),
        (0.1, ["--observed-until", rng.choice(DATES)]),
        (0.05, ["--since", rng.choice(DATES)]),
        (0.4, ["--returns", rng.choice(["net", "drop", "drop", "reject"])]),
        (0.03, ["--decimal-comma"]),
        (0.1, ["--dates-from", rng.choice(["0001-01-01", "1900-01-01", "2022-01-01"])]),
        (0.1, ["--dates-until", rng.choice(["9999-12-31", "2022-12-31", "2100-01-01"])]),
        (0.05, ["--date-format", rng.choice(["%Y-%m-%d", "%d.%m.%Y", "unix", "unix-ms", "excel", "%Y%m%d"])]),
        (0.05, ["--customers", "customers.csv", "--attributes", "margin"]),
    )


def fit(rng: random.Random) -> list[str]:
    """What is fitted."""
    return sample(
        rng,
        (0.6, ["--model", rng.choice(PURCHASE_MODELS)]),
        (0.7, ["--accept-unconverged"]),
        (0.3, ["--prior", "weak"]),
        (0.15, ["--posterior", rng.choice(["auto", "bootstrap", "laplace"])]),
        (0.02, ["--posterior", "nuts"]),
        (0.05, ["--regularity", rng.choice(["1", "2", "3", "64"])]),
        (0.2, ["--spend", "none"]),
        (0.05, ["--covariates", "channel"]),
    )


def value(rng: random.Random) -> list[str]:
    """Horizon, rate and margin."""
    return sample(
        rng,
        (0.6, ["--horizon", rng.choice(HORIZONS)]),
        (0.5, ["--discount", rng.choice(DISCOUNTS)]),
        (0.2, ["--margin", rng.choice(["0.3", "1", "1e-9"])]),
        (0.2, ["--discounting", rng.choice(["monthly", "continuous", "monthly=30.4375d", "monthly=29d"])]),
    )


def score(rng: random.Random) -> list[str]:
    """What is said of customers."""
    names = ["p_purchase", "next_purchase_median", "expected_lifetime", "rate", "dropout"]
    some = ",".join(rng.sample(names, rng.randint(1, len(names))))
    interval = ["--interval", rng.choice(["0.9", "0.5", "0.99", "1e-6", "0.999999"])]
    words = value(rng) + sample(
        rng,
        (0.4, ["--columns", some]),
        (0.2, ["--unseen-level", "reference"]),
        (0.1, ["--by", "channel"]),
    )
    if chance(rng, 0.6):
        words += interval + sample(rng, (0.2, ["--interval-of-mean"]), (0.2, ["--seed", "7"]))
    return words


def backtest(rng: random.Random) -> list[str]:
    models = ",".join(rng.sample(PURCHASE_MODELS, rng.randint(1, 2)))
    return sample(
        rng,
        (0.5, ["--models", models]),
        (0.4, ["--holdout", rng.choice(["1d", "4w", "90d", "12mo", "0.1d"])]),
        (0.2, ["--origins", rng.choice(["1", "2", "3"])]),
        (0.7, ["--replicates", rng.choice(["0", "1", "20"])]),
    )


def study(rng: random.Random) -> list[str]:
    """What economics and the page take."""
    # New customers are planned by whole months, and paid as they happen.
    horizon = rng.choice(["1mo", "12mo", "12mo", "2y", "10y", "100y", "inf", "1w"])
    return sample(
        rng,
        (0.5, ["--horizon", horizon]),
        (0.5, ["--discount", rng.choice(DISCOUNTS)]),
        (0.2, ["--margin", rng.choice(["0.3", "1", "1e-9"])]),
        (0.4, ["--by", rng.choice(["channel", "channel", "region", "channel,region"])]),
        (0.7, ["--interval", rng.choice(["none", "none", "0.9", "0.5"])]),
        (0.1, ["--target-ratio", rng.choice(["3", "0.1", "1e9"])]),
        (0.1, ["--target-payback", rng.choice(["12mo", "1d", "50y"])]),
        (0.1, ["--active-within", rng.choice(["90d", "1d", "50y"])]),
        (0.1, ["--compare-with", rng.choice(DATES)]),
        (0.1, ["--acquisitions", rng.choice(["100", "0", "1e9"])]),
        (0.1, ["--scenario", rng.choice(["retention=+2%,spend=+5%", "frequency=-99%", "discount=+100%;cac=-50%"])]),
        (0.05, ["--retention-cost", rng.choice(["5", "0", "1e12"])]),
        (0.05, ["--acquisition-response", "spend=5,rate=0.04,ceiling=0.1"]),
        (0.05, ["--retention-response", "spend=10,rate=0.6,ceiling=0.8"]),
        (0.03, ["--margin-column", "margin", "--customers", "customers.csv"]),
        (0.1, ["--costs", "costs.csv", "--by", "channel"]),
        (0.05, ["--budget", rng.choice(["1000", "0.01", "1e9"])]),
    )
