"""Sphinx's settings. ``docs/build.py`` runs it on pages whose snippets it has executed."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

HERE = Path(os.environ["CLV_DOCS"])
sys.path.insert(0, str(HERE / "tools"))

project = "clv"
author = "the clv authors"
copyright = "the clv authors; Apache-2.0 or MIT"
release = os.environ["CLV_VERSION"]
version = release

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_design", "sphinx_copybutton", "mathml"]
myst_enable_extensions = ["deflist", "dollarmath", "attrs_inline", "colon_fence", "fieldlist"]
myst_heading_anchors = 3
source_suffix = {".md": "markdown"}
exclude_patterns: list[str] = []
nitpicky = False
suppress_warnings = ["misc.highlighting_failure"]

autodoc_member_order = "bysource"
autodoc_typehints = "none"
napoleon_google_docstring = False

html_theme = "pydata_sphinx_theme"
html_title = "clv"
html_static_path = [str(HERE / "static")]
html_css_files = ["clv.css"]
html_show_sourcelink = False
html_math_renderer = "mathml"
html_theme_options = {
    "show_prev_next": True,
    "navigation_with_keys": False,
    "show_toc_level": 2,
    "header_links_before_dropdown": 7,
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
}
copybutton_prompt_text = "$ "
copybutton_only_copy_prompt_lines = True


def escape(_app: object, _what: str, _name: str, _object: object, _options: object, lines: list[str]) -> None:
    """Docstrings are the words of the command line's help: an asterisk in them is one."""
    lines[:] = [re.sub(r"(?<![*\\])\*(?!\*)", r"\\*", line) for line in lines]


def setup(app: object) -> None:
    app.connect("autodoc-process-docstring", escape)  # type: ignore[attr-defined]
