#!/usr/bin/env python3
"""Runs all tests: of Rust, of the Python package (built as a wheel into an environment of its own under target/),
and the notebooks. It needs the Rust toolchain and Python 3.11 or later with pip.

    python3 tests/all.py             everything
    python3 tests/all.py python      only what needs Python
"""

import os
import subprocess
import sys
import venv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "target" / "python"
WHEELS = ROOT / "target" / "wheels"
# Two processes, each with whole files, so that what a file's tests share is made once; in the order of `conftest.py`.
PYTEST = "-q -c python/pyproject.toml -n 2 --dist loadfile --no-loadscope-reorder python/tests".split()


def run(*words: object, **environment: str) -> None:
    """Runs a command; ends everything if it fails."""
    print("+", *words, flush=True)
    done = subprocess.run([str(word) for word in words], cwd=ROOT, env=os.environ | environment, check=False)
    if done.returncode != 0:
        sys.exit(f"failed: {' '.join(map(str, words))}")


def environment() -> Path:
    """The Python of an environment with what the tests need."""
    python = PLACE / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        venv.create(PLACE, with_pip=True)
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", "python/requirements-test.txt")
    return python


def wheel(python: Path) -> Path:
    """A wheel of the package as it is now."""
    for old in WHEELS.glob("clv-*.whl"):
        old.unlink()
    run(python, "-m", "maturin", "build", "--release", "-m", "python/Cargo.toml", "-i", python, "-o", WHEELS)
    [built] = WHEELS.glob("clv-*.whl")
    return built


def main() -> None:
    # Either makes the command line too, which the package is compared with. The package is part of the workspace: with
    # it, the features of what both need are those that the wheel needs, which is then compiled once.
    # What is downloaded is so while the compiler works.
    with ThreadPoolExecutor() as pool:
        ready = pool.submit(environment)
        browser = pool.submit(run, sys.executable, "tests/browser/run.py", "--install")
        run("cargo", "build" if sys.argv[1:] == ["python"] else "test", "--workspace", "--release")
        browser.result()
        python = ready.result()
    run(sys.executable, "tests/browser/run.py")
    built = wheel(python)
    megabytes = built.stat().st_size / 1e6
    assert megabytes < 40, f"{built.name} has {megabytes:.0f} MB"
    run(python, "-m", "pip", "install", "--quiet", "--force-reinstall", "--no-deps", built)
    run(python, "-m", "pytest", *PYTEST)
    run(python, "-m", "mypy", "--strict", "python/tests/typed.py")
    run(python, "-m", "mypy.stubtest", "clv._core", "--allowlist", "python/tests/stubtest.txt")
    if (ROOT / "notebooks" / "run.py").exists():
        run(python, "notebooks/run.py")
    print("all tests passed")


if __name__ == "__main__":
    main()
