"""The blend: the mean of the best settings of the best families, an extra row.

It is never chosen: five models are harder to explain, to pass on and to check than one. Its score
shows what more effort could bring.
"""

from __future__ import annotations

from dataclasses import dataclass

from deepbench.data.wording import in_sentence
from deepbench.evaluation.blend_score import Member, blend_score
from deepbench.evaluation.bootstrap import Interval
from deepbench.evaluation.metrics import tuning_metric
from deepbench.jobs.calibrating import calibrated_out_of_fold, out_of_fold_of
from deepbench.jobs.context import JobContext
from deepbench.jobs.leaderboard import FamilyTrials
from deepbench.jobs.test_scores import as_score
from deepbench.models.workbench import Workbench
from deepbench.reporting.wording import listing
from deepbench.seeds import derive_seed
from deepbench.study.records import BlendMemberRecord, BlendRecord, TrialRecord

MOST_MEMBERS = 5
_FEWEST_MEMBERS = 2
_COUNTS = {2: "two", 3: "three", 4: "four", 5: "five"}
_SENTENCE = (
    "Mean of the {count} best settings, at most one of each family: {members}. Not a candidate, "
    "it shows what more effort could bring."
)


@dataclass(frozen=True)
class _Candidates:
    """What may become a member, by family; the members' trials come first."""

    trials: tuple[tuple[TrialRecord, ...], ...]
    members: tuple[Member, ...]


def blend_members(groups: list[FamilyTrials]) -> list[FamilyTrials]:
    """Return the families whose best settings make the blend, best first.

    None if there are fewer than two families with a score; dummies do not count.

    Args:
        groups: All families of a search, simple ones first.
    """
    found = _families(groups)
    best = sorted(found, key=lambda group: -(group.best.score or 0.0))[:MOST_MEMBERS]
    return best if len(best) >= _FEWEST_MEMBERS else []


def blend_record(
    context: JobContext, bench: Workbench, groups: list[FamilyTrials]
) -> BlendRecord | None:
    """Return the leaderboard's line for the blend; None if there is nothing to blend.

    Args:
        context: Study, and the plan with its seed.
        bench: The samples.
        groups: All families of the search, simple ones first.
    """
    members = blend_members(groups)
    if not members:
        return None
    found = _candidates(groups, members)
    task, study = bench.training.info.task, context.study
    score = blend_score(
        task,
        bench.training.outcome,
        bench.training.units,
        [[out_of_fold_of(study, trial) for trial in family] for family in found.trials],
        bench.fold_of,
        members=found.members,
        averaged=lambda member: calibrated_out_of_fold(
            study, bench, found.trials[member[0]][member[1]]
        ),
        most=MOST_MEMBERS,
        seed=derive_seed(context.plan.seed, "blend"),
    )
    return BlendRecord(
        members=tuple(
            BlendMemberRecord(
                model=group.family.name,
                title=group.family.title,
                trial=group.best.number,
                score=group.best.score,
            )
            for group in members
        ),
        metric=tuning_metric(task),
        plain=score.plain,
        corrected=as_score(Interval(score.value, score.low, score.high)),
        sentence=_SENTENCE.format(
            count=_COUNTS[len(members)],
            members=listing([in_sentence(group.family.title) for group in members]),
        ),
    )


def _families(groups: list[FamilyTrials]) -> list[FamilyTrials]:
    return [
        group
        for group in groups
        if group.family.complexity > 0 and group.candidates and group.best.score is not None
    ]


def _candidates(groups: list[FamilyTrials], members: list[FamilyTrials]) -> _Candidates:
    """Return all trials with a score, first looks too: they had a say in what was tried."""
    families = _families(groups)
    trials = tuple(
        tuple(trial for trial in group.trials if trial.score is not None) for group in families
    )
    places = [families.index(group) for group in members]
    return _Candidates(
        trials, tuple((place, trials[place].index(families[place].best)) for place in places)
    )
