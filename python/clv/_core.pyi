"""The part of clv that is compiled."""

from collections.abc import Iterator, Sequence
from os import PathLike
from typing import Any, Literal, final, overload

import numpy
import pandas  # type: ignore
import polars  # type: ignore
import pyarrow  # type: ignore
from typing_extensions import Self, Unpack, disjoint_base

from clv._options import (
    ActionsOptions,
    BacktestOptions,
    EconomicsOptions,
    FitOptions,
    ForecastOptions,
    MeasureOptions,
    NewcomersOptions,
    ScoreOptions,
    SimulateOptions,
    SummarizeOptions,
)
from clv._types import Data, Date, File, Grain, Names, One, Unit

__version__: str
__debug_build__: bool

@disjoint_base
class Table:
    """A table of results, in Arrow's layout.

    It speaks the Arrow PyCapsule protocol, so that pandas, Polars, DuckDB and PyArrow take it as it is:
    ``polars.DataFrame(table)``, ``pyarrow.table(table)``, ``duckdb.sql("from table")`` on the result of these.
    """

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> Any: ...
    def __arrow_c_schema__(self) -> Any: ...
    def __len__(self) -> int: ...
    def __array__(self, dtype: Any = None, copy: bool | None = None) -> numpy.ndarray[Any, Any]: ...
    def __iter__(self) -> Iterator[str]: ...
    def __contains__(self, name: object, /) -> bool: ...
    @overload
    def __getitem__(self, key: str, /) -> numpy.ndarray[Any, Any]: ...
    @overload
    def __getitem__(self, key: list[str] | slice | Sequence[bool] | numpy.ndarray[Any, Any], /) -> Table: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: object) -> Self: ...
    def keys(self) -> list[str]:
        """The columns' names, as a mapping has them: ``dict(table)`` has an array a column."""
    def to_numpy(self) -> numpy.ndarray[Any, Any]:
        """All columns as one array of NumPy with two dimensions: numbers, or objects if a column holds something else."""
    def _column(self, name: str) -> tuple[str, Any]:
        """A column for NumPy: the name of a type with the values as bytes, or ``object`` with a list of them."""
    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
    @property
    def columns(self) -> list[str]:
        """The columns' names."""
    def head(self, n: int = 5) -> Table:
        """The first rows."""
    def to_arrow(self) -> pyarrow.Table:
        """As a table of PyArrow, which must be installed."""
    def to_pandas(self) -> pandas.DataFrame:
        """As a data frame of pandas, which must be installed with PyArrow: dates as ``datetime64``."""
    def to_polars(self) -> polars.DataFrame:
        """As a data frame of Polars, which must be installed."""
    def write(
        self, path: str | PathLike[str], *, csv_separator: str | None = None, csv_decimal_comma: bool = False
    ) -> None:
        """Writes it as the command line does: .csv, .xlsx, .parquet or .jsonl, whole or not at all.

        ``csv_separator`` (``";"``, ``"tab"``) and ``csv_decimal_comma`` are for spreadsheets that do not take commas and points.
        Raises ``OptionError`` for another extension, ``FileError`` if nothing can be written there.
        """
    def _repr_html_(self) -> str: ...

@final
class Report:
    """What there is to say of a result, as the command line prints it: ``print(report)``."""

    @property
    def data(self) -> dict[str, Any]:
        """The same figures as the command line's ``--json``."""
    @property
    def warnings(self) -> list[dict[str, str]]:
        """What looks wrong: each with its ``code`` and ``message``."""
    def _repr_html_(self) -> str: ...

@final
class Summary(Table):
    """One row a customer: customer_id, frequency, recency, T and, if there are amounts, monetary_value.

    ``frequency`` counts purchases after the first, ``recency`` is the age at the last purchase and ``T`` the age at
    the end of observation, both in ``unit``; ``monetary_value`` is the mean amount of the purchases after the first.
    It does not change, and can be pickled (with all its rows) and copied.
    """

    @property
    def account(self) -> dict[str, Any]:
        """What became of every row that was read; its entries add up to ``rows_read``."""
    @property
    def assumptions(self) -> list[str]:
        """What was assumed on the way, one sentence each."""
    @property
    def warnings(self) -> list[dict[str, str]]:
        """What looks wrong: each with its ``code`` and ``message``."""
    @property
    def unit(self) -> Unit:
        """How time is written."""
    @property
    def grain(self) -> str | None:
        """What counted as one purchase, if known."""
    @property
    def observed_until(self) -> str | None:
        """The end of observation, if known."""
    @property
    def first_purchase(self) -> str | None:
        """The date of the earliest purchase, if known."""
    @property
    def report(self) -> Report:
        """What was read, what was assumed, what looks wrong."""
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: object) -> Self: ...

