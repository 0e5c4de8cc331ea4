"""A form that is folded away until it is wanted, and says what it lacks once it is begun."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QPushButton

from deepbench_ui.pages.base import card, label
from deepbench_ui.widgets.fold import Fold


class FoldedForm(Fold):
    """A card with a button at its end; what a form holds its class adds to ``form``.

    Args:
        name: Its objectName.
        title: What it is for.
        why: What to know before it is filled.
    """

    def __init__(self, name: str, title: str, why: str) -> None:
        super().__init__(name, title)
        self._name = name
        self._frame, self.form = card()
        self.form.addWidget(label(why, "muted"))
        self.button = QPushButton()
        self.missing = label("", "muted", f"{name}.missing")

    @property
    def problem(self) -> str:
        """What still lacks; empty when it is complete."""
        raise NotImplementedError

    @property
    def is_begun(self) -> bool:
        """Whether something stands in it that was not taken."""
        raise NotImplementedError

    def end_with(self, key: str, verb: str, done: Callable[[], None]) -> None:
        """Close the form with its button.

        Args:
            key: Last part of the button's objectName.
            verb: What it says.
            done: Called when it is clicked.
        """
        line = QHBoxLayout()
        self.button.setText(verb)
        self.button.setObjectName(f"{self._name}.{key}")
        self.button.clicked.connect(done)
        line.addWidget(self.button)
        line.addWidget(self.missing, 1)
        self.form.addLayout(line)
        self.inside.addWidget(self._frame)
        self.set_open(False)
        self._check()

    def _check(self) -> None:
        problem = self.problem
        self.button.setEnabled(not problem)
        self.missing.setText(problem if self.is_begun else "")
