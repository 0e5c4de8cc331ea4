"""Dates against pandas with the order said, and the questions where nothing says it."""

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepbench.data.cells.dates import (
    Dates,
    Doubt,
    are_dates,
    dates_of_numbers,
    iso_of,
    read_dates,
)
from deepbench.errors import DataError

_MOMENTS = st.datetimes(datetime(1950, 1, 1), datetime(2068, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0, tzinfo=None)
)
_DAY_FIRST = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %I:%M %p")
_MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M %p")


@settings(max_examples=200, deadline=None)
@given(st.lists(_MOMENTS, min_size=1, max_size=10), st.sampled_from(_DAY_FIRST + _MONTH_FIRST))
def test_dates_against_pandas_or_a_doubt(moments, form):
    """Whatever is read is what pandas reads with the form said; nothing is read by guess."""
    texts = list(dict.fromkeys(moment.strftime(form) for moment in moments))
    truth = pd.to_datetime(pd.Series(texts), format=form)
    found = read_dates(texts, "ask", False)
    if isinstance(found, Doubt):
        assert found.why == "order"
        assert (truth.dt.day <= 12).all()
        found = read_dates(texts, "day first" if form in _DAY_FIRST else "month first", False)
    assert isinstance(found, Dates)
    read = pd.to_datetime(pd.Series([found.iso[text] for text in texts]), format="ISO8601")
    assert (read == truth).all()


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024-03-31", "2024-03-31"), ("2024/3/1", "2024-03-01"), ("3 Sep 2021", "2021-09-03"),
        ("03-Sep-2021", "2021-09-03"), ("1. März 2020", "2020-03-01"),
        ("Sep 3, 2021", "2021-09-03"),
        ("13.4.2021 7:05", "2021-04-13 07:05"), ("13/04/2021 12:30 AM", "2021-04-13 00:30"),
        ("13/04/2021 12:30 pm", "2021-04-13 12:30"),
        ("2021-04-13T14:30:05.250Z", "2021-04-13 14:30:05.250Z"),
        ("2021-04-13 14:30+0200", "2021-04-13 14:30+02:00"), ("3-Dez-19", "2019-12-03"),
        ("31.02.2021", ""), ("13/13/2021", ""), ("2021-04-13 25:00", ""), ("2021", ""),
        ("2-Sep", ""), ("1.2.3", ""), ("12/30", ""), ("13:30", ""), ("sample 3", ""), ("", ""),
    ],
)  # fmt: skip
def test_ways_of_writing_a_date(text, iso):
    assert iso_of(text, day_first=True) == iso


def test_the_whole_column_tells_the_order():
    found = read_dates(["03/04/2021", "13/04/2021"], "ask", False)
    assert found.iso["03/04/2021"] == "2021-04-03"
    found = read_dates(["03/04/2021", "04/13/2021"], "day first", False)
    assert found.iso["03/04/2021"] == "2021-03-04"  # what a date shows counts more than an answer
    assert read_dates(["03/03/2021"], "ask", False).iso == {"03/03/2021": "2021-03-03"}
    assert read_dates(["03.04.2021"], "ask", False).iso == {"03.04.2021": "2021-04-03"}
    assert read_dates(["04.13.2021"], "ask", False).iso == {"04.13.2021": "2021-04-13"}
    assert read_dates(["03/04/2021"], "ask", False).why == "order"
    assert read_dates(["13/04/2021", "04/13/2021"], "ask", False).why == "both orders"
    assert read_dates(["13/04/21"], "ask", False).why == "two digits"
    assert read_dates(["13/04/68", "13/04/69"], "ask", True).iso == {
        "13/04/68": "2068-04-13",
        "13/04/69": "1969-04-13",
    }


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(20_000, 60_000), min_size=1, max_size=20))
def test_serial_days_against_pandas(days):
    found, _ = dates_of_numbers(np.array(days, dtype=float))
    expected = pd.to_datetime(pd.Series(days), unit="D", origin="1899-12-30")
    assert found == expected.dt.strftime("%Y-%m-%d").tolist()


def test_numbers_that_are_dates():
    assert dates_of_numbers(np.array([44441.0, np.nan, 44441.75]))[0] == [
        "2021-09-02", "", "2021-09-02 18:00:00",
    ]  # fmt: skip
    assert dates_of_numbers(np.array([20240229.0]))[0] == ["2024-02-29"]
    assert dates_of_numbers(np.array([2019.0, 2021.0]))[0] == ["2019", "2021"]
    for none in ([20240230.0], [1.0, 2.0], [2019.5], [44441.0, 3e6], [np.nan]):
        assert dates_of_numbers(np.array(none)) is None


