"""Recognising: whether new samples are test samples. Nothing but yes and no comes out."""

from __future__ import annotations

from deepbench.data.same_samples import Matched, SampleMatcher
from deepbench.data.samples import TestSet
from deepbench.data.table_store import from_parquet_bytes
from deepbench.errors import StageBlocked
from deepbench.study.folder import Study
from deepbench.study.records import SplitRecord


def recognised_in_vault(study: Study, split: SplitRecord, matcher: SampleMatcher) -> Matched:
    """Return which of the matcher's new samples are test samples.

    Only after the test set was opened: predictions leave a study that is finished.

    Raises:
        StageBlocked: the test set is still sealed.
        StudyError: test samples are missing or were changed.
    """
    if not study.ledger.of_kind("test_opened"):
        raise StageBlocked(
            "The test samples of this study are still sealed.", "Run its plan to the end first."
        )
    first, *others = split.test_artifacts
    found = _among(study, first, matcher)
    for artifact in others:
        found |= _among(study, artifact, matcher)
    return found


def _among(study: Study, artifact: str, matcher: SampleMatcher) -> Matched:
    return matcher.among(from_parquet_bytes(study.read(artifact), TestSet).features)
