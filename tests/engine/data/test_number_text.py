import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepbench.data.number_text import detect_decimal, looks_like_identifier, parse_numbers


def parsed(text, decimal="."):
    return parse_numbers(np.array([text], dtype=object), decimal)[0][0]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_numbers_are_read_exactly(values):
    texts = np.array([repr(value) for value in values], dtype=object)
    assert parse_numbers(texts, ".")[0].tolist() == values
    commas = np.array([text.replace(".", ",") for text in texts], dtype=object)
    assert parse_numbers(commas, ",")[0].tolist() == values


@pytest.mark.parametrize("text", ["1", "-1.5", "+2", ".5", "5.", "1e3", "1E-3", "007", "-0"])
def test_same_as_python(text):
    assert parsed(text) == float(text)


@pytest.mark.parametrize(
    "text",
    "|abc|inf|nan|1_000|0x10|1e400|1.2.3|1 2|--1|\uff11|1e|.|<0.1".split("|"),
)
def test_not_numbers(text):
    assert np.isnan(parsed(text))


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("1,234", ".", 1234.0),
        ("0,001", ".", None),
        ("0.001.000", ",", None),
        ("1'234.5", ".", 1234.5),
        ("1'234,5", ",", 1234.5),
        ("1\u202f234\u00a0567", ".", None),
        ("-1,234,567.5", ".", -1234567.5),
        ("1,5", ".", None),
        ("12,34,567", ".", None),
        ("1,5", ",", 1.5),
        ("1.234,5", ",", 1234.5),
        ("1.234.567", ",", 1234567.0),
        ("1.234", ",", None),
        ("1.5", ",", None),
    ],
)
def test_groups_of_three(text, decimal, value):
    found = parsed(text, decimal)
    assert np.isnan(found) if value is None else found == value


def test_grouped_cells_are_counted():
    texts = np.array(["1,234", "5", "x", "2,000,000"], dtype=object)
    values, grouped = parse_numbers(texts, ".")
    assert grouped == 2
    np.testing.assert_array_equal(values, [1234, 5, np.nan, 2_000_000])


@pytest.mark.parametrize(
    ("texts", "decimal"),
    [
        (["1,5", "2"], ","),
        (["1,2345"], ","),
        (["0,500"], ","),
        (["1,234"], None),
        (["1,234", "0.5"], "."),
        (["1,234", "2,5"], ","),
        (["1,234,567"], "."),
        (["1,5", "0.5", "0.25"], "."),
        (["a,b"], "."),
        ([], "."),
    ],
)
def test_decimal_mark(texts, decimal):
    assert detect_decimal(np.array(texts, dtype=object))[0] == decimal


def test_identifiers():
    texts = np.array(["00123", "0", "1234567890123456", "123456789012345", "0.5"], dtype=object)
    assert looks_like_identifier(texts).tolist() == [True, False, True, False, False]
