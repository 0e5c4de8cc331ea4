"""Before a study is open: new, open, recent, recover, examples, drag and drop."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from deepbench.errors import StudyError
from deepbench.study.folder import study_title
from deepbench.study.lock import WINDOW_LOCK, StudyLock
from deepbench_ui import dialogs
from deepbench_ui.examples import EXAMPLES, Example
from deepbench_ui.menus import unmarked
from deepbench_ui.pages.base import card, label
from deepbench_ui.settings import studies_folder
from deepbench_ui.theme import icon, theme
from deepbench_ui.widgets.banner import Banner

if TYPE_CHECKING:
    from deepbench_ui.window import MainWindow

TITLE = "DeepBench"
LEAD = (
    "From a table to an answer that a reviewer would accept: is there a signal in your data, is "
    "deep learning worth it here, what does the model use, what may you claim?"
)
OFFLINE = (
    "DeepBench opens no network connection. Your data stays in the folders you choose on this "
    "computer."
)
START, NEW, OPEN = "Start", "New Study…", "Open Study…"
DROP = "Or drag a table (CSV, Excel, Parquet) or a study folder onto this window."
EXAMPLE_TITLE, TRY = "Try an example", "Open “{title}”"
RECENT_TITLE, NO_RECENT = "Recent studies", "Studies you open will be listed here."
FORGET, GONE = "Take {name} off this list", "{folder} (not there any more)"
RECOVER = (
    "The study “{name}” was open when DeepBench ended unexpectedly. Everything that was answered "
    "and finished is on disk."
)
RECOVER_NOW = "Open It Again"
_LOGO = QSize(48, 48)


class WelcomePage(QWidget):
    """What is shown while no study is open.

    Args:
        window: Opens and makes studies.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self._window = window
        self.setObjectName("welcome")
        self.setAccessibleName(TITLE)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer.addWidget(scroll)
        content = QWidget()
        content.setObjectName("welcome.content")
        scroll.setWidget(content)
        centre = QHBoxLayout(content)
        centre.setContentsMargins(24, 20, 24, 20)
        inner = QWidget()
        inner.setMaximumWidth(980)
        centre.addWidget(inner, 1)
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(14)
        self._build()
        theme().changed.connect(self._theme_changed)
        self._paint()

    def _build(self) -> None:
        head = QHBoxLayout()
        self._logo = QLabel()
        head.addWidget(self._logo, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.addWidget(label(TITLE, "title"))
        words.addWidget(label(LEAD))
        head.addLayout(words, 1)
        self._column.addLayout(head)
        self.recover = Banner("welcome.recover")
        self._column.addWidget(self.recover)
        grid = QGridLayout()
        grid.setSpacing(14)
        grid.addWidget(self._start_card(), 0, 0)
        grid.addWidget(self._examples_card(), 0, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self._column.addLayout(grid)
        frame, self._recent = card(RECENT_TITLE)
        self._column.addWidget(frame)
        offline = QHBoxLayout()
        self._lock = QLabel()
        offline.addWidget(self._lock, 0, Qt.AlignmentFlag.AlignTop)
        offline.addWidget(label(OFFLINE, "muted", "welcome.offline"), 1)
        self._column.addLayout(offline)
        self._column.addStretch(1)

    def _start_card(self) -> QFrame:
        frame, inside = card(START)
        self.new_button = QPushButton(NEW)
        self.new_button.setObjectName("welcome.new")
        self.new_button.setProperty("kind", "primary")
        self.new_button.clicked.connect(lambda _=False: self._window.menus.new_study())
        self.open_button = QPushButton(OPEN)
        self.open_button.setObjectName("welcome.open")
        self.open_button.clicked.connect(lambda _=False: self._window.menus.open_study())
        inside.addWidget(self.new_button)
        inside.addWidget(self.open_button)
        inside.addWidget(label(DROP, "muted"))
        inside.addStretch(1)
        return frame

    def _examples_card(self) -> QFrame:
        frame, inside = card(EXAMPLE_TITLE)
        self._example_buttons = []
        for example in EXAMPLES:
            button = QPushButton(TRY.format(title=example.title))
            button.setObjectName(f"welcome.example.{example.name}")
            button.clicked.connect(partial(self._open_example, example))
            self._example_buttons.append(button)
            inside.addWidget(button)
            inside.addWidget(label(example.text, "muted"))
        inside.addStretch(1)
        return frame

    def _open_example(self, example: Example, _checked: bool = False) -> None:
        place = Path(self._window.settings.folder or str(studies_folder()))
        folder = dialogs.ask_new_study(self._window, example.title, place)
        if folder is not None:
            self._window.settings.folder = str(folder.parent)
            self._window.create_study(folder, example)

    def refresh(self) -> None:
        """Show the recent studies, and the one to recover."""
        while self._recent.count() > 1:
            item = self._recent.takeAt(1)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.deleteLater()
        settings = self._window.settings
        for number, name in enumerate(settings.recent):
            self._recent.addWidget(self._recent_row(number, Path(name)))
        if not settings.recent:
            self._recent.addWidget(label(NO_RECENT, "muted"))
        left_open = settings.open_study
        if left_open and _was_left(Path(left_open)):
            self.recover.show_message(
                "warning",
                RECOVER.format(name=study_title(Path(left_open))),
                RECOVER_NOW,
                partial(self._window.open_study, Path(left_open)),
            )
        else:
            self.recover.clear()

    def _recent_row(self, number: int, folder: Path) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        there = folder.is_dir()
        button = QPushButton(unmarked(study_title(folder)))
        button.setObjectName(f"welcome.recent.{number}")
        button.setProperty("kind", "quiet")
        button.setIcon(icon("folder"))
        button.setEnabled(there)
        button.setToolTip(str(folder))
        button.clicked.connect(partial(self._open, folder))
        place = label(str(folder.parent) if there else GONE.format(folder=folder.parent), "muted")
        remove = QToolButton()
        remove.setObjectName(f"welcome.recent.{number}.forget")
        remove.setIcon(icon("close", "text_muted"))
        text = FORGET.format(name=study_title(folder))
        remove.setToolTip(text)
        remove.setAccessibleName(text)
        remove.clicked.connect(partial(self._forget, folder))
        line.addWidget(button)
        line.addWidget(place, 1)
        line.addWidget(remove)
        return row

    def _open(self, folder: Path, _checked: bool = False) -> None:
        self._window.open_study(folder)

    def _forget(self, folder: Path, _checked: bool = False) -> None:
        self._window.settings.forget(str(folder))
        self.refresh()

    def _theme_changed(self) -> None:
        self._paint()
        self.refresh()

    def _paint(self) -> None:
        self._logo.setPixmap(icon("app", "accent").pixmap(_LOGO))
        self._lock.setPixmap(icon("lock", "text_muted").pixmap(QSize(18, 18)))
        self.new_button.setIcon(icon("new", "on_accent"))
        self.open_button.setIcon(icon("folder"))
        for button in self._example_buttons:
            button.setIcon(icon("example"))


def _was_left(folder: Path) -> bool:
    """Say whether a study that was open can be opened again; another window may have it now."""
    if not folder.is_dir():
        return False
    try:
        StudyLock(folder, WINDOW_LOCK, in_window=True).require_free()
    except StudyError:
        return False
    return True
