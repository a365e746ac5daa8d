"""What is known of single customers over time, as paths and as tables."""

from __future__ import annotations

import datetime as dt
import random

import pandas as pd
import pytest

import clv

START, WEEKS, KNOWN = dt.date(2022, 1, 3), 60, 90


def mailed(customer: int, week: int) -> int:
    return int((week + customer % 7) * 37 % 7 < 2)


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    """Mails treble what is bought; who leaves does so at any time."""
    rng = random.Random(4)
    rows = []
    for customer in range(500):
        rate, leaving, born = rng.gammavariate(1.2, 1 / 40), rng.gammavariate(1.5, 1 / 250), rng.randrange(150)
        rows.append((customer, born))
        for day in range(born + 1, 7 * WEEKS):
            if rng.random() < rate * (3 if mailed(customer, day // 7) else 1):
                rows.append((customer, day))
            if rng.random() < leaving:
                break
    return pd.DataFrame({"id": [row[0] for row in rows], "date": [START + dt.timedelta(row[1]) for row in rows]})


def known(weeks: int) -> pd.DataFrame:
    rows = [(customer, week) for customer in range(500) for week in range(weeks)]
    return pd.DataFrame(
        {
            "id": [row[0] for row in rows],
            "week": [START + dt.timedelta(7 * row[1]) for row in rows],
            "mails": [mailed(*row) for row in rows],
        }
    )


def test_a_table_is_a_file(log: pd.DataFrame, tmp_path) -> None:
    path = tmp_path / "known.csv"
    known(KNOWN).to_csv(path, index=False)
    told, read = (clv.fit(log, time_covariates=own, prior="weak") for own in (known(KNOWN), path))
    assert told.to_json() == read.to_json()
    assert told.name == "pareto-nbd"
    one, other = (told.score(log, horizon="13w", time_covariates=own).to_pandas() for own in (known(KNOWN), path))
    pd.testing.assert_frame_equal(one, other)
    told.save(tmp_path / "m.json")
    again = clv.load(tmp_path / "m.json")
    pd.testing.assert_frame_equal(again.score(log, horizon="13w", time_covariates=path).to_pandas(), one)


def test_what_is_not_known_is_asked_for(log: pd.DataFrame) -> None:
    model = clv.fit(log, time_covariates=known(WEEKS), prior="weak")
    with pytest.raises(clv.OptionError, match="give --time-covariates FILE|time_covariates"):
        model.score(log, horizon="13w")
    with pytest.raises(clv.OptionError, match="are missing"):
        model.score(log, horizon="13w", time_covariates=known(WEEKS + 4))
    with pytest.raises(clv.OptionError, match="no column 'mails'"):
        model.score(log, horizon="13w", time_covariates=known(KNOWN).rename(columns={"mails": "letters"}))
    with pytest.raises(clv.OptionError, match="over time"):
        clv.simulate(model, customers=5)


def test_other_verbs_take_it(log: pd.DataFrame) -> None:
    ahead = clv.forecast(log, horizon="13w", time_covariates=known(KNOWN), prior="weak")
    assert ahead.model.name == "pareto-nbd" and len(ahead) == 500
    tested = clv.backtest(log, holdout="4w", time_covariates=known(KNOWN)).to_pandas()
    assert "pareto-nbd" in set(tested.model) and "bg-nbd" not in set(tested.model)
    with pytest.raises(clv.ClvError, match="models that do"):
        clv.fit(log, model="mbg-nbd", time_covariates=known(KNOWN))
