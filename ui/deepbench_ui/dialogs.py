"""Questions that stop the flow: a new study, stopping a run, a fault, about."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from deepbench import __version__
from deepbench.errors import StudyError
from deepbench.messages import SupportBundle
from deepbench.study.draft import DRAFT_FILE
from deepbench.study.folder import is_study

if TYPE_CHECKING:
    from deepbench_ui.window import MainWindow

SUFFIX = ".deepbench"
NEW_TITLE, NEW_NAME, NEW_FOLDER = "New study", "Name of the study", "Folder"
NEW_TEXT = (
    "A study is a folder on this computer. It keeps your answers, the samples, all results and "
    "the report."
)
NEW_PLACE, CREATE, BROWSE = "It will be {path}", "Create Study", "Browse…"
NEW_PROBLEM = 'Give the study a name without the signs \\ / : * ? " < > |'
EXISTS = "There is already something called {name} in that folder. Choose another name."
NOT_MADE = "The study could not be made in {folder} ({why}). Choose another folder."
NOT_FOR_US = (
    "{name} is neither a study nor a table that DeepBench reads (CSV, TSV, TXT, Excel, Parquet)."
)
NO_FOLDER = "Choose the folder in which the study shall lie."
NOT_THERE = "{name} is not there any more, or cannot be read."
NO_STUDY = "There is no DeepBench study in {name}."
NO_STUDY_HINT = "Choose a folder whose name ends in .deepbench."
CHOICE_OF_FILE, EXAMPLE_ANSWERS = "choice of the file", "answers of the example"
OPEN_TITLE = "Open a study"
STOP_TITLE, STOP_TEXT = (
    "A calculation is running",
    "Closing the study stops it. What is finished is kept, and DeepBench offers to go on when "
    "the study is opened again.",
)
STOP_AND_CLOSE, KEEP_RUNNING = "Stop and Close", "Keep Running"
FAULT_TITLE = "DeepBench met a fault of its own"
FAULT_TEXT = (
    "Something went wrong inside the program ({kind}). It is not your doing. All your answers and "
    "all finished results are on disk; you can go on, or close and open the study again.\n\n"
    "A support bundle tells the developers what happened. It holds no data, no names and no paths."
)
GO_ON, SAVE_BUNDLE, CLOSE_PROGRAM = "Go On", "Save Support Bundle…", "Close DeepBench"
BUNDLE_TITLE, BUNDLE_NAME = "Save a support bundle", "deepbench-support.zip"
BUNDLE_SAVED = "The support bundle was written to {path}. It holds no data."
ABOUT_TITLE = "About DeepBench"
ABOUT_TEXT = (
    "DeepBench {version}\n\nDeep learning done right, for bench biologists, after Lee et al., "
    "“Ten quick tips for deep learning in biology” (PLoS Comput Biol 2022, "
    "doi:10.1371/journal.pcbi.1009803).\n\nDeepBench opens no network connection. Your data stays "
    "on this computer.\n\nLicence: BSD-3-Clause. It uses Qt and PySide6 (LGPL 3), pyqtgraph, "
    "PyTorch, scikit-learn, pandas, SHAP and others; the font DejaVu Sans comes with it."
)
_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


def file_dialog_options() -> QFileDialog.Option:
    """Return the options of file dialogs: the system's own wherever there is one."""
    return QFileDialog.Option(0)


class NewStudyDialog(QDialog):
    """Asks for the name and the folder of a new study.

    Args:
        parent: Window.
        name: Proposed name.
        folder: Proposed folder.
    """

    def __init__(self, parent: QWidget, name: str, folder: Path) -> None:
        super().__init__(parent)
        self.setObjectName("new")
        self.setWindowTitle(NEW_TITLE)
        self.setMinimumWidth(560)
        column = QVBoxLayout(self)
        text = QLabel(NEW_TEXT)
        text.setWordWrap(True)
        column.addWidget(text)
        form = QFormLayout()
        self.name = QLineEdit(name)
        self.name.setObjectName("new.name")
        self.folder = QLineEdit(str(folder))
        self.folder.setObjectName("new.folder")
        self.folder.setAccessibleName(NEW_FOLDER)
        self.folder.setCursorPosition(0)
        browse = QPushButton(BROWSE)
        browse.setObjectName("new.browse")
        browse.clicked.connect(self._browse)
        place = QHBoxLayout()
        place.addWidget(self.folder, 1)
        place.addWidget(browse)
        form.addRow(NEW_NAME, self.name)
        form.addRow(NEW_FOLDER, place)
        column.addLayout(form)
        self.note = QLabel()
        self.note.setObjectName("new.note")
        self.note.setWordWrap(True)
        self.note.setProperty("role", "muted")
        column.addWidget(self.note)
        self.buttons = QDialogButtonBox()
        self.create_button = self.buttons.addButton(CREATE, QDialogButtonBox.ButtonRole.AcceptRole)
        self.create_button.setObjectName("new.create")
        self.create_button.setProperty("kind", "primary")
        cancel = self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        cancel.setObjectName("new.cancel")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column.addWidget(self.buttons)
        self.name.textChanged.connect(self._check)
        self.folder.textChanged.connect(self._check)
        self.name.selectAll()
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)
        self._check()

    @property
    def path(self) -> Path:
        """Folder of the new study."""
        name = self.name.text().strip().removesuffix(SUFFIX)
        folder = Path(self.folder.text().strip())
        with contextlib.suppress(RuntimeError):  # ~ and a name that is no user's
            folder = folder.expanduser()
        return folder.absolute() / f"{name}{SUFFIX}"

    def _check(self) -> None:
        name = self.name.text().strip().removesuffix(SUFFIX).rstrip(". ")
        if not name or _FORBIDDEN.search(name):
            note, good = NEW_PROBLEM, False
        elif not self.folder.text().strip():
            note, good = NO_FOLDER, False
        elif _is_there(self.path):
            note, good = EXISTS.format(name=name), False
        else:
            note, good = NEW_PLACE.format(path=self.path), True
        self.note.setText(note)
        self.create_button.setEnabled(good)

    def _browse(self) -> None:
        chosen = QFileDialog.getExistingDirectory(
            self, NEW_FOLDER, self.folder.text(), file_dialog_options()
        )
        if chosen:
            self.folder.setText(chosen)


