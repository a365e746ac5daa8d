"""What programs around clv do to it: processes that fork and spawn, threads, hundreds of calls.

A forked process may never come back: it would wait for threads that stay with its parent.
"""

from __future__ import annotations

import multiprocessing
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

import pytest

import clv
from conftest import CDNOW

UNTIL: dict[str, Any] = {"observed_until": "1997-09-30"}


def value(_: int = 0) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(clv.fit(CDNOW, **UNTIL).score(CDNOW, **UNTIL).totals["clv"])


@pytest.mark.parametrize("way", ["fork", "spawn"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_processes(way: str) -> None:
    if way not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {way} here")
    expected = value()
    context = multiprocessing.get_context(way)
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        futures = [pool.submit(value, i) for i in range(3)]
        try:
            assert [future.result(timeout=60) for future in futures] == [expected] * 3
        except TimeoutError:
            for process in pool._processes.values():
                process.kill()
            raise


def test_threads() -> None:
    expected = value()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(value, range(8))) == [expected] * 8


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux counts it")
def test_nothing_leaks_over_200_calls() -> None:
    """Results that nobody keeps are let go."""
    known = clv.model("bg-nbd", r=0.25, alpha=4, a=1, b=2.5, spend={"p": 6, "q": 4, "v": 15})
    log = clv.simulate(known, customers=2000)

    def resident() -> float:
        [line] = [line for line in open("/proc/self/status") if line.startswith("VmRSS")]
        return int(line.split()[1]) / 1024

    def call() -> None:
        scores = known.score(log)
        scores.to_arrow(), scores["clv"], scores[["clv"]], repr(scores), scores._repr_html_(), scores.report.data

    for _ in range(20):
        call()
    before = resident()
    for _ in range(200):
        call()
    assert resident() - before < 30.0, f"{resident() - before:.0f} MB more"


def test_types_of_columns_that_libraries_have() -> None:
    import decimal

    import pandas as pd
    import polars as pl
    import pyarrow as pa

    days = ["2024-01-01", "2024-02-01", "2024-03-01", "2024-01-15"]
    frame = pd.DataFrame({"customer_id": ["a", "a", "a", "b"], "date": pd.to_datetime(days), "amount": [1.5, 2.5, 3.5, 9.0]})
    expected = clv.summarize(frame).to_arrow()
    forms = {
        "nullable": frame.convert_dtypes(),
        "of Arrow": frame.convert_dtypes(dtype_backend="pyarrow"),
        "decimal": frame.assign(amount=[decimal.Decimal(str(one)) for one in frame["amount"]]),
        "a zone": frame.assign(date=frame["date"].dt.tz_localize("Europe/Istanbul")),
        "lazy": pl.LazyFrame(frame),
        "views": pa.Table.from_pandas(frame).set_column(0, "customer_id", pa.array(frame["customer_id"]).cast(pa.string_view())),
        "in pieces": pa.concat_tables([pa.Table.from_pandas(frame[:1]), pa.Table.from_pandas(frame[1:])]),
    }
    for name, form in forms.items():
        assert clv.summarize(form).to_arrow() == expected, name
