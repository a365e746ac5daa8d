"""Contracts: the same verbs, the same numbers as the command line, from frames as from files."""

import copy
import json
import pickle

import pandas as pd
import pytest

import clv


def table():
    """Contracts of three years: every fourth leaves after as many months as its number says."""
    rows = []
    for i in range(400):
        start = pd.Timestamp("2022-01-01") + pd.DateOffset(days=(i * 37) % 900)
        stays = 1 + (i * 7) % 29
        end = start + pd.DateOffset(months=stays) if i % 4 == 0 else None
        if end is not None and end > pd.Timestamp("2024-12-31"):
            end = None
        plan = ["Basic", "Pro"][i % 2]
        rows.append({"account": 1000 + i, "start": start, "end": end, "plan": plan, "price": 10.0 + 20.0 * (i % 2), "interval": "month"})
    frame = pd.DataFrame(rows)
    frame["end"] = pd.to_datetime(frame["end"])
    return frame


OPTIONS = {"observed_until": "2024-12-31", "interval": 0.8, "seed": 3}


def test_a_frame_of_contracts_is_forecast(tmp_path, run):
    frame = table()
    found = clv.forecast(frame, **OPTIONS)
    assert isinstance(found, clv.Contracts)
    # Ids keep their type and their column's name.
    assert found["account"].dtype.kind == "i"
    path = tmp_path / "contracts.csv"
    frame.to_csv(path, index=False)
    said = run("forecast", str(path), "--observed-until", "2024-12-31", "--interval", "0.8", "--seed", "3", "--json")
    forecast = json.loads(said)["forecast"]
    assert found.totals == forecast["totals"] and found.plans == forecast["plans"]
    months = found.months.to_pandas()
    assert list(months["mrr"]) == [month["mrr"]["expected"] for month in forecast["months"]]
    assert (months["mrr_lower"] <= months["mrr"]).all() and (months["mrr"] <= months["mrr_upper"]).all()
    assert found["clv"].sum() == pytest.approx(found.totals["clv"], rel=1e-12)
    assert found.verdict is None and found.cohorts
    again = pickle.loads(pickle.dumps(found))
    assert again.totals == found.totals and again.months.to_pandas().equals(months)
    assert copy.deepcopy(found).to_pandas().equals(found.to_pandas())


def test_a_backtest_of_contracts():
    found = clv.backtest(table(), observed_until="2024-12-31", holdout="6mo")
    assert isinstance(found, clv.Contracts) and found.verdict
    figures = found.to_pandas()
    assert set(figures["forecast"]) == {"model", "last-churn", "same-churn", "kaplan-meier"}
    assert len(found.months.to_pandas()) == 6


def test_logs_stay_logs():
    log = pd.DataFrame({"customer_id": ["a", "a", "b", "c", "c"] * 30, "date": pd.date_range("2024-01-01", periods=150), "amount": 5.0})
    assert isinstance(clv.forecast(log, model="bg-nbd", prior="weak"), clv.Scores)


def test_a_check_says_that_these_are_contracts():
    found = clv.check(table(), observed_until="2024-12-31")
    assert found.reading is None and found.comes_to["contracts"] == 400
    assert found.account["rows"] == 400 and "contracts" in str(found)


def test_a_model_of_contracts(tmp_path, run):
    frame = table()
    model = clv.fit(frame, observed_until="2024-12-31")
    assert model.name == "contracts" and model.unit == "month" and model.observed_until == "2024-12-31"
    assert set(model.parameters) == {"Basic (monthly)", "Pro (monthly)"}
    assert pickle.loads(pickle.dumps(model)) == model
    model.save(tmp_path / "model.json")
    assert clv.load(tmp_path / "model.json") == model
    # What the command line writes is the same file, and a forecast is a fit and a score.
    path = tmp_path / "contracts.csv"
    frame.to_csv(path, index=False)
    run("fit", str(path), "--observed-until", "2024-12-31", "-o", str(tmp_path / "other.json"))
    assert (tmp_path / "other.json").read_text() == (tmp_path / "model.json").read_text()
    scores, at_once = model.score(frame, **OPTIONS), clv.forecast(frame, **OPTIONS)
    assert isinstance(scores, clv.Contracts)
    assert scores.to_pandas().equals(at_once.to_pandas()) and scores.totals == at_once.totals
    assert scores.months.to_pandas().equals(at_once.months.to_pandas())


def test_contracts_are_drawn():
    model = clv.fit(table(), observed_until="2024-12-31")
    drawn = clv.simulate(model, customers=500, start="2022-01-01", acquired_until="2024-06-30", until="2024-12-31")
    frame = drawn.to_pandas()
    assert list(frame.columns) == ["customer_id", "plan", "interval", "price", "start", "end"]
    assert len(frame) == 500 and set(frame["plan"]) == {"Basic", "Pro"}
    assert isinstance(clv.fit(drawn, observed_until="2024-12-31"), clv.Model)
    with pytest.raises(clv.OptionError, match="exact"):
        clv.simulate(model, exact=True)


