"""The trials of one family: what is tried at low effort first, what in full, and when to end.

Successive halving (Jamieson & Talwalkar 2016, arXiv 1502.07943) in one step: where a family has a
cheaper version of its settings (fewer trees), all settings are tried so, a *first look*, and the
best quarter again in full. Both count as trials, so that every family is offered the same number.
Only trials in full can win.

What is asked for depends on the seed and on what was told, never on the order of answers in a
batch; a schedule that is told recorded trials again asks for the same ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic

from deepbench.training.search import Params, Search, SearchSpace, Shape, TrialRequest
from deepbench.training.stopping import Told, nothing_to_gain

#: Why a search ended, as half sentences of its note.
TIME_IS_UP = "the time limit of the plan was reached"
ONE_BATCH_TOO_LONG = (
    "its first settings alone took longer than this family's share of the time limit of the plan"
)
NO_GAIN = (
    "further settings were expected to gain less than could be told from chance, so the rest was "
    "not spent"
)
ENDED = "The search ended after {run} of {offered} trials: {reason}."

# One trial in full for four first looks; below five trials nothing would be left to choose.
_LOOKS_FOR_ONE_IN_FULL = 4
_FEWEST_IN_FULL = 2
_FEWEST_TRIALS_TO_HALVE = 5
# First looks may use this share of a family's seconds; the rest is for the trials in full.
_SHARE_OF_LOOKS = 0.5
# Before so many trials nobody can say what further ones would gain.
_FEWEST_BEFORE_END = 8


class Schedule(Generic[Shape]):
    """What one family is asked to try.

    Args:
        name: Name of the family; seeds derive from it.
        family: Gives the search space.
        shape: What the space may know about the data.
        trials: Trials offered, first looks among them.
        seed: Seed.
        tuning_folds: Folds of one repeat of the tuning resampling.
        batch: Trials asked for at once.
        low_effort: Returns the cheaper version of settings, or None if they have none; None for
            a family without.
    """

    def __init__(
        self,
        name: str,
        family: SearchSpace[Shape],
        shape: Shape,
        trials: int,
        seed: int,
        tuning_folds: int,
        batch: int = 4,
        low_effort: Callable[[Params, Shape], Params | None] | None = None,
    ) -> None:
        self._offered = trials
        self._batch = batch
        self._folds = tuning_folds
        defaults = family.portfolio(shape)
        self._cheaper = _cheaper(low_effort, shape, defaults, trials)
        in_full = max(_FEWEST_IN_FULL, trials // (_LOOKS_FOR_ONE_IN_FULL + 1))
        draws = trials if self._cheaper is None else trials - in_full
        self._search = Search(name, family, shape, draws, seed, batch)
        self._draws = draws
        self._fewest = max(len(defaults), _FEWEST_BEFORE_END)
        self._requests: list[TrialRequest] = []
        self._settings: list[Params] = []  # in full, by number
        self._told: dict[int, Told] = {}
        self._last = 0
        self._chosen: list[Params] | None = None  # first looks to try in full, best first
        self._stopped = ""

    @property
    def asked(self) -> int:
        """Trials asked for so far."""
        return len(self._requests)

    @property
    def looking(self) -> bool:
        """Whether first looks are being asked for."""
        return self._cheaper is not None and self._chosen is None

    @property
    def share_of_seconds(self) -> float:
        """Share of the family's seconds after which no new batch should begin."""
        return _SHARE_OF_LOOKS if self.looking else 1.0

    @property
    def note(self) -> str:
        """Why fewer trials were run than offered; empty if all were."""
        reason = self._stopped or self._search.ended
        if not reason or self.asked >= self._offered:
            return ""
        return ENDED.format(run=self.asked, offered=self._offered, reason=reason)

    def ask(self) -> list[TrialRequest]:
        """Return the next trials to run; an empty list when the search is over.

        Raises:
            RuntimeError: a trial of the last batch has not been told.
        """
        if len(self._told) < len(self._requests):
            raise RuntimeError("Every trial of a batch is told before the next one is asked for.")
        if self._chosen is None:
            self._end_without_gain()
            batch = [self._first(request) for request in self._search.ask()]
        else:
            batch = []
        batch = batch or self._in_full()
        self._requests += batch
        self._last = len(batch)
        return batch

    def tell(self, number: int, told: Told) -> None:
        """Report what came out of a trial.

        Raises:
            KeyError: the trial was not asked for, or was told before.
        """
        if not 0 <= number < len(self._requests) or number in self._told:
            raise KeyError(f"Trial {number} is not waiting for a score.")
        self._told[number] = told
        if self._chosen is None:
            self._search.tell(number, told.score)

    def out_of_time(self) -> None:
        """Begin nothing new, but for one batch in full where there were only first looks."""
        only_one = len(self._requests) == self._last and self._last < self._offered
        self._stopped = ONE_BATCH_TOO_LONG if only_one else TIME_IS_UP
        self._search.stop(self._stopped)

    def _end_without_gain(self) -> None:
        """End the draws if the ones left are expected to gain nothing."""
        if self.asked < self._fewest or self._stopped:
            return
        told = [self._told[number] for number in range(self.asked)]
        if nothing_to_gain(told, self._draws - self.asked, self._last, self._folds):
            self._search.stop(NO_GAIN)

    def _first(self, request: TrialRequest) -> TrialRequest:
        """Return a drawn trial as it is run first. Some settings are cheap as they are."""
        self._settings.append(request.params)
        if self._cheaper is None:
            return request
        cheaper = self._cheaper(request.params) or request.params
        return TrialRequest(request.number, cheaper, first_look=True)

    def _in_full(self) -> list[TrialRequest]:
        """Return the next of the chosen settings, to be tried in full."""
        if self._cheaper is None:
            return []
        if self._chosen is None:
            self._chosen = self._best_looks()
        elif self._stopped:
            return []
        batch, self._chosen = self._chosen[: self._batch], self._chosen[self._batch :]
        return [TrialRequest(self.asked + i, params) for i, params in enumerate(batch)]

    def _best_looks(self) -> list[Params]:
        looks = range(self.asked)
        ranked = sorted(looks, key=lambda number: (-self._score(number), number))
        wanted = max(_FEWEST_IN_FULL, len(looks) // _LOOKS_FOR_ONE_IN_FULL)
        count = min(wanted, self._offered - self.asked)
        return [self._settings[number] for number in ranked[:count]]

    def _score(self, number: int) -> float:
        score = self._told[number].score
        return float("-inf") if score is None else score


def _cheaper(
    low_effort: Callable[[Params, Shape], Params | None] | None,
    shape: Shape,
    defaults: list[Params],
    trials: int,
) -> Callable[[Params], Params | None] | None:
    """Return the function that makes settings cheaper; None where that would win nothing."""
    if low_effort is None or trials < _FEWEST_TRIALS_TO_HALVE:
        return None
    known = low_effort
    if all(known(params, shape) is None for params in defaults):
        return None
    return lambda params: known(params, shape)
