"""The search that each shuffle repeats: what takes part, whatever the labels say."""

from __future__ import annotations

import dataclasses

import pytest

from deepbench.checks.small_search import small_search
from deepbench.models.problem_shape import ProblemShape
from deepbench.models.registry import get_family
from deepbench.plan import BASELINE_NAMES, NETWORK_SIZES

SHAPE = ProblemShape(
    task="binary", rows=160, units=200, columns=2_000, outputs=2, smallest_class=90
)
NETWORKS = [f"network-{size}" for size in NETWORK_SIZES]


def test_every_family_takes_part_but_the_dummy() -> None:
    found = {search.family: search for search in small_search([*BASELINE_NAMES, *NETWORKS], SHAPE)}
    assert set(found) == {*BASELINE_NAMES, "network-small", "network-medium"} - {"dummy"}
    assert {search.kind for search in found.values()} == {"baseline", "network"}
    assert len(found["linear"].settings) == 5


def test_trees_are_tried_at_low_effort() -> None:
    (forest,) = small_search(["random_forest"], SHAPE)
    family = get_family("random_forest")
    first = family.portfolio(SHAPE)[0]
    assert forest.settings == (family.at_low_effort(first, SHAPE),)


def test_settings_do_not_depend_on_how_the_labels_lie() -> None:
    """Shapes of shuffled labels differ in nothing: the search is the same for all shuffles."""
    names = [*BASELINE_NAMES, *NETWORKS]
    assert small_search(names, SHAPE) == small_search(names, dataclasses.replace(SHAPE))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["dummy", "linear", "network-linear"], ["linear"]),
        (["knn", "network-linear"], ["knn", "network-linear"]),
        (["linear", "network-large"], ["linear", "network-large"]),
        (["linear", *NETWORKS], ["linear", "network-small", "network-medium"]),
    ],
)
def test_a_linear_network_only_where_nothing_else_is_linear(
    names: list[str], expected: list[str]
) -> None:
    assert [search.family for search in small_search(names, SHAPE)] == expected


def test_kernel_machines_stay_out_of_large_tables_unless_alone() -> None:
    large = dataclasses.replace(SHAPE, rows=4_000)
    assert [s.family for s in small_search(["linear", "svm"], large)] == ["linear"]
    assert [s.family for s in small_search(["svm"], large)] == ["svm"]


def test_families_that_cannot_predict_numbers_stay_out() -> None:
    numbers = dataclasses.replace(SHAPE, task="regression", outputs=1)
    assert [s.family for s in small_search(["linear", "naive_bayes"], numbers)] == ["linear"]
