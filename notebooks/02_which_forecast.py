# %% [markdown]
# # Which forecast should I believe?
#
# **Question.** There are ten models of when customers buy and leave, averages of them, and rules of thumb that need no
# model. Which of them should I believe, and how far?
#
# Whoever forecasts the past can be marked. `clv.backtest` hides the end of a log, lets every model forecast it from
# what came before, and compares with what then happened: at several dates, since one date may be luck. Three shops that
# differ: a music shop (CDNOW), an online grocer, and a wholesaler of gifts.

# %%
import pandas as pd

import clv

WHAT = ["total_bias", "total_error", "crps", "auc", "pit_coverage_90"]
RULES = ["last-window", "mean", "same-rate", "recency-rule", "rfm-cells"]


def compare(backtest):
    """One row a forecast, means over the dates."""
    table = backtest.metrics.to_pandas()
    return table[table["origin"].isna()].set_index("model")[WHAT].round(3)


# %% [markdown]
# `total_bias` is how far totals of purchases are off on average (0.1: 10 % too high); errors of several dates may cancel in
# it, and do not in `total_error`. `crps` is how far the whole forecast of a customer, with its chances, is from what the
# customer did: less is better. `auc` says whether those who come back are told from those who do not: more is better.
# Of the 90 % intervals of customers `pit_coverage_90` held.
#
# ## A music shop
#
# `robust` is an average of three models with equal weights; `bg-nbd` is the model that most people begin with.

# %%
MODELS = ["robust", "bg-nbd", "pareto-nbd"]
cdnow = clv.backtest("../fixtures/cdnow_sample.csv", holdout="13w", origins=3, models=MODELS, replicates=100)
compare(cdnow)

# %%
print(*cdnow.verdict[:4], sep="\n")

# %% [markdown]
# **Nobody knew these totals.** Before Christmas the models are too low, afterwards too high, and the rules without a model
# are off as far: nothing in the past of these customers says what a quarter brings. *Which* customers come back is another
# matter: there models are ahead of every rule, by little, and of who will spend most beyond chance.
#
# ## A grocer
#
# Groceries are bought with a rhythm; gaps are more regular than chance. Does it matter? First, which model fits best:

# %%
family = clv.fit("../fixtures/grocery.csv", observed_until="2006-12-31", model="bic")
family.report

# %% [markdown]
# A model of regular gaps (k = 2) is worth 800 points of log-likelihood, which is a great deal. But a model may fit the past
# better and forecast no better. So the last half-year is hidden, and `best` joins in: an average of models whose weights come
# from forecasts of still earlier dates.

# %%
models = ["best", *MODELS, "mbg-cnbd"]
grocery = clv.backtest("../fixtures/grocery.csv", holdout="26w", models=models, replicates=100)
compare(grocery)

# %%
print(*grocery.verdict[:4], sep="\n")

# %% [markdown]
# ## A wholesaler of gifts
#
# Nine months of order lines as they were exported, with returns and lines without a customer; the three months before
# Christmas are hidden.

# %%
retail = clv.backtest(
    "../fixtures/online_retail_lines.csv.gz",
    quantity="Quantity",
    price="UnitPrice",
    skip_bad_rows=True,
    holdout="13w",
    models=MODELS,
    replicates=100,
)
compare(retail)

# %%
clv.plot.tracking(retail)

# %%
print(*retail.verdict[:4], sep="\n")

# %% [markdown]
# Within nine months nobody is seen to leave, so models have little to be told apart by. All are far too low: the shop sells
# more before Christmas, which none of them has seen.
#
# ## How sure, then?
#
# Intervals that take a model for the truth are too narrow: they do not know what a year may bring. Those of `best` are made of what
# past forecasts of this log missed, and of what is usual elsewhere where there is little past. The music shop again, as it
# was at the end of September: the total of the 39 weeks that followed, as either forecast it, and what came.

# %%
log, known = "../fixtures/cdnow_sample.csv", {"observed_until": "1997-09-30"}
totals = {
    model: clv.forecast(log, model=model, horizon="39w", interval=0.9, **known).totals for model in ("bg-nbd", "best")
}
came = clv.summarize(log)["frequency"].sum() - clv.summarize(log, **known)["frequency"].sum()
bounds = ["expected_purchases_lower", "expected_purchases", "expected_purchases_upper"]
forecasts = pd.DataFrame(totals).T[bounds].astype(float).round().assign(came=came)
forecasts

# %% [markdown]
# ## The answer
#
# - **Where customers leave, models that let them leave tell who comes back**, better than any rule or as well. Which of them is the
#   smaller question; an average is never far from the best of them, and nobody knows the best beforehand.
# - **Totals are another matter.** The verdict says where a rule did as well: "use either". Read the range, not the number.
# - **A fit that is better by hundreds of points may forecast no better**: mark forecasts, not fits.

# %% [markdown]
# The figures of this notebook, checked:

# %%
table = {name: compare(found) for name, found in {"cdnow": cdnow, "grocery": grocery, "retail": retail}.items()}
# BTYDplus 1.2.0, run on the same customers to the end of 2006: MBG/CNBD-k with k = 2.
assert round(family.log_likelihood, 2) == -14978.21
assert family.name == "mbg-cnbd" and family.parameters["k"] == 2
# Our own.
assert table["cdnow"].loc["robust", "total_error"] > 2 * abs(table["cdnow"].loc["robust", "total_bias"])
for own in table.values():
    average = own.index[0]
    rules = own.loc[[name for name in RULES if name in own.index], "auc"]
    assert average in ("best", "robust") and own.loc[average, "crps"] == own["crps"].min()
    assert own.loc[average, "auc"] > rules.max() - 0.01
assert table["grocery"].loc["best", "crps"] < 0.99 * table["grocery"].loc["mbg-cnbd", "crps"]
# Counted in the log.
assert came == 1882
assert not forecasts.loc["bg-nbd", bounds[0]] <= came <= forecasts.loc["bg-nbd", bounds[2]]
assert forecasts.loc["best", bounds[0]] <= came <= forecasts.loc["best", bounds[2]]
