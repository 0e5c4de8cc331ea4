"""The page of the networks: sizes in order, live curves, checks, the best traditional model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from deepbench.study.records import LeaderboardRecord, SanityRecord
from deepbench_ui.pages.networks import EMPTY, GAPS, NO_NETWORK, NetworksPage
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.size_card import WAITS
from tests.ui.conftest import child
from tests.ui.pages.opened_study import StudyWriter, model
from tests.ui.pages.tuned_study import append_trials, begin, curve, heard, opened, trial

Open = Callable[[], tuple[StudySession, NetworksPage]]


@pytest.fixture
def writer(study_folder: Path) -> StudyWriter:
    return StudyWriter(study_folder)


@pytest.fixture
def open_page(study_folder: Path, desk: Any, runner: Any, qtbot: QtBot) -> Iterator[Open]:
    with ExitStack() as stack:
        yield lambda: stack.enter_context(opened(NetworksPage, study_folder, desk, runner, qtbot))


def _click(page: NetworksPage, size: str, qtbot: QtBot) -> None:
    box = child(page, f"networks.size.{size}")
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(12, box.height() // 2))


def _ticks(page: NetworksPage) -> list[str]:
    return [size for size, box in page.boxes.items() if box.isChecked()]


# --- answers ------------------------------------------------------------------------------


def test_before_anything_all_sizes_are_ticked(writer: StudyWriter, open_page: Open) -> None:
    writer.write("baselines")
    _, page = open_page()
    assert _ticks(page) == ["linear", "small", "medium", "large"]
    assert page.empty.text() == EMPTY
    assert "16 settings per size" in page.effort.text()


def test_unticking_a_size_unticks_the_larger_ones_and_says_so(
    writer: StudyWriter, open_page: Open, qtbot: QtBot
) -> None:
    writer.write("baselines")
    session, page = open_page()
    _click(page, "small", qtbot)
    assert session.value("networks.sizes") == ["linear"]
    assert page.size_note.text().startswith("Medium and large were unticked too")
    _click(page, "medium", qtbot)
    assert session.value("networks.sizes") == ["linear", "small", "medium"]
    assert page.size_note.text().startswith("Small was ticked too")
    _click(page, "large", qtbot)
    assert session.value("networks.sizes") is None
    assert not page.size_note.isVisible()


def test_no_network_at_all_is_an_answer(
    writer: StudyWriter, open_page: Open, qtbot: QtBot
) -> None:
    writer.write("baselines")
    session, page = open_page()
    _click(page, "linear", qtbot)
    assert session.value("networks.sizes") == []
    assert _ticks(page) == []
    assert page.effort.text() == NO_NETWORK
    assert page.asked_families() == []
    plan = session.draft.plan()
    assert plan is not None
    assert plan.networks.sizes == []
    session.undo()
    assert len(_ticks(page)) == 4


def test_a_plan_with_gaps_cannot_go_on_until_they_are_filled(
    writer: StudyWriter, open_page: Open, qtbot: QtBot
) -> None:
    writer.write("baselines")
    session, page = open_page()
    session.answer("networks.sizes", ["medium"], "sizes")
    assert page.gaps.text == GAPS.format(sizes="linear and small")
    assert page.next_problem() == page.gaps.text
    qtbot.mouseClick(child(page, "networks.gaps.action"), Qt.MouseButton.LeftButton)
    assert session.value("networks.sizes") == ["linear", "small", "medium"]
    assert page.next_problem() == ""


def test_random_starts_are_a_whole_number(
    writer: StudyWriter, open_page: Open, qtbot: QtBot
) -> None:
    writer.write("baselines")
    session, page = open_page()
    qtbot.keyClicks(child(page, "networks.seeds"), "5")
    assert session.value("networks.seeds") == 5
    qtbot.keyClicks(child(page, "networks.seeds"), "5")
    assert "1 to 50" in page.next_problem()
    assert session.value("networks.seeds") == 5


# --- while it runs ------------------------------------------------------------------------


def test_training_curves_are_shown_while_networks_learn(
    writer: StudyWriter,
    open_page: Open,
    study_folder: Path,
    runner: Any,
    qtbot: QtBot,
) -> None:
    writer.write("baselines")
    session, page = open_page()
    begin(session, runner, "networks")
    with heard(qtbot, session):
        append_trials(study_folder, trial(writer, "network-linear", 0, 0.7, curve=curve(2)))
    card = page.cards["network-linear"]
    figure = card.curve.figure
    assert figure is not None
    assert [line.value for line in figure.verticals] == [2.0]
    assert "by heart" in card.reading.text()
    assert page.cards["network-small"].curve.figure is None
    assert WAITS in page.cards["network-small"].curve.accessibleDescription()
    with heard(qtbot, session):
        append_trials(study_folder, trial(writer, "network-linear", 1, 0.8, curve=curve(1)))
    figure = card.curve.figure
    assert figure is not None
    assert [line.value for line in figure.verticals] == [1.0]


def test_while_it_runs_the_line_is_the_best_uncorrected_baseline(
    writer: StudyWriter,
    open_page: Open,
    study_folder: Path,
    runner: Any,
    qtbot: QtBot,
) -> None:
    writer.records["baselines"] = LeaderboardRecord(
        models=(
            model("dummy", 0.5),
            model("linear", 0.9),
            model("svm", 0.8).model_copy(update={"plain": 0.95}),
        ),
        sentences=(),
    )
    writer.write("baselines")
    session, page = open_page()
    begin(session, runner, "networks")
    with heard(qtbot, session):
        append_trials(study_folder, trial(writer, "network-linear", 0, 0.7))
    figure = page.board.figure.figure
    assert figure is not None
    assert figure.reference.label == "Support vector machine"
    assert figure.reference.value == 0.95


# --- when it is done ----------------------------------------------------------------------


@pytest.fixture
def done(writer: StudyWriter) -> StudyWriter:
    checks = (
        SanityRecord(name="initial_loss", passed=True, value=0.7, expected=0.7, sentence="Fine."),
        SanityRecord(
            name="overfits_eight", passed=False, value=1, expected=0.05, sentence="It could not."
        ),
    )
    linear = model("network-linear", 0.8).model_copy(
        update={"size": "linear", "sanity": checks, "seed_scores": (0.78, 0.82), "curve": curve()}
    )
    small = model("network-small", 0.81).model_copy(update={"size": "small"})
    writer.records["networks"] = LeaderboardRecord(
        models=(linear, small), sentences=("The ladder stopped after small network.",)
    )
    writer.write("networks")
    return writer


def test_sizes_are_shown_with_checks_and_random_starts(done: StudyWriter, open_page: Open) -> None:
    _, page = open_page()
    card = page.cards["network-linear"]
    said = [part.text() for part in card.findChildren(type(page.empty))]
    assert "Knows nothing before training: passed" in said
    assert "Can learn eight samples by heart: failed" in said
    assert "It could not." in said
    assert card.starts.text() == "2 random starts with the same settings: AUROC 0.780 to 0.820."
    assert card.isVisible()
    assert page.cards["network-small"].isVisible()
    assert not page.cards["network-large"].isVisible()


def test_the_stop_rule_and_the_best_baseline_are_said(done: StudyWriter, open_page: Open) -> None:
    _, page = open_page()
    assert page.sentences.sentences == ("The ladder stopped after small network.",)
    figure = page.board.figure.figure
    assert figure is not None
    assert (figure.reference.label, figure.reference.value) == ("Support vector machine", 0.9)
    assert "Support vector machine" in page.comparison.text()
    assert "step 10" in page.comparison.text()


def test_an_outdated_baseline_is_no_rival(done: StudyWriter, open_page: Open) -> None:
    session, page = open_page()
    session.answer("baselines.families", ["dummy", "svm"], "families")
    figure = page.board.figure.figure
    assert figure is not None
    assert figure.reference.label == "guessing"
    assert not page.comparison.isVisible()


def test_a_study_without_networks_says_so(writer: StudyWriter, open_page: Open) -> None:
    writer.records["networks"] = LeaderboardRecord(
        models=(), sentences=("No network was tried: the plan names no sizes.",)
    )
    writer.write("networks")
    _, page = open_page()
    assert page.sentences.sentences == ("No network was tried: the plan names no sizes.",)
    assert not page.board.isVisible()
    assert not page.browser.isVisible()
    assert not page.grid.isVisible()


def test_the_grid_has_as_many_columns_as_fit(
    done: StudyWriter, open_page: Open, qtbot: QtBot
) -> None:
    _, page = open_page()
    page.resize(400, 600)
    qtbot.waitUntil(lambda: page.grid.columns == 1, timeout=2000)
    page.resize(1000, 600)
    qtbot.waitUntil(lambda: page.grid.columns == 2)
