"""What can be said of the documentation without building it: links between files lead somewhere, each code of a warning and of a row has
a repair, a release's tag is checked, and what the README leads to is there. ``docs/build.py`` runs every snippet.

Seen to fail: a link of the README misspelt, a code without a repair.
"""

from __future__ import annotations

import importlib.util
import re
import types
from pathlib import Path

import pytest

from conftest import ROOT

PAGES = sorted(
    path
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md"), *(ROOT / "python").glob("*.md")]
    if "target" not in path.parts
)


def module(path: str) -> types.ModuleType:
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / path)
    assert spec and spec.loader
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def test_links_between_files_lead_somewhere() -> None:
    # The site makes these of the program, the package and the source.
    made = {"docs/pages/changelog.md", *(f"docs/pages/reference/{name}.md" for name in ("cli", "python", "warnings"))}
    dead, followed = [], 0
    for page in PAGES:
        text = re.sub(r"^(`{3,}).*?^\1", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)
        for link in re.findall(r"\]\(([^)\s#]+)[^)]*\)", text):
            if re.match(r"[a-z]+:", link):
                continue
            target = (page.parent / link).resolve()
            followed += 1
            if not target.exists() and target.relative_to(ROOT).as_posix() not in made:
                dead.append(f"{page.relative_to(ROOT)}: {link}")
    assert not dead and followed > 50, dead


def test_each_code_has_a_repair() -> None:
    text = module("docs/tools/reference.py").warnings()
    assert "| `exact-duplicates` | rows occur twice |" in text and "| `broken-line` |" in text


def test_every_page_is_in_the_contents() -> None:
    """A page that no list of contents names is found by nobody."""
    named = set()
    for page in (ROOT / "docs" / "pages").rglob("*.md"):
        for block in re.findall(r"```\{toctree\}\n(.*?)```", page.read_text(encoding="utf-8"), re.S):
            for line in block.splitlines():
                if line and not line.startswith(":"):
                    line = line.partition("<")[2].rstrip(">") or line
                    named.add((page.parent / line).relative_to(ROOT / "docs" / "pages").as_posix())
    there = {path.relative_to(ROOT / "docs" / "pages").with_suffix("").as_posix() for path in (ROOT / "docs" / "pages").rglob("*.md")}
    assert there - named == {"index"}


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


def test_a_release_needs_a_dated_changelog() -> None:
    section = module("packaging/check_version.py").section
    assert section("1.2.3", "# Changelog\n\n## 1.2.3, 2026-12-01\n\nAdded\n\n## 1.2.2, 2026-11-01\n") == "Added"
    for text in ("## 1.2.3, unreleased\n\nAdded\n", "## 1.2.4, 2026-12-01\n\nAdded\n", ""):
        with pytest.raises(SystemExit):
            section("1.2.3", text)
