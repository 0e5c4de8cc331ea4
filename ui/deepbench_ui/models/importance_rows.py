"""Importance of features, and of groups of them, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from deepbench.study.records import FeatureGroup
from deepbench_ui.models.importance_figures import group_title
from deepbench_ui.models.importances import FeatureLine, Importances
from deepbench_ui.models.numbers import NO_VALUE, amount_text, p_text
from deepbench_ui.models.row_table import Column

HIGHER, LOWER = "Higher values: towards {target}", "Higher values: away from {target}"
HIGHER_NUMBER, LOWER_NUMBER = "Higher values: higher {target}", "Higher values: lower {target}"
MOSTLY = "{direction}, mostly"
NO_DIRECTION = "No single direction"
SEE_PLOT = "See its picture"
FEATURE, IMPORTANCE = "Feature", "Importance"
INTERVAL, FOLDS = "95 % interval", "Smallest to largest fold"
TWIN, RANK, DIRECTION = "Shuffled labels", "Rank over fits", "Direction"
COMPARED, MORE, NO_MORE = "Compared", "more", "no more"
EFFECT, EFFECT_P = "On its own", "p on its own"
IMPORTANCE_TIP = "Mean size of what the feature adds to the output ({unit})."
INTERVAL_TIP = "95 % interval of the importance, over samples and fits of the model."
FOLDS_TIP = "The importance in the fold where it was smallest and where it was largest."
TWIN_TIP = "Importance of the same feature in a model that was trained on shuffled labels."
COMPARED_TIP = "Whether it weighs more than features do with shuffled labels."
RANK_TIP = "Best and worst rank of the feature over all fits of the model."
DIRECTION_TIP = "Which way higher values of the feature move the output."
EFFECT_TIP = "Effect of the feature on its own: {effect}."
EFFECT_P_TIP = "p-value of the effect on its own, not corrected for the number of features."
GROUP, MEMBERS, CORRELATION = "Group", "Features", "Least correlation"
CORRELATION_TIP = "Smallest rank correlation between two of its features, without the sign."
GROUP_TIP = "Mean size of what its features add together ({unit})."

#: A rank correlation of value and attribution from here on is one direction, or mostly one.
_CLEAR: Final = 0.7
_MOSTLY: Final = 0.3


def direction_text(direction: float | None, target: str, task: str) -> str:
    """Return a direction in words.

    Args:
        direction: Rank correlation of value and attribution; None where there is none.
        target: Class or outcome that attributions speak for.
        task: Kind of outcome.
    """
    if direction is None:
        return SEE_PLOT
    if abs(direction) < _MOSTLY:
        return NO_DIRECTION
    number = task == "regression"
    up, down = (HIGHER_NUMBER, LOWER_NUMBER) if number else (HIGHER, LOWER)
    said = (up if direction > 0 else down).format(target=target)
    return said if abs(direction) >= _CLEAR else MOSTLY.format(direction=said)


def feature_columns(
    found: Importances | None, target: str, task: str
) -> tuple[Column[FeatureLine], ...]:
    """Return the columns of the table of importances: those that have something to say.

    Args:
        found: The importances; None for the columns that are always there.
        target: Class or outcome that attributions speak for.
        task: Kind of outcome.
    """
    unit = found.unit if found is not None else ""
    plain = found is None or found.intervals
    columns: list[Column[FeatureLine]] = [
        Column(FEATURE, lambda line: line.feature),
        Column(
            IMPORTANCE,
            lambda line: amount_text(line.importance),
            lambda line: line.importance,
            True,
            IMPORTANCE_TIP.format(unit=unit),
        ),
        Column(
            INTERVAL if plain else FOLDS,
            lambda line: f"{amount_text(line.low)} to {amount_text(line.high)}",
            lambda line: line.low,
            True,
            INTERVAL_TIP if plain else FOLDS_TIP,
        ),
        Column(TWIN, lambda line: amount_text(line.twin), lambda line: line.twin, True, TWIN_TIP),
        Column(COMPARED, _compared, _compared_key, False, COMPARED_TIP),
        Column(
            DIRECTION,
            lambda line: direction_text(line.direction, target, task),
            lambda line: line.direction,
            False,
            DIRECTION_TIP,
        ),
    ]
    if found is not None and found.ranks:
        columns.append(_rank_column(found.ranks))
    if found is not None and any(line.effect is not None for line in found.lines):
        columns += _effect_columns(found)
    return tuple(columns)


def _rank_column(ranks: Mapping[str, tuple[int, int]]) -> Column[FeatureLine]:
    def text(line: FeatureLine) -> str:
        low, high = ranks.get(line.feature, (0, 0))
        if not low:
            return NO_VALUE
        return f"{low:,}" if low == high else f"{low:,} to {high:,}"

    return Column(RANK, text, lambda line: ranks.get(line.feature), True, RANK_TIP)


def _effect_columns(found: Importances) -> list[Column[FeatureLine]]:
    columns: list[Column[FeatureLine]] = [
        Column(
            EFFECT,
            lambda line: amount_text(line.effect),
            lambda line: line.effect,
            True,
            EFFECT_TIP.format(effect=found.effect_name) if found.effect_name else "",
        )
    ]
    if any(line.effect_p is not None for line in found.lines):
        columns.append(
            Column(
                EFFECT_P,
                lambda line: NO_VALUE if line.effect_p is None else p_text(line.effect_p),
                lambda line: line.effect_p,
                True,
                EFFECT_P_TIP,
            )
        )
    return columns


def _compared(line: FeatureLine) -> str:
    return NO_VALUE if line.clears is None else MORE if line.clears else NO_MORE


def _compared_key(line: FeatureLine) -> int | None:
    return None if line.clears is None else int(not line.clears)


def group_columns(unit: str) -> tuple[Column[FeatureGroup], ...]:
    """Return the columns of the table of groups.

    Args:
        unit: What importances are measured in.
    """
    return (
        Column(GROUP, group_title),
        Column(
            IMPORTANCE,
            lambda group: amount_text(group.importance),
            lambda group: group.importance,
            True,
            GROUP_TIP.format(unit=unit),
        ),
        Column(
            CORRELATION,
            lambda group: f"{group.correlation:.2f}",
            lambda group: group.correlation,
            True,
            CORRELATION_TIP,
        ),
        Column(MEMBERS, lambda group: ", ".join(group.features)),
    )
