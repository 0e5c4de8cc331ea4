"""Which trials of the ledger a page shows: those of the main search, not of outer folds.

A search inside an outer fold belongs to the test of the procedure (step 10), and an older search
to answers that were changed since.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from deepbench.plan import StudyPlan
from deepbench.study.effort import MAIN_SEARCH, PRESET_EFFORTS, search_name
from deepbench.study.records import LeaderboardRecord, TrialRecord
from deepbench.workflow import fingerprints


def trials_per_family(plan: StudyPlan) -> int:
    """Return how many settings the plan's budget tries per family."""
    preset = PRESET_EFFORTS[plan.budget.preset].trials
    return preset if plan.budget.trials is None else plan.budget.trials


def shuffles_of(plan: StudyPlan) -> int:
    """Return how many shuffles the plan's budget makes."""
    preset = PRESET_EFFORTS[plan.budget.preset].shuffles
    return preset if plan.shuffles.replicates is None else plan.shuffles.replicates


def planned_search(plan: StudyPlan, source_sha256: str) -> str:
    """Return the name of the main search that the answers ask for."""
    split = fingerprints(plan, source_sha256)["split"]
    return search_name(split, plan.seed, trials_per_family(plan), None)


def trials_of(
    trials: Iterable[TrialRecord], search: str, names: Collection[str]
) -> list[TrialRecord]:
    """Return the trials of a search and of some families, in the order they finished."""
    return [trial for trial in trials if trial.search == search and trial.family in names]


def search_to_show(
    trials: Sequence[TrialRecord],
    names: Collection[str],
    record: LeaderboardRecord | None,
    planned: str,
    running: bool,
) -> str:
    """Return the name of the search that a page shows; empty when there is none.

    While the stage runs that is the planned one. Otherwise it is the one that the record came
    from, also when answers were changed since; without a record the planned one or, if it has
    not begun, the last.

    Args:
        trials: All trials, in the order they finished.
        names: Families of the page.
        record: What the stage found when it last finished.
        planned: The search that the answers ask for.
        running: Whether the stage is being calculated.
    """
    if running and planned:
        return planned
    if record is not None and record.models:
        found = _search_of(record, trials)
        if found:
            return found
    last = ""
    for trial in trials:
        if trial.family in names and is_main(trial.search):
            if trial.search == planned:
                return planned
            last = trial.search
    return last


def is_main(search: str) -> bool:
    """Say whether a search is one on all training samples."""
    return search.startswith(f"{MAIN_SEARCH}-")


def _search_of(record: LeaderboardRecord, trials: Sequence[TrialRecord]) -> str:
    """Return the search that holds the best trial of every model of a record; the last of them."""
    wanted = {
        (model.name, model.best_trial, model.plain): repr(sorted(model.params.items()))
        for model in record.models
    }
    hits: dict[str, int] = {}
    for trial in trials:
        key = (trial.family, trial.number, trial.score)
        if is_main(trial.search) and wanted.get(key) == repr(sorted(trial.params.items())):
            hits[trial.search] = hits.pop(trial.search, 0) + 1
    whole = [search for search, count in hits.items() if count == len(record.models)]
    return whole[-1] if whole else ""
