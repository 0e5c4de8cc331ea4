"""Step 12: questions about features, sentences, and their way to the clipboard."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QRadioButton
from pytestqt.qtbot import QtBot

from deepbench.errors import StageBlocked
from deepbench.messages import JobFailed, LetOut
from deepbench.study.draft import Draft
from deepbench.study.records import AskedFeatureRecord, CheckItemRecord, FeatureHintRecord
from deepbench_ui.pages.claims import ClaimsPage
from deepbench_ui.session import StudySession
from deepbench_ui.theme import theme
from tests.ui.conftest import child, settle
from tests.ui.pages import finished

Opener = Callable[[Path], StudySession]
BEFORE = "what was there before"


@pytest.fixture
def show(qtbot: QtBot) -> Callable[[StudySession], ClaimsPage]:
    def make(session: StudySession) -> ClaimsPage:
        page = ClaimsPage(session)
        qtbot.addWidget(page)
        page.resize(700, 500)
        page.show_page()
        QGuiApplication.clipboard().setText(BEFORE)
        return page

    return make


@pytest.fixture
def page(
    tmp_path: Path, open_study: Opener, show: Callable[[StudySession], ClaimsPage]
) -> ClaimsPage:
    folder = finished.study(tmp_path)
    finished.finish(folder, "interpretation", finished.interpretation())
    return show(open_study(folder))


def answer(page: ClaimsPage, feature: int, question: str, value: str) -> None:
    child(page, f"claims.feature.{feature}.answers.{question}.{value}", QRadioButton).click()


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def asked_text(request: Any) -> str:
    assert isinstance(request, LetOut)
    return base64.b64decode(request.content).decode("utf-8")


def test_a_new_study_says_what_will_be_here(
    session: StudySession, show: Callable[[StudySession], ClaimsPage]
) -> None:
    page = show(session)
    assert "First comes step 11" in page.empty.text()
    assert not page.empty.isHidden()
    assert page.fold.isHidden()
    assert page.found.isHidden()
    assert "Write the Claims" in page.results_empty.text()


def test_the_features_that_clear_the_twin_are_asked_about(page: ClaimsPage) -> None:
    assert [card.feature.name for card in page.cards] == [f"marker {n}" for n in range(1, 11)]
    assert page.cards[0].feature.text == (
        "Higher values went with a higher predicted probability of malignant."
    )
    assert "leakage" in page.questions.findChildren(type(page.empty))[1].text()
    assert page.progress.text() == "0 of 10 features answered."


def test_the_sentences_stand_with_their_reservations(page: ClaimsPage) -> None:
    texts = [panel.text.toPlainText() for panel in page.sentences.panels]
    assert "Marker 1 was associated with the diagnosis in this cohort" in texts[2]
    assert "Whether it could be produced by processing was not answered" in texts[2]
    assert len(texts) == len(finished.claims().claims)
    assert "That any marker causes the outcome" in page.not_shown.text.toPlainText()
    assert page.results_empty.isHidden()


def test_an_answer_is_in_the_draft_on_disk(page: ClaimsPage) -> None:
    answer(page, 1, "plausible", "no")
    stored = Draft.load(page.session.folder)
    assert stored.value(("claims", "features", "marker 2")) == {"plausible": "no"}
    assert page.session.standing().states["claims"] == "out of date"
    assert "Out of date" in page.state_banner.text


def test_a_name_with_points_is_one_place(
    tmp_path: Path, open_study: Opener, show: Callable[[StudySession], ClaimsPage]
) -> None:
    found = finished.interpretation()
    chosen = found.models[0]
    named = chosen.features[0].model_copy(update={"feature": "IL.6 <pg/ml>"})
    chosen = chosen.model_copy(update={"features": (named,), "above_twin": 1})
    folder = finished.study(tmp_path)
    finished.finish(
        folder, "interpretation", found.model_copy(update={"models": (chosen, *found.models[1:])})
    )
    page = show(open_study(folder))
    answer(page, 0, "artefact", "yes")
    assert page.session.value(("claims", "features")) == {"IL.6 <pg/ml>": {"artefact": "yes"}}
    assert page.session.draft.plan() is not None


def test_three_answers_make_a_feature_answered(page: ClaimsPage) -> None:
    for question in ("known-before-outcome", "plausible", "artefact"):
        assert page.progress.text() == "0 of 10 features answered."
        answer(page, 0, question, "unknown")
    assert page.progress.text() == "1 of 10 features answered."


def test_undo_takes_the_mark_away(page: ClaimsPage) -> None:
    answer(page, 0, "plausible", "yes")
    button = page.cards[0].grid.buttons["plausible", "yes"]
    assert button.isChecked()
    page.session.undo()
    assert not button.isChecked()


def test_a_feature_known_only_afterwards_can_be_left_out(page: ClaimsPage) -> None:
    card = page.cards[2]
    assert card.banner.text == ""
    answer(page, 2, "known-before-outcome", "no")
    assert "stops the study" in card.banner.text
    assert "reason" in card.banner.text
    child(card, "claims.feature.2.stops.action", QPushButton).click()
    assert page.session.value("roles.ignore") == ["marker 3"]
    assert "Ignore" in card.banner.text
    assert page.session.standing().states["import"] == "out of date"


def test_a_blocked_stage_says_why(
    tmp_path: Path, open_study: Opener, show: Callable[[StudySession], ClaimsPage]
) -> None:
    folder = finished.until(tmp_path, "interpretation")
    finished.block(folder, "claims", StageBlocked("'stay' is known afterwards.", "Leave it out."))
    page = show(open_study(folder))
    assert page.state_banner.text == (
        "This step cannot go on. 'stay' is known afterwards. Leave it out."
    )


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("It drives the disease, because of IL-6", "“drives”, “because of”"),
        ("Went with it", ""),
        ("marker 2 does not cause it", ""),
    ],
)
def test_causal_words_in_a_note_are_pointed_out(page: ClaimsPage, note: str, words: str) -> None:
    card = page.cards[0]
    QTest.keyClicks(child(card, "claims.feature.0.note", QLineEdit), note)
    assert page.session.value(("claims", "features", "marker 1", "note")) == note
    assert card.causal.isHidden() == (not words)
    assert card.causal.text.startswith(words)


def test_a_note_takes_the_wording_that_was_proposed(page: ClaimsPage) -> None:
    field = child(page.cards[0], "claims.feature.0.note", QLineEdit)
    QTest.keyClicks(field, "It drives growth")
    child(page.cards[0], "claims.feature.0.causal.action", QPushButton).click()
    assert field.text() == "It goes with growth"
    assert page.cards[0].causal.isHidden()
    page.session.undo()
    assert field.text() == "It drives growth"


def test_hints_stand_below_the_feature(
    tmp_path: Path, open_study: Opener, show: Callable[[StudySession], ClaimsPage]
) -> None:
    hint = FeatureHintRecord(question="artefact", text="46 % goes with the plate.", kind="tie")
    asked = AskedFeatureRecord(feature="marker 1", used_by=("chosen model",), hints=(hint,))
    folder = finished.study(tmp_path)
    found = finished.interpretation(asked=(asked,))
    finished.finish(folder, "interpretation", found)
    page = show(open_study(folder))
    (line,) = page.cards[0].hints
    assert line.text.text() == "46 % goes with the plate."
    assert not line.isHidden()


def test_a_feature_nobody_uses_does_not_stop_the_study(
    tmp_path: Path, open_study: Opener, show: Callable[[StudySession], ClaimsPage]
) -> None:
    late = {"features": {"stay": {"known_before_outcome": "no"}}}
    page = show(open_study(finished.study(tmp_path, claims=late)))
    card = next(card for card in page.cards if card.feature.name == "stay")
    assert card.banner.property("severity") == "warning"
    assert "though none uses it much" in card.banner.text


def test_without_signal_there_is_nothing_to_ask(
    tmp_path: Path, open_study: Opener, show: Callable[[StudySession], ClaimsPage]
) -> None:
    page = show(open_study(finished.without_signal(tmp_path)))
    assert "nothing that a model could be said to use" in page.empty.text()
    assert not page.no_sentence.isHidden()
    assert page.sentences.isHidden()
    assert page.check_fold.isHidden()


@pytest.mark.parametrize(
    ("too_good", "severity"), [("strongly", "danger"), ("softly", "warning"), ("", "info")]
)
def test_the_ceiling_is_a_banner_with_its_checklist(
    tmp_path: Path,
    open_study: Opener,
    show: Callable[[StudySession], ClaimsPage],
    too_good: str,
    severity: str,
) -> None:
    item = CheckItemRecord(
        question="Copies?", found="None found.", to_do="Ask.", state="suspicious"
    )
    items = (item,) if too_good else ()
    folder = finished.study(tmp_path)
    record = finished.claims(ceiling="AUROC is 0.99.", too_good=too_good, checklist=items)
    finished.finish(folder, "claims", record)
    page = show(open_study(folder))
    assert page.ceiling.text == "AUROC is 0.99."
    assert page.ceiling.property("severity") == severity
    assert page.check_fold.isHidden() == (not too_good)
    if too_good:
        assert page.check_fold.is_open == (too_good == "strongly")
        said = [label.text() for label in page.checklist.findChildren(QLabel)]
        assert [text for text in said if text] == ["Copies?", "None found.", "Ask."]
        marks = [label.accessibleName() for label in page.checklist.findChildren(QLabel)]
        assert "Suspicious" in marks


def test_what_was_answered_and_written_is_folded_away(
    tmp_path: Path, open_study: Opener, show: Callable[[StudySession], ClaimsPage]
) -> None:
    said = dict.fromkeys(("known_before_outcome", "plausible", "artefact"), "yes")
    folder = finished.study(tmp_path, claims={"features": {"marker 1": said}})
    finished.finish(folder, "interpretation", finished.interpretation())
    page = show(open_study(folder))
    assert not page.fold.is_open
    assert "1 of 10 features answered" in page.fold.head.text()


# --- leaving ------------------------------------------------------------------------------


def test_sentences_are_copied_when_the_gate_has_answered(page: ClaimsPage, desk: Any) -> None:
    page.sentences.whole.copy_button.click()
    assert clipboard() == BEFORE
    assert "Checking" in page.sentences.whole.message
    assert desk.asked[-1].destination == "clipboard"
    desk.answer_last({"output": "clipboard"})
    assert "Marker 1 was associated with the diagnosis in this cohort\n" in clipboard()
    assert "  – Whether it could be produced by processing was not answered" in clipboard()
    assert asked_text(desk.asked[-1]).strip() == clipboard()
    assert page.sentences.whole.message == "Copied."


def test_a_single_sentence_is_copied_with_its_reservations(page: ClaimsPage, desk: Any) -> None:
    panel = page.sentences.panels[3]
    panel.copy_button.click()
    assert clipboard() == BEFORE
    desk.answer_last({"output": "clipboard"})
    assert clipboard() == "Marker 2 was associated with the diagnosis in this cohort"
    assert panel.message == "Copied."
    assert page.sentences.panels[0].message == ""


def test_a_refused_copy_says_why(page: ClaimsPage, desk: Any) -> None:
    page.not_shown.copy_button.click()
    desk.answer_last(JobFailed("GateRefused", "It holds a sample name.", "Take it out.", 3))
    assert clipboard() == BEFORE
    assert page.not_shown.message == "It holds a sample name. Take it out."
    page.not_shown.copy_button.click()
    assert len(desk.asked) == 2, "it can be tried again"


def test_a_selection_is_copied_through_the_gate_too(page: ClaimsPage, desk: Any) -> None:
    text = page.sentences.panels[2].text
    cursor = text.textCursor()
    cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
    text.setTextCursor(cursor)
    QTest.keyClick(text, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard() == BEFORE
    sentence = "Marker 1 was associated with the diagnosis in this cohort"
    assert asked_text(desk.asked[-1]).strip() == sentence
    desk.answer_last({"output": "clipboard"})
    assert clipboard() == sentence
    assert text.createMimeDataFromSelection().formats() == []


def test_sentences_are_saved_by_the_worker(
    page: ClaimsPage, desk: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    target = str(tmp_path / "claims.txt")
    monkeypatch.setattr(page.session, "choose_file", lambda *_: target)
    page.sentences.whole.save_button.click()
    assert (desk.asked[-1].destination, desk.asked[-1].suffix) == (target, "txt")
    desk.answer_last({"output": target})
    assert page.sentences.whole.message == f"Saved as {target}."
    monkeypatch.setattr(page.session, "choose_file", lambda *_: "")
    page.sentences.whole.save_button.click()
    assert len(desk.asked) == 1, "a cancelled dialog asks nothing"


def test_an_answer_after_the_page_was_closed_is_taken(page: ClaimsPage, desk: Any) -> None:
    page.sentences.whole.copy_button.click()
    page.sentences.deleteLater()
    settle()
    desk.answer_last(JobFailed("GateRefused", "No.", "", 3))
    assert clipboard() == BEFORE


def test_the_text_is_as_high_as_it_is(page: ClaimsPage, qtbot: QtBot) -> None:
    page.show()
    qtbot.waitExposed(page)
    settle()
    for text in (page.sentences.panels[0].text, page.not_shown.text):
        assert text is not None
        assert text.height() >= text.document().size().height()
    assert page.scroll_area.horizontalScrollBar().maximum() == 0


# --- sentences of one's own -------------------------------------------------------------------


def test_own_sentences_are_saved_as_they_are_typed(page: ClaimsPage) -> None:
    QTest.keyClicks(page.own.field, "Marker 1 went with it.")
    QTest.keyClick(page.own.field, Qt.Key.Key_Return)
    assert Draft.load(page.session.folder).value(("claims", "own")) == ["Marker 1 went with it."]
    assert page.own.field.toPlainText() == "Marker 1 went with it.\n", "the new line stays"
    assert "No word here claims more" in page.own.fine.text.text()
    assert page.own.banners == []
    QTest.keyClicks(page.own.field, "Marker 1 causes it.")
    assert page.session.value(("claims", "own")) == [
        "Marker 1 went with it.",
        "Marker 1 causes it.",
    ]
    (banner,) = page.own.banners
    assert banner.text.startswith("“causes”: This speaks of a cause.")
    assert page.own.fine.isHidden()


def test_own_sentences_take_the_wording_that_was_proposed(page: ClaimsPage) -> None:
    page.own.field.setPlainText("It went with it.\nMarker 1 drives growth.\nIt is protective.")
    first, second = page.own.banners
    assert second.findChild(QPushButton).isHidden(), "there are no other words"
    child(page, "claims.own-wording.0.action", QPushButton).click()
    assert page.session.value(("claims", "own"))[1] == "Marker 1 goes with growth."
    assert "goes with growth" in page.own.field.toPlainText()
    assert not first.isHidden() and second.isHidden()
    page.session.undo()
    assert "drives growth" in page.own.field.toPlainText()


def test_own_sentences_of_the_study_are_shown_and_not_lost(
    tmp_path: Path, open_study: Opener, show: Callable[[StudySession], ClaimsPage]
) -> None:
    own = ["Marker 1 causes a malignant tumour.", "It went with it."]
    page = show(open_study(finished.study(tmp_path, claims={"own": own})))
    assert page.own.field.toPlainText().split("\n") == own
    assert page.session.value(("claims", "own")) == own
    assert page.session.is_current("claims"), "to look is no change"
    theme().set_mode("dark")
    theme().set_mode("light")
    assert page.session.value(("claims", "own")) == own
    page.session.answer(("claims", "own"), None, "x")
    assert page.own.field.toPlainText() == ""


def test_words_that_say_too_much_are_underlined(page: ClaimsPage) -> None:
    page.own.field.setPlainText("Marker 1 causes it.")
    formats = page.own.field.document().firstBlock().layout().formats()
    assert [(part.start, part.length) for part in formats] == [(9, 6)]


def test_names_of_the_study_are_no_wording(
    tmp_path: Path, open_study: Opener, show: Callable[[StudySession], ClaimsPage]
) -> None:
    folder = finished.study(tmp_path)
    sheet = finished.records.sheet().model_copy(update={"outcome": "effect of drug on liver"})
    finished.finish(folder, "sample-sheet", sheet)
    page = show(open_study(folder))
    page.own.field.setPlainText("High IL6 went with effect of drug on liver.")
    assert page.own.notes == ()
