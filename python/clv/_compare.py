"""Several models fitted to the same customers, side by side."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from os import PathLike
from typing import TYPE_CHECKING, Any

from clv import _arrays, _core, _hints
from clv._core import Model, Table
from clv._errors import once

if TYPE_CHECKING:
    import numpy as np


class Comparison:
    """Models fitted to the same customers: a table with a row a model, and the models by name.

    ``comparison["pareto-nbd"]`` is a model, ``comparison.best`` the one with the lowest BIC, and iteration, ``len`` and
    ``dict(comparison)`` are over the models. ``comparison["bic"]`` is a column, ``comparison[["model", "bic"]]`` a table;
    ``to_pandas()``, ``to_polars()`` and ``to_arrow()`` turn all of it into the caller's.
    """

    def __init__(self, models: dict[str, Model]) -> None:
        self.models = models
        """The models by name."""

    @property
    def table(self) -> Table:
        """A row a model, the lowest BIC first: ``model``, ``log_likelihood``, ``parameters`` that were free, ``aic``, ``bic``
        and how far this is from the lowest, and whether the search converged."""
        rows = []
        for name, model in self.models.items():
            said = model.report.data["model"]["fit"] or {}
            rows.append(
                {
                    "model": name,
                    "log_likelihood": model.log_likelihood,
                    "parameters": said.get("free_parameters"),
                    "aic": model.aic,
                    "bic": model.bic,
                    "stop": said.get("stop"),
                }
            )
        rows.sort(key=lambda row: float("inf") if row["bic"] is None else row["bic"])
        lowest = rows[0]["bic"] if rows else None
        for row in rows:
            row["bic_above_best"] = None if row["bic"] is None or lowest is None else row["bic"] - lowest
        names = ["model", "log_likelihood", "parameters", "aic", "bic", "bic_above_best", "stop"]
        return _core.make_table({name: [row[name] for row in rows] for name in names})

    @property
    def best(self) -> Model:
        """The model with the lowest BIC."""
        return self.models[str(self.table["model"][0])]

    def __getitem__(self, key: Any) -> Any:
        """A model by its name; a column, columns or rows of the table as :class:`clv.Table` has them."""
        if not isinstance(key, str):
            return self.table[key]
        if key in self.models:
            return self.models[key]
        table = self.table
        if key in table:
            return table[key]
        known = f"models are {', '.join(self.models)}; columns are {', '.join(table.columns)}"
        raise KeyError(f"'{key}' is neither a model nor a column here; {known}")

    def __iter__(self) -> Iterator[str]:
        return iter(self.models)

    def __len__(self) -> int:
        return len(self.models)

    def __contains__(self, name: object) -> bool:
        return name in self.models or name in self.table

    def keys(self) -> KeysView[str]:
        """The models' names, as they were given."""
        return self.models.keys()

    def values(self) -> ValuesView[Model]:
        """The models."""
        return self.models.values()

    def items(self) -> ItemsView[str, Model]:
        """The models with their names."""
        return self.models.items()

    @property
    def columns(self) -> list[str]:
        """The table's columns."""
        return self.table.columns

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the table."""
        return self.table.shape

    def head(self, n: int = 5) -> Table:
        """The first rows of the table: the models with the lowest BIC."""
        return self.table.head(n)

    def write(self, path: str | PathLike[str]) -> None:
        """Writes the table, as :meth:`clv.Table.write` does."""
        self.table.write(path)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        return _arrays.array(self.table, dtype, copy)

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.table.__arrow_c_stream__(requested_schema)

    def to_numpy(self) -> np.ndarray[Any, Any]:
        """The table as one array of NumPy."""
        return self.table.to_numpy()

    def to_arrow(self) -> Any:
        """The table as one of PyArrow."""
        return self.table.to_arrow()

    def to_polars(self) -> Any:
        """The table as a data frame of Polars."""
        return self.table.to_polars()

    def to_pandas(self) -> Any:
        """The table as a data frame of pandas."""
        return self.table.to_pandas()

    if not TYPE_CHECKING:  # type checkers know what there is

        def __getattr__(self, name):
            """Fails with what there is in its place."""
            return _hints.of_table(self, name)

    def __repr__(self) -> str:
        return repr(self.table)

    def _repr_html_(self) -> str:
        return self.table._repr_html_()


def fit(data: Any, **options: Any) -> Model | Comparison:
    """One model, or several."""
    names = options.get("model")
    if names is None or isinstance(names, str):
        return _core.fit(data, **options)
    if hasattr(data, "read_all") and not hasattr(data, "__len__"):
        # A stream can be read once.
        data = data.read_all()
    with once():
        return Comparison({name: _core.fit(data, **(options | {"model": name})) for name in names})
