"""Warnings are for what endangers figures: with a code, where they were caused, once; anything else is a line of the report.

They had no code, and what only makes intervals approximate warned, in terms of Pareto's k-hat.
"""

from __future__ import annotations

import pickle
import warnings
from typing import Any

import clv
from conftest import CDNOW

UNTIL: dict[str, Any] = {"observed_until": "1997-09-30"}


def test_they_have_codes_and_a_place() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        summary = clv.summarize(CDNOW, **UNTIL)
        clv.fit(summary)
    assert [str(one.category.__name__) for one in caught] == ["ClvWarning"]
    [one] = caught
    assert isinstance(one.message, clv.ClvWarning) and one.message.code == "exact-duplicates"
    assert one.filename == __file__
    again = pickle.loads(pickle.dumps(one.message))
    assert again.code == "exact-duplicates" and str(again) == str(one.message)
    assert [finding["code"] for finding in summary.warnings] == ["exact-duplicates"]


def test_they_are_said_once_a_call() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        clv.fit(CDNOW, model=["bg-nbd", "nbd"], **UNTIL)
    codes = [one.message.code for one in caught if isinstance(one.message, clv.ClvWarning)]
    assert codes.count("exact-duplicates") == 1


def test_what_makes_intervals_approximate_is_a_line_of_the_report() -> None:
    """236 customers of CDNOW, as in notebook 05: their posterior is far from normal."""
    summary = clv.summarize(CDNOW, **UNTIL).to_pandas().iloc[::10]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = clv.fit(summary)
    codes = [one.message.code for one in caught if isinstance(one.message, clv.ClvWarning)]
    findings = {finding["code"]: finding["message"] for finding in model.warnings}
    assert "poor-approximation" in findings and "poor-approximation" not in codes
    assert "posterior='nuts' makes them exact" in findings["poor-approximation"]
    assert "k-hat" not in findings["poor-approximation"] and "approximate" in str(model.report)


def test_given_parameters_warn_of_nothing() -> None:
    known = clv.model("bg-nbd", r=0.25, alpha=4, a=1, b=2.5)
    log = clv.simulate(known, customers=200)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scores = known.score(log, interval=0.9)
    assert [finding["code"] for finding in scores.warnings] == ["known-parameters"]
