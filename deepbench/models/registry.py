"""All model families by name, from simple to complex."""

from __future__ import annotations

from collections.abc import Iterable

from deepbench.data.samples import Task
from deepbench.models.baselines.dummy import DummyFamily
from deepbench.models.baselines.gradient_boosting import GradientBoostingFamily
from deepbench.models.baselines.knn import KnnFamily
from deepbench.models.baselines.linear import LinearFamily
from deepbench.models.baselines.naive_bayes import NaiveBayesFamily
from deepbench.models.baselines.random_forest import RandomForestFamily
from deepbench.models.baselines.svm import SvmFamily
from deepbench.models.family import BaselineFamily, Family
from deepbench.models.networks.family import NetworkFamily
from deepbench.plan import NETWORK_SIZES

BASELINES: dict[str, BaselineFamily] = {
    family.name: family
    for family in (
        DummyFamily(),
        LinearFamily(),
        RandomForestFamily(),
        GradientBoostingFamily(),
        SvmFamily(),
        KnnFamily(),
        NaiveBayesFamily(),
    )
}
NETWORKS: dict[str, NetworkFamily] = {
    family.name: family for family in (NetworkFamily(size) for size in NETWORK_SIZES)
}


def get_family(name: str) -> Family:
    """Return a family by its name.

    Raises:
        KeyError: there is none of that name.
    """
    return BASELINES[name] if name in BASELINES else NETWORKS[name]


def baselines_for(
    names: Iterable[str], task: Task
) -> tuple[tuple[BaselineFamily, ...], tuple[str, ...]]:
    """Return the families offered for a kind of outcome, and sentences on those that are not."""
    asked = [BASELINES[name] for name in names]
    offered = tuple(family for family in asked if task in family.tasks)
    sentences = tuple(family.not_offered for family in asked if task not in family.tasks)
    return offered, sentences