@final
class Model:
    """A purchase model with its spend model, or a model of contracts: fitted, or of known parameters.

    It does not change. Models are equal if their files are; they can be pickled and copied.
    """

    @property
    def name(self) -> str:
        """The purchase (or contract) model's name."""
    @property
    def unit(self) -> Unit:
        """The unit of its time; of contracts, the period, the shortest one if there are several."""
    @property
    def grain(self) -> str | None:
        """What counted as one purchase, if known."""
    @property
    def observed_until(self) -> str | None:
        """The end of the observation it was fitted to, if known."""
    @property
    def parameters(self) -> dict[str, float]:
        """The parameters of the purchase (or contract) model; of a table of contracts, those of each plan."""
    @property
    def standard_errors(self) -> dict[str, float | None]:
        """Their standard errors; None where the data do not determine them."""
    @property
    def covariance(self) -> list[list[float]] | None:
        """Their covariance (then of coefficients), row by row; None unless the fit converged."""
    @property
    def coefficients(self) -> list[dict[str, Any]] | None:
        """Coefficients of covariates: each with covariate, process, value and standard_error."""
    @property
    def log_likelihood(self) -> float | None:
        """The log-likelihood of all customers; None of known parameters. So aic and bic."""
    @property
    def aic(self) -> float | None:
        """Akaike's information criterion."""
    @property
    def bic(self) -> float | None:
        """The Bayesian information criterion."""
    @property
    def spend_parameters(self) -> dict[str, float] | None:
        """The parameters of the spend model; None without one."""
    @property
    def spend_standard_errors(self) -> dict[str, float | None] | None:
        """Their standard errors."""
    @property
    def spend_log_likelihood(self) -> float | None:
        """The spend model's log-likelihood."""
    @property
    def report(self) -> Report:
        """How it was fitted, and to what."""
    @property
    def warnings(self) -> list[dict[str, str]]:
        """What looks wrong: each with its ``code`` and ``message``."""
    @property
    def posterior(self) -> Table:
        """Draws of the parameters: ``chain``, ``draw``, then a column a parameter. Those that the fit has kept of its
        sampler or its resamples; of a fit with ``posterior="laplace"`` a thousand independent draws of the normal
        distribution of the logarithms, dealt to four chains.

        Raises ``OptionError`` if the parameters were given, or nothing is known of how sure they are.
        """
    def summary_frame(self, probability: float = 0.95) -> Table:
        """The parameters and coefficients as a table: ``model``, ``parameter``, ``estimate``, ``standard_error``, and the bounds of
        the interval that covers each with the ``probability``; of parameters that were given there are only these.
        """
    def to_inferencedata(self, data: Data | None = None, **options: Any) -> Any:
        """The posterior as ArviZ takes it, with the log-likelihoods of customers if these are handed in.

        Parameters
        ----------
        data : table, path, or a list of either, optional
            The log or summary that the model was fitted to: adds the group ``log_likelihood``, which ``arviz.loo`` and
            ``arviz.waic`` need.
        **options
            How the log is read, as in :func:`clv.summarize`.

        Returns
        -------
        arviz.InferenceData
            ``posterior`` with the dimensions ``chain`` and ``draw``, a variable a parameter; ``log_likelihood`` with
            ``purchases`` over ``customer`` and, with a spend model, ``spend`` over ``spender``.

        Raises
        ------
        OptionError
            If the parameters were given and not estimated; with ``data`` if the model has no likelihood of single customers.
        """
    def _posterior_shape(self) -> tuple[int, int, list[str], int, str]:
        """The posterior's shape: chains, draws of each, names, how many of these are of the spend model, and the method."""
    def _pointwise(self, data: Data, **options: Any) -> list[tuple[list[str], bytes]]:
        """Log-likelihoods of customers under the draws of ``posterior``, draw by draw, as bytes of doubles, with the names of
        customers: of purchases, then, where there are amounts, of these.
        """
    # <generated by python/generate.py>
    def score(
        self,
        data: Data,
        *,
        horizon: str | None = "12mo",
        discount: str | Literal[0] | None = "10%/yr",
        margin: float | str | None = 1.0,
        discounting: str | None = "continuous",
        path: Names | None = None,
        columns: Names | None = None,
        unseen_level: Literal["error", "reference"] | None = "error",
        interval: float | str | None = None,
        interval_of_mean: bool = False,
        interval_of: Literal["past", "model"] | None = "past",
        seed: int | None = 1,
        by: str | None = None,
        calendar: One | None = None,
        time_covariates: One | None = None,
        reactivation_within: str | None = None,
        grace: str | None = None,
        id: str | None = None,
        date: str | None = None,
        amount: str | None = None,
        quantity: str | None = None,
        price: str | None = None,
        dates_from: Date | None = "1970-01-01",
        dates_until: Date | None = None,
        returns: Literal["net", "drop", "reject"] | None = "net",
        skip_bad_rows: bool = False,
        grain: Grain | None = None,
        unit: Unit | None = None,
        observed_until: Date | None = None,
        since: Date | None = None,
        currency_column: str | None = None,
        attributes: Names | None = None,
        customers: One | None = None,
        order: str | None = None,
        preset: str | None = None,
        guests: Names | None = None,
        fold_case: bool = False,
        trim: bool = False,
        fill_down: Names | None = None,
        only: Names | None = None,
        except_: Names | None = None,
        config: str | None = None,
        no_header: bool = False,
        encoding: str | None = None,
        sheet: str | None = None,
        date_format: str | None = None,
        time_zone: str | None = None,
        decimal_comma: bool = False,
        decimal_point: bool = False,
        currency: str | None = None,
        period: Unit | None = None,
        memory_limit: str | None = None,
        temp_dir: File | None = None,
        threads: int | None = None,
    ) -> Scores:
        """Forecasts each customer of a log or summary, those it was fitted to or others.

        One row a customer: the summary's columns, then ``p_alive``, ``expected_purchases`` and ``expected_spend`` within the
        ``horizon``, ``clv``: ``margin`` times their present value at ``discount``, and ``p_purchase``: the probability of at least one
        purchase within the horizon. History is not in them. Sorted by id if ``data`` is a log, in its own order if it is a summary.
        Ids come back with their type, under their column's name. With ``path`` there is a row a customer and step.

        Parameters
        ----------
        data : table, path, or a list of either
            A purchase log with a row a purchase (who, when, how much), or a summary of one. A table is one of pandas, Polars, DuckDB,
            PyArrow, Ibis, or anything else that speaks the Arrow PyCapsule protocol.
        horizon : str, default "12mo"
            How far to look: 90d, 39w, 12mo, 2y, or inf.
        discount : str or 0, default "10%/yr"
            Discount rate: 10%/yr (annual effective), 0.8%/mo, or 0.
        margin : float or str, default 1.0
            Share of revenue that is kept, such as 40% or 0.4.
        discounting : str, default "continuous"
            When purchases are paid: continuous, monthly (as lifetimes), or monthly=30.4375d.
        path : str or list of str, optional
            A row a customer and step on the way: 12mo/1mo for every month of a year, or horizons, 1mo,3mo,12mo; the last
            one is the horizon.
        columns : str or list of str, optional
            Further columns: purchases_median (within the horizon), next_purchase_median (a date), expected_lifetime
            (within the horizon, days), rate (1/day), dropout.
        unseen_level : {'error', 'reference'}, default "error"
            What to do with values of covariates that the fit has not seen (error: an error that names the customer;
            reference: take the reference level, or the mean).
        interval : float or str, optional
            Intervals of purchases and clv that hold what happens with this probability, such as 90% or 0.9.
        interval_of_mean : bool, default False
            With interval: also how far the expectation itself is uncertain.
        interval_of : {'past', 'model'}, default "past"
            With interval: what those of totals hold beside chance: what past totals missed (past), or the model alone
            (past: errors of past totals, and shocks of weeks, where the model knows them; model: the model alone).
        seed : int, default 1
            Seed of the intervals: equal seeds give equal intervals.
        by : str, optional
            Attribute by whose values totals are shown too: channel.
        calendar : table or path, optional
            For models that were fitted with calendar: its file as it is known now, with rows for the days to come; without
            it the days that the model file knows.
        time_covariates : table or path, optional
            For models that were fitted with time_covariates: such a file, with rows from each customer's first purchase to
            the end of the horizon.
        reactivation_within : str, optional
            Of contracts: a customer who comes back within this time has not left. Default: as the model was fitted.
        grace : str, optional
            Of contracts whose rows are payments: how long after the end of what was paid the next one may come. Default:
            as the model was fitted.
        id : str, optional
            Column that says who bought (found by name: customer_id, client_id, user_id, ...).
        date : str, optional
            Column that says when (found by name: date, order_date, invoice_date, timestamp, ...).
        amount : str, optional
            Column that says how much was paid (found by name: amount, revenue, sales, total, ...).
        quantity : str, optional
            Column of quantities, for order lines: amount = quantity x price.
        price : str, optional
            Column of unit prices, for order lines.
        dates_from : str or date, default "1970-01-01"
            Earlier dates are bad rows.
        dates_until : str or date, optional
            Later dates are bad rows. Default: today.
        returns : {'net', 'drop', 'reject'}, default "net"
            What to do with negative amounts (net: taken off the customer's earlier purchases, newest first; drop: left
            out; reject: bad rows).
        skip_bad_rows : bool, default False
            Go on without bad rows; they are counted and shown.
        grain : {'hour', 'day', 'week', 'month', 'year'}, optional
            What counts as one purchase: all within one hour, day, week, month or year. Default: day, or that of the model
            or the summary.
        unit : {'day', 'week', 'month', 'year'}, optional
            How time is written: day, week, month or year; changes no forecast. Default: week, or what a summary says.
        observed_until : str or date, optional
            End of observation. Default: the last date of the log.
        since : str or date, optional
            Leave out customers first seen before this date.
        currency_column : str, optional
            Column of currencies; more than one currency is an error.
        attributes : str or list of str, optional
            Columns that say something of the customer (channel,region): of the earliest row of the first purchase, or from
            customers.
        customers : table or path, optional
            Table or file with one row a customer that has some or all of the attributes.
        order : str, optional
            Column of the numbers of orders: the lines of one are one purchase, an order in two files counts once;
            COLUMN=once where each line has the amount of the whole order, COLUMN=add where it has its own (found by name
            and values where it matters).
        preset : str, optional
            The platform whose export this is (shopify, stripe, paypal, ...), or none (found by the header).
        guests : str or list of str, optional
            Ids that stand for many or for nobody, left out and counted: 0,guest.
        fold_case : bool, default False
            Take capital letters in ids for small ones (e-mail addresses: always).
        trim : bool, default False
            Take ids without blanks around them and without the .0 of numbers, with accents and the blanks within in one
            form.
        fill_down : str or list of str, optional
            Columns whose values stand in the first row of a group only: an empty cell takes what stands above it.
        only : str or list of str, optional
            Use only rows with these values of a column: status=paid,shipped; may be given several times.
        except_ : str or list of str, optional
            Leave out rows with these values of a column: status=test,cancelled; may be given several times.
        config : path, optional
            File of options such as ``check(...).to_toml()`` makes; keywords win over it.
        no_header : bool, default False
            There is no header line: columns are named by their numbers, as in id 1 date 2 amount 3.
        encoding : str, optional
            Encoding of text files: windows-1252, utf-16le, shift_jis, ... (found by looking).
        sheet : str, optional
            Sheet of a workbook, or a pattern such as '2023-*' for several that are read together. Default: the only one
            with purchases in it.
        date_format : str, optional
            How dates are written: a strftime pattern such as %d.%m.%Y; day-first, month-first or year-first; unix,
            unix-ms, unix-us, unix-ns or excel (found by looking).
        time_zone : str, optional
            Times with an offset from UTC are dated by the clock of this zone: Europe/Istanbul, utc, +03:00. Default: the
            clock that wrote them.
        decimal_comma : bool, default False
            Amounts are written with a decimal comma: 12,50 (found by looking).
        decimal_point : bool, default False
            Amounts are written with a decimal point: 12.50, and 1,234 is more than a thousand (found by looking).
        currency : str, optional
            Currency of the amounts (EUR), which pages show; rows in another one are left out, counted.
        period : {'day', 'week', 'month', 'year'}, optional
            For contracts (sbg, bdw): how long a period is: day, week, month or year.
        memory_limit : str, optional
            Memory for rows in flight, such as 500MB or 2GB. Default: half of the machine's, at most 2GB.
        temp_dir : path, optional
            Directory for rows that do not fit into memory. Default: the system's.
        threads : int, optional
            Worker threads of reading; they change no result. Default: one a core.

        Returns
        -------
        Scores
            A table; ``totals`` has what customers add up to. Of a model of a table of contracts :class:`clv.Contracts`, as
            :func:`clv.forecast` gives.

        Raises
        ------
        DataError, OptionError
            For data or values that cannot be used.

        Warns
        -----
        ClvWarning
            Of what endangers the figures.

        Examples
        --------
        >>> scores = model.score(orders, horizon="12mo", margin=0.3, interval=0.9)
        >>> model.score(orders, path="12mo/1mo")     # month by month
        """
    def pmf(
        self,
        data: Data | None = None,
        *,
        most: int | None = 10,
        horizon: str | None = "12mo",
        unseen_level: Literal["error", "reference"] | None = "error",
        interval_of: Literal["past", "model"] | None = "past",
        calendar: One | None = None,
        time_covariates: One | None = None,
        reactivation_within: str | None = None,
        grace: str | None = None,
        id: str | None = None,
        date: str | None = None,
        amount: str | None = None,
        quantity: str | None = None,
        price: str | None = None,
        dates_from: Date | None = "1970-01-01",
        dates_until: Date | None = None,
        returns: Literal["net", "drop", "reject"] | None = "net",
        skip_bad_rows: bool = False,
        grain: Grain | None = None,
        unit: Unit | None = None,
        observed_until: Date | None = None,
        since: Date | None = None,
        currency_column: str | None = None,
        attributes: Names | None = None,
        customers: One | None = None,
        order: str | None = None,
        preset: str | None = None,
        guests: Names | None = None,
        fold_case: bool = False,
        trim: bool = False,
        fill_down: Names | None = None,
        only: Names | None = None,
        except_: Names | None = None,
        config: str | None = None,
        no_header: bool = False,
        encoding: str | None = None,
        sheet: str | None = None,
        date_format: str | None = None,
        time_zone: str | None = None,
        decimal_comma: bool = False,
        decimal_point: bool = False,
        currency: str | None = None,
        period: Unit | None = None,
        memory_limit: str | None = None,
        temp_dir: File | None = None,
        threads: int | None = None,
    ) -> Table:
        """How likely each number of purchases within the ``horizon`` is.

        Without ``data`` of a new customer, after the first purchase: P(X(t) = n). With it of each customer, given the history:
        P(Y(t) = n | frequency, recency, T). With covariates a new customer is the reference one.

        Parameters
        ----------
        data : table, path, or a list of either, optional
            A purchase log or a summary.
        most : int, default 10
            The table ends with so many purchases.
        horizon : str, default "12mo"
            How far to look: 90d, 39w, 12mo, 2y, or inf.
        unseen_level : {'error', 'reference'}, default "error"
            What to do with values of covariates that the fit has not seen (error: an error that names the customer;
            reference: take the reference level, or the mean).
        interval_of : {'past', 'model'}, default "past"
            With interval: what those of totals hold beside chance: what past totals missed (past), or the model alone
            (past: errors of past totals, and shocks of weeks, where the model knows them; model: the model alone).
        calendar : table or path, optional
            For models that were fitted with calendar: its file as it is known now, with rows for the days to come; without
            it the days that the model file knows.
        time_covariates : table or path, optional
            For models that were fitted with time_covariates: such a file, with rows from each customer's first purchase to
            the end of the horizon.
        reactivation_within : str, optional
            Of contracts: a customer who comes back within this time has not left. Default: as the model was fitted.
        grace : str, optional
            Of contracts whose rows are payments: how long after the end of what was paid the next one may come. Default:
            as the model was fitted.
        id : str, optional
            Column that says who bought (found by name: customer_id, client_id, user_id, ...).
        date : str, optional
            Column that says when (found by name: date, order_date, invoice_date, timestamp, ...).
        amount : str, optional
            Column that says how much was paid (found by name: amount, revenue, sales, total, ...).
        quantity : str, optional
            Column of quantities, for order lines: amount = quantity x price.
        price : str, optional
            Column of unit prices, for order lines.
        dates_from : str or date, default "1970-01-01"
            Earlier dates are bad rows.
        dates_until : str or date, optional
            Later dates are bad rows. Default: today.
        returns : {'net', 'drop', 'reject'}, default "net"
            What to do with negative amounts (net: taken off the customer's earlier purchases, newest first; drop: left
            out; reject: bad rows).
        skip_bad_rows : bool, default False
            Go on without bad rows; they are counted and shown.
        grain : {'hour', 'day', 'week', 'month', 'year'}, optional
            What counts as one purchase: all within one hour, day, week, month or year. Default: day, or that of the model
            or the summary.
        unit : {'day', 'week', 'month', 'year'}, optional
            How time is written: day, week, month or year; changes no forecast. Default: week, or what a summary says.
        observed_until : str or date, optional
            End of observation. Default: the last date of the log.
        since : str or date, optional
            Leave out customers first seen before this date.
        currency_column : str, optional
            Column of currencies; more than one currency is an error.
        attributes : str or list of str, optional
            Columns that say something of the customer (channel,region): of the earliest row of the first purchase, or from
            customers.
        customers : table or path, optional
            Table or file with one row a customer that has some or all of the attributes.
        order : str, optional
            Column of the numbers of orders: the lines of one are one purchase, an order in two files counts once;
            COLUMN=once where each line has the amount of the whole order, COLUMN=add where it has its own (found by name
            and values where it matters).
        preset : str, optional
            The platform whose export this is (shopify, stripe, paypal, ...), or none (found by the header).
        guests : str or list of str, optional
            Ids that stand for many or for nobody, left out and counted: 0,guest.
        fold_case : bool, default False
            Take capital letters in ids for small ones (e-mail addresses: always).
        trim : bool, default False
            Take ids without blanks around them and without the .0 of numbers, with accents and the blanks within in one
            form.
        fill_down : str or list of str, optional
            Columns whose values stand in the first row of a group only: an empty cell takes what stands above it.
        only : str or list of str, optional
            Use only rows with these values of a column: status=paid,shipped; may be given several times.
        except_ : str or list of str, optional
            Leave out rows with these values of a column: status=test,cancelled; may be given several times.
        config : path, optional
            File of options such as ``check(...).to_toml()`` makes; keywords win over it.
        no_header : bool, default False
            There is no header line: columns are named by their numbers, as in id 1 date 2 amount 3.
        encoding : str, optional
            Encoding of text files: windows-1252, utf-16le, shift_jis, ... (found by looking).
        sheet : str, optional
            Sheet of a workbook, or a pattern such as '2023-*' for several that are read together. Default: the only one
            with purchases in it.
        date_format : str, optional
            How dates are written: a strftime pattern such as %d.%m.%Y; day-first, month-first or year-first; unix,
            unix-ms, unix-us, unix-ns or excel (found by looking).
        time_zone : str, optional
            Times with an offset from UTC are dated by the clock of this zone: Europe/Istanbul, utc, +03:00. Default: the
            clock that wrote them.
        decimal_comma : bool, default False
            Amounts are written with a decimal comma: 12,50 (found by looking).
        decimal_point : bool, default False
            Amounts are written with a decimal point: 12.50, and 1,234 is more than a thousand (found by looking).
        currency : str, optional
            Currency of the amounts (EUR), which pages show; rows in another one are left out, counted.
        period : {'day', 'week', 'month', 'year'}, optional
            For contracts (sbg, bdw): how long a period is: day, week, month or year.
        memory_limit : str, optional
            Memory for rows in flight, such as 500MB or 2GB. Default: half of the machine's, at most 2GB.
        temp_dir : path, optional
            Directory for rows that do not fit into memory. Default: the system's.
        threads : int, optional
            Worker threads of reading; they change no result. Default: one a core.

        Returns
        -------
        Table
            ``purchases`` and ``probability``; with ``data`` the id before them.

        Raises
        ------
        OptionError
            For a horizon without end.

        Examples
        --------
        >>> model.pmf(horizon="39w", most=5)
        """
    def sample_futures(
        self,
        data: Data,
        *,
        draws: int | None = 100,
        seed: int | None = 1,
        horizon: str | None = "12mo",
        discount: str | Literal[0] | None = "10%/yr",
        margin: float | str | None = 1.0,
        discounting: str | None = "continuous",
        unseen_level: Literal["error", "reference"] | None = "error",
        interval_of: Literal["past", "model"] | None = "past",
        calendar: One | None = None,
        time_covariates: One | None = None,
        reactivation_within: str | None = None,
        grace: str | None = None,
        id: str | None = None,
        date: str | None = None,
        amount: str | None = None,
        quantity: str | None = None,
        price: str | None = None,
        dates_from: Date | None = "1970-01-01",
        dates_until: Date | None = None,
        returns: Literal["net", "drop", "reject"] | None = "net",
        skip_bad_rows: bool = False,
        grain: Grain | None = None,
        unit: Unit | None = None,
        observed_until: Date | None = None,
        since: Date | None = None,
        currency_column: str | None = None,
        attributes: Names | None = None,
        customers: One | None = None,
        order: str | None = None,
        preset: str | None = None,
        guests: Names | None = None,
        fold_case: bool = False,
        trim: bool = False,
        fill_down: Names | None = None,
        only: Names | None = None,
        except_: Names | None = None,
        config: str | None = None,
        no_header: bool = False,
        encoding: str | None = None,
        sheet: str | None = None,
        date_format: str | None = None,
        time_zone: str | None = None,
        decimal_comma: bool = False,
        decimal_point: bool = False,
        currency: str | None = None,
        period: Unit | None = None,
        memory_limit: str | None = None,
        temp_dir: File | None = None,
        threads: int | None = None,
    ) -> Table:
        """Draws futures of each customer: what intervals are quantiles of.

        Each future is drawn under a draw of the parameters, with a customer's own rate, dropout and spend from what is known of them. A
        draw of the same number is the same draw of the parameters for all customers, so that sums by draw are futures of all.

        Parameters
        ----------
        data : table, path, or a list of either
            A purchase log with a row a purchase (who, when, how much), or a summary of one. A table is one of pandas, Polars, DuckDB,
            PyArrow, Ibis, or anything else that speaks the Arrow PyCapsule protocol.
        draws : int, default 100
            Futures of each customer.
        seed : int, default 1
            Equal seeds give equal futures, customer by customer.
        horizon : str, default "12mo"
            How far to look: 90d, 39w, 12mo, 2y, or inf.
        discount : str or 0, default "10%/yr"
            Discount rate: 10%/yr (annual effective), 0.8%/mo, or 0.
        margin : float or str, default 1.0
            Share of revenue that is kept, such as 40% or 0.4.
        discounting : str, default "continuous"
            When purchases are paid: continuous, monthly (as lifetimes), or monthly=30.4375d.
        unseen_level : {'error', 'reference'}, default "error"
            What to do with values of covariates that the fit has not seen (error: an error that names the customer;
            reference: take the reference level, or the mean).
        interval_of : {'past', 'model'}, default "past"
            With interval: what those of totals hold beside chance: what past totals missed (past), or the model alone
            (past: errors of past totals, and shocks of weeks, where the model knows them; model: the model alone).
        calendar : table or path, optional
            For models that were fitted with calendar: its file as it is known now, with rows for the days to come; without
            it the days that the model file knows.
        time_covariates : table or path, optional
            For models that were fitted with time_covariates: such a file, with rows from each customer's first purchase to
            the end of the horizon.
        reactivation_within : str, optional
            Of contracts: a customer who comes back within this time has not left. Default: as the model was fitted.
        grace : str, optional
            Of contracts whose rows are payments: how long after the end of what was paid the next one may come. Default:
            as the model was fitted.
        id : str, optional
            Column that says who bought (found by name: customer_id, client_id, user_id, ...).
        date : str, optional
            Column that says when (found by name: date, order_date, invoice_date, timestamp, ...).
        amount : str, optional
            Column that says how much was paid (found by name: amount, revenue, sales, total, ...).
        quantity : str, optional
            Column of quantities, for order lines: amount = quantity x price.
        price : str, optional
            Column of unit prices, for order lines.
        dates_from : str or date, default "1970-01-01"
            Earlier dates are bad rows.
        dates_until : str or date, optional
            Later dates are bad rows. Default: today.
        returns : {'net', 'drop', 'reject'}, default "net"
            What to do with negative amounts (net: taken off the customer's earlier purchases, newest first; drop: left
            out; reject: bad rows).
        skip_bad_rows : bool, default False
            Go on without bad rows; they are counted and shown.
        grain : {'hour', 'day', 'week', 'month', 'year'}, optional
            What counts as one purchase: all within one hour, day, week, month or year. Default: day, or that of the model
            or the summary.
        unit : {'day', 'week', 'month', 'year'}, optional
            How time is written: day, week, month or year; changes no forecast. Default: week, or what a summary says.
        observed_until : str or date, optional
            End of observation. Default: the last date of the log.
        since : str or date, optional
            Leave out customers first seen before this date.
        currency_column : str, optional
            Column of currencies; more than one currency is an error.
        attributes : str or list of str, optional
            Columns that say something of the customer (channel,region): of the earliest row of the first purchase, or from
            customers.
        customers : table or path, optional
            Table or file with one row a customer that has some or all of the attributes.
        order : str, optional
            Column of the numbers of orders: the lines of one are one purchase, an order in two files counts once;
            COLUMN=once where each line has the amount of the whole order, COLUMN=add where it has its own (found by name
            and values where it matters).
        preset : str, optional
            The platform whose export this is (shopify, stripe, paypal, ...), or none (found by the header).
        guests : str or list of str, optional
            Ids that stand for many or for nobody, left out and counted: 0,guest.
        fold_case : bool, default False
            Take capital letters in ids for small ones (e-mail addresses: always).
        trim : bool, default False
            Take ids without blanks around them and without the .0 of numbers, with accents and the blanks within in one
            form.
        fill_down : str or list of str, optional
            Columns whose values stand in the first row of a group only: an empty cell takes what stands above it.
        only : str or list of str, optional
            Use only rows with these values of a column: status=paid,shipped; may be given several times.
        except_ : str or list of str, optional
            Leave out rows with these values of a column: status=test,cancelled; may be given several times.
        config : path, optional
            File of options such as ``check(...).to_toml()`` makes; keywords win over it.
        no_header : bool, default False
            There is no header line: columns are named by their numbers, as in id 1 date 2 amount 3.
        encoding : str, optional
            Encoding of text files: windows-1252, utf-16le, shift_jis, ... (found by looking).
        sheet : str, optional
            Sheet of a workbook, or a pattern such as '2023-*' for several that are read together. Default: the only one
            with purchases in it.
        date_format : str, optional
            How dates are written: a strftime pattern such as %d.%m.%Y; day-first, month-first or year-first; unix,
            unix-ms, unix-us, unix-ns or excel (found by looking).
        time_zone : str, optional
            Times with an offset from UTC are dated by the clock of this zone: Europe/Istanbul, utc, +03:00. Default: the
            clock that wrote them.
        decimal_comma : bool, default False
            Amounts are written with a decimal comma: 12,50 (found by looking).
        decimal_point : bool, default False
            Amounts are written with a decimal point: 12.50, and 1,234 is more than a thousand (found by looking).
        currency : str, optional
            Currency of the amounts (EUR), which pages show; rows in another one are left out, counted.
        period : {'day', 'week', 'month', 'year'}, optional
            For contracts (sbg, bdw): how long a period is: day, week, month or year.
        memory_limit : str, optional
            Memory for rows in flight, such as 500MB or 2GB. Default: half of the machine's, at most 2GB.
        temp_dir : path, optional
            Directory for rows that do not fit into memory. Default: the system's.
        threads : int, optional
            Worker threads of reading; they change no result. Default: one a core.

        Returns
        -------
        Table
            The id, ``draw`` (from 0), ``purchases`` and ``value``: margin times present value, as ``clv``.

        Raises
        ------
        OptionError
            For a horizon without end.

        Examples
        --------
        >>> futures = model.sample_futures(orders, draws=200).to_pandas()
        >>> futures.groupby("draw")["value"].sum().quantile([0.05, 0.95])
        """
    # </generated>
    def save(self, path: str | PathLike[str]) -> None:
        """Writes its model file (JSON), whole or not at all."""
    def to_json(self) -> str:
        """The text of its model file."""
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: object) -> Self: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def _repr_html_(self) -> str: ...

