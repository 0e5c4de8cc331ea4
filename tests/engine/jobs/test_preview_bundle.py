"""Looking at files before they leave: the same bytes leave later, made once, and nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deepbench.cli_export import preview_lines
from deepbench.errors import DataError, GateRefused, StudyError
from deepbench.jobs import export_folders, preview_bundle, previewed
from deepbench.jobs.export_kinds import FolderExport
from deepbench.jobs.export_study import export_study
from deepbench.jobs.write_report import write_report
from deepbench.messages import ExportStudy, PreviewBundle, ReadBundleFile, WriteReport
from deepbench.privacy.content_scan import NameIndex, Secrets, scan_file
from deepbench.reporting import figure_files
from deepbench.study.records import BundlePreview
from deepbench.worker.progress import Progress
from tests.engine.jobs import leaving

ID = "P-0007"


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    previewed.forget()
    yield
    previewed.forget()


def small(folder: Path, level: str = "sensitive", **changes: Any) -> Path:
    """Return a study whose bundle is made quickly."""
    return leaving.finished(folder, level, summary=leaving.without_figures(), **changes)


def preview(study: Path, what: str = "bundle") -> BundlePreview:
    asked = PreviewBundle(str(study), what)
    return BundlePreview.model_validate(preview_bundle.preview_bundle(asked, Progress()))


def read(study: Path, path: str, what: str = "bundle") -> dict[str, object]:
    return preview_bundle.read_bundle_file(ReadBundleFile(str(study), what, path), Progress())


def export(study: Path, what: str = "bundle", seen: str = "") -> Path:
    out = study.parent / "out"
    out.mkdir(exist_ok=True)
    result = export_study(ExportStudy(str(study), what, into=str(out), seen=seen), Progress())
    return Path(str(result["output"]))


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note whenever the files of an export are made."""
    found: list[str] = []

    def noting(export: FolderExport) -> FolderExport:
        def make(*given: Any) -> Any:
            found.append(export.name)
            return export.make(*given)

        return dataclasses.replace(export, make=make)

    folders = tuple(noting(each) for each in export_folders.FOLDER_EXPORTS)
    monkeypatch.setattr("deepbench.jobs.export_study.FOLDER_EXPORTS", folders)
    return found


# --- what was shown is what leaves ----------------------------------------------------------


def test_what_was_shown_is_not_made_again(tmp_path: Path, made: list[str]) -> None:
    study = small(tmp_path)
    shown = preview(study)
    text = read(study, "README.txt")
    folder = export(study, seen=shown.seal)
    assert made == ["bundle"]
    assert text == {"text": (folder / "README.txt").read_text("utf-8"), "whole": True}
    left = {p.relative_to(folder).as_posix(): p.stat().st_size for p in folder.rglob("*.*")}
    assert left == {file.path: file.bytes for file in shown.files if file.allowed}
    assert previewed._last == [], "the memory is given back"


def test_nothing_leaves_if_the_study_changed_since_it_was_shown(tmp_path: Path) -> None:
    study = small(tmp_path, "internal")
    shown = preview(study)
    leaving.answer(study, **{"privacy.level": "restricted"})
    with pytest.raises(DataError, match="has changed since its files were shown"):
        export(study, seen=shown.seal)
    assert list((tmp_path / "out").iterdir()) == []
    assert preview(study).level == "restricted"


def test_a_line_about_something_that_left_changes_no_file(tmp_path: Path, made: list[str]) -> None:
    study = small(tmp_path)
    shown = preview(study, "tables")
    with pytest.raises(DataError, match=r"missing|There is no folder"):
        request = ExportStudy(str(study), "tables", into=str(tmp_path / "missing"))
        export_study(request, Progress())
    assert leaving.gate_lines(study)[-1]["decision"] == "refused"
    export(study, "tables", shown.seal)
    assert made == ["tables"]


def test_files_that_are_too_large_to_keep_are_made_again(
    tmp_path: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previewed, "MOST_KEPT_BYTES", 10)
    study = small(tmp_path)
    shown = preview(study, "tables")
    export(study, "tables", shown.seal)
    assert made == ["tables", "tables"]


@pytest.mark.parametrize("what", ["report", "results", "plan", "methods"])
def test_single_files_are_shown_as_well(tmp_path: Path, what: str) -> None:
    study = small(tmp_path)
    shown = preview(study, what)
    (file,) = shown.files
    assert (file.allowed, shown.refused, bool(file.sentence)) == (True, "", True)
    written = export(study, what, shown.seal)
    assert (written.name, written.stat().st_size) == (file.path, file.bytes)
    assert file.readable == (what != "report")


def test_a_file_that_changed_since_it_was_shown_stays(tmp_path: Path) -> None:
    study = small(tmp_path)
    seal = preview(study, "plan").seal
    leaving.answer(study, **{"question.decision": "Which to look at first."})
    with pytest.raises(DataError, match="has changed since"):
        export(study, "plan", seal)


