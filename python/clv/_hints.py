"""What people type who come from other packages, answered with what it is called here.

Nothing of it makes the attribute be there: ``hasattr`` is false, and the error is an ``AttributeError``.
"""

from __future__ import annotations

import difflib
import sys
from typing import Any

_WRITERS = ("save", "to_csv", "to_excel", "to_json", "to_parquet", "write_csv", "write_excel", "write_parquet")
_LENGTHS = ("height", "nrow", "nrows", "num_rows")

_OF_MODELS = {
    **dict.fromkeys(["params_", "params", "coef_"], "model.parameters"),
    **dict.fromkeys(["summary", "fit_summary", "confidence_intervals_"], "model.summary_frame()"),
    **dict.fromkeys(["variance_matrix_", "hessian", "vcov"], "model.covariance"),
    **dict.fromkeys(["idata", "fit_result"], "model.to_inferencedata(), or model.posterior as a table"),
    **dict.fromkeys(["predict", "transform", "forecast"], "model.score(data, horizon='12mo')"),
    **dict.fromkeys(["fit"], "clv.fit(data), which gives a new model"),
    **dict.fromkeys(["plot"], "the figures of clv.plot, such as clv.plot.frequencies(model, data)"),
    **dict.fromkeys(["to_pickle", "save_model", "dump"], "model.save('model.json')"),
    "simulate": "clv.simulate(model), or model.sample_futures(data) for the customers there are",
}

_OF_THE_PACKAGE = {
    **dict.fromkeys(["score", "predict"], "model.score(data), or clv.forecast(data) for fit and score at once"),
    **dict.fromkeys(["read_csv", "read_parquet", "read_excel"], "the path itself: clv.fit('orders.csv')"),
    **dict.fromkeys(["rfm_summary", "clv_summary", "summary_data_from_transaction_data", "elog2cbs"], "clv.summarize(orders)"),
    **dict.fromkeys(["calibration_and_holdout_data", "cross_validate", "evaluate"], "clv.backtest(orders, holdout='39w')"),
    **dict.fromkeys(["load_model", "from_json"], "clv.load('model.json')"),
    **dict.fromkeys(["compare"], "clv.fit(data, model=['bg-nbd', 'pareto-nbd'])"),
}


def of_table(table: Any, name: str) -> Any:
    """Fails with what a table has in place of an attribute."""
    hint = None
    if not name.startswith("_"):
        if name in table.columns:
            hint = f"a column is table['{name}']"
        elif name in _WRITERS:
            hint = "table.write('scores.csv'), or .xlsx, .parquet, .jsonl"
        elif name in _LENGTHS:
            hint = "len(table)"
        elif name == "tail":
            hint = "table[-5:]"
        else:
            hint = _of_frames(name)
    raise _missing(table, name, hint)


def _of_frames(name: str) -> str | None:
    """What data frames have, of the libraries that the caller has."""
    for package, turn in (("pandas", "to_pandas"), ("polars", "to_polars")):
        library = sys.modules.get(package)
        if library is not None and hasattr(getattr(library, "DataFrame", None), name):
            return f"a data frame of {package} has that: table.{turn}().{name}"
    return None


def of_model(model: Any, name: str) -> Any:
    """Fails with what a model has in place of an attribute."""
    hint = None
    if not name.startswith("_"):
        hint = _OF_MODELS.get(name) or _of_others(name)
    raise _missing(model, name, hint)


def _of_others(name: str) -> str | None:
    """Methods of lifetimes and PyMC-Marketing."""
    from clv import compat

    for package, kind in (("lifetimes", compat.Lifetimes), ("pymc", compat.PyMC)):
        if hasattr(kind, name):
            return f"clv.compat.{package}(model).{name}(...)"
    return None


_OF_FIGURES = {
    **dict.fromkeys(["savefig", "write_image", "to_image", "write_html"], "figure.save('figure.png'), or .svg, .html"),
    **dict.fromkeys(["show", "display"], "figure.save('figure.html'); a notebook draws it as the last of a cell"),
    **dict.fromkeys(["to_dict", "to_json"], "figure.spec()"),
    **dict.fromkeys(["properties", "configure", "encode", "update_layout"], "figure.chart(), which is a chart of Altair"),
}

_OF_PLOTS = {
    **dict.fromkeys(["plot_frequency_recency_matrix"], "purchases"),
    **dict.fromkeys(["plot_probability_alive_matrix"], "p_alive"),
    **dict.fromkeys(["plot_period_transactions", "frequency", "plot_expected_purchases_ppc"], "frequencies"),
    **dict.fromkeys(["plot_history_alive"], "alive_history"),
    **dict.fromkeys(["plot_calibration_purchases_vs_holdout_purchases"], "calibration"),
    **dict.fromkeys(["plot_cumulative_transactions", "plot_incremental_transactions"], "tracking"),
    **dict.fromkeys(["plot_expected_purchases_over_time"], "tracking"),
    **dict.fromkeys(["plot_transaction_rate_heterogeneity", "plot_dropout_rate_heterogeneity"], "heterogeneity"),
    **dict.fromkeys(["plot_customer_exposure"], "timelines"),
    **dict.fromkeys(["plot_posterior", "plot_trace"], "posterior"),
    **dict.fromkeys(["lorenz", "pareto"], "concentration"),
}


def of_figure(figure: Any, name: str) -> Any:
    """Fails with what a figure has in place of an attribute."""
    raise _missing(figure, name, _OF_FIGURES.get(name))


def of_plots(name: str, names: list[str]) -> AttributeError:
    """Of a figure that there is not, with the one that is meant."""
    near = difflib.get_close_matches(name.removeprefix("plot_"), names, 1)
    meant = _OF_PLOTS.get(name) or (near[0] if near else None)
    words = f"there is no figure '{name}'"
    if name.startswith("_"):
        words = f"module 'clv.plot' has no attribute '{name}'"
    elif meant is not None:
        words += f": clv.plot.{meant}"
    else:
        words += f"; there are {', '.join(names)}"
    return AttributeError(words, name=name)


_OF_SUMMARIES = {
    ("frequency", "recency", "T"): "these are the columns of a summary without customers: "
    "clv.compat.summary(frame, unit='week') takes it, with the unit of its time",
    ("x", "t.x", "T.cal"): "these are the columns of a summary of BTYD or CLVTools: "
    "frame.rename(columns={'x': 'frequency', 't.x': 'recency', 'T.cal': 'T'}), with a column customer_id",
}


def of_data(error: Exception, given: tuple[Any, ...]) -> None:
    """Adds to an error of data what they seem to be."""
    if "no column customer_id found" not in str(error):
        return
    for data in given:
        columns = {str(name) for name in getattr(data, "columns", ())}
        for names, hint in _OF_SUMMARIES.items():
            if columns.issuperset(names):
                error.args = (f"{error}; {hint}", *error.args[1:])
                return


def of_package(name: str) -> str | None:
    """What the package has in place of an attribute."""
    if name.startswith("_"):
        return None
    found = _OF_THE_PACKAGE.get(name)
    if found is None:
        from clv.compat import MODELS

        if name in MODELS:
            model = MODELS[name]
            found = "clv.fit(data)" if model == "gamma-gamma" else f"clv.fit(data, model='{model}')"
    return found


def _missing(thing: Any, name: str, hint: str | None) -> AttributeError:
    kind = type(thing).__name__
    words = f"'{kind}' has no attribute '{name}'"
    return AttributeError(words if hint is None else f"{words}: {hint}", name=name, obj=thing)
