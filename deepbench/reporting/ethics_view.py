"""The section on ethics: register, groups of people, attacks on the model, private training."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from deepbench.reporting.material import Material
from deepbench.reporting.private_tables import budgets_table, certificate_table
from deepbench.reporting.repeated_rows import sized
from deepbench.reporting.small_cells import SmallCells
from deepbench.reporting.tables import Table, table
from deepbench.reporting.wording import ends_of, interval, metric_title, number
from deepbench.study.records import (
    AuditedGroup,
    AuditRecord,
    GroupMeasure,
    MeasureName,
    PrivateTrainingRecord,
    SubgroupAuditRecord,
)

_TITLES: dict[MeasureName, str] = {
    "error": "Wrong answers",
    "missed": "Missed",
    "false alarms": "False alarms",
    "calibration": "Seen minus said",
}


def ethics_view(material: Material) -> dict[str, Any] | None:
    """Return what the section on ethics shows, or None before the register was filled."""
    record = material.summary.ethics
    if record is None:
        return None
    groups, audit = record.subgroups, record.audit
    return {
        "record": record,
        "group_sentences": groups.sentences if groups is not None else (),
        "groups": groups_table(groups, material.cells) if groups is not None else None,
        "audit": audit,
        "attacks": attacks_table(audit) if audit is not None and audit.attacks else None,
        "private": record.private_training,
        "private_tables": _private_tables(record.private_training, material.cells),
    }


def groups_table(audit: SubgroupAuditRecord, cells: SmallCells) -> Table | None:
    """Return each measure of each group beside all other test samples; None without a group.

    Args:
        audit: The groups, as they may be shown.
        cells: Rule for small counts.
    """
    shown = list(measures_of(audit))
    if not shown:
        return None
    return table(
        "Groups of people and sites",
        [
            "Group",
            f"#{sized(cells).capitalize()}",
            "Measure",
            "#Group",
            "#95 % interval",
            "#All others",
            "#Difference",
            "#p",
        ],
        [_row(audit, group, measure, cells) for group, measure in shown],
        note="p by exchange of groups between units, corrected for all comparisons; marked: the "
        "model is worse in the group.",
        marked=[place for place, (_, measure) in enumerate(shown) if measure.marked],
        tone="care",
    )


def measures_of(audit: SubgroupAuditRecord) -> Iterator[tuple[AuditedGroup, GroupMeasure]]:
    """Yield each measure of each group."""
    for group in audit.groups:
        for measure in group.measures:
            yield group, measure


def group_size(group: AuditedGroup, cells: SmallCells) -> int:
    """Return how large a group is, in what `sized` counts."""
    return group.samples if cells.samples_alone else group.units


def measure_title(audit: SubgroupAuditRecord, measure: GroupMeasure) -> str:
    """Return what a measure is called."""
    if measure.name == "error" and audit.task == "regression":
        return "Mean absolute error"
    return _TITLES.get(measure.name, metric_title(audit.metric))


def _row(
    audit: SubgroupAuditRecord, group: AuditedGroup, measure: GroupMeasure, cells: SmallCells
) -> list[str]:
    return [
        f"{group.column}: {group.group}",
        f"{group_size(group, cells):,}",
        measure_title(audit, measure),
        number(measure.value.value, 2),
        interval(measure.value.low, measure.value.high, 2),
        number(measure.rest.value, 2),
        number(measure.difference.value, 2, signed=True),
        number(measure.adjusted),
    ]


def attacks_table(audit: AuditRecord) -> Table:
    """Return the attacks on the model, the most successful one marked."""
    return table(
        "Attacks: who was in the training set?",
        ["Attack", "#AUROC", "#95 % interval", "#Found", "#95 % interval"],
        [
            [
                attack.title,
                number(attack.auc.value, 2),
                ends_of(attack.auc),
                number(attack.true_positives.value, 2),
                ends_of(attack.true_positives),
            ]
            for attack in audit.attacks
        ],
        note="AUROC 0.5 is guessing. Found: share of the training set at one false alarm in 100, "
        "or the fewest that so many others can show. Intervals hold for all attacks together.",
        marked=[place for place, each in enumerate(audit.attacks) if each.name == audit.worst],
        tone="care",
    )


def _private_tables(record: PrivateTrainingRecord | None, cells: SmallCells) -> list[Table]:
    if record is None:
        return []
    certificate = record.certificate
    found = [
        budgets_table(record),
        certificate_table(certificate, cells) if certificate else None,
    ]
    return [each for each in found if each is not None]
