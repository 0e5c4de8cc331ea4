"""The headline, and the checklist before a report is sent."""

from __future__ import annotations

from typing import Any

import pytest

from deepbench.jobs.export_folders import FOLDER_EXPORTS
from deepbench.jobs.export_study import EXPORTS
from deepbench.jobs.report import REPORT_FILE as WRITTEN
from deepbench.study.records import ReportRecord
from deepbench.study.standing import Standing
from deepbench.workflow import STAGE_BY_KEY
from deepbench_ui.models.report_rows import EXPORT_TEXTS, REPORT_FILE, checklist, headline
from tests.ui.pages import finished

REPORT = ReportRecord(report="r", results="j", reproduced=True, sentences=())


def standing(**states: str) -> Standing:
    known: dict[str, Any] = dict.fromkeys(STAGE_BY_KEY, "done")
    return Standing(known | {key.replace("_", "-"): state for key, state in states.items()}, {})


def texts(found: Standing, openings: int = 1, **records: Any) -> dict[str, str]:
    made = finished.records
    ethics = made.ethics().model_copy(update={"entries": ()})
    parts = {"ethics": ethics, "choice": made.choice(), "report": REPORT} | records
    lines = checklist(found, parts["ethics"], parts["choice"], parts["report"], openings)
    return {line.text: line.state for line in lines}


def test_names_are_those_of_the_engine() -> None:
    assert REPORT_FILE == WRITTEN
    assert set(EXPORT_TEXTS) == {export.name for export in (*EXPORTS, *FOLDER_EXPORTS)}


@pytest.mark.parametrize(
    ("signal", "deep_learning", "said"),
    [
        ("no", "no better", "No evidence of a signal"),
        ("unclear", "not tried", "Unclear: the evidence is not strong enough"),
        ("yes", "better", "There is a signal, and deep learning was worth it"),
        ("yes", "no better", "There is a signal; deep learning was not worth it"),
        ("yes", "worse", "There is a signal; deep learning was not worth it"),
        ("yes", "not tried", "There is a signal; deep learning was not tried"),
    ],
)
def test_the_headline(signal: str, deep_learning: str, said: str) -> None:
    choice = finished.records.choice(signal=signal, deep_learning=deep_learning)
    assert headline(choice) == said


def test_a_study_in_order() -> None:
    assert texts(standing()) == {
        "Every step is up to date.": "ok",
        "No entry of the ethics register is open.": "ok",
        "The test set was used once, at the end.": "ok",
        "The stored model was fitted again and gave the same predictions.": "ok",
    }


@pytest.mark.parametrize(("openings", "state"), [(0, "ok"), (1, "ok"), (2, "warning")])
def test_how_often_the_test_set_was_used(openings: int, state: str) -> None:
    found = texts(standing(), openings)
    (line,) = [text for text in found if text.startswith("The test set")]
    assert found[line] == state
    assert ("2 times" in line) == (openings == 2)


def test_pages_that_are_not_in_order_are_named_with_their_number() -> None:
    found = texts(
        standing(check="needs a decision", test="out of date", claims="blocked", report="ready")
    )
    assert found["Cannot go on: What you may claim (12)."] == "warning"
    assert found["A decision is needed: Check the data (5)."] == "warning"
    late = "Out of date: Compare, choose, open the test set (10)."
    assert any(text.startswith(late) for text in found)
    assert "Every step is up to date." not in found
    assert any(text.startswith("The stored model has not been fitted again") for text in found)


def test_many_pages_are_not_all_named() -> None:
    states = dict.fromkeys(
        ("baselines", "networks", "shuffles", "test", "interpretation"), "to do"
    )
    (line,) = [text for text in texts(standing(**states)) if text.startswith("Not finished")]
    assert line.endswith("and 1 more.")


def test_the_register_has_a_line_of_its_own() -> None:
    found = texts(standing(ethics="needs a decision"), ethics=finished.records.ethics())
    assert "Every step is up to date." in found
    assert any("1 open entry" in text for text in found)
    assert "The ethics register has not been filled yet (step 13)." in texts(
        standing(ethics="ready"), ethics=None
    )


def test_without_a_model_nothing_is_said_of_fitting_it_again() -> None:
    choice = finished.records.choice(signal="no").model_copy(update={"final_model": ""})
    assert not any("fitted again" in text for text in texts(standing(), choice=choice))
