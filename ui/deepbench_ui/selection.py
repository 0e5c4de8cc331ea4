"""What is selected, for every plot and table that shows the same thing."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Signal

#: What can be selected.
KINDS: Final = ("sample", "feature", "model", "trial")


class SelectionHub(QObject):
    """One selection per kind; whoever shows such a thing listens and marks it."""

    #: Kind and name; an empty name says that nothing of this kind is selected any more.
    changed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._selected = dict.fromkeys(KINDS, "")

    def select(self, kind: str, name: str) -> None:
        """Select a thing; nothing happens when it is selected already.

        Args:
            kind: sample, feature, model or trial.
            name: Its name; empty to select nothing.

        Raises:
            ValueError: there is no such kind.
        """
        if self.selected(kind) == name:
            return
        self._selected[kind] = name
        self.changed.emit(kind, name)

    def selected(self, kind: str) -> str:
        """Return the name of what is selected; empty when nothing is.

        Raises:
            ValueError: there is no such kind.
        """
        if kind not in self._selected:
            raise ValueError(f"there is no kind {kind!r} to select; kinds are {KINDS}")
        return self._selected[kind]

    def clear(self) -> None:
        """Select nothing of any kind."""
        for kind in KINDS:
            self.select(kind, "")
