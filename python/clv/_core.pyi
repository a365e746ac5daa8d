"""The part of clv that is compiled."""

from datetime import date
from os import PathLike
from typing import Any, Literal, final

import pandas  # type: ignore
import polars  # type: ignore
import pyarrow  # type: ignore
from typing_extensions import Self, Unpack, disjoint_base

from clv._options import (
    ActionsOptions,
    BacktestOptions,
    EconomicsOptions,
    Data,
    FitOptions,
    ForecastOptions,
    MeasureOptions,
    ReportOptions,
    ScoreOptions,
    SimulateOptions,
    SqlOptions,
    SummarizeOptions,
    Unit,
)

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
        """As a data frame of pandas, which must be installed with PyArrow."""
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
        """The unit of its time; of contracts, the period."""
    @property
    def grain(self) -> str | None:
        """What counted as one purchase, if known."""
    @property
    def observed_until(self) -> str | None:
        """The end of the observation it was fitted to, if known."""
    @property
    def parameters(self) -> dict[str, float]:
        """The parameters of the purchase (or contract) model."""
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
    def score(self, data: Data, **options: Unpack[ScoreOptions]) -> Scores:
        """Forecasts each customer of a log or summary, those it was fitted to or others.

        One row a customer: the summary's columns, then ``p_alive``, ``expected_purchases`` and ``expected_spend``
        within the ``horizon``, ``clv``: ``margin`` times their present value at ``discount``, and ``p_purchase``: the
        probability of at least one purchase within the horizon. History is not in them. Sorted by customer_id if ``data`` is a log, in its own order if it is a summary. The options are those
        of ``clv score``: see ``clv.ScoreOptions``.

        Raises ``DataError``, ``OptionError``; warns with ``ClvWarning``.
        """
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
class Economics(Table):
    """All figures as one tidy table: topic, group, period, metric, value, lower, upper."""

    @property
    def figures(self) -> dict[str, Any]:
        """The figures by topic, as ``--json`` has them."""
    @property
    def segments(self) -> Table:
        """One row a customer: segment, value, and the reason in numbers."""
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

def check(data: Data, **options: Unpack[SummarizeOptions]) -> Check:
    """Looks at what an export holds, how it is read, what it comes to and what looks wrong; nothing is fitted.

    The options are those of ``clv summarize``: see ``clv.SummarizeOptions``. Rows that cannot be used are counted and
    do not raise.

    Raises ``DataError`` where the data leave open how they are to be read.
    """

def update(state: str | PathLike[str], data: Data, **options: Unpack[SummarizeOptions]) -> dict[str, Any]:
    """Adds the rows of a log to a state, which ``clv.summarize(log, state=path)`` makes and every verb reads as a log.

    Rows that the state has already count once; rows of earlier days are merged; files read before are left aside. What
    the options leave open is read as the first rows were. Returns what was added: ``new``, ``repeated``, ``late`` and
    more. The file is replaced whole or not at all.
    """

def monitor(model: Model, data: Data, **options: Unpack[SummarizeOptions]) -> dict[str, Any]:
    """Compares what a model forecast at its fit with what a log, or a state, shows of the time since.

    Returns ``refit`` (is it time to fit again?), the ``checks`` with their intervals, a ``verdict`` in words, and more, as
    ``clv monitor --json`` has it.
    """

def summarize(
    data: Data, *, state: str | PathLike[str] | None = None, **options: Unpack[SummarizeOptions]
) -> Summary:
    """Summarises a purchase log: one row a customer.

    ``data`` is a table or the path of one, with a row a purchase: who, when and, if known, how much. Well-known
    column names are found; others are named: ``clv.summarize(orders, id="account", date="day", amount="total")``.
    The options are those of ``clv summarize``: see ``clv.SummarizeOptions``. ``state`` is the path of a state to make of it, too,
    to which ``clv.update`` adds rows and which every verb reads as a log.

    Raises ``DataError`` for rows that cannot be used (``skip_bad_rows=True`` goes on without them, counted) and for
    columns that are not clear; warns with ``ClvWarning`` of what looks wrong.
    """

def fit(data: Data, **options: Unpack[FitOptions]) -> Model:
    """Fits a purchase model and a spend model to a log or summary.

    ``model`` is bg-nbd unless another is named; ``model="all"`` compares the family. ``spend=None`` leaves the
    spend model out. Models of contracts (sbg, bdw) take a retention table or contracts by date, and a ``period``.
    The options are those of ``clv fit``: see ``clv.FitOptions``.

    Raises ``DataError`` if the data cannot determine the parameters, ``NotConvergedError`` if the search failed;
    warns with ``ClvWarning``.
    """

