"""Importance of features as one list, wherever it comes from: a record, or a view of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from deepbench.study.records import AttributionRecord, FeatureImportance
from deepbench.study.records.interpretation_views import AllImportancesRecord, ImportancesRecord

_NO_RANKS: Mapping[str, tuple[int, int]] = MappingProxyType({})


class FeatureLine(NamedTuple):
    """A feature; what is not known of it is None.

    Attributes:
        feature: Its name.
        importance: Mean size of what it adds.
        low: Lower end of its interval.
        high: Upper end.
        twin: Its importance with shuffled labels.
        direction: Rank correlation of value and attribution.
        effect: Its effect on its own.
        effect_p: p-value of that.
        clears: Whether it weighs more than with shuffled labels.
    """

    feature: str
    importance: float
    low: float
    high: float
    twin: float | None
    direction: float | None
    effect: float | None
    effect_p: float | None
    clears: bool | None


@dataclass(frozen=True, eq=False)
class Importances:
    """Importances of one model, the largest first.

    Attributes:
        model: Its name.
        unit: What importances are measured in.
        effect_name: What the effect of a single feature is; empty if there is none.
        lines: The features.
        threshold: What an importance has to exceed to clear the twin; None if not known.
        complete: Whether these are all features the model uses, not only the listed ones.
        preview: Whether only few samples were looked at so far.
        intervals: Whether ``low`` and ``high`` are 95 % intervals; of older results they are the
            smallest and the largest fold.
        ranks: Best and worst rank over fits, of features for which they are known.
    """

    model: str
    unit: str
    effect_name: str
    lines: tuple[FeatureLine, ...]
    threshold: float | None = None
    complete: bool = False
    preview: bool = False
    intervals: bool = True
    ranks: Mapping[str, tuple[int, int]] = _NO_RANKS

    @property
    def above(self) -> int | None:
        """How many features clear the twin; None without a twin."""
        known = [line.clears for line in self.lines if line.clears is not None]
        return sum(known) if known else None

    def place_of(self, feature: str) -> int:
        """Return the place of a feature, from 0; -1 if it is not among them."""
        return next((n for n, line in enumerate(self.lines) if line.feature == feature), -1)


def of_record(record: AttributionRecord) -> Importances:
    """Return the importances that a record lists."""
    return Importances(
        record.model,
        record.unit,
        record.effect_name,
        tuple(_line(record, place, found) for place, found in enumerate(record.features)),
        intervals=record.fits > 0,
        ranks=_ranks(record),
    )


def of_view(view: ImportancesRecord, record: AttributionRecord | None) -> Importances:
    """Return the importances of all features.

    Args:
        view: They.
        record: What was found of the same model; None while only a first look is there.
    """
    columns = (
        view.features,
        view.importance,
        view.low,
        view.high,
        view.twin,
        view.direction,
        view.effect,
        view.effect_p,
        view.clears_twin,
    )
    return Importances(
        view.model,
        view.unit,
        view.effect_name,
        tuple(map(FeatureLine._make, zip(*columns, strict=True))),
        threshold=view.threshold,
        complete=True,
        preview=view.preview,
        ranks=_ranks(record) if record is not None else _NO_RANKS,
    )


def view_of(views: AllImportancesRecord | None, model: str) -> ImportancesRecord | None:
    """Return the view of one model."""
    found = views.models if views is not None else ()
    return next((view for view in found if view.model == model), None)


def is_preview(views: AllImportancesRecord | None) -> bool:
    """Say whether only few samples were looked at so far."""
    return views is not None and any(view.preview for view in views.models)


def is_above(record: AttributionRecord, place: int) -> bool | None:
    """Say whether a listed feature weighs more than with shuffled labels; None without a twin.

    In older results features are listed by importance, and `above_twin` counts those above one
    threshold.
    """
    found = record.features[place].clears_twin
    if found is not None:
        return found
    return None if record.above_twin is None else place < record.above_twin


def matching(lines: Sequence[FeatureLine], part: str, *, only_clear: bool) -> list[FeatureLine]:
    """Return the features whose name holds a text.

    Args:
        lines: All of them.
        part: Part of the name, in any case; empty for all.
        only_clear: Whether only those that clear the twin are wanted.
    """
    wanted = part.strip().casefold()
    return [
        line
        for line in lines
        if (line.clears is True or not only_clear) and wanted in line.feature.casefold()
    ]


def _line(record: AttributionRecord, place: int, found: FeatureImportance) -> FeatureLine:
    return FeatureLine(
        found.feature,
        found.importance,
        found.low,
        found.high,
        found.twin,
        found.direction,
        found.effect,
        None,
        is_above(record, place),
    )


def _ranks(record: AttributionRecord) -> dict[str, tuple[int, int]]:
    return {
        found.feature: (found.rank_low, found.rank_high)
        for found in record.features
        if found.rank_low is not None and found.rank_high is not None
    }
