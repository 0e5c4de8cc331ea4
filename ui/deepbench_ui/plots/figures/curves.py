"""Lines over a common axis: ROC, precision-recall, learning and training curves, calibration."""

from __future__ import annotations

from dataclasses import dataclass

from deepbench_ui.plots.figures.base import (
    MOST_POINTS,
    THINNED,
    Figure,
    ReferenceLine,
    Table,
    count,
    number,
    same_length,
    value_range,
)


@dataclass(frozen=True)
class Curve:
    """One line.

    Attributes:
        label: What it is.
        x: Places along the axis, in drawing order.
        y: Heights; a None makes a gap.
        low: Lower bound of a band around it; empty if it has none.
        high: Upper bound of the band.
        use: Colour by use; empty for the next colour of the series.
        dashed: Whether it is dashed (two lines that belong together share a colour).
        markers: Whether its points are marked.
        colour_of: Label of another curve whose colour it shares; empty for a colour of its own.
    """

    label: str
    x: tuple[float, ...]
    y: tuple[float | None, ...]
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()
    use: str = ""
    dashed: bool = False
    markers: bool = False
    colour_of: str = ""

    def __post_init__(self) -> None:
        same_length(x=self.x, y=self.y)
        if self.low or self.high:
            same_length(x=self.x, low=self.low, high=self.high)


@dataclass(frozen=True, kw_only=True)
class CurvesFigure(Figure):
    """Curves with their axes.

    `per_sample` has no default here: a ROC or calibration curve through every sample gives the
    samples' ranks away, one on a fixed grid does not.

    Attributes:
        curves: The lines.
        x_title: Title of the horizontal axis, with its unit.
        y_title: Title of the vertical axis.
        per_sample: Whether single samples can be read from it.
        x_range: Fixed ends of the axis; None for those of the data.
        y_range: The same, vertical.
        diagonal: Whether the diagonal is drawn, and what it is ("" for none).
        horizontal: A horizontal line to compare with.
        verticals: Vertical lines, such as the best epoch.
        band_title: What the bands are ("spread over folds").
    """

    curves: tuple[Curve, ...]
    x_title: str
    y_title: str
    per_sample: bool
    x_range: tuple[float, float] | None = None
    y_range: tuple[float, float] | None = None
    diagonal: str = ""
    horizontal: ReferenceLine | None = None
    verticals: tuple[ReferenceLine, ...] = ()
    band_title: str = ""

    def table(self) -> Table:
        """One line per point, then the lines to compare with."""
        lines: list[list[object]] = []
        for curve in self.curves:
            low: tuple[float | None, ...] = curve.low or (None,) * len(curve.x)
            high: tuple[float | None, ...] = curve.high or (None,) * len(curve.x)
            lines += [
                [curve.label, *point] for point in zip(curve.x, curve.y, low, high, strict=True)
            ]
        lines += [[line.label, line.value, None, None, None] for line in self.verticals]
        if self.horizontal is not None:
            lines.append([self.horizontal.label, None, self.horizontal.value, None, None])
        return ["curve", self.x_title, self.y_title, "low", "high"], lines

    def summary(self) -> str:
        """Range and last value of each curve, then the lines."""
        parts = [
            f"{curve.label} {value_range(curve.y)}"
            + (f", last {number(curve.y[-1])}" if curve.y else "")
            for curve in self.curves
        ]
        parts += [f"{line.label} at {number(line.value)}" for line in self.verticals]
        if self.horizontal is not None:
            parts.append(f"{self.horizontal.label} {number(self.horizontal.value)}")
        what = f"{self.y_title} against {self.x_title}"
        return f"{count(len(self.curves), 'curve')}, {what}: {'; '.join(parts)}."

    @property
    def limit(self) -> int:
        """How many points of each curve are drawn at most."""
        return max(2, MOST_POINTS // max(1, len(self.curves)))

    @property
    def note(self) -> str:
        """Says so when points are left out."""
        every = sum(len(curve.x) for curve in self.curves)
        shown = sum(min(len(curve.x), self.limit) for curve in self.curves)
        return THINNED.format(shown=shown, all=every, things="points") if shown < every else ""

    def says(self, curve: int, index: int) -> str:
        """Return a point in words."""
        line = self.curves[curve]
        said = (
            f"{line.label}: {self.x_title} {number(line.x[index])}, "
            f"{self.y_title} {number(line.y[index])}"
        )
        if line.low and line.low[index] is not None:
            said += f" ({number(line.low[index])} to {number(line.high[index])})"
        return said
