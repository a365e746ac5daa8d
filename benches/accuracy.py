#!/usr/bin/env python3
"""How good forecasts are: clv's models, lifetimes, PyMC-Marketing, LightGBM and rules without a model, on any logs.

    cargo build --release
    pip install numpy scipy pandas lifetimes==0.11.3 pymc-marketing==0.19.2 lightgbm==4.7.0
    python benches/accuracy.py [LOGS ..] [--methods mbg-nbd,best,naive:cells] [--out FILE.jsonl]

LOGS are files, each a log of its own, or folders: of those each file is a log, and each folder in them (a log of many files).
A log that does not read by itself has the options beside it that `clv check LOG -o NAME.toml` writes (or clv.toml for all of a
folder). Without LOGS: those of fixtures/. `--methods` takes names and groups (clv, naive, lifetimes, pymc-marketing, lightgbm);
`mbg-nbd+rates` is MBG/NBD with --age-effect auto --season auto. MBG/NBD, which ratios refer to, is always among them.

Protocol. Each log is cut at origins every `--step` weeks, counted back from its end less the horizon, with at least `--first`
weeks before them, at most `--origins` a horizon. `clv summarize` says for all methods who was a customer at an origin, with
which purchases, and what each bought within the horizon. A method sees nothing after the origin: clv's models are fitted and
scored by `clv forecast --observed-until ORIGIN`, other methods run in a process of their own that is given a file of what was
known. A method that fails is a result with its words. CPU seconds and memory are those of one thread; those of clv's are of
reading, fitting, scoring and intervals, those of others of fitting and scoring, without what importing them takes.

One line of JSON a cell goes to --out as soon as it is done, and a table to the same name with .md. A later run does what is
missing: cells of the same log (by its bytes), cut, method and version (of clv, of the package) are not done again; those that
failed are with --again. The table holds the latest of all cells in the file, those of earlier runs too.
"""

import argparse
import datetime
import hashlib
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures"
SHIPPED = ["cdnow_master.csv", "grocery.csv", "apparel_trans.csv", "online_retail_with_returns.csv"]
SEEN = "in view while models and defaults were chosen"
# Cells of another protocol are not comparable: raise it when a figure or a method changes its meaning.
PROTOCOL = 1
VERSIONS = ("numpy", "scipy", "pandas", "lifetimes", "pymc-marketing", "pymc", "lightgbm")

try:
    from forecasting import clv_program, figures, logs, methods, table
    from forecasting.history import History
    from forecasting.process import Failed, run
except ModuleNotFoundError as missing:
    sys.exit(f"{missing.name} is not installed: pip install numpy scipy")


# --- one cell ---------------------------------------------------------------------------------------------------------


def alone(name, known, result):
    """What the process of another package does: it reads what was known, and writes a forecast and its seconds."""
    warnings.simplefilter("ignore")
    method, history = methods.OTHERS[name], History.load(known)
    for package in method.packages:
        __import__(package.replace("-", "_"))
    before = cpu_seconds()
    forecast = method.forecast(history)
    seconds = cpu_seconds() - before
    forecast.save(result)
    print(json.dumps({"cpu_s": seconds}))


def cpu_seconds():
    """User and system seconds of this process and of those it started (compilers)."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def other_cell(name, cut, calendar, bought):
    """A method that is not clv's, in a process of its own."""
    known, result = calendar.folder / "history.npz", calendar.folder / "forecast.npz"
    History.before(cut, calendar).save(known)
    done = run([sys.executable, Path(__file__).resolve(), "--alone", name, known, result], calendar.limit)
    forecast = figures.Forecast.load(result)
    if not all(map(is_forecast, filter(lambda part: part is not None, (forecast.mean, forecast.pmf)))):
        raise Failed("forecasts that are no numbers, or negative")
    seconds = json.loads(done.said.splitlines()[-1])["cpu_s"]
    return figures.of_forecast(forecast, bought), seconds, done.peak_mb


def is_forecast(values):
    return bool(((values >= -1e-9) & (values < float("inf"))).all())


def measure(name, cut, calendar, bought):
    """One cell: figures and costs, or why there are none."""
    try:
        of = other_cell if name in methods.OTHERS else clv_program.cell
        found, cpu, peak = of(name, cut, calendar, bought)
    except Failed as failed:
        said = str(failed).replace(str(calendar.folder), "FOLDER").replace(str(calendar.log.path), calendar.log.name)
        return {"failed": said}
    return rounded(found) | {"cpu_s": round(cpu, 3), "peak_mb": round(peak)}


def rounded(found):
    return {name: float(f"{v:.6g}") if isinstance(v, float) else v for name, v in found.items()}


# --- all of them ------------------------------------------------------------------------------------------------------


def program(path):
    """The version of clv and a digest of the program: results belong to it."""
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return f"{said} ({hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]})"


def chosen(words):
    """The methods named, groups taken apart. An unknown name is one of clv's: the program says whether it knows it."""
    groups = {"clv": [*methods.CLV, *methods.RATES, *methods.CHOSEN]}
    for name in methods.OTHERS:
        groups.setdefault(name.split(":")[0], []).append(name)
    wanted = [name for word in words.split(",") for name in groups.get(word, [word])]
    unknown = [name for name in wanted if ":" in name and name not in methods.OTHERS]
    if unknown:
        raise SystemExit(f"no method {', '.join(unknown)}: there are {', '.join(methods.ALL)}")
    return list(dict.fromkeys([table.REFERENCE, *wanted]))


KEY = ("protocol", "sha256", "origin", "weeks", "method", "version")


