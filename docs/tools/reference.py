"""Writes the reference: the command line from its own help, the package from its docstrings, warnings and rows from the source.

    CLV_PROGRAM=target/release/clv python tools/reference.py SOURCE
"""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def said(*words: str) -> str:
    program = os.environ["CLV_PROGRAM"]
    done = subprocess.run([program, *words], capture_output=True, text=True, check=True, env=os.environ | {"COLUMNS": "96"})
    return done.stdout.rstrip()


def command_line() -> str:
    verbs = re.findall(r"^  ([a-z]+)  +\S", said("-h").split("Commands:")[1].split("Options:")[0], re.M)
    lines = [
        "# The command line",
        "",
        "What `clv VERB --help` prints, verb by verb. `-h` is the short form; `clv man VERB` a manual page; `clv completions SHELL`",
        "what a shell needs. Data goes to standard output, words to standard error. Exit codes: 0 done; 1 done, and a check that was",
        "asked for failed (`clv monitor`: fit again); 2 an error.",
        "",
    ]
    for verb in verbs:
        if verb != "help":
            lines += [f"## clv {verb}", "", "```text", said(verb, "--help"), "```", ""]
    return "\n".join(lines)


def package() -> str:
    import clv
    import clv.compat
    import clv.plot
    import clv.sklearn

    def entry(module: str, name: str, thing: object) -> list[str]:
        kind = "autoclass" if inspect.isclass(thing) else "autofunction"
        # What scikit-learn adds to every estimator is described there.
        theirs = ", ".join(name for name in dir(thing) if re.fullmatch(r"set_\w+_request|get_metadata_routing", name))
        more = [":members:", *([f":exclude-members: {theirs}"] if theirs else []), ""] if kind == "autoclass" else [""]
        if kind == "autoclass" and isinstance(thing, type) and issubclass(thing, dict):
            return []
        return [f"### {name}", "", "```{eval-rst}", f".. {kind}:: {module}.{name}", *(f"   {line}" if line else "" for line in more), "```", ""]

    lines = [
        "# The Python package",
        "",
        "From its docstrings. The keywords are the options of the command line; `help(clv.fit)` shows the same.",
        "",
    ]
    for module, about in (
        (clv, "The verbs and what they give."),
        (clv.plot, "Figures; see the [gallery](../gallery.md)."),
        (clv.compat, "For those who come [from lifetimes](../coming-from/lifetimes.md) or [PyMC-Marketing](../coming-from/pymc-marketing.md)."),
        (clv.sklearn, "Estimators for scikit-learn."),
    ):
        lines += [f"## {module.__name__}", "", about, ""]
        for name in module.__all__:
            thing = getattr(module, name)
            if callable(thing) and not inspect.ismodule(thing) and not name.endswith("Options"):
                lines += entry(module.__name__, name, thing)
    return "\n".join(lines)


def warnings() -> str:
    """Codes of warnings and fates of rows as the source has them, each with its repair."""
    codes = dict(re.findall(r'^    \("([a-z0-9-]+)", "([^"]+)"\),', (ROOT / "src/base/warning.rs").read_text(), re.M))
    account = (ROOT / "src/history/account.rs").read_text()
    fates = dict(re.findall(r'Fate::(\w+) => "([a-z-]+)"', account))
    abouts = {name: " ".join(line.strip().removeprefix("///").strip() for line in text.strip().splitlines())
              for text, name in re.findall(r"((?:    ///.*\n)+)    (\w+),\n", account)}
    repairs = tomllib.loads((ROOT / "docs/tools/repairs.toml").read_text())
    for kind, known in (("warnings", set(codes)), ("rows", set(fates.values()))):
        if lacking := known ^ set(repairs[kind]):
            sys.exit(f"docs/tools/repairs.toml, [{kind}]: {', '.join(sorted(lacking))}: each code of the source needs a repair, and no other")
    lines = [
        "# Warnings and rows, by code",
        "",
        "Every warning has a code that keeps its meaning: `--json` has it as `code`, Python as `warning.code`. Every row that is read",
        "ends under one line of the cleaning account. Here is what each means and what to do.",
        "",
        "## Warnings",
        "",
        "| code | what was found | what to do |",
        "|---|---|---|",
        *(f"| `{code}` | {about} | {repairs['warnings'][code]} |" for code, about in codes.items()),
        "",
        "## Rows of a log",
        "",
        "Codes of the cleaning account (`--json`: `account`). From `broken-line` on they are bad rows: an error, unless",
        "`--skip-bad-rows` leaves them out, counted.",
        "",
        "| code | what became of the row | what to do |",
        "|---|---|---|",
        *(f"| `{code}` | {abouts.get(name, '')} | {repairs['rows'][code]} |" for name, code in fates.items()),
        "",
        "## Errors",
        "",
        "An error names the file, the row, the column, the value and the repair, and ends with exit code 2. In Python it is an",
        "exception with these as attributes:",
        "",
        "| exception | when |",
        "|---|---|",
        "| `clv.DataError` | the data cannot be read as they are |",
        "| `clv.OptionError` | an option has a value that cannot be used |",
        "| `clv.NotConvergedError` | a fit did not end where parameters can be trusted |",
        "| `clv.ModelFileError` | a model file is damaged, newer, or of another kind |",
        "| `clv.FileError`, `clv.MissingFileError` | a file cannot be opened, or is not there |",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    out = Path(sys.argv[1]) / "reference"
    out.mkdir(parents=True, exist_ok=True)
    for name, text in (("cli", command_line()), ("python", package()), ("warnings", warnings())):
        (out / f"{name}.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
