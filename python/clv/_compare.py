"""Several models fitted to the same customers, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from clv import _core
from clv._core import Model, Table
from clv._errors import once


class Comparison:
    """Models fitted to the same customers: a table with a row a model, and the models by name.

    ``comparison["pareto-nbd"]`` is a model, ``comparison.best`` the one with the lowest BIC; ``to_pandas()``,
    ``to_polars()`` and ``to_arrow()`` turn the table into the caller's.
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

    def __getitem__(self, name: str) -> Model:
        return self.models[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.models)

    def __len__(self) -> int:
        return len(self.models)

    def __contains__(self, name: object) -> bool:
        return name in self.models

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.table.__arrow_c_stream__(requested_schema)

    def to_arrow(self) -> Any:
        """The table as one of PyArrow."""
        return self.table.to_arrow()

    def to_polars(self) -> Any:
        """The table as a data frame of Polars."""
        return self.table.to_polars()

    def to_pandas(self) -> Any:
        """The table as a data frame of pandas."""
        return self.table.to_pandas()

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
