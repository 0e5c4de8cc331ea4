"""Columns of numbers with something to them: the exact number or a question."""

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepbench.data.cells.unit_words import is_unit, same_unit, unit_in_name
from deepbench.data.column_types import parse_columns
from deepbench.errors import DataError, DataQuestion
from deepbench.plan import Data

NUMBERS = [str(number) for number in range(20)]
ANSWERS = {"units_in_cells": "remove", "below_detection": "limit", "date_order": "day first"}


def values(parsed):
    assert parsed.columns[0].kind == "numeric"
    return parsed.frame["x"].tolist()


def notes(parsed):
    return {note.what: note.count for note in parsed.conversions}


# --- never another number -------------------------------------------------------------------

_EXACT = st.decimals(
    -(10**9), 10**9, allow_nan=False, allow_infinity=False, places=3
) | st.integers(-(10**7), 10**7).map(Decimal)
_GROUPS = st.sampled_from(["", "'", "\u2019", "\u00a0", "\u2009", "\u202f", " ", "other"])
_MINUS = st.sampled_from(["-", "\u2212", "\u2013"])
_UNITS = st.sampled_from(["", " mg/dl", "%", " °C", "kg", " x10^9/L", " cells"])
_SIGNS = st.sampled_from(["", "", "", "<", "> "])


@st.composite
def written(draw):
    """A column of numbers in one style, and what each of them is."""
    own = draw(st.sampled_from(".,"))
    group, minus, unit = draw(_GROUPS), draw(_MINUS), draw(_UNITS)
    group = (",."[own == ","]) if group == "other" else group
    exponent = draw(st.booleans())
    # The half shows what the marks mean: 1,234 alone is read as the rest of the file has it.
    exact = [Decimal("0.5"), *draw(st.lists(_EXACT, min_size=12, max_size=16, unique=True))]
    texts = []
    for number in exact:
        text = f"{number:E}" if exponent else f"{number:,f}".replace(",", "\0")
        text = text.replace(".", own).replace("\0", group)
        texts.append(draw(_SIGNS) + text.replace("-", minus) + unit)
    return texts, [float(number) for number in exact], own


@settings(max_examples=300, deadline=None)
@given(written(), st.sampled_from(".,"), st.booleans())
def test_the_same_number_or_a_question(typed_once, column, of_file, forced):
    texts, exact, _ = column
    try:
        parsed = typed_once(texts, of_file, types={"x": "numeric"} if forced else {}, **ANSWERS)
    except DataError as error:
        assert "column 'x'" in error.message
        return
    found = parsed.frame["x"].tolist()
    if parsed.columns[0].kind == "numeric":
        assert found == exact
    else:
        assert found == texts


@pytest.fixture(scope="module")
def typed_once():
    from deepbench.data.raw_table import CellLocator, HowRead, RawTable
    from deepbench.data.text_cells import TextCells, as_arrow

    def _typed(texts, decimal, **options):
        raw = RawTable(
            "t.csv",
            ("x",),
            TextCells.of_columns([as_arrow(texts)], len(texts)),
            HowRead("CSV", decimal=decimal),
            (),
            CellLocator(np.arange(len(texts)) + 2),
        )
        return parse_columns(raw, Data(source="t", **options))

    return _typed


# --- limits of detection --------------------------------------------------------------------


def test_limits_are_asked_and_read_by_closed_form(typed, asked):
    texts = [*NUMBERS, "<0.5", "< 0.5", ">1000", "≤0.25", "n.d."]
    question = asked(texts)
    assert question.key == "data.below_detection"
    assert question.message == (
        "t.csv, row 22, column 'x': '<0.5' is a value beyond a limit, not a number; 4 cells are "
        "of that kind, 20 others are numbers."
    )
    shows = {choice.value: choice.shows for choice in question.choices}
    assert shows["limit/sqrt2"] == "'<0.5' is 0.3536; '>1000' is 1000"
    assert shows["missing"] == "'<0.5' is missing; '>1000' is missing"
    factors = {"limit/sqrt2": 1 / math.sqrt(2), "limit/2": 0.5, "limit": 1.0}
    for answer, factor in factors.items():
        parsed = typed(texts, below_detection=answer)
        np.testing.assert_array_equal(
            values(parsed)[20:], [0.5 * factor, 0.5 * factor, 1000.0, 0.25 * factor, np.nan]
        )
        words = {"limit/sqrt2": "limit/√2", "limit": "the limit"}.get(answer, answer)
        assert notes(parsed) == {
            "'n.d.' read as missing": 1,
            f"values below the limit read as {words}": 3,
            "values above the limit read as the limit": 1,
        }
    gone = typed(texts, below_detection="missing")
    assert gone.columns[0].missing == 5
    assert notes(gone)["values above the limit read as missing"] == 1


