"""Audits of a model, made up: of its groups, of what it gives away, of private training."""

from __future__ import annotations

from deepbench.study.records import (
    AttackRecord,
    AttributeAttackRecord,
    AuditedGroup,
    AuditRecord,
    CertificateRecord,
    GroupMeasure,
    PrivatePoint,
    PrivateTrainingRecord,
    Score,
    SmallGroups,
    SubgroupAuditRecord,
)


def score(value: float, reach: float = 0.1) -> Score:
    """Return a score with an interval to both sides."""
    return Score(value=value, low=value - reach, high=value + reach)


def _group(name: str, missed: float, auroc: float, *, marked: bool) -> AuditedGroup:
    return AuditedGroup(
        column="sex",
        role="sensitive",
        group=name,
        samples=60,
        units=60,
        least_units=25,
        measures=(
            GroupMeasure(
                name="score", value=score(auroc), rest=score(0.9), difference=score(auroc - 0.9)
            ),
            GroupMeasure(
                name="missed",
                value=score(missed),
                rest=score(0.1),
                difference=score(missed - 0.1),
                p_value=0.0004,
                adjusted=0.002,
                marked=marked,
            ),
        ),
    )


AUDIT = SubgroupAuditRecord(
    task="binary",
    metric="auroc",
    positive="ill",
    samples=124,
    units=124,
    overall=(("score", score(0.88)), ("missed", score(0.22))),
    groups=(_group("f", 0.42, 0.81, marked=True), _group("m", 0.1, 0.93, marked=False)),
    small=(SmallGroups(column="hospital", test=("West",), training=("East",)),),
    comparisons=2,
    smallest=10,
    sentences=("2 groups of sex were compared.", "The model misses “ill” more often."),
)

ATTACKED = AuditRecord(
    model="linear",
    title="Logistic regression",
    model_sha256="",
    effort="quick",
    unit="patient",
    members=120,
    others=400,
    shadows=16,
    attacks=(
        AttackRecord(
            name="loss", title="Loss", auc=score(0.55), true_positives=score(0.02, 0.01),
            false_positives=0.01,
        ),
        AttackRecord(
            name="lira", title="LiRA", auc=score(0.8), true_positives=score(0.3),
            false_positives=0.01,
        ),
    ),
    worst="lira",
    passes=False,
    memorised=3,
    stores_samples="",
    parameters=31,
    attributes=(
        AttributeAttackRecord(
            column="sex", members=score(0.6), others=score(0.6), advantage=score(0.0),
            sentence="sex could be guessed about as well.",
        ),
    ),
    seconds=12.0,
    sentences=("Someone could tell.", "That is above the limits."),
)  # fmt: skip

PRIVATE = PrivateTrainingRecord(
    network="network-small",
    metric="auroc",
    without=score(0.9),
    points=tuple(
        PrivatePoint(epsilon=epsilon, noise=1.0, score=score(value))
        for epsilon, value in ((1.0, 0.7), (3.0, 0.82), (8.0, 0.88))
    ),
    epsilon=3.0,
    certificate=CertificateRecord(
        epsilon=2.98,
        delta=1e-5,
        unit="patient",
        units=735,
        clipping_norm=1.0,
        noise_multiplier=1.4,
        sampling_rate=0.1,
        steps=300,
        accountants=(("PRV", 2.9), ("RDP", 2.98)),
        public=("the number of steps",),
        counted=("scaling",),
    ),
    model="models/private-1",
    useful=True,
    sentences=("At ε = 3 it scores 0.82.",),
    reference="network-small",
    chance=0.5,
)
