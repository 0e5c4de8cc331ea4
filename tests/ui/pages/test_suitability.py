"""The page of step 2: the questions of tip 1 and the verdict."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from deepbench.messages import JobFailed, JudgeSuitability
from deepbench.study.records import Reason, SuitabilityRecord
from deepbench_ui.pages import suitability
from deepbench_ui.pages.suitability import (
    BEFORE_DATA,
    NEED_REASON,
    NOT_ANSWERED,
    REASON_NAMES,
    VERDICTS,
    WAIT,
    WITH_DATA,
    SuitabilityPage,
)
from deepbench_ui.session import StudySession
from deepbench_ui.theme import theme
from tests.ui.conftest import child, settle
from tests.ui.pages.opened_study import StudyWriter

AGAINST = SuitabilityRecord(
    verdict="use traditional models",
    reasons=(
        Reason(rule="n", speaks="against", text="40 units are few.", source="Tip 1"),
        Reason(rule="goal", speaks="neutral", text="You want to predict.", source=""),
        Reason(rule="more", speaks="for", text="More samples will come.", source="Smith 2020"),
    ),
    unanswered=(),
    with_data=False,
)


def verdict(**other: Any) -> dict[str, Any]:
    return AGAINST.model_copy(update=other).model_dump(mode="json")


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the page ask without waiting for more answers."""
    monkeypatch.setattr(suitability, "_WAIT_MILLISECONDS", 0)


def shown(session: StudySession, qtbot: QtBot) -> SuitabilityPage:
    page = SuitabilityPage(session)
    qtbot.addWidget(page)
    page.resize(900, 900)
    page.show()
    page.show_page()
    return page


@pytest.fixture
def page(session: StudySession, qtbot: QtBot) -> SuitabilityPage:
    return shown(session, qtbot)


def choose(page: SuitabilityPage, name: str, value: str | None) -> None:
    box = page.boxes[name]
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def texts(page: SuitabilityPage) -> list[str]:
    return [label.text() for label in page.findChildren(QLabel) if label.isVisible()]


def test_every_question_can_be_answered_and_taken_back(
    page: SuitabilityPage, session: StudySession
) -> None:
    assert len(page.boxes) == 5
    for name, box in page.boxes.items():
        assert box.currentText() == NOT_ANSWERED
        for number in range(1, box.count()):
            choose(page, name, box.itemData(number))
            assert session.value(f"suitability.{name}") == box.itemData(number)
        choose(page, name, None)
        assert session.value(f"suitability.{name}") is None
    assert session.standing().states["suitability"] == "ready"
    choose(page, "goal", "prediction")
    assert session.standing().states["suitability"] == "done"
    session.undo()
    assert page.boxes["goal"].currentText() == NOT_ANSWERED


def test_each_answer_is_judged(page: SuitabilityPage, desk: Any, session: StudySession) -> None:
    settle()
    assert desk.asked == [JudgeSuitability({"suitability": {}}, "")]
    assert child(page, "suitability.verdict").text() == WAIT
    choose(page, "goal", "prediction")
    choose(page, "more_samples", "no")
    settle()
    answers = {"goal": "prediction", "more_samples": "no"}
    assert desk.asked[1:] == [JudgeSuitability({"suitability": answers}, "")]
    session.answer("question.organism", "rice", "organism")
    settle()
    assert len(desk.asked) == 2


def test_a_verdict_is_shown_with_its_reasons_and_sources(page: SuitabilityPage, desk: Any) -> None:
    settle()
    desk.answer_last(verdict())
    settle()
    assert child(page, "suitability.verdict").text() == VERDICTS["use traditional models"]
    said = " | ".join(texts(page))
    assert BEFORE_DATA in said
    for part in ("40 units are few.", "Tip 1", "You want to predict.", "Smith 2020"):
        assert part in said
    marks = [label.accessibleName() for label in page.findChildren(QLabel)]
    assert [name for name in marks if name in REASON_NAMES.values()] == [
        "Speaks against",
        "To know",
        "Speaks for",
    ]
    desk.asked.clear()
    page._judge()
    desk.answer_last(verdict(verdict="good fit", reasons=(), with_data=True))
    settle()
    assert child(page, "suitability.verdict").text() == VERDICTS["good fit"]
    assert WITH_DATA in texts(page)
    assert "40 units are few." not in " ".join(texts(page))


def test_going_on_against_the_verdict_needs_a_reason(
    page: SuitabilityPage, desk: Any, session: StudySession
) -> None:
    settle()
    choose(page, "goal", "prediction")
    assert not page.reason.isVisible()
    assert page.next_problem() == ""
    desk.answer_last(verdict())
    assert page.reason.isVisible()
    assert page.next_problem() == NEED_REASON
    QTest.keyClicks(page.reason.field, "to compare")
    assert session.value("suitability.reason") == "to compare"
    assert page.next_problem() == ""
    session.answer("suitability.reason", None, "reason")
    session.answer("networks.sizes", [], "no networks")
    assert page.next_problem() == ""


@pytest.mark.parametrize("kind", ["good fit", "baselines first"])
def test_other_verdicts_need_no_reason(page: SuitabilityPage, desk: Any, kind: str) -> None:
    settle()
    desk.answer_last(verdict(verdict=kind))
    assert not page.reason.isVisible()
    assert page.next_problem() == ""


def test_the_data_is_asked_once_it_was_checked(
    study_folder: Path, open_study: Callable[[Path], StudySession], desk: Any, qtbot: QtBot
) -> None:
    StudyWriter(study_folder).write("check")
    session = open_study(study_folder)
    page = shown(session, qtbot)
    settle()
    assert desk.asked[-1].study == str(study_folder)
    desk.answer_last(verdict(with_data=True))
    assert WITH_DATA in texts(page)
    # The check is out of date: its numbers do not count any more.
    session.answer("data.missing", ["NA"], "missing")
    settle()
    assert desk.asked[-1].study == ""


def test_who_leaves_at_once_finds_the_verdict_later(
    session: StudySession, desk: Any, qtbot: QtBot
) -> None:
    page = shown(session, qtbot)
    page.hide_page()
    settle()
    assert desk.asked == []
    page.show_page()
    settle()
    assert len(desk.asked) == 1


def test_a_judgement_that_fails_is_said(
    page: SuitabilityPage, desk: Any, session: StudySession, qtbot: QtBot
) -> None:
    settle()
    with qtbot.waitSignal(session.failed) as said:
        desk.answer_last(JobFailed("worker died", "The process stopped.", "Try again.", 1))
    assert said.args == ["The process stopped.", "Try again."]


def test_the_reasons_follow_the_theme(page: SuitabilityPage, desk: Any) -> None:
    def marks() -> list[int]:
        found = page.findChildren(QLabel)
        return [
            label.pixmap().cacheKey()
            for label in found
            if label.accessibleName() in REASON_NAMES.values()
        ]

    settle()
    desk.answer_last(verdict())
    settle()
    before = marks()
    theme().set_mode("dark")
    settle()
    assert len(marks()) == len(before) == 3
    assert not set(marks()) & set(before)
