"""The options of each function as dictionaries: ``options: clv.FitOptions = {"model": "pareto-nbd"}``.

Written by python/generate.py. What is not given is what the library says, the same for everybody.
"""

from __future__ import annotations

from typing import Literal, TypedDict

from clv._types import ArrowDataset, ArrowStream, Data, Date, File, Grain, Names, One, Unit

__all__ = [
    "ArrowDataset",
    "ArrowStream",
    "Data",
    "Date",
    "File",
    "Grain",
    "Names",
    "One",
    "Unit",
    "ActionsOptions",
    "BacktestOptions",
    "EconomicsOptions",
    "FitOptions",
    "ForecastOptions",
    "LogOptions",
    "MeasureOptions",
    "NewcomersOptions",
    "OwnFitOptions",
    "OwnScoreOptions",
    "ReportOptions",
    "ScoreOptions",
    "SimulateOptions",
    "SqlOptions",
    "SummarizeOptions",
]


class LogOptions(TypedDict, total=False):
    """How purchase logs are read. A summary that clv has made takes none of these."""

    id: str | None
    """Column that says who bought (found by name: customer_id, client_id, user_id, ...)."""
    date: str | None
    """Column that says when (found by name: date, order_date, invoice_date, timestamp, ...)."""
    amount: str | None
    """Column that says how much was paid (found by name: amount, revenue, sales, total, ...)."""
    quantity: str | None
    """Column of quantities, for order lines: amount = quantity x price."""
    price: str | None
    """Column of unit prices, for order lines."""
    dates_from: Date | None
    """Earlier dates are bad rows. Default: "1970-01-01"."""
    dates_until: Date | None
    """Later dates are bad rows. Default: today."""
    returns: Literal["net", "drop", "reject"] | None
    """What to do with negative amounts (net: taken off the customer's earlier purchases, newest first; drop: left
    out; reject: bad rows). Default: "net"."""
    skip_bad_rows: bool
    """Go on without bad rows; they are counted and shown."""
    grain: Grain | None
    """What counts as one purchase: all within one hour, day, week, month or year. Default: day, or that of the model
    or the summary."""
    unit: Unit | None
    """How time is written: day, week, month or year; changes no forecast. Default: week, or what a summary says."""
    observed_until: Date | None
    """End of observation. Default: the last date of the log."""
    since: Date | None
    """Leave out customers first seen before this date."""
    currency_column: str | None
    """Column of currencies; more than one currency is an error."""
    attributes: Names | None
    """Columns that say something of the customer (channel,region): of the earliest row of the first purchase, or
    from customers."""
    customers: One | None
    """Table or file with one row a customer that has some or all of the attributes."""
    order: str | None
    """Column of the numbers of orders: the lines of one are one purchase, an order in two files counts once;
    COLUMN=once where each line has the amount of the whole order, COLUMN=add where it has its own (found by name
    and values where it matters)."""
    preset: str | None
    """The platform whose export this is (shopify, stripe, paypal, ...), or none (found by the header)."""
    guests: Names | None
    """Ids that stand for many or for nobody, left out and counted: 0,guest."""
    fold_case: bool
    """Take capital letters in ids for small ones (e-mail addresses: always)."""
    trim: bool
    """Take ids without blanks around them and without the .0 of numbers, with accents and the blanks within in one
    form."""
    fill_down: Names | None
    """Columns whose values stand in the first row of a group only: an empty cell takes what stands above it."""
    only: Names | None
    """Use only rows with these values of a column: status=paid,shipped; may be given several times."""
    except_: Names | None
    """Leave out rows with these values of a column: status=test,cancelled; may be given several times."""
    config: str | None
    """File of options such as ``check(...).to_toml()`` makes; keywords win over it."""
    no_header: bool
    """There is no header line: columns are named by their numbers, as in id 1 date 2 amount 3."""
    encoding: str | None
    """Encoding of text files: windows-1252, utf-16le, shift_jis, ... (found by looking)."""
    sheet: str | None
    """Sheet of a workbook, or a pattern such as '2023-*' for several that are read together. Default: the only one
    with purchases in it."""
    date_format: str | None
    """How dates are written: a strftime pattern such as %d.%m.%Y; day-first, month-first or year-first; unix,
    unix-ms, unix-us, unix-ns or excel (found by looking)."""
    time_zone: str | None
    """Times with an offset from UTC are dated by the clock of this zone: Europe/Istanbul, utc, +03:00. Default: the
    clock that wrote them."""
    decimal_comma: bool
    """Amounts are written with a decimal comma: 12,50 (found by looking)."""
    decimal_point: bool
    """Amounts are written with a decimal point: 12.50, and 1,234 is more than a thousand (found by looking)."""
    currency: str | None
    """Currency of the amounts (EUR), which pages show; rows in another one are left out, counted."""
    period: Unit | None
    """For contracts (sbg, bdw): how long a period is: day, week, month or year."""
    memory_limit: str | None
    """Memory for rows in flight, such as 500MB or 2GB. Default: half of the machine's, at most 2GB."""
    temp_dir: File | None
    """Directory for rows that do not fit into memory. Default: the system's."""
    threads: int | None
    """Worker threads of reading; they change no result. Default: one a core."""


class OwnFitOptions(TypedDict, total=False):
    """What to fit, and how."""

    model: str | None
    """Purchase model: bg-nbd, mbg-nbd, pareto-nbd, ggompertz-nbd, bg-cnbd, mbg-cnbd, bg-bb, nbd, drift-nbd,
    drift-mbg-nbd; best (an average of several, with weights learned from forecasts of earlier dates) or robust
    (all of the same weight); bic (the one with the best BIC; also auto), or all (compare them); of contracts:
    sbg, bdw. Default: "bg-nbd"."""
    covariates: Names | None
    """Attributes of customers (see attributes) that purchase and dropout may depend on: region,channel; columns of
    contracts that renewal may depend on."""
    groups: str | None
    """Attribute of customers whose values are groups with parameters of their own, each drawn to the others as far
    as it is small: channel."""
    age_effect: Literal["auto", "none"] | None
    """Do rates of purchase fall after a customer's first weeks? auto: as the log says, if it does (auto: estimated;
    left out where the data show none; none: none). Default: "none"."""
    season: One | None
    """Do rates of purchase follow the time of year? auto: as the log says, from two years on; or a file with an
    index that is known, a row for each month or week of the year (columns month or week, and index). Default:
    "none"."""
    calendar: One | None
    """File of what all customers share: a row for each day, week or month (column date), a column of numbers each
    for promotions, prices, closures, ..., and rows for the days to come; what each does to purchases is
    estimated, and left out where the log shows nothing."""
    holidays: Literal["us", "uk", "de", "fr", "tr", "ae"] | None
    """Do purchases follow holidays of this country, also those that move? Each is left out where the log shows
    nothing (us: in the United States: Easter, Thanksgiving's Black Friday, Christmas, ...; uk: in the United
    Kingdom: Mothering Sunday, Easter, Black Friday, Christmas, ...; de: in Germany: Easter, Mother's Day, Black
    Friday, Christmas, ...; fr: in France: Easter, Mother's Day, Black Friday, Christmas, ...; tr: in Turkey:
    Ramazan and its Bayram, Kurban Bayrami, 11.11, Black Friday, New Year, ...; ae: in the Emirates and their
    neighbours: Ramadan, Eid al-Fitr, Eid al-Adha, ...)."""
    covariates_same: Names | None
    """Those of them that have the same coefficient for purchase and dropout."""
    time_covariates: One | None
    """File of what is known of each customer over time, for pareto-nbd: a row for each customer and day, week or
    month (columns customer_id and date), a column of numbers each for what multiplies the rates of purchase and
    of leaving then; score and forecast need rows for the days to come."""
    covariate_convention: Literal["separate", "clvtools"] | None
    """How covariates act on the chance to leave of bg-nbd and mbg-nbd; with time_covariates, clvtools has purchases
    at the start of their day and not at its end (separate: a and b have effects of their own, as in
    PyMC-Marketing; clvtools: a and b are multiplied by the same factor, as in CLVTools: the mean chance to leave
    cannot move). Default: "separate"."""
    prior: Literal["none", "weak"] | None
    """What is believed of the parameters beforehand: weak helps with a few dozen customers (none: nothing: maximum
    likelihood; weak: each parameter within a few powers of ten of the scale of the data). Default: "none"."""
    posterior: Literal["laplace", "auto", "nuts", "bootstrap"] | None
    """How the uncertainty of the parameters is found, for interval (laplace: normal in the logarithms of the
    parameters, with the covariance of the fit; auto: that if importance sampling finds it good, else nuts; nuts:
    draws by the no-U-turn sampler; bootstrap: refits to customers drawn with replacement). Default: "laplace"."""
    posterior_seed: int | None
    """Seed of the posterior's draws: equal seeds give equal draws. Default: 1."""
    regularity: int | None
    """How regular purchases are, for bg-cnbd, mbg-cnbd, drift-nbd and drift-mbg-nbd: 1 (at random) to 64. Default:
    as the gaps say; of rates that drift: as drift."""
    drift: str | None
    """How fast a customer's own rate drifts, for drift-nbd and drift-mbg-nbd: 3%/w is kappa = 0.03 per week.
    Default: as forecasts of the last part say."""
    spend: Literal["gamma-gamma", "none"] | None
    """Spend model; ``None`` leaves it out (gamma-gamma: gamma-Gamma; none: none: purchases only). Default:
    "gamma-gamma"."""
    accept_unconverged: bool
    """Go on with the parameters of a fit that did not converge, with a warning."""
    reactivation_within: str | None
    """Of contracts: a customer who comes back within this time has not left. Default: "30d"."""
    grace: str | None
    """Of contracts whose rows are payments: how long after the end of what was paid the next one may come. Default:
    "14d"."""


