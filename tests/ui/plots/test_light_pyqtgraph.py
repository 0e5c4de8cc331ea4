"""Loading pyqtgraph: late, light, and as usual when the light way fails."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest
from PySide6.QtCore import QObject

from deepbench_ui.selection import SelectionHub


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_neither_numpy_nor_pyqtgraph_is_loaded_before_the_first_figure() -> None:
    said = run(
        """
        import gc, sys
        from PySide6.QtWidgets import QApplication
        app = QApplication([])
        from deepbench_ui.plots import HeatmapFigure, PlotPanel
        from deepbench_ui.selection import SelectionHub
        panel = PlotPanel("a.plot", None, SelectionHub())
        panel.show_empty("Later.")
        panel.show()
        app.processEvents()
        heavy = ("numpy", "pyqtgraph")
        print([name for name in heavy if name in sys.modules])
        figure = HeatmapFigure(title="t", sentence="s", matrix=((1.0,),), per_sample=False)
        panel.show_figure(figure)
        print([name for name in heavy if name in sys.modules])
        # Nothing of Qt may wait for the end of Python (app.py says why).
        del panel
        gc.collect()
        """
    )
    assert said.splitlines() == ["[]", "['numpy', 'pyqtgraph']"]


def test_who_shows_the_first_figure_is_not_kept() -> None:
    said = run(
        """
        import gc
        from PySide6.QtWidgets import QApplication, QGraphicsItem, QWidget
        app = QApplication([])
        from deepbench_ui.plots import HeatmapFigure, PlotPanel

        def show():
            panel = PlotPanel("a.plot", None, None)
            figure = HeatmapFigure(title="t", sentence="s", matrix=((1.0,),), per_sample=False)
            panel.show_figure(figure)
            print(type(panel.findChild(QWidget, "a.plot.plot")).__name__)

        show()
        gc.collect()
        kinds = (QGraphicsItem, QWidget)
        print([type(one).__name__ for one in gc.get_objects() if isinstance(one, kinds)])
        """
    )
    assert said.splitlines() == ["Canvas", "[]"]


def test_the_light_import_copies_nothing_and_leaves_no_stand_in() -> None:
    said = run(
        """
        import sys
        from PySide6.QtWidgets import QApplication
        app = QApplication([])
        from deepbench_ui.plots.light_pyqtgraph import _StandIn, load_pyqtgraph
        pg = load_pyqtgraph()
        from pyqtgraph.Qt import QtWidgets
        print(len(vars(QtWidgets)) < 100, QtWidgets.QLabel.__module__)
        print([name for name, part in sys.modules.items() if isinstance(part, _StandIn)])
        print([name for name in sys.modules if name in ("PySide6.QtTest", "pyqtgraph.exporters")])
        print(sys.modules.get("PySide6.QtTest", "free"), hasattr(pg, "RemoteGraphicsView"))
        import PySide6.QtTest
        from pyqtgraph.graphicsItems.ROI import ROI
        print(ROI.__name__, load_pyqtgraph() is pg)
        """
    )
    assert said.splitlines() == [
        "True PySide6.QtWidgets",
        "[]",
        "[]",
        "free False",
        "ROI True",
    ]


@pytest.mark.parametrize("fault", ["_USED = ('NoSuchItem',)", "_UNUSED = ('pyqtgraph.Point',)"])
def test_when_the_light_import_fails_the_usual_one_is_done(fault: str) -> None:
    said = run(
        f"""
        import logging, sys
        from PySide6.QtWidgets import QApplication
        app = QApplication([])
        logging.basicConfig(stream=sys.stdout, format="%(message)s")
        from deepbench_ui.plots import light_pyqtgraph
        light_pyqtgraph.{fault}
        pg = light_pyqtgraph.load_pyqtgraph()
        from pyqtgraph.Qt import QtWidgets
        print(len(vars(QtWidgets)) > 100, hasattr(pg, "PlotWidget"))
        view = pg.GraphicsView()
        """
    )
    warning, whole = said.splitlines()
    assert warning.startswith("pyqtgraph is imported as a whole: ")
    assert whole == "True True"


def test_a_selection_is_said_once_and_only_for_known_kinds(qapp: QObject) -> None:
    hub = SelectionHub()
    said: list[tuple[str, str]] = []
    hub.changed.connect(lambda kind, name: said.append((kind, name)))
    hub.select("sample", "S1")
    hub.select("sample", "S1")
    hub.select("feature", "gene")
    hub.clear()
    assert said == [("sample", "S1"), ("feature", "gene"), ("sample", ""), ("feature", "")]
    assert hub.selected("sample") == ""
    with pytest.raises(ValueError, match="no kind 'person'"):
        hub.select("person", "x")
    with pytest.raises(ValueError, match="no kind"):
        hub.selected("person")
