"""What the table says about some content, with what it asks for: audit, certificate, approval."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from deepbench.errors import GateRefused
from deepbench.plan import Approval, PrivacyLevel
from deepbench.privacy.certificate_rule import demand_certificate
from deepbench.privacy.leaving import ContentKind, rule_for
from deepbench.privacy.override import approval_line, find_approval, how_to
from deepbench.study.records import AuditRecord, CertificateRecord

_MODELS: frozenset[ContentKind] = frozenset({"weights", "private weights", "stored rows"})
_SAID: dict[ContentKind, str] = {
    "weights": "model",
    "private weights": "private model",
    "predictions": "predictions",
    "training rows": "samples",
}
_INSTEAD = "Possible instead: the report and the model card, or another model."
_AUDIT_FIRST = "Attack it first: deepbench audit STUDY, or [privacy] audit in the plan."


@dataclass(frozen=True)
class ModelEvidence:
    """What is known of the model that is about to leave.

    Attributes:
        sha256: Hash of the stored model (`deepbench.jobs.audit_model.model_sha256`).
        title: What the user calls it.
        stores_samples: Sentence on the training samples that can be read out of it, or empty.
        audit: The audit of exactly this model.
        certificate: What is guaranteed, of a private model.
        epsilon_spent: ε of other private models that left the study.
    """

    sha256: str
    title: str
    stores_samples: str = ""
    audit: AuditRecord | None = None
    certificate: CertificateRecord | None = None
    epsilon_spent: float = 0.0


@dataclass(frozen=True)
class Permission:
    """Why some content may leave.

    Attributes:
        approval: The override that was needed, if one was.
        line: What the ledger notes of it.
    """

    approval: Approval | None
    line: dict[str, Any]


@dataclass(frozen=True)
class Case:
    """What decides besides kind and level.

    Attributes:
        approvals: Those of the plan that the study was run with.
        today: Day on which the content leaves.
        model: The model that is about to leave, if one is.
    """

    approvals: Sequence[Approval] = ()
    today: datetime.date = datetime.date.min
    model: ModelEvidence | None = None


def permit(kind: ContentKind, level: PrivacyLevel, case: Case) -> Permission:
    """Return why some content may leave.

    Raises:
        GateRefused: it may not; says why, and what would be possible.
    """
    if kind in _MODELS and level != "public":
        kind = _demand_known(kind, level, case.model)
    rule = rule_for(kind, level)
    line = _line(case.model) if kind in _MODELS else {}
    if rule.outcome == "yes":
        return Permission(None, line)
    if rule.outcome == "no":
        raise stays(kind, level, case.model)
    if rule.outcome == "certificate":
        assert case.model is not None
        demand_certificate(case.model.certificate, level, case.model.epsilon_spent)
    if rule.outcome == "audit" and _passes(case.model):
        return Permission(None, line)
    try:
        approval = find_approval(kind, case.approvals, case.today)
    except GateRefused as refusal:
        why = stays(kind, level, case.model)
        raise GateRefused(
            f"{why.message} {refusal.message}", f"{why.hint} {how_to(kind)}"
        ) from None
    return Permission(approval, {**line, "approval": approval_line(approval)})


def _demand_known(
    kind: ContentKind, level: PrivacyLevel, model: ModelEvidence | None
) -> ContentKind:
    """Return the kind of a model, stricter if it stores samples; refuse one that is not known."""
    if model is None:
        raise GateRefused("It is not known which model this is, so it stays.", _INSTEAD)
    if kind == "private weights":
        if model.certificate is None:
            demand_certificate(None, level)
        return kind
    if rule_for(kind, level).outcome == "no":
        raise stays(kind, level, model)
    if model.audit is None or model.audit.model_sha256 != model.sha256:
        raise GateRefused(
            "The model that would leave was not attacked yet, so nobody knows what it gives away.",
            _AUDIT_FIRST,
        )
    return "stored rows" if _stored(model) else kind


def _stored(model: ModelEvidence | None) -> str:
    """Return the sentence on samples that can be read out of a model; empty if there is none."""
    if model is None:
        return ""
    return model.stores_samples or (model.audit.stores_samples if model.audit else "")


def _passes(model: ModelEvidence | None) -> bool:
    return model is not None and model.audit is not None and model.audit.passes is True


def _line(model: ModelEvidence | None) -> dict[str, Any]:
    """Return what the ledger notes of a model."""
    if model is None:
        return {}
    line: dict[str, Any] = {"model": model.sha256}
    if model.audit is not None:
        line["audit"] = {"effort": model.audit.effort, "passes": model.audit.passes}
    if model.certificate is not None:
        line["epsilon"] = model.certificate.epsilon
    return line


def stays(kind: ContentKind, level: PrivacyLevel, model: ModelEvidence | None) -> GateRefused:
    """Return why some content stays at a level, and what could leave in its place."""
    if kind == "training predictions":
        return GateRefused(
            f"This shows single samples, so it stays in the study: its level is {level}.",
            "What shows all samples together may leave, for example the report.",
        )
    if kind == "stored rows":
        title = f"The model ({model.title})" if model is not None else "The model"
        why = f"{title} stores samples, so it stays in the study: its level is {level}."
        return GateRefused(f"{why} {_stored(model)}".strip(), _INSTEAD)
    if kind == "weights":
        return GateRefused(_why_weights(level, model), _INSTEAD)
    return GateRefused(
        f"The {_SAID.get(kind, kind)} of a {level} study may not leave the study folder.",
        "The level stands in [privacy] of the plan, what may leave at it in the report.",
    )


def _why_weights(level: PrivacyLevel, model: ModelEvidence | None) -> str:
    if level != "internal" or model is None or model.audit is None:
        return f"The model of a {level} study stays in it: models remember their samples."
    if model.audit.passes is None:
        return (
            "The audit could not show that the model does not tell who was in its training "
            "(too few units), so it stays in the study."
        )
    return (
        "The audit found that the model tells who was in its training, so it stays in the study."
    )