@final
class Scores(Table):
    """One row a customer, and what they add up to."""

    @property
    def model(self) -> Model:
        """The model that made them."""
    @property
    def totals(self) -> dict[str, Any]:
        """The sums over all customers, with horizon, discount and margin."""
    @property
    def groups(self) -> list[dict[str, Any]] | None:
        """The sums by the values of the attribute ``by``, with intervals if there are any."""
    @property
    def warnings(self) -> list[dict[str, str]]:
        """What looks wrong: each with its ``code`` and ``message``."""
    @property
    def report(self) -> Report:
        """The forecast in words and figures."""

@final
class Company(Table):
    """A forecast of a company with a shop and contracts: a row a customer, each once."""

    @property
    def customers(self) -> dict[str, int]:
        """How many customers there are: ``all``, ``shop``, ``contracts``, ``both``."""
    @property
    def value(self) -> dict[str, dict[str, float]]:
        """Margin x present value within the horizon, with intervals: ``together``, ``shop``, ``contracts``."""
    @property
    def warnings(self) -> list[dict[str, str]]:
        """What looks wrong: each with its ``code`` and ``message``."""
    @property
    def report(self) -> Report:
        """All of it in words and figures."""

@final
class Contracts(Table):
    """A forecast of contracts, a row a contract; or a backtest of them, a row a figure."""

    @property
    def months(self) -> Table:
        """A row a month: contracts, those that leave, MRR and what is billed, with intervals; of a backtest beside what was."""
    @property
    def totals(self) -> dict[str, Any] | None:
        """The whole book today and at the horizon; ``None`` for a backtest."""
    @property
    def plans(self) -> list[dict[str, Any]] | None:
        """Plan by plan: the chance to renew next, MRR, the LTV of a new subscriber, survival; ``None`` for a backtest."""
    @property
    def cohorts(self) -> list[dict[str, Any]] | None:
        """By the quarter of their beginning: how many contracts go on, and how many were expected to; ``None`` for a backtest."""
    @property
    def departures(self) -> dict[str, Any] | None:
        """Why contracts ended in the last twelve months: ``involuntary`` (a payment failed), ``voluntary``, and those that are
        ``past_due`` now; ``None`` where the table does not say, and for a backtest.
        """
    @property
    def verdict(self) -> list[str] | None:
        """What a backtest found, in words; ``None`` for a forecast."""
    @property
    def warnings(self) -> list[dict[str, str]]:
        """What looks wrong: each with its ``code`` and ``message``."""
    @property
    def report(self) -> Report:
        """All of it in words and figures."""

