"""Which features stage 12 asks about: the same for the engine, the command line and the window."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from deepbench.study.records import (
    AskedFeatureRecord,
    AttributionRecord,
    FeatureImportance,
    InterpretationRecord,
    PanelsRecord,
    SampleSheetRecord,
)

User = Literal["chosen model", "best network", "short panel"]

#: Sentences are written about so many features of the chosen model.
MOST_CLAIMS: Final = 10
#: Below this rank correlation of value and attribution no direction is claimed.
CLEAR_DIRECTION: Final = 0.3
#: Nobody answers questions about a hundred features.
_MOST_OF_NETWORK, _MOST_ASKED = 5, 20
#: A panel holds the features that most of its fits selected.
_OFTEN = 0.5


def clear_features(model: AttributionRecord) -> tuple[FeatureImportance, ...]:
    """Return the top features of a model; with a shuffled-label twin, those that clear it."""
    features = model.features
    if any(feature.clears_twin is not None for feature in features):
        features = tuple(feature for feature in features if feature.clears_twin)
    elif model.above_twin is not None:
        features = features[: model.above_twin]
    return features[:MOST_CLAIMS]


def panel_names(panels: PanelsRecord) -> tuple[str, ...]:
    """Return the features of the panel that is shown, those selected most often first."""
    chosen = [item for item in panels.features if item.in_panel]
    if not chosen:
        chosen = [item for item in panels.features if item.frequency >= _OFTEN]
    return tuple(item.feature for item in chosen[: panels.shown_size])


def features_to_ask(found: InterpretationRecord | None) -> tuple[AskedFeatureRecord, ...]:
    """Return the features to ask about, with what the program knows of each.

    First those of the chosen model, then of the short panel, then of the best network; studies
    of before hold no hints.
    """
    if found is None:
        return ()
    if found.asked:
        return found.asked
    return tuple(
        AskedFeatureRecord(feature=name, used_by=used_by(found, name)) for name in _names(found)
    )


def used_by(found: InterpretationRecord, name: str) -> tuple[User, ...]:
    """Return what uses a feature."""
    users: list[User] = []
    for place, model in enumerate(found.models[:2]):
        if any(feature.feature == name for feature in model.features):
            users.append("best network" if place else "chosen model")
    if found.panels is not None and name in panel_names(found.panels):
        users.insert(1 if "chosen model" in users else 0, "short panel")
    return tuple(users)


def _names(found: InterpretationRecord) -> Sequence[str]:
    names: list[str] = []
    if found.models:
        names += (feature.feature for feature in clear_features(found.models[0]))
    if found.panels is not None:
        names += panel_names(found.panels)
    for network in found.models[1:2]:
        names += (feature.feature for feature in clear_features(network)[:_MOST_OF_NETWORK])
    return tuple(dict.fromkeys(names))[:_MOST_ASKED]


#: Names of classes that say nothing without the outcome.
_BARE = frozenset("yes no true false positive negative pos neg case control ja nein".split())


def goal_of(sheet: SampleSheetRecord) -> str:
    """Return the positive of two classes as sentences use it: "malignant", "disease = yes"."""
    positive = sheet.classes[1]
    is_bare = positive.casefold() in _BARE or not any(sign.isalpha() for sign in positive)
    return f"{sheet.outcome} = {positive}" if is_bare else positive


def names_in_claims(
    sheet: SampleSheetRecord | None, asked: Iterable[AskedFeatureRecord]
) -> tuple[str, ...]:
    """Return names of columns and classes whose words are no wording of the user."""
    names = [item.feature for item in asked]
    if sheet is not None:
        names += [sheet.outcome, *sheet.classes]
        names += (name for columns in sheet.roles.values() for name in columns)
    return tuple(dict.fromkeys(names))
