"""What models use: tables and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from deepbench.study.records import (
    AttributionRecord,
    ExplanationRecord,
    ExplanationsRecord,
    FeatureImportance,
    InterpretationRecord,
)
from deepbench_ui.models.families import TITLES, is_network
from deepbench_ui.models.numbers import score_text
from deepbench_ui.models.row_table import Column

CHOSEN, BEST_NETWORK = "Chosen model: {model}", "Best network: {model}"
LEANS = "{model} leans most on {features}."
LEANS_NONE = "{model} uses no feature."
ABOVE = "{above} of the {all} features listed weigh more than with shuffled labels."
ABOVE_NONE = (
    "No feature weighs more than with shuffled labels: nothing of this picture can be relied on."
)
NO_TWIN = "There is no shuffled-label twin to compare with."
STABLE = "From fold to fold the order of the features is {how} (rank correlation {value})."
STABLE_WORDS = ((0.8, "much the same"), (0.5, "partly the same"), (-1.1, "hardly the same"))
MISSES = (
    "The parts do not quite add up to what the model says for a sample (off by up to {error}). Do "
    "not rely on small differences between features; the picture of a sample shows what is "
    "missing."
)
HIGHER, LOWER = "Higher values: towards {target}", "Higher values: away from {target}"
HIGHER_NUMBER, LOWER_NUMBER = "Higher values: higher {target}", "Higher values: lower {target}"
MOSTLY = "{direction}, mostly"
NO_DIRECTION = "No single direction"
SEE_PLOT = "See its picture"
FEATURE, IMPORTANCE, FOLDS = "Feature", "Importance", "Smallest to largest fold"
TWIN, DIRECTION = "Shuffled labels", "Direction"
IMPORTANCE_TIP = "Mean size of what the feature adds to the output ({unit})."
FOLDS_TIP = "The importance in the fold where it was smallest and where it was largest."
TWIN_TIP = "Importance of the same feature in a model that was trained on shuffled labels."
DIRECTION_TIP = "Which way higher values of the feature move the output."
SAMPLE, OBSERVED, OUTPUT, PUSHED = "Sample", "Observed", "Output", "Moved most by"
OUTPUT_TIP = "What the model says of the sample: {scale}."

#: A rank correlation of value and attribution from here on is one direction, or mostly one.
_CLEAR: Final = 0.7
_MOSTLY: Final = 0.3
# Sums may miss the output by this share of what is attributed at most, as the engine has it.
_TOLERANCE: Final = 0.01
_NAMED: Final = 3
# Below it Python writes powers of ten.
_TINY: Final = 1e-4


def model_title(record: AttributionRecord, chosen: str) -> str:
    """Return what a model is called in the list of models."""
    words = CHOSEN if record.model == chosen or not is_network(record.model) else BEST_NETWORK
    return words.format(model=TITLES.get(record.model, record.model))


def explanations_of(view: ExplanationsRecord | None, model: str) -> list[ExplanationRecord]:
    """Return the explanations of one model: one, or one per class."""
    if view is None:
        return []
    return [found for found in view.explanations if found.model == model]


def model_names(record: InterpretationRecord) -> list[str]:
    """Return the models that are explained, the chosen one first."""
    return [found.model for found in record.models]


def is_above(record: AttributionRecord, place: int) -> bool:
    """Say whether a listed feature weighs more than features do with shuffled labels.

    Features are listed by importance, and `above_twin` counts those above one threshold.
    """
    return record.above_twin is None or place < record.above_twin


def in_short(record: AttributionRecord) -> list[str]:
    """Return what is to be known first, in sentences."""
    title = TITLES.get(record.model, record.model)
    if not record.features:
        return [LEANS_NONE.format(model=title)]
    names = [found.feature for found in record.features[:_NAMED]]
    listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    said = [LEANS.format(model=title, features=listed)]
    if record.above_twin is None:
        said.append(NO_TWIN)
    elif record.above_twin == 0:
        said.append(ABOVE_NONE)
    else:
        above = min(record.above_twin, len(record.features))
        said.append(ABOVE.format(above=above, all=len(record.features)))
    if record.rank_stability is not None:
        how = next(words for least, words in STABLE_WORDS if record.rank_stability >= least)
        said.append(STABLE.format(how=how, value=f"{record.rank_stability:.2f}"))
    return said


def misses(record: AttributionRecord, shown: Sequence[ExplanationRecord]) -> str:
    """Say so when attributions do not add up; nothing when they do."""
    error = record.local_accuracy_error
    attributed = max(
        (
            abs(output - base)
            for found in shown
            for output, base in zip(found.outputs, found.base, strict=True)
        ),
        default=0.0,
    )
    if error is None or error <= _TOLERANCE * attributed or attributed == 0.0:
        return ""
    return MISSES.format(error=f"{error:.2g}")


# --- features -----------------------------------------------------------------------------


@dataclass(frozen=True)
class FeatureRow:
    """A feature in the table of importances.

    Attributes:
        found: Its importance.
        above: Whether it weighs more than with shuffled labels.
        direction: Which way higher values move the output, in words.
    """

    found: FeatureImportance
    above: bool
    direction: str


def feature_rows(record: AttributionRecord, target: str, task: str) -> list[FeatureRow]:
    """Return the listed features, the most important first.

    Args:
        record: What the model uses.
        target: Class or outcome that attributions speak for.
        task: Kind of outcome.
    """
    return [
        FeatureRow(found, is_above(record, place), direction_text(found.direction, target, task))
        for place, found in enumerate(record.features)
    ]


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


def feature_columns(unit: str) -> tuple[Column[FeatureRow], ...]:
    """Return the columns of the table of importances.

    Args:
        unit: What importances are measured in.
    """
    return (
        Column(FEATURE, lambda row: row.found.feature),
        Column(
            IMPORTANCE,
            lambda row: amount_text(row.found.importance),
            lambda row: row.found.importance,
            True,
            IMPORTANCE_TIP.format(unit=unit),
        ),
        Column(
            FOLDS,
            lambda row: f"{amount_text(row.found.low)} to {amount_text(row.found.high)}",
            lambda row: row.found.low,
            True,
            FOLDS_TIP,
        ),
        Column(
            TWIN,
            lambda row: amount_text(row.found.twin),
            lambda row: row.found.twin,
            True,
            TWIN_TIP,
        ),
        Column(DIRECTION, lambda row: row.direction, None, False, DIRECTION_TIP),
    )


def amount_text(value: float | None) -> str:
    """Return an attribution with three significant digits; a dash if there is none."""
    if value is None:
        return score_text(None)
    if abs(value) >= 1000:
        text = f"{value:,.0f}"
    elif 0 < abs(value) < _TINY:
        text = f"{value:.6f}"
    else:
        text = f"{value:#.3g}".rstrip(".") if value else "0"
    return text.replace("-", "−")


# --- samples ------------------------------------------------------------------------------


@dataclass(frozen=True)
class ExplainedRow:
    """A sample whose output is explained."""

    sample: str
    observed: str
    output: float
    pushed: str


def explained_rows(shown: ExplanationRecord) -> list[ExplainedRow]:
    """Return the explained samples with what moves each most."""
    rows = []
    for place, sample in enumerate(shown.samples):
        parts = shown.attributions[place]
        most = max(range(len(parts)), key=lambda i: abs(parts[i])) if parts else -1
        name = shown.features[most] if most >= 0 else score_text(None)
        rows.append(ExplainedRow(sample, shown.observed[place], shown.outputs[place], name))
    return rows


def explained_columns(scale: str) -> tuple[Column[ExplainedRow], ...]:
    """Return the columns of the table of explained samples.

    Args:
        scale: What outputs are measured in.
    """
    return (
        Column(SAMPLE, lambda row: row.sample),
        Column(OBSERVED, lambda row: row.observed, lambda row: _key(row.observed)),
        Column(
            OUTPUT,
            lambda row: amount_text(row.output),
            lambda row: row.output,
            True,
            OUTPUT_TIP.format(scale=scale),
        ),
        Column(PUSHED, lambda row: row.pushed),
    )


def _key(text: str) -> tuple[float, str]:
    """Sort numbers as numbers, and what is none after them."""
    try:
        return float(text), ""
    except ValueError:
        return float("inf"), text.casefold()
