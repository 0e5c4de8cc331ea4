"""How alike sequences are: the share of pieces of k letters that two have in common (Jaccard).

A piece is the longer, the longer the sequences are, so that unrelated ones share few by chance.
Of many or long sequences only pieces with a small hash are kept, the same ones everywhere, which
leaves the share as it is on average (Irber et al. 2022, doi:10.1101/2022.01.11.475838).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from deepbench.data.sequence_letters import LETTERS, AlphabetName, in_chunks

_SHORTEST_PIECE = {"DNA": 6, "RNA": 6, "protein": 3}
_LONGEST_PIECE = {"DNA": 12, "RNA": 12, "protein": 6}
# Letters of a sequence for each different piece there could be, at most: 1,000 bases get pieces
# of 8, so that two unrelated sequences share about one piece in a hundred.
_FREE = {"DNA": 20, "RNA": 20, "protein": 10}
_MOST_PIECES = 5_000_000
_MOST_COMMON = 150_000_000
_BLOCK = 500
_DENSE_WIDTH = 4_096
_MOST_DENSE = 6_000
_MOST_PER_ROW = 800


@dataclass(frozen=True, eq=False)
class Likeness:
    """Pairs of sequences that are alike.

    Attributes:
        piece: Letters of a piece.
        first: (m,) number of the first sequence of each pair.
        second: (m,) number of the second.
        shares: (m,) share of pieces in common.
    """

    piece: int
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    shares: NDArray[np.float64]


def alike(texts: Sequence[str], alphabet: AlphabetName, least: float) -> Likeness | None:
    """Return the pairs of sequences that share so many of their pieces, or more.

    The cost is bounded: pairs are only counted where they have a piece in common, with longer
    pieces where that would be too many, or all with all where there are few sequences.

    Args:
        texts: Different sequences.
        alphabet: Their alphabet.
        least: Share of pieces in common, of all that either has.

    Returns:
        The pairs, or None where there are too many sequences to compare.
    """
    piece = piece_length(texts, alphabet)
    while piece <= _LONGEST_PIECE[alphabet]:
        rows, pieces = _pieces(texts, alphabet, piece, _MOST_PIECES)
        table = _table(rows, pieces, len(texts))
        common = np.asarray(table.sum(axis=0), dtype=np.float64)
        if float((common * common).sum()) <= _MOST_COMMON:
            return _pairs(table, piece, least)
        piece += 1
    if len(texts) > _MOST_DENSE:
        return None
    piece = piece_length(texts, alphabet)
    rows, pieces = _pieces(texts, alphabet, piece, _MOST_PER_ROW * len(texts))
    table = _table(rows, pieces % _DENSE_WIDTH, len(texts), _DENSE_WIDTH)
    return _pairs(table.toarray(), piece, least)


def piece_length(texts: Sequence[str], alphabet: AlphabetName) -> int:
    """Return how many letters a piece has, for sequences as long as these."""
    long = float(np.quantile([len(text) for text in texts], 0.95)) if texts else 1.0
    needed = np.log(max(1.0, _FREE[alphabet] * long)) / np.log(len(LETTERS[alphabet]))
    return int(np.clip(np.ceil(needed), _SHORTEST_PIECE[alphabet], _LONGEST_PIECE[alphabet]))


def _pieces(
    texts: Sequence[str], alphabet: AlphabetName, piece: int, most: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the different pieces of each sequence, as rows and numbers; about so many at most."""
    code = _codes(alphabet)
    base = len(LETTERS[alphabet])
    kept = min(1.0, most / max(1, sum(map(len, texts))))
    found_rows, found_pieces = [], []
    for rows, letters, row in in_chunks(texts):
        if len(letters) < piece:
            continue
        known = code[letters]
        width = len(letters) - piece + 1
        number = np.zeros(width, dtype=np.int64)
        whole = row[:width] == row[piece - 1 :]
        for place in range(piece):
            part = known[place : place + width]
            number = number * base + part
            whole &= part >= 0
        own, number = row[:width][whole], number[whole]
        hashed = _hashed(number)
        small = hashed < np.uint64(min(kept * 2.0**64, 2.0**64 - 2048))
        both = np.unique(own[small] * base**piece + number[small])
        found_rows.append(both // base**piece + rows.start)
        found_pieces.append(both % base**piece)
    nothing = np.zeros(0, dtype=np.int64)
    if not found_rows:
        return nothing, nothing
    return np.concatenate(found_rows), _hashed(np.concatenate(found_pieces)).view(np.int64) >> 1


def _hashed(numbers: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return well mixed numbers (the finaliser of SplitMix64)."""
    x = numbers.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def _codes(alphabet: AlphabetName) -> NDArray[np.int64]:
    code = np.full(256, -1, dtype=np.int64)
    for number, letter in enumerate(LETTERS[alphabet]):
        code[ord(letter)] = number
    if alphabet != "protein":
        code[ord("T")] = code[ord("U")] = 3
    return code


def _table(
    rows: NDArray[np.int64], pieces: NDArray[np.int64], n: int, width: int = 0
) -> csr_array:
    """Return (n, pieces) whether a sequence has a piece."""
    if not width:
        _, pieces = np.unique(pieces, return_inverse=True)
        width = int(pieces.max(initial=0)) + 1
    table = csr_array((np.ones(len(rows), dtype=np.float32), (rows, pieces)), shape=(n, width))
    table.sum_duplicates()
    table.data[:] = 1.0
    return table


def _pairs(table: csr_array | NDArray[np.float32], piece: int, least: float) -> Likeness:
    """Return the pairs of rows with enough in common, counted in blocks of rows."""
    sizes = np.asarray(table.sum(axis=1), dtype=np.float64).ravel()
    other = table.T
    found: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]] = []
    for start in range(0, len(sizes), _BLOCK):
        common = table[start : start + _BLOCK] @ other
        if isinstance(common, np.ndarray):
            first, second = np.nonzero(common)
            shared = common[first, second].astype(np.float64)
        else:
            entries = coo_array(common)
            first, second = (np.asarray(part, dtype=np.int64) for part in entries.coords)
            shared = np.asarray(entries.data, dtype=np.float64)
        first = first + start
        once = first < second
        first, second, shared = first[once], second[once], shared[once]
        share = shared / (sizes[first] + sizes[second] - shared)
        enough = share >= least
        found.append((first[enough], second[enough], share[enough]))
    parts = [np.concatenate(part) for part in zip(*found, strict=True)]
    return Likeness(piece, parts[0].astype(np.int64), parts[1].astype(np.int64), parts[2])
