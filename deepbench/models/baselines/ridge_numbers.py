"""Ridge regression in closed form, for many outcomes and strengths at once.

On principal directions each coefficient is shrunk by its own direction's variance, whatever the
strength. So is the error for a biological unit that is left out: with H the matrix that turns the
outcome into fitted values, the errors of a unit's rows are (I - H_UU)⁻¹ times its residuals
(Allen 1974, doi 10.1080/00401706.1974.10489157, for single rows; Cook & Weisberg 1982 for sets
of rows). No model is fitted twice.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Rows = NDArray[np.int64]


def fit_ridge_numbers(scores: Numbers, outcomes: Numbers, penalties: Numbers) -> Numbers:
    """Return (r, L) coefficients of scores.

    Args:
        scores: (n, r) centred rows on orthogonal directions.
        outcomes: (n, L) outcomes with mean zero.
        penalties: (L,) factors of the squared coefficients, as those of the squared errors is 1.
    """
    variances = np.einsum("ij,ij->j", scores, scores)
    found: Numbers = (scores.T @ outcomes) / (variances[:, None] + penalties)
    return found


def left_out_errors(scores: Numbers, outcomes: Numbers, units: Rows, penalty: float) -> Numbers:
    """Return (n, L) errors of the models fitted without the unit of each row.

    Args:
        scores: (n, r) centred rows on orthogonal directions.
        outcomes: (n, L) outcomes with mean zero.
        units: (n,) codes of at least two biological units.
        penalty: Factor of the squared coefficients.
    """
    variances = np.einsum("ij,ij->j", scores, scores)
    shrunk = scores / (variances + penalty)
    residuals = outcomes - shrunk @ (scores.T @ outcomes)
    errors = np.empty(outcomes.shape)
    for rows in _rows_of_units(units):
        # The intercept, which bears no penalty, is the 1/n.
        hat = shrunk[rows] @ scores[rows].swapaxes(1, 2) + 1.0 / len(scores)
        errors[rows] = np.linalg.solve(np.eye(rows.shape[1]) - hat, residuals[rows])
    return errors


def choose_penalties(
    scores: Numbers, outcomes: Numbers, units: Rows, penalties: Numbers
) -> Numbers:
    """Return (L,) the penalty of each outcome with the smallest error for units left out.

    Args:
        scores: (n, r) centred rows on orthogonal directions.
        outcomes: (n, L) outcomes with mean zero.
        units: (n,) codes of the biological units; with a single one the middle penalty is taken.
        penalties: (P,) what to choose from, the strongest first; of equals the first wins.
    """
    if len(np.unique(units)) < 2 or not scores.shape[1]:
        return np.full(outcomes.shape[1], penalties[len(penalties) // 2])
    squares = [
        np.einsum("ij,ij->j", errors, errors)
        for errors in (left_out_errors(scores, outcomes, units, p) for p in penalties)
    ]
    found: Numbers = penalties[np.argmin(squares, axis=0)]
    return found


def _rows_of_units(units: Rows) -> list[Rows]:
    """Return (u, m) row numbers of the units with m rows, for each m that occurs."""
    order = np.argsort(units, kind="stable")
    _, starts, sizes = np.unique(units[order], return_index=True, return_counts=True)
    return [order[starts[sizes == size][:, None] + np.arange(size)] for size in np.unique(sizes)]
