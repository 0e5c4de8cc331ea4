"""Simple measurements of a sequence that go with the outcome by themselves, its length above all.

Negatives are often taken from other sources than positives: whole proteins against peptides,
random windows against genes. A model then learns how the sequences were collected.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from deepbench.data.findings.base import (
    Finding,
    FindingContext,
    numeric_names,
    one_row_per_unit,
)
from deepbench.data.findings.rank_tests import feature_aurocs, feature_spearmans
from deepbench.data.findings.similar_sequences import sequences_of
from deepbench.data.samples import AllSamples
from deepbench.data.sequences import is_measured, length_name
from deepbench.data.wording import shorten
from deepbench.study.records import FindingRecord

_LENGTH = 0.8
_OTHERS = 0.9
_SURELY = 0.1  # the lower end of the interval may be so far below
_Z = 1.96

Outcome = NDArray[np.int64] | NDArray[np.float64]


class SequenceShortcuts(Finding):
    """Finds a length, or another single measurement of sequences, that tells the outcome."""

    kind: ClassVar[str] = "shortcut"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return a finding on the length, and one on the other measurements."""
        names = [name for name in numeric_names(samples.features) if is_measured(name)]
        columns = list(sequences_of(samples)) if names else []
        if not columns:
            return []
        rows = one_row_per_unit(samples)
        X = samples.features.iloc[rows][names].to_numpy(dtype=np.float64)
        strength, surely, measure = _strength(X, samples.outcome[rows], samples.info.classes)
        lengths = {length_name(), *(length_name(column) for column in columns)}
        found = []
        for place, name in enumerate(names):
            least = _LENGTH if name in lengths else _OTHERS
            if strength[place] < least or surely[place] < least - _SURELY:
                continue
            told = f"{measure} {strength[place]:.2f}"
            in_words = _middles(X[:, place], samples.outcome[rows], samples.info.classes)
            found.append(
                _length(name, told, in_words, shorten(samples.info.column))
                if name in lengths
                else _other(name, told, in_words, shorten(samples.info.column))
            )
        return found


def _length(name: str, told: str, in_words: str, outcome: str) -> FindingRecord:
    return FindingRecord(
        kind=SequenceShortcuts.kind,
        severity="warning",
        where=f"'{shorten(name)}'",
        message=(
            f"The '{shorten(name)}' alone tells the outcome '{outcome}' ({told}{in_words}). Is "
            "the length biology, or does it come from how the sequences of each class were chosen?"
        ),
        hint=(
            "Kept until you decide. If sequences of one class come from another source, choose "
            "them again with lengths alike; leaving out the length (leave_out under [check]) is "
            "the least to do, as shares of letters still betray short sequences."
        ),
        columns=(name,),
    )


def _other(name: str, told: str, in_words: str, outcome: str) -> FindingRecord:
    return FindingRecord(
        kind=SequenceShortcuts.kind,
        severity="warning",
        where=f"'{shorten(name)}'",
        message=(
            f"The '{shorten(name)}' alone tells the outcome '{outcome}' ({told}{in_words}). A "
            "larger model may add nothing to that."
        ),
        hint=(
            "Kept until you decide. Ask whether the sequences of each class come from the same "
            "organism and source: composition differs between genomes."
        ),
        columns=(name,),
    )


def _strength(
    X: NDArray[np.float64], outcome: Outcome, classes: tuple[str, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64], str]:
    """Return (p,) how well each column tells the outcome, the lower end of that, and its name."""
    if not classes:
        rho, counts = feature_spearmans(X, outcome.astype(np.float64))
        size = np.nan_to_num(np.abs(rho))
        z = np.arctanh(np.minimum(size, 1 - 1e-12)) - _Z / np.sqrt(np.maximum(counts - 3, 1))
        return size, np.tanh(z), "rank correlation"
    codes = np.arange(1, 2) if len(classes) == 2 else np.arange(len(classes))
    best, surely = np.zeros(X.shape[1]), np.zeros(X.shape[1])
    for code in codes.tolist():
        auroc, n1, n0 = feature_aurocs(X, outcome == code)
        either = np.nan_to_num(np.maximum(auroc, 1 - auroc))
        lower = either - _Z * _standard_error(either, n1, n0)
        best, surely = np.maximum(best, either), np.maximum(surely, lower)
    return best, surely, "AUROC" if len(classes) == 2 else "AUROC of one class against the others"


def _standard_error(
    auroc: NDArray[np.float64], n1: NDArray[np.int64], n0: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the standard error of an AUROC (Hanley and McNeil 1982)."""
    q1, q2 = auroc / (2 - auroc), 2 * auroc**2 / (1 + auroc)
    square = auroc**2
    variance = auroc * (1 - auroc) + (n1 - 1) * (q1 - square) + (n0 - 1) * (q2 - square)
    with np.errstate(divide="ignore", invalid="ignore"):
        error: NDArray[np.float64] = np.sqrt(np.maximum(variance, 0) / (n1 * n0))
    return np.nan_to_num(error, nan=1.0, posinf=1.0)


def _middles(values: NDArray[np.float64], outcome: Outcome, classes: tuple[str, ...]) -> str:
    """Return the median of each class in words; nothing for many classes or a number."""
    if len(classes) != 2:
        return ""
    middles = [np.nanmedian(values[outcome == code]) for code in range(2)]
    shown = [
        f"{middle:.3g} in '{shorten(name)}'" for middle, name in zip(middles, classes, strict=True)
    ]
    return f"; median {' and '.join(shown)}"
