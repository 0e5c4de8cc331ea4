"""Nearest training samples of a held-out sample, and what they say of its prediction.

Deep k-nearest neighbours (Papernot and McDaniel 2018, arXiv:1803.04765): which fit samples look
the same *to the model*, and is their outcome the predicted one? Trust score (Jiang et al. 2018,
arXiv:1805.11783): distance to the nearest class that is not said over the distance to the class
that is, after leaving out the tenth of each class that lies in the thinnest neighbourhoods.

The space is that of a network's last hidden layer (all its random starts side by side), else the
preprocessed features that the model sees. Each direction has unit variance over the fit rows, and
distances are root mean squares over directions: 1 is one standard deviation in each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbench.models.baselines.kernels import squared_distances
from deepbench.models.fitted import Predictor
from deepbench.models.networks.predictor import NetworkPredictor
from deepbench.training.lane_records import Architecture
from deepbench.training.saved_network import Parameters, layer_names

LAST_LAYER = "last hidden layer of the network"
FEATURES = "features that the model sees, standardised"
_FEWEST, _MOST = 3, 10
# Part of a class that is left out, and neighbours that say how thin a place is (Jiang et al.).
_THIN, _DENSITY_NEIGHBOURS = 0.1, 10

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """Neighbours of held-out rows among the fit rows of a fold.

    Attributes:
        space: Where distances are taken.
        nearest: (n, q) fit rows, nearest first, at most one of each unit.
        distances: (n, q) distances.
        trust: (n,) trust score; NaN without classes, or with a class that cannot be compared.
    """

    space: str
    nearest: NDArray[np.int64]
    distances: Floats
    trust: Floats


def find_neighbours(
    predictor: Predictor,
    fit: Floats,
    x: Floats,
    units: NDArray[np.int64],
    codes: NDArray[np.int64] | None,
    said: NDArray[np.int64] | None,
) -> Neighbourhood:
    """Find the nearest fit rows in the space that the model sees.

    Args:
        predictor: The model of the fold.
        fit: (a, k) rows it was fitted on.
        x: (n, k) held-out rows; none is of a unit of the fit rows.
        units: (a,) unit of each fit row.
        codes: (a,) class of each fit row; None for numbers.
        said: (n,) class said of each held-out row; None for numbers.
    """
    space, there, here = _space(predictor, fit, x)
    squared = squared_distances(here, there) / max(there.shape[1], 1)
    distances = np.sqrt(squared)
    nearest = _nearest_of_units(distances, units)
    trust = np.full(len(x), np.nan)
    if codes is not None and said is not None:
        among = np.sqrt(squared_distances(there, there))
        trust = _trust(distances, codes, _dense(among, codes), said)
    return Neighbourhood(space, nearest, np.take_along_axis(distances, nearest, axis=1), trust)


def _space(predictor: Predictor, fit: Floats, x: Floats) -> tuple[str, Floats, Floats]:
    """Return the name of the space, the fit rows (a, r) and the held-out rows (n, r) there."""
    name = FEATURES
    if isinstance(predictor, NetworkPredictor) and predictor.architecture.hidden:
        name = LAST_LAYER
        fit, x = (_last_layer(predictor, rows) for rows in (fit, x))
    spread = fit.std(axis=0)
    varies = spread > 1e-12 * max(float(spread.max(initial=0.0)), 1.0)
    mean = fit[:, varies].mean(axis=0)
    return name, *((rows[:, varies] - mean) / spread[varies] for rows in (fit, x))


def _last_layer(predictor: NetworkPredictor, rows: Floats) -> Floats:
    return np.hstack(
        [_hidden(predictor.architecture, each, rows) for each in predictor.members]
    ).astype(np.float64)


def _hidden(architecture: Architecture, parameters: Parameters, rows: Floats) -> Floats:
    found = rows.astype(np.float32)
    for name in layer_names(architecture)[:-1]:
        sums = found @ parameters[f"{name}.weight"].T + parameters[f"{name}.bias"]
        found = np.maximum(sums, 0.0)
    return np.asarray(found, dtype=np.float64)


def _nearest_of_units(distances: Floats, units: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return (n, q) the nearest fit rows, at most one of each unit."""
    codes = np.unique(units, return_inverse=True)[1]
    count = int(codes.max()) + 1
    wanted = int(np.clip(round(np.sqrt(count)), _FEWEST, _MOST))
    order = np.argsort(distances, axis=1, kind="stable")
    found = np.empty((len(distances), min(wanted, count)), dtype=np.int64)
    for row, ranked in enumerate(order):
        first_of_unit = np.unique(codes[ranked], return_index=True)[1]
        found[row] = ranked[np.sort(first_of_unit)[: found.shape[1]]]
    return found


def _dense(among: Floats, codes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return (a,) whether a fit row is outside the thinnest tenth of its class."""
    dense = np.ones(len(codes), dtype=np.bool_)
    for code in np.unique(codes):
        own = np.flatnonzero(codes == code)
        neighbours = min(_DENSITY_NEIGHBOURS, len(own) - 1)
        left_out = int(_THIN * len(own))
        if neighbours and left_out:
            # Place 0 is the row itself.
            radius = np.sort(among[np.ix_(own, own)], axis=1)[:, neighbours]
            dense[own[np.argsort(-radius, kind="stable")[:left_out]]] = False
    return dense


def _trust(
    distances: Floats,
    codes: NDArray[np.int64],
    dense: NDArray[np.bool_],
    said: NDArray[np.int64],
) -> Floats:
    present = np.unique(codes)
    to_class = np.stack([distances[:, dense & (codes == code)].min(axis=1) for code in present], 1)
    own = present[None, :] == said[:, None]
    to_said = np.where(own, to_class, np.inf).min(axis=1)
    to_other = np.where(own, np.inf, to_class).min(axis=1)
    comparable = np.isfinite(to_said) & np.isfinite(to_other) & (to_said + to_other > 0.0)
    trust = np.full(len(said), np.nan)
    # A twin of a fit row has no finite score: as large as rounding allows.
    least = 1e-6 * np.maximum(to_other, 1e-300)
    np.divide(to_other, np.maximum(to_said, least), out=trust, where=comparable)
    return trust
