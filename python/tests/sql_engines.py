"""Engines that statements of ``clv.sql`` are run on: each takes a table and a statement and gives rows back."""

from __future__ import annotations

import csv
import datetime
import glob
import io
import json
import os
import pwd
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

Row = dict[str, Any]


@dataclass
class Log:
    """A purchase log: rows of (id, time, numbers), and what its columns and the table are called."""

    rows: list[tuple[Any, ...]]
    columns: tuple[str, ...] = ("customer_id", "date", "amount")
    name: str = "purchases"

    @property
    def times(self) -> bool:
        return any(isinstance(row[1], datetime.datetime) for row in self.rows)

    def types(self, text: str, date: str, time: str, number: str) -> list[str]:
        return [text, time if self.times else date, *[number] * (len(self.columns) - 2)]

    def arrow(self) -> pa.Table:
        types = [pa.string(), pa.timestamp("us") if self.times else pa.date32(), *[pa.float64()] * (len(self.columns) - 2)]
        arrays = [pa.array([row[i] for row in self.rows], kind) for i, kind in enumerate(types)]
        return pa.table(arrays, names=list(self.columns))

    def roles(self) -> dict[str, str]:
        """Its columns as keywords."""
        roles = ["id", "date", *{2: [], 3: ["amount"], 4: ["quantity", "price"]}[len(self.columns)]]
        return dict(zip(roles, self.columns))


def quoted(name: str, sign: str = '"') -> str:
    return sign + name.replace(sign, 2 * sign) + sign


def create(log: Log, types: list[str]) -> str:
    columns = ", ".join(f"{quoted(name)} {kind}" for name, kind in zip(log.columns, types))
    return f"CREATE TABLE {quoted(log.name)} ({columns})"


def duckdb(log: Log, sql: str) -> list[Row]:
    import duckdb

    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    con.execute(create(log, log.types("VARCHAR", "DATE", "TIMESTAMP", "DOUBLE")))
    con.register("given", log.arrow())
    con.execute(f"INSERT INTO {quoted(log.name)} SELECT * FROM given")
    result = con.execute(sql)
    return [dict(zip([column[0] for column in result.description], row)) for row in result.fetchall()]


def datafusion(log: Log, sql: str) -> list[Row]:
    from datafusion import SessionContext

    context = SessionContext()
    context.register_record_batches(quoted(log.name), [log.arrow().to_batches()])
    return [row for batch in context.sql(sql).collect() for row in batch.to_pylist()]


def sqlite(log: Log, sql: str) -> list[Row]:
    con = sqlite3.connect(":memory:")
    con.execute(create(log, [""] * len(log.columns)))
    marks = ", ".join("?" for _ in log.columns)
    con.executemany(f"INSERT INTO {quoted(log.name)} VALUES ({marks})", [list(map(plain, row)) for row in log.rows])
    result = con.execute(sql)
    rows = [dict(zip([column[0] for column in result.description], row)) for row in result.fetchall()]
    con.close()
    return rows


def clickhouse(log: Log, sql: str) -> list[Row]:
    from chdb import session

    def tick(name: str) -> str:
        return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"

    con = session.Session()
    con.query("CREATE DATABASE IF NOT EXISTS shop ENGINE = Atomic")
    con.query("USE shop")
    types = log.types("String", "Date32", "DateTime64(0, 'UTC')", "Float64")
    columns = ", ".join(f"{tick(name)} Nullable({kind})" for name, kind in zip(log.columns, types))
    con.query(f"DROP TABLE IF EXISTS {tick(log.name)}")
    con.query(f"CREATE TABLE {tick(log.name)} ({columns}) ENGINE = Memory")
    lines = [json.dumps(dict(zip(log.columns, map(plain, row)))) for row in log.rows]
    con.query(f"INSERT INTO {tick(log.name)} FORMAT JSONEachRow\n" + "\n".join(lines))
    found = str(con.query(sql, "JSONCompact"))
    answer = json.loads(found)
    names = [column["name"] for column in answer["meta"]]
    # Integers of 64 bits are written as text.
    return [{name: number(name, value) for name, value in zip(names, row)} for row in answer["data"]]


def spark() -> Iterator[Any]:
    """Spark in this process, for the words of Databricks."""
    from pyspark.sql import SparkSession

    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.sql.shuffle.partitions", "1").config("spark.sql.session.timeZone", "UTC")
    session = builder.config("spark.sql.ansi.enabled", "true").config("spark.log.level", "ERROR").getOrCreate()

    def engine(log: Log, sql: str) -> list[Row]:
        session.createDataFrame(log.arrow()).createOrReplaceTempView(quoted(log.name, "`"))
        return [row.asDict() for row in session.sql(sql).collect()]

    yield engine
    session.stop()


class Postgres:
    """A server of the test's own: it listens on a socket in a temporary directory, nowhere else."""

    def __init__(self, initdb: str) -> None:
        self.programs = Path(initdb).resolve().parent
        self.home = Path(tempfile.mkdtemp(prefix="clv-pg-"))
        self.user: dict[str, Any] = {}
        if os.geteuid() == 0:
            # The server refuses to run as root.
            account = pwd.getpwnam("postgres")
            os.chown(self.home, account.pw_uid, account.pw_gid)
            self.user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        data, options = self.home / "data", f"-k {self.home} -c listen_addresses= -c fsync=off"
        self.run("initdb", "-D", data, "-U", "clv", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.run("pg_ctl", "-D", data, "-w", "-l", self.home / "log", "-o", options, "start")

    @staticmethod
    def program() -> str | None:
        """Where initdb is, if PostgreSQL's server is installed."""
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
        return shutil.which("initdb") or (found[-1] if found else None)

    def run(self, program: str, *arguments: object, text: str = "") -> None:
        words = [self.programs / program, *map(str, arguments)]
        # pg_ctl leaves a server behind that would hold a pipe open.
        with tempfile.TemporaryFile() as said:
            done = subprocess.run(words, input=text.encode(), stdout=said, stderr=said, cwd=self.home, **self.user)
            said.seek(0)
            assert done.returncode == 0, said.read().decode()

    def __call__(self, log: Log, sql: str) -> list[Row]:
        rows = io.StringIO()
        csv.writer(rows, lineterminator="\n").writerows(log.rows)
        name = quoted(log.name)
        script = (
            f"DROP TABLE IF EXISTS {name};\n"
            f"{create(log, log.types('TEXT', 'DATE', 'TIMESTAMP', 'DOUBLE PRECISION'))};\n"
            f"COPY {name} FROM STDIN (FORMAT csv);\n{rows.getvalue()}\\.\n\\pset null NULL\n\\o result.csv\n{sql};\n"
        )
        where = ["-h", self.home, "-U", "clv", "-d", "postgres"]
        self.run("psql", "-X", "-q", "--csv", "-v", "ON_ERROR_STOP=1", *where, text=script)
        with open(self.home / "result.csv") as file:
            return [{name: number(name, value) for name, value in row.items()} for row in csv.DictReader(file)]

    def stop(self) -> None:
        self.run("pg_ctl", "-D", self.home / "data", "-m", "immediate", "stop")
        shutil.rmtree(self.home)


def plain(value: Any) -> Any:
    return str(value) if isinstance(value, datetime.date) else value


def number(name: str, value: Any) -> Any:
    """A value of a column that comes as text."""
    if value is None or value == "NULL":
        return None
    return value if name in ("customer_id", "unit", "fate") else float(value)
