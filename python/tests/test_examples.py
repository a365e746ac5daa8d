"""The examples do what they say. On version 0.1.0 there were none, and ``clv sql`` put a template's braces between quotes."""

from __future__ import annotations

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
