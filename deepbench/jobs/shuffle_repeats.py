"""What each shuffle repeats: a small search over all families, or the settings chosen."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace

from deepbench.checks.shuffle_tasks import TRUE_LABELS, ShuffleTask, score_shuffles
from deepbench.checks.small_search import FamilySearch, small_search
from deepbench.data.wording import counted
from deepbench.evaluation.bootstrap import Interval
from deepbench.evaluation.metrics import tuning_metric
from deepbench.jobs.context import JobContext
from deepbench.jobs.leaderboard import (
    FamilyTrials,
    best_of_kind,
    family_names,
    winner_score,
)
from deepbench.jobs.steps import Steps
from deepbench.jobs.test_scores import as_score
from deepbench.models.registry import get_family
from deepbench.models.workbench import Workbench
from deepbench.study.records import SampleSheetRecord, Score

_GROUP_TITLES = {"baseline": "Traditional models, best of all", "network": "Networks, best of all"}
_GROUPS = {"baseline": "baselines", "network": "networks"}


KnownScores = dict[tuple[str, int], list[float]]


@dataclass(frozen=True, eq=False)
class Member:
    """A family in the check, its settings, and the score of the true labels."""

    search: FamilySearch
    real: float

    @property
    def family(self) -> str:
        """Name of the family."""
        return self.search.family


@dataclass(frozen=True, eq=False)
class Group:
    """Families whose best score counts as one: all of a kind, or one model by itself."""

    name: str
    title: str
    members: tuple[Member, ...]

    @property
    def kind(self) -> str:
        """``baseline`` or ``network``."""
        return self.members[0].search.kind

    @property
    def real(self) -> float:
        """Best score with the true labels."""
        return max(member.real for member in self.members)


class Repeats(ABC):
    """What is repeated for every shuffle. Subclasses say which families, settings and groups."""

    repeated: str
    sentence: str
    searches: tuple[FamilySearch, ...]

    def __init__(self, context: JobContext, bench: Workbench) -> None:
        self.context = context
        self.bench = bench
        self.metric = tuning_metric(bench.training.info.task)
        self.source = bench.source
        self.blocks = block_columns(context, bench)
        self.unit_columns = unit_columns(context, bench)

    @abstractmethod
    def groups(self, known: KnownScores, steps: Steps) -> tuple[Group, ...]:
        """Score the true labels and return the groups whose best score counts."""

    def task(self, search: FamilySearch, numbers: tuple[int, ...]) -> ShuffleTask:
        """Return the task that scores some shuffles of a family."""
        return ShuffleTask(
            self.source, search.family, search.settings, numbers, self.blocks, self.unit_columns
        )


class WholeSearch(Repeats):
    """A small search over all families, on the first repeat of the tuning folds."""

    repeated = "whole search"

    def __init__(self, context: JobContext, bench: Workbench) -> None:
        super().__init__(context, bench)
        self.source = replace(bench.source, repeats=1)
        self.searches = small_search(family_names(context), bench.shape)
        settings = sum(len(search.settings) for search in self.searches)
        self.sentence = (
            "Each shuffle repeats the search in small: scaling, filters and fits of "
            f"{counted(settings, 'setting')} from {counted(len(self.searches), 'kind')} of models "
            "on the tuning folds, and the choice of the best. The true labels got exactly the "
            "same, so their score here can differ from the tuned one."
        )

    def groups(self, known: KnownScores, steps: Steps) -> tuple[Group, ...]:
        """Score the true labels and return the groups whose best score counts."""
        steps.say("the same search with the true labels")
        tasks = {
            search.family: self.task(search, (TRUE_LABELS,))
            for search in self.searches
            if (search.family, TRUE_LABELS) not in known
        }
        futures = {
            self.context.compute.submit(score_shuffles, task): name for name, task in tasks.items()
        }
        for future in self.context.compute.wait(futures, self.context.progress):
            known[futures[future], TRUE_LABELS] = future.result()
            write_down(self.context, futures[future], TRUE_LABELS, future.result())
            steps.add(1)
        members = [Member(s, known[s.family, TRUE_LABELS][0]) for s in self.searches]
        kinds = dict.fromkeys(search.kind for search in self.searches)
        return tuple(
            Group(
                _GROUPS[kind],
                _GROUP_TITLES[kind],
                tuple(member for member in members if member.search.kind == kind),
            )
            for kind in kinds
        )


class SelectedSettings(Repeats):
    """Only the fits of best traditional model and best network, with the settings chosen.

    They were chosen with the true labels, so the true score that the shuffled ones meet is the
    one corrected for having been chosen.
    """

    repeated = "selected settings"
    sentence = (
        "Each shuffle repeats the fits with the settings chosen on the true labels, not the "
        "search; so that the comparison is fair, the real score is the one corrected for having "
        "been chosen among all settings tried."
    )

    def __init__(self, context: JobContext, bench: Workbench, trials: list[FamilyTrials]) -> None:
        super().__init__(context, bench)
        self._trials = trials
        best = [best_of_kind(trials, "baseline"), best_of_kind(trials, "network")]
        self.searches = tuple(
            FamilySearch(item.family.name, item.family.kind, (item.best.params,))
            for item in best
            if item is not None
        )

    def groups(self, known: KnownScores, steps: Steps) -> tuple[Group, ...]:
        """Score the true labels and return the groups whose best score counts."""
        return tuple(self._group(search, steps) for search in self.searches)

    def _group(self, search: FamilySearch, steps: Steps) -> Group:
        same_kind = [item for item in self._trials if item.family.kind == search.kind]
        real = corrected(self.context, self.bench, same_kind, steps).value
        member = Member(search, float("nan") if real is None else real)
        return Group(search.family, get_family(search.family).title, (member,))


def write_down(context: JobContext, family: str, first: int, scores: list[float]) -> None:
    """Write a family's scores of some shuffles into the ledger."""
    context.study.record(
        "shuffled_family",
        {
            "fingerprint": context.fingerprints["shuffles"],
            "family": family,
            "first": first,
            "scores": scores,
        },
    )


def block_columns(context: JobContext, bench: Workbench) -> tuple[str, ...]:
    """Return the site and batch columns: labels are exchanged inside their values only."""
    return role_columns(context, bench, "site", "batch")


def unit_columns(context: JobContext, bench: Workbench) -> tuple[str, ...]:
    """Return the columns that name units: inside a matched pair a unit keeps one label."""
    return role_columns(context, bench, "unit")


def role_columns(context: JobContext, bench: Workbench, *roles: str) -> tuple[str, ...]:
    """Return the columns of these roles that the training samples are annotated with."""
    sheet = context.record("sample-sheet", SampleSheetRecord)
    wanted = (column for role in roles for column in sheet.roles.get(role, ()))
    return tuple(column for column in wanted if column in bench.training.annotations)


def corrected(
    context: JobContext, bench: Workbench, trials: list[FamilyTrials], steps: Steps
) -> Score:
    """Return the corrected score of the winner among all settings of these families."""
    steps.say("score with the true labels, corrected for having been chosen among many")
    names = (item.family.name for item in trials)
    found = winner_score(context, bench, trials, "corrected", *names)
    steps.add(1)
    return as_score(Interval(found.value, found.low, found.high))
