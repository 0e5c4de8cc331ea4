"""Importance of features as one list, wherever it comes from: a record, or a view of all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from deepbench.study.records import AttributionRecord
from deepbench.study.records.interpretation_views import AllImportancesRecord, ImportancesRecord

Column = tuple[float, ...]
Known = tuple[float | None, ...]


@dataclass(frozen=True, eq=False)
class Importances:
    """Importances of one model: columns of equal length, the largest importance first.

    There may be 20,000 features, so there is no object for each.

    Attributes:
        model: Its name.
        unit: What importances are measured in.
        effect_name: What the effect of a single feature is; empty if there is none.
        features: Their names.
        importance: Mean size of what each adds.
        low: Lower ends of the intervals.
        high: Upper ends.
        twin: Importance with shuffled labels; None where not known, as below.
        direction: Rank correlation of value and attribution.
        effect: Effect of the feature on its own.
        effect_p: p-value of that.
        clears: Whether it weighs more than with shuffled labels.
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
    features: tuple[str, ...]
    importance: Column
    low: Column
    high: Column
    twin: Known
    direction: Known
    effect: Known
    effect_p: Known
    clears: tuple[bool | None, ...]
    threshold: float | None = None
    complete: bool = False
    preview: bool = False
    intervals: bool = True
    ranks: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def above(self) -> int | None:
        """How many features clear the twin; None without a twin."""
        if all(clears is None for clears in self.clears):
            return None
        return self.clears.count(True)

    @property
    def has_effects(self) -> bool:
        """Whether effects of single features are known."""
        return any(effect is not None for effect in self.effect)


#: What is shown before there is anything.
NOTHING = Importances("", "", "", (), (), (), (), (), (), (), (), ())


def of_record(record: AttributionRecord) -> Importances:
    """Return the importances that a record lists."""
    found = record.features
    return Importances(
        model=record.model,
        unit=record.unit,
        effect_name=record.effect_name,
        features=tuple(one.feature for one in found),
        importance=tuple(one.importance for one in found),
        low=tuple(one.low for one in found),
        high=tuple(one.high for one in found),
        twin=tuple(one.twin for one in found),
        direction=tuple(one.direction for one in found),
        effect=tuple(one.effect for one in found),
        effect_p=(None,) * len(found),
        clears=tuple(is_above(record, place) for place in range(len(found))),
        intervals=record.fits > 0,
        ranks=_ranks(record),
    )


def of_view(view: ImportancesRecord, record: AttributionRecord | None) -> Importances:
    """Return the importances of all features.

    Args:
        view: They.
        record: What was found of the same model; None while only a first look is there.
    """
    return Importances(
        model=view.model,
        unit=view.unit,
        effect_name=view.effect_name,
        features=view.features,
        importance=view.importance,
        low=view.low,
        high=view.high,
        twin=view.twin,
        direction=view.direction,
        effect=view.effect,
        effect_p=view.effect_p,
        clears=view.clears_twin,
        threshold=view.threshold,
        complete=True,
        preview=view.preview,
        ranks=_ranks(record) if record is not None else {},
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


def matching(found: Importances, part: str, *, only_clear: bool) -> list[int]:
    """Return the places of the features whose name holds a text.

    Args:
        found: All of them.
        part: Part of the name, in any case; empty for all.
        only_clear: Whether only those that clear the twin are wanted.
    """
    wanted = part.strip().casefold()
    return [
        place
        for place, (name, clears) in enumerate(zip(found.features, found.clears, strict=True))
        if (clears is True or not only_clear) and wanted in name.casefold()
    ]


def _ranks(record: AttributionRecord) -> dict[str, tuple[int, int]]:
    return {
        found.feature: (found.rank_low, found.rank_high)
        for found in record.features
        if found.rank_low is not None and found.rank_high is not None
    }
