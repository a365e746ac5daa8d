"""Where the logs are, and the command line to compare with."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures"
CDNOW = FIXTURES / "cdnow_sample.csv"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest file first: of two processes that share the files (``pytest -n 2 --dist loadfile``) none is left alone with it
    at the end. It mostly waits for Java, while the other one works."""
    items.sort(key=lambda item: item.path.name != "test_spark.py")


@pytest.fixture(scope="session")
def program() -> Path:
    """The command line, built from the same source."""
    built = os.environ.get("CLV_PROGRAM", ROOT / "target" / "release" / "clv")
    path = Path(built)
    assert path.exists(), f"{path} is not there: cargo build --release makes it (or name it in CLV_PROGRAM)"
    return path


@pytest.fixture(scope="session")
def run(program: Path):
    """Runs the command line."""

    def call(*arguments: object) -> str:
        words = [str(program), *map(str, arguments)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return done.stdout

    return call
