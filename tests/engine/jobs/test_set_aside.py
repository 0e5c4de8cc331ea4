"""Setting samples aside: pairs through the whole study, own folds, and nothing sealed unproved."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from deepbench.data.splits import OuterFold, OuterPlan
from deepbench.errors import DataError, StageBlocked
from deepbench.jobs import set_aside
from deepbench.study.folder import Study
from deepbench.study.records import ShuffleRecord, SplitRecord
from tests.end_to_end import tables
from tests.end_to_end.in_process import TINY, ledger_of, run_here


def _paired(folder: Path, extra: str, copied: bool = False) -> Path:
    """Write 40 patients in pairs of a case and its control, two samples each."""
    generator = np.random.default_rng(7)
    own = generator.normal(size=(40, 6))
    own[1::2, :2] += 2.5
    values = np.repeat(own, 2, axis=0) + generator.normal(0, 0.3, size=(80, 6))
    if copied:
        values[72] = values[5]
    rows = [
        [f"S{i}", f"p{i // 2}", f"pair {i // 4}", str(1 + i // 4 % 4),
         *(f"{value:.5f}" for value in values[i]), ["control", "case"][i // 2 % 2]]
        for i in range(80)
    ]  # fmt: skip
    header = ["id", "patient", "match", "fold", *"ABCDEF", "group"]
    tables.write_table(folder / "table.csv", header, rows)
    roles = '[roles]\nsample = "id"\nunit = "patient"\npair = "match"\npart = "fold"\n'
    return tables.plan_for(folder, "group", roles + TINY + extra)


def _record(study: Path) -> SplitRecord:
    with Study.open_for_reading(study) as opened:
        record = opened.stage_record("split", SplitRecord)
    assert record is not None
    return record


def test_pairs_are_whole_and_labels_are_exchanged_within_them(tmp_path: Path) -> None:
    study = tmp_path / "s.deepbench"
    run_here(_paired(tmp_path, ""), study, "shuffles")
    record = _record(study)
    assert record.design == "nested"
    assert "Matched pairs are whole: none of 20 is on both sides." in record.proofs
    assert all(fold.test_classes["case"] == fold.test_samples / 2 for fold in record.outer_folds)
    assert record.power is not None
    assert "With 20 test units (20 control, 20 case)" in record.power.sentence
    with Study.open_for_reading(study) as opened:
        shuffles = opened.stage_record("shuffles", ShuffleRecord)
    assert shuffles is not None
    assert "within pairs, never between pairs" in shuffles.strategy
    # Pairs that differ by 2.5 standard deviations are told apart all the same.
    assert shuffles.p_value == pytest.approx(0.05)


def test_precision_and_likeness_are_kept(tmp_path: Path) -> None:
    tables.two_classes(tmp_path / "table.csv")
    question = '[question]\noutcome = "group"\nuseful_score = 0.9\n'
    plan = tables.plan_for(tmp_path, "group", TINY)
    rest = plan.read_text("utf-8").split("[data]", 1)[1]
    plan.write_text(f"{question}[data]{rest}", "utf-8")
    run_here(plan, tmp_path / "s.deepbench", "split")
    record = _record(tmp_path / "s.deepbench")
    assert record.power is not None
    assert (record.power.assumed, record.power.test_units) == (0.9, 60)
    assert record.similarity is not None
    assert not record.similarity.expected
    assert record.similarity.low < 0.5


def test_own_folds_are_sealed_as_they_were_given(tmp_path: Path) -> None:
    study = tmp_path / "s.deepbench"
    run_here(_paired(tmp_path, '[split]\ndesign = "own"\n'), study, "split")
    record = _record(study)
    assert [fold.name for fold in record.outer_folds] == ["fold 1", "fold 2", "fold 3", "fold 4"]
    assert [fold.test_samples for fold in record.outer_folds] == [20] * 4
    assert "Your own column 'fold' is followed for each sample." in record.proofs


def test_a_copy_across_own_folds_is_refused_and_no_name_stays_in_the_study(
    tmp_path: Path,
) -> None:
    study = tmp_path / "s.deepbench"
    with pytest.raises(DataError, match=r"1 unit has samples in different parts.*'S4' and"):
        run_here(_paired(tmp_path, '[split]\ndesign = "own"\n', copied=True), study, "split")
    assert not list((study / "vault").iterdir())
    assert ledger_of(study, "stage_blocked") == []


def test_what_fails_its_proofs_is_never_sealed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def torn(samples: object, plan: object) -> OuterPlan:
        rows = np.arange(80)
        return OuterPlan("holdout", "", (OuterFold("holdout", rows[5:], rows[:5]),))

    monkeypatch.setattr(set_aside, "plan_outer_folds", torn)
    study = tmp_path / "s.deepbench"
    with pytest.raises(StageBlocked, match="1 biological unit would be on both sides"):
        run_here(_paired(tmp_path, ""), study, "split")
    assert not list((study / "vault").iterdir())
    assert ledger_of(study, "sealed") == []
