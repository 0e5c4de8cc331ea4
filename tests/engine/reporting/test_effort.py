from __future__ import annotations

from types import ModuleType

import pytest

from deepbench.reporting.checklist import ten_tips
from deepbench.reporting.effort import effort_table, effort_words, is_equal
from deepbench.reporting.methods_text import methods_text
from deepbench.study.records import ModelRecord

ENDED = "The search ended after 10 of 16 trials: further settings were expected to gain less."
LATE = "The search ended after 8 of 16 trials: the time limit of the plan was reached."


@pytest.fixture
def models(studies: ModuleType) -> tuple[ModelRecord, ...]:
    given: tuple[ModelRecord, ...] = studies.baselines().models[:3]
    changes = (
        {"name": "linear", "trials": 16, "offered": 16},
        {"name": "svm", "trials": 10, "offered": 16, "note": ENDED},
        {"name": "random_forest", "trials": 16, "offered": 16, "first_looks": 13},
    )
    return tuple(
        model.model_copy(update={"note": "", **change})
        for model, change in zip(given, changes, strict=True)
    )


def test_spent_less_because_nothing_was_to_be_gained_is_equal_effort(
    models: tuple[ModelRecord, ...],
) -> None:
    assert is_equal(models)
    assert effort_words(models) == (
        "Every model family was offered 16 trials; 10 to 16 were run, as searches ended where "
        "nothing more was to be gained"
    )
    assert effort_words(models[::2]) == "Every model family was given 16 trials"


def test_a_time_limit_or_another_offer_is_not(models: tuple[ModelRecord, ...]) -> None:
    late = models[1].model_copy(update={"note": LATE, "trials": 8})
    assert not is_equal((models[0], late))
    assert effort_words((models[0], late)) == "Model families were given 8 to 16 trials"
    assert not is_equal((models[0], models[1].model_copy(update={"offered": 60})))


def test_the_dummy_takes_no_effort(models: tuple[ModelRecord, ...]) -> None:
    dummy = models[0].model_copy(update={"name": "dummy", "trials": 1, "offered": 16})
    assert is_equal((dummy, *models))
    assert effort_table([dummy]) is None
    assert effort_words([dummy]) == ""


def test_the_table_says_what_was_offered_spent_and_why_it_ended(
    models: tuple[ModelRecord, ...],
) -> None:
    found = effort_table(models)
    assert found is not None
    assert [column.title for column in found.columns][1:4] == [
        "Trials offered",
        "Trials run",
        "First looks among them",
    ]
    assert [row[1:4] for row in found.rows] == [
        ("16", "16", "0"),
        ("16", "10", "0"),
        ("16", "16", "13"),
    ]
    assert [row[-1] for row in found.rows] == [
        "All trials were run.",
        ENDED,
        "All trials were run.",
    ]
    assert "cannot win" in found.note or "only trials in full can win" in found.note


def test_a_time_limit_shows_the_seconds_offered(models: tuple[ModelRecord, ...]) -> None:
    timed = [model.model_copy(update={"seconds_offered": 90.0}) for model in models]
    found = effort_table(timed)
    assert found is not None
    place = [column.title for column in found.columns].index("Computing time offered")
    assert [row[place] for row in found.rows] == ["1 min 30 s"] * 3
    plain = effort_table(models[:2])
    assert plain is not None
    assert len(plain.columns) == 5


def test_methods_and_checklist_say_the_same(studies: ModuleType) -> None:
    board = studies.baselines()
    fewer = board.models[1].model_copy(update={"trials": 12, "offered": 30})
    board = board.model_copy(update={"models": (board.models[0], fewer, *board.models[2:])})
    summary = studies.summary(baselines=board, interpretation=None)
    said = " ".join(methods_text(summary).paragraphs)
    assert "offered 30 trials; 12 to 30 were run" in said
    assert ten_tips(summary)[5].state == "done"
    assert "12 to 30 were run" in ten_tips(summary)[5].text
