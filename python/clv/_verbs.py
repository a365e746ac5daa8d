"""The functions as their callers see them. Written by python/generate.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, overload

from clv import _compare, _core
from clv._compare import Comparison
from clv._core import Actions, Backtest, Check, Economics, Model, Page, Report, Scores, Summary, Table
from clv._faces import method, verb
from clv._types import Data, Date, File, Grain, Names, One, Unit


@verb(_core.summarize)
def summarize(
    data: Data,
    *,
    state: File | None = None,
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
    log_gaps: bool = False,
    purchase_times: bool = False,
    threads: int | None = None,
) -> Summary:
    """Summarises a purchase log: one row a customer.

    Well-known column names are found; others are named: ``clv.summarize(orders, id="account", date="day", amount="total")``.

    Parameters
    ----------
    data : table, path, or a list of either
        A purchase log with a row a purchase (who, when, how much), or a summary of one. A table is one of pandas, Polars, DuckDB,
        PyArrow, Ibis, or anything else that speaks the Arrow PyCapsule protocol.
    state : path, optional
        A state to make of the log, too, to which :func:`clv.update` adds rows and which every verb reads as a log.
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
    log_gaps : bool, default False
        Add the sum of the logarithms of the gaps between purchases, which models of regular purchases need.
    purchase_times : bool, default False
        Add the age at each repeat purchase, which models of rates that drift (drift-nbd, drift-mbg-nbd) need.
    threads : int, optional
        Worker threads of reading; they change no result. Default: one a core.

    Returns
    -------
    Summary
        ``customer_id``, ``frequency``, ``recency``, ``T`` and, if there are amounts, ``monetary_value``.

    Raises
    ------
    DataError
        For rows that cannot be used (``skip_bad_rows=True`` goes on without them, counted), and for columns that are not clear.
    OptionError
        For a value that cannot be used.

    Warns
    -----
    ClvWarning
        Of what endangers the figures.

    Examples
    --------
    >>> summary = clv.summarize("orders.csv")
    >>> summary.to_pandas()
    """
    raise NotImplementedError


@verb(_core.update)
def update(
    state: File,
    data: Data,
    *,
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
    log_gaps: bool = False,
    purchase_times: bool = False,
    threads: int | None = None,
) -> dict[str, Any]:
    """Adds the rows of a log to a state, which ``clv.summarize(log, state=path)`` makes and every verb reads as a log.

    Rows that the state has already count once; rows of earlier days are merged; files read before are left aside. What the options
    leave open is read as the first rows were. The file is replaced whole or not at all.

    Parameters
    ----------
    state : path
        The state.
    data : table, path, or a list of either
        The rows to add: a purchase log with a row a purchase (who, when, how much). A table is one of pandas, Polars, DuckDB,
        PyArrow, Ibis, or anything else that speaks the Arrow PyCapsule protocol.
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
    log_gaps : bool, default False
        Add the sum of the logarithms of the gaps between purchases, which models of regular purchases need.
    purchase_times : bool, default False
        Add the age at each repeat purchase, which models of rates that drift (drift-nbd, drift-mbg-nbd) need.
    threads : int, optional
        Worker threads of reading; they change no result. Default: one a core.

    Returns
    -------
    dict
        What was added: ``new``, ``repeated``, ``late`` and more.
    """
    raise NotImplementedError


@verb(_core.monitor)
def monitor(
    model: Model,
    data: Data,
    *,
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
    log_gaps: bool = False,
    purchase_times: bool = False,
    threads: int | None = None,
) -> dict[str, Any]:
    """Compares what a model forecast at its fit with what a log, or a state, shows of the time since.

    Parameters
    ----------
    model : Model
        The model, of purchases.
    data : table, path, or a list of either
        A purchase log with a row a purchase (who, when, how much), or a state. A table is one of pandas, Polars, DuckDB,
        PyArrow, Ibis, or anything else that speaks the Arrow PyCapsule protocol.
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
    log_gaps : bool, default False
        Add the sum of the logarithms of the gaps between purchases, which models of regular purchases need.
    purchase_times : bool, default False
        Add the age at each repeat purchase, which models of rates that drift (drift-nbd, drift-mbg-nbd) need.
    threads : int, optional
        Worker threads of reading; they change no result. Default: one a core.

    Returns
    -------
    dict
        ``refit`` (is it time to fit again?), the ``checks`` with their intervals, a ``verdict`` in words, and more, as
        ``clv monitor --json`` has it.
    """
    raise NotImplementedError


@verb(_core.check)
def check(
    data: Data,
    *,
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
    log_gaps: bool = False,
    purchase_times: bool = False,
    threads: int | None = None,
) -> Check:
    """Looks at what an export holds, how it is read, what it comes to and what looks wrong; nothing is fitted.

    Rows that cannot be used are counted and do not raise.

    Parameters
    ----------
    data : table, path, or a list of either
        A purchase log with a row a purchase (who, when, how much), or a summary of one. A table is one of pandas, Polars, DuckDB,
        PyArrow, Ibis, or anything else that speaks the Arrow PyCapsule protocol.
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
    log_gaps : bool, default False
        Add the sum of the logarithms of the gaps between purchases, which models of regular purchases need.
    purchase_times : bool, default False
        Add the age at each repeat purchase, which models of rates that drift (drift-nbd, drift-mbg-nbd) need.
    threads : int, optional
        Worker threads of reading; they change no result. Default: one a core.

    Returns
    -------
    Check
        To be printed; ``to_toml()`` is a file of options for ``config=``.

    Raises
    ------
    DataError
        Where the data leave open how they are to be read.
    """
    raise NotImplementedError


@overload
def fit(
    data: Data,
    *,
    model: str | None = "bg-nbd",
    covariates: Names | None = None,
    groups: str | None = None,
    age_effect: Literal["auto", "none"] | None = "none",
    season: One | None = "none",
    calendar: One | None = None,
    holidays: Literal["us", "uk", "de", "fr", "tr", "ae"] | None = None,
    covariates_same: Names | None = None,
    time_covariates: One | None = None,
    covariate_convention: Literal["separate", "clvtools"] | None = "separate",
    prior: Literal["none", "weak"] | None = "none",
    posterior: Literal["laplace", "auto", "nuts", "bootstrap"] | None = "laplace",
    posterior_seed: int | None = 1,
    regularity: int | None = None,
    drift: str | None = None,
    spend: Literal["gamma-gamma", "none"] | None = "gamma-gamma",
    accept_unconverged: bool = False,
    reactivation_within: str | None = "30d",
    grace: str | None = "14d",
    diagnostics: bool = False,
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
) -> Model:
    ...


@overload
def fit(
    data: Data,
    *,
    model: Sequence[str],
    covariates: Names | None = None,
    groups: str | None = None,
    age_effect: Literal["auto", "none"] | None = "none",
    season: One | None = "none",
    calendar: One | None = None,
    holidays: Literal["us", "uk", "de", "fr", "tr", "ae"] | None = None,
    covariates_same: Names | None = None,
    time_covariates: One | None = None,
    covariate_convention: Literal["separate", "clvtools"] | None = "separate",
    prior: Literal["none", "weak"] | None = "none",
    posterior: Literal["laplace", "auto", "nuts", "bootstrap"] | None = "laplace",
    posterior_seed: int | None = 1,
    regularity: int | None = None,
    drift: str | None = None,
    spend: Literal["gamma-gamma", "none"] | None = "gamma-gamma",
    accept_unconverged: bool = False,
    reactivation_within: str | None = "30d",
    grace: str | None = "14d",
    diagnostics: bool = False,
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
) -> Comparison:
    ...


@verb(_compare.fit)
def fit(
    data: Data,
    *,
    model: str | Sequence[str] | None = "bg-nbd",
    covariates: Names | None = None,
    groups: str | None = None,
    age_effect: Literal["auto", "none"] | None = "none",
    season: One | None = "none",
    calendar: One | None = None,
    holidays: Literal["us", "uk", "de", "fr", "tr", "ae"] | None = None,
    covariates_same: Names | None = None,
    time_covariates: One | None = None,
    covariate_convention: Literal["separate", "clvtools"] | None = "separate",
    prior: Literal["none", "weak"] | None = "none",
    posterior: Literal["laplace", "auto", "nuts", "bootstrap"] | None = "laplace",
    posterior_seed: int | None = 1,
    regularity: int | None = None,
    drift: str | None = None,
    spend: Literal["gamma-gamma", "none"] | None = "gamma-gamma",
    accept_unconverged: bool = False,
    reactivation_within: str | None = "30d",
    grace: str | None = "14d",
    diagnostics: bool = False,
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
) -> Model | Comparison:
    """Fits a purchase model and a spend model to a log or summary.

    ``model`` is one name, or a list of names: then each is fitted and the result is a :class:`clv.Comparison` with a row a model.
    Models of contracts (sbg, bdw) take a retention table or contracts by date, and a ``period``.

    Parameters
    ----------
    data : table, path, or a list of either
        A purchase log with a row a purchase (who, when, how much), or a summary of one. A table is one of pandas, Polars, DuckDB,
        PyArrow, Ibis, or anything else that speaks the Arrow PyCapsule protocol.
    model : str, default "bg-nbd"
        Purchase model: bg-nbd, mbg-nbd, pareto-nbd, ggompertz-nbd, bg-cnbd, mbg-cnbd, bg-bb, nbd, drift-nbd,
        drift-mbg-nbd; best (an average of several, with weights learned from forecasts of earlier dates) or robust
        (all of the same weight); bic (the one with the best BIC; also auto), or all (compare them); of contracts: sbg,
        bdw.
    covariates : str or list of str, optional
        Attributes of customers (see attributes) that purchase and dropout may depend on: region,channel; columns of
        contracts that renewal may depend on.
    groups : str, optional
        Attribute of customers whose values are groups with parameters of their own, each drawn to the others as far as
        it is small: channel.
    age_effect : {'auto', 'none'}, default "none"
        Do rates of purchase fall after a customer's first weeks? auto: as the log says, if it does (auto: estimated;
        left out where the data show none; none: none).
    season : 'auto', 'none', table or path, default "none"
        Do rates of purchase follow the time of year? auto: as the log says, from two years on; or a file with an index
        that is known, a row for each month or week of the year (columns month or week, and index).
    calendar : table or path, optional
        File of what all customers share: a row for each day, week or month (column date), a column of numbers each for
        promotions, prices, closures, ..., and rows for the days to come; what each does to purchases is estimated, and
        left out where the log shows nothing.
    holidays : {'us', 'uk', 'de', 'fr', 'tr', 'ae'}, optional
        Do purchases follow holidays of this country, also those that move? Each is left out where the log shows
        nothing (us: in the United States: Easter, Thanksgiving's Black Friday, Christmas, ...; uk: in the United
        Kingdom: Mothering Sunday, Easter, Black Friday, Christmas, ...; de: in Germany: Easter, Mother's Day, Black
        Friday, Christmas, ...; fr: in France: Easter, Mother's Day, Black Friday, Christmas, ...; tr: in Turkey:
        Ramazan and its Bayram, Kurban Bayrami, 11.11, Black Friday, New Year, ...; ae: in the Emirates and their
        neighbours: Ramadan, Eid al-Fitr, Eid al-Adha, ...).
    covariates_same : str or list of str, optional
        Those of them that have the same coefficient for purchase and dropout.
    time_covariates : table or path, optional
        File of what is known of each customer over time, for pareto-nbd: a row for each customer and day, week or
        month (columns customer_id and date), a column of numbers each for what multiplies the rates of purchase and of
        leaving then; score and forecast need rows for the days to come.
    covariate_convention : {'separate', 'clvtools'}, default "separate"
        How covariates act on the chance to leave of bg-nbd and mbg-nbd; with time_covariates, clvtools has purchases
        at the start of their day and not at its end (separate: a and b have effects of their own, as in
        PyMC-Marketing; clvtools: a and b are multiplied by the same factor, as in CLVTools: the mean chance to leave
        cannot move).
    prior : {'none', 'weak'}, default "none"
        What is believed of the parameters beforehand: weak helps with a few dozen customers (none: nothing: maximum
        likelihood; weak: each parameter within a few powers of ten of the scale of the data).
    posterior : {'laplace', 'auto', 'nuts', 'bootstrap'}, default "laplace"
        How the uncertainty of the parameters is found, for interval (laplace: normal in the logarithms of the
        parameters, with the covariance of the fit; auto: that if importance sampling finds it good, else nuts; nuts:
        draws by the no-U-turn sampler; bootstrap: refits to customers drawn with replacement).
    posterior_seed : int, default 1
        Seed of the posterior's draws: equal seeds give equal draws.
    regularity : int, optional
        How regular purchases are, for bg-cnbd, mbg-cnbd, drift-nbd and drift-mbg-nbd: 1 (at random) to 64. Default: as
        the gaps say; of rates that drift: as drift.
    drift : str, optional
        How fast a customer's own rate drifts, for drift-nbd and drift-mbg-nbd: 3%/w is kappa = 0.03 per week. Default:
        as forecasts of the last part say.
    spend : {'gamma-gamma', 'none'}, default "gamma-gamma"
        Spend model; ``None`` leaves it out (gamma-gamma: gamma-Gamma; none: none: purchases only).
    accept_unconverged : bool, default False
        Go on with the parameters of a fit that did not converge, with a warning.
    reactivation_within : str, default "30d"
        Of contracts: a customer who comes back within this time has not left.
    grace : str, default "14d"
        Of contracts whose rows are payments: how long after the end of what was paid the next one may come.
    diagnostics : bool, default False
        Say in the report how well the fit agrees with its own customers: frequencies, cohorts, influence, spend.
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
    Model
        Of a list of names, a :class:`clv.Comparison`.

    Raises
    ------
    DataError
        If the data cannot determine the parameters.
    NotConvergedError
        If the search failed.
    OptionError
        For a value that cannot be used.

    Warns
    -----
    ClvWarning
        Of what endangers the figures.

    Examples
    --------
    >>> model = clv.fit("orders.csv", model="pareto-nbd")
    >>> clv.fit("orders.csv", model=["bg-nbd", "pareto-nbd"]).to_pandas()
    """
    raise NotImplementedError


@verb(_core.forecast)
def forecast(
    data: Data,
    *,
    model: str | None = "best",
    covariates: Names | None = None,
    groups: str | None = None,
    age_effect: Literal["auto", "none"] | None = "none",
    season: One | None = "none",
    calendar: One | None = None,
    holidays: Literal["us", "uk", "de", "fr", "tr", "ae"] | None = None,
    covariates_same: Names | None = None,
    time_covariates: One | None = None,
    covariate_convention: Literal["separate", "clvtools"] | None = "separate",
    prior: Literal["none", "weak"] | None = "none",
    posterior: Literal["laplace", "auto", "nuts", "bootstrap"] | None = "laplace",
    posterior_seed: int | None = 1,
    regularity: int | None = None,
    drift: str | None = None,
    spend: Literal["gamma-gamma", "none"] | None = "gamma-gamma",
    accept_unconverged: bool = False,
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
    reactivation_within: str | None = "30d",
    grace: str | None = "14d",
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
    """Fits and scores in one go: who is still a customer, how often they will buy, how much, and what they are worth.

    Parameters
    ----------
    data : table, path, or a list of either
        A purchase log with a row a purchase (who, when, how much), or a summary of one. A table is one of pandas, Polars, DuckDB,
        PyArrow, Ibis, or anything else that speaks the Arrow PyCapsule protocol.
    model : str, default "best"
        Purchase model: bg-nbd, mbg-nbd, pareto-nbd, ggompertz-nbd, bg-cnbd, mbg-cnbd, bg-bb, nbd, drift-nbd,
        drift-mbg-nbd; best (an average of several, with weights learned from forecasts of earlier dates) or robust
        (all of the same weight); bic (the one with the best BIC; also auto), or all (compare them); of contracts: sbg,
        bdw.
    covariates : str or list of str, optional
        Attributes of customers (see attributes) that purchase and dropout may depend on: region,channel; columns of
        contracts that renewal may depend on.
    groups : str, optional
        Attribute of customers whose values are groups with parameters of their own, each drawn to the others as far as
        it is small: channel.
    age_effect : {'auto', 'none'}, default "none"
        Do rates of purchase fall after a customer's first weeks? auto: as the log says, if it does (auto: estimated;
        left out where the data show none; none: none).
    season : 'auto', 'none', table or path, default "none"
        Do rates of purchase follow the time of year? auto: as the log says, from two years on; or a file with an index
        that is known, a row for each month or week of the year (columns month or week, and index).
    calendar : table or path, optional
        File of what all customers share: a row for each day, week or month (column date), a column of numbers each for
        promotions, prices, closures, ..., and rows for the days to come; what each does to purchases is estimated, and
        left out where the log shows nothing.
    holidays : {'us', 'uk', 'de', 'fr', 'tr', 'ae'}, optional
        Do purchases follow holidays of this country, also those that move? Each is left out where the log shows
        nothing (us: in the United States: Easter, Thanksgiving's Black Friday, Christmas, ...; uk: in the United
        Kingdom: Mothering Sunday, Easter, Black Friday, Christmas, ...; de: in Germany: Easter, Mother's Day, Black
        Friday, Christmas, ...; fr: in France: Easter, Mother's Day, Black Friday, Christmas, ...; tr: in Turkey:
        Ramazan and its Bayram, Kurban Bayrami, 11.11, Black Friday, New Year, ...; ae: in the Emirates and their
        neighbours: Ramadan, Eid al-Fitr, Eid al-Adha, ...).
    covariates_same : str or list of str, optional
        Those of them that have the same coefficient for purchase and dropout.
    time_covariates : table or path, optional
        File of what is known of each customer over time, for pareto-nbd: a row for each customer and day, week or
        month (columns customer_id and date), a column of numbers each for what multiplies the rates of purchase and of
        leaving then; score and forecast need rows for the days to come.
    covariate_convention : {'separate', 'clvtools'}, default "separate"
        How covariates act on the chance to leave of bg-nbd and mbg-nbd; with time_covariates, clvtools has purchases
        at the start of their day and not at its end (separate: a and b have effects of their own, as in
        PyMC-Marketing; clvtools: a and b are multiplied by the same factor, as in CLVTools: the mean chance to leave
        cannot move).
    prior : {'none', 'weak'}, default "none"
        What is believed of the parameters beforehand: weak helps with a few dozen customers (none: nothing: maximum
        likelihood; weak: each parameter within a few powers of ten of the scale of the data).
    posterior : {'laplace', 'auto', 'nuts', 'bootstrap'}, default "laplace"
        How the uncertainty of the parameters is found, for interval (laplace: normal in the logarithms of the
        parameters, with the covariance of the fit; auto: that if importance sampling finds it good, else nuts; nuts:
        draws by the no-U-turn sampler; bootstrap: refits to customers drawn with replacement).
    posterior_seed : int, default 1
        Seed of the posterior's draws: equal seeds give equal draws.
    regularity : int, optional
        How regular purchases are, for bg-cnbd, mbg-cnbd, drift-nbd and drift-mbg-nbd: 1 (at random) to 64. Default: as
        the gaps say; of rates that drift: as drift.
    drift : str, optional
        How fast a customer's own rate drifts, for drift-nbd and drift-mbg-nbd: 3%/w is kappa = 0.03 per week. Default:
        as forecasts of the last part say.
    spend : {'gamma-gamma', 'none'}, default "gamma-gamma"
        Spend model; ``None`` leaves it out (gamma-gamma: gamma-Gamma; none: none: purchases only).
    accept_unconverged : bool, default False
        Go on with the parameters of a fit that did not converge, with a warning.
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
    reactivation_within : str, default "30d"
        Of contracts: a customer who comes back within this time has not left.
    grace : str, default "14d"
        Of contracts whose rows are payments: how long after the end of what was paid the next one may come.
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
        One row a customer, see :meth:`clv.Model.score`; the fitted model is its ``model``. Of a table of contracts (found by its
        columns) :class:`clv.Contracts` in its place: one row a contract, with ``months``, ``plans`` and ``cohorts``. Of a list of
        tables of both kinds, purchases of a shop and contracts, :class:`clv.Company`: one row a customer.

    Raises
    ------
    DataError, NotConvergedError, OptionError
        As :func:`clv.fit` and :meth:`clv.Model.score`.

    Examples
    --------
    >>> scores = clv.forecast("orders.csv", margin=0.3)
    >>> scores[["customer_id", "p_alive", "clv"]].to_pandas()
    """
    raise NotImplementedError


@verb(_core.newcomers)
def newcomers(
    model: Model,
    *,
    born: Date | None = None,
    kinds: dict[str, Any] | None = None,
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
    threads: int | None = None,
) -> Scores:
    """What customers are worth who are won on a date: one row for each kind that the model tells apart.

    The first purchase itself is not in it, as everywhere: a newcomer's ``clv`` is that of the purchases to come.

    Parameters
    ----------
    model : Model
        The model, of purchases.
    born : str or date, optional
        The date of the first purchase. Default: the end of the model's observation.
    kinds : dict, optional
        Values of the attributes that the model knows, such as ``{"channel": ["search", "email"]}``. Default: all combinations of
        values that the fit has seen, numbers at their mean.
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
    threads : int, optional
        Worker threads of reading; they change no result. Default: one a core.

    Returns
    -------
    Scores
        One row a kind; ``customer_id`` says which.

    Raises
    ------
    OptionError
        For an attribute that the model does not know, or a date before rates that change with time are known to.

    Examples
    --------
    >>> model = clv.fit("orders.csv", attributes="channel", covariates="channel")
    >>> clv.newcomers(model, born="2025-12-01", kinds={"channel": ["search", "email"]})
    """
    raise NotImplementedError


@verb(_core.backtest)
def backtest(
    data: Data,
    *,
    models: Names | None = "bg-nbd,mbg-nbd,pareto-nbd",
    holdout: str | None = None,
    origins: int | None = 1,
    replicates: int | None = 200,
    seed: int | None = 1,
    drift: str | None = None,
    regularity: int | None = None,
    covariates: Names | None = None,
    age_effect: Literal["auto", "none"] | None = "none",
    season: One | None = "none",
    calendar: One | None = None,
    holidays: Literal["us", "uk", "de", "fr", "tr", "ae"] | None = None,
    time_covariates: One | None = None,
    reactivation_within: str | None = "30d",
    grace: str | None = "14d",
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
) -> Backtest:
    """Hides the end of a log, forecasts it, and compares models with each other and with doing without.

    Parameters
    ----------
    data : table, path, or a list of either
        A purchase log with a row a purchase (who, when, how much). A table is one of pandas, Polars, DuckDB,
        PyArrow, Ibis, or anything else that speaks the Arrow PyCapsule protocol.
    models : str or list of str, default "bg-nbd,mbg-nbd,pareto-nbd"
        Purchase models to compare: bg-nbd, mbg-nbd, pareto-nbd, ggompertz-nbd, bg-cnbd, mbg-cnbd, nbd, bg-bb,
        drift-nbd, drift-mbg-nbd; best and robust, averages of several.
    holdout : str, optional
        How much of the end is hidden and forecast: 90d, 39w, 12mo. Default: a third of the log, at most a year.
    origins : int, default 1
        How many origins: the last is one holdout before the end, each earlier one another holdout back.
    replicates : int, default 200
        Bootstrap replicates behind the intervals; 0 gives none.
    seed : int, default 1
        Seed of the bootstrap: equal seeds give equal intervals.
    drift : str, optional
        How fast a customer's own rate drifts, for drift-nbd and drift-mbg-nbd: 3%/w is kappa = 0.03 per week. Default:
        chosen at each origin.
    regularity : int, optional
        How regular purchases are, for bg-cnbd, mbg-cnbd, drift-nbd and drift-mbg-nbd: 1 (at random) to 64. Default:
        chosen at each origin.
    covariates : str or list of str, optional
        Of contracts: columns that renewal may depend on: channel,payment_method.
    age_effect : {'auto', 'none'}, default "none"
        Do rates of purchase fall after a customer's first weeks? auto: as the log says, if it does (auto: estimated;
        left out where the data show none; none: none).
    season : 'auto', 'none', table or path, default "none"
        Do rates of purchase follow the time of year? auto: as the log says, from two years on; or a file with an index
        that is known, a row for each month or week of the year (columns month or week, and index).
    calendar : table or path, optional
        File of what all customers share: a row for each day, week or month (column date), a column of numbers each for
        promotions, prices, closures, ..., and rows for the days to come; what each does to purchases is estimated, and
        left out where the log shows nothing.
    holidays : {'us', 'uk', 'de', 'fr', 'tr', 'ae'}, optional
        Do purchases follow holidays of this country, also those that move? Each is left out where the log shows
        nothing (us: in the United States: Easter, Thanksgiving's Black Friday, Christmas, ...; uk: in the United
        Kingdom: Mothering Sunday, Easter, Black Friday, Christmas, ...; de: in Germany: Easter, Mother's Day, Black
        Friday, Christmas, ...; fr: in France: Easter, Mother's Day, Black Friday, Christmas, ...; tr: in Turkey:
        Ramazan and its Bayram, Kurban Bayrami, 11.11, Black Friday, New Year, ...; ae: in the Emirates and their
        neighbours: Ramadan, Eid al-Fitr, Eid al-Adha, ...).
    time_covariates : table or path, optional
        File of what is known of each customer over time, up to the end of the log: as of clv.fit; of models that
        follow it (default of models with it: pareto-nbd).
    reactivation_within : str, default "30d"
        Of contracts: a customer who comes back within this time has not left.
    grace : str, default "14d"
        Of contracts whose rows are payments: how long after the end of what was paid the next one may come.
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
    Backtest
        All figures as one tidy table, and ``metrics``, ``by_frequency``, ``by_cohort``, ``calibration`` and ``weekly``. Of a table
        of contracts :class:`clv.Contracts` in its place, with ``months`` and ``verdict``.

    Raises
    ------
    DataError
        If the log is too short or has too few customers.

    Examples
    --------
    >>> found = clv.backtest("orders.csv", models=["bg-nbd", "pareto-nbd"], holdout="26w")
    >>> found.metrics.to_pandas()
    """
    raise NotImplementedError


@verb(_core.economics)
def economics(
    model: Model,
    data: Data,
    *,
    costs: Data | None = None,
    horizon: str | None = "12mo",
    discount: str | Literal[0] | None = "10%/yr",
    margin: float | str | None = 1.0,
    discounting: str | None = "continuous",
    by: Names | None = None,
    margin_column: str | None = None,
    target_ratio: float | None = 3.0,
    target_payback: str | None = "12mo",
    new_within: str | None = "90d",
    loyal_repeats: int | None = 3,
    buys_within: str | None = "12mo",
    lapsed_below: float | str | None = 0.2,
    late_below: float | str | None = 0.1,
    best: float | str | None = 0.2,
    active_within: str | None = "90d",
    compare_with: Date | None = None,
    acquisitions: str | float | list[str] | None = None,
    scenario: Names | None = None,
    retention_cost: float | None = None,
    acquisition_response: str | None = None,
    retention_response: str | None = None,
    budget: float | None = None,
    interval: float | Literal["none"] | None = 0.9,
    seed: int | None = 1,
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
) -> Economics:
    """What customers are worth, what they may cost, who they are and what would move them.

    Parameters
    ----------
    model : Model
        The model, of purchases with amounts.
    data : table, path, or a list of either
        A purchase log with a row a purchase (who, when, how much). A table is one of pandas, Polars, DuckDB,
        PyArrow, Ibis, or anything else that speaks the Arrow PyCapsule protocol.
    costs : table or path, optional
        Costs of acquisition, a row a month and group: ``period`` (2025-03), the first column of ``by``, and ``cost``.
    horizon : str, default "12mo"
        How far to look: 90d, 39w, 12mo, 2y, or inf.
    discount : str or 0, default "10%/yr"
        Discount rate: 10%/yr (annual effective), 0.8%/mo, or 0.
    margin : float or str, default 1.0
        Share of revenue that is kept, such as 40% or 0.4.
    discounting : str, default "continuous"
        When purchases are paid: continuous, monthly (as lifetimes), or monthly=30.4375d.
    by : str or list of str, optional
        Attribute that groups customers (channel; of contracts also: plan); further ones are looked at for who the good
        customers are.
    margin_column : str, optional
        Attribute that holds each customer's margin, such as 0.3.
    target_ratio : float, default 3.0
        The wanted ratio of LTV to CAC.
    target_payback : str, default "12mo"
        The time in which a customer shall have paid back the cost.
    new_within : str, default "90d"
        A customer is new for so long.
    loyal_repeats : int, default 3
        A loyal customer has come back so many times.
    buys_within : str, default "12mo"
        Who is late has lapsed if a purchase within this time .
    lapsed_below : float or str, default 0.2
        ... has a chance below this.
    late_below : float or str, default 0.1
        A customer is late whose silence has a chance below this for one who goes on as before.
    best : float or str, default 0.2
        The share of customers that counts as the best.
    active_within : str, default "90d"
        A customer is active for so long after a purchase, for observed retention.
    compare_with : str or date, optional
        Date to compare the end with. Default: a year before it, or the middle of a shorter log.
    acquisitions : float, str or list of str, optional
        New customers a month to plan with: 100, or by group: search=120,email=40.
    scenario : str or list of str, optional
        What if: relative changes of retention, frequency, spend, margin, discount, cac: retention=+2%,spend=+5%;
        several apart by ;.
    retention_cost : float, optional
        What an offer to keep a customer costs.
    acquisition_response : str, optional
        Acquisition by judgement: spent a prospect, share won, and most that could be won:
        spend=5,rate=0.04,ceiling=0.1.
    retention_response : str, optional
        Yearly retention by judgement, a customer and year: spend=10,rate=0.6,ceiling=0.8.
    budget : float, optional
        Money a month to divide among groups, by curves fitted to the costs.
    interval : float or 'none', default 0.9
        Probability of the intervals; none leaves them out, which is faster.
    seed : int, default 1
        Seed of the intervals: equal seeds give equal intervals.
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
    Economics
        All figures as one tidy table, and ``channels``, ``months``, ``cohorts``, ``acquired``, ``retention``, ``segments``,
        ``sensitivity`` and ``scenarios``.

    Raises
    ------
    DataError
        If there are no amounts, or the costs do not fit.

    Examples
    --------
    >>> found = clv.economics(model, "orders.csv", margin=0.4, by="channel", costs="costs.csv")
    >>> found.channels.to_pandas()
    """
    raise NotImplementedError


@verb(_core.report)
def report(
    data: Data,
    model: Model | str | None = None,
    *,
    costs: Data | None = None,
    covariates: Names | None = None,
    groups: str | None = None,
    age_effect: Literal["auto", "none"] | None = "none",
    season: One | None = "none",
    calendar: One | None = None,
    holidays: Literal["us", "uk", "de", "fr", "tr", "ae"] | None = None,
    covariates_same: Names | None = None,
    time_covariates: One | None = None,
    covariate_convention: Literal["separate", "clvtools"] | None = "separate",
    prior: Literal["none", "weak"] | None = "none",
    posterior: Literal["laplace", "auto", "nuts", "bootstrap"] | None = "laplace",
    posterior_seed: int | None = 1,
    regularity: int | None = None,
    drift: str | None = None,
    spend: Literal["gamma-gamma", "none"] | None = "gamma-gamma",
    accept_unconverged: bool = False,
    horizon: str | None = "12mo",
    discount: str | Literal[0] | None = "10%/yr",
    margin: float | str | None = 1.0,
    discounting: str | None = "continuous",
    by: Names | None = None,
    margin_column: str | None = None,
    target_ratio: float | None = 3.0,
    target_payback: str | None = "12mo",
    new_within: str | None = "90d",
    loyal_repeats: int | None = 3,
    buys_within: str | None = "12mo",
    lapsed_below: float | str | None = 0.2,
    late_below: float | str | None = 0.1,
    best: float | str | None = 0.2,
    active_within: str | None = "90d",
    compare_with: Date | None = None,
    acquisitions: str | float | list[str] | None = None,
    scenario: Names | None = None,
    retention_cost: float | None = None,
    acquisition_response: str | None = None,
    retention_response: str | None = None,
    budget: float | None = None,
    interval: float | Literal["none"] | None = 0.9,
    seed: int | None = 1,
    no_backtest: bool = False,
    holdout: str | None = None,
    models: Names | None = None,
    title: str | None = None,
    logo: File | None = None,
    reactivation_within: str | None = "30d",
    grace: str | None = "14d",
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
) -> Page:
    """A page to look at: what the base is worth, whether to trust it, who holds the value, what is at risk.

    A notebook shows it; ``save`` writes it as a file that is complete in itself.

    Parameters
    ----------
    data : table, path, or a list of either
        A purchase log with a row a purchase (who, when, how much). A table is one of pandas, Polars, DuckDB,
        PyArrow, Ibis, or anything else that speaks the Arrow PyCapsule protocol.
    model : Model or str, optional
        The model, of purchases, or the name of one that is fitted to the log. Default: as :func:`clv.forecast` chooses.
    costs : table or path, optional
        Costs of acquisition, as of :func:`clv.economics`; adds what acquisition earns.
    covariates : str or list of str, optional
        Attributes of customers (see attributes) that purchase and dropout may depend on: region,channel; columns of
        contracts that renewal may depend on.
    groups : str, optional
        Attribute of customers whose values are groups with parameters of their own, each drawn to the others as far as
        it is small: channel.
    age_effect : {'auto', 'none'}, default "none"
        Do rates of purchase fall after a customer's first weeks? auto: as the log says, if it does (auto: estimated;
        left out where the data show none; none: none).
    season : 'auto', 'none', table or path, default "none"
        Do rates of purchase follow the time of year? auto: as the log says, from two years on; or a file with an index
        that is known, a row for each month or week of the year (columns month or week, and index).
    calendar : table or path, optional
        File of what all customers share: a row for each day, week or month (column date), a column of numbers each for
        promotions, prices, closures, ..., and rows for the days to come; what each does to purchases is estimated, and
        left out where the log shows nothing.
    holidays : {'us', 'uk', 'de', 'fr', 'tr', 'ae'}, optional
        Do purchases follow holidays of this country, also those that move? Each is left out where the log shows
        nothing (us: in the United States: Easter, Thanksgiving's Black Friday, Christmas, ...; uk: in the United
        Kingdom: Mothering Sunday, Easter, Black Friday, Christmas, ...; de: in Germany: Easter, Mother's Day, Black
        Friday, Christmas, ...; fr: in France: Easter, Mother's Day, Black Friday, Christmas, ...; tr: in Turkey:
        Ramazan and its Bayram, Kurban Bayrami, 11.11, Black Friday, New Year, ...; ae: in the Emirates and their
        neighbours: Ramadan, Eid al-Fitr, Eid al-Adha, ...).
    covariates_same : str or list of str, optional
        Those of them that have the same coefficient for purchase and dropout.
    time_covariates : table or path, optional
        File of what is known of each customer over time, for pareto-nbd: a row for each customer and day, week or
        month (columns customer_id and date), a column of numbers each for what multiplies the rates of purchase and of
        leaving then; score and forecast need rows for the days to come.
    covariate_convention : {'separate', 'clvtools'}, default "separate"
        How covariates act on the chance to leave of bg-nbd and mbg-nbd; with time_covariates, clvtools has purchases
        at the start of their day and not at its end (separate: a and b have effects of their own, as in
        PyMC-Marketing; clvtools: a and b are multiplied by the same factor, as in CLVTools: the mean chance to leave
        cannot move).
    prior : {'none', 'weak'}, default "none"
        What is believed of the parameters beforehand: weak helps with a few dozen customers (none: nothing: maximum
        likelihood; weak: each parameter within a few powers of ten of the scale of the data).
    posterior : {'laplace', 'auto', 'nuts', 'bootstrap'}, default "laplace"
        How the uncertainty of the parameters is found, for interval (laplace: normal in the logarithms of the
        parameters, with the covariance of the fit; auto: that if importance sampling finds it good, else nuts; nuts:
        draws by the no-U-turn sampler; bootstrap: refits to customers drawn with replacement).
    posterior_seed : int, default 1
        Seed of the posterior's draws: equal seeds give equal draws.
    regularity : int, optional
        How regular purchases are, for bg-cnbd, mbg-cnbd, drift-nbd and drift-mbg-nbd: 1 (at random) to 64. Default: as
        the gaps say; of rates that drift: as drift.
    drift : str, optional
        How fast a customer's own rate drifts, for drift-nbd and drift-mbg-nbd: 3%/w is kappa = 0.03 per week. Default:
        as forecasts of the last part say.
    spend : {'gamma-gamma', 'none'}, default "gamma-gamma"
        Spend model; ``None`` leaves it out (gamma-gamma: gamma-Gamma; none: none: purchases only).
    accept_unconverged : bool, default False
        Go on with the parameters of a fit that did not converge, with a warning.
    horizon : str, default "12mo"
        How far to look: 90d, 39w, 12mo, 2y, or inf.
    discount : str or 0, default "10%/yr"
        Discount rate: 10%/yr (annual effective), 0.8%/mo, or 0.
    margin : float or str, default 1.0
        Share of revenue that is kept, such as 40% or 0.4.
    discounting : str, default "continuous"
        When purchases are paid: continuous, monthly (as lifetimes), or monthly=30.4375d.
    by : str or list of str, optional
        Attribute that groups customers (channel; of contracts also: plan); further ones are looked at for who the good
        customers are.
    margin_column : str, optional
        Attribute that holds each customer's margin, such as 0.3.
    target_ratio : float, default 3.0
        The wanted ratio of LTV to CAC.
    target_payback : str, default "12mo"
        The time in which a customer shall have paid back the cost.
    new_within : str, default "90d"
        A customer is new for so long.
    loyal_repeats : int, default 3
        A loyal customer has come back so many times.
    buys_within : str, default "12mo"
        Who is late has lapsed if a purchase within this time .
    lapsed_below : float or str, default 0.2
        ... has a chance below this.
    late_below : float or str, default 0.1
        A customer is late whose silence has a chance below this for one who goes on as before.
    best : float or str, default 0.2
        The share of customers that counts as the best.
    active_within : str, default "90d"
        A customer is active for so long after a purchase, for observed retention.
    compare_with : str or date, optional
        Date to compare the end with. Default: a year before it, or the middle of a shorter log.
    acquisitions : float, str or list of str, optional
        New customers a month to plan with: 100, or by group: search=120,email=40.
    scenario : str or list of str, optional
        What if: relative changes of retention, frequency, spend, margin, discount, cac: retention=+2%,spend=+5%;
        several apart by ;.
    retention_cost : float, optional
        What an offer to keep a customer costs.
    acquisition_response : str, optional
        Acquisition by judgement: spent a prospect, share won, and most that could be won:
        spend=5,rate=0.04,ceiling=0.1.
    retention_response : str, optional
        Yearly retention by judgement, a customer and year: spend=10,rate=0.6,ceiling=0.8.
    budget : float, optional
        Money a month to divide among groups, by curves fitted to the costs.
    interval : float or 'none', default 0.9
        Probability of the intervals; none leaves them out, which is faster.
    seed : int, default 1
        Seed of the intervals: equal seeds give equal intervals.
    no_backtest : bool, default False
        Leave the backtest out, which fits and forecasts once more.
    holdout : str, optional
        How much of the end is hidden and forecast: 90d, 39w, 12mo. Default: a third of the log, at most a year.
    models : str or list of str, optional
        Purchase models whose past forecasts are tried. Default: that of the page.
    title : str, optional
        Title of the page. Default: What our customers are worth.
    logo : path, optional
        Picture of the company, put into the page: PNG, JPEG, GIF, WebP or SVG, at most 1 MB.
    reactivation_within : str, default "30d"
        Of contracts: a customer who comes back within this time has not left.
    grace : str, default "14d"
        Of contracts whose rows are payments: how long after the end of what was paid the next one may come.
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
    Page
        With ``html``, ``markdown`` and ``save``.

    Examples
    --------
    >>> clv.report("orders.csv", model, margin=0.4).save("report.html")
    """
    raise NotImplementedError


@verb(_core.actions)
def actions(
    model: Model,
    data: Data,
    *,
    horizon: str | None = "12mo",
    discount: str | Literal[0] | None = "10%/yr",
    margin: float | str | None = 1.0,
    discounting: str | None = "continuous",
    new_within: str | None = "90d",
    loyal_repeats: int | None = 3,
    buys_within: str | None = "12mo",
    lapsed_below: float | str | None = 0.2,
    late_below: float | str | None = 0.1,
    best: float | str | None = 0.2,
    uplift: float | str | None = None,
    contact_cost: float | None = 0.0,
    budget: float | None = None,
    holdout: float | str | None = None,
    email: str | None = None,
    interval: float | Literal["none"] | None = 0.9,
    seed: int | None = 1,
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
) -> Actions:
    """Whom to do what for, by when, worth what.

    Parameters
    ----------
    model : Model
        The model, of purchases with amounts.
    data : table, path, or a list of either
        A purchase log with a row a purchase (who, when, how much). A table is one of pandas, Polars, DuckDB,
        PyArrow, Ibis, or anything else that speaks the Arrow PyCapsule protocol.
    horizon : str, default "12mo"
        How far to look: 90d, 39w, 12mo, 2y, or inf.
    discount : str or 0, default "10%/yr"
        Discount rate: 10%/yr (annual effective), 0.8%/mo, or 0.
    margin : float or str, default 1.0
        Share of revenue that is kept, such as 40% or 0.4.
    discounting : str, default "continuous"
        When purchases are paid: continuous, monthly (as lifetimes), or monthly=30.4375d.
    new_within : str, default "90d"
        A customer is new for so long.
    loyal_repeats : int, default 3
        A loyal customer has come back so many times.
    buys_within : str, default "12mo"
        Who is late has lapsed if a purchase within this time .
    lapsed_below : float or str, default 0.2
        ... has a chance below this.
    late_below : float or str, default 0.1
        A customer is late whose silence has a chance below this for one who goes on as before.
    best : float or str, default 0.2
        The share of customers that counts as the best.
    uplift : float or str, optional
        By how much a contact raises the chance to buy of a customer whose chance is even, less for others along the
        odds; of an upsell, the next amount. Default: 5%, a rule of thumb.
    contact_cost : float, default 0.0
        What a contact costs.
    budget : float, optional
        Money for all contacts together; it goes to the most rewarding.
    holdout : float or str, optional
        Share of those chosen who are left without a contact, by chance, the same for the same seed and id. Default:
        0%.
    email : str, optional
        Attribute that holds e-mail addresses, for uploads, where ids are none.
    interval : float or 'none', default 0.9
        Probability of the ranges; none leaves them out, which is faster.
    seed : int, default 1
        Seed of the ranges and of the control group.
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
    Actions
        One row a customer, the most rewarding first; ``upload`` has the shapes that other programs import.

    Raises
    ------
    DataError
        If there are no amounts.

    Examples
    --------
    >>> plan = clv.actions(model, "orders.csv", budget=2000, contact_cost=1.2, holdout=0.1)
    >>> plan.write("actions.csv")
    """
    raise NotImplementedError


@verb(_core.measure)
def measure(
    actions: Data,
    data: Data,
    *,
    margin: float | str | None = None,
    interval: float | str | None = None,
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
) -> Report:
    """What the contacts of a list brought against its control group.

    Parameters
    ----------
    actions : Actions, table or path
        What :func:`clv.actions` gave, or the list as it was written.
    data : table, path, or a list of either
        The purchase log since, with a row a purchase (who, when, how much). A table is one of pandas, Polars, DuckDB,
        PyArrow, Ibis, or anything else that speaks the Arrow PyCapsule protocol.
    margin : float or str, optional
        Share of revenue that is kept.
    interval : float or str, optional
        Probability of the intervals.
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
    Report
        To be printed; ``data`` has its figures.

    Raises
    ------
    DataError
        If the list has no control group, or the log does not reach beyond it.
    """
    raise NotImplementedError


@verb(_core.simulate)
def simulate(
    model: Model,
    *,
    customers: int | None = 10000,
    start: Date | None = "2020-01-01",
    acquired_until: Date | None = None,
    until: Date | None = None,
    seed: int | None = 1,
    exact: bool = False,
    config: str | None = None,
    threads: int | None = None,
) -> Table:
    """Draws a purchase log from a model.

    Parameters
    ----------
    model : Model
        The model, of purchases.
    customers : int, default 10000
        How many customers.
    start : str or date, default "2020-01-01"
        First date of the log.
    acquired_until : str or date, optional
        Date of the last first purchase. Default: a year after the start, or a third of the way to an earlier end.
    until : str or date, optional
        Last date of the log. Default: three years after the start.
    seed : int, default 1
        Seed: equal seeds give equal logs.
    exact : bool, default False
        Write the moment of each purchase, not only its date.
    config : path, optional
        File of options such as ``check(...).to_toml()`` makes; keywords win over it.
    threads : int, optional
        Worker threads of reading; they change no result. Default: one a core.

    Returns
    -------
    Table
        ``customer_id``, ``date`` and, with a spend model, ``amount``.

    Examples
    --------
    >>> log = clv.simulate(clv.model("bg-nbd", r=.243, alpha=4.414, a=.793, b=2.426), customers=1000)
    """
    raise NotImplementedError


@verb(_core.sql)
def sql(
    dialect: str,
    *,
    table: str | None = None,
    from_sql: str | None = None,
    no_amount: bool = False,
    account: bool = False,
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
    config: str | None = None,
    threads: int | None = None,
) -> str:
    """The summary as one SQL statement for a warehouse: what ``clv.summarize`` makes of the same rows.

    Columns that are not named are called customer_id, date and amount. The text has no semicolon at its end, so that it fits into
    ``CREATE TABLE ... AS``.

    Parameters
    ----------
    dialect : str
        duckdb, postgres, sqlite, datafusion, clickhouse or databricks, whose statements are tested, or snowflake, bigquery,
        redshift or trino, which were never executed.
    table : str, optional
        Table or view of purchases, such as shop.orders; double quotes keep a point within a name; what stands in {{ }}
        is left for a template.
    from_sql : str, optional
        A query in place of a table, such as 'SELECT customer_id, date, amount FROM shop.orders'; it is written as it
        is.
    no_amount : bool, default False
        There is no column of amounts: everything but spend and value.
    account : bool, default False
        Write the statement that counts what becomes of the rows, instead.
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
    config : path, optional
        File of options such as ``check(...).to_toml()`` makes; keywords win over it.
    threads : int, optional
        Worker threads of reading; they change no result. Default: one a core.

    Returns
    -------
    str
        The statement.

    Raises
    ------
    OptionError
        For a dialect or value that cannot be used.
    """
    raise NotImplementedError


@method(Model)
def score(
    self: Model,
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
    raise NotImplementedError


@method(Model)
def pmf(
    self: Model,
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
    raise NotImplementedError


@method(Model)
def sample_futures(
    self: Model,
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
    raise NotImplementedError
