"""The models of a bundle: the finished one and, where there is one, the private one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from deepbench.errors import DeepBenchError, GateRefused, StageBlocked
from deepbench.jobs.bundle_material import BundleMaterial
from deepbench.jobs.export_judging import judge_report
from deepbench.jobs.export_kinds import Judgement
from deepbench.jobs.known_secrets import training_set
from deepbench.jobs.leave import has_plan
from deepbench.jobs.model_leaving import case_of, final_kind, private_evidence
from deepbench.models.portable.schema import Reading
from deepbench.models.portable.storing import FOLDER, portable_files
from deepbench.models.storage import load_model
from deepbench.plan import PrivacyLevel
from deepbench.privacy.bundle_file import BundleFile
from deepbench.privacy.permission import permit
from deepbench.study.folder import Study
from deepbench.study.records import ChoiceRecord, EthicsRecord, ImportRecord

PRIVATE_FOLDER = "private-model"
ModelKind = Literal["weights", "stored rows", "private weights"]
_FINAL, _PRIVATE = "Finished model", "Model with differential privacy"
_LEAVES = "As ONNX and as plain numbers, with its columns and a script that predicts."
_NO_FINAL = "Finished model: the study recommends none."
_NOT_WRITTEN = "{title}: {why}"


@dataclass(frozen=True)
class ModelFiles:
    """Files of the models that could be written, and sentences on those that could not."""

    files: list[BundleFile]
    stays: tuple[str, ...]


def judge_model(study: Study, level: PrivacyLevel) -> Judgement:
    """Say whether a model may leave: the finished one, or else the private one."""
    judged = judge_report(study, level)
    if judged.refusal is not None or not has_plan(study):
        return judged
    refusals: list[DeepBenchError] = []
    for kind in _kinds(study, refusals):
        try:
            permit(kind, level, case_of(study, kind))
        except GateRefused as refusal:
            refusals.append(refusal)
        else:
            return Judgement(None, _LEAVES)
    return Judgement(refusals[0])


def _kinds(study: Study, refusals: list[DeepBenchError]) -> list[ModelKind]:
    kinds: list[ModelKind] = []
    try:
        kinds.append(final_kind(study))
    except StageBlocked as blocked:
        refusals.append(blocked)
    if private_evidence(study) is not None:
        kinds.append("private weights")
    return kinds


def model_files(material: BundleMaterial) -> ModelFiles:
    """Return the files of the models; the gate decides on each by its kind."""
    study = material.study
    files: list[BundleFile] = []
    stays: list[str] = []
    choice = study.stage_record("test", ChoiceRecord)
    if choice is None or not choice.final_model:
        stays.append(_NO_FINAL)
    else:
        kind = final_kind(study)
        files += _written(material, choice.final_model, kind, _FINAL, FOLDER, stays)
    ethics = study.stage_record("ethics", EthicsRecord)
    private = ethics.private_training if ethics is not None else None
    if private is not None and private.model:
        files += _written(
            material, private.model, "private weights", _PRIVATE, PRIVATE_FOLDER, stays
        )
    return ModelFiles(files, tuple(stays))


def _written(
    material: BundleMaterial,
    stored: str,
    kind: ModelKind,
    title: str,
    folder: str,
    stays: list[str],
) -> list[BundleFile]:
    """Return the files of one stored model; note why if it cannot be written."""
    material.progress.check_cancelled()
    study = material.study
    imported = study.stage_record("import", ImportRecord)
    units = imported.units if imported is not None else {}
    private = kind == "private weights"
    try:
        files = portable_files(
            load_model(study.stored_folder(stored)),
            guarded=material.guarded,
            # A guarantee would not cover what the samples themselves say.
            training=None if private else training_set(study),
            reading=Reading.of(material.plan.data, units),
            private=private,
        )
    except StageBlocked as blocked:
        stays.append(_NOT_WRITTEN.format(title=title, why=f"{blocked.message} {blocked.hint}"))
        return []
    return [
        BundleFile(path.replace(FOLDER, folder, 1), content, kind, title, said)
        for path, content, said in files
    ]
