"""Logs, where they are cut, and the customers known at a date.

All that a method is told comes from `clv summarize`: what is a purchase, a customer, a bad row is decided once, for all
methods. Purchases of a holdout are the difference of two summaries, `x(end) - x(origin)`, of the customers known at the
origin; a customer's first purchase is in neither.
"""

import csv
import datetime
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .process import run

SUFFIXES = (".csv", ".tsv", ".txt", ".gz", ".zst", ".zip", ".parquet", ".jsonl", ".json", ".xlsx", ".xls", ".ods")
WEEK = datetime.timedelta(weeks=1)


@dataclass(frozen=True)
class Log:
    """A log on disk, read with the file of options beside it, if there is one."""

    path: Path
    config: Path | None

    @property
    def name(self):
        return bare(self.path)

    @property
    def words(self):
        """How clv is told to read it. Days and weeks for all, whatever the file of options says."""
        return [self.path, "--config", self.config or "none", "--grain", "day", "--unit", "week"]

    def digest(self):
        """SHA-256 of its files and of its file of options: what results belong to."""
        digest = hashlib.sha256()
        files = sorted(self.path.rglob("*")) if self.path.is_dir() else [self.path]
        for file in [*files, *([self.config] if self.config else [])]:
            if file.is_file():
                digest.update(file.read_bytes())
        return digest.hexdigest()[:16]


def bare(path):
    """Its name without the endings of tables and their containers."""
    while path.suffix in SUFFIXES and path.suffix != path.name:
        path = path.with_suffix("")
    return path.name


def find(paths):
    """The logs that are meant: a file is a log; of a folder, each file and each folder in it is one."""
    found = []
    for path in map(Path, paths):
        if not path.exists():
            raise SystemExit(f"{path}: there is no such file or folder")
        inside = [path] if path.is_file() else sorted(p for p in path.iterdir() if p.is_dir() or p.suffix in SUFFIXES)
        if not inside:
            raise SystemExit(f"{path}: no logs in it ({' '.join(SUFFIXES)}, or folders of them)")
        found += [Log(log.resolve(), config_of(log)) for log in inside]
    names = [log.name for log in found]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise SystemExit(f"two logs are called {', '.join(sorted(twice))}: rename one, results go by name")
    return found


def config_of(log):
    """`NAME.toml` beside the log, else `clv.toml` in its folder (of a log that is a folder: in it, or beside it)."""
    inside = [log / "clv.toml"] if log.is_dir() else []
    candidates = [*inside, log.with_name(bare(log) + ".toml"), log.with_name("clv.toml")]
    return next((file.resolve() for file in candidates if file.is_file()), None)


@dataclass(frozen=True)
class Known:
    """The customers known at a date, by id: repeat purchases, and times in weeks."""

    ids: dict
    x: np.ndarray
    t_x: np.ndarray
    age: np.ndarray

    def of(self, ids):
        """x, t_x and T of these customers; not a number of those who were no customers yet."""
        rows = np.array([self.ids.get(name, -1) for name in ids], dtype=int)
        columns = [np.append(column, np.nan)[rows] for column in (self.x, self.t_x, self.age)]
        return np.array(columns)


@dataclass
class Calendar:
    """A log's first and last date, and its customers at any date, worked out once each."""

    clv: Path
    log: Log
    folder: Path
    limit: float
    first: datetime.date = None
    last: datetime.date = None
    known: dict = field(default_factory=dict)

    def __post_init__(self):
        described = self.summarize([])["summary"]
        self.first, self.last = (datetime.date.fromisoformat(described[k]) for k in ("first_purchase", "observed_until"))

    def summarize(self, words):
        done = run([self.clv, "summarize", *self.log.words, *words, "-o", self.table, "--json"], self.limit)
        return json.loads(done.said)

    @property
    def table(self):
        return self.folder / "summary.csv"

    def at(self, date):
        if date not in self.known:
            rows = []
            if date >= self.first:
                self.summarize(["--observed-until", date])
                with self.table.open(newline="", encoding="utf-8") as file:
                    rows = [(r["customer_id"], r["frequency"], r["recency"], r["T"]) for r in csv.DictReader(file)]
            ids, *columns = zip(*rows) if rows else ((), (), (), ())
            self.known[date] = Known({name: i for i, name in enumerate(ids)}, *(np.array(c, dtype=float) for c in columns))
        return self.known[date]


@dataclass(frozen=True)
class Cut:
    """One place where a log is cut: what lies up to `origin` is known, and `weeks` after it are forecast."""

    origin: datetime.date
    weeks: int

    @property
    def end(self):
        return self.origin + self.weeks * WEEK

    def bought(self, calendar):
        """What each customer known at the origin bought, in the order of their ids."""
        known = calendar.at(self.origin)
        after = calendar.at(self.end).of(known.ids)[0]
        return np.where(np.isnan(after), 0.0, after - known.x)


def cuts(calendar, horizons, step, first, most):
    """The grid: origins `step` weeks apart back from the end less the horizon, the earliest with `first` weeks before it;
    if there are more than `most`, so many of them evenly."""
    found = []
    for weeks in horizons:
        latest = calendar.last - weeks * WEEK
        count = max(0, ((latest - calendar.first) // WEEK - first) // step + 1)
        steps = np.unique(np.round(np.linspace(0, count - 1, min(count, most))).astype(int)) if count else []
        found += [Cut(latest - int(k) * step * WEEK, weeks) for k in reversed(steps)]
    return found