@final
class Economics(Table):
    """All figures as one tidy table: topic, group, period, metric, value, lower, upper."""

    @property
    def figures(self) -> dict[str, Any]:
        """The figures by topic, as ``--json`` has them."""
    @property
    def segments(self) -> Table:
        """One row a customer: segment, value, and the reason in numbers."""
    @property
    def channels(self) -> Table:
        """A row a group, and one of ``all``: what new customers of it are worth and may cost, what was paid for them, whether
        it comes back, how loyal they are, and the equity of those there are.
        """
    @property
    def months(self) -> Table:
        """Month by month, the revenue to come: of the customers there are (``base``), of planned ones, and of both."""
    @property
    def cohorts(self) -> Table:
        """The equity of customers by the month of their first purchase."""
    @property
    def triangle(self) -> Table:
        """Cohort by cohort and period by period: ``customers`` of the cohort, how many bought (``buyers``), ``purchases`` and
        ``revenue``, as seen and, where ``expected``, as the model expects it up to the horizon.
        """
    @property
    def acquired(self) -> Table:
        """Month by month and group by group, how many customers were won, at what cost, and what they are worth."""
    @property
    def retention(self) -> Table:
        """Month by month, how many customers were active, and how many stayed."""
    @property
    def sensitivity(self) -> Table:
        """A row a driver of value, with the percent by which one percent more of it moves equity, and equity at 10 % less and more."""
    @property
    def scenarios(self) -> Table:
        """A row a scenario that was asked for: equity before and after, and what a new customer is worth."""
    @property
    def notes(self) -> list[str]:
        """What does not fit together, or was left out, in sentences."""
    @property
    def warnings(self) -> list[dict[str, str]]:
        """What looks wrong: each with its ``code`` and ``message``."""
    @property
    def report(self) -> Report:
        """The figures on a few screens."""
    def _repr_html_(self) -> str: ...

