"""From lifetimes and PyMC-Marketing: their summaries and fitted parameters as those of clv.

Nothing of theirs is imported: objects are known by the names of their classes. MIGRATION.md maps calls to calls
and says where figures differ, and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import clv
from clv._options import Unit

__all__ = ["model", "summary"]

MODELS = {
    # lifetimes
    "BetaGeoFitter": "bg-nbd",
    "ModifiedBetaGeoFitter": "mbg-nbd",
    "ParetoNBDFitter": "pareto-nbd",
    "BetaGeoBetaBinomFitter": "bg-bb",
    "GammaGammaFitter": "gamma-gamma",
    # PyMC-Marketing
    "BetaGeoModel": "bg-nbd",
    "ModifiedBetaGeoModel": "mbg-nbd",
    "ParetoNBDModel": "pareto-nbd",
    "BetaGeoBetaBinomModel": "bg-bb",
    "GammaGammaModel": "gamma-gamma",
    "GammaGammaModelIndividual": "gamma-gamma",
    "ShiftedBetaGeoModel": "sbg",
    "ShiftedBetaGeoModelIndividual": "sbg",
}
"""Their classes, and what clv calls the model."""

PARAMETERS = {
    "bg-nbd": ("r", "alpha", "a", "b"),
    "mbg-nbd": ("r", "alpha", "a", "b"),
    "pareto-nbd": ("r", "alpha", "s", "beta"),
    "bg-bb": ("alpha", "beta", "gamma", "delta"),
    "gamma-gamma": ("p", "q", "v"),
    "sbg": ("alpha", "beta"),
}
"""The parameters of each; all three packages give them the same names."""


def summary(frame: Any, *, unit: Unit) -> clv.Summary:
    """Takes a summary of lifetimes or PyMC-Marketing for what it is.

    ``frame`` is the data frame of ``summary_data_from_transaction_data`` (ids are its index) or of ``rfm_summary``
    (ids are the column customer_id), with the same meaning of frequency, recency, T and monetary_value as in clv.
    ``unit`` is the unit of their time, which these frames do not say: "day" unless they were made with another
    ``freq`` or ``time_unit``.

    Raises ``DataError`` for a frame that counts the first purchase too (``include_first_transaction=True``): its
    recency is another one.
    """
    ids = next((name for name in ("customer_id", "CustomerId", "id") if name in frame.columns), None)
    if ids is None:
        frame = frame.rename_axis("customer_id").reset_index()
        ids = "customer_id"
    frame = frame[[ids, *(name for name in frame.columns if name != ids)]]
    return clv.summarize(frame, unit=unit, id=ids)


def model(
    fitted: Any,
    *,
    spend: Any = None,
    unit: str | None = None,
    grain: str | None = None,
    statistic: str = "median",
) -> clv.Model:
    """Turns a fitted model of lifetimes or PyMC-Marketing into one of clv.

    ``fitted`` is a fitter of lifetimes or a fitted model of PyMC-Marketing; ``spend`` a fitted Gamma-Gamma model of
    either, or its parameters. ``unit`` is the unit of time of the summary it was fitted to ("day" is the default of
    both packages, "week" that of clv): it must be said. A posterior is taken for a point, its ``statistic``
    ("median" or "mean"); for what it says beyond, fit again with ``clv.fit``.

    Raises ``OptionError`` for a class that is not known, for missing parameters, and without ``unit``.
    """
    kind = type(fitted).__name__
    name = MODELS.get(kind)
    if name is None or name == "gamma-gamma":
        known = ", ".join(sorted(key for key, value in MODELS.items() if value != "gamma-gamma"))
        raise clv.OptionError(f"{kind} is not a purchase model known here; those are {known}", option="fitted")
    if unit is None:
        raise clv.OptionError("say the unit of the summary it was fitted to: unit='day' or unit='week'", option="unit")
    return clv.model(
        name,
        spend=None if spend is None else parameters("gamma-gamma", spend, statistic),
        unit=unit,
        grain=grain,
        **parameters(name, fitted, statistic),
    )


def parameters(name: str, fitted: Any, statistic: str) -> dict[str, float]:
    """The parameters of a model by the names of clv, of a fitted object or a mapping."""
    values = _values(fitted)
    found = {key: _point(values[key], statistic) for key in PARAMETERS[name] if key in values}
    if name in ("bg-nbd", "mbg-nbd") and "phi_dropout" in values and "a" not in found:
        # PyMC-Marketing's own parameters of the coin: its mean and its concentration.
        phi, kappa = (_point(values[key], statistic) for key in ("phi_dropout", "kappa_dropout"))
        found |= {"a": phi * kappa, "b": (1.0 - phi) * kappa}
    missing = [key for key in PARAMETERS[name] if key not in found]
    if missing:
        there = ", ".join(map(str, values.keys()))
        raise clv.OptionError(f"{name}: parameters {', '.join(missing)} are missing (there are {there})", model=name)
    covariates = [str(key) for key in values.keys() if "coefficient" in str(key)]
    if covariates:
        message = f"{name}: covariates ({', '.join(covariates)}) are not taken over: fit again with covariates="
        raise clv.OptionError(message, model=name)
    return found


def _values(fitted: Any) -> Mapping[str, Any]:
    """The parameters of a fitted object as a mapping."""
    if isinstance(fitted, Mapping):
        return fitted
    for attribute in ("params_", "fit_result"):
        values = getattr(fitted, attribute, None)
        if values is not None:
            return dict(values.items())
    raise clv.OptionError(f"{type(fitted).__name__} has no parameters: is it fitted?", option="fitted")


def _point(value: Any, statistic: str) -> float:
    """A number, or the statistic of draws of it."""
    draws = getattr(value, statistic, None)
    if callable(draws) and getattr(value, "size", 1) > 1:
        value = draws()
    try:
        return float(value)
    except TypeError:
        raise clv.OptionError(f"a parameter is no single number but of shape {getattr(value, 'shape', '?')}") from None
