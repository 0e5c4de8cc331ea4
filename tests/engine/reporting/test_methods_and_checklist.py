from __future__ import annotations

from types import ModuleType

import pytest

from deepbench.reporting.checklist import ten_tips
from deepbench.reporting.methods_text import methods_text
from deepbench.reporting.small_cells import SmallCells

STUDIES = ("binary", "null_locked", "multiclass", "regression", "stopped_early", "reused")


def test_methods_hold_the_numbers_of_the_study(studies: ModuleType) -> None:
    text = " ".join(methods_text(studies.summary()).paragraphs)
    for part in (
        "569 samples from 412 biological units with 28 features",
        "330 units for training, 82 for testing",
        "5-fold cross-validation, repeated twice",
        "30 trials",
        "shuffling the labels 100 times",
        "p = 0.0099",
        "−0.003, 95 % interval −0.012 to 0.006",
        "AUROC 0.973 (95 % interval 0.949–0.984)",
        "opened once",
        "master seed 7",
        "scikit-learn 1.9.1",
        "associations, not causes",
    ):
        assert part in text


@pytest.mark.parametrize("name", STUDIES)
def test_references_are_those_cited(studies: ModuleType, name: str) -> None:
    methods = methods_text(studies.ALL[name]())
    text = " ".join(methods.paragraphs)
    for author, key in (
        ("Tsamardinos", "Tsamardinos et al., 2018"),
        ("Lundberg", "Lundberg and Lee, 2017"),
        ("Paszke", "Paszke et al., 2019"),
        ("DeLong ER", "DeLong et al., 1988"),
        ("Lee BD", "Lee et al., 2022"),
    ):
        assert (key in text) == any(entry.startswith(author) for entry in methods.references)
    assert list(methods.references) == sorted(methods.references)


def test_only_what_was_done_is_said(studies: ModuleType) -> None:
    stopped = " ".join(methods_text(studies.stopped_early()).paragraphs)
    for absent in ("trials", "shuffl", "test set", "PyTorch"):
        assert absent not in stopped
    assert "PyTorch" not in " ".join(methods_text(studies.multiclass()).paragraphs)
    locked = " ".join(methods_text(studies.null_locked()).paragraphs)
    assert "The test set was not opened." in locked
    assert "opened twice" in " ".join(methods_text(studies.reused()).paragraphs)


def test_unequal_effort_is_said(studies: ModuleType) -> None:
    board = studies.baselines()
    fewer = board.models[1].model_copy(update={"trials": 12})
    board = board.model_copy(update={"models": (board.models[0], fewer, *board.models[2:])})
    summary = studies.summary(baselines=board)
    assert "12 to 30 trials" in " ".join(methods_text(summary).paragraphs)
    assert ten_tips(summary)[5].state == "partly"


def test_small_studies_do_not_print_their_size_when_counts_are_hidden(
    studies: ModuleType,
) -> None:
    sheet = studies.sheet().model_copy(update={"samples": 14, "units": 7})
    split = studies.holdout().model_copy(update={"train_units": 5, "test_units": 2})
    summary = studies.summary(sheet=sheet, split=split)
    text = " ".join(methods_text(summary, SmallCells(10)).paragraphs)
    assert "<20 samples from <20 biological units" in text
    assert "units for training" not in text


def states(summary: object) -> list[str]:
    return [tip.state for tip in ten_tips(summary)]  # type: ignore[arg-type]


def test_checklist_of_a_whole_study(studies: ModuleType) -> None:
    tips = ten_tips(studies.summary())
    assert [tip.number for tip in tips] == list(range(1, 11))
    assert [tip.state for tip in tips] == [
        "partly",  # a question is unanswered
        "done",
        "partly",  # a sanity check failed
        "done",
        "done",
        "done",
        "done",
        "done",
        "done",
        "partly",  # an entry of the register is open
    ]
    assert all(tip.text.endswith(".") for tip in tips)


def test_checklist_does_not_praise_what_was_not_done(studies: ModuleType) -> None:
    stopped = states(studies.stopped_early())
    assert stopped[1:3] == ["not done", "not done"]
    assert stopped[4:] == ["not done"] * 6
    assert states(studies.multiclass())[2] == "not done"
    assert states(studies.null_locked())[7] == "not done"
    assert states(studies.reused())[6] == "partly"
