"""Bundles leave a study whole, reduced with a sentence, or not at all."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deepbench.errors import GateRefused, StageBlocked, StudyError
from deepbench.jobs.let_bundle_go import Decisions, judge_bundle, let_bundle_go, new_folder
from deepbench.jobs.model_leaving import approvals_in_force, final_kind
from deepbench.models.portable.storing import portable_files
from deepbench.privacy.bundle_file import BundleFile
from deepbench.study.folder import Study
from tests.engine.jobs import leaving
from tests.engine.privacy import planting

REPORT = BundleFile("report/report.html", planting.page("<p>AUROC 0.9</p>"), "report", "Report")
PNG = BundleFile("figures/roc.png", planting.png(), "figures", "ROC")
SVG = BundleFile(
    "figures/roc.svg", planting.SVG.format("<text>ROC</text>").encode(), "figures", "ROC as SVG"
)
SCORES = BundleFile("tables/scores.csv", b"model,auroc\nlinear,0.9\n", "tables", "Scores")
TODAY = datetime.datetime.now().astimezone().date()


def approval(what: str, **changes: Any) -> dict[str, Any]:
    return {
        "what": what,
        "requester": "Anna Schmidt",
        "approver": "Bo Li",
        "role": "data protection officer",
        "reason": "The partner laboratory validates the model on its own patients.",
        "recipient": "University hospital of Z",
        "legal_basis": "contract 12/2026",
        "expires": (TODAY + datetime.timedelta(days=30)).isoformat(),
        **changes,
    }


def ethics(*approvals: dict[str, Any]) -> dict[str, Any]:
    return {"ethics": {**leaving.ANSWERS["ethics"], "approvals": list(approvals)}}


def finished(folder: Path, level: str = "sensitive", **changes: Any) -> Path:
    return leaving.finished(folder, level, summary=leaving.with_model(), **changes)


def let_go(folder: Path, files: Sequence[BundleFile], **options: Any) -> Decisions:
    (folder.parent / "out").mkdir(exist_ok=True)
    with Study.open_for_writing(folder) as study:
        place = new_folder(folder.parent / "out", "bundle")
        return let_bundle_go(study, files, place, title="Bundle", **options)[1]


def left(folder: Path) -> list[str]:
    out = folder.parent / "out"
    return sorted(p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file())


def test_what_the_level_keeps_back_is_left_out_and_said(tmp_path: Path) -> None:
    study = finished(tmp_path)
    decisions = let_go(study, [REPORT, PNG, SVG, SCORES])
    assert left(study) == [
        "bundle/figures/roc.png",
        "bundle/report/report.html",
        "bundle/tables/scores.csv",
    ]
    assert [each.path for each in decisions.left_out] == ["figures/roc.svg"]
    (sentence,) = decisions.sentences
    assert sentence.startswith("Not in it: ROC as SVG. A figure of a sensitive")
    assert sentence.endswith("Save it as PNG.")
    (line,) = leaving.gate_lines(study)
    assert [each["path"] for each in line["left_out"]] == ["figures/roc.svg"]
    assert line["study"]["level"] == "sensitive"
    assert len(line["study"]["data"]) == 64
    let_go(study, [REPORT])
    assert "bundle-2/report/report.html" in left(study)


def test_a_preview_writes_nothing_and_notes_nothing(tmp_path: Path) -> None:
    study = finished(tmp_path)
    with Study.open_for_reading(study) as opened:
        decisions = judge_bundle(opened, [REPORT, SVG])
    assert [each.path for each in decisions.leaving] == ["report/report.html"]
    assert leaving.gate_lines(study) == []


def test_files_that_depend_on_the_decision_are_looked_at_too(tmp_path: Path) -> None:
    study = finished(tmp_path)

    def read_me(decisions: Decisions) -> list[BundleFile]:
        text = "\n".join(decisions.sentences)
        return [BundleFile("README.txt", text.encode(), "text", "Read me")]

    let_go(study, [REPORT, SVG], finish=read_me)
    text = (tmp_path / "out" / "bundle" / "README.txt").read_text(encoding="utf-8")
    assert "Not in it: ROC as SVG" in text
    with pytest.raises(GateRefused, match=r"README\.txt: .*name of a sample"):
        let_go(
            study, [REPORT], finish=lambda _: [BundleFile("README.txt", b"P-0007", "text", "x")]
        )
    assert "bundle-2" not in str(left(study))


PLANTED = {
    "name of a feature": BundleFile(
        "tables/importance.csv", b"feature,importance\nIL6 of P-0007,0.5\n", "tables", "Importance"
    ),
    "file name": BundleFile("figures/P-0007.png", planting.png(), "figures", "x"),
    "name of a test sample": BundleFile("tables/a.csv", b"x\nP-0029\n", "tables", "x"),
    "model metadata": BundleFile(
        "model/model.onnx", planting.onnx_model(metadata="P-0007"), "weights", "Model"
    ),
    "figure": BundleFile(
        "figures/a.html",
        planting.picture_in_page(
            planting.SVG.format("<text>P-0007</text>").encode(), "image/svg+xml"
        ),
        "report",
        "x",
    ),
    "schema": BundleFile(
        "model/schema.json", b'{"features": [{"name": "P-0007"}]}', "results", "Schema"
    ),
    "path": BundleFile("card/a.md", b"See /home/anna/lab/table.csv", "report", "Card"),
    "rows": BundleFile(
        "tables/all.csv", planting.table(leaving.training().features.to_numpy()[:4]), "tables", "x"
    ),
}


@pytest.mark.parametrize("where", PLANTED)
def test_something_planted_stops_the_whole_bundle(where: str, tmp_path: Path) -> None:
    study = finished(tmp_path, **ethics(approval("model")))
    leaving.audited(study, True)
    file = PLANTED[where]
    with pytest.raises(GateRefused, match="stays in the study") as caught:
        let_go(study, [REPORT, SCORES, file])
    assert caught.value.message.startswith(f"{file.path}: ")
    assert "P-0007" not in caught.value.message.partition(": ")[2]
    assert left(study) == []
    (line,) = leaving.gate_lines(study)
    assert (line["decision"], line["kind"]) == ("refused", "bundle")


# --- models ---------------------------------------------------------------------------------


def model_files(study: Path) -> list[BundleFile]:
    with Study.open_for_reading(study) as opened:
        kind = final_kind(opened)
        return [
            BundleFile(path, content, kind, title)
            for path, content, title in portable_files(_stored(opened), guarded=True)
            if path.endswith((".onnx", ".safetensors"))
        ]


def _stored(study: Study) -> Any:
    from deepbench.models.storage import load_model
    from deepbench.study.records import ChoiceRecord

    choice = study.stage_record("test", ChoiceRecord)
    assert choice is not None
    return load_model(study.stored_folder(choice.final_model))


@pytest.mark.parametrize(
    ("level", "passes", "leaves"),
    [
        ("public", None, True),
        ("internal", True, True),
        ("internal", None, False),
        ("internal", False, False),
        ("sensitive", True, False),
        ("restricted", True, False),
    ],
)
def test_the_model_by_level_and_audit(
    level: str, passes: bool | None, leaves: bool, tmp_path: Path
) -> None:
    study = finished(tmp_path, level)
    leaving.audited(study, passes)
    files = model_files(study)
    if leaves:
        let_go(study, files, essential={"weights"})
        assert left(study) == ["bundle/model/model.onnx", "bundle/model/model.safetensors"]
        return
    with pytest.raises(GateRefused, match=r"Possible instead: the report|stays"):
        let_go(study, files, essential={"weights"})
    assert left(study) == []
    # In a bundle with other things it is left out.
    decisions = let_go(study, [REPORT, *files])
    assert left(study) == ["bundle/report/report.html"]
    assert {each.path for each in decisions.left_out} == {file.path for file in files}


def test_a_model_that_was_not_audited_stays_even_if_approved(tmp_path: Path) -> None:
    study = finished(tmp_path, **ethics(approval("model")))
    with pytest.raises(GateRefused, match="not attacked yet"):
        let_go(study, model_files(study), essential={"weights"})


def test_an_approved_model_leaves_with_the_approval_said_and_noted(tmp_path: Path) -> None:
    study = finished(tmp_path, **ethics(approval("model")))
    leaving.audited(study, None)
    decisions = let_go(study, model_files(study), essential={"weights"})
    assert "approved by Bo Li (data protection officer)" in decisions.sentences[0]
    (line,) = leaving.gate_lines(study)
    granted = line["granted"]["model/model.onnx"]
    assert granted["approval"]["recipient"] == "University hospital of Z"
    assert granted["audit"] == {"effort": "quick", "passes": None}


@pytest.mark.parametrize("family", ["knn", "random_forest"])
def test_models_that_store_samples_stay(family: str, tmp_path: Path) -> None:
    study = finished(tmp_path, family=family, **ethics(approval("model")))
    leaving.audited(study, True, family)
    files = model_files(study)
    assert {file.kind for file in files} == {"stored rows"}
    with pytest.raises(GateRefused, match="stores samples") as caught:
        let_go(study, files, essential={"stored rows"})
    assert "Possible instead: the report and the model card, or another model" in str(caught.value)
    # Under a wrong name neither.
    renamed = [BundleFile(f.path, f.content, "weights", f.title) for f in files]
    with pytest.raises(GateRefused, match="stores samples"):
        let_go(study, renamed, essential={"weights"})
    called_report = [BundleFile("a.json", planting.records(_rows()), "results", "x")]
    with pytest.raises(GateRefused, match="samples of the training set"):
        let_go(study, called_report)
    assert left(study) == []


def _rows() -> np.ndarray[Any, Any]:
    return leaving.training().features.to_numpy()


def test_an_approval_that_ended_or_was_taken_back_lets_nothing_out(tmp_path: Path) -> None:
    yesterday = (TODAY - datetime.timedelta(days=1)).isoformat()
    (tmp_path / "a").mkdir()
    ended = finished(tmp_path / "a", **ethics(approval("model", expires=yesterday)))
    leaving.audited(ended, True)
    with pytest.raises(GateRefused, match="it ended on"):
        let_go(ended, model_files(ended), essential={"weights"})
    (tmp_path / "b").mkdir()
    study = finished(tmp_path / "b", **ethics(approval("model")))
    leaving.audited(study, True)
    leaving.answer(study, privacy__level="sensitive")
    with Study.open_for_reading(study) as opened:
        assert len(approvals_in_force(opened)) == 1
    leaving.answer(study, ethics__approvals=[])
    with Study.open_for_reading(study) as opened:
        assert approvals_in_force(opened) == ()
    with pytest.raises(GateRefused, match="No approval of"):
        let_go(study, model_files(study), essential={"weights"})


def test_an_approval_holds_when_the_register_was_filled_with_it(tmp_path: Path) -> None:
    study = finished(tmp_path)
    leaving.audited(study, True)
    approved = leaving.plan("sensitive", **ethics(approval("model")))
    with Study.open_for_writing(study) as opened:
        opened.save_plan(approved)
        assert approvals_in_force(opened) == ()


def test_a_study_without_a_model_has_none_to_let_out(tmp_path: Path) -> None:
    study = leaving.finished(tmp_path, summary=leaving.without_figures())
    with Study.open_for_reading(study) as opened, pytest.raises(StageBlocked):
        final_kind(opened)


def test_a_ledger_edited_by_hand_is_noticed(tmp_path: Path) -> None:
    study = finished(tmp_path)
    ledger = study / "ledger.jsonl"
    text = ledger.read_text(encoding="utf-8")
    ledger.write_text(text.replace('"stage": "split"', '"stage": "spilt"'), encoding="utf-8")
    with pytest.raises(StudyError, match="was changed"):
        let_go(study, [REPORT])
    assert left(study) == []
