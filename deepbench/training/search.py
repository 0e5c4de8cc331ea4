"""Search for settings: reasoned defaults first, then a tree-structured Parzen estimator.

Bergstra et al. 2011; Watanabe 2023 (arXiv 2304.11127), as Optuna has it, in memory. Trials are
asked for in batches. What a batch holds depends on the seed and on the scores of the batches
before it, never on the order in which trials of a batch come back; so the number of workers
changes nothing, and a search that is told recorded scores again asks for the same trials.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import optuna

from deepbench.seeds import derive_seed

Params = dict[str, Any]
Shape = TypeVar("Shape")
Shape_contra = TypeVar("Shape_contra", contravariant=True)

#: Why a search ended that had tried every setting of its family.
NOTHING_LEFT = "no other settings are left to try"

# Scored trials before the estimator takes over from the defaults and random draws.
_TRIALS_BEFORE_MODEL = 8
# Guided draws without anything new after which chance draws instead: the estimator repeats its
# favourites, and each draw costs it milliseconds. Then so many draws by chance, and a space counts
# as exhausted.
_GUIDED_REPEATS = 8
_CHANCE_REPEATS = 200


class SearchSpace(Protocol[Shape_contra]):
    """What a model family says about its settings (see `deepbench.models.family`)."""

    def portfolio(self, shape: Shape_contra) -> list[Params]:
        """Return settings to try first."""
        ...

    def suggest(self, trial: optuna.Trial, shape: Shape_contra) -> Params:
        """Draw settings."""
        ...


@dataclass(frozen=True)
class TrialRequest:
    """A trial to run.

    Attributes:
        number: Number of the trial in its search, from 0.
        params: Settings; plain JSON types.
        first_look: The settings stand there at low effort: the trial may be taken further, but
            cannot win (see `deepbench.training.schedule`).
    """

    number: int
    params: Params
    first_look: bool = False


class Search(Generic[Shape]):
    """The search of one family.

    Args:
        name: Name of the search; its seed derives from it.
        family: Gives the search space.
        shape: What the space may know about the data.
        trials: Trials at most.
        seed: Seed.
        batch: Trials asked for at once.
    """

    def __init__(
        self,
        name: str,
        family: SearchSpace[Shape],
        shape: Shape,
        trials: int,
        seed: int,
        batch: int = 4,
    ) -> None:
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._family = family
        self._shape = shape
        self._trials = trials
        self._batch = batch
        self._study = optuna.create_study(
            direction="maximize",
            sampler=optuna.samplers.TPESampler(
                n_startup_trials=_TRIALS_BEFORE_MODEL,
                multivariate=True,
                constant_liar=True,
                seed=derive_seed(seed, "search", name),
            ),
        )
        # For spaces that the estimator no longer leaves: it then repeats its favourite.
        self._random = optuna.samplers.RandomSampler(seed=derive_seed(seed, "random", name))
        self._guided = self._study.sampler
        defaults = family.portfolio(shape)[:trials]
        for params in defaults:
            self._study.enqueue_trial(params)
        self._queued = len(defaults)
        self._seen: set[str] = set()
        self._open: dict[int, optuna.Trial] = {}
        self._told: dict[int, float | None] = {}
        self._asked = 0
        self._ended = ""

    @property
    def ended(self) -> str:
        """Why the search ended early, as half a sentence; empty if it did not."""
        return self._ended

    def ask(self) -> list[TrialRequest]:
        """Return the next trials to run; an empty list when the search is over.

        Raises:
            RuntimeError: a trial of the last batch has not been told.
        """
        if self._open:
            raise RuntimeError("Every trial of a batch is told before the next one is asked for.")
        requests: list[TrialRequest] = []
        while not self._ended and len(requests) < self._batch and self._asked < self._trials:
            drawn = self._draw()
            if drawn is None:
                self.stop(NOTHING_LEFT)
                break
            trial, params = drawn
            self._open[self._asked] = trial
            requests.append(TrialRequest(self._asked, params))
            self._asked += 1
        return requests

    def tell(self, number: int, score: float | None) -> None:
        """Report the score of a trial, higher is better; None if it could not be computed.

        Raises:
            KeyError: the trial was not asked for, or was told before.
        """
        if number not in self._open or number in self._told:
            raise KeyError(f"Trial {number} is not waiting for a score.")
        self._told[number] = score
        if len(self._told) < len(self._open):
            return
        for waiting in sorted(self._open):
            value = self._told[waiting]
            if value is None:
                self._study.tell(self._open[waiting], state=optuna.trial.TrialState.FAIL)
            else:
                self._study.tell(self._open[waiting], value)
        self._open, self._told = {}, {}

    def stop(self, reason: str) -> None:
        """End the search before its number of trials, for the reason given."""
        self._ended = self._ended or reason

    def _draw(self) -> tuple[optuna.Trial, Params] | None:
        """Draw settings that were not tried before; None if there seem to be no more."""
        for attempt in range(_GUIDED_REPEATS + _CHANCE_REPEATS):
            from_queue = self._queued > 0
            self._study.sampler = self._guided if attempt < _GUIDED_REPEATS else self._random
            trial = self._study.ask()
            params = self._family.suggest(trial, self._shape)
            self._queued -= from_queue
            key = json.dumps(params, sort_keys=True)
            if key not in self._seen:
                self._seen.add(key)
                return trial, params
            self._study.tell(trial, state=optuna.trial.TrialState.FAIL)
            if not trial.params and not from_queue:
                return None  # nothing to draw at all
        return None
