"""Tip 9: sentences that may be written, their reservations, and what was not shown."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from deepbench.data.wording import in_sentence
from deepbench.errors import PlanError, StageBlocked
from deepbench.evaluation.metrics import metrics_for, tuning_metric
from deepbench.models.registry import get_family
from deepbench.plan import FeatureClaim, StudyPlan
from deepbench.study.records import (
    AttributionRecord,
    ClaimRecord,
    ClaimsRecord,
    FeatureImportance,
    SampleSheetRecord,
    SplitRecord,
    TestRecord,
)

MOST_CLAIMS = 10
# Below this rank correlation of value and attribution no direction is claimed.
CLEAR_DIRECTION = 0.3
# An AUROC above this is rare in biology unless the outcome was measured.
SUSPICIOUS_AUROC = 0.98
_CHECKLIST = (
    "Check whether a feature holds the outcome or was known only after it, whether samples of "
    "one unit or duplicates lie on both sides of the split, and whether batch or site tells the "
    "classes apart."
)


def build_claims(
    attribution: AttributionRecord | None,
    plan: StudyPlan,
    sheet: SampleSheetRecord,
    split: SplitRecord,
    test: TestRecord,
    signal: str,
) -> ClaimsRecord:
    """Write what may be claimed about the features of the chosen model.

    Args:
        attribution: What the chosen model uses; None if it was not looked at.
        plan: Answers about features, ceiling and organism.
        sheet: Task, outcome and classes.
        split: How test samples were set aside.
        test: Scores on the test set, if it was opened.
        signal: Verdict of the shuffled-label check: yes, no or unclear.

    Raises:
        StageBlocked: a top feature was known only after the outcome.
    """
    if signal != "yes":
        return ClaimsRecord(
            claims=(),
            not_shown=(
                f"That {sheet.outcome} can be predicted from these features: there is no clear "
                "evidence of signal, so nothing may be claimed about single features.",
            ),
            ceiling="",
        )
    claims: tuple[ClaimRecord, ...] = ()
    if attribution is not None:
        _block_known_afterwards(attribution, plan)
        claims = tuple(
            ClaimRecord(
                feature=feature.feature,
                sentence=_sentence(feature, attribution, sheet),
                reservations=_reservations(plan.claims.features.get(feature.feature)),
            )
            for feature in _claimable(attribution)
        )
    return ClaimsRecord(
        claims=claims, not_shown=_not_shown(plan, split), ceiling=_ceiling(plan, sheet, test)
    )


def check_answered_features(plan: StudyPlan, features: Iterable[str]) -> None:
    """Check that the features answered in ``[claims.features]`` exist.

    A misspelt name would otherwise switch off the block for features known after the outcome.

    Raises:
        PlanError: a name is not a column of the table.
    """
    known = set(features)
    for name in plan.claims.features:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise PlanError(
                f"[claims.features] answers for '{name}', which is not a column of the table.",
                f"Did you mean '{near[0]}'?" if near else "Correct the name or remove it.",
            )


def _block_known_afterwards(attribution: AttributionRecord, plan: StudyPlan) -> None:
    late = [
        feature.feature
        for feature in attribution.features
        if (answer := plan.claims.features.get(feature.feature)) is not None
        and answer.known_before_outcome == "no"
    ]
    if late:
        names = ", ".join(f"'{name}'" for name in late)
        verb = "is" if len(late) == 1 else "are"
        model = _title(attribution)
        raise StageBlocked(
            f"{names} {verb} among the features that the chosen model, {model}, uses most, "
            "but by the plan not known before the outcome. The score depends on it, so nothing "
            "can be claimed.",
            f"Add {names} to ignore under [roles] and run again, so that no model sees "
            f"{'it' if len(late) == 1 else 'them'}.",
        )


def _claimable(attribution: AttributionRecord) -> tuple[FeatureImportance, ...]:
    """Return the top features; with a shuffled-label twin, only those that clear it."""
    clear = MOST_CLAIMS if attribution.above_twin is None else attribution.above_twin
    return attribution.features[: min(MOST_CLAIMS, clear)]


def _sentence(
    feature: FeatureImportance, attribution: AttributionRecord, sheet: SampleSheetRecord
) -> str:
    numbers = (
        f"mean contribution {feature.importance:.2g}, {feature.low:.2g} to {feature.high:.2g} "
        f"over {attribution.folds} folds, in {attribution.unit}"
    )
    end = f"in the chosen model, {_title(attribution)}; this is an association, not a cause."
    direction = feature.direction
    if direction is None or abs(direction) < CLEAR_DIRECTION:
        return f"{feature.feature} was used to predict {sheet.outcome} ({numbers}) {end}"
    target = (
        f"a higher predicted probability of {sheet.classes[1]}"
        if sheet.task == "binary"
        else f"a higher predicted {sheet.outcome}"
    )
    side = "Higher" if direction > 0 else "Lower"
    return (
        f"{side} {feature.feature} went with {target} (rank correlation of value and contribution "
        f"{direction:.2f}; {numbers}) {end}"
    )


def _title(attribution: AttributionRecord) -> str:
    return in_sentence(get_family(attribution.model).title)


def _reservations(answer: FeatureClaim | None) -> tuple[str, ...]:
    answer = answer or FeatureClaim.model_validate({})
    said: list[str] = []
    if answer.known_before_outcome == "unknown":
        said.append("It is not stated whether the value was known before the outcome.")
    if answer.plausible == "no":
        said.append("No biological explanation is known.")
    elif answer.plausible == "unknown":
        said.append("It is not stated whether there is a biological explanation.")
    if answer.artefact == "yes":
        said.append("Batch, site or processing could produce this association.")
    elif answer.artefact == "unknown":
        said.append("It is not stated whether batch, site or processing could produce this.")
    if answer.note:
        said.append(answer.note)
    return tuple(said)


def _not_shown(plan: StudyPlan, split: SplitRecord) -> tuple[str, ...]:
    organism = plan.question.organism
    said = [
        "Cause: changing a feature need not change the outcome.",
        "Mechanism: a feature can stand in for another that was not measured.",
    ]
    if split.design != "leave-one-site-out":
        said.append("Other sites, laboratories and instruments than those in the data.")
    if split.design != "time":
        said.append("Samples taken later than those in the data.")
    said.append(f"Other organisms than {organism}." if organism else "Other organisms.")
    said.append("Groups that are not, or hardly, in the data.")
    return tuple(said)


def _ceiling(plan: StudyPlan, sheet: SampleSheetRecord, test: TestRecord) -> str:
    """Compare the test score with the best one that is possible at all."""
    metric = tuning_metric(sheet.task)
    score = test.metrics.get(metric)
    if score is None or score.value is None:
        return ""
    title = metrics_for(sheet.task)[metric].title
    ceiling = plan.suitability.expected_ceiling
    if ceiling is not None and score.value > ceiling:
        return (
            f"Too good to be true: {title} on the test set is {score.value:.3f}, above the best "
            f"possible score of {ceiling:.2f} stated in the plan. {_CHECKLIST}"
        )
    measured = plan.suitability.label_reliability == "measured"
    if sheet.task != "regression" and score.value > SUSPICIOUS_AUROC and not measured:
        return (
            f"Too good to be true? {title} on the test set is {score.value:.3f}, and the plan "
            f"does not say that the outcome was measured. {_CHECKLIST}"
        )
    if ceiling is not None:
        return (
            f"{title} on the test set, {score.value:.3f}, does not exceed the best possible score "
            f"of {ceiling:.2f} stated in the plan."
        )
    return f"{title} on the test set is {score.value:.3f}; no best possible score was stated."
