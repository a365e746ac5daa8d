"""Figures, the same as on the page of ``clv report``: a table and a Vega-Lite specification made from it.

::

    found = clv.backtest("orders.csv", holdout="39w")
    clv.plot.tracking(found)                    # in a notebook: drawn
    clv.plot.tracking(found).chart().properties(width=900)   # an altair.Chart, to restyle
    clv.plot.tracking(found).to_png("tracking.png")

Vega-Lite, because it is data: the page draws the same figure, Altair makes an object of it that can be restyled,
and vl-convert pictures of it without a browser. Both are optional: ``pip install 'clv[plot]'``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from clv import _core, _hints, _verbs as _verbs  # its faces are those that are shown
from clv._errors import OptionError
from clv._faces import shows

if TYPE_CHECKING:
    from altair.typing import ChartType
    from typing_extensions import Unpack

    from clv._options import ScoreOptions
    from clv._types import Data

__all__ = [
    "Figure",
    "alive_history",
    "at_risk",
    "calibration",
    "cohorts",
    "comparison",
    "concentration",
    "deciles",
    "equity_by_cohort",
    "frequencies",
    "gaps",
    "heterogeneity",
    "lift",
    "ltv_to_cac",
    "p_alive",
    "payback",
    "posterior",
    "predictive_frequency",
    "purchases",
    "residuals",
    "retention",
    "revenue_ahead",
    "spend_density",
    "timelines",
    "tornado",
    "tracking",
]

Theme = Literal["light", "dark"]

_VEGA_LITE = "application/vnd.vegalite.v6+json"
# Points of a picture for each that is shown.
_SCALE = 2.0


def _package(name: str, install: str) -> Any:
    try:
        return __import__(name)
    except ImportError as error:
        raise ImportError(f"this needs {install}: pip install 'clv[plot]'") from error


class Figure:
    """A picture of a table, and what is to be seen in it.

    A notebook draws it, and shows a PNG of it where notebooks are only read. ``chart()`` gives an ``altair.Chart``.
    """

    def __init__(self, core: _core.Figure) -> None:
        self._core = core

    @property
    def name(self) -> str:
        """What kind of figure it is."""
        return self._core.name

    @property
    def title(self) -> str:
        """Its title."""
        return self._core.title

    @property
    def reading(self) -> str:
        """What it shows, in a sentence or two, with the figures that matter."""
        return self._core.reading

    @property
    def alt(self) -> str:
        """The same for those who cannot see it."""
        return self._core.alt

    @property
    def data(self) -> _core.Table:
        """The table it is drawn from."""
        return self._core.data

    def spec(self, theme: Theme = "light") -> dict[str, Any]:
        """Its Vega-Lite specification, with its data."""
        return self._core.spec(theme)

    def chart(self, theme: Theme = "light") -> ChartType:
        """As a chart of Altair, which must be installed."""
        altair = _package("altair", "altair")
        chart: ChartType = altair.Chart.from_dict(self.spec(theme))
        return chart

    def to_png(self, path: str | PathLike[str] | None = None, *, scale: float = 2.0, theme: Theme = "light") -> bytes:
        """As PNG, and into a file if one is named. vl-convert-python must be installed."""
        converter = _package("vl_convert", "vl-convert-python")
        picture: bytes = converter.vegalite_to_png(self.spec(theme), scale=scale)
        if path is not None:
            Path(path).write_bytes(picture)
        return picture

    def to_svg(self, path: str | PathLike[str] | None = None, *, theme: Theme = "light") -> str:
        """As SVG, and into a file if one is named. vl-convert-python must be installed."""
        converter = _package("vl_convert", "vl-convert-python")
        picture: str = converter.vegalite_to_svg(self.spec(theme))
        if path is not None:
            Path(path).write_text(picture, encoding="utf-8")
        return picture

    def to_html(self, path: str | PathLike[str] | None = None, *, theme: Theme = "light") -> str:
        """As a page that is complete in itself, and into a file if one is named. vl-convert-python must be installed."""
        converter = _package("vl_convert", "vl-convert-python")
        page: str = converter.vegalite_to_html(self.spec(theme), bundle=True)
        if path is not None:
            Path(path).write_text(page, encoding="utf-8")
        return page

    def save(self, path: str | PathLike[str], *, theme: Theme = "light") -> None:
        """Writes it as its name says: ``.png``, ``.svg`` or ``.html``.

        Parameters
        ----------
        path : str or path
            The file.
        theme : {'light', 'dark'}, default 'light'
            The colours.

        Raises
        ------
        OptionError
            For another ending.
        """
        writers = {".png": self.to_png, ".svg": self.to_svg, ".html": self.to_html}
        writer = writers.get(Path(path).suffix.lower())
        if writer is None:
            raise OptionError(f"'{path}': a figure is written as .png, .svg or .html", option="path")
        writer(path, theme=theme)

    if not TYPE_CHECKING:  # type checkers know what there is

        def __getattr__(self, name):
            """Fails with what there is in its place."""
            return _hints.of_figure(self, name)

    def __repr__(self) -> str:
        return f"{self.title}: {self.reading}"

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> dict[str, Any] | tuple[dict[str, Any], dict[str, Any]]:
        """Drawn where a notebook runs; a picture where it is only read; words everywhere."""
        bundle: dict[str, Any] = {_VEGA_LITE: self.spec(), "text/plain": repr(self)}
        try:
            picture = self.to_png(scale=_SCALE)
        except ImportError:
            return bundle
        bundle["image/png"] = picture
        # It has more points than are shown: said, so that it is as large as the text. The sizes stand in its header.
        width, height = (int.from_bytes(picture[at : at + 4], "big") / _SCALE for at in (16, 20))
        return bundle, {"image/png": {"width": round(width), "height": round(height)}}


if not TYPE_CHECKING:

    def __getattr__(name):
        raise _hints.of_plots(name, [known for known in __all__ if known != "Figure"])


def _named(figures: list[_core.Figure], name: str) -> Figure:
    for figure in figures:
        if figure.name == name:
            return Figure(figure)
    raise ValueError(f"there is nothing to show of {name} here")


def posterior(model: _core.Model) -> Figure:
    """How sure the parameters are: a density each."""
    return _named(_core.figures_of_model(model), "posterior")


def heterogeneity(model: _core.Model, of: Literal["rate", "dropout"] = "rate") -> Figure:
    """How customers differ in how often they buy, or in how prone they are to leave."""
    return _named(_core.figures_of_model(model), f"heterogeneity_{of}")


def alive_history(model: _core.Model, dates: Iterable[date | str], until: date | str) -> Figure:
    """P(alive) of one customer from the first purchase to a date, given the dates of the purchases."""
    if hasattr(dates, "columns"):
        raise TypeError("the dates of the purchases are a column, such as orders['date'], and not a table")
    return Figure(_core.figure_of_history(model, [str(day)[:10] for day in dates], str(until)[:10]))


@shows(_core.Model.score)
def frequencies(model: _core.Model, data: Data, **options: Unpack[ScoreOptions]) -> Figure:
    """Customers by repeat purchases, actual and expected. The options are those of ``Model.score``."""
    return _named(_core.figures_of_base(model, data, **options), "frequencies")


@shows(_core.Model.score)
def p_alive(model: _core.Model, data: Data, **options: Unpack[ScoreOptions]) -> Figure:
    """P(alive) over repeat purchases and time since the last one, for the oldest customers."""
    return _named(_core.figures_of_base(model, data, **options), "p_alive_map")


@shows(_core.Model.score)
def purchases(model: _core.Model, data: Data, **options: Unpack[ScoreOptions]) -> Figure:
    """Expected purchases within the horizon over repeat purchases and time since the last one."""
    return _named(_core.figures_of_base(model, data, **options), "purchases_map")


@shows(_core.Model.score)
def concentration(model: _core.Model, data: Data, **options: Unpack[ScoreOptions]) -> Figure:
    """Share of the value held by the most valuable customers (Lorenz)."""
    return _named(_core.figures_of_base(model, data, **options), "concentration")


@shows(_core.Model.score)
def deciles(model: _core.Model, data: Data, **options: Unpack[ScoreOptions]) -> Figure:
    """Mean value of a customer by tenths of customers."""
    return _named(_core.figures_of_base(model, data, **options), "value_deciles")


@shows(_core.Model.score)
def at_risk(model: _core.Model, data: Data, **options: Unpack[ScoreOptions]) -> Figure:
    """Repeat customers by P(alive)."""
    return _named(_core.figures_of_base(model, data, **options), "at_risk")


@shows(_core.Model.score)
def retention(model: _core.Model, data: Data, **options: Unpack[ScoreOptions]) -> Figure:
    """How many of new customers stay, by the model, and how those there are hold out, by age."""
    return _named(_core.figures_of_base(model, data, **options), "retention")


def _of_customers(name: str, model: _core.Model, data: Data, options: Any, needs: str) -> Figure:
    found = _core.figure_of_customers(model, data, name, **options)
    if found is None:
        raise ValueError(f"there is nothing to show of {name} here: it needs {needs}")
    return Figure(found)


@shows(_core.Model.score)
def timelines(model: _core.Model, data: Data, **options: Unpack[ScoreOptions]) -> Figure:
    """A few repeat customers of a log, purchase by purchase, at even steps of P(alive)."""
    return _of_customers("timelines", model, data, options, "a purchase log, not a summary")


@shows(_core.Model.score)
def predictive_frequency(model: _core.Model, data: Data, **options: Unpack[ScoreOptions]) -> Figure:
    """Customers by repeat purchases, beside what 90 % of logs have that the model draws of the same customers."""
    return _of_customers("predictive_frequency", model, data, options, "customers")


@shows(_core.Model.score)
def spend_density(model: _core.Model, data: Data, **options: Unpack[ScoreOptions]) -> Figure:
    """Mean amounts of repeat customers, beside what 90 % of logs have that the model draws of the same customers."""
    return _of_customers("spend_density", model, data, options, "amounts and a spend model")


@shows(_core.Model.score)
def gaps(model: _core.Model, data: Data, **options: Unpack[ScoreOptions]) -> Figure:
    """Days between the purchases of a customer, beside what 90 % of logs have that the model draws."""
    return _of_customers("gaps", model, data, options, "a purchase log, not a summary")


def tracking(
    backtest: _core.Backtest, kind: Literal["cumulative", "incremental"] = "cumulative", model: str | None = None
) -> Figure:
    """Repeat purchases over time, expected and actual, of a model or of the best."""
    return _named(_core.figures_of_entrant(backtest, model), f"tracking_{kind}")


def residuals(backtest: _core.Backtest, model: str | None = None) -> Figure:
    """Actual less expected purchases of each period, in standard deviations, of a model or of the best."""
    return _named(_core.figures_of_entrant(backtest, model), "residuals")


def calibration(
    backtest: _core.Backtest, by: Literal["frequency", "cohort", "chances"] = "frequency", model: str | None = None
) -> Figure:
    """Forecast against what happened, by group of customers or by their chance to buy."""
    return _named(_core.figures_of_entrant(backtest, model), f"calibration_{by}")


def lift(backtest: _core.Backtest, model: str | None = None) -> Figure:
    """Spend (or purchases) by decile of the forecast, over the mean of all."""
    return _named(_core.figures_of_entrant(backtest, model), "lift")


def comparison(backtest: _core.Backtest, metric: str = "crps") -> Figure:
    """All forecasts on one metric, with bootstrap intervals."""
    return Figure(_core.figure_of_comparison(backtest, metric))


def payback(economics: _core.Economics) -> Figure:
    """Margin of a new customer less the cost of acquisition, month by month, by group. It needs ``costs``."""
    return _named(_core.figures_of_economics(economics), "payback")


def ltv_to_cac(economics: _core.Economics) -> Figure:
    """Lifetime value of a new customer over the cost of acquisition, by group. It needs ``costs``."""
    return _named(_core.figures_of_economics(economics), "ltv_to_cac")


def revenue_ahead(economics: _core.Economics) -> Figure:
    """Expected revenue by month, of today's customers and of planned acquisitions."""
    return _named(_core.figures_of_economics(economics), "revenue_ahead")


def equity_by_cohort(economics: _core.Economics) -> Figure:
    """Value of today's customers by when they came."""
    return _named(_core.figures_of_economics(economics), "equity_by_cohort")


def cohorts(economics: _core.Economics) -> Figure:
    """The share of each cohort's customers who buy in each period, seen and expected."""
    return _named(_core.figures_of_economics(economics), "cohorts")


def tornado(economics: _core.Economics) -> Figure:
    """The value of today's customers with a tenth less and a tenth more of each driver."""
    return _named(_core.figures_of_economics(economics), "tornado")
