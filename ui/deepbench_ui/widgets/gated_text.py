"""Text of the study that can be selected, and that leaves only through the gate."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QTextBrowser,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from deepbench_ui.pages.base import label
from deepbench_ui.plan_words import in_window
from deepbench_ui.plots.outlet import CLIPBOARD, Outlet
from deepbench_ui.theme import icon, theme
from deepbench_ui.widgets.gated_copy import GatedCopy

COPY = "Copy"
SAVE = "Save…"
COPY_TIP, SAVE_TIP = "Copy this text", "Save this text as a file"
SAVE_TITLE = "Save the Text"
ASKING = "Checking whether this may leave the study …"
COPIED, SAVED = "Copied.", "Saved as {path}."
_ICON_SIZE = 18
_SLACK = 6


class GatedText(GatedCopy, QTextBrowser):
    """Read-only text as high as it is; what is copied from it is asked for first.

    Args:
        name: Its objectName.
        accessible: What it is, for screen readers.
    """

    #: The selected text shall be copied.
    copy_wanted = Signal(str)

    def __init__(self, name: str, accessible: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(accessible)
        self.setProperty("kind", "plain")
        self.setOpenLinks(False)
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(0)
        #: A copy to measure by: breaking lines of the text itself would draw it again.
        self._measured = self.document().clone(self)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        # A text that cannot be dragged is selected by dragging, which is what is wanted here.
        self.viewport().setAcceptDrops(False)

    def show_html(self, text: str) -> None:
        """Show a rich text."""
        self.setHtml(text)
        self._fit()

    def _fit(self) -> None:
        self._measured = self.document().clone(self)
        self.updateGeometry()

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        """Narrower text is higher."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        """Return the height of all lines, broken at a width."""
        edge = 2 * self.frameWidth()
        self._measured.setTextWidth(max(width - edge, 1))
        return round(self._measured.size().height()) + edge + _SLACK

    def sizeHint(self) -> QSize:  # noqa: N802
        """Be as high as the text is at this width."""
        return QSize(super().sizeHint().width(), self.heightForWidth(self.width()))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Follow the font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Be as narrow as the page."""
        return QSize(0, 0)


class Leaving(QWidget):
    """A text with a button that copies it through the gate, and a line that says how it went.

    Args:
        name: Its objectName.
        title: What the text is called, also in the study's ledger.
        outlet: What lets things out.
    """

    def __init__(self, name: str, title: str, outlet: Outlet) -> None:
        super().__init__()
        self.setObjectName(name)
        self._title, self._outlet = title, outlet
        self._plain, self._waiting = "", False
        self.copy_button = self._button(f"{name}.copy", COPY, COPY_TIP)
        self.copy_button.clicked.connect(self.copy)
        self._message = label("", "muted", f"{name}.message")
        self._message.hide()
        theme().changed.connect(self._paint)

    def _button(self, name: str, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(f"{text} {self._title}")
        button.setAccessibleDescription(tip)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setIconSize(QSize(_ICON_SIZE, _ICON_SIZE))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    @property
    def message(self) -> str:
        """The line below the text."""
        return self._message.text()

    def copy(self) -> None:
        """Let the text out to the clipboard."""
        self._let_out(self._plain, CLIPBOARD)

    def _let_out(self, text: str, destination: str) -> None:
        if self._waiting or not text:
            return

        def done(where: str) -> None:
            if where == CLIPBOARD:
                QGuiApplication.clipboard().setText(text)
            self._answered(COPIED if where == CLIPBOARD else SAVED.format(path=where))

        self._waiting = True
        self._say(ASKING)
        self._outlet.let_out(
            kind="text",
            title=self._title,
            suffix="txt",
            content=f"{text}\n".encode(),
            per_sample=False,
            destination=destination,
            on_done=done,
            on_refused=self._answered,
        )

    def _answered(self, sentence: str) -> None:
        # The answer may come after the page was left and its widgets deleted.
        if isValid(self):
            self._waiting = False
            self._say(in_window(sentence))

    def _say(self, sentence: str) -> None:
        self._message.setText(sentence)
        self._message.setVisible(bool(sentence))

    def _paint(self) -> None:
        self.copy_button.setIcon(icon("copy"))


class TextPanel(Leaving):
    """A text with its title, and with ways to keep it that go through the gate.

    Args:
        name: Its objectName; the text is ``NAME.text``.
        title: What it is called, also in the study's ledger.
        file: Proposed name of a file.
        outlet: What lets things out.
        shows: Whether the text itself is shown; else the title stands above what shows it.
    """

    def __init__(
        self, name: str, title: str, file: str, outlet: Outlet, *, shows: bool = True
    ) -> None:
        super().__init__(name, title, outlet)
        self._file = file
        self._make_html: Callable[[], str] = str
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(2)
        head.addWidget(label(title, "heading"), 1)
        self.save_button = self._button(f"{name}.save", SAVE, SAVE_TIP)
        self.save_button.clicked.connect(self.save)
        head.addWidget(self.copy_button)
        head.addWidget(self.save_button)
        column.addLayout(head)
        self.text: GatedText | None = None
        if shows:
            self.text = GatedText(f"{name}.text", title)
            self.text.copy_wanted.connect(lambda chosen: self._let_out(chosen, CLIPBOARD))
            column.addWidget(self.text)
        column.addWidget(self._message)
        self._paint()

    def show_text(self, plain: str, make_html: Callable[[], str] = str) -> None:
        """Show another text.

        Args:
            plain: What is copied and saved.
            make_html: Returns how it looks; asked again when the theme changes.
        """
        if plain == self._plain:
            return
        self._plain, self._make_html = plain, make_html
        self._say("")
        self._paint()

    def save(self) -> None:
        """Ask for a file and let the text out to it."""
        file = self._outlet.choose_file(self, SAVE_TITLE, self._file, ("txt",))
        if file:
            self._let_out(self._plain, file)

    def _paint(self) -> None:
        super()._paint()
        self.save_button.setIcon(icon("save"))
        if self.text is not None:
            self.text.show_html(self._make_html() if self._plain else "")


class SentencePanel(Leaving):
    """A sentence that can be selected, with its own button to copy it.

    Args:
        name: Its objectName; the text is ``NAME.text``.
        title: What it is called in the study's ledger, and for screen readers.
        outlet: What lets things out.
        plain: What is copied.
        make_html: Returns how it looks; asked again when the theme changes.
    """

    def __init__(
        self, name: str, title: str, outlet: Outlet, plain: str, make_html: Callable[[], str]
    ) -> None:
        super().__init__(name, title, outlet)
        self._plain, self._make_html = plain, make_html
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.text = GatedText(f"{name}.text", title)
        self.text.copy_wanted.connect(lambda chosen: self._let_out(chosen, CLIPBOARD))
        row.addWidget(self.text, 1)
        row.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(row)
        column.addWidget(self._message)
        self._paint()

    def _paint(self) -> None:
        super()._paint()
        self.text.show_html(self._make_html())
