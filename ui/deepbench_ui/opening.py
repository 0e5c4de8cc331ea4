"""How a study comes into the window: made, opened, dropped on it; and why one does not."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from deepbench.errors import DeepBenchError
from deepbench.study.folder import study_title
from deepbench.study.lock import StudyBusy
from deepbench_ui import dialogs
from deepbench_ui.examples import Example, example_answers
from deepbench_ui.session import StudySession

if TYPE_CHECKING:
    from deepbench_ui.window import MainWindow

BUSY = "A calculation is still writing “{name}”. It opens as soon as that has finished."
TABLE_SUFFIXES = (
    ".csv", ".tsv", ".txt", ".tab", ".xlsx", ".xlsm", ".xls", ".parquet", ".ods",
)  # fmt: skip
#: How often a study that is being written is tried: a worker whose window was killed needs a
#: moment to let it go.
ATTEMPTS = 12
RETRY_MILLISECONDS = 250


class Opening:
    """Makes and opens studies. The study that is open stays so until the other one is.

    Args:
        window: Shows them, and says what could not be done.
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def open_path(self, path: Path) -> None:
        """Open a study folder, or take a table."""
        if path.is_dir():
            self.open(path)
        elif not path.exists():
            self._window.tell("warning", dialogs.NOT_THERE.format(name=path.name))
        elif path.suffix.lower() in TABLE_SUFFIXES:
            self.use_table(path)
        else:
            self._window.tell("warning", dialogs.NOT_FOR_US.format(name=path.name))

    def use_table(self, path: Path) -> None:
        """Take a table as the data of the open study, or of a new one."""
        from deepbench_ui.pages.import_data import ImportPage

        window = self._window
        if window.session is None:
            folder = dialogs.ask_new_study(window, path.stem, path.parent)
            if folder is None or not self.create(folder):
                return
        window.show_page("import")
        page = window.current_page
        if isinstance(page, ImportPage):
            page.use_file(str(path))

    def create(self, folder: Path, example: Example | None = None) -> bool:
        """Make a new study and open it; return whether that worked."""
        tell = self._window.tell
        try:
            folder.mkdir(parents=True, exist_ok=False)
            answers = example_answers(example, folder) if example is not None else {}
        except FileExistsError:
            tell("warning", dialogs.EXISTS.format(name=study_title(folder)))
            return False
        except OSError as error:
            tell("danger", dialogs.NOT_MADE.format(folder=folder, why=error.strerror))
            return False
        except DeepBenchError as error:
            tell("danger", str(error))
            _take_back(folder)
            return False
        self.open(folder, new=True)
        session = self._window.session
        if session is None or session.folder != folder:
            # It could not be opened, or the user keeps the other one with its run.
            _take_back(folder)
            return False
        if answers:
            session.answer_all(answers, dialogs.EXAMPLE_ANSWERS)
        return True

    def open(self, folder: Path, *, new: bool = False, attempt: int = 1) -> None:
        """Open a study; one that is open elsewhere is refused with a sentence.

        Args:
            folder: Study folder.
            new: Whether it was made just now and holds nothing yet.
            attempt: How often this was tried.
        """
        window = self._window
        before = window.session
        if before is not None and before.folder.resolve() == folder.resolve():
            return
        try:
            dialogs.require_study(folder, new)
            session = StudySession(
                folder,
                window.desk,
                window.runner,
                device=window.settings.device,
                workers=window.settings.workers,
            )
        except StudyBusy as error:
            self._open_later(folder, new, attempt, error)
            return
        except DeepBenchError as error:
            window.tell("danger", str(error))
            return
        if before is not None:
            if before.run is not None and not dialogs.may_stop_run(window):
                session.close()
                session.deleteLater()
                return
            window.let_go(before)
        session.setParent(window)
        window.take(session)

    def _open_later(self, folder: Path, new: bool, attempt: int, why: StudyBusy) -> None:
        """Try again in a moment, unless the user opens another study meanwhile."""
        window = self._window
        if attempt >= ATTEMPTS:
            window.tell("danger", str(why))
            return
        if attempt == 1:
            window.tell("info", BUSY.format(name=study_title(folder)))
        before = window.session

        def again() -> None:
            if window.session is before:
                self.open(folder, new=new, attempt=attempt + 1)

        QTimer.singleShot(RETRY_MILLISECONDS, window, again)


def _take_back(folder: Path) -> None:
    """Remove the folder that was made for a study and holds nothing but locks."""
    shutil.rmtree(folder, ignore_errors=True)