class OwnScoreOptions(TypedDict, total=False):
    """What to say of each customer."""

    horizon: str | None
    """How far to look: 90d, 39w, 12mo, 2y, or inf. Default: "12mo"."""
    discount: str | Literal[0] | None
    """Discount rate: 10%/yr (annual effective), 0.8%/mo, or 0. Default: "10%/yr"."""
    margin: float | str | None
    """Share of revenue that is kept, such as 40% or 0.4. Default: 1.0."""
    discounting: str | None
    """When purchases are paid: continuous, monthly (as lifetimes), or monthly=30.4375d. Default: "continuous"."""
    path: Names | None
    """A row a customer and step on the way: 12mo/1mo for every month of a year, or horizons, 1mo,3mo,12mo; the last
    one is the horizon."""
    columns: Names | None
    """Further columns: purchases_median (within the horizon), next_purchase_median (a date), expected_lifetime
    (within the horizon, days), rate (1/day), dropout."""
    unseen_level: Literal["error", "reference"] | None
    """What to do with values of covariates that the fit has not seen (error: an error that names the customer;
    reference: take the reference level, or the mean). Default: "error"."""
    interval: float | str | None
    """Intervals of purchases and clv that hold what happens with this probability, such as 90% or 0.9."""
    interval_of_mean: bool
    """With interval: also how far the expectation itself is uncertain."""
    interval_of: Literal["past", "model"] | None
    """With interval: what those of totals hold beside chance: what past totals missed (past), or the model alone
    (past: errors of past totals, and shocks of weeks, where the model knows them; model: the model alone).
    Default: "past"."""
    seed: int | None
    """Seed of the intervals: equal seeds give equal intervals. Default: 1."""
    by: str | None
    """Attribute by whose values totals are shown too: channel."""
    calendar: One | None
    """For models that were fitted with calendar: its file as it is known now, with rows for the days to come;
    without it the days that the model file knows."""
    time_covariates: One | None
    """For models that were fitted with time_covariates: such a file, with rows from each customer's first purchase
    to the end of the horizon."""
    reactivation_within: str | None
    """Of contracts: a customer who comes back within this time has not left. Default: as the model was fitted."""
    grace: str | None
    """Of contracts whose rows are payments: how long after the end of what was paid the next one may come. Default:
    as the model was fitted."""


class SummarizeOptions(TypedDict, total=False):
    """The options of :func:`clv.summarize`."""

    id: str | None
    """Column that says who bought (found by name: customer_id, client_id, user_id, ...)."""
    date: str | None
    """Column that says when (found by name: date, order_date, invoice_date, timestamp, ...)."""
    amount: str | None
    """Column that says how much was paid (found by name: amount, revenue, sales, total, ...)."""
    quantity: str | None
    """Column of quantities, for order lines: amount = quantity x price."""
    price: str | None
    """Column of unit prices, for order lines."""
    dates_from: Date | None
    """Earlier dates are bad rows. Default: "1970-01-01"."""
    dates_until: Date | None
    """Later dates are bad rows. Default: today."""
    returns: Literal["net", "drop", "reject"] | None
    """What to do with negative amounts (net: taken off the customer's earlier purchases, newest first; drop: left
    out; reject: bad rows). Default: "net"."""
    skip_bad_rows: bool
    """Go on without bad rows; they are counted and shown."""
    grain: Grain | None
    """What counts as one purchase: all within one hour, day, week, month or year. Default: day, or that of the model
    or the summary."""
    unit: Unit | None
    """How time is written: day, week, month or year; changes no forecast. Default: week, or what a summary says."""
    observed_until: Date | None
    """End of observation. Default: the last date of the log."""
    since: Date | None
    """Leave out customers first seen before this date."""
    currency_column: str | None
    """Column of currencies; more than one currency is an error."""
    attributes: Names | None
    """Columns that say something of the customer (channel,region): of the earliest row of the first purchase, or
    from customers."""
    customers: One | None
    """Table or file with one row a customer that has some or all of the attributes."""
    order: str | None
    """Column of the numbers of orders: the lines of one are one purchase, an order in two files counts once;
    COLUMN=once where each line has the amount of the whole order, COLUMN=add where it has its own (found by name
    and values where it matters)."""
    preset: str | None
    """The platform whose export this is (shopify, stripe, paypal, ...), or none (found by the header)."""
    guests: Names | None
    """Ids that stand for many or for nobody, left out and counted: 0,guest."""
    fold_case: bool
    """Take capital letters in ids for small ones (e-mail addresses: always)."""
    trim: bool
    """Take ids without blanks around them and without the .0 of numbers, with accents and the blanks within in one
    form."""
    fill_down: Names | None
    """Columns whose values stand in the first row of a group only: an empty cell takes what stands above it."""
    only: Names | None
    """Use only rows with these values of a column: status=paid,shipped; may be given several times."""
    except_: Names | None
    """Leave out rows with these values of a column: status=test,cancelled; may be given several times."""
    config: str | None
    """File of options such as ``check(...).to_toml()`` makes; keywords win over it."""
    no_header: bool
    """There is no header line: columns are named by their numbers, as in id 1 date 2 amount 3."""
    encoding: str | None
    """Encoding of text files: windows-1252, utf-16le, shift_jis, ... (found by looking)."""
    sheet: str | None
    """Sheet of a workbook, or a pattern such as '2023-*' for several that are read together. Default: the only one
    with purchases in it."""
    date_format: str | None
    """How dates are written: a strftime pattern such as %d.%m.%Y; day-first, month-first or year-first; unix,
    unix-ms, unix-us, unix-ns or excel (found by looking)."""
    time_zone: str | None
    """Times with an offset from UTC are dated by the clock of this zone: Europe/Istanbul, utc, +03:00. Default: the
    clock that wrote them."""
    decimal_comma: bool
    """Amounts are written with a decimal comma: 12,50 (found by looking)."""
    decimal_point: bool
    """Amounts are written with a decimal point: 12.50, and 1,234 is more than a thousand (found by looking)."""
    currency: str | None
    """Currency of the amounts (EUR), which pages show; rows in another one are left out, counted."""
    period: Unit | None
    """For contracts (sbg, bdw): how long a period is: day, week, month or year."""
    memory_limit: str | None
    """Memory for rows in flight, such as 500MB or 2GB. Default: half of the machine's, at most 2GB."""
    temp_dir: File | None
    """Directory for rows that do not fit into memory. Default: the system's."""
    log_gaps: bool
    """Add the sum of the logarithms of the gaps between purchases, which models of regular purchases need."""
    purchase_times: bool
    """Add the age at each repeat purchase, which models of rates that drift (drift-nbd, drift-mbg-nbd) need."""
    threads: int | None
    """Worker threads of reading; they change no result. Default: one a core."""


