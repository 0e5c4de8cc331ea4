"""Rows that are alike stand together: the same tree as another implementation grows."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import pdist

from deepbench_ui.plots.ordering import order_by_similarity, ward_merges


@pytest.mark.parametrize(("many", "wide"), [(3, 1), (10, 2), (60, 7)])
def test_heights_are_those_of_scipy(many: int, wide: int) -> None:
    points = np.random.default_rng(many).normal(size=(many, wide))
    heights = sorted(np.sqrt(height) for _, _, height in ward_merges(points))
    assert heights == pytest.approx(linkage(pdist(points), "ward")[:, 2].tolist())


def test_every_row_has_a_place_and_clusters_stay_together() -> None:
    generator = np.random.default_rng(1)
    kinds = generator.permutation(np.arange(90) % 3)
    centres = np.array([[0.0, 0.0], [20.0, 0.0], [0.0, 20.0]])
    points = centres[kinds] + generator.normal(size=(90, 2))
    order = order_by_similarity(points.tolist(), (kinds.astype(float) ** 2).tolist())
    assert sorted(order) == list(range(90))
    seen = kinds[order]
    assert int((np.diff(seen) != 0).sum()) == 2
    assert seen[0] == 2  # of two that are joined the higher one stands on top


def test_few_or_equal_rows_are_no_trouble() -> None:
    assert order_by_similarity([], []) == []
    assert order_by_similarity([(1.0,), (2.0,)], [0.0, 1.0]) == [1, 0]
    assert sorted(order_by_similarity([(0.0, 0.0)] * 8, [0.0] * 8)) == list(range(8))
