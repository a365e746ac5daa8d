#!/usr/bin/env python3
"""Runs every notebook in a fresh kernel; the first exception in any of them fails.

    python notebooks/run.py [FILE..]

Notebooks are Python scripts in cells (`# %%`), which jupytext opens as notebooks: `jupytext --to ipynb FILE`.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import jupytext
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

HERE = Path(__file__).resolve().parent


def run(path: Path) -> str | None:
    """What went wrong, if something did."""
    notebook = jupytext.read(path)
    client = NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(HERE)}})
    try:
        client.execute()
    except CellExecutionError as error:
        return str(error)
    return None


def main() -> None:
    paths = [Path(name) for name in sys.argv[1:]] or sorted(HERE.glob("[0-9]*.py"))
    if not paths:
        sys.exit("there are no notebooks: this must follow them")
    failed = []
    for path in paths:
        begin = time.monotonic()
        error = run(path)
        print(f"{path.name}: {'failed' if error else 'ok'} ({time.monotonic() - begin:.1f} s)", flush=True)
        if error:
            print(error, file=sys.stderr)
            failed.append(path.name)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
