"""Models: parameters over their whole domain, and model files changed field by field."""

from __future__ import annotations

import json
import math
import random

import logs
import mutate
import options
import summaries
import tables
from case import ROOT, Case, chance
from containers import delimited

PARAMETERS = {
    "bg-nbd": ["r", "alpha", "a", "b"],
    "mbg-nbd": ["r", "alpha", "a", "b"],
    "pareto-nbd": ["r", "alpha", "s", "beta"],
    "ggompertz-nbd": ["r", "alpha", "b", "s", "beta"],
    "bg-cnbd": ["k", "r", "alpha", "a", "b"],
    "mbg-cnbd": ["k", "r", "alpha", "a", "b"],
    "nbd": ["r", "alpha"],
    "drift-nbd": ["k", "kappa", "r", "alpha"],
    "drift-mbg-nbd": ["k", "kappa", "r", "alpha", "a", "b"],
    "bg-bb": ["alpha", "beta", "gamma", "delta"],
    "sbg": ["alpha", "beta"],
    "bdw": ["alpha", "beta", "c"],
}


def size(rng: random.Random) -> float:
    """A positive number: ordinary, far out, or at the edge."""
    wide = rng.choice([1.0, 1.0, 3.0, 8.0, 30.0, 300.0])
    if chance(rng, 0.03):
        return rng.choice([5e-324, 1e-308, 1e-16, 1.0, 2.0**53, 1e16, 1e300, 1.7e308])
    return math.exp(max(-700.0, min(700.0, rng.gauss(0, wide))))


def given(rng: random.Random, name: str) -> list[str]:
    """The words of `clv model`."""
    words = [f"{p}={rng.randint(1, 64) if p == 'k' else format(size(rng), '.17g')}" for p in PARAMETERS[name]]
    if chance(rng, 0.02):
        words[rng.randrange(len(words))] += rng.choice(["x", "-", "e999", ""])
    if name not in ("sbg", "bdw") and chance(rng, 0.6):
        # The population has a mean where q > 1 only.
        q = size(rng) + (1 if chance(rng, 0.9) else 0)
        words += ["--spend", f"p={size(rng):.17g},q={q:.17g},v={size(rng):.17g}"]
    return [*words, "--unit", rng.choice(options.UNITS)]


def places(value: object, path: tuple = ()) -> list[tuple]:
    """Paths of everything in a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] * bool(path) + [found for key, inner in items for found in places(inner, (*path, key))]


def changed(rng: random.Random, document: dict) -> str:
    """A model file with some fields changed, taken away or doubled."""
    for _ in range(rng.choice([1, 1, 2, 4])):
        *path, key = rng.choice(places(document))
        inner = document
        for step in path:
            inner = inner[step]
        old = inner[key]
        if chance(rng, 0.2):
            del inner[key]
        elif isinstance(old, (int, float)) and chance(rng, 0.8):
            inner[key] = rng.choice([0, -1, -old, old * 10, old + 1, size(rng), 1e308, 5e-324, 2**64, old / 1e9, float("nan")])
        else:
            inner[key] = rng.choice([None, [], {}, True, "", "x", -1, [old], {"a": old}, *mutate.TEXTS])
    return json.dumps(document)


def customers(case: Case, *, contractual: bool, scoring: bool) -> str:
    """Whom to score."""
    rng = case.random
    if contractual:
        return case.file("contracts.csv", delimited(rng, *tables.contracts(rng)))
    if chance(rng, 0.6 if scoring else 0.0):
        return case.file("summary.csv", delimited(rng, *summaries.summary(rng)))
    return case.file("log.csv", delimited(rng, *logs.purchases(rng)))


def use(case: Case, model: str, contractual: bool) -> None:
    """A verb that takes a model."""
    rng = case.random
    which = rng.choice(["inspect", "simulate", "score", "score", "score", "score", "economics", "report"])
    if contractual and which not in ("inspect", "score"):
        which = "score"
    common = options.resources(rng)
    if which == "inspect":
        case.run(which, model, *options.sample(rng, (0.4, ["--json"])))
    elif which == "simulate":
        words = options.sample(
            rng,
            (0.3, ["--exact"]),
            (0.3, ["--until", rng.choice(["2020-02-01", "2021-06-30", "2030-12-31"])]),
            (0.2, ["--seed", "9"]),
        )
        case.run(which, model, "--customers", rng.choice(["1", "5", "50"]), *words, "-o", "out/log.csv", log_csv="table")
    else:
        source = customers(case, contractual=contractual, scoring=which == "score")
        words = ["--skip-bad-rows", *common] if not contractual else []
        if which == "score":
            case.run(which, model, source, *options.score(rng), *words, "-o", "out/s.csv", s_csv="table")
        elif which == "economics":
            case.run(which, model, source, *options.study(rng), *words, "-o", "out/e.csv", e_csv="table")
        else:
            words += ["--no-backtest"]
            case.run(which, model, source, *options.study(rng), *words, "-o", "out/p.html", p_html="page")


def case(case: Case) -> None:
    """A model that was given or changed, and what is done with it."""
    rng = case.random
    case.file("customers.csv", "customer_id,channel,margin\n0000,web,0.3\n")
    case.file("costs.csv", "period,channel,cost\n2022-01,web,100\n")
    if chance(rng, 0.6):
        name = rng.choice(sorted(PARAMETERS))
        case.run("model", name, *given(rng, name), "-o", "out/m.json", m_json="model")
        model, contractual = "out/m.json", name in ("sbg", "bdw")
    else:
        kept = rng.choice(sorted((ROOT / "models").glob("v*/*.json")))
        text = kept.read_text()
        text = changed(rng, json.loads(text)) if chance(rng, 0.8) else mutate.text(rng, text, ["0", "-", "{", '"', "9" * 400])
        case.bad = True
        model, contractual = case.file("model.json", text), kept.name.startswith(("sbg", "bdw"))
    use(case, model, contractual)
