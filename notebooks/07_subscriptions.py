# %% [markdown]
# # Subscriptions: from a list of contracts to next year's MRR, with a range
#
# **Question.** A SaaS company sells three plans, monthly and yearly, through two channels. What will today's subscribers pay
# month by month, how sure is that, and which subscribers are worth how much?
#
# The company is simulated here, so that the answer can be compared with what really happened: each customer has a chance of its
# own to leave, and some months are worse for all.

# %%
import numpy as np
import pandas as pd

import clv

rng = np.random.default_rng(7)
plans = pd.DataFrame(
    {
        "plan": ["Basic", "Pro", "Pro annual"],
        "interval": ["month", "month", "year"],
        "price": [9.0, 29.0, 290.0],
        "a": [0.6, 0.8, 1.2],
        "b": [9.0, 16.0, 5.0],
        "share": [0.5, 0.35, 0.15],
    }
)
today, shown = pd.Timestamp("2025-11-30"), 6000
of = rng.choice(len(plans), shown, p=plans["share"])
start = pd.Timestamp("2022-01-01") + pd.to_timedelta((np.sqrt(rng.random(shown)) * (today - pd.Timestamp("2022-01-01")).days).astype(int), unit="D")
channel = rng.choice(["search", "partner"], shown, p=[0.7, 0.3])
leaves = rng.beta(plans["a"].to_numpy()[of], plans["b"].to_numpy()[of]) * np.where(channel == "partner", 0.7, 1.0)
months = np.exp(0.1 * rng.standard_normal(12 * 8) - 0.005)

ends = []
for i in range(shown):
    step, due, end = 12 if plans["interval"][of[i]] == "year" else 1, start[i], None
    for k in range(1, 90):
        due = start[i] + pd.DateOffset(months=k * step)
        if due > pd.Timestamp("2027-12-31"):
            break
        if rng.random() < 1 - (1 - leaves[i]) ** months[12 * (due.year - 2022) + due.month - 1]:
            end = due
            break
    ends.append(end)

contracts = plans.loc[of, ["plan", "interval", "price"]].reset_index(drop=True)
contracts.insert(0, "customer_id", [f"C{i:04d}" for i in range(shown)])
contracts["start"], contracts["channel"], contracts["truth"] = start, channel, pd.to_datetime(pd.Series(ends))
contracts["end"] = contracts["truth"].where(contracts["truth"] <= today)
table = contracts.drop(columns="truth")
table.head()

# %% [markdown]
# ## One call
#
# `clv.forecast` finds by the columns that a row is a contract. It fits renewals, one model a period and parameters of its own for
# each plan, and says so.

# %%
found = clv.forecast(table, observed_until="2025-11-30")
found.report

# %% [markdown]
# ## Month by month, beside what happened
#
# We hid the future from the call, but have it: what the subscribers of 30 November 2025 really paid.

# %%
monthly = contracts["price"] / np.where(contracts["interval"] == "year", 12, 1)
ahead = found.months.to_pandas()
ahead["happened"] = [
    monthly[(contracts["start"] <= today) & ~(contracts["truth"] <= pd.Timestamp(until))].sum() for until in ahead["until"]
]
ahead[["until", "mrr", "mrr_lower", "mrr_upper", "happened"]].round(0)

# %%
held = ((ahead["mrr_lower"] <= ahead["happened"]) & (ahead["happened"] <= ahead["mrr_upper"])).mean()
print(f"{held:.0%} of the months lie in their interval of 90 %")
assert abs(ahead["mrr"].iloc[-1] / ahead["happened"].iloc[-1] - 1) < 0.06

# %% [markdown]
# ## By plan and by channel
#
# What a new subscriber of each plan is worth, with its range; and what today's subscribers of each channel are worth, from the
# rows.

# %%
by_plan = pd.DataFrame(found.plans)[["plan", "contracts", "mrr", "p_renew", "retained", "ltv"]]
by_plan["ltv"] = [f"{ltv['expected']:,.0f} ({ltv['lower']:,.0f} to {ltv['upper']:,.0f})" for ltv in by_plan["ltv"]]
by_plan.round(3)

# %%
rows = found.to_pandas().merge(table[["customer_id", "channel"]], on="customer_id")
rows.groupby("channel")[["mrr", "expected_revenue", "clv"]].sum().round(0)

# %% [markdown]
# The model does not know the channel here: customers of partners leave less often, and of two with the same plan and age it expects the
# same. What it knows is in the plan and in how long they have stayed.
#
# ## Does it work?
#
# The last year hidden, forecast, and compared with what people do without a model.

# %%
test = clv.backtest(table, observed_until="2025-11-30", holdout="12mo")
figures = test.to_pandas().pivot(index="metric", columns="forecast", values="value").round(4)
figures

# %%
test.verdict
