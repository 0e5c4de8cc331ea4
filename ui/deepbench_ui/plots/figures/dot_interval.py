"""Rows with a value, an interval and single points: leaderboard, importance, subgroups."""

from __future__ import annotations

from dataclasses import dataclass

from deepbench_ui.plots.figures.base import (
    Figure,
    ReferenceLine,
    Table,
    count,
    number,
    value_range,
)


@dataclass(frozen=True)
class DotRow:
    """One row.

    Attributes:
        label: Written left of it.
        value: Where its dot is; None while there is none ("not tried yet").
        low: Lower end of its interval; None if it has none.
        high: Upper end.
        points: Single values behind it, such as the scores of the folds.
        twin: Value by chance, such as that of the shuffled-label twin, as a second mark.
        use: Colour by use: baseline, network, chosen, …
        highlighted: Whether a band lies behind it (the chosen model).
        name: What a click selects; the label if empty.
    """

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    points: tuple[float, ...] = ()
    twin: float | None = None
    use: str = "baseline"
    highlighted: bool = False
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class DotIntervalFigure(Figure):
    """Horizontal rows, the first on top.

    Attributes:
        rows: The rows.
        value_title: Title of the axis, with its unit.
        interval_title: What the line is an uncertainty of ("spread over folds").
        points_title: What the small points are.
        twin_title: What the twin mark is.
        use_titles: What the colours mean, (use, words); for the legend.
        reference: Vertical line, such as chance.
        selects: Kind of thing that a row is: model, feature, sample, trial; "" if none.
    """

    rows: tuple[DotRow, ...]
    value_title: str
    interval_title: str = ""
    points_title: str = ""
    twin_title: str = ""
    use_titles: tuple[tuple[str, str], ...] = ()
    reference: ReferenceLine | None = None
    selects: str = ""

    def table(self) -> Table:
        """One line per row; single points in columns of their own."""
        most = max((len(row.points) for row in self.rows), default=0)
        twin = self.twin_title or "shuffled-label twin"
        header = ["row", self.value_title, "low", "high", twin, "group"]
        header += [f"point {index}" for index in range(1, most + 1)]
        lines: list[list[object]] = []
        for row in self.rows:
            points = (*row.points, *[None] * (most - len(row.points)))
            lines.append([row.label, row.value, row.low, row.high, row.twin, row.use, *points])
        return header, lines

    def summary(self) -> str:
        """How many rows, their range, the best three."""
        values = value_range(row.value for row in self.rows)
        said = f"{count(len(self.rows), 'row')}, {self.value_title} {values}"
        best = sorted(
            (row for row in self.rows if row.value is not None), key=lambda row: -(row.value or 0)
        )
        if best:
            said += "; highest: " + ", ".join(
                f"{row.label} {number(row.value)}" for row in best[:3]
            )
        if self.reference is not None:
            said += f"; {self.reference.label or 'reference'} {number(self.reference.value)}"
        return said + "."

    def says(self, index: int) -> str:
        """Return a row in words."""
        row = self.rows[index]
        said = f"{row.label}: {number(row.value)}"
        if row.low is not None and row.high is not None:
            said += (
                f", {self.interval_title or 'interval'} {number(row.low)} to {number(row.high)}"
            )
        if row.twin is not None:
            said += f", {self.twin_title or 'shuffled labels'} {number(row.twin)}"
        return said
