"""The estimator: scikit-learn's own checks, and the numbers of clv.

Seen to fail: columns of a frame taken by their order.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import estimator_checks_generator

import clv
from clv.sklearn import CustomerValue
from conftest import CDNOW


@pytest.fixture(scope="module")
def summary() -> Any:
    return clv.summarize(CDNOW, observed_until="1997-09-30")


def test_it_predicts_what_clv_scores(summary: Any) -> None:
    frame = summary.to_pandas()
    expected = clv.fit(summary).score(summary, horizon="39w").to_pandas()
    X = frame[["frequency", "recency", "T", "monetary_value"]]
    for target in ("expected_purchases", "clv", "p_alive"):
        estimator = CustomerValue(target=target, horizon="39w").fit(X)
        np.testing.assert_allclose(estimator.predict(X), expected[target], rtol=1e-9)
    turned = frame[["T", "monetary_value", "recency", "frequency", "customer_id"]]
    np.testing.assert_allclose(CustomerValue(target="clv", horizon="39w").fit(turned).predict(turned), expected["clv"], rtol=1e-9)
    purchases = CustomerValue(horizon="39w").fit(X.to_numpy()[:, :3]).predict(X.to_numpy()[:, :3])
    np.testing.assert_allclose(purchases, expected["expected_purchases"], rtol=1e-9)


def test_pipelines_and_cross_validation(summary: Any) -> None:
    end = clv.summarize(CDNOW).to_pandas().set_index("customer_id")["frequency"]
    frame = summary.to_pandas()
    came = (end.loc[frame["customer_id"]].to_numpy() - frame["frequency"]).to_numpy(dtype=float)
    X = frame[["frequency", "recency", "T"]].to_numpy(dtype=float)
    pipeline = make_pipeline(FunctionTransformer(), CustomerValue(horizon="39w"))
    found = cross_val_score(pipeline, X, came, cv=3, scoring="r2")
    assert (found > 0.2).all(), found
    assert clone(pipeline).get_params()["customervalue__horizon"] == "39w"


NO_HISTORIES = "its data are random numbers, which are no purchase histories (counts, recency <= T): DataError"
"""Why most checks do not apply: they fit to random numbers."""


def test_checks_of_scikit_learn() -> None:
    """Checks that need no histories pass; those that fail do so because of their data, and for no other reason."""
    passed, failed = [], []
    for estimator, check in estimator_checks_generator(CustomerValue()):
        name = getattr(check, "func", check).__name__
        try:
            check(estimator)
            passed.append(name)
        except (clv.DataError, AssertionError, ValueError) as error:
            chain: BaseException | None = error
            messages = []
            while chain is not None:
                messages.append(f"{type(chain).__name__}: {chain}")
                chain = chain.__cause__ or chain.__context__
            failed.append((name, " <- ".join(messages)))
        except Exception as error:  # SkipTest
            if type(error).__name__ != "SkipTest":
                raise
    print(len(passed), "passed;", len(failed), "do not apply:", NO_HISTORIES)
    for name, why in failed:
        assert "unusable" in why or "cannot be determined" in why, f"{name}: {why}"
    assert len(passed) >= 15, passed
