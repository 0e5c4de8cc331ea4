"""A table header with a drop-down for the role of each column."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QComboBox, QHeaderView, QTableView

from deepbench_ui.models.role_answers import ROLE_CHOICES

_GAP = 6
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
        # One list of roles for all drop-downs: sixty of them are made at once.
        self._choices = _role_choices(self)
        self._arranging = False
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        self.sectionResized.connect(self._place)
        view.horizontalScrollBar().valueChanged.connect(self._place)

    def show_columns(self, columns: Sequence[str], role: Callable[[str], str]) -> None:
        """Show a drop-down for each column.

        Args:
            columns: Names of the columns, in the order of the table.
            role: Returns the role of a column.
        """
        if tuple(columns) != tuple(self._columns):
            self._columns = tuple(columns)
            for old in self.boxes:
                old.deleteLater()
            self.boxes = [self._make_box(number, name) for number, name in enumerate(columns)]
            self._widen()
        for name, box in zip(self._columns, self.boxes, strict=True):
            box.setCurrentIndex(max(0, box.findData(role(name))))
        self._place()

    def _widen(self) -> None:
        """Give each column room for its name and its drop-down."""
        self._arranging = True  # each section that is resized would place all drop-downs
        for number, box in enumerate(self.boxes):
            wanted = max(box.sizeHint().width() + _GAP, self.sectionSizeHint(number))
            self.resizeSection(number, wanted)
        self._arranging = False

    def _make_box(self, number: int, column: str) -> QComboBox:
        box = QComboBox(self)
        box.setObjectName(f"{self._name}.{number}")
        box.setAccessibleName(ROLE_NAME.format(column=column))
        box.setModel(self._choices)
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


def _role_choices(parent: RoleHeader) -> QStandardItemModel:
    """Return the roles that a column can have, as drop-downs show them."""
    choices = QStandardItemModel(parent)
    for value, text, meaning in ROLE_CHOICES:
        item = QStandardItem(text)
        item.setData(value, Qt.ItemDataRole.UserRole)
        item.setToolTip(meaning)
        choices.appendRow(item)
    return choices
