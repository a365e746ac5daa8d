#!/usr/bin/env python3
"""Counts the instructions of fixed jobs with valgrind's callgrind: free of the noise that times have on shared machines.

    cargo build --release
    python3 benches/instructions.py [JOB ...] [--clv target/release/clv] [-o FILE]
    python3 benches/instructions.py --against benches/results/instructions.json [JOB ...]

With --against, a job that takes 10 % more than recorded ends it with 1. One thread, the CDNOW sample, equal seeds; counts
depend on the compiler and the C library too, so hold them against a record of the same machine.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOG = [str(ROOT / "fixtures" / "cdnow_sample.csv"), "--observed-until", "1997-09-30"]
# Each with what is to stand in DIR before it, which is not counted.
JOBS = {
    "summarize": ["summarize", *LOG, "-o", "DIR/summary.csv"],
    "score": ["score", "DIR/bg-nbd.json", *LOG, "-o", "DIR/scores.csv"],
    "fit": ["fit", *LOG, "--model", "bg-nbd", "-o", "DIR/fitted.json"],
    "intervals": ["score", "DIR/bg-nbd.json", *LOG, "--interval", "0.9", "-o", "DIR/scores.csv"],
    "backtest": ["backtest", LOG[0], "--models", "bg-nbd", "--holdout", "39w", "--origins", "1"],
    "nuts": ["fit", *LOG, "--model", "bg-nbd", "--spend", "none", "--posterior", "nuts", "-o", "DIR/nuts.json"],
}
SLACK = 0.10


def count(clv, words):
    """Runs one job; returns how many instructions it took."""
    environment = os.environ | {"RAYON_NUM_THREADS": "1"}
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", clv, *words]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    found = re.search(r"Collected : (\d+)", done.stderr)
    if found is None:
        sys.exit(f"callgrind did not say how many instructions: {done.stderr[-500:]}")
    return int(found[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jobs", nargs="*", metavar="JOB", help=f"of {', '.join(JOBS)}; all without")
    parser.add_argument("--clv", default=str(ROOT / "target" / "release" / "clv"))
    parser.add_argument("--against", type=Path)
    parser.add_argument("-o", "--output", type=Path)
    args = parser.parse_args()
    unknown = set(args.jobs) - set(JOBS)
    if unknown:
        parser.error(f"no job {', '.join(sorted(unknown))}: there are {', '.join(JOBS)}")
    recorded = json.loads(args.against.read_text())["instructions"] if args.against else {}
    version = subprocess.run([args.clv, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    counts, worse = {}, []
    with tempfile.TemporaryDirectory() as directory:
        fit = [args.clv, "fit", *LOG, "--model", "bg-nbd", "-o", f"{directory}/bg-nbd.json"]
        subprocess.run(fit, check=True, capture_output=True)
        for job in args.jobs or JOBS:
            counts[job] = count(args.clv, [word.replace("DIR", directory) for word in JOBS[job]])
            before = recorded.get(job)
            change = f"{counts[job] / before - 1:+8.1%}" if before else ""
            print(f"  {job:<10} {counts[job] / 1e6:12,.1f} million instructions {change}", flush=True)
            if before and counts[job] > (1 + SLACK) * before:
                worse.append(job)
    if args.output:
        args.output.write_text(json.dumps({"clv": version, "instructions": counts}, indent=2) + "\n")
    if worse:
        sys.exit(f"more than {SLACK:.0%} more than recorded: {', '.join(worse)}")


if __name__ == "__main__":
    main()
