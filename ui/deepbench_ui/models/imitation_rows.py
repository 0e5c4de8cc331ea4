"""The transparent twin: what it is, how well it imitates, and what goes against expectation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from deepbench.study.records import DirectionRecord, ImitationRecord
from deepbench_ui.models.families import TITLES
from deepbench_ui.models.numbers import interval_text
from deepbench_ui.models.row_table import Column
from deepbench_ui.models.test_rows import METRICS
from deepbench_ui.plots.figures import DotIntervalFigure, DotRow, ReferenceLine

HEADS: Final = {
    "sparse linear model": "A simple sum that imitates: {model}",
    "shallow tree": "A few rules that imitate: {model}",
}
WHAT: Final = {
    "sparse linear model": (
        "A weight for each of a few features, fitted not to the outcome but to the answers of the "
        "model. A rule that looks wrong to you here is one that the model follows."
    ),
    "shallow tree": (
        "A few questions one after another, fitted not to the outcome but to the answers of the "
        "model. A rule that looks wrong to you here is one that the model follows."
    ),
}
FIDELITY = "How well it repeats the model: {name} {fidelity} on samples neither was fitted on."
SCORES = "How well it predicts the outcome itself: {metric} {score}; the model {other}."
TERMS_TITLE = "Weights of the imitation"
TERMS_SENTENCE = (
    "What one standard deviation more of the feature does to the output, all else the same. To "
    "the right: up, to the left: down."
)
RAISES, LOWERS = "raises the output", "lowers the output"
NO_CHANGE = "no change"
RULES = "Rules"
FEATURE, EXPECTED, FOUND, VERDICT = "Feature", "You expected", "The model", "Verdict"
WAY_TIP = "Up: higher values of the feature go with a higher output. Down: with a lower one."
WORDS: Final = {
    "higher": "up",
    "lower": "down",
    "both": "up and down",
    "none": "no direction",
    "": "–",
}
CONTRADICTS, TURNS, FITS = "against expectation", "turns round", "as expected"

MOST_TERMS: Final = 24
#: Features that are asked about without an answer.
MOST_ASKED: Final = 12


def imitations_of(
    imitations: Sequence[ImitationRecord], model: str
) -> tuple[ImitationRecord, ...]:
    """Return the imitations of one model."""
    return tuple(one for one in imitations if one.model == model)


def head_of(record: ImitationRecord) -> str:
    """Return what an imitation is called."""
    return HEADS[record.form].format(model=TITLES.get(record.model, record.model))


def fidelity_sentences(record: ImitationRecord) -> list[str]:
    """Say what the imitation is, how well it imitates, and how well it predicts."""
    if record.sentences:
        return [WHAT[record.form], *record.sentences]
    metric = METRICS.get(record.metric)
    return [
        WHAT[record.form],
        FIDELITY.format(name=record.fidelity_name, fidelity=interval_text(record.fidelity)),
        SCORES.format(
            metric=metric.title if metric is not None else record.metric,
            score=interval_text(record.score),
            other=interval_text(record.imitated_score),
        ),
    ]


def terms_figure(record: ImitationRecord) -> DotIntervalFigure | None:
    """Return the weights, the largest on top; None without terms."""
    if not record.terms:
        return None
    terms = sorted(record.terms, key=lambda term: -abs(term.weight))[:MOST_TERMS]
    rows = tuple(
        DotRow(
            term.feature,
            term.weight,
            min(0.0, term.weight),
            max(0.0, term.weight),
            use="positive" if term.weight > 0 else "negative",
        )
        for term in terms
    )
    return DotIntervalFigure(
        title=TERMS_TITLE,
        sentence=TERMS_SENTENCE,
        rows=rows,
        value_title=f"{record.unit[:1].upper()}{record.unit[1:]}",
        use_titles=(("positive", RAISES), ("negative", LOWERS)),
        reference=ReferenceLine(0.0, NO_CHANGE),
        selects="feature",
    )


def directions_of(imitations: Sequence[ImitationRecord]) -> list[DirectionRecord]:
    """Return the directions found, each feature once; contradictions first."""
    found = {one.feature: one for record in reversed(imitations) for one in record.directions}
    return sorted(found.values(), key=lambda one: (not one.contradicts, one.found != "both"))


def direction_columns() -> tuple[Column[DirectionRecord], ...]:
    """Return the columns of the table of directions."""
    return (
        Column(FEATURE, lambda row: row.feature),
        Column(EXPECTED, lambda row: WORDS[row.expected], tip=WAY_TIP),
        Column(FOUND, lambda row: WORDS[row.found], tip=WAY_TIP),
        Column(VERDICT, verdict_text, lambda row: int(not row.contradicts)),
    )


def verdict_text(row: DirectionRecord) -> str:
    """Say in a word how a direction compares with what was expected."""
    if row.contradicts:
        return CONTRADICTS
    if row.found == "both":
        return TURNS
    return FITS if row.expected else ""


@dataclass(frozen=True)
class Expectation:
    """A feature that the user may say something about; ``answer`` is higher, lower or empty."""

    feature: str
    answer: str


def expectations(
    answers: Mapping[str, Any], listed: Sequence[str], asked_for: Sequence[str]
) -> list[Expectation]:
    """Return the features to ask about: those answered, those asked for, then the top ones.

    Args:
        answers: ``interpretation.expected`` of the draft.
        listed: Features that the model uses most, the first ones first.
        asked_for: Features that the user added.
    """
    names = dict.fromkeys([*answers, *asked_for])
    open_names = [name for name in listed if name not in names]
    names |= dict.fromkeys(open_names[:MOST_ASKED])
    return [Expectation(name, str(answers.get(name, ""))) for name in names]
