"""Once a month: a model of all orders, a row a customer, and the page. The orders are a file, or whatever `orders` returns."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from airflow.decorators import dag, task

FOLDER = Path(os.environ.get("CLV_FOLDER", "/data/clv"))
ORDERS = os.environ.get("CLV_ORDERS", str(FOLDER / "orders.csv"))


@dag(schedule="0 6 1 * *", start_date=datetime(2025, 1, 1), catchup=False, tags=["clv"])
def clv_monthly() -> None:
    @task
    def fit() -> str:
        import clv

        path = FOLDER / "model.json"
        clv.fit(ORDERS).save(path)
        return str(path)

    @task
    def score(model: str) -> str:
        import clv

        path = FOLDER / "scores.parquet"
        clv.load(model).score(ORDERS, horizon="12mo", margin=0.3, interval=0.9).write(path)
        return str(path)

    @task
    def page(model: str) -> str:
        import clv

        path = FOLDER / "report.html"
        clv.report(ORDERS, clv.load(model), margin=0.3, no_backtest=True).save(path)
        return str(path)

    model = fit()
    score(model)
    page(model)


clv_monthly()
