#!/usr/bin/env python3
"""Builds the documentation site into target/docs/site: one command, no network but the package registry's.

    python docs/build.py              everything
    python docs/build.py --pages A B  only runs these pages (docs/pages/A.md), to look at what their snippets give

It makes an environment of its own under target/docs with what docs/requirements.txt pins and the package as it is, runs every
snippet of every page, writes the reference from the program, the package and the source, builds, and follows every link
within the site. It fails at the first thing that is not true.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import venv
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
TARGET = ROOT / "target" / "docs"
SOURCE, SITE = TARGET / "source", TARGET / "site"
WHEELS = ROOT / "target" / "wheels"
PROGRAM = ROOT / "target" / "release" / ("clv.exe" if os.name == "nt" else "clv")


def run(*words: object, **environment: str) -> None:
    done = subprocess.run([str(word) for word in words], cwd=ROOT, env=os.environ | environment, check=False)
    if done.returncode != 0:
        sys.exit(f"failed: {' '.join(map(str, words))}")


def version() -> str:
    return re.search(r'^version = "(.+)"', (ROOT / "Cargo.toml").read_text(), re.M)[1]  # type: ignore[index]


def environment() -> Path:
    """The Python of an environment with the site's generator and the package. What is built already is used."""
    python = TARGET / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        venv.create(TARGET / "venv", with_pip=True)
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", DOCS / "requirements.txt")
    if not PROGRAM.exists():
        run("cargo", "build", "--release")
    wheels = sorted(WHEELS.glob("clv-*.whl"), key=lambda wheel: wheel.stat().st_mtime)
    if not wheels:
        run(python, "-m", "maturin", "build", "--release", "-m", "python/Cargo.toml", "-i", python, "-o", WHEELS)
        wheels = list(WHEELS.glob("clv-*.whl"))
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--force-reinstall", "--no-deps", wheels[-1])
    return python


def run_pages(python: Path, pages: list[Path]) -> None:
    """Each page in a process and a directory of its own, two at a time."""
    pictures = SOURCE / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    path = f"{PROGRAM.parent}{os.pathsep}{python.parent}{os.pathsep}{os.environ['PATH']}"

    def one(page: Path) -> tuple[Path, int, str, float]:
        link = page.relative_to(DOCS / "pages").with_suffix("").as_posix()
        began = time.monotonic()
        done = subprocess.run(
            [python, DOCS / "tools" / "page.py", page, SOURCE / f"{link}.md", pictures, link],
            env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False,
        )
        return page, done.returncode, done.stderr + done.stdout, time.monotonic() - began

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for page, code, said, seconds in pool.map(one, pages):
            print(f"{seconds:6.1f} s  {page.relative_to(DOCS)}", flush=True)
            if code != 0:
                sys.exit(said.strip())


class Links(HTMLParser):
    """The links of a page, and the names that it can be entered at."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if name in ("href", "src") and value and tag != "form":
                self.links.append(value)
            if name in ("id", "name") and value:
                self.names.add(value)


def check_links() -> int:
    """Follows every link within the site; the number of those that were followed."""
    pages: dict[Path, Links] = {}
    # What the theme keeps beside its styles are templates, not pages.
    for page in (page for page in SITE.rglob("*.html") if "_static" not in page.parts):
        pages[page] = Links()
        pages[page].feed(page.read_text(encoding="utf-8"))
    followed, dead = 0, []
    for page, links in pages.items():
        for link in links.links:
            path, fragment = urldefrag(link)
            path = path.partition("?")[0]
            if re.match(r"[a-z]+:|//", path):
                continue
            target = (page.parent / unquote(path)).resolve() if path else page
            target = target / "index.html" if target.is_dir() else target
            followed += 1
            if not target.exists():
                dead.append(f"{page.relative_to(SITE)}: {link} leads nowhere")
            elif fragment and target in pages and unquote(fragment) not in pages[target].names:
                dead.append(f"{page.relative_to(SITE)}: {link}: there is no such place on that page")
    if dead:
        sys.exit("\n".join(sorted(set(dead))))
    return followed


def write_llms(pages: list[Path]) -> None:
    """llms.txt: the site's pages, a line each, for programs that read; the pages themselves stand beside as text."""
    lines = ["# clv", "", "> Customer lifetime value: who is still a customer, how often they will come back, and what that is worth.", ""]
    for page in sorted(pages):
        link = page.relative_to(DOCS / "pages").with_suffix("").as_posix()
        text = (SOURCE / f"{link}.md").read_text(encoding="utf-8")
        title = re.search(r"^# (.+)$", text, re.M)
        first = re.search(r"^(?![#!`:\[<|>(-])\S.+?(?=\n\n|\Z)", text, re.M | re.S)
        sentence = " ".join(first[0].split()).split(". ")[0].rstrip(".") if first else ""
        lines.append(f"- [{title[1] if title else link}](text/{link}.md): {sentence}")
        copy = SITE / "text" / f"{link}.md"
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text, encoding="utf-8")
    (SITE / "llms.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    began = time.monotonic()
    python = environment()
    every = sorted((DOCS / "pages").rglob("*.md"))
    wanted = [DOCS / "pages" / f"{name}.md" for name in sys.argv[2:]] if sys.argv[1:2] == ["--pages"] else every
    if wanted == every:
        shutil.rmtree(SOURCE, ignore_errors=True)
        shutil.rmtree(SITE, ignore_errors=True)
    run_pages(python, wanted)
    if wanted != every:
        return
    settings = {"CLV_DOCS": str(DOCS), "CLV_VERSION": version(), "CLV_PROGRAM": str(PROGRAM)}
    run(python, DOCS / "tools" / "reference.py", SOURCE, **settings)
    # Links to files of the source lead nowhere on the site.
    changes = re.sub(r"\[([^\]]+)\]\((?!https?:)[^)]+\)", r"\1", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    (SOURCE / "changelog.md").write_text(changes, encoding="utf-8")
    # -W: a warning ends it; among them links within the pages that lead nowhere.
    run(python, "-m", "sphinx", "-q", "-W", "--keep-going", "-j", "2", "-c", DOCS, "-b", "html", SOURCE, SITE, **settings)
    write_llms(every)
    print(f"{check_links():,} links followed; {SITE / 'index.html'} in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
