"""The bundle: what leaves at each level, that it is complete, and that nothing planted leaves."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import onnx
import pytest
from PIL import Image

from deepbench.errors import DataError, GateRefused, StudyError
from deepbench.jobs import bundle_closing, bundle_model, bundle_parts
from deepbench.jobs.bundle_material import bundle_plan
from deepbench.jobs.bundle_versions import constraints_txt, installed_versions
from deepbench.jobs.export_study import export_study
from deepbench.jobs.preview_bundle import preview_bundle
from deepbench.messages import ExportStudy, PreviewBundle
from deepbench.plan import parse_plan
from deepbench.privacy.bundle_file import BundleFile
from deepbench.reporting import figure_files
from deepbench.reporting.results_schema import ResultsDocument
from deepbench.study.records import BundlePreview, StudySummary
from deepbench.worker.progress import Progress
from tests.engine.jobs import leaving
from tests.engine.jobs.test_let_bundle_go import approval, ethics

ID = "P-0007"
CLOSING = {
    "README.txt",
    "card/model-card.html",
    "card/model-card.md",
    "checksums.sha256",
    "documents/dome.json",
    "documents/methods.txt",
    "documents/model-info-sheet.md",
    "documents/reforms.md",
    "plan.toml",
    "rerun/constraints.txt",
    "rerun/plan.toml",
    "rerun/rerun.py",
    "results.json",
    "ro-crate-metadata.json",
}
ON_PEOPLE = {"documents/tripod-ai.md", "documents/mi-claim.md"}
SHOWN = {"report/report.html", "report/report.pdf", "report/results.json", "figures/captions.txt"}
MODEL = {
    "model/model.onnx",
    "model/model.safetensors",
    "model/predict.py",
    "model/schema.json",
}


def export(study: Path, what: str = "bundle") -> tuple[dict[str, bytes], list[str]]:
    """Let an export out; return its files and what was said."""
    out = study.parent / "out"
    out.mkdir(exist_ok=True)
    result = export_study(ExportStudy(str(study), what, into=str(out)), Progress())
    folder = Path(str(result["output"]))
    lines = result["lines"]
    assert isinstance(lines, list)
    found = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.*")}
    return found, lines


def refused(study: Path, match: str, what: str = "bundle") -> GateRefused:
    """Try to let an export out; nothing may be written, and the ledger says so."""
    out = study.parent / "out"
    out.mkdir(exist_ok=True)
    with pytest.raises(GateRefused, match=match) as caught:
        export_study(ExportStudy(str(study), what, into=str(out)), Progress())
    assert list(out.iterdir()) == []
    assert leaving.gate_lines(study)[-1]["decision"] == "refused"
    return caught.value


def finished(folder: Path, level: str, **changes: Any) -> Path:
    return leaving.finished(folder, level, **{"summary": leaving.with_model(), **changes})


def about_nothing() -> StudySummary:
    """Return records that make a small bundle quickly: no figures."""
    return leaving.without_figures()


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, bytes]]]:
    study = finished(tmp_path_factory.mktemp("public"), "public")
    yield study, export(study)[0]


@pytest.fixture(scope="module")
def sensitive(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Path, dict[str, bytes], list[str]]]:
    study = finished(tmp_path_factory.mktemp("sensitive"), "sensitive")
    yield study, *export(study)


# --- what leaves ----------------------------------------------------------------------------


def test_everything_leaves_a_public_study(public: tuple[Path, dict[str, bytes]]) -> None:
    study, files = public
    assert set(files) >= CLOSING | SHOWN | MODEL
    figures = {path for path in files if path.startswith("figures/")} - SHOWN
    names = {path.rpartition(".")[0] for path in figures}
    assert figures == {f"{name}.{suffix}" for name in names for suffix in ("png", "svg", "pdf")}
    assert "figures/roc" in names
    tables = {path for path in files if path.startswith("tables/")}
    assert tables >= {"tables/tables.xlsx", "tables/test-metrics.csv", "tables/subgroups.csv"}
    assert "Not in this bundle" not in files["README.txt"].decode()
    (line,) = leaving.gate_lines(study)
    assert (line["decision"], len(line["files"])) == ("issued", len(files))


def test_a_sensitive_study_keeps_its_model_and_its_drawings(
    sensitive: tuple[Path, dict[str, bytes], list[str]],
) -> None:
    _, files, said = sensitive
    assert set(files) >= CLOSING | ON_PEOPLE | SHOWN
    assert not MODEL & set(files)
    assert {path.rpartition(".")[2] for path in files if path.startswith("figures/")} == {
        "png",
        "txt",
    }
    readme = " ".join(files["README.txt"].decode().split())
    assert "Not in this bundle, and why" in readme
    assert "Not in it: model/model.onnx, model/model.safetensors, model/schema.json and" in readme
    assert "Not in it: Figures as drawings (SVG, PDF)" in readme
    assert any(line.startswith("Not in it: Finished model.") for line in said)
    for content in (files["results.json"], files["report/report.html"]):
        assert b"P-0412" not in content


def test_restricted_leaves_no_more_than_sensitive(
    tmp_path: Path, sensitive: tuple[Path, dict[str, bytes], list[str]]
) -> None:
    files, _ = export(finished(tmp_path, "restricted"))
    assert set(files) == set(sensitive[1])


@pytest.mark.parametrize("passes", [True, False])
def test_an_internal_model_leaves_if_its_audit_passes(tmp_path: Path, passes: bool) -> None:
    study = finished(tmp_path, "internal")
    leaving.audited(study, passes)
    if passes:
        files, _ = export(study, "model")
        assert set(files) >= MODEL | {"card/model-card.md", "README.txt", "checksums.sha256"}
        assert "verify" not in files["README.txt"].decode().partition("How to cite")[0]
    else:
        refused(study, "The audit found that the model tells", "model")


def test_an_approval_lets_a_sensitive_model_go_and_is_printed(tmp_path: Path) -> None:
    study = finished(tmp_path, "sensitive", **ethics(approval("model")))
    leaving.audited(study, True)
    files, _ = export(study, "model")
    assert set(files) >= MODEL
    for path in ("card/model-card.md", "card/model-card.html", "README.txt"):
        assert "University hospital of Z" in files[path].decode(), path


def test_knn_stays_in_a_sensitive_study(tmp_path: Path) -> None:
    study = finished(tmp_path, "sensitive", family="knn")
    leaving.audited(study, True, "knn")
    error = refused(study, "stores samples", "model")
    assert "Possible instead" in error.hint


@pytest.mark.parametrize("what", ["bundle", "model", "figures", "tables"])
def test_open_entries_keep_all_of_it_in_the_study(tmp_path: Path, what: str) -> None:
    study = finished(tmp_path, "public", open_entry=True)
    refused(study, "The ethics register has 1 open entry", what)


def test_a_study_that_was_not_run_says_what_to_do(tmp_path: Path) -> None:
    study = finished(tmp_path, "public", until="test")
    (tmp_path / "out").mkdir()
    request = ExportStudy(str(study), "bundle", into=str(tmp_path / "out"))
    with pytest.raises(StudyError, match="has not run yet"):
        export_study(request, Progress())


@pytest.mark.parametrize(
    ("what", "inside"), [("figures", "figures/roc.png"), ("tables", "tables/effort.csv")]
)
def test_figures_and_tables_leave_alone(tmp_path: Path, what: str, inside: str) -> None:
    summary = leaving.with_model()
    if what == "tables":
        from tests.engine.reporting import summaries

        summary = summary.model_copy(update={"baselines": summaries.summary().baselines})
    files, _ = export(finished(tmp_path, "sensitive", summary=summary), what)
    assert inside in files
    closing = {"README.txt", "ro-crate-metadata.json", "checksums.sha256"}
    assert {path.partition("/")[0] for path in set(files) - closing} == {what}
    assert closing <= set(files)


# --- complete and true ----------------------------------------------------------------------


def test_checksums_and_the_list_for_archives_name_every_file(
    public: tuple[Path, dict[str, bytes]],
) -> None:
    _, files = public
    sums = dict(
        reversed(line.split("  ")) for line in files["checksums.sha256"].decode().splitlines()
    )
    assert sums == {
        path: hashlib.sha256(content).hexdigest()
        for path, content in files.items()
        if path != "checksums.sha256"
    }
    graph = {each["@id"]: each for each in json.loads(files["ro-crate-metadata.json"])["@graph"]}
    listed = {part["@id"] for part in graph["./"]["hasPart"]}
    assert listed == set(files) - {"ro-crate-metadata.json"}
    for path in listed - {"checksums.sha256"}:
        assert graph[path]["sha256"] == sums[path]
        assert graph[path]["contentSize"] == str(len(files[path]))
    readme = files["README.txt"].decode()
    assert all(f"\n{path}\n" in readme for path in files)


def test_what_a_re_run_needs_stands_at_the_top(public: tuple[Path, dict[str, bytes]]) -> None:
    _, files = public
    plan = parse_plan(files["plan.toml"].decode())
    assert (plan.data.source, plan.privacy.level) == ("biopsies_2025.csv", "public")
    ResultsDocument.model_validate_json(files["results.json"])
    assert files["rerun/plan.toml"] == files["plan.toml"]
    assert files["report/results.json"] == files["results.json"]
    compile(files["rerun/rerun.py"], "rerun.py", "exec")


def test_the_plan_asks_for_the_level_in_force_and_for_files_by_name() -> None:
    plan = leaving.plan(
        "public",
        data={"source": "C:\\lab\\a.csv", "more": ["/x/b.csv"], "sample_sheet": "/x/c.csv"},
        interpretation={"gene_sets": "/x/sets.gmt"},
    )
    answers = bundle_plan(plan, "restricted", ()).answers
    assert answers["privacy"]["level"] == "restricted"
    data = answers["data"]
    assert (data["source"], data["more"], data["sample_sheet"]) == ("a.csv", ["b.csv"], "c.csv")
    assert answers["interpretation"]["gene_sets"] == "sets.gmt"


def test_what_the_plan_lacks_is_said(tmp_path: Path) -> None:
    check = {"leave_out_samples": [ID]}
    study = finished(tmp_path, "sensitive", summary=about_nothing(), check=check)
    files, _ = export(study)
    readme = " ".join(files["README.txt"].decode().split())
    assert "Not in the plan, because the study is sensitive: the names of samples" in readme
    assert not [path for path, content in files.items() if ID.encode() in content]


def test_the_same_study_gives_the_same_bytes(tmp_path: Path) -> None:
    study = finished(tmp_path, "public", summary=about_nothing())
    assert export(study)[0] == export(study)[0]


def test_versions_are_those_installed_of_what_the_program_needs() -> None:
    text = constraints_txt().decode()
    pins = dict(line.split("==") for line in text.splitlines() if not line.startswith("#"))
    assert {"numpy", "torch", "scikit-learn", "reportlab", "xlsxwriter", "joblib"} <= set(pins)
    assert not {"pytest", "ruff", "mypy", "deepbench"} & set(pins)
    assert all(re.fullmatch(r"[\w.]+", version) for version in pins.values()), "no local builds"
    assert set(pins) == set(installed_versions())


def test_figures_are_pixels_alone(sensitive: tuple[Path, dict[str, bytes], list[str]]) -> None:
    _, files, _ = sensitive
    pictures = [content for path, content in files.items() if path.endswith(".png")]
    assert pictures
    assert all(not Image.open(io.BytesIO(content)).info.keys() - {"dpi"} for content in pictures)


# --- attacks --------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["bundle", "model"])
def test_a_sample_in_the_name_of_a_feature_of_the_model_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    leaving.model.cache_clear()
    monkeypatch.setattr(leaving, "FEATURES", (*leaving.FEATURES[:-1], f"ratio to {ID}"))
    summary = about_nothing().model_copy(update={"choice": leaving.with_model().choice})
    study = finished(tmp_path, "sensitive", summary=summary, **ethics(approval("model")))
    leaving.audited(study, True)
    leaving.model.cache_clear()
    refused(study, r"model/.*holds the name of a sample", what)


def test_a_sample_in_the_metadata_of_the_model_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = bundle_model.portable_files

    def planted(*given: Any, **options: Any) -> list[tuple[str, bytes, str]]:
        files = written(*given, **options)
        graph = onnx.load_from_string(files[0][1])
        onnx.helper.set_model_props(graph, {"first row": ID})
        return [(files[0][0], graph.SerializeToString(), "Model"), *files[1:]]

    monkeypatch.setattr(bundle_model, "portable_files", planted)
    study = finished(tmp_path, "sensitive", **ethics(approval("model")))
    leaving.audited(study, True)
    refused(study, r"model/model\.onnx: It holds the name of a sample", "model")


def test_a_sample_drawn_into_a_figure_is_found_though_it_is_pixels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = figure_files.figures_of

    def planted(sections: Any) -> list[figure_files.ReportFigure]:
        first, *others = found(sections)
        picture = dataclasses.replace(
            first.picture, texts=(*first.picture.texts, f"{ID} (outlier)")
        )
        return [dataclasses.replace(first, picture=picture), *others]

    monkeypatch.setattr(bundle_parts.figure_files, "figures_of", planted)
    study = finished(tmp_path, "sensitive")
    refused(study, r"figures/\w+\.png: It holds the name of a sample", "figures")
    refused(study, "It holds the name of a sample")


def test_a_table_file_named_after_a_sample_keeps_the_bundle_in_the_study(tmp_path: Path) -> None:
    data = {"source": f"/home/anna/{ID}.csv", "licence": "our own"}
    study = finished(tmp_path, "sensitive", summary=about_nothing(), data=data)
    refused(study, r"\[data\] source holds the name of a sample")


def test_a_group_named_after_a_sample_is_found_in_the_tables(tmp_path: Path) -> None:
    summary = leaving.with_model()
    assert summary.choice is not None
    group = summary.choice.test.subgroups[0].model_copy(update={"group": ID})
    test = summary.choice.test.model_copy(update={"subgroups": (group,)})
    choice = summary.choice.model_copy(update={"test": test})
    study = finished(tmp_path, "sensitive", summary=summary.model_copy(update={"choice": choice}))
    refused(study, r"tables/subgroups\.csv: It holds the name of a sample", "tables")


@pytest.mark.parametrize("text", ["/home/anna/lab/t.csv", "anna@lab.org", ID])
def test_what_is_added_at_the_end_is_looked_at_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    planted = BundleFile("rerun/constraints.txt", f"# {text}\n".encode(), "plan", "Versions")
    monkeypatch.setattr(bundle_closing, "rerun_files", lambda material: [planted])
    study = finished(tmp_path, "sensitive", summary=about_nothing())
    refused(study, r"rerun/constraints\.txt: ")


# --- preview --------------------------------------------------------------------------------


def preview(study: Path, what: str = "bundle") -> BundlePreview:
    return BundlePreview.model_validate(
        preview_bundle(PreviewBundle(str(study), what), Progress())
    )


def test_the_preview_is_what_leaves_and_writes_nothing(
    sensitive: tuple[Path, dict[str, bytes], list[str]],
) -> None:
    study, files, _ = sensitive
    before = {path: path.stat().st_mtime_ns for path in study.rglob("*")}
    shown = preview(study)
    assert {path: path.stat().st_mtime_ns for path in study.rglob("*")} == before
    assert (shown.level, shown.refused) == ("sensitive", "")
    leaves = {file.path: file.bytes for file in shown.files if file.allowed}
    # The card says by what the model was audited, the results are those of the export.
    assert leaves == {path: len(content) for path, content in files.items()}
    stays = {file.path: file.sentence for file in shown.files if not file.allowed}
    assert set(stays) == MODEL
    assert all(sentence for sentence in stays.values())
    assert any("drawings" in sentence for sentence in shown.sentences)
    assert all(file.title for file in shown.files)


def test_the_preview_says_why_all_of_it_stays(tmp_path: Path) -> None:
    study = finished(tmp_path, "public", open_entry=True)
    shown = preview(study, "tables")
    assert "1 open entry" in shown.refused
    assert shown.files == ()


def test_the_preview_of_something_planted_names_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = BundleFile("rerun/constraints.txt", f"# {ID}\n".encode(), "plan", "Versions")
    monkeypatch.setattr(bundle_closing, "rerun_files", lambda material: [planted])
    study = finished(tmp_path, "sensitive", summary=about_nothing())
    assert preview(study).refused.startswith("rerun/constraints.txt: ")


def test_an_unknown_export_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no export called 'raport'"):
        preview(tmp_path, "raport")
