"""Estimators of scikit-learn: of customers from their frequency, recency and T, and of customers from their purchases, with a
splitter that cuts purchases by time.

Thin: ``fit`` is :func:`clv.fit`, ``predict`` is :meth:`clv.Model.score`. It needs scikit-learn and PyArrow.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from sklearn.base import BaseEstimator, RegressorMixin  # type: ignore[import-untyped]
from sklearn.utils.validation import check_is_fitted, validate_data  # type: ignore[import-untyped]

import clv
from clv._options import OwnScoreOptions
from clv._types import Unit

__all__ = ["CustomerValue", "PurchaseForecaster", "TimeSplit"]

COLUMNS = ("frequency", "recency", "T", "monetary_value")


class CustomerValue(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Fits a purchase model (and with a fourth column a spend model) to a summary, and predicts.

    ``X`` has the columns frequency, recency, T and, if there are amounts, monetary_value, in this order or, in a
    data frame, by these names; time is in ``unit``. Nothing is learned from ``y``: the model is fitted to the
    history in ``X``. What ``predict`` gives is to be compared with what came after, in cross-validation too.

    Parameters
    ----------
    model : str
        The purchase model, as in :func:`clv.fit`.
    target : str
        What to predict: ``expected_purchases``, ``clv``, ``p_alive`` or ``expected_spend``.
    horizon, discount, margin
        As in :meth:`clv.Model.score`.
    unit : str
        The unit of time of recency and T.
    prior : str or None
        As in :func:`clv.fit`.

    Attributes
    ----------
    model_ : clv.Model
        The fitted model.
    """

    def __init__(
        self,
        model: str | None = None,
        target: str = "expected_purchases",
        horizon: str | None = None,
        discount: str | None = None,
        margin: float | None = None,
        unit: Unit = "week",
        prior: Literal["none", "weak"] | None = None,
    ) -> None:
        self.model = model
        self.target = target
        self.horizon = horizon
        self.discount = discount
        self.margin = margin
        self.unit = unit
        self.prior = prior

    def fit(self, X: Any, y: Any = None) -> CustomerValue:
        """Fits the model to the histories in ``X``; ``y`` is not looked at."""
        self.model_ = clv.fit(self._table(X, reset=True), model=self.model, prior=self.prior, unit=self.unit)
        return self

    def predict(self, X: Any) -> Any:
        """The ``target`` of each row of ``X``."""
        check_is_fitted(self)
        options: OwnScoreOptions = {"horizon": self.horizon, "discount": self.discount, "margin": self.margin}
        scores = self.model_.score(self._table(X, reset=False), unit=self.unit, **options)
        return scores.to_arrow()[self.target].to_numpy()

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = True
        tags.target_tags.required = False
        return tags

    def _table(self, X: Any, reset: bool) -> pa.Table:
        if hasattr(X, "columns") and {"frequency", "recency", "T"} <= set(X.columns):
            X = X[[name for name in COLUMNS if name in X.columns]]
        fewest = 2 if reset else 1
        X = validate_data(self, X, reset=reset, dtype=np.float64, ensure_min_features=3, ensure_min_samples=fewest)
        if X.shape[1] > len(COLUMNS):
            raise ValueError(f"X has {X.shape[1]} features: the columns are {', '.join(COLUMNS)}")
        columns = {name: X[:, at] for at, name in enumerate(COLUMNS[: X.shape[1]])}
        return pa.table({"customer_id": np.arange(len(X)), **columns})


