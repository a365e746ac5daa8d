#!/usr/bin/env python3
"""Looks at the pages that clv report writes, in Chromium. What it needs it installs: Chromium by apt where that may be
done, playwright-core and axe-core by npm into target/browser. Where that cannot be had it says so and why, and nothing
was seen. Screenshots and the printed page are in target/browser/seen.

    python3 tests/browser/run.py [PROGRAM]
    python3 tests/browser/run.py --install    only that
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / "target" / "browser"
HERE = Path(__file__).resolve().parent


def chromium() -> str | None:
    """A Chromium, installed if there is none and that may be done."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None and shutil.which("apt-get") and os.geteuid() == 0:
        for words in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]):
            subprocess.run(words, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=240)
        found = shutil.which("chromium")
    return found


def installed() -> bool:
    """The packages that drive it."""
    PLACE.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "run.mjs"):
        shutil.copy(HERE / name, PLACE / name)
    if (PLACE / "node_modules" / "playwright-core").exists():
        return True
    words = ["npm", "install", "--silent", "--no-audit", "--no-fund"]
    return shutil.which("npm") is not None and subprocess.run(words, cwd=PLACE, check=False).returncode == 0


def pages(program: str) -> list[str]:
    """One of a shop with all there is, one of a log alone."""
    fixtures = ROOT / "fixtures"
    orders, costs = fixtures / "shop" / "orders.csv", fixtures / "shop" / "costs.csv"
    usual: dict[str, list[object]] = {
        "shop": [orders, "--model", "mbg-nbd", "--costs", costs, "--by", "channel", "--margin", "0.4", "--currency", "EUR"],
        "cdnow": [fixtures / "cdnow_sample.csv", "--model", "bg-nbd"],
    }
    found = []
    for name, words in usual.items():
        page = PLACE / f"{name}.html"
        done = subprocess.run([program, "report", *map(str, words), "-o", str(page)], check=False, capture_output=True)
        if done.returncode != 0:
            sys.exit(done.stderr.decode())
        found.append(str(page))
    return found


def main() -> None:
    if sys.argv[1:] == ["--install"]:
        chromium()
        installed()
        return
    program = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "target" / "release" / "clv")
    browser = chromium()
    if browser is None or shutil.which("node") is None or not installed():
        missing = "Chromium" if browser is None else "node, or playwright-core and axe-core by npm"
        print(f"SKIPPED: pages were not looked at in a browser: {missing} cannot be had here")
        return
    seen = PLACE / "seen"
    shutil.rmtree(seen, ignore_errors=True)
    done = subprocess.run(["node", "run.mjs", browser, str(seen), *pages(program)], cwd=PLACE, check=False, timeout=300)
    if done.returncode != 0:
        sys.exit("pages have faults in a browser")


if __name__ == "__main__":
    main()
