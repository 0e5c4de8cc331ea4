"""Importance of features, and of groups of them, as tables."""

from __future__ import annotations

from typing import Final

from deepbench.study.records import FeatureGroup
from deepbench_ui.models.importance_figures import group_title
from deepbench_ui.models.importances import Importances
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
_COMPARED: Final = {True: MORE, False: NO_MORE, None: NO_VALUE}


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


def feature_columns(found: Importances, target: str, task: str) -> tuple[Column[int], ...]:
    """Return the columns of the table of importances: those that have something to say.

    Rows are places of the features.

    Args:
        found: The importances.
        target: Class or outcome that attributions speak for.
        task: Kind of outcome.
    """
    columns: list[Column[int]] = [
        Column(FEATURE, lambda n: found.features[n]),
        Column(
            IMPORTANCE,
            lambda n: amount_text(found.importance[n]),
            lambda n: found.importance[n],
            True,
            IMPORTANCE_TIP.format(unit=found.unit),
        ),
        Column(
            INTERVAL if found.intervals else FOLDS,
            lambda n: f"{amount_text(found.low[n])} to {amount_text(found.high[n])}",
            lambda n: found.low[n],
            True,
            INTERVAL_TIP if found.intervals else FOLDS_TIP,
        ),
        Column(
            TWIN, lambda n: amount_text(found.twin[n]), lambda n: found.twin[n], True, TWIN_TIP
        ),
        Column(
            COMPARED,
            lambda n: _COMPARED[found.clears[n]],
            lambda n: None if found.clears[n] is None else not found.clears[n],
            False,
            COMPARED_TIP,
        ),
        Column(
            DIRECTION,
            lambda n: direction_text(found.direction[n], target, task),
            lambda n: found.direction[n],
            False,
            DIRECTION_TIP,
        ),
    ]
    if found.ranks:
        columns.append(_rank_column(found))
    if found.has_effects:
        columns += _effect_columns(found)
    return tuple(columns)


def _rank_column(found: Importances) -> Column[int]:
    def text(place: int) -> str:
        low, high = found.ranks.get(found.features[place], (0, 0))
        if not low:
            return NO_VALUE
        return f"{low:,}" if low == high else f"{low:,} to {high:,}"

    return Column(RANK, text, lambda n: found.ranks.get(found.features[n]), True, RANK_TIP)


def _effect_columns(found: Importances) -> list[Column[int]]:
    tip = EFFECT_TIP.format(effect=found.effect_name) if found.effect_name else ""
    columns: list[Column[int]] = [
        Column(
            EFFECT, lambda n: amount_text(found.effect[n]), lambda n: found.effect[n], True, tip
        )
    ]
    if any(p is not None for p in found.effect_p):
        columns.append(
            Column(
                EFFECT_P,
                lambda n: _p_text(found.effect_p[n]),
                lambda n: found.effect_p[n],
                True,
                EFFECT_P_TIP,
            )
        )
    return columns


def _p_text(value: float | None) -> str:
    return NO_VALUE if value is None else p_text(value)


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
