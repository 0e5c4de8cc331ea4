"""What each feature adds to each sample's output: the SHAP summary."""

from __future__ import annotations

from dataclasses import dataclass

from deepbench_ui.plots.figures.base import (
    MOST_POINTS,
    THINNED,
    Figure,
    Table,
    count,
    is_number,
    number,
    same_length,
    thin,
)


@dataclass(frozen=True)
class BeeswarmRow:
    """One feature.

    Attributes:
        feature: Its name.
        attributions: What it adds to the output, per sample.
        values: Its value per sample, from 0 (lowest) to 1 (highest); None where it has none.
    """

    feature: str
    attributions: tuple[float, ...]
    values: tuple[float | None, ...]

    def __post_init__(self) -> None:
        same_length(attributions=self.attributions, values=self.values)


@dataclass(frozen=True, kw_only=True)
class BeeswarmFigure(Figure):
    """One row of points per feature, the first on top.

    Attributes:
        rows: Features.
        names: Names of the samples, in the order of the rows' points.
        x_title: What the attributions are, with their unit.
        low_title: What the colour of low values is called.
        high_title: What the colour of high values is called.
        per_sample: True: each point is a sample.
    """

    rows: tuple[BeeswarmRow, ...]
    names: tuple[str, ...]
    x_title: str
    low_title: str = "low value"
    high_title: str = "high value"
    per_sample: bool = True

    def __post_init__(self) -> None:
        for row in self.rows:
            same_length(names=self.names, attributions=row.attributions)

    def drawn(self) -> list[int]:
        """Return the samples that are drawn, the same in every row."""
        limit = max(1, MOST_POINTS // max(1, len(self.rows)))
        return thin(len(self.names), limit)

    @property
    def note(self) -> str:
        """Says so when samples are left out."""
        shown, every = len(self.drawn()), len(self.names)
        return THINNED.format(shown=shown, all=every, things="samples") if shown < every else ""

    def table(self) -> Table:
        """One line per feature and sample."""
        lines: list[list[object]] = [
            [row.feature, name, attribution, value]
            for row in self.rows
            for name, attribution, value in zip(
                self.names, row.attributions, row.values, strict=True
            )
        ]
        return ["feature", "sample", self.x_title, "value, 0 lowest to 1 highest"], lines

    def summary(self) -> str:
        """Number of features and samples; mean size of the first three."""
        said = f"{count(len(self.rows), 'feature')}, {count(len(self.names), 'sample')} each"
        parts = []
        for row in self.rows[:3]:
            sizes = [abs(value) for value in row.attributions if is_number(value)]
            if sizes:
                parts.append(f"{row.feature} {number(sum(sizes) / len(sizes))}")
        if parts:
            said += "; mean size of what the first features add: " + ", ".join(parts)
        return said + "."

    def says(self, row: int, sample: int) -> str:
        """Return a point in words."""
        line = self.rows[row]
        value = line.values[sample]
        said = f"{self.names[sample]}, {line.feature}: adds {number(line.attributions[sample])}"
        if value is None:
            return f"{said}, its value is missing or no number"
        return f"{said}, value at {value:.0%} of its range"