@final
class Actions(Table):
    """One row a customer, the most rewarding first: who, why, what, by when, what it is expected to bring."""

    def upload(self, shape: Literal["klaviyo", "hubspot", "meta", "google"]) -> Table:
        """The contacts in the shape that another program imports: ``"klaviyo"``, ``"hubspot"``, ``"meta"``, ``"google"``."""
    @property
    def figures(self) -> dict[str, Any]:
        """The figures, as ``--json`` has them."""
    @property
    def warnings(self) -> list[dict[str, str]]:
        """What looks wrong: each with its ``code`` and ``message``."""
    @property
    def report(self) -> Report:
        """The plan on a screen."""
    def _repr_html_(self) -> str: ...

@final
class Backtest(Table):
    """All figures of a backtest as one tidy table: origin, model, metric, group, value, lower, upper."""

    @property
    def metrics(self) -> Table:
        """A row an origin and forecast, a column a metric with its interval; the mean over ``all`` origins has no date."""
    @property
    def by_frequency(self) -> Table:
        """Customers by repeat purchases before the origin: how many, and their purchases, expected and actual."""
    @property
    def by_cohort(self) -> Table:
        """Customers by month of the first purchase: how many, and their purchases, expected and actual."""
    @property
    def calibration(self) -> Table:
        """Customers by the chance to buy that was forecast: how many, and how many of them bought, expected and actual."""
    @property
    def weekly(self) -> Table:
        """Purchases after the origin, week by week (by the holdout's steps), expected and actual, in the week that ends
        ``until`` and since the origin.
        """
    @property
    def verdict(self) -> list[str]:
        """What it says, in sentences."""
    @property
    def figures(self) -> dict[str, Any]:
        """The figures by origin and model."""
    @property
    def warnings(self) -> list[dict[str, str]]:
        """What looks wrong: each with its ``code`` and ``message``."""
    @property
    def report(self) -> Report:
        """The figures on one screen."""

