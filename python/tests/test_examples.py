"""The examples do what they say. On version 0.1.0 there were none, and ``clv sql`` put a template's braces between quotes."""

from __future__ import annotations

import csv
import os
import re
import runpy
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import duckdb
import pytest

import clv
from conftest import CDNOW, ROOT

EXAMPLES = ROOT / "examples"


def test_the_dbt_model_is_what_clv_sql_writes_and_makes_the_summary() -> None:
    """dbt fills in the braces; here a line does."""
    written = (EXAMPLES / "dbt" / "models" / "clv_summary.sql").read_text()
    assert written.strip() == clv.sql("duckdb", table='{{ ref("stg_orders") }}').strip()

    def filled(text: str) -> str:
        return re.sub(r'\{\{ ref\("(\w+)"\) \}\}', r"\1", text)

    connection = duckdb.connect()
    seed = EXAMPLES / "dbt" / "seeds" / "raw_orders.csv"
    connection.sql(f"CREATE TABLE raw_orders AS FROM read_csv('{seed}', types={{'account': 'VARCHAR'}})")
    staged = (EXAMPLES / "dbt" / "models" / "stg_orders.sql").read_text()
    connection.sql(f"CREATE TABLE stg_orders AS {filled(staged)}")
    found = connection.sql(filled(written)).df().sort_values("customer_id", ignore_index=True)
    expected = clv.summarize(connection.sql("FROM stg_orders")).to_pandas()
    assert found["customer_id"].tolist() == expected["customer_id"].tolist() == ["0001", "0002", "0003"]
    for column in ("frequency", "recency", "T", "monetary_value"):
        assert found[column].tolist() == pytest.approx(expected[column].tolist(), rel=1e-12), column


def test_queries_stand_for_tables() -> None:
    """A query takes the place of a table."""
    connection = duckdb.connect()
    connection.sql("CREATE TABLE sales AS SELECT * FROM (VALUES ('a', DATE '2024-01-01', 2.0), ('a', DATE '2024-02-01', 3.0), ('b', DATE '2024-01-09', -1.0)) AS t(who, day, paid)")
    statement = clv.sql("duckdb", from_sql="SELECT who AS customer_id, day AS date, paid AS amount FROM sales WHERE paid > 0;")
    assert connection.sql(statement).df()["customer_id"].tolist() == ["a"]
    with pytest.raises(clv.OptionError, match="one query"):
        clv.sql("duckdb", from_sql="SELECT 1; DROP TABLE sales")


