"""Mistakes: what is raised, and what it says.

Seen to fail: options named as on the command line; the row counted from 0.
"""

from __future__ import annotations

import pickle

import pandas as pd
import pyarrow as pa
import pytest

import clv
from conftest import CDNOW


def orders(**columns: object) -> pa.Table:
    usual = {"customer_id": ["a", "b"], "date": ["2024-01-01", "2024-02-01"], "amount": [1.0, 2.0]}
    return pa.table(usual | columns)


def test_the_classes() -> None:
    assert issubclass(clv.DataError, ValueError) and issubclass(clv.DataError, clv.ClvError)
    assert issubclass(clv.OptionError, ValueError) and issubclass(clv.MissingFileError, FileNotFoundError)


def test_bad_rows_have_a_place() -> None:
    with pytest.raises(clv.DataError, match="skip_bad_rows=True") as caught:
        clv.summarize(orders(date=["2024-01-01", "never"]))
    error = caught.value
    assert (error.file, error.row, error.column, error.value) == ("data", 2, "date", "never")
    assert error.total == 1 and error.rows is not None and error.rows[0]["row"] == 2
    assert "data, row 2, column \"date\": 'never'" in str(error)
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error) and again.row == 2
    summary = clv.summarize(orders(date=["2024-01-01", "never"]), skip_bad_rows=True)
    assert len(summary) == 1
    assert {entry["fate"]: entry["rows"] for entry in summary.account["entries"]} == {"purchase": 1, "unreadable-date": 1}
    assert summary.warnings[0]["code"] == "bad-rows-skipped"


def test_data_that_mislead_are_said() -> None:
    table = orders(customer_id=["Bob", "bob"], order_status=["as usual", "refunded"])
    with pytest.warns(clv.ClvWarning) as caught:
        summary = clv.summarize(table)
    assert [finding["code"] for finding in summary.warnings] == ["status-not-used", "ids-differ-by-case"]
    assert any("differ only by case" in str(warning.message) for warning in caught)
    assert "'refunded' in 1 row (2.00)" in summary.warnings[0]["message"]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"customer_id": [1.5, 2.0]}, "a customer id must be text or a whole number"),
        ({"customer_id": [[1], [2]]}, "cannot hold customer ids: cast it to text or integers"),
        ({"date": [20240101, 7]}, "date_format"),
        ({"date": [True, False]}, "cannot hold dates"),
        ({"amount": [True, False]}, "cannot hold numbers"),
        ({"date": ["01/02/2024", "03/04/2024"]}, "date_format='%d/%m/%Y' or date_format='%m/%d/%Y'"),
        ({"amount": ["x", "y"]}, "amount"),
    ],
)
def test_types(columns: dict[str, object], words: str) -> None:
    with pytest.raises(clv.DataError) as caught:
        clv.summarize(orders(**columns))
    assert words in str(caught.value)
    assert "--" not in str(caught.value)


def test_columns_that_are_not_there() -> None:
    with pytest.raises(clv.DataError, match="no column date found: name it with date=COLUMN"):
        clv.summarize(pa.table({"customer_id": ["a"], "amount": [1.0]}))
    with pytest.raises(clv.DataError, match="id names a column 'who' that is not there"):
        clv.summarize(orders(), id="who")


def test_mixed_columns_of_pandas() -> None:
    frame = pd.DataFrame({"customer_id": ["a", 1], "date": ["2024-01-01"] * 2, "amount": [1.0, 2.0]}, dtype=object)
    with pytest.raises(clv.DataError, match="cast it to one"):
        clv.summarize(frame)


def test_hidden_characters_are_shown() -> None:
    """Hidden characters are shown in the exception and in the warning."""
    hostile = "\x1b[31mRED\x07\u202e"
    with pytest.raises(clv.DataError) as caught:
        clv.summarize(pa.table({hostile: [1], "b": [2]}))
    assert "\x1b" not in str(caught.value) and r"\u{1b}[31mRED\u{7}\u{202e}" in str(caught.value)


