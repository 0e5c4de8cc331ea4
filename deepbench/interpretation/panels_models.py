"""The simple models of short panels: all sizes and penalties of one order, fitted together.

Classes: logistic regression with an L2 penalty (one class against the rest where there are more
than two). Values: ridge regression. The panel of size k holds the first k features of the order,
so that all sizes share one matrix; those left out of a size have coefficients fixed at 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from deepbench.data.samples import Task
from deepbench.models.ranking import Outcome

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

#: Penalties as a share of the number of rows, for columns of variance 1; the strongest first, so
#: that it is taken where penalties are level.
PENALTIES = (0.3, 0.03, 0.003)
LOGISTIC_TITLE = "logistic regression with an L2 penalty"
RIDGE_TITLE = "ridge regression"

_MOST_STEPS = 40
_TOLERANCE = 1e-6
_MOST_HALVINGS = 12
# Elements of the largest temporary array.
_BLOCK = 8_000_000


@dataclass(frozen=True, eq=False)
class SizedModels:
    """Models of growing panels, for each penalty.

    Attributes:
        columns: (m,) preprocessed columns of the largest panel, in the order of its features.
        ends: (S,) columns that the panel of each size uses.
        coefficients: (S, P, m + 1, q) coefficients by size and penalty, the intercept last.
        classifies: Whether they are of classes.
    """

    columns: Codes
    ends: Codes
    coefficients: Floats
    classifies: bool

    def predict(self, x: Floats) -> Floats:
        """Return (S, P, n, K) class probabilities or values from (n, d) preprocessed columns."""
        design = _with_ones(x[:, self.columns])
        linear: Floats = np.einsum("nm,spmq->spnq", design, self.coefficients)
        if not self.classifies:
            return linear
        chance: Floats = expit(linear)
        if chance.shape[-1] == 1:
            return np.asarray(np.concatenate([1.0 - chance, chance], axis=-1))
        total = chance.sum(axis=-1, keepdims=True)
        even = 1.0 / chance.shape[-1]
        return np.asarray(np.where(total > 0, chance / np.maximum(total, 1e-300), even))


def fit_sizes(
    x: Floats,
    group_of: Codes,
    order: list[int],
    target: Floats,
    *,
    classifies: bool,
) -> SizedModels:
    """Fit the first feature, the first two, and so on, with every penalty.

    Args:
        x: (n, d) preprocessed columns of the fit rows.
        group_of: (d,) number of the user's feature behind each column.
        order: Features in the order in which they join.
        target: (n, q) 0 and 1 for classes, from `class_targets`, or values.
        classifies: Whether the target holds classes.
    """
    parts = [np.flatnonzero(group_of == group) for group in order]
    columns = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
    ends = np.cumsum([len(part) for part in parts], dtype=np.int64)
    design = _with_ones(x[:, columns])
    sizes, penalties = len(order), len(PENALTIES)
    used = np.ones((sizes, design.shape[1]), dtype=np.bool_)
    used[:, :-1] = np.arange(len(columns)) < ends[:, None]
    fit = _logistic if classifies else _ridge
    coefficients = np.zeros((sizes, penalties, design.shape[1], target.shape[1]))
    for column in range(target.shape[1]):
        found = fit(design, used.repeat(penalties, axis=0), target[:, column], sizes)
        coefficients[..., column] = found.reshape(sizes, penalties, -1)
    return SizedModels(columns, ends, coefficients, classifies)


def class_targets(outcome: Outcome, task: Task, outputs: int) -> Floats:
    """Return (n, q) targets: one column of 0 and 1 for two classes, else one per class."""
    if task == "regression":
        return np.asarray(outcome, dtype=np.float64)[:, None]
    codes = outcome.astype(np.int64)
    wanted = np.array([1]) if outputs == 2 else np.arange(outputs)
    return np.asarray(codes[:, None] == wanted, dtype=np.float64)


def _with_ones(x: Floats) -> Floats:
    return np.hstack([x, np.ones((len(x), 1))])


def _penalties(sizes: int, width: int, rows: int) -> Floats:
    """Return (sizes * P, width) the penalty of each coefficient; next to none on intercepts."""
    each = np.tile(np.array(PENALTIES) * rows, sizes)
    whole = np.repeat(each[:, None], width, axis=1)
    # A class without a row would push its intercept to minus infinity.
    whole[:, -1] = 1e-6 * rows
    return whole


def _ridge(design: Floats, used: NDArray[np.bool_], target: Floats, sizes: int) -> Floats:
    # Around the mean, so that the small penalty on the intercept moves nothing.
    level = float(target.mean())
    gram, moment = design.T @ design, design.T @ (target - level)
    penalties = _penalties(sizes, design.shape[1], len(design))
    coefficients = np.zeros(used.shape)
    for number, keep in enumerate(used):
        system = gram[np.ix_(keep, keep)] + np.diag(penalties[number, keep])
        coefficients[number, keep] = np.linalg.solve(system, moment[keep])
    coefficients[:, -1] += level
    return coefficients


def _logistic(design: Floats, used: NDArray[np.bool_], target: Floats, sizes: int) -> Floats:
    penalties = _penalties(sizes, design.shape[1], len(design))
    together = max(1, _BLOCK // max(1, design.size))
    parts = [
        _newton(design, used[begin : begin + together], target, penalties[begin:][:together])
        for begin in range(0, len(used), together)
    ]
    return np.concatenate(parts)


def _newton(design: Floats, used: NDArray[np.bool_], target: Floats, penalties: Floats) -> Floats:
    """Return (b, m) coefficients of problems that differ in columns used and penalty."""
    found = np.zeros(used.shape)
    loss = _loss(design, found, target, penalties)
    active = np.arange(len(used))
    for _ in range(_MOST_STEPS):
        own, keep, penalty = found[active], used[active], penalties[active]
        step = _newton_step(design, own, keep, target, penalty)
        new, reached = _accepted(design, own, step, target, penalty, loss[active])
        found[active] = new
        moving = np.abs(new - own).max(axis=1) > _TOLERANCE
        loss[active] = reached
        active = active[moving]
        if not len(active):
            break
    return found


def _newton_step(
    design: Floats,
    coefficients: Floats,
    used: NDArray[np.bool_],
    target: Floats,
    penalties: Floats,
) -> Floats:
    chance = expit(design @ coefficients.T)
    gradient = (chance - target[:, None]).T @ design + penalties * coefficients
    spread = (chance * (1.0 - chance)).T
    hessian: Floats = (design.T[None] * spread[:, None, :]) @ design
    both = used[:, :, None] & used[:, None, :]
    hessian[~both] = 0.0
    diagonal = np.arange(design.shape[1])
    hessian[:, diagonal, diagonal] += np.where(used, penalties, 1.0)
    step = np.linalg.solve(hessian, np.where(used, gradient, 0.0)[..., None])[..., 0]
    return np.asarray(step, dtype=np.float64)


def _accepted(
    design: Floats,
    coefficients: Floats,
    step: Floats,
    target: Floats,
    penalties: Floats,
    before: Floats,
) -> tuple[Floats, Floats]:
    """Return the coefficients after the step, halved where it leads uphill, and their loss."""
    share = np.ones(len(step))
    new = coefficients - step
    after = _loss(design, new, target, penalties)
    for _ in range(_MOST_HALVINGS):
        uphill = after > before + 1e-10 * np.abs(before)
        if not uphill.any():
            break
        share[uphill] *= 0.5
        new = coefficients - share[:, None] * step
        after = _loss(design, new, target, penalties)
    better = after <= before + 1e-10 * np.abs(before)
    return np.where(better[:, None], new, coefficients), np.where(better, after, before)


def _loss(design: Floats, coefficients: Floats, target: Floats, penalties: Floats) -> Floats:
    linear = design @ coefficients.T
    fit = (np.logaddexp(0.0, linear) - target[:, None] * linear).sum(axis=0)
    loss: Floats = fit + 0.5 * (penalties * coefficients**2).sum(axis=1)
    return loss