@final
class Check:
    """What an export holds, and how it is read."""

    @property
    def reading(self) -> dict[str, Any] | None:
        """How it is read: ``files``, ``decisions`` (each with its ``option``, ``value`` and ``evidence``) and what else
        was ``found``; ``None`` for a summary."""
    @property
    def comes_to(self) -> dict[str, Any]:
        """What it comes to: ``customers``, ``purchases``, ``revenue``, ``from`` and ``until``."""
    @property
    def account(self) -> dict[str, Any]:
        """What became of every row; its entries add up to ``rows_read``."""
    @property
    def warnings(self) -> list[dict[str, str]]:
        """What looks wrong: each with its ``code`` and ``message``."""
    @property
    def report(self) -> Report:
        """All of it on one screen."""
    def to_toml(self) -> str:
        """The reading as a file of options, for ``config=``."""
    def _repr_html_(self) -> str: ...

def check(data: Data, **options: Unpack[SummarizeOptions]) -> Check:
    """See :func:`clv.check`."""

def update(state: File, data: Data, **options: Unpack[SummarizeOptions]) -> dict[str, Any]:
    """See :func:`clv.update`."""

def monitor(model: Model, data: Data, **options: Unpack[SummarizeOptions]) -> dict[str, Any]:
    """See :func:`clv.monitor`."""

