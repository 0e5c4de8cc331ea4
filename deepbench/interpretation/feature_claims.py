"""Sentences about features and groups of correlated features: association, with numbers."""

from __future__ import annotations

from collections.abc import Iterator

from deepbench.data.wording import noun
from deepbench.interpretation.claim_material import (
    ClaimMaterial,
    as_sentence,
    listed,
    number,
    short,
    with_article,
    with_interval,
)
from deepbench.plan import FeatureClaim
from deepbench.study.claimable import CLEAR_DIRECTION, clear_features, goal_of
from deepbench.study.records import (
    AttributionRecord,
    ClaimRecord,
    FeatureGroup,
    FeatureImportance,
)

_MOST_GROUPS = 5
_SMALLEST_GROUP = 2
#: A rank that varies by so many places over fits is said.
_UNSTEADY_RANKS = 10
_QUESTIONS = ("known_before_outcome", "plausible", "artefact")
NOTHING_STATED = (
    "It is not stated whether the value was known before the outcome, whether there is a "
    "biological explanation, or whether batch, site or processing could produce this."
)
END = "This is an association, not a cause."


def feature_claims(material: ClaimMaterial) -> tuple[ClaimRecord, ...]:
    """Return a sentence for each feature that the chosen model clearly uses."""
    chosen = material.chosen
    if chosen is None:
        return ()
    return tuple(
        ClaimRecord(
            feature=feature.feature,
            sentence=_sentence(feature, chosen, material),
            reservations=tuple(_reservations(feature, chosen, material)),
        )
        for feature in clear_features(chosen)
    )


def group_claims(material: ClaimMaterial) -> tuple[ClaimRecord, ...]:
    """Return a sentence for each group of correlated features that the chosen model uses."""
    chosen = material.chosen
    if chosen is None:
        return ()
    claimable = [group for group in chosen.groups if _is_clear(group, chosen)]
    return tuple(_group(group, chosen, material) for group in claimable[:_MOST_GROUPS])


def _is_clear(group: FeatureGroup, chosen: AttributionRecord) -> bool:
    if len(group.features) < _SMALLEST_GROUP or group.clears_twin is False:
        return False
    clear = {feature.feature for feature in clear_features(chosen)}
    return group.clears_twin is True or bool(clear & set(group.features))


# --- one feature ------------------------------------------------------------------------------


def _sentence(
    feature: FeatureImportance, chosen: AttributionRecord, material: ClaimMaterial
) -> str:
    return (
        f"In {material.samples}, {_what_went_together(feature, material)} in {_model(material)}: "
        f"mean contribution {_numbers(feature, chosen)}{_selected(feature.feature, material)}. "
        f"{END}"
    )


def _what_went_together(feature: FeatureImportance, material: ClaimMaterial) -> str:
    sheet, direction = material.sheet, feature.direction
    unclear = direction is None or abs(direction) < CLEAR_DIRECTION
    if direction is None or unclear or sheet.task == "multiclass":
        return f"{feature.feature} was used to predict {sheet.outcome}"
    target = (
        f"a higher predicted probability of {goal_of(sheet)}"
        if sheet.task == "binary"
        else f"a higher predicted {sheet.outcome}"
    )
    side = "higher" if direction > 0 else "lower"
    return (
        f"{side} {feature.feature} went with {target} (rank correlation of value and contribution "
        f"{number(direction, 2)})"
    )


def _model(material: ClaimMaterial) -> str:
    score, model = material.test_score, with_article(material.model)
    if score is None:
        return model
    return f"{model} (test {material.metric} {with_interval(score, brackets=False)})"


def _numbers(item: FeatureImportance | FeatureGroup, chosen: AttributionRecord) -> str:
    text = (
        f"{short(item.importance)} (95 % interval {short(item.low)} to {short(item.high)}; "
        f"{chosen.unit})"
    )
    if item.twin is None:
        return text
    return f"{text}, against {short(item.twin)} in models of shuffled labels"


def _selected(name: str, material: ClaimMaterial) -> str:
    panels = material.found.panels
    if panels is None:
        return ""
    for item in panels.features:
        if item.feature == name:
            return (
                f"; selected in {100 * item.frequency:.0f} % of {panels.fits} panels of "
                f"{panels.shown_size} {noun(panels.shown_size, 'feature')}"
            )
    return ""


def _reservations(
    feature: FeatureImportance, chosen: AttributionRecord, material: ClaimMaterial
) -> Iterator[str]:
    answer = material.plan.claims.features.get(feature.feature)
    yield from answered(answer or FeatureClaim.model_validate({}))
    for item in material.found.asked:
        if item.feature == feature.feature:
            # A number of the data holds whatever was answered.
            yield from (hint.text for hint in item.hints if hint.kind == "tie")
    yield from _group_of(feature, chosen)
    low, high = feature.rank_low, feature.rank_high
    if low is not None and high is not None and high - low >= _UNSTEADY_RANKS:
        yield f"Its rank varied from {low} to {high} between fits."
    yield from (
        direction.sentence
        for imitation in material.found.imitations[:1]
        for direction in imitation.directions
        if direction.feature == feature.feature and direction.contradicts
    )
    if answer is not None and answer.note.strip():
        yield as_sentence(answer.note)


def _group_of(feature: FeatureImportance, chosen: AttributionRecord) -> Iterator[str]:
    if feature.group is None or feature.group >= len(chosen.groups):
        return
    group = chosen.groups[feature.group]
    others = [name for name in group.features if name != feature.feature]
    if others:
        yield (
            f"It goes with {listed(others)} (rank correlation of {number(group.correlation, 2)} "
            f"or more): the model may use {noun(len(others), 'either', 'any of them')} in its "
            "place."
        )


def answered(answer: FeatureClaim) -> Iterator[str]:
    """Return what follows from the answers to the three questions."""
    if all(getattr(answer, question) == "unknown" for question in _QUESTIONS):
        yield NOTHING_STATED
        return
    if answer.known_before_outcome == "unknown":
        yield "It is not stated whether the value was known before the outcome."
    if answer.plausible == "no":
        yield "No biological explanation is known."
    elif answer.plausible == "unknown":
        yield "It is not stated whether there is a biological explanation."
    if answer.artefact == "yes":
        yield "Batch, site or processing could produce this association."
    elif answer.artefact == "unknown":
        yield "It is not stated whether batch, site or processing could produce this."


# --- a group ----------------------------------------------------------------------------------


def _group(group: FeatureGroup, chosen: AttributionRecord, material: ClaimMaterial) -> ClaimRecord:
    together = "Both" if len(group.features) == _SMALLEST_GROUP else "All"
    sentence = (
        f"In {material.samples}, {listed(group.features)} go together (rank correlation of "
        f"{number(group.correlation, 2)} or more); as a group they were used to predict "
        f"{material.sheet.outcome} in {_model(material)}: mean contribution "
        f"{_numbers(group, chosen)}. {END}"
    )
    return ClaimRecord(
        kind="group",
        feature="",
        sentence=sentence,
        reservations=(
            f"{together} of them carry the same message here: the model may use "
            f"{noun(len(group.features) - 1, 'either', 'any of them')}, and the data do not tell "
            "which one matters.",
        ),
        features=group.features,
    )
