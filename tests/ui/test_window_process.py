"""The window's process from its start to its end: what it loads, what it says, what it leaves."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from deepbench_ui import __main__ as starter
from deepbench_ui.faults import NO_WINDOW
from deepbench_ui.settings import CONFIG_VARIABLE
from deepbench_ui.window import NATIVE_CRASH

linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a screen")
posix = pytest.mark.skipif(os.name == "nt", reason="Windows has classes of priority instead")

HEAVY = frozenset(
    "torch sklearn scipy shap pandas pyarrow matplotlib numba llvmlite joblib optuna skops "
    "safetensors python_calamine".split()
)
PLOTS = frozenset({"numpy", "pyqtgraph"})
#: What lean.py keeps out.
BALLAST = frozenset({"_hashlib", "email", "importlib.metadata"})
#: Said of every window without a screen.
USUAL = "This plugin does not support propagateSizeHints()"
START = """
    import builtins, json, sys, traceback
    plain_import = builtins.__import__
    from pathlib import Path
    from deepbench_ui import __main__ as program
    from deepbench_ui.lean import load_lean

    load_lean()
    from PySide6.QtCore import QCoreApplication, QThread, QTimer
    from deepbench_ui import app

    found = {}

    def until(holds):
        while not holds():
            QCoreApplication.processEvents()
            QThread.msleep(5)  # the worker gives way to whoever computes

    def packages():
        return {name.partition(".")[0] for name in sys.modules}

    def act(window):
        raise NotImplementedError

    class Acting(app.MainWindow):
        def showEvent(self, event):
            super().showEvent(event)
            QTimer.singleShot(0, self, self.acts)

        def acts(self):
            try:
                act(self)
            except BaseException:
                found["problem"] = traceback.format_exc()
            self.close_without_asking()

    app.MainWindow = Acting
    place = Path(sys.argv[1])
"""
END = """
    found["code"] = program.main([])
    after()
    print(json.dumps(found))