class FitOptions(TypedDict, total=False):
    """The options of :func:`clv.fit`."""

    model: str | None
    """Purchase model: bg-nbd, mbg-nbd, pareto-nbd, ggompertz-nbd, bg-cnbd, mbg-cnbd, bg-bb, nbd, drift-nbd,
    drift-mbg-nbd; best (an average of several, with weights learned from forecasts of earlier dates) or robust
    (all of the same weight); bic (the one with the best BIC; also auto), or all (compare them); of contracts:
    sbg, bdw. Default: "bg-nbd"."""
    covariates: Names | None
    """Attributes of customers (see attributes) that purchase and dropout may depend on: region,channel; columns of
    contracts that renewal may depend on."""
    groups: str | None
    """Attribute of customers whose values are groups with parameters of their own, each drawn to the others as far
    as it is small: channel."""
    age_effect: Literal["auto", "none"] | None
    """Do rates of purchase fall after a customer's first weeks? auto: as the log says, if it does (auto: estimated;
    left out where the data show none; none: none). Default: "none"."""
    season: One | None
    """Do rates of purchase follow the time of year? auto: as the log says, from two years on; or a file with an
    index that is known, a row for each month or week of the year (columns month or week, and index). Default:
    "none"."""
    calendar: One | None
    """File of what all customers share: a row for each day, week or month (column date), a column of numbers each
    for promotions, prices, closures, ..., and rows for the days to come; what each does to purchases is
    estimated, and left out where the log shows nothing."""
    holidays: Literal["us", "uk", "de", "fr", "tr", "ae"] | None
    """Do purchases follow holidays of this country, also those that move? Each is left out where the log shows
    nothing (us: in the United States: Easter, Thanksgiving's Black Friday, Christmas, ...; uk: in the United
    Kingdom: Mothering Sunday, Easter, Black Friday, Christmas, ...; de: in Germany: Easter, Mother's Day, Black
    Friday, Christmas, ...; fr: in France: Easter, Mother's Day, Black Friday, Christmas, ...; tr: in Turkey:
    Ramazan and its Bayram, Kurban Bayrami, 11.11, Black Friday, New Year, ...; ae: in the Emirates and their
    neighbours: Ramadan, Eid al-Fitr, Eid al-Adha, ...)."""
    covariates_same: Names | None
    """Those of them that have the same coefficient for purchase and dropout."""
    time_covariates: One | None
    """File of what is known of each customer over time, for pareto-nbd: a row for each customer and day, week or
    month (columns customer_id and date), a column of numbers each for what multiplies the rates of purchase and
    of leaving then; score and forecast need rows for the days to come."""
    covariate_convention: Literal["separate", "clvtools"] | None
    """How covariates act on the chance to leave of bg-nbd and mbg-nbd; with time_covariates, clvtools has purchases
    at the start of their day and not at its end (separate: a and b have effects of their own, as in
    PyMC-Marketing; clvtools: a and b are multiplied by the same factor, as in CLVTools: the mean chance to leave
    cannot move). Default: "separate"."""
    prior: Literal["none", "weak"] | None
    """What is believed of the parameters beforehand: weak helps with a few dozen customers (none: nothing: maximum
    likelihood; weak: each parameter within a few powers of ten of the scale of the data). Default: "none"."""
    posterior: Literal["laplace", "auto", "nuts", "bootstrap"] | None
    """How the uncertainty of the parameters is found, for interval (laplace: normal in the logarithms of the
    parameters, with the covariance of the fit; auto: that if importance sampling finds it good, else nuts; nuts:
    draws by the no-U-turn sampler; bootstrap: refits to customers drawn with replacement). Default: "laplace"."""
    posterior_seed: int | None
    """Seed of the posterior's draws: equal seeds give equal draws. Default: 1."""
    regularity: int | None
    """How regular purchases are, for bg-cnbd, mbg-cnbd, drift-nbd and drift-mbg-nbd: 1 (at random) to 64. Default:
    as the gaps say; of rates that drift: as drift."""
    drift: str | None
    """How fast a customer's own rate drifts, for drift-nbd and drift-mbg-nbd: 3%/w is kappa = 0.03 per week.
    Default: as forecasts of the last part say."""
    spend: Literal["gamma-gamma", "none"] | None
    """Spend model; ``None`` leaves it out (gamma-gamma: gamma-Gamma; none: none: purchases only). Default:
    "gamma-gamma"."""
    accept_unconverged: bool
    """Go on with the parameters of a fit that did not converge, with a warning."""
    reactivation_within: str | None
    """Of contracts: a customer who comes back within this time has not left. Default: "30d"."""
    grace: str | None
    """Of contracts whose rows are payments: how long after the end of what was paid the next one may come. Default:
    "14d"."""
    diagnostics: bool
    """Say in the report how well the fit agrees with its own customers: frequencies, cohorts, influence, spend."""
    id: str | None
    """Column that says who bought (found by name: customer_id, client_id, user_id, ...)."""
    date: str | None
    """Column that says when (found by name: date, order_date, invoice_date, timestamp, ...)."""
    amount: str | None
    """Column that says how much was paid (found by name: amount, revenue, sales, total, ...)."""
    quantity: str | None
    """Column of quantities, for order lines: amount = quantity x price."""
    price: str | None
    """Column of unit prices, for order lines."""
    dates_from: Date | None
    """Earlier dates are bad rows. Default: "1970-01-01"."""
    dates_until: Date | None
    """Later dates are bad rows. Default: today."""
    returns: Literal["net", "drop", "reject"] | None
    """What to do with negative amounts (net: taken off the customer's earlier purchases, newest first; drop: left
    out; reject: bad rows). Default: "net"."""
    skip_bad_rows: bool
    """Go on without bad rows; they are counted and shown."""
    grain: Grain | None
    """What counts as one purchase: all within one hour, day, week, month or year. Default: day, or that of the model
    or the summary."""
    unit: Unit | None
    """How time is written: day, week, month or year; changes no forecast. Default: week, or what a summary says."""
    observed_until: Date | None
    """End of observation. Default: the last date of the log."""
    since: Date | None
    """Leave out customers first seen before this date."""
    currency_column: str | None
    """Column of currencies; more than one currency is an error."""
    attributes: Names | None
    """Columns that say something of the customer (channel,region): of the earliest row of the first purchase, or
    from customers."""
    customers: One | None
    """Table or file with one row a customer that has some or all of the attributes."""
    order: str | None
    """Column of the numbers of orders: the lines of one are one purchase, an order in two files counts once;
    COLUMN=once where each line has the amount of the whole order, COLUMN=add where it has its own (found by name
    and values where it matters)."""
    preset: str | None
    """The platform whose export this is (shopify, stripe, paypal, ...), or none (found by the header)."""
    guests: Names | None
    """Ids that stand for many or for nobody, left out and counted: 0,guest."""
    fold_case: bool
    """Take capital letters in ids for small ones (e-mail addresses: always)."""
    trim: bool
    """Take ids without blanks around them and without the .0 of numbers, with accents and the blanks within in one
    form."""
    fill_down: Names | None
    """Columns whose values stand in the first row of a group only: an empty cell takes what stands above it."""
    only: Names | None
    """Use only rows with these values of a column: status=paid,shipped; may be given several times."""
    except_: Names | None
    """Leave out rows with these values of a column: status=test,cancelled; may be given several times."""
    config: str | None
    """File of options such as ``check(...).to_toml()`` makes; keywords win over it."""
    no_header: bool
    """There is no header line: columns are named by their numbers, as in id 1 date 2 amount 3."""
    encoding: str | None
    """Encoding of text files: windows-1252, utf-16le, shift_jis, ... (found by looking)."""
    sheet: str | None
    """Sheet of a workbook, or a pattern such as '2023-*' for several that are read together. Default: the only one
    with purchases in it."""
    date_format: str | None
    """How dates are written: a strftime pattern such as %d.%m.%Y; day-first, month-first or year-first; unix,
    unix-ms, unix-us, unix-ns or excel (found by looking)."""
    time_zone: str | None
    """Times with an offset from UTC are dated by the clock of this zone: Europe/Istanbul, utc, +03:00. Default: the
    clock that wrote them."""
    decimal_comma: bool
    """Amounts are written with a decimal comma: 12,50 (found by looking)."""
    decimal_point: bool
    """Amounts are written with a decimal point: 12.50, and 1,234 is more than a thousand (found by looking)."""
    currency: str | None
    """Currency of the amounts (EUR), which pages show; rows in another one are left out, counted."""
    period: Unit | None
    """For contracts (sbg, bdw): how long a period is: day, week, month or year."""
    memory_limit: str | None
    """Memory for rows in flight, such as 500MB or 2GB. Default: half of the machine's, at most 2GB."""
    temp_dir: File | None
    """Directory for rows that do not fit into memory. Default: the system's."""
    threads: int | None
    """Worker threads of reading; they change no result. Default: one a core."""


class ScoreOptions(TypedDict, total=False):
    """The options of :meth:`clv.Model.score`."""

    horizon: str | None
    """How far to look: 90d, 39w, 12mo, 2y, or inf. Default: "12mo"."""
    discount: str | Literal[0] | None
    """Discount rate: 10%/yr (annual effective), 0.8%/mo, or 0. Default: "10%/yr"."""
    margin: float | str | None
    """Share of revenue that is kept, such as 40% or 0.4. Default: 1.0."""
    discounting: str | None
    """When purchases are paid: continuous, monthly (as lifetimes), or monthly=30.4375d. Default: "continuous"."""
    path: Names | None
    """A row a customer and step on the way: 12mo/1mo for every month of a year, or horizons, 1mo,3mo,12mo; the last
    one is the horizon."""
    columns: Names | None
    """Further columns: purchases_median (within the horizon), next_purchase_median (a date), expected_lifetime
    (within the horizon, days), rate (1/day), dropout."""
    unseen_level: Literal["error", "reference"] | None
    """What to do with values of covariates that the fit has not seen (error: an error that names the customer;
    reference: take the reference level, or the mean). Default: "error"."""
    interval: float | str | None
    """Intervals of purchases and clv that hold what happens with this probability, such as 90% or 0.9."""
    interval_of_mean: bool
    """With interval: also how far the expectation itself is uncertain."""
    interval_of: Literal["past", "model"] | None
    """With interval: what those of totals hold beside chance: what past totals missed (past), or the model alone
    (past: errors of past totals, and shocks of weeks, where the model knows them; model: the model alone).
    Default: "past"."""
    seed: int | None
    """Seed of the intervals: equal seeds give equal intervals. Default: 1."""
    by: str | None
    """Attribute by whose values totals are shown too: channel."""
    calendar: One | None
    """For models that were fitted with calendar: its file as it is known now, with rows for the days to come;
    without it the days that the model file knows."""
    time_covariates: One | None
    """For models that were fitted with time_covariates: such a file, with rows from each customer's first purchase
    to the end of the horizon."""
    reactivation_within: str | None
    """Of contracts: a customer who comes back within this time has not left. Default: as the model was fitted."""
    grace: str | None
    """Of contracts whose rows are payments: how long after the end of what was paid the next one may come. Default:
    as the model was fitted."""
    id: str | None
    """Column that says who bought (found by name: customer_id, client_id, user_id, ...)."""
    date: str | None
    """Column that says when (found by name: date, order_date, invoice_date, timestamp, ...)."""
    amount: str | None
    """Column that says how much was paid (found by name: amount, revenue, sales, total, ...)."""
    quantity: str | None
    """Column of quantities, for order lines: amount = quantity x price."""
    price: str | None
    """Column of unit prices, for order lines."""
    dates_from: Date | None
    """Earlier dates are bad rows. Default: "1970-01-01"."""
    dates_until: Date | None
    """Later dates are bad rows. Default: today."""
    returns: Literal["net", "drop", "reject"] | None
    """What to do with negative amounts (net: taken off the customer's earlier purchases, newest first; drop: left
    out; reject: bad rows). Default: "net"."""
    skip_bad_rows: bool
    """Go on without bad rows; they are counted and shown."""
    grain: Grain | None
    """What counts as one purchase: all within one hour, day, week, month or year. Default: day, or that of the model
    or the summary."""
    unit: Unit | None
    """How time is written: day, week, month or year; changes no forecast. Default: week, or what a summary says."""
    observed_until: Date | None
    """End of observation. Default: the last date of the log."""
    since: Date | None
    """Leave out customers first seen before this date."""
    currency_column: str | None
    """Column of currencies; more than one currency is an error."""
    attributes: Names | None
    """Columns that say something of the customer (channel,region): of the earliest row of the first purchase, or
    from customers."""
    customers: One | None
    """Table or file with one row a customer that has some or all of the attributes."""
    order: str | None
    """Column of the numbers of orders: the lines of one are one purchase, an order in two files counts once;
    COLUMN=once where each line has the amount of the whole order, COLUMN=add where it has its own (found by name
    and values where it matters)."""
    preset: str | None
    """The platform whose export this is (shopify, stripe, paypal, ...), or none (found by the header)."""
    guests: Names | None
    """Ids that stand for many or for nobody, left out and counted: 0,guest."""
    fold_case: bool
    """Take capital letters in ids for small ones (e-mail addresses: always)."""
    trim: bool
    """Take ids without blanks around them and without the .0 of numbers, with accents and the blanks within in one
    form."""
    fill_down: Names | None
    """Columns whose values stand in the first row of a group only: an empty cell takes what stands above it."""
    only: Names | None
    """Use only rows with these values of a column: status=paid,shipped; may be given several times."""
    except_: Names | None
    """Leave out rows with these values of a column: status=test,cancelled; may be given several times."""
    config: str | None
    """File of options such as ``check(...).to_toml()`` makes; keywords win over it."""
    no_header: bool
    """There is no header line: columns are named by their numbers, as in id 1 date 2 amount 3."""
    encoding: str | None
    """Encoding of text files: windows-1252, utf-16le, shift_jis, ... (found by looking)."""
    sheet: str | None
    """Sheet of a workbook, or a pattern such as '2023-*' for several that are read together. Default: the only one
    with purchases in it."""
    date_format: str | None
    """How dates are written: a strftime pattern such as %d.%m.%Y; day-first, month-first or year-first; unix,
    unix-ms, unix-us, unix-ns or excel (found by looking)."""
    time_zone: str | None
    """Times with an offset from UTC are dated by the clock of this zone: Europe/Istanbul, utc, +03:00. Default: the
    clock that wrote them."""
    decimal_comma: bool
    """Amounts are written with a decimal comma: 12,50 (found by looking)."""
    decimal_point: bool
    """Amounts are written with a decimal point: 12.50, and 1,234 is more than a thousand (found by looking)."""
    currency: str | None
    """Currency of the amounts (EUR), which pages show; rows in another one are left out, counted."""
    period: Unit | None
    """For contracts (sbg, bdw): how long a period is: day, week, month or year."""
    memory_limit: str | None
    """Memory for rows in flight, such as 500MB or 2GB. Default: half of the machine's, at most 2GB."""
    temp_dir: File | None
    """Directory for rows that do not fit into memory. Default: the system's."""
    threads: int | None
    """Worker threads of reading; they change no result. Default: one a core."""


