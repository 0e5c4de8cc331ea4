"""The questions of the documents: asked once, in plain words, without a heavy library."""

from __future__ import annotations

import subprocess
import sys

import pytest

from deepbench.errors import PlanError
from deepbench.plan import parse_plan
from deepbench.study.document_questions import (
    DOCUMENT_QUESTIONS,
    QUESTION_BY_KEY,
    check_document_answers,
    questions_for,
)

PLAN = '[question]\noutcome = "group"\n[data]\nsource = "x.csv"\n[documents.answers]\n'


def test_each_question_stands_once() -> None:
    assert len(QUESTION_BY_KEY) == len(DOCUMENT_QUESTIONS)
    assert len({question.text for question in DOCUMENT_QUESTIONS}) == len(DOCUMENT_QUESTIONS)
    for question in DOCUMENT_QUESTIONS:
        assert question.key.isidentifier()
        assert question.text.endswith("?")
        assert question.hint.endswith(".")
        assert question.documents


def test_what_begins_with_yes_or_no_says_so() -> None:
    for question in DOCUMENT_QUESTIONS:
        assert question.begins_yes_no == question.hint.startswith("Begin with yes or no")


def test_fewer_are_asked_of_mice() -> None:
    people, others = questions_for(about_people=True), questions_for(about_people=False)
    assert set(others) < set(people) == set(DOCUMENT_QUESTIONS)
    assert not any(question.people_only for question in others)
    # What only the drafts about people print is asked only of people.
    drafts = {"TRIPOD+AI", "MI-CLAIM"}
    assert all(set(question.documents) - drafts for question in others)


def test_answers_live_in_the_plan() -> None:
    plan = parse_plan(f'{PLAN}limits = "Children"\n')
    assert plan.documents.answers == {"limits": "Children"}
    assert parse_plan(plan.to_toml()) == plan
    check_document_answers(plan.documents.answers)


def test_an_answer_to_no_question_is_noticed() -> None:
    with pytest.raises(PlanError) as caught:
        check_document_answers(["limits", "intended_uses"])
    assert caught.value.message == (
        "[documents.answers] answers 'intended_uses', which no document asks."
    )
    assert caught.value.hint.startswith("Did you mean 'intended_use'? It asks: What is the model")


def test_the_window_may_import_it() -> None:
    code = (
        "import sys; import deepbench.study.document_questions; "
        "print([m for m in ('numpy', 'pandas', 'torch', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
