"""What the program itself knows about a feature that stage 12 asks about.

Hints, never answers: they stand beside the questions. An alarm at every column would be read by
nobody, so that each has to be unlikely for an innocent feature.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from deepbench.data.findings.afterwards import may_be_late, sounds_late
from deepbench.data.findings.base import percent
from deepbench.data.wording import counted, decimal
from deepbench.evaluation.metrics import metrics_for, tuning_metric
from deepbench.interpretation.annotation_ties import Tie
from deepbench.study.records import (
    AskedFeatureRecord,
    CheckRecord,
    ChoiceRecord,
    FeatureHintRecord,
    FindingRecord,
    ImitationRecord,
    SampleSheetRecord,
)

Question = Literal["known_before_outcome", "plausible", "artefact"]
KNOWN: Question = "known_before_outcome"
PLAUSIBLE: Question = "plausible"
ARTEFACT: Question = "artefact"

#: A single feature with this share of what the model has above chance nearly does its work …
NEARLY_ALL = 0.95
#: … and stands out if at most so many do: among many that do, the signal is simply broad.
_FEW = 2

_FINDINGS: Mapping[str, tuple[Question, str]] = {
    "suspicious feature": (KNOWN, "it tells the outcome so well that it may contain it"),
    "computed outcome": (KNOWN, "the outcome may have been computed from it"),
    "known afterwards": (
        KNOWN,
        "its name sounds like something known only after the outcome, and its values go with it",
    ),
    "identifier": (ARTEFACT, "it numbers or names the samples"),
    "possible role": (ARTEFACT, "it may say how a sample was taken or measured"),
    "drift": (ARTEFACT, "it drifts with the order in which samples were measured"),
    "plate position": (ARTEFACT, "it goes with the position on the plate"),
    "mixed units": (ARTEFACT, "its values may be in different units"),
    "mixed scales": (ARTEFACT, "its values may be on different scales"),
    "values at a limit": (ARTEFACT, "many values lie at a limit of the measurement"),
    "zeros for gaps": (ARTEFACT, "its zeros may stand for missing values"),
    "code for missing?": (ARTEFACT, "one of its values may stand for “missing”"),
    "impossible values": (ARTEFACT, "it holds values that cannot be"),
    "shortcut": (ARTEFACT, "it tells the classes apart in a way that needs no biology"),
}
FOUND = "The data check: {what}."
LATE = (
    "Its name sounds like something known only after the outcome. Was it in the record on the "
    "day of the prediction?"
)
PERHAPS_LATE = (
    "By its name it may be from before or after the outcome. Was it in the record on the day of "
    "the prediction?"
)
ALONE = (
    "Alone it reaches {metric} {alone} on held-out samples, the whole model {model}. Such "
    "a value is either the finding itself or tells what happened afterwards."
)
TIED = (
    "{share} of its variance goes with the {role} “{column}” ({units}, on ranks); with the "
    "outcome goes {outcome}."
)
GAPS = (
    "Whether it was measured at all goes with the {role} “{column}” ({share} in common, {units}); "
    "with the outcome goes {outcome}. Models can read it from the gaps."
)


@dataclass(frozen=True)
class Known:
    """What was found out about the features that are asked about.

    Attributes:
        ties: Strong ties with columns of the sample sheet, by feature.
        alone: Scores of single features.
        check: Findings of the data check.
        choice: Score that the chosen model is expected to have.
        sheet: Task.
        imitations: Contradictions with what was expected.
    """

    ties: Mapping[str, Sequence[Tie]]
    alone: Mapping[str, float]
    check: CheckRecord
    choice: ChoiceRecord
    sheet: SampleSheetRecord
    imitations: Sequence[ImitationRecord] = ()


def with_hints(
    asked: Sequence[AskedFeatureRecord], known: Known
) -> tuple[AskedFeatureRecord, ...]:
    """Return the features with scores and hints."""
    standing_out = _standing_out(known)
    made = []
    for item in asked:
        name = item.feature
        alone = known.alone.get(name)
        stands_out = name in standing_out
        hints = [
            *_from_findings(name, known.check.findings),
            *_from_name(name, known.check.findings),
            *([_said_alone(alone, known)] if stands_out and alone is not None else []),
            *(_said_tie(tie) for tie in known.ties.get(name, ())),
            *_contradictions(name, known.imitations),
        ]
        made.append(
            item.model_copy(
                update={"alone": alone, "stands_out": stands_out, "hints": tuple(hints)}
            )
        )
    return tuple(made)


def chance_level(sheet: SampleSheetRecord) -> float:
    """Return what guessing scores in the tuning metric."""
    return 0.0 if sheet.task == "regression" else 0.5


def _standing_out(known: Known) -> set[str]:
    model, chance = known.choice.expected.value, chance_level(known.sheet)
    if model is None or model <= chance:
        return set()
    enough = chance + NEARLY_ALL * (model - chance)
    found = {name for name, score in known.alone.items() if score >= enough}
    return found if len(found) <= _FEW else set()


def _said_alone(alone: float, known: Known) -> FeatureHintRecord:
    metric = tuning_metric(known.sheet.task)
    model = known.choice.expected.value
    assert model is not None
    text = ALONE.format(
        metric=metrics_for(known.sheet.task)[metric].title,
        alone=decimal(alone, 3),
        model=decimal(model, 3),
    )
    return FeatureHintRecord(question=KNOWN, text=text, kind="alone")


def _said_tie(tie: Tie) -> FeatureHintRecord:
    text = (GAPS if tie.gaps else TIED).format(
        share=percent(tie.share),
        role=tie.role,
        column=tie.column,
        units=counted(tie.units, "unit"),
        outcome=percent(tie.outcome_share),
    )
    return FeatureHintRecord(question=ARTEFACT, text=text[:1].upper() + text[1:], kind="tie")


def _from_findings(name: str, findings: Sequence[FindingRecord]) -> list[FeatureHintRecord]:
    hints = []
    for finding in findings:
        said = _FINDINGS.get(finding.kind)
        if said is None or name not in finding.columns or finding.severity == "info":
            continue
        question, what = said
        hints.append(FeatureHintRecord(question=question, text=FOUND.format(what=what)))
    return hints


def _from_name(name: str, findings: Sequence[FindingRecord]) -> list[FeatureHintRecord]:
    said = any(
        finding.kind == "known afterwards" and name in finding.columns
        for finding in findings
        if finding.severity != "info"
    )
    if said:
        return []
    if sounds_late(name):
        return [FeatureHintRecord(question=KNOWN, text=LATE, kind="name")]
    if may_be_late(name):
        return [FeatureHintRecord(question=KNOWN, text=PERHAPS_LATE, kind="name")]
    return []


def _contradictions(name: str, imitations: Sequence[ImitationRecord]) -> list[FeatureHintRecord]:
    for imitation in imitations[:1]:
        for direction in imitation.directions:
            if direction.feature == name and direction.contradicts:
                return [
                    FeatureHintRecord(
                        question=PLAUSIBLE, text=direction.sentence, kind="direction"
                    )
                ]
    return []
