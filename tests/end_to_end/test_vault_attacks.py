"""Attacks on the vault: before the test set is opened, and after."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from deepbench.data.vault.opening import OpeningPass, open_test, request_opening
from deepbench.errors import StageBlocked, StudyError
from deepbench.jobs.views import load_view
from deepbench.study.folder import Study
from deepbench.study.records import ChoiceRecord, ExplorationRecord, SplitMapRecord, SplitRecord
from tests.end_to_end import tables
from tests.end_to_end.conftest import results_of
from tests.end_to_end.in_process import TINY, ledger_of, run_here

UNITS = 300
NAME, TISSUE, SITE, NUMBER = "ZQXSAMPLE", "ZQXTISSUE", "ZQXSITE", 7654.3217
ROLES = '[roles]\nsample = "sample"\nsite = "site"\n'


def _table(folder: Path, planted: str = "") -> None:
    """Write 300 samples; the one named is given a name, words and a number of its own."""
    generator = np.random.default_rng(7)
    labels = generator.permutation(np.arange(UNITS) % 2)
    values = generator.normal(size=(UNITS, 3))
    values[:, 0] += 1.5 * labels
    header = ["sample", "group", "m0", "m1", "m2", "tissue", "site"]
    rows = []
    for i in range(UNITS):
        numbers = [f"{value:.4f}" for value in values[i]]
        row = [f"S{i:03d}", "case" if labels[i] else "control", *numbers, "AB"[i % 2], "PQ"[i % 2]]
        if row[0] == planted:
            row = [NAME, row[1], str(NUMBER), *row[3:5], TISSUE, SITE]
        rows.append(row)
    tables.write_table(folder / "table.csv", header, rows)


def _split(study: Path) -> SplitRecord:
    with Study.open_for_reading(study) as opened:
        record = opened.stage_record("split", SplitRecord)
    assert record is not None
    return record


def _test_samples(study: Path) -> list[str]:
    text = (study / _split(study).assignment_artifact).read_text(encoding="utf-8")
    names: list[str] = json.loads(text)["folds"][0]["test_samples"]
    return names


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study up to the split, with a test sample that can be recognised in any file."""
    folder = tmp_path_factory.mktemp("sealed")
    plan = tables.plan_for(folder, "group", ROLES + TINY)
    _table(folder)
    run_here(plan, folder / "first.deepbench", "split")
    # The split goes by rows and classes, so the planted sample falls into the test set again.
    _table(folder, planted=_test_samples(folder / "first.deepbench")[3])
    # A page looks at the check before anybody goes on to the split.
    run_here(plan, folder / "s.deepbench", "check")
    looked = _views(folder / "s.deepbench")
    assert len(looked["exploration"]) == 1
    run_here(plan, folder / "s.deepbench", "split")
    assert NAME in _test_samples(folder / "s.deepbench")
    return folder / "s.deepbench"


def _views(study: Path) -> dict[str, list[Path]]:
    """Return the files of views that lie anywhere in a study, by name."""
    found: dict[str, list[Path]] = {}
    for path in study.rglob("*.json"):
        found.setdefault(path.stem.rpartition("-")[0], []).append(path)
    return {name: found.get(name, []) for name in ("exploration", "split-map")}


def _holding_planted_values(study: Path) -> set[str]:
    """Return the files in which the planted sample's features are found, packed or not."""
    found = set()
    for path in study.rglob("*"):
        if not path.is_file():
            continue
        content = path.read_bytes()
        if path.suffix == ".parquet":
            content += str(pq.read_table(path).to_pydict()).encode()
        signs = [
            TISSUE.encode(),
            SITE.encode(),
            str(NUMBER).encode(),
            np.float64(NUMBER).tobytes(),
        ]
        if any(sign in content for sign in signs):
            found.add(path.relative_to(study).as_posix())
    return found


def test_after_the_split_test_rows_lie_in_the_vault_only(sealed: Path) -> None:
    assert _holding_planted_values(sealed) == set(_split(sealed).test_artifacts)


