"""What a new sample may be at the chosen error rate: the classes in its set, or an interval.

The limits are those that stage 11 found on held-out samples; see
`deepbench.interpretation.conformal`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from deepbench.data.samples import OutcomeInfo
from deepbench.privacy import prediction_columns as columns
from deepbench.reporting.wording import percent
from deepbench.study.folder import Study
from deepbench.study.records import ConformalRecord, InterpretationRecord


def limits_of_final_model(study: Study) -> ConformalRecord | None:
    """Return the limits at the plan's error rate; None if there are none for the final model."""
    finished = study.ledger.of_kind("stage_finished")
    last = {event.data["stage"]: event.number for event in finished}
    if last.get("interpretation", -1) < last.get("test", 0):
        return None
    record = study.stage_record("interpretation", InterpretationRecord)
    if record is None or record.failures is None:
        return None
    rate = study.plan().interpretation.error_rate
    found = (entry for entry in record.failures.conformal if entry.error_rate == rate)
    return next(found, None)


def set_columns(
    info: OutcomeInfo, shown: NDArray[np.float64], limits: ConformalRecord
) -> dict[str, list[str] | NDArray[np.float64]]:
    """Return the columns that say what each sample may be.

    Args:
        info: Classes.
        shown: (n, K) class probabilities, or (n, 1) values, as they are written beside.
        limits: What belongs to a set.
    """
    rate = limits.error_rate
    if info.classes:
        least = dict(limits.least_probability)
        # A class without a limit was never held out: nothing is known that could leave it out.
        smallest = np.array([least.get(name, 0.0) for name in info.classes])
        return {columns.set_column(rate): _sets(info.classes, shown >= smallest)}
    if limits.half_width is None:
        return {}
    low, high = columns.limit_columns(rate)
    return {low: shown[:, 0] - limits.half_width, high: shown[:, 0] + limits.half_width}


def _sets(classes: Sequence[str], inside: NDArray[np.bool_]) -> list[str]:
    return [
        columns.OR.join(name for name, held in zip(classes, row, strict=True) if held)
        or columns.NONE
        for row in inside
    ]


def said_of_sets(limits: ConformalRecord) -> str:
    """Return the sentence that explains the columns."""
    rate = limits.error_rate
    if limits.half_width is None:
        columns_are = f"Column “{columns.set_column(rate)}” holds the classes that a sample may be"
    else:
        low, high = columns.limit_columns(rate)
        columns_are = f"Columns “{low}” and “{high}” hold the interval of each sample"
    covered = limits.coverage.value
    seen = "" if covered is None else f" (held out: {percent(1 - covered)})"
    return (
        f"{columns_are}. For about {percent(rate)} of new samples the truth lies outside{seen}, "
        "as long as they are like those of the study."
    )
