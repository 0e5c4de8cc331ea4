"""The plan: what is accepted, and what is said when it is not."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from deepbench.errors import PlanError
from deepbench.plan import StudyPlan, parse_plan, read_plan

TWO_LINES = '[question]\noutcome = "group"\n[data]\nsource = "x.csv"\n'


def test_two_lines_are_enough() -> None:
    plan = parse_plan(TWO_LINES)
    assert plan.question.outcome == "group"
    assert plan.privacy.level == "sensitive"
    assert plan.networks.sizes == ["linear", "small", "medium", "large"]


def test_a_plan_survives_writing_and_reading() -> None:
    plan = parse_plan(TWO_LINES + '[roles]\nunit = "patient"\nbatch = ["a", "b"]\n')
    assert parse_plan(plan.to_toml()) == plan


def test_one_column_or_a_list() -> None:
    one = parse_plan(TWO_LINES + '[roles]\nunit = "patient"\n')
    several = parse_plan(TWO_LINES + '[roles]\nunit = ["patient"]\n')
    assert one == several


def test_a_number_names_a_column_without_header() -> None:
    plan = parse_plan('[question]\noutcome = 9\n[data]\nsource = "x.csv"\n')
    assert plan.question.outcome == "9"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[question]\noutcom = "a"\n[data]\nsource = "x"', "Did you mean 'outcome'?"),
        (TWO_LINES + '[roles]\nbach = "x"', "Did you mean 'batch'?"),
        (TWO_LINES + "[budgets]\ntrials = 3", "Did you mean 'budget'?"),
        ('[data]\nsource = "x"', "[question] is missing"),
        ('[question]\ntask = "auto"\n[data]\nsource = "x"', "'outcome' is missing in [question]"),
        (TWO_LINES + '[split]\ndesign = "random"', "'leave-one-site-out'"),
        (TWO_LINES + "[budget]\ntrials = 0", "[budget] trials must be at least 1, not 0"),
        ("format = 2\n" + TWO_LINES, "has format 2"),
        ("[question\noutcome = 1", "not valid TOML"),
        (TWO_LINES + '[claims.features."IL6"]\nplaus = "yes"', "Did you mean 'plausible'?"),
    ],
)
def test_a_wrong_plan_is_refused_with_a_sentence(text: str, said: str) -> None:
    with pytest.raises(PlanError) as refusal:
        parse_plan(text)
    assert said in str(refusal.value)
    assert refusal.value.hint
    assert refusal.value.exit_code == 2


def test_missing_and_unreadable_plans(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="There is no plan"):
        read_plan(tmp_path / "plan.toml")
    (tmp_path / "plan.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PlanError, match="not UTF-8"):
        read_plan(tmp_path / "plan.toml")
    with pytest.raises(PlanError, match="is a folder"):
        read_plan(tmp_path)


def test_a_plan_from_notepad_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_bytes(b"\xef\xbb\xbf" + TWO_LINES.encode())
    assert read_plan(tmp_path / "plan.toml").question.outcome == "group"


def test_fingerprint_depends_on_the_named_parts_alone() -> None:
    plan, other = parse_plan(TWO_LINES), parse_plan("seed = 2\n" + TWO_LINES)
    assert plan.fingerprint("question") == other.fingerprint("question")
    assert plan.fingerprint("seed") != other.fingerprint("seed")


def test_every_field_is_described() -> None:
    undescribed = []

    def visit(model: type[BaseModel]) -> None:
        for name, field in model.model_fields.items():
            kind = field.annotation
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                visit(kind)
            elif not field.description:
                undescribed.append(f"{model.__name__}.{name}")

    visit(StudyPlan)
    assert undescribed == []


def test_written_plans_are_toml() -> None:
    assert tomllib.loads(parse_plan(TWO_LINES).to_toml())["question"]["outcome"] == "group"
