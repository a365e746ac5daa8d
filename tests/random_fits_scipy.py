"""Looks for better maxima than the fits of tests/fits/random_fits.rs found: an offline check that shares no code
with the library. The likelihoods are written down again from the papers, in logarithms, with numpy and scipy;
searches start from random places and end with Nelder and Mead, with parameters within e^-40 to e^40 (of the
mean T or amount), where two that grow together are as good as a limit.

    rm -f fits.jsonl
    CLV_RANDOM_FITS=60 CLV_RANDOM_FITS_DUMP=fits.jsonl cargo test --release --test fits random_fits
    python3 tests/random_fits_scipy.py fits.jsonl [how many]

It prints each fit that is beaten by more than TOLERANCE, and how many were looked at; it exits with 1 if one in
500 or more is. BdW has limits that no finite parameter reaches (see src/model/bdw.rs); its own tolerance is for
that the library stops at beta = 1e243.
"""

import json
import sys

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, gammaln

TOLERANCE = 1e-5
TOLERANCES = {"bdw": 1e-2, "ggompertz-nbd": 1e-2}
STARTS = 12
REACH = 40.0
REACHES = {"bdw": 560.0}


def lgamma_rising(r, x):
    """ln Gamma(r+x)/Gamma(r), with its digits for large r."""
    x = np.asarray(x, float)
    with np.errstate(all="ignore"):
        series = x * np.log(r) + x * (x - 1) / (2 * r)
        return np.where(r > 1e7, series, gammaln(r + x) - gammaln(r))


def rate(r, alpha, x, t):
    """NBD part: ln Gamma(r+x)/Gamma(r) alpha^r/(alpha+t)^(r+x)."""
    return lgamma_rising(r, x) - r * np.log1p(t / alpha) - x * np.log(alpha + t)


def beta_rising(a, b, i, j):
    """ln B(a+i, b+j)/B(a, b)."""
    n = np.asarray(i + j, float)
    return lgamma_rising(a, i) + lgamma_rising(b, j) - lgamma_rising(a + b, n)


def nbd(p, d):
    x, _, t, n = d.T
    return n @ rate(p[0], p[1] * d.scale, x, t)


def coin(p, d, first):
    x, t_x, t, n = d.T
    r, alpha, a, b = p[0], p[1] * d.scale, p[2], p[3]
    k = x + first
    stayed = beta_rising(a, b, 0 * k, k) + rate(r, alpha, x, t)
    left = beta_rising(a, b, 0 * k + 1, np.maximum(k - 1, 0)) + rate(r, alpha, x, t_x)
    return n @ np.where(k > 0, np.logaddexp(stayed, left), stayed)


NODES, WEIGHTS = np.polynomial.legendre.leggauss(24)
CUTS = np.concatenate([[0.0], np.geomspace(1e-12, 1.0, 22)])


def lifetime(p, d, survival):
    """L = w(T) - int_{t_x}^T r(tau) dS(tau), over pieces ever finer towards t_x."""
    x, t_x, t, n = d.T
    r, alpha = p[0], p[1] * d.scale
    total = rate(r, alpha, x, t) + survival(t)
    for low, high in zip(CUTS[:-1], CUTS[1:]):
        a, b = t_x + low * (t - t_x), t_x + high * (t - t_x)
        for node, weight in zip(NODES, WEIGHTS):
            tau = 0.5 * (a + b) + 0.5 * (b - a) * node
            h = survival.hazard(tau)
            with np.errstate(divide="ignore"):
                total = np.logaddexp(
                    total, rate(r, alpha, x, tau) + survival(tau) + h + np.log(0.5 * (b - a) * weight)
                )
    # Before the first piece all is taken as left at once, of which there is none but at t_x = 0.
    return n @ total


class Lomax:
    def __init__(self, s, beta):
        self.s, self.beta = s, beta

    def __call__(self, t):
        return -self.s * np.log1p(t / self.beta)

    def hazard(self, t):
        return np.log(self.s / (self.beta + t))


class Gompertz:
    def __init__(self, b, s, beta):
        self.b, self.s, self.beta = b, s, beta

    def log(self, t):
        """ln(beta - 1 + e^(bt))."""
        big = self.b * t
        with np.errstate(all="ignore"):
            return np.where(big > 30, np.logaddexp(big, np.log(max(self.beta - 1, 1e-300))), np.log(self.beta + np.expm1(big)))

    def __call__(self, t):
        return -self.s * (self.log(t) - np.log(self.beta))

    def hazard(self, t):
        return np.log(self.b * self.s) + self.b * t - self.log(t)


def pareto(p, d):
    return lifetime(p, d, Lomax(p[2], p[3] * d.scale))


def ggompertz(p, d):
    return lifetime(p, d, Gompertz(p[2] / d.scale, p[3], p[4]))