def key(cell):
    return tuple(cell[name] for name in KEY)


def read(out):
    """The lines of earlier runs that are whole: one that was cut off is done again."""
    found = []
    for line in out.read_text().splitlines() if out.exists() else []:
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return [one for one in found if one["protocol"] == PROTOCOL]


def append(out, found):
    """One line, on a line of its own even if the last run was killed within one."""
    with out.open("ab+") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 1))
        torn = file.read(1) not in (b"", b"\n")
        file.write((b"\n" if torn else b"") + json.dumps(found).encode() + b"\n")


def go(args, log, folder):
    """Does those cells of one log that are not done."""
    calendar, sha256, before = logs.Calendar(args.clv, log, folder, args.limit), log.digest(), read(args.out)
    cells = {key(one): one for one in before if "method" in one}
    place = {"protocol": PROTOCOL, "log": log.name, "sha256": sha256}
    note = SEEN if log.path.parent == FIXTURES else args.note
    about = place | {"customers": len(calendar.at(calendar.last).ids), "first": str(calendar.first), "last": str(calendar.last)}
    if about | {"note": note} not in before:
        append(args.out, about | {"note": note})
    cuts = logs.cuts(calendar, args.horizons, args.step, args.first, args.origins)
    print(f"{log.name}: {about['customers']:,} customers, {calendar.first} to {calendar.last}, {len(cuts)} cuts", flush=True)
    for cut in cuts:
        bought = cut.bought(calendar)
        for name in args.methods:
            version = methods.OTHERS[name].version() if name in methods.OTHERS else args.version
            cell = place | {"origin": str(cut.origin), "weeks": cut.weeks, "method": name, "version": version}
            done = cells.get(key(cell))
            if done is None or (args.again and "failed" in done):
                cell |= {"customers": len(bought), "purchases": int(bought.sum())}
                cell |= measure(name, cut, calendar, bought)
                append(args.out, cell)
                print(f"  {cut.origin} {cut.weeks:3} weeks  {name:<26} {summary(cell)}", flush=True)


def page(lines):
    """What the table is made of: the latest version of each log, and of each cell of it that any run did."""
    about = {one["log"]: one for one in lines if "method" not in one}
    cells = {}
    for one in lines:
        if "method" in one and one["sha256"] == about[one["log"]]["sha256"]:
            cells[tuple(one[name] for name in KEY[1:-1])] = one
    order = {name: at for at, name in enumerate(methods.ALL)}
    return sorted(cells.values(), key=lambda one: order.get(one["method"], len(order))), about


def summary(cell):
    if "failed" in cell:
        return cell["failed"]
    bias = "" if cell["bias"] is None else f", bias {cell['bias']:+.1%}"
    return f"CRPS {cell['crps']:.4f}{bias}, {cell['cpu_s']:.2f} s CPU"


def grid(args):
    horizons = ", ".join(map(str, args.horizons))
    return f"horizons of {horizons} weeks; origins every {args.step} weeks after {args.first}, at most {args.origins} a horizon"


def machine():
    name = platform.processor()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), name)
    return f"{name}, {platform.platform(terse=True)}"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("logs", nargs="*", metavar="LOGS", default=[FIXTURES / name for name in SHIPPED])
    parser.add_argument("--methods", type=chosen, default=methods.ALL, help=f"[{','.join(methods.ALL)}]")
    weeks = {"type": lambda text: [int(word) for word in text.split(",")], "default": [13, 26, 52]}
    parser.add_argument("--horizons", **weeks, help="weeks [13,26,52]")
    parser.add_argument("--step", type=int, default=13, help="weeks from origin to origin [13]")
    parser.add_argument("--first", type=int, default=26, help="weeks before the first origin, at least [26]")
    parser.add_argument("--origins", type=int, default=12, help="origins of one horizon, at most [12]")
    parser.add_argument("--limit", type=float, default=600, help="CPU seconds after which a process is stopped [600]")
    parser.add_argument("--again", action="store_true", help="do again what failed")
    parser.add_argument("--note", default="", help="what the table says of the logs given, such as: held back")
    parser.add_argument("--clv", type=Path, default=ROOT / "target" / "release" / "clv")
    parser.add_argument("--out", type=Path, default=ROOT / "benches" / "results" / "accuracy.jsonl")
    return parser.parse_args()


def main():
    args = arguments()
    if args.out.suffix != ".jsonl":
        sys.exit(f"--out {args.out}: name a .jsonl file; the table goes beside it as .md")
    if not args.clv.exists():
        sys.exit(f"{args.clv} is not there: cargo build --release makes it, or name it with --clv")
    args.version = program(args.clv)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    unread = {}
    with tempfile.TemporaryDirectory() as folder:
        for log in logs.find(args.logs):
            try:
                go(args, log, Path(folder))
            except Failed as failed:
                unread[log.name] = str(failed).replace(str(log.path), log.path.name)
                print(f"{log.path} is no log: {failed}", flush=True)
    cells, about = page(read(args.out))
    facts = {"date": datetime.date.today().isoformat(), "machine": machine(), "Python": platform.python_version()}
    facts |= {name: methods.installed(name) for name in VERSIONS} | {"grid of the last run": grid(args)}
    target = args.out.with_suffix(".md")
    target.write_text(table.markdown(cells, about, args.out.name, facts | {f"not read: {k}": unread[k] for k in unread}))
    print(target)
    if unread:
        sys.exit(f"{', '.join(unread)} not read: clv check LOG -o NAME.toml writes the options that a log needs beside it")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--alone"]:
        alone(*sys.argv[2:5])
    else:
        main()