def summarize(data: Data, *, state: File | None = None, **options: Unpack[SummarizeOptions]) -> Summary:
    """See :func:`clv.summarize`."""

def fit(data: Data, **options: Unpack[FitOptions]) -> Model:
    """See :func:`clv.fit`."""

def forecast(data: Data, **options: Unpack[ForecastOptions]) -> Scores:
    """See :func:`clv.forecast`."""

def load(path: str | PathLike[str]) -> Model:
    """Reads a model file, of any version ever released.

    Parameters
    ----------
    path : str or path
        What ``model.save`` or ``clv fit -o`` has written.

    Returns
    -------
    Model
        As it was.

    Raises
    ------
    ModelFileError
        If it is none.
    MissingFileError
        If there is no such file.
    """

def summary_from_bytes(data: bytes) -> Summary:
    """The summary that was pickled, by the same version.

    Raises ``DataError`` for other bytes.
    """

def from_json(text: str) -> Model:
    """Reads the text of a model file."""

def model(
    name: str,
    *,
    spend: dict[str, float] | None = None,
    unit: str | None = None,
    grain: str | None = None,
    **parameters: float,
) -> Model:
    """A model of known parameters, such as published ones.

    Parameters
    ----------
    name : str
        The purchase (or contract) model: bg-nbd, pareto-nbd, ...
    spend : dict, optional
        Those of Gamma-Gamma: ``{"p": 6.25, "q": 3.74, "v": 15.44}``. Default: no spend model.
    unit : {'day', 'week', 'month', 'year'}, default 'week'
        The unit of time of the parameters.
    grain : {'hour', 'day', 'week', 'month', 'year'}, optional
        What counted as one purchase when they were estimated.
    **parameters : float
        The parameters by the names that papers give them.

    Returns
    -------
    Model
        To be used like a fitted one; its intervals take the parameters as known.

    Raises
    ------
    OptionError
        For a model or parameter that is unknown, missing or out of its domain.

    Examples
    --------
    >>> clv.model("bg-nbd", r=.243, alpha=4.414, a=.793, b=2.426)
    """

def backtest(data: Data, **options: Unpack[BacktestOptions]) -> Backtest:
    """See :func:`clv.backtest`."""

def economics(
    model: Model,
    data: Data,
    *,
    costs: Data | None = None,
    **options: Unpack[EconomicsOptions],
) -> Economics:
    """See :func:`clv.economics`."""

def actions(model: Model, data: Data, **options: Unpack[ActionsOptions]) -> Actions:
    """See :func:`clv.actions`."""

def measure(actions: Data, data: Data, **options: Unpack[MeasureOptions]) -> Report:
    """See :func:`clv.measure`."""

def simulate(model: Model, **options: Unpack[SimulateOptions]) -> Table:
    """See :func:`clv.simulate`."""

def sql(dialect: str, **options: Any) -> str:
    """See :func:`clv.sql`."""

def newcomers(
    model: Model,
    *,
    born: Date | None = None,
    kinds: dict[str, Any] | None = None,
    **options: Unpack[NewcomersOptions],
) -> Scores:
    """See :func:`clv.newcomers`."""

@final
class Page:
    """A page to look at: what customers are worth, what to do, and whether it can be trusted."""

    @property
    def html(self) -> str:
        """The page as one document that needs nothing else."""
    @property
    def markdown(self) -> str:
        """The same facts as text, for a pull request or a chat."""
    def save(self, path: str | PathLike[str]) -> None:
        """Writes the page: ``report.save("report.html")``, or the same as text to a file that ends in ``.md``."""
    def write(self, path: str | PathLike[str]) -> None:
        """Writes the page, as HTML or, to a file that ends in ``.md``, as text."""
    def _repr_html_(self) -> str: ...

