"""Customer lifetime value: who is still a customer, how often they will come back, and what that is worth.

The verbs, options and numbers of the command line ``clv``, on tables and files::

    import clv

    scores = clv.forecast("orders.csv", margin=0.3)
    scores.to_pandas()

or step by step::

    summary = clv.summarize(orders, id="customer", date="ordered_on", amount="total")
    model = clv.fit(summary)
    scores = model.score(summary, horizon="12mo", discount="10%/yr", margin=0.3)

A table is anything that speaks the Arrow PyCapsule protocol (pandas, Polars, DuckDB, PyArrow), or the path of a
file. Results are such tables too, and turn into the caller's with ``.to_pandas()``, ``.to_polars()`` or
``.to_arrow()``.
"""

import importlib

from clv import _hints, plot
from clv._compare import Comparison
from clv._core import (
    Actions,
    Backtest,
    Check,
    Company,
    Contracts,
    Economics,
    Model,
    Page,
    Report,
    Scores,
    Summary,
    Table,
    __debug_build__,
    __version__,
    load,
    model,
)
from clv._errors import (
    ClvError,
    ClvWarning,
    DataError,
    FileError,
    MissingFileError,
    ModelFileError,
    NotConvergedError,
    OptionError,
)
from clv._options import (
    ActionsOptions,
    BacktestOptions,
    EconomicsOptions,
    FitOptions,
    ForecastOptions,
    LogOptions,
    MeasureOptions,
    NewcomersOptions,
    ReportOptions,
    ScoreOptions,
    SimulateOptions,
    SqlOptions,
    SummarizeOptions,
)
from clv._inferencedata import to_inferencedata as _to_inferencedata
from clv._progress import set_progress
from clv._verbs import (
    actions,
    backtest,
    check,
    economics,
    fit,
    forecast,
    measure,
    monitor,
    newcomers,
    report,
    simulate,
    sql,
    summarize,
    update,
)

__all__ = [
    "Actions",
    "ActionsOptions",
    "Backtest",
    "BacktestOptions",
    "Check",
    "ClvError",
    "ClvWarning",
    "Company",
    "Comparison",
    "Contracts",
    "DataError",
    "Economics",
    "EconomicsOptions",
    "FileError",
    "FitOptions",
    "ForecastOptions",
    "LogOptions",
    "MeasureOptions",
    "MissingFileError",
    "Model",
    "ModelFileError",
    "NewcomersOptions",
    "NotConvergedError",
    "OptionError",
    "Page",
    "Report",
    "ReportOptions",
    "ScoreOptions",
    "Scores",
    "SimulateOptions",
    "SqlOptions",
    "SummarizeOptions",
    "Summary",
    "Table",
    "__version__",
    "actions",
    "backtest",
    "check",
    "economics",
    "fit",
    "forecast",
    "load",
    "measure",
    "model",
    "monitor",
    "newcomers",
    "plot",
    "report",
    "set_progress",
    "simulate",
    "sql",
    "summarize",
    "update",
]

Model.to_inferencedata = _to_inferencedata  # type: ignore[method-assign]
# What is not there is answered with what there is in its place.
Table.__getattr__ = _hints.of_table  # type: ignore[attr-defined]
Model.__getattr__ = _hints.of_model  # type: ignore[attr-defined]

# Modules for other packages, which are imported when they are asked for.
_PARTS = ("compat", "sklearn", "spark")


def __getattr__(name: str) -> object:
    if name in _PARTS:
        return importlib.import_module(f"clv.{name}")
    hint = _hints.of_package(name)
    raise AttributeError(f"module 'clv' has no attribute '{name}'" + (f": {hint}" if hint else ""), name=name)


if __debug_build__:
    import warnings

    warnings.warn("this is a debug build of clv: many times slower than a release build", RuntimeWarning, stacklevel=2)