def test_names_are_no_dates():
    assert are_dates(["2024-01-01", "1.2.2024", "3 Sep 2021"])
    for text in ("2-Sep", "SEPT2", "1/2", "10.1016/j.cell", "A1", "2021", "3.14", "1-2-3-4"):
        assert not are_dates([text])


# --- columns --------------------------------------------------------------------------------


def column(parsed):
    return parsed.columns[0].kind, parsed.frame["x"].tolist()


def only_note(parsed):
    (note,) = parsed.conversions
    return note.what, note.count


def test_a_certain_column_is_written_as_iso_and_counted(typed):
    parsed = typed(["03/04/2021", "13/04/2021", "", "NA"] * 3)
    assert column(parsed) == ("date", ["2021-04-03", "2021-04-13", None, None] * 3)
    noted = {c.what: c.count for c in parsed.conversions}
    assert noted["dates, day first as '13/04/2021' shows, written as year-month-day"] == 6
    assert noted["'NA' read as missing"] == 3
    assert typed(["2024-01-01", "2024-01-02"]).conversions == ()


def test_an_unclear_column_is_asked_only_where_it_is_needed(typed, asked):
    texts = ["03/04/2021", "05/06/2021"] * 5
    left = typed(texts)
    assert column(left) == ("date", texts)
    assert only_note(left)[0] == (
        "dates left as they are written ('03/04/2021' is day first or month first)"
    )
    for how in ({"role": "date"}, {"types": {"x": "date"}}):
        question = asked(texts, **how)
        assert question.key == "data.date_order"
        assert question.message.startswith("t.csv, row 2, column 'x': '03/04/2021' can be read")
        assert [choice.shows for choice in question.choices] == [
            "03/04/2021 is 2021-04-03",
            "03/04/2021 is 2021-03-04",
        ]
        for choice, first in zip(question.choices, ["2021-04-03", "2021-03-04"], strict=True):
            answered = typed(texts, date_order=choice.value, **how)
            assert column(answered)[1][0] == first
    assert typed(texts, role="timepoint").frame["x"].tolist() == texts
    assert typed(texts, role="batch").conversions == ()


def test_short_years_are_asked(typed, asked):
    texts = ["13/04/21", "14/04/99"] * 5
    question = asked(texts, role="date")
    assert (question.key, question.choices[0].value) == ("data.types", {"x": "date"})
    answered = typed(texts, role="date", types=question.choices[0].value)
    assert column(answered)[1][:2] == ["2021-04-13", "1999-04-14"]


def test_what_is_no_date_is_named(typed, asked):
    texts = ["2024-03-01"] * 20 + ["soon"]
    question = asked(texts, role="date")
    assert question.message == (
        "t.csv, row 22, column 'x': 'soon' is no date; 20 other cells are."
    )
    answered = typed(texts, role="date", missing_in=question.choices[0].value)
    assert column(answered)[1][-1] is None
    impossible = asked(["31.02.2024", "01.02.2024"] * 5, role="date")
    assert "'31.02.2024' is no date" in impossible.message
    both = ["13/04/2021", "04/13/2021"] * 5
    with pytest.raises(DataError, match=r"'13/04/2021' \(row 2\) has the day first, '04/13/2021'"):
        typed(both, role="date")
    visits = ["visit 1", "visit 2"] * 5
    assert typed(visits, role="date").frame["x"].tolist() == visits


def test_days_of_a_spreadsheet_are_offered_and_read(typed, table):
    from deepbench.data.column_types import parse_columns
    from deepbench.plan import Data

    days = [str(44441 + i) for i in range(12)]
    plan = Data(source="t")
    parsed = parse_columns(table({"Sampling date": days, "candidate": days}), plan)
    assert [c.kind for c in parsed.columns] == ["numeric", "numeric"]
    ((name, what, count),) = [(c.column, c.what, c.count) for c in parsed.conversions]
    assert (name, count) == ("Sampling date", 12)
    assert 'types = "date"' in what
    read = typed(days, types={"x": "date"})
    first = date(2021, 9, 2)
    expected = [(first + timedelta(days=i)).isoformat() for i in range(12)]
    assert column(read) == ("date", expected)
    with pytest.raises(DataError, match="'1' is no date, and no count of days"):
        typed(["1", "2"] * 5, types={"x": "date"})
