"""What goes wrong, as exceptions: each says what is wrong, where, and how to repair it.

Those that are about a place in the data have it as attributes.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any


class ClvWarning(UserWarning):
    """What endangers the figures, with advice; ``code`` is its short stable name, such as ``exact-duplicates``.

    To silence one of them for good: ``warnings.filterwarnings("ignore", message="...", category=clv.ClvWarning)``.
    """

    code: str | None = None
    """Its short stable name."""

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code

    def __reduce__(self) -> tuple[type[ClvWarning], tuple[str, str | None]]:
        return type(self), (str(self), self.code)


class ClvError(Exception):
    """Any error of clv."""

    file: str | None = None
    """The file, as it was named; ``data`` for a table in memory."""
    line: int | None = None
    """The line of a text file, from 1."""
    row: int | None = None
    """The row of a table, from 1."""
    column: str | None = None
    """The column's name."""
    value: str | None = None
    """The value found there."""

    def __init__(self, message: str, **about: Any) -> None:
        super().__init__(message)
        for name, value in about.items():
            setattr(self, name, value)

    def __str__(self) -> str:
        return str(self.args[0])


class DataError(ClvError, ValueError):
    """The data cannot be used: unreadable, unclear columns, bad rows, or not enough to fit a model to."""

    rows: list[dict[str, Any]] | None = None
    """The first bad rows, each with file, line or row, column, value and problem."""
    total: int | None = None
    """How many bad rows there are."""


class OptionError(ClvError, ValueError):
    """An option has a value that cannot be used, or a model or a parameter is unknown or out of its domain."""

    option: str | None = None
    """The option's name."""
    model: str | None = None
    """The model's name."""


class NotConvergedError(ClvError, RuntimeError):
    """The search for the maximum of the likelihood failed."""

    model: str | None = None
    """The model's name."""
    report: dict[str, Any] | None = None
    """The evidence."""


class ModelFileError(ClvError, ValueError):
    """A model file cannot be used."""


class FileError(ClvError, OSError):
    """A file could not be opened, read or written."""


class MissingFileError(FileError, FileNotFoundError):
    """There is no such file."""


_said: ContextVar[set[str] | None] = ContextVar("clv_said", default=None)


@contextmanager
def once() -> Iterator[None]:
    """Within it each warning is said once."""
    before = _said.set(set())
    try:
        yield
    finally:
        _said.reset(before)


def warn(code: str, message: str) -> None:
    """Warns where clv was called from: of the caller's line, and not of one of ours."""
    said = _said.get()
    if said is not None:
        if message in said:
            return
        said.add(message)
    level, frame = 2, sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "clv":
        level, frame = level + 1, frame.f_back
    warnings.warn(ClvWarning(message, code), stacklevel=level)
