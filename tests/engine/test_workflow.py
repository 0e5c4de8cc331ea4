"""Which stages a changed answer makes out of date."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from deepbench.errors import PlanError
from deepbench.plan import StudyPlan, parse_plan
from deepbench.workflow import STAGES, find_stage, fingerprints, stage_states

BASE = '[question]\noutcome = "group"\n[data]\nsource = "x.csv"\n'


def _changed(extra: str) -> set[str]:
    """Return the stages whose fingerprint an addition to the plan changes."""
    before, after = (
        fingerprints(parse_plan(BASE), "s"),
        fingerprints(parse_plan(BASE + extra), "s"),
    )
    return {key for key in before if before[key] != after[key]}


def test_stages_are_numbered_in_order_and_depend_backwards() -> None:
    assert [stage.number for stage in STAGES] == list(range(15))
    seen: set[str] = set()
    for stage in STAGES:
        assert set(stage.after) <= seen
        seen.add(stage.key)


def test_a_claim_leaves_training_alone() -> None:
    claim = '[claims.features.age]\nplausible = "yes"\n'
    # The register raises sentences that claim a cause.
    assert _changed(claim) == {"claims", "ethics", "report"}


@pytest.mark.parametrize(
    ("answer", "stages"),
    [
        ('[check.reasons]\n"outlying samples: samples" = "Seen."\n', "report"),
        ('[suitability]\nsimilar_work = "both"\n', "suitability report"),
        ('[suitability]\nreason = "A pilot."\n', "suitability report"),
        ("[suitability]\nexpected_ceiling = 0.8\n", "suitability claims ethics report"),
        ('[suitability]\nlabel_reliability = "expert"\n', "suitability claims ethics report"),
        ('origin = "GEO"\n', "report"),
        ('contact = "the laboratory"\n', "report"),
        ('licence = "CC0"\n', "ethics report"),
        ('[privacy]\nreason = "Published."\n', "start ethics report"),
        ('[split]\nreuse_reason = "More."\n', "test interpretation claims ethics report"),
    ],
)
def test_words_put_only_what_prints_them_out_of_date(answer: str, stages: str) -> None:
    assert _changed(answer) == set(stages.split())


def test_the_organism_is_named_in_the_question_and_in_what_is_not_shown() -> None:
    before = BASE.replace("[data]", 'organism = "mouse"\n[data]')
    old, new = (fingerprints(parse_plan(text), "s") for text in (BASE, before))
    changed = {key for key in old if old[key] != new[key]}
    assert changed == {"question", "suitability", "claims", "ethics", "report"}


def _leaves(part: type[BaseModel]) -> Iterator[str]:
    for name, field in part.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from (f"{name}.{leaf}" for leaf in _leaves(inner))
        else:
            yield name


def test_every_answer_reaches_the_report_which_prints_the_whole_plan() -> None:
    before_report = {"report"}
    for stage in reversed(STAGES):
        if stage.key in before_report:
            before_report |= set(stage.after)
    read = {part for stage in STAGES if stage.key in before_report for part in stage.plan_parts}
    leaves = set(_leaves(StudyPlan))
    unread = {leaf for leaf in leaves if not {leaf, leaf.split(".")[0]} & read}
    assert unread == {"format"}
    # And no stage names an answer that is none.
    assert read <= leaves | {leaf.split(".")[0] for leaf in leaves}


def test_a_role_makes_everything_from_the_sample_sheet_on_out_of_date() -> None:
    changed = _changed('[roles]\nunit = "patient"\n')
    assert {"sample-sheet", "check", "split", "baselines", "networks", "test"} <= changed
    assert not {"start", "question", "suitability"} & changed


def test_another_file_changes_the_import_and_what_follows() -> None:
    plan = parse_plan(BASE)
    before, after = fingerprints(plan, "a"), fingerprints(plan, "b")
    assert before["start"] == after["start"]
    assert before["import"] != after["import"]
    assert before["report"] != after["report"]


def test_shuffles_do_not_retrain() -> None:
    changed = _changed("[shuffles]\nreplicates = 50\n")
    assert "networks" not in changed
    assert "shuffles" in changed
    assert "test" in changed


def _states(plan: StudyPlan, finished: dict[str, str]) -> dict[str, str]:
    return dict(stage_states(fingerprints(plan, "s"), finished))


def test_states_of_a_study() -> None:
    plan = parse_plan(BASE)
    current = fingerprints(plan, "s")
    fresh = _states(plan, {})
    assert fresh["start"] == "ready"
    assert fresh["split"] == "to do"
    assert set(_states(plan, dict(current)).values()) == {"done"}
    other = parse_plan("seed = 2\n" + BASE)
    stale = _states(other, dict(current))
    assert stale["import"] == "done"
    assert stale["split"] == "out of date"
    assert stale["report"] == "out of date"


def test_stages_by_number_and_key() -> None:
    assert find_stage("6").key == "split"
    assert find_stage("Split").number == 6
    with pytest.raises(PlanError, match="Did you mean 'baselines'"):
        find_stage("baseline")
