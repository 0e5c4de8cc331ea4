"""No traceback ever: faults are written to a file, said in words, and offered as a bundle.

An unexpected error in the window opens a dialog; whatever was answered is on disk by then, as
every answer is. A native crash, which no Python code survives, is written by faulthandler and
shown at the next start.
"""

from __future__ import annotations

import contextlib
import faulthandler
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TextIO

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from deepbench import __version__
from deepbench_ui.settings import config_folder

NO_WINDOW = (
    "DeepBench met a fault of its own ({kind}) and has no window to say so. It is not your doing, "
    "and what was answered is on disk. What happened is written in {folder}."
)
_NATIVE = "native-crash.txt"
_CRASHES = "crashes"
_MOST_CRASHES = 20
_MOST_QT_LINES = 200

FaultTeller = Callable[[str], None]


class Faults:
    """Catches what nobody else catches.

    Args:
        folder: Where notes of crashes are kept; the configuration folder if None.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or config_folder()
        self.last_native_crash = self._take_native_crash()
        self._teller: FaultTeller | None = None
        self._telling = False
        self._native: TextIO | None = None
        self.qt_lines: list[str] = []

    @property
    def _notes(self) -> Path:
        """Folder of the notes of Python errors."""
        return self.folder / _CRASHES

    def install(self) -> None:
        """Catch Python errors in all threads, native crashes and Qt's messages."""
        with contextlib.suppress(OSError):
            self._native = (self.folder / _NATIVE).open("w", encoding="utf-8")
            faulthandler.enable(self._native, all_threads=True)
        sys.excepthook = self._caught
        threading.excepthook = lambda args: self._caught(
            args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
        )
        qInstallMessageHandler(self._qt_said)

    def uninstall(self) -> None:
        """Undo `install`; an orderly end leaves no note of a native crash."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        qInstallMessageHandler(None)
        if self._native is not None:
            faulthandler.disable()
            self._native.close()
            self._native = None
            with contextlib.suppress(OSError):
                (self.folder / _NATIVE).unlink()

    def tell_with(self, teller: FaultTeller | None) -> None:
        """Set what shows a fault to the user; it is given the class of the error."""
        self._teller = teller

    def notes(self) -> dict[str, str]:
        """Return the texts for a support bundle, by name."""
        found = {"qt.txt": "\n".join(self.qt_lines)}
        if self.last_native_crash:
            found["native-crash.txt"] = self.last_native_crash
        for path in sorted(self._notes.glob("*.txt"))[-5:]:
            with contextlib.suppress(OSError):
                found[path.name] = path.read_text(encoding="utf-8", errors="replace")
        return found

    def _caught(
        self,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType | None,
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        self._write("".join(traceback.format_exception(kind, error, trace)))
        if self._teller is None:
            if sys.stderr is not None:
                print(NO_WINDOW.format(kind=kind.__name__, folder=self._notes), file=sys.stderr)
        # A fault while a fault is told must not open dialogs without end.
        elif not self._telling:
            self._telling = True
            try:
                self._teller(kind.__name__)
            finally:
                self._telling = False

    def _write(self, text: str) -> None:
        moment = datetime.now().astimezone()
        with contextlib.suppress(OSError):
            place = self._notes
            place.mkdir(parents=True, exist_ok=True)
            name = f"{moment:%Y%m%d-%H%M%S-%f}.txt"
            head = f"DeepBench {__version__}, {moment:%Y-%m-%d %H:%M:%S}\n"
            (place / name).write_text(head + text, encoding="utf-8", errors="backslashreplace")
            for old in sorted(place.glob("*.txt"))[:-_MOST_CRASHES]:
                old.unlink()

    def _take_native_crash(self) -> str:
        """Return what a native crash of the last start left, and put it away."""
        path = self.folder / _NATIVE
        try:
            text = path.read_text(encoding="utf-8", errors="replace").strip()
            path.unlink()
        except OSError:
            return ""
        return text

    def _qt_said(self, kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        self.qt_lines.append(f"{kind.name}: {message}")
        del self.qt_lines[:-_MOST_QT_LINES]
