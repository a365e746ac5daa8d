"""What is handed in, as types."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from os import PathLike
from typing import Any, Literal, Protocol, Union


class ArrowStream(Protocol):
    """A table that speaks the Arrow PyCapsule protocol: of pandas, Polars, DuckDB, PyArrow, or a result of clv."""

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any: ...


class ArrowDataset(Protocol):
    """A dataset of PyArrow, which is not a stream itself."""

    def scanner(self) -> Any: ...


class LazyFrame(Protocol):
    """A lazy frame of Polars: it is collected."""

    def collect(self) -> Any: ...


class Expression(Protocol):
    """An expression of Ibis: it is run."""

    def to_pyarrow_batches(self) -> Any: ...


One = Union[str, PathLike[str], ArrowStream, ArrowDataset, LazyFrame, Expression]
"""A path, or a table."""
Data = Union[One, Sequence[One]]
"""Paths or tables: one, or several that are read as one."""
Date = Union[str, datetime.date]
"""A date: ``"1997-09-30"`` or a ``datetime.date``."""
Names = Union[str, Sequence[str]]
"""Names: a list, or with commas between them."""
File = Union[str, PathLike[str]]
"""A path."""
Unit = Literal["day", "week", "month", "year"]
"""How time is written."""
Grain = Literal["hour", "day", "week", "month", "year"]
"""What counts as one purchase."""
