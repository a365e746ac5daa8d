"""The estimator: scikit-learn's own checks, and the numbers of clv.

Seen to fail: columns of a frame taken by their order.
"""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import check_estimator

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


NO_HISTORIES = "fits to random numbers, which are no purchase histories: whole counts, recency at most T"
NOT_3_OR_4 = "has another number of columns than frequency, recency, T and monetary_value"
EXPECTED = {
    **dict.fromkeys(
        [
            "check_fit_score_takes_y",
            "check_dont_overwrite_parameters",
            "check_n_features_in_after_fitting",
            "check_pipeline_consistency",
            "check_estimators_nan_inf",
            "check_estimators_pickle",
            "check_f_contiguous_array_estimator",
            "check_positive_only_tag_during_fit",
            "check_regressors_no_decision_function",
            "check_supervised_y_2d",
            "check_methods_sample_order_invariance",
            "check_methods_subset_invariance",
            "check_dict_unchanged",
            "check_fit2d_predict1d",
            "check_requires_y_none",
        ],
        NO_HISTORIES,
    ),
    **dict.fromkeys(
        [
            "check_estimators_overwrite_params",
            "check_estimators_fit_returns_self",
            "check_readonly_memmap_input",
            "check_estimators_dtypes",
            "check_dtype_object",
            "check_regressors_train",
            "check_regressor_data_not_an_array",
            "check_regressors_int",
            "check_fit_idempotent",
            "check_fit_check_is_fitted",
            "check_n_features_in",
        ],
        NOT_3_OR_4,
    ),
}
"""Checks that cannot apply, each with its reason; what they look at is looked at above with histories."""


def test_checks_of_scikit_learn() -> None:
    results = check_estimator(CustomerValue(), expected_failed_checks=EXPECTED, on_skip=None, on_fail="raise")
    passed = [result["check_name"] for result in results if result["status"] == "passed"]
    assert len(passed) >= 22, passed
    # Those that are expected to fail do so for their data alone.
    for result in results:
        if result["status"] == "xfail":
            why = f"{type(result['exception']).__name__}: {result['exception']}"
            assert any(reason in why for reason in ("data, row", "feature", "ValueError")), why


def test_what_those_checks_look_at(summary: Any) -> None:
    X = summary.to_pandas()[["frequency", "recency", "T"]].to_numpy(dtype=float)
    fitted = CustomerValue(horizon="39w").fit(X)
    expected = fitted.predict(X)
    order = np.random.default_rng(1).permutation(len(X))
    np.testing.assert_array_equal(fitted.predict(X[order]), expected[order])
    np.testing.assert_array_equal(fitted.predict(X[:7]), expected[:7])
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(fitted)).predict(X), expected)
    np.testing.assert_array_equal(fitted.fit(X).predict(X), expected)
    np.testing.assert_array_equal(CustomerValue(horizon="39w").fit(np.asfortranarray(X)).predict(X), expected)
    assert fitted.n_features_in_ == 3
    with pytest.raises(ValueError, match="X has 4 features, but CustomerValue is expecting 3"):
        fitted.predict(np.c_[X, X[:, 0]])
    with pytest.raises(ValueError, match="contains NaN"):
        fitted.fit(np.where(X > 30, np.nan, X))


def test_forecasters_of_logs_are_chosen_by_what_came_after() -> None:
    """Cuts in time: what is tested comes after what is known."""
    import pandas as pd
    from sklearn.model_selection import GridSearchCV

    from clv.sklearn import PurchaseForecaster, TimeSplit

    log = pd.read_csv(CDNOW, parse_dates=["date"]).rename(columns={"customer_id": "account"})
    splitter = TimeSplit(n_splits=2, holdout=91)
    folds = list(splitter.split(log))
    assert len(folds) == splitter.get_n_splits() == 2
    for train, test in folds:
        assert log["date"].iloc[train].max() < log["date"].iloc[test].min()
        assert (log["date"].iloc[test].max() - log["date"].iloc[train].max()).days <= 92
    search = GridSearchCV(PurchaseForecaster(id="account"), {"model": ["bg-nbd", "nbd"]}, cv=splitter).fit(log)
    # Who never leaves buys on for ever: the baseline without churn errs more.
    assert search.best_params_ == {"model": "bg-nbd"} and search.best_score_ < 0
    train, test = folds[1]
    one = PurchaseForecaster(id="account").fit(log.iloc[train])
    known = one.forecast(horizon="91d")
    after = log.iloc[test]
    days = after.groupby("account")["date"].nunique()
    ahead = (after["date"].max() - pd.Timestamp(one.summary_.observed_until)).days
    expected = one.forecast(horizon=f"{ahead}d").to_pandas().set_index("account")["expected_purchases"]
    error = (expected - days.reindex(expected.index).fillna(0)).abs().mean()
    assert one.score(after) == pytest.approx(-error, rel=1e-12)
    assert len(one.predict()) == len(known) and (known["account"] == expected.index).all()
    found = cross_val_score(one, log, cv=TimeSplit(n_splits=3, holdout=60))
    assert len(found) == 3 and (found < 0).all()
    with pytest.raises(ValueError, match="TimeSplit"):
        one.score(log.iloc[train])
