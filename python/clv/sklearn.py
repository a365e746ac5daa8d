"""Estimators of scikit-learn: of customers from their frequency, recency and T, and of customers from their purchases, with a
splitter that cuts purchases by time.

Thin: ``fit`` is :func:`clv.fit`, ``predict`` is :meth:`clv.Model.score`. It needs scikit-learn and PyArrow.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from sklearn.base import BaseEstimator, RegressorMixin, TransformerMixin  # type: ignore[import-untyped]
from sklearn.utils.validation import (  # type: ignore[import-untyped]
    check_consistent_length,
    check_is_fitted,
    check_non_negative,
    column_or_1d,
    validate_data,
)

import clv
from clv._options import OwnScoreOptions
from clv._types import Unit

__all__ = ["CustomerValue", "PurchaseForecaster", "TimeSplit"]

COLUMNS = ("frequency", "recency", "T", "monetary_value")

TARGETS = ("p_alive", "expected_purchases", "p_purchase")
OF_AMOUNTS = ("expected_spend", "clv")


class CustomerValue(RegressorMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Fits a purchase model (and with a fourth column a spend model) to a summary, and predicts.

    ``X`` has the columns frequency, recency, T and, if there are amounts, monetary_value, in this order or, in a
    data frame, by these names; time is in ``unit``. Nothing is learned from ``y``: the model is fitted to the
    history in ``X``. What ``predict`` gives is to be compared with what came after, in cross-validation too.

    ``transform`` gives all that is forecast of each row, as features for another estimator; ``set_output`` decides what as
    (``"pandas"``, ``"polars"``).

    Of scikit-learn's own checks (``check_estimator``) those cannot hold that fit to random numbers or to any number of columns:
    a history has three or four columns, whole counts, and no recency above T. The tests of this package give each of
    them by name, and run them on numbers that are made into histories.

    Parameters
    ----------
    model : str, optional
        The purchase model, as in :func:`clv.fit`.
    target : str, default "expected_purchases"
        What to predict: ``expected_purchases``, ``p_alive``, ``p_purchase``, and with amounts ``expected_spend`` or ``clv``.
    horizon, discount, margin
        As in :meth:`clv.Model.score`.
    unit : str, default "week"
        The unit of time of recency and T.
    prior : str, optional
        As in :func:`clv.fit`.

    Attributes
    ----------
    model_ : clv.Model
        The fitted model.
    n_features_in_ : int
        3, or 4 with amounts.
    feature_names_in_ : ndarray of str
        The columns of a data frame that were used.
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
        """Fits the model to the histories in ``X``; of ``y`` nothing is looked at but its shape."""
        table = self._table(X, reset=True)
        if y is not None:
            check_consistent_length(table["customer_id"], column_or_1d(y, warn=True))
        self._known()
        self.model_ = clv.fit(table, model=self.model, prior=self.prior, unit=self.unit)
        return self

    def predict(self, X: Any) -> Any:
        """The ``target`` of each row of ``X``."""
        check_is_fitted(self)
        return self._scores(X)[self._known()]

    def transform(self, X: Any) -> Any:
        """All that is forecast of each row of ``X``: the columns of ``get_feature_names_out``."""
        check_is_fitted(self)
        return self._scores(X)[list(self.get_feature_names_out())].to_numpy()

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        """The columns of ``transform``: p_alive, expected_purchases, p_purchase, and with amounts expected_spend and clv."""
        check_is_fitted(self)
        return np.array(self._targets(), dtype=object)

    def _scores(self, X: Any) -> clv.Scores:
        options: OwnScoreOptions = {"horizon": self.horizon, "discount": self.discount, "margin": self.margin}
        return self.model_.score(self._table(X, reset=False), unit=self.unit, **options)

    def _targets(self) -> tuple[str, ...]:
        return TARGETS + OF_AMOUNTS if self.n_features_in_ == len(COLUMNS) else TARGETS

    def _known(self) -> str:
        """The target, if there is such a one of these columns."""
        if self.target in OF_AMOUNTS and self.target not in self._targets():
            raise ValueError(f"target='{self.target}' needs amounts: a fourth column, monetary_value")
        if self.target not in self._targets():
            raise ValueError(f"target='{self.target}' is none of {', '.join(TARGETS + OF_AMOUNTS)}")
        return self.target

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = True
        tags.target_tags.required = False
        # Nothing is learned from y.
        tags.regressor_tags.poor_score = True
        return tags

    def _table(self, X: Any, reset: bool) -> pa.Table:
        columns = self._columns(X, reset)
        return pa.table({"customer_id": np.arange(len(columns[0])), **dict(zip(COLUMNS, columns))})

    def _columns(self, X: Any, reset: bool) -> list[Any]:
        if hasattr(X, "columns") and {"frequency", "recency", "T"} <= set(X.columns):
            X = X[[name for name in COLUMNS if name in X.columns]]
        fewest = 2 if reset else 1
        X = validate_data(self, X, reset=reset, dtype=np.float64, ensure_min_features=3, ensure_min_samples=fewest)
        check_non_negative(X, type(self).__name__)
        if X.shape[1] > len(COLUMNS):
            raise ValueError(f"X has {X.shape[1]} features: the columns are {', '.join(COLUMNS)}")
        return list(X.T)


class PurchaseForecaster(BaseEstimator):  # type: ignore[misc]
    """Fits a purchase model (and with amounts a spend model) to a log of purchases, and forecasts its customers.

    ``X`` is a data frame with a row a purchase. ``score`` takes the purchases that came after those of ``fit``, so that
    ``GridSearchCV`` and ``cross_val_score`` compare models by what they forecast, with :class:`TimeSplit` to cut::

        search = GridSearchCV(PurchaseForecaster(id="account"), {"model": ["bg-nbd", "pareto-nbd"]}, cv=TimeSplit())
        search.fit(orders)

    It stands at the end of a pipeline whose other steps keep the log a data frame. It has no ``transform`` and so no
    ``set_output``, since a row in is a purchase and a row out a customer: ``forecast`` gives a table with ids, and
    ``forecast().to_pandas()`` or ``.to_polars()`` a data frame. Of scikit-learn's ``check_estimator`` all those do not apply
    that fit to arrays of numbers; its tag ``two_d_array`` is false and says so.

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

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.target_tags.required = False
        return tags

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