def test_what_contracts_do_not_have_is_refused():
    for option, value in [("covariates_same", ["plan"]), ("groups", "plan"), ("season", "auto")]:
        with pytest.raises(clv.OptionError, match=option):
            clv.fit(table(), **{option: value})


def test_covariates_of_contracts(tmp_path, run):
    frame = table()
    # Those of ads leave sooner: every other contract that ends is theirs.
    frame["channel"] = ["ads" if i % 4 == 0 or i % 7 == 0 else "search" for i in range(len(frame))]
    options = {"covariates": ["channel"], "observed_until": "2024-12-31"}
    model = clv.fit(frame, **options)
    (one,) = model.coefficients
    assert one["covariate"] == "channel=ads" and one["process"] == "leaving" and one["period"] == "monthly"
    assert one["value"] > 4 * one["standard_error"] > 0
    path = tmp_path / "contracts.csv"
    frame.to_csv(path, index=False)
    run("fit", str(path), "--observed-until", "2024-12-31", "--covariates", "channel", "-o", str(tmp_path / "other.json"))
    assert (tmp_path / "other.json").read_text() == model.to_json()
    scores, at_once = model.score(frame, **OPTIONS), clv.forecast(frame, covariates=["channel"], **OPTIONS)
    assert scores.to_pandas().equals(at_once.to_pandas()) and scores.totals == at_once.totals
    by_channel = scores.to_pandas().merge(frame[["account", "channel"]], on="account").groupby("channel")["p_renew"].mean()
    assert by_channel["ads"] < by_channel["search"]
    frame.loc[0, "channel"] = "fair"
    with pytest.raises(clv.ClvError, match="fair"):
        model.score(frame, **OPTIONS)
    assert clv.backtest(frame[frame["channel"] != "fair"], covariates=["channel"], observed_until="2024-12-31", holdout="6mo").verdict
    drawn = clv.simulate(model, customers=50, start="2022-01-01", until="2024-12-31").to_pandas()
    assert set(drawn["channel"]) <= {"ads", "search"}


def test_why_contracts_ended():
    frame = table()
    gone = frame["end"].notna()
    frame["cancellation_reason"] = [("payment_failed" if i % 8 == 0 else "cancellation_requested") if left else None for i, left in enumerate(gone)]
    found = clv.forecast(frame, **OPTIONS)
    within = gone & (frame["end"] > "2023-12-31")
    failed = within & (frame["cancellation_reason"] == "payment_failed")
    assert found.departures["left"] == within.sum() and found.departures["involuntary"] == failed.sum() > 0
    assert found.departures["voluntary"] == within.sum() - failed.sum()
    assert clv.forecast(table(), **OPTIONS).departures is None


def test_a_shop_and_contracts(tmp_path, run):
    frame = table()
    orders = pd.DataFrame(
        [
            {"account": 1200 + i, "date": pd.Timestamp("2023-01-01") + pd.DateOffset(days=(i * 53) % 600 + 25 * k), "amount": 10.0 + (i + k) % 7}
            for i in range(250)
            for k in range(1 + (i * 5) % 4)
        ]
    )
    options = {"observed_until": "2024-12-31", "margin": 0.5}
    found = clv.forecast([orders, frame], **options)
    assert isinstance(found, clv.Company)
    assert found["account"].dtype.kind == "i" and len(set(found["account"])) == len(found["account"])
    alone = clv.forecast(frame, **options)
    both = set(alone["account"]) & set(orders["account"])
    assert found.customers == {"all": len(found.to_pandas()), "shop": 250, "contracts": len(set(alone["account"])), "both": len(both)}
    value = found.value
    assert value["together"]["expected"] == pytest.approx(found["clv"].sum(), rel=1e-9)
    assert value["contracts"]["expected"] == pytest.approx(alone.totals["clv"], rel=1e-12)
    assert value["together"]["lower"] < value["together"]["expected"] < value["together"]["upper"]
    again = pickle.loads(pickle.dumps(found))
    assert again.value == value and again.to_pandas().equals(found.to_pandas())
    paths = [str(tmp_path / name) for name in ("orders.csv", "contracts.csv")]
    orders.to_csv(paths[0], index=False)
    frame.to_csv(paths[1], index=False)
    said = json.loads(run("forecast", *paths, "--observed-until", "2024-12-31", "--margin", "0.5", "--json"))
    assert said["together"]["value"] == value
    page = clv.report([orders, frame], observed_until="2024-12-31", no_backtest=True)
    assert "Both together" in str(page) or "Both together" in page._repr_html_()
    with pytest.raises(clv.ClvError, match="take both kinds"):
        clv.fit([orders, frame], observed_until="2024-12-31")
