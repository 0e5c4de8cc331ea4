"""Whether running would open the test set, and what is said before it does."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from deepbench.plan import StudyPlan
from deepbench.study.records import (
    ImportRecord,
    LeaderboardRecord,
    ModelRecord,
    Score,
    ShuffleRecord,
    SplitRecord,
)
from deepbench.workflow import fingerprints
from deepbench_ui.models.families import DUMMY, SCORES, TITLES
from deepbench_ui.models.numbers import interval_text

CHOICE = (
    "One model is chosen by its tuning scores: the simplest whose score lies within one standard "
    "error of the best. The test set plays no part in the choice."
)
COMPARISON = (
    "The best network and the best traditional model are compared on the same tuning folds, "
    "unit by unit. The difference is shown with its interval."
)
OPENS = (
    "Then the test set is opened, once. The chosen model, the best traditional model and the best "
    "network, all finished by then, meet samples that nothing has looked at."
)
OPENS_PERHAPS = (
    "The shuffled-label check is calculated first. If it finds a signal, the test set is opened, "
    "once; if not, it stays locked."
)
OPENS_FOLDS = (
    "The search is repeated without the test samples of each of the {folds} outer folds before. "
    "That takes about as long as tuning did, {folds} times."
)
NOTED = (
    "Day, models and expected score are noted in the ledger before the test samples are read. "
    "An opening cannot be taken back."
)
STAYS_LOCKED = {
    "no": "The shuffled-label check found no evidence of a signal, so there is nothing to test. "
    "The choice is only noted: the test set stays locked and can still serve a better study.",
    "unclear": "The shuffled-label check is unclear about a signal, which is not enough to spend "
    "the test set on. The choice is only noted: the test set stays locked.",
}
GOES_ON = (
    "An earlier run opened the test set and was interrupted. Going on is no second opening: the "
    "same models meet the same samples."
)
EXPECTED = (
    "Expect {score} {interval} on the test set: the corrected score of the best model so far, "
    "{model}. If the test lies far below, something differs between training and test samples."
)
NO_EXPECTATION = "What to expect of the test set is known once models are tuned (steps 7 and 8)."


@dataclass(frozen=True)
class Opening:
    """What running the stage would do to the test set.

    Attributes:
        opens: Whether it would be opened: no, perhaps (the check on shuffled labels is not
            calculated for the answers as they are) or yes.
        signal: What the check found; empty while it is not known.
        openings: How often the test set was opened before.
        goes_on: Whether an interrupted opening is only gone on with.
    """

    opens: Literal["no", "perhaps", "yes"]
    signal: Literal["", "yes", "no", "unclear"] = ""
    openings: int = 0
    goes_on: bool = False

    @property
    def needs_reason(self) -> bool:
        """Whether the plan has to say why the test set is opened again."""
        return self.opens != "no" and self.openings > 0


def next_opening(
    states: Mapping[str, str],
    plan: StudyPlan | None,
    imported: ImportRecord | None,
    shuffles: ShuffleRecord | None,
    openings: int,
    opened_with: Collection[str],
) -> Opening:
    """Return what running would do to the test set.

    Args:
        states: State of each page.
        plan: The answers; None while they make no plan.
        imported: The table.
        shuffles: What the shuffled-label check found last.
        openings: How often the test set was opened so far.
        opened_with: Fingerprints of the stage with which it was opened.
    """
    if states["test"] == "done":
        return Opening("no", openings=openings)
    # What the vault itself goes by (deepbench.data.vault.opening).
    current = fingerprints(plan, imported.sha256)["test"] if plan and imported else ""
    if current in opened_with:
        return Opening("no", openings=openings, goes_on=True)
    if states["shuffles"] != "done" or shuffles is None:
        return Opening("perhaps", openings=openings)
    opens: Literal["no", "yes"] = "yes" if shuffles.signal == "yes" else "no"
    return Opening(opens, shuffles.signal, openings)


def steps_of(opening: Opening, split: SplitRecord | None) -> list[str]:
    """Return what running will do, sentence by sentence."""
    said = [CHOICE, COMPARISON]
    if opening.goes_on:
        return [*said, GOES_ON]
    if opening.opens == "no":
        return [*said, STAYS_LOCKED.get(opening.signal, "")]
    folds = len(split.outer_folds) if split is not None else 1
    if folds > 1:
        said.append(OPENS_FOLDS.format(folds=folds))
    return [*said, OPENS if opening.opens == "yes" else OPENS_PERHAPS, NOTED]


def best_tuned(boards: Collection[LeaderboardRecord | None]) -> ModelRecord | None:
    """Return the model with the best corrected score of all leaderboards; None without one."""
    scored = [
        (model.corrected.value, model)
        for board in boards
        if board is not None
        for model in board.models
        if model.name != DUMMY and model.corrected.value is not None
    ]
    return max(scored, key=lambda pair: pair[0])[1] if scored else None


def expectation(best: ModelRecord | None) -> str:
    """Say what the test set should show."""
    if best is None:
        return NO_EXPECTATION
    return EXPECTED.format(
        score=SCORES[best.metric].title,
        interval=score_with_interval(best.corrected),
        model=TITLES.get(best.name, best.title),
    )


def score_with_interval(score: Score | None) -> str:
    """Return ``0.991 (95 % interval 0.976–1.000)``."""
    text = interval_text(score)
    return text.replace("(", "(95 % interval ", 1)
