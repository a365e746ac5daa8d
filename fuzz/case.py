"""A case: files in a folder, and what is typed there, in order."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Step:
    """One run of the program in the case's folder. What it writes goes into `out/`, which is empty before."""

    words: list[str]
    outputs: dict[str, str] = field(default_factory=dict)
    """File name in `out/`, and what it holds: table, model or page."""
    stdin: str | None = None


@dataclass
class Case:
    """Steps, each run if those before it ended with 0."""

    place: Path
    random: random.Random
    steps: list[Step] = field(default_factory=list)
    bad: bool = False
    """Were bytes put in that no program could have written? Then texts of the outputs are the input's."""

    def file(self, name: str, content: bytes | str) -> str:
        """Writes an input; gives the name to type."""
        data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
        (self.place / name).write_bytes(data)
        return name

    def run(self, *words: str, stdin: str | None = None, **outputs: str) -> None:
        """Adds a step. Outputs are named by keyword: `scores_csv="table"` is `out/scores.csv`."""
        named = {name.replace("_", ".", 1): kind for name, kind in outputs.items()}
        self.steps.append(Step([str(word) for word in words], named, stdin))


def chance(rng: random.Random, probability: float) -> bool:
    """True so often."""
    return rng.random() < probability


def any_model(rng: random.Random) -> Path:
    """One of the model files that are kept, of purchases."""
    files = sorted((ROOT / "models").glob("v*/*.json"))
    # Models with covariates need those columns, and the BG/BB a year's grain: not often there.
    rare = () if chance(rng, 0.1) else ("bg-bb", "pareto-nbd-apparel")
    return rng.choice([file for file in files if not file.name.startswith(("sbg", "bdw", *rare))])
