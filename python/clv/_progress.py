"""How far a long call is: a line on a terminal, a bar in a notebook, nothing elsewhere."""

from __future__ import annotations

import sys
import time
from typing import Any, Protocol

_shown = True


def set_progress(shown: bool) -> None:
    """Show how far long calls are (the default), or do not."""
    global _shown
    _shown = shown


class Display(Protocol):
    """What shows progress."""

    def update(self, stage: str, done: int, total: int | None) -> None: ...

    def close(self) -> None: ...


def start() -> Display | None:
    """What shows progress here, if anything does."""
    if not _shown:
        return None
    if "IPython" in sys.modules:
        from IPython import get_ipython

        if type(get_ipython()).__name__ == "ZMQInteractiveShell":
            return _Notebook()
    if sys.stderr is not None and sys.stderr.isatty():
        return _Terminal()
    return None


class _Terminal:
    def __init__(self) -> None:
        self.begin = time.monotonic()

    def update(self, stage: str, done: int, total: int | None) -> None:
        if total:
            share = min(done / total, 1.0)
            bar = ("#" * round(24 * share)).ljust(24, "-")
            text = f"{stage} [{bar}] {share:4.0%}"
        else:
            count = f" {done:,}" if done else ""
            text = f"{stage}{count} ({time.monotonic() - self.begin:.0f} s)"
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()

    def close(self) -> None:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


class _Notebook:
    def __init__(self) -> None:
        from IPython.display import HTML, display

        self.html = HTML
        self.handle: Any = display(HTML(""), display_id=True)

    def update(self, stage: str, done: int, total: int | None) -> None:
        value = f' max="{total}" value="{min(done, total)}"' if total else ""
        self.handle.update(self.html(f"<progress{value}></progress> {stage}"))

    def close(self) -> None:
        self.handle.update(self.html(""))
