"""The shuffled-label check in words and figures: live from the ledger, final from the record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from deepbench.study.effort import smallest_p_value
from deepbench.study.records import ShuffledModelRecord, ShuffleRecord
from deepbench_ui.models.families import SCORES, SHORT_TITLES, TITLES, is_network
from deepbench_ui.models.numbers import counted, interval_text, p_text
from deepbench_ui.plots.figures import (
    DotIntervalFigure,
    DotRow,
    HistogramFigure,
    HistogramSeries,
    ReferenceLine,
)

#: A p-value above it is no evidence.
SIGNIFICANCE: Final = 0.05
#: With fewer shuffles no result could reach a p-value of 0.05.
FEWEST_SHUFFLES: Final = 19

HISTOGRAM_SENTENCE = "Scores of the model on shuffled labels, and the score with the true labels."
HISTOGRAM_X, HISTOGRAM_Y = "{score} on the tuning folds", "Number of shuffles"
SHUFFLED, TRUE = "shuffled labels", "true labels"
REACHED_NONE = "{shuffles} so far, none as good as the true labels."
REACHED = "{shuffles} so far, {count} at least as good as the true labels."
REACHED_NONE_DONE = "{shuffles}, none as good as the true labels."
REACHED_DONE = "{shuffles}, {count} at least as good as the true labels."
ONLY_SHUFFLES = "{shuffles} so far."

VERDICTS = {
    "yes": "Yes, there is a signal.",
    "no": "No evidence of a signal.",
    "unclear": "Unclear: the evidence is not strong enough.",
}
WHY = {
    "yes": "With the true labels the models score better than with shuffled ones (p = {p}), and "
    "their corrected score lies above guessing.",
    "no": "With shuffled labels, which mean nothing, the models score as well as with the true "
    "ones too often to rule out chance (p = {p}; it has to be 0.05 or less).",
    "unclear": "With the true labels the models score better than with shuffled ones (p = {p}), "
    "but their corrected score is not clearly above guessing.",
}
BY_BATCH = "What the models find is where samples were processed."
BY_BATCH_WHY = (
    "Their score is above guessing, but it is as high when the labels are shuffled inside each "
    "site and batch (p = {p}). The models tell sites or batches apart, and these differ in the "
    "outcome. It is not the biology that was asked about."
)
NEXT = {
    "yes": "Next, step 10: compare, choose, and open the test set once.",
    "no": "The test set stays locked, so it can still serve a later study. The report will say "
    "“no evidence of a signal”. That is a result: it can be reported, and it saves others the "
    "same path.",
    "unclear": "The test set stays locked, so it can still serve once the evidence is stronger. "
    "The report will say that the evidence is unclear.",
}
ADVICE: Mapping[str, tuple[str, ...]] = {
    "yes": (),
    "no": (
        "Measure more biological units. A real but small effect cannot be seen with few; no "
        "evidence of a signal does not prove that there is none.",
        "Check the outcome: is it the right column, and how reliably was it determined?",
        "Check whether the features were measured where and when the outcome could show in them.",
        "Do not change settings until the check is passed: among many tries one passes by chance.",
    ),
    "unclear": (
        "Measure more biological units: the score becomes surer.",
        "If this was the quick budget, run the standard one (step 7).",
        "Do not change settings until the check is passed: among many tries one passes by chance.",
    ),
}
ADVICE_BY_BATCH = (
    "Spread cases and controls over batches and sites alike when new samples are measured.",
    "Name other batches or sites in the sample sheet (step 4) if some are missing there.",
    "Do not correct for batches with all samples at once: that leaks the test samples, and where "
    "batch and outcome go together it removes the biology with the batch.",
)
SMALLEST = "With {shuffles} no p-value can be smaller than {p}, so this is as clear as it can get."
BATCH_TITLE = "What batch and site alone predict"
BATCH_SENTENCE = (
    "A simple model that sees nothing but batch and site, beside the models that were checked. "
    "If it is well above guessing, part of any score may come from processing."
)
BATCH_ROW = "Batch and site alone"
BATCH_CLEAR = (
    "Batch and site alone predict the outcome better than guessing: {score}. Part of any model's "
    "score may come from processing rather than biology."
)
BATCH_FINE = "Batch and site alone do not predict the outcome better than guessing: {score}."
NO_BATCH = (
    "No batch or site with several values is named in the sample sheet, so it cannot be tested "
    "what they would predict on their own."
)
INTERVAL = "95 % interval"
GUESSING = "guessing"


@dataclass(frozen=True)
class ShuffledModel:
    """Shuffled scores of one model, as far as known.

    Attributes:
        name: Name of the family.
        metric: Name of the score.
        real: Score with the true labels; None while unknown.
        scores: Scores on shuffled labels.
        done: Whether the check is finished.
        given_title: What it is called; empty for that of the family.
    """

    name: str
    metric: str
    real: float | None
    scores: tuple[float, ...]
    done: bool
    given_title: str = ""

    @property
    def title(self) -> str:
        """What the model is called."""
        return self.given_title or TITLES.get(self.name, self.name)


@dataclass
class LiveShuffles:
    """Gathers shuffled scores from the ledger as they come in.

    Attributes:
        taken: How many events were looked at.
    """

    taken: int = 0
    _fingerprint: str = ""
    _parts: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)

    def models(self, events: list[dict[str, Any]], fingerprint: str) -> list[ShuffledModel]:
        """Return the models with their scores so far.

        Args:
            events: All events of shuffles, oldest first; only new ones are looked at.
            fingerprint: The check that is wanted; others belong to answers changed since.
        """
        if fingerprint != self._fingerprint:
            self.taken, self._fingerprint, self._parts = 0, fingerprint, {}
        for event in events[self.taken :]:
            if event["fingerprint"] == fingerprint:
                self._parts.setdefault(event["model"], {})[event["first"]] = event
        self.taken = len(events)
        return [_live_model(name, parts) for name, parts in self._parts.items()]


def _live_model(name: str, parts: Mapping[int, dict[str, Any]]) -> ShuffledModel:
    scores = tuple(float(s) for first in sorted(parts) for s in parts[first]["scores"])
    last = list(parts.values())[-1]
    return ShuffledModel(
        name,
        last.get("metric", "auroc"),
        last.get("real"),
        scores,
        False,
        last.get("title", ""),
    )


def done_models(record: ShuffleRecord) -> list[ShuffledModel]:
    """Return the models of a finished check."""
    return [_done_model(model) for model in record.models]


def _done_model(model: ShuffledModelRecord) -> ShuffledModel:
    return ShuffledModel(model.model, model.metric, model.real, model.null, True, model.title)


def histogram(model: ShuffledModel) -> HistogramFigure:
    """Return the shuffled scores of a model with its true score as a line."""
    real = model.real
    title = SCORES[model.metric].title
    return HistogramFigure(
        title=model.title,
        sentence=reached_sentence(model),
        series=(HistogramSeries(SHUFFLED, model.scores),),
        x_title=HISTOGRAM_X.format(score=title),
        y_title=HISTOGRAM_Y,
        references=() if real is None else (ReferenceLine(real, TRUE, "real"),),
    )


def reached_sentence(model: ShuffledModel) -> str:
    """Say how many shuffles scored at least as well as the true labels."""
    shuffles = counted(len(model.scores), "shuffle")
    if model.real is None:
        return ONLY_SHUFFLES.format(shuffles=shuffles)
    # As the p-value counts: what is not below the real score counts against it.
    count = sum(not score < model.real for score in model.scores)
    if model.done:
        said = REACHED_DONE if count else REACHED_NONE_DONE
    else:
        said = REACHED if count else REACHED_NONE
    return said.format(shuffles=shuffles, count=f"{count:,}")


# --- the verdict --------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """The verdict on the signal, in words.

    Attributes:
        signal: yes, no or unclear.
        headline: The verdict in one sentence.
        why: What it rests on.
        consequence: What follows for the study.
        advice: What one can do; empty when there is nothing to mend.
        details: Further sentences, from the record.
    """

    signal: Literal["yes", "no", "unclear"]
    headline: str
    why: str
    consequence: str
    advice: tuple[str, ...]
    details: tuple[str, ...]


def verdict_of(record: ShuffleRecord) -> Verdict:
    """Return the verdict of a finished check in words."""
    p = p_text(record.p_value)
    by_batch = record.explained_by_batch
    why = BY_BATCH_WHY if by_batch else WHY[record.signal]
    advice = ADVICE[record.signal]
    return Verdict(
        signal=record.signal,
        headline=BY_BATCH if by_batch else VERDICTS[record.signal],
        why=why.format(p=p),
        consequence=NEXT[record.signal],
        advice=(*ADVICE_BY_BATCH, advice[-1]) if by_batch else advice,
        details=tuple(_details(record)),
    )


def _details(record: ShuffleRecord) -> Iterable[str]:
    shuffles = min((model.replicates for model in record.models), default=0)
    if shuffles and record.p_value <= smallest_p_value(shuffles) * 1.000001:
        yield SMALLEST.format(
            shuffles=counted(shuffles, "shuffle"), p=p_text(smallest_p_value(shuffles))
        )
    yield record.strategy
    # The first sentence is the verdict and the second its p-value, which stand above; the last
    # of several may be on batch and site, which has a place of its own.
    yield from (s for s in record.sentences[2:] if not s.startswith("Batch and site alone"))


def batch_sentence(record: ShuffleRecord) -> str:
    """Say what batch and site alone predict."""
    score = record.batch_only
    if score is None:
        return NO_BATCH
    metric = _metric(record)
    clear = score.low is not None and score.low > SCORES[metric].chance
    text = f"{SCORES[metric].title} {interval_text(score)}"
    return (BATCH_CLEAR if clear else BATCH_FINE).format(score=text)


def batch_figure(record: ShuffleRecord) -> DotIntervalFigure | None:
    """Return the batch-only control beside the models; None where there is no batch or site."""
    score = record.batch_only
    if score is None or score.value is None:
        return None
    words = SCORES[_metric(record)]
    rows = [
        DotRow(
            model.title or SHORT_TITLES.get(model.model, model.model),
            model.real,
            use=model.family or ("network" if is_network(model.model) else "baseline"),
            name=model.model,
        )
        for model in record.models
    ]
    rows.append(
        DotRow(BATCH_ROW, score.value, score.low, score.high, use="shuffled", name="batch")
    )
    return DotIntervalFigure(
        title=BATCH_TITLE,
        sentence=BATCH_SENTENCE,
        rows=tuple(rows),
        value_title=words.title,
        interval_title=INTERVAL,
        reference=ReferenceLine(words.chance, GUESSING),
        selects="",
    )


def _metric(record: ShuffleRecord) -> str:
    return record.models[0].metric if record.models else "auroc"