def test_after_the_split_no_page_shows_test_samples(sealed: Path) -> None:
    """Coordinates, missing cells and outcomes of test samples are gone; their names may stay."""
    hidden = set(_test_samples(sealed))
    looks = [p for p in sealed.rglob("*") if p.is_file() and b'"missing_map"' in p.read_bytes()]
    (artifact,) = _views(sealed)["exploration"]
    assert looks == [artifact]
    assert artifact.parent.name == "data"
    shown = ExplorationRecord.model_validate_json(artifact.read_bytes())
    assert shown.scope == "training samples"
    assert len(shown.samples) == UNITS - len(hidden)
    assert not hidden & set(shown.samples)
    assert {len(texts) for texts in shown.colourings.values()} == {len(shown.samples)}
    assert SITE not in shown.colourings["site"]
    assert {len(component) for component in shown.components} == {len(shown.samples)}
    with Study.open_for_reading(sealed) as study:
        assert load_view(study, "exploration", ExplorationRecord) == shown
        map_ = load_view(study, "split-map", SplitMapRecord)
    assert map_ is not None
    told = dict(zip(map_.samples, map_.outcomes, strict=True))
    assert {told[name] for name in hidden} == {""}
    assert {told[name] for name in set(told) - hidden} == {"case", "control"}


def test_no_stage_before_the_last_reads_the_vault(sealed: Path, tmp_path: Path) -> None:
    plan = sealed.parent / "plan.toml"
    studies = [tmp_path / name for name in ("as-it-was", "scrambled", "emptied")]
    for study in studies:
        shutil.copytree(sealed, study)
    for path in (studies[1] / "vault").iterdir():
        path.write_bytes(os.urandom(1000))
    for path in (studies[2] / "vault").iterdir():
        path.unlink()
    for study in studies:
        assert run_here(plan, study, "shuffles") == ["baselines", "networks", "shuffles"]
    done = [ledger_of(study, "trial", "shuffles") for study in studies]
    assert done[0] == done[1] == done[2]
    assert len(done[0]) > 5
    assert _holding_planted_values(studies[0]) == set(_split(sealed).test_artifacts)
    for study, problem in zip(studies[1:], ("was changed", "is missing"), strict=True):
        with pytest.raises(StudyError, match=problem):
            run_here(plan, study)


def test_another_split_leaves_nothing_of_the_first(sealed: Path, tmp_path: Path) -> None:
    study = tmp_path / "s.deepbench"
    shutil.copytree(sealed, study)
    # What a kill at an unlucky moment leaves: a table that no ledger line names, and half a file.
    for path in (sealed / "vault").iterdir():
        shutil.copy(path, study / "data" / f"samples-{'0' * 16}.parquet")
        shutil.copy(path, study / "data" / ".checked-0.parquet.0.part")
    plan = sealed.parent / "plan.toml"
    (tmp_path / "table.csv").write_bytes((sealed.parent / "table.csv").read_bytes())
    other = tmp_path / "plan.toml"
    other.write_text("seed = 2\n" + plan.read_text("utf-8"), "utf-8")
    run_here(other, study, "split")
    record = _split(study)
    assert record.test_artifacts != _split(sealed).test_artifacts
    there = {path.relative_to(study).as_posix() for path in study.glob("data/*")}
    (look,) = _views(study)["exploration"]
    looked = look.relative_to(study).as_posix()
    assert there == {record.training_artifact, record.assignment_artifact, looked}
    assert look.name != _views(sealed)["exploration"][0].name
    # The first map told the outcomes of samples that are test samples now.
    (map_,) = _views(study)["split-map"]
    told = SplitMapRecord.model_validate_json(map_.read_bytes())
    hidden = set(_test_samples(study))
    assert hidden != set(_test_samples(sealed))
    assert all(
        outcome == ""
        for name, outcome in zip(told.samples, told.outcomes, strict=True)
        if name in hidden
    )
    assert {p.relative_to(study).as_posix() for p in study.glob("vault/*")} == set(
        record.test_artifacts
    )
    with Study.open_for_reading(study) as opened:
        assert opened.problems() == []
    # And back: the same files as at first, no longer counted as deleted.
    run_here(plan, study, "split")
    assert _split(study) == _split(sealed)
    assert [p.name for p in _views(study)["exploration"]] == [
        p.name for p in _views(sealed)["exploration"]
    ]
    with Study.open_for_reading(study) as opened:
        assert opened.problems() == []
        assert not opened.retired() & {_split(study).training_artifact}


