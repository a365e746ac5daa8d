"""From lifetimes and PyMC-Marketing: their summaries and fitted parameters as those of clv.

Nothing of theirs is imported: objects are known by the names of their classes. MIGRATION.md maps calls to calls
and says where figures differ, and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import clv
from clv._types import Unit

__all__ = ["Lifetimes", "PyMC", "from_pymc", "lifetimes", "model", "pymc", "summary"]

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
    missing = [name for name in ("frequency", "recency", "T") if name not in frame.columns]
    if missing:
        raise clv.DataError(
            f"the frame has no column {', '.join(missing)} (there are {', '.join(map(str, frame.columns))}): a summary has "
            "frequency, recency and T, as summary_data_from_transaction_data and rfm_summary make them; a log of purchases is "
            "for clv.summarize"
        )
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


SUFFIX = {"day": "d", "week": "w", "month": "mo", "year": "y"}
"""How a horizon in a unit is written."""

FREQ = {"D": "day", "W": "week", "M": "month"}
"""Units as lifetimes calls them."""


class _Asked:
    """What a model says of histories that are handed over column by column, as lifetimes has them."""

    def __init__(self, model: clv.Model) -> None:
        self.model = model

    @property
    def params_(self) -> Any:
        """The parameters, as a series."""
        import pandas as pd

        return pd.Series(self.model.parameters)

    def _horizon(self, t: float) -> str:
        return f"{float(t)!r}{SUFFIX[self.model.unit]}"

    def _scores(self, frequency: Any, recency: Any, T: Any, monetary_value: Any = None, **options: Any) -> clv.Scores:
        import numpy as np
        import pandas as pd

        columns = {"frequency": frequency, "recency": recency, "T": T}
        if monetary_value is not None:
            columns["monetary_value"] = monetary_value
        arrays = np.broadcast_arrays(*(np.atleast_1d(np.asarray(values, dtype=float)) for values in columns.values()))
        frame = pd.DataFrame(dict(zip(columns, arrays)))
        frame.insert(0, "customer_id", [str(place) for place in range(len(frame))])
        return self.model.score(frame, unit=self.model.unit, **options)

    def _spend(self, frequency: Any, monetary_value: Any) -> Any:
        # Amounts have nothing to do with when customers bought.
        return self._scores(frequency, frequency, frequency, monetary_value)["expected_spend"]


class Lifetimes(_Asked):
    """A model of clv with the methods of a fitter of lifetimes: the same names, the same arguments, times in the model's unit.

    What they return is an array in the order of what is handed over, or a number for numbers. There is no ``fit``: the model is
    fitted already, by :func:`clv.fit`.
    """

    @property
    def standard_errors_(self) -> Any:
        """The standard errors, as a series."""
        import pandas as pd

        return pd.Series(self.model.standard_errors, dtype=float)

    @property
    def summary(self) -> Any:
        """Estimates and standard errors as a data frame, with bounds as lifetimes has them: 1.96 errors to both sides. Those of
        ``model.summary_frame()`` are never below zero."""
        frame = self.params_.to_frame("coef").assign(**{"se(coef)": self.standard_errors_})
        reach = 1.96 * frame["se(coef)"]
        return frame.assign(**{"lower 95% bound": frame["coef"] - reach, "upper 95% bound": frame["coef"] + reach})

    @property
    def confidence_intervals_(self) -> Any:
        """The bounds of ``summary``."""
        return self.summary[["lower 95% bound", "upper 95% bound"]]

    def conditional_expected_number_of_purchases_up_to_time(self, t: float, frequency: Any, recency: Any, T: Any) -> Any:
        """Purchases expected within ``t``, given the history."""
        found = self._scores(frequency, recency, T, horizon=self._horizon(t))["expected_purchases"]
        return _as_given(found, frequency, recency, T)

    predict = conditional_expected_number_of_purchases_up_to_time

    def conditional_probability_alive(self, frequency: Any, recency: Any, T: Any) -> Any:
        """P(alive), given the history."""
        return _as_given(self._scores(frequency, recency, T)["p_alive"], frequency, recency, T)

    def conditional_probability_alive_matrix(self, max_frequency: int, max_recency: int) -> Any:
        """P(alive) of customers of the age ``max_recency``: a row for each recency up to it, a column for each frequency. Not a
        number where there can be no such customer: with repeat purchases at no time after the first."""
        import numpy as np

        recency, frequency = np.indices((max_recency + 1, max_frequency + 1))
        # lifetimes asks for customers without repeat purchases and with recency, too; they have none.
        recency[frequency == 0] = 0
        there = (recency > 0) | (frequency == 0)
        matrix = np.full(there.shape, np.nan)
        ages = np.full(there.sum(), max_recency)
        matrix[there] = self.conditional_probability_alive(frequency[there], recency[there], ages)
        return matrix

    def expected_number_of_purchases_up_to_time(self, t: float) -> float:
        """Purchases expected of a new customer within ``t``, after the first."""
        return float(clv.newcomers(self.model, horizon=self._horizon(t))["expected_purchases"][0])

    def probability_of_n_purchases_up_to_time(self, t: float, n: int) -> float:
        """P(X(t) = n) of a new customer."""
        return float(self.model.pmf(horizon=self._horizon(t), most=int(n))["probability"][int(n)])

    def conditional_expected_average_profit(self, frequency: Any, monetary_value: Any) -> Any:
        """The amount expected of a purchase, given those there were."""
        return _as_given(self._spend(frequency, monetary_value), frequency, monetary_value)

    def customer_lifetime_value(
        self,
        transaction_prediction_model: Any,
        frequency: Any,
        recency: Any,
        T: Any,
        monetary_value: Any,
        time: int = 12,
        discount_rate: float = 0.01,
        freq: str = "D",
    ) -> Any:
        """The value of ``time`` months at a monthly ``discount_rate``, paid at the end of each month.

        ``transaction_prediction_model`` is the purchase model, or anything: it is part of this one. Raises ``OptionError`` if
        ``freq`` is not the unit of the model: lifetimes takes data in weeks for days without a word.
        """
        unit = FREQ.get(freq)
        if unit != self.model.unit:
            right = next((name for name, known in FREQ.items() if known == self.model.unit), None)
            raise clv.OptionError(
                f"freq='{freq}' says that recency and T are in {unit or 'another unit'}s, and this model is in "
                f"{self.model.unit}s: freq='{right}'. (lifetimes takes the one for the other, and the value is wrong by it)",
                option="freq",
            )
        options = {"horizon": f"{time}mo", "discount": f"{100 * discount_rate!r}%/mo", "discounting": "monthly"}
        return self._scores(frequency, recency, T, monetary_value, **options)["clv"]


class PyMC(_Asked):
    """A model of clv with the methods of a model of PyMC-Marketing: the same names and arguments, times in the model's unit.

    ``data`` is a frame as ``rfm_summary`` makes it. Where theirs give draws these give what is expected, as an array in the
    order of ``data``; draws are what ``model.sample_futures`` has.
    """

    def fit_summary(self, **options: Any) -> Any:
        """``arviz.summary`` of the posterior, with its options; ArviZ must be installed."""
        import arviz

        return arviz.summary(self.model.to_inferencedata(), **options)

    def _of(self, data: Any, **options: Any) -> clv.Scores:
        money = data["monetary_value"] if "monetary_value" in data.columns else None
        return self._scores(data["frequency"], data["recency"], data["T"], money, **options)

    def expected_purchases(self, data: Any, *, future_t: float) -> Any:
        """Purchases expected within ``future_t``."""
        return self._of(data, horizon=self._horizon(future_t))["expected_purchases"]

    def expected_probability_alive(self, data: Any, *, future_t: float = 0) -> Any:
        """P(alive), now or in ``future_t``."""
        if future_t == 0:
            return self._of(data)["p_alive"]
        return self._of(data, path=self._horizon(future_t))["p_alive"]

    def expected_probability_no_purchase(self, data: Any, *, t: float) -> Any:
        """The probability of no purchase within ``t``."""
        return 1.0 - self._of(data, horizon=self._horizon(t))["p_purchase"]

    def expected_purchases_new_customer(self, *, t: float) -> float:
        """Purchases expected of a new customer within ``t``, after the first."""
        return float(clv.newcomers(self.model, horizon=self._horizon(t))["expected_purchases"][0])

    def expected_customer_spend(self, data: Any) -> Any:
        """The amount expected of a purchase."""
        return self._spend(data["frequency"], data["monetary_value"])

    def expected_customer_lifetime_value(
        self, data: Any, *, future_t: int = 12, discount_rate: float = 0.0, time_unit: str = "D"
    ) -> Any:
        """The value of ``future_t`` months at a monthly ``discount_rate``, paid at the end of each month; see
        :meth:`Lifetimes.customer_lifetime_value` for ``time_unit``."""
        parts = (data["frequency"], data["recency"], data["T"], data["monetary_value"])
        return Lifetimes(self.model).customer_lifetime_value(None, *parts, future_t, discount_rate, time_unit)


def _as_given(found: Any, *given: Any) -> Any:
    """A number for numbers."""
    return found if any(hasattr(one, "__len__") for one in given) else float(found[0])


def lifetimes(model: clv.Model) -> Lifetimes:
    """A model of clv under the names of lifetimes: ``clv.compat.lifetimes(model).conditional_probability_alive(x, t_x, T)``."""
    return Lifetimes(model)


def pymc(model: clv.Model) -> PyMC:
    """A model of clv under the names of PyMC-Marketing: ``clv.compat.pymc(model).expected_purchases(data, future_t=39)``."""
    return PyMC(model)


def from_pymc(
    idata: Any,
    *,
    name: str,
    spend: Any = None,
    unit: Unit,
    grain: str | None = None,
    statistic: str = "median",
) -> clv.Model:
    """Turns a posterior of PyMC-Marketing (``model.idata``, an ``InferenceData``) into a model of clv.

    Parameters
    ----------
    idata : InferenceData
        With a group ``posterior`` that has the parameters by their names.
    name : str
        What clv calls the model: bg-nbd, mbg-nbd, pareto-nbd, bg-bb or sbg.
    spend : InferenceData, optional
        That of a Gamma-Gamma model.
    unit : {'day', 'week', 'month', 'year'}
        The unit of time of the summary it was fitted to; "day" is the default of PyMC-Marketing.
    grain : str, optional
        What counted as one purchase.
    statistic : {'median', 'mean'}, default 'median'
        The point that stands for the posterior.

    Returns
    -------
    Model
        Of known parameters; for intervals that hold what is open of them, fit again with ``clv.fit``.

    Raises
    ------
    OptionError
        For missing parameters.
    """
    if name not in PARAMETERS or name == "gamma-gamma":
        known = ", ".join(key for key in PARAMETERS if key != "gamma-gamma")
        raise clv.OptionError(f"'{name}' is no purchase model known here; those are {known}", option="name")
    money = None if spend is None else parameters("gamma-gamma", _posterior(spend), statistic)
    return clv.model(name, spend=money, unit=unit, grain=grain, **parameters(name, _posterior(idata), statistic))


def _posterior(idata: Any) -> Mapping[str, Any]:
    found = getattr(idata, "posterior", None)
    if found is None:
        raise clv.OptionError(f"{type(idata).__name__} has no group posterior", option="idata")
    return {str(key): value for key, value in found.items()}
