# %% [markdown]
# # Coming from lifetimes or PyMC-Marketing
#
# **Question.** I have notebooks written for lifetimes, or for PyMC-Marketing. Do I get the same figures here? Where not,
# who is right? And is it worth the move?
#
# Side by side on the customers everybody knows, the CDNOW sample. lifetimes runs here. PyMC-Marketing takes minutes to
# install and to compile its models, so its figures (MAP fits) come from a file, with the script that made it beside
# it: `fixtures/peers/`. Which call becomes which, and every difference in meaning: `python/MIGRATION.md`.

# %%
import json
import time
import warnings
from pathlib import Path

import lifetimes
import numpy as np
import pandas as pd
from lifetimes.utils import summary_data_from_transaction_data

import clv
from clv import compat

warnings.simplefilter("ignore")
orders = pd.read_csv("../fixtures/cdnow_sample.csv", dtype={"customer_id": str})
pymc = json.loads(Path("../fixtures/peers/pymc_marketing.json").read_text())
END = "1997-09-30"
seconds = {}


class timed:
    """CPU seconds of what is done within it: the same on a busy machine."""

    def __init__(self, package, step):
        self.key = package, step

    def __enter__(self):
        self.begin = time.process_time()

    def __exit__(self, *_):
        seconds[self.key] = time.process_time() - self.begin


# %% [markdown]
# ## The same summary
#
# `freq="D", freq_multiplier=7` of lifetimes says: purchases of one day are one, time in weeks. Here that is the default.

# %%
with timed("lifetimes", "summary"):
    theirs = summary_data_from_transaction_data(
        orders, "customer_id", "date", "amount", observation_period_end=END, freq="D", freq_multiplier=7
    )
with timed("clv", "summary"):
    summary = clv.summarize(orders, observed_until=END)
ours = summary.to_pandas().set_index("customer_id")
theirs.join(ours, lsuffix=" theirs").head(3).T

# %% [markdown]
# ## The same fit
#
# Maximum likelihood is maximum likelihood: lifetimes and clv agree to six digits. PyMC-Marketing's MAP has priors, and on
# BG/NBD they are felt: `a` and `b` are a tenth lower. (clv has none unless asked: `prior="weak"`.)

# %%
customers = theirs["frequency"], theirs["recency"], theirs["T"]
with timed("lifetimes", "fit"):
    fitter = lifetimes.BetaGeoFitter()
    fitter.fit(*customers)
    repeat = theirs[theirs["frequency"] > 0]
    spend_fitter = lifetimes.GammaGammaFitter()
    spend_fitter.fit(repeat["frequency"], repeat["monetary_value"])
with timed("clv", "fit"):
    model = clv.fit(summary)

fits = {
    "lifetimes": pd.concat([fitter.params_, spend_fitter.params_]),
    "clv": pd.Series(model.parameters | model.spend_parameters),
    "PyMC-Marketing": pd.Series(pymc["parameters"] | pymc["spend_parameters"]),
}
pd.DataFrame(fits).loc[["r", "alpha", "a", "b", "p", "q", "v"]].round(4)

# %% [markdown]
# ## The same scores
#
# `customer_lifetime_value(time=12, discount_rate=0.01, freq="W")` counts months of 4.345 weeks, each paid at its end, at
# 1 % a month. Here that is asked for in words. The first customer, and the sum of all values:

# %%
with timed("lifetimes", "score"):
    alive = fitter.conditional_probability_alive(*customers)
    purchases = fitter.conditional_expected_number_of_purchases_up_to_time(39, *customers)
    amounts = spend_fitter.conditional_expected_average_profit(theirs["frequency"], theirs["monetary_value"])
    value = spend_fitter.customer_lifetime_value(
        fitter, *customers, theirs["monetary_value"], time=12, discount_rate=0.01, freq="W"
    )
with timed("clv", "score"):
    scores = model.score(summary, horizon="12mo", discount="1%/mo", discounting="monthly")
    table = scores.to_pandas().set_index("customer_id")
soon = model.score(summary, horizon="39w").to_pandas().set_index("customer_id")

first = pymc["first_customer"]
pd.DataFrame(
    {
        "lifetimes": [np.ravel(alive)[0], np.ravel(purchases)[0], amounts.iloc[0], value.iloc[0], value.sum()],
        "clv": [
            table["p_alive"].iloc[0],
            soon["expected_purchases"].iloc[0],
            table["expected_spend"].iloc[0],
            table["clv"].iloc[0],
            scores.totals["clv"],
        ],
        "PyMC-Marketing": [*first.values(), pymc["clv_12_months_1_percent_a_month"]["W"]],
    },
    index=["P(alive)", "purchases in 39 weeks", "spend of each", "value of 12 months", "value of all"],
).round(4)

# %% [markdown]
# A model that is fitted already can be taken over as it is, and then every customer's value is theirs to the last digits:

# %%
taken = compat.model(fitter, spend=spend_fitter, unit="week")
same = taken.score(compat.summary(theirs, unit="week"), horizon="12mo", discount="1%/mo", discounting="monthly").to_pandas()
difference = float(np.abs(same["clv"].to_numpy() / value.to_numpy() - 1).max())
print(f"largest relative difference of {len(same):,} values: {difference:.0e}")

# %% [markdown]
# ## Where figures differ, and why
#
# **Weeks taken for days: 3.7 times too much.** `customer_lifetime_value` believes that its summary is in days unless it is
# told `freq="W"`. The quickstart of lifetimes, and examples of PyMC-Marketing after it, give it weeks and leave that out:
# twelve months become 360 weeks. Here a summary knows its unit and a horizon says its own; a bare number is refused.

