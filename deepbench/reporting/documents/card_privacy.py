"""The card on privacy: level, audit, guarantee, overrides, and what no gate can meet."""

from __future__ import annotations

from collections.abc import Sequence

from deepbench.plan import Approval
from deepbench.privacy.audit.limits import HIGHEST_AUC, HIGHEST_TRUE_POSITIVES
from deepbench.privacy.override import approval_lines
from deepbench.privacy.sensitivity import level_sentence
from deepbench.reporting.documents.blocks import (
    NOT_STATED,
    Block,
    Facts,
    Grid,
    Heading,
    Points,
    Section,
    Text,
    section,
)
from deepbench.reporting.documents.study_facts import StudyFacts
from deepbench.reporting.private_tables import budgets_table
from deepbench.reporting.tables import Table, table
from deepbench.reporting.wording import (
    ends_of,
    listing,
    number,
    percent,
    sentence,
)
from deepbench.study.records import AuditRecord, CertificateRecord

_THREATS_MET = (
    "Hurry and accident: files are checked as bytes before they leave, and nothing leaves by "
    "itself.",
    "Hostile or damaged input files: they are read as data and never run.",
    "Faults of the program: what is not understood does not leave.",
)
_THREATS_NOT_MET = (
    "Someone who may open the study and wants to carry data out.",
    "A photograph of the screen.",
    "A disk that is not encrypted, or a computer that others use.",
)
_NO_AUDIT = "The model was not attacked to see what it gives away of its training samples."
_NOT_PRIVATE = "The recommended model was trained without differential privacy."
_PASSES = {
    True: "Within the limits for a model that leaves",
    False: "Above the limits for a model that leaves",
    None: "Not shown: too few units to say whether it is within the limits",
}


def privacy_section(facts: StudyFacts, approvals: Sequence[Approval]) -> Section:
    """Return what is known of the model's privacy."""
    record = facts.summary.ethics
    sensitivity = record.sensitivity if record is not None else None
    scan = tuple(sentence(text) for text in sensitivity.sentences) if sensitivity else ()
    return section(
        "privacy",
        "Privacy",
        Text(level_sentence(facts.level)),
        Points(scan),
        *_audit(facts, record.audit if record is not None else None),
        *_private(facts),
        *_overrides(approvals),
    )


def threats_section() -> Section:
    """Return what the gate is made for, and what it cannot meet."""
    return section(
        "threats",
        "What the privacy gate meets, and what not",
        Text("It is made for:"),
        Points(_THREATS_MET),
        Text("It cannot meet:"),
        Points(_THREATS_NOT_MET),
    )


def _audit(facts: StudyFacts, record: AuditRecord | None) -> list[Block]:
    if record is None:
        return [Heading("Audit"), Text(_NO_AUDIT if facts.chosen is not None else NOT_STATED)]
    limits = f"AUC {HIGHEST_AUC:.2f}, {percent(HIGHEST_TRUE_POSITIVES)} found"
    blocks: list[Block] = [
        Heading("Audit: who was in the training set?"),
        Facts(
            (
                ("Model attacked", record.title),
                ("Result", f"{_PASSES[record.passes]} ({limits}, as upper ends of the intervals)"),
                ("Effort", f"{record.effort}, {record.shadows:,} models for comparison"),
                ("Counted by", f"{record.unit}; {facts.number_of_units(record.members)} in all"),
                ("Recognised one by one", facts.cells.one(record.memorised)),
                ("SHA-256 of the model attacked", record.model_sha256 or NOT_STATED),
            )
        ),
    ]
    attacks = _attacks_table(record)
    blocks += [Grid(attacks)] if attacks is not None else []
    said = (record.stores_samples, *record.sentences)
    blocks.append(Points(tuple(dict.fromkeys(sentence(text) for text in said if text))))
    return blocks


def _attacks_table(record: AuditRecord) -> Table | None:
    if not record.attacks:
        return None
    return table(
        "Attacks on the model",
        ["Attack", "#AUC", "#95 % interval", "#Found", "#95 % interval", "#At false alarms of"],
        [
            [
                attack.title,
                number(attack.auc.value),
                ends_of(attack.auc),
                number(attack.true_positives.value),
                ends_of(attack.true_positives),
                percent(attack.false_positives),
            ]
            for attack in record.attacks
        ],
        note="AUC 0.5 is guessing. Found: share of the training units that the attack picks out. "
        "The marked attack is the most successful one and counts; intervals hold for all attacks "
        "together.",
        marked=[
            place for place, attack in enumerate(record.attacks) if attack.name == record.worst
        ],
        tone="care",
    )


def _private(facts: StudyFacts) -> list[Block]:
    record = facts.summary.ethics
    private = record.private_training if record is not None else None
    if private is None:
        said = _NOT_PRIVATE if facts.chosen is not None else NOT_STATED
        return [Heading("Differential privacy"), Text(said)]
    blocks: list[Block] = [
        Heading("Differential privacy"),
        Points(tuple(sentence(text) for text in private.sentences)),
    ]
    budgets = budgets_table(private)
    blocks += [Grid(budgets)] if budgets is not None else []
    if private.certificate is not None:
        blocks.append(Facts(certificate_facts(facts, private.certificate)))
    return blocks


def certificate_facts(facts: StudyFacts, record: CertificateRecord) -> tuple[tuple[str, str], ...]:
    """Return the certificate of a stored private model, with counts as they may be shown."""
    counts = [f"{name} {number(epsilon, 3)}" for name, epsilon in record.accountants]
    pairs = [
        ("Guarantee", f"ε = {number(record.epsilon, 3)}, δ = {number(record.delta)}"),
        ("Protects against telling apart", record.adjacency),
        ("Unit", f"{record.unit}; trained on {facts.number_of_units(record.units)}"),
        ("Accountants, the larger counts", listing(counts)),
        ("Clipping norm", number(record.clipping_norm, 2)),
        ("Noise multiplier", number(record.noise_multiplier)),
        ("Share of units in a step", number(record.sampling_rate)),
        ("Steps", f"{record.steps:,}"),
        ("Source of the noise", record.noise_source),
        ("Spent budget", "; ".join(record.counted)),
        ("Fixed without the data", "; ".join(record.public)),
        ("Taken for known", "; ".join(record.assumed)),
        ("Not covered", record.not_covered),
        ("ε of private models fitted before", listing([f"{e:.3g}" for e in record.earlier])),
    ]
    return tuple((label, value) for label, value in pairs if value)


def _overrides(approvals: Sequence[Approval]) -> list[Block]:
    if not approvals:
        return []
    blocks: list[Block] = [Heading("Overrides")]
    return [*blocks, *(Points(approval_lines(approval)) for approval in approvals)]