def test_values_above_a_limit_have_two_answers(asked):
    assert [c.value for c in asked([*NUMBERS, ">99"]).choices] == ["limit", "missing"]


def test_a_limit_that_is_not_written_is_that_of_the_others_or_nothing(typed, asked):
    question = asked([*NUMBERS, "<LOD", "BLQ"], below_detection="limit/2")
    assert question.message == (
        "t.csv, row 22, column 'x': '<LOD' says that a value is beyond a limit, but not what the "
        "limit is."
    )
    assert (question.key, question.choices[0].value) == (
        "data.missing_in",
        {"x": ["<LOD", "BLQ"]},
    )
    assert typed([*NUMBERS, "<LOD"], missing_in={"x": ["<lod"]}).columns[0].missing == 1
    assert values(typed([*NUMBERS, "<LOD", "<3"], below_detection="limit"))[20:] == [3.0, 3.0]
    assert typed([*NUMBERS, "<LOD"], below_detection="missing").columns[0].missing == 1
    several = asked([*NUMBERS, "<LOD", "<3", "<2"], below_detection="limit")
    assert several.key == "data.missing_in"


def test_no_part_of_a_limit_below_zero(typed, asked):
    assert [c.value for c in asked([*NUMBERS, "<-5"]).choices] == ["limit", "missing"]
    assert "below zero" in asked([*NUMBERS, "<-5"], below_detection="limit/2").message
    assert values(typed([*NUMBERS, "<-5"], below_detection="limit"))[-1] == -5.0


@pytest.mark.parametrize(
    "labels", [["<50", ">=50"], ["0-10", "10-20", ">20"], ["<10", "10-50", ">50"], ["low", "<5"]]
)
def test_labels_with_signs_stay_labels(typed, labels):
    parsed = typed(labels * 10)
    assert (parsed.columns[0].kind, parsed.conversions) == ("categorical", ())


# --- units ----------------------------------------------------------------------------------


def test_one_unit_is_asked_and_removed(typed, asked):
    texts = [f"{i}.5 mg/dl" for i in range(18)] + ["3.25 mg/dL", "7"]
    question = asked(texts)
    assert (question.key, question.choices[0].value) == ("data.units_in_cells", "remove")
    assert question.message == (
        "t.csv, row 2, column 'x': '0.5 mg/dl' is a number with the unit mg/dl; 19 cells carry "
        "it. 1 cell has none."
    )
    assert question.choices[0].shows == "'0.5 mg/dl' is 0.5, in mg/dl"
    parsed = typed(texts, units_in_cells="remove")
    assert values(parsed) == [i + 0.5 for i in range(18)] + [3.25, 7.0]
    assert parsed.units == {"x": "mg/dl"}
    assert notes(parsed) == {
        "unit mg/dl removed": 19,
        "numbers without a unit taken as mg/dl": 1,
    }


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ([*(f"{i} mg" for i in range(20)), "7 g"], "'0 mg' (row 2) and '7 g' (row 22)"),
        ([*(f"{i}%" for i in range(20)), "0.5"], "'0%' (row 2) carries a unit and '0.5' (row 22)"),
        ([*(f"{i} mM" for i in range(20)), "7 mm"], "'0 mM' (row 2) and '7 mm' (row 22)"),
        (["5 mg", *NUMBERS], "'5 mg' (row 2) carries a unit and '0' (row 3)"),
    ],
)
def test_different_units_are_refused_by_name(typed, texts, message):
    with pytest.raises(DataError) as caught:
        typed(texts, units_in_cells="remove")
    assert not isinstance(caught.value, DataQuestion)
    assert message in caught.value.message


def test_units_and_limits_together(typed):
    texts = [*(f"{i},5 µg/l" for i in range(12)), "<0,5 \u03bcg/L", "1\u00a0234,5 µg/l"]
    parsed = typed(texts, ",", units_in_cells="remove", below_detection="limit/2")
    assert values(parsed)[-2:] == [0.25, 1234.5]
    assert parsed.units == {"x": "µg/l"}


@pytest.mark.parametrize(
    "labels",
    [
        ["5 mg", "10 mg"], ["5 mg", "10 mg", "placebo"], ["12A", "13A", "14A"], ["1st", "2nd"],
        ["3a", "3b", "4a"], ["10x", "20x"], ["wt", "5xFAD"], ["G1", "G2"], ["1/2", "1/4"],
    ],
)  # fmt: skip
def test_labels_with_numbers_stay_labels(typed, labels):
    parsed = typed(labels * 12)
    assert (parsed.columns[0].kind, parsed.conversions, parsed.units) == ("categorical", (), {})


