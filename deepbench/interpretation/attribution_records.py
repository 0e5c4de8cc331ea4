"""From importances to the records that pages and the report show."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from deepbench.data.wording import counted, decimal, noun
from deepbench.interpretation.agreement import chance_text
from deepbench.interpretation.attributions import NO_METHOD
from deepbench.interpretation.correlated_groups import LEAST_CORRELATION
from deepbench.interpretation.importance import Importance
from deepbench.interpretation.univariate import Univariate
from deepbench.study.records import (
    AttributionRecord,
    FeatureGroup,
    FeatureImportance,
)
from deepbench.study.records.interpretation_views import ImportancesRecord

KEPT_FEATURES = 30
# Features whose recurrence in other folds is counted.
_TOP = 20
# Correlation with the importances under random weights from which on it is a warning.
_ALIKE = 0.5

_METHOD = (
    "Attributions by {method}: {samples}, each explained by a model that was not fitted on it or "
    "on others of its unit."
)
_NOTHING = "The model uses no feature."
_SHARED = (
    "Of their {top} most important features, two folds share {value:.1f} on average ({chance} by "
    "chance)."
)
_STABILITY = (
    "Over all features in use, the order agrees between folds with a mean rank correlation of "
    "{value} (1: the same order, 0: none in common){more}."
)
_TWIN_STABILITY = "with shuffled labels {value}"
_STARTS = "between random starts of the same fold {value}"
_NOISE = "shuffled labels, and copies of features with values exchanged between units"
_ABOVE = (
    "{above} of {used} {stand} out from noise: {they} more than features of no use do in such a "
    f"model ({_NOISE}). In simulations one in ten such features was noise all the same."
)
_REPLACEABLE = (
    "{some} of them {have} an interval that reaches down to 0: fitted to other samples, such a "
    "model may do without, for instance where another feature says the same."
)
_NONE_ABOVE = (
    "No feature stands out from noise: features of no use weigh as much in such a model "
    f"({_NOISE}). Do not name single features as what the model uses."
)
_GROUPS = (
    "{features} stand in {groups} that say nearly the same (rank correlation of at least "
    f"{LEAST_CORRELATION:g} between any two). A model divides such features as it likes: read a "
    "group as one."
)
_WEIGHTS_ALIKE = (
    "With random weights the same network puts features in much the same order (rank correlation "
    "{value}), so the order says more about how the features vary than about what was learned."
)
_MISSED = (
    "The attributions miss the model's output by up to {error:.2g}, more than {method} may, so "
    "they are not to be relied on."
)


def attribution_record(
    found: Importance,
    groups: Sequence[FeatureGroup],
    single: Univariate,
    features_of_table: int,
) -> AttributionRecord:
    """Return what one model uses.

    Args:
        found: Importances of all features.
        groups: Groups of correlated features.
        single: Effects of single features.
        features_of_table: Features that the model could have used.
    """
    first = found.fits.folds[0]
    shared = found.shared_top(_TOP) if features_of_table >= 2 * _TOP else None
    group_of = {name: place for place, group in enumerate(groups) for name in group.features}
    return AttributionRecord(
        model=first.model,
        method=_method(found),
        unit=first.unit,
        samples=sum(len(fold.rows) for fold in found.fits.folds),
        folds=len(found.fits.folds),
        features=tuple(_feature(found, i, single, group_of) for i in found.order[:KEPT_FEATURES]),
        rank_stability=found.rank_stability,
        local_accuracy_error=found.error,
        above_twin=found.above,
        sentences=_sentences(found, groups, shared, features_of_table),
        fits=len(found.fits.single_fits),
        groups=tuple(groups),
        start_stability=found.start_stability,
        shuffled_stability=found.shuffled_stability,
        weights_check=found.weights_check,
        top=_TOP if shared is not None else 0,
        shared_top=shared,
        locally_accurate=found.is_locally_accurate,
        effect_name=single.name,
    )


def importances_record(
    found: Importance, single: Univariate, *, preview: bool
) -> ImportancesRecord:
    """Return the importance of every feature in use, with six digits.

    Args:
        found: Importances of all features.
        single: Effects of single features.
        preview: Whether only few samples were looked at.
    """
    order = list(found.order)
    names = found.ranked
    effects = [single.effects.get(name) for name in names]
    return ImportancesRecord(
        model=found.fits.folds[0].model,
        unit=found.fits.folds[0].unit,
        effect_name=single.name,
        features=names,
        importance=tuple(_short(value) for value in found.importance[order]),
        low=tuple(_short(value) for value in found.low[order]),
        high=tuple(_short(value) for value in found.high[order]),
        twin=tuple(None if found.twin is None else _short(found.twin[i]) for i in order),
        direction=tuple(_known(value) for value in found.direction[order]),
        effect=tuple(None if effect is None else _short(effect[0]) for effect in effects),
        effect_p=tuple(None if effect is None else _short(effect[1]) for effect in effects),
        clears_twin=tuple(None if found.clears is None else bool(found.clears[i]) for i in order),
        threshold=found.thresholds.joint,
        preview=preview,
    )


def _feature(
    found: Importance, number: int, single: Univariate, group_of: dict[str, int]
) -> FeatureImportance:
    name = found.features[number]
    effect = single.effects.get(name)
    direction = float(found.direction[number])
    return FeatureImportance(
        feature=name,
        importance=float(found.importance[number]),
        low=float(found.low[number]),
        high=float(found.high[number]),
        direction=direction if np.isfinite(direction) else None,
        twin=None if found.twin is None else float(found.twin[number]),
        clears_twin=None if found.clears is None else bool(found.clears[number]),
        rank_low=int(found.rank_low[number]),
        rank_high=int(found.rank_high[number]),
        effect=None if effect is None else effect[0],
        group=group_of.get(name),
    )


def _method(found: Importance) -> str:
    """Return the method of the first fold that needed one."""
    methods = [fold.method for fold in found.fits.folds]
    return next((method for method in methods if method != NO_METHOD), NO_METHOD)


def _sentences(
    found: Importance,
    groups: Sequence[FeatureGroup],
    shared: float | None,
    features_of_table: int,
) -> tuple[str, ...]:
    folds = found.fits.folds
    if not found.order:
        return (_NOTHING,)
    samples = counted(sum(len(fold.rows) for fold in folds), "sample")
    said = [_METHOD.format(method=_method(found), samples=samples)]
    said += dict.fromkeys(text for fold in folds for text in fold.sentences)
    said += [
        *_of_stability(found, shared, features_of_table),
        *_of_noise(found),
        *_of_groups(groups),
    ]
    check = found.weights_check
    if check is not None and check > _ALIKE:
        said.append(_WEIGHTS_ALIKE.format(value=decimal(check, 2)))
    if not found.is_locally_accurate:
        said.append(_MISSED.format(error=found.error, method=_method(found)))
    return tuple(said)


def _of_stability(found: Importance, shared: float | None, features_of_table: int) -> list[str]:
    said = []
    if shared is not None:
        chance = chance_text(_TOP**2 / features_of_table)
        said.append(_SHARED.format(top=_TOP, value=shared, chance=chance))
    if found.rank_stability is not None:
        parts = (
            (_TWIN_STABILITY, found.shuffled_stability),
            (_STARTS, found.start_stability),
        )
        more = "".join(
            f"; {text.format(value=decimal(value, 2))}"
            for text, value in parts
            if value is not None
        )
        said.append(_STABILITY.format(value=decimal(found.rank_stability, 2), more=more))
    return said


def _of_noise(found: Importance) -> list[str]:
    above = found.above
    if above is None:
        return []
    if not above:
        return [_NONE_ABOVE]
    said = [
        _ABOVE.format(
            above=f"{above:,}",
            used=counted(len(found.order), "feature"),
            stand=noun(above, "stands", "stand"),
            they=noun(above, "it weighs", "they weigh"),
        )
    ]
    assert found.clears is not None
    uncertain = int((found.clears & (found.low <= 0.0)).sum())
    if uncertain:
        said.append(
            _REPLACEABLE.format(some=f"{uncertain:,}", have=noun(uncertain, "has", "have"))
        )
    return said


def _of_groups(groups: Sequence[FeatureGroup]) -> list[str]:
    if not groups:
        return []
    features = counted(sum(len(group.features) for group in groups), "feature")
    return [_GROUPS.format(features=features, groups=counted(len(groups), "group"))]


def _short(value: float) -> float:
    """Return a number with six digits, as many as anybody reads of thousands of features."""
    return float(f"{float(value):.6g}")


def _known(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None
