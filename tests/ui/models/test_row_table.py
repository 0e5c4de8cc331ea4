"""A table model over records: order, new rows, what is selected."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from deepbench_ui.models.row_table import Column, RowTable


@dataclass(frozen=True)
class Row:
    name: str
    value: float | None


COLUMNS = (
    Column[Row]("Name", lambda row: row.name),
    Column[Row]("Value", lambda row: str(row.value), lambda row: row.value, True, "A number"),
)
DOWN, UP = Qt.SortOrder.DescendingOrder, Qt.SortOrder.AscendingOrder


def _table(*rows: Row) -> RowTable[Row]:
    table = RowTable(COLUMNS, lambda row: row.name)
    table.show_rows(rows)
    return table


def _names(table: RowTable[Row]) -> list[str]:
    return [table.name_at(place) for place in range(table.rowCount())]


@pytest.fixture
def rows() -> list[Row]:
    return [Row("b", 2.0), Row("A", None), Row("c", 1.0), Row("d", 2.0)]


def test_qt_accepts_the_model(rows: list[Row], qtmodeltester: ModelTester) -> None:
    table = _table(*rows[:2])
    qtmodeltester.check(table)
    table.sort(1, DOWN)
    table.append(rows[2:])
    qtmodeltester.check(table)


@pytest.mark.parametrize(
    ("column", "order", "names"),
    [(0, UP, "Abcd"), (0, DOWN, "dcbA"), (1, UP, "cbdA"), (1, DOWN, "bdcA"), (-1, UP, "bAcd")],
)
def test_order_has_what_is_missing_last(
    rows: list[Row], column: int, order: Qt.SortOrder, names: str
) -> None:
    table = _table(*rows)
    table.sort(column, order)
    assert "".join(_names(table)) == names


@pytest.mark.parametrize("column", [-1, 0, 1])
@pytest.mark.parametrize("order", [UP, DOWN])
def test_rows_added_one_by_one_stand_where_sorting_puts_them(
    rows: list[Row], column: int, order: Qt.SortOrder
) -> None:
    table = _table()
    table.sort(column, order)
    for row in rows:
        table.append([row])
    whole = _table(*rows)
    whole.sort(column, order)
    assert _names(table) == _names(whole)
    assert table.rows == rows


def test_new_rows_do_not_reset_the_table(rows: list[Row], qtbot: QtBot) -> None:
    table = _table(*rows[:2])
    with qtbot.assertNotEmitted(table.modelReset), qtbot.waitSignal(table.rowsInserted):
        table.show_rows(rows)
    with qtbot.assertNotEmitted(table.modelReset), qtbot.waitSignal(table.dataChanged):
        table.show_rows([Row("b", 7.0), *rows[1:]])
    assert table.at(0).value == 7.0
    with qtbot.waitSignal(table.modelReset):
        table.show_rows(rows[1:])
    assert _names(table) == ["A", "c", "d"]


def test_what_is_selected_stays_selected_when_the_order_changes(rows: list[Row]) -> None:
    table = _table(*rows)
    selection = QItemSelectionModel(table)
    selection.select(table.index(2, 0), QItemSelectionModel.SelectionFlag.Select)
    table.sort(0, DOWN)
    assert [table.name_at(index.row()) for index in selection.selectedIndexes()] == ["c"]
    table.show_rows([Row("b", 2.0), Row("A", None), Row("c", 9.0), Row("d", 2.0)])
    assert [table.name_at(index.row()) for index in selection.selectedIndexes()] == ["c"]


def test_cells_heads_and_sides(rows: list[Row]) -> None:
    table = _table(*rows)
    assert table.index(0, 1).data() == "2.0"
    side = table.index(0, 1).data(Qt.ItemDataRole.TextAlignmentRole)
    assert side & Qt.AlignmentFlag.AlignRight
    across = Qt.Orientation.Horizontal
    assert table.headerData(1, across) == "Value"
    assert table.headerData(1, across, Qt.ItemDataRole.ToolTipRole) == "A number"
    assert table.table() == (
        ["Name", "Value"],
        [["b", "2.0"], ["A", "None"], ["c", "1.0"], ["d", "2.0"]],
    )
    assert table.place_of("c") == 2
    assert table.place_of("z") == -1
