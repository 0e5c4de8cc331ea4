"""What may leave a finished, a half-run and an only planned study."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from deepbench.errors import DataError, GateRefused, StudyError
from deepbench.jobs.export_kinds import FolderContent, FolderExport, Judgement
from deepbench.jobs.export_study import export_study, list_exports
from deepbench.jobs.let_bundle_go import Decisions
from deepbench.jobs.write_report import write_report
from deepbench.messages import ExportStudy, ListExports, WriteReport
from deepbench.plan import parse_plan
from deepbench.privacy.bundle_file import BundleFile
from deepbench.reporting.results_schema import ResultsDocument
from deepbench.study.folder import Study
from deepbench.study.records import ExportItem, StudySummary
from deepbench.worker.progress import Progress
from tests.engine.jobs import leaving
from tests.engine.privacy import planting
from tests.engine.reporting import summaries

SUFFIX = {"report": "html", "results": "json", "plan": "toml", "methods": "txt"}


def items(study: Path, *, folders: bool = False) -> dict[str, ExportItem]:
    found = list_exports(ListExports(str(study)), Progress())["items"]
    assert isinstance(found, list)
    json.dumps(found)
    listed = {item["name"]: ExportItem.model_validate(item) for item in found}
    if not folders:
        return {name: item for name, item in listed.items() if item.suffix}
    return {name: item for name, item in listed.items() if not item.suffix}


def export(study: Path, what: str, *, in_window: bool = True) -> bytes:
    output = study.parent / f"out.{SUFFIX[what]}"
    result = export_study(ExportStudy(str(study), what, str(output), in_window), Progress())
    assert result["output"] == str(output)
    return output.read_bytes()


# --- a finished study -----------------------------------------------------------------------


@pytest.mark.parametrize("level", ["public", "sensitive", "restricted"])
def test_all_four_leave_a_finished_study(level: str, tmp_path: Path) -> None:
    study = leaving.finished(tmp_path, level, summary=leaving.without_figures())
    found = items(study)
    assert {name: item.suffix for name, item in found.items()} == SUFFIX
    assert all(item.allowed for item in found.values())
    reduced = level != "public"
    assert ("below ten" in found["report"].sentence) == reduced
    assert export(study, "report").startswith(b"<!DOCTYPE html>")
    ResultsDocument.model_validate_json(export(study, "results"))
    assert parse_plan(export(study, "plan").decode()).data.source == "biopsies_2025.csv"
    methods = export(study, "methods").decode()
    assert methods.startswith("We analysed 569 samples from 412 biological units")
    assert "doi:10." in methods.partition("\nReferences\n")[2]
    kinds = ["report", "results", "plan", "text"]
    assert [line["kind"] for line in leaving.gate_lines(study)] == kinds
    assert [line["level"] for line in leaving.gate_lines(study)] == [level] * 4


def test_the_report_of_a_sensitive_study_names_no_samples_and_no_folders(tmp_path: Path) -> None:
    check = {"leave_out_samples": ["P-0003"], "reasons": {"duplicates: P-0004": "the same"}}
    question = {"outcome": "diagnosis", "decision": "Ask anna@lab.org"}
    records = leaving.without_figures()
    study = leaving.finished(tmp_path, summary=records, check=check, question=question)
    html = export(study, "report").decode()
    for secret in ("P-0003", "P-0004", "/home/anna", "anna@lab.org"):
        assert secret not in html
    assert "biopsies_2025.csv" in html


def test_open_entries_of_the_register_keep_everything_in_the_study(tmp_path: Path) -> None:
    study = leaving.finished(tmp_path, open_entry=True, summary=leaving.without_figures())
    found = items(study)
    together = items(study, folders=True)
    assert set(together) == {"bundle", "model", "figures", "tables"}
    assert not any(item.allowed for item in (*found.values(), *together.values()))
    assert found["report"].sentence == (
        "The ethics register has 1 open entry: small group: hospital. Answer each on the page "
        "“Ethics and privacy gate” or under [[ethics.entries]] in the plan, then run that step "
        "again."
    )
    for what in SUFFIX:
        with pytest.raises(GateRefused, match="1 open entry"):
            export(study, what)
        assert leaving.gate_lines(study)[-1]["decision"] == "refused"
    output = tmp_path / "r.html"
    for in_window in (True, False):
        with pytest.raises(GateRefused, match="1 open entry"):
            write_report(WriteReport(str(study), str(output), in_window=in_window), Progress())
        assert leaving.gate_lines(study)[-1]["decision"] == "refused"
    assert not list(tmp_path.glob("*.*ml")) and not list(tmp_path.glob("out.*"))


def test_results_of_a_small_sensitive_study_hide_small_counts(tmp_path: Path) -> None:
    whole = summaries.summary()
    small = whole.sheet.model_copy(update={"samples": 569, "units": 19})
    split = whole.split.model_copy(update={"train_units": 12, "test_units": 7})
    summary = whole.model_copy(update={"sheet": small, "split": split})
    documents = {}
    for level in ("internal", "sensitive"):
        (tmp_path / level).mkdir()
        study = leaving.finished(tmp_path / level, level, summary=summary)
        documents[level] = json.loads(export(study, "results"))
    assert documents["internal"]["units"] == 19
    assert documents["internal"]["split"]["test_units"] == 7
    guarded = documents["sensitive"]
    assert guarded["units"] is None
    assert guarded["samples"] == 569
    assert guarded["split"] == {"design": "holdout", "train_units": None, "test_units": None}
    assert guarded["models"] == documents["internal"]["models"]
    assert "P-0412" in str(documents["internal"]["findings"])
    assert "P-0412" not in str(guarded)


# --- out of date ----------------------------------------------------------------------------


def test_changed_answers_are_said_and_the_last_run_is_shown(tmp_path: Path) -> None:
    study = leaving.finished(tmp_path)
    before = export(study, "results")
    assert "answers changed" not in items(study)["report"].sentence
    leaving.answer(study, split__tuning_folds=7)
    sentence = items(study)["report"].sentence
    assert "It shows the last run; answers changed since then concern:" in sentence
    assert "Set aside the test samples, Traditional models" in sentence
    assert export(study, "results") == before
    leaving.answer(study, question__outcome=None)
    assert "the answers on screen are not complete" in items(study)["report"].sentence


def with_claims() -> StudySummary:
    """Return the records of a study that came to its claims, with little to draw."""
    claims = summaries.summary().claims
    return leaving.without_figures().model_copy(update={"claims": claims})


def test_results_older_than_the_plan_that_ran_are_left_out(tmp_path: Path) -> None:
    study = leaving.finished(tmp_path)
    leaving.run_again(study, "baselines", baselines={"families": ["linear"]})
    with Study.open_for_writing(study) as opened:
        blocked = {"stage": "networks", "message": "No memory.", "hint": "Close programs."}
        opened.record("stage_blocked", blocked)
    sentence = items(study)["results"].sentence
    assert "Not in it, because out of date: Networks, small to large, Shuffled-label" in sentence
    document = json.loads(export(study, "results"))
    assert {model["family"] for model in document["models"]} == {"baseline"}
    assert document["test"]["metrics"] == {}


@pytest.mark.parametrize("until", ["start", "test", "claims"])
def test_a_claim_that_the_register_was_not_asked_about_never_leaves(
    until: str, tmp_path: Path
) -> None:
    study = leaving.finished(tmp_path, summary=with_claims())
    claims = {"own": ["High cp causes heart disease in everybody."]}
    leaving.run_again(study, until, claims=claims)
    found = {**items(study), **items(study, folders=True)}
    assert not any(item.allowed for item in found.values())
    assert found["report"].sentence == (
        "The ethics register is out of date: answers or results changed since it was made, and "
        "nobody was asked about them. Run the study up to the step “Ethics and privacy gate”, "
        "and answer what is open there."
    )
    for what in SUFFIX:
        with pytest.raises(GateRefused, match="register is out of date"):
            export(study, what)
    with pytest.raises(GateRefused, match="register is out of date"):
        write_report(WriteReport(str(study), str(tmp_path / "r.html")), Progress())
    # A stop somewhere else is no way round.
    if until == "claims":
        with Study.open_for_writing(study) as opened:
            blocked = {"stage": "suitability", "message": "No.", "hint": ""}
            opened.record("stage_blocked", blocked)
        with pytest.raises(GateRefused, match="register is out of date"):
            export(study, "report")
    leaving.run_again(study, "report", claims=claims)
    assert b"heart disease" in export(study, "plan")


def test_claims_wait_for_the_first_register(tmp_path: Path) -> None:
    study = leaving.finished(tmp_path, until="claims", summary=with_claims())
    assert not items(study)["methods"].allowed
    with pytest.raises(GateRefused, match="not put before the ethics register"):
        write_report(WriteReport(str(study), str(tmp_path / "r.html")), Progress())
    with Study.open_for_writing(study) as opened:
        blocked = {"stage": "ethics", "message": "No model to attack.", "hint": ""}
        opened.record("stage_blocked", blocked)
    with pytest.raises(GateRefused, match="not put before the ethics register"):
        export(study, "report")


# --- not run to the end ---------------------------------------------------------------------


def test_a_half_run_study_has_plan_and_methods(tmp_path: Path) -> None:
    study = leaving.finished(tmp_path, until="baselines")
    found = items(study)
    assert {name for name, item in found.items() if item.allowed} == {"plan", "methods"}
    assert "“Report and export”, which has not run yet" in found["report"].sentence
    with pytest.raises(StudyError, match="has not run yet"):
        export(study, "report")
    assert leaving.gate_lines(study) == []
    methods = export(study, "methods").decode()
    assert "We analysed" in methods
    assert "shuffled" not in methods


def test_a_stopped_study_leaves_a_report_that_says_so(tmp_path: Path) -> None:
    study = leaving.finished(tmp_path, until="sample-sheet")
    with Study.open_for_writing(study) as opened:
        blocked = {"stage": "check", "message": "Plate is outcome.", "hint": "Measure again."}
        opened.record("stage_blocked", blocked)
    assert items(study)["report"].allowed
    html = export(study, "report").decode()
    assert "Stopped at stage 5 (Check the data): Plate is outcome. Measure again." in html


def test_numbers_that_did_not_repeat_never_leave(tmp_path: Path) -> None:
    study = leaving.finished(tmp_path, until="ethics")
    with Study.open_for_writing(study) as opened:
        blocked = {"stage": "report", "message": "Not the same numbers.", "hint": "Again."}
        opened.record("stage_blocked", blocked)
    assert not items(study)["report"].allowed
    with pytest.raises(GateRefused, match="Not the same numbers"):
        export(study, "results")
    assert leaving.gate_lines(study)[-1]["why"] == "Not the same numbers. Again."
    with pytest.raises(GateRefused, match="Not the same numbers"):
        write_report(WriteReport(str(study), str(tmp_path / "r.html")), Progress())


# --- the plan -------------------------------------------------------------------------------


def test_answers_on_screen_are_the_plan_before_anything_ran(tmp_path: Path) -> None:
    study = tmp_path / "s.deepbench"
    study.mkdir()
    leaving.answer(study, question__title="Mice", privacy__level="internal")
    found = items(study)
    assert {name for name, item in found.items() if item.allowed} == {"plan"}
    lacks = "it lacks the outcome ([question] outcome) and the table ([data] source)."
    assert found["plan"].sentence == f"Not complete yet: {lacks}"
    assert sorted(path.name for path in study.iterdir()) == ["draft.json"]
    text = export(study, "plan").decode()
    assert text.startswith("# Not complete: this cannot be run yet. It lacks the outcome")
    assert tomllib.loads(text) == {
        "question": {"title": "Mice"},
        "privacy": {"level": "internal"},
    }
    leaving.answer(study, question__outcome="group", data__source="C:\\Users\\anna\\mice.csv")
    plan = parse_plan(export(study, "plan").decode())
    assert (plan.question.outcome, plan.data.source) == ("group", "mice.csv")


def test_answers_on_screen_go_before_the_plan_that_ran(tmp_path: Path) -> None:
    study = leaving.finished(tmp_path)
    leaving.answer(study, question__title="New title", seed=5)
    plan = parse_plan(export(study, "plan").decode())
    assert (plan.question.title, plan.seed) == ("New title", 5)


def test_an_answer_of_a_wrong_kind_is_said_in_one_comment_line(tmp_path: Path) -> None:
    study = tmp_path / "s.deepbench"
    study.mkdir()
    leaving.answer(
        study,
        question__outcome="x",
        data__source="x.csv",
        privacy__level="public",
        seed="a\nb = 1",
    )
    text = export(study, "plan").decode()
    assert "seed must be a whole number" in text.splitlines()[0]
    assert tomllib.loads(text)["seed"] == "a\nb = 1"


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"question__title": "About P-0007"}, "[question] title holds the name of a sample"),
        ({"data__origin": "from /home/anna/x"}, "[data] origin holds a file path"),
        ({"suitability__reason": "anna@lab.org"}, "[suitability] reason holds an e-mail address"),
    ],
)
def test_a_sensitive_plan_that_names_somebody_stays(
    answers: dict[str, Any], says: str, tmp_path: Path
) -> None:
    study = leaving.finished(tmp_path)
    leaving.answer(study, **answers)
    item = items(study)["plan"]
    assert not item.allowed
    assert says in item.sentence
    with pytest.raises(GateRefused) as caught:
        export(study, "plan")
    assert says in caught.value.message
    assert not (tmp_path / "out.toml").exists()
    (line,) = leaving.gate_lines(study)
    assert line["decision"] == "refused"
    assert "P-0007" not in str(line)


def test_a_sensitive_plan_leaves_without_names_of_left_out_samples(tmp_path: Path) -> None:
    study = leaving.finished(tmp_path)
    leaving.answer(study, check__leave_out_samples=["P-0003"], data__contact="anna@lab.org")
    item = items(study)["plan"]
    assert item.allowed
    assert "the names of samples that were left out" in item.sentence
    text = export(study, "plan").decode()
    assert "P-0003" not in text
    assert "anna@lab.org" not in text
    assert text.startswith("# Left out: ")


# --- clumsy hands ---------------------------------------------------------------------------


def test_what_makes_no_sense_is_told(tmp_path: Path) -> None:
    study = leaving.finished(tmp_path)
    with pytest.raises(DataError, match="no export called 'rapport'") as caught:
        export_study(ExportStudy(str(study), "rapport", "r.html"), Progress())
    assert "report" in caught.value.hint
    with pytest.raises(DataError, match=r"does not end in \.toml"):
        export_study(ExportStudy(str(study), "plan", "plan.txt"), Progress())
    for job in (
        lambda: list_exports(ListExports(str(tmp_path / "no")), Progress()),
        lambda: export_study(ExportStudy(str(tmp_path / "no"), "plan", "p.toml"), Progress()),
    ):
        with pytest.raises(StudyError, match="is not a DeepBench study"):
            job()
    assert not (tmp_path / "no").exists()


def test_listing_changes_nothing(tmp_path: Path) -> None:
    study = leaving.finished(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in study.rglob("*")}
    items(study)
    assert {path: path.stat().st_mtime_ns for path in study.rglob("*")} == before


# --- into a folder --------------------------------------------------------------------------


def test_a_file_gets_its_usual_name_and_nothing_is_overwritten(tmp_path: Path) -> None:
    study = leaving.finished(tmp_path, summary=leaving.without_figures())
    (tmp_path / "out").mkdir()
    request = ExportStudy(str(study), "report", into=str(tmp_path / "out"))
    for name in ("report.html", "report-2.html"):
        result = export_study(request, Progress())
        assert result["output"] == str(tmp_path / "out" / name)
    assert len(list((tmp_path / "out").iterdir())) == 2
    for into, kind, said in (
        (tmp_path / "no", DataError, "There is no folder"),
        (study, GateRefused, "into the study folder"),
    ):
        with pytest.raises(kind, match=said):
            export_study(ExportStudy(str(study), "plan", into=str(into)), Progress())


def test_a_folder_export_leaves_with_a_list_of_what_left_and_what_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [
        BundleFile("roc.svg", planting.SVG.format("").encode(), "figures", "ROC as SVG"),
        BundleFile("roc.png", planting.png(), "figures", "ROC"),
    ]
    refusal: list[GateRefused] = []

    def finish(decisions: Decisions) -> list[BundleFile]:
        return [BundleFile("README.txt", decisions.sentences[0].encode(), "text", "Read me")]

    export = FolderExport(
        "pictures",
        "Pictures",
        "pictures",
        judge=lambda study, level: Judgement(refusal[0] if refusal else None, "As shown."),
        make=lambda study, level, progress: FolderContent(files, finish),
    )
    monkeypatch.setattr("deepbench.jobs.export_study.FOLDER_EXPORTS", (export,))
    study = leaving.finished(tmp_path, summary=leaving.without_figures())
    assert items(study, folders=True)["pictures"].allowed
    (tmp_path / "out").mkdir()
    request = ExportStudy(str(study), "pictures", into=str(tmp_path / "out"))
    result = export_study(request, Progress())
    folder = tmp_path / "out" / "pictures"
    assert result["output"] == str(folder)
    lines = result["lines"]
    assert isinstance(lines, list)
    assert lines[:4] == [f"Pictures: {folder}.", "  README.txt", "  roc.png", "As shown."]
    assert lines[4].startswith("Not in it: ROC as SVG. ")
    assert sorted(path.name for path in folder.iterdir()) == ["README.txt", "roc.png"]
    with pytest.raises(DataError, match="Name a folder"):
        export_study(ExportStudy(str(study), "pictures", "x.zip"), Progress())
    refusal.append(GateRefused("An entry is open.", "Answer it."))
    with pytest.raises(GateRefused, match="entry is open"):
        export_study(request, Progress())
    assert leaving.gate_lines(study)[-1]["why"] == "An entry is open."
    assert len(list((tmp_path / "out").iterdir())) == 1