def test_what_is_a_unit():
    for text in (
        "mg", "mg/dl", "µg·L-1", "mmol/L", "U/l", "°C", "%", "x10^9/L", "10^3/µL", "kg/m2", "h",
        "kg/m²", "ng/mL", "mmHg", "cells/µl", "days", "ppm", "AU", "pg", "fL", "mEq/L", "1/s",
    ):  # fmt: skip
        if not text[0].isdigit():
            assert is_unit(text), text
    for text in ("A/B", "left", "log", "ratio", "n", "yes", "Rik", "th", "xFAD", "p", "gene"):
        assert not is_unit(text), text
    assert same_unit("mg / dl") == same_unit("mg/dL")
    assert same_unit("mM") != same_unit("mm")
    assert unit_in_name("weight (kg)") == "kg"
    assert unit_in_name("Glucose [mmol/L]") == "mmol/L"
    assert unit_in_name("Hct_(%)") == "%"
    for name in ("side (left)", "ratio (A/B)", "(kg)", "f(x)", "CD4 (PE-Cy7)", "weight"):
        assert unit_in_name(name) == ""


def test_units_in_names_leave_the_names(table):
    raw = table({"weight (kg)": NUMBERS, "side (m)": ["left", "right"] * 10})
    parsed = parse_columns(raw, Data(source="t"))
    assert dict(parsed.units) == {"weight (kg)": "kg"}
    assert [column.name for column in parsed.columns] == ["weight (kg)", "side (m)"]


# --- decimal marks, blanks, signs -----------------------------------------------------------


def test_another_decimal_mark_is_asked(typed, asked):
    texts = [f"{i},5" for i in range(19)] + ["1,234"]
    question = asked(texts)
    assert question.message == (
        "t.csv, row 2, column 'x': '0,5' has another decimal mark than the rest of the file (20 "
        "cells like it)."
    )
    assert [c.value for c in question.choices] == [{"x": "numeric"}, {"x": "categorical"}]
    parsed = typed(texts, types=question.choices[0].value)
    assert values(parsed) == [i + 0.5 for i in range(19)] + [1.234]
    assert notes(parsed) == {"decimal mark of its own read (not that of the file)": 20}
    points = typed([f"{i}.5" for i in range(20)], ",", types={"x": "numeric"})
    assert values(points) == [i + 0.5 for i in range(20)]


def test_both_decimal_marks_in_a_column(typed, asked):
    texts = [*(f"{i},5" for i in range(10)), *(f"{i}.25" for i in range(10))]
    assert "another decimal mark than other cells" in asked(texts).message
    parsed = typed(texts, types={"x": "numeric"})
    assert values(parsed) == [i + 0.5 for i in range(10)] + [i + 0.25 for i in range(10)]
    with pytest.raises(DataError, match="decimal fraction or as thousands"):
        typed([*texts, "1,234"], types={"x": "numeric"})
    with pytest.raises(DataError, match=r"'1\.234' can be read as a decimal fraction"):
        typed(["1.234", "12.345"] * 10, ",")


@pytest.mark.parametrize("of_file", [".", ","])
@pytest.mark.parametrize("doubtful", ["1.000", "-1.000", "\u22121.000", "1,000", "\u20131,000"])
def test_a_possible_thousand_among_both_marks_is_never_guessed(typed, of_file, doubtful):
    texts = [*(f"{i},5" for i in range(10)), *(f"{i}.25" for i in range(10)), doubtful]
    with pytest.raises(
        DataError, match=rf"'{doubtful}' can be read as a decimal fraction or as t"
    ):
        typed(texts, of_file, types={"x": "numeric"})


@pytest.mark.parametrize("of_file", [".", ","])
def test_points_of_thousands_beside_decimal_commas_are_never_read_as_fractions(typed, of_file):
    texts = [*(f"0,{i:03d}" for i in range(20)), "1.000"]
    with pytest.raises(DataError, match=r"'1\.000' can be read as a decimal fraction or as thous"):
        typed(texts, of_file, types={"x": "numeric"})


def test_blanks_between_thousands_are_asked(typed, asked):
    texts = [f"{i} {i:03d}" for i in range(1, 21)]
    assert "has blanks between the thousands (20 cells like it)" in asked(texts).message
    expected = [1000.0 * i + i for i in range(1, 21)]
    assert values(typed(texts, types={"x": "numeric"})) == expected


