"""Rules without a model, as people use them. What they learn, they learn one horizon before the origin."""

import numpy as np

from .figures import Forecast
from .process import Failed

# Fewer customers teach nothing; fewer of a cell do not speak for it.
FEWEST, FEWEST_IN_CELL = 30, 10
FIFTHS = (0.2, 0.4, 0.6, 0.8)


def last_window(history):
    """As many purchases as in the last window of that length."""
    return Forecast(history.bought_within(history.horizon))


def same_rate(history):
    """The own rate so far, for ever."""
    x, _, age = history.customers
    return Forecast(np.divide(x * history.horizon, age, out=np.zeros_like(x), where=age > 0))


def mean(history):
    """For everyone what those did in the last window who were known at its start."""
    _, _, outcomes = lesson(history)
    pmf = shares(outcomes, int(outcomes.max()) + 1)[None, :]
    everyone = np.zeros(history.customers.shape[1], dtype=int)
    return Forecast(np.full(len(everyone), outcomes.mean()), pmf, everyone)


def cells(history):
    """What those did in the last window who were in the same cell at its start: fifths of frequency by fifths of silence."""
    frequency, silence, outcomes = lesson(history)
    edges = [np.unique(np.quantile(values, FIFTHS)) for values in (frequency, silence)]

    def cell(frequency, silence):
        return np.searchsorted(edges[0], frequency) * 5 + np.searchsorted(edges[1], silence)

    then, length = cell(frequency, silence), int(outcomes.max()) + 1
    pmf = np.tile(shares(outcomes, length), (25, 1))
    for number in np.unique(then):
        own = outcomes[then == number]
        if len(own) >= FEWEST_IN_CELL:
            pmf[number] = shares(own, length)
    x, t_x, age = history.customers
    row = cell(x, age - t_x)
    return Forecast((pmf @ np.arange(length))[row], pmf, row)


def lesson(history):
    """Frequency and silence one horizon ago of who was a customer then, and what they have bought since."""
    x, t_x, age = history.at(history.horizon)
    known = ~np.isnan(x)
    if known.sum() < FEWEST:
        raise Failed(f"nothing to learn from: {known.sum()} customers were known one horizon before the origin")
    return x[known], (age - t_x)[known], history.bought_within(history.horizon)[known]


def shares(outcomes, length):
    """How often each count occurred."""
    return np.bincount(outcomes.astype(int), minlength=length) / len(outcomes)
