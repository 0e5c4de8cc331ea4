"""Single samples as points: PCA, predicted against observed, dependence; trials too."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from deepbench_ui.plots.figures.base import (
    MOST_POINTS,
    THINNED,
    Figure,
    ReferenceLine,
    Table,
    count,
    number,
    same_length,
    thin,
    value_range,
)

NOT_GIVEN = "not given"
_NOT_DRAWN = "{many} without a value for both axes: not drawn."


@dataclass(frozen=True, kw_only=True)
class ScatterFigure(Figure):
    """Points with names.

    Attributes:
        names: Names of the points; a click selects one.
        x: Horizontal places; None where there is no value.
        y: Vertical places.
        x_title: Title of the horizontal axis, with its unit.
        y_title: Title of the vertical axis.
        categories: Category of each point; empty for none. Colour and shape show it.
        category_title: What the categories are ("outcome", "batch").
        uses: Colours by use for some categories, (category, use).
        values: Value of each point that its colour shows instead; empty for none.
        value_title: What the values are.
        diagonal: What the diagonal is, if drawn ("prediction = observation").
        horizontal: A horizontal line to compare with.
        selects: Kind of thing that a point is.
        per_sample: True here unless said otherwise: a point is a sample.
        limit: How many points are drawn at most.
        first: How many points from the front are drawn in any case.
        written: Points whose names are written beside them, the most important first; those that
            would cover another are left out.
    """

    names: tuple[str, ...]
    x: tuple[float | None, ...]
    y: tuple[float | None, ...]
    x_title: str
    y_title: str
    categories: tuple[str, ...] = ()
    category_title: str = ""
    uses: tuple[tuple[str, str], ...] = ()
    values: tuple[float | None, ...] = ()
    value_title: str = ""
    diagonal: str = ""
    horizontal: ReferenceLine | None = None
    selects: str = "sample"
    per_sample: bool = True
    limit: int = MOST_POINTS
    first: int = 0
    written: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        same_length(names=self.names, x=self.x, y=self.y)
        if self.categories:
            same_length(names=self.names, categories=self.categories)
        if self.values:
            same_length(names=self.names, values=self.values)
        if self.categories and self.values:
            raise ValueError("colour shows categories or values, not both")

    def legend(self) -> list[str]:
        """Return the categories in the order of their colours; points without one come last."""
        known = dict.fromkeys(category for category in self.categories if category)
        return [*known, ""] if "" in self.categories else list(known)

    def placed(self) -> list[int]:
        """Return the points that have a place."""
        return self._placed

    @cached_property
    def _placed(self) -> list[int]:
        # Asked for several times, of up to 20,000 points.
        return [
            index
            for index, (x, y) in enumerate(zip(self.x, self.y, strict=True))
            if x is not None and y is not None and math.isfinite(x) and math.isfinite(y)
        ]

    def drawn(self) -> list[int]:
        """Return the points that are drawn."""
        placed = self.placed()
        if len(placed) <= self.limit:
            return placed
        kept = [index for index in placed if index < self.first][: self.limit - 1]
        others = placed[len(kept) :]
        return kept + [others[index] for index in thin(len(others), self.limit - len(kept))]

    @property
    def note(self) -> str:
        """Says how many points are left out, and why."""
        placed = len(self.placed())
        parts = []
        if placed < len(self.names):
            parts.append(_NOT_DRAWN.format(many=count(len(self.names) - placed, "point")))
        if placed > self.limit:
            parts.append(THINNED.format(shown=self.limit, all=placed, things="points"))
        return " ".join(parts)

    def table(self) -> Table:
        """One line per point."""
        header = ["name", self.x_title, self.y_title]
        columns: list[tuple[object, ...]] = [self.names, self.x, self.y]
        if self.categories:
            header.append(self.category_title or "category")
            columns.append(self.categories)
        if self.values:
            header.append(self.value_title or "value")
            columns.append(self.values)
        return header, [list(row) for row in zip(*columns, strict=True)]

    def summary(self) -> str:
        """Number of points, ranges of both axes, size of each category."""
        said = (
            f"{count(len(self.names), 'point')}: {self.x_title} {value_range(self.x)}, "
            f"{self.y_title} {value_range(self.y)}"
        )
        if self.categories:
            sizes = [
                f"{category or NOT_GIVEN} {self.categories.count(category)}"
                for category in self.legend()
            ]
            said += f"; {self.category_title or 'category'}: {', '.join(sizes)}"
        return said + "."

    def says(self, index: int) -> str:
        """Return a point in words."""
        said = (
            f"{self.names[index]}: {self.x_title} {number(self.x[index])}, "
            f"{self.y_title} {number(self.y[index])}"
        )
        if self.categories:
            category = self.categories[index] or NOT_GIVEN
            said += f", {self.category_title or 'category'} {category}"
        if self.values:
            said += f", {self.value_title or 'value'} {number(self.values[index])}"
        return said