def report(
    data: Data,
    model: Model | str | None = None,
    *,
    costs: Data | None = None,
    **options: Any,
) -> Page:
    """See :func:`clv.report`."""

def make_table(columns: dict[str, list[Any]]) -> Table:
    """A table of these columns, each a list of numbers, of text, or of nothing."""

def table_from_bytes(data: bytes) -> Table:
    """The table that was pickled, by the same version.

    Raises ``DataError`` for other bytes.
    """

def report_from_text(text: str) -> Report:
    """The report that was pickled, by the same version.

    Raises ``DataError`` for another text.
    """

def check_from_text(said: str, toml: str | None) -> Check:
    """The check that was pickled, by the same version.

    Raises ``DataError`` for another text.
    """

def company_from_parts(table: bytes, said: str) -> Company:
    """The company that was pickled, by the same version.

    Raises ``DataError`` for other parts.
    """

def contracts_from_parts(table: bytes, months: bytes, said: str) -> Contracts:
    """The contracts that were pickled, by the same version.

    Raises ``DataError`` for other parts.
    """

def scores_from_parts(table: bytes, model: Model, said: str) -> Scores:
    """The scores that were pickled, by the same version.

    Raises ``DataError`` for other parts.
    """

def backtest_from_parts(
    table: bytes, tables: list[tuple[str, bytes]], verdict: list[str], said: str
) -> Backtest:
    """The backtest that was pickled, by the same version.

    Raises ``DataError`` for other parts.
    """

def actions_from_parts(table: bytes, said: str) -> Actions:
    """The list that was pickled, by the same version.

    Raises ``DataError`` for other parts.
    """

def economics_from_parts(
    table: bytes, tables: list[tuple[str, bytes]], notes: list[str], ids: str, said: str
) -> Economics:
    """The economics that were pickled, by the same version.

    Raises ``DataError`` for other parts.
    """

def log_shape(names: list[str], **options: Unpack[SummarizeOptions]) -> tuple[list[str], Table] | None:
    """The columns of a log that are read, by the names of all of its columns: who, when, then the others; with an empty
    table that has the columns of its summary. ``None`` if these are the columns of a summary themselves. The options
    are those of ``clv.summarize``.
    """

def survey_part(data: Data, **options: Unpack[SummarizeOptions]) -> str:
    """What some rows of a log are, as text for ``join_surveys``. The options are those of ``clv.summarize``."""

def summarize_part(
    data: Data, row_order: str | None = None, **options: Unpack[SummarizeOptions]
) -> tuple[Summary, str]:
    """The customers of one part of a log, all of whose rows are in it, and what its rows came to, as text for
    ``join_parts``. The options are those of ``clv.summarize``, with ``observed_until``; ``row_order`` is a column of
    numbers that say in which order rows came.
    """

def join_surveys(parts: list[str], **options: Unpack[SummarizeOptions]) -> tuple[int, str | None]:
    """How many rows the surveyed parts have, and the last date that can be used. Raises what ``clv.summarize`` would."""

def join_parts(parts: list[str], **options: Unpack[SummarizeOptions]) -> dict[str, Any]:
    """What is known of the summary that parts make together: what ``clv.Summary`` says of itself, by name, and
    ``customers``. Raises and warns as ``clv.summarize`` does; the options are those for the log in one piece.
    """

def fit_counted(
    purchases: Summary,
    counts: Data,
    spending: tuple[Summary, Data] | None,
    about: dict[str, Any],
    /,
    **options: Unpack[FitOptions],
) -> Model:
    """Fits to distinct rows and how many customers have each.

    ``purchases`` is a summary of the distinct ``(frequency, recency, T)`` and ``counts`` a table whose only column
    says, row by row, how many customers there are; ``spending`` likewise the distinct ``(frequency, monetary_value)``
    of repeat customers and their counts, if there are amounts. ``about`` has ``rows`` and, if known, ``grain``,
    ``observed_until`` and ``first_purchase``, for the model file. The options are those of ``clv.fit``.
    """

def scores_shape(model: Model, /, **options: Unpack[ScoreOptions]) -> tuple[Table, list[str]]:
    """What scores with these options of ``model.score`` look like, as an empty table, and the attributes that a log of
    customers must have for it.
    """

def option_names(verb: str) -> list[str]:
    """The names of the options of a verb."""

def option_help(verb: str) -> list[dict[str, Any]]:
    """The options of a verb as the help describes them: for each its ``name`` as a keyword, what stands for its
    ``value`` (``None`` for flags), ``choices``, whether it takes ``many`` values, what it does (``about``), and its
    ``default`` in words or as a value.
    """

@final
class Figure:
    """A figure: what it shows, its data, and how it is drawn."""

    @property
    def name(self) -> str:
        """What kind of figure it is."""
    @property
    def title(self) -> str:
        """Its title."""
    @property
    def reading(self) -> str:
        """What it shows, in a sentence or two."""
    @property
    def alt(self) -> str:
        """The same for those who cannot see it."""
    @property
    def data(self) -> Table:
        """Its data."""
    def spec(self, theme: Literal["light", "dark"] = "light") -> dict[str, Any]:
        """Its specification in Vega-Lite, with its data, in the colours of a theme: light or dark."""

def figures_of_model(model: Model) -> list[Figure]:
    """How sure the parameters are; how customers differ in their rates and in their proneness to leave."""

def figure_of_history(model: Model, dates: list[str], until: str) -> Figure:
    """P(alive) of one customer over time."""

def figures_of_base(model: Model, data: Data, **options: Unpack[ScoreOptions]) -> list[Figure]:
    """Figures of a customer base under a model: fit, value, risk, retention and maps."""

def figure_of_customers(model: Model, data: Data, name: str, **options: Unpack[ScoreOptions]) -> Figure | None:
    """A figure of the customers of a log under a model, by its name: such as need their single purchases, or logs that the model
    draws."""

def figures_of_entrant(found: Backtest, name: str | None) -> list[Figure]:
    """Figures of one entrant at the last origin of a backtest: its curves, if it is a model, and where it errs."""

def figures_of_economics(found: Economics) -> list[Figure]:
    """Figures of economics: acquisition, where there are costs, the revenue ahead, cohorts, what moves the value."""

def figure_of_comparison(found: Backtest, metric: str) -> Figure:
    """All forecasts of a backtest on one metric."""
