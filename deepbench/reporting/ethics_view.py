"""The section on ethics: register, groups of people, attacks on the model, private training."""

from __future__ import annotations

from typing import Any

from deepbench.reporting.export_ethics_tables import shown_groups
from deepbench.reporting.material import Material
from deepbench.reporting.private_tables import budgets_table, certificate_table
from deepbench.reporting.small_cells import SmallCells
from deepbench.reporting.tables import Table, table
from deepbench.reporting.wording import ends_of, metric_title, number
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
#: Counted among samples of one class; how many those are in a group stands nowhere.
_OF_A_CLASS: tuple[MeasureName, ...] = ("missed", "false alarms")


def ethics_view(material: Material) -> dict[str, Any] | None:
    """Return what the section on ethics shows, or None before the register was filled."""
    record = material.summary.ethics
    if record is None:
        return None
    groups, audit = record.subgroups, record.audit
    return {
        "record": record,
        # Sentences on groups hold the numbers that a guarded report leaves out.
        "group_sentences": groups.sentences
        if groups is not None and not material.cells.threshold
        else (),
        "groups": groups_table(groups, material.cells) if groups is not None else None,
        "audit": audit,
        "attacks": attacks_table(audit) if audit is not None and audit.attacks else None,
        "private": record.private_training,
        "private_tables": _private_tables(record.private_training),
    }


def groups_table(audit: SubgroupAuditRecord, cells: SmallCells) -> Table | None:
    """Return each measure of each group beside all other test samples; None without a group."""
    shown = shown_groups(audit, cells)
    rows: list[list[str]] = []
    marked: list[int] = []
    for group in audit.groups:
        if (group.column, group.group) not in shown:
            continue
        for measure in group.measures:
            if cells.threshold and measure.name in _OF_A_CLASS:
                continue
            if measure.marked:
                marked.append(len(rows))
            rows.append(_row(audit, group, measure))
    if not rows:
        return None
    return table(
        "Groups of people and sites",
        ["Group", "Measure", "#Group", "#95 % interval", "#All others", "#Difference", "#p"],
        rows,
        note="p by exchange of groups between units, corrected for all comparisons; marked: the "
        "model is worse in the group.",
        marked=marked,
        tone="care",
    )


def _row(audit: SubgroupAuditRecord, group: AuditedGroup, measure: GroupMeasure) -> list[str]:
    title = _TITLES.get(measure.name, metric_title(audit.metric))
    if measure.name == "error" and audit.task == "regression":
        title = "Mean absolute error"
    return [
        f"{group.column}: {group.group}",
        title,
        number(measure.value.value, 2),
        ends_of(measure.value),
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


def _private_tables(record: PrivateTrainingRecord | None) -> list[Table]:
    if record is None:
        return []
    certificate = record.certificate
    found = [budgets_table(record), certificate_table(certificate) if certificate else None]
    return [each for each in found if each is not None]
