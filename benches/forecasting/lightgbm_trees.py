"""LightGBM with the Poisson objective: learns what customers did within one horizon up to the origin from what was known of
them at its start, and predicts from what is known at the origin. Its distribution is Poisson's."""

import numpy as np

from . import updated
from .figures import Forecast
from .history import WINDOWS
from .process import Failed

# Small trees, many of them, and leaves of many customers: the logs are small.
SETTINGS = {"n_estimators": 200, "learning_rate": 0.05, "num_leaves": 15, "min_child_samples": 50}
FEWEST = 200


def features(history, back):
    """Of the customers known so many weeks before the origin: frequency, recency, age, silence, rate, and windows."""
    x, t_x, age = history.at(back)
    windows = [history.bought_within(window, back) for window in WINDOWS]
    return np.column_stack([x, t_x, age, age - t_x, x / (age + 1), *windows])


def forecast(history):
    import lightgbm

    known = ~np.isnan(history.at(history.horizon)[0])
    if known.sum() < FEWEST:
        raise Failed(f"nothing to learn from: {known.sum()} customers were known one horizon before the origin")
    then, outcomes = features(history, history.horizon)[known], history.bought_within(history.horizon)[known]
    trees = lightgbm.LGBMRegressor(objective="poisson", n_jobs=1, random_state=1, deterministic=True, verbose=-1, **SETTINGS)
    mean = trees.fit(then, outcomes).predict(features(history, 0))
    return Forecast(mean, updated.poisson(mean), np.arange(len(mean)))
