"""Figures of a forecast, given what each customer bought. The same definitions as those of `clv backtest`.

A predictive distribution is a table `pmf` of rows of probabilities of 0, 1, 2, .. purchases, with the row of each customer:
customers with one history share one.
"""

from dataclasses import dataclass

import numpy as np

LEVEL = 0.9
NORMAL_95 = 1.6448536269514722


@dataclass(frozen=True)
class Forecast:
    """What a method says of each customer: the mean, and the distribution if it has one."""

    mean: np.ndarray
    pmf: np.ndarray | None = None
    row: np.ndarray | None = None

    def save(self, path):
        columns = {"mean": self.mean} if self.pmf is None else {"mean": self.mean, "pmf": self.pmf, "row": self.row}
        np.savez(path, **columns)

    @classmethod
    def load(cls, path):
        with np.load(path) as file:
            return cls(**{name: file[name] for name in file.files})


def crps(pmf, row, y):
    """Continuous ranked probability score of each customer: sum over n of (P(Y <= n) - 1[y <= n])^2."""
    below = np.cumsum(pmf, axis=1)
    last = below.shape[1]
    under = np.concatenate([np.zeros((len(below), 1)), np.cumsum(below**2, axis=1)], axis=1)
    over = np.concatenate([np.cumsum(((1 - below) ** 2)[:, ::-1], axis=1)[:, ::-1], np.zeros((len(below), 1))], axis=1)
    at = np.minimum(y, last).astype(int)
    # Beyond the table the distribution function is 1.
    return under[row, at] + over[row, at] + np.maximum(y - last, 0)


def coverage(pmf, row, y, level=LEVEL):
    """Share of customers in their central interval, in the mean over randomised probability integral transforms:
    uniform between P(Y < y) and P(Y <= y)."""
    below = np.concatenate([np.zeros((len(pmf), 1)), np.cumsum(pmf, axis=1)], axis=1)
    last = below.shape[1] - 1
    at = np.minimum(y, last).astype(int)
    low, high = below[row, at], below[row, np.minimum(at + 1, last)]
    tail = (1 - level) / 2
    inside = np.clip(high, tail, 1 - tail) - np.clip(low, tail, 1 - tail)
    width = high - low
    point = ((low >= tail) & (low <= 1 - tail)).astype(float)
    return float(np.mean(np.where(width > 0, inside / np.where(width > 0, width, 1), point)))


def medians(pmf, row):
    """The least n with P(Y <= n) >= 1/2. The sums of the table are exact to some 1e-15 only."""
    return np.argmax(np.cumsum(pmf, axis=1) >= 0.5 - 1e-12, axis=1)[row].astype(float)


def groups(score):
    """Ends of groups of equals, and the order, highest first."""
    order = np.argsort(-score, kind="stable")
    ranked = score[order]
    return order, np.append(np.flatnonzero(ranked[1:] != ranked[:-1]) + 1, len(score))


def auc(score, hit):
    """Probability that a customer who buys is ranked above one who does not, equals counting half."""
    order, ends = groups(score)
    hits = np.diff(np.append(0, np.append(0, np.cumsum(hit[order]))[ends]))
    misses = np.diff(np.append(0, ends)) - hits
    above = np.cumsum(hits) - hits
    pairs = hits.sum() * misses.sum()
    return float((misses * (above + 0.5 * hits)).sum() / pairs) if pairs else None


def gini(score, y):
    """Gini coefficient of purchases in the order of the score over that in their own order."""

    def area(by):
        order, ends = groups(by)
        held = np.append(0, np.append(0, np.cumsum(y[order]))[ends])
        sizes = np.diff(np.append(0, ends))
        return 2 * (sizes * (held[:-1] + held[1:]) / 2).sum() / (len(y) * y.sum()) - 1

    if y.sum() == 0 or np.all(y == y[0]):
        return None
    return float(area(score) / area(y))


def top(score, share):
    """How much of each customer belongs to the top share; equals at the border share what is left."""
    order, ends = groups(score)
    sizes = np.diff(np.append(0, ends))
    left = np.clip(share * len(score) - (ends - sizes), 0, sizes)
    part = np.empty(len(score))
    part[order] = np.repeat(left / sizes, sizes)
    return part


def top_share(score, y, share=0.2):
    """Share of the top fifth by purchases that is in the top fifth by score."""
    return float((top(score, share) * top(y, share)).sum() / top(y, share).sum())


def of_points(mean, y, chance=None):
    """Figures that need no distribution; `chance` is the probability to buy, where a method has one."""
    total = y.sum()
    return {
        "bias": float(mean.sum() / total - 1) if total else None,
        "mae_mean": float(np.abs(y - mean).mean()),
        "auc": auc(mean if chance is None else chance, y > 0),
        "gini": gini(mean, y),
        "top_20": top_share(mean, y),
    }


def of_total(mean, lower, upper, y):
    """Whether the interval of all purchases held what happened, and half its width over the forecast; nothing without ends."""
    if lower is None or upper is None:
        return {}
    total = float(mean.sum())
    width = (upper - lower) / 2 / total if total else None
    return {"total_held": bool(lower <= y.sum() <= upper), "total_half_width": width}


def of_forecast(forecast, y):
    """All figures of a forecast. A point stands for a distribution at that point: its CRPS is its absolute error."""
    if forecast.pmf is None:
        figures = of_points(forecast.mean, y)
        return figures | {"crps": figures["mae_mean"], "mae_median": figures["mae_mean"]}
    pmf, row = forecast.pmf, forecast.row
    counts = np.arange(pmf.shape[1])
    means = pmf @ counts
    variance = (pmf @ counts**2 - means**2)[row].sum()
    # Customers as independent of each other, and parameters as known: what these methods have to say.
    half = NORMAL_95 * float(np.sqrt(variance))
    total = float(forecast.mean.sum())
    return (
        of_points(forecast.mean, y, 1 - pmf[row, 0])
        | of_total(forecast.mean, total - half, total + half, y)
        | {
            "crps": float(crps(pmf, row, y).mean()),
            "mae_median": float(np.abs(medians(pmf, row) - y).mean()),
            "coverage_90": coverage(pmf, row, y),
        }
    )
