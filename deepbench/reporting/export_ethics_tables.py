"""Tables for other programs about stage 13: audited groups, attacks, private training."""

from __future__ import annotations

from collections.abc import Iterator

from deepbench.reporting.data_table import Cell, DataTable, data_table, ends
from deepbench.reporting.material import Material
from deepbench.reporting.small_cells import HIDDEN, SmallCells
from deepbench.study.records import (
    AuditRecord,
    EthicsRecord,
    PrivateTrainingRecord,
    SubgroupAuditRecord,
)

_INTERVAL = "95 % intervals over biological units."
_ENDS = ("low", "high")


def ethics_tables(material: Material) -> Iterator[DataTable | None]:
    """Yield the tables about stage 13; argument as in `export_tables`."""
    record = material.summary.ethics
    if record is None:
        return
    yield _register(record)
    if record.subgroups is not None:
        yield _audited_groups(record.subgroups, material.cells)
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


def _audited_groups(audit: SubgroupAuditRecord, cells: SmallCells) -> DataTable | None:
    """Return the measures of each group, as far as they may be shown (`released_audit`)."""
    rows: list[tuple[Cell, ...]] = []
    for group in audit.groups:
        if not group.measures:
            rows.append((group.column, group.group, HIDDEN, HIDDEN, *[None] * 12))
        rows += [
            (
                group.column,
                group.group,
                group.samples,
                HIDDEN if cells.samples_alone else group.units,
                measure.name,
                *ends(measure.value),
                *ends(measure.rest),
                *ends(measure.difference),
                measure.adjusted,
                measure.marked,
            )
            for measure in group.measures
        ]
    return data_table(
        "subgroup-audit",
        f"How well the model serves groups of test samples (score: {audit.metric})",
        [
            "column",
            "group",
            "samples",
            "units",
            "measure",
            "value",
            *_of("value"),
            "all_others",
            *_of("all_others"),
            "difference",
            *_of("difference"),
            "p_adjusted",
            "worse",
        ],
        rows,
        f"{_INTERVAL} p by exchange of groups between units, corrected for all comparisons.",
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
