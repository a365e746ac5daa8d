"""The options of each verb: those of the command line, written as keywords.

No default is said here: what is not given is what the library says, the same for everybody.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from os import PathLike
from typing import Any, Literal, Protocol, TypedDict, Union


class ArrowStream(Protocol):
    """A table that speaks the Arrow PyCapsule protocol: of pandas, Polars, DuckDB, PyArrow, or a result of clv."""

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any: ...


class ArrowDataset(Protocol):
    """A dataset of PyArrow, which is not a stream itself."""

    def scanner(self) -> Any: ...


One = Union[str, PathLike[str], ArrowStream, ArrowDataset]
"""A path, or a table."""
Data = Union[One, Sequence[One]]
"""Paths or tables: one, or several that are read as one."""
Date = Union[str, datetime.date]
"""A date: ``"1997-09-30"`` or a ``datetime.date``."""
Names = Union[str, Sequence[str]]
"""Names: a list, or with commas between them."""
Unit = Literal["day", "week", "month", "year"]
"""How time is written."""


class TableOptions(TypedDict, total=False):
    """What can be said of purchases wherever they lie: columns, values, time."""

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
    """Earlier dates are bad rows (1970-01-01)."""
    dates_until: Date | None
    """Later dates are bad rows (today)."""
    returns: Literal["net", "drop", "reject"] | None
    """What to do with negative amounts: take them off the customer's earlier purchases (net, the default), leave
    them out, or take them for bad rows."""
    skip_bad_rows: bool
    """Go on without bad rows; they are counted and shown."""
    grain: Literal["hour", "day", "week", "month", "year"] | None
    """What counts as one purchase: all within one hour, day (the default), week, month or year."""
    unit: Unit | None
    """How time is written (week, or what a summary says); it changes no forecast."""
    observed_until: Date | None
    """End of observation (the last date of the log)."""
    since: Date | None
    """Leave out customers first seen before this date."""


class LogOptions(TableOptions, total=False):
    """How purchase logs are read. A summary that clv has made takes none of these."""

    currency_column: str | None
    """Column of currencies; more than one currency is an error."""
    order: str | None
    """Column of the numbers of orders: the lines of one are one purchase, an order in two files counts once (found by
    name where it matters)."""
    preset: str | None
    """The platform whose export this is (shopify, stripe, paypal, ...), or ``"none"`` (found by the header)."""
    guests: Names | None
    """Ids that stand for many or for nobody, left out and counted."""
    fold_case: bool
    """Take capital letters in ids for small ones (e-mail addresses: always)."""
    trim: bool
    """Take ids without blanks around them and without the .0 of numbers."""
    only: Names | None
    """Use only rows with these values of a column: ``"status=paid,shipped"``."""
    except_: Names | None
    """Leave out rows with these values of a column: ``"status=test,cancelled"``."""
    attributes: Names | None
    """Columns that say something of the customer: of the log (those of the earliest row of the first purchase, by the
    time of day, then the order of the rows), or of ``customers``."""
    customers: One | None
    """Table or file with one row a customer that has some or all of the ``attributes``."""
    config: str | None
    """File of options such as ``clv check -o clv.toml`` writes; keywords win over it (no file)."""
    no_header: bool
    """There is no header line: columns are named by their numbers, as in ``id="1", date="2"``."""
    encoding: str | None
    """Encoding of text files: ``"windows-1252"``, ``"utf-16le"`` (found by looking)."""
    sheet: str | None
    """Sheet of a workbook, or a pattern such as ``"2023-*"`` for several that are read together (the only one with
    purchases in it)."""
    date_format: str | None
    """How dates are written: a strftime pattern such as ``%d.%m.%Y``; ``day-first``, ``month-first`` or ``year-first`` where
    only their order has to be said; or ``unix``, ``unix-ms``, ``unix-us``, ``unix-ns``, ``excel`` (found by looking)."""
    decimal_comma: bool
    """Amounts are written with a decimal comma: 12,50 (found by looking)."""
    decimal_point: bool
    """Amounts are written with a decimal point: 12.50, and 1,234 is more than a thousand (found by looking)."""
    time_zone: str | None
    """Times with an offset from UTC are dated by the clock of this zone: ``"Europe/Istanbul"``, ``"utc"``, ``"+03:00"`` (the
    clock that wrote them)."""
    currency: str | None
    """Currency of the amounts (EUR); rows in another one are left out, counted."""
    period: Unit | None
    """For contracts (sbg, bdw): how long a period is."""
    memory_limit: str | None
    """Memory for rows in flight, such as ``"500MB"`` (half of the machine's, at most 2GB)."""
    temp_dir: str | PathLike[str] | None
    """Directory for rows that do not fit into memory (the system's)."""
    threads: int | None
    """Worker threads of reading (one a core); they change no result."""


class SummarizeOptions(LogOptions, total=False):
    """The options of :func:`clv.summarize`."""

    log_gaps: bool
    """Add the sum of the logarithms of the gaps between purchases, which models of regular purchases need."""
    purchase_times: bool
    """Add the age at each repeat purchase, which models of rates that drift (drift-nbd) need."""


class OwnFitOptions(TypedDict, total=False):
    """What to fit, and how."""

    model: str | None
    """Purchase model: bg-nbd (the default; a forecast takes best), mbg-nbd, pareto-nbd, ggompertz-nbd, bg-cnbd, mbg-cnbd, bg-bb, nbd, drift-nbd; best
    (an average of several, with weights learned from forecasts of earlier dates) or robust (all of the same weight); bic
    (the one with the best BIC; also auto) or all (the same, compared in the report); of contracts: sbg, bdw."""
    covariates: Names | None
    """Attributes of customers that purchase and dropout may depend on."""
    groups: str | None
    """Attribute of customers whose values are groups with parameters of their own, each drawn to the others as far as
    it is small."""
    age_effect: Literal["auto", "none"] | None
    """Do rates of purchase fall after a customer's first weeks? auto: as the log says, if it does (none)."""
    season: Literal["auto", "none"] | None
    """Do rates of purchase follow the time of year? auto: as the log says, from two years on (none)."""
    covariates_same: Names | None
    """Those of them that have the same coefficient for purchase and dropout."""
    covariate_convention: Literal["separate", "clvtools"] | None
    """How covariates act on the chance to leave of bg-nbd and mbg-nbd."""
    prior: Literal["none", "weak"] | None
    """What is believed of the parameters beforehand: weak helps with a few dozen customers."""
    posterior: Literal["laplace", "auto", "nuts", "bootstrap"] | None
    """How sure the parameters are: laplace (the default: normal in their logarithms, checked), nuts (sampled),
    bootstrap (refits to resampled customers), or auto (laplace where its check passes, else nuts)."""
    posterior_seed: int | None
    """Seed of the posterior's draws: equal seeds give equal draws (1)."""
    regularity: int | None
    """How regular purchases are, for bg-cnbd, mbg-cnbd and drift-nbd: 1 (at random) to 64 (as the gaps say; drift-nbd: as
    ``drift``)."""
    drift: str | None
    """How fast a customer's own rate drifts, for drift-nbd: 3%/w is kappa = 0.03 per week (as forecasts of the last part
    say)."""
    spend: Literal["gamma-gamma", "none"] | None
    """Spend model: gamma-gamma (the default), or none (or ``None``)."""
    accept_unconverged: bool
    """Go on with the parameters of a fit that did not converge, with a warning."""


class FitOptions(LogOptions, OwnFitOptions, total=False):
    """The options of :func:`clv.fit`."""

    diagnostics: bool
    """Say in the report how well the fit agrees with its own customers: frequencies, cohorts, influence, spend."""


class OwnScoreOptions(TypedDict, total=False):
    """What to say of each customer."""

    horizon: str | None
    """How far to look: ``"90d"``, ``"39w"``, ``"12mo"`` (the default), ``"2y"``, or ``"inf"``."""
    discount: str | Literal[0] | None
    """Discount rate: ``"10%/yr"`` (annual effective, the default), ``"0.8%/mo"``, or 0."""
    margin: float | None
    """Share of revenue that is kept, such as 0.3 (1: revenue)."""
    discounting: str | None
    """When purchases are paid: continuous (the default), monthly (as lifetimes), or monthly=30.4375d."""
    columns: Names | None
    """Further columns: next_purchase_median, expected_lifetime, rate, dropout."""
    unseen_level: Literal["error", "reference"] | None
    """What to do with values of covariates that the fit has not seen."""
    interval: float | None
    """Intervals of purchases and clv that hold what happens with this probability, such as 0.9."""
    interval_of_mean: bool
    """With ``interval``: also how far the expectation itself is uncertain."""
    seed: int | None
    """Seed: equal seeds give equal results (1)."""
    by: str | None
    """Attribute by whose values totals are worked out too."""


class ScoreOptions(LogOptions, OwnScoreOptions, total=False):
    """The options of :meth:`clv.Model.score`."""


class ForecastOptions(LogOptions, OwnFitOptions, OwnScoreOptions, total=False):
    """The options of :func:`clv.forecast`."""


class BacktestOptions(LogOptions, total=False):
    """The options of :func:`clv.backtest`."""

    models: Names | None
    """Purchase models to compare (bg-nbd, mbg-nbd, pareto-nbd)."""
    holdout: str | None
    """How much of the end is hidden and forecast: ``"90d"``, ``"39w"``, ``"12mo"`` (a third, at most a year)."""
    origins: int | None
    """How many origins: the last is one holdout before the end, each earlier one another holdout back (1)."""
    replicates: int | None
    """Bootstrap replicates behind the intervals; 0 gives none (200)."""
    seed: int | None
    """Seed of the bootstrap (1)."""
    drift: str | None
    """How fast a customer's own rate drifts, for drift-nbd: 3%/w is kappa = 0.03 per week (chosen at each origin)."""
    regularity: int | None
    """How regular purchases are, for bg-cnbd, mbg-cnbd and drift-nbd: 1 (at random) to 64 (chosen at each origin)."""
    age_effect: Literal["auto", "none"] | None
    """Do rates of purchase fall after a customer's first weeks? auto: as the log says, if it does (none)."""
    season: Literal["auto", "none"] | None
    """Do rates of purchase follow the time of year? auto: as the log says, from two years on (none)."""


class EconomicsOptions(LogOptions, total=False):
    """The options of :func:`clv.economics`."""

    horizon: str | None
    """How far to look: ``"12mo"``, ``"39w"``, ``"2y"``, ``"inf"`` (12mo)."""
    discount: str | Literal[0] | None
    """Discount rate: ``"10%/yr"``, ``"0.8%/mo"``, or 0 (10%/yr)."""
    margin: float | None
    """Share of revenue that is kept (1, revenue)."""
    discounting: str | None
    """Only ``"continuous"``: purchases are valued at the moment they happen."""
    margin_column: str | None
    """Attribute that holds each customer's margin."""
    by: Names | None
    """Attributes that group customers; the first is that of the costs."""
    target_ratio: float | None
    """The wanted ratio of LTV to CAC (3, a rule of thumb)."""
    target_payback: str | None
    """The time in which a customer shall have paid back the cost (12mo, a rule of thumb)."""
    active_within: str | None
    """A customer is active for so long after a purchase, for observed retention (90d, a rule of thumb)."""
    new_within: str | None
    """A customer is new for so long (90d, a rule of thumb)."""
    loyal_repeats: int | None
    """A loyal customer has come back so many times (3, a rule of thumb)."""
    buys_within: str | None
    """Who is late has lapsed if a purchase within this time (12mo, a rule of thumb) ..."""
    lapsed_below: float | None
    """... has a chance below this (0.2, a rule of thumb)."""
    late_below: float | None
    """A customer is late whose silence has a chance below this for one who goes on as before (0.1, a rule of thumb)."""
    best: float | None
    """The share of customers that counts as the best (0.2, a rule of thumb)."""
    compare_with: Date | None
    """Date to compare the end with (a year before it, or the middle of a shorter log)."""
    acquisitions: str | float | list[str] | None
    """New customers a month to plan with: ``100``, or by group ``"search=120,email=40"``."""
    scenario: str | None
    """What if: ``"retention=+2%,spend=+5%"``; several apart by ``;``."""
    retention_cost: float | None
    """What an offer to keep a customer costs."""
    acquisition_response: str | None
    """Acquisition by judgement, a prospect: ``"spend=5,rate=0.04,ceiling=0.1"``."""
    retention_response: str | None
    """Yearly retention by judgement, a customer and year: ``"spend=10,rate=0.6,ceiling=0.8"``."""
    budget: float | None
    """Money a month to divide among groups, by curves fitted to the costs."""
    interval: float | Literal["none"] | None
    """Probability of the intervals (0.9); ``"none"`` leaves them out, which is faster."""
    seed: int | None
    """Seed of the intervals (1)."""


class ActionsOptions(LogOptions, total=False):
    """The options of :func:`clv.actions`."""

    horizon: str | None
    """How far to look: ``"12mo"``, ``"39w"``, ``"2y"`` (12mo)."""
    discount: str | Literal[0] | None
    """Discount rate: ``"10%/yr"``, ``"0.8%/mo"``, or 0 (10%/yr)."""
    margin: float | None
    """Share of revenue that is kept (1, revenue)."""
    discounting: str | None
    """Only ``"continuous"``: purchases are valued at the moment they happen."""
    uplift: float | str | None
    """By how much a contact raises the chance to buy of a customer whose chance is even (0.05, a rule of thumb)."""
    contact_cost: float | None
    """What a contact costs (0)."""
    budget: float | None
    """Money for all contacts together; it goes to the most rewarding."""
    holdout: float | str | None
    """Share of those chosen who are left without a contact, by chance, the same for the same seed and id (0)."""
    email: str | None
    """Attribute that holds e-mail addresses, for uploads, where ids are none."""
    new_within: str | None
    """A customer is new for so long (90d, a rule of thumb)."""
    loyal_repeats: int | None
    """A loyal customer has come back so many times (3, a rule of thumb)."""
    buys_within: str | None
    """Who is late has lapsed if a purchase within this time (12mo, a rule of thumb) ..."""
    lapsed_below: float | None
    """... has a chance below this (0.2, a rule of thumb)."""
    late_below: float | None
    """A customer is late whose silence has a chance below this for one who goes on as before (0.1, a rule of thumb)."""
    best: float | None
    """The share of customers that counts as the best (0.2, a rule of thumb)."""
    interval: float | Literal["none"] | None
    """Probability of the ranges (0.9); ``"none"`` leaves them out, which is faster."""
    seed: int | None
    """Seed of the ranges and of the control group (1)."""


class MeasureOptions(LogOptions, total=False):
    """The options of :func:`clv.measure`."""

    margin: float | None
    """Share of revenue that is kept (1, revenue)."""
    interval: float | None
    """Probability of the intervals (0.9)."""


class ReportOptions(EconomicsOptions, OwnFitOptions, total=False):
    """The options of :func:`clv.report`."""

    no_backtest: bool
    """Leave past forecasts out."""
    holdout: str | None
    """How much of the end is hidden and forecast (a third of the log, at most a year)."""
    models: Names | None
    """Purchase models whose past forecasts are tried (that of the page)."""
    title: str | None
    """Title of the page."""
    logo: str | PathLike[str] | None
    """Picture of the company, put into the page."""


class SimulateOptions(TypedDict, total=False):
    """The options of :func:`clv.simulate`."""

    customers: int | None
    """How many customers (10000)."""
    start: Date | None
    """First date of the log (2020-01-01)."""
    acquired_until: Date | None
    """Date of the last first purchase (a year after the start)."""
    until: Date | None
    """Last date of the log (three years after the start)."""
    seed: int | None
    """Seed: equal seeds give equal logs (1)."""
    exact: bool
    """Give the moment of each purchase, not only its date."""
    config: str | None
    """File of options; keywords win over it (no file)."""
    threads: int | None
    """Worker threads (one a core); they change no result."""


class SqlOptions(TableOptions, total=False):
    """The options of :func:`clv.sql`."""

    table: str | None
    """The table or view of purchases, such as ``shop.orders`` (purchases); double quotes keep a point within a name."""
    no_amount: bool
    """There is no column of amounts: everything but spend and value."""
    account: bool
    """Count what becomes of the rows, instead of the summary."""
    config: str | None
    """File of options such as ``clv check -o clv.toml`` writes; keywords win over it (no file)."""
