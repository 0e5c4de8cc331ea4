"""Answers are on disk at once, undoable, and survive the end of the program."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepbench.errors import StudyError
from deepbench.plan import StudyPlan
from deepbench.study import draft as draft_module
from deepbench.study.draft import DRAFT_FILE, Draft


def answered(folder: Path) -> Draft:
    draft = Draft.load(folder)
    draft.change({"question.outcome": "group"}, "outcome", "question")
    draft.change({"data.source": "table.csv"}, "file", "import")
    return draft


def test_an_answer_is_on_disk_when_it_was_given(tmp_path: Path) -> None:
    answered(tmp_path)
    again = Draft.load(tmp_path)
    assert again.value("question.outcome") == "group"
    plan = again.plan()
    assert plan is not None
    assert plan.data.source == "table.csv"


def test_incomplete_answers_are_no_plan_and_say_what_is_missing(tmp_path: Path) -> None:
    draft = Draft.load(tmp_path)
    draft.change({"question.outcome": "group"}, "outcome", "question")
    assert draft.plan() is None
    problem = draft.problem()
    assert problem is not None
    assert problem.message == "This study: [data] is missing."


def test_undo_and_redo_survive_a_restart(tmp_path: Path) -> None:
    answered(tmp_path)
    draft = Draft.load(tmp_path)
    assert draft.undo_label == "file"
    assert draft.undo() == "import"
    assert draft.value("data.source") is None
    assert draft.answers == {"question": {"outcome": "group"}}
    again = Draft.load(tmp_path)
    assert again.redo_label == "file"
    assert again.redo() == "import"
    assert again.value("data.source") == "table.csv"
    assert again.redo() == ""


def test_a_new_answer_ends_the_chain_of_redo(tmp_path: Path) -> None:
    draft = answered(tmp_path)
    draft.undo()
    draft.change({"seed": 2}, "seed", "start")
    assert draft.redo_label == ""


def test_typing_into_a_field_is_one_step(tmp_path: Path) -> None:
    draft = Draft.load(tmp_path)
    for text in ("h", "hu", "human"):
        draft.change({"question.organism": text}, "organism", "question", merge=True)
    assert draft.value("question.organism") == "human"
    draft.undo()
    assert draft.value("question.organism") is None
    assert draft.undo_label == ""


def test_an_empty_answer_takes_the_answer_back(tmp_path: Path) -> None:
    draft = answered(tmp_path)
    draft.change({"data.source": ""}, "file", "import")
    assert draft.answers == {"question": {"outcome": "group"}}
    assert not draft.change({"data.source": None}, "file", "import")


def test_names_with_dots_are_one_key(tmp_path: Path) -> None:
    draft = Draft.load(tmp_path)
    place = ("claims", "features", "gene.1", "plausible")
    draft.change({place: "yes"}, "plausible", "claims")
    assert Draft.load(tmp_path).answers["claims"]["features"] == {"gene.1": {"plausible": "yes"}}


def test_a_disk_that_refuses_leaves_the_answers_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = answered(tmp_path)

    def refuse(path: Path, content: bytes) -> None:
        raise StudyError("The disk is full.")

    monkeypatch.setattr(draft_module, "write_atomically", refuse)
    with pytest.raises(StudyError, match="full"):
        draft.change({"question.outcome": "other"}, "outcome", "question")
    assert draft.value("question.outcome") == "group"
    assert draft.undo_label == "file"


@pytest.mark.parametrize("content", ["", "[]", '{"format": 1}', '{"format": 1, "answers": 3}'])
def test_a_damaged_file_is_said(tmp_path: Path, content: str) -> None:
    (tmp_path / DRAFT_FILE).write_text(content)
    with pytest.raises(StudyError, match=r"draft\.json of this study is damaged"):
        Draft.load(tmp_path)


def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    answered(tmp_path)
    content = json.loads((tmp_path / DRAFT_FILE).read_text())
    (tmp_path / DRAFT_FILE).write_text(json.dumps(content | {"format": 99}))
    with pytest.raises(StudyError, match="newer version"):
        Draft.load(tmp_path)


def test_a_study_that_was_run_from_a_plan_has_the_answers_of_its_plan(tmp_path: Path) -> None:
    plan = StudyPlan.model_validate(
        {"question": {"outcome": "group"}, "data": {"source": "table.csv"}, "seed": 7}
    )
    (tmp_path / "plan.toml").write_text(plan.to_toml())
    draft = Draft.load(tmp_path)
    assert draft.plan() == plan
    assert draft.undo_label == ""


_paths = st.sampled_from(["question.outcome", "question.title", "data.source", "split.design"])
_values = st.one_of(st.none(), st.sampled_from(["a", "b", "c"]))


@settings(max_examples=60)
@given(changes=st.lists(st.tuples(_paths, _values), max_size=12))
def test_undoing_everything_gives_the_beginning_and_redoing_it_the_end(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[str, str | None]]
) -> None:
    draft = Draft(tmp_path_factory.mktemp("study"), {"question": {"outcome": "first"}})
    for path, value in changes:
        draft.change({path: value}, path, "question")
    end = draft.answers
    while draft.undo():
        pass
    assert draft.answers == {"question": {"outcome": "first"}}
    while draft.redo():
        pass
    assert draft.answers == end


def test_no_network_size_is_an_answer_that_can_be_taken_back(tmp_path: Path) -> None:
    draft = Draft(tmp_path, {"networks": {"sizes": ["linear"]}})
    draft.change({"networks.sizes": []}, "network sizes", "networks")
    assert Draft.load(tmp_path).value("networks.sizes") == []
    draft.undo()
    assert draft.value("networks.sizes") == ["linear"]
    draft.change({"networks.sizes": None}, "network sizes", "networks")
    assert draft.value("networks") is None