def forecast(data: Data, **options: Unpack[ForecastOptions]) -> Scores:
    """Fits and scores in one go: who is still a customer, how often, how much, worth what.

    The options are those of ``clv forecast``, that is of ``fit`` and ``score``: see ``clv.ForecastOptions``. The
    fitted model is the result's ``model``.
    """

def load(path: str | PathLike[str]) -> Model:
    """Reads a model file, of any version ever released.

    Raises ``ModelFileError`` if it is none.
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
    """A model of known parameters: ``clv.model("bg-nbd", r=.243, alpha=4.414, a=.793, b=2.426)``.

    ``spend`` has those of Gamma-Gamma: ``{"p": 6.25, "q": 3.74, "v": 15.44}``. ``unit`` is the unit of time of the
    parameters, week unless another is named; ``grain`` what counted as one purchase when they were estimated.
    """

def backtest(data: Data, **options: Unpack[BacktestOptions]) -> Backtest:
    """Hides the end of a log, forecasts it, and compares models with each other and with doing without.

    The options are those of ``clv backtest``: see ``clv.BacktestOptions``.
    """

def economics(
    model: Model,
    data: Data,
    *,
    costs: Data | None = None,
    **options: Unpack[EconomicsOptions],
) -> Economics:
    """What customers are worth, what they may cost, who they are and what would move them.

    ``data`` is a purchase log with amounts. ``costs`` has a row a month and group: ``period`` (2025-03), the first
    column of ``by``, and ``cost``. The other options are those of ``clv economics``: see ``clv.EconomicsOptions``.
    """

@final
class Page:
    """A page to look at: what customers are worth, what to do, and whether it can be trusted."""

    @property
    def html(self) -> str:
        """The page as one document that needs nothing else."""
    @property
    def markdown(self) -> str:
        """The same facts as text, for a pull request or a chat."""
    def write(self, path: str | PathLike[str]) -> None:
        """Writes the page, as HTML or, to a file that ends in ``.md``, as text."""

def report(
    data: Data,
    model: Model | None = None,
    *,
    costs: Data | None = None,
    **options: Unpack[ReportOptions],
) -> Page:
    """One page to look at, made of a purchase log: with ``model``, or with one that is fitted to it.

    ``costs`` are those of ``clv.economics``. The other options are those of ``clv report``: see ``clv.ReportOptions``.
    """

def actions(model: Model, data: Data, **options: Unpack[ActionsOptions]) -> Actions:
    """Whom to do what for, by when, worth what.

    ``data`` is a purchase log with amounts. The options are those of ``clv actions``: see ``clv.ActionsOptions``.
    """

def measure(actions: Data, data: Data, **options: Unpack[MeasureOptions]) -> Report:
    """What the contacts of a list brought against its control group.

    ``actions`` is what :func:`clv.actions` gave, or the list as it was written; ``data`` the purchase log since.
    The options are those of ``clv actions --measure``: see ``clv.MeasureOptions``.
    """

def simulate(model: Model, **options: Unpack[SimulateOptions]) -> Table:
    """Draws a purchase log from a model: customer_id, date and, with a spend model, amount.

    The options are those of ``clv simulate``: see ``clv.SimulateOptions``.
    """

def sql(dialect: str, **options: Unpack[SqlOptions]) -> str:
    """The summary as one SQL statement for a warehouse: what ``clv.summarize`` makes of the same rows.

    ``dialect`` is duckdb, postgres, sqlite, datafusion, clickhouse or databricks, whose statements are tested, or
    snowflake, bigquery, redshift or trino, which were never executed. The options are those of ``clv sql``: see
    ``clv.SqlOptions``. Columns that are not named are called customer_id, date and amount. The text has no
    semicolon at its end, so that it fits into ``CREATE TABLE ... AS``.

    Raises ``OptionError``.
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

def option_names(
    verb: Literal["summarize", "fit", "score", "forecast", "backtest", "economics", "actions", "measure", "report", "simulate", "sql"],
) -> list[str]:
    """The names of the options of a verb."""

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

def figures_of_entrant(found: Backtest, name: str | None) -> list[Figure]:
    """Figures of one entrant at the last origin of a backtest: its curves, if it is a model, and where it errs."""

def figures_of_economics(found: Economics) -> list[Figure]:
    """Figures of economics: acquisition, where there are costs, the revenue ahead, cohorts, what moves the value."""

def figure_of_comparison(found: Backtest, metric: str) -> Figure:
    """All forecasts of a backtest on one metric."""
