"""A cell that is edited by choosing from a list."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QAbstractItemModel, QObject, Qt
from PySide6.QtWidgets import QComboBox, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from deepbench_ui.models.cells import Index
from deepbench_ui.widgets.choice_box import ChoiceBox


class ChoiceDelegate(QStyledItemDelegate):
    """Edits a cell with a list.

    Args:
        choices: Value → text.
        accessible: What is chosen, for screen readers.
        parent: Owner.
    """

    def __init__(self, choices: Mapping[str, str], accessible: str, parent: QObject) -> None:
        super().__init__(parent)
        self._choices = choices
        self._accessible = accessible

    def createEditor(  # noqa: N802
        self, parent: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> QWidget:
        """Make the list."""
        box = ChoiceBox(parent)
        box.setAccessibleName(self._accessible)
        for value, text in self._choices.items():
            box.addItem(text, value)
        box.activated.connect(lambda _: self._commit(box))
        return box

    def _commit(self, box: QComboBox) -> None:
        self.commitData.emit(box)
        self.closeEditor.emit(box)

    def setEditorData(self, editor: QWidget, index: Index) -> None:  # noqa: N802
        """Show the value of the cell."""
        assert isinstance(editor, QComboBox)
        editor.setCurrentIndex(max(0, editor.findData(index.data(Qt.ItemDataRole.EditRole))))
        editor.showPopup()

    def setModelData(  # noqa: N802
        self, editor: QWidget, model: QAbstractItemModel, index: Index
    ) -> None:
        """Give the chosen value to the cell."""
        assert isinstance(editor, QComboBox)
        model.setData(index, editor.currentData(), Qt.ItemDataRole.EditRole)
