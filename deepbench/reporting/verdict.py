"""The verdict in three sentences: signal, deep learning, the test set."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from deepbench.reporting.wording import (
    difference,
    is_number,
    metric_title,
    p_value,
    score,
    sentence,
    times,
)
from deepbench.study.records import ModelRecord, ShuffleRecord, StudySummary

Kind = Literal["yes", "no", "unclear", "stopped"]
# In this order the first that a test panel holds is quoted in the verdict.
_HEADLINE_METRICS = ("auroc", "r2", "balanced_accuracy", "accuracy")


@dataclass(frozen=True)
class Banner:
    """What the top of the report says.

    Attributes:
        kind: Colour of the banner.
        answer: One or two words.
        sentences: The verdict; three sentences, or why the study stopped.
        reused: Whether the test set was opened more than once.
    """

    kind: Kind
    answer: str
    sentences: tuple[str, ...]
    reused: bool


_DEEP_LEARNING = {
    "better": "Deep learning was worth it here: the best network scored higher than",
    "no better": "Deep learning was not worth it here: the best network was no better than",
    "worse": "Deep learning was not worth it here: the best network scored lower than",
}
_ANSWERS: dict[Kind, str] = {
    "yes": "Yes, there is a signal",
    "no": "No evidence of signal",
    "unclear": "Unclear",
    "stopped": "Stopped early",
}


def banner(summary: StudySummary) -> Banner:
    """Return the banner of the report."""
    kind: Kind = "stopped"
    if not summary.stopped:
        kind = signal_of(summary)
        if summary.choice is None:
            kind = "stopped"
    reused = test_openings(summary) > 1
    return Banner(kind, _ANSWERS[kind], tuple(verdict_sentences(summary)), reused)


def signal_of(summary: StudySummary) -> Literal["yes", "no", "unclear"]:
    """Return whether there is a signal, as far as the study got."""
    if summary.choice is not None:
        return summary.choice.signal
    return summary.shuffles.signal if summary.shuffles is not None else "unclear"


def test_openings(summary: StudySummary) -> int:
    """Return how often the test set was opened, in this run or an earlier one of the study."""
    recorded = summary.choice.test.opened if summary.choice is not None else 0
    return max(recorded, summary.openings)


def test_use_sentence(openings: int) -> str:
    """Say how often the test set was used: always shown, in this wording."""
    if openings == 0:
        return "Test set used 0 times (locked)"
    return f"Test set used {openings} time{'' if openings == 1 else 's'}"


def models_of(summary: StudySummary) -> tuple[ModelRecord, ...]:
    """Return all tuned models, traditional ones first."""
    boards = (summary.baselines, summary.networks)
    return tuple(model for board in boards if board is not None for model in board.models)


def title_of(summary: StudySummary, name: str) -> str:
    """Return the title of a model by its name."""
    return next((model.title for model in models_of(summary) if model.name == name), name)


def headline_metric(summary: StudySummary) -> str | None:
    """Return the metric of the test panel that the verdict quotes."""
    metrics = summary.choice.test.metrics if summary.choice is not None else {}
    named = [name for name in (*_HEADLINE_METRICS, *metrics) if name in metrics]
    return named[0] if named else None


def verdict_sentences(summary: StudySummary) -> list[str]:
    """Return the verdict: signal? deep learning worth it? what about the test set?

    A study that stopped early says why first, and then only what is known.
    """
    sentences = [sentence(summary.stopped)] if summary.stopped else []
    if summary.shuffles is not None or summary.choice is not None:
        sentences.append(_signal_sentence(summary))
    if summary.choice is not None:
        sentences += [_deep_learning_sentence(summary), _test_sentence(summary)]
    elif openings := test_openings(summary):
        sentences.append(
            f"The test set was opened {times(openings)} earlier in this study; this run did not "
            "look at it."
        )
    elif summary.stopped:
        sentences.append("The test set stays locked; nothing has looked at it.")
    else:
        sentences.append(
            "The study is not finished: models have not been compared, and the test set stays "
            "locked."
        )
    return sentences


def _signal_sentence(summary: StudySummary) -> str:
    signal = signal_of(summary)
    outcome = f"“{summary.sheet.outcome}”" if summary.sheet is not None else "the outcome"
    evidence = _evidence(summary.shuffles)
    if signal == "yes":
        return f"There is a signal: {outcome} can be predicted from these measurements{evidence}."
    if signal == "no" and summary.shuffles is not None and summary.shuffles.explained_by_batch:
        return (
            f"There is no evidence of signal beyond site and batch: {outcome} was predicted above "
            "chance, but just as well when labels were shuffled inside each site and batch, so "
            f"what the models find is where samples were processed{evidence}."
        )
    if signal == "no":
        return (
            f"There is no evidence of signal: nothing in these measurements predicted {outcome} "
            f"better than shuffled labels do{evidence}."
        )
    return (
        f"It is unclear whether these measurements predict {outcome}: the evidence is neither "
        f"strong enough to say yes nor weak enough to say no{evidence}."
    )


def _evidence(record: ShuffleRecord | None) -> str:
    if record is None or not math.isfinite(record.p_value):
        return ""
    return f" (shuffled-label check, {p_value(record.p_value)})"


def _deep_learning_sentence(summary: StudySummary) -> str:
    choice = summary.choice
    assert choice is not None
    record = choice.comparison
    if choice.deep_learning == "not tried":
        return "Deep learning was not tried, so nothing is said about whether it is worth it."
    opening = _DEEP_LEARNING[choice.deep_learning]
    if record is None:
        return f"{opening} the best traditional model."
    network, baseline = (title_of(summary, name) for name in (record.network, record.baseline))
    measured = (
        f" (difference in {metric_title(record.metric)}: {difference(record, brackets=False)})"
        if is_number(record.difference)
        else ""
    )
    return f"{opening} the best traditional model: {network} against {baseline}{measured}."


def _test_sentence(summary: StudySummary) -> str:
    choice = summary.choice
    assert choice is not None
    test = choice.test
    if test.opened and not test.metrics:
        return (
            f"The test set was opened {times(test.opened)} earlier in this study; this run, "
            "without a clear signal, did not look at it."
        )
    if test.opened == 0:
        reasons = {
            "no": "because there is no signal to confirm",
            "unclear": "because the evidence is not clear enough to spend it",
            "yes": "and can still be opened once",
        }
        return f"The test set stays locked, {reasons[choice.signal]}."
    name = headline_metric(summary)
    result = (
        f"{title_of(summary, test.model)} scored {metric_title(name)} {score(test.metrics[name])}"
        if name
        else f"{title_of(summary, test.model)} was applied to it"
    )
    if test.opened == 1:
        return f"The test set was opened once, at the end: {result}."
    return (
        f"The test set was opened {times(test.opened)}, so its score is no longer that of samples "
        f"never looked at: {result}."
    )
