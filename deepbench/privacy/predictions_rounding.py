"""Rounded predictions, and the proof on the final bytes that they are rounded.

Exact probabilities tell more about the training samples than rounded ones do, so predictions of
a sensitive study leave it with three decimals.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from deepbench.errors import GateRefused
from deepbench.privacy.formula_cells import without_formula
from deepbench.privacy.prediction_columns import (
    NONE,
    OR,
    PREDICTED,
    PROBABILITY,
    is_limit,
    is_set,
)

DECIMALS = 3
SIGNIFICANT_DIGITS = 3
_ROUNDED_PROBABILITY = re.compile(rf"(0(\.\d{{1,{DECIMALS}}})?|1(\.0{{1,{DECIMALS}}})?)")


def round_probabilities(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round to three decimals so that each row still sums to 1.

    Largest-remainder method (Hamilton's apportionment): every value is rounded down, and the
    thousandths still missing go to the largest remainders. The order of the classes of a row
    is kept, but for ties.

    Args:
        probabilities: (n, K) class probabilities whose rows sum to 1.

    Returns:
        (n, K) multiples of 0.001 whose rows sum to 1 (to float precision).

    Raises:
        ValueError: a value is outside [0, 1] or not a number, or a row does not sum to 1.
    """
    sums_to_one = np.allclose(probabilities.sum(axis=1), 1.0, rtol=0.0, atol=1e-6)
    if not sums_to_one or probabilities.min(initial=0.0) < 0.0:
        raise ValueError("Rows of probabilities must be non-negative and sum to 1.")
    scale = 10**DECIMALS
    # Dividing by the sum removes what float arithmetic left over; the small addition keeps
    # 0.29 * 1000 = 289.99999999999994 from being taken for 289.
    scaled = probabilities / probabilities.sum(axis=1, keepdims=True) * scale
    floors = np.floor(scaled + 1e-9)
    missing = (scale - floors.sum(axis=1)).astype(np.int64)
    order = np.argsort(floors - scaled, axis=1, kind="stable")
    places = np.empty_like(order)
    np.put_along_axis(places, order, np.arange(order.shape[1])[None, :], axis=1)
    rounded: NDArray[np.float64] = (floors + (places < missing[:, None])) / scale
    return rounded


def round_values(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round predicted values (n,) of a regression to three significant digits."""
    return np.array([float(f"{value:.{SIGNIFICANT_DIGITS}g}") for value in values], np.float64)


def demand_rounded(content: bytes) -> None:
    """Check the bytes of a ``predictions.csv`` before they may leave a sensitive study.

    Columns ``p_<class>`` must have three decimals at most; without such columns (regression)
    ``predicted`` and the ends of intervals must have three significant digits at most; sets hold
    classes. The first column, the sample, is not looked at. What is not understood is refused.

    Raises:
        GateRefused: a value is not rounded, or the content is no table of predictions.
    """
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise _refusal("they are not a CSV file in UTF-8") from None
    if not rows or PREDICTED not in rows[0][1:]:
        raise _refusal("they have no column 'predicted'")
    header, body = rows[0], rows[1:]
    if any(len(row) != len(header) for row in body):
        raise _refusal("their rows differ in length")
    classes = [name for name in header[1:] if name.startswith(PROBABILITY)]
    for name in header[1:]:
        if not (name == PREDICTED or name in classes or is_set(name) or is_limit(name)):
            raise _refusal("they have a column that is not known")
    for row in body:
        for name, cell in zip(header[1:], row[1:], strict=True):
            _demand_rounded_cell(name, cell, classes)


def _demand_rounded_cell(column: str, cell: str, probabilities: Sequence[str]) -> None:
    if column in probabilities:
        if not _ROUNDED_PROBABILITY.fullmatch(cell):
            raise _refusal(f"a probability has more than {DECIMALS} decimals")
    elif is_limit(column) or not probabilities:
        if not _is_rounded_value(cell):
            raise _refusal(f"a value has more than {SIGNIFICANT_DIGITS} significant digits")
    elif not _are_classes(cell, probabilities):
        raise _refusal("they name something else than classes")


def _are_classes(cell: str, probabilities: Sequence[str]) -> bool:
    """Return whether a cell names classes, in the order of their columns."""
    if cell == NONE:
        return True
    for place, column in enumerate(probabilities):
        name = column.removeprefix(PROBABILITY)
        for shown in (name, without_formula(name)):
            rest = cell.removeprefix(shown + OR)
            if cell == shown or (rest != cell and _are_classes(rest, probabilities[place + 1 :])):
                return True
    return False


def _is_rounded_value(text: str) -> bool:
    try:
        value = float(text)
    except ValueError:
        return False
    return value == float(f"{value:.{SIGNIFICANT_DIGITS}g}")


def _refusal(why: str) -> GateRefused:
    return GateRefused(
        f"The predictions of a sensitive study cannot leave it: {why}.",
        "Write predictions with the program, which rounds them.",
    )
