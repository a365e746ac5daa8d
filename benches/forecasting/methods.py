"""All methods by name. Each takes what was known at an origin (`History`) and says what each customer will buy (`Forecast`)."""

from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version

from . import clv_program, lifetimes_fitters, lightgbm_trees, naive, pymc_marketing_models

CLV = ["bg-nbd", "mbg-nbd", "pareto-nbd", "ggompertz-nbd", "bg-cnbd", "mbg-cnbd", "nbd", "drift-nbd", "drift-mbg-nbd"]
RATES = [name + clv_program.SUFFIX for name in ("bg-nbd", "mbg-nbd", "pareto-nbd", "bg-cnbd", "mbg-cnbd", "drift-mbg-nbd")]
CHOSEN = ["best", "robust"]


@dataclass(frozen=True)
class Method:
    """A method of other packages, or none: a function, and the packages whose versions its figures belong to."""

    forecast: object
    packages: tuple = ()

    def version(self):
        return ", ".join(f"{name} {installed(name)}" for name in self.packages)


def of_package(module, distributions, models):
    return {model: Method(partial(module.forecast, model=model), distributions) for model in models}


def named(prefix, methods):
    return {f"{prefix}:{name}": method for name, method in methods.items()}


NAIVE = {"last-window": naive.last_window, "same-rate": naive.same_rate, "mean": naive.mean, "cells": naive.cells}
OTHERS = (
    named("naive", {name: Method(rule) for name, rule in NAIVE.items()})
    | named("lifetimes", of_package(lifetimes_fitters, ("lifetimes",), lifetimes_fitters.FITTERS))
    | named("pymc-marketing", of_package(pymc_marketing_models, ("pymc-marketing",), pymc_marketing_models.MODELS))
    | named("lightgbm", {"poisson": Method(lightgbm_trees.forecast, ("lightgbm",))})
)
ALL = [*CLV, *RATES, *CHOSEN, *OTHERS]


def installed(name):
    """The version of a Python package, or that it is not there."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
