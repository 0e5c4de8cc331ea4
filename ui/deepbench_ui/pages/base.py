"""What every page has: a title, a place for answers, a place for results, banners."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from deepbench_ui.session import StudySession
from deepbench_ui.theme import theme
from deepbench_ui.widgets.banner import Banner

OUTDATED = (
    "Out of date: an answer was changed since this was calculated. What is shown is from before "
    "the change. “{verb}” below calculates it again; nothing is lost."
)
BLOCKED = "This step cannot go on. {reason}"
_VEIL_ALPHA = 120


class Page(QWidget):
    """A page of the wizard.

    A subclass sets ``key``, fills ``self.form`` (answers) and ``self.results`` (what was found;
    greyed while out of date) in `build`, and brings both up to date in `refresh`, which is
    called when the page is shown and whenever answers or results changed while it is visible.
    `refresh` must be quick and must not lose the keyboard focus: change widgets, do not make them
    anew, unless what they show has changed.

    Args:
        session: The open study.
        parent: Owner.
    """

    key: ClassVar[str] = ""
    title: ClassVar[str] = ""
    lead: ClassVar[str] = ""
    #: Text of the footer's button that calculates the stage; empty when there is nothing to run.
    run_verb: str = ""
    #: What `first_step` says may be something else now.
    first_step_changed = Signal()

    def __init__(self, session: StudySession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName(self.key)
        self.setAccessibleName(self.title)
        self._visible = False
        self._stale = True
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.scroll_area = QScrollArea(self)
        self.scroll_area.setWidgetResizable(True)
        self.scroll_area.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer.addWidget(self.scroll_area)
        content = QWidget()
        content.setObjectName(f"{self.key}.content")
        self.scroll_area.setWidget(content)
        self.column = QVBoxLayout(content)
        self.column.setContentsMargins(24, 18, 24, 18)
        self.column.setSpacing(12)
        self._add_head()
        self._form_holder = QWidget()
        self.form = QVBoxLayout(self._form_holder)
        self.form.setContentsMargins(0, 0, 0, 0)
        self.form.setSpacing(12)
        self._results_holder = QWidget()
        self.results = QVBoxLayout(self._results_holder)
        self.results.setContentsMargins(0, 0, 0, 0)
        self.results.setSpacing(12)
        self.column.addWidget(self._form_holder)
        self.column.addWidget(self._results_holder, 1)
        self._veils: list[Veil] = []
        self._outdated = False
        self.build()
        for part in self.greyed():
            self.grey(part)
        session.answers_changed.connect(self._changed)
        session.results_changed.connect(self._changed)
        session.run_changed.connect(self._changed)

    def _add_head(self) -> None:
        self.title_label = label(self.title, "title")
        self.column.addWidget(self.title_label)
        self.lead_label = label(self.lead, "muted")
        self.column.addWidget(self.lead_label)
        self.lead_label.setVisible(bool(self.lead))
        self.state_banner = Banner(f"{self.key}.state")
        self.column.addWidget(self.state_banner)

    # --- for subclasses ---------------------------------------------------------------

    def build(self) -> None:
        """Make the widgets, once."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Show the answers and results as they are now."""
        raise NotImplementedError

    def greyed(self) -> Sequence[QWidget]:
        """Return what is greyed while it is out of date: the results."""
        return (self._results_holder,)

    def grey(self, part: QWidget) -> None:
        """Grey a part from now on whenever what was found is out of date."""
        veil = Veil(part)
        veil.setVisible(self._outdated)
        self._veils.append(veil)

    def entered(self) -> None:
        """Called after the page was shown."""

    def left(self) -> None:
        """Called before another page is shown."""

    def next_problem(self) -> str:
        """Return why Next is not possible although the stage is done; empty when it is."""
        return ""

    def first_step(self) -> str:
        """Return what has to be done on this page before it can be calculated; mostly nothing."""
        return ""

    def confirm_run(self) -> bool:
        """Ask, where running cannot be taken back; False leaves all as it is."""
        return True

    def named(self, widget: QWidget, control: str, accessible: str = "") -> QWidget:
        """Give a control its name for programs, and for screen readers where it shows no text."""
        widget.setObjectName(f"{self.key}.{control}")
        if accessible:
            widget.setAccessibleName(accessible)
        return widget

    # --- shown and changed ------------------------------------------------------------

    def show_page(self) -> None:
        """Called by the window when the page is shown."""
        self._visible = True
        if self._stale:
            self.update_page()
        self.entered()

    def hide_page(self) -> None:
        """Called by the window before another page is shown."""
        self.left()
        self._visible = False

    def _changed(self) -> None:
        self._stale = True
        if self._visible:
            self.update_page()

    def update_page(self) -> None:
        """Bring the page up to date."""
        self._stale = False
        self._show_state()
        self.refresh()

    def _show_state(self) -> None:
        standing = self.session.standing()
        state = standing.states.get(self.key, "")
        self._outdated = state == "out of date"
        for veil in self._veils:
            veil.setVisible(self._outdated)
        if state == "out of date" and self.key in self.session.history.finished:
            self.state_banner.show_message("warning", OUTDATED.format(verb=self.run_verb))
        elif state == "blocked":
            reason = standing.reasons.get(self.key, "")
            self.state_banner.show_message("danger", BLOCKED.format(reason=reason))
        else:
            self.state_banner.clear()


class Veil(QWidget):
    """Greys what lies below it, and lets clicks through: old results can still be read."""

    def __init__(self, below: QWidget) -> None:
        super().__init__(below)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        below.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Keep the size of what is veiled, and stay above its children."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.ChildAdded, QEvent.Type.Show):
            parent = self.parentWidget()
            if parent is not None:
                self.setGeometry(parent.rect())
                self.raise_()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the veil."""
        colour = QColor(theme().colour("background"))
        colour.setAlpha(_VEIL_ALPHA)
        QPainter(self).fillRect(self.rect(), colour)


def label(text: str, role: str = "", name: str = "") -> QLabel:
    """Return a label that wraps, with the look of a role of the style sheet.

    Args:
        text: What it says.
        role: title, heading, muted or mono; empty for plain text.
        name: Its objectName.
    """
    made = QLabel(text)
    made.setWordWrap(True)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        made.setProperty("role", role)
    if name:
        made.setObjectName(name)
    return made


def card(title: str = "", name: str = "") -> tuple[QFrame, QVBoxLayout]:
    """Return a framed group and the layout inside it."""
    frame = QFrame()
    frame.setProperty("kind", "card")
    if name:
        frame.setObjectName(name)
    inside = QVBoxLayout(frame)
    inside.setContentsMargins(14, 12, 14, 12)
    inside.setSpacing(8)
    if title:
        inside.addWidget(label(title, "heading"))
    return frame, inside