# %%
weeks_as_days = spend_fitter.customer_lifetime_value(
    fitter, *customers, theirs["monetary_value"], time=12, discount_rate=0.01, freq="D"
).sum()
try:
    model.score(summary, horizon="12")
except clv.ClvError as error:
    print(error)
pd.Series({'freq="W"': value.sum(), 'freq="D"': weeks_as_days, "times": weeks_as_days / value.sum()}).round(2)

# %% [markdown]
# **A year's rate taken for a week's: 18 times too little.** The discount factor of CLVTools (R) is that of one unit of
# time, and its default is 10 % of whatever the unit is: on weeks, 10 % a week. Here a rate carries its unit.

# %%
pareto = clv.fit(summary, model="pareto-nbd")
rates = {rate: pareto.score(summary, horizon="inf", discount=rate).totals["clv"] for rate in ("10%/yr", "10%/wk")}
pd.Series(rates | {"times": rates["10%/yr"] / rates["10%/wk"]}).round(2)

# %% [markdown]
# **`freq="W"` is another model, and reads beyond the end.** It does not only write time in weeks, it also makes one
# purchase of all within a week; and it takes the whole of the week in which observation ends, here five days of October.
# clv has two settings, `grain` and `unit`, and does not look past the end. Told to end where lifetimes does, it agrees:

# %%
by_week = summary_data_from_transaction_data(orders, "customer_id", "date", "amount", observation_period_end=END, freq="W")
week_fitter = lifetimes.BetaGeoFitter()
week_fitter.fit(by_week["frequency"], by_week["recency"], by_week["T"])
to_sunday = clv.fit(orders, observed_until="1997-10-05", grain="week")
to_the_end = clv.fit(orders, observed_until=END, grain="week")
pd.DataFrame(
    {
        'lifetimes, freq="W"': week_fitter.params_,
        'clv, grain="week", to 5 October': to_sunday.parameters,
        'clv, grain="week", to 30 September': to_the_end.parameters,
        "clv, by day": model.parameters,
    }
).round(3)

# %% [markdown]
# **P(alive) = 1 after one purchase** is no error: BG/NBD lets nobody leave before a second one, in all three packages. If
# you do not believe it, take `model="mbg-nbd"` or `"pareto-nbd"`.

# %%
doubt = clv.fit(summary, model="mbg-nbd").score(summary).to_pandas().set_index("customer_id")["p_alive"]
pd.DataFrame({"lifetimes": np.ravel(alive), "clv": table["p_alive"], "clv, mbg-nbd": doubt})[ours["frequency"] == 0].head(2)

# %% [markdown]
# ## How long it takes
#
# CPU seconds on these 2,357 customers (PyMC-Marketing: its second fit, when all that can be kept compiled is, on the
# machine that made the file).

# %%
timing = pd.Series(seconds).unstack(0)[["clv", "lifetimes"]].loc[["summary", "fit", "score"]]
timing["PyMC-Marketing"] = [pymc["cpu_seconds"][step] for step in timing.index]
timing["lifetimes / clv"] = timing["lifetimes"] / timing["clv"]
timing.round(3)

# %% [markdown]
# And with more customers: so many times the CPU seconds of clv, as `benches/peers.py` found them, each package alone in
# a process of its own with everything compiled beforehand.

# %%
measured = json.loads(sorted(Path("../benches/results").glob("peers-*.json"))[-1].read_text())
pd.DataFrame(
    {
        (customers, package): {stage: both["cpu"] for stage, both in stages.items()}
        for customers, packages in measured["ratios"].items()
        for package, stages in packages.items()
    }
).T

# %% [markdown]
# ## The answer
#
# The same figures where the same is meant, and a word for each thing that was left to be guessed. Move by
# `compat.model(fitted, unit=...)` if a model must stay as it is, or by `clv.fit(orders)`.
#
# The figures of this notebook, checked:

# %%
# Against lifetimes 0.11.3, live: summaries exactly, parameters, scores.
assert lifetimes.__version__ == "0.11.3"
for name in ("frequency", "recency", "T", "monetary_value"):
    np.testing.assert_allclose(ours.loc[theirs.index, name], theirs[name], rtol=1e-12)
for name, number in fits["lifetimes"].items():
    assert abs(fits["clv"][name] / number - 1) < 1e-5, name
np.testing.assert_allclose(soon["expected_purchases"], np.ravel(purchases), rtol=1e-5)
np.testing.assert_allclose(table["expected_spend"], amounts, rtol=1e-5)
np.testing.assert_allclose(table["clv"], value, rtol=1e-5)
assert difference < 1e-12
for name, number in week_fitter.params_.items():
    assert abs(to_sunday.parameters[name] / number - 1) < 1e-4, name
assert abs(to_the_end.parameters["r"] / week_fitter.params_["r"] - 1) > 0.02
# Fader, Hardie & Lee (2005), table 2, and 3.73 times as it was seen in lifetimes 0.11.3.
assert {name: round(number, 3) for name, number in model.parameters.items()} == {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
assert round(weeks_as_days / value.sum(), 2) == 3.73
# CLVTools 0.12.1, run on the same weeks: 17,816 with its default, 327,110 with log(1.1)/52 (a year here has 52.18 weeks).
assert abs(rates["10%/wk"] / 17816 - 1) < 1e-3 and abs(rates["10%/yr"] / 327110 - 1) < 2e-3
# PyMC-Marketing 0.19.2, from the file: Gamma-Gamma has flat priors there and agrees, BG/NBD has not.
for name, number in pymc["spend_parameters"].items():
    assert abs(model.spend_parameters[name] / number - 1) < 1e-3, name
assert 0.05 < 1 - pymc["parameters"]["a"] / model.parameters["a"] < 0.15
assert (doubt[ours["frequency"] == 0] < 1).all() and (table.loc[ours["frequency"] == 0, "p_alive"] == 1).all()
