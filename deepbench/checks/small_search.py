"""The search that is repeated for every shuffle: every model family, its defaults, no choice.

A permutation test is exact for any score that is worked out from the measurements and labels in
the same way for the true and for the shuffled labels (Good 2005, *Permutation, Parametric and
Bootstrap Tests of Hypotheses*, 3rd ed., chapter 1). The score here is the best tuning score of a
*small search*: scaling, filters, fits and the choice among settings and families all happen again
inside each shuffle. Which settings are tried follows from the plan and the size of the table
alone, never from the labels; so nothing that was chosen with the true labels, neither settings
nor families, can favour them. The tuning of the earlier stages is not repeated trial by trial: it
takes its further settings from where the true labels scored well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from deepbench.models.family import BaselineFamily, Params
from deepbench.models.problem_shape import ProblemShape
from deepbench.models.registry import get_family

# Settings of a family, by how cheap they are beside each other. Trees are the dear ones, and one
# forest sees whatever a forest can see.
_MOST_SETTINGS: Mapping[str, int] = MappingProxyType(
    {
        "linear": 5,
        "svm": 2,
        "knn": 3,
        "naive_bayes": 3,
        "random_forest": 1,
        "gradient_boosting": 1,
    }
)
_NETWORK_SIZES = 2
_NETWORK_SETTINGS = 1
# The cost of a kernel machine grows with the square of the rows and beyond.
_MOST_ROWS_OF_A_KERNEL = 1_500


@dataclass(frozen=True)
class FamilySearch:
    """What a small search tries of one family.

    Attributes:
        family: Name of the family.
        kind: ``baseline`` or ``network``.
        settings: Settings, best guess first.
    """

    family: str
    kind: str
    settings: tuple[Params, ...]


def small_search(names: Iterable[str], shape: ProblemShape) -> tuple[FamilySearch, ...]:
    """Return what is tried for every shuffle.

    Args:
        names: Families of the plan, baselines and networks.
        shape: Size of the problem.

    Returns:
        The families that take part, simple ones first: no dummy; of the networks the linear one
        only where there is no other and no linear baseline, and of the others the two smallest.
    """
    families = [get_family(name) for name in names]
    offered = [f for f in families if f.complexity > 0 and shape.task in f.tasks]
    baselines = [f for f in offered if isinstance(f, BaselineFamily)]
    if shape.rows > _MOST_ROWS_OF_A_KERNEL and len(baselines) > 1:
        baselines = [f for f in baselines if f.name != "svm"]
    networks = sorted((f for f in offered if f.kind == "network"), key=lambda f: f.complexity)
    deep = [f for f in networks if f.size != "linear"][:_NETWORK_SIZES]
    linear_too = any(f.name == "linear" for f in baselines)
    searched = [
        FamilySearch(f.name, "baseline", _of_baseline(f, shape))
        for f in sorted(baselines, key=lambda f: f.complexity)
    ]
    searched += [
        FamilySearch(f.name, "network", tuple(f.portfolio(shape)[:_NETWORK_SETTINGS]))
        for f in deep or ([] if linear_too else networks)
    ]
    return tuple(searched)


def _of_baseline(family: BaselineFamily, shape: ProblemShape) -> tuple[Params, ...]:
    settings = family.portfolio(shape)[: _MOST_SETTINGS.get(family.name, 1)]
    return tuple(family.at_low_effort(params, shape) or params for params in settings)