def bgbb(p, d):
    x, t_x, t, n = d.T
    al, be, ga, de = p
    total = beta_rising(al, be, x, t - x) + beta_rising(ga, de, 0 * t, t)
    for i in range(int((t - t_x).max())):
        there = t_x + i < t
        at = np.where(there, t_x + i, t_x)
        part = beta_rising(al, be, x, at - x) + beta_rising(ga, de, 0 * t + 1, at)
        total = np.where(there, np.logaddexp(total, part), total)
    return n @ total


def gamma_gamma(p, d):
    x, mean, n = d.T
    (p_, q), v = p[:2], p[2] * d.scale
    px = p_ * x
    # Written around the most likely mean, so that large p and q keep their digits.
    ll = (
        -betaln(px, q) + q * np.log(v / (v + x * mean)) + px * np.log(x * mean / (v + x * mean)) - np.log(mean)
    )
    return n @ ll


def bdw(p, d):
    periods, ended, n = d.T
    alpha, beta, c = p if len(p) == 3 else (p[0], p[1], 1.0)

    def ln_s(t):
        with np.errstate(over="ignore", invalid="ignore"):
            time = np.power(t, c)
            far = -alpha * (np.logaddexp(np.log(beta), c * np.log(np.maximum(t, 1e-300))) - np.log(beta))
            near = beta_rising_real(beta, alpha, time)
            return np.where(t <= 0, 0.0, np.where(beta + time > 1e8 * (1 + alpha * alpha), np.where(beta > 1e8 * (1 + alpha * alpha), far, far_from(alpha, beta, c, t)), near))

    here, before = ln_s(periods), ln_s(periods - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        left = before + np.log(-np.expm1(here - before))
    return n @ np.where(ended > 0, left, here)


def beta_rising_real(beta, alpha, time):
    """ln B(alpha, beta+time)/B(alpha, beta)."""
    return gammaln(beta + time) - gammaln(alpha + beta + time) - gammaln(beta) + gammaln(alpha + beta)


def far_from(alpha, beta, c, t):
    with np.errstate(divide="ignore"):
        ln_w = np.logaddexp(np.log(beta), c * np.log(np.maximum(t, 1e-300)))
    return -alpha * ln_w + gammaln(alpha + beta) - gammaln(beta)


MODELS = {
    "nbd": (nbd, 2),
    "bg-nbd": (lambda p, d: coin(p, d, 0), 4),
    "mbg-nbd": (lambda p, d: coin(p, d, 1), 4),
    "pareto-nbd": (pareto, 4),
    "ggompertz-nbd": (ggompertz, 5),
    "bg-bb": (bgbb, 4),
    "gamma-gamma": (gamma_gamma, 3),
    "sbg": (bdw, 2),
    "bdw": (bdw, 3),
}


class Data(np.ndarray):
    scale = 1.0


def best(model, data, rng):
    f, size = MODELS[model]
    d = np.asarray(data, float).view(Data)
    if model == "gamma-gamma":
        d.scale = np.average(d[:, 1], weights=d[:, 2])
    elif size > 2 and model not in ("bdw", "bg-bb") or model == "nbd":
        d.scale = np.average(d[:, 2], weights=d[:, 3])

    def loss(u):
        if np.abs(u).max() > REACHES.get(model, REACH):
            return np.inf
        with np.errstate(all="ignore"):
            value = -float(f(np.exp(u), d))
        return value if np.isfinite(value) else np.inf

    ends = []
    for _ in range(STARTS):
        u = rng.normal(0.0, 2.0, size)
        if model == "bdw":
            # beta is about an age to the power of c.
            c, age = np.exp(rng.normal(1.5, 1.5)), rng.uniform(0.5, d[:, 0].max())
            u = np.array([rng.normal(0.0, 1.0) - np.log(c), np.clip(c * np.log(age), -500, 500), np.log(c)])
        for _ in range(3):
            found = minimize(loss, u, method="Nelder-Mead", options={"maxiter": 400 * size, "xatol": 1e-6, "fatol": 1e-9})
            u = found.x
        ends.append((found.fun, tuple(u)))
    value, u = min(ends)
    return -value, np.exp(u)


def main():
    most = int(sys.argv[2]) if len(sys.argv) > 2 else None
    lines = [json.loads(line) for line in open(sys.argv[1])]
    lines = [line for line in lines if line["model"] in MODELS and line["log_likelihood"] is not None]
    np.random.default_rng(0).shuffle(lines)
    beaten, worst = 0, {}
    for i, line in enumerate(lines[:most]):
        model, ours = line["model"], line["log_likelihood"]
        theirs, at = best(model, line["data"], np.random.default_rng(i))
        worst[model] = max(worst.get(model, -np.inf), theirs - ours)
        if theirs > ours + TOLERANCES.get(model, TOLERANCE):
            beaten += 1
            print(f"{model} {line['label']}: {theirs:.6f} at {at} beats {ours:.6f}", flush=True)
    looked = len(lines[:most])
    print(f"{looked} fits, {beaten} beaten; the most by which each model's were:", worst)
    sys.exit(1 if beaten * 500 >= max(looked, 500) else 0)


if __name__ == "__main__":
    main()
