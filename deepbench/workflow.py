"""The wizard without a screen: stages, what each depends on, what has become out of date.

A stage is done when the ledger says that it finished with the *fingerprint* it has now: a hash
of the parts of the plan it reads and of the fingerprints of the stages before it. A changed
answer changes the fingerprint of that stage and of all that build on it, and of nothing else.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from deepbench.errors import PlanError
from deepbench.plan import Data, StudyPlan

StageState = Literal["to do", "ready", "done", "out of date"]


@dataclass(frozen=True)
class Stage:
    """One stage of a study (design.md, section 3).

    Attributes:
        number: 0 to 14, the order of the pages.
        key: Short name used by ``--until`` and the ledger.
        title: What the page is called.
        tip: Number of the tip of Lee et al. 2022, or 0.
        plan_parts: Parts of the plan it reads.
        after: Keys of the stages whose results it reads.
        revision: Raised when the stage's calculation changes, so that old results show as out
            of date.
    """

    number: int
    key: str
    title: str
    tip: int
    plan_parts: tuple[str, ...]
    after: tuple[str, ...]
    revision: int = 1


#: Answers that change how the files are read; where the data came from is not among them.
READING: tuple[str, ...] = tuple(
    f"data.{key}"
    for key in Data.model_fields
    if key not in ("origin", "version", "downloaded", "licence", "protocol", "contact")
)

STAGES: tuple[Stage, ...] = (
    Stage(0, "start", "Start", 0, ("privacy",), ()),
    Stage(1, "question", "Your question", 4, ("question",), ()),
    Stage(2, "suitability", "Is deep learning a good fit?", 1, ("suitability",), ("question",)),
    # Reading needs to know which columns are features: text among numbers is an error in those.
    # Where the data came from changes no cell: it is read by the stages that print it.
    Stage(
        3,
        "import",
        "Bring in your data",
        4,
        (
            *READING,
            "roles",
            "question.outcome",
        ),
        (),
    ),
    Stage(
        4,
        "sample-sheet",
        "Sample sheet",
        4,
        ("question.outcome", "question.task", "question.positive", "roles"),
        ("import",),
    ),
    # A reason accepts a finding, an answer on the design adds one, and an answer of tip 1 changes
    # its verdict; none changes a number, so they may be given at any time.
    Stage(
        5,
        "check",
        "Check the data",
        4,
        (
            "seed",
            "check.keep",
            "check.leave_out",
            "check.leave_out_samples",
            "preparation",
        ),
        ("sample-sheet",),
    ),
    Stage(
        6,
        "split",
        "Set aside the test samples",
        7,
        (
            "seed",
            "split.design",
            "split.test_fraction",
            "split.outer_folds",
            "split.tuning_folds",
            "split.tuning_repeats",
            "budget.preset",
        ),
        ("check",),
    ),
    Stage(
        7,
        "baselines",
        "Traditional models",
        2,
        ("seed", "budget", "baselines", "networks.sizes"),
        ("split",),
        revision=2,
    ),
    Stage(
        8,
        "networks",
        "Networks, small to large",
        3,
        ("seed", "budget", "baselines.families", "networks"),
        ("split",),
        revision=2,
    ),
    Stage(
        9,
        "shuffles",
        "Shuffled-label check",
        7,
        ("seed", "shuffles"),
        ("baselines", "networks"),
        revision=2,
    ),
    Stage(
        10,
        "test",
        "Compare, choose, open the test set",
        7,
        ("seed", "split.reuse_reason"),
        ("shuffles",),
        revision=2,
    ),
    Stage(
        11,
        "interpretation",
        "What the model uses",
        8,
        ("seed", "interpretation"),
        ("test",),
        revision=3,
    ),
    Stage(
        12,
        "claims",
        "What you may claim",
        9,
        (
            "claims",
            "question.organism",
            "question.useful_score",
            "suitability.expected_ceiling",
            "suitability.label_reliability",
        ),
        ("interpretation",),
        revision=2,
    ),
    Stage(
        13,
        "ethics",
        "Ethics and privacy gate",
        10,
        ("ethics", "privacy", "data.licence"),
        ("claims",),
        revision=3,
    ),
    # It prints the whole plan; what is not named here reaches it through the stages before.
    Stage(
        14,
        "report",
        "Report and export",
        10,
        ("question", "data", "design", "check.reasons", "documents"),
        ("claims", "ethics", "start", "suitability"),
    ),
)
STAGE_BY_KEY: dict[str, Stage] = {stage.key: stage for stage in STAGES}


def find_stage(name: str) -> Stage:
    """Return the stage of a number or key.

    Raises:
        PlanError: there is no such stage.
    """
    text = name.strip().lower()
    for stage in STAGES:
        if text in (str(stage.number), stage.key):
            return stage
    near = difflib.get_close_matches(text, list(STAGE_BY_KEY), n=1, cutoff=0.5)
    hint = f"Did you mean '{near[0]}'? " if near else ""
    known = ", ".join(f"{stage.number} {stage.key}" for stage in STAGES)
    raise PlanError(
        f"There is no stage called '{name}'.", f"{hint}Stages, by number or name: {known}."
    )


def fingerprints(plan: StudyPlan, source_sha256: str = "") -> dict[str, str]:
    """Return the fingerprint of each stage under this plan and this source file."""
    found: dict[str, str] = {}
    for stage in STAGES:
        digest = hashlib.sha256(f"{stage.key}\x1f{stage.revision}".encode())
        digest.update(plan.fingerprint(*stage.plan_parts).encode())
        if stage.key == "import":
            digest.update(source_sha256.encode())
        for key in stage.after:
            digest.update(found[key].encode())
        found[stage.key] = digest.hexdigest()
    return found


def stage_states(current: Mapping[str, str], finished: Mapping[str, str]) -> dict[str, StageState]:
    """Return the state of each stage.

    Args:
        current: Fingerprints the stages have now.
        finished: Fingerprints with which stages last finished, by the ledger.
    """
    states: dict[str, StageState] = {}
    for stage in STAGES:
        ready = all(states[key] == "done" for key in stage.after)
        if stage.key not in finished:
            states[stage.key] = "ready" if ready else "to do"
        else:
            same = finished[stage.key] == current[stage.key]
            states[stage.key] = "done" if same and ready else "out of date"
    return states