class ForecastOptions(TypedDict, total=False):
    """The options of :func:`clv.forecast`."""

    model: str | None
    """Purchase model: bg-nbd, mbg-nbd, pareto-nbd, ggompertz-nbd, bg-cnbd, mbg-cnbd, bg-bb, nbd, drift-nbd,
    drift-mbg-nbd; best (an average of several, with weights learned from forecasts of earlier dates) or robust
    (all of the same weight); bic (the one with the best BIC; also auto), or all (compare them); of contracts:
    sbg, bdw. Default: "best"."""
    covariates: Names | None
    """Attributes of customers (see attributes) that purchase and dropout may depend on: region,channel; columns of
    contracts that renewal may depend on."""
    groups: str | None
    """Attribute of customers whose values are groups with parameters of their own, each drawn to the others as far
    as it is small: channel."""
    age_effect: Literal["auto", "none"] | None
    """Do rates of purchase fall after a customer's first weeks? auto: as the log says, if it does (auto: estimated;
    left out where the data show none; none: none). Default: "none"."""
    season: One | None
    """Do rates of purchase follow the time of year? auto: as the log says, from two years on; or a file with an
    index that is known, a row for each month or week of the year (columns month or week, and index). Default:
    "none"."""
    calendar: One | None
    """File of what all customers share: a row for each day, week or month (column date), a column of numbers each
    for promotions, prices, closures, ..., and rows for the days to come; what each does to purchases is
    estimated, and left out where the log shows nothing."""
    holidays: Literal["us", "uk", "de", "fr", "tr", "ae"] | None
    """Do purchases follow holidays of this country, also those that move? Each is left out where the log shows
    nothing (us: in the United States: Easter, Thanksgiving's Black Friday, Christmas, ...; uk: in the United
    Kingdom: Mothering Sunday, Easter, Black Friday, Christmas, ...; de: in Germany: Easter, Mother's Day, Black
    Friday, Christmas, ...; fr: in France: Easter, Mother's Day, Black Friday, Christmas, ...; tr: in Turkey:
    Ramazan and its Bayram, Kurban Bayrami, 11.11, Black Friday, New Year, ...; ae: in the Emirates and their
    neighbours: Ramadan, Eid al-Fitr, Eid al-Adha, ...)."""
    covariates_same: Names | None
    """Those of them that have the same coefficient for purchase and dropout."""
    time_covariates: One | None
    """File of what is known of each customer over time, for pareto-nbd: a row for each customer and day, week or
    month (columns customer_id and date), a column of numbers each for what multiplies the rates of purchase and
    of leaving then; score and forecast need rows for the days to come."""
    covariate_convention: Literal["separate", "clvtools"] | None
    """How covariates act on the chance to leave of bg-nbd and mbg-nbd; with time_covariates, clvtools has purchases
    at the start of their day and not at its end (separate: a and b have effects of their own, as in
    PyMC-Marketing; clvtools: a and b are multiplied by the same factor, as in CLVTools: the mean chance to leave
    cannot move). Default: "separate"."""
    prior: Literal["none", "weak"] | None
    """What is believed of the parameters beforehand: weak helps with a few dozen customers (none: nothing: maximum
    likelihood; weak: each parameter within a few powers of ten of the scale of the data). Default: "none"."""
    posterior: Literal["laplace", "auto", "nuts", "bootstrap"] | None
    """How the uncertainty of the parameters is found, for interval (laplace: normal in the logarithms of the
    parameters, with the covariance of the fit; auto: that if importance sampling finds it good, else nuts; nuts:
    draws by the no-U-turn sampler; bootstrap: refits to customers drawn with replacement). Default: "laplace"."""
    posterior_seed: int | None
    """Seed of the posterior's draws: equal seeds give equal draws. Default: 1."""
    regularity: int | None
    """How regular purchases are, for bg-cnbd, mbg-cnbd, drift-nbd and drift-mbg-nbd: 1 (at random) to 64. Default:
    as the gaps say; of rates that drift: as drift."""
    drift: str | None
    """How fast a customer's own rate drifts, for drift-nbd and drift-mbg-nbd: 3%/w is kappa = 0.03 per week.
    Default: as forecasts of the last part say."""
    spend: Literal["gamma-gamma", "none"] | None
    """Spend model; ``None`` leaves it out (gamma-gamma: gamma-Gamma; none: none: purchases only). Default:
    "gamma-gamma"."""
    accept_unconverged: bool
    """Go on with the parameters of a fit that did not converge, with a warning."""
    horizon: str | None
    """How far to look: 90d, 39w, 12mo, 2y, or inf. Default: "12mo"."""
    discount: str | Literal[0] | None
    """Discount rate: 10%/yr (annual effective), 0.8%/mo, or 0. Default: "10%/yr"."""
    margin: float | str | None
    """Share of revenue that is kept, such as 40% or 0.4. Default: 1.0."""
    discounting: str | None
    """When purchases are paid: continuous, monthly (as lifetimes), or monthly=30.4375d. Default: "continuous"."""
    path: Names | None
    """A row a customer and step on the way: 12mo/1mo for every month of a year, or horizons, 1mo,3mo,12mo; the last
    one is the horizon."""
    columns: Names | None
    """Further columns: purchases_median (within the horizon), next_purchase_median (a date), expected_lifetime
    (within the horizon, days), rate (1/day), dropout."""
    unseen_level: Literal["error", "reference"] | None
    """What to do with values of covariates that the fit has not seen (error: an error that names the customer;
    reference: take the reference level, or the mean). Default: "error"."""
    interval: float | str | None
    """Intervals of purchases and clv that hold what happens with this probability, such as 90% or 0.9."""
    interval_of_mean: bool
    """With interval: also how far the expectation itself is uncertain."""
    interval_of: Literal["past", "model"] | None
    """With interval: what those of totals hold beside chance: what past totals missed (past), or the model alone
    (past: errors of past totals, and shocks of weeks, where the model knows them; model: the model alone).
    Default: "past"."""
    seed: int | None
    """Seed of the intervals: equal seeds give equal intervals. Default: 1."""
    by: str | None
    """Attribute by whose values totals are shown too: channel."""
    reactivation_within: str | None
    """Of contracts: a customer who comes back within this time has not left. Default: "30d"."""
    grace: str | None
    """Of contracts whose rows are payments: how long after the end of what was paid the next one may come. Default:
    "14d"."""
    id: str | None
    """Column that says who bought (found by name: customer_id, client_id, user_id, ...)."""
    date: str | None
    """Column that says when (found by name: date, order_date, invoice_date, timestamp, ...)."""
    amount: str | None
    """Column that says how much was paid (found by name: amount, revenue, sales, total, ...)."""
    quantity: str | None
    """Column of quantities, for order lines: amount = quantity x price."""
    price: str | None
    """Column of unit prices, for order lines."""
    dates_from: Date | None
    """Earlier dates are bad rows. Default: "1970-01-01"."""
    dates_until: Date | None
    """Later dates are bad rows. Default: today."""
    returns: Literal["net", "drop", "reject"] | None
    """What to do with negative amounts (net: taken off the customer's earlier purchases, newest first; drop: left
    out; reject: bad rows). Default: "net"."""
    skip_bad_rows: bool
    """Go on without bad rows; they are counted and shown."""
    grain: Grain | None
    """What counts as one purchase: all within one hour, day, week, month or year. Default: day, or that of the model
    or the summary."""
    unit: Unit | None
    """How time is written: day, week, month or year; changes no forecast. Default: week, or what a summary says."""
    observed_until: Date | None
    """End of observation. Default: the last date of the log."""
    since: Date | None
    """Leave out customers first seen before this date."""
    currency_column: str | None
    """Column of currencies; more than one currency is an error."""
    attributes: Names | None
    """Columns that say something of the customer (channel,region): of the earliest row of the first purchase, or
    from customers."""
    customers: One | None
    """Table or file with one row a customer that has some or all of the attributes."""
    order: str | None
    """Column of the numbers of orders: the lines of one are one purchase, an order in two files counts once;
    COLUMN=once where each line has the amount of the whole order, COLUMN=add where it has its own (found by name
    and values where it matters)."""
    preset: str | None
    """The platform whose export this is (shopify, stripe, paypal, ...), or none (found by the header)."""
    guests: Names | None
    """Ids that stand for many or for nobody, left out and counted: 0,guest."""
    fold_case: bool
    """Take capital letters in ids for small ones (e-mail addresses: always)."""
    trim: bool
    """Take ids without blanks around them and without the .0 of numbers, with accents and the blanks within in one
    form."""
    fill_down: Names | None
    """Columns whose values stand in the first row of a group only: an empty cell takes what stands above it."""
    only: Names | None
    """Use only rows with these values of a column: status=paid,shipped; may be given several times."""
    except_: Names | None
    """Leave out rows with these values of a column: status=test,cancelled; may be given several times."""
    config: str | None
    """File of options such as ``check(...).to_toml()`` makes; keywords win over it."""
    no_header: bool
    """There is no header line: columns are named by their numbers, as in id 1 date 2 amount 3."""
    encoding: str | None
    """Encoding of text files: windows-1252, utf-16le, shift_jis, ... (found by looking)."""
    sheet: str | None
    """Sheet of a workbook, or a pattern such as '2023-*' for several that are read together. Default: the only one
    with purchases in it."""
    date_format: str | None
    """How dates are written: a strftime pattern such as %d.%m.%Y; day-first, month-first or year-first; unix,
    unix-ms, unix-us, unix-ns or excel (found by looking)."""
    time_zone: str | None
    """Times with an offset from UTC are dated by the clock of this zone: Europe/Istanbul, utc, +03:00. Default: the
    clock that wrote them."""
    decimal_comma: bool
    """Amounts are written with a decimal comma: 12,50 (found by looking)."""
    decimal_point: bool
    """Amounts are written with a decimal point: 12.50, and 1,234 is more than a thousand (found by looking)."""
    currency: str | None
    """Currency of the amounts (EUR), which pages show; rows in another one are left out, counted."""
    period: Unit | None
    """For contracts (sbg, bdw): how long a period is: day, week, month or year."""
    memory_limit: str | None
    """Memory for rows in flight, such as 500MB or 2GB. Default: half of the machine's, at most 2GB."""
    temp_dir: File | None
    """Directory for rows that do not fit into memory. Default: the system's."""
    threads: int | None
    """Worker threads of reading; they change no result. Default: one a core."""


