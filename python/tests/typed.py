"""The whole interface as a type checker sees it: run by mypy --strict, and by pytest as a program."""

from __future__ import annotations

import copy
import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]

import clv
import clv.plot
from clv import compat


def whole(log: Path, folder: Path) -> None:
    table: pa.Table = clv.forecast(log, model="bg-nbd").to_arrow()
    assert table.num_rows > 0

    summary: clv.Summary = clv.summarize(
        log, id="customer_id", date="date", amount="amount", unit="week", grain="day", observed_until="1997-09-30"
    )
    account: dict[str, Any] = summary.account
    assumptions: list[str] = summary.assumptions
    warnings: list[dict[str, str]] = summary.warnings
    unit: str = summary.unit
    first: str | None = summary.first_purchase
    assert account and not assumptions and warnings and unit == "week" and first

    model: clv.Model = clv.fit(summary, model="bg-nbd", spend="gamma-gamma", prior="none", accept_unconverged=True)
    parameters: dict[str, float] = model.parameters
    errors: dict[str, float | None] = model.standard_errors
    likelihood: float | None = model.log_likelihood
    assert parameters.keys() == errors.keys() and likelihood and model.aic and model.bic
    assert model.covariance and model.coefficients is None and model.spend_log_likelihood
    assert model.spend_parameters and model.spend_standard_errors
    report: clv.Report = model.report
    print(report.data["model"], report.warnings, model.grain, model.observed_until, model.name)

    until = datetime.date(1997, 9, 30)
    scores: clv.Scores = model.score(
        [log], observed_until=until, horizon="12mo", discount="10%/yr", margin=0.3, interval=0.9, seed=1,
        columns=["rate"], discounting="continuous",
    )
    totals: dict[str, Any] = scores.totals
    owner: clv.Model = scores.model
    assert totals["customers"] == len(scores) and owner is model and scores.groups is not None
    shape: tuple[int, int] = scores.shape
    assert shape[0] == len(scores.to_pandas()) == len(scores.to_polars()) and len(scores.columns) == shape[1]
    scores.head(3).write(folder / "scores.csv")

    model.save(folder / "model.json")
    again: clv.Model = clv.load(folder / "model.json")
    assert again == model == copy.deepcopy(model) and again.to_json() == model.to_json()

    found: clv.Backtest = clv.backtest(log, models=["bg-nbd"], holdout="26w", origins=1, replicates=0, seed=1)
    verdict: list[str] = found.verdict
    assert verdict and found.figures and found.report and found.warnings

    figure: clv.plot.Figure = clv.plot.tracking(found, "incremental", model="bg-nbd")
    spec: dict[str, Any] = figure.spec("dark")
    shown = clv.plot.tornado(clv.economics(model, log, observed_until=until, interval="none"))
    assert shown.title
    assert spec and figure.reading and clv.plot.retention(model, log, observed_until=until).data.shape[1] > 2

    known: clv.Model = clv.model("bg-nbd", r=0.243, alpha=4.414, a=0.793, b=2.426, spend={"p": 6.2, "q": 3.7, "v": 15.4})
    drawn: clv.Table = clv.simulate(known, customers=100, seed=1, exact=False, until="2022-01-01")
    assert clv.forecast(drawn, model="bg-nbd", horizon="52w", spend=None, prior="weak").totals["clv"] is None

    theirs: clv.Summary = compat.summary(summary.to_pandas()[["customer_id", "frequency", "recency", "T"]], unit="week")
    assert len(theirs) == len(summary)
    clv.set_progress(False)
    try:
        clv.summarize("not there.csv")
    except clv.ClvError as error:
        print(error.file, error.line, error.row, error.column, error.value)


def test_it_runs(tmp_path: Path) -> None:
    whole(Path(__file__).resolve().parents[2] / "fixtures" / "cdnow_sample.csv", tmp_path)
