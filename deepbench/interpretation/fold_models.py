"""The models of a fold that are looked into: the one the study would make, and those beside it."""

from __future__ import annotations

import json
import warnings
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from deepbench.data.samples import TrainingSet
from deepbench.data.shuffles import shuffle_blocks, shuffled_outcome, unit_parts
from deepbench.interpretation.noise_columns import donor_rows, noise_sources, with_noise
from deepbench.models.family import BaselineFamily, FitRows, Params, take_columns
from deepbench.models.fitted import Predictor
from deepbench.models.networks.family import NetworkFamily
from deepbench.models.networks.final import train_network
from deepbench.models.out_of_fold import fit_predictor
from deepbench.models.ranking import Outcome
from deepbench.models.registry import get_family
from deepbench.models.workbench import BenchSource, Workbench
from deepbench.seeds import derive_seed

#: ``model``: as the study would fit it. ``start``: with another seed. ``repeat``: on a fold of
#: another repeat. ``twin``: with shuffled labels. ``noise``: with columns of no use beside.
Part = Literal["model", "start", "repeat", "twin", "noise"]
Floats = NDArray[np.float64]

# Models of a first look that wait for the rest of their samples, in each process.
_MOST_WAITING = 10
_waiting: OrderedDict[tuple[str, str], tuple[NDArray[np.int64], Predictor]] = OrderedDict()


@dataclass(frozen=True)
class FoldFit:
    """One fit on one fold.

    Attributes:
        source: Training samples and folds.
        family: Name of the model family.
        params: Settings chosen by tuning.
        fold: Number of the fold.
        part: Which of the models.
        number: Number of the start, of the shuffle, or of the draw of columns of no use.
        starts: Random starts whose mean a network is.
        block_columns: Annotation columns inside whose values labels are exchanged.
        unit_columns: Annotation columns that name units, of which a matched pair has several.
    """

    source: BenchSource
    family: str
    params: Params
    fold: int
    part: Part
    number: int = 0
    starts: int = 1
    block_columns: tuple[str, ...] = ()
    unit_columns: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """All that decides about the fitted model, as text."""
        return json.dumps(
            [
                # Not where the study lies: it may be moved.
                repr(replace(self.source, study="")),
                self.family,
                sorted(self.params.items()),
                self.fold,
                self.part,
                self.number,
                self.starts,
                self.block_columns,
                self.unit_columns,
            ]
        )

    @property
    def seed(self) -> int:
        """Seed of the fit."""
        names = ("attribution", self.family, self.fold, self.part, self.number)
        return derive_seed(self.source.seed, *names)


@dataclass(frozen=True, eq=False)
class FoldModel:
    """A fitted model of a fold, and the rows as it sees them.

    Attributes:
        predictor: Fitted on the fit rows.
        sources: (k,) the user's column behind each column that the predictor sees.
        fit: (a, k) fit rows.
        tune: (b, k) rows of the tuning set.
    """

    predictor: Predictor
    sources: tuple[str, ...]
    fit: Floats
    tune: Floats


def fold_model(bench: Workbench, wanted: FoldFit, *, wait: bool = False) -> FoldModel:
    """Fit a model on the fit rows of a fold.

    Args:
        bench: Training samples and folds.
        wanted: Which model.
        wait: It will be wanted once more, so it is kept in this process until then.
    """
    matrices = _matrices(bench, wanted)
    key = (wanted.source.study, wanted.key)
    known = _waiting.pop(key, None)
    columns, predictor = known or _fitted(bench, wanted, matrices.fit)
    if wait:
        _waiting[key] = (columns, predictor)
        while len(_waiting) > _MOST_WAITING:
            _waiting.popitem(last=False)
    return FoldModel(
        predictor,
        tuple(matrices.sources[column] for column in columns),
        take_columns(matrices.fit, columns),
        take_columns(matrices.tune, columns),
    )


@dataclass(frozen=True, eq=False)
class _Matrices:
    """Preprocessed rows of a fold (a, d) and (b, d), and the sources (d,) of their columns."""

    fit: Floats
    tune: Floats
    sources: tuple[str, ...]


def _matrices(bench: Workbench, wanted: FoldFit) -> _Matrices:
    # Fits come fold by fold, and a wide fold takes as much memory as all else.
    bench.cache.release(but=wanted.fold)
    data = bench.cache.data(wanted.fold)
    sources = data.preprocessor.source_columns
    if wanted.part != "noise":
        return _Matrices(data.fit, data.tune, sources)
    master = wanted.source.seed
    # The same copies with the same values in every fold: what goes with the outcome by chance does
    # so in all folds, as with a real feature.
    names = tuple(map(str, bench.training.features.columns))
    copied = noise_sources(
        names, len(bench.training), derive_seed(master, "noise columns", wanted.number)
    )
    donors = donor_rows(bench.training.units, derive_seed(master, "noise rows", wanted.number))
    where = dict(zip(data.fold.fit.tolist(), data.fit, strict=True))
    where |= dict(zip(data.fold.tune.tolist(), data.tune, strict=True))
    fit, wide_sources = with_noise(data.fit, sources, copied, _of(where, donors, data.fold.fit))
    tune, _ = with_noise(data.tune, sources, copied, _of(where, donors, data.fold.tune))
    return _Matrices(fit, tune, wide_sources)


def _of(
    where: dict[int, Floats], donors: NDArray[np.int64], rows: NDArray[np.int64]
) -> list[Floats]:
    """Return the preprocessed row (d,) that each row of the copies comes from.

    Where the donor is in neither part of the fold, the next row of the part takes its place.
    """
    found = [where.get(int(donors[row])) for row in rows]
    spare = [where[int(row)] for row in np.roll(rows, -1)]
    return [own if own is not None else other for own, other in zip(found, spare, strict=True)]


def _fitted(
    bench: Workbench, wanted: FoldFit, matrix: Floats
) -> tuple[NDArray[np.int64], Predictor]:
    """Return the (k,) columns that the filter keeps, and the predictor that sees them."""
    family = get_family(wanted.family)
    rows = bench.folds[wanted.fold].fit
    outcome = _outcome(bench, wanted)
    if isinstance(family, NetworkFamily):
        return train_network(
            family,
            _without_features(bench.training, outcome).take(rows),
            matrix,
            bench.shape,
            wanted.params,
            starts=wanted.starts,
            seed=wanted.seed,
            device=torch.device(wanted.source.device),
        )
    assert isinstance(family, BaselineFamily)
    task = bench.training.info.task
    columns = family.chosen_columns(wanted.params, matrix, outcome[rows], task)
    fit_rows = FitRows(matrix, columns, outcome[rows], bench.training.units[rows], task)
    with threadpool_limits(limits=1), warnings.catch_warnings():
        # What did not converge has been said of these settings when they were tuned.
        warnings.simplefilter("ignore", ConvergenceWarning)
        predictor = fit_predictor(
            family, fit_rows, bench.training.info, wanted.params, wanted.seed
        )
    return columns, predictor


def _without_features(training: TrainingSet, outcome: Outcome) -> TrainingSet:
    """Return samples with another outcome; their features are in the matrices already."""
    return replace(training, outcome=outcome, features=training.features.iloc[:, :0])


def _outcome(bench: Workbench, wanted: FoldFit) -> Outcome:
    if wanted.part != "twin":
        return bench.training.outcome
    blocks = shuffle_blocks(bench.training, wanted.block_columns)
    parts = unit_parts(bench.training, wanted.unit_columns)
    seed = derive_seed(wanted.source.seed, "twin", wanted.number)
    return shuffled_outcome(bench.training, blocks, seed, parts)
