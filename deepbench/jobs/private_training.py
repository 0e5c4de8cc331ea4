"""Part of stage 13: the network trained with differential privacy, and what privacy costs.

Scores at several budgets come from the tuning folds, trained privately in each. If the asked
budget gives a score above chance, one model is trained on all training samples with noise that is
kept nowhere, and stored with its certificate. It is kept in the ledger: a second model from the
same samples would spend their privacy once more.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from deepbench.data.roles import find_column
from deepbench.data.wording import counted
from deepbench.errors import DataError
from deepbench.evaluation.metrics import get_metric, tuning_metric
from deepbench.evaluation.shown_intervals import TestSamples
from deepbench.jobs.context import JobContext
from deepbench.jobs.interpreting import Interpreting
from deepbench.jobs.leaderboard import FamilyTrials, all_trials, best_of_kind, family_score
from deepbench.jobs.private_certificate import (
    BUDGETS,
    EARLIER,
    FROM,
    HOPELESS,
    HOPELESS_ALL,
    NETWORK_SIZE,
    NO_NETWORK,
    NO_NUMBERS,
    NO_SIGNAL,
    NOT_COVERED,
    NOT_REPEATED,
    NOT_USEFUL,
    RANGES_UNUSED,
    SCORE,
    first_useful,
    guarantee_sentence,
    is_useful,
    left_out_sentences,
    make_certificate,
    needed_sentence,
    size_words,
)
from deepbench.jobs.steps import Steps
from deepbench.models.networks.family import HIDDEN_WIDTHS
from deepbench.models.networks.private import (
    PrivateChoices,
    choices_for,
    fit_private,
    numeric_features,
    parameters_of,
    recipe_for,
)
from deepbench.models.networks.private_folds import (
    PrivateFoldTask,
    private_fold,
    private_score,
)
from deepbench.models.storage import save_model
from deepbench.models.workbench import Workbench
from deepbench.privacy.audit.unit_words import UnitWords, unit_words
from deepbench.reporting.wording import listing, number, score
from deepbench.seeds import derive_seed
from deepbench.study.records import (
    CertificateRecord,
    ChoiceRecord,
    PrivateModelRecord,
    PrivatePoint,
    PrivateTrainingRecord,
    SampleSheetRecord,
    Score,
)
from deepbench.training.private.noise import SystemNoise
from deepbench.training.private.recipe import is_hopeless

# Raised when the calculation changes.
REVISION = 1
DRAWS = 8
_EVENT = "private_model"


def train_privately(context: JobContext) -> PrivateTrainingRecord | None:
    """Return private training and its cost; None if the plan does not ask for it."""
    if not context.plan.privacy.private_training:
        return None
    choice = context.record("test", ChoiceRecord)
    if choice.signal != "yes":
        return _nothing(context, NO_SIGNAL)
    network = best_of_kind(all_trials(context), "network")
    if network is None:
        return _nothing(context, NO_NETWORK)
    return _PrivateTraining(Interpreting.of(context, choice), network).run()


def _nothing(context: JobContext, sentence: str) -> PrivateTrainingRecord:
    task = context.record("sample-sheet", SampleSheetRecord).task
    return PrivateTrainingRecord(
        network="",
        metric=tuning_metric(task),
        without=Score(value=None),
        points=(),
        epsilon=context.plan.privacy.epsilon,
        certificate=None,
        model="",
        useful=False,
        sentences=(sentence,),
    )


@dataclass(frozen=True, eq=False)
class _PrivateTraining:
    """Private training of one study.

    Attributes:
        work: The study, its samples and folds.
        network: Trials of the best network without noise.
    """

    work: Interpreting
    network: FamilyTrials

    @property
    def context(self) -> JobContext:
        """The study and the means to work on it."""
        return self.work.context

    @property
    def bench(self) -> Workbench:
        """Training samples and folds."""
        return self.work.bench

    @property
    def epsilon(self) -> float:
        """The budget that the plan asks for."""
        return self.context.plan.privacy.epsilon

    @cached_property
    def words(self) -> UnitWords:
        """What a unit is called."""
        return unit_words(self.context.record("sample-sheet", SampleSheetRecord).roles)

    @cached_property
    def features(self) -> tuple[str, ...]:
        """Columns that are learned from."""
        return numeric_features(self.bench.training.features)

    @cached_property
    def choices(self) -> PrivateChoices:
        """What is settled by the plan and public numbers."""
        plan = self.context.plan
        # The smallest that the plan lets: what tuning preferred is not asked.
        size = next(name for name in HIDDEN_WIDTHS if name in plan.networks.sizes)
        return choices_for(
            f"network-{size}",
            HIDDEN_WIDTHS[size],
            self.bench.preparation,
            named_transform=plan.preparation.transform != "auto",
            ranges=self._ranges(),
        )

    def _ranges(self) -> dict[str, tuple[float, float]]:
        """Return the declared ranges under the names that the table has."""
        training = self.bench.training
        known = [*training.features.columns, training.info.column]
        found = {}
        for name, ends in self.context.plan.privacy.ranges.items():
            with suppress(DataError):
                found[find_column(name, known, False, "privacy.ranges")] = ends
        return found

    @cached_property
    def chance(self) -> float:
        """Score of a model that knows nothing."""
        task = self.bench.training.info.task
        return get_metric(task, tuning_metric(task)).chance(self.bench.training.outcome)

    def run(self) -> PrivateTrainingRecord:
        """Score all budgets, and train the model that is stored."""
        if not self.features:
            return _nothing(self.context, NO_NUMBERS)
        info, units = self.bench.training.info, self.bench.training.number_of_units
        needed = needed_sentence(len(self.features), info.outputs, units, self.words)
        self.context.progress.notice(needed)
        budgets = sorted({*BUDGETS, self.epsilon})
        hopeless = {e for e in budgets if is_hopeless(units, len(self.features), info.outputs, e)}
        tried = [epsilon for epsilon in budgets if epsilon not in hopeless]
        steps = Steps(self.context.progress, total=len(tried) * len(self.work.folds) + 1)
        points = tuple(self._point(epsilon, steps) for epsilon in tried)
        asked = next((point for point in points if point.epsilon == self.epsilon), None)
        useful = asked is not None and is_useful(asked, self.chance)
        kept = self._kept_model(steps) if useful else None
        steps.add(1)
        without = self._without()
        return PrivateTrainingRecord(
            network=self.choices.name,
            metric=tuning_metric(info.task),
            without=without,
            points=points,
            epsilon=self.epsilon,
            certificate=kept.certificate if kept else None,
            model=kept.model if kept else "",
            useful=useful,
            sentences=(needed, *self._sentences(points, asked, without, kept)),
            reference=self.network.family.name,
            chance=self.chance,
        )

    # --- scores ---------------------------------------------------------------------------

    def _point(self, epsilon: float, steps: Steps) -> PrivatePoint:
        """Return the score at a budget, from an earlier run where it rests on the same."""
        made: list[bool] = []

        def make() -> PrivatePoint:
            made.append(True)
            return self._scored(epsilon, steps)

        point = self.work.kept("private-score", PrivatePoint, make, self._inputs(epsilon))
        if not made:
            steps.drop(len(self.work.folds))
        return point

    def _inputs(self, epsilon: float) -> dict[str, object]:
        return {
            "revision": REVISION,
            "epsilon": epsilon,
            "draws": DRAWS,
            "sizes": self.context.plan.networks.sizes,
            "transform": self.context.plan.preparation.transform,
            "ranges": self.context.plan.privacy.ranges,
        }

    def _scored(self, epsilon: float, steps: Steps) -> PrivatePoint:
        training, compute = self.bench.training, self.context.compute
        seed = derive_seed(self.context.plan.seed, "private training", f"{epsilon:g}")
        steps.say(f"private training at ε = {epsilon:g}")
        futures = [
            compute.submit(
                private_fold,
                PrivateFoldTask(self.bench.source, self.choices, epsilon, fold, DRAWS, seed),
            )
            for fold in self.work.folds
        ]
        for _ in compute.wait(futures, self.context.progress):
            steps.add(1)
        predicted = np.full((DRAWS, len(training), training.info.outputs), np.nan)
        for fold, future in zip(self.work.folds, futures, strict=True):
            predicted[:, self.bench.folds[fold].tune] = future.result()
        fold_of = self.bench.fold_of[0]
        rows = fold_of >= 0
        samples = TestSamples(
            training.info.task, training.outcome[rows], training.units[rows], fold_of[rows]
        )
        found = private_score(samples, list(predicted[:, rows]), derive_seed(seed, "resamples"))
        recipe = recipe_for(training, self.choices, epsilon)
        return PrivatePoint(
            epsilon=epsilon,
            noise=recipe.noise,
            score=_as_score(found.interval.value, found.interval.low, found.interval.high),
            draws=found.draws,
        )

    def _without(self) -> Score:
        found = family_score(self.context, self.bench, self.network)
        return _as_score(found.value, found.low, found.high)

    # --- the model ------------------------------------------------------------------------

    def _kept_model(self, steps: Steps) -> PrivateModelRecord:
        """Return the stored model; a new one is trained only if it rests on something else."""
        steps.say("private training on all training samples")
        inputs = self._inputs(self.epsilon)
        return self.work.kept("private-model", PrivateModelRecord, self._train, inputs)

    def _train(self) -> PrivateModelRecord:
        study, training = self.context.study, self.bench.training
        earlier = [float(event.data["epsilon"]) for event in study.ledger.of_kind(_EVENT)]
        recipe = recipe_for(training, self.choices, self.epsilon)
        certificate = self._certificate(earlier)
        model = fit_private(training, self.choices, recipe, SystemNoise())
        # Written before the model is, so that no crash leaves a model that nobody counted.
        study.record(_EVENT, {"epsilon": certificate.epsilon, "delta": certificate.delta})
        folder = study.store_folder("models", "private", lambda place: save_model(model, place))
        return PrivateModelRecord(model=folder, certificate=certificate)

    def _certificate(self, earlier: list[float]) -> CertificateRecord:
        info = self.bench.training.info
        outcome = [info.column] if info.task == "regression" else []
        return make_certificate(
            recipe_for(self.bench.training, self.choices, self.epsilon),
            self.choices,
            self.words,
            scaled=[*self.features, *outcome],
            parameters=parameters_of(self.bench.training, self.choices),
            earlier=earlier,
        )

    # --- sentences ------------------------------------------------------------------------

    def _sentences(
        self,
        points: tuple[PrivatePoint, ...],
        asked: PrivatePoint | None,
        without: Score,
        kept: PrivateModelRecord | None,
    ) -> list[str]:
        units = self.words.counted(self.bench.training.number_of_units)
        if not points:
            return [HOPELESS_ALL.format(units=units)]
        said = [self._what_it_costs(points, asked, without, units)]
        if kept is not None:
            said += [
                guarantee_sentence(kept.certificate),
                NETWORK_SIZE.format(size=size_words(self.choices.hidden)),
                NOT_REPEATED,
            ]
            earlier = kept.certificate.earlier
            if earlier:
                said.append(
                    EARLIER.format(
                        count=counted(len(earlier), "private model"),
                        epsilons=listing([number(epsilon, 2) for epsilon in earlier]),
                    )
                )
            said.append(NOT_COVERED)
        preparation = self.bench.preparation
        texts = self.bench.training.features.shape[1] - len(self.features)
        filtered = preparation.most_missing is not None or preparation.most_variable is not None
        unused = len(self.context.plan.privacy.ranges) - len(self.choices.ranges)
        if unused:
            said.append(RANGES_UNUSED.format(count=counted(unused, "declared range")))
        return said + left_out_sentences(
            texts, self.choices, preparation.transform, filtered=filtered
        )

    def _what_it_costs(
        self,
        points: tuple[PrivatePoint, ...],
        asked: PrivatePoint | None,
        without: Score,
        units: str,
    ) -> str:
        epsilon = f"{self.epsilon:g}"
        if asked is not None and is_useful(asked, self.chance):
            return SCORE.format(
                epsilon=epsilon, score=score(asked.score), without=number(without.value)
            )
        said = (
            HOPELESS.format(units=units, epsilon=epsilon)
            if asked is None
            else NOT_USEFUL.format(epsilon=epsilon)
        )
        enough = first_useful(points, self.chance)
        return f"{said} {FROM.format(epsilon=f'{enough:g}')}" if enough is not None else said


def _as_score(value: float, low: float, high: float) -> Score:
    ends = [float(end) if np.isfinite(end) else None for end in (value, low, high)]
    return Score(value=ends[0], low=ends[1], high=ends[2])
