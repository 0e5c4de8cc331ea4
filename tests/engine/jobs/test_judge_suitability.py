"""Tip 1 while it is being answered: the same verdict, from a process that loads no network."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from typing import Any

import pytest

from deepbench.errors import PlanError
from deepbench.jobs.judge_suitability import judge_suitability
from deepbench.messages import JudgeSuitability
from deepbench.plan import Suitability
from deepbench.study.records import SuitabilityRecord
from deepbench.suitability.questions import QUESTIONS
from deepbench.suitability.verdict import judge
from deepbench.worker.progress import Progress
from deepbench_resources import read_text


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"data_kind": "sequences", "similar_work": "deep learning"},
        {"goal": "understanding", "expected_ceiling": 0.6, "reason": "We want to see."},
    ],
)
def test_the_verdict_is_that_of_the_answers(given: dict[str, Any]) -> None:
    result = judge_suitability(JudgeSuitability({"suitability": given}), Progress())
    assert SuitabilityRecord.model_validate(result) == judge(Suitability.model_validate(given))


def test_other_parts_of_the_draft_do_not_matter() -> None:
    answers = {"question": {"outcome": ""}, "data": {}, "split": {"design": "?"}}
    result = judge_suitability(JudgeSuitability(answers), Progress())
    assert result["verdict"] == "baselines first"
    assert result["unanswered"] == [question.text for question in QUESTIONS]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"goal": "fame"}, r"The answers: \[suitability\] goal must be"),
        ({"expected_ceiling": 2.0}, r"The answers: \[suitability\] expected_ceiling must be at m"),
        ({"mood": "good"}, r"The answers: 'mood' is not a key of \[suitability\]"),
    ],
)
def test_a_wrong_answer_is_named(given: dict[str, Any], problem: str) -> None:
    with pytest.raises(PlanError, match=problem):
        judge_suitability(JudgeSuitability({"suitability": given}), Progress())


def test_the_window_reads_the_same_questions() -> None:
    document = tomllib.loads(read_text("questions/suitability.toml"))
    assert set(document) == {"questions"}
    texts = [(q["name"], q["text"], q["why"]) for q in document["questions"]]
    assert texts == [(q.name, q.text, q.why) for q in QUESTIONS]
    choices = [[c["text"] for c in q.get("choices", [])] for q in document["questions"]]
    assert choices == [[c.text for c in q.choices] for q in QUESTIONS]


def test_looking_ahead_loads_no_network_and_no_model() -> None:
    jobs = ("judge_suitability", "preview_table", "sketch_design")
    program = (
        f"import sys, {', '.join(f'deepbench.jobs.{job}' for job in jobs)}\n"
        "print(sorted({'torch', 'sklearn', 'shap', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
