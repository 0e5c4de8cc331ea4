"""README says what is true: every key of the plan and of the results stands in it."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from deepbench.cli import build_parser
from deepbench.evaluation.metrics import metrics_for
from deepbench.plan import StudyPlan
from deepbench.reporting.results_schema import ResultsDocument

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")


def _tables() -> list[tuple[str, type[BaseModel]]]:
    return [
        (name, field.annotation)
        for name, field in StudyPlan.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    ]


@pytest.mark.parametrize(("name", "part"), _tables())
def test_every_key_of_the_plan_is_documented(name: str, part: type[BaseModel]) -> None:
    section = re.search(rf"\*\*`\[{name}\]`\*\*(.*?)(?=\n\*\*`\[|\n\*\*What)", README, re.DOTALL)
    assert section, f"[{name}] is not in README"
    missing = [key for key in part.model_fields if f"| `{key}" not in section[1]]
    assert missing == []


def test_every_key_of_the_results_is_documented() -> None:
    section = README.split("## results.json")[1].split("\n## ")[0]
    missing = [key for key in ResultsDocument.model_fields if f"`{key}`" not in section]
    assert missing == []


def test_every_command_and_option_is_named() -> None:
    actions = [a for a in build_parser()._actions if isinstance(a, argparse._SubParsersAction)]
    for name, parser in actions[0].choices.items():
        assert f"deepbench {name}" in README
        options = [o for a in parser._actions for o in a.option_strings if o.startswith("--")]
        assert [o for o in options if o != "--help" and o not in README] == []


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_every_metric_is_named(task: str) -> None:
    names = list(metrics_for(task))  # type: ignore[arg-type]
    assert [name for name in names if f"`{name}`" not in README] == []
