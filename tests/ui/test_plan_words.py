"""The window speaks of its controls, not of keys of a plan that nobody sees there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import deepbench
from deepbench.plan import StudyPlan
from deepbench_ui.plan_words import CONTROLS, in_window

LEFT_OVER = re.compile(r"\[(data|roles|question|check|split|budget|networks|privacy)\b")
#: Sentences about the text of a plan, which only the command line reads.
COMMAND_LINE = ("plan_problems.py", "plan.py", "cli.py")


def sentences() -> set[str]:
    """Return all texts of the engine that name a table of the plan; gaps are filled with X."""
    found = set()
    for path in Path(deepbench.__file__).parent.rglob("*.py"):
        if path.name in COMMAND_LINE:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docs = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                text = "".join(
                    str(part.value) if isinstance(part, ast.Constant) else "X"
                    for part in node.values
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
            else:
                continue
            if id(node) not in docs and LEFT_OVER.search(text):
                found.add(text)
    return found


def test_there_are_such_sentences() -> None:
    assert len(sentences()) > 10


@pytest.mark.parametrize("text", sorted(sentences()))
def test_no_key_of_the_plan_is_left(text: str) -> None:
    assert not LEFT_OVER.search(in_window(text)), in_window(text)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            'Write decimal = "," (fractions) or decimal = "." (thousands) under [data].',
            "Set the decimal mark (step 3) to “,” (fractions) or “.” (thousands).",
        ),
        (
            'Choose another: sheet = "…" under [data] in the plan.',
            "Choose another: set the sheet of the workbook (step 3).",
        ),
        ('Name the column in the plan: [roles] site = "…".', None),
        (
            "Leave them out (leave_out under [check]) if the reason is not known.",
            "Leave them out (features to leave out, step 5) if the reason is not known.",
        ),
        (
            "Collect more units, or check unit under [roles] if there should be more.",
            "Collect more units, or check the biological unit (step 4) if there should be more.",
        ),
        ("The organism is not stated ([question] organism).", None),
        (
            "Close other programs, use fewer processes (--workers 1), or use fewer columns.",
            "Close other programs, use fewer processes (step 0), or use fewer columns.",
        ),
        (
            'If the column holds labels, write types = {"a b" = "categorical"} under [data]; if '
            'no model should see it, write ignore = ["a b"] under [roles].',
            "If the column holds labels, change its type to labels (step 3); if no model should "
            "see it, give it the role “Ignore” (step 4).",
        ),
        (
            'name that file: write sample_sheet = "FILE" under [data] in the plan.',
            "Choose that file as the sample sheet (step 3).",
        ),
        ('Add it: more = ["…"] under [data].', "Add it with “Add Files…” (step 3)."),
        ("Nothing to change here.", "Nothing to change here."),
        (
            "question.outcome: there is no column 'x'.",
            "The outcome (step 1): there is no column 'x'.",
        ),
    ],
)
def test_sentences_as_they_are_shown(said: str, shown: str | None) -> None:
    if shown is None:
        assert not LEFT_OVER.search(in_window(said))
        assert "step" in in_window(said)
    else:
        assert in_window(said) == shown


def test_every_key_with_a_control_is_a_key_of_the_plan() -> None:
    for name in CONTROLS:
        table, key = name.split(".")
        part = StudyPlan.model_fields[table].annotation
        assert part is not None
        assert key in part.model_fields, name
