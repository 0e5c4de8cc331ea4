"""Studies to let things out of: the records of a finished study, stored without training."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from deepbench.data.samples import OutcomeInfo, TestSet, TrainingSet
from deepbench.data.table_store import to_parquet_bytes
from deepbench.jobs.audit_model import model_sha256
from deepbench.models.fitted import FittedModel
from deepbench.models.out_of_fold import fit_final
from deepbench.models.registry import BASELINES
from deepbench.models.storage import save_model
from deepbench.plan import StudyPlan, plan_from_answers
from deepbench.study.draft import Draft
from deepbench.study.folder import Study
from deepbench.study.records import (
    ChoiceRecord,
    EthicsRecord,
    ImportRecord,
    Record,
    ReportRecord,
    StudySummary,
)
from deepbench.workflow import STAGES, fingerprints
from tests.engine.privacy.audits import quick_audit
from tests.engine.reporting import summaries

SAMPLES = [f"P-{number:04d}" for number in range(1, 31)]
FEATURES = ("IL6", "TNF", "CRP", "age", "S100A8", "HLA-DRA")
ANSWERS: dict[str, Any] = {
    "question": {"outcome": "diagnosis", "title": "Biopsies"},
    "data": {"source": "/home/anna/lab/biopsies_2025.csv", "licence": "our own"},
    "roles": {"sample": ["id"], "unit": ["patient"], "site": ["hospital"]},
    "ethics": {"approval": "Board of X, 12/2025", "consent": "Broad consent"},
}
_STAGES = {
    "start": "start",
    "question": "question",
    "suitability": "suitability",
    "import": "imported",
    "sample-sheet": "sheet",
    "check": "check",
    "split": "split",
    "baselines": "baselines",
    "networks": "networks",
    "shuffles": "shuffles",
    "test": "choice",
    "interpretation": "interpretation",
    "claims": "claims",
    "ethics": "ethics",
}


def without_figures() -> StudySummary:
    """Return the records of a study whose report is drawn quickly: it has no figures."""
    drawn = ("baselines", "networks", "shuffles", "choice", "interpretation", "claims")
    return summaries.summary(**dict.fromkeys(drawn))


def with_model() -> StudySummary:
    """Return the records of a study that has a model, and a report that is drawn quickly."""
    drawn = ("baselines", "networks", "shuffles", "interpretation", "claims")
    return summaries.summary(**dict.fromkeys(drawn))


def plan(level: str = "sensitive", **tables: Mapping[str, Any]) -> StudyPlan:
    """Return the plan of the study, with some tables replaced."""
    return plan_from_answers({**ANSWERS, "privacy": {"level": level}, **tables})


def finished(
    folder: Path,
    level: str = "sensitive",
    *,
    open_entry: bool = False,
    until: str = "report",
    summary: StudySummary | None = None,
    family: str = "linear",
    **tables: Mapping[str, Any],
) -> Path:
    """Make a study that was run, and return its folder.

    Args:
        folder: Where to make it.
        level: Its level.
        open_entry: Whether the ethics register has an open entry.
        until: Key of the last stage that finished.
        summary: Its records.
        family: Family of its finished model.
        tables: Tables of the plan to replace.
    """
    records = summary or summaries.summary()
    if records.ethics is not None and not open_entry:
        closed = [entry for entry in records.ethics.entries if entry.state != "open"]
        ethics = records.ethics.model_copy(update={"entries": tuple(closed)})
        assert isinstance(ethics, EthicsRecord)
        records = records.model_copy(update={"ethics": ethics})
    made = plan(level, **tables)
    current = fingerprints(made, records.imported.sha256 if records.imported else "")
    with Study.open_for_writing(folder / "s.deepbench") as study:
        study.save_plan(made)
        for stage, name in _STAGES.items():
            record = getattr(records, name)
            if stage == "split" and record is not None:
                record = _with_samples(study, record)
            if stage == "test" and record is not None and record.final_model:
                save = functools.partial(save_model, model(family))
                stored = study.store_folder("models", family, save)
                record = record.model_copy(update={"final_model": stored})
            if record is not None:
                study.finish_stage(stage, current[stage], record, 1.0)
            if stage == until:
                return study.folder
        report = ReportRecord(report="r", results="r", reproduced=True, sentences=())
        study.finish_stage("report", current["report"], report, 1.0)
        return study.folder


def run_again(folder: Path, until: str, level: str = "sensitive", **tables: Any) -> None:
    """Note what a run of a changed plan up to a stage notes; the records stay as they were."""
    again = plan(level, **tables)
    with Study.open_for_writing(folder) as study:
        imported = study.stage_record("import", ImportRecord)
        current = fingerprints(again, imported.sha256 if imported else "")
        study.save_plan(again)
        for stage in STAGES:
            done = study.finished().get(stage.key)
            if done is not None and done != current[stage.key]:
                record = study.record_artifact(stage.key)
                line = {"stage": stage.key, "fingerprint": current[stage.key], "record": record}
                study.record("stage_finished", {**line, "seconds": 1.0})
            if stage.key == until:
                return


def training() -> TrainingSet:
    """Return the training samples of the study."""
    rows = len(SAMPLES) - 5
    values = np.random.default_rng(6).lognormal(size=(rows, len(FEATURES))).round(4)
    return TrainingSet(
        features=pd.DataFrame(values, columns=list(FEATURES)),
        outcome=np.arange(rows) % 2,
        sample_ids=np.array(SAMPLES[:rows]),
        units=np.arange(rows),
        annotations=pd.DataFrame(index=range(rows)),
        info=OutcomeInfo("diagnosis", "binary", ("benign", "malignant")),
    )


@functools.cache
def model(family: str = "linear") -> FittedModel:
    """Return a model fitted on the training samples."""
    params: dict[str, dict[str, Any]] = {
        "linear": {"penalty": "l2", "strength": 1.0},
        "knn": {"neighbours": 3, "weights": "uniform"},
        "random_forest": {"trees": 5, "splits": "best", "tried": 2, "min_samples_leaf": 1},
    }
    return fit_final(BASELINES[family], training(), params[family], 1)


def audited(folder: Path, passes: bool | None, family: str = "linear") -> None:
    """Note an audit of the finished model."""
    with Study.open_for_writing(folder) as study:
        choice = study.stage_record("test", ChoiceRecord)
        assert choice is not None
        sha256 = model_sha256(study, choice.final_model)
        record = quick_audit(model=family, model_sha256=sha256, unit="sample", passes=passes)
        artifact = study.store("runs", "audit.json", record.model_dump_json().encode())
        line = {"key": "k", "effort": "quick", "model": sha256, "artifact": artifact}
        study.record("audited", line)


def sealed() -> TestSet:
    """Return the test samples of the study."""
    rows = len(SAMPLES) - len(training())
    values = np.random.default_rng(7).lognormal(size=(rows, len(FEATURES))).round(4)
    return TestSet(
        features=pd.DataFrame(values, columns=list(FEATURES)),
        outcome=np.arange(rows) % 2,
        sample_ids=np.array(SAMPLES[-rows:]),
        units=np.arange(rows) + len(training()),
        annotations=pd.DataFrame(index=range(rows)),
        info=OutcomeInfo("diagnosis", "binary", ("benign", "malignant")),
    )


def _with_samples(study: Study, split: Record) -> Record:
    """Store training samples, test samples and the names of the latter."""
    samples = training()
    rows = len(samples.sample_ids)
    assignment = {"folds": [{"name": "test", "train_rows": [], "test_samples": SAMPLES[rows:]}]}
    return split.model_copy(
        update={
            "training_artifact": study.store("data", "t.parquet", to_parquet_bytes(samples)),
            "test_artifacts": (study.store("vault", "v.parquet", to_parquet_bytes(sealed())),),
            "assignment_artifact": study.store("data", "a.json", json.dumps(assignment).encode()),
        }
    )


def answer(folder: Path, **places: Any) -> None:
    """Change answers on screen; ``a__b`` stands for the place ``a.b``."""
    draft = Draft.load(folder)
    draft.change({place.replace("__", "."): value for place, value in places.items()}, "", "start")
    draft.save()


def gate_lines(folder: Path) -> list[dict[str, Any]]:
    """Return what the gate wrote into the ledger."""
    return [event.data for event in Study.open_for_reading(folder).ledger.of_kind("gate")]
