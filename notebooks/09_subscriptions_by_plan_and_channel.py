# %% [markdown]
# # Subscriptions by plan and channel
#
# **Question.** A company sells software by the month and by the year, and wins its customers in three ways. What will it
# bill next year, how sure is that, and what may a customer of each channel cost?
#
# The contracts are drawn here, so that the truth is known: every customer has a chance of their own not to renew, customers
# of *ads* leave more often than those of *search*, and those of *referral* less. A quarter of all departures are payments
# that failed. None of the library's formulas is in the drawing.

# %%
import numpy as np
import pandas as pd

import clv

rng = np.random.default_rng(9)
UNTIL = pd.Timestamp("2025-12-31")
PLANS = {"Basic": ("month", 19.0, 0.9, 9.0), "Pro": ("month", 49.0, 0.9, 14.0), "Pro annual": ("year", 490.0, 1.5, 7.0)}
CHANNELS = {"search": 1.0, "ads": 2.0, "referral": 0.6}  # odds of not renewing, times those of search


def contract(i):
    plan, channel = rng.choice(list(PLANS), p=[0.5, 0.3, 0.2]), rng.choice(list(CHANNELS), p=[0.5, 0.3, 0.2])
    interval, price, alpha, beta = PLANS[plan]
    leaves = rng.beta(alpha, beta / CHANNELS[channel])
    start = pd.Timestamp("2023-01-01") + pd.Timedelta(days=int(rng.integers(0, 1090)))
    periods = int(rng.geometric(leaves)) if leaves > 1e-6 else 10_000
    months = min(periods * (12 if interval == "year" else 1), 600)
    end = start + pd.DateOffset(months=months)
    gone = end <= UNTIL
    reason = ("payment_failed" if rng.random() < 0.25 else "cancellation_requested") if gone else None
    return {
        "customer_id": f"c{i:04}", "plan": plan, "interval": interval, "price": price, "channel": channel,
        "start": start.date(), "end": end.date() if gone else None, "cancellation_reason": reason,
    }


contracts = pd.DataFrame([contract(i) for i in range(2500)])
contracts.head()

# %% [markdown]
# ## Next year
#
# `clv.forecast` sees by the columns that these are contracts and not purchases. Nobody new is won in its figures: it is what
# the customers of today will bring.

# %%
forecast = clv.forecast(contracts, observed_until="2025-12-31")
totals = forecast.totals
pd.DataFrame({key: totals[key] for key in ("contracts_at_horizon", "mrr_at_horizon", "revenue")}).T.round(0)

# %%
plans = pd.DataFrame(forecast.plans)
ltv = pd.json_normalize(plans["ltv"]).add_prefix("ltv_").round(0)
plans[["plan", "contracts", "mrr", "p_renew", "retained"]].round(3).join(ltv)

# %% [markdown]
# Churn that is a failed payment is another matter than churn that is wished: cards can be renewed. Where an export says why
# a contract ended, the two are counted apart.

# %%
departures = forecast.departures
{key: departures[key] for key in ("left", "involuntary", "voluntary", "involuntary_mrr")}

# %% [markdown]
# ## Can it be trusted?
#
# The last year is hidden, forecast, and compared with what happened, beside what people do without a model.

# %%
test = clv.backtest(contracts, observed_until="2025-12-31", holdout="12mo")
figures = test.to_pandas().pivot(index="metric", columns="forecast", values="value")
figures.loc[["contracts_error", "mrr_error", "crps_mrr", "log_score", "auc"]].round(3)

# %% [markdown]
# ## Does the channel matter?
#
# As a covariate it may move the odds of not renewing. Each period has coefficients of its own; a coefficient of ln 2 = 0.69
# for ads is what was put in, and ln 0.6 = -0.51 for referral.

# %%
by_channel = clv.fit(contracts, observed_until="2025-12-31", covariates=["channel", "plan"])
found = pd.DataFrame(by_channel.coefficients)
found["odds"] = np.exp(found["value"])
found.round(2)

# %% [markdown]
# ## What may a customer of each channel cost?
#
# What was spent on customers goes into a table by month and channel; `clv.economics` sets it against the margin that a new
# customer is expected to bring.

# %%
spent = {"search": 60.0, "ads": 95.0, "referral": 25.0}
won = contracts.assign(month=pd.to_datetime(contracts["start"]).dt.strftime("%Y-%m")).groupby(["month", "channel"]).size().reset_index(name="won")
costs = won.assign(cost=won["won"] * won["channel"].map(spent))[["month", "channel", "cost"]]
economics = clv.economics(by_channel, contracts, costs=costs, by="channel", margin=0.8, horizon="3y", observed_until="2025-12-31")
channels = economics.channels.to_pandas().set_index("group")
channels[["customers", "mrr", "mrr_at_risk", "ltv", "cac", "ltv_to_cac", "most_for_ratio"]].round(2)

# %% [markdown]
# Ads pay back, but a customer of ads may cost some 30 % less than one of referral. The ranges are in `ltv_lower`, `ltv_upper`, and
# the chance that a channel loses money in `p_loss`.

# %%
monthly = found[found["period"] == "monthly"].set_index("covariate")
for name, truth in [("channel=ads", np.log(2.0)), ("channel=referral", np.log(0.6))]:
    assert abs(monthly.loc[name, "value"] - truth) < 3 * monthly.loc[name, "standard_error"], name
assert departures["involuntary"] + departures["voluntary"] == departures["left"]
assert abs(figures.loc["mrr_error", "model"]) < 0.1
assert channels.loc["referral", "ltv"] > channels.loc["search", "ltv"] > channels.loc["ads", "ltv"]
