"""What can be measured on columns of DNA, RNA or protein sequences by counting.

No model here reads a sequence. What models get is its length, the share of each letter, of DNA and
RNA also of G and C together and of pairs of neighbours. Short DNA or RNA of one length (promoters,
splice sites, guides) has been cut out around something, so that the same place means the same in
all of them: there each place becomes a feature of its own, with its letter as label.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from deepbench.data.raw_table import RawTable
from deepbench.data.sequence_columns import (
    LEAST_LETTERS,
    SequenceColumn,
    sequence_columns,
)
from deepbench.data.sequence_letters import (
    LETTERS,
    AlphabetName,
    LetterCounts,
    count_letters,
    is_surely_dna,
)
from deepbench.data.text_cells import TextCells
from deepbench.data.wording import counted, noun, shorten, some_names
from deepbench.errors import Choice, DataError, DataQuestion
from deepbench.plan import Data
from deepbench.study.records import Conversion

_FEW_FEATURES = 10
_LENGTH, _SHARE, _PLACE = "length of sequence", "share of ", "letter at place "
_MEASURED = re.compile(
    r"(?:length of sequence|share of (?:[A-Z]|G and C|pair [A-Z]{2})|letter at place \d+)"
    r"(?: in .+)?"
)
_ALPHABETS: tuple[AlphabetName, ...] = ("DNA", "RNA", "protein")
_UNITS = {"DNA": "base", "RNA": "base", "protein": "amino acid"}


# --- asking ---------------------------------------------------------------------------------


def sequence_question(
    raw: RawTable, data: Data, features: Collection[str], outcome: str
) -> DataQuestion | None:
    """Return the question what to do with sequences, None if nothing has to be asked.

    It is asked where sequences are most of what the table holds; beside many measurements they
    are a description, as in a table of proteins.

    Args:
        raw: The table.
        data: [data] of the plan.
        features: Columns that would be features.
        outcome: The outcome column; empty if it is not known.
    """
    if data.sequences != "ask" or len(features) >= _FEW_FEATURES + 1:
        return None
    found = [column for column in sequence_columns(raw) if column.name != outcome]
    others = set(features) - {column.name for column in found}
    if not found or len(others) >= _FEW_FEATURES:
        return None
    alone = len(found) == 1
    new = [name for column in found for name in measured_names(column, alone)]
    told = " ".join(_told(column) for column in found)
    rest = f"Besides, it has {counted(len(others), 'feature')}." if others else ""
    return DataQuestion(
        f"{raw.source_name}: {told} No model here reads sequences themselves. Measure them by "
        f"counting letters? {rest}".strip(),
        "data.sequences",
        (
            Choice("composition", "Count Letters", f"{len(new)} features: {_in_words(found)}"),
            Choice("leave", "Leave Them Out", "the sequences are not used"),
        ),
        "Counting tells what a sequence is made of and, but for short DNA of one length, nothing "
        "of the order of its letters.",
    )


def _told(column: SequenceColumn) -> str:
    lengths, name = column.lengths, column.alphabet.name
    shortest, longest = min(lengths), max(lengths)
    span = f"{shortest:,}" if shortest == longest else f"{shortest:,} to {longest:,}"
    reason = column.alphabet.reason
    return (
        f"the column '{shorten(column.name)}' holds {len(lengths):,} {name} "
        f"{noun(len(lengths), 'sequence')} of {span} letters ({reason})."
    )


def _in_words(found: Sequence[SequenceColumn]) -> str:
    parts = ["length"] if any(len(set(column.lengths)) > 1 for column in found) else []
    parts += list(dict.fromkeys(f"share of each {_UNITS[c.alphabet.name]}" for c in found))
    if any(column.alphabet.name != "protein" for column in found):
        parts.append("shares of G and C and of pairs of neighbours")
    if any(column.short_of_one_length for column in found):
        parts.append("the letter at each place")
    return ", ".join(parts)


# --- measuring ------------------------------------------------------------------------------


def measured_names(column: SequenceColumn, alone: bool) -> list[str]:
    """Return the names of the columns that are measured on a column of sequences.

    Args:
        column: The sequences.
        alone: Whether it is the only column of sequences.
    """
    names = _names(column.alphabet.name, "" if alone else column.name)
    if len(set(column.lengths)) == 1:
        names = names[1:]
    if column.short_of_one_length:
        names += _place_names(column.lengths[0], "" if alone else column.name)
    return names


def length_name(column: str = "") -> str:
    """Return the name of the measured length; of a column where there are several."""
    return f"{_LENGTH} in {column}" if column else _LENGTH


def _names(alphabet: AlphabetName, column: str) -> list[str]:
    behind = f" in {column}" if column else ""
    letters = LETTERS[alphabet]
    names = [length_name(column), *(f"{_SHARE}{letter}{behind}" for letter in letters)]
    if alphabet != "protein":
        names.append(f"{_SHARE}G and C{behind}")
        names += [f"{_SHARE}pair {a}{b}{behind}" for a in letters for b in letters]
    return names


def _place_names(length: int, column: str) -> list[str]:
    behind = f" in {column}" if column else ""
    return [f"{_PLACE}{place}{behind}" for place in range(1, length + 1)]


def is_measured(name: str) -> bool:
    """Whether a feature is called like those measured on sequences."""
    return _MEASURED.fullmatch(name) is not None


def with_measured_sequences(raw: RawTable, data: Data) -> RawTable:
    """Return the table with what is measured on its sequences, where the plan asks for it.

    Raises:
        DataError: the plan asks for it and no column holds sequences.
    """
    if data.sequences != "composition":
        return raw
    found = sequence_columns(raw)
    if not found:
        raise DataError(
            f"{raw.source_name}: no column holds sequences whose letters could be counted.",
            "A column of sequences holds letters of bases or amino acids only, at least "
            f"{LEAST_LETTERS} in most of its cells.",
        )
    for column in found:
        raw = _with_columns(raw, column, measured_names(column, len(found) == 1))
    return raw


def with_wanted_sequences(raw: RawTable, wanted: Collection[str]) -> RawTable:
    """Return a table of new samples with what a model wants measured on its sequences.

    Args:
        raw: The table.
        wanted: Columns of the model.

    Raises:
        DataError: several columns hold sequences, and it is not clear which the model means; or
            sequences are shorter than those of the training table where places count.
    """
    lacking = {name for name in wanted if is_measured(name)} - set(raw.columns)
    if not lacking:
        return raw
    found = sequence_columns(raw)
    named = [c for c in found if set(_all_names(c, c.name)) & lacking]
    if not named and len(found) > 1:
        raise DataError(
            f"{raw.source_name}: several columns hold sequences: "
            f"{some_names([column.name for column in found])}. The model knows one.",
            "Leave only that one in the table.",
        )
    for column in named or found:
        called = column.name if named else ""
        alphabet = _alphabet_wanted(column, called, lacking)
        names = [
            name
            for name in (
                *_names(alphabet, called),
                *_place_names(max(column.lengths, default=0), called),
            )
            if name in lacking
        ]
        _require_alike(raw, column, alphabet, names)
        known = replace(column, alphabet=replace(column.alphabet, name=alphabet))
        raw = _with_columns(raw, known, names)
    return raw


def _all_names(column: SequenceColumn, called: str) -> set[str]:
    names = {name for alphabet in _ALPHABETS for name in _names(alphabet, called)}
    return names | set(_place_names(max(column.lengths, default=0), called))


def _alphabet_wanted(column: SequenceColumn, called: str, wanted: Collection[str]) -> AlphabetName:
    """Return the alphabet of the training table: the one that most of its names are of.

    Few new sequences need not have all letters of their alphabet.
    """
    own = column.alphabet.name
    in_order = [own, *(alphabet for alphabet in _ALPHABETS if alphabet != own)]
    return max(in_order, key=lambda alphabet: len(set(_names(alphabet, called)) & set(wanted)))


def _require_alike(
    raw: RawTable, column: SequenceColumn, alphabet: AlphabetName, names: Sequence[str]
) -> None:
    """Refuse sequences that are not of the kind that the model was trained on."""
    amino = alphabet == "protein"
    other = (column.alphabet.name == "protein") != amino
    if other and (not amino or any(map(is_surely_dna, column.texts))):
        raise DataError(
            f"{raw.source_name}: the column '{shorten(column.name)}' holds "
            f"{column.alphabet.name} sequences, the model was trained on {alphabet}.",
            "Give it sequences of the same kind.",
        )
    places = [name for name in names if name.startswith(_PLACE)]
    if places and len(set(column.lengths)) > 1:
        raise DataError(
            f"{raw.source_name}: the sequences in '{shorten(column.name)}' differ in length; the "
            "model compares them place by place.",
            "Cut them as those of the training table were.",
        )


def _with_columns(raw: RawTable, column: SequenceColumn, names: Sequence[str]) -> RawTable:
    """Put measured columns behind a column of sequences, which is no feature any more."""
    place = raw.columns.index(column.name)
    names = [name for name in names if name not in raw.columns]
    cells = _measured_cells(column, names, raw.how.decimal)
    before = [*range(place + 1)]
    behind = [*range(place + 1, len(raw.columns))]
    width = len(raw.columns)
    order = [*before, *range(width, width + len(names)), *behind]
    own = [*before, *([place] * len(names)), *behind]
    note = Conversion(
        column=column.name,
        what=f"{column.alphabet.name} sequences ({column.alphabet.reason}): "
        f"{counted(len(names), 'column')} measured by counting letters; the sequences themselves "
        "stay out of the models",
        count=len(column.lengths),
    )
    others = Conversion(
        column=column.name,
        what="letters that stand for several or unknown ones, stops or gaps: not counted",
        count=column.alphabet.others,
    )
    return replace(
        raw,
        columns=(*raw.columns[: place + 1], *names, *raw.columns[place + 1 :]),
        cells=raw.cells.beside(cells).take_columns(order) if names else raw.cells,
        locator=raw.locator.take_columns(own),
        conversions=(*raw.conversions, note, *([others] if others.count else [])),
        aside=tuple(dict.fromkeys((*raw.aside, column.name))),
    )


def _measured_cells(column: SequenceColumn, names: Sequence[str], decimal: str) -> TextCells:
    """Return the measured columns as texts, as all cells of a table are."""
    texts = column.texts
    alphabet = column.alphabet.name
    counts = count_letters(texts, alphabet)
    columns = []
    for name in names:
        if name.startswith(_PLACE):
            at = int(name.removeprefix(_PLACE).split(" ")[0]) - 1
            columns.append([_letter(text, at) for text in texts])
        else:
            columns.append(_numbers(name, alphabet, counts, texts, decimal))
    arrays = [pa.array(cells, type=pa.large_string()) for cells in columns]
    return TextCells.of_columns(arrays, len(texts))


def _letter(text: str, at: int) -> str:
    letter = text[at : at + 1].upper()
    return "gap" if letter in ("-", ".") else letter


def _numbers(
    name: str,
    alphabet: AlphabetName,
    counts: LetterCounts,
    texts: Sequence[str],
    decimal: str,
) -> list[str]:
    letters = LETTERS[alphabet]
    if name.startswith(_LENGTH):
        return [str(n) if text else "" for n, text in zip(counts.lengths, texts, strict=True)]
    what = name.removeprefix(_SHARE)
    known = counts.letters.sum(axis=1)
    if what.startswith("G and C"):
        number = counts.letters[:, [letters.index("C"), letters.index("G")]].sum(axis=1)
    elif what.startswith("pair "):
        first, second = what[5], what[6]
        number = counts.pairs[:, letters.index(first) * len(letters) + letters.index(second)]
        known = counts.pairs.sum(axis=1)
    else:
        number = counts.letters[:, letters.index(what[0])]
    shares = number / np.maximum(known, 1)
    return [
        f"{share:.6g}".replace(".", decimal) if total else ""
        for share, total in zip(shares.tolist(), known.tolist(), strict=True)
    ]
