"""Runs the cases of a driver and counts what came of them."""

from __future__ import annotations

import argparse
import collections
import multiprocessing
import random
import shlex
import shutil
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import logs
import model_files
import summaries
import tables
from case import Case
from verdict import judge, run

DRIVERS = {"logs": logs.case, "summaries": summaries.case, "tables": tables.case, "models": model_files.case}


class Found(NamedTuple):
    """What one case came to."""

    number: int
    runs: int
    codes: list[int]
    seconds: float
    wrong: list[str]


def build(driver: str, seed: int, number: int, place: Path) -> Case:
    """A case, the same for equal seeds and numbers."""
    (place / "out").mkdir(parents=True)
    case = Case(place, random.Random(f"{driver} {seed} {number}"))
    DRIVERS[driver](case)
    return case


def once(task: tuple[str, int, int, str, str | None]) -> Found:
    """Runs one case; one in which something is wrong is kept."""
    driver, seed, number, program, keep = task
    place = Path(tempfile.mkdtemp(prefix="clv-fuzz-"))
    try:
        case = build(driver, seed, number, place / "case")
        codes, seconds, wrong = [], 0.0, []
        for step in case.steps:
            ran = run(program, case.place, step)
            codes.append(ran.code)
            seconds = max(seconds, ran.cpu)
            wrong += judge(case, step, ran)
            if ran.code != 0 or wrong:
                break
        if keep and (wrong or keep.endswith("!")):
            save(case, Path(keep.removesuffix("!")) / f"{driver}-{seed}-{number}", wrong)
        return Found(number, len(codes), codes, seconds, wrong)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def save(case: Case, kept: Path, wrong: list[str]) -> None:
    """Keeps a case: its files, what was typed, what is wrong."""
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(case.place, kept)
    typed = [f"clv {shlex.join(step.words)}" + (f" < {step.stdin}" if step.stdin else "") for step in case.steps]
    (kept / "cmd.txt").write_text("\n".join(typed) + "\n", "utf-8", "surrogatepass")
    (kept / "wrong.txt").write_text("\n".join(wrong) + "\n", "utf-8", "replace")


def drive(driver: str, options: argparse.Namespace) -> list[Found]:
    """Cases until so many runs were made; gives those in which something is wrong."""
    began, runs, codes, slowest, wrong = time.time(), 0, collections.Counter(), (0.0, 0), []
    keep = f"{options.keep}!" if options.only is not None else str(options.keep)
    numbers = [options.only] if options.only is not None else range(options.runs)
    tasks = ((driver, options.seed, number, str(options.clv), keep) for number in numbers)
    with multiprocessing.Pool(options.jobs, maxtasksperchild=500) as pool:
        for found in pool.imap(once, tasks, chunksize=4):
            runs += found.runs
            codes.update(found.codes)
            slowest = max(slowest, (found.seconds, found.number))
            if found.wrong:
                wrong.append(found)
                print(f"{driver} {found.number}: {'; '.join(found.wrong)}", flush=True)
            if runs >= options.runs or (options.minutes and time.time() - began > 60 * options.minutes):
                pool.terminate()
                break
    ended = ", ".join(f"{times} with {code}" for code, times in sorted(codes.items()))
    took, (seconds, number) = time.time() - began, slowest
    print(f"{driver}: seed {options.seed}, {runs} runs in {took:.0f} s ({ended}); slowest {seconds:.1f} s (case {number}); {len(wrong)} wrong")
    return wrong
