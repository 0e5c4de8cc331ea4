"""A field that finds one of many names."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QLineEdit


class Finder(QLineEdit):
    """Shows the name that is chosen; typing a part of another proposes what holds it.

    Args:
        name: Its objectName.
        accessible: What is found, for screen readers.
        hint: Shown while it is empty.
    """

    #: The user chose one of the names.
    found = Signal(str)

    def __init__(self, name: str, accessible: str, hint: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(accessible)
        self.setPlaceholderText(hint)
        self.setClearButtonEnabled(True)
        self._names: dict[str, str] = {}
        self._current = ""
        self._model = QStringListModel(self)
        completer = QCompleter(self._model, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setMaxVisibleItems(12)
        # The stubs do not know that this signal comes as a text and as an index.
        completer.activated[str].connect(self._choose)  # type: ignore[index]
        self.setCompleter(completer)
        self.editingFinished.connect(self._finish)

    def show_names(self, names: Sequence[str]) -> None:
        """Take other names to find."""
        if list(names) != list(self._names.values()):
            self._names = {name.casefold(): name for name in names}
            self._model.setStringList(list(names))

    def show_current(self, name: str) -> None:
        """Show what is chosen, unless another name is being typed."""
        self._current = name
        if not (self.hasFocus() and self.isModified()):
            self.setText(name)

    def _finish(self) -> None:
        """Take what was typed if it is a name, or the only one that holds it."""
        typed = self.text().strip().casefold()
        if not self.isModified():
            return
        matches = [name for known, name in self._names.items() if typed and typed in known]
        exact = self._names.get(typed)
        if exact is not None or len(matches) == 1:
            self._choose(exact or matches[0])
        else:
            self._settle(self._current)

    def _choose(self, name: str) -> None:
        self._settle(name)
        self.found.emit(name)

    def _settle(self, name: str) -> None:
        self._current = name
        self.setText(name)
        self.setModified(False)
