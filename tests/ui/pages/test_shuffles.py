"""The page of the shuffled-label check: number of shuffles, live scores, the verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from deepbench.study.records import Score
from deepbench.workflow import fingerprints
from deepbench_ui.models.shuffle_rows import BY_BATCH, NO_BATCH, VERDICTS
from deepbench_ui.pages.shuffles import EMPTY, STARTING, TOO_FEW, ShufflesPage
from deepbench_ui.session import StudySession
from tests.ui.conftest import child
from tests.ui.pages.opened_study import SHA, StudyWriter, shuffled
from tests.ui.pages.tuned_study import append, begin, heard, opened

Open = Callable[[], tuple[StudySession, ShufflesPage]]


@pytest.fixture
def writer(study_folder: Path) -> StudyWriter:
    return StudyWriter(study_folder)


@pytest.fixture
def open_page(study_folder: Path, desk: Any, runner: Any, qtbot: QtBot) -> Iterator[Open]:
    with ExitStack() as stack:
        yield lambda: stack.enter_context(opened(ShufflesPage, study_folder, desk, runner, qtbot))


def _shuffles(writer: StudyWriter, name: str, first: int, scores: list[float]) -> Any:
    fingerprint = fingerprints(writer.plan, SHA)["shuffles"]
    data = {"fingerprint": fingerprint, "model": name, "first": first, "scores": scores}
    return "shuffles", {**data, "metric": "auroc", "real": 0.8}


def test_before_anything_the_page_explains(writer: StudyWriter, open_page: Open) -> None:
    writer.write("networks")
    _, page = open_page()
    assert page.fold.is_open
    assert page.empty.text() == EMPTY
    assert not page.verdict.isVisible()
    assert not page.batch.isVisible()
    assert child(page, "shuffles.replicates").placeholderText() == "100 (budget)"
    assert page.smallest.text() == "With 100 shuffles the smallest possible p-value is 0.0099."


def test_fewer_shuffles_than_could_pass_are_refused(
    writer: StudyWriter, open_page: Open, qtbot: QtBot
) -> None:
    writer.write("networks")
    session, page = open_page()
    field = child(page, "shuffles.replicates")
    qtbot.keyClicks(field, "18")
    assert page.next_problem() == TOO_FEW
    assert session.value("shuffles.replicates") is None
    qtbot.keyClick(field, Qt.Key.Key_Backspace)
    qtbot.keyClicks(field, "9")
    assert page.next_problem() == ""
    assert session.value("shuffles.replicates") == 19
    assert page.smallest.text() == "With 19 shuffles the smallest possible p-value is 0.05."


def test_shuffled_scores_come_in_live(
    writer: StudyWriter,
    open_page: Open,
    study_folder: Path,
    runner: Any,
    qtbot: QtBot,
) -> None:
    writer.write("networks")
    session, page = open_page()
    begin(session, runner, "shuffles")
    assert page.empty.text() == STARTING
    with heard(qtbot, session):
        append(study_folder, _shuffles(writer, "svm", 0, [0.5, 0.6]))
    (panel,) = page.panels.values()
    assert panel.figure is not None
    assert panel.figure.series[0].values == (0.5, 0.6)
    assert "2 shuffles so far" in panel.figure.sentence
    with heard(qtbot, session):
        append(
            study_folder,
            _shuffles(writer, "svm", 5, [0.9]),
            _shuffles(writer, "network-small", 0, [0.5]),
        )
    assert panel.figure.series[0].values == (0.5, 0.6, 0.9)
    assert [line.value for line in panel.figure.references] == [0.8]
    assert len(page.panels) == 2
    assert not page.verdict.isVisible()


@pytest.mark.parametrize("signal", ["yes", "no", "unclear"])
def test_the_verdict_is_one_plain_sentence(
    writer: StudyWriter, open_page: Open, signal: str
) -> None:
    writer.records["shuffles"] = shuffled(signal)
    writer.write("shuffles")
    _, page = open_page()
    assert page.verdict.isVisible()
    assert page.verdict.headline.text() == VERDICTS[signal]
    assert page.verdict.accessibleName() == VERDICTS[signal]
    locked = "stays locked" in page.verdict.consequence.text()
    assert locked == (signal != "yes")
    assert page.verdict.to_do.isVisible() == (signal != "yes")
    assert not page.fold.is_open


def test_no_signal_is_a_result_and_wears_no_colour_of_an_error(
    writer: StudyWriter, open_page: Open
) -> None:
    writer.records["shuffles"] = shuffled("no")
    writer.write("shuffles")
    _, page = open_page()
    assert page.verdict.property("kind") == "card"
    assert not page.state_banner.isVisible()
    roles = {part.property("role") for part in page.verdict.findChildren(type(page.empty))}
    assert roles.isdisjoint({"danger", "warning"})
    assert "That is a result" in page.verdict.consequence.text()


def test_batch_and_site_are_said_plainly(writer: StudyWriter, open_page: Open) -> None:
    writer.records["shuffles"] = shuffled("no").model_copy(
        update={"explained_by_batch": True, "batch_only": Score(value=0.8, low=0.7, high=0.9)}
    )
    writer.write("shuffles")
    _, page = open_page()
    assert page.verdict.headline.text() == BY_BATCH
    figure = page.batch_plot.figure
    assert figure is not None
    assert [row.label for row in figure.rows] == ["Linear model", "Batch and site alone"]
    assert "better than guessing" in page.batch_text.text()


def test_without_batches_the_page_says_that_it_cannot_know(
    writer: StudyWriter, open_page: Open
) -> None:
    writer.write("shuffles")
    _, page = open_page()
    assert page.batch_text.text() == NO_BATCH
    assert not page.batch_plot.isVisible()


def test_an_old_verdict_stays_in_sight_while_out_of_date(
    writer: StudyWriter, open_page: Open
) -> None:
    writer.write("shuffles")
    session, page = open_page()
    session.answer("shuffles.replicates", 500, "shuffles")
    assert "Out of date" in page.state_banner.text
    assert page.verdict.isVisible()
