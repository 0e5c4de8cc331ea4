"""Results as they may leave: no small counts, the same document."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from deepbench.reporting.results_json import results_document
from deepbench.reporting.results_release import released_results
from deepbench.reporting.small_cells import SmallCells

ANSWERS = {"accuracy", "balanced_accuracy", "mcc", "f1", "majority_accuracy"}


@pytest.mark.parametrize(
    "name", ["binary", "null_locked", "multiclass", "regression", "stopped_early", "reused"]
)
def test_every_study_keeps_its_document(name: str, studies: ModuleType) -> None:
    summary = studies.ALL[name]()
    full, released = results_document(summary), released_results(summary, SmallCells(10))
    assert released.keys() == full.keys()
    for part in ("models", "shuffled", "comparison", "classes", "features"):
        assert released[part] == full[part]
    _same_but_for_digits_of_answers(released["test"], full["test"])
    assert "P-0412" not in str(released)


def _same_but_for_digits_of_answers(released: Any, full: Any) -> None:
    """Measures of answers may have two digits; everything else of a test is as it was."""
    if full is None:
        assert released is None
        return
    assert released.keys() == full.keys()
    for part in full:
        if not part.endswith("metrics"):
            assert released[part] == full[part]
            continue
        assert released[part].keys() == full[part].keys()
        for name, score in full[part].items():
            rounded = {side: None if v is None else round(v, 2) for side, v in score.items()}
            kept = (score, rounded) if name in ANSWERS else (score,)
            assert released[part][name] in kept


@pytest.mark.parametrize(
    ("train", "test", "shown"),
    [
        (330, 82, (330, 82)),
        (90, 9, (None, None)),
        (3, 200, (None, None)),
        (10, 10, (10, 10)),
    ],
)
def test_a_small_set_hides_both_sides(
    train: int, test: int, shown: tuple[int | None, int | None], studies: ModuleType
) -> None:
    summary = studies.summary()
    split = summary.split.model_copy(update={"train_units": train, "test_units": test})
    released = released_results(summary.model_copy(update={"split": split}), SmallCells(10))
    assert (released["split"]["train_units"], released["split"]["test_units"]) == shown


def test_a_small_total_is_hidden_and_a_rule_of_nothing_hides_nothing(studies: ModuleType) -> None:
    summary = studies.summary()
    sheet = summary.sheet.model_copy(update={"samples": 19, "units": 20})
    small = summary.model_copy(update={"sheet": sheet})
    released = released_results(small, SmallCells(10))
    assert (released["samples"], released["units"]) == (None, 20)
    whole = released_results(small, SmallCells(0))
    assert (whole["samples"], whole["units"]) == (19, 20)
