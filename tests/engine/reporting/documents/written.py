"""Studies with everything in them, released as for their level, and their documents."""

from __future__ import annotations

from deepbench.privacy.final_bytes import is_guarded
from deepbench.reporting.documents import Document, study_documents
from deepbench.reporting.release import releasable
from deepbench.reporting.small_cells import SmallCells
from deepbench.study.records import (
    AttackRecord,
    AttributeAttackRecord,
    AuditRecord,
    CertificateRecord,
    PrivatePoint,
    PrivateTrainingRecord,
    RareCombinationsRecord,
    Score,
    SensitivityRecord,
    StudySummary,
)
from tests.engine.reporting import interpreted, summaries

ANSWERS = {
    "intended_use": "Choosing which biopsies are looked at first, by a pathologist",
    "out_of_scope": "Other organs",
    "population": "Adults with a lump found by screening",
    "ml_reason": "Many weak markers together",
    "data_availability": "No, on request from the hospital",
    "code_availability": "Yes, in the bundle",
    "earlier_work": "No. There is a score of 2011",
    "model_licence": "CC-BY-4.0",
    "authors": "Okafor A, Lindqvist M",
    "paper_identifier": "J Biops 2026, doi 10.1234/jb.2026.17",
    "limits": "Children",
    "funding": "The city paid and had no part in it",
    "representative": "All admissions of two years",
}
PLAN = """format = 1
seed = 7

[question]
outcome = "diagnosis"
organism = "human"
decision = "Which biopsies are looked at first"
useful_score = 0.9

[data]
source = "biopsies_2025.csv"
origin = "Three hospitals"
licence = "Agreement of 2024"

[roles]
sample = ["id"]
unit = ["patient"]
sensitive = ["sex"]

[ethics]
approval = "Board of the university, 2024/17"
consent = "Broad consent of 2019"

[privacy]
level = "{level}"

[claims.features."marker 1"]
known_before_outcome = "yes"

[claims.features."marker 2"]
known_before_outcome = "no"
"""


def audit(**changes: object) -> AuditRecord:
    """An audit of 412 patients."""
    parts: dict[str, object] = {
        "model": "svm",
        "title": "Support vector machine",
        "model_sha256": "ab" * 32,
        "effort": "quick",
        "unit": "patient",
        "members": 330,
        "others": 330,
        "shadows": 32,
        "attacks": (
            AttackRecord(
                name="lira-online",
                title="LiRA: against models with and without the unit",
                auc=Score(value=0.552, low=0.511, high=0.593),
                true_positives=Score(value=0.021, low=0.009, high=0.044),
                false_positives=0.01,
            ),
            AttackRecord(
                name="confidence",
                title="How sure the model is of the true outcome",
                auc=Score(value=0.531, low=0.502, high=0.561),
                true_positives=Score(value=0.014, low=0.004, high=0.031),
                false_positives=0.01,
            ),
        ),
        "worst": "lira-online",
        "passes": True,
        "memorised": 3,
        "stores_samples": "Its file holds 71 samples of the training set.",
        "parameters": 2041,
        "attributes": (
            AttributeAttackRecord(
                column="sex",
                members=Score(value=0.61, low=0.52, high=0.69),
                others=Score(value=0.58, low=0.49, high=0.67),
                advantage=Score(value=0.03, low=-0.05, high=0.11),
                sentence="Answers of the model do not give sex away more for members.",
            ),
        ),
        "seconds": 31.0,
        "sentences": ("3 of 330 patients are recognised one by one.", "That is no proof."),
    }
    return AuditRecord.model_validate(parts | changes)


def private() -> PrivateTrainingRecord:
    """Private training at two budgets, one of which was kept."""
    return PrivateTrainingRecord(
        network="network_small",
        metric="auroc",
        without=Score(value=0.962, low=0.94, high=0.98),
        points=(
            PrivatePoint(
                epsilon=1.0,
                noise=20.1,
                score=Score(value=0.81, low=0.7, high=0.9),
                draws=(0.8, 0.82),
            ),
            PrivatePoint(
                epsilon=3.0,
                noise=8.2,
                score=Score(value=0.9, low=0.85, high=0.94),
                draws=(0.89, 0.91),
            ),
        ),
        epsilon=3.0,
        certificate=CertificateRecord(
            epsilon=2.9996,
            delta=1e-5,
            unit="patient",
            units=330,
            clipping_norm=1.0,
            noise_multiplier=8.2,
            sampling_rate=1.0,
            steps=100,
            accountants=(("RDP", 2.9996), ("PRV", 2.78)),
            public=("the network",),
            counted=("quantiles of features", "100 steps"),
            assumed=("the number of patients",),
            adjacency="adding or removing one patient with all samples",
            noise_source="the operating system",
            not_covered="Scores on this page.",
        ),
        model="models/private-1",
        useful=True,
        sentences=("At ε = 3 private training scores 0.900.",),
        reference="network_medium",
        chance=0.5,
    )


def sensitivity(level: str) -> SensitivityRecord:
    return SensitivityRecord.model_validate(
        {
            "answered": level,
            "asked_by_scan": "internal",
            "in_force": level,
            "findings": (),
            "rare": RareCombinationsRecord(
                columns=("age", "sex"),
                units=412,
                k=1,
                alone=4,
                below_ten=37,
                diversity=1,
                sentence="4 patients share age and sex with nobody.",
            ),
            "sentences": ("The scan found nothing that points at a person.",),
        }
    )


def full(level: str = "sensitive") -> StudySummary:
    """A study with audit, private training and a score that is too good."""
    ethics = summaries.ethics(level).model_copy(
        update={
            "audit": audit(),
            "private_training": private(),
            "sensitivity": sensitivity(level),
        }
    )
    return summaries.summary(
        plan_toml=PLAN.format(level=level),
        start=summaries.start().model_copy(update={"privacy_level": level}),
        ethics=ethics,
        claims=interpreted.doubtful_claims(),
        date="2026-03-04",
    )


def empty(level: str = "sensitive") -> StudySummary:
    """A study in which nothing has run yet."""
    plan = f'[question]\noutcome = "y"\n[data]\nsource = "x.csv"\n[privacy]\nlevel = "{level}"\n'
    return StudySummary(title="Empty", version="0.1.0", plan_toml=plan)


def released(summary: StudySummary, level: str) -> StudySummary:
    """The records as they may leave at a level."""
    if not is_guarded(level):  # type: ignore[arg-type]
        return summary
    return releasable(summary, SmallCells(10), per_sample=False, names=("p-0412", "p-0413"))


def documents(
    summary: StudySummary, level: str, answers: dict[str, str] | None = None
) -> dict[str, str]:
    """The documents of a study by path, as text."""
    found: list[Document] = study_documents(
        released(summary, level), ANSWERS if answers is None else answers
    )
    assert len({path for path, _, _ in found}) == len(found)
    return {path: content.decode("utf-8") for path, content, _ in found}
