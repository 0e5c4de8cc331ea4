"""Alphabets of biological sequences: how they are told from each other, and counting letters.

Letters are those of IUPAC (Cornish-Bowden 1985, doi:10.1093/nar/13.9.3021, for nucleotides;
IUPAC-IUB 1984, doi:10.1111/j.1432-1033.1984.tb07877.x, for amino acids). Lower and upper case are
the same letter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from deepbench.data.wording import counted

AlphabetName = Literal["DNA", "RNA", "protein"]

#: Letters that are counted, by alphabet.
LETTERS: dict[AlphabetName, str] = {
    "DNA": "ACGT",
    "RNA": "ACGU",
    "protein": "ACDEFGHIKLMNPQRSTVWY",
}
_NUCLEOTIDES = frozenset(b"ACGTU")
_ANY_NUCLEOTIDE = frozenset(b"ACGTURYSWKMBDHVN")
_AMINO_ACIDS = frozenset(LETTERS["protein"].encode())
_ANY_AMINO_ACID = _AMINO_ACIDS | frozenset(b"BXZUOJ")
_IN_TABLES = _AMINO_ACIDS | frozenset(b"BXZU")
_GAPS = frozenset(b"-.")
_NO_LETTERS = _GAPS | {ord("*")}
_ENOUGH, _MOST = 0.95, 0.5
_SURELY_DNA = 20
_CHUNK = 4_000_000
_CODES = 256


@dataclass(frozen=True)
class Alphabet:
    """Alphabet of sequences.

    Attributes:
        name: DNA, RNA or protein.
        reason: How it was told, as half a sentence.
        others: Letters that stand for several or unknown ones, stops and gaps: not counted.
    """

    name: AlphabetName
    reason: str
    others: int


def find_alphabet(texts: Sequence[str], in_table: bool = False) -> Alphabet | None:
    """Return the alphabet of sequences, None if they are of none.

    Args:
        texts: The sequences.
        in_table: Whether they may as well be words: rare letters then speak against sequences.
    """
    counts = _letter_counts(texts)
    found = {int(code) for code in np.flatnonzero(counts)}
    gaps = int(sum(counts[code] for code in found & _NO_LETTERS))
    letters = int(counts.sum()) - gaps
    plain = found - _NO_LETTERS
    if not letters:
        return None
    bases = int(sum(counts[code] for code in plain & _NUCLEOTIDES))
    unknown = int(counts[ord("N")])
    # N may be most of a poor read; among the other letters hardly any may be unclear.
    if plain <= _ANY_NUCLEOTIDE and bases and bases >= _ENOUGH * (letters - unknown):
        return _nucleotides(counts, letters - bases + gaps)
    amino = int(sum(counts[code] for code in plain & _AMINO_ACIDS))
    known = _IN_TABLES if in_table else _ANY_AMINO_ACID
    if plain <= known and amino >= (_ENOUGH if in_table else _MOST) * letters:
        telling = [chr(code) for code in sorted(plain & _AMINO_ACIDS - _ANY_NUCLEOTIDE)]
        shown = ", ".join(telling[:4])
        reason = (
            f"letters such as {shown} stand for amino acids and for no base"
            if telling
            else "the letters are those of amino acids"
        )
        return Alphabet("protein", reason, letters - amino + gaps)
    return None


def _nucleotides(counts: NDArray[np.int64], others: int) -> Alphabet:
    with_t, with_u = int(counts[ord("T")]), int(counts[ord("U")])
    if with_u and not with_t:
        return Alphabet("RNA", "only letters of bases, U and no T", others)
    reason = "only letters of bases"
    if with_u:
        reason += f"; U, which stands {counted(with_u, 'time')}, is counted as T"
    return Alphabet("DNA", reason, others)


def is_surely_dna(text: str) -> bool:
    """Whether a single sequence is DNA or RNA beyond doubt: long, and of all four bases."""
    letters = set(text.upper().encode("ascii", "replace")) - _GAPS
    bases = letters & _NUCLEOTIDES
    return len(text) >= _SURELY_DNA and letters <= _NUCLEOTIDES | {ord("N")} and len(bases) >= 4


def is_surely_protein(text: str) -> bool:
    """Whether a single sequence has letters that no base has."""
    return bool(set(text.upper().encode("ascii", "replace")) & (_AMINO_ACIDS - _ANY_NUCLEOTIDE))


def foreign_letter(text: str) -> str:
    """Return the first sign of a text that stands in no sequence; empty if there is none."""
    known = _ANY_AMINO_ACID | _ANY_NUCLEOTIDE | _NO_LETTERS
    for sign in text:
        upper = sign.upper()
        if len(upper) != 1 or ord(upper) not in known:
            return sign
    return ""


def _letter_counts(texts: Sequence[str]) -> NDArray[np.int64]:
    counts = np.zeros(_CODES, dtype=np.int64)
    for _, letters, _ in in_chunks(texts):
        counts += np.bincount(letters, minlength=_CODES)
    return counts


def in_chunks(
    texts: Sequence[str],
) -> Iterator[tuple[slice, NDArray[np.uint8], NDArray[np.int64]]]:
    """Yield rows, their letters in upper case one behind the other, and the row of each letter.

    Rows are counted from the first of the chunk. Signs outside ASCII become a question mark.
    """
    first = 0
    while first < len(texts):
        last, size = first, 0
        while last < len(texts) and (last == first or size + len(texts[last]) <= _CHUNK):
            size += len(texts[last])
            last += 1
        part = texts[first:last]
        encoded = [text.upper().encode("ascii", "replace") for text in part]
        lengths = np.array([len(text) for text in encoded], dtype=np.int64)
        letters = np.frombuffer(b"".join(encoded), dtype=np.uint8)
        yield slice(first, last), letters, np.repeat(np.arange(len(part)), lengths)
        first = last


@dataclass(frozen=True, eq=False)
class LetterCounts:
    """Letters of n sequences.

    Attributes:
        letters: (n, a) how often each letter of the alphabet stands in each.
        pairs: (n, a * a) how often each pair of neighbours does; without columns for proteins.
        lengths: (n,) letters of each, gaps and stops not counted, unknown letters counted.
    """

    letters: NDArray[np.int64]
    pairs: NDArray[np.int64]
    lengths: NDArray[np.int64]


def count_letters(texts: Sequence[str], alphabet: AlphabetName) -> LetterCounts:
    """Count the letters of sequences.

    Args:
        texts: The sequences.
        alphabet: Their alphabet; in DNA a U counts as T, in RNA a T as U.
    """
    size = len(LETTERS[alphabet])
    code = _codes(alphabet)
    with_pairs = alphabet != "protein"
    counts = np.zeros((len(texts), size), dtype=np.int64)
    pairs = np.zeros((len(texts), size * size if with_pairs else 0), dtype=np.int64)
    lengths = np.zeros(len(texts), dtype=np.int64)
    for rows, letters, row in in_chunks(texts):
        n = rows.stop - rows.start
        known = code[letters]
        inside = known >= 0
        lengths[rows] = np.bincount(row[known > -2], minlength=n)
        counts[rows] = _table(row[inside], known[inside], n, size)
        if with_pairs and len(letters):
            both = inside[:-1] & inside[1:] & (row[:-1] == row[1:])
            two = known[:-1][both] * size + known[1:][both]
            pairs[rows] = _table(row[:-1][both], two, n, size * size)
    return LetterCounts(counts, pairs, lengths)


def _table(
    rows: NDArray[np.int64], codes: NDArray[np.int64], n: int, size: int
) -> NDArray[np.int64]:
    return np.bincount(rows * size + codes, minlength=n * size).reshape(n, size)


def _codes(alphabet: AlphabetName) -> NDArray[np.int64]:
    """Return the number of each letter by its byte: -1 of others, -2 of gaps and stops."""
    code = np.full(_CODES, -1, dtype=np.int64)
    for number, letter in enumerate(LETTERS[alphabet]):
        code[ord(letter)] = number
    if alphabet != "protein":
        code[ord("T")] = code[ord("U")] = 3
    code[[*_NO_LETTERS]] = -2
    return code
