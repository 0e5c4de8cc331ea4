"""Sanity checks of a network size, for the process pool."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepbench.models.networks.family import NetworkFamily
from deepbench.models.registry import get_family
from deepbench.models.workbench import BenchSource, load_workbench
from deepbench.seeds import derive_seed
from deepbench.training.rotation import Rotation
from deepbench.training.sanity import SanityCheck, sanity_checks


@dataclass(frozen=True)
class SanityTask:
    """A network size to check on the fit rows of the first tuning fold."""

    source: BenchSource
    family: str


def check_size(task: SanityTask) -> tuple[SanityCheck, ...]:
    """Check that the size starts ignorant and can learn eight samples by heart."""
    bench = load_workbench(task.source)
    family = get_family(task.family)
    assert isinstance(family, NetworkFamily)
    data = bench.cache.data(0)
    wide = data.fit.shape[1] > len(data.fit)
    inputs = Rotation.fit(data.fit).transform(data.fit) if wide else data.fit.astype(np.float32)
    return sanity_checks(
        family.architecture(bench.shape),
        inputs,
        bench.training.outcome[data.fold.fit],
        derive_seed(task.source.seed, "sanity", task.family),
    )