class NewcomersOptions(TypedDict, total=False):
    """The options of :func:`clv.newcomers`."""

    horizon: str | None
    """How far to look: 90d, 39w, 12mo, 2y, or inf. Default: "12mo"."""
    discount: str | Literal[0] | None
    """Discount rate: 10%/yr (annual effective), 0.8%/mo, or 0. Default: "10%/yr"."""
    margin: float | str | None
    """Share of revenue that is kept, such as 40% or 0.4. Default: 1.0."""
    discounting: str | None
    """When purchases are paid: continuous, monthly (as lifetimes), or monthly=30.4375d. Default: "continuous"."""
    path: Names | None
    """A row a customer and step on the way: 12mo/1mo for every month of a year, or horizons, 1mo,3mo,12mo; the last
    one is the horizon."""
    columns: Names | None
    """Further columns: purchases_median (within the horizon), next_purchase_median (a date), expected_lifetime
    (within the horizon, days), rate (1/day), dropout."""
    unseen_level: Literal["error", "reference"] | None
    """What to do with values of covariates that the fit has not seen (error: an error that names the customer;
    reference: take the reference level, or the mean). Default: "error"."""
    interval: float | str | None
    """Intervals of purchases and clv that hold what happens with this probability, such as 90% or 0.9."""
    interval_of_mean: bool
    """With interval: also how far the expectation itself is uncertain."""
    interval_of: Literal["past", "model"] | None
    """With interval: what those of totals hold beside chance: what past totals missed (past), or the model alone
    (past: errors of past totals, and shocks of weeks, where the model knows them; model: the model alone).
    Default: "past"."""
    seed: int | None
    """Seed of the intervals: equal seeds give equal intervals. Default: 1."""
    by: str | None
    """Attribute by whose values totals are shown too: channel."""
    threads: int | None
    """Worker threads of reading; they change no result. Default: one a core."""


class BacktestOptions(TypedDict, total=False):
    """The options of :func:`clv.backtest`."""

    models: Names | None
    """Purchase models to compare: bg-nbd, mbg-nbd, pareto-nbd, ggompertz-nbd, bg-cnbd, mbg-cnbd, nbd, bg-bb,
    drift-nbd, drift-mbg-nbd; best and robust, averages of several. Default: "bg-nbd,mbg-nbd,pareto-nbd"."""
    holdout: str | None
    """How much of the end is hidden and forecast: 90d, 39w, 12mo. Default: a third of the log, at most a year."""
    origins: int | None
    """How many origins: the last is one holdout before the end, each earlier one another holdout back. Default: 1."""
    replicates: int | None
    """Bootstrap replicates behind the intervals; 0 gives none. Default: 200."""
    seed: int | None
    """Seed of the bootstrap: equal seeds give equal intervals. Default: 1."""
    drift: str | None
    """How fast a customer's own rate drifts, for drift-nbd and drift-mbg-nbd: 3%/w is kappa = 0.03 per week.
    Default: chosen at each origin."""
    regularity: int | None
    """How regular purchases are, for bg-cnbd, mbg-cnbd, drift-nbd and drift-mbg-nbd: 1 (at random) to 64. Default:
    chosen at each origin."""
    covariates: Names | None
    """Of contracts: columns that renewal may depend on: channel,payment_method."""
    age_effect: Literal["auto", "none"] | None
    """Do rates of purchase fall after a customer's first weeks? auto: as the log says, if it does (auto: estimated;
    left out where the data show none; none: none). Default: "none"."""
    season: One | None
    """Do rates of purchase follow the time of year? auto: as the log says, from two years on; or a file with an
    index that is known, a row for each month or week of the year (columns month or week, and index). Default:
    "none"."""
    calendar: One | None
    """File of what all customers share: a row for each day, week or month (column date), a column of numbers each
    for promotions, prices, closures, ..., and rows for the days to come; what each does to purchases is
    estimated, and left out where the log shows nothing."""
    holidays: Literal["us", "uk", "de", "fr", "tr", "ae"] | None
    """Do purchases follow holidays of this country, also those that move? Each is left out where the log shows
    nothing (us: in the United States: Easter, Thanksgiving's Black Friday, Christmas, ...; uk: in the United
    Kingdom: Mothering Sunday, Easter, Black Friday, Christmas, ...; de: in Germany: Easter, Mother's Day, Black
    Friday, Christmas, ...; fr: in France: Easter, Mother's Day, Black Friday, Christmas, ...; tr: in Turkey:
    Ramazan and its Bayram, Kurban Bayrami, 11.11, Black Friday, New Year, ...; ae: in the Emirates and their
    neighbours: Ramadan, Eid al-Fitr, Eid al-Adha, ...)."""
    time_covariates: One | None
    """File of what is known of each customer over time, up to the end of the log: as of clv.fit; of models that
    follow it (default of models with it: pareto-nbd)."""
    reactivation_within: str | None
    """Of contracts: a customer who comes back within this time has not left. Default: "30d"."""
    grace: str | None
    """Of contracts whose rows are payments: how long after the end of what was paid the next one may come. Default:
    "14d"."""
    id: str | None
    """Column that says who bought (found by name: customer_id, client_id, user_id, ...)."""
    date: str | None
    """Column that says when (found by name: date, order_date, invoice_date, timestamp, ...)."""
    amount: str | None
    """Column that says how much was paid (found by name: amount, revenue, sales, total, ...)."""
    quantity: str | None
    """Column of quantities, for order lines: amount = quantity x price."""
    price: str | None
    """Column of unit prices, for order lines."""
    dates_from: Date | None
    """Earlier dates are bad rows. Default: "1970-01-01"."""
    dates_until: Date | None
    """Later dates are bad rows. Default: today."""
    returns: Literal["net", "drop", "reject"] | None
    """What to do with negative amounts (net: taken off the customer's earlier purchases, newest first; drop: left
    out; reject: bad rows). Default: "net"."""
    skip_bad_rows: bool
    """Go on without bad rows; they are counted and shown."""
    grain: Grain | None
    """What counts as one purchase: all within one hour, day, week, month or year. Default: day, or that of the model
    or the summary."""
    unit: Unit | None
    """How time is written: day, week, month or year; changes no forecast. Default: week, or what a summary says."""
    observed_until: Date | None
    """End of observation. Default: the last date of the log."""
    since: Date | None
    """Leave out customers first seen before this date."""
    currency_column: str | None
    """Column of currencies; more than one currency is an error."""
    attributes: Names | None
    """Columns that say something of the customer (channel,region): of the earliest row of the first purchase, or
    from customers."""
    customers: One | None
    """Table or file with one row a customer that has some or all of the attributes."""
    order: str | None
    """Column of the numbers of orders: the lines of one are one purchase, an order in two files counts once;
    COLUMN=once where each line has the amount of the whole order, COLUMN=add where it has its own (found by name
    and values where it matters)."""
    preset: str | None
    """The platform whose export this is (shopify, stripe, paypal, ...), or none (found by the header)."""
    guests: Names | None
    """Ids that stand for many or for nobody, left out and counted: 0,guest."""
    fold_case: bool
    """Take capital letters in ids for small ones (e-mail addresses: always)."""
    trim: bool
    """Take ids without blanks around them and without the .0 of numbers, with accents and the blanks within in one
    form."""
    fill_down: Names | None
    """Columns whose values stand in the first row of a group only: an empty cell takes what stands above it."""
    only: Names | None
    """Use only rows with these values of a column: status=paid,shipped; may be given several times."""
    except_: Names | None
    """Leave out rows with these values of a column: status=test,cancelled; may be given several times."""
    config: str | None
    """File of options such as ``check(...).to_toml()`` makes; keywords win over it."""
    no_header: bool
    """There is no header line: columns are named by their numbers, as in id 1 date 2 amount 3."""
    encoding: str | None
    """Encoding of text files: windows-1252, utf-16le, shift_jis, ... (found by looking)."""
    sheet: str | None
    """Sheet of a workbook, or a pattern such as '2023-*' for several that are read together. Default: the only one
    with purchases in it."""
    date_format: str | None
    """How dates are written: a strftime pattern such as %d.%m.%Y; day-first, month-first or year-first; unix,
    unix-ms, unix-us, unix-ns or excel (found by looking)."""
    time_zone: str | None
    """Times with an offset from UTC are dated by the clock of this zone: Europe/Istanbul, utc, +03:00. Default: the
    clock that wrote them."""
    decimal_comma: bool
    """Amounts are written with a decimal comma: 12,50 (found by looking)."""
    decimal_point: bool
    """Amounts are written with a decimal point: 12.50, and 1,234 is more than a thousand (found by looking)."""
    currency: str | None
    """Currency of the amounts (EUR), which pages show; rows in another one are left out, counted."""
    period: Unit | None
    """For contracts (sbg, bdw): how long a period is: day, week, month or year."""
    memory_limit: str | None
    """Memory for rows in flight, such as 500MB or 2GB. Default: half of the machine's, at most 2GB."""
    temp_dir: File | None
    """Directory for rows that do not fit into memory. Default: the system's."""
    threads: int | None
    """Worker threads of reading; they change no result. Default: one a core."""


