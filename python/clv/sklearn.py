"""A scikit-learn estimator: purchases of customers from their frequency, recency and T.

Thin: ``fit`` is :func:`clv.fit`, ``predict`` is :meth:`clv.Model.score`. It needs scikit-learn and PyArrow.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from sklearn.base import BaseEstimator, RegressorMixin  # type: ignore[import-untyped]
from sklearn.utils.validation import check_is_fitted, validate_data  # type: ignore[import-untyped]

import clv
from clv._options import OwnScoreOptions, Unit

__all__ = ["CustomerValue"]

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
