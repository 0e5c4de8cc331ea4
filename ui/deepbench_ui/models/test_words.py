"""What the study answers after the test set was opened, in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from deepbench.study.records import (
    ChoiceRecord,
    ComparisonRecord,
    Score,
    ShuffleRecord,
    TestRecord,
)
from deepbench_ui.models.families import SCORES, TITLES, tuning_metric
from deepbench_ui.models.numbers import interval_text, score_text
from deepbench_ui.models.shuffle_rows import VERDICTS, verdict_of
from deepbench_ui.models.test_opening import score_with_interval

DEEP_LEARNING = {
    "better": "Deep learning was worth it here: the best network scored higher.",
    "no better": "Deep learning was not worth it here: the best network was no better.",
    "worse": "Deep learning was not worth it here: the best network scored lower.",
    "not tried": "Deep learning was not tried.",
}
NOT_TRIED = "No network was tuned, so nothing is said about whether one would help."
UNEQUAL = "The best network scored higher, but it is no proof: effort was not equal."
AGAINST = (
    "{network} against {baseline}, on the same tuning folds: difference in {score} {difference}."
)
ZERO_INSIDE = "The interval holds zero: the difference may be chance."
RECOMMENDED = "Use this model: {model}."
NOT_RECOMMENDED = "No model is fit for use."
WOULD_BE = (
    "By its tuning scores it would be {model}, but without a signal that score may be chance or "
    "where samples were processed."
)
SCORED = "On the test set it scores {score} {value}."
LOCKED = "The test set stays locked."
LOCKED_WHY = "Without a clear signal there is nothing to test, and it can serve a better study."
INTERVAL_AND_EXPECTED = "95 % interval {interval}. Expected from tuning: {expected}."
AS_EXPECTED = "That is as expected."
BELOW = (
    "That is {clearly}below what was expected: part of the tuning score was luck, or the test "
    "samples differ from the training samples. Report the test score."
)
ABOVE = (
    "That is {clearly}above what was expected. With few test samples that can be luck; the "
    "interval tells how much."
)
OPENED_ONCE = "The test set was opened once."
OPENED_EARLIER = "The test set was opened {times} earlier in this study; this run did not open it."
OPENED_AGAIN = (
    "The test set was opened {times}, so its score is no longer that of samples never looked at. "
    "Every report says so."
)
CALLS = "Probabilities, and when a class is said"
THRESHOLD = "Threshold of the finished model: {threshold}."
REASONS = "Reason given: {reasons}"

Mark = Literal["ok", "info", "warning"]


@dataclass(frozen=True)
class Answer:
    """One answer of the study.

    Attributes:
        name: What it answers: signal, deep-learning, recommended or test.
        mark: How it is marked.
        headline: The answer in a sentence.
        detail: What it rests on.
    """

    name: str
    mark: Mark
    headline: str
    detail: str


def answers_of(
    choice: ChoiceRecord, shuffles: ShuffleRecord | None, task: str, equal_effort: bool
) -> tuple[Answer, ...]:
    """Return the verdict of the study: signal, deep learning, model, test.

    Args:
        choice: What the stage found.
        shuffles: The check it rests on.
        task: Kind of outcome.
        equal_effort: Whether every family got the same number of settings.
    """
    metric = choice.comparison.metric if choice.comparison else tuning_metric(task)
    return (
        _signal(choice, shuffles),
        _deep_learning(choice, equal_effort),
        _recommended(choice),
        _test(choice, metric),
    )


def _signal(choice: ChoiceRecord, shuffles: ShuffleRecord | None) -> Answer:
    mark: Mark = "ok" if choice.signal == "yes" else "info"
    if shuffles is None or shuffles.signal != choice.signal:
        return Answer("signal", mark, VERDICTS[choice.signal], "")
    verdict = verdict_of(shuffles)
    return Answer("signal", mark, verdict.headline, verdict.why)


def _deep_learning(choice: ChoiceRecord, equal_effort: bool) -> Answer:
    record = choice.comparison
    if record is None or choice.deep_learning == "not tried":
        return Answer("deep-learning", "info", DEEP_LEARNING["not tried"], NOT_TRIED)
    better = choice.deep_learning == "better"
    said = AGAINST.format(
        network=TITLES.get(record.network, record.network),
        baseline=TITLES.get(record.baseline, record.baseline),
        score=SCORES[record.metric].title,
        difference=difference_text(record),
    )
    if choice.deep_learning == "no better":
        said = f"{said} {ZERO_INSIDE}"
    if better and not equal_effort:
        return Answer("deep-learning", "warning", UNEQUAL, said)
    mark: Mark = "ok" if better else "info"
    return Answer("deep-learning", mark, DEEP_LEARNING[choice.deep_learning], said)


def difference_text(record: ComparisonRecord) -> str:
    """Return the difference of two models with its interval and its sign."""
    score = Score(value=record.difference, low=record.low, high=record.high)
    text = score_with_interval(score)
    return f"+{text}" if (record.difference or 0.0) > 0 else text


def _recommended(choice: ChoiceRecord) -> Answer:
    model = TITLES.get(choice.recommended, choice.recommended)
    if choice.signal != "yes":
        return Answer("recommended", "info", NOT_RECOMMENDED, WOULD_BE.format(model=model))
    return Answer("recommended", "ok", RECOMMENDED.format(model=model), " ".join(choice.sentences))


def _test(choice: ChoiceRecord, metric: str) -> Answer:
    test = choice.test
    got = test.metrics.get(metric)
    if got is None or got.value is None:
        return Answer("test", "info", LOCKED, LOCKED_WHY)
    interval = _ends(got)
    said = [
        INTERVAL_AND_EXPECTED.format(interval=interval, expected=interval_text(choice.expected)),
        agreement(choice.expected, got),
        *test.sentences,
    ]
    headline = SCORED.format(score=SCORES[metric].title, value=score_text(got.value))
    far = said[1] not in ("", AS_EXPECTED)
    return Answer("test", "warning" if far else "ok", headline, " ".join(filter(None, said)))


def _ends(score: Score) -> str:
    text = interval_text(score)
    return text.partition("(")[2].rstrip(")") or "not known"


def agreement(expected: Score, got: Score) -> str:
    """Say whether the test agrees with what tuning promised; nothing if that is not known."""
    if got.value is None or expected.low is None or expected.high is None:
        return ""
    if got.value < expected.low:
        clearly = got.high is not None and got.high < expected.low
        return BELOW.format(clearly="clearly " if clearly else "")
    if got.value > expected.high:
        clearly = got.low is not None and got.low > expected.high
        return ABOVE.format(clearly="clearly " if clearly else "")
    return AS_EXPECTED


def opened_sentence(test: TestRecord) -> str:
    """Say how often the test set was opened, and why again; nothing if it never was."""
    if test.opened == 0:
        return ""
    if not test.metrics:
        return OPENED_EARLIER.format(times=times(test.opened))
    if test.opened == 1:
        return OPENED_ONCE
    said = OPENED_AGAIN.format(times=times(test.opened))
    reasons = "; ".join(f"“{reason}”" for reason in test.reuse_reasons)
    return f"{said} {REASONS.format(reasons=reasons)}" if reasons else said


def times(count: int) -> str:
    """Return how often in words: once, twice, 3 times."""
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def call_sentences(choice: ChoiceRecord) -> list[str]:
    """Say when a class is said, and what calibration did; nothing for numbers."""
    if choice.decision is None:
        return []
    said = [choice.decision.sentence]
    if choice.decision.threshold is not None:
        threshold = score_text(choice.decision.threshold)
        said = [f"{choice.decision.sentence} {THRESHOLD.format(threshold=threshold)}"]
    return [
        *said,
        *(
            f"{TITLES.get(record.model, record.model)}: {record.sentence}"
            for record in choice.calibration
        ),
    ]
