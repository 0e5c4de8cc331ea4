"""Support vector machines of many settings and label vectors on the rows of one fold.

Runs that see the same columns of the same rows share inner products, those of the same kernel
its matrix. Inner folds of the calibration are parts of that matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbench.data.samples import Task
from deepbench.models.baselines.inner_folds import inner_folds
from deepbench.models.baselines.kernels import (
    RowProducts,
    fold_products,
    kernel_factor,
    kernel_matrix,
)
from deepbench.models.baselines.label_vectors import (
    LabelVector,
    columns_wanted,
    filtered_columns,
    label_vectors,
)
from deepbench.models.baselines.probabilities import (
    indicator_targets,
    sigmoids_of,
    splits,
    with_labels,
)
from deepbench.models.baselines.sigmoid_fits import Labelled
from deepbench.models.baselines.svm_solver import (
    Machines,
    fit_class_machines,
    fit_number_machine,
)
from deepbench.models.family import Predicted, Run, take_columns
from deepbench.models.fold_data import FoldView
from deepbench.models.ranking import Outcome

# The cost grows with the square of the rows and beyond; more rows than this are sampled.
_MOST_ROWS = 4_000
# A class keeps this many rows, if it has them.
_LEAST_OF_CLASS = 50


@dataclass(frozen=True, eq=False)
class _Member:
    """A run in a group: its number, its label vector, and the rows that it learns from."""

    number: int
    vector: LabelVector
    kept: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class _Group:
    """Runs that see the same columns of the same rows.

    Attributes:
        members: The runs.
        products: Returns the products of fit rows with themselves: of the columns by all rows
            and, if they are filtered, of those without each inner fold; and of tuning rows with
            fit rows.
    """

    members: list[_Member]
    products: Callable[[], tuple[list[RowProducts], RowProducts]]


@dataclass(frozen=True, eq=False)
class _Decided:
    """Decision values of a run for the tuning rows, and what its sigmoids are fitted on."""

    number: int
    tune: NDArray[np.float64]
    labelled: list[Labelled] | None
    converged: bool


def predict_machines(fold: FoldView, runs: Sequence[Run]) -> list[Predicted | None]:
    """Return what each run predicts for the tuning rows; None where a class is missing."""
    decided = [
        found for group in _groups(fold, runs) for found in _decide_group(group, runs, fold)
    ]
    sigmoids = iter(sigmoids_of([one.labelled for one in decided if one.labelled is not None]))
    predicted: list[Predicted | None] = [None] * len(runs)
    for one in decided:
        values = one.tune if one.labelled is None else next(sigmoids).probabilities(one.tune)
        predicted[one.number] = Predicted(values, one.converged)
    return predicted


def sampled_rows(outcome: Outcome, task: Task) -> NDArray[np.int64]:
    """Return at most `_MOST_ROWS` rows; rare classes keep all they have or a fair share.

    The same rows for every setting, so that settings are compared on the same samples.
    """
    if len(outcome) <= _MOST_ROWS:
        return np.arange(len(outcome))
    generator = np.random.default_rng(0)
    strata = np.zeros(len(outcome)) if task == "regression" else outcome
    chosen = []
    for label in np.unique(strata):
        members = np.flatnonzero(strata == label)
        share = round(_MOST_ROWS * len(members) / len(strata))
        wanted = min(len(members), max(share, _LEAST_OF_CLASS))
        chosen.append(generator.choice(members, wanted, replace=False))
    return np.sort(np.concatenate(chosen))


def _groups(fold: FoldView, runs: Sequence[Run]) -> list[_Group]:
    """Sort the runs by rows and columns."""
    vectors, rows = [], []
    for vector in label_vectors(fold, runs):
        kept = sampled_rows(vector.outcome, fold.training.info.task)
        rows.append(kept)
        vectors.append(_with_inner_folds(fold, vector, kept))
    columns = fold.data.fit.shape[1]
    wanted = [
        {w for n in v.runs if (w := columns_wanted(runs[n].params, columns))} for v in vectors
    ]
    everything: list[_Member] = []
    groups = [_Group(everything, lambda: _shared(fold))]
    for vector, kept, filtered in zip(
        vectors, rows, filtered_columns(fold, vectors, wanted), strict=True
    ):
        members: dict[int | None, list[_Member]] = {}
        for number in vector.runs:
            count = columns_wanted(runs[number].params, columns)
            members.setdefault(count, []).append(_Member(number, vector, kept))
        for count, some in members.items():
            if count is None and len(kept) == len(fold.data.fit):
                everything += some
                continue
            sets = [np.arange(columns)] if count is None else list(filtered[count])
            if count is not None and len(kept) < len(fold.data.fit):
                # The filter of the model looks at all rows, also those it does not learn from.
                outcome = runs[vector.runs[0]].outcome
                sets[0] = np.sort(fold.ranking(outcome)[:count])
            groups.append(_Group(some, _products_of(fold, kept, sets)))
    return [group for group in groups if group.members]


def _with_inner_folds(fold: FoldView, vector: LabelVector, kept: NDArray[np.int64]) -> LabelVector:
    if fold.training.info.task == "regression":
        return vector
    inner = np.full(len(vector.outcome), -1)
    inner[kept] = inner_folds(vector.outcome[kept].astype(np.int64), fold.units[kept])
    return LabelVector(vector.outcome, vector.runs, inner)


def _shared(fold: FoldView) -> tuple[list[RowProducts], RowProducts]:
    fit, tune = fold_products(fold.data)
    return [fit], tune


def _products_of(
    fold: FoldView, kept: NDArray[np.int64], sets: Sequence[NDArray[np.int64]]
) -> Callable[[], tuple[list[RowProducts], RowProducts]]:
    def make() -> tuple[list[RowProducts], RowProducts]:
        fit = fold.data.fit
        matrix = fit if len(kept) == len(fit) else fit[kept]
        # The very products of a run alone, to the last digit: libsvm stops within a tolerance,
        # where other digits would lead it to other weights.
        tables = [take_columns(matrix, columns) for columns in sets]
        tune = RowProducts.of(take_columns(fold.data.tune, sets[0]), tables[0])
        return [RowProducts.of(table, table) for table in tables], tune

    return make


def _decide_group(group: _Group, runs: Sequence[Run], fold: FoldView) -> list[_Decided]:
    """Fit all runs of a group, kernel by kernel, so that few matrices are held at a time."""
    products, tune = group.products()
    kernels: dict[tuple[bool, float], list[_Member]] = {}
    for member in group.members:
        params = runs[member.number].params
        key = (params["kernel"] == "rbf", float(params.get("width", 1.0)))
        kernels.setdefault(key, []).append(member)
    decided = []
    for (gaussian, width), members in kernels.items():
        factors = [kernel_factor(own, gaussian, width) for own in products]
        matrices = [
            kernel_matrix(own, gaussian, factor)
            for own, factor in zip(products, factors, strict=True)
        ]
        new = kernel_matrix(tune, gaussian, factors[0])
        for member in members:
            cost = runs[member.number].params["C"]
            decided.append(_decide(member, matrices, new, cost, fold.training.info.outputs))
    return decided


def _decide(
    member: _Member,
    matrices: Sequence[NDArray[np.float64]],
    new: NDArray[np.float64],
    cost: float,
    outputs: int,
) -> _Decided:
    outcome = member.vector.outcome[member.kept]
    if member.vector.inner is None:
        machine = fit_number_machine(matrices[0], outcome.astype(np.float64), cost)
        return _Decided(member.number, machine.decide(new), None, machine.converged)
    targets = indicator_targets(outcome.astype(np.int64), outputs)
    machines = fit_class_machines(matrices[0], targets, cost)
    held_out, converged = _held_out(matrices, targets, member.vector.inner[member.kept], cost)
    labelled = with_labels(held_out, targets, lambda: machines.decide(matrices[0]))
    return _Decided(
        member.number, machines.decide(new), labelled, machines.converged and converged
    )


def _held_out(
    matrices: Sequence[NDArray[np.float64]],
    targets: NDArray[np.bool_],
    inner: NDArray[np.int64],
    cost: float,
) -> tuple[NDArray[np.float64], bool]:
    """Return (n, J) decision values for held-out rows, and whether all machines converged."""
    held_out = np.full(targets.shape, np.nan)
    converged = True
    for number, (fit, apply) in enumerate(splits(inner)):
        matrix = matrices[1 + number] if len(matrices) > 1 else matrices[0]
        machines: Machines = fit_class_machines(matrix[np.ix_(fit, fit)], targets[fit], cost)
        held_out[apply] = machines.decide(matrix[np.ix_(apply, fit)])
        converged &= machines.converged
    return held_out, converged
