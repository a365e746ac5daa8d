#!/usr/bin/env python3
"""Installs a wheel into an environment of its own, with nothing of the source on its path, and runs the package's tests on it.

    python3 tests/wheel.py [WHEEL]      without one, a wheel is built first
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# As in all.py.
PYTEST = "-q -c python/pyproject.toml -n 2 --dist loadfile --no-loadscope-reorder python/tests".split()


def run(*words: object, **environment: str) -> None:
    print("+", *words, flush=True)
    done = subprocess.run([str(word) for word in words], cwd=ROOT, env=os.environ | environment, check=False)
    if done.returncode != 0:
        sys.exit(f"failed: {' '.join(map(str, words))}")


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        venv.create(place, with_pip=True)
        python = Path(place) / ("Scripts" if os.name == "nt" else "bin") / "python"
        run(python, "-m", "pip", "install", "--quiet", "-r", "python/requirements-test.txt")
        wheels = [Path(word).resolve() for word in sys.argv[1:]]
        if not wheels:
            out = Path(place) / "wheels"
            run(python, "-m", "maturin", "build", "--release", "-m", "python/Cargo.toml", "-i", python, "-o", out)
            wheels = list(out.glob("clv-*.whl"))
        run(python, "-m", "pip", "install", "--quiet", "--no-deps", *wheels)
        # The tests compare with the program.
        run("cargo", "build", "--release")
        run(python, "-m", "pytest", *PYTEST)


if __name__ == "__main__":
    main()
