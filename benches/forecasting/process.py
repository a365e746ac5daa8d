"""Runs a command alone: what it said, its CPU seconds (user and system) and its peak memory."""

import math
import os
import resource
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass

# One thread each: what a method costs does not depend on the machine's cores.
ONE_THREAD = {name: "1" for name in ("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
MEMORY_UNIT = 1024 * 1024 if sys.platform == "darwin" else 1024


class Failed(Exception):
    """A method that gives no forecast; its words go into the results."""


@dataclass(frozen=True)
class Done:
    """What a process said and took."""

    said: str
    cpu: float
    peak_mb: float


def run(words, limit):
    """Runs the command, at most `limit` seconds of CPU. Raises Failed with its complaint if it fails."""
    words, environment = [str(word) for word in words], os.environ | ONE_THREAD
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = subprocess.Popen(words, stdout=out, stderr=err, env=environment, preexec_fn=lambda: at_most(limit))
        # wait4 gives the usage of this child alone.
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        said, complaint = out.read().decode(), err.read().decode(errors="replace")
    seconds = usage.ru_utime + usage.ru_stime
    if child.returncode == -signal.SIGXCPU or (child.returncode < 0 and seconds >= limit):
        raise Failed(f"stopped after {seconds:.0f} CPU seconds (--limit {limit:g})")
    if child.returncode < 0:
        raise Failed(f"ended by {signal.Signals(-child.returncode).name}: out of memory?")
    if child.returncode != 0:
        raise Failed(complaint_of(complaint) or f"ended with {child.returncode}")
    return Done(said, seconds, usage.ru_maxrss / MEMORY_UNIT)


def at_most(seconds):
    """Limits the CPU seconds of this process. Those of the clock would depend on what else the machine does."""
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(seconds), math.ceil(seconds) + 5))


def complaint_of(text):
    """The line that says what went wrong: clv's first with "error", or the last of a traceback."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("error:")]
    said = (errors or lines[-1:] or [""])[0]
    return said.removeprefix(f"{Failed.__module__}.{Failed.__name__}: ")[:300]
