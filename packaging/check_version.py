#!/usr/bin/env python3
"""Is a tag the version of Cargo.toml, and does CHANGELOG.md have it with a date? ``--notes`` prints its section.

    python packaging/check_version.py v0.1.0 [--notes]
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def section(version: str, changelog: str) -> str:
    """What the changelog says of a version; ends the program if it is not there or not dated."""
    found = re.search(rf"^## {re.escape(version)}, (\S+)\n(.*?)(?=^## |\Z)", changelog, re.M | re.S)
    if not found:
        sys.exit(f"CHANGELOG.md has no section '## {version}, DATE'")
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", found[1]):
        sys.exit(f"CHANGELOG.md: '## {version}, {found[1]}' needs the date of the release")
    return found[2].strip()


def main() -> None:
    tag = sys.argv[1]
    version = re.search(r'^version = "(.+)"', (ROOT / "Cargo.toml").read_text(encoding="utf-8"), re.M)
    if not version or tag != f"v{version[1]}":
        sys.exit(f"the tag is {tag} and Cargo.toml says {version[1] if version else 'nothing'}")
    notes = section(version[1], (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    if "--notes" in sys.argv:
        print(notes)


if __name__ == "__main__":
    main()
