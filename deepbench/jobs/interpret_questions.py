"""Last part of stage 11: the features that stage 12 asks about, and what is known of each."""

from __future__ import annotations

from deepbench.interpretation.annotation_ties import find_ties
from deepbench.interpretation.claim_hints import Known, with_hints
from deepbench.interpretation.single_features import scores_alone
from deepbench.jobs.interpreting import Interpreting
from deepbench.jobs.steps import Steps
from deepbench.seeds import derive_seed
from deepbench.study.claimable import features_to_ask
from deepbench.study.records import (
    AskedFeatureRecord,
    CheckRecord,
    InterpretationRecord,
    SampleSheetRecord,
)


def count_steps(work: Interpreting) -> int:
    """Return the steps."""
    return 1


def what_is_known(
    work: Interpreting, found: InterpretationRecord, steps: Steps
) -> tuple[AskedFeatureRecord, ...]:
    """Return the features to ask about, with hints.

    Args:
        work: The study.
        found: What the parts before found.
        steps: Counts the steps.
    """
    steps.say("what is known about the features to be asked about")
    context, training = work.context, work.bench.training
    sheet = context.record("sample-sheet", SampleSheetRecord)
    asked = features_to_ask(found)
    # A sequence is a feature to the user, and several columns to the models.
    names = [item.feature for item in asked if item.feature in training.features.columns]
    folds = [work.bench.folds[number] for number in work.folds]
    known = Known(
        ties=find_ties(training, sheet.roles, names, derive_seed(context.plan.seed, "ties")),
        alone=scores_alone(training, folds, names),
        check=context.record("check", CheckRecord),
        choice=work.choice,
        sheet=sheet,
        imitations=found.imitations,
    )
    made = with_hints(asked, known)
    steps.add(1)
    return made
