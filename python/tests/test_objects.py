"""Results as objects: figures, copies, pictures in words and HTML; long calls that stop; memory.

Seen to fail: a pickle that lost the spend model; work that does not stop; the interpreter held while waiting;
400 MB taken while scoring; an option without a type; help that says other words than the stub.
"""

from __future__ import annotations

import ast
import copy
import ctypes
import inspect
import os
import pickle
import subprocess
import sys
import threading
import time
import typing
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

import clv
from clv import _core
from conftest import CDNOW

OPTIONS = {"observed_until": "1997-09-30"}


@pytest.fixture(scope="module")
def model() -> clv.Model:
    return clv.fit(CDNOW, observed_until="1997-09-30")


def test_figures(model: clv.Model) -> None:
    """Fader, Hardie & Lee (2005), table 2: r .243, alpha 4.414, a .793, b 2.426, LL -9582.4."""
    parameters = {name: round(value, 3) for name, value in model.parameters.items()}
    assert parameters == {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
    assert round(model.log_likelihood or 0.0, 1) == -9582.4
    assert model.name == "bg-nbd" and model.unit == "week" and model.grain == "day"
    assert model.observed_until == "1997-09-30"
    assert set(model.standard_errors) == set(parameters) and model.standard_errors["r"] == pytest.approx(0.0126, rel=1e-2)
    assert model.spend_parameters is not None and set(model.spend_parameters) == {"p", "q", "v"}
    assert model.covariance is not None and len(model.covariance) == 4
    assert model.report.data["model"]["fit"]["stop"] == "converged"
    assert clv.fit(CDNOW, spend=None, **OPTIONS).spend_parameters is None


def test_copies(model: clv.Model) -> None:
    again = pickle.loads(pickle.dumps(model))
    assert again == model and hash(again) == hash(model) and again.spend_parameters == model.spend_parameters
    assert copy.deepcopy(model) == model and copy.copy(model) == model
    other = clv.fit(CDNOW, spend=None, **OPTIONS)
    assert other != model and model != "bg-nbd"
    assert again.score(CDNOW, **OPTIONS).to_arrow() == model.score(CDNOW, **OPTIONS).to_arrow()


def test_summaries_travel(model: clv.Model) -> None:
    """Version 0.1.0: "cannot pickle 'clv.Summary' object"."""
    summary = clv.summarize(CDNOW, **OPTIONS)
    again = pickle.loads(pickle.dumps(summary))
    assert again.to_arrow() == summary.to_arrow() and again.account == summary.account
    assert (again.unit, again.grain, again.observed_until) == (summary.unit, summary.grain, summary.observed_until)
    assert again.report.data == summary.report.data
    assert clv.fit(again) == clv.fit(summary) == model
    assert copy.copy(summary) is summary and copy.deepcopy(summary) is summary
    with pytest.raises(clv.DataError, match="no summary of this version"):
        _core.summary_from_bytes(b"something else")


def test_words_and_html(model: clv.Model) -> None:
    summary, scores = clv.summarize(CDNOW, **OPTIONS), model.score(CDNOW, **OPTIONS)
    found = clv.backtest(CDNOW, holdout="26w", models="nbd", replicates=0)
    assert "log-likelihood -9,582.429" in repr(model) and "0.242595" in model._repr_html_()
    assert "2357 rows x 10 columns" in repr(scores) and "<table>" in scores._repr_html_()
    assert "6919 rows" in summary.report._repr_html_().replace(",", "") and "rows used" not in repr(summary)
    assert "verdict" in repr(found) and "verdict" in found._repr_html_()
    for thing in (model, scores, found, summary.report):
        assert "\x1b" not in repr(thing)
    assert scores.totals["customers"] == 2357 and scores.model is model
    assert scores.totals["clv"] == pytest.approx(72693.72, abs=0.01)


def test_groups() -> None:
    orders = clv.simulate(clv.model("bg-nbd", spend={"p": 6, "q": 4, "v": 15}, r=0.25, alpha=4, a=1, b=2.5), customers=400)
    frame = orders.to_pandas()
    frame["region"] = ["north" if id % 2 else "south" for id in frame["customer_id"]]
    groups = clv.forecast(frame, model="bg-nbd", by="region").groups
    assert groups is not None and {group["group"] for group in groups} == {None, "north", "south"}
    assert sum(group["customers"] for group in groups) == 800


def ticks_beside(call: Callable[[], object]) -> float:
    """How many hundredths of a second of its time another thread could run, of all that there were."""
    done, ticks = threading.Event(), 0

    def tick() -> None:
        nonlocal ticks
        while not done.is_set():
            ticks += 1
            time.sleep(0.01)

    thread = threading.Thread(target=tick)
    thread.start()
    begin = time.monotonic()
    call()
    seconds = time.monotonic() - begin
    done.set()
    thread.join()
    assert seconds > 0.05, f"{seconds:.3f} s are too few to tell"
    return ticks / (100 * seconds)


@pytest.fixture(scope="module")
def many(model: clv.Model) -> pa.Table:
    """A log that each verb works on for a while."""
    return clv.simulate(model, customers=200_000, seed=1).to_arrow()


LONG: dict[str, Callable[[clv.Model, pa.Table], object]] = {
    "simulate": lambda model, log: clv.simulate(model, customers=1_000_000),
    "summarize": lambda model, log: [clv.summarize(log) for _ in range(3)],
    "fit": lambda model, log: clv.fit(log, model="pareto-nbd"),
    "score": lambda model, log: model.score(log, interval=0.9),
    "forecast": lambda model, log: clv.forecast(log, model="nbd"),
    "backtest": lambda model, log: clv.backtest(log, models="nbd", replicates=0),
    "economics": lambda model, log: clv.economics(model, log, interval="none"),
    "sample_futures": lambda model, log: model.sample_futures(log, draws=3),
    "check": lambda model, log: [clv.check(log) for _ in range(3)],
    "report": lambda model, log: clv.report(log.slice(0, 100_000), model="nbd", interval="none"),
}


@pytest.mark.parametrize("verb", LONG)
@pytest.mark.filterwarnings("ignore")
def test_calls_release_the_interpreter(model: clv.Model, many: pa.Table, verb: str) -> None:
    """Another thread goes on while a long call runs: for a third of the time at least, on a machine that others use."""
    share = ticks_beside(lambda: LONG[verb](model, many))
    assert share > 0.3, f"{share:.0%} of the ticks"


@pytest.mark.skipif(os.name == "nt", reason="no usleep")
def test_what_keeps_the_interpreter_is_found() -> None:
    """A call of C that does not let go: the other thread hardly runs."""
    assert ticks_beside(lambda: ctypes.PyDLL(None).usleep(500_000)) < 0.1


STOPPED = """
import os, signal, sys, threading, time
import clv
model = clv.model("bg-nbd", r=5, alpha=1, a=0.1, b=20)
threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()
begin = time.monotonic()
try:
    if sys.argv[1] == "simulate":
        clv.simulate(model, customers=100_000_000)
    elif sys.argv[1] == "backtest":
        clv.backtest(sys.argv[2], replicates=100_000, models="nbd")
    else:
        clv.fit(sys.argv[2], observed_until="1997-09-30", model="pareto-nbd", spend=None, posterior="nuts")
except KeyboardInterrupt:
    print("stopped after", time.monotonic() - begin)
"""


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT to itself")
@pytest.mark.parametrize("call", ["simulate", "fit", "backtest"])
def test_ctrl_c_stops(call: str) -> None:
    words = [sys.executable, "-c", STOPPED, call, str(CDNOW)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.startswith("stopped after"), done.stdout + done.stderr
    assert float(done.stdout.split()[-1]) < 10.0


MEMORY = """
import sys
import numpy as np, pyarrow as pa
import clv
n = int(sys.argv[1])
rng = np.random.default_rng(1)
x = rng.poisson(1.5, n)
t = rng.integers(60, 400, n) / 7
t_x = np.where(x > 0, np.maximum(1 / 7, np.floor(t * 7 * rng.random(n)) / 7), 0.0)
ids = pa.array(np.arange(n)).cast(pa.string())
money = np.where(x > 0, 20 + rng.random(n), 0.0)
table = pa.table({"customer_id": ids, "frequency": x, "recency": t_x, "T": t, "monetary_value": money})
del ids, x, t, t_x, money
model = clv.model("bg-nbd", spend={"p": 6, "q": 4, "v": 15}, r=0.25, alpha=4, a=0.8, b=2.4)
model.score(table.slice(0, 1000))

def kilobytes(what):
    [line] = [line for line in open("/proc/self/status") if line.startswith(what)]
    return int(line.split()[1])

# The peak so far is forgotten.
open("/proc/self/clear_refs", "w").write("5")
before = kilobytes("VmRSS")
scores = model.score(table)
after = kilobytes("VmHWM")
size = pa.table(scores).nbytes / 1024
print((after - before) / 1024, size / 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux counts it")
def test_memory_of_scoring() -> None:
    """No more than the output and 200 MB; CLV_MEMORY_ROWS=10000000 asks for more rows."""
    rows = os.environ.get("CLV_MEMORY_ROWS", "1000000")
    done = subprocess.run([sys.executable, "-c", MEMORY, rows], capture_output=True, text=True, check=True)
    added, output = map(float, done.stdout.split())
    print(f"{added:.0f} MB added, output {output:.0f} MB")
    assert added < output + 200.0, f"{added:.0f} MB added, output {output:.0f} MB"


def documented() -> dict[str, str]:
    """The docstrings of the stub."""
    tree = ast.parse((Path(clv.__file__).parent / "_core.pyi").read_text())
    found = {}
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node):
            found[node.name] = ast.get_docstring(node)
        for member in getattr(node, "body", []) if isinstance(node, ast.ClassDef) else []:
            if isinstance(member, ast.FunctionDef) and ast.get_docstring(member):
                found[f"{node.name}.{member.name}"] = ast.get_docstring(member)
    return {name: text for name, text in found.items() if text}


@pytest.mark.parametrize("name", documented())
def test_help_says_what_the_stub_says(name: str) -> None:
    thing = _core
    for part in name.split("."):
        thing = inspect.getattr_static(thing, part) if inspect.isclass(thing) else getattr(thing, part)
    assert inspect.cleandoc(thing.__doc__ or "") == documented()[name]


@pytest.mark.parametrize("verb", ["summarize", "fit", "score", "forecast", "backtest", "economics", "actions", "measure", "report", "simulate"])
def test_every_option_is_typed(verb: str) -> None:
    typed = getattr(clv, f"{verb.title()}Options")
    assert set(typing.get_type_hints(typed)) == set(_core.option_names(verb))  # type: ignore[arg-type]


def test_a_debug_build_says_so() -> None:
    assert _core.__debug_build__ is False




def test_diagnostics() -> None:
    said = clv.fit(CDNOW, diagnostics=True, observed_until="1997-09-30").report
    assert "diagnostics" in said.data and len(str(said)) > len(str(clv.fit(CDNOW, observed_until="1997-09-30").report))


def test_modules_are_imported_when_asked_for() -> None:
    code = "import clv, sys; assert 'clv.compat' not in sys.modules; print(clv.compat.__name__, clv.sklearn.CustomerValue.__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["clv.compat", "CustomerValue"]
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        clv.nothing  # type: ignore[attr-defined]
