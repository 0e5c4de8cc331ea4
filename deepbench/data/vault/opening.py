"""Opening: the one way to test samples, and it leaves a line in the ledger first."""

from __future__ import annotations

from dataclasses import dataclass

from deepbench.data.samples import TestSet
from deepbench.data.table_store import from_parquet_bytes
from deepbench.errors import StageBlocked
from deepbench.study.folder import Study
from deepbench.study.records import SplitRecord

_ISSUED = object()


@dataclass(frozen=True)
class OpeningPass:
    """Leave to read the test samples, issued by `request_opening` alone."""

    fingerprint: str
    openings: int
    reuse_reasons: tuple[str, ...]
    token: object

    def __post_init__(self) -> None:
        if self.token is not _ISSUED:
            raise StageBlocked(
                "The test set can only be opened through the ledger.", "Run the whole study."
            )


def request_opening(
    study: Study, *, fingerprint: str, models: list[str], expected: str, reuse_reason: str
) -> OpeningPass:
    """Record that the test set is opened, and return leave to read it.

    An interrupted opening (same fingerprint) goes on; it is no second look, because the same
    models meet the same samples. Any other opening after the first is a re-use and needs a
    reason, which every later report shows.

    Raises:
        StageBlocked: the test set was opened before and no reason for a re-use is given.
    """
    before = study.ledger.of_kind("test_opened")
    if not any(event.data["fingerprint"] == fingerprint for event in before):
        if before and not reuse_reason.strip():
            raise StageBlocked(
                f"The test set of this study was opened on {before[-1].time[:10]} already. A "
                "second look with other settings would no longer be an unbiased test.",
                "Keep the first result, or write why you need it again in [split] reuse_reason; "
                "every later report will show it.",
            )
        study.record(
            "test_opened",
            {
                "fingerprint": fingerprint,
                "models": models,
                "expected": expected,
                "reuse_reason": reuse_reason if before else "",
            },
        )
    events = study.ledger.of_kind("test_opened")
    reasons = tuple(e.data["reuse_reason"] for e in events if e.data["reuse_reason"])
    return OpeningPass(fingerprint, len(events), reasons, _ISSUED)


def open_test(study: Study, leave: OpeningPass, split: SplitRecord, fold: int) -> TestSet:
    """Return the test samples of one outer fold.

    Raises:
        StageBlocked: `leave` was not issued by `request_opening`, or not for this study.
    """
    recorded = [e.data["fingerprint"] for e in study.ledger.of_kind("test_opened")]
    if type(leave) is not OpeningPass or leave.fingerprint not in recorded:
        raise StageBlocked("The ledger does not know this opening.", "Run the whole study.")
    return from_parquet_bytes(study.read(split.test_artifacts[fold]), TestSet)