class EconomicsOptions(TypedDict, total=False):
    """The options of :func:`clv.economics`."""

    horizon: str | None
    """How far to look: 90d, 39w, 12mo, 2y, or inf. Default: "12mo"."""
    discount: str | Literal[0] | None
    """Discount rate: 10%/yr (annual effective), 0.8%/mo, or 0. Default: "10%/yr"."""
    margin: float | str | None
    """Share of revenue that is kept, such as 40% or 0.4. Default: 1.0."""
    discounting: str | None
    """When purchases are paid: continuous, monthly (as lifetimes), or monthly=30.4375d. Default: "continuous"."""
    by: Names | None
    """Attribute that groups customers (channel; of contracts also: plan); further ones are looked at for who the
    good customers are."""
    margin_column: str | None
    """Attribute that holds each customer's margin, such as 0.3."""
    target_ratio: float | None
    """The wanted ratio of LTV to CAC. Default: 3.0."""
    target_payback: str | None
    """The time in which a customer shall have paid back the cost. Default: "12mo"."""
    new_within: str | None
    """A customer is new for so long. Default: "90d"."""
    loyal_repeats: int | None
    """A loyal customer has come back so many times. Default: 3."""
    buys_within: str | None
    """Who is late has lapsed if a purchase within this time . Default: "12mo"."""
    lapsed_below: float | str | None
    """... has a chance below this. Default: 0.2."""
    late_below: float | str | None
    """A customer is late whose silence has a chance below this for one who goes on as before. Default: 0.1."""
    best: float | str | None
    """The share of customers that counts as the best. Default: 0.2."""
    active_within: str | None
    """A customer is active for so long after a purchase, for observed retention. Default: "90d"."""
    compare_with: Date | None
    """Date to compare the end with. Default: a year before it, or the middle of a shorter log."""
    acquisitions: str | float | list[str] | None
    """New customers a month to plan with: 100, or by group: search=120,email=40."""
    scenario: Names | None
    """What if: relative changes of retention, frequency, spend, margin, discount, cac: retention=+2%,spend=+5%;
    several apart by ;."""
    retention_cost: float | None
    """What an offer to keep a customer costs."""
    acquisition_response: str | None
    """Acquisition by judgement: spent a prospect, share won, and most that could be won:
    spend=5,rate=0.04,ceiling=0.1."""
    retention_response: str | None
    """Yearly retention by judgement, a customer and year: spend=10,rate=0.6,ceiling=0.8."""
    budget: float | None
    """Money a month to divide among groups, by curves fitted to the costs."""
    interval: float | Literal["none"] | None
    """Probability of the intervals; none leaves them out, which is faster. Default: 0.9."""
    seed: int | None
    """Seed of the intervals: equal seeds give equal intervals. Default: 1."""
    reactivation_within: str | None
    """Of contracts: a customer who comes back within this time has not left. Default: as the model was fitted."""
    grace: str | None
    """Of contracts whose rows are payments: how long after the end of what was paid the next one may come. Default:
    as the model was fitted."""
    id: str | None
    """Column that says who bought (found by name: customer_id, client_id, user_id, ...)."""
    date: str | None
    """Column that says when (found by name: date, order_date, invoice_date, timestamp, ...)."""
    amount: str | None
    """Column that says how much was paid (found by name: amount, revenue, sales, total, ...)."""
    quantity: str | None
    """Column of quantities, for order lines: amount = quantity x price."""
    price: str | None
    """Column of unit prices, for order lines."""
    dates_from: Date | None
    """Earlier dates are bad rows. Default: "1970-01-01"."""
    dates_until: Date | None
    """Later dates are bad rows. Default: today."""
    returns: Literal["net", "drop", "reject"] | None
    """What to do with negative amounts (net: taken off the customer's earlier purchases, newest first; drop: left
    out; reject: bad rows). Default: "net"."""
    skip_bad_rows: bool
    """Go on without bad rows; they are counted and shown."""
    grain: Grain | None
    """What counts as one purchase: all within one hour, day, week, month or year. Default: day, or that of the model
    or the summary."""
    unit: Unit | None
    """How time is written: day, week, month or year; changes no forecast. Default: week, or what a summary says."""
    observed_until: Date | None
    """End of observation. Default: the last date of the log."""
    since: Date | None
    """Leave out customers first seen before this date."""
    currency_column: str | None
    """Column of currencies; more than one currency is an error."""
    attributes: Names | None
    """Columns that say something of the customer (channel,region): of the earliest row of the first purchase, or
    from customers."""
    customers: One | None
    """Table or file with one row a customer that has some or all of the attributes."""
    order: str | None
    """Column of the numbers of orders: the lines of one are one purchase, an order in two files counts once;
    COLUMN=once where each line has the amount of the whole order, COLUMN=add where it has its own (found by name
    and values where it matters)."""
    preset: str | None
    """The platform whose export this is (shopify, stripe, paypal, ...), or none (found by the header)."""
    guests: Names | None
    """Ids that stand for many or for nobody, left out and counted: 0,guest."""
    fold_case: bool
    """Take capital letters in ids for small ones (e-mail addresses: always)."""
    trim: bool
    """Take ids without blanks around them and without the .0 of numbers, with accents and the blanks within in one
    form."""
    fill_down: Names | None
    """Columns whose values stand in the first row of a group only: an empty cell takes what stands above it."""
    only: Names | None
    """Use only rows with these values of a column: status=paid,shipped; may be given several times."""
    except_: Names | None
    """Leave out rows with these values of a column: status=test,cancelled; may be given several times."""
    config: str | None
    """File of options such as ``check(...).to_toml()`` makes; keywords win over it."""
    no_header: bool
    """There is no header line: columns are named by their numbers, as in id 1 date 2 amount 3."""
    encoding: str | None
    """Encoding of text files: windows-1252, utf-16le, shift_jis, ... (found by looking)."""
    sheet: str | None
    """Sheet of a workbook, or a pattern such as '2023-*' for several that are read together. Default: the only one
    with purchases in it."""
    date_format: str | None
    """How dates are written: a strftime pattern such as %d.%m.%Y; day-first, month-first or year-first; unix,
    unix-ms, unix-us, unix-ns or excel (found by looking)."""
    time_zone: str | None
    """Times with an offset from UTC are dated by the clock of this zone: Europe/Istanbul, utc, +03:00. Default: the
    clock that wrote them."""
    decimal_comma: bool
    """Amounts are written with a decimal comma: 12,50 (found by looking)."""
    decimal_point: bool
    """Amounts are written with a decimal point: 12.50, and 1,234 is more than a thousand (found by looking)."""
    currency: str | None
    """Currency of the amounts (EUR), which pages show; rows in another one are left out, counted."""
    period: Unit | None
    """For contracts (sbg, bdw): how long a period is: day, week, month or year."""
    memory_limit: str | None
    """Memory for rows in flight, such as 500MB or 2GB. Default: half of the machine's, at most 2GB."""
    temp_dir: File | None
    """Directory for rows that do not fit into memory. Default: the system's."""
    threads: int | None
    """Worker threads of reading; they change no result. Default: one a core."""