"""

Start = Callable[..., "subprocess.CompletedProcess[str]"]
Act = Callable[..., dict[str, Any]]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Run Python with the settings of this test; return how it ended."""

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        config = {CONFIG_VARIABLE: str(tmp_path / "config")}
        return subprocess.run(
            [sys.executable, *arguments],
            env={**os.environ, **config, **variables},
            cwd=tmp_path,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def act(start: Start, tmp_path: Path) -> Act:
    """Open the window in a process of its own, act in it, and return what was found there."""

    def run(acts: str, after: str = "pass") -> dict[str, Any]:
        script = "\n".join(
            [
                textwrap.dedent(START),
                "def act(window):",
                textwrap.indent(textwrap.dedent(acts), "    "),
                "def after():",
                textwrap.indent(textwrap.dedent(after), "    "),
                textwrap.dedent(END),
            ]
        )
        done = start("-c", script, str(tmp_path))
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        assert "problem" not in found, found["problem"]
        found["stderr"] = done.stderr.replace(USUAL, "").strip()
        return found

    return run


# --- what is loaded ---------------------------------------------------------------------------


def test_the_starter_imports_only_the_standard_library() -> None:
    tree = ast.parse(Path(starter.__file__).read_bytes())
    names: set[str] = set()
    for statement in tree.body:
        if isinstance(statement, ast.Import):
            names |= {alias.name for alias in statement.names}
        elif isinstance(statement, ast.ImportFrom):
            names.add(statement.module or ".")
    assert names
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_no_page_loads_a_heavy_library_and_none_loads_plots_before_there_is_one(act: Act) -> None:
    found = act(
        """
        from deepbench_ui.pages.registry import PAGES

        window.create_study(place / "Mine.deepbench")
        found["shown"] = []
        for entry in PAGES:
            window.show_page(entry.key)
            until(lambda: not window.desk.busy)
            found["shown"].append(window.current_page.key)
        found["loaded"] = sorted(packages())
        """
    )
    from deepbench_ui.pages.registry import PAGES

    assert found["shown"] == [entry.key for entry in PAGES]
    assert {"PySide6", "deepbench_ui", "pydantic"} <= set(found["loaded"])
    assert not HEAVY & set(found["loaded"])
    assert not PLOTS & set(found["loaded"])


def test_a_table_is_the_reason_to_load_what_draws(act: Act) -> None:
    found = act(
        """
        window.create_study(place / "Mine.deepbench")
        found["before"] = sorted(packages())
        # There is no such table: what is loaded does not depend on what can be read.
        window.session.answer("data.source", str(place / "table.csv"), "file")
        until(lambda: window._plots.is_done)
        found["after"] = sorted(packages())
        """
    )
    assert not PLOTS & set(found["before"])
    assert set(found["after"]) >= PLOTS
    assert not HEAVY & set(found["after"])


def test_a_plot_loads_only_what_draws_it(act: Act) -> None:
    found = act(
        """
        from deepbench_ui.plots import HistogramFigure, HistogramSeries, PlotPanel
        from deepbench_ui.selection import SelectionHub

        panel = PlotPanel("panel", None, SelectionHub(window))
        found["before"] = sorted(packages())
        series = HistogramSeries("scores", (0.4, 0.5, 0.6), "shuffled")
        panel.show_figure(
            HistogramFigure(
                title="Scores", sentence="Three scores.", per_sample=False, x_title="AUROC",
                y_title="shuffles",
                series=(series,),
            )
        )
        panel.show()
        QCoreApplication.processEvents()
        found["after"] = sorted(packages())
        found["open_gl"] = "PySide6.QtOpenGL" in sys.modules
        panel.close()
        """
    )
    assert not PLOTS & set(found["before"])
    assert set(found["after"]) >= PLOTS
    assert not HEAVY & set(found["after"])
    assert not found["open_gl"]


def test_nothing_of_the_window_is_left_for_the_end_of_python(act: Act) -> None:
    found = act(
        """
        from deepbench_ui.plots import HeatmapFigure, PlotPanel

        window.create_study(place / "Mine.deepbench")
        window.show_page("question")
        panel = PlotPanel("panel", window.session, window.session.selection, window.current_page)
        panel.show_figure(
            HeatmapFigure(title="Map", sentence="One cell.", matrix=((1.0,),), per_sample=False)
        )
        QCoreApplication.processEvents()
        found["page"] = type(window.current_page).__name__
        app.settle()
        """,
        after="""
        import gc
        from PySide6.QtWidgets import QGraphicsItem, QWidget

        gc.unfreeze()  # what was set aside is not among the objects
        kinds = (QGraphicsItem, QWidget)
        found["left"] = [type(one).__name__ for one in gc.get_objects() if isinstance(one, kinds)]
        """,
    )
    assert found["page"] == "QuestionPage"
    assert found["left"] == []


def test_what_libraries_load_beside_what_is_used_stays_out(act: Act) -> None:
    found = act(
        """
        import hashlib, hmac, linecache
        from deepbench_ui.pages.baselines import BaselinesPage

        found["own_import"] = builtins.__import__ is plain_import
        found["sources_kept"] = list(linecache.cache)
        found["modules"] = sorted(sys.modules)
        found["digest"] = hashlib.sha256(b"DeepBench").hexdigest()
        found["signed"] = hmac.new(b"key", b"DeepBench", "sha256").hexdigest()
        """
    )
    assert found["own_import"]
    assert found["sources_kept"] == []
    assert not BALLAST & set(found["modules"])
    assert found["digest"] == hashlib.sha256(b"DeepBench").hexdigest()
    # RFC 2104, with the other implementation of SHA-256.
    inner, outer = (bytes(byte ^ pad for byte in b"key".ljust(64, b"\0")) for pad in (0x36, 0x5C))
    once = hashlib.sha256(inner + b"DeepBench").digest()
    assert found["signed"] == hashlib.sha256(outer + once).hexdigest()


# --- what keeps it from opening -----------------------------------------------------------------


@linux
def test_without_a_screen_the_program_ends_with_a_sentence(start: Start) -> None:
    done = start("-m", "deepbench_ui", DISPLAY="", WAYLAND_DISPLAY="", QT_QPA_PLATFORM="")
    assert done.returncode == 1
    assert done.stderr.startswith("There is no screen here to open the window on.")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("raised", "named"),
    [
        ('ModuleNotFoundError("No module named \'PySide6\'", name="PySide6")', "PySide6"),
        (
            'ImportError("libEGL.so.1: cannot open shared object file: No such file or '
            'directory", name="PySide6.QtGui")',
            "libEGL.so.1",
        ),
    ],
)
def test_a_broken_qt_ends_with_a_sentence(
    start: Start, tmp_path: Path, raised: str, named: str
) -> None:
    package = tmp_path / "broken" / "PySide6"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(f"raise {raised}\n", encoding="utf-8")
    search = os.pathsep.join([str(package.parent), os.environ.get("PYTHONPATH", "")])
    done = start("-m", "deepbench_ui", PYTHONPATH=search)
    assert done.returncode == 1
    assert done.stderr.startswith(f"The window cannot be opened: {named} is missing. Install")
    assert "Traceback" not in done.stderr


# --- the end ----------------------------------------------------------------------------------


