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
from deepbench.data.findings.rank_tests import (
    auroc_chance,
    feature_aurocs,
    feature_spearmans,
    spearman_chance,
)
from deepbench.data.findings.similar_sequences import sequences_of
from deepbench.data.samples import AllSamples
from deepbench.data.sequences import is_measured, length_name
from deepbench.data.wording import shorten
from deepbench.study.records import FindingRecord

_LENGTH = 0.8
_OTHERS = 0.9
_EXPECTED_AMONG_NOISE = 0.01

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
        outcome, classes = samples.outcome[rows], samples.info.classes
        lengths = {length_name(), *(length_name(column) for column in columns)}
        found = []
        for name in names:
            values = samples.features[name].to_numpy(dtype=np.float64)[rows]
            strength, chance = _strength(values, outcome, classes)
            if strength < (_LENGTH if name in lengths else _OTHERS):
                continue
            if chance > _EXPECTED_AMONG_NOISE / len(names):
                continue
            told = f"{_measure(classes)} {strength:.2f}{_middles(values, outcome, classes)}"
            say = _length if name in lengths else _other
            found.append(say(name, told, shorten(samples.info.column)))
        return found


def _length(name: str, told: str, outcome: str) -> FindingRecord:
    return FindingRecord(
        kind=SequenceShortcuts.kind,
        severity="warning",
        where=f"'{shorten(name)}'",
        message=(
            f"The '{shorten(name)}' alone tells the outcome '{outcome}' ({told}). Is "
            "the length biology, or does it come from how the sequences of each class were chosen?"
        ),
        hint=(
            "Kept until you decide. If sequences of one class come from another source, choose "
            "them again with lengths alike; leaving out the length (leave_out under [check]) is "
            "the least to do, as shares of letters still betray short sequences."
        ),
        columns=(name,),
    )


def _other(name: str, told: str, outcome: str) -> FindingRecord:
    return FindingRecord(
        kind=SequenceShortcuts.kind,
        severity="warning",
        where=f"'{shorten(name)}'",
        message=(
            f"The '{shorten(name)}' alone tells the outcome '{outcome}' ({told}). A "
            "larger model may add nothing to that."
        ),
        hint=(
            "Kept until you decide. Ask whether the sequences of each class come from the same "
            "organism and source: composition differs between genomes."
        ),
        columns=(name,),
    )


def _strength(
    values: NDArray[np.float64], outcome: Outcome, classes: tuple[str, ...]
) -> tuple[float, float]:
    """Return how well a column tells the outcome, and the chance that noise does as well."""
    if not classes:
        rho, counts = feature_spearmans(values[:, None], outcome.astype(np.float64))
        size = float(np.nan_to_num(np.abs(rho[0])))
        return size, spearman_chance(size, int(counts[0]))
    codes = range(1, 2) if len(classes) == 2 else range(len(classes))
    best, chance = 0.0, 1.0
    for code in codes:
        auroc, n1, n0 = feature_aurocs(values[:, None], outcome == code)
        either = float(np.nan_to_num(np.maximum(auroc[0], 1 - auroc[0])))
        if either > best:
            best, chance = either, auroc_chance(either, int(n1[0]), int(n0[0]))
    return best, min(1.0, chance * len(codes))


def _measure(classes: tuple[str, ...]) -> str:
    if not classes:
        return "rank correlation"
    return "AUROC" if len(classes) == 2 else "AUROC of one class against the others"


def _middles(values: NDArray[np.float64], outcome: Outcome, classes: tuple[str, ...]) -> str:
    """Return the median of each class in words; nothing for many classes or a number."""
    if len(classes) != 2:
        return ""
    middles = [np.nanmedian(values[outcome == code]) for code in range(2)]
    shown = [
        f"{middle:.3g} in '{shorten(name)}'" for middle, name in zip(middles, classes, strict=True)
    ]
    return f"; median {' and '.join(shown)}"
