"""Tables as arrays of NumPy, which is imported when it is asked for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from clv._core import Table


def _numpy() -> Any:
    try:
        import numpy
    except ImportError as error:
        raise ImportError("this needs numpy: pip install numpy") from error
    return numpy


def column(table: Table, name: str) -> np.ndarray[Any, Any]:
    """One column."""
    numpy = _numpy()
    kind, values = table._column(name)
    if kind != "object":
        array: np.ndarray[Any, Any] = numpy.frombuffer(values, dtype=kind)
        return array.copy()
    if any(values and all(type(value) is only for value in values) for only in (bool, int)):
        array = numpy.array(values)
    else:
        array = numpy.empty(len(values), dtype=object)
        array[:] = values
    return array


def frame(table: Any) -> Any:
    """A table of PyArrow as a data frame of pandas, where days are moments: as objects they could not be compared with those of a log."""
    return table.to_pandas(date_as_object=False)


def matrix(table: Table) -> np.ndarray[Any, Any]:
    """All columns side by side: numbers, or objects if one of them holds something else."""
    numpy = _numpy()
    columns = [column(table, name) for name in table.columns]
    if not columns:
        return numpy.empty((len(table), 0))
    if any(array.dtype.kind not in "iufb" for array in columns):
        columns = [array.astype(object) for array in columns]
    return numpy.column_stack(columns)


def array(table: Table, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
    """What ``numpy.asarray(table)`` is: the matrix."""
    if copy is False:
        raise ValueError("columns of a table lie apart: an array of all of them is a copy")
    if _asked_by() == "pandas.core.frame":
        # pandas asks for an array without names, and would number the columns.
        raise TypeError("pandas.DataFrame would lose the columns' names and types: .to_pandas() has them")
    values = matrix(table)
    return values if dtype is None else values.astype(dtype)


def _asked_by() -> str | None:
    """The module that asks for an array, outside of this package."""
    caller = sys._getframe(1)
    while caller is not None and str(caller.f_globals.get("__name__")).partition(".")[0] == "clv":
        caller = caller.f_back  # type: ignore[assignment]
    return None if caller is None else caller.f_globals.get("__name__")
