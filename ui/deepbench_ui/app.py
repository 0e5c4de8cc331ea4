"""The application: options of the command line, theme, faults, the window."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtWidgets import QApplication

from deepbench import __version__
from deepbench_ui.faults import Faults
from deepbench_ui.lean import release, settle
from deepbench_ui.settings import CONFIG_VARIABLE, Settings
from deepbench_ui.theme import app_icon, theme
from deepbench_ui.window import MainWindow

TITLE = "DeepBench"
_SIGNAL_MILLISECONDS = 300
#: After the first paint, so that it does not wait.
_SETTLE_MILLISECONDS = 200


def make_application() -> QApplication:
    """Return the application, made if there is none yet."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    QCoreApplication.setApplicationName(TITLE)
    QCoreApplication.setApplicationVersion(__version__)
    QCoreApplication.setOrganizationName(TITLE)
    QApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    # pyqtgraph and the pages use plain widgets; the name is for the window manager.
    app = QApplication([TITLE])
    app.setApplicationDisplayName(TITLE)
    app.setQuitOnLastWindowClosed(True)
    return app


def run(arguments: Sequence[str]) -> int:
    """Open the window and run until it is closed; return the exit code."""
    parser = argparse.ArgumentParser(prog="deepbench", description="Open the DeepBench wizard.")
    parser.add_argument("study", nargs="?", help="study folder, or a table for a new study")
    parser.add_argument("--config", metavar="DIR", help="folder of the settings")
    options = parser.parse_args(list(arguments))
    if options.config:
        os.environ[CONFIG_VARIABLE] = str(Path(options.config).absolute())
    app = make_application()
    settings = Settings.load()
    faults = Faults()
    faults.install()
    theme().set_mode(settings.theme)
    theme().apply(app)
    app.setWindowIcon(app_icon())
    code = _show_window(app, settings, faults, options.study)
    release()
    faults.uninstall()
    return code


def _show_window(app: QApplication, settings: Settings, faults: Faults, study: str | None) -> int:
    """Show the window until it is closed, and take it apart.

    WORKAROUND (PySide6 6.11): from the moment that Python ends, weak references to objects of Qt
    are not cleared when these die (libshiboken asks Py_IsInitialized), and pyqtgraph's items hold
    some to each other: a window that is still there then ends the program with a crash, now and
    then. So nothing of it is left for the end; `run` frees the rest.
    """
    window = MainWindow(settings, faults)
    window.show()
    QTimer.singleShot(_SETTLE_MILLISECONDS, window, settle)
    if study:
        QTimer.singleShot(0, window, lambda: window.open_path(Path(study).absolute()))
    with _terminal_signals(window):
        code = app.exec()
    window.shut_down()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return code


@contextlib.contextmanager
def _terminal_signals(window: MainWindow):  # type: ignore[no-untyped-def]
    """Close the window on Ctrl-C in the terminal and on SIGTERM.

    Python hears a signal only between two instructions, so a timer lets it run now and then.
    """
    timer = QTimer()
    timer.timeout.connect(lambda: None)
    timer.start(_SIGNAL_MILLISECONDS)
    kinds = [signal.SIGINT, signal.SIGTERM]
    if sys.platform == "win32":
        kinds.append(signal.SIGBREAK)
    before = {
        kind: signal.signal(kind, lambda *_: window.close_without_asking()) for kind in kinds
    }
    try:
        yield
    finally:
        timer.stop()
        for kind, handler in before.items():
            signal.signal(kind, handler)
