"""Short panels: the smallest set of features with a simple model that is as good as the whole.

What is scored is the whole recipe: in each fold the features are put in order, and penalty and
way of ordering are chosen, without the rows that are scored. A list found on all samples and then
cross-validated would look good on noise (Ambroise & McLachlan 2002, doi 10.1073/pnas.102102699).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbench.data.samples import Fold, TrainingSet
from deepbench.data.wording import counted, decimal, noun
from deepbench.evaluation.metrics import metrics_for
from deepbench.interpretation.panels_folds import PanelFold
from deepbench.interpretation.panels_models import LOGISTIC_TITLE, RIDGE_TITLE
from deepbench.interpretation.panels_scores import HeldOutScores, Scored
from deepbench.interpretation.panels_stability import poor, selection_stability
from deepbench.interpretation.score_text import score_text
from deepbench.study.records import PanelFeature, PanelSize, PanelsRecord, Score

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

_MOST_LISTED = 20
_DIGITS = 3  # of a score in a sentence
# A panel that might lose more than this share of what the full model has above chance is not
# shown to be as good.
_WIDE = 0.5


@dataclass(frozen=True, eq=False)
class FullModel:
    """The chosen model on the same samples and folds.

    Attributes:
        name: Name of its family.
        title: Its title inside a sentence.
        predictions: (R, n, K) out-of-fold predictions.
    """

    name: str
    title: str
    predictions: Floats


def summarise_panels(
    training: TrainingSet,
    folds: Sequence[Fold],
    found: Sequence[PanelFold],
    on_all: PanelFold,
    full: FullModel,
    seed: int,
) -> PanelsRecord:
    """Sum up the panels of all folds.

    Args:
        training: The training samples.
        folds: Folds that panels were made in.
        found: Panels of each fold.
        on_all: Panels of all training samples: what the recipe gives in the end.
        full: The model that panels are compared with.
        seed: Seed of the resamples.
    """
    info = training.info
    repeats = 1 + max(fold.repeat for fold in folds)
    fold_of = np.full((repeats, len(training)), -1, dtype=np.int64)
    for fold in folds:
        fold_of[fold.repeat, fold.tune] = fold.number
    scores = HeldOutScores(info.task, training.outcome, training.units, fold_of, seed)
    shape = (repeats, len(training), info.outputs)
    sizes = min(panel.sizes for panel in found)
    by_size = [_joined(shape, folds, found, [size] * len(found)) for size in range(1, sizes + 1)]
    inside = [min(panel.chosen, sizes) for panel in found]
    whole = full.predictions[:repeats]
    scored = [scores.scored(oof) for oof in by_size]
    all_of_it = scores.scored(whole)
    intervals = [scores.interval(oof, one) for oof, one in zip(by_size, scored, strict=True)]
    smallest = _smallest(scores, all_of_it, scored, intervals)
    best = _best(scored)
    shown = smallest or best
    difference = scores.difference(all_of_it, scored[shown - 1]) if shown else None
    honest = _joined(shape, folds, found, inside) if sizes else None
    record = PanelsRecord(
        model=full.name,
        simple_model=RIDGE_TITLE if info.task == "regression" else LOGISTIC_TITLE,
        metric=scores.metric,
        full=scores.interval(whole, all_of_it),
        sizes=tuple(
            PanelSize(features=size, score=score) for size, score in enumerate(intervals, start=1)
        ),
        smallest=smallest,
        shown_size=shown,
        features=_features(found, on_all, shown),
        stability=_stability(training, found, shown),
        difference=difference,
        fits=len(found),
        sentences=(),
        samples=len(scores.samples.y),
        units=scores.number_of_units,
        size_inside=None if honest is None else scores.interval(honest, scores.scored(honest)),
        sizes_inside=(min(inside), max(inside)) if sizes else None,
        wide=_is_wide(difference, all_of_it.value, scores.chance),
    )
    name = metrics_for(info.task)[scores.metric].title
    better = smallest is not None and (
        scored[best - 1].value - scored[smallest - 1].value
        > scores.standard_error(scored[best - 1], scored[smallest - 1])
    )
    said = _sentences(record, full.title, name, scores.chance, best if better else None)
    return record.model_copy(update={"sentences": said})


def _joined(
    shape: tuple[int, int, int],
    folds: Sequence[Fold],
    found: Sequence[PanelFold],
    sizes: Sequence[int],
) -> Floats:
    """Return (R, n, K) out-of-fold predictions, of each fold's panel of a size."""
    whole = np.full(shape, np.nan)
    for fold, panel, size in zip(folds, found, sizes, strict=True):
        whole[fold.repeat, fold.tune] = panel.predictions[size - 1]
    return whole


def _smallest(
    scores: HeldOutScores, full: Scored, sizes: Sequence[Scored], intervals: Sequence[Score]
) -> int | None:
    """Return the smallest size within one standard error of the paired difference.

    A panel whose own interval reaches down to chance does not count: where units are few,
    everything is within the noise of everything.
    """
    for number, (one, interval) in enumerate(zip(sizes, intervals, strict=True), start=1):
        works = interval.low is not None and interval.low > scores.chance
        if works and full.value - one.value <= scores.standard_error(full, one):
            return number
    return None


def _best(sizes: Sequence[Scored]) -> int:
    """Return the size with the best score; 0 without one."""
    values = [one.value if np.isfinite(one.value) else -np.inf for one in sizes]
    return int(np.argmax(values)) + 1 if values else 0


