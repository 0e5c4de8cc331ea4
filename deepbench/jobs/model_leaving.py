"""The model that is about to leave: what it stores, its audit, its certificate, its approvals."""

from __future__ import annotations

import datetime
from typing import Literal

from deepbench.errors import StageBlocked
from deepbench.jobs.audit_model import NO_MODEL, NO_MODEL_HINT, latest_audit, model_sha256
from deepbench.jobs.known_secrets import training_set
from deepbench.jobs.lowering import register_is_current
from deepbench.models.fitted import FittedModel
from deepbench.models.registry import get_family
from deepbench.models.storage import load_model
from deepbench.models.stored_samples import inner_predictor, kind_of_model, stored_sentence
from deepbench.plan import Approval
from deepbench.privacy.audit.unit_words import unit_words
from deepbench.privacy.gate import LeavingKind
from deepbench.privacy.permission import Case, ModelEvidence
from deepbench.study.draft import DRAFT_FILE, Draft
from deepbench.study.folder import Study
from deepbench.study.records import (
    CertificateRecord,
    ChoiceRecord,
    EthicsRecord,
    SampleSheetRecord,
)

_ONE_UNIT_LEAVES = (
    "Leaves of its trees were made by one {unit} alone, so that limits and values in them are "
    "those of single {units}."
)


def case_of(study: Study, kind: LeavingKind) -> Case:
    """Return approvals, day and model for something of a study that should leave."""
    model = None
    if kind in ("weights", "stored rows"):
        model = final_evidence(study)
    elif kind == "private weights":
        model = private_evidence(study)
    return Case(approvals_in_force(study), datetime.datetime.now().astimezone().date(), model)


def approvals_in_force(study: Study) -> tuple[Approval, ...]:
    """Return the approvals of the plan, if the register was filled with them.

    What was taken back on screen since then does not count.
    """
    if not study.plan_artifact():
        return ()
    approvals = study.plan().ethics.approvals
    if not approvals or not register_is_current(study):
        return ()
    if not (study.folder / DRAFT_FILE).exists():
        return tuple(approvals)
    answered = Draft.load(study.folder).plan()
    kept = answered.ethics.approvals if answered is not None else []
    return tuple(each for each in approvals if each in kept)


def final_kind(study: Study) -> Literal["weights", "stored rows"]:
    """Return as what the finished model leaves.

    Raises:
        StageBlocked: there is none.
    """
    evidence = final_evidence(study)
    if evidence is None:
        raise StageBlocked(NO_MODEL, NO_MODEL_HINT)
    return "stored rows" if evidence.stores_samples else "weights"


def final_evidence(study: Study) -> ModelEvidence | None:
    """Return what is known of the finished model; None without one."""
    choice = study.stage_record("test", ChoiceRecord)
    if choice is None or not choice.final_model:
        return None
    model = load_model(study.stored_folder(choice.final_model))
    return ModelEvidence(
        sha256=model_sha256(study, choice.final_model),
        title=get_family(model.name).title,
        stores_samples=stored_samples(study, model),
        audit=latest_audit(study),
    )


def private_evidence(study: Study) -> ModelEvidence | None:
    """Return what is known of the private model that is kept; None without one."""
    ethics = study.stage_record("ethics", EthicsRecord)
    private = ethics.private_training if ethics is not None else None
    if private is None or not private.model or private.certificate is None:
        return None
    sha256 = model_sha256(study, private.model)
    return ModelEvidence(
        sha256=sha256,
        title=f"{get_family(private.network).title}, with differential privacy",
        certificate=private.certificate,
        epsilon_spent=_spent(study, sha256, private.certificate),
    )


def _spent(study: Study, sha256: str, certificate: CertificateRecord) -> float:
    """Return ε of the other private models that left: each one counts once."""
    left: dict[str, float] = {}
    for event in study.ledger.of_kind("gate"):
        if event.data["decision"] == "issued":
            for line in (event.data, *event.data.get("granted", {}).values()):
                if "epsilon" in line and line["model"] != sha256:
                    left[line["model"]] = float(line["epsilon"])
    return sum(left.values())


def stored_samples(study: Study, model: FittedModel) -> str:
    """Return a sentence on training samples that can be read out of a model; empty without any."""
    if kind_of_model(model, training_set(study)) != "stored rows":
        return ""
    sheet = study.stage_record("sample-sheet", SampleSheetRecord)
    words = unit_words(sheet.roles if sheet is not None else {})
    of_leaves = _ONE_UNIT_LEAVES.format(unit=words.one, units=words.several)
    return stored_sentence(inner_predictor(model.predictor)) or of_leaves