# --- after the opening --------------------------------------------------------------------


@pytest.fixture(scope="module")
def opened(sealed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished study whose test set was opened once."""
    folder = tmp_path_factory.mktemp("opened")
    shutil.copy(sealed.parent / "table.csv", folder)
    plan = tables.plan_for(folder, "group", ROLES + TINY)
    shutil.copytree(sealed, folder / "s.deepbench")
    run_here(plan, folder / "s.deepbench")
    assert results_of(folder / "s.deepbench")["test"]["opened"] == 1
    return folder / "s.deepbench"


def _copy(opened: Path, folder: Path, *changes: tuple[str, str], extra: str = "") -> Path:
    """Copy study, table and plan; the plan with texts replaced or added."""
    shutil.copytree(opened, folder / "s.deepbench")
    shutil.copy(opened.parent / "table.csv", folder)
    text = (opened.parent / "plan.toml").read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    plan = folder / "plan.toml"
    plan.write_text(text + extra, "utf-8")
    return plan


def test_test_samples_have_no_say_in_model_calibration_and_threshold(
    opened: Path, tmp_path: Path
) -> None:
    """Other measurements of the test samples change their scores, and nothing of the model."""
    hidden = set(_test_samples(opened))
    lines = (opened.parent / "table.csv").read_text("utf-8").splitlines()
    for place, line in enumerate(lines):
        sample, group, *values = line.split(",")
        if sample in hidden:
            lines[place] = ",".join([sample, group, "0.5", "-0.5", *values[2:]])
    (tmp_path / "table.csv").write_text("\n".join(lines) + "\n", "utf-8")
    shutil.copy(opened.parent / "plan.toml", tmp_path)
    run_here(tmp_path / "plan.toml", tmp_path / "s.deepbench", "test")
    first, second = (_choice(folder) for folder in (opened, tmp_path / "s.deepbench"))
    assert set(_test_samples(tmp_path / "s.deepbench")) == hidden
    assert first.test.metrics != second.test.metrics
    assert first.calibration != ()
    assert second.calibration == first.calibration
    assert second.decision == first.decision
    assert second.final_model == first.final_model


def _choice(folder: Path) -> ChoiceRecord:
    with Study.open_for_reading(folder) as study:
        record = study.stage_record("test", ChoiceRecord)
    assert record is not None
    return record


CHANGES = {
    "shuffles": (("replicates = 19", "replicates = 24"),),
    "seed": (("[question]", "seed = 5\n[question]"),),
    "split": (("[budget]", "[split]\ntest_fraction = 0.3\n[budget]"),),
    "roles": (('sample = "sample"', 'sample = "sample"\nignore = ["m2"]'),),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_second_look_is_refused_and_the_report_owns_up_to_the_first(
    opened: Path, tmp_path: Path, change: str
) -> None:
    plan = _copy(opened, tmp_path, *CHANGES[change])
    study = tmp_path / "s.deepbench"
    with pytest.raises(StageBlocked, match=r"was opened on 2.* already") as refused:
        run_here(plan, study)
    assert refused.value.exit_code == 3
    assert "reuse_reason" in refused.value.hint
    assert len(ledger_of(study, "test_opened")) == 1
    results = results_of(study)
    assert (results["test"]["opened"], results["test"]["metrics"]) == (1, {})
    report = (study / "report" / "report.html").read_text("utf-8")
    assert "nothing has looked at it" not in report
    assert "Test set used 1 time" in report


def test_a_second_look_with_a_reason_is_shown_for_good(opened: Path, tmp_path: Path) -> None:
    reason = "A reviewer asked for more shuffles."
    split = ("[budget]", f'[split]\nreuse_reason = "{reason}"\n[budget]')
    plan = _copy(opened, tmp_path, *CHANGES["shuffles"], split)
    study = tmp_path / "s.deepbench"
    assert run_here(plan, study)[:2] == ["shuffles", "test"]
    assert [event["reuse_reason"] for event in ledger_of(study, "test_opened")] == ["", reason]
    assert results_of(study)["test"]["opened"] == 2
    # Back to the first plan: the count does not go back with it.
    run_here(opened.parent / "plan.toml", study)
    assert results_of(study)["test"]["opened"] == 2
    report = (study / "report" / "report.html").read_text("utf-8")
    assert '<div class="reuse"' in report
    assert reason in report
    assert "Test set used 2 times" in report


LATER_ANSWERS = {
    "claims": ((), '[claims.features.m0]\nplausible = "yes"\n', {"claims", "ethics", "report"}),
    "ethics": ((), '[ethics]\napproval = "Board 7"\n', {"ethics", "report"}),
    "privacy": (
        (('level = "public"', 'level = "internal"'),),
        "",
        {"start", "ethics", "report"},
    ),
}


@pytest.mark.parametrize("answer", LATER_ANSWERS)
def test_a_later_answer_runs_what_it_must_and_opens_nothing(
    opened: Path, tmp_path: Path, answer: str
) -> None:
    changes, extra, expected = LATER_ANSWERS[answer]
    plan = _copy(opened, tmp_path, *changes, extra=extra)
    assert set(run_here(plan, tmp_path / "s.deepbench")) == expected
    assert len(ledger_of(tmp_path / "s.deepbench", "test_opened")) == 1
    assert results_of(tmp_path / "s.deepbench")["test"] == results_of(opened)["test"]


@pytest.mark.parametrize("left", ["all but the last line", "nothing of the opening", "no file"])
def test_an_opening_cannot_be_struck_from_the_ledger(
    opened: Path, tmp_path: Path, left: str
) -> None:
    plan = _copy(opened, tmp_path)
    ledger = tmp_path / "s.deepbench" / "ledger.jsonl"
    lines = ledger.read_bytes().splitlines(keepends=True)
    if left == "no file":
        ledger.unlink()
    elif left == "all but the last line":
        ledger.write_bytes(b"".join(lines[:-1]))
    else:
        begin = next(i for i, line in enumerate(lines) if b'"test_opened"' in line)
        ledger.write_bytes(b"".join(lines[:begin]))
    with pytest.raises(StudyError, match="was cut off"):
        run_here(plan, tmp_path / "s.deepbench")
    with pytest.raises(StudyError, match="was cut off"):
        Study.open_for_reading(tmp_path / "s.deepbench")


def test_leave_to_open_cannot_be_made_up(opened: Path, tmp_path: Path) -> None:
    shutil.copytree(opened, tmp_path / "s.deepbench")
    with pytest.raises(StageBlocked, match="only be opened through the ledger"):
        OpeningPass("f" * 64, 1, (), object())
    with Study.open_for_writing(tmp_path / "s.deepbench") as study:
        fingerprint = study.ledger.of_kind("test_opened")[0].data["fingerprint"]
        leave = request_opening(
            study, fingerprint=fingerprint, models=[], expected="", reuse_reason=""
        )
        assert leave.openings == 1
        split = study.stage_record("split", SplitRecord)
        assert split is not None
        assert NAME in open_test(study, leave, split, 0).sample_ids
        stolen = dataclasses.replace(leave, fingerprint="f" * 64)
        with pytest.raises(StageBlocked, match="does not know this opening"):
            open_test(study, stolen, split, 0)
        with pytest.raises(StageBlocked, match="was opened on"):
            request_opening(study, fingerprint="f" * 64, models=[], expected="", reuse_reason="  ")
        assert len(study.ledger.of_kind("test_opened")) == 1