def test_dashes_and_gaps_are_counted(typed):
    parsed = typed(["\u22121.5", "\u20132", "3'000", "4\u202f000.5"] * 5)
    assert values(parsed)[:4] == [-1.5, -2.0, 3000.0, 4000.5]
    assert notes(parsed) == {
        "dashes read as minus signs": 10,
        "thousands separators removed": 10,
    }


# --- texts among numbers --------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["inf", "-Inf", "1e400", "1.#INF", "1.#QNAN", "∞"])
def test_infinite_values_are_named_even_if_there_are_few_numbers(asked, cell):
    question = asked(["1", "2", cell] * 10)
    assert f"'{cell}' is not a number" in question.message
    assert "No model can use an infinite value" in question.message
    assert question.choices[0].value == {"x": [cell]}


@pytest.mark.parametrize("cell", ["(5)", "5-", "( 1.5 )"])
def test_bookkeeping_is_refused_in_a_sentence(asked, cell):
    assert "write it with a minus sign in front" in asked([*NUMBERS, cell]).message


@pytest.mark.parametrize("cell", ["abc", "0x1F", "1_000", "5±1", "12/30", "1:30", "5 (3)"])
def test_one_text_among_numbers_is_a_question_that_its_answer_settles(typed, asked, cell):
    texts = [*NUMBERS, cell]
    question = asked(texts, missing_in={"other": ["-9"]})
    assert question.message == (
        f"t.csv, row 22, column 'x': '{cell}' is not a number; 20 other cells are."
    )
    assert question.key == "data.missing_in"
    assert question.choices[0].value == {"other": ["-9"], "x": [cell]}
    assert 'types = {"x" = "categorical"}' in question.hint
    parsed = typed(texts, missing_in=question.choices[0].value)
    np.testing.assert_array_equal(values(parsed), [*map(float, NUMBERS), np.nan])
    assert typed(texts, types={"x": "categorical"}).columns[0].kind == "categorical"


def test_one_answer_for_several_columns(table):
    raw = table({"a": [*NUMBERS, "x"], "b": [*NUMBERS, "y"], "c": [*NUMBERS, "5 mg"]})
    with pytest.raises(DataQuestion) as caught:
        parse_columns(raw, Data(source="t"))
    question = caught.value
    assert question.message.endswith(
        "The same in 1 more column: 'b'. 'c' is another one that cannot be read as yet."
    )
    (choice,) = question.choices
    assert choice.value == {"a": ["x"], "b": ["y"]}
    assert choice.shows.endswith("likewise in 1 more column")


def test_many_texts_are_offered_as_labels(asked):
    texts = [*(f"t{i}" for i in range(30)), *(f"{i}" for i in range(90))]
    question = asked(texts)
    assert (question.key, question.choices[0].value) == ("data.types", {"x": "categorical"})
    assert "29 more cells are not, either" in question.message


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        ([f"23100{i:02d}E13" for i in range(20)], "text"),
        ([f"23100{i:02d}{'EF'[i % 2]}13" for i in range(20)], "text"),
        ([f"{i:05d}" for i in range(20)], "text"),
        ([*(f"{i:05d}" for i in range(20)), "0002A"], "text"),
        ([str(10**15 + i) for i in range(20)], "text"),
        ([f"{i}e13" for i in range(20)], "numeric"),
        ([f"{i}.5E13" for i in range(20)], "numeric"),
        ([str(10**14 + i) for i in range(20)], "numeric"),
    ],
)
def test_identifiers_stay_text_as_they_are(typed, texts, kind):
    parsed = typed(texts)
    assert parsed.columns[0].kind == kind
    if kind == "text":
        assert parsed.frame["x"].tolist() == texts


# --- the outcome ----------------------------------------------------------------------------


def test_a_measured_outcome_is_read_and_stays_text(typed):
    texts = [f"{i},25 mg" for i in range(15)] + ["<0,5 mg"]
    parsed = typed(texts, ",", "outcome", units_in_cells="remove", below_detection="limit")
    assert parsed.frame["x"].tolist() == [f"{i},25" for i in range(15)] + ["0,5"]
    assert parsed.columns[0].kind == "numeric"
    doses = ["0h", "24h", "48h"] * 5
    same = typed(doses, role="outcome", units_in_cells="remove")
    assert same.frame["x"].tolist() == doses


def test_columns_with_other_roles_are_left_as_they_are(typed):
    texts = ["5 mg", "<3", "n.d.", "1'000"] * 5
    parsed = typed(texts, role="batch")
    assert (parsed.frame["x"].tolist(), parsed.conversions) == (texts, ())
