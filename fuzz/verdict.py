"""Runs a step, bounded, and judges what came of it.

What is wrong is said as one line that begins with its kind:

* `crash`: an exit code other than 0, 1 (a check that was asked for failed) and 2 (an error), or a signal;
* `hang`: more than 10 s of CPU time; `memory`: more than 500 MB resident; `large`: an output of over 50 MB;
* `number`: exit 0, and NaN, an infinity or -0 in a table, model, page or report;
* `half`: an output that is missing, does not parse or has no end after exit 0, or is there after an error, and
  anything else left in its folder;
* `words`: an error that names no file, option, column, value or parameter, or that shows its insides;
* `escape`: control or bidirectional characters on standard output or standard error.
"""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet

from case import Case, Step
from model_files import PARAMETERS

CPU_SECONDS = 10
WALL_SECONDS = 300
ADDRESS_SPACE_KB = 6_000_000
RESIDENT_MB = 500
OUTPUT_BYTES = 50_000_000

# Columns that hold words of the input, and may say anything.
TEXT = {"customer_id", "group", "cohort", "channel", "region", "segment", "reason", "next_action", "period", "metric"}
NOT_A_NUMBER = re.compile(r"[+-]?(nan|inf|infinity)|-0+(\.0*)?(e[+-]?\d+)?", re.IGNORECASE)
IN_TEXT = re.compile(r"(?<![\w.:/'\"+-])(-?NaN|-?inf|-0(\.0+)?)(?![\w.:/'\"-])")
HOSTILE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
INSIDES = re.compile(r"panicked at|unwrap\(|called `|RUST_BACKTRACE|\b(Some|Err|Ok)\(|src/\w+\.rs")


@dataclass
class Ran:
    """What a run left."""

    code: int
    """Exit code, negative: the signal."""
    cpu: float
    megabytes: float
    stdout: bytes
    stderr: bytes