class ReportOptions(TypedDict, total=False):
    """The options of :func:`clv.report`."""

    model: str | None
    """Purchase model: bg-nbd, mbg-nbd, pareto-nbd, ggompertz-nbd, bg-cnbd, mbg-cnbd, bg-bb, nbd, drift-nbd,
    drift-mbg-nbd; best (an average of several, with weights learned from forecasts of earlier dates) or robust
    (all of the same weight); bic (the one with the best BIC; also auto), or all (compare them); of contracts:
    sbg, bdw. Default: "best"."""
    covariates: Names | None
    """Attributes of customers (see attributes) that purchase and dropout may depend on: region,channel; columns of
    contracts that renewal may depend on."""
    groups: str | None
    """Attribute of customers whose values are groups with parameters of their own, each drawn to the others as far
    as it is small: channel."""
    age_effect: Literal["auto", "none"] | None
    """Do rates of purchase fall after a customer's first weeks? auto: as the log says, if it does (auto: estimated;
    left out where the data show none; none: none). Default: "none"."""
    season: One | None
    """Do rates of purchase follow the time of year? auto: as the log says, from two years on; or a file with an
    index that is known, a row for each month or week of the year (columns month or week, and index). Default:
    "none"."""
    calendar: One | None
    """File of what all customers share: a row for each day, week or month (column date), a column of numbers each
    for promotions, prices, closures, ..., and rows for the days to come; what each does to purchases is
    estimated, and left out where the log shows nothing."""
    holidays: Literal["us", "uk", "de", "fr", "tr", "ae"] | None
    """Do purchases follow holidays of this country, also those that move? Each is left out where the log shows
    nothing (us: in the United States: Easter, Thanksgiving's Black Friday, Christmas, ...; uk: in the United
    Kingdom: Mothering Sunday, Easter, Black Friday, Christmas, ...; de: in Germany: Easter, Mother's Day, Black
    Friday, Christmas, ...; fr: in France: Easter, Mother's Day, Black Friday, Christmas, ...; tr: in Turkey:
    Ramazan and its Bayram, Kurban Bayrami, 11.11, Black Friday, New Year, ...; ae: in the Emirates and their
    neighbours: Ramadan, Eid al-Fitr, Eid al-Adha, ...)."""
    covariates_same: Names | None
    """Those of them that have the same coefficient for purchase and dropout."""
    time_covariates: One | None
    """File of what is known of each customer over time, for pareto-nbd: a row for each customer and day, week or
    month (columns customer_id and date), a column of numbers each for what multiplies the rates of purchase and
    of leaving then; score and forecast need rows for the days to come."""
    covariate_convention: Literal["separate", "clvtools"] | None
    """How covariates act on the chance to leave of bg-nbd and mbg-nbd; with time_covariates, clvtools has purchases
    at the start of their day and not at its end (separate: a and b have effects of their own, as in
    PyMC-Marketing; clvtools: a and b are multiplied by the same factor, as in CLVTools: the mean chance to leave
    cannot move). Default: "separate"."""
    prior: Literal["none", "weak"] | None
    """What is believed of the parameters beforehand: weak helps with a few dozen customers (none: nothing: maximum
    likelihood; weak: each parameter within a few powers of ten of the scale of the data). Default: "none"."""
    posterior: Literal["laplace", "auto", "nuts", "bootstrap"] | None
    """How the uncertainty of the parameters is found, for interval (laplace: normal in the logarithms of the
    parameters, with the covariance of the fit; auto: that if importance sampling finds it good, else nuts; nuts:
    draws by the no-U-turn sampler; bootstrap: refits to customers drawn with replacement). Default: "laplace"."""
    posterior_seed: int | None
    """Seed of the posterior's draws: equal seeds give equal draws. Default: 1."""
    regularity: int | None
    """How regular purchases are, for bg-cnbd, mbg-cnbd, drift-nbd and drift-mbg-nbd: 1 (at random) to 64. Default:
    as the gaps say; of rates that drift: as drift."""
    drift: str | None
    """How fast a customer's own rate drifts, for drift-nbd and drift-mbg-nbd: 3%/w is kappa = 0.03 per week.
    Default: as forecasts of the last part say."""
    spend: Literal["gamma-gamma", "none"] | None
    """Spend model; ``None`` leaves it out (gamma-gamma: gamma-Gamma; none: none: purchases only). Default:
    "gamma-gamma"."""
    accept_unconverged: bool
    """Go on with the parameters of a fit that did not converge, with a warning."""
    horizon: str | None
    """How far to look: 90d, 39w, 12mo, 2y, or inf. Default: "12mo"."""
    discount: str | Literal[0] | None
    """Discount rate: 10%/yr (annual effective), 0.8%/mo, or 0. Default: "10%/yr"."""
    margin: float | str | None
    """Share of revenue that is kept, such as 40% or 0.4. Default: 1.0."""
    discounting: str | None
    """When purchases are paid: continuous, monthly (as lifetimes), or monthly=30.4375d. Default: "continuous"."""
    by: Names | None
    """Attribute that groups customers (channel; of contracts also: plan); further ones are looked at for who the
    good customers are."""
    margin_column: str | None
    """Attribute that holds each customer's margin, such as 0.3."""
    target_ratio: float | None
    """The wanted ratio of LTV to CAC. Default: 3.0."""
    target_payback: str | None
    """The time in which a customer shall have paid back the cost. Default: "12mo"."""
    new_within: str | None
    """A customer is new for so long. Default: "90d"."""
    loyal_repeats: int | None
    """A loyal customer has come back so many times. Default: 3."""
    buys_within: str | None
    """Who is late has lapsed if a purchase within this time . Default: "12mo"."""
    lapsed_below: float | str | None
    """... has a chance below this. Default: 0.2."""
    late_below: float | str | None
    """A customer is late whose silence has a chance below this for one who goes on as before. Default: 0.1."""
    best: float | str | None
    """The share of customers that counts as the best. Default: 0.2."""
    active_within: str | None
    """A customer is active for so long after a purchase, for observed retention. Default: "90d"."""
    compare_with: Date | None
    """Date to compare the end with. Default: a year before it, or the middle of a shorter log."""
    acquisitions: str | float | list[str] | None
    """New customers a month to plan with: 100, or by group: search=120,email=40."""
    scenario: Names | None
    """What if: relative changes of retention, frequency, spend, margin, discount, cac: retention=+2%,spend=+5%;
    several apart by ;."""
    retention_cost: float | None
    """What an offer to keep a customer costs."""
    acquisition_response: str | None
    """Acquisition by judgement: spent a prospect, share won, and most that could be won:
    spend=5,rate=0.04,ceiling=0.1."""
    retention_response: str | None
    """Yearly retention by judgement, a customer and year: spend=10,rate=0.6,ceiling=0.8."""
    budget: float | None
    """Money a month to divide among groups, by curves fitted to the costs."""
    interval: float | Literal["none"] | None
    """Probability of the intervals; none leaves them out, which is faster. Default: 0.9."""
    seed: int | None
    """Seed of the intervals: equal seeds give equal intervals. Default: 1."""
    no_backtest: bool
    """Leave the backtest out, which fits and forecasts once more."""
    holdout: str | None
    """How much of the end is hidden and forecast: 90d, 39w, 12mo. Default: a third of the log, at most a year."""
    models: Names | None
    """Purchase models whose past forecasts are tried. Default: that of the page."""
    title: str | None
    """Title of the page. Default: What our customers are worth."""
    logo: File | None
    """Picture of the company, put into the page: PNG, JPEG, GIF, WebP or SVG, at most 1 MB."""
    reactivation_within: str | None
    """Of contracts: a customer who comes back within this time has not left. Default: "30d"."""
    grace: str | None
    """Of contracts whose rows are payments: how long after the end of what was paid the next one may come. Default:
    "14d"."""
    id: str | None
    """Column that says who bought (found by name: customer_id, client_id, user_id, ...)."""
    date: str | None
    """Column that says when (found by name: date, order_date, invoice_date, timestamp, ...)."""
    amount: str | None
    """Column that says how much was paid (found by name: amount, revenue, sales, total, ...)."""
    quantity: str | None
    """Column of quantities, for order lines: amount = quantity x price."""
    price: str | None
    """Column of unit prices, for order lines."""
    dates_from: Date | None
    """Earlier dates are bad rows. Default: "1970-01-01"."""
    dates_until: Date | None
    """Later dates are bad rows. Default: today."""
    returns: Literal["net", "drop", "reject"] | None
    """What to do with negative amounts (net: taken off the customer's earlier purchases, newest first; drop: left
    out; reject: bad rows). Default: "net"."""
    skip_bad_rows: bool
    """Go on without bad rows; they are counted and shown."""
    grain: Grain | None
    """What counts as one purchase: all within one hour, day, week, month or year. Default: day, or that of the model
    or the summary."""
    unit: Unit | None
    """How time is written: day, week, month or year; changes no forecast. Default: week, or what a summary says."""
    observed_until: Date | None
    """End of observation. Default: the last date of the log."""
    since: Date | None
    """Leave out customers first seen before this date."""
    currency_column: str | None
    """Column of currencies; more than one currency is an error."""
    attributes: Names | None
    """Columns that say something of the customer (channel,region): of the earliest row of the first purchase, or
    from customers."""
    customers: One | None
    """Table or file with one row a customer that has some or all of the attributes."""
    order: str | None
    """Column of the numbers of orders: the lines of one are one purchase, an order in two files counts once;
    COLUMN=once where each line has the amount of the whole order, COLUMN=add where it has its own (found by name
    and values where it matters)."""
    preset: str | None
    """The platform whose export this is (shopify, stripe, paypal, ...), or none (found by the header)."""
    guests: Names | None
    """Ids that stand for many or for nobody, left out and counted: 0,guest."""
    fold_case: bool
    """Take capital letters in ids for small ones (e-mail addresses: always)."""
    trim: bool
    """Take ids without blanks around them and without the .0 of numbers, with accents and the blanks within in one
    form."""
    fill_down: Names | None
    """Columns whose values stand in the first row of a group only: an empty cell takes what stands above it."""
    only: Names | None
    """Use only rows with these values of a column: status=paid,shipped; may be given several times."""
    except_: Names | None
    """Leave out rows with these values of a column: status=test,cancelled; may be given several times."""
    config: str | None
    """File of options such as ``check(...).to_toml()`` makes; keywords win over it."""
    no_header: bool
    """There is no header line: columns are named by their numbers, as in id 1 date 2 amount 3."""
    encoding: str | None
    """Encoding of text files: windows-1252, utf-16le, shift_jis, ... (found by looking)."""
    sheet: str | None
    """Sheet of a workbook, or a pattern such as '2023-*' for several that are read together. Default: the only one
    with purchases in it."""
    date_format: str | None
    """How dates are written: a strftime pattern such as %d.%m.%Y; day-first, month-first or year-first; unix,
    unix-ms, unix-us, unix-ns or excel (found by looking)."""
    time_zone: str | None
    """Times with an offset from UTC are dated by the clock of this zone: Europe/Istanbul, utc, +03:00. Default: the
    clock that wrote them."""
    decimal_comma: bool
    """Amounts are written with a decimal comma: 12,50 (found by looking)."""
    decimal_point: bool
    """Amounts are written with a decimal point: 12.50, and 1,234 is more than a thousand (found by looking)."""
    currency: str | None
    """Currency of the amounts (EUR), which pages show; rows in another one are left out, counted."""
    period: Unit | None
    """For contracts (sbg, bdw): how long a period is: day, week, month or year."""
    memory_limit: str | None
    """Memory for rows in flight, such as 500MB or 2GB. Default: half of the machine's, at most 2GB."""
    temp_dir: File | None
    """Directory for rows that do not fit into memory. Default: the system's."""
    threads: int | None
    """Worker threads of reading; they change no result. Default: one a core."""


