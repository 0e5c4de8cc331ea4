"""Step 13: the ethics register, who is served how well, privacy, what may leave."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QWidget

from deepbench.study.records import ChoiceRecord, EthicsRecord, ImportRecord
from deepbench_ui.models.level_words import level_line, scan_so_far
from deepbench_ui.pages.base import Page, label
from deepbench_ui.widgets.leaving_tab import LeavingTab
from deepbench_ui.widgets.privacy_tab import PrivacyTab
from deepbench_ui.widgets.register_tab import RegisterTab
from deepbench_ui.widgets.result_tabs import ResultTab, ResultTabs
from deepbench_ui.widgets.subgroups_tab import SubgroupsTab

VIEWS = "What to look at"
#: Key, title and view, in the order of the tabs.
TABS: tuple[tuple[str, str, type[RegisterTab | SubgroupsTab | PrivacyTab | LeavingTab]], ...] = (
    ("register", "Register", RegisterTab),
    ("groups", "Groups", SubgroupsTab),
    ("privacy", "Privacy", PrivacyTab),
    ("leaving", "What may leave", LeavingTab),
)


class EthicsPage(Page):
    """Register, groups, privacy, what may leave."""

    key = "ethics"
    title = "Ethics and privacy gate"
    lead = "Whom could this harm, by its mistakes or by what it gives away?"
    run_verb = "Fill the Register"

    def build(self) -> None:
        """Make the widgets."""
        self.level = label("", "muted", "ethics.level")
        self.form.addWidget(self.level)
        self.tabs = ResultTabs(
            "ethics.views",
            VIEWS,
            tuple((key, title, partial(make, self.session)) for key, title, make in TABS),
        )
        # Decisions and settings are answers: they are not greyed.
        self.tabs.made.connect(self._made)
        self.tabs.changed.connect(self._show_tab)
        self.form.addWidget(self.tabs)
        self.form.addStretch(1)
        self._shows = False

    def _made(self, view: ResultTab) -> None:
        self.grey(view.findings)
        if isinstance(view, PrivacyTab):
            for part in (view.audit.findings, view.private.findings):
                self.grey(part)

    def greyed(self) -> Sequence[QWidget]:
        """Only findings, when they are made."""
        return ()

    def refresh(self) -> None:
        """Show the level, and the view that is open."""
        self.level.setText(level_line(self.session))
        self._shows = True
        self.tabs.show_current()

    def _show_tab(self) -> None:
        if not self._shows:
            return
        view, session = self.tabs.view(self.tabs.current), self.session
        record = session.record("ethics", EthicsRecord)
        choice = session.record("test", ChoiceRecord)
        if isinstance(view, RegisterTab):
            view.show_register(record, choice)
        elif isinstance(view, SubgroupsTab):
            view.show_groups(record, choice)
        elif isinstance(view, PrivacyTab):
            imported = session.record("import", ImportRecord)
            view.show_privacy(record, choice, imported, scan_so_far(session))
        elif isinstance(view, LeavingTab):
            outdated = session.standing().states[self.key] == "out of date"
            view.show_leaving(record, outdated=outdated)

    def next_problem(self) -> str:
        """What was begun on any view has to be completed or cleared."""
        for key in self.tabs.keys:
            if self.tabs.is_made(key):
                view = self.tabs.view(key)
                if isinstance(view, RegisterTab | LeavingTab) and view.problem:
                    return view.problem
        return ""
