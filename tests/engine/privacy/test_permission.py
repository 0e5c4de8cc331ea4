"""What audit, certificate and a second person can do, and what nobody can."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from deepbench.errors import GateRefused
from deepbench.plan import Approval, PrivacyLevel, parse_plan
from deepbench.privacy.certificate_rule import demand_certificate
from deepbench.privacy.leaving import ContentKind
from deepbench.privacy.override import (
    APPROVED_AS,
    approval_entries,
    approval_lines,
    approval_problem,
)
from deepbench.privacy.permission import Case, ModelEvidence, permit
from deepbench.study.records import AuditRecord, CertificateRecord
from tests.engine.privacy.audits import quick_audit

TODAY = datetime.date(2026, 11, 21)
SHA, STORES = "a" * 64, "The model’s file holds all 80 samples of the training set."


def approval(**changes: Any) -> Approval:
    whole = {
        "what": "model",
        "requester": "Anna Schmidt",
        "approver": "Prof. Bo Li",
        "role": "data protection officer",
        "reason": "The partner laboratory validates the model on its own patients.",
        "recipient": "University hospital of Z",
        "legal_basis": "contract 12/2026",
        "expires": TODAY,
    }
    return Approval.model_validate(whole | changes)


def audit(passes: bool | None = True, **changes: Any) -> AuditRecord:
    return quick_audit(**{"model_sha256": SHA, "passes": passes, **changes})


def certificate(**changes: Any) -> CertificateRecord:
    whole = CertificateRecord(
        epsilon=1.0,
        delta=1e-6,
        unit="patient",
        units=500,
        clipping_norm=1.0,
        noise_multiplier=2.0,
        sampling_rate=1.0,
        steps=100,
        accountants=(("PRV", 0.98), ("RDP", 1.0)),
        public=("the network",),
        counted=("100 steps",),
    )
    return whole.model_copy(update=changes)


def model(**changes: Any) -> ModelEvidence:
    return ModelEvidence(**({"sha256": SHA, "title": "Linear model", "audit": audit()} | changes))


def refusal(kind: ContentKind, level: PrivacyLevel, **case: Any) -> str:
    try:
        permit(kind, level, Case(today=TODAY, **case))
    except GateRefused as refused:
        assert refused.hint
        return str(refused)
    return ""


# --- models ---------------------------------------------------------------------------------


def test_ordinary_weights_by_level_and_audit() -> None:
    approved = (approval(),)
    for evidence, leaves in (
        (model(), (True, True, False, False)),
        (model(audit=audit(None)), (True, False, False, False)),
        (model(audit=audit(False)), (True, False, False, False)),
        (model(audit=None), (True, False, False, False)),
        (model(audit=audit(model_sha256="b" * 64)), (True, False, False, False)),
        (None, (True, False, False, False)),
    ):
        found = tuple(
            not refusal("weights", level, model=evidence)
            for level in ("public", "internal", "sensitive", "restricted")
        )
        assert found == leaves
    for level in ("internal", "sensitive"):
        for passes in (True, False, None):
            assert (
                refusal("weights", level, model=model(audit=audit(passes)), approvals=approved)
                == ""
            )
        assert "not attacked yet" in refusal(
            "weights", level, model=model(audit=None), approvals=approved
        )
    assert refusal("weights", "restricted", model=model(), approvals=approved)


def test_why_weights_stay_is_said_with_what_would_be_possible() -> None:
    said = refusal("weights", "internal", model=model(audit=audit(None)))
    assert "could not show" in said
    assert "Possible instead: the report and the model card" in said
    assert '[[ethics.approvals]] in the plan, with what = "model"' in said
    assert "tells who was in its training" in refusal(
        "weights", "internal", model=model(audit=audit(False))
    )


@pytest.mark.parametrize("kind", ["weights", "stored rows"])
def test_a_model_that_stores_samples_is_told_by_what_it_is_not_by_what_it_is_called(
    kind: ContentKind,
) -> None:
    for evidence in (model(stores_samples=STORES), model(audit=audit(stores_samples=STORES))):
        for level in ("internal", "sensitive"):
            said = refusal(kind, level, model=evidence)
            assert "The model (Linear model) stores samples" in said
            assert STORES in said
            assert "Possible instead: the report and the model card, or another model" in said
            # An approval of a model is none of a model that stores samples.
            assert refusal(kind, level, model=evidence, approvals=(approval(),))
            stored = approval(what="model that stores samples")
            assert refusal(kind, level, model=evidence, approvals=(stored,)) == ""
        assert refusal(kind, "restricted", model=evidence, approvals=(stored,))
        assert refusal(kind, "public", model=evidence) == ""


def test_a_private_model_needs_certificate_and_two_people() -> None:
    approved = (approval(what="private model"),)
    evidence = model(audit=None, certificate=certificate())
    assert refusal("private weights", "internal", model=evidence) == ""
    for level in ("sensitive", "restricted"):
        assert "No approval of" in refusal("private weights", level, model=evidence)
        assert refusal("private weights", level, model=evidence, approvals=approved) == ""
        bare = model(audit=None)
        assert "no certificate" in refusal(
            "private weights", level, model=bare, approvals=approved
        )
    weak = model(audit=None, certificate=certificate(epsilon=2.0))
    assert refusal("private weights", "sensitive", model=weak, approvals=approved) == ""
    assert "at most 1 may be" in refusal(
        "private weights", "restricted", model=weak, approvals=approved
    )


@pytest.mark.parametrize(
    ("changes", "spent", "said"),
    [
        ({}, 0.0, ""),
        ({"epsilon": 3.0}, 0.0, ""),
        ({"epsilon": 3.01}, 0.0, "ε is 3.01, and at most 3 may be"),
        ({"epsilon": 2.0}, 1.5, "ε is 3.5 with those that left before (1.5)"),
        ({"delta": 1e-4}, 0.0, "δ is 0.0001, and at most 1e-05 may be"),
        ({"delta": 9e-6, "units": 50_000}, 0.0, "at most 2e-06 may be"),
        ({"noise_multiplier": 0.29}, 0.0, "noise is below 0.3"),
        ({"clipping_norm": 0.0}, 0.0, "not cut to a norm"),
        ({"epsilon": float("nan")}, 0.0, "make no sense"),
        ({"epsilon": -1.0}, 0.0, "make no sense"),
        ({"accountants": (("PRV", 1.0),)}, 0.0, "fewer than two accountants"),
        ({"accountants": (("PRV", 1.0), ("PRV", 1.0))}, 0.0, "fewer than two accountants"),
        ({"accountants": (("PRV", 1.0), ("RDP", 1.2))}, 0.0, "smaller than what an accountant"),
        ({"counted": ()}, 0.0, "what was counted"),
        ({"units": 0}, 0.0, "whom it protects"),
    ],
)
def test_what_a_certificate_must_say(changes: dict[str, Any], spent: float, said: str) -> None:
    if not said:
        demand_certificate(certificate(**changes), "sensitive", spent)
        return
    with pytest.raises(GateRefused) as caught:
        demand_certificate(certificate(**changes), "sensitive", spent)
    assert said in caught.value.message


# --- the override ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", APPROVED_AS)
def test_nothing_is_approved_at_restricted_but_a_certified_model(kind: ContentKind) -> None:
    approved = tuple(approval(what=what) for what in APPROVED_AS.values())
    evidence = model(certificate=certificate()) if kind == "private weights" else model()
    said = refusal(kind, "restricted", model=evidence, approvals=approved)
    assert (said == "") == (kind == "private weights")


def test_single_samples_and_samples_by_level() -> None:
    approved = (approval(what="single samples"), approval(what="samples"))
    assert refusal("training predictions", "sensitive") != ""
    assert refusal("training predictions", "sensitive", approvals=approved) == ""
    assert refusal("training rows", "internal") != ""
    assert refusal("training rows", "internal", approvals=approved) == ""
    assert refusal("training rows", "sensitive", approvals=approved) != ""


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"expires": TODAY - datetime.timedelta(days=1)}, "it ended on 2026-11-20"),
        ({"approver": "anna  SCHMIDT"}, "same person"),
        ({"approver": "Dr. Schmidt, Anna"}, "same person"),
        ({"requester": "Jürg Müller", "approver": "Ju\u0308rg Mu\u0308ller "}, "same person"),
    ],
)
def test_an_approval_that_does_not_hold(changes: dict[str, Any], said: str) -> None:
    assert said in approval_problem(approval(**changes), TODAY)
    assert said in refusal("weights", "sensitive", model=model(), approvals=(approval(**changes),))
    # Another one that holds is found behind it.
    both = (approval(**changes), approval())
    assert refusal("weights", "sensitive", model=model(), approvals=both) == ""


def test_an_approval_made_by_hand_is_checked_as_well() -> None:
    short = approval().model_copy(update={"reason": "because " + " " * 40})
    assert "shorter than 30" in approval_problem(short, TODAY)
    nobody = approval().model_copy(update={"recipient": "  "})
    assert "not complete" in approval_problem(nobody, TODAY)


def test_the_ledger_keeps_who_approved_what_and_the_audit() -> None:
    line = permit("weights", "sensitive", Case((approval(),), TODAY, model())).line
    assert line["model"] == SHA
    assert line["audit"] == {"effort": "quick", "passes": True}
    assert line["approval"]["issue"] == "approval: model"
    assert line["approval"]["approver"] == "Prof. Bo Li"
    assert line["approval"]["expires"] == "2026-11-21"
    assert permit("weights", "internal", Case((approval(),), TODAY, model())).approval is None


def test_an_approval_is_printed_whole_and_stands_in_the_register() -> None:
    text = " ".join(approval_lines(approval()))
    for part in approval().model_dump(mode="json").values():
        assert part == "model" or part in text
    (entry,) = approval_entries((approval(),))
    assert (entry.issue, entry.state) == ("approval: model", "accepted")
    assert entry.by == "Prof. Bo Li, data protection officer"


def test_the_plan_holds_approvals_and_says_what_is_wrong_with_them() -> None:
    head = '[question]\noutcome = "y"\n[data]\nsource = "t.csv"\n[[ethics.approvals]]\n'
    plain = {name: str(value) for name, value in approval().model_dump(mode="json").items()}
    text = head + "".join(f'{name} = "{value}"\n' for name, value in plain.items())
    plan = parse_plan(text)
    assert plan.ethics.approvals == [approval()]
    assert parse_plan(plan.to_toml()) == plan
    assert parse_plan(text.replace('"2026-11-21"', "2026-11-21")) == plan
    for wrong, said in (
        (text.replace(plain["reason"], "Because."), "at least 30 characters"),
        (text.replace("2026-11-21", "soon"), "a date such as 2027-01-31"),
        (text.replace('what = "model"', 'what = "everything"'), "'samples'"),
    ):
        with pytest.raises(Exception, match=said):
            parse_plan(wrong)
