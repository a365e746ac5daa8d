#!/usr/bin/env python3
"""Times clv beside lifetimes and PyMC-Marketing (MAP): summary, fit and score of the same purchases.

Data: the CDNOW sample (2,357 customers) and logs drawn from the model fitted to it, of 1e5 and 1e6 customers over nine
months. Each package runs alone in a process of its own, on a pandas frame that is read already, and does the CDNOW
sample once before (what is compiled then, is not counted). Stages:

    summary   purchases of one day are one, time in weeks
    fit       BG/NBD and Gamma-Gamma
    score     P(alive), purchases and spend expected, and value of 12 months at 1 % a month, for each customer

Wall and CPU seconds (user and system, of all threads and of processes it started), the least of `--repeats` for CDNOW.
A run that does not end within `--limit` seconds is said to. Results are written to benches/results/.

    pip install ./python pandas pyarrow lifetimes==0.11.3 pymc-marketing==0.19.2
    python benches/peers.py [--customers 100000,1000000] [--packages clv,lifetimes,pymc-marketing] [--limit 600]
"""

import argparse
import datetime
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CDNOW, CDNOW_END = ROOT / "fixtures" / "cdnow_sample.csv", "1997-09-30"
SIMULATED_END = "2020-09-30"
STAGES = ("summary", "fit", "score")
VERSIONS = ("clv", "lifetimes", "pymc-marketing", "pymc", "pytensor", "numpy", "scipy", "pandas", "pyarrow")


# --- what is timed: a package's calls, as its own guide writes them --------------------------------------------------


def run_clv(orders, end, stage):
    import clv

    warnings.simplefilter("ignore", clv.ClvWarning)
    with stage("summary"):
        summary = clv.summarize(orders, observed_until=end)
    with stage("fit"):
        model = clv.fit(summary)
    with stage("score"):
        scores = model.score(summary, horizon="12mo", discount="1%/mo", discounting="monthly").to_pandas()
    return float(scores["clv"].sum())


def run_lifetimes(orders, end, stage):
    import lifetimes
    from lifetimes.utils import summary_data_from_transaction_data

    with stage("summary"):
        data = summary_data_from_transaction_data(
            orders, "customer_id", "date", "amount", observation_period_end=end, freq="D", freq_multiplier=7
        )
    customers = data["frequency"], data["recency"], data["T"]
    with stage("fit"):
        purchases = lifetimes.BetaGeoFitter()
        purchases.fit(*customers)
        repeat = data[(data["frequency"] > 0) & (data["monetary_value"] > 0)]
        spend = lifetimes.GammaGammaFitter()
        spend.fit(repeat["frequency"], repeat["monetary_value"])
    with stage("score"):
        purchases.conditional_probability_alive(*customers)
        purchases.conditional_expected_number_of_purchases_up_to_time(365.25 / 7, *customers)
        spend.conditional_expected_average_profit(data["frequency"], data["monetary_value"])
        value = spend.customer_lifetime_value(
            purchases, *customers, data["monetary_value"], time=12, discount_rate=0.01, freq="W"
        )
    return float(value.sum())


def run_pymc_marketing(orders, end, stage):
    from pymc_marketing import clv as pmm

    with stage("summary"):
        data = pmm.utils.rfm_summary(orders, "customer_id", "date", "amount", observation_period_end=end, time_unit="D")
        data = data.assign(recency=data["recency"] / 7, T=data["T"] / 7)
    with stage("fit"):
        purchases = pmm.BetaGeoModel(data=data)
        purchases.fit(method="map", progressbar=False)
        spend = pmm.GammaGammaModel(data=data[(data["frequency"] > 0) & (data["monetary_value"] > 0)])
        spend.fit(method="map", progressbar=False)
    with stage("score"):
        purchases.expected_probability_alive(data)
        purchases.expected_purchases(data, future_t=365.25 / 7)
        spend.expected_customer_spend(data)
        value = spend.expected_customer_lifetime_value(
            transaction_model=purchases, data=data, future_t=12, discount_rate=0.01, time_unit="W"
        )
    return float(value.sum())


PACKAGES = {"clv": run_clv, "lifetimes": run_lifetimes, "pymc-marketing": run_pymc_marketing}


# --- one package on one log, in a process of its own ------------------------------------------------------------------