def run(program: str, place: Path, step: Step) -> Ran:
    """Runs it with bounds on time and memory."""
    limits = f'ulimit -c 0; ulimit -t {CPU_SECONDS + 2}; ulimit -v {ADDRESS_SPACE_KB}; exec "$0" "$@"'
    names = [place / "stdout", place / "stderr"]
    source = open(place / step.stdin, "rb") if step.stdin else subprocess.DEVNULL
    with open(names[0], "wb") as out, open(names[1], "wb") as err:
        words = ["sh", "-c", limits, program, *step.words]
        words = [word.encode("utf-8", "surrogatepass").replace(b"\0", b"") for word in words]
        child = subprocess.Popen(words, cwd=place, stdin=source, stdout=out, stderr=err, env={**os.environ, "NO_COLOR": "1"})
        signal.signal(signal.SIGALRM, lambda *_: child.kill())
        signal.alarm(WALL_SECONDS)
        _, status, used = os.wait4(child.pid, 0)
        signal.alarm(0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if step.stdin:
        source.close()
    cpu = used.ru_utime + used.ru_stime
    return Ran(child.returncode, cpu, used.ru_maxrss / 1000, *(name.read_bytes()[:5_000_000] for name in names))


def judge(case: Case, step: Step, ran: Ran) -> list[str]:
    """All that is wrong."""
    if ran.cpu > CPU_SECONDS or ran.code in (-signal.SIGXCPU, -signal.SIGKILL):
        return [f"hang: {ran.cpu:.0f} s of CPU time"]
    if ran.code not in (0, 1, 2):
        why = ran.stderr.decode("utf-8", "replace").strip().splitlines()
        return [f"crash: exit {ran.code}: {' '.join(why[:2])[:200]}"]
    wrong = []
    if ran.megabytes > RESIDENT_MB:
        wrong.append(f"memory: {ran.megabytes:.0f} MB")
    for name, data in (("standard output", ran.stdout), ("standard error", ran.stderr)):
        if found := HOSTILE.search(data.decode("utf-8", "replace")):
            wrong.append(f"escape: {found.group()!r} on {name}")
    wrong += refusal(case, step, ran) if ran.code == 2 else result(case, step, ran)
    return wrong


def refusal(case: Case, step: Step, ran: Ran) -> Iterator[str]:
    """Of an error: does it say what, and was nothing written?"""
    said = ran.stderr.decode("utf-8", "replace")
    # An option, a value, an input (LOG and FILE are what the help calls it), a model.
    marks = ["--", "'", "`", '"', "standard input", "LOG:", "FILE:", "model "]
    marks += [path.name for path in case.place.iterdir()] + list(PARAMETERS)
    names = any(mark in said for mark in marks)
    if not said.startswith("error: ") or not names:
        yield f"words: {said.strip()[:200]!r} names nothing"
    if found := INSIDES.search(said):
        yield f"words: {found.group()} in {said.strip()[:200]!r}"
    for path in leftovers(case, step, written=False):
        yield f"half: {path} after an error"


def result(case: Case, step: Step, ran: Ran) -> Iterator[str]:
    """Of a result: is it there, whole and of numbers?"""
    for path in leftovers(case, step, written=True):
        yield f"half: {path} left behind"
    for name, kind in step.outputs.items():
        path = case.place / "out" / name
        if not path.exists():
            yield f"half: no {name} after exit 0"
        elif path.stat().st_size > OUTPUT_BYTES:
            yield f"large: {name} has {path.stat().st_size / 1e6:.0f} MB"
        else:
            yield from READ[kind](path)
    for data in (ran.stdout, ran.stderr):
        yield from report(data.decode("utf-8", "replace"), "--json" in step.words)


def leftovers(case: Case, step: Step, *, written: bool) -> list[str]:
    """Files in `out/` that no step was asked for, or that an error should not have left."""
    asked = {name for other in case.steps[: case.steps.index(step) + written] for name in other.outputs}
    return sorted({path.name for path in (case.place / "out").iterdir()} - asked)


def report(text: str, is_json: bool) -> Iterator[str]:
    """Words for people, or one JSON object."""
    if is_json and text.lstrip().startswith("{"):
        yield from json_numbers(text, "--json")
        return
    for line in text.splitlines():
        # Values of the input are shown in quotes; a horizon may be infinite.
        bare = re.sub(r"'[^']*'|horizon:? inf|--horizon inf|empty or NaN", "", line)
        if found := IN_TEXT.search(bare):
            yield f"number: {found.group()} in the report: {line.strip()[:120]}"
            return


def json_numbers(text: str, name: str) -> Iterator[str]:
    """Does it parse, and are its numbers numbers?"""
    found: list[str] = []

    def number(digits: str) -> float:
        if NOT_A_NUMBER.fullmatch(digits):
            found.append(digits)
        return float(digits)

    try:
        json.loads(text, parse_constant=number, parse_float=number, parse_int=number)
    except ValueError as error:
        yield f"half: {name}: {error}"
    if found:
        yield f"number: {found[0]} in {name}"


def table(path: Path) -> Iterator[str]:
    """CSV, JSON Lines or Parquet."""
    if path.suffix == ".jsonl":
        lines = path.read_text("utf-8").splitlines()
        for line in lines:
            yield from json_numbers(line, path.name)
        return
    if path.suffix == ".parquet":
        try:
            data = pyarrow.parquet.read_table(path)
        except Exception as error:
            yield f"half: {path.name}: {error}"
            return
        names, columns = data.column_names, [map(str, column.to_pylist()) for column in data.columns]
    else:
        text = path.read_text("utf-8")
        rows = list(csv.reader(text.splitlines(keepends=True)))
        if not text.endswith("\n") or len({len(row) for row in rows}) != 1:
            yield f"half: {path.name}: {len(rows)} rows of {sorted({len(row) for row in rows})} fields"
            return
        names, columns = rows[0], list(zip(*rows[1:], strict=True))
    for name, values in zip(names, columns, strict=False):
        if name not in TEXT and (hits := [value for value in values if NOT_A_NUMBER.fullmatch(value)]):
            yield f"number: {hits[0]} in column {name} of {path.name}"
            return


def model(path: Path) -> Iterator[str]:
    """A model file."""
    yield from json_numbers(path.read_text("utf-8"), path.name)


def page(path: Path) -> Iterator[str]:
    """A page: ends where pages end, and has no odd number outside the charting library's code."""
    text = path.read_text("utf-8")
    if not text.rstrip().endswith("</html>"):
        yield f"half: {path.name} has no end"
    for data in re.findall(r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', text, re.DOTALL):
        yield from json_numbers(data, path.name)
    words = re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL)
    yield from report(words, is_json=False)


READ = {"table": table, "model": model, "page": page}
