"""Lines that say which values features can take."""

from __future__ import annotations

import pytest

from deepbench_ui.models.known_ranges import read_ranges, written_ranges

COLUMNS = ("age", "pH: urine", "loss", "a, b")


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("", {}),
        ("age: 0 to 110\n\n", {"age": (0.0, 110.0)}),
        ("pH: urine: 4,5 to 8.5", {"pH: urine": (4.5, 8.5)}),
        ("loss: −2 to 1e3\na, b:0  to 1", {"loss": (-2.0, 1000.0), "a, b": (0.0, 1.0)}),
        ("age\t0\t110", {"age": (0.0, 110.0)}),
        ("loss; -1,5; 2", {"loss": (-1.5, 2.0)}),
    ],
)
def test_lines_are_read_and_written_again(
    text: str, ranges: dict[str, tuple[float, float]]
) -> None:
    found = read_ranges(text, COLUMNS)
    assert found.problem == ""
    assert found.ranges == ranges
    assert read_ranges(written_ranges(ranges), COLUMNS).ranges == ranges


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("age", "Line 1: write the feature, a colon"),
        ("age: 0, 110", "Line 1: write the feature, a colon"),
        ("age: 0 to 110\nweight: 1 to 2", "Line 2: the table has no column “weight”"),
        ("age: 0 to 110\nage: 0 to 90", "Line 2: “age” has a line already"),
        ("age: 110 to 0", "Line 1: the lowest value comes first"),
        ("age: 0 to 1e999", "Line 1: the lowest value comes first"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(text: str, said: str) -> None:
    found = read_ranges(text, COLUMNS)
    assert found.problem.startswith(said)
    assert found.ranges == {}


def test_before_the_table_was_read_any_name_will_do() -> None:
    assert read_ranges("weight: 1 to 200", ()).ranges == {"weight": (1.0, 200.0)}
