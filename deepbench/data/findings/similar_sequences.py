"""Sequences that are the same or nearly the same: relatives, overlapping pieces, copies.

On both sides of a split they would let a model recognise instead of predict. They are found by
the pieces of a few letters that two have in common, and kept together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from deepbench.data.findings.base import Finding, FindingContext, percent
from deepbench.data.kmers import alike
from deepbench.data.samples import AllSamples
from deepbench.data.sequence_columns import is_label, sequences_in
from deepbench.data.sequence_letters import Alphabet
from deepbench.data.wording import counted, shorten
from deepbench.study.records import FindingRecord

SIMILAR_SEQUENCES = "similar sequences"
_SHARES = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_LARGEST_GROUP = 0.25
_MOST_NAMED = 3
_MOST_SAMPLES = 200


@dataclass(frozen=True, eq=False)
class Groups:
    """Samples in groups of similar sequences.

    Attributes:
        column: Column of the sequences.
        codes: (n,) group of each sample; samples without a sequence have one of their own.
        same: (n,) code of the sequence itself; of its own where there is none.
        share: Share of pieces in common by which sequences are similar.
        piece: Letters of a piece.
        at_least: Samples in the largest group at the smallest share, where a larger one had to be
            taken; else 0.
    """

    column: str
    codes: NDArray[np.int64]
    same: NDArray[np.int64]
    share: float
    piece: int
    at_least: int


class SimilarSequences(Finding):
    """Finds samples whose sequences are similar, and keeps them together."""

    kind: ClassVar[str] = SIMILAR_SEQUENCES

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return findings on each column of sequences: relatives, and copies that disagree."""
        found = []
        for groups in similar_groups(samples):
            record = self._record(samples, groups)
            if record is not None:
                found.append(record)
            disagreeing = self._disagreeing(samples, groups)
            if disagreeing is not None:
                found.append(disagreeing)
        return found

    def _record(self, samples: AllSamples, groups: Groups) -> FindingRecord | None:
        sizes = np.bincount(groups.codes)
        rows = np.flatnonzero(sizes[groups.codes] > 1)
        if not len(rows):
            return self._all_related(groups) if groups.at_least else None
        known = all(len(np.unique(samples.units[groups.codes == g])) == 1 for g in _large(groups))
        copies = int((np.bincount(groups.same)[groups.same] > 1).sum())
        of = f"{counted(int((sizes > 1).sum()), 'group')}, the largest of {int(sizes.max()):,}"
        how = (
            f"share {percent(groups.share)} or more of their pieces of {groups.piece} letters "
            "with another"
        )
        same = f"; {copies:,} are exactly the same as another" if copies else ""
        merged = (
            f" Already at {percent(_SHARES[0])} one group would hold {groups.at_least:,} samples, "
            "too many to be set aside together."
            if groups.at_least
            else ""
        )
        return FindingRecord(
            kind=self.kind,
            severity="info" if known else "warning",
            where=f"'{shorten(groups.column)}'",
            message=(
                f"{counted(len(rows), 'sequence')} in '{shorten(groups.column)}' {how} ({of})"
                f"{same}.{merged} On both sides of a split, relatives and copies make the score "
                "too good."
            ),
            hint=(
                "They belong to one unit already."
                if known
                else "They are kept together as one unit, so that the score is about sequences "
                "unlike those of the training set."
            ),
            samples=tuple(str(name) for name in samples.sample_ids[rows[:_MOST_SAMPLES]]),
            decision="kept together",
        )

    def _all_related(self, groups: Groups) -> FindingRecord:
        return FindingRecord(
            kind=self.kind,
            severity="warning",
            where=f"'{shorten(groups.column)}'",
            message=(
                f"The sequences in '{shorten(groups.column)}' are relatives of each other: "
                f"{groups.at_least:,} of them share {percent(_SHARES[0])} or more of their pieces "
                f"of {groups.piece} letters with another of the same group. That is too many to "
                "be set aside together, so they are split one by one."
            ),
            hint=(
                "The score is then about further relatives of the same kind, not about other "
                "sequences. If they fall into families, give the family the role unit."
            ),
        )

    def _disagreeing(self, samples: AllSamples, groups: Groups) -> FindingRecord | None:
        if not samples.info.classes:
            return None
        table = pd.DataFrame({"same": groups.same, "outcome": samples.outcome})
        differing = table.groupby("same")["outcome"].transform("nunique").to_numpy() > 1
        rows = np.flatnonzero(differing)
        if not len(rows):
            return None
        names = [f"'{shorten(str(name))}'" for name in samples.sample_ids[rows[:_MOST_NAMED]]]
        rest = len(rows) - len(names)
        more = f" and {rest:,} more" if rest else ""
        return FindingRecord(
            kind=self.kind,
            severity="serious",
            where=f"'{shorten(groups.column)}', different outcomes",
            message=(
                f"{counted(len(rows), 'sample')} have exactly the same sequence as another in "
                f"'{shorten(groups.column)}', but not the same outcome: {', '.join(names)}{more}. "
                "Nothing measured on the sequence can tell them apart."
            ),
            hint="Find out which label is right, and correct the file.",
            samples=tuple(str(name) for name in samples.sample_ids[rows[:_MOST_SAMPLES]]),
            decision="kept together",
        )


def _large(groups: Groups) -> NDArray[np.int64]:
    return np.flatnonzero(np.bincount(groups.codes) > 1)


def sequences_of(samples: AllSamples) -> dict[str, tuple[list[str], Alphabet]]:
    """Return the columns of sequences among the annotations, and the names if they are some."""
    found = {}
    candidates = {str(name): samples.annotations[name] for name in samples.annotations.columns}
    candidates["name of the sample"] = pd.Series(samples.sample_ids)
    for name, column in candidates.items():
        texts = [str(text) for text in column]
        alphabet = None if is_label(name) else sequences_in(texts)
        if alphabet is not None:
            found[name] = ([text.upper() for text in texts], alphabet)
    return found


def similar_groups(samples: AllSamples) -> list[Groups]:
    """Return the groups of similar sequences, for each column of sequences."""
    return [
        _groups(name, texts, alphabet) for name, (texts, alphabet) in sequences_of(samples).items()
    ]


def _groups(column: str, texts: list[str], alphabet: Alphabet) -> Groups:
    names = [text or f"\0{row}" for row, text in enumerate(texts)]
    same, different = pd.factorize(np.array(names, dtype=object))
    same = same.astype(np.int64)
    pairs = alike([str(text) for text in different], alphabet.name, _SHARES[0])
    at_least = 0
    codes = same
    for share in _SHARES:
        enough = pairs.shares >= share
        edges = (pairs.first[enough], pairs.second[enough])
        graph = coo_array((np.ones(len(edges[0])), edges), shape=(len(different),) * 2)
        codes = connected_components(graph, directed=False)[1][same].astype(np.int64)
        largest = int(np.bincount(codes).max(initial=0))
        if largest <= max(1, _LARGEST_GROUP * len(texts)):
            return Groups(column, codes, same, share, pairs.piece, at_least)
        at_least = at_least or largest
    return Groups(column, codes, same, _SHARES[-1], pairs.piece, at_least)
