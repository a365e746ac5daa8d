"""Structure-aware fuzzing of the program; see README.md beside this file.

    python3 fuzz logs                          1,000 runs of this driver
    python3 fuzz all --runs 10000 --seed 7     each driver
    python3 fuzz logs --seed 7 --only 4711     one case again, which is kept
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from case import ROOT
from drive import DRIVERS, drive


def main() -> None:
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("driver", choices=[*DRIVERS, "all"])
    parser.add_argument("--runs", type=int, default=1000, help="runs of the program for each driver")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="the case of this number, which is kept whatever comes of it")
    parser.add_argument("--minutes", type=float, help="stop after so many for each driver")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--clv", type=Path, default=ROOT / "target" / "release" / "clv")
    parser.add_argument("--keep", type=Path, default=ROOT / "target" / "fuzz", help="where cases are kept")
    options = parser.parse_args()
    options.clv = options.clv.resolve()
    assert options.clv.exists(), f"{options.clv} is not there: cargo build --release makes it"
    wrong = [drive(driver, options) for driver in (DRIVERS if options.driver == "all" else [options.driver])]
    sys.exit(1 if any(wrong) else 0)


if __name__ == "__main__":
    main()
