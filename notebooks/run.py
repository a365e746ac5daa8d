#!/usr/bin/env python3
"""Runs every notebook in a fresh kernel; the first exception in any of them fails.

    python notebooks/run.py [--keep] [FILE..]

Notebooks are Python scripts in cells (`# %%`), which jupytext opens as notebooks: `jupytext --to ipynb FILE`.
Beside each is an .ipynb with its results, for those who only read; pictures are kept as pictures. `--keep` writes
these anew; without it a notebook whose .ipynb has other cells fails.
"""

from __future__ import annotations

import base64
import io
import sys
import time
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from PIL import Image

HERE = Path(__file__).resolve().parent
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def run(path: Path, keep: bool = False) -> str | None:
    """What went wrong, if something did."""
    notebook = jupytext.read(path)
    resources = {"metadata": {"path": str(HERE)}}
    client = NotebookClient(notebook, timeout=600, kernel_name="python3", resources=resources, record_timing=False)
    try:
        client.execute()
    except CellExecutionError as error:
        return str(error)
    kept = path.with_suffix(".ipynb")
    if keep:
        nbformat.write(for_readers(notebook), kept)
    elif not kept.exists() or cells(nbformat.read(kept, as_version=4)) != cells(notebook):
        return f"{kept.name} is not of this notebook: python notebooks/run.py --keep {path.name}"
    return None


def cells(notebook: nbformat.NotebookNode) -> list[tuple[str, str]]:
    """What is written in it."""
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def for_readers(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Without progress, and without specifications of figures where there is the picture. Cells are numbered, so that
    what has not changed stays the same text."""
    for i, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{i}"
        outputs = [output for output in cell.get("outputs", []) if not passing(output)]
        for output in outputs:
            data = output.get("data", {})
            if "image/png" in data or "image/svg+xml" in data:
                for kind in [kind for kind in data if "vega" in kind or kind == "text/html"]:
                    del data[kind]
            if "image/png" in data:
                data["image/png"] = small(data["image/png"])
        if cell.cell_type == "code":
            cell.outputs = outputs
    # What is of the machine that ran it would change with every machine.
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    return notebook


def passing(output: nbformat.NotebookNode) -> bool:
    """What is seen while a cell runs: progress, on standard error or as a place that is empty in the end."""
    if output.output_type == "stream":
        return bool(output.name == "stderr")
    return output.output_type == "display_data" and not "".join(output.data.get("text/html", "something"))


def small(picture: str) -> str:
    """The same PNG with a palette: a tenth of the bytes."""
    written = io.BytesIO()
    opened = Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB")
    opened.quantize(128, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
    return base64.b64encode(written.getvalue()).decode()


def main() -> None:
    keep = "--keep" in sys.argv[1:]
    paths = [Path(name) for name in sys.argv[1:] if name != "--keep"] or sorted(HERE.glob("[0-9]*.py"))
    if not paths:
        sys.exit("there are no notebooks: this must follow them")
    failed = []
    for path in paths:
        begin = time.monotonic()
        error = run(path, keep)
        print(f"{path.name}: {'failed' if error else 'ok'} ({time.monotonic() - begin:.1f} s)", flush=True)
        if error:
            print(error, file=sys.stderr)
            failed.append(path.name)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