def test_a_closed_window_leaves_no_process_thread_or_timer(act: Act) -> None:
    found = act(
        """
        from deepbench.messages import Doctor

        window.create_study(place / "Mine.deepbench")
        window.session.answer("data.source", "table.csv", "file")
        answered = []
        window.desk.ask(Doctor("cpu", str(place)), done=answered.append, failed=answered.append)
        until(lambda: bool(answered))
        found["worker"] = window.desk.pid
        found["answered"] = type(answered[0]).__name__
        found["alive"] = window.desk.alive
        """,
        after="""
        import gc, multiprocessing, threading
        from shiboken6 import isValid

        gc.unfreeze()
        found["children"] = len(multiprocessing.active_children())
        found["threads"] = [thread.name for thread in threading.enumerate()]
        timers = [part for part in gc.get_objects() if isinstance(part, QTimer) and isValid(part)]
        found["timers"] = [timer.objectName() for timer in timers if timer.isActive()]
        """,
    )
    assert found["code"] == 0
    assert (found["answered"], found["alive"]) == ("dict", True)
    assert found["children"] == 0
    assert found["threads"] == ["MainThread"]
    assert found["timers"] == []
    assert not psutil.pid_exists(found["worker"])
    assert found["stderr"] == ""


@posix
def test_the_worker_leaves_the_processor_to_the_window(act: Act) -> None:
    found = act(
        """
        import os
        from deepbench.messages import Doctor

        ready = []
        window.desk.ready.connect(ready.append)
        window.desk.ask(Doctor("cpu", str(place)))
        until(lambda: bool(ready))
        found["window"] = os.getpriority(os.PRIO_PROCESS, 0)
        found["worker"] = os.getpriority(os.PRIO_PROCESS, window.desk.pid)
        """
    )
    assert found["worker"] > found["window"]


# --- faults -----------------------------------------------------------------------------------


def test_a_native_crash_is_told_once_at_the_next_start(
    start: Start, act: Act, tmp_path: Path
) -> None:
    crash = textwrap.dedent(START) + textwrap.dedent(
        """
        import faulthandler

        def act(window):
            faulthandler._sigsegv()

        program.main([])
        """
    )
    assert start("-c", crash, str(tmp_path)).returncode != 0
    assert "Segmentation fault" in (tmp_path / "config" / "native-crash.txt").read_text()
    look = """
        found["message"] = window.message.text
        found["notes"] = window.faults.notes()
        """
    after_crash = act(look)
    assert after_crash["message"] == NATIVE_CRASH
    assert "Segmentation fault" in after_crash["notes"]["native-crash.txt"]
    assert act(look)["message"] == ""
    assert list((tmp_path / "config").glob("native-crash*")) == []


def test_an_error_in_the_program_is_told_without_a_traceback(act: Act, tmp_path: Path) -> None:
    found = act(
        """
        from PySide6.QtWidgets import QMessageBox, QPushButton

        def fail():
            raise RuntimeError("patient 4711")

        def answer(button):
            def look():
                box = window.findChild(QMessageBox, "fault")
                if box is None or not box.isVisible():
                    return
                timer.stop()
                found.setdefault("buttons", []).append(
                    [part.objectName() for part in box.findChildren(QPushButton)]
                )
                found.setdefault("texts", []).append(box.text() + box.informativeText())
                box.findChild(QPushButton, button).click()

            timer = QTimer(window)
            timer.timeout.connect(look)
            timer.start(10)
            QTimer.singleShot(0, window, fail)
            until(lambda: not timer.isActive())
            found.setdefault("open", []).append(window.isVisible())

        answer("fault.go-on")
        answer("fault.close")
        """
    )
    assert found["code"] == 0
    assert found["open"] == [True, False]
    assert [set(names) for names in found["buttons"]] == [
        {"fault.go-on", "fault.bundle", "fault.close"}
    ] * 2
    assert all("RuntimeError" in text and "4711" not in text for text in found["texts"])
    assert found["stderr"] == ""
    notes = list((tmp_path / "config" / "crashes").glob("*.txt"))
    assert len(notes) == 2
    assert all("RuntimeError" in note.read_text(encoding="utf-8") for note in notes)


def test_a_fault_before_there_is_a_window_is_a_sentence(start: Start, tmp_path: Path) -> None:
    script = textwrap.dedent(START) + textwrap.dedent(
        """
        def fail(*_):
            raise RuntimeError("patient 4711")

        app.MainWindow = fail
        program.main([])
        """
    )
    done = start("-c", script, str(tmp_path))
    notes = tmp_path / "config" / "crashes"
    assert done.returncode == 1
    assert done.stderr.strip() == NO_WINDOW.format(kind="RuntimeError", folder=notes)
    assert len(list(notes.glob("*.txt"))) == 1
