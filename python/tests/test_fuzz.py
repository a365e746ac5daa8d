"""A slice of the fuzzing under `fuzz/`, and whether its verdicts can be guilty."""

from __future__ import annotations

import multiprocessing
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "fuzz"))

import case as fuzz_case  # noqa: E402
import drive  # noqa: E402
import verdict  # noqa: E402

# What a program may do wrong, as the shell script that does it, and the verdict on it.
GUILTY = {
    "thread 'main' panicked": ("echo \"thread 'main' panicked at src/x.rs:1\" >&2; exit 101", "crash: exit 101"),
    "aborts": ("kill -ABRT $$", "crash: exit -6"),
    "never ends": ("while :; do :; done", "hang: "),
    "takes memory": ("python3 -c 'x = bytearray(700000000)'; printf 'a\\n1\\n' > out/t.csv", "memory: "),
    "NaN in a table": ("printf 'customer_id,clv\\nnan,1\\nb,NaN\\n' > out/t.csv", "number: NaN in column clv"),
    "-0 in a table": ("printf 'customer_id,clv\\nb,-0.0\\n' > out/t.csv", "number: -0.0 in column clv"),
    "infinity in a report": ("echo '  value  inf' ; printf 'a\\n1\\n' > out/t.csv", "number: inf in the report"),
    "NaN in JSON": ("echo '{\"a\": NaN}' ; printf 'a\\n1\\n' > out/t.csv", "number: NaN in --json"),
    "half a table": ("printf 'customer_id,clv\\nb,1\\nc' > out/t.csv", "half: t.csv"),
    "no table": ("true", "half: no t.csv after exit 0"),
    "a table after an error": ("echo \"error: log.csv: 'x'\" >&2; echo a > out/t.csv; exit 2", "half: t.csv after an error"),
    "a file left behind": ("printf 'a\\n1\\n' > out/t.csv; touch out/.t.csv.tmp", "half: .t.csv.tmp left behind"),
    "an error that names nothing": ("echo 'error: something went wrong' >&2; exit 2", "words: "),
    "an error that shows its insides": ("echo \"error: 'x': Some(1)\" >&2; exit 2", "words: Some("),
    "an escape": ("printf '\\033[31mred\\n'; printf 'a\\n1\\n' > out/t.csv", "escape: "),
}


@pytest.fixture(scope="module")
def afar() -> Iterator[Callable[..., Any]]:
    """Calls a function in a process of its own, which is small: what a program takes at most is counted from what the
    process that started it took."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        yield pool.apply


@pytest.mark.parametrize("what", GUILTY)
def test_a_guilty_program_is_found(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script, expected = GUILTY[what]
    monkeypatch.setattr(verdict, "CPU_SECONDS", 1)
    program = tmp_path / "clv"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    (tmp_path / "case" / "out").mkdir(parents=True)
    case = fuzz_case.Case(tmp_path / "case", random.Random(1))
    case.run("score", "log.csv", *(["--json"] if "JSON" in what else []), t_csv="table")
    [step] = case.steps
    wrong = list(verdict.judge(case, step, verdict.run(str(program), case.place, step)))
    assert any(line.startswith(expected) for line in wrong), wrong


def test_an_innocent_program_is_let_go(tmp_path: Path, afar: Callable[..., Any]) -> None:
    program = tmp_path / "clv"
    program.write_text("#!/bin/sh\nprintf 'customer_id,clv\\nnan,-1.5\\n' > out/t.csv; echo ok\n")
    program.chmod(0o755)
    (tmp_path / "case" / "out").mkdir(parents=True)
    case = fuzz_case.Case(tmp_path / "case", random.Random(1))
    case.run("score", "log.csv", t_csv="table")
    [step] = case.steps
    assert not list(verdict.judge(case, step, afar(verdict.run, (str(program), case.place, step))))


@pytest.mark.parametrize("driver", drive.DRIVERS)
def test_a_slice(driver: str, program: Path, tmp_path: Path, afar: Callable[..., Any]) -> None:
    """The first cases of a seed; `python3 fuzz` has the rest."""
    for number in range(25):
        found = afar(drive.once, ((driver, 1, number, str(program), str(tmp_path / "kept")),))
        assert not found.wrong, f"python3 fuzz {driver} --seed 1 --only {number}: {found.wrong}"
