"""How long each budget takes, on the page where it is chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from deepbench.messages import EstimateTime, JobFailed, RunStudy
from deepbench.study.records import BudgetTimeRecord, PowerRecord, TimeEstimateRecord
from deepbench_ui.pages.baselines import BaselinesPage
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.budget_times import MEASURING, MEASURING_ON_CARD, NO_SPLIT
from tests.ui.conftest import child
from tests.ui.pages import opened_study
from tests.ui.pages.opened_study import StudyWriter
from tests.ui.pages.tuned_study import opened

Open = Callable[[], tuple[StudySession, BaselinesPage]]
POWER = PowerRecord(
    measure="AUROC", test_units=30, assumed=0.8, low=0.6, high=0.91,
    sentence="With 30 test units the interval is about 0.60 to 0.91.",
)  # fmt: skip


def budget(preset: Any, minutes: float) -> BudgetTimeRecord:
    return BudgetTimeRecord(
        preset=preset, trials=6, shuffles=20, baselines=60 * minutes, networks=120 * minutes,
        shuffle_check=180 * minutes, test=20.0,
    )  # fmt: skip


ESTIMATE = TimeEstimateRecord(
    budgets=(budget("quick", 0.5), budget("standard", 1.0), budget("thorough", 60.0)),
    processes=2,
).model_dump(mode="json")


@pytest.fixture
def writer(study_folder: Path) -> StudyWriter:
    return StudyWriter(study_folder)


@pytest.fixture
def open_page(study_folder: Path, desk: Any, runner: Any, qtbot: QtBot) -> Iterator[Open]:
    with ExitStack() as stack:
        yield lambda: stack.enter_context(opened(BaselinesPage, study_folder, desk, runner, qtbot))


def said(page: BaselinesPage, value: str) -> str:
    label = child(page, f"baselines.budget.{value}.time")
    return str(label.text()) if label.isVisible() else ""


def asked(runner: Any) -> list[EstimateTime]:
    return [request for request in runner.asked if isinstance(request, EstimateTime)]


def until_asked(qtbot: QtBot, runner: Any, times: int = 1) -> None:
    qtbot.waitUntil(lambda: len(asked(runner)) == times, timeout=3000)


def until_shown(qtbot: QtBot, page: BaselinesPage) -> None:
    qtbot.waitUntil(lambda: said(page, "quick").endswith(" here"), timeout=3000)


def test_before_the_split_nothing_is_asked(
    writer: StudyWriter, open_page: Open, runner: Any, qtbot: QtBot
) -> None:
    writer.write("check")
    _, page = open_page()
    assert not page.times._later.isActive()
    assert page.times.text.text() == NO_SPLIT
    assert said(page, "standard") == ""
    assert not page.times.precision.isVisible()


def test_every_budget_says_how_long_it_takes(
    writer: StudyWriter, open_page: Open, runner: Any, qtbot: QtBot
) -> None:
    writer.write("split")
    runner.answers.pop("EstimateTime")
    session, page = open_page()
    assert said(page, "quick") == MEASURING_ON_CARD
    assert page.times.text.text() == MEASURING
    until_asked(qtbot, runner)
    request = asked(runner)[0]
    assert (request.answers, request.in_window) == (session.draft.answers, True)
    assert not request.prepare
    assert page.budget.isEnabled()  # nothing waits for it
    runner.answer_last(ESTIMATE)
    assert said(page, "quick") == "About 3 min here"
    assert said(page, "standard") == "About 6 min here"
    assert said(page, "thorough") == "About 6 h here"
    assert page.times.parts.text() == (
        "Standard budget: traditional models about 1 min, networks about 2 min, shuffled-label "
        "check about 3 min, test about 20 s."
    )
    assert "2 processes" in page.times.text.text()
    button = page.budget.buttons["quick"]
    assert button.accessibleDescription().startswith("About 3 min here. 6 settings")


def test_another_budget_needs_no_new_measurement(
    writer: StudyWriter, open_page: Open, runner: Any, qtbot: QtBot
) -> None:
    writer.write("split")
    runner.answers["EstimateTime"] = ESTIMATE
    session, page = open_page()
    until_shown(qtbot, page)
    session.answer("budget.preset", "quick", "budget")
    assert page.times.parts.text().startswith("Quick budget: traditional models about 30 s")
    assert not page.times._later.isActive()


def test_other_models_are_asked_for_anew_while_the_last_times_stay(
    writer: StudyWriter, open_page: Open, runner: Any, qtbot: QtBot
) -> None:
    writer.write("split")
    runner.answers["EstimateTime"] = ESTIMATE
    session, page = open_page()
    until_shown(qtbot, page)
    runner.answers.pop("EstimateTime")
    session.answer("baselines.families", ["dummy", "linear"], "models")
    assert said(page, "quick") == "About 3 min here"
    until_asked(qtbot, runner, 2)
    faster = TimeEstimateRecord(budgets=(budget("quick", 0.1),)).model_dump(mode="json")
    runner.answer_last(faster)
    assert said(page, "quick") == "About 1 min here"


def test_a_run_goes_before(
    writer: StudyWriter, open_page: Open, runner: Any, qtbot: QtBot
) -> None:
    writer.write("split")
    runner.answers.pop("EstimateTime")
    session, _ = open_page()
    until_asked(qtbot, runner)
    session.start_run("baselines")
    assert runner.controls == ["cancel"]
    assert isinstance(runner.asked[-1], RunStudy)
    runner.answer_last(None)  # the measurement was stopped
    assert session.run is not None
    runner.answer_last({})
    assert session.run is None


def test_without_a_measurement_no_run_is_disturbed(
    writer: StudyWriter, open_page: Open, runner: Any
) -> None:
    writer.write("split")
    session, page = open_page()
    page.times.stop()
    session.start_run("baselines")
    assert runner.controls == []
    runner.answer_last({})


@pytest.mark.parametrize("kind", ["problem", "failure"])
def test_what_is_in_the_way_is_said(
    writer: StudyWriter, open_page: Open, runner: Any, qtbot: QtBot, kind: str
) -> None:
    writer.write("split")
    runner.answers["EstimateTime"] = (
        {"problem": "Not set aside.", "hint": "Do it."}
        if kind == "problem"
        else JobFailed("worker died", "The calculation process stopped.", "Try again.", 1)
    )
    _, page = open_page()
    qtbot.waitUntil(lambda: page.times.text.text() != MEASURING, timeout=3000)
    assert page.times.text.text() == (
        "Not set aside. Do it."
        if kind == "problem"
        else "How long each budget takes could not be measured: The calculation process stopped. "
        "Try again."
    )
    assert said(page, "quick") == ""


def test_precision_is_said_not_to_depend_on_the_budget(
    writer: StudyWriter, open_page: Open
) -> None:
    writer.records["split"] = opened_study.split().model_copy(update={"power": POWER})
    writer.write("split")
    _, page = open_page()
    text = page.times.precision.text()
    assert text.startswith("No budget makes the final score more precise")
    assert "0.60 to 0.91" in text
    page.times.stop()