class PurchaseForecaster(BaseEstimator):  # type: ignore[misc]
    """Fits a purchase model (and with amounts a spend model) to a log of purchases, and forecasts its customers.

    ``X`` is a data frame with a row a purchase. ``score`` takes the purchases that came after those of ``fit``, so that
    ``GridSearchCV`` and ``cross_val_score`` compare models by what they forecast, with :class:`TimeSplit` to cut::

        search = GridSearchCV(PurchaseForecaster(id="account"), {"model": ["bg-nbd", "pareto-nbd"]}, cv=TimeSplit())
        search.fit(orders)

    Parameters
    ----------
    model : str, optional
        The purchase model, as in :func:`clv.fit`.
    id, date, amount : str, optional
        The columns, as in :func:`clv.fit`.
    target : str, default "expected_purchases"
        What ``predict`` gives: ``expected_purchases``, ``clv``, ``p_alive``, ``p_purchase`` or ``expected_spend``.
    horizon : str, optional
        How far ``predict`` looks, as in :meth:`clv.Model.score`.
    discount, margin
        As in :meth:`clv.Model.score`.
    prior : str, optional
        As in :func:`clv.fit`.

    Attributes
    ----------
    model_ : clv.Model
        The fitted model.
    """

    def __init__(
        self,
        model: str | None = None,
        id: str | None = None,
        date: str | None = None,
        amount: str | None = None,
        target: str = "expected_purchases",
        horizon: str | None = None,
        discount: str | None = None,
        margin: float | None = None,
        prior: Literal["none", "weak"] | None = None,
    ) -> None:
        self.model = model
        self.id = id
        self.date = date
        self.amount = amount
        self.target = target
        self.horizon = horizon
        self.discount = discount
        self.margin = margin
        self.prior = prior

    def fit(self, X: Any, y: Any = None) -> PurchaseForecaster:
        """Fits the model to the purchases in ``X``; ``y`` is not looked at."""
        self.summary_ = clv.summarize(X, id=self.id, date=self.date, amount=self.amount)
        self.model_ = clv.fit(self.summary_, model=self.model, prior=self.prior)
        return self

    def forecast(self, X: Any = None, horizon: str | None = None) -> clv.Scores:
        """All scores of the customers in ``X``, or of those of ``fit``, as a table."""
        check_is_fitted(self)
        options: OwnScoreOptions = {"discount": self.discount, "margin": self.margin}
        options["horizon"] = horizon or self.horizon
        if X is None:
            return self.model_.score(self.summary_, **options)
        return self.model_.score(X, id=self.id, date=self.date, amount=self.amount, **options)

    def predict(self, X: Any = None) -> Any:
        """The ``target`` of each customer in ``X`` (or of ``fit``), sorted by id."""
        return self.forecast(X)[self.target]

    def score(self, X: Any, y: Any = None) -> float:
        """How well the purchases in ``X`` were forecast, which came after those of ``fit``: minus the mean absolute error of
        each customer's number of days with a purchase. Who was not there before does not count."""
        check_is_fitted(self)
        who, when = (_text(X, name, found) for name, found in ((self.id, "customer_id"), (self.date, "date")))
        end = np.datetime64(self.summary_.observed_until, "D")
        days = when.astype("datetime64[D]")
        ahead = int((days.max() - end) / np.timedelta64(1, "D"))
        if ahead < 1:
            raise ValueError("the purchases to compare with come after those of fit: cut with clv.sklearn.TimeSplit")
        known = self.forecast(horizon=f"{ahead}d")
        came: dict[str, set[Any]] = {}
        for name, day in zip(who, days):
            if day > end:
                came.setdefault(str(name), set()).add(day)
        actual = np.array([len(came.get(str(name), ())) for name in known[known.columns[0]]])
        return -float(np.abs(known["expected_purchases"] - actual).mean())


class TimeSplit:
    """Cuts a log of purchases by time: to fit all rows up to an origin, to test those of the ``holdout`` after it.

    Parameters
    ----------
    n_splits : int, default 3
        How many origins: the last is one holdout before the end of the log, each earlier one another holdout back.
    holdout : int, default 91
        How long each holdout is, in days.
    date : str, default "date"
        The column of dates.
    """

    def __init__(self, n_splits: int = 3, holdout: int = 91, date: str = "date") -> None:
        self.n_splits = n_splits
        self.holdout = holdout
        self.date = date

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """How many origins."""
        return self.n_splits

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[Any, Any]]:
        """The places of the rows before and after each origin, the earliest first."""
        days = _text(X, self.date, "date").astype("datetime64[D]")
        step = np.timedelta64(self.holdout, "D")
        for back in range(self.n_splits, 0, -1):
            origin = days.max() - back * step
            train, test = np.flatnonzero(days <= origin), np.flatnonzero((days > origin) & (days <= origin + step))
            if len(train) == 0 or len(test) == 0:
                raise ValueError(f"no purchases before or after {origin}: fewer n_splits, or a shorter holdout")
            yield train, test


def _text(X: Any, name: str | None, usual: str) -> Any:
    """A column as an array."""
    column = name or usual
    if column not in X.columns:
        raise ValueError(f"there is no column '{column}': name it with {'id' if usual == 'customer_id' else 'date'}=")
    return np.asarray(X[column])
