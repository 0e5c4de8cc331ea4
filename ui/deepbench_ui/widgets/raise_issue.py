"""A form in which a person raises an issue of their own."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Signal

from deepbench.study.sensitivity_scan import folded
from deepbench_ui.models.register_rows import SHORTEST_ISSUE, SHORTEST_NAME, SHORTEST_REASON
from deepbench_ui.pages.base import label
from deepbench_ui.widgets.folded_form import FoldedForm
from deepbench_ui.widgets.register_card import text_field

TITLE = "Raise an Issue"
WHY = (
    "What worries you or somebody else: whom the model could harm, who is missing from the data, "
    "what people did not agree to. It is open until somebody decides on it."
)
ISSUE, ISSUE_HINT = "In a few words", "For example: relatives of the patients were not asked"
TEXT, TEXT_HINT = "What is at stake, and for whom?", "A sentence or two; the report prints them"
BY, BY_HINT = "Who raises it?", "Name or role"
RAISE = "Raise the Issue"
NO_ISSUE = "Name it in a few words."
KNOWN = "There is an entry of this name already; add to its discussion."
TAKEN = "The program uses this name itself; choose other words."
NO_TEXT = "Say in at least {least} letters what is at stake."
NO_NAME = "Say who raises it."


class RaiseIssue(FoldedForm):
    """A form that is folded away until it is wanted.

    Args:
        name: Its objectName.
    """

    #: Carries the issue's name, what is at stake, and who raises it.
    raised = Signal(str, str, str)

    def __init__(self, name: str) -> None:
        super().__init__(name, TITLE, WHY)
        self._known: frozenset[str] = frozenset()
        self._own_kinds: frozenset[str] = frozenset()
        self.issue = text_field(f"{name}.issue", ISSUE, ISSUE_HINT)
        self.text = text_field(f"{name}.text", TEXT, TEXT_HINT)
        self.by = text_field(f"{name}.by", BY, BY_HINT)
        for field, question in ((self.issue, ISSUE), (self.text, TEXT), (self.by, BY)):
            asked = label(question)
            asked.setBuddy(field)
            self.form.addWidget(asked)
            self.form.addWidget(field)
            field.textEdited.connect(self._check)
            field.returnPressed.connect(self._raise)
        self.end_with("raise", RAISE, self._raise)

    def show_known(self, issues: Collection[str], kinds: Collection[str]) -> None:
        """Take the names that are used already, and the kinds that the program raises."""
        known = frozenset(folded(issue) for issue in issues)
        if (known, frozenset(kinds)) != (self._known, self._own_kinds):
            self._known, self._own_kinds = known, frozenset(kinds)
            self._check()

    @property
    def problem(self) -> str:
        """What an issue still lacks; empty when it is complete."""
        name = folded(self.issue.text())
        if len(name) < SHORTEST_ISSUE:
            return NO_ISSUE
        if name in self._known:
            return KNOWN
        if name.partition(":")[0].strip() in self._own_kinds:
            return TAKEN
        if len(self.text.text().strip()) < SHORTEST_REASON:
            return NO_TEXT.format(least=SHORTEST_REASON)
        return NO_NAME if len(self.by.text().strip()) < SHORTEST_NAME else ""

    @property
    def is_begun(self) -> bool:
        """Whether something stands in it that was not raised."""
        return any(field.text().strip() for field in (self.issue, self.text, self.by))

    def _raise(self) -> None:
        if self.problem:
            return
        issue, text, by = (field.text().strip() for field in (self.issue, self.text, self.by))
        for field in (self.issue, self.text, self.by):
            field.clear()
        self._check()
        self.raised.emit(issue, text, by)
