# %% [markdown]
# # Intervals and decisions: how sure is that?
#
# **Question.** The forecast says 2,095 purchases next year and 11.06 for customer 0001. What can I build on that: a
# budget, a list of customers to look after, a promise to the bank?
#
# A forecast without an interval is half of one. There are two kinds of not knowing: what a customer *will do* (chance),
# and what the customer *is like* (the model has seen little). Which one counts depends on the decision.

# %%
import pandas as pd

import clv

orders = pd.read_csv("../fixtures/cdnow_sample.csv", dtype={"customer_id": str})
summary = clv.summarize(orders, observed_until="1997-09-30")
model = clv.fit(summary)

# %% [markdown]
# `interval=0.9` adds bounds that hold what happens in nine cases of ten, `interval_of_mean` also those of the expectation
# itself.

# %%
scores = model.score(summary, horizon="12mo", margin=0.3, interval=0.9, interval_of_mean=True)
table = scores.to_pandas().set_index("customer_id")

# %% [markdown]
# ## One customer: next to nothing is sure
#
# Customer 0001 is expected to buy 1.6 times; 0 and 6 are both possible. That is no fault of the model: people are like
# that. The *expectation* is known well, from 1.5 to 1.7, because thousands of others have shown what such customers do.

# %%
columns = ["expected_purchases", "expected_purchases_lower", "expected_purchases_upper"]
means = ["expected_purchases_mean_lower", "expected_purchases_mean_upper"]
table.loc[["0001", "0002", "0003"], columns + means].round(2)

# %% [markdown]
# ## All customers: chance evens out
#
# The bounds of a total are not the sums of customers' bounds: good and bad luck of 2,357 customers even out for the most
# part. What is not known of the parameters does not: all customers share it.

# %%
[total] = scores.groups
naive = table[["expected_purchases_lower", "expected_purchases_upper"]].sum()
pd.DataFrame(
    {
        "lower": [total["expected_purchases_lower"], naive.iloc[0], total["clv_lower"]],
        "expected": [total["expected_purchases"], total["expected_purchases"], total["clv"]],
        "upper": [total["expected_purchases_upper"], naive.iloc[1], total["clv_upper"]],
    },
    index=["purchases", "purchases, bounds added up: wrong", "value"],
).round(0)

# %% [markdown]
# ## A decision on many customers: whom to look after
#
# A personal service would cost 25 a year and customer. It is to go to customers who will be worth more than that,
# whatever else it brings. Over many customers what counts is the **expectation**: take all above 25. Its interval says
# how many of these decisions could go the other way:

# %%
COST = 25
above, below = table["clv_mean_lower"] > COST, table["clv_mean_upper"] < COST
pd.Series(
    {
        "worth more, surely": above.sum(),
        "worth more, probably": (~above & (table["clv"] > COST)).sum(),
        "worth less, probably": (~below & (table["clv"] <= COST)).sum(),
        "worth less, surely": below.sum(),
    }
)

# %% [markdown]
# Does it pay for the list as a whole? Score only those, and the total with its interval is that of the list:

# %%
chosen = summary.to_pandas()
chosen = chosen[chosen["customer_id"].isin(table.index[table["clv"] > COST])]
[of_list] = model.score(chosen, horizon="12mo", margin=0.3, interval=0.9).groups
cost = COST * of_list["customers"]
pd.Series(
    {
        "customers": of_list["customers"],
        "cost": cost,
        "worth, at least": of_list["clv_lower"],
        "expected": of_list["clv"],
        "at most": of_list["clv_upper"],
    }
).round(0)

# %% [markdown]
# **It pays, even at the lower bound.** Had we demanded of each single customer to be worth it in nineteen cases of twenty
# (`clv_lower` above 25), nobody would be left: the bounds of one customer are no measure for a list.

# %%
cautious = table["clv_lower"] > COST
pd.DataFrame(
    {
        "expectation above cost": [of_list["customers"], of_list["clv"] - cost],
        "lower bound above cost": [cautious.sum(), table.loc[cautious, "clv"].sum() - COST * cautious.sum()],
    },
    index=["customers", "profit expected"],
).round(0)

