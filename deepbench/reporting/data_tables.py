"""Tables about the data: classes, folds, columns, conversions."""

from __future__ import annotations

from deepbench.reporting.small_cells import HIDDEN, SmallCells, is_withheld
from deepbench.reporting.tables import Column, Table, table
from deepbench.reporting.wording import percent
from deepbench.study.records import (
    ImportRecord,
    MachineRecord,
    SampleSheetRecord,
    SplitRecord,
)
from deepbench.worker.offline import SENTENCE as OFFLINE

COLUMNS_SHOWN = 200
_ROLES = {
    "sample": "sample name",
    "unit": "biological unit",
    "pair": "matched pair",
    "replicate": "technical replicate",
    "batch": "batch",
    "operator": "operator",
    "site": "site",
    "date": "date",
    "timepoint": "time point",
    "sensitive": "sensitive attribute",
    "part": "division of the user",
    "ignore": "left out by the plan",
    "ignored": "left out by the plan",
    "outcome": "outcome",
    "feature": "feature",
    "measurement": "feature",
}


def role_words(role: str) -> str:
    """Return a role in lab words."""
    return _ROLES.get(role, role)


def class_table(sheet: SampleSheetRecord, cells: SmallCells) -> Table | None:
    """Return samples and units of each class, or None for regression."""
    if not sheet.classes:
        return None
    counts = [sheet.class_samples.get(name, 0) for name in sheet.classes]
    samples = cells.several(counts)
    units = cells.several([sheet.class_units.get(name, 0) for name in sheet.classes])
    # Where one of the two is hidden the other would nearly give it away.
    hidden = [
        is_withheld(sample) or is_withheld(unit)
        for sample, unit in zip(samples, units, strict=True)
    ]
    total = sum(counts)
    rows = []
    for place, name in enumerate(sheet.classes):
        share = "" if hidden[place] else percent(counts[place] / total if total else None)
        sample, unit = samples[place], units[place]
        if hidden[place]:
            sample = sample if is_withheld(sample) else HIDDEN
            unit = unit if is_withheld(unit) else HIDDEN
        rows.append([name, sample, cells.units(unit), share])
    note = _note(cells) if any(hidden) else ""
    return table(
        f"Classes of “{sheet.outcome}”",
        ["Class", "#Samples", "#Biological units", "#Share of samples"],
        rows,
        note=note,
    )


def class_shares(sheet: SampleSheetRecord, cells: SmallCells) -> list[tuple[str, float]]:
    """Return the share of each class for the bar, or nothing when it would give a count away."""
    counts = [sheet.class_samples.get(name, 0) for name in sheet.classes]
    units = [sheet.class_units.get(name, 0) for name in sheet.classes]
    if not sum(counts) or any(cells.is_small(count) for count in [*counts, *units]):
        return []
    return [(name, count / sum(counts)) for name, count in zip(sheet.classes, counts, strict=True)]


def fold_table(record: SplitRecord, cells: SmallCells) -> Table:
    """Return the size of each outer fold and the classes of its test samples."""
    folds = record.outer_folds
    classes = list(dict.fromkeys(name for fold in folds for name in fold.test_classes))
    by_class = cells.matrix(
        [[fold.test_classes.get(name, 0) for name in classes] for fold in folds]
    )
    rows = [
        [
            fold.name,
            *map(cells.units, cells.several([fold.train_units, fold.test_units])),
            *cells.several([fold.train_samples, fold.test_samples]),
            *shown,
        ]
        for fold, shown in zip(folds, by_class, strict=True)
    ]
    changed = any(is_withheld(cell) for row in rows for cell in row[1:])
    return table(
        "Outer folds" if len(folds) > 1 else "Training and test set",
        [
            "Fold",
            "#Training units",
            "#Test units",
            "#Training samples",
            "#Test samples",
            *(Column(f"Test samples: {name}", numeric=True) for name in classes),
        ],
        rows,
        note=_note(cells) if changed else "",
    )


def columns_table(record: ImportRecord, cells: SmallCells, *, rows_hidden: bool = False) -> Table:
    """Return the columns of the imported table, the first 200 of them.

    Args:
        record: The import.
        cells: Rule for small counts.
        rows_hidden: Whether the number of rows must not be shown.
    """

    def distinct(count: int) -> str:
        # One value a row gives the number of rows away.
        apart = abs(record.rows - count)
        if rows_hidden and apart < cells.threshold:
            return HIDDEN
        # A column of units has one value for each of them.
        return HIDDEN if cells.samples_alone and cells.is_small(apart) else f"{count:,}"

    shown = record.columns[:COLUMNS_SHOWN]
    more = len(record.columns) - len(shown)
    return table(
        "Columns of the imported table",
        ["Column", "Kind", "Role", "#Missing values", "#Distinct values"],
        [
            [
                column.name,
                column.kind,
                role_words(column.role),
                cells.part(column.missing, record.rows, total_hidden=rows_hidden),
                distinct(column.distinct),
            ]
            for column in shown
        ],
        note=f"… and {more:,} more." if more > 0 else "",
    )


def conversions_table(
    record: ImportRecord, cells: SmallCells, *, rows_hidden: bool = False
) -> Table | None:
    """Return what was changed while reading; arguments as in `columns_table`."""
    conversions = record.conversions
    if not conversions:
        return None
    shown = conversions[:COLUMNS_SHOWN]
    more = len(conversions) - len(shown)
    return table(
        "What was changed while reading",
        ["Column", "What", "#Cells"],
        [
            [
                entry.column,
                entry.what,
                cells.part(entry.count, record.rows, total_hidden=rows_hidden),
            ]
            for entry in shown
        ],
        note=f"… and {more:,} more." if more > 0 else "",
    )


def machine_table(machine: MachineRecord) -> Table:
    """Return the machine and the versions of the software."""
    return table(
        "Machine and software",
        ["What", "Value"],
        [
            ["System", machine.system],
            ["Processor cores", f"{machine.processor_cores:,}"],
            ["Memory", f"{machine.memory_gb:.1f} GB"],
            ["Free disk space", f"{machine.disk_free_gb:.1f} GB"],
            ["Device", machine.device],
            ["Network", OFFLINE],
            *([name, machine.versions[name]] for name in sorted(machine.versions)),
        ],
    )


def _note(cells: SmallCells) -> str:
    return (
        f"Counts below {cells.threshold} are not shown, nor are counts from which they could be "
        "worked out (“hidden”)."
    )
