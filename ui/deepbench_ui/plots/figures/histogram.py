"""How often each value occurred, with lines to compare: the shuffled-label check."""

from __future__ import annotations

import math
from dataclasses import dataclass

from deepbench_ui.plots.figures.base import (
    Figure,
    ReferenceLine,
    Table,
    count,
    finite,
    number,
    value_range,
)


@dataclass(frozen=True)
class HistogramSeries:
    """Values that are counted together.

    Attributes:
        label: What they are.
        values: The values; missing ones are left out.
        use: Colour by use.
    """

    label: str
    values: tuple[float | None, ...]
    use: str = "shuffled"


@dataclass(frozen=True, kw_only=True)
class HistogramFigure(Figure):
    """Counts per bin; all series share their bins.

    Attributes:
        series: One or several.
        x_title: What the values are, with their unit.
        y_title: What is counted ("number of shuffles").
        bins: How many bins; 0 to choose by the number of values.
        references: Vertical lines, such as the real score.
    """

    series: tuple[HistogramSeries, ...]
    x_title: str
    y_title: str
    bins: int = 0
    references: tuple[ReferenceLine, ...] = ()

    def edges(self) -> list[float]:
        """Return the bounds of the bins; the last bin holds its upper bound."""
        values = [value for series in self.series for value in finite(series.values)]
        if not values:
            return []
        low, high = min(values), max(values)
        many = self.bins or max(5, min(40, math.ceil(2 * len(values) ** (1 / 3))))
        if low == high:
            half = abs(low) * 0.05 or 0.5
            low, high, many = low - half, high + half, 1
        width = (high - low) / many
        return [low + width * index for index in range(many)] + [high]

    def counts(self, series: HistogramSeries) -> list[int]:
        """Return how many values of a series lie in each bin."""
        edges = self.edges()
        many = len(edges) - 1
        counts = [0] * max(0, many)
        for value in finite(series.values):
            place = int((value - edges[0]) / (edges[-1] - edges[0]) * many)
            place = min(many - 1, max(0, place))
            # The division may land a value at a bound on the wrong side of it.
            if value < edges[place]:
                place -= 1
            elif place < many - 1 and value >= edges[place + 1]:
                place += 1
            counts[place] += 1
        return counts

    def table(self) -> Table:
        """One line per bin and series, then the reference lines: what is drawn, not the values."""
        edges = self.edges()
        lines: list[list[object]] = [
            [series.label, edges[index], edges[index + 1], many]
            for series in self.series
            for index, many in enumerate(self.counts(series))
        ]
        lines += [[line.label, line.value, line.value, None] for line in self.references]
        return ["series", "from", "to", self.y_title], lines

    def summary(self) -> str:
        """Number and range of each series, then the lines."""
        parts = [
            f"{count(len(finite(series.values)), 'value')} of {series.label} "
            f"{value_range(series.values)}"
            for series in self.series
        ]
        parts += [f"{line.label} {number(line.value)}" for line in self.references]
        return f"Histogram of {self.x_title}: {'; '.join(parts)}."
