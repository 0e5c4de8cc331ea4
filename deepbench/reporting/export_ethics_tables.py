"""Tables for other programs about stage 13: audited groups, attacks, private training."""

from __future__ import annotations

from collections.abc import Iterator

from deepbench.reporting.data_table import Cell, DataTable, data_table, ends
from deepbench.reporting.material import Material
from deepbench.study.records import AuditRecord, EthicsRecord, PrivateTrainingRecord

_INTERVAL = "95 % intervals over biological units."
_ENDS = ("low", "high")


def ethics_tables(material: Material) -> Iterator[DataTable | None]:
    """Yield the tables about stage 13; argument as in `export_tables`."""
    record = material.summary.ethics
    if record is None:
        return
    yield _register(record)
    if record.audit is not None:
        yield from _audit(record.audit)
    if record.private_training is not None:
        yield _private(record.private_training)


def _register(record: EthicsRecord) -> DataTable | None:
    return data_table(
        "ethics-register",
        "The ethics register",
        ["issue", "text", "raised_by", "state", "decision", "decided_by"],
        [
            (entry.issue, entry.text, entry.raised_by, entry.state, entry.decision, entry.by)
            for entry in record.entries
        ],
    )


def _audit(audit: AuditRecord) -> Iterator[DataTable | None]:
    yield data_table(
        "privacy-attacks",
        "Attacks on the model: who was in its training?",
        [
            "attack",
            "title",
            "auc",
            *_of("auc"),
            "true_positives",
            *_of("true_positives"),
            "at_false_positives",
            "most_successful",
        ],
        [
            (
                attack.name,
                attack.title,
                *ends(attack.auc),
                *ends(attack.true_positives),
                attack.false_positives,
                attack.name == audit.worst,
            )
            for attack in audit.attacks
        ],
        "0.5 is guessing. Intervals hold at 95 % for all attacks together.",
    )
    yield data_table(
        "attribute-attacks",
        "Do the model’s answers give a sensitive column away?",
        [
            "column",
            "right_of_members",
            *_of("members"),
            "right_of_others",
            *_of("others"),
            "advantage",
            *_of("advantage"),
        ],
        [
            (attack.column, *ends(attack.members), *ends(attack.others), *ends(attack.advantage))
            for attack in audit.attributes
        ],
        _INTERVAL,
    )


def _of(name: str) -> list[str]:
    return [f"{name}_{end}" for end in _ENDS]


def _private(record: PrivateTrainingRecord) -> DataTable | None:
    rows: list[tuple[Cell, ...]] = [
        (point.epsilon, point.noise, *ends(point.score), len(point.draws), False)
        for point in record.points
    ]
    if rows:
        rows.append((None, 0.0, *ends(record.without), 0, True))
    return data_table(
        "private-training",
        f"Score of private training by budget ({record.metric})",
        ["epsilon", "noise_multiplier", "score", *_ENDS, "draws_of_noise", "without_noise"],
        rows,
        _INTERVAL,
    )
