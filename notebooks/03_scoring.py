# %% [markdown]
# # Scoring customers the model has not seen, and next month's log
#
# **Question.** The model was fitted once. Now there are other customers, another month of purchases, and someone who
# bought for the first time this morning. Must it be fitted again each time?
#
# No: a fitted model is a small file of parameters. It scores anybody whose purchases come from the same shop.

# %%
import tempfile
from pathlib import Path

import pandas as pd

import clv

folder = Path(tempfile.mkdtemp())
everybody = pd.read_csv("../fixtures/cdnow_master.csv", dtype={"customer_id": str})
ids = everybody["customer_id"].drop_duplicates().sort_values()
known = everybody["customer_id"].isin(ids[::10])
tenth, others = everybody[known], everybody[~known]

# %% [markdown]
# ## One customer in ten is enough to fit
#
# CDNOW had 23,570 new customers in early 1997. The model sees every tenth of them, to the end of September, and is
# saved.

# %%
summary = clv.summarize(tenth, observed_until="1997-09-30")
clv.fit(summary).save(folder / "model.json")
model = clv.load(folder / "model.json")
model.parameters

# %% [markdown]
# The file has parameters and how they were found, no customers: it can be kept, compared and sent.

# %%
text = (folder / "model.json").read_text()
print(f"{len(text):,} characters")

# %% [markdown]
# ## The other nine
#
# 21,213 customers whom the model does not know, from the purchases they have made so far. The same in a shell:
# `clv score model.json orders.csv --observed-until 1997-09-30 --horizon 39w -o scores.csv`

# %%
scores = model.score(others, observed_until="1997-09-30", horizon="39w")
scores.report

# %% [markdown]
# What came in these 39 weeks, by the number of purchases made before:

# %%
forecast = scores.to_pandas().set_index("customer_id")
later = clv.summarize(others).to_pandas().set_index("customer_id")["frequency"]
came = (later.loc[forecast.index] - forecast["frequency"]).astype(int)
groups = forecast["frequency"].clip(upper=7)
pd.DataFrame(
    {
        "customers": groups.groupby(groups).size(),
        "expected": forecast["expected_purchases"].groupby(groups).mean(),
        "came": came.groupby(groups).mean(),
    }
).round(2)

# %% [markdown]
# **A model fitted to all of them would say nearly the same**: a tenth was enough.

# %%
fitted_to_all = clv.fit(everybody, observed_until="1997-09-30")
total = forecast["expected_purchases"].sum()
total_of_all = fitted_to_all.score(others, observed_until="1997-09-30", horizon="39w").totals["expected_purchases"]
pd.Series({"a tenth": total, "all": total_of_all, "came": came.sum()}).round(0)

# %% [markdown]
# ## Next month's log
#
# It is the end of October. The same file, the log as it is now: who came back, and who has become a doubtful case?
# Horizon, discount and margin are said anew each time; they are no part of the model.

# %%
september = forecast[["p_alive", "expected_purchases"]]
october = model.score(others, observed_until="1997-10-31", horizon="39w").to_pandas().set_index("customer_id")
change = october[["frequency", "p_alive", "expected_purchases"]].join(september, rsuffix="_before")
change["bought"] = (october["frequency"] - forecast["frequency"]).astype(int)
change["difference"] = change["expected_purchases"] - change["expected_purchases_before"]
change.sort_values("difference").iloc[[0, 1, 2, -3, -2, -1]].round(2)

# %% [markdown]
# Silence of a customer who used to come often says much; of one who came once it says little. The map has it for any
# number of purchases:

# %%
clv.plot.p_alive(model, others, observed_until="1997-10-31")

# %% [markdown]
# On average:

# %%
regulars = change["frequency"] - change["bought"] >= 4
pd.DataFrame(
    {
        "regulars who bought": change[regulars & (change["bought"] > 0)].mean(),
        "regulars who did not": change[regulars & (change["bought"] == 0)].mean(),
        "others who did not": change[~regulars & (change["bought"] == 0)].mean(),
    }
).loc[["p_alive_before", "p_alive", "expected_purchases_before", "expected_purchases"]].round(3)

# %% [markdown]
# ## Somebody who bought for the first time today
#
# Nothing is known but that: frequency, recency and T are 0. A summary of your own making is scored as it is, and this
# row says **what a new customer is worth beyond the first purchase**, here within three years. Together with what the
# first purchase earns, it is the most that winning one may cost.

# %%
today = pd.DataFrame({"customer_id": ["new"], "frequency": [0], "recency": [0.0], "T": [0.0], "monetary_value": [0.0]})
new = model.score(today, unit="week", horizon="3y", margin=0.3).to_pandas()
new

# %% [markdown]
# ## When to fit again
#
# When the model no longer says what happens: after a change of prices or range, or when `clv.backtest` on the new log
# is worse than on the old one. Not because a month has passed: what October adds to nine months moves the parameters
# by less than their standard errors.

# %%
again = clv.fit(tenth, observed_until="1997-10-31")
pd.DataFrame({"September": model.parameters, "October": again.parameters, "std. error": model.standard_errors}).round(3)

# %% [markdown]
# The figures of this notebook, checked:

# %%
from scipy.special import hyp2f1

# Fader, Hardie & Lee (2005), table 2, from another tenth of the same customers: the same within what is uncertain.
published = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
assert all(abs(model.parameters[name] - value) < 2 * model.standard_errors[name] for name, value in published.items())
# Counted in the log.
assert len(forecast) == 23570 - 2357 and len(text) < 10_000
# A new customer: the purchases of Fader, Hardie & Lee (2005), eq. 9, at the mean spend of Gamma-Gamma, no discount.
bare = model.score(today, unit="week", horizon="156w", discount=0, margin=0.3).to_pandas()
r, alpha, a, b = model.parameters.values()
gone = (alpha / (alpha + 156)) ** r * hyp2f1(r, b, a + b - 1, 156 / (alpha + 156))
p, q, v = model.spend_parameters.values()
assert abs(bare["clv"].item() / (0.3 * (a + b - 1) / (a - 1) * (1 - gone) * p * v / (q - 1)) - 1) < 1e-9
# Our own.
assert abs(total / total_of_all - 1) < 0.05
assert 0.8 < total / came.sum() < 0.95
assert change.loc[change["bought"] == 0, "p_alive"].le(change.loc[change["bought"] == 0, "p_alive_before"]).all()
moved = {name: abs(again.parameters[name] - value) / model.standard_errors[name] for name, value in model.parameters.items()}
assert max(moved.values()) < 1, moved
