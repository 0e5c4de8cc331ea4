"""Review of design and metadata (tip 4): what goes with what, and what the samples are worth."""

from __future__ import annotations

from collections.abc import Mapping

from deepbench.data.exploration import FeatureSpace, feature_space
from deepbench.data.review.associations import associations
from deepbench.data.review.effective_size import effective_size
from deepbench.data.review.sentences import sentences
from deepbench.data.review.variance import variance_shares
from deepbench.data.samples import AllSamples
from deepbench.seeds import derive_seed
from deepbench.study.records import ReviewRecord


def review(
    samples: AllSamples,
    roles: Mapping[str, tuple[str, ...]],
    seed: int,
    space: FeatureSpace | None = None,
) -> ReviewRecord:
    """Review the samples as the data check left them.

    Args:
        samples: All samples, before any is set aside; only descriptions come of it.
        roles: Columns by role, under the names of the annotations.
        seed: Seed of permutations and resamples.
        space: The space of the features, if it is known already.
    """
    space = feature_space(samples.features) if space is None else space
    size = effective_size(space, samples.units)
    tied = associations(samples, roles, derive_seed(seed, "associations"))
    shares = variance_shares(samples, roles, space, derive_seed(seed, "variance"))
    return ReviewRecord(
        samples=size.samples,
        units=size.units,
        effective_samples=size.effective,
        intraclass_correlation=size.correlation,
        associations=tied,
        variance=shares,
        sentences=sentences(samples, roles, space, size, tied, shares),
    )


__all__ = ["review"]
