"""Ways to set test samples aside in words, and what a split made of the samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deepbench.plan import HOLDOUT_FROM_UNITS
from deepbench.study.records import (
    CheckRecord,
    OuterFoldRecord,
    SampleSheetRecord,
    SimilarityRecord,
    SplitMapRecord,
)
from deepbench.workflow import READING
from deepbench_ui.models.finding_phrases import AUTO, BY_SITE, NESTED
from deepbench_ui.models.numbers import counted
from deepbench_ui.models.row_table import Column
from deepbench_ui.plots import FoldRow, SampleMapFigure

HOLDOUT, BY_TIME = "Hold out a part once", "Train on the past, test on the latest"
BY_BATCH, OWN = "Leave one batch out", "Use my own division"
TITLES = {
    "auto": AUTO,
    "holdout": HOLDOUT,
    "nested": NESTED,
    "leave-one-site-out": BY_SITE,
    "leave-one-batch-out": BY_BATCH,
    "time": BY_TIME,
    "own": OWN,
}
TEXTS = {
    "auto": "The number of biological units decides.",
    "holdout": (
        "A part of the units is set aside and tested once, at the end. Right when there are many "
        f"units, {HOLDOUT_FROM_UNITS} or more: then the test is precise."
    ),
    "nested": (
        "The units are divided into parts, and each part is tested by models that were tuned "
        "without it. Right for few units: nothing is wasted, but it takes several times as long."
    ),
    "leave-one-site-out": (
        "Each site is tested by models that have never seen it. Right when the model shall work "
        "in a hospital, lab or field that is not in the table."
    ),
    "leave-one-batch-out": (
        "Each batch, run or plate is tested by models that have never seen it. Right when the "
        "model shall work on plates that are measured later."
    ),
    "time": (
        "The latest units are tested by models that saw only earlier ones. Right when the model "
        "shall be used on samples that are collected later."
    ),
    "own": (
        "A column of yours says for each sample “training” or “test”, or the number of its fold; "
        "it is followed exactly. Samples marked for validation or tuning train: tuning sets are "
        "made of the training samples."
    ),
}
NEEDS_ROLE = {
    "leave-one-site-out": "site",
    "leave-one-batch-out": "batch",
    "time": "date",
    "own": "part",
}
ROLE_WORDS = {"site": "site", "batch": "batch", "date": "date", "part": "own division"}
NOT_NOW = "Not possible now: no column has the role “{role}” (step 4)."
AUTO_UNKNOWN = (
    f"From {HOLDOUT_FROM_UNITS} biological units up a part is held out once; with fewer every "
    "unit is tested once. How many you have is counted when the data is checked."
)
AUTO_HOLDOUT = (
    "You have {units}, enough to hold a part out once (from " f"{HOLDOUT_FROM_UNITS} up)."
)  # fmt: skip
AUTO_NESTED = (
    "You have {units}, too few for one held-out part to be precise (below "
    f"{HOLDOUT_FROM_UNITS}), so every unit is tested once."
)
FEWER_FOLDS = "The rarest class has {units}, so there will be {folds} test parts."
MAP_TITLE = "Which sample is where"
MAP_SENTENCE = (
    "Models learn from the training set, settings are chosen on tuning sets (the first tuning "
    "set of each row is shown), and the test set stays sealed."
)
#: Sentences beside the proofs that say what the test cannot show.
NO_PROOFS = (
    "Not every",
    "in neither set",
    "are on both sides",
    "is on both sides of the split: the test",
    "left out together",
    "to leave out; so that",
)
#: Answers that a sketch depends on, besides whole tables.
_SKETCHED = frozenset(
    (
        *READING,
        *(f"question.{key}" for key in ("outcome", "task", "positive", "useful_score")),
        *(f"check.{key}" for key in ("keep", "leave_out", "leave_out_samples")),
        *(f"split.{key}" for key in ("design", "test_fraction", "outer_folds", "tuning_folds")),
    )
)
#: With more units per sample than this, the picture shows no units: each sample is nearly one.
_HARDLY_SHARED = 0.9
_SETS = {0: "training", 1: "tuning", 2: "test"}


@dataclass(frozen=True)
class UnitCounts:
    """Biological units there are now.

    Attributes:
        units: How many; None before the sample sheet was used.
        rarest: Units of the rarest class; None for a quantity.
    """

    units: int | None = None
    rarest: int | None = None


def unit_counts(sheet: SampleSheetRecord | None, check: CheckRecord | None) -> UnitCounts:
    """Return the units that the sample sheet has, or what the data check made of them."""
    if sheet is None:
        return UnitCounts()
    units = sheet.units if check is None or check.units is None else check.units
    classes = (check.class_units if check is not None else {}) or sheet.class_units
    present = [many for many in classes.values() if many]
    return UnitCounts(units, min(present, default=None) if sheet.classes else None)


def chosen_design(answers: Mapping[str, Any]) -> str:
    """Return the design as answered."""
    return str(answers.get("split", {}).get("design", "auto"))


def design_now(answers: Mapping[str, Any], units: int | None) -> str:
    """Return the design that the answers make; ``auto`` while the units are not known."""
    chosen = chosen_design(answers)
    if chosen != "auto" or units is None:
        return chosen
    return "holdout" if units >= HOLDOUT_FROM_UNITS else "nested"


def describe_design(
    design: str, answers: Mapping[str, Any], units: int | None
) -> tuple[str, bool]:
    """Return what a design means with the answers as they are, and whether it is possible."""
    if design == "auto":
        if units is None:
            return AUTO_UNKNOWN, True
        text = AUTO_HOLDOUT if units >= HOLDOUT_FROM_UNITS else AUTO_NESTED
        return text.format(units=counted(units, "biological unit")), True
    role = NEEDS_ROLE.get(design)
    if role is not None and not answers.get("roles", {}).get(role):
        return f"{TEXTS[design]} {NOT_NOW.format(role=ROLE_WORDS[role])}", False
    return TEXTS[design], True


def fold_note(folds: int, counts: UnitCounts) -> str:
    """Return why there will be fewer outer folds than asked for; empty if there will not."""
    if counts.rarest is None or counts.rarest >= folds:
        return ""
    units = counted(counts.rarest, "biological unit")
    return FEWER_FOLDS.format(units=units, folds=max(2, counts.rarest))


# --- results --------------------------------------------------------------------------


def fold_title(name: str) -> str:
    """Return what an outer fold is called: "Hold-out", "Fold 2", "Site Lyon"."""
    known = {"holdout": "Hold-out", "latest": "Latest samples"}
    return known.get(name, name[:1].upper() + name[1:])


def fold_columns(classes: Sequence[str]) -> tuple[Column[OuterFoldRecord], ...]:
    """Return the columns of the table of outer folds, one for each class at the end."""
    return (
        Column("Test set", lambda fold: fold_title(fold.name)),
        _count("Training units", lambda fold: fold.train_units),
        _count("Training samples", lambda fold: fold.train_samples),
        _count("Test units", lambda fold: fold.test_units),
        _count("Test samples", lambda fold: fold.test_samples),
        *(_count(f"“{name}” in test", _of_class(name)) for name in classes),
    )


def _of_class(name: str) -> Any:
    return lambda fold: fold.test_classes.get(name, 0)


def _count(title: str, number: Any) -> Column[OuterFoldRecord]:
    return Column(title, lambda fold: f"{number(fold):,}", number, number=True)


def proof_lines(sentences: Sequence[str]) -> tuple[tuple[str, bool], ...]:
    """Return the sentences that were checked on the split; False for those that are no proof."""
    return tuple((line, not any(sign in line for sign in NO_PROOFS)) for line in sentences)


def likeness_mark(record: SimilarityRecord) -> tuple[str, str]:
    """Return the picture, and its colour, beside the sentence on test and training samples."""
    if record.low <= 0.5:  # no better than guessing
        return "done", "ok"
    return ("info", "info") if record.expected else ("warning", "warning")


def sketched_for(answers: Mapping[str, Any], finished: Mapping[str, object]) -> tuple[Any, ...]:
    """Return what a sketch of the split depends on, to tell when it has to be made anew.

    Args:
        answers: The answers so far.
        finished: How stages last finished.
    """
    given = {
        f"{table}.{key}": value
        for table in ("data", "question", "check", "split")
        for key, value in answers.get(table, {}).items()
        if f"{table}.{key}" in _SKETCHED
    }
    others = tuple(answers.get(key) for key in ("roles", "preparation", "seed"))
    done = tuple(finished.get(key) for key in ("sample-sheet", "check", "split"))
    return (given, others, done)


def sample_map(shown: SplitMapRecord) -> SampleMapFigure:
    """Return the picture of the split."""
    few_shared = len(set(shown.units)) > _HARDLY_SHARED * len(shown.units)
    return SampleMapFigure(
        title=MAP_TITLE,
        sentence=MAP_SENTENCE,
        samples=shown.samples,
        units=() if few_shared else shown.units,
        folds=tuple(
            FoldRow(fold_title(name), tuple(_SETS.get(code, "") for code in places))
            for name, places in zip(shown.outer_folds, shown.places, strict=True)
        ),
    )
