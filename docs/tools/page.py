"""Runs the snippets of one page, top to bottom in a directory of its own, and writes the page with what came of them.

    python tools/page.py PAGE OUT PICTURES

A fence whose language is ``console`` holds commands behind ``$``; what they print is put beneath. ``python`` is run, and
shows what it prints and what its last line is worth. Words behind the language change that:

    silent      run, and show the commands alone
    hidden      run, and show only what comes of it
    lines=N     show the first N lines of what is printed
    fails       the command must fail

``{{ expression }}`` in the text is the value of an expression of Python, in the page's namespace. Fences of other languages
are shown as they are. Whatever fails ends the build with the page and the line.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures"
# What stands in the directory of each page.
FILES = {
    "orders.csv": "shop/orders.csv",
    "costs.csv": "shop/costs.csv",
    "cdnow.csv": "cdnow_sample.csv",
    "cdnow_master.csv": "cdnow_master.csv",
    "grocery.csv": "grocery.csv",
    "retention.csv": "retention.csv",
    "lines.csv.gz": "online_retail_lines.csv.gz",
    "apparel.csv": "apparel_trans.csv",
    "apparel_customers.csv": "apparel_static_cov.csv",
    "donations.csv": "donations.csv",
}
MOST_LINES = 40
FENCE = re.compile(r"^(`{3,})(\w+)?([^\n]*)\n(.*?)^\1[ \t]*$", re.S | re.M)
INLINE = re.compile(r"\{\{(.+?)\}\}")


class Markdown(str):
    """Text that is put into the page as it is."""


class Page:
    def __init__(self, source: Path, pictures: Path, link: str) -> None:
        self.source, self.pictures, self.link = source, pictures, link
        self.text = source.read_text(encoding="utf-8")
        self.namespace: dict[str, Any] = {"Markdown": Markdown, "ROOT": ROOT, "sh": self.sh}
        self.drawn = 0

    def fail(self, at: int, why: str) -> None:
        line = self.text[:at].count("\n") + 1
        sys.exit(f"{self.source.relative_to(ROOT)}:{line}: {why}")

    def sh(self, command: str, fails: bool = False) -> str:
        """What a command prints, words and data, as a terminal shows it."""
        done = subprocess.run(
            command, shell=True, executable="/bin/bash", text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
        if (done.returncode != 0) != fails:
            raise RuntimeError(f"$ {command}\nended with {done.returncode}:\n{done.stdout}")
        return done.stdout

    def render(self) -> str:
        parts, last = [], 0
        for fence in FENCE.finditer(self.text):
            parts.append(self.inline(self.text[last : fence.start()], last))
            parts.append(self.fence(fence))
            last = fence.end()
        return "".join([*parts, self.inline(self.text[last:], last)])

    def inline(self, text: str, at: int) -> str:
        def value(found: re.Match[str]) -> str:
            try:
                return str(eval(found[1].strip(), self.namespace))
            except Exception as error:
                self.fail(at + found.start(), f"{found[0]}: {error}")
                raise

        return INLINE.sub(value, text)

    def fence(self, fence: re.Match[str]) -> str:
        language, words, body = fence[2] or "", (fence[3] or "").split(), fence[4]
        try:
            if language == "console":
                return self.console(body, words)
            if language == "python":
                return self.python(body, words)
        except Exception as error:
            self.fail(fence.start(), f"{type(error).__name__}: {error}")
        return fence[0]

    def console(self, body: str, words: list[str]) -> str:
        shown: list[str] = []
        pictures: list[str] = []
        for command in re.split(r"^\$ ", body, flags=re.M)[1:]:
            # What is printed is asked for; what is written there is only a reminder of it.
            command = re.split(r"(?<!\\)\n", command, maxsplit=1)[0].rstrip()
            output = self.sh(command, "fails" in words)
            shown.append("$ " + command)
            if "silent" not in words:
                shown += clipped(output, words)
            pictures += self.plotted(command)
        block = "" if "hidden" in words else "```console\n" + "\n".join(shown) + "\n```\n"
        return block + "\n" + "\n".join(pictures)

    def plotted(self, command: str) -> list[str]:
        """Pictures that a command has drawn, in both themes."""
        found = re.search(r"clv plot (\S+) .*-o (\S+\.svg)\b", command)
        if not found:
            return []
        said = self.sh(command.replace(found[2], "dark-" + found[2]) + " --theme dark")
        alt = " ".join(line.strip() for line in said.splitlines() if not line.startswith("figure:"))
        return [self.picture(Path(found[2]).read_text(), Path("dark-" + found[2]).read_text(), alt)]

    def picture(self, light: str, dark: str, alt: str) -> str:
        self.drawn += 1
        names = []
        for theme, text in (("light", light), ("dark", dark)):
            name = f"{self.link.replace('/', '-')}-{self.drawn}-{theme}.svg"
            (self.pictures / name).write_text(text, encoding="utf-8")
            names.append(name)
        up = "../" * self.link.count("/")
        alt = alt.replace('"', "'").replace("\n", " ")
        return (
            f'![{alt}]({up}pictures/{names[0]}){{.clv .only-light-figure}}\n'
            f'![{alt}]({up}pictures/{names[1]}){{.clv .only-dark-figure}}\n'
        )

    def python(self, body: str, words: list[str]) -> str:
        tree = ast.parse(body)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(tree, "page", "exec"), self.namespace)
            value = eval(compile(ast.Expression(last.value), "page", "eval"), self.namespace) if last else None
        code = "" if "hidden" in words else f"```python\n{body.strip()}\n```\n"
        output = [] if "silent" in words else [self.shown(printed.getvalue(), words), self.worth(value, words)]
        return code + "\n" + "\n".join(part for part in output if part)

    def shown(self, text: str, words: list[str]) -> str:
        return "```text\n" + "\n".join(clipped(text, words)) + "\n```\n" if text.strip() else ""

    def worth(self, value: Any, words: list[str]) -> str:
        if value is None:
            return ""
        if isinstance(value, Markdown):
            return value + "\n"
        if hasattr(value, "spec") and hasattr(value, "alt"):
            return self.picture(value.to_svg(), value.to_svg(theme="dark"), value.alt)
        if type(value).__module__.startswith("altair"):
            import vl_convert

            return self.charted(value.to_dict(), vl_convert, words)
        return self.shown(repr(value), words)

    def charted(self, spec: dict[str, Any], converter: Any, words: list[str]) -> str:
        """A chart of Altair's in the colours of the theme's figures."""
        import clv

        themes = self.namespace.setdefault("__themes__", None)
        if themes is None:
            model = clv.model("bg-nbd", r=1, alpha=1, a=1, b=1)
            figure = clv.plot.heterogeneity(model)
            themes = self.namespace["__themes__"] = {name: figure.spec(name)["config"] for name in ("light", "dark")}
        svgs = []
        for theme in ("light", "dark"):
            drawn = {**spec, "config": themes[theme]}
            svgs.append(converter.vegalite_to_svg(drawn))
        return self.picture(svgs[0], svgs[1], spec.get("description", "a chart"))


def clipped(text: str, words: list[str]) -> list[str]:
    most = next((int(word[6:]) for word in words if word.startswith("lines=")), MOST_LINES)
    lines = [line.rstrip() for line in text.rstrip().splitlines()]
    return lines if len(lines) <= most else [*lines[:most], "..."]


def main() -> None:
    source, out, pictures = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), Path(sys.argv[3]).resolve()
    link = sys.argv[4]
    os.environ |= {"COLUMNS": "96", "NO_COLOR": "1", "CLV_DOCS_ROOT": str(ROOT)}
    # What the program warns of is shown where it prints; of the package only what a page asks for.
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as place:
        for name, fixture in FILES.items():
            (Path(place) / name).symlink_to(FIXTURES / fixture)
        os.chdir(place)
        text = Page(source, pictures, link).render()
        os.chdir(ROOT)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
