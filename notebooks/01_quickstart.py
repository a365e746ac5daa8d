# %% [markdown]
# # Quickstart: from a list of purchases to what each customer is worth
#
# **Question.** Here are nine months of purchases of 2,357 customers of an online music shop (CDNOW). Who of them is
# still a customer, how often will they come back in the next twelve months, and what is that worth today?
#
# All you need is a table with a row a purchase: who, when, how much.

# %%
import pandas as pd

import clv

orders = pd.read_csv("../fixtures/cdnow_sample.csv", dtype={"customer_id": str})
orders.head()

# %% [markdown]
# ## What each customer has done
#
# `summarize` turns purchases into one row a customer. `frequency` counts purchases *after the first*, `recency` is the
# age at the last one and `T` the age today, in weeks; `monetary_value` is the mean amount of a repeat purchase.
#
# "Today" is the end of September 1997: what came later is left out, so that we can look it up below.

# %%
summary = clv.summarize(orders, observed_until="1997-09-30")
summary

# %% [markdown]
# Nothing is dropped silently: the account has every row that was read.

# %%
summary.report

# %% [markdown]
# ## A model of customers
#
# `fit` estimates how buying rates and the chance to leave differ between customers (BG/NBD), and how amounts do
# (Gamma-Gamma). It says how sure each parameter is, and how the search ended.

# %%
model = clv.fit(summary)
model

# %% [markdown]
# Does it describe these customers? So many bought once, twice, ...:

# %%
clv.plot.frequencies(model, summary)

# %% [markdown]
# ## The answer
#
# One row a customer: the chance of still being one, expected purchases within twelve months, the expected amount of
# each, and the value: discounted at 10 % a year, times a margin of 30 %.

# %%
scores = model.score(summary, horizon="12mo", discount="10%/yr", margin=0.3)
scores.report

# %%
table = scores.to_pandas()
table.sort_values("clv", ascending=False).head(10)

# %% [markdown]
# **How much of the value do the best customers hold?** The top 10 % hold more than half of it: they are the ones to
# know by name.

# %%
clv.plot.concentration(model, summary, margin=0.3)

# %%
share = scores.totals["value_share"]
pd.Series({"top 1 %": share["top_1_percent"], "top 10 %": share["top_10_percent"], "top 20 %": share["top_20_percent"]})

# %% [markdown]
# ## Can it be trusted?
#
# We know what came in the 39 weeks after September. The forecast was made without it.

# %%
after = clv.summarize(orders).to_pandas().set_index("customer_id")["frequency"]
expected = model.score(summary, horizon="39w").to_pandas().set_index("customer_id")
came = after.loc[expected.index] - expected["frequency"]
groups = expected["frequency"].clip(upper=5)
pd.DataFrame({"expected": expected["expected_purchases"].groupby(groups).mean(), "came": came.groupby(groups).mean()})

# %% [markdown]
# The order is right and so are the sizes; the total is somewhat too low. `clv.backtest` looks closer, compares models
# with each other and with doing without one, and says what beats what.

# %%
print(*clv.backtest(orders, holdout="39w", models=["bg-nbd", "pareto-nbd"], replicates=50).verdict, sep="\n")

# %% [markdown]
# ## Keep it
#
# The model file is small, has no customers in it, and scores next month's log, here or on the command line.

# %%
import tempfile
from pathlib import Path

folder = Path(tempfile.mkdtemp())
model.save(folder / "model.json")
scores.write(folder / "scores.csv")
again = clv.load(folder / "model.json")

# %% [markdown]
# The figures of this notebook, checked:

# %%
# Fader, Hardie & Lee (2005), table 2.
assert {name: round(value, 3) for name, value in model.parameters.items()} == {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
assert round(model.log_likelihood, 1) == -9582.4
# Our own.
assert abs(scores.totals["clv"] - 0.3 * 72693.72) < 0.01
assert 0.5 < share["top_10_percent"] < 0.6
assert 0.8 < expected["expected_purchases"].sum() / came.sum() < 1.0
assert again == model
