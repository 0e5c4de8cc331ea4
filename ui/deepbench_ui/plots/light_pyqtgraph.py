"""Loads pyqtgraph at half the memory, or as it comes when anything is unexpected.

WORKAROUND (pyqtgraph 0.14, PySide6 6.x). `import pyqtgraph` costs about 30 MB beyond numpy:

* `pyqtgraph/Qt/__init__.py` copies every attribute of QtCore, QtGui and QtWidgets into modules of
  its own (`_copy_attrs`). PySide6 makes its classes when they are first asked for; the copy asks
  for all of them. Here those modules are `_Forwarding`: they hand an attribute on from PySide6
  when it is used, and answer "I have that" to the copying loop, which then copies nothing.
* `pyqtgraph/__init__.py` imports everything it has: image viewers, colour editors, data trees,
  parameter trees, remote views, its plot widget with an export menu. What this program does not
  use is an empty stand-in during the import, gone afterwards; a later import of one of these
  modules gets the real one.
* QtTest and the OpenGL modules of PySide6 are loaded though nothing of them is used. Curves are
  drawn with OpenGL only where that was switched on, so that QtOpenGL is an empty stand-in, too.

Nothing inside pyqtgraph is changed but the tracebacks of errors it keeps. If the light import
fails in any way, what it left in `sys.modules` is removed and pyqtgraph is imported as usual: more
memory, the same plots.
"""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final

_log = logging.getLogger(__name__)

_MIRRORS: Final = ("QtCore", "QtGui", "QtWidgets")
_OPEN_GL: Final = "pyqtgraph.Qt.OpenGLHelpers"
_CURVES_GL: Final = "PySide6.QtOpenGL"
_UNUSED_QT: Final = ("PySide6.QtTest", "PySide6.QtOpenGLWidgets", "PySide6.QtSvg")

#: Modules that `pyqtgraph/__init__.py` imports and this program does not use.
_UNUSED: Final = tuple(
    f"pyqtgraph.{name}"
    for name in (
        "SRTTransform3D colors.palette imageview "
        "graphicsItems.ArrowItem graphicsItems.BarGraphItem graphicsItems.BoxplotItem "
        "graphicsItems.ColorBarItem graphicsItems.CurvePoint graphicsItems.DateAxisItem "
        "graphicsItems.ErrorBarItem graphicsItems.FillBetweenItem "
        "graphicsItems.GradientEditorItem graphicsItems.GradientLegend graphicsItems.GraphItem "
        "graphicsItems.GraphicsLayout graphicsItems.GridItem graphicsItems.HistogramLUTItem "
        "graphicsItems.IsocurveItem graphicsItems.LegendItem graphicsItems.LinearRegionItem "
        "graphicsItems.PColorMeshItem graphicsItems.PlotDataItem graphicsItems.PlotItem "
        "graphicsItems.ROI graphicsItems.ScaleBar graphicsItems.TargetItem "
        "graphicsItems.UIGraphicsItem graphicsItems.VTickGroup "
        "widgets.BusyCursor widgets.CheckTable widgets.ColorButton widgets.ColorMapMenu "
        "widgets.ColorMapWidget widgets.ComboBox widgets.DataFilterWidget widgets.DataTreeWidget "
        "widgets.DiffTreeWidget widgets.FeedbackButton widgets.GradientWidget "
        "widgets.GraphicsLayoutWidget widgets.GroupBox widgets.HistogramLUTWidget "
        "widgets.JoystickButton widgets.LayoutWidget widgets.PathButton widgets.PlotWidget "
        "widgets.ProgressDialog widgets.RawImageWidget widgets.RemoteGraphicsView "
        "widgets.ScatterPlotWidget widgets.SpinBox widgets.TableWidget widgets.TreeWidget "
        "widgets.ValueLabel widgets.VerticalLabel"
    ).split()
)

