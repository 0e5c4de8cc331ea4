"""Attacks by taking one export from another: what the sample between them is."""

from __future__ import annotations

from pathlib import Path

import pytest

from deepbench.jobs.earlier_exports import sizes_of
from deepbench.jobs.export_study import export_study, list_exports
from deepbench.jobs.preview_bundle import preview_bundle
from deepbench.jobs.write_report import write_report
from deepbench.messages import ExportStudy, ListExports, PreviewBundle, WriteReport
from deepbench.study.folder import Study
from deepbench.study.records import SplitRecord, StudySummary
from deepbench.worker.progress import Progress
from deepbench.workflow import fingerprints
from tests.engine.jobs import leaving
from tests.engine.reporting import summaries

CAREFUL = "differ by fewer than 10 samples or people"


def export(study: Path, what: str, output: str) -> str:
    request = ExportStudy(str(study), what, str(study.parent / output), in_window=True)
    lines = export_study(request, Progress())["lines"]
    assert isinstance(lines, list)
    return " ".join(lines)


def leave_out(study: Path, count: int) -> None:
    """Run the split again with fewer samples, as `check.leave_out_samples` makes it."""
    sheet = summaries.sheet()
    with Study.open_for_writing(study) as opened:
        split = opened.stage_record("split", SplitRecord)
        assert split is not None
        current = fingerprints(opened.plan(), summaries.imported().sha256)
        fewer = sheet.model_copy(
            update={"samples": sheet.samples - count, "units": sheet.units - count}
        )
        opened.finish_stage("sample-sheet", current["sample-sheet"], fewer, 1.0)
        train = split.model_copy(update={"train_units": split.train_units - count})
        opened.finish_stage("split", current["split"], train, 1.0)


def listed(study: Path, name: str) -> str:
    found = list_exports(ListExports(str(study)), Progress())["items"]
    assert isinstance(found, list)
    return next(item["sentence"] for item in found if item["name"] == name)


@pytest.mark.parametrize(
    ("level", "count", "warned"),
    [("sensitive", 1, True), ("restricted", 9, True), ("sensitive", 10, False),
     ("sensitive", 0, False), ("internal", 1, False)],
)  # fmt: skip
def test_an_export_close_to_an_earlier_one_says_so(
    level: str, count: int, warned: bool, tmp_path: Path
) -> None:
    study = leaving.finished(tmp_path, level, summary=leaving.without_figures())
    assert CAREFUL not in export(study, "methods", "first.txt")
    leave_out(study, count)
    assert (CAREFUL in listed(study, "methods")) == warned
    preview = preview_bundle(PreviewBundle(str(study), "methods"), Progress())
    assert (CAREFUL in str(preview["sentences"])) == warned
    assert (CAREFUL in export(study, "methods", "second.txt")) == warned
    lines = Study.open_for_reading(study).ledger.of_kind("export_sizes")
    assert len(lines) == (0 if level == "internal" else 2)
    if warned:
        assert CAREFUL in lines[1].data["said"]
        # A plan tells of no number of the data.
        assert CAREFUL not in export(study, "plan", "plan.toml")


def test_an_export_that_was_refused_told_nobody(tmp_path: Path) -> None:
    study = leaving.finished(
        tmp_path, summary=leaving.without_figures(), open_entry=True, until="report"
    )
    with pytest.raises(Exception, match="open"):
        export(study, "methods", "first.txt")
    assert not Study.open_for_reading(study).ledger.of_kind("export_sizes")


def test_the_command_line_is_told_as_well(tmp_path: Path) -> None:
    study = leaving.finished(tmp_path, summary=leaving.without_figures())
    export(study, "results", "first.json")
    leave_out(study, 3)
    request = WriteReport(str(study), str(tmp_path / "report.html"))
    assert CAREFUL in str(write_report(request, Progress())["lines"])


def test_sizes_are_those_that_are_printed() -> None:
    found = sizes_of(summaries.summary())
    assert (found["samples"], found["units"]) == (569, 412)
    assert (found["training units"], found["test units"]) == (330, 82)
    assert found["samples of malignant"] == summaries.sheet().class_samples["malignant"]
    assert sizes_of(StudySummary(title="S", version="1", plan_toml="")) == {}
