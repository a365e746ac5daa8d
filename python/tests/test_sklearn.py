"""The estimators: scikit-learn's own checks, and the numbers of clv.

Seen to fail: columns of a frame taken by their order; `transform` in another order than its names; labels of another number than
rows; negative numbers that are passed on; a log taken for an array; a parameter that `fit` fills in.
"""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn.utils.estimator_checks as checks
from sklearn.base import clone
from sklearn.exceptions import SkipTestWarning
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.validation import check_non_negative, validate_data

import clv
from clv.sklearn import TARGETS, CustomerValue, PurchaseForecaster, TimeSplit
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


NO_COUNTS = "fits to fractions: the first column counts purchases"
NOT_3_OR_4 = "has two, five or ten columns: a history has three, or four with amounts"
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
            "check_regressors_no_decision_function",
            "check_supervised_y_2d",
            "check_transformer_data_not_an_array",
            "check_transformer_general",
            "check_transformer_preserve_dtypes",
            "check_methods_sample_order_invariance",
            "check_methods_subset_invariance",
            "check_dict_unchanged",
            "check_fit2d_predict1d",
        ],
        NO_COUNTS,
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
"""Checks that cannot hold of histories, each with its reason. The next test runs all of them on numbers made into histories."""


def test_checks_of_scikit_learn() -> None:
    results = check_estimator(CustomerValue(), expected_failed_checks=EXPECTED, on_skip=None, on_fail="raise")
    outcomes = {result["check_name"]: result for result in results}
    assert EXPECTED.keys() <= outcomes.keys()
    # Each fails, and for its data alone.
    said = {NO_COUNTS: "must be a whole number of repeat purchases", NOT_3_OR_4: "feature"}
    for name, reason in EXPECTED.items():
        assert outcomes[name]["status"] == "xfail" and said[reason] in str(outcomes[name]["exception"]), name
    passed = [name for name, result in outcomes.items() if result["status"] == "passed"]
    assert len(passed) >= 24 and "check_positive_only_tag_during_fit" in passed, passed


class OfAnyNumbers(CustomerValue):
    """The estimator with numbers of any kind, in any number of columns, made into histories, row by row."""

    def _columns(self, X: Any, reset: bool) -> list[Any]:
        X = validate_data(self, X, reset=reset, dtype=np.float64, ensure_min_samples=2 if reset else 1)
        check_non_negative(X, type(self).__name__)
        first, last = X[:, 0], X[:, -1]
        frequency, age = np.floor(10 * first) % 7, 5.0 + np.floor(last % 20)
        return [frequency, np.where(frequency > 0, age * (0.5 + 0.5 * (first % 1)), 0.0), age]

    def _targets(self) -> tuple[str, ...]:
        return TARGETS


def test_all_of_them_hold_of_histories() -> None:
    results = check_estimator(OfAnyNumbers(model="nbd", prior="weak"), on_skip=None, on_fail="raise")
    names = {result["check_name"] for result in results if result["status"] == "passed"}
    assert EXPECTED.keys() <= names, EXPECTED.keys() - names
    # The array API is another switch of scikit-learn's.
    assert {result["check_name"] for result in results if result["status"] != "passed"} <= {"check_array_api_input"}


# What of the checks asks nothing of X, which is a log with ids and dates here and no array of numbers.
OF_ANY_ESTIMATOR = [
    checks.check_estimator_cloneable, checks.check_estimator_tags_renamed, checks.check_valid_tag_types, checks.check_estimator_repr,
    checks.check_no_attributes_set_in_init, checks.check_estimators_unfitted, checks.check_do_not_raise_errors_in_init_or_set_params,
    checks.check_mixin_order, checks.check_parameters_default_constructible, checks.check_get_params_invariance, checks.check_set_params,
]  # fmt: skip


@pytest.mark.parametrize("check", OF_ANY_ESTIMATOR, ids=lambda check: check.__name__)
def test_checks_of_estimators_of_logs(check: Any) -> None:
    check("PurchaseForecaster", PurchaseForecaster())


def test_scikit_learn_is_told_that_logs_are_no_arrays() -> None:
    """It says that it cannot test such an estimator, and does not try."""
    with pytest.warns(SkipTestWarning, match="two_d_array=False"):
        results = check_estimator(PurchaseForecaster(), on_skip=None)
    assert [result["check_name"] for result in results] == ["check_estimator_cloneable"]