# --- reading --------------------------------------------------------------------------------


def test_only_texts_that_leave_can_be_read(tmp_path: Path) -> None:
    study = leaving.finished(tmp_path, "sensitive", summary=leaving.with_model())
    shown = {file.path: file for file in preview(study).files}
    assert not shown["model/schema.json"].allowed
    assert not shown["model/schema.json"].readable
    with pytest.raises(DataError, match="no such file"):
        read(study, "model/schema.json")
    with pytest.raises(DataError, match="no such file"):
        read(study, "../plan.toml")
    assert not shown["report/report.pdf"].readable
    with pytest.raises(DataError, match="no text"):
        read(study, "report/report.pdf")
    table = str(read(study, "tables/test-metrics.csv")["text"])
    assert table.startswith("model,metric,"), "the mark of UTF-8 at the beginning is no text"


def test_a_long_text_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview_bundle, "MOST_LETTERS", 20)
    found = read(small(tmp_path), "plan.toml", "bundle")
    assert (len(str(found["text"])), found["whole"]) == (20, False)


def test_reading_writes_nothing_and_says_what_stays(tmp_path: Path) -> None:
    study = small(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in study.rglob("*")}
    assert read(study, "plan.toml", "plan")["whole"]
    assert {path: path.stat().st_mtime_ns for path in study.rglob("*")} == before
    (tmp_path / "open").mkdir()
    with pytest.raises(GateRefused, match="1 open entry"):
        read(small(tmp_path / "open", open_entry=True), "README.txt")
    (tmp_path / "half").mkdir()
    with pytest.raises(StudyError, match="has not run yet"):
        preview(small(tmp_path / "half", until="test"))


# --- names drawn into figures ---------------------------------------------------------------


def test_a_sample_drawn_into_a_figure_of_the_report_alone_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = figure_files.figures_of

    def planted(sections: Any) -> list[figure_files.ReportFigure]:
        first, *others = found(sections)
        texts = (*first.picture.texts, f"{ID} (outlier)")
        picture = dataclasses.replace(first.picture, texts=texts)
        return [dataclasses.replace(first, picture=picture), *others]

    study = leaving.finished(tmp_path, "sensitive", summary=leaving.with_model())
    monkeypatch.setattr(figure_files, "figures_of", planted)
    with pytest.raises(GateRefused, match="It holds the name of a sample"):
        export(study, "report")
    with pytest.raises(GateRefused, match="It holds the name of a sample"):
        write_report(WriteReport(str(study), str(tmp_path / "r.html")), Progress())
    assert "It holds the name of a sample" in preview(study, "report").refused
    assert not list((tmp_path / "out").iterdir())
    assert not (tmp_path / "r.html").exists()
    assert [line["decision"] for line in leaving.gate_lines(study)] == ["refused", "refused"]
    monkeypatch.setattr(figure_files, "figures_of", found)
    assert export(study, "report").is_file(), "without it the report leaves"


def test_what_is_drawn_is_scanned_like_what_is_written() -> None:
    secrets = Secrets(names=NameIndex([ID.casefold()]))
    page = b"<p>All is well.</p>"
    scan_file("r.html", page, "report", "sensitive", secrets, ("12", "ill", "well"))
    for drawn in (ID, f"{ID}: 3.1", "anna@lab.org", "/home/anna/t.csv"):
        with pytest.raises(GateRefused, match="It holds"):
            scan_file("r.html", page, "report", "sensitive", secrets, ("12", drawn))


# --- on the command line --------------------------------------------------------------------


def test_the_command_line_lists_what_leaves_and_what_stays(tmp_path: Path) -> None:
    study = leaving.finished(tmp_path, "sensitive", summary=leaving.with_model())
    shown = preview(study)
    lines, leaves = preview_lines(shown.model_dump())
    assert leaves
    assert lines[0] == "Bundle: what would leave at the level 'sensitive'. Nothing was written."
    many = sum(file.allowed for file in shown.files)
    listed = lines[1 : lines.index("Stays in the study:")]
    assert [line.split()[0] for line in listed] == [f.path for f in shown.files if f.allowed]
    (model,) = [line for line in lines if line.startswith("  model/model.onnx")]
    assert "Attack it first" in model
    assert lines[-1].startswith(f"{many} files would leave, ")
    assert lines[-1].endswith("; 4 stay in the study.")
    assert any("drawings" in line for line in lines)


def test_the_command_line_says_why_all_of_it_stays(tmp_path: Path) -> None:
    lines, leaves = preview_lines(preview(small(tmp_path, open_entry=True)).model_dump())
    assert not leaves
    assert lines[-1].startswith("Nothing of it may leave. The ethics register has 1 open entry")
