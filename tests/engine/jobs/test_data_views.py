"""What the check and the split leave for pages: the look at the samples, the map of the split."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from deepbench.errors import PlanError, StageBlocked, StudyError
from deepbench.jobs.summary import study_summary
from deepbench.jobs.views import load_view, store_view
from deepbench.models.workbench import BenchSource, load_workbench
from deepbench.study.folder import Study
from deepbench.study.records import (
    CheckRecord,
    ExplorationRecord,
    QuestionRecord,
    SplitMapRecord,
    SplitRecord,
)
from tests.end_to_end import tables
from tests.end_to_end.in_process import TINY, run_here


def _view(study: Path, name: str, kind: type) -> object:  # type: ignore[type-arg]
    with Study.open_for_reading(study) as opened:
        found = load_view(opened, name, kind)
    assert found is not None
    return found


def _plan(folder: Path, *, rows: int = 60, extra: str = "") -> Path:
    tables.two_classes(folder / "table.csv", rows=rows)
    return tables.plan_for(folder, "group", '[roles]\nsample = "sample"\n' + TINY + extra)


# --- views --------------------------------------------------------------------------------


def _record(outcomes: tuple[str, ...]) -> SplitMapRecord:
    return SplitMapRecord(
        samples=("S1",), units=("S1",), outcomes=outcomes, outer_folds=(), places=(),
        tuning_fold=(0,),
    )  # fmt: skip


def test_a_view_replaces_the_one_before(tmp_path: Path) -> None:
    with Study.open_for_writing(tmp_path / "s.deepbench") as study:
        assert load_view(study, "split-map", SplitMapRecord) is None
        first = store_view(study, "runs", "split-map", "split", _record(("a",)))
        other = store_view(study, "runs", "split-map-of-another", "split", _record(("b",)))
        # What a kill leaves before the ledger names it.
        orphan = study.store("runs", "split-map.json", b"{}")
        second = store_view(study, "runs", "split-map", "split", _record(("c",)))
        assert load_view(study, "split-map", SplitMapRecord) == _record(("c",))
        assert not study.exists(first)
        assert not study.exists(orphan)
        assert study.exists(other)
        assert store_view(study, "runs", "split-map", "split", _record(("a",))) == first
        assert not study.exists(second)
        assert study.problems() == []


def test_a_view_that_was_deleted_or_is_something_else(tmp_path: Path) -> None:
    with Study.open_for_writing(tmp_path / "s.deepbench") as study:
        artifact = store_view(study, "data", "exploration", "check", _record(("a",)))
        with pytest.raises(StudyError, match="does not hold what this version expects"):
            load_view(study, "exploration", QuestionRecord)
        study.retire([artifact])
        assert load_view(study, "exploration", SplitMapRecord) is None


# --- the look at the samples --------------------------------------------------------------


def test_check_looks_at_all_samples_and_split_at_those_that_train(tmp_path: Path) -> None:
    plan = _plan(tmp_path, extra='[split]\ndesign = "holdout"\n')
    study = tmp_path / "s.deepbench"
    run_here(plan, study, "check")
    everything = _view(study, "exploration", ExplorationRecord)
    assert isinstance(everything, ExplorationRecord)
    assert (everything.scope, len(everything.samples)) == ("all samples", 60)
    assert everything.features_used == 7
    run_here(plan, study, "split")
    training = _view(study, "exploration", ExplorationRecord)
    assert isinstance(training, ExplorationRecord)
    assert training.scope == "training samples"
    shown = _view(study, "split-map", SplitMapRecord)
    assert isinstance(shown, SplitMapRecord)
    train = [name for name, place in zip(shown.samples, shown.places[0], strict=True) if place < 2]
    assert list(training.samples) == train
    assert len(train) == 48


def test_a_blocking_check_still_shows_the_samples(tmp_path: Path) -> None:
    plan = _plan(tmp_path, rows=20)
    cells = [line.split(",") for line in (tmp_path / "table.csv").read_text("utf-8").splitlines()]
    cases = [row[0] for row in cells if row[1] == "case"]
    asked = f"[check]\nleave_out_samples = {cases[:7]}\n"
    plan.write_text(plan.read_text("utf-8") + asked, "utf-8")
    with pytest.raises(StageBlocked, match="cannot be spread over"):
        run_here(plan, tmp_path / "s.deepbench")
    found = _view(tmp_path / "s.deepbench", "exploration", ExplorationRecord)
    assert isinstance(found, ExplorationRecord)
    assert (found.scope, len(found.samples)) == ("all samples", 20 - 7)


# --- the map of the split -----------------------------------------------------------------


@pytest.mark.parametrize("design", ["holdout", "nested", "leave-one-site-out"])
def test_the_map_shows_the_folds_that_the_searches_make(tmp_path: Path, design: str) -> None:
    generator = np.random.default_rng(5)
    rows = [
        [f"S{i}", f"m{i // 2}", "xyz"[i // 2 % 3], f"{generator.normal():.4f}",
         f"{generator.normal() + i // 2 % 2:.4f}", "ab"[i // 2 % 2]]
        for i in range(120)
    ]  # fmt: skip
    tables.write_table(tmp_path / "table.csv", ["id", "mouse", "clinic", "a", "b", "group"], rows)
    roles = '[roles]\nsample = "id"\nunit = "mouse"\nsite = "clinic"\n'
    split = f'[split]\ndesign = "{design}"\ntuning_repeats = 2\n'
    plan = tables.plan_for(tmp_path, "group", roles + TINY + split)
    folder = tmp_path / "s.deepbench"
    run_here(plan, folder, "split")
    with Study.open_for_reading(folder) as study:
        record = study.stage_record("split", SplitRecord)
        artifact = study.record_artifact("split")
        shown = load_view(study, "split-map", SplitMapRecord)
    assert record is not None
    assert shown is not None
    assert shown.units == tuple(f"m{i // 2}" for i in range(120))
    single = len(record.outer_folds) == 1
    numbers = dict(zip(shown.samples, shown.tuning_fold, strict=True))
    for fold, places in enumerate(shown.places):
        source = BenchSource(
            str(folder), artifact, None if single else fold,
            record.tuning_folds, record.tuning_repeats, 1, "cpu",
        )  # fmt: skip
        bench = load_workbench(source)
        first = bench.training.sample_ids[bench.folds[0].tune].tolist()
        placed = [name for name, place in zip(shown.samples, places, strict=True) if place == 1]
        assert placed == first
        train = [
            name for name, place in zip(shown.samples, places, strict=True) if place in (0, 1)
        ]
        assert train == bench.training.sample_ids.tolist()
    main = load_workbench(
        BenchSource(str(folder), artifact, None, record.tuning_folds, record.tuning_repeats, 1, "")
    )
    expected = dict(zip(main.training.sample_ids.tolist(), main.fold_of[0].tolist(), strict=True))
    assert {name: number for name, number in numbers.items() if number >= 0} == expected
    assert set(shown.outcomes) == ({"a", "b", ""} if single else {"a", "b"})


# --- decisions ----------------------------------------------------------------------------


def test_decisions_reach_counts_and_report_and_reasons_the_report_alone(tmp_path: Path) -> None:
    plan = _plan(tmp_path)
    study = tmp_path / "s.deepbench"
    run_here(plan, study, "split")
    text = plan.read_text("utf-8")
    asked = (
        '[check]\nleave_out = ["m3"]\nleave_out_samples = ["S004", "S007"]\n'
        '[check.reasons]\n"Left out by the plan: samples" = "The tubes broke."\n'
        '"left out by the plan: features" = "Measured afterwards."\n'
        '"outlying samples: samples" = "Of no finding."\n'
    )
    plan.write_text(text + asked, "utf-8")
    done = run_here(plan, study, "split")
    assert done[-2:] == ["check", "split"]
    with Study.open_for_reading(study) as opened:
        check = opened.stage_record("check", CheckRecord)
        summary = study_summary(opened)
    assert check is not None
    assert {finding.reason for finding in check.findings} == {""}
    assert summary.check is not None
    reasons = {finding.name: finding.reason for finding in summary.check.findings}
    assert reasons["left out by the plan: samples"] == "The tubes broke."
    assert reasons["left out by the plan: features"] == "Measured afterwards."
    assert (check.left_out_samples, check.samples, check.units) == (2, 58, 58)
    assert sum(check.class_samples.values()) == sum(check.class_units.values()) == 58
    assert summary.sheet is not None
    assert (summary.sheet.samples, summary.sheet.units) == (58, 58)
    assert "2 samples were left out at the data check: 58 samples" in summary.sheet.sentence
    shown = _view(study, "split-map", SplitMapRecord)
    assert isinstance(shown, SplitMapRecord)
    assert not {"S004", "S007"} & set(shown.samples)
    plan.write_text(plan.read_text("utf-8").replace("tubes", "slides"), "utf-8")
    assert run_here(plan, study, "split") == []
    with Study.open_for_reading(study) as opened:
        again = study_summary(opened).check
    assert again is not None
    assert "The slides broke." in {finding.reason for finding in again.findings}


def test_an_unknown_feature_stops_with_what_is_nearest(tmp_path: Path) -> None:
    plan = _plan(tmp_path, extra='[check]\nleave_out = ["tisue"]\n')
    with pytest.raises(PlanError) as refused:
        run_here(plan, tmp_path / "s.deepbench")
    assert refused.value.message == "check.leave_out: there is no column 'tisue'."
    assert refused.value.hint.startswith("Did you mean 'tissue'?")
    assert refused.value.exit_code == 2
