"""Settings to try first on tables with more columns than rows: each with a filter of its own."""

from __future__ import annotations

from collections.abc import Sequence

from deepbench.models.family import Family, Params
from deepbench.models.problem_shape import ProblemShape


def is_wide(shape: ProblemShape) -> bool:
    """Return whether there are more columns than fit rows."""
    return shape.columns > shape.rows


def with_filters(
    family: Family, settings: Sequence[tuple[Params, int | str]], shape: ProblemShape
) -> list[Params]:
    """Return a portfolio from settings and the number of columns that suits each.

    Where the search space lacks that number, the widest choice stands in; narrow tables have no
    filter.
    """
    choices = family.filter_choices(shape)
    if not choices:
        return [dict(own) for own, _ in settings]
    return [
        {**own, "features": kept if kept in choices else choices[-1]} for own, kept in settings
    ]
