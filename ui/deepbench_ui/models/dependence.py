"""Value of a feature against what it adds, coloured by the feature it acts together with."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Final

from deepbench.study.records import ExplanationRecord
from deepbench_ui.plots.figures import (
    DotIntervalFigure,
    DotRow,
    Figure,
    ReferenceLine,
    ScatterFigure,
)

TITLE = "{feature}: value and effect"
SENTENCE = "Each point is a sample: its value of {feature}, and what that adds."
COLOURED = (
    " The colour is {partner}: where points of one colour lie above those of another, what "
    "{feature} adds depends on it."
)
CATEGORY_SENTENCE = (
    "Each small point is a sample, the large one the mean: what each value of {feature} adds."
)
ADDS = "Adds to the {scale}"
VALUE = "Value of {feature}"
NO_EFFECT, OUTCOME, MISSING = "no effect", "observed", "missing"
MANY_VALUES = "any other"

#: The colour chosen by the program, and that of the outcome.
AUTOMATIC: Final = ""
BY_OUTCOME: Final = "\n"
#: Samples within which a feature's own value is nearly the same.
_WINDOW: Final = 12
_LEAST_WINDOW: Final = 5
_ROUNDING: Final = 1e-12
#: Share of the spread that has to be left open for a partner to be looked for.
_LEAST_LEFT: Final = 0.01
#: Share of the spread that a feature must explain beyond chance to be called a partner.
_LEAST_SHARE: Final = 0.1
#: Standard deviations of a share explained by chance; thirty features are tried.
_CLEARLY: Final = 3.5
_MOST_CATEGORIES: Final = 6


def dependence_figure(
    shown: ExplanationRecord, feature: str, task: str, colour: str = AUTOMATIC
) -> Figure | None:
    """Return value against attribution of a feature; None if it is not listed.

    Args:
        shown: The samples.
        feature: Name of the feature.
        task: Kind of outcome.
        colour: Feature that the colour shows; `AUTOMATIC` for the one that acts together with it
            most, if any, else the outcome; `BY_OUTCOME` for that.
    """
    if feature not in shown.features:
        return None
    place = shown.features.index(feature)
    numbers = tuple(row[place] for row in shown.numbers)
    attributions = tuple(row[place] for row in shown.attributions)
    if not is_numeric(shown, feature):
        texts = [row[place] for row in shown.values]
        return _by_category(shown, feature, texts, attributions)
    partner = partner_of(shown, feature) if colour == AUTOMATIC else colour
    if partner in ("", BY_OUTCOME) or partner not in shown.features:
        partner = ""
    sentence = SENTENCE.format(feature=feature)
    if partner:
        sentence += COLOURED.format(feature=feature, partner=partner)
    categories, values, uses = _colours(shown, partner, task)
    return ScatterFigure(
        title=TITLE.format(feature=feature),
        sentence=sentence,
        names=shown.samples,
        x=numbers,
        y=attributions,
        x_title=VALUE.format(feature=feature),
        y_title=ADDS.format(scale=shown.scale),
        categories=categories,
        category_title=(partner or OUTCOME) if categories else "",
        uses=uses,
        values=values,
        value_title=(partner or OUTCOME) if values else "",
        horizontal=ReferenceLine(0.0, NO_EFFECT),
    )


def is_numeric(shown: ExplanationRecord, feature: str) -> bool:
    """Say whether a listed feature has numbers, not labels."""
    place = shown.features.index(feature)
    return any(row[place] is not None for row in shown.numbers)


def _colours(
    shown: ExplanationRecord, partner: str, task: str
) -> tuple[tuple[str, ...], tuple[float | None, ...], tuple[tuple[str, str], ...]]:
    """Return categories, values and colours by use; one of the first two is empty."""
    if not partner:
        if task == "regression":
            return (), tuple(map(float, shown.observed)), ()
        return shown.observed, (), _uses(shown) if task == "binary" else ()
    place = shown.features.index(partner)
    if is_numeric(shown, partner):
        return (), tuple(row[place] for row in shown.numbers), ()
    return _categories([row[place] for row in shown.values]), (), ()


def _categories(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the categories to colour; rare ones are taken together."""
    often = sorted(set(texts) - {""}, key=lambda text: (-texts.count(text), text))
    kept = set(often[:_MOST_CATEGORIES])
    return tuple(text if text in kept or not text else MANY_VALUES for text in texts)


def _uses(shown: ExplanationRecord) -> tuple[tuple[str, str], ...]:
    """Return the colours of two classes: attributions speak for the target."""
    others = [name for name in dict.fromkeys(shown.observed) if name != shown.target]
    return ((shown.target, "positive"), *((name, "negative") for name in others))


