"""Attributions of any model: permutation SHAP.

Shapley values by sampled orders of the features, each order used forwards and backwards
(Castro et al. 2009, doi:10.1016/j.cor.2008.04.004; Mitchell et al. 2022, JMLR 23(43):1-46). Each
order starts at another background row. Attributions add up to the output exactly; models
without interactions of three or more features get exact Shapley values for these background rows.

The features are the user's columns: what preprocessing made of one column changes together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbench.interpretation.explanation import Explanation, Floats, Scale
from deepbench.models.fitted import Predictor

METHOD = "permutation SHAP"
# Features explained one by one; the others count as one feature together.
MOST_FEATURES = 50
# Features whose importance is tried out; before that, correlation with the output chooses.
_MOST_TRIED = 500
_ROWS_TRIED = 20
# Orders for each sample: more where predictions are cheap.
_FEWEST_ORDERS, _MOST_ORDERS = 4, 16
# Numbers in all rows to predict, which bounds the time on wide tables.
_NUMBERS = 50_000_000


@dataclass(frozen=True, eq=False)
class GroupedExplanation:
    """An explanation by groups of columns.

    Attributes:
        explanation: Its ``values`` are (n, g, K): one column for each group explained.
        groups: (g,) numbers of the groups explained.
        rest: (n, K) attributions of all other groups together.
    """

    explanation: Explanation
    groups: NDArray[np.int64]
    rest: Floats


class PermutationExplainer:
    """Explains the predictions of any model, in groups of columns.

    Args:
        predictor: Fitted model.
        scale: Probabilities or values, as the model predicts them.
        group_of: (k,) group of each column, from 0 to G - 1; columns of a group change together.
        background: (b, k) rows to start from.
        tried: (t, k) samples not among the fit rows, on which the strongest groups are found.
        rows: Rows that are going to be explained, which decides how much each may cost.
        seed: Seed of orders and background rows.
    """

    def __init__(
        self,
        predictor: Predictor,
        scale: Scale,
        group_of: NDArray[np.int64],
        background: Floats,
        tried: Floats,
        rows: int,
        seed: int,
    ) -> None:
        self._predictor, self._scale, self._seed = predictor, scale, seed
        rng = np.random.default_rng(seed)
        self.groups, self._how = _chosen_groups(predictor, group_of, background, tried, rng)
        player_of = np.full(int(group_of.max()) + 1, len(self.groups))
        player_of[self.groups] = np.arange(len(self.groups))
        self._players = player_of[group_of]
        self._count = len(self.groups) + int((self._players == len(self.groups)).any())
        per_order = 2 * (self._count + 1) * rows * background.shape[1]
        orders = int(np.clip(_NUMBERS // max(per_order, 1), _FEWEST_ORDERS, _MOST_ORDERS))
        again = len(background) < orders
        self._start = background[np.sort(rng.choice(len(background), orders, again))]

    def explain(self, x: Floats, first: int = 0) -> GroupedExplanation:
        """Explain rows (n, k); each draws its orders by its number alone."""
        values = np.stack(
            [
                _explain_row(
                    self._predictor,
                    self._players,
                    self._count,
                    self._start,
                    row,
                    np.random.default_rng([self._seed, first + number]),
                )
                for number, row in enumerate(x)
            ]
        )
        count = len(self.groups)
        explanation = Explanation(
            METHOD,
            self._scale,
            values[:, :count],
            self._predictor.predict(self._start).mean(axis=0),
            self._predictor.predict(x),
            self._how,
        )
        return GroupedExplanation(explanation, self.groups, values[:, count:].sum(axis=1))


def _explain_row(
    predictor: Predictor,
    players: NDArray[np.int64],
    count: int,
    start: Floats,
    row: Floats,
    rng: np.random.Generator,
) -> Floats:
    """Return (players, K) attributions of one row (k,), one order for each row of ``start``."""
    orders = np.concatenate([_there_and_back(rng.permutation(count)) for _ in start])
    # Before step s of an order, the players at places 0 to s - 1 have the sample's values.
    places = np.argsort(orders, axis=1)
    changed = places[:, None, :] < np.arange(count + 1)[None, :, None]
    begin = np.repeat(start, 2, axis=0)
    rows = np.where(changed[:, :, players], row, begin[:, None, :])
    outputs = predictor.predict(rows.reshape(-1, len(row)))
    steps = np.diff(outputs.reshape(len(orders), count + 1, -1), axis=1)
    own = np.take_along_axis(steps, places[:, :, None], axis=1)
    mean: Floats = own.mean(axis=0)
    return mean


def _there_and_back(order: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.stack([order, order[::-1]])


def _chosen_groups(
    predictor: Predictor,
    group_of: NDArray[np.int64],
    background: Floats,
    x: Floats,
    rng: np.random.Generator,
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return (g,) the groups to explain one by one, and how they were chosen."""
    groups = np.unique(group_of)
    if len(groups) <= MOST_FEATURES:
        return groups, ()
    tried = _most_correlated(predictor, group_of, np.concatenate([background, x]), groups)
    rows = x[rng.permutation(len(x))[:_ROWS_TRIED]]
    donors = background[rng.integers(0, len(background), len(rows))]
    before = predictor.predict(rows)
    change = np.array(
        [_change(predictor, rows, donors, before, group_of == group) for group in tried]
    )
    strongest = tried[np.argsort(-change, kind="stable")[:MOST_FEATURES]]
    return np.sort(strongest), (
        f"Of {len(groups):,} features, the {MOST_FEATURES} on which the predictions depend most "
        "were explained one by one, the others as one feature.",
    )


def _change(
    predictor: Predictor,
    rows: Floats,
    donors: Floats,
    before: Floats,
    columns: NDArray[np.bool_],
) -> float:
    """Return how much predictions change when some columns come from other rows."""
    return float(np.abs(predictor.predict(np.where(columns, donors, rows)) - before).mean())


def _most_correlated(
    predictor: Predictor,
    group_of: NDArray[np.int64],
    rows: Floats,
    groups: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return the groups whose columns correlate most with the predictions; all if few."""
    if len(groups) <= _MOST_TRIED:
        return groups
    columns = rows - rows.mean(axis=0)
    outputs = predictor.predict(rows)
    outputs = outputs - outputs.mean(axis=0)
    tiny = np.finfo(np.float64).tiny
    columns /= np.maximum(np.linalg.norm(columns, axis=0), tiny)
    outputs /= np.maximum(np.linalg.norm(outputs, axis=0), tiny)
    strength = np.abs(columns.T @ outputs).max(axis=1)
    strongest = np.zeros(int(group_of.max()) + 1)
    np.maximum.at(strongest, group_of, strength)
    return np.sort(groups[np.argsort(-strongest[groups], kind="stable")[:_MOST_TRIED]])