def ask_new_study(parent: QWidget, name: str, folder: Path) -> Path | None:
    """Ask where a new study shall lie; None when cancelled."""
    dialog = NewStudyDialog(parent, _free_name(name, folder), folder)
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    path = dialog.path
    dialog.deleteLater()
    return path if accepted else None


def _free_name(name: str, folder: Path) -> str:
    """Return the name, with a number if there is such a study already."""
    number, found = 1, name
    while _is_there(folder / f"{found}{SUFFIX}"):
        number += 1
        found = f"{name} {number}"
    return found


def _is_there(path: Path) -> bool:
    """Say whether something is there, as far as one may look; making it tells the rest."""
    try:
        return path.exists()
    except OSError:
        return False


def ask_open_study(parent: QWidget, folder: str) -> Path | None:
    """Ask for a study folder; None when cancelled."""
    chosen = QFileDialog.getExistingDirectory(parent, OPEN_TITLE, folder, file_dialog_options())
    return Path(chosen) if chosen else None


def require_study(folder: Path, new: bool) -> None:
    """Refuse a folder that holds no study.

    Raises:
        StudyError: it is not there, or holds something else.
    """
    if new or is_study(folder) or (folder / DRAFT_FILE).exists():
        return
    raise StudyError(NO_STUDY.format(name=folder.name), NO_STUDY_HINT)


def may_stop_run(parent: QWidget) -> bool:
    """Ask whether the running calculation may be stopped."""
    box = QMessageBox(QMessageBox.Icon.Question, STOP_TITLE, STOP_TEXT, parent=parent)
    box.setObjectName("stop")
    stop = box.addButton(STOP_AND_CLOSE, QMessageBox.ButtonRole.DestructiveRole)
    stop.setObjectName("stop.close")
    keep = box.addButton(KEEP_RUNNING, QMessageBox.ButtonRole.RejectRole)
    keep.setObjectName("stop.keep")
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    box.exec()
    stopped = box.clickedButton() is stop
    box.deleteLater()
    return stopped


def tell_fault(window: MainWindow, kind: str) -> None:
    """Say that something went wrong, and offer a bundle."""
    box = QMessageBox(
        QMessageBox.Icon.Warning, FAULT_TITLE, FAULT_TEXT.format(kind=kind), parent=window
    )
    box.setObjectName("fault")
    go_on = box.addButton(GO_ON, QMessageBox.ButtonRole.AcceptRole)
    bundle = box.addButton(SAVE_BUNDLE, QMessageBox.ButtonRole.ActionRole)
    close = box.addButton(CLOSE_PROGRAM, QMessageBox.ButtonRole.DestructiveRole)
    for button, name in ((go_on, "go-on"), (bundle, "bundle"), (close, "close")):
        button.setObjectName(f"fault.{name}")
    box.setDefaultButton(go_on)
    box.setEscapeButton(go_on)
    box.exec()
    clicked = box.clickedButton()
    box.deleteLater()
    if clicked is bundle:
        save_support_bundle(window)
    elif clicked is close:
        window.close_without_asking()


def save_support_bundle(window: MainWindow) -> None:
    """Ask for a file and let the worker write the bundle."""
    name, _ = QFileDialog.getSaveFileName(
        window,
        BUNDLE_TITLE,
        str(Path(window.settings.folder or Path.home()) / BUNDLE_NAME),
        "ZIP (*.zip)",
        options=file_dialog_options(),
    )
    if not name:
        return
    study = str(window.session.folder) if window.session is not None else None
    window.desk.ask(
        SupportBundle(name, study, window.faults.notes()),
        done=lambda result: window.tell("ok", BUNDLE_SAVED.format(path=result["output"])),
        failed=lambda event: window.tell("danger", f"{event.message} {event.hint}".strip()),
    )


def show_about(parent: QWidget) -> None:
    """Say what this program is."""
    box = QMessageBox(parent)
    box.setObjectName("about")
    box.setWindowTitle(ABOUT_TITLE)
    box.setText(ABOUT_TEXT.format(version=__version__))
    box.addButton(QMessageBox.StandardButton.Close).setObjectName("about.close")
    box.exec()
    box.deleteLater()
