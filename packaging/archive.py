#!/usr/bin/env python3
"""Builds the program for a target and puts it into an archive with completions, manual pages, licences and the README.

    python packaging/archive.py x86_64-unknown-linux-musl [--zig]

``--zig`` links with zig from the package ``ziglang``, for targets that this machine has no linker of, and against a C library of 2014
(glibc 2.17) for those of GNU. A program that cannot run here
(another processor) takes completions and pages from one that is built for this machine.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import stat
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "target" / "archives"


def run(*words: str, **environment: str) -> bytes:
    done = subprocess.run(words, cwd=ROOT, env=os.environ | environment, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        sys.exit(f"failed: {' '.join(words)}")
    return done.stdout


def zig(target: str) -> dict[str, str]:
    """A linker and a C compiler that are zig's."""
    place = ROOT / "target" / "zig"
    place.mkdir(parents=True, exist_ok=True)
    # Rust's target has a word for the maker of the machine, zig's has not; the start files are Rust's own.
    name = target.replace("-unknown", "") + (".2.17" if target.endswith("gnu") else "")
    found = {}
    for tool, words in (("cc", ["cc", "-target", name]), ("c++", ["c++", "-target", name]), ("ar", ["ar"])):
        script = place / f"{tool}-{target}"
        # zig does not know what cc calls the target of Rust.
        script.write_text(f"#!{sys.executable}\n" + SCRIPT.format(words=words), encoding="utf-8")
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        found[tool] = str(script)
    plain = target.replace("-", "_")
    return {
        f"CARGO_TARGET_{plain.upper()}_LINKER": found["cc"],
        f"CC_{plain}": found["cc"],
        f"CXX_{plain}": found["c++"],
        f"AR_{plain}": found["ar"],
        # musl's start files come from zig alone.
        f"CARGO_TARGET_{plain.upper()}_RUSTFLAGS": "-C link-self-contained=no" if "musl" in target else "",
    }


SCRIPT = """
import os, sys
words = {words!r}
given = [word for word in sys.argv[1:] if not word.startswith("--target=")]
os.execv(sys.executable, [sys.executable, "-m", "ziglang", *words, *given])
"""


def main() -> None:
    target = sys.argv[1]
    linked = zig(target) if "--zig" in sys.argv else {}
    run("cargo", "build", "--release", "--locked", "--bin", "clv", "--target", target, **linked)
    program = ROOT / "target" / target / "release" / ("clv.exe" if "windows" in target else "clv")
    version = re.search(r'^version = "(.+)"', (ROOT / "Cargo.toml").read_text(encoding="utf-8"), re.M)[1]  # type: ignore[index]
    name = f"clv-{version}-{target}"
    place = OUT / name
    shutil.rmtree(place, ignore_errors=True)
    (place / "completions").mkdir(parents=True)
    shutil.copy(program, place)
    for file in ("README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"):
        shutil.copy(ROOT / file, place)
    asked = program if runs_here(target) else ROOT / "target" / "release" / "clv"
    for shell, file in (("bash", "clv.bash"), ("zsh", "_clv"), ("fish", "clv.fish"), ("powershell", "_clv.ps1")):
        (place / "completions" / file).write_bytes(run(str(asked), "completions", shell))
    run(str(asked), "man", "--quiet", "-o", str(place / "man"))
    print(packed(place, "windows" in target))


def runs_here(target: str) -> bool:
    machine = {"arm64": "aarch64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())
    system = {"Linux": "linux", "Darwin": "darwin", "Windows": "windows"}[platform.system()]
    return target.startswith(machine) and system in target


def packed(place: Path, as_zip: bool) -> Path:
    files = sorted(file for file in place.rglob("*") if file.is_file())
    if as_zip:
        archive = place.with_name(place.name + ".zip")
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
            for file in files:
                out.write(file, Path(place.name) / file.relative_to(place))
        return archive
    archive = place.with_name(place.name + ".tar.gz")
    with tarfile.open(archive, "w:gz") as out:
        for file in files:
            out.add(file, Path(place.name) / file.relative_to(place))
    return archive


if __name__ == "__main__":
    main()
