"""Distributions of future purchases from a model's parameters, for packages that give expectations only.

Who is alive now buys as a new customer of updated parameters would, and who has left buys nothing: with P = P(alive),
`P(Y = n) = (1 - P) [n = 0] + P P_new(n)`. Alive after x repeat purchases and age T: r + x and alpha + T of the rate; of
leaving, b + x (BG/NBD: x coins that said stay) or b + x + 1 (MBG/NBD: one at the first purchase too), or beta + T (Pareto/NBD).
"""

import numpy as np
from scipy.special import betaln, gammaln

# Tables end where less than this is left, or at so many purchases.
TAIL, LONGEST = 1e-10, 4096
NODES = 64


def plain(values):
    """A flat array of any package's result: the only draw of those that have draws."""
    return np.ravel(np.asarray(values, dtype=float))


def table(model, names, x, age, alive, horizon):
    """The distributions of customers with these histories, one a row."""
    r, alpha = names["r"] + x, names["alpha"] + age
    if model == "pareto-nbd":
        return mixed(alive, lambda n: pareto(r, alpha, names["s"], names["beta"] + age, horizon, n))
    coins = x + (model == "mbg-nbd")
    return mixed(alive, lambda n: beta_geometric(r, alpha, names["a"], names["b"] + coins, horizon, n))


def mixed(alive, new):
    """Calls `new(counts)` with ever more counts until hardly anything is left, and mixes in those who have left."""
    length = 64
    while True:
        pmf = new(np.arange(length))
        if np.max(1 - pmf.sum(axis=1)) < TAIL or length >= LONGEST:
            break
        length *= 2
    pmf = alive[:, None] * pmf
    pmf[:, 0] += 1 - alive
    return pmf


def negative_binomial(r, alpha, t, counts):
    """Purchases within t of rates of Gamma(r, alpha): customers in rows, counts in columns."""
    r, alpha = r[:, None], alpha[:, None]
    logs = gammaln(r + counts) - gammaln(r) - gammaln(counts + 1)
    return np.exp(logs + r * np.log(alpha / (alpha + t)) + counts * np.log(t / (alpha + t)))


def beta_geometric(r, alpha, a, b, t, counts):
    """A new customer who may leave after each purchase to come: Fader, Hardie & Lee (2005), eq. (8)."""
    buys = negative_binomial(r, alpha, t, counts)
    reached = 1 - np.concatenate([np.zeros((len(r), 1)), np.cumsum(buys, axis=1)[:, :-1]], axis=1)
    b = b[:, None]
    stayed = np.exp(betaln(a, b + counts) - betaln(a, b))
    left = np.exp(betaln(a + 1, b + np.maximum(counts, 1) - 1) - betaln(a, b)) * (counts > 0)
    return stayed * buys + left * np.maximum(reached, 0)


def pareto(r, alpha, s, beta, t, counts):
    """A new customer who leaves at any time: over Pareto lifetimes, by Gauss-Legendre in ln(1 + life / beta)."""
    span = np.log1p(t / beta)
    pmf = negative_binomial(r, alpha, t, counts) * np.exp(-s * span)[:, None]
    for node, weight in zip(*np.polynomial.legendre.leggauss(NODES)):
        z = span * (node + 1) / 2
        density = s * np.exp(-s * z) * span * weight / 2
        pmf += density[:, None] * negative_binomial(r, alpha, (beta * np.expm1(z))[:, None], counts)
    return pmf


def poisson(mean):
    """Poisson distributions of these means, one a row."""
    busiest = float(np.max(mean))
    counts = np.arange(min(int(busiest + 12 * np.sqrt(busiest) + 20), LONGEST))
    return np.exp(counts * np.log(np.maximum(mean, 1e-12))[:, None] - mean[:, None] - gammaln(counts + 1))