def cpu_seconds():
    """User and system seconds, of this process with all threads and of the processes it started."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


class Stage:
    """Times what is done within it, and says so in a line of JSON."""

    def __init__(self, name, seen):
        self.name, self.seen = name, seen

    def __enter__(self):
        self.wall, self.cpu = time.monotonic(), cpu_seconds()

    def __exit__(self, kind, *_):
        if kind is None:
            wall, cpu = time.monotonic() - self.wall, cpu_seconds() - self.cpu
            self.seen(self.name, {"wall": round(wall, 4), "cpu": round(cpu, 4)})


def read(log):
    import pandas as pd

    if str(log).endswith(".csv"):
        return pd.read_csv(log, dtype={"customer_id": str})
    return pd.read_parquet(log)


def alone(package, log, end, repeats):
    """What the process does: the sample once unseen, then the log. Words of others go to standard error."""
    warnings.simplefilter("ignore")
    said, sys.stdout = sys.stdout, sys.stderr

    def seen(name, seconds):
        print(json.dumps({name: seconds}), file=said, flush=True)

    PACKAGES[package](read(CDNOW), CDNOW_END, lambda name: Stage(name, lambda *_: None))
    orders = read(log)
    for _ in range(repeats):
        total = PACKAGES[package](orders, end, lambda name: Stage(name, seen))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024)
    print(json.dumps({"value": total, "peak_mb": round(peak)}), file=said, flush=True)


def measure(package, log, end, repeats, limit):
    """Runs it, and gathers what it said before it ended or was stopped."""
    words = [sys.executable, __file__, "--alone", package, str(log), end, str(repeats)]
    ended = None
    try:
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=limit, check=False)
        said = done.stdout
        if done.returncode != 0:
            ended = done.stderr.decode().strip().splitlines()[-1]
    except subprocess.TimeoutExpired as stopped:
        said, ended = stopped.stdout or b"", f"stopped after {limit} s"
    found = {}
    for line in said.decode().splitlines():
        for name, figure in json.loads(line).items():
            best = found.get(name)
            found[name] = figure if best is None or not isinstance(figure, dict) else min(best, figure, key=lambda f: f["cpu"])
    return found | ({"ended": ended} if ended else {})


# --- all of them ------------------------------------------------------------------------------------------------------


def simulated(customers, folder):
    """A log of that many customers, as those of CDNOW: acquired within twelve weeks, watched for nine months."""
    import clv

    warnings.simplefilter("ignore", clv.ClvWarning)
    model = clv.fit(CDNOW, observed_until=CDNOW_END)
    log = folder / f"log_{customers}.parquet"
    end = SIMULATED_END
    clv.simulate(model, customers=customers, start="2020-01-01", acquired_until="2020-03-25", until=end, seed=1).write(log)
    return log


def machine():
    name = platform.processor()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), name)
    return {"processor": name, "cores": os.cpu_count(), "system": platform.platform(terse=True), "load": os.getloadavg()[0]}


def installed(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def ratios(runs):
    """How many times the seconds of clv each of the others takes."""
    ours = runs.get("clv", {})
    found = {}
    for package, figures in runs.items():
        both = [name for name in STAGES if name in figures and name in ours]
        if package != "clv" and both:
            found[package] = {
                name: {kind: round(figures[name][kind] / ours[name][kind], 1) for kind in ("wall", "cpu")} for name in both
            }
    return found


def show(data, runs):
    print(f"{data}\n  {'':<16}" + "".join(f"{name + ', s wall (CPU)':>26}" for name in STAGES) + f"{'peak MB':>10}")
    for package, figures in runs.items():
        cells = [f"{figures[s]['wall']:.3f} ({figures[s]['cpu']:.3f})" if s in figures else "-" for s in STAGES]
        print(f"  {package:<16}" + "".join(f"{cell:>26}" for cell in cells) + f"{figures.get('peak_mb', '-'):>10}")
        if "ended" in figures:
            print(f"  {'':<16}{figures['ended']}")
    for package, stages in ratios(runs).items():
        words = ", ".join(f"{name} {both['wall']} ({both['cpu']})" for name, both in stages.items())
        print(f"  {package} / clv: {words}")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", default="100000,1000000")
    parser.add_argument("--packages", default=",".join(PACKAGES))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--limit", type=int, default=600, help="seconds after which a run is stopped")
    parser.add_argument("--out", type=Path, help="where the results go (benches/results/peers-DATE.json)")
    args = parser.parse_args()
    today = datetime.date.today().isoformat()
    results = {"date": today, "machine": machine(), "python": platform.python_version()}
    results |= {"versions": {name: installed(name) for name in VERSIONS}, "seconds": {}, "ratios": {}}
    out = args.out or ROOT / "benches" / "results" / f"peers-{today}.json"
    out.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        sizes = [int(customers) for customers in args.customers.split(",") if customers]
        logs = {"cdnow, 2,357 customers": (CDNOW, CDNOW_END, args.repeats)}
        logs |= {f"simulated, {n:,} customers": (simulated(n, Path(folder)), SIMULATED_END, 1) for n in sizes}
        for data, (log, end, repeats) in logs.items():
            runs = {}
            for name in args.packages.split(","):
                runs[name] = measure(name, log, end, repeats, args.limit)
                results["seconds"][data], results["ratios"][data] = runs, ratios(runs)
                out.write_text(json.dumps(results, indent=1) + "\n")
            show(data, runs)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--alone"]:
        alone(sys.argv[2], sys.argv[3], sys.argv[4], int(sys.argv[5]))
    else:
        main()
