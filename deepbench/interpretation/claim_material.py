"""What claims are made of: the records of a study, and how numbers are written in sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from deepbench.data.wording import MINUS, counted, in_sentence
from deepbench.evaluation.metrics import metrics_for, tuning_metric
from deepbench.models.registry import get_family
from deepbench.plan import StudyPlan
from deepbench.study.records import (
    AttributionRecord,
    CheckRecord,
    ChoiceRecord,
    InterpretationRecord,
    SampleSheetRecord,
    Score,
    ShuffleRecord,
    SplitRecord,
)

_PLAIN_LIMIT = 1e-4


@dataclass(frozen=True)
class ClaimMaterial:
    """A study up to stage 11.

    Attributes:
        plan: Answers about features, ceiling and organism.
        sheet: Task, outcome and classes; samples and units as the data check left them.
        check: Findings.
        split: How test samples were set aside.
        shuffles: The shuffled-label check.
        choice: The model chosen, and its test.
        found: What the models use.
        absent: Groups that are not, or hardly, in the data, in words.
    """

    plan: StudyPlan
    sheet: SampleSheetRecord
    check: CheckRecord
    split: SplitRecord
    shuffles: ShuffleRecord
    choice: ChoiceRecord
    found: InterpretationRecord
    absent: tuple[str, ...] = ()

    @property
    def chosen(self) -> AttributionRecord | None:
        """What the chosen model uses, if it was looked at."""
        return self.found.models[0] if self.found.models else None

    @property
    def metric(self) -> str:
        """Title of the metric that models are compared by, as it stands in a sentence."""
        if self.sheet.task == "multiclass":
            return "macro AUROC"
        return metrics_for(self.sheet.task)[tuning_metric(self.sheet.task)].title

    @property
    def test_score(self) -> Score | None:
        """Score of the chosen model on the test set, if it was opened."""
        score = self.choice.test.metrics.get(tuning_metric(self.sheet.task))
        return score if score is not None and score.value is not None else None

    @property
    def model(self) -> str:
        """Title of the chosen model inside a sentence."""
        return model_title(self.choice.recommended)

    @property
    def samples(self) -> str:
        """The samples, as sentences begin: "569 samples (human)"."""
        samples = self.check.samples if self.check.samples is not None else self.sheet.samples
        units = self.check.units if self.check.units is not None else self.sheet.units
        of_units = "" if samples == units else f" of {counted(units, 'biological unit')}"
        organism = self.plan.question.organism.strip()
        return f"{counted(samples, 'sample')}{of_units}{f' ({organism})' if organism else ''}"

    @property
    def goal(self) -> str:
        """What was predicted: "diagnosis (malignant against benign)"."""
        if self.sheet.task == "binary":
            negative, positive = self.sheet.classes
            return f"{self.sheet.outcome} ({positive} against {negative})"
        if self.sheet.classes:
            return f"{self.sheet.outcome} ({len(self.sheet.classes)} classes)"
        return self.sheet.outcome


def model_title(family: str) -> str:
    """Return the title of a model family as it stands inside a sentence."""
    return in_sentence(get_family(family).title)


def with_article(title: str) -> str:
    """Return "a linear model", "an SVM"."""
    # Read letter by letter: an S-V-M.
    spelled = title[:2].isupper() and title[0] in "AEFHILMNORSX"
    return f"{'an' if spelled or title[:1] in 'aeioAEIO' else 'a'} {title}"


def number(value: float, digits: int = 3) -> str:
    """Write a number with a real minus sign and without needless digits: 0.973, −0.012, 12.4."""
    if value and abs(value) < _PLAIN_LIMIT:
        mantissa, power = f"{abs(value):.1e}".split("e")
        text = f"{mantissa}e{int(power)}"
    elif abs(value) >= 10:
        text = f"{abs(value):,.{1 if abs(value) < 1000 else 0}f}"
    else:
        text = f"{abs(value):.{digits}f}"
    negative = value < 0 and any(digit in text for digit in "123456789")
    return f"{MINUS if negative else ''}{text}"


def short(value: float) -> str:
    """Write a number with two significant digits: 0.52, 0.0031, 140."""
    if not value:
        return "0"
    places = max(0, 1 - math.floor(math.log10(abs(value))))
    text = f"{abs(value):,.{min(places, 8)}f}"
    return f"{MINUS if value < 0 else ''}{text}"


def with_interval(score: Score, *, brackets: bool = True) -> str:
    """Write a score with its interval: 0.973 (95 % interval 0.951 to 0.989).

    Args:
        score: The score, which has a value.
        brackets: False writes a comma instead, for use inside brackets.
    """
    assert score.value is not None
    if score.low is None or score.high is None:
        return number(score.value)
    ends = f"95 % interval {number(score.low)} to {number(score.high)}"
    return f"{number(score.value)} ({ends})" if brackets else f"{number(score.value)}, {ends}"


def p_words(value: float) -> str:
    """Write a p-value: p = 0.42, p = 0.0099, p < 0.0001."""
    if value < _PLAIN_LIMIT:
        return "p < 0.0001"
    return f"p = {value:.2g}"


def listed(names: Sequence[str], most: int = 5) -> str:
    """Return "a, b and c", or "a, b, c and 12 more"."""
    shown = list(names[:most])
    rest = len(names) - len(shown)
    if rest:
        return f"{', '.join(shown)} and {rest:,} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def as_sentence(text: str) -> str:
    """Return a text of the user that ends like a sentence."""
    text = " ".join(text.split())
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
