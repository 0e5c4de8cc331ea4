"""How alike sequences are: the share of pieces of k letters that two have in common (Jaccard).

A piece is the longer, the longer the sequences are, so that unrelated ones share few by chance.
Of long sequences only pieces with a small hash are kept, the same ones everywhere, which leaves
the share as it is on average (Irber et al. 2022, doi:10.1101/2022.01.11.475838). Where counting
all pairs with a piece in common would take too long, pairs to look at come from the smallest
hashes (Broder 1997, doi:10.1109/SEQUEN.1997.666900).
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
_PIECES_PER_SEQUENCE = 400
_MOST_PIECES = 6_000_000
_MOST_COMMON = 60_000_000
_BLOCK = 500
_HASHES = 32  # of two sequences with 40 % in common, one pair in ten million has none alike
_MOST_COMPARED = 20_000  # pairs at once


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


def alike(texts: Sequence[str], alphabet: AlphabetName, least: float) -> Likeness:
    """Return pairs of sequences that share so many of their pieces, or more.

    All of them where few enough pairs have a piece in common. Else, of sequences that are all
    alike, enough to tie together those that belong together: the cost is bounded.

    Args:
        texts: Different sequences.
        alphabet: Their alphabet.
        least: Share of pieces in common, of all that either has.
    """
    piece = piece_length(texts, alphabet)
    most = min(_MOST_PIECES, _PIECES_PER_SEQUENCE * len(texts))
    rows, pieces = _pieces(texts, alphabet, piece, most)
    table = _table(rows, pieces, len(texts))
    common = np.asarray(table.sum(axis=0), dtype=np.float64)
    if float((common * common).sum()) <= _MOST_COMMON:
        return _all_pairs(table, piece, least)
    return _compared(table, _candidates(rows, pieces), piece, least)


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


def _table(rows: NDArray[np.int64], pieces: NDArray[np.int64], n: int) -> csr_array:
    """Return (n, pieces) whether a sequence has a piece."""
    different, number = np.unique(pieces, return_inverse=True)
    shape = (n, max(1, len(different)))
    return csr_array((np.ones(len(rows), dtype=np.float32), (rows, number)), shape=shape)


def _all_pairs(table: csr_array, piece: int, least: float) -> Likeness:
    """Return the pairs of rows with enough in common, counted in blocks of rows."""
    sizes = np.asarray(table.sum(axis=1), dtype=np.float64).ravel()
    other = table.T
    found = []
    for start in range(0, len(sizes), _BLOCK):
        common = coo_array(table[start : start + _BLOCK] @ other)
        first, second = (np.asarray(part, dtype=np.int64) for part in common.coords)
        shared = np.asarray(common.data, dtype=np.float64)
        first = first + start
        once = first < second
        first, second, shared = first[once], second[once], shared[once]
        share = shared / (sizes[first] + sizes[second] - shared)
        enough = share >= least
        found.append((first[enough], second[enough], share[enough]))
    return _joined(found, piece)


def _candidates(
    rows: NDArray[np.int64], pieces: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return pairs of rows with the same smallest hash, for several hashes.

    Of many rows with the same one, each is paired with the first and with the one before it.
    """
    present, starts = np.unique(rows, return_index=True)
    found = []
    for number in range(_HASHES):
        mixed = _hashed(pieces + number * 1_000_003)
        smallest = np.minimum.reduceat(mixed, starts)
        order = np.argsort(smallest, kind="stable")
        values, members = smallest[order], present[order]
        same = np.flatnonzero(values[1:] == values[:-1]) + 1
        begins = np.flatnonzero(np.append(True, values[1:] != values[:-1]))
        head = members[begins[np.searchsorted(begins, same, side="right") - 1]]
        found.append(np.stack([head, members[same]], axis=1))
        found.append(np.stack([members[same - 1], members[same]], axis=1))
    pairs = np.unique(np.sort(np.concatenate(found), axis=1), axis=0)
    return pairs[:, 0], pairs[:, 1]


def _compared(
    table: csr_array,
    pairs: tuple[NDArray[np.int64], NDArray[np.int64]],
    piece: int,
    least: float,
) -> Likeness:
    """Return those of some pairs of rows that have enough in common."""
    sizes = np.asarray(table.sum(axis=1), dtype=np.float64).ravel()
    found = []
    for start in range(0, len(pairs[0]), _MOST_COMPARED):
        first, second = (part[start : start + _MOST_COMPARED] for part in pairs)
        both = table[first].multiply(table[second])
        shared = np.asarray(both.sum(axis=1), dtype=np.float64).ravel()
        share = shared / (sizes[first] + sizes[second] - shared)
        enough = share >= least
        found.append((first[enough], second[enough], share[enough]))
    return _joined(found, piece)


def _joined(
    found: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]], piece: int
) -> Likeness:
    if not found:
        none = np.zeros(0, dtype=np.int64)
        return Likeness(piece, none, none, np.zeros(0))
    first, second, shares = (np.concatenate(part) for part in zip(*found, strict=True))
    return Likeness(piece, first, second, shares)
