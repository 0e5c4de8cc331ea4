"""One figure of each kind, an outlet that answers when the test says, and a panel that shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from deepbench_ui.plots import (
    BeeswarmFigure,
    BeeswarmRow,
    Contribution,
    Curve,
    CurvesFigure,
    DotIntervalFigure,
    DotRow,
    Figure,
    FoldRow,
    HeatmapFigure,
    HistogramFigure,
    HistogramSeries,
    PlotPanel,
    ReferenceLine,
    SampleMapFigure,
    ScatterFigure,
    WaterfallFigure,
)
from deepbench_ui.selection import SelectionHub

#: A name that a column may have, and that must be shown as it stands.
HOSTILE = '<img src="//host/share/x.png"> & {0}'


def _leaderboard() -> DotIntervalFigure:
    return DotIntervalFigure(
        title="Leaderboard",
        sentence="Tuning score of each model.",
        rows=(
            DotRow("Elastic net", 0.87, 0.85, 0.89, (0.84, 0.88, 0.9), highlighted=True),
            DotRow("Network, small", 0.85, 0.8, 0.9, (0.8,), twin=0.51, use="network"),
            DotRow("Network, large", None, use="network", name="network-large"),
        ),
        value_title="AUROC",
        interval_title="spread over folds",
        points_title="one fold",
        twin_title="shuffled labels",
        use_titles=(("baseline", "traditional"), ("network", "network")),
        reference=ReferenceLine(0.5, "chance"),
        selects="model",
    )


def _shuffles() -> HistogramFigure:
    return HistogramFigure(
        title="Shuffled-label check",
        sentence="Scores with shuffled labels.",
        series=(
            HistogramSeries("shuffled scores", (0.41, 0.45, 0.5, 0.5, 0.52, 0.55, 0.62, None)),
            HistogramSeries("other scores", (0.44, 0.48), use="network"),
        ),
        x_title="AUROC",
        y_title="number of shuffles",
        bins=4,
        references=(ReferenceLine(0.5, "chance"), ReferenceLine(0.87, "real score", "real")),
    )


def _curves() -> CurvesFigure:
    return CurvesFigure(
        title="Training curves",
        sentence="Loss per epoch.",
        curves=(
            Curve("training", (1, 2, 3), (0.7, 0.4, 0.2), markers=True),
            Curve("tuning", (1, 2, 3), (0.8, None, 0.6), dashed=True, colour_of="training"),
            Curve("spread", (1, 3), (0.5, 0.5), (0.4, 0.45), (0.6, 0.55), use="baseline"),
        ),
        x_title="epoch",
        y_title="loss",
        per_sample=False,
        diagonal="equal",
        horizontal=ReferenceLine(0.3, "goal", "real"),
        verticals=(ReferenceLine(2, "best epoch", "chosen"),),
        band_title="spread over folds",
    )


def _scatter() -> ScatterFigure:
    return ScatterFigure(
        title="PCA",
        sentence="Near points are similar.",
        names=("S1", "S2", HOSTILE, "S4"),
        x=(0.0, 1.0, 2.0, None),
        y=(0.0, 3.0, 1.0, 1.0),
        x_title=HOSTILE,
        y_title="second component",
        categories=("ill", "well", "", "ill"),
        category_title="diagnosis",
        uses=(("well", "baseline"),),
        horizontal=ReferenceLine(0.5, "middle"),
        diagonal="equal",
    )


def _dependence() -> ScatterFigure:
    return ScatterFigure(
        title="Dependence",
        sentence="What the feature adds.",
        names=("S1", "S2", "S3"),
        x=(1.0, 2.0, 3.0),
        y=(-0.2, 0.1, 0.4),
        x_title="radius (mm)",
        y_title="adds",
        values=(5.0, None, 9.0),
        value_title="texture",
    )


def _beeswarm() -> BeeswarmFigure:
    return BeeswarmFigure(
        title="Attributions",
        sentence="One point per sample.",
        rows=(
            BeeswarmRow("radius", (0.5, -0.5, 0.1), (1.0, 0.0, None)),
            BeeswarmRow(HOSTILE, (0.1, 0.1, -0.1), (0.4, 0.5, 0.6)),
        ),
        names=("S1", "S2", "S3"),
        x_title="adds to the output",
    )


def _waterfall() -> WaterfallFigure:
    return WaterfallFigure(
        title="One sample",
        sentence="From the average to this sample.",
        sample="S1",
        base=-0.6,
        contributions=(Contribution("radius", "25 mm", 1.2), Contribution("texture", "", -0.4)),
        rest=0.1,
        output=0.3,
        x_title="log-odds",
    )


def _confusion() -> HeatmapFigure:
    return HeatmapFigure(
        title="Confusion matrix",
        sentence="True against predicted.",
        matrix=((60.0, 2.0), (4.0, None)),
        per_sample=False,
        row_labels=("well", "ill"),
        column_labels=("well", "ill"),
        x_title="Predicted",
        y_title="True",
        value_title="samples",
        texts=(("60\n97 %", "2\n3 %"), ("4", "")),
    )


def _missing() -> HeatmapFigure:
    return HeatmapFigure(
        title="Missing values",
        sentence="Samples by features.",
        matrix=tuple(tuple(float((r + c) % 7 == 0) for c in range(60)) for r in range(50)),
        per_sample=True,
        row_labels=tuple(f"S{index}" for index in range(50)),
        column_labels=tuple(f"gene {index}" for index in range(60)),
        codes=((0, "measured", "shuffled"), (1, "missing", "missing")),
        row_kind="sample",
        column_kind="feature",
    )


def _correlation() -> HeatmapFigure:
    return HeatmapFigure(
        title="Correlation",
        sentence="From opposite to alike.",
        matrix=((1.0, -0.5), (-0.5, 1.0)),
        per_sample=False,
        value_title="correlation",
        centred=True,
    )


def _sample_map() -> SampleMapFigure:
    return SampleMapFigure(
        title="Sets",
        sentence="Which sample is where.",
        samples=("S1", "S2", "S3", "S4", "S5", "S6"),
        units=("P1", "P2", "P1", "P2", "P3", "P3"),
        unit_title="patient",
        folds=(
            FoldRow("fold 1", ("training", "test", "training", "test", "tuning", "tuning")),
            FoldRow("fold 2", ("test", "training", "test", "training", "training", "training")),
        ),
    )


FIGURES: dict[str, Callable[[], Figure]] = {
    "leaderboard": _leaderboard,
    "shuffles": _shuffles,
    "curves": _curves,
    "scatter": _scatter,
    "dependence": _dependence,
    "beeswarm": _beeswarm,
    "waterfall": _waterfall,
    "confusion": _confusion,
    "missing": _missing,
    "correlation": _correlation,
    "sample-map": _sample_map,
}


@pytest.fixture
def make() -> Callable[[str], Figure]:
    """Give a figure by its name."""
    return lambda name: FIGURES[name]()


@pytest.fixture(params=list(FIGURES))
def figure(request: pytest.FixtureRequest) -> Figure:
    """Give each figure in turn."""
    return FIGURES[request.param]()


@dataclass
class Asked:
    """What an outlet was asked to let out."""

    kind: str
    title: str
    suffix: str
    content: bytes
    per_sample: bool
    destination: str
    on_done: Callable[[str], None]
    on_refused: Callable[[str], None]
    shown: bytes


@dataclass
class FakeOutlet:
    """An outlet that only notes what it is asked; the test answers."""

    file: str = ""
    asked: list[Asked] = field(default_factory=list)
    files: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)

    def let_out(
        self,
        *,
        kind: str,
        title: str,
        suffix: str,
        content: bytes,
        per_sample: bool,
        destination: str,
        on_done: Callable[[str], None],
        on_refused: Callable[[str], None],
        shown: bytes = b"",
    ) -> None:
        self.asked.append(
            Asked(
                kind, title, suffix, content, per_sample, destination, on_done, on_refused, shown
            )
        )

    def choose_file(
        self, parent: QWidget, title: str, suggested_name: str, suffixes: tuple[str, ...]
    ) -> str:
        self.files.append((title, suggested_name, suffixes))
        return self.file


@pytest.fixture
def outlet() -> FakeOutlet:
    return FakeOutlet()


@pytest.fixture
def hub(qapp: QApplication) -> SelectionHub:
    return SelectionHub()


@pytest.fixture
def panel(qtbot: QtBot, outlet: FakeOutlet, hub: SelectionHub) -> Iterator[PlotPanel]:
    """A panel of the size it has on a page."""
    made = PlotPanel("test.plot", outlet, hub)
    qtbot.addWidget(made)
    yield made


@pytest.fixture
def show(panel: PlotPanel, qtbot: QtBot) -> Callable[[Figure], PlotPanel]:
    """Show a figure in the panel on the screen."""

    def shown(figure: Figure) -> PlotPanel:
        panel.show_figure(figure)
        panel.resize(700, max(400, panel.minimumSizeHint().height()))
        panel.show()
        qtbot.waitExposed(panel)
        panel.grab()
        return panel

    return shown


@pytest.fixture
def click(qtbot: QtBot) -> Callable[[PlotPanel, float, float], None]:
    """Click at a place in data coordinates, with the mouse."""

    def clicked(panel: PlotPanel, x: float, y: float) -> None:
        from deepbench_ui.plots.canvas import Canvas

        canvas = panel.findChild(Canvas)
        assert canvas is not None
        view = canvas.plot.view
        scene = canvas.plot.box.mapViewToScene(QPointF(x, y))
        QTest.mouseClick(
            view.viewport(), Qt.MouseButton.LeftButton, pos=view.mapFromScene(QPointF(scene))
        )

    return clicked
