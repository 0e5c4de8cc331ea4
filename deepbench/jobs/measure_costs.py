"""What fits cost on this machine and these data, measured with the very functions of a run.

One setting of each family (a batch of them where they share work) is fitted on one tuning fold,
and shuffled labels as well, because they share other things. A few seconds in all; between any
two fits it can be stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from deepbench.checks.small_search import FamilySearch, small_search
from deepbench.evaluation.corrected_score import corrected_score
from deepbench.jobs.shuffle_blocks import CHUNK
from deepbench.models.family import BaselineFamily, Family, Params, Run
from deepbench.models.networks.family import SCHEDULE, NetworkFamily
from deepbench.models.networks.on_folds import NetworkRun, out_of_fold_networks
from deepbench.models.out_of_fold import out_of_fold_runs
from deepbench.models.ranking import Outcome
from deepbench.models.registry import get_family
from deepbench.models.sanity_tasks import SanityTask, check_size
from deepbench.models.workbench import Workbench
from deepbench.seeds import derive_seed
from deepbench.study.records import CostsRecord, FamilyCostRecord
from deepbench.worker.progress import Progress

# Settings of a batch; as many as trials of a family are computed together.
_BATCH = 4
# What took longer is not repeated to see what further settings cost.
_SHORT_SECONDS = 0.25
# A network size trains no longer than this; the rest is told from the epochs so far.
_NETWORK_SECONDS = 1.0
# Networks stop early: share of the epochs at most that is trained, by a typical portfolio.
_SHARE_OF_EPOCHS = 0.7
_CANDIDATES = (2, 10)

Clock = Callable[[], float]


class _Enough(Exception):
    """A network has trained long enough to tell what the rest takes."""


@dataclass(frozen=True)
class _Calibration:
    """Measures families of a workbench, one after another."""

    bench: Workbench
    progress: Progress
    clock: Clock

    def baseline(self, family: BaselineFamily, search: FamilySearch | None) -> FamilyCostRecord:
        outcome = self.bench.training.outcome
        shape = self.bench.shape
        settings = family.portfolio(shape)[:_BATCH]
        first = self._fit(family, settings[:1], [outcome])
        setting, start = first, 0.0
        if len(settings) > 1 and first < _SHORT_SECONDS:
            setting = self._fit(family, settings, [outcome]) / len(settings)
            start = max(first - setting, 0.0)
        cheap = [family.at_low_effort(params, shape) for params in settings]
        looks = [params for params in cheap if params is not None]
        look = None
        if looks:
            seconds = [self._fit(family, [params], [outcome]) for params in looks]
            look = sum(seconds) / len(seconds)
            # All settings were looked at; in full only the first one was tried.
            setting = first * max(look / seconds[0], 1.0) if seconds[0] > 0.0 else first
            start = 0.0
        return FamilyCostRecord(
            family=family.name,
            kind="baseline",
            setting=setting,
            look=look,
            shuffle=None if search is None else self._shuffle(family, search),
            start=start,
            together=family.shares_fits,
        )

    def _shuffle(self, family: BaselineFamily, search: FamilySearch) -> float:
        shuffled = self._shuffled(CHUNK)
        one = self._fit(family, search.settings, shuffled[:1])
        if one >= _SHORT_SECONDS or not family.shares_fits:
            return one
        return self._fit(family, search.settings, shuffled) / len(shuffled)

    def _fit(
        self, family: BaselineFamily, settings: Sequence[Params], outcomes: Sequence[Outcome]
    ) -> float:
        """Return the seconds of all settings on all outcomes, on the first fold."""
        self.progress.check_cancelled()
        runs = [Run(params, outcome, 1) for outcome in outcomes for params in settings]
        began = self.clock()
        out_of_fold_runs(family, self.bench.cache, runs, folds=[0])
        return self.clock() - began

    def _shuffled(self, count: int) -> list[Outcome]:
        """Return outcomes in random order; only their cost matters."""
        rng = np.random.default_rng(derive_seed(self.bench.source.seed, "calibration"))
        return [rng.permutation(self.bench.training.outcome) for _ in range(count)]

    def network(self, family: NetworkFamily, search: FamilySearch | None) -> FamilyCostRecord:
        settings = family.portfolio(self.bench.shape)[:_BATCH]
        folds = len(self.bench.folds)
        outcome = self.bench.training.outcome
        seconds = self._train(family, [(params, outcome) for params in settings])
        shuffle = None
        if search is not None:
            outcomes = self._shuffled(CHUNK)
            every = [(params, shuffled) for shuffled in outcomes for params in search.settings]
            shuffle = self._train(family, every) / (len(outcomes) * folds)
        return FamilyCostRecord(
            family=family.name,
            kind="network",
            setting=seconds / (len(settings) * folds),
            shuffle=shuffle,
            together=True,
        )

    def _train(self, family: NetworkFamily, networks: Sequence[tuple[Params, Outcome]]) -> float:
        """Return the seconds of training on all folds, measured or told from a part."""
        self.progress.check_cancelled()
        runs = [NetworkRun(*network, seed) for seed, network in enumerate(networks)]
        device = torch.device(self.bench.source.device)
        epochs, first = 0, 0.0
        began = self.clock()

        def after_epoch(done: int) -> None:
            nonlocal epochs, first
            self.progress.check_cancelled()
            epochs = done
            first = first or self.clock()
            if done > 1 and self.clock() - began > _NETWORK_SECONDS:
                raise _Enough

        try:
            out_of_fold_networks(
                family, self.bench.cache, runs, self.bench.stop_seed, device, after_epoch
            )
        except _Enough:
            per_epoch = (self.clock() - first) / (epochs - 1)
            kinds = len({params["optimizer"] for params, _ in networks})
            every = kinds * SCHEDULE.max_epochs * _SHARE_OF_EPOCHS
            return (first - began) + per_epoch * max(every, epochs)
        return self.clock() - began

    def prepare(self) -> float:
        began = self.clock()
        self.bench.cache.ranking(0, self.bench.training.outcome)
        return self.clock() - began

    def correct(self) -> tuple[float, float]:
        """Return the seconds of a correction, and those that one more candidate adds."""
        few, many = (self._correct(count) for count in _CANDIDATES)
        each = max(many - few, 0.0) / (_CANDIDATES[1] - _CANDIDATES[0])
        return max(few - _CANDIDATES[0] * each, 0.0), each

    def _correct(self, candidates: int) -> float:
        self.progress.check_cancelled()
        training = self.bench.training
        rng = np.random.default_rng(0)
        shape = (1, len(training), training.info.outputs)
        guesses = [rng.dirichlet(np.ones(shape[2]), shape[:2]) for _ in range(candidates)]
        if training.info.task == "regression":
            guesses = [rng.normal(size=shape) for _ in range(candidates)]
        fold_of = self.bench.fold_of[:1]
        began = self.clock()
        corrected_score(
            training.info.task, training.outcome, training.units, guesses, fold_of, seed=0
        )
        return self.clock() - began

    def sanity(self, family: str) -> float:
        self.progress.check_cancelled()
        began = self.clock()
        check_size(SanityTask(self.bench.source, family))
        return self.clock() - began


def measure_costs(
    bench: Workbench,
    names: Sequence[str],
    progress: Progress,
    clock: Clock = time.perf_counter,
) -> CostsRecord:
    """Fit a little of everything and return what it cost.

    Args:
        bench: Training samples and tuning folds.
        names: Families of the plan.
        progress: Where a cancel arrives, and where it is said what is measured.
        clock: Seconds that only grow.
    """
    began = clock()
    families: list[Family] = [
        family for family in map(get_family, names) if bench.training.info.task in family.tasks
    ]
    searches = {search.family: search for search in small_search(names, bench.shape)}
    work = _Calibration(bench, progress, clock)
    total = len(families) + 2
    progress.report(0, total, _WHAT, begins=True)
    prepare = work.prepare()
    found: list[FamilyCostRecord] = []
    for family in families:
        search = searches.get(family.name)
        if isinstance(family, NetworkFamily):
            found.append(work.network(family, search))
        else:
            assert isinstance(family, BaselineFamily)
            found.append(work.baseline(family, search))
        progress.report(len(found), total, _WHAT)
    networks = [family.name for family in families if family.kind == "network"]
    sanity = work.sanity(networks[0]) if networks else 0.0
    progress.report(total - 1, total, _WHAT)
    correct_start, correct = work.correct()
    progress.report(total, total, _WHAT)
    return CostsRecord(
        families=tuple(found),
        prepare=prepare,
        correct=correct,
        correct_start=correct_start,
        sanity=sanity,
        seconds=clock() - began,
    )


_WHAT = "measuring how long fits take on this machine"