def _by_category(
    shown: ExplanationRecord, feature: str, texts: Sequence[str], attributions: Sequence[float]
) -> DotIntervalFigure:
    members: dict[str, list[float]] = {}
    for text, amount in zip(texts, attributions, strict=True):
        members.setdefault(text or MISSING, []).append(amount)
    return DotIntervalFigure(
        title=TITLE.format(feature=feature),
        sentence=CATEGORY_SENTENCE.format(feature=feature),
        per_sample=True,
        rows=tuple(
            DotRow(
                f"{name} (n = {len(amounts):,})",
                sum(amounts) / len(amounts),
                points=tuple(amounts),
                use="training",
            )
            for name, amounts in sorted(members.items())
        ),
        value_title=ADDS.format(scale=shown.scale),
        reference=ReferenceLine(0.0, NO_EFFECT),
    )


# --- the partner ----------------------------------------------------------------------------


def partner_of(shown: ExplanationRecord, feature: str) -> str:
    """Return the listed feature that explains most of what a feature's own value leaves open.

    Samples are sorted by the feature's value. Within windows of neighbours what the feature adds,
    and each other feature, are freed of their trend along its own value; then the one is regressed
    on the other (on group means where it has labels). Shares explained are corrected for the
    degrees of freedom used; empty if none reaches a tenth and stands clear of chance, or if hardly
    anything is left open.
    """
    place = shown.features.index(feature)
    rows = [n for n, row in enumerate(shown.numbers) if row[place] is not None]
    rows.sort(key=lambda n: (shown.numbers[n][place] or 0.0, n))
    windows = [_Window(shown, place, part) for part in _parts(rows)]
    left = math.fsum(_square_sum(window.left) for window in windows)
    free = sum(len(window.rows) - 2 for window in windows)
    adds = [shown.attributions[n][place] for n in rows]
    if not windows or left <= _LEAST_LEFT * _square_sum(_centred(adds)):
        return ""
    best, share = "", _LEAST_SHARE
    for other, name in enumerate(shown.features):
        if other == place:
            continue
        parts = [window.explained(shown, other) for window in windows]
        used = sum(degrees for _, degrees in parts)
        if used >= free:
            continue
        open_still = left - math.fsum(amount for amount, _ in parts)
        corrected = 1.0 - (open_still / (free - used)) / (left / free)
        # What as many features would reach by chance is no partner.
        by_chance = _CLEARLY * math.sqrt(2.0 * used / (free * (free - used)))
        if corrected > max(share, by_chance):
            best, share = name, corrected
    return best


class _Window:
    """Neighbours along the value of a feature.

    Args:
        shown: The samples.
        place: Number of the feature.
        rows: Numbers of the neighbours.
    """

    def __init__(self, shown: ExplanationRecord, place: int, rows: Sequence[int]) -> None:
        self.rows = rows
        self._own = [shown.numbers[n][place] or 0.0 for n in rows]
        #: What the feature adds, without its trend along its own value.
        self.left = _without_trend([shown.attributions[n][place] for n in rows], self._own)

    def explained(self, shown: ExplanationRecord, other: int) -> tuple[float, int]:
        """Return the sum of squares that another feature explains, and the degrees it costs."""
        numbers = [shown.numbers[n][other] for n in self.rows]
        if all(number is None for number in numbers):
            return _by_groups(self.left, [shown.values[n][other] for n in self.rows])
        there = [n for n, number in enumerate(numbers) if number is not None]
        if len(there) < _LEAST_WINDOW:
            return 0.0, 0
        other_left = _without_trend(
            [numbers[n] or 0.0 for n in there], [self._own[n] for n in there]
        )
        squares = _square_sum(other_left)
        if squares <= 0.0:
            return 0.0, 0
        product = math.fsum(x * self.left[n] for x, n in zip(other_left, there, strict=True))
        return product * product / squares, 1


def _parts(rows: Sequence[int]) -> list[Sequence[int]]:
    many = max(1, round(len(rows) / _WINDOW))
    ends = [round(len(rows) * n / many) for n in range(many + 1)]
    return [rows[a:b] for a, b in itertools.pairwise(ends) if b - a >= _LEAST_WINDOW]


def _centred(values: Sequence[float]) -> list[float]:
    mean = math.fsum(values) / len(values) if values else 0.0
    return [value - mean for value in values]


def _square_sum(values: Sequence[float]) -> float:
    return math.fsum(value * value for value in values)


def _without_trend(values: Sequence[float], along: Sequence[float]) -> list[float]:
    """Return what a straight line along other values leaves open."""
    y, x = _centred(values), _centred(along)
    squares = _square_sum(x)
    if squares <= 0.0:
        return y
    slope = math.fsum(a * b for a, b in zip(x, y, strict=True)) / squares
    left = [b - slope * a for a, b in zip(x, y, strict=True)]
    # Of what lies on a line nothing is left but rounding.
    return left if _square_sum(left) > _ROUNDING * _square_sum(y) else [0.0] * len(left)


def _by_groups(values: Sequence[float], texts: Sequence[str]) -> tuple[float, int]:
    groups: dict[str, list[float]] = {}
    for text, value in zip(texts, values, strict=True):
        groups.setdefault(text, []).append(value)
    between = math.fsum(
        len(group) * (math.fsum(group) / len(group)) ** 2 for group in groups.values()
    )
    return between, len(groups) - 1
