"""Step 14: verdict, opening the report, checklist, exports through the gate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from deepbench.errors import StageBlocked
from deepbench.messages import ExportStudy, JobFailed, ListExports, PreviewBundle
from deepbench.study.document_questions import questions_for
from deepbench.study.records import ExportItem
from deepbench_ui.models.report_rows import shared_refusal
from deepbench_ui.pages.report import ReportPage
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.export_preview import ExportPreview
from tests.ui.conftest import child, in_dialog, settle
from tests.ui.pages import finished

Opener = Callable[[Path], StudySession]
ITEMS = [
    ExportItem(
        name="report",
        title="Report",
        suffix="html",
        allowed=False,
        sentence="It has not run yet. Run the study to the end first.",
    ).model_dump(),
    ExportItem(
        name="plan", title="Plan", suffix="toml", allowed=True, sentence="All answers."
    ).model_dump(),
]


@pytest.fixture
def show(qtbot: QtBot, desk: Any) -> Callable[[StudySession], ReportPage]:
    def make(session: StudySession) -> ReportPage:
        page = ReportPage(session)
        qtbot.addWidget(page)
        page.resize(700, 500)
        page.show_page()
        return page

    return make


@pytest.fixture
def page(
    tmp_path: Path, desk: Any, open_study: Opener, show: Callable[[StudySession], ReportPage]
) -> ReportPage:
    desk.answers["ListExports"] = {"items": ITEMS}
    made = show(open_study(finished.study(tmp_path)))
    settle()
    return made


def write_report(page: ReportPage) -> Path:
    path = page.session.folder / "report" / "report.html"
    path.write_text("<p>report</p>", encoding="utf-8")
    page.update_page()
    return path


def button(page: ReportPage, name: str) -> Any:
    return child(page, f"report.export.{name}", QPushButton)


def shown(name: str) -> dict[str, Any]:
    """Return the preview of an export of one file that leaves."""
    file = {"path": name, "title": name, "bytes": 10, "allowed": True, "sentence": "All of it."}
    return {
        "name": name,
        "title": name,
        "level": "sensitive",
        "refused": "",
        "files": [file],
        "sentences": [],
        "seal": f"seal of {name}",
    }


def save(page: ReportPage, name: str) -> None:
    """Press Save, look at the files, and go on to where they are written."""
    page.session.desk.answers["PreviewBundle"] = shown(name)  # type: ignore[attr-defined]

    def go_on(dialog: ExportPreview) -> None:
        settle()
        dialog.choose_button.click()
        if dialog.isVisible():
            dialog.cancel_button.click()

    in_dialog(button(page, name).click, go_on)


def asked(desk: Any, kind: type) -> list[Any]:
    return [request for request in desk.asked if isinstance(request, kind)]


def test_a_new_study_can_keep_its_plan_already(
    session: StudySession, desk: Any, show: Callable[[StudySession], ReportPage]
) -> None:
    desk.answers["ListExports"] = {"items": ITEMS}
    page = show(session)
    settle()
    assert "The verdict will stand here" in page.empty.text()
    assert page.verdict.isHidden()
    assert not page.open_button.isEnabled()
    assert button(page, "plan").isEnabled()
    assert not button(page, "report").isEnabled()
    assert page.rows["report"].sentence.text() == (
        "Stays in the study. It has not run yet. Run the study to the end first."
    )
    assert page.exports_note.isHidden()


def test_the_verdict_is_a_plain_sentence(page: ReportPage) -> None:
    assert page.headline.text() == "There is a signal; deep learning was not worth it."
    assert page.sentences.sentences == finished.REPORT_SENTENCES
    assert page.empty.isHidden()


def test_the_checklist_names_what_is_open(page: ReportPage) -> None:
    lines = {line.text: line.state for line in page.checklist.lines}
    open_entry = "The ethics register has 1 open entry (step 13). The report stays in the study."
    assert lines[open_entry] == "warning"
    assert lines["The stored model was fitted again and gave the same predictions."] == "ok"


def test_the_report_opens_in_the_browser_of_this_computer(
    page: ReportPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: bool(opened.append(url)) or True)
    path = write_report(page)
    assert "nothing is sent" in page.open_text.text()
    page.open_button.click()
    assert [url.toLocalFile() for url in opened] == [str(path)]


def test_without_a_browser_the_path_is_said(
    page: ReportPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _: False)
    path = write_report(page)
    page.open_button.click()
    assert str(path) in page.open_text.text()


def test_a_study_that_stopped_has_a_report_too(
    tmp_path: Path, open_study: Opener, show: Callable[[StudySession], ReportPage]
) -> None:
    folder = finished.until(tmp_path, "import")
    finished.block(folder, "sample-sheet", StageBlocked("Batch is the outcome.", "Add samples."))
    page = show(open_study(folder))
    write_report(page)
    assert "A report says where and why" in page.empty.text()
    assert page.open_button.isEnabled()
    blocked = page.checklist.lines[0]
    assert (blocked.state, blocked.text) == ("warning", "Cannot go on: Sample sheet (4).")


def test_an_export_is_written_by_the_worker_and_said(
    page: ReportPage, desk: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    target = str(tmp_path / "plan.toml")
    asked_for: list[Any] = []
    monkeypatch.setattr(
        page.session, "choose_file", lambda *given: asked_for.append(given[1:]) or target
    )
    save(page, "plan")
    assert asked_for == [("Save Plan", "plan.toml", ("toml",))]
    request = desk.asked[-1]
    assert isinstance(request, ExportStudy)
    assert (request.what, request.output, request.in_window) == ("plan", target, True)
    assert request.seen == "seal of plan"
    row = page.rows["plan"]
    assert row.answer.text == "Checking and writing …"
    assert not row.button.isEnabled()
    desk.answer_last({"output": target})
    assert row.answer.text == f"Saved as {target}."
    assert row.button.isEnabled()


def test_a_refusal_is_said_in_its_row(
    page: ReportPage, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page.session, "choose_file", lambda *_: "/somewhere/plan.toml")
    save(page, "plan")
    desk.answer_last(JobFailed("GateRefused", "An answer holds a name.", "Change it.", 3))
    assert page.rows["plan"].answer.text == "An answer holds a name. Change it."
    assert page.rows["report"].answer.isHidden()


def test_a_cancelled_dialog_asks_nothing(
    page: ReportPage, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page.session, "choose_file", lambda *_: "")
    save(page, "plan")
    assert len(asked(desk, PreviewBundle)) == 1
    assert asked(desk, ExportStudy) == []
    assert page.rows["plan"].answer.isHidden()


def test_no_place_is_asked_for_before_the_files_were_seen(
    page: ReportPage, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page.session, "choose_file", lambda *_: pytest.fail("asked too early"))
    in_dialog(button(page, "plan").click, lambda dialog: dialog.cancel_button.click())
    assert desk.controls == ["cancel"], "what is being made is stopped"
    assert asked(desk, ExportStudy) == []


def test_a_list_that_was_stopped_with_a_preview_is_asked_for_again(
    session: StudySession, desk: Any, show: Callable[[StudySession], ReportPage], qtbot: QtBot
) -> None:
    page = show(session)
    desk.answers["ListExports"] = {"items": ITEMS}
    desk.answer_last(None)
    qtbot.waitUntil(lambda: len(asked(desk, ListExports)) == 2)
    settle()
    assert page.exports_problem.text == ""
    assert button(page, "plan").isEnabled()


def test_what_may_leave_is_asked_again_when_an_answer_changed(
    page: ReportPage, desk: Any, qtbot: QtBot
) -> None:
    assert len(asked(desk, ListExports)) == 1
    page.hide_page()
    page.show_page()
    page.session.results_changed.emit()
    assert len(asked(desk, ListExports)) == 1, "nothing changed"
    allowed = [item | {"allowed": True, "sentence": "Complete."} for item in ITEMS]
    desk.answers["ListExports"] = {"items": allowed}
    page.session.answer("privacy.level", "restricted", "level")
    qtbot.waitUntil(lambda: len(asked(desk, ListExports)) == 2)
    settle()
    assert button(page, "report").isEnabled()
    assert len(page.rows) == 2


def test_a_list_that_cannot_be_had_is_said(
    session: StudySession, desk: Any, show: Callable[[StudySession], ReportPage]
) -> None:
    desk.answers["ListExports"] = JobFailed("StudyError", "The ledger was changed.", "Restore.", 2)
    page = show(session)
    settle()
    assert page.exports_problem.text == (
        "What may leave could not be found out. The ledger was changed. Restore."
    )


def test_a_folder_is_written_into_a_folder(
    session: StudySession,
    desk: Any,
    show: Callable[[StudySession], ReportPage],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    bundle = {"name": "bundle", "title": "Bundle", "suffix": "", "allowed": True, "sentence": ""}
    desk.answers["ListExports"] = {"items": [bundle]}
    page = show(session)
    settle()
    asked_for: list[str] = []
    monkeypatch.setattr(
        session, "choose_folder", lambda _, title: asked_for.append(title) or str(tmp_path)
    )
    assert button(page, "bundle").text() == "Save Folder…"
    save(page, "bundle")
    assert asked_for == ["Folder in which to save bundle"]
    (request,) = asked(desk, ExportStudy)
    assert (request.what, request.output, request.into) == ("bundle", "", str(tmp_path))
    assert "writing them" in page.rows["bundle"].answer.text
    desk.answer_last({"output": str(tmp_path / "bundle")})
    assert page.rows["bundle"].answer.text == f"Saved as {tmp_path / 'bundle'}."


def test_a_reason_that_most_share_is_said_once(
    session: StudySession, desk: Any, show: Callable[[StudySession], ReportPage]
) -> None:
    why = "The ethics register has 1 open entry: x."
    stays = {"suffix": "html", "allowed": False, "sentence": why}
    items = [{"name": name, "title": name, **stays} for name in ("report", "results", "tables")]
    desk.answers["ListExports"] = {"items": [*items, ITEMS[1]]}
    page = show(session)
    settle()
    assert page.exports_problem.text == f"Most of it stays in the study for now. {why}"
    assert page.rows["report"].sentence.text() == "Stays in the study, for the reason above."
    assert page.rows["plan"].sentence.text() == "May leave. All answers."
    few = [ExportItem.model_validate(item) for item in items[:2]]
    assert shared_refusal(few) == ""


def test_questions_of_the_checklists_are_asked_once(page: ReportPage, qtbot: QtBot) -> None:
    questions = page.questions
    assert not questions.is_open
    keys = [question.key for question in questions_for(about_people=True)]
    qtbot.waitUntil(lambda: len(questions.fields) == len(keys))
    assert sorted(questions.fields) == sorted(keys)
    assert questions.head.text().endswith(f"0 of {len(keys)} answered")
    questions.head.click()
    field = child(page, "report.questions.intended-use", QLineEdit)
    QTest.keyClicks(field, "Which biopsies are looked at first.")
    assert page.session.value(("documents", "answers", "intended_use")) == (
        "Which biopsies are looked at first."
    )
    assert page.session.draft.problem() is None
    assert not questions.fields["care_pathway"].isHidden()
    page.session.answer("privacy.about.people", "no", "about")
    assert questions.fields["care_pathway"].isHidden()


def test_it_fits_a_narrow_window(page: ReportPage, qtbot: QtBot) -> None:
    page.show()
    qtbot.waitExposed(page)
    settle()
    assert page.scroll_area.horizontalScrollBar().maximum() == 0