def test_the_airflow_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With decorators that run at once what Airflow runs later."""
    decorators = types.ModuleType("airflow.decorators")
    decorators.task = lambda function: function  # type: ignore[attr-defined]
    decorators.dag = lambda **_: lambda function: function  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "airflow", types.ModuleType("airflow"))
    monkeypatch.setitem(sys.modules, "airflow.decorators", decorators)
    monkeypatch.setenv("CLV_FOLDER", str(tmp_path))
    monkeypatch.setenv("CLV_ORDERS", str(CDNOW))
    runpy.run_path(str(EXAMPLES / "airflow" / "clv_monthly.py"))
    assert {"model.json", "scores.parquet", "report.html"} == {path.name for path in tmp_path.iterdir()}


@pytest.mark.skipif(os.name == "nt", reason="a shell script")
def test_the_cron_job(tmp_path: Path, program: Path) -> None:
    environment: dict[str, Any] = {**os.environ, "CLV": str(program), "CLV_FOLDER": str(tmp_path)}
    script = EXAMPLES / "cron" / "monthly.sh"
    subprocess.run([script, CDNOW], env=environment, check=True, capture_output=True)
    assert {"model.json", "scores.csv", "report.html"} == {path.name for path in tmp_path.iterdir()}
    failed = subprocess.run([script, tmp_path / "nothing.csv"], env=environment, check=False, capture_output=True)
    assert failed.returncode != 0


@pytest.mark.skipif(os.name == "nt", reason="a shell script")
def test_from_shopify_to_a_list(tmp_path: Path, program: Path) -> None:
    """The export is recognised, nothing is lost, and the control group gets no letter."""
    subprocess.run([sys.executable, EXAMPLES / "shopify" / "make_export.py", "orders_export.csv"], cwd=tmp_path, check=True)
    script = EXAMPLES / "shopify" / "run.sh"
    done = subprocess.run(
        ["sh", script, "orders_export.csv"], cwd=tmp_path, env={**os.environ, "CLV": str(program)}, check=True, capture_output=True, text=True
    )
    assert "an export of orders of Shopify" in done.stdout + done.stderr
    made = {path.name for path in tmp_path.iterdir()}
    assert made >= {"clv.toml", "backtest.csv", "model.json", "actions.csv", "klaviyo.csv", "calibration.svg"}
    # What the export has, counted by hand: an order a name, voided ones and guests are nobody's purchases.
    with (tmp_path / "orders_export.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Total"]]
    kept = {row["Email"] for row in rows if row["Email"] and row["Financial Status"] != "voided"}
    with (tmp_path / "actions.csv").open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    assert {row["customer_id"] for row in listed} == kept
    control = {row["customer_id"] for row in listed if row["group"] == "control"}
    contacts = (tmp_path / "klaviyo.csv").read_text(encoding="utf-8")
    assert control and not any(email in contacts for email in control)


@pytest.mark.skipif(os.name == "nt", reason="a shell script")
def test_from_subscriptions_to_a_page(tmp_path: Path, program: Path) -> None:
    """The export is recognised, rows are those of who is there, and the channel that costs more than it brings is named."""
    folder = EXAMPLES / "subscriptions"
    subprocess.run([sys.executable, folder / "make_export.py", tmp_path], check=True)
    done = subprocess.run(
        ["sh", folder / "run.sh", "subscriptions.csv", "costs.csv"],
        cwd=tmp_path, env={**os.environ, "CLV": str(program)}, check=True, capture_output=True, text=True,
    )
    assert "an export of subscriptions of Stripe" in done.stdout + done.stderr
    with (tmp_path / "subscriptions.csv").open(encoding="utf-8", newline="") as file:
        there = {row["id"] for row in csv.DictReader(file) if row["Status"] == "active"}
    with (tmp_path / "contracts.csv").open(encoding="utf-8", newline="") as file:
        assert {row["contract_id"] for row in csv.DictReader(file)} == there
    with (tmp_path / "months.csv").open(encoding="utf-8", newline="") as file:
        months = list(csv.DictReader(file))
    assert len(months) == 12 and all(float(row["mrr_lower"]) <= float(row["mrr"]) <= float(row["mrr_upper"]) for row in months)
    with (tmp_path / "economics.csv").open(encoding="utf-8", newline="") as file:
        figures = {(row["group"], row["metric"]): row["value"] for row in csv.DictReader(file) if not row["period"]}
    assert float(figures["search", "ltv"]) > float(figures["ads", "ltv"])
    assert float(figures["ads", "p_loss"]) > 0.95 and float(figures["search", "ltv_to_cac"]) > 3
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "ads costs" in page and "stop it or renegotiate" in page


def test_the_board_paper(tmp_path: Path) -> None:
    """Its figures are those of the package."""
    shop = ROOT / "fixtures" / "shop"
    script = EXAMPLES / "board" / "board.py"
    subprocess.run([sys.executable, script, shop / "orders.csv", shop / "costs.csv", tmp_path], check=True)
    paper = (tmp_path / "board.md").read_text(encoding="utf-8")
    model = clv.fit(shop / "orders.csv", model="mbg-nbd")
    value = model.score(shop / "orders.csv", margin=0.4, horizon="24mo").to_pandas()["clv"].sum()
    assert f"will bring {value:,.0f} of margin" in paper
    for figure in ("tracking", "payback", "revenue_ahead", "tornado"):
        assert (tmp_path / f"{figure}.svg").read_text(encoding="utf-8").startswith("<svg") and f"({figure}.svg)" in paper
