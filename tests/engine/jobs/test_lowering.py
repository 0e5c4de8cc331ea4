"""A lower level holds when the register was filled with it and its reason, and never before."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from deepbench.errors import GateRefused, StudyError
from deepbench.jobs.export_study import export_study, list_exports
from deepbench.jobs.leave import level_in_force, level_note, level_once_finished
from deepbench.jobs.let_out import let_out
from deepbench.jobs.predict import predict
from deepbench.jobs.write_report import write_report
from deepbench.messages import ExportStudy, LetOut, ListExports, Predict, WriteReport
from deepbench.plan import parse_plan
from deepbench.study.folder import Study
from deepbench.study.records import EthicsRecord, IdentifierFinding
from deepbench.study.sensitivity_scan import EVENT
from deepbench.worker.progress import Progress
from tests.engine.jobs import leaving

REASON = {"reason": "Published in 2024 with the consent of all."}
ENTRY = {"decision": "accepted", "reason": "It is published anyway.", "by": "Dr. R. Keller"}


def small(folder: Path, level: str = "sensitive", **tables: Any) -> Path:
    return leaving.finished(folder, level, summary=leaving.without_figures(), **tables)


def answered(study: Path, level: str, until: str, **privacy: Any) -> None:
    """Run a plan with another level up to a stage."""
    leaving.run_again(study, until, privacy={"level": level, **privacy})


def level(study: Path) -> str:
    return level_in_force(Study.open_for_reading(study))


def note(study: Path) -> str:
    return level_note(Study.open_for_reading(study))


# --- lowering ---------------------------------------------------------------------------------


@pytest.mark.parametrize("privacy", [{}, REASON])
def test_a_plan_that_was_only_saved_lowers_nothing(
    privacy: dict[str, str], tmp_path: Path
) -> None:
    study = small(tmp_path)
    answered(study, "public", "start", **privacy)
    assert level(study) == "sensitive"
    assert note(study) == (
        "The study is treated as sensitive: a lower level (public) holds when the step “Ethics "
        "and privacy gate” has finished with it."
    )
    for what in ("bundle", "report", "plan", "methods"):
        with pytest.raises(GateRefused, match="register is out of date"):
            export_study(ExportStudy(str(study), what, into=str(tmp_path)), Progress())
    items = list_exports(ListExports(str(study)), Progress())["items"]
    assert isinstance(items, list)
    assert all(not item["allowed"] for item in items)
    assert [path.name for path in tmp_path.iterdir()] == ["s.deepbench"]


def test_a_lower_level_with_its_reason_holds_when_the_register_has_it(tmp_path: Path) -> None:
    study = small(tmp_path)
    answered(study, "public", "ethics", **REASON)
    assert level(study) == "public"
    assert note(study) == ""
    settled = [{"issue": "Level lowered  without reason", **ENTRY}]
    (tmp_path / "b").mkdir()
    other = small(tmp_path / "b", "restricted")
    leaving.run_again(other, "ethics", "internal", ethics={"entries": settled})
    assert level(other) == "internal"


@pytest.mark.parametrize(
    ("first", "then"),
    [("sensitive", "public"), ("restricted", "sensitive"), ("internal", "public")],
)
def test_a_lower_level_without_a_reason_never_holds(first: str, then: str, tmp_path: Path) -> None:
    study = small(tmp_path, first)
    answered(study, then, "report", reason="  ")
    assert level(study) == first
    assert f"no reason is given for lowering its level to {then}" in note(study)
    # Saying it twice is no reason either.
    answered(study, then, "report", quasi_identifiers=["age"])
    assert level(study) == first
    answered(study, then, "report", **REASON)
    assert level(study) == then


def test_a_level_raised_and_lowered_between_two_registers_is_lowered(tmp_path: Path) -> None:
    study = small(tmp_path, "internal")
    answered(study, "restricted", "start")
    assert level(study) == "restricted"
    answered(study, "public", "start", **REASON)
    assert level(study) == "restricted"
    # The plan that the register knows was looked at: it holds again.
    answered(study, "internal", "start")
    assert level(study) == "internal"
    answered(study, "public", "ethics")
    assert level(study) == "restricted"


def test_raising_holds_at_once(tmp_path: Path) -> None:
    study = small(tmp_path, "public")
    assert level(study) == "public"
    answered(study, "restricted", "start")
    assert (level(study), note(study)) == ("restricted", "")
    answered(study, "public", "start")
    assert level(study) == "public"
    leaving.answer(study, privacy__level="internal")
    assert level(study) == "internal"


def test_a_study_without_a_register_is_treated_as_it_was_run_last(tmp_path: Path) -> None:
    study = leaving.finished(tmp_path, "sensitive", until="test")
    answered(study, "internal", "start")
    assert (level(study), note(study)) == ("internal", "")


def test_what_the_scan_found_is_not_settled_by_a_plan_that_was_only_saved(tmp_path: Path) -> None:
    study = small(tmp_path, "sensitive")
    finding = IdentifierFinding(
        kind="children",
        where="values",
        column="age",
        count=9,
        raises_to="restricted",
        sentence="Children.",
    )
    with Study.open_for_writing(study) as opened:
        found = [finding.model_dump(mode="json")]
        opened.record(EVENT, {"part": "samples", "findings": found, "rare": None})
        ethics = opened.stage_record("ethics", EthicsRecord)
        assert ethics is not None
        record = ethics.model_copy(update={"level": "restricted"})
        opened.finish_stage("ethics", opened.finished()["ethics"], record, 1.0)
    assert level(study) == "restricted"
    settled = [{"issue": "identifiers: age", **ENTRY}]
    leaving.run_again(study, "start", ethics={"entries": settled})
    assert level(study) == "restricted"
    # Findings about people do not go away with a lower level that has no reason.
    answered(study, "public", "ethics")
    assert level(study) == "restricted"


def test_the_stage_that_runs_knows_what_will_hold(tmp_path: Path) -> None:
    study = small(tmp_path)
    answered(study, "public", "start", **REASON)
    opened = Study.open_for_reading(study)
    assert (level_in_force(opened), level_once_finished(opened)) == ("sensitive", "public")
    answered(study, "public", "start")
    assert level_once_finished(Study.open_for_reading(study)) == "sensitive"


# --- the plan changed by hand -----------------------------------------------------------------


@pytest.mark.parametrize("how", ["level", "approvals", "removed"])
def test_a_plan_changed_by_hand_lets_nothing_out(how: str, tmp_path: Path) -> None:
    study = leaving.finished(tmp_path, summary=leaving.with_model())
    path = study / "plan.toml"
    text = path.read_text(encoding="utf-8")
    if how == "removed":
        path.unlink()
    elif how == "level":
        path.write_text(text.replace('level = "sensitive"', 'level = "public"'), encoding="utf-8")
    else:
        path.write_text(text.replace("Broad consent", "No consent"), encoding="utf-8")
    new = tmp_path / "new.csv"
    new.write_text("id," + ",".join(leaving.FEATURES) + "\nn1,1,1,1,1,1,1\n", encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    out = str(tmp_path / "out")
    attempts = [
        lambda: predict(Predict(str(study), str(new), f"{out}.csv"), Progress()),
        lambda: write_report(WriteReport(str(study), f"{out}.html"), Progress()),
        lambda: list_exports(ListExports(str(study)), Progress()),
    ]
    text_of = base64.b64encode(b"AUROC 0.91").decode()
    for place in ("clipboard", f"{out}.txt"):
        copied = LetOut(str(study), "text", "Score", "txt", text_of, place, per_sample=False)
        attempts.append(lambda asked=copied: let_out(asked, Progress()))
    for what in ("bundle", "report", "results", "plan", "methods", "model", "figures", "tables"):
        request = ExportStudy(str(study), what, into=str(tmp_path))
        attempts.append(lambda asked=request: export_study(asked, Progress()))
    for attempt in attempts:
        with pytest.raises(StudyError, match="changed or removed by hand") as told:
            attempt()
        assert "deepbench run PLAN --study STUDY" in told.value.hint
    assert sorted(tmp_path.iterdir()) == before
    assert leaving.gate_lines(study) == []
    # Running it is how a change gets known; then the rules for lowering hold.
    with Study.open_for_writing(study) as opened:
        opened.save_plan(parse_plan(text))
    assert level(study) == "sensitive"


def test_a_removed_plan_does_not_make_a_restricted_study_sensitive(tmp_path: Path) -> None:
    study = small(tmp_path, "restricted")
    leaving.answer(study, privacy__level="public")
    (study / "plan.toml").unlink()
    with pytest.raises(StudyError, match="removed by hand"):
        level(study)


def test_a_copy_that_a_crash_left_behind_is_no_harm(tmp_path: Path) -> None:
    study = small(tmp_path)
    other = leaving.plan("public").to_toml().encode()
    with Study.open_for_writing(study) as opened:
        opened.store("runs", "plan.toml", other)
    (study / "plan.toml").write_bytes(other)
    assert level(study) == "sensitive"
