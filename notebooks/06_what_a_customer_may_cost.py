# %% [markdown]
# # What a customer is worth, and what one may cost
#
# **Question.** A shop buys its customers through five channels. Which of them pay, how soon, and how sure is that? What
# may a customer cost at most, and what would change the answer?
#
# The shop is simulated, so the truth is known: it is used in the last cell to check the answers, and nowhere before.

# %%
import pandas as pd
from IPython.display import display

import clv

orders = pd.read_csv("../fixtures/shop/orders.csv")
costs = pd.read_csv("../fixtures/shop/costs.csv")
display(orders.head(3), costs.head(3))

# %% [markdown]
# Orders have a channel and a category; returns are negative. The costs have a row a month and channel. **Fully loaded
# costs are for you to see to**: media, agencies, welcome discounts, the people who do it.
#
# Half of the customers here have not come back after their first order, so we take a model in which they may leave at
# once (`mbg-nbd`).

# %%
model = clv.fit(orders, model="mbg-nbd")
found = clv.economics(
    model,
    orders,
    costs=costs,
    by=["channel", "category"],
    margin=0.4,
    horizon="24mo",
    scenario="retention=+2%,spend=+5%",
    acquisitions=["search=30", "email=10"],
    retention_cost=5,
    budget=3000,
)


# %% [markdown]
# ## Does a channel pay?
#
# The lifetime value of a *new* customer (first order and the repeat orders of two years, times margin, discounted)
# against the cost of acquisition. Each channel is estimated from its own customers, drawn to the others where they are few.

# %%
channels = found.channels.to_pandas().set_index("group")
wanted = ["cac", "ltv", "ltv_to_cac", "ltv_to_cac_lower", "ltv_to_cac_upper", "p_ltv_to_cac", "most_for_ratio", "textbook_value"]
channels[wanted].sort_values("ltv_to_cac", ascending=False).round(2)

# %%
clv.plot.ltv_to_cac(found)

# %% [markdown]
# **Answer.** Referral and email pay many times over; search and affiliates bring twice what they cost, social
# hardly its cost. `most_for_ratio` is what a customer may cost at most for a ratio of 3: **that number, and not today's CAC, is the
# limit for the next campaign.**
#
# The textbook's value (order value x orders a year x years x margin) is beside it: it takes everyone for the
# average customer, and is off by different factors for different channels.

# %% [markdown]
# ## When is the money back?

# %%
display(clv.plot.payback(found))
channels[["payback_month", "payback_month_lower", "payback_month_upper", "p_payback"]].round(2)

# %% [markdown]
# ## What is today's base worth, and what comes in when?
#
# The value of all customers from today on, and the revenue expected of them and of the customers we plan to acquire (30 a
# month by search, 10 by email). The intervals hold what the model does not know and chance, not seasons.

# %%
display(clv.plot.revenue_ahead(found), clv.plot.equity_by_cohort(found))
channels.loc["all", ["equity", "equity_lower", "equity_upper"]].round()

# %% [markdown]
# ## What would change it?
#
# The elasticity is the change of value in percent for one percent of a driver. That frequency, spend and margin have 1
# is arithmetic; the question is what a percent of each costs.

# %%
display(clv.plot.tornado(found))
found.sensitivity.to_pandas().set_index("driver").round(2)

# %%
found.scenarios.to_pandas().round(2)

# %% [markdown]
# ## Who needs attention?
#
# One row a customer, with the reason in numbers. `clv economics --crm FILE` writes the same for a CRM.

# %%
segments = found.segments.to_pandas()
display(segments.groupby("segment")[["value", "paid"]].agg(["count", "sum"]).round())
segments[segments["overdue"]].sort_values("value", ascending=False)[["customer_id", "value", "p_silence", "reason"]].head()

# %% [markdown]
# ## Where should the next euro go?
#
# Money is divided so that the last euro brings the same everywhere, under curves fitted to the costs. Where the
# months do not show where a curve bends, nothing is known of what more money would bring, and it is said.

# %%
everything = found.to_pandas()
parts = everything[everything["topic"] == "allocation"]
display(parts.pivot(index="group", columns="metric", values="value").round(2))
for refused in found.figures["budget"]["allocation"]["refused"]:
    print(refused["group"], "-", refused["reason"])

# %% [markdown]
# The figures of this notebook, checked against the truth of the simulation (`tests/common/shop.rs`):

# %%
truth = {"affiliate": 45.813, "email": 107.657, "referral": 205.262, "search": 72.362, "social": 24.600}
own = channels.drop(index="all")
inside = [own.loc[name, "ltv_lower"] < ltv < own.loc[name, "ltv_upper"] for name, ltv in truth.items()]
assert sum(inside) >= 4, inside
assert sorted(truth, key=truth.get) == own["ltv"].sort_values().index.tolist()
assert abs(own["equity"].sum() / channels.loc["all", "equity"] - 1) < 1e-9
assert costs["cost"].sum() == channels.loc["all", "cost"]
