"""What models use, in sentences; the samples that are explained, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from deepbench.study.records import (
    AttributionRecord,
    ExplanationRecord,
    ExplanationsRecord,
    NeighboursRecord,
)
from deepbench_ui.models.families import TITLES, is_network
from deepbench_ui.models.importances import Importances, is_above
from deepbench_ui.models.numbers import amount_text, counted, score_text
from deepbench_ui.models.row_table import Column
from deepbench_ui.models.trust import NEIGHBOURHOOD, NEIGHBOURHOOD_TIP, Verdict, verdict_of

CHOSEN, BEST_NETWORK = "Chosen model: {model}", "Best network: {model}"
LEANS = "{model} leans most on {features}."
LEANS_NONE = "{model} uses no feature."
ABOVE = "{above} of the {all} features listed weigh more than with shuffled labels."
ABOVE_ALL = "{above} weigh more than with shuffled labels."
ABOVE_NONE = (
    "No feature weighs more than with shuffled labels: nothing of this picture can be relied on."
)
NO_TWIN = "There is no shuffled-label twin to compare with."
STABLE = "From fold to fold the order of the features is {how} (rank correlation {value})."
STABLE_WORDS = ((0.8, "much the same"), (0.5, "partly the same"), (-1.1, "hardly the same"))
STARTS = "From one random start to another it is {how} ({value})."
WEIGHTS_FAIL = (
    "The same network with random weights gives much the same order of features (rank correlation "
    "{value}): the picture shows the data more than what was learned."
)
MISSES = (
    "The parts do not quite add up to what the model says for a sample (off by up to {error}). Do "
    "not rely on small differences between features; the picture of a sample shows what is "
    "missing."
)
SAMPLE, OBSERVED, OUTPUT, PUSHED = "Sample", "Observed", "Output", "Moved most by"
OUTPUT_TIP = "What the model says of the sample: {scale}."

# Sums may miss the output by this share of what is attributed at most, as the engine has it.
_TOLERANCE: Final = 0.01
#: A network with random weights that orders features more alike than this is worth a warning.
_ALIKE: Final = 0.5
_NAMED: Final = 3


def model_title(model: str, chosen: str) -> str:
    """Return what a model is called in the list of models."""
    words = CHOSEN if model == chosen or not is_network(model) else BEST_NETWORK
    return words.format(model=TITLES.get(model, model))


def explanations_of(view: ExplanationsRecord | None, model: str) -> list[ExplanationRecord]:
    """Return the explanations of one model: one, or one per class."""
    if view is None:
        return []
    return [found for found in view.explanations if found.model == model]


def in_short(record: AttributionRecord) -> list[str]:
    """Return what is to be known first, in sentences."""
    said = [leans(record.model, [found.feature for found in record.features])]
    if record.features:
        said += [_above(record), *_stable(record)]
    return said


def preview_in_short(found: Importances) -> list[str]:
    """Return what a first look says."""
    said = [leans(found.model, found.features)]
    if found.above is not None:
        counts = counted(found.above, "feature")
        said.append(ABOVE_ALL.format(above=counts) if found.above else ABOVE_NONE)
    return said


def leans(model: str, features: Sequence[str]) -> str:
    """Say on which features a model leans most."""
    title = TITLES.get(model, model)
    if not features:
        return LEANS_NONE.format(model=title)
    names = list(features[:_NAMED])
    listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    return LEANS.format(model=title, features=listed)


def _above(record: AttributionRecord) -> str:
    if record.above_twin is None:
        return NO_TWIN
    if record.above_twin == 0:
        return ABOVE_NONE
    every = len(record.features)
    if record.above_twin > every:
        return ABOVE_ALL.format(above=counted(record.above_twin, "feature"))
    above = sum(bool(is_above(record, place)) for place in range(every))
    return ABOVE.format(above=above, all=every)


def _stable(record: AttributionRecord) -> list[str]:
    said = []
    for value, words in ((record.rank_stability, STABLE), (record.start_stability, STARTS)):
        if value is not None:
            how = next(words for least, words in STABLE_WORDS if value >= least)
            said.append(words.format(how=how, value=f"{value:.2f}".replace("-", "−")))
    return said


def misses(record: AttributionRecord, shown: Sequence[ExplanationRecord]) -> str:
    """Say what keeps the attributions from being relied on; nothing when all is well."""
    said = []
    error = record.local_accuracy_error
    if error is not None and _is_off(record, error, shown):
        said.append(MISSES.format(error=f"{error:.2g}"))
    if record.weights_check is not None and record.weights_check > _ALIKE:
        said.append(WEIGHTS_FAIL.format(value=f"{record.weights_check:.2f}"))
    return " ".join(said)


def _is_off(record: AttributionRecord, error: float, shown: Sequence[ExplanationRecord]) -> bool:
    if not record.locally_accurate:
        return True
    attributed = max(
        (
            abs(output - base)
            for found in shown
            for output, base in zip(found.outputs, found.base, strict=True)
        ),
        default=0.0,
    )
    return error > _TOLERANCE * attributed > 0.0


# --- samples --------------------------------------------------------------------------------


@dataclass(frozen=True)
class ExplainedRow:
    """A sample whose output is explained; its neighbourhood where that is known."""

    sample: str
    observed: str
    output: float
    pushed: str
    verdict: Verdict | None = None


def explained_rows(
    shown: ExplanationRecord, neighbours: Mapping[str, NeighboursRecord]
) -> list[ExplainedRow]:
    """Return the explained samples with what moves each most.

    Args:
        shown: They.
        neighbours: Nearest training samples, by sample.
    """
    rows = []
    for place, sample in enumerate(shown.samples):
        parts = shown.attributions[place]
        most = max(range(len(parts)), key=lambda i: abs(parts[i])) if parts else -1
        name = shown.features[most] if most >= 0 else score_text(None)
        near = neighbours.get(sample)
        verdict = verdict_of(near) if near is not None else None
        rows.append(
            ExplainedRow(sample, shown.observed[place], shown.outputs[place], name, verdict)
        )
    return rows


def explained_columns(scale: str, *, trusted: bool) -> tuple[Column[ExplainedRow], ...]:
    """Return the columns of the table of explained samples.

    Args:
        scale: What outputs are measured in.
        trusted: Whether neighbourhoods are known.
    """
    columns: tuple[Column[ExplainedRow], ...] = (
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
    if not trusted:
        return columns
    near: Column[ExplainedRow] = Column(
        NEIGHBOURHOOD,
        lambda row: row.verdict.words if row.verdict is not None else score_text(None),
        lambda row: row.verdict.order if row.verdict is not None else None,
        False,
        NEIGHBOURHOOD_TIP,
    )
    return (*columns, near)


def _key(text: str) -> tuple[float, str]:
    """Sort numbers as numbers, and what is none after them."""
    try:
        return float(text), ""
    except ValueError:
        return float("inf"), text.casefold()