def test_features_of_another_estimator(summary: Any) -> None:
    """``transform`` with its names, in data frames of both libraries, and in front of a regression."""
    frame = summary.to_pandas().set_index("customer_id")[["frequency", "recency", "T", "monetary_value"]]
    expected = clv.fit(summary).score(summary, horizon="39w").to_pandas().set_index("customer_id")
    names = ["p_alive", "expected_purchases", "p_purchase", "expected_spend", "clv"]
    estimator = CustomerValue(horizon="39w").fit(frame)
    assert estimator.get_feature_names_out().tolist() == names and estimator.feature_names_in_.tolist() == list(frame.columns)
    np.testing.assert_allclose(estimator.transform(frame), expected[names], rtol=1e-9)
    pandas = estimator.set_output(transform="pandas").transform(frame)
    assert list(pandas.columns) == names and pandas.index.equals(frame.index)
    np.testing.assert_allclose(pandas["clv"], expected["clv"], rtol=1e-9)
    polars = estimator.set_output(transform="polars").transform(pl.from_pandas(frame))
    assert isinstance(polars, pl.DataFrame) and polars.columns == names
    np.testing.assert_allclose(polars["clv"], expected["clv"], rtol=1e-9)
    assert CustomerValue().fit(frame[["frequency", "recency", "T"]]).get_feature_names_out().tolist() == names[:3]
    after = clv.summarize(CDNOW).to_pandas().set_index("customer_id")["frequency"].loc[frame.index] - frame["frequency"]
    pipeline = make_pipeline(CustomerValue(horizon="39w"), LinearRegression()).set_output(transform="pandas")
    # What the model says of the histories is most of what a regression on it can know.
    assert cross_val_score(pipeline, frame, after, cv=3).min() > 0.25


def test_parameters_are_chosen(summary: Any) -> None:
    end = clv.summarize(CDNOW).to_pandas().set_index("customer_id")["frequency"]
    frame = summary.to_pandas()
    came = end.loc[frame["customer_id"]].to_numpy() - frame["frequency"].to_numpy()
    search = GridSearchCV(
        CustomerValue(horizon="39w"), {"model": ["nbd", "bg-nbd"]}, scoring="neg_mean_absolute_error", cv=KFold(3, shuffle=True, random_state=1)
    )
    search.fit(frame, came)
    assert search.best_params_ == {"model": "bg-nbd"} and search.best_estimator_.model_.name == "bg-nbd"
    one = CustomerValue().set_params(model="mbg-nbd", horizon="26w")
    assert one.get_params()["model"] == clone(one).model == "mbg-nbd"


def test_targets_are_known(summary: Any) -> None:
    X = summary.to_pandas()[["frequency", "recency", "T"]]
    with pytest.raises(ValueError, match="target='value' is none of p_alive, expected_purchases"):
        CustomerValue(target="value").fit(X)
    with pytest.raises(ValueError, match="target='clv' needs amounts"):
        CustomerValue(target="clv").fit(X)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        CustomerValue().fit(X, np.ones(3))


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


def test_forecasters_of_logs_in_pipelines_of_both_libraries() -> None:
    """A log that is cleaned first, of pandas and of Polars: the same scores."""
    log = pd.read_csv(CDNOW, parse_dates=["date"])
    pipeline = make_pipeline(FunctionTransformer(lambda rows: rows[rows["amount"] > 0]), PurchaseForecaster(id="customer_id"))
    found = cross_val_score(pipeline, log, cv=TimeSplit(n_splits=2))
    clean = pl.from_pandas(log).filter(pl.col("amount") > 0)
    np.testing.assert_array_equal(cross_val_score(PurchaseForecaster(), clean, cv=TimeSplit(n_splits=2)), found)
    search = GridSearchCV(pipeline, {"purchaseforecaster__model": ["nbd", "bg-nbd"]}, cv=TimeSplit(n_splits=1)).fit(log)
    assert search.best_params_ == {"purchaseforecaster__model": "bg-nbd"}
    best = search.best_estimator_[-1]
    assert best.forecast().to_polars()["customer_id"].dtype == pl.Int64


def test_forecasters_of_logs_keep_to_the_rules() -> None:
    """Parameters stay as they are, a second fit is a first one, and what is handed in is not changed."""
    log = pd.read_csv(CDNOW, parse_dates=["date"])
    kept = log.copy()
    one = PurchaseForecaster(model="bg-nbd", horizon="26w")
    before = one.get_params()
    assert one.fit(log) is one and one.get_params() == before and one.__dict__.keys() - before.keys() == {"summary_", "model_"}
    first = one.predict()
    np.testing.assert_array_equal(one.fit(log).predict(), first)
    np.testing.assert_array_equal(one.predict(log), first)
    pd.testing.assert_frame_equal(log, kept)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(one)).predict(), first)
    assert not hasattr(clone(one), "model_") and not hasattr(one, "set_output")