# %% [markdown]
# ## Do the intervals keep their promise?
#
# Hide nothing: here are the 39 weeks that followed.

# %%
later = model.score(summary, horizon="39w", interval=0.9)
forecast = later.to_pandas().set_index("customer_id")
came = clv.summarize(orders).to_pandas().set_index("customer_id")["frequency"].loc[forecast.index] - forecast["frequency"]
inside = came.between(forecast["expected_purchases_lower"], forecast["expected_purchases_upper"])
[sum_of_all] = later.groups
pd.Series(
    {
        "customers within their 90 % interval": round(inside.mean(), 3),
        "total: lower": round(sum_of_all["expected_purchases_lower"]),
        "total: expected": round(sum_of_all["expected_purchases"]),
        "total: upper": round(sum_of_all["expected_purchases_upper"]),
        "total: came": came.sum(),
    },
    dtype=object,
)

# %% [markdown]
# **For single customers, yes**: 95 % are within (purchases are whole numbers, so 90 % cannot be met exactly). **For the
# total, no**: 1,882 came, and 1,816 was the upper bound. An interval says how sure the model is *if the model is right*.
# It knows nothing of a Christmas it has not seen. That is what `clv.backtest` is for:

# %%
backtest = clv.backtest(orders, holdout="39w", replicates=100)
print(*backtest.verdict, sep="\n")

# %%
clv.plot.tracking(backtest)

# %% [markdown]
# ## Little data: wide intervals, and rightly so
#
# The same shop with a tenth of the customers. The interval of the total is wider in proportion, by about the square root
# of ten: a forecast of a young shop is not wrong, it is vague, and it says so.

# %%
few = summary.to_pandas().iloc[::10]
[small] = clv.fit(few).score(few, horizon="12mo", margin=0.3, interval=0.9).groups


def width(group):
    """How wide the interval of a total is, as a share of it."""
    return (group["expected_purchases_upper"] - group["expected_purchases_lower"]) / group["expected_purchases"]


pd.DataFrame(
    {"customers": [total["customers"], small["customers"]], "width of the total's interval": [width(total), width(small)]},
    index=["all", "a tenth"],
).round(2)

# %% [markdown]
# With so few customers the uncertainty of the parameters is far from normal, as intervals take it to be, and clv warns of
# it (Pareto k-hat). Then the posterior can be sampled as it is. That takes a prior: as far as 236 customers can tell, some
# of the parameters could be as large as you like. For the total it makes little difference here:

# %%
sampled = clv.fit(few, prior="weak", posterior="nuts")
[careful] = sampled.score(few, horizon="12mo", margin=0.3, interval=0.9).groups
bounds = ["expected_purchases_lower", "expected_purchases", "expected_purchases_upper"]
pd.DataFrame({"normal": small, "sampled": careful}).loc[bounds].astype(float).round(0)

# %% [markdown]
# ## The answer
#
# | the decision | look at |
# |---|---|
# | a budget, a valuation | the total with its interval, and what `clv.backtest` says of totals |
# | whom to write to, call, look after | the expectation (`clv`) against the cost; `clv_mean_lower`, `clv_mean_upper` for doubtful cases |
# | a promise to one customer, a credit limit | `clv_lower`: what this one customer will do |
#
# The figures of this notebook, checked:

# %%
# Counted in the log.
assert came.sum() == 1882
# Our own: the interval draws of seed 1.
assert abs(total["expected_purchases"] / 2095.114 - 1) < 1e-6 and abs(total["clv"] / 21808.115 - 1) < 1e-6
assert total["expected_purchases_lower"] < total["expected_purchases"] < total["expected_purchases_upper"]
assert naive.iloc[0] < total["expected_purchases_lower"] and naive.iloc[1] > total["expected_purchases_upper"]
assert 0.9 < inside.mean() < 0.97
assert sum_of_all["expected_purchases_upper"] < came.sum() < 1.1 * sum_of_all["expected_purchases_upper"]
assert of_list["clv_lower"] > cost and cautious.sum() < of_list["customers"] / 20
assert 2 < width(small) / width(total) < 5
assert 0.8 < width(careful) / width(small) < 1.25
