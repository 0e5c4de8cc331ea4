"""A table header with a drop-down for the role of each column."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHeaderView, QTableView

from deepbench_ui.models.role_answers import ROLE_CHOICES
from deepbench_ui.widgets.choice_box import ChoiceBox

_GAP = 6
#: Drop-downs made in one go: about as many as a window shows.
_AT_ONCE = 12
ROLE_NAME = "Role of the column {column}"


class RoleHeader(QHeaderView):
    """Names of columns with a drop-down below each.

    Args:
        view: The table.
        name: Beginning of the drop-downs' objectName; the column's number follows.
    """

    #: Name of a column and the role chosen for it.
    role_chosen = Signal(str, str)

    def __init__(self, view: QTableView, name: str) -> None:
        super().__init__(Qt.Orientation.Horizontal, view)
        self._name = name
        self._columns: Sequence[str] = ()
        self.boxes: list[QComboBox] = []
        self._role: Callable[[str], str] = lambda _: ""
        self._arranging = False
        self._rest = QTimer(self)
        self._rest.timeout.connect(self._make_boxes)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        self.sectionResized.connect(self._place)
        view.horizontalScrollBar().valueChanged.connect(self._place)

    def show_columns(self, columns: Sequence[str], role: Callable[[str], str]) -> None:
        """Show a drop-down for each column.

        Args:
            columns: Names of the columns, in the order of the table.
            role: Returns the role of a column.
        """
        self._role = role
        if tuple(columns) != tuple(self._columns):
            self._columns = tuple(columns)
            for old in self.boxes:
                old.deleteLater()
            self.boxes = []
            self._make_boxes()
        for name, box in zip(self._columns, self.boxes, strict=False):
            box.setCurrentIndex(max(0, box.findData(role(name))))
        self._place()

    def _make_boxes(self) -> None:
        """Make some of the missing drop-downs; all at once would make the window stand still."""
        begin = len(self.boxes)
        end = min(begin + _AT_ONCE, len(self._columns))
        self._arranging = True  # each column that is widened would place all drop-downs
        for number in range(begin, end):
            box = self._make_box(number, self._columns[number])
            self.boxes.append(box)
            self.resizeSection(
                number, max(box.sizeHint().width() + _GAP, self.sectionSizeHint(number))
            )
        self._arranging = False
        if end < len(self._columns):
            self._rest.start(0)
        else:
            self._rest.stop()
        self._place()

    def _make_box(self, number: int, column: str) -> QComboBox:
        box = ChoiceBox(self)
        box.setObjectName(f"{self._name}.{number}")
        box.setAccessibleName(ROLE_NAME.format(column=column))
        for value, text, meaning in ROLE_CHOICES:
            box.addItem(text, value)
            box.setItemData(box.count() - 1, meaning, Qt.ItemDataRole.ToolTipRole)
        box.setCurrentIndex(max(0, box.findData(self._role(column))))
        box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        box.activated.connect(
            lambda _, name=column, made=box: self.role_chosen.emit(name, made.currentData())
        )
        box.show()
        return box

    def sizeHint(self) -> QSize:  # noqa: N802
        """Leave room for the drop-downs below the names."""
        size = super().sizeHint()
        height = self.boxes[0].sizeHint().height() if self.boxes else 0
        return QSize(size.width(), size.height() + height + _GAP)

    def _place(self) -> None:
        """Put each drop-down below the name of its column."""
        if self._arranging:
            return
        for number, box in enumerate(self.boxes):
            height = box.sizeHint().height()
            box.setGeometry(
                self.sectionViewportPosition(number) + _GAP // 2,
                self.height() - height - _GAP // 2,
                max(0, self.sectionSize(number) - _GAP),
                height,
            )

    def updateGeometries(self) -> None:  # noqa: N802
        """Keep the drop-downs in their places."""
        super().updateGeometries()
        self._place()