def _is_wide(difference: Score | None, full: float, chance: float) -> bool:
    """Say whether a panel that lost half of the model's advantage would pass as well."""
    if difference is None or not np.isfinite(full):
        return False
    if difference.value is None or difference.high is None:
        return True
    return difference.high > _WIDE * max(full - chance, 0.0)


def _features(
    found: Sequence[PanelFold], on_all: PanelFold, size: int
) -> tuple[PanelFeature, ...]:
    """Return the panel of all samples, and what was selected most often in the folds.

    What no fold selected is not listed, also when it is in the panel of all samples.
    """
    if not size:
        return ()
    times = Counter(name for panel in found for name in panel.order[:size])
    final = set(on_all.order[:size])
    ranked = sorted(times, key=lambda name: (-times[name], name))
    listed = [name for name in ranked if name in final or times[name] * 2 > len(found)]
    listed += [name for name in ranked if name not in listed][: max(0, 2 * size - len(listed))]
    return tuple(
        PanelFeature(
            feature=name,
            frequency=times[name] / len(found),
            direction=_direction(found, name, size),
            in_panel=name in final,
        )
        for name in sorted(listed, key=ranked.index)[: max(_MOST_LISTED, size)]
    )


def _direction(found: Sequence[PanelFold], name: str, size: int) -> float | None:
    signs = [
        panel.slopes[size - 1][name]
        for panel in found
        if panel.sizes >= size and name in panel.slopes[size - 1]
    ]
    return float(np.mean(signs)) if signs else None


def _stability(training: TrainingSet, found: Sequence[PanelFold], size: int) -> float | None:
    if not size:
        return None
    return selection_stability(
        [set(panel.order[:size]) for panel in found], training.features.shape[1]
    )


# --- sentences -----------------------------------------------------------------------------------


def _sentences(
    record: PanelsRecord, title: str, name: str, chance: float, better: int | None
) -> tuple[str, ...]:
    if not record.sizes:
        return ("No panel could be made: no feature varies in all folds.",)
    said = [_headline(record, title, name)]
    if record.smallest is None:
        said.append(_against_chance(record, name, chance))
    elif record.wide:
        said.append(_width(record, name))
    if better is not None:
        said.append(
            f"A panel of {counted(better, 'feature')} does better still: {name} "
            f"{score_text(record.sizes[better - 1].score, _DIGITS)}."
        )
    said += [
        f"In each of {counted(record.fits, 'fit')} the features were selected anew, without the "
        "samples that the panel was then scored on: these are scores of the whole recipe, not of "
        "one list.",
        _size_chosen_inside(record, name),
        f"The score of the full model, {title}, is that of the best of the settings tried, on "
        "the same folds, which flatters it a little; the panels' scores are not of this kind.",
        _stability_sentence(record),
    ]
    return tuple(sentence for sentence in said if sentence)


def _headline(record: PanelsRecord, title: str, name: str) -> str:
    full = f"{name} {score_text(record.full, _DIGITS)}"
    panel = record.sizes[record.shown_size - 1].score
    size = counted(record.shown_size, "feature")
    if record.smallest is None:
        return (
            f"No panel of up to {counted(len(record.sizes), 'feature')} both works better than "
            "chance for certain and comes within one standard error of the full model, "
            f"{title} ({full}); the best, of {size}, has {score_text(panel, _DIGITS)}."
        )
    return (
        f"A panel of {size} ({record.simple_model}) has {name} {score_text(panel, _DIGITS)}, the "
        f"full model, {title}, {score_text(record.full, _DIGITS)}. It is the smallest panel "
        "within one standard error of the paired difference (full minus panel "
        f"{score_text(record.difference, _DIGITS)})."
    )


def _width(record: PanelsRecord, name: str) -> str:
    high = record.difference.high if record.difference is not None else None
    units = counted(record.units, "biological unit")
    if high is None:
        return f"With {units} no interval of the difference can be given: the panel may be worse."
    return (
        f"With {units} this says little: the panel's {name} may be up to {decimal(high, 2)} below "
        "that of the full model."
    )


def _against_chance(record: PanelsRecord, name: str, chance: float) -> str:
    low = record.sizes[record.shown_size - 1].score.low
    if low is not None and low > chance:
        return ""
    return (
        f"The interval of this panel reaches down to chance ({name} {chance:.2g}): that it works "
        "at all is not shown."
    )


def _size_chosen_inside(record: PanelsRecord, name: str) -> str:
    score, sizes = record.size_inside, record.sizes_inside
    if score is None or sizes is None:
        return ""
    span = f"{sizes[0]}" if sizes[0] == sizes[1] else f"{sizes[0]} to {sizes[1]}"
    return (
        "To take the best point of a curve is a choice of its own. With the size chosen inside "
        f"the folds too ({span} {noun(sizes[1], 'feature')}), the recipe has {name} "
        f"{score_text(score, _DIGITS)}."
    )


def _stability_sentence(record: PanelsRecord) -> str:
    value = record.stability
    if value is None:
        return ""
    said = (
        f"Stability of the selection: {decimal(value, 2)} (0: chance, 1: always the same "
        "features)."
    )
    if poor(value):
        said += " Other samples would give another list; the features on it are exchangeable."
    return said