#: What the plots are drawn with; the light import counts as failed when one is missing.
_USED: Final = (
    "AxisItem",
    "GraphicsView",
    "ImageItem",
    "InfiniteLine",
    "PlotCurveItem",
    "ScatterPlotItem",
    "TextItem",
    "ViewBox",
)


class _Unexpected(Exception):
    """The light import did not give what is needed."""


class _Forwarding(ModuleType):
    """A module that takes its attributes from another one when they are used."""

    def __init__(self, name: str, source: ModuleType) -> None:
        super().__init__(name)
        self.__spec__ = ModuleSpec(name, None)
        self.__dict__["_source"] = source

    def __getattr__(self, name: str) -> Any:
        # _copy_attrs asks hasattr() for each name and copies what is missing. Special names are
        # few and read directly (__version__): those are copied.
        if name.startswith("__"):
            raise AttributeError(name)
        if sys._getframe(1).f_code.co_name == "_copy_attrs":
            return None
        value = getattr(self._source, name)
        setattr(self, name, value)
        return value


class _StandIn(ModuleType):
    """An empty module in place of one that is not used."""

    __all__: Final = ()

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__spec__ = ModuleSpec(name, None)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Absent


class _Absent:
    """What the names of a stand-in are; never used."""


def load_pyqtgraph() -> Any:
    """Return the module pyqtgraph, imported now if it was not before."""
    loaded = sys.modules.get("pyqtgraph")
    if loaded is not None:
        return loaded
    before = set(sys.modules)
    try:
        return _load_light()
    except Exception as fault:
        # Whatever it was, the ordinary import is the answer; the class says enough to find it.
        _log.warning("pyqtgraph is imported as a whole: %s", type(fault).__name__)
        for name in [name for name in sys.modules if _is_pyqtgraph(name) and name not in before]:
            del sys.modules[name]
        import pyqtgraph

        return pyqtgraph


def _is_pyqtgraph(name: str) -> bool:
    return name == "pyqtgraph" or name.startswith("pyqtgraph.")


def _load_light() -> Any:
    with _stand_ins():
        import pyqtgraph
    for name in [name for name, value in vars(pyqtgraph).items() if value is _Absent]:
        delattr(pyqtgraph, name)
    missing = [name for name in _USED if not hasattr(pyqtgraph, name)]
    if missing:
        raise _Unexpected(missing)
    _forget_what_failed()
    return pyqtgraph


def _forget_what_failed() -> None:
    """Let go of the frames behind the imports that were blocked.

    pyqtgraph keeps their errors, an error its traceback, and that every frame up to the one that
    showed the first plot: the window, with its pages and plots, would live until Python ends.
    What dies only then crashes: PySide6 clears no weak references to its objects any more, and
    pyqtgraph's items hold some.
    """
    qt = sys.modules["pyqtgraph.Qt"]
    for part in vars(qt).values():
        if isinstance(part, qt.FailedImport):
            part.err.__traceback__ = None


@contextmanager
def _stand_ins() -> Iterator[None]:
    """Put the stand-ins where the import finds them, and take them away again."""
    blocked = [name for name in _UNUSED_QT if name not in sys.modules]
    for name in _MIRRORS:
        source = importlib.import_module(f"PySide6.{name}")
        sys.modules[f"pyqtgraph.Qt.{name}"] = _Forwarding(f"pyqtgraph.Qt.{name}", source)
    empty = [*_UNUSED, _OPEN_GL, *([] if _CURVES_GL in sys.modules else [_CURVES_GL])]
    for name in empty:
        sys.modules[name] = _StandIn(name)
    # isinstance(viewport, GraphicsViewGLWidget) is asked at each painting, and is never so.
    sys.modules[_OPEN_GL].__dict__["GraphicsViewGLWidget"] = type("GraphicsViewGLWidget", (), {})
    # None makes the import system say "not there", for which pyqtgraph is prepared.
    sys.modules.update(dict.fromkeys(blocked))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in (*blocked, *empty):
            sys.modules.pop(name, None)
