"""Every option shows itself: in the signature, with its type and default; in the docstring, in a sentence; in the stub.

``inspect.signature(clv.fit)`` used to be ``(data, **options)``.
"""

from __future__ import annotations

import inspect
import pydoc
import subprocess
import sys
import typing
from pathlib import Path
from typing import Any

import pytest

import clv
from clv import _core
from conftest import CDNOW

FUNCTIONS = {
    "summarize": (clv.summarize, "summarize"),
    "check": (clv.check, "summarize"),
    "update": (clv.update, "summarize"),
    "monitor": (clv.monitor, "summarize"),
    "fit": (clv.fit, "fit"),
    "forecast": (clv.forecast, "forecast"),
    "newcomers": (clv.newcomers, "newcomers"),
    "backtest": (clv.backtest, "backtest"),
    "economics": (clv.economics, "economics"),
    "report": (clv.report, "report"),
    "actions": (clv.actions, "actions"),
    "measure": (clv.measure, "measure"),
    "simulate": (clv.simulate, "simulate"),
    "sql": (clv.sql, "sql"),
    "Model.score": (clv.Model.score, "score"),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_option_is_in_the_signature_and_the_docstring(name: str) -> None:
    function, verb = FUNCTIONS[name]
    signature = inspect.signature(function)
    wanted = set(_core.option_names(verb)) - {"newcomers": {"by"}, "sql": {"dialect"}, "report": {"model"}}.get(verb, set())
    shown = {parameter.name: parameter for parameter in signature.parameters.values()}
    assert wanted <= set(shown), wanted - set(shown)
    said = inspect.getdoc(function) or ""
    for option in wanted:
        parameter = shown[option]
        assert parameter.kind is inspect.Parameter.KEYWORD_ONLY
        assert parameter.annotation is not inspect.Parameter.empty
        assert parameter.default is not inspect.Parameter.empty
        head, sentence = said.split(f"\n{option} : ", 1)[1].split("\n", 2)[:2]
        assert ("optional" in head) == (parameter.default is None), head
        assert sentence.startswith("    ") and len(sentence.strip()) > 8
    assert not any(p.kind is inspect.Parameter.VAR_KEYWORD for p in shown.values())


def test_defaults_are_those_of_the_library() -> None:
    """The help's, which tests/shown/help.rs holds to what the library does."""
    shown = {name: p.default for name, p in inspect.signature(clv.forecast).parameters.items()}
    wanted = {
        "model": "best", "spend": "gamma-gamma", "prior": "none", "posterior": "laplace", "horizon": "12mo",
        "discount": "10%/yr", "margin": 1.0, "discounting": "continuous", "grain": None, "returns": "net", "unit": None,
        "skip_bad_rows": False, "interval": None, "observed_until": None, "posterior_seed": 1,
    }  # fmt: skip
    assert {name: shown[name] for name in wanted} == wanted
    assert inspect.signature(clv.economics).parameters["interval"].default == 0.9
    assert inspect.signature(clv.simulate).parameters["customers"].default == 10000


def test_help_shows_types_and_defaults() -> None:
    said = pydoc.render_doc(clv.fit, renderer=pydoc.plaintext)
    assert "model: 'str | Sequence[str] | None' = 'bg-nbd'" in said and "observed_until : str or date, optional" in said
    assert "prior : {'none', 'weak'}, default \"none\"" in said
    for section in ("Parameters\n    ----------", "Returns\n    -------", "Raises\n    ------", "Examples\n    --------"):
        assert section in said, section


def test_what_is_not_given_is_not_passed_on(tmp_path: Path) -> None:
    """A default that was passed on would win over the file of options."""
    config = tmp_path / "clv.toml"
    config.write_text('horizon = "1mo"\n')
    model = clv.fit(CDNOW, observed_until="1997-09-30")
    short = model.score(CDNOW, observed_until="1997-09-30", config=str(config))
    assert short.totals["horizon"] == "1mo"
    again = model.score(CDNOW, observed_until="1997-09-30", config=str(config), horizon="12mo")
    assert again.totals["horizon"] == "12mo"


@pytest.mark.parametrize(
    ("call", "wrong", "meant"),
    [
        (lambda **k: clv.fit(CDNOW, **k), {"observed_untill": "1997-09-30"}, "observed_until"),
        (lambda **k: clv.forecast(CDNOW, **k), {"horizont": "12mo"}, "horizon"),
        (lambda **k: clv.sql("duckdb", **k), {"customer_id": "id"}, "did you mean 'id'"),
        (lambda **k: clv.sql("duckdb", **k), {"xyzzy": "id"}, "there are"),
        (lambda **k: clv.newcomers(clv.fit(CDNOW), **k), {"horizn": "12mo"}, "horizon"),
        (lambda **k: clv.report(CDNOW, **k), {"titel": "x"}, "title"),
    ],
)
def test_unknown_keywords_are_told_what_was_meant(call: Any, wrong: dict[str, str], meant: str) -> None:
    with pytest.raises(TypeError, match=meant):
        call(**wrong)


def test_generated_files_are_as_they_would_be_written() -> None:
    """What is generated is as the generator writes it."""
    generator = Path(__file__).resolve().parents[1] / "generate.py"
    done = subprocess.run([sys.executable, generator, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("verb", ["summarize", "fit", "score", "forecast", "newcomers", "backtest", "economics", "report", "actions", "measure", "simulate"])
def test_every_option_is_typed(verb: str) -> None:
    typed = getattr(clv, f"{verb.title()}Options")
    assert set(typing.get_type_hints(typed)) == set(_core.option_names(verb))


def test_plots_show_their_options() -> None:
    shown = inspect.signature(clv.plot.retention).parameters
    assert shown["horizon"].default == "12mo" and "options" not in shown


def test_other_words_are_understood() -> None:
    """The words of other packages mean options. Seen to fail before: ``customer`` was taken for ``customers``."""
    for wrong, meant in (("customer", "id"), ("customer_id_col", "id"), ("observation_period_end", "observed_until"), ("freq", "grain")):
        with pytest.raises(TypeError, match=f"did you mean '{meant}'"):
            clv.fit(CDNOW, **{wrong: "x"})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="did you mean 'discount'"):
        clv.forecast(CDNOW, discount_rate=0.1)  # type: ignore[call-arg]


def test_shares_are_percent_too() -> None:
    """As on the command line, to the last bit."""
    model = clv.model("bg-nbd", r=0.243, alpha=4.414, a=0.793, b=2.426, spend={"p": 6.25, "q": 3.74, "v": 15.44})
    summary = clv.summarize(CDNOW, observed_until="1997-09-30")
    percent, number = (model.score(summary, margin=margin, interval=interval) for margin, interval in (("30%", "90%"), (0.3, 0.9)))
    assert percent.to_arrow() == number.to_arrow()