class ActionsOptions(TypedDict, total=False):
    """The options of :func:`clv.actions`."""

    horizon: str | None
    """How far to look: 90d, 39w, 12mo, 2y, or inf. Default: "12mo"."""
    discount: str | Literal[0] | None
    """Discount rate: 10%/yr (annual effective), 0.8%/mo, or 0. Default: "10%/yr"."""
    margin: float | str | None
    """Share of revenue that is kept, such as 40% or 0.4. Default: 1.0."""
    discounting: str | None
    """When purchases are paid: continuous, monthly (as lifetimes), or monthly=30.4375d. Default: "continuous"."""
    new_within: str | None
    """A customer is new for so long. Default: "90d"."""
    loyal_repeats: int | None
    """A loyal customer has come back so many times. Default: 3."""
    buys_within: str | None
    """Who is late has lapsed if a purchase within this time . Default: "12mo"."""
    lapsed_below: float | str | None
    """... has a chance below this. Default: 0.2."""
    late_below: float | str | None
    """A customer is late whose silence has a chance below this for one who goes on as before. Default: 0.1."""
    best: float | str | None
    """The share of customers that counts as the best. Default: 0.2."""
    uplift: float | str | None
    """By how much a contact raises the chance to buy of a customer whose chance is even, less for others along the
    odds; of an upsell, the next amount. Default: 5%, a rule of thumb."""
    contact_cost: float | None
    """What a contact costs. Default: 0.0."""
    budget: float | None
    """Money for all contacts together; it goes to the most rewarding."""
    holdout: float | str | None
    """Share of those chosen who are left without a contact, by chance, the same for the same seed and id. Default:
    0%."""
    email: str | None
    """Attribute that holds e-mail addresses, for uploads, where ids are none."""
    interval: float | Literal["none"] | None
    """Probability of the ranges; none leaves them out, which is faster. Default: 0.9."""
    seed: int | None
    """Seed of the ranges and of the control group. Default: 1."""
    id: str | None
    """Column that says who bought (found by name: customer_id, client_id, user_id, ...)."""
    date: str | None
    """Column that says when (found by name: date, order_date, invoice_date, timestamp, ...)."""
    amount: str | None
    """Column that says how much was paid (found by name: amount, revenue, sales, total, ...)."""
    quantity: str | None
    """Column of quantities, for order lines: amount = quantity x price."""
    price: str | None
    """Column of unit prices, for order lines."""
    dates_from: Date | None
    """Earlier dates are bad rows. Default: "1970-01-01"."""
    dates_until: Date | None
    """Later dates are bad rows. Default: today."""
    returns: Literal["net", "drop", "reject"] | None
    """What to do with negative amounts (net: taken off the customer's earlier purchases, newest first; drop: left
    out; reject: bad rows). Default: "net"."""
    skip_bad_rows: bool
    """Go on without bad rows; they are counted and shown."""
    grain: Grain | None
    """What counts as one purchase: all within one hour, day, week, month or year. Default: day, or that of the model
    or the summary."""
    unit: Unit | None
    """How time is written: day, week, month or year; changes no forecast. Default: week, or what a summary says."""
    observed_until: Date | None
    """End of observation. Default: the last date of the log."""
    since: Date | None
    """Leave out customers first seen before this date."""
    currency_column: str | None
    """Column of currencies; more than one currency is an error."""
    attributes: Names | None
    """Columns that say something of the customer (channel,region): of the earliest row of the first purchase, or
    from customers."""
    customers: One | None
    """Table or file with one row a customer that has some or all of the attributes."""
    order: str | None
    """Column of the numbers of orders: the lines of one are one purchase, an order in two files counts once;
    COLUMN=once where each line has the amount of the whole order, COLUMN=add where it has its own (found by name
    and values where it matters)."""
    preset: str | None
    """The platform whose export this is (shopify, stripe, paypal, ...), or none (found by the header)."""
    guests: Names | None
    """Ids that stand for many or for nobody, left out and counted: 0,guest."""
    fold_case: bool
    """Take capital letters in ids for small ones (e-mail addresses: always)."""
    trim: bool
    """Take ids without blanks around them and without the .0 of numbers, with accents and the blanks within in one
    form."""
    fill_down: Names | None
    """Columns whose values stand in the first row of a group only: an empty cell takes what stands above it."""
    only: Names | None
    """Use only rows with these values of a column: status=paid,shipped; may be given several times."""
    except_: Names | None
    """Leave out rows with these values of a column: status=test,cancelled; may be given several times."""
    config: str | None
    """File of options such as ``check(...).to_toml()`` makes; keywords win over it."""
    no_header: bool
    """There is no header line: columns are named by their numbers, as in id 1 date 2 amount 3."""
    encoding: str | None
    """Encoding of text files: windows-1252, utf-16le, shift_jis, ... (found by looking)."""
    sheet: str | None
    """Sheet of a workbook, or a pattern such as '2023-*' for several that are read together. Default: the only one
    with purchases in it."""
    date_format: str | None
    """How dates are written: a strftime pattern such as %d.%m.%Y; day-first, month-first or year-first; unix,
    unix-ms, unix-us, unix-ns or excel (found by looking)."""
    time_zone: str | None
    """Times with an offset from UTC are dated by the clock of this zone: Europe/Istanbul, utc, +03:00. Default: the
    clock that wrote them."""
    decimal_comma: bool
    """Amounts are written with a decimal comma: 12,50 (found by looking)."""
    decimal_point: bool
    """Amounts are written with a decimal point: 12.50, and 1,234 is more than a thousand (found by looking)."""
    currency: str | None
    """Currency of the amounts (EUR), which pages show; rows in another one are left out, counted."""
    period: Unit | None
    """For contracts (sbg, bdw): how long a period is: day, week, month or year."""
    memory_limit: str | None
    """Memory for rows in flight, such as 500MB or 2GB. Default: half of the machine's, at most 2GB."""
    temp_dir: File | None
    """Directory for rows that do not fit into memory. Default: the system's."""
    threads: int | None
    """Worker threads of reading; they change no result. Default: one a core."""


class MeasureOptions(TypedDict, total=False):
    """The options of :func:`clv.measure`."""

    margin: float | str | None
    """Share of revenue that is kept."""
    interval: float | str | None
    """Probability of the intervals."""
    id: str | None
    """Column that says who bought (found by name: customer_id, client_id, user_id, ...)."""
    date: str | None
    """Column that says when (found by name: date, order_date, invoice_date, timestamp, ...)."""
    amount: str | None
    """Column that says how much was paid (found by name: amount, revenue, sales, total, ...)."""
    quantity: str | None
    """Column of quantities, for order lines: amount = quantity x price."""
    price: str | None
    """Column of unit prices, for order lines."""
    dates_from: Date | None
    """Earlier dates are bad rows. Default: "1970-01-01"."""
    dates_until: Date | None
    """Later dates are bad rows. Default: today."""
    returns: Literal["net", "drop", "reject"] | None
    """What to do with negative amounts (net: taken off the customer's earlier purchases, newest first; drop: left
    out; reject: bad rows). Default: "net"."""
    skip_bad_rows: bool
    """Go on without bad rows; they are counted and shown."""
    grain: Grain | None
    """What counts as one purchase: all within one hour, day, week, month or year. Default: day, or that of the model
    or the summary."""
    unit: Unit | None
    """How time is written: day, week, month or year; changes no forecast. Default: week, or what a summary says."""
    observed_until: Date | None
    """End of observation. Default: the last date of the log."""
    since: Date | None
    """Leave out customers first seen before this date."""
    currency_column: str | None
    """Column of currencies; more than one currency is an error."""
    attributes: Names | None
    """Columns that say something of the customer (channel,region): of the earliest row of the first purchase, or
    from customers."""
    customers: One | None
    """Table or file with one row a customer that has some or all of the attributes."""
    order: str | None
    """Column of the numbers of orders: the lines of one are one purchase, an order in two files counts once;
    COLUMN=once where each line has the amount of the whole order, COLUMN=add where it has its own (found by name
    and values where it matters)."""
    preset: str | None
    """The platform whose export this is (shopify, stripe, paypal, ...), or none (found by the header)."""
    guests: Names | None
    """Ids that stand for many or for nobody, left out and counted: 0,guest."""
    fold_case: bool
    """Take capital letters in ids for small ones (e-mail addresses: always)."""
    trim: bool
    """Take ids without blanks around them and without the .0 of numbers, with accents and the blanks within in one
    form."""
    fill_down: Names | None
    """Columns whose values stand in the first row of a group only: an empty cell takes what stands above it."""
    only: Names | None
    """Use only rows with these values of a column: status=paid,shipped; may be given several times."""
    except_: Names | None
    """Leave out rows with these values of a column: status=test,cancelled; may be given several times."""
    config: str | None
    """File of options such as ``check(...).to_toml()`` makes; keywords win over it."""
    no_header: bool
    """There is no header line: columns are named by their numbers, as in id 1 date 2 amount 3."""
    encoding: str | None
    """Encoding of text files: windows-1252, utf-16le, shift_jis, ... (found by looking)."""
    sheet: str | None
    """Sheet of a workbook, or a pattern such as '2023-*' for several that are read together. Default: the only one
    with purchases in it."""
    date_format: str | None
    """How dates are written: a strftime pattern such as %d.%m.%Y; day-first, month-first or year-first; unix,
    unix-ms, unix-us, unix-ns or excel (found by looking)."""
    time_zone: str | None
    """Times with an offset from UTC are dated by the clock of this zone: Europe/Istanbul, utc, +03:00. Default: the
    clock that wrote them."""
    decimal_comma: bool
    """Amounts are written with a decimal comma: 12,50 (found by looking)."""
    decimal_point: bool
    """Amounts are written with a decimal point: 12.50, and 1,234 is more than a thousand (found by looking)."""
    currency: str | None
    """Currency of the amounts (EUR), which pages show; rows in another one are left out, counted."""
    period: Unit | None
    """For contracts (sbg, bdw): how long a period is: day, week, month or year."""
    memory_limit: str | None
    """Memory for rows in flight, such as 500MB or 2GB. Default: half of the machine's, at most 2GB."""
    temp_dir: File | None
    """Directory for rows that do not fit into memory. Default: the system's."""
    threads: int | None
    """Worker threads of reading; they change no result. Default: one a core."""


class SimulateOptions(TypedDict, total=False):
    """The options of :func:`clv.simulate`."""

    customers: int | None
    """How many customers. Default: 10000."""
    start: Date | None
    """First date of the log. Default: "2020-01-01"."""
    acquired_until: Date | None
    """Date of the last first purchase. Default: a year after the start, or a third of the way to an earlier end."""
    until: Date | None
    """Last date of the log. Default: three years after the start."""
    seed: int | None
    """Seed: equal seeds give equal logs. Default: 1."""
    exact: bool
    """Write the moment of each purchase, not only its date."""
    config: str | None
    """File of options such as ``check(...).to_toml()`` makes; keywords win over it."""
    threads: int | None
    """Worker threads of reading; they change no result. Default: one a core."""


class SqlOptions(TypedDict, total=False):
    """The options of :func:`clv.sql`."""

    dialect: str | None
    """Duckdb, postgres, sqlite, datafusion, clickhouse, databricks; never executed: snowflake, bigquery, redshift,
    trino."""
    table: str | None
    """Table or view of purchases, such as shop.orders; double quotes keep a point within a name; what stands in {{
    }} is left for a template."""
    from_sql: str | None
    """A query in place of a table, such as 'SELECT customer_id, date, amount FROM shop.orders'; it is written as it
    is."""
    no_amount: bool
    """There is no column of amounts: everything but spend and value."""
    account: bool
    """Write the statement that counts what becomes of the rows, instead."""
    id: str | None
    """Column that says who bought (found by name: customer_id, client_id, user_id, ...)."""
    date: str | None
    """Column that says when (found by name: date, order_date, invoice_date, timestamp, ...)."""
    amount: str | None
    """Column that says how much was paid (found by name: amount, revenue, sales, total, ...)."""
    quantity: str | None
    """Column of quantities, for order lines: amount = quantity x price."""
    price: str | None
    """Column of unit prices, for order lines."""
    dates_from: Date | None
    """Earlier dates are bad rows. Default: "1970-01-01"."""
    dates_until: Date | None
    """Later dates are bad rows. Default: today."""
    returns: Literal["net", "drop", "reject"] | None
    """What to do with negative amounts (net: taken off the customer's earlier purchases, newest first; drop: left
    out; reject: bad rows). Default: "net"."""
    skip_bad_rows: bool
    """Go on without bad rows; they are counted and shown."""
    grain: Grain | None
    """What counts as one purchase: all within one hour, day, week, month or year. Default: day, or that of the model
    or the summary."""
    unit: Unit | None
    """How time is written: day, week, month or year; changes no forecast. Default: week, or what a summary says."""
    observed_until: Date | None
    """End of observation. Default: the last date of the log."""
    since: Date | None
    """Leave out customers first seen before this date."""
    config: str | None
    """File of options such as ``check(...).to_toml()`` makes; keywords win over it."""
    threads: int | None
    """Worker threads of reading; they change no result. Default: one a core."""
