#!/usr/bin/env python3
"""Times the clv binary on simulated logs of 1e5, 1e6 and 1e7 customers (up to about 1e8 rows).

Prints, for each run: wall time, CPU time (user + system), rows per second and per CPU second, and
the peak resident memory of the process, all as the operating system counts them for the child.

    cargo build --release
    python3 benches/large.py [--customers 100000,1000000] [--format parquet|csv]
        [--memory-limit 1GB] [--dir DIR] [--keep]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# About ten purchases a customer: three years, nobody leaves early.
MODEL = ["mbg-nbd", "r=1.0", "alpha=12.0", "a=0.5", "b=12.0", "--spend", "p=6.25,q=3.74,v=15.44"]


def run(arguments):
    """Runs a command; returns wall seconds, CPU seconds, peak MB, and what it said."""
    begun = time.monotonic()
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen([str(a) for a in arguments], stdout=said, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - begun
        said.seek(0)
        text = said.read().decode()
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{' '.join(map(str, arguments))}\n{text}")
    peak = usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024)
    return wall, usage.ru_utime + usage.ru_stime, peak, text


def show(what, rows, figures):
    wall, cpu, peak, _ = figures
    print(
        f"  {what:<22} {wall:8.2f} s wall {cpu:8.2f} s CPU {rows / wall / 1e6:8.2f} M rows/s "
        f"{rows / cpu / 1e6:8.2f} M rows/CPU s {peak:8.0f} MB peak",
        flush=True,
    )


def bench(clv, directory, customers, args):
    model, log = directory / "model.json", directory / f"log_{customers}.{args.format}"
    run([clv, "model", *MODEL, "-o", model])
    figures = run([clv, "simulate", model, "--customers", customers, "-o", log, "--json"])
    rows = json.loads(figures[3])["simulation"]["rows"]
    print(f"{customers:,} customers, {rows:,} rows, {log.stat().st_size / 1e6:,.0f} MB {args.format}")
    show("simulate", rows, figures)
    limit = ["--memory-limit", args.memory_limit]
    for extension in ("parquet", "csv"):
        out = directory / f"summary.{extension}"
        show(f"summarize to {extension}", rows, run([clv, "summarize", log, *limit, "-o", out]))
    show("fit", rows, run([clv, "fit", log, *limit, "-o", directory / "fitted.json"]))
    show("forecast", rows, run([clv, "forecast", log, *limit, "-o", directory / "scores.parquet"]))
    if not args.keep:
        log.unlink()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clv", type=Path, default=ROOT / "target" / "release" / "clv")
    parser.add_argument("--customers", default="100000,1000000,10000000")
    parser.add_argument("--format", choices=["parquet", "csv"], default="parquet")
    parser.add_argument("--memory-limit", default="1GB")
    parser.add_argument("--dir", type=Path, help="where the logs are written")
    parser.add_argument("--keep", action="store_true", help="keep the logs")
    args = parser.parse_args()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    print(f"{os.cpu_count()} cores, load {load:.1f} before")
    with tempfile.TemporaryDirectory(dir=args.dir) as directory:
        place = args.dir if args.keep and args.dir else Path(directory)
        for customers in args.customers.split(","):
            bench(args.clv, place, int(customers), args)


if __name__ == "__main__":
    main()