def test_a_series_is_no_table() -> None:
    """Version 0.1.0 said "Unable to interpret C data struct as a Schema"."""
    with pytest.raises(clv.DataError, match="data is a single column"):
        clv.summarize(pd.Series([1, 2, 3]))


def test_true_is_no_value() -> None:
    """Version 0.1.0 said "margin: '' is not one of "."""
    model = clv.model("bg-nbd", r=0.25, alpha=4, a=0.8, b=2.4)
    with pytest.raises(TypeError, match="margin=True says nothing"):
        model.score(CDNOW, margin=True)
    assert len(clv.summarize(orders(date=["2024-01-01", "never"]), skip_bad_rows=True)) == 1


def test_what_is_no_table() -> None:
    with pytest.raises(TypeError, match="neither a path nor a table"):
        clv.summarize(17)  # type: ignore[arg-type]
    with pytest.raises(clv.MissingFileError) as caught:
        clv.summarize("not-there.csv")
    assert caught.value.errno == 2


def test_options() -> None:
    with pytest.raises(TypeError, match="did you mean 'horizon'"):
        clv.forecast(CDNOW, horizn="12mo")  # type: ignore[call-arg]
    for options, option, words in [
        ({"horizon": "12"}, "horizon", "12mo"),
        ({"horizon": 12}, "horizon", "12mo"),
        ({"discount": 0.1}, "discount", "10%/yr"),
        ({"grain": "fortnight"}, "grain", "hour, day, week, month, year"),
        ({"returns": "keep"}, "returns", "net, drop, reject"),
        ({"interval_of_mean": True}, "interval", ""),
    ]:
        with pytest.raises(clv.OptionError) as caught:
            clv.forecast(CDNOW, **options)  # type: ignore[arg-type]
        assert caught.value.option is not None and option in caught.value.option + str(caught.value)
        assert words in str(caught.value) and "--" not in str(caught.value), str(caught.value)


def test_a_summary_is_read_already() -> None:
    summary = clv.summarize(CDNOW)
    with pytest.raises(clv.OptionError, match="read already"):
        clv.fit(summary, observed_until="1997-09-30")
    with pytest.raises(TypeError, match="nothing can be hidden"):
        clv.backtest(summary)  # type: ignore[arg-type]


def test_models() -> None:
    with pytest.raises(clv.OptionError, match="bg-nbd"):
        clv.fit(CDNOW, model="bg-ndb")
    with pytest.raises(clv.OptionError) as caught:
        clv.model("bg-nbd", r=-1, alpha=1, a=1, b=1)
    assert caught.value.model == "bg-nbd" and "r" in str(caught.value)


def test_too_little_data() -> None:
    with pytest.raises(clv.DataError, match="cannot be determined"):
        clv.fit(orders())


def test_model_files(tmp_path) -> None:
    path = tmp_path / "model.json"
    path.write_text("{}")
    with pytest.raises(clv.ModelFileError, match="not a model file") as caught:
        clv.load(path)
    assert caught.value.file == str(path)


def test_warnings_are_pythons() -> None:
    doubled = pa.concat_tables([orders(), orders()])
    with pytest.warns(clv.ClvWarning, match="duplicates of another row"):
        summary = clv.summarize(doubled)
    assert summary.warnings[0]["code"] == "exact-duplicates"


def test_dashes_in_data_are_no_options() -> None:
    with pytest.raises(clv.DataError, match="'a--grain'"):
        clv.summarize(orders(date=["2024-01-01", "a--grain"]))


def test_extensions(tmp_path) -> None:
    with pytest.raises(clv.OptionError, match="use .csv, .xlsx, .parquet or .jsonl") as caught:
        clv.summarize(orders()).write(tmp_path / "summary.docx")
    assert caught.value.option == "output" and "--" not in str(caught.value)
