"""Which columns of a table hold DNA, RNA or protein sequences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from deepbench.data.findings.base import words
from deepbench.data.raw_table import RawTable
from deepbench.data.sequence_letters import Alphabet, find_alphabet

#: Letters that sequences have at least, on average, where no format says that they are some.
LEAST_LETTERS = 8
_LEAST_DIFFERENT = 5
_LOOKED_AT = 5
_LONGEST_PLACES = 200
_ONE_CASE = 0.99
_FIRST_LOOK = f"^[A-Za-z*.-]{{{LEAST_LETTERS},}}$"
# Sequences of these are labels of the laboratory and nothing of the sample.
_LABELS = frozenset("barcode primer adapter adaptor linker index tag umi".split())


@dataclass(frozen=True)
class SequenceColumn:
    """A column of sequences.

    Attributes:
        name: Its name.
        texts: (n,) the sequences; empty where there is none.
        alphabet: Their alphabet.
    """

    name: str
    texts: tuple[str, ...]
    alphabet: Alphabet

    @property
    def lengths(self) -> list[int]:
        """Lengths of the sequences that are there."""
        return [len(text) for text in self.texts if text]

    @property
    def short_of_one_length(self) -> bool:
        """Whether the same place may be compared between the sequences."""
        lengths = set(self.lengths)
        one = len(lengths) == 1 and self.alphabet.name != "protein"
        return one and LEAST_LETTERS <= lengths.pop() <= _LONGEST_PLACES


def sequence_columns(raw: RawTable) -> list[SequenceColumn]:
    """Return the columns of a table that hold sequences.

    They are those that the format says hold some, and columns whose cells are all over one
    alphabet: hardly any words are, once unknown amino acids are rare and capitals are alike.
    """
    found = []
    for place in _candidates(raw):
        name = raw.columns[place]
        texts = tuple(raw.cells.column(place).tolist())
        certain = name in raw.sequences
        alphabet = sequences_in(texts, certain) if certain or not is_label(name) else None
        if alphabet is not None:
            found.append(SequenceColumn(name, texts, alphabet))
    return found


def is_label(column: str) -> bool:
    """Whether a column is called like those that hold the sequences of tags or primers."""
    found = {word.removesuffix("s") for word in words(column)}
    # QIIME writes BarcodeSequence and LinkerPrimerSequence, others barcode_seq.
    return bool(found & _LABELS)


def sequences_in(texts: Sequence[str], certain: bool = False) -> Alphabet | None:
    """Return the alphabet of texts that are sequences, None if they are none.

    Args:
        texts: The texts, empty where nothing is written.
        certain: Whether it is known that they are sequences, and only the alphabet is not.
    """
    present = [text for text in texts if text]
    if not present or certain:
        return find_alphabet(present) if present else None
    if any(not text.isascii() or "?" in text for text in present):
        return None
    if float(np.median([len(text) for text in present])) < LEAST_LETTERS:
        return None
    alphabet = find_alphabet(present, in_table=True)
    if alphabet is None:
        return None
    different = len(set(present))
    if different < min(2, len(present)):
        return None
    if alphabet.name == "protein" and not _are_no_words(present, different):
        return None
    return alphabet


def _are_no_words(present: Sequence[str], different: int) -> bool:
    """Whether texts over the letters of proteins are no labels or words."""
    one_case = sum(text.isupper() or text.islower() for text in present) / len(present)
    enough = min(_LEAST_DIFFERENT, len(present))
    return one_case >= _ONE_CASE and different >= max(enough, len(present) / 2)


def _candidates(raw: RawTable) -> list[int]:
    """Return the columns whose first cells may be sequences; quick for thousands of columns."""
    width, rows = len(raw.columns), min(_LOOKED_AT, raw.rows)
    certain = {place for place, name in enumerate(raw.columns) if name in raw.sequences}
    if not width or not rows:
        return []
    columns = np.tile(np.arange(width), rows)
    cells = raw.cells.take_rows(np.arange(rows)).row_by_row()
    like = pc.match_substring_regex(cells, _FIRST_LOOK)
    places = columns[like.to_numpy(zero_copy_only=False)]
    numbers = columns[pc.match_substring_regex(cells, "[0-9]").to_numpy(zero_copy_only=False)]
    return sorted((set(places.tolist()) - set(numbers.tolist())) | certain)
