"""Part of stage 11: attributions of held-out samples, fold by fold, and how far to trust them.

A first look at a few samples of each fold comes first, with the time that the rest will take.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from deepbench.data.preparation import transformed
from deepbench.data.wording import counted, in_sentence
from deepbench.interpretation.agreement import agreement
from deepbench.interpretation.attribution_records import attribution_record, importances_record
from deepbench.interpretation.correlated_groups import Cluster, clusters, group_records
from deepbench.interpretation.explanations import explanations
from deepbench.interpretation.fold_models import FoldFit, Part
from deepbench.interpretation.fold_results import FoldResult
from deepbench.interpretation.fold_tasks import (
    FEW_SAMPLES,
    PREVIEW_SAMPLES,
    AttributionTask,
)
from deepbench.interpretation.importance import (
    Importance,
    ModelFits,
    TableSize,
    importance_of,
)
from deepbench.interpretation.trust_records import trust_record
from deepbench.interpretation.univariate import Univariate, univariate
from deepbench.jobs.attribution_runs import AttributionRuns, drop_runs
from deepbench.jobs.interpreting import Interpreting
from deepbench.jobs.leaderboard import FamilyTrials
from deepbench.jobs.shuffle_repeats import block_columns, unit_columns
from deepbench.jobs.steps import Steps
from deepbench.jobs.views import drop_view, store_view
from deepbench.study.budget_words import spell_about
from deepbench.study.folder import Study
from deepbench.study.records import (
    AttributionsRecord,
    ExplanationRecord,
    ExplanationsRecord,
)
from deepbench.study.records.interpretation_views import (
    AllImportancesRecord,
    AllTrustRecord,
    ImportancesRecord,
    TrustRecord,
)

_PART = "attributions"
_STAGE = "interpretation"
_VIEWS = ("importances", "explanations", "trust")
# Random starts whose mean a network is; fits of other models from other seeds; label shuffles;
# draws of columns of no use.
_STARTS = 3
_OTHER_SEEDS = 2
_SHUFFLES = 3
_NOISE_DRAWS = 3
_MOST_REPEATS = 3
# Families whose fits depend on a seed; those of the others are compared between repeats.
_DRAWN = frozenset({"random_forest", "gradient_boosting"})
# A first look is not worth its fits where it would be most of the whole.
_WORTH_A_LOOK = 3 * PREVIEW_SAMPLES

_FIRST_LOOK = (
    "A first look at what the models use is there, from {few}. All {all}, and the comparison with "
    "other fits and with noise, will take {time} more."
)


def count_steps(work: Interpreting) -> int:
    """Return the steps: each fit on a fold, its first look, and the summing up."""
    folds = len(work.folds)
    fits = sum(
        1 + len(_beside(work, group)) // folds + _SHUFFLES + _NOISE_DRAWS for group in work.groups
    )
    return folds * (fits + len(work.groups)) + len(work.groups)


def explain_models(work: Interpreting, steps: Steps) -> AttributionsRecord:
    """Return what each model uses and how far they agree.

    Stores what is shown of all features ("importances"), of single samples ("explanations") and
    of their neighbours ("trust").
    """
    study = work.context.study
    made: list[bool] = []

    def make() -> AttributionsRecord:
        made.append(True)
        return _Explaining(work, steps).record()

    total = count_steps(work)
    record = work.kept(_PART, AttributionsRecord, make)
    if set(record.views) != _current_views(study):
        record = work.kept(_PART, AttributionsRecord, make, usable=False)
    if not made:
        steps.drop(total)
    drop_runs(study)
    return record


def _current_views(study: Study) -> set[str]:
    """Return the artifacts that are shown now."""
    last = {event.data["name"]: event.data["artifact"] for event in study.ledger.of_kind("view")}
    return {last[name] for name in _VIEWS if name in last and study.exists(last[name])}


def drop_shown(study: Study) -> None:
    """Delete what is shown of single samples, which may be test samples now."""
    for name in _VIEWS:
        drop_view(study, "runs", name)
    drop_runs(study)


@dataclass(frozen=True, eq=False)
class _Shown:
    """What is shown of the models beside the record."""

    importances: list[ImportancesRecord]
    explanations: list[ExplanationRecord]
    trust: list[TrustRecord]

    def store(self, study: Study) -> tuple[str, ...]:
        """Store the views and return their artifacts."""
        views = (
            AllImportancesRecord(models=tuple(self.importances)),
            ExplanationsRecord(explanations=tuple(self.explanations)),
            AllTrustRecord(models=tuple(self.trust)),
        )
        return tuple(
            store_view(study, "runs", name, _STAGE, view)
            for name, view in zip(_VIEWS, views, strict=True)
        )


class _Explaining:
    """One run of this part."""

    def __init__(self, work: Interpreting, steps: Steps) -> None:
        self._work, self._steps = work, steps
        self._runs = AttributionRuns(work, steps)
        training, preparation = work.bench.training, work.bench.preparation
        self._features = transformed(training.features, preparation)
        self._single: Univariate = univariate(self._features, training)

    def record(self) -> AttributionsRecord:
        """Look first, then look at everything, model by model."""
        self._look_first()
        shown = _Shown([], [], [])
        records, found = [], []
        for group in self._work.groups:
            self._steps.say(f"what the model uses: {in_sentence(group.family.title)}")
            own = self._importance(group)
            groups = group_records(
                own.clusters,
                own.importance.fits.folds,
                own.importance.fits.twins,
                own.importance.thresholds,
                self._work.bench.training.units,
            )
            record = attribution_record(own.importance, groups, self._single, self._table.features)
            self._show(shown, own.importance, preview=False)
            records.append(record)
            found.append(own.importance)
            self._steps.add(1)
        views = shown.store(self._work.context.study)
        compared = agreement(found[0], found[1], self._table.features) if len(found) == 2 else None
        return AttributionsRecord(models=tuple(records), agreement=compared, views=views)

    @property
    def _table(self) -> TableSize:
        return TableSize(*self._work.bench.training.features.shape)

    def _show(self, shown: _Shown, found: Importance, *, preview: bool) -> None:
        training, folds = self._work.bench.training, found.fits.folds
        record = attribution_record(found, (), self._single, self._table.features)
        shown.importances.append(importances_record(found, self._single, preview=preview))
        shown.explanations.extend(explanations(folds, record, training))
        shown.trust.append(trust_record(folds, training))

    # --- all samples ----------------------------------------------------------------------

    def _importance(self, group: FamilyTrials) -> _Looked:
        main = self._runs.run([AttributionTask(fit) for fit in self._main(group)])
        first = importance_of(ModelFits(tuple(main)), self._table)
        found = clusters(self._features, first.ranked)
        wanted = tuple(name for cluster in found for name in cluster.features)
        tasks = [AttributionTask(fit, FEW_SAMPLES, ()) for fit in _beside(self._work, group)]
        beside: tuple[tuple[Part, int, tuple[str, ...]], ...] = (
            ("twin", _SHUFFLES, wanted),
            ("noise", _NOISE_DRAWS, ()),
        )
        for part, draws, kept in beside:
            for number in range(draws):
                fits = self._fits(group, part, number)
                tasks += [AttributionTask(fit, FEW_SAMPLES, kept) for fit in fits]
        # Fold by fold: a process then preprocesses each only once.
        results = self._runs.run(sorted(tasks, key=lambda task: task.fit.fold))

        def of(part: Part) -> tuple[FoldResult, ...]:
            return tuple(each for each in results if each.part == part)

        looked = ModelFits(
            tuple(main), of("start"), of("repeat"), _draws(of("twin")), _draws(of("noise"))
        )
        return _Looked(importance_of(looked, self._table), found)

    def _main(self, group: FamilyTrials) -> list[FoldFit]:
        return self._fits(group, "model")

    def _fits(self, group: FamilyTrials, part: Part, number: int = 0) -> list[FoldFit]:
        return [_fit(self._work, group, fold, part, number) for fold in self._work.folds]

    # --- the first look -------------------------------------------------------------------

    def _look_first(self) -> None:
        """Explain a few samples of each fold, store them, say how long the rest takes."""
        fits = {group.family.name: self._main(group) for group in self._work.groups}
        tasks = [AttributionTask(fit) for own in fits.values() for fit in own]
        sizes = [len(self._work.bench.folds[fold].tune) for fold in self._work.folds]
        if max(sizes) < _WORTH_A_LOOK or self._runs.has(tasks):
            self._steps.drop(len(tasks))
            return
        self._steps.say("a first look at what the models use")
        results = self._runs.look(
            [replace(task, most=PREVIEW_SAMPLES, preview=True) for task in tasks]
        )
        shown = _Shown([], [], [])
        folds = len(self._work.folds)
        for begin in range(0, len(results), folds):
            found = ModelFits(tuple(results[begin : begin + folds]))
            self._show(shown, importance_of(found, self._table), preview=True)
        shown.store(self._work.context.study)
        few = sum(len(result.rows) for result in results[:folds])
        self._work.context.progress.notice(
            _FIRST_LOOK.format(
                few=counted(few, "sample"),
                all=f"{sum(sizes):,}",
                time=spell_about(self._seconds_left(results, sizes)),
            )
        )

    def _seconds_left(self, results: Sequence[FoldResult], sizes: Sequence[int]) -> float:
        """Return what the rest takes, from what fits and samples took in the first look."""
        folds, left = len(sizes), 0.0
        for begin, group in zip(range(0, len(results), folds), self._work.groups, strict=True):
            own = results[begin : begin + folds]
            # The first fold of a process also loads libraries: the quickest says what it takes.
            fit = min(result.fit_seconds for result in own)
            each = min(result.explain_seconds / len(result.rows) for result in own)
            others = len(_beside(self._work, group)) + folds * (_SHUFFLES + _NOISE_DRAWS)
            few = float(np.mean([min(size, FEW_SAMPLES) for size in sizes]))
            left += sum(sizes) * each + others * (fit + few * each)
            # A model of the first look may lie in another process.
            left += folds * fit * (1.0 - 1.0 / self._work.context.compute.workers)
        return left / min(self._work.context.compute.workers, folds)


@dataclass(frozen=True, eq=False)
class _Looked:
    """Importances of a model, and the clusters of its features."""

    importance: Importance
    clusters: tuple[Cluster, ...]


def _draws(results: Sequence[FoldResult]) -> tuple[tuple[FoldResult, ...], ...]:
    """Return the folds of each draw, in order."""
    numbers = sorted({each.number for each in results})
    return tuple(tuple(each for each in results if each.number == number) for number in numbers)


def _beside(work: Interpreting, group: FamilyTrials) -> list[FoldFit]:
    """Return the fits that show how far importances depend on chance in the fit.

    Networks need none, as their random starts are looked at one by one.
    """
    family = group.family
    if family.kind == "network":
        return []
    if family.name in _DRAWN:
        return [
            _fit(work, group, fold, "start", number)
            for number in range(1, _OTHER_SEEDS + 1)
            for fold in work.folds
        ]
    return [
        _fit(work, group, index, "repeat", 0)
        for index, fold in enumerate(work.bench.folds)
        if 0 < fold.repeat < _MOST_REPEATS
    ]


def _fit(work: Interpreting, group: FamilyTrials, fold: int, part: Part, number: int) -> FoldFit:
    return FoldFit(
        work.bench.source,
        group.family.name,
        group.best.params,
        fold,
        part,
        number,
        _STARTS if group.family.kind == "network" else 1,
        block_columns(work.context, work.bench) if part == "twin" else (),
        unit_columns(work.context, work.bench) if part == "twin" else (),
    )
