"""What is known of days: calendars, holidays and seasons, as paths and as tables."""

from __future__ import annotations

import datetime as dt
import random

import pandas as pd
import pytest

import clv

START, DAYS = dt.date(2022, 1, 3), 540


def promoted(day: int) -> int:
    return int((day // 7 * 37 + 11) % 8 == 0)


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    """A shop in which promotions double what is bought; nobody leaves."""
    rng = random.Random(1)
    rows = []
    for customer in range(400):
        rate, born = rng.gammavariate(1.0, 1 / 30), rng.randrange(300)
        rows.append((customer, born))
        rows += [(customer, day) for day in range(born + 1, DAYS) if rng.random() < rate * (1 + promoted(day))]
    return pd.DataFrame({"id": [row[0] for row in rows], "date": [START + dt.timedelta(row[1]) for row in rows]})


def calendar(days: int) -> pd.DataFrame:
    dates = [START + dt.timedelta(day) for day in range(DAYS + days)]
    return pd.DataFrame({"date": dates, "promotion": [promoted(day) for day in range(DAYS + days)]})


def test_a_table_is_a_file(log: pd.DataFrame, tmp_path) -> None:
    path = tmp_path / "calendar.csv"
    calendar(200).to_csv(path, index=False)
    told, read = (clv.fit(log, model="mbg-nbd", calendar=own) for own in (calendar(200), path))
    assert told.to_json() == read.to_json()
    one, other = (model.score(log, horizon="26w").to_pandas() for model in (told, read))
    pd.testing.assert_frame_equal(one, other)


def test_days_that_nobody_spoke_of(log: pd.DataFrame) -> None:
    model = clv.fit(log, model="mbg-nbd", calendar=calendar(10))
    with pytest.raises(clv.OptionError, match="missing are"):
        model.score(log, horizon="26w")
    assert len(model.score(log, horizon="26w", calendar=calendar(200))) == 400
    with pytest.raises(clv.OptionError, match="none of these columns"):
        model.score(log, calendar=calendar(200).rename(columns={"promotion": "weather"}))


def test_a_forecast_with_a_table_takes_a_single_model(log: pd.DataFrame) -> None:
    """Options of days are no reason to take a log for a table of contracts: ``holidays`` and ``season`` were refused as theirs."""
    for days in ({"calendar": calendar(200)}, {"holidays": "de"}, {"season": "auto"}):
        assert clv.forecast(log, horizon="26w", **days).model.name == "bg-nbd", days


def test_a_season_that_is_given(log: pd.DataFrame) -> None:
    season = pd.DataFrame({"month": range(1, 13), "index": [100] * 6 + [300] * 6})
    given, none = (clv.fit(log, model="mbg-nbd", season=own) for own in (season, "none"))
    total = [model.score(log, horizon="26w").to_pandas().expected_purchases.sum() for model in (given, none)]
    # The log ends in June: the months to come are the busy ones.
    assert total[0] > 1.2 * total[1]
