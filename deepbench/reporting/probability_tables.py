"""Tables about probabilities: calibration, and when a class is said."""

from __future__ import annotations

from deepbench.reporting.small_cells import SmallCells
from deepbench.reporting.tables import Table, table
from deepbench.reporting.verdict import title_of
from deepbench.reporting.wording import MISSING, number
from deepbench.study.records import CurvesRecord, StudySummary


def probabilities_table(summary: StudySummary) -> Table | None:
    """Return how good probabilities were on the tuning folds before and after calibration."""
    records = summary.choice.calibration if summary.choice is not None else ()
    if not records:
        return None
    rows = [
        [
            title_of(summary, record.model),
            words,
            number(scores.slope),
            number(scores.intercept),
            number(scores.brier),
            number(scores.log_loss),
        ]
        for record in records
        for words, scores in (("before", record.before), ("after", record.after))
    ]
    columns = [
        "Model",
        "Calibration",
        "#Slope (1 is best)",
        "#Intercept (0 is best)",
        "#Brier score (lower is better)",
        "#Log loss (lower is better)",
    ]
    if all(row[2] == row[3] == MISSING for row in rows):  # several classes
        columns, rows = _without(columns, 2, 4), [_without(row, 2, 4) for row in rows]
    return table(
        "Probabilities before and after calibration, on the tuning folds",
        columns,
        rows,
        note="Each fold was calibrated by the others.",
    )


def _without(row: list[str], begin: int, end: int) -> list[str]:
    return [*row[:begin], *row[end:]]


def calibration_table(curves: CurvesRecord | None, cells: SmallCells) -> Table | None:
    """Return the numbers behind the calibration curve; groups that are too small are left out."""
    if curves is None or not curves.calibration_samples:
        return None
    counts = curves.calibration_samples
    rows = [
        [number(predicted), number(observed), shown]
        for predicted, observed, count, shown in zip(
            curves.calibration_predicted,
            curves.calibration_observed,
            counts,
            cells.several(counts),
            strict=True,
        )
        if not cells.is_small(count)
    ]
    return table(
        "Numbers of the calibration curve",
        ["#Mean predicted probability", "#Share observed", "#Samples"],
        rows,
    )


def map_table(summary: StudySummary) -> Table | None:
    """Return the numbers of the calibration itself."""
    records = summary.choice.calibration if summary.choice is not None else ()
    if not records:
        return None
    return table(
        "Numbers of the calibration",
        [
            "Model",
            "#Factor",
            *(f"#Shift of {name}" for name in _classes(summary, records[0].shifts)),
        ],
        [
            [
                title_of(summary, record.model),
                number(record.slope),
                *(number(shift, signed=True) for shift in record.shifts),
            ]
            for record in records
        ],
        note="The log of each probability over the share of its class is multiplied by the "
        "factor; the shift is added.",
    )


def shares_table(summary: StudySummary) -> Table | None:
    """Return the shares of the classes that decide which one is said."""
    decision = summary.choice.decision if summary.choice is not None else None
    if decision is None or not decision.shares:
        return None
    names = _classes(summary, decision.shares)
    return table(
        "Shares of the classes among the training samples",
        ["Class", "#Share"],
        [[name, number(share)] for name, share in zip(names, decision.shares, strict=True)],
    )


def _classes(summary: StudySummary, values: tuple[float, ...]) -> tuple[str, ...]:
    classes = summary.sheet.classes if summary.sheet is not None else ()
    if len(classes) == len(values):
        return classes
    return tuple(f"class {place}" for place in range(1, len(values) + 1))
