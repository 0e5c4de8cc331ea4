"""FASTA and FASTQ files: one row per sequence, with its name, what stands behind it, and letters.

FASTA: Pearson and Lipman 1988, doi:10.1073/pnas.85.8.2444. FASTQ: Cock et al. 2010,
doi:10.1093/nar/gkp1137, four lines for each read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np
import pyarrow as pa

from deepbench.data.provenance import unreadable
from deepbench.data.raw_table import CellLocator, HowRead, RawTable
from deepbench.data.readers.base import Reader
from deepbench.data.readers.text_encoding import read_text
from deepbench.data.sequence_letters import (
    find_alphabet,
    foreign_letter,
    is_surely_dna,
    is_surely_protein,
)
from deepbench.data.text_cells import TextCells
from deepbench.data.wording import counted, noun, shorten
from deepbench.errors import DataError
from deepbench.plan import Data
from deepbench.study.records import Conversion

_MARK = b"\xef\xbb\xbf"
_FASTQ_HEAD = re.compile(rb"@[^\n]*\n[A-Za-z*.~-]+\r?(?:\n\+|$)")
_LONGEST = 10_000_000
_MOST = 1_000_000
_LARGEST = 500_000_000
_SHOWN = 5
_MOST_LABELS = 20


@dataclass
class _Records:
    """Sequences as they stand in a file.

    Attributes:
        headers: What stands behind ``>`` or ``@``.
        texts: The sequences.
        lines: Line of each header, from 1.
        notes: What was changed.
    """

    headers: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    notes: list[Conversion] = field(default_factory=list)

    def note(self, column: str, what: str, count: int) -> None:
        if count:
            self.notes.append(Conversion(column=column, what=what, count=count))


class FastaReader(Reader):
    """Reads FASTA and FASTQ."""

    name: ClassVar[str] = "fasta"

    def recognises(self, head: bytes) -> bool:
        """FASTA begins with ``>``; FASTQ with ``@``, a line of letters and a ``+``."""
        start = head.removeprefix(_MARK).lstrip()
        return start.startswith(b">") or _FASTQ_HEAD.match(start) is not None

    def read(self, path: Path, options: Data) -> RawTable:
        """Read sequences; errors as in `Reader.read`, each with the lines it is about."""
        text = read_text(_content(path), options, path.name)
        lines = text.data.decode("utf-8").split("\n")
        fastq = next((line for line in lines if line.strip()), "").startswith("@")
        records = _fastq(lines, path.name) if fastq else _fasta(lines, path.name)
        _require_sequences(records, path.name)
        names, descriptions = _named(records, path.name)
        columns = {"name": names, "description": descriptions, "sequence": records.texts}
        if not any(descriptions):
            del columns["description"]
        cells = [pa.array(column, type=pa.large_string()) for column in columns.values()]
        alphabet = _note_letters(records, path.name)
        return RawTable(
            source_name=path.name,
            columns=tuple(columns),
            cells=TextCells.of_columns(cells, len(names)),
            how=HowRead(
                format="FASTQ" if fastq else "FASTA",
                encoding=text.encoding,
                reasons={"sequences": alphabet, **_reason(text.reason)},
            ),
            conversions=(*text.conversions, *records.notes),
            locator=CellLocator(np.array(records.lines, dtype=np.int64)),
            sample_column="name" if len(set(names)) == len(names) else "",
            sequences=("sequence",),
        )


def _reason(encoding: str) -> dict[str, str]:
    return {"encoding": encoding} if encoding else {}


def _content(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > _LARGEST:
            raise DataError(
                f"{path.name} has {size / 1e6:,.0f} MB of sequences; up to {_LARGEST / 1e6:,.0f} "
                "MB can be read.",
                "A table of samples has one sequence per sample. Reads of a sequencer must be "
                "counted or assembled first.",
            )
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from None
    _require_short_lines(data, path.name)
    return data


def _require_short_lines(data: bytes, name: str) -> None:
    start, number = 0, 1
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        if end - start > _LONGEST:
            raise _too_long(name, number)
        start, number = end + 1, number + 1


def _too_long(name: str, line: int) -> DataError:
    return DataError(
        f"{name}, line {line:,}: the sequence has more than {_LONGEST / 1e6:,.0f} million "
        "letters, as a chromosome has.",
        "A table of samples has one short sequence per sample, such as a gene, a protein or a "
        "promoter: cut out what the question needs.",
    )


# --- FASTA ----------------------------------------------------------------------------------


def _fasta(lines: Sequence[str], name: str) -> _Records:
    records = _Records()
    parts: list[list[str]] = []
    blank = 0
    comments: list[int] = []
    for number, line in enumerate(lines, start=1):
        if line.startswith(">"):
            records.headers.append(line[1:].strip())
            records.lines.append(number)
            parts.append([])
        elif not line.strip():
            blank += number < len(lines)
        elif not parts:
            raise DataError(f"{name}, line {number}: a sequence without a name.", _FIX)
        elif line.startswith(";"):
            comments.append(number)
        else:
            parts[-1].append(line)
            _require_letters(line, name, number)
    records.note("(rows)", "blank lines skipped", blank)
    records.note("(rows)", f"comments skipped ({_in_lines(comments)})", len(comments))
    spaced = sum(any(" " in part.strip() or "\t" in part.strip() for part in p) for p in parts)
    records.note("sequence", "blanks inside sequences removed", spaced)
    records.texts = ["".join("".join(part).split()) for part in parts]
    for number, text in zip(records.lines, records.texts, strict=True):
        if len(text) > _LONGEST:
            raise _too_long(name, number)
    return records


_FIX = "Correct the file: each sequence has a line '>name' above it."


def _require_letters(line: str, name: str, number: int) -> None:
    if not line.isascii() or not line.isalpha():
        sign = foreign_letter("".join(line.split()))
        if sign:
            raise DataError(
                f"{name}, line {number:,}: '{shorten(sign)}' stands in a sequence, but is no "
                "letter of a base or amino acid.",
                "Sequences hold letters, - for gaps and * for stops. If the line is a name, put "
                "> before it.",
            )


# --- FASTQ ----------------------------------------------------------------------------------


def _fastq(lines: Sequence[str], name: str) -> _Records:
    records = _Records()
    number = 0
    while number < len(lines):
        if not lines[number].strip():
            number += 1
            continue
        header, text, plus, quality = ([*lines[number : number + 4], "", "", ""])[:4]
        if not header.startswith("@") or not plus.startswith("+"):
            wrong = number + 1 if not header.startswith("@") else number + 3
            raise DataError(
                f"{name}, line {wrong:,}: this is not how a FASTQ file goes on (a read has four "
                "lines: @name, letters, +, quality).",
                "The file may be cut off or damaged: get it again.",
            )
        if len(text.strip()) != len(quality.rstrip("\r")):
            raise DataError(
                f"{name}, line {number + 4:,}: the read has {len(text.strip()):,} letters, but "
                f"{counted(len(quality), 'sign')} of quality.",
                "The file may be cut off or damaged: get it again.",
            )
        _require_letters(text, name, number + 2)
        records.headers.append(header[1:].strip())
        records.texts.append("".join(text.split()))
        records.lines.append(number + 1)
        number += 4
    records.note("(quality)", "quality of the letters left aside", len(records.texts))
    return records


# --- names and letters ----------------------------------------------------------------------


def _require_sequences(records: _Records, name: str) -> None:
    if len(records.texts) > _MOST:
        raise DataError(
            f"{name} holds {len(records.texts):,} sequences; up to {_MOST:,} can be read.",
            "Reads of a sequencer are no samples: count or assemble them first.",
        )
    empty = [n for n, text in zip(records.lines, records.texts, strict=True) if not text]
    if empty:
        raise DataError(
            f"{name}: {counted(len(empty), 'name has', 'names have')} no sequence below "
            f"({_in_lines(empty)}).",
            "The file may be cut off. Add the sequences, or remove the names.",
        )


def _named(records: _Records, name: str) -> tuple[list[str], list[str]]:
    """Return the name of each sequence, and what stands behind it.

    Raises:
        DataError: names stand twice, and are no labels of classes either.
    """
    split = [header.split(maxsplit=1) for header in records.headers]
    nameless = [n for n, parts in zip(records.lines, split, strict=True) if not parts]
    records.note("name", f"no name ({_in_lines(nameless)}): called by the line", len(nameless))
    names = [
        parts[0] if parts else f"line {line}"
        for parts, line in zip(split, records.lines, strict=True)
    ]
    counts = Counter(names)
    twice = [text for text, count in counts.items() if count > 1]
    if twice and not _are_labels(counts):
        shown = "; ".join(
            f"'{shorten(text)}' in {_in_lines(_lines_of(text, names, records.lines))}"
            for text in twice[:_SHOWN]
        )
        more = f"; and {len(twice) - _SHOWN:,} more" if len(twice) > _SHOWN else ""
        raise DataError(
            f"{name}: {counted(len(twice), 'name stands', 'names stand')} more than once: "
            f"{shown}{more}. So it is not clear which sequence is meant by it.",
            "Give every sequence a name of its own, or remove those that are there twice.",
        )
    if twice:
        what = f"{counted(len(counts), 'name')} for all sequences: read as labels"
        records.note("name", what, len(names))
    return names, [parts[1] if len(parts) > 1 else "" for parts in split]


def _are_labels(counts: Counter[str]) -> bool:
    """Whether names are those of classes: a few, all of many sequences (>AMP, >nonAMP)."""
    return 2 <= len(counts) <= _MOST_LABELS and min(counts.values()) >= 3


def _lines_of(name: str, names: Sequence[str], lines: Sequence[int]) -> list[int]:
    return [line for own, line in zip(names, lines, strict=True) if own == name]


def _in_lines(lines: Sequence[int]) -> str:
    shown = ", ".join(f"{line:,}" for line in lines[:_SHOWN])
    more = f" and {len(lines) - _SHOWN:,} more" if len(lines) > _SHOWN else ""
    return f"{noun(len(lines), 'line')} {shown}{more}"


def _note_letters(records: _Records, name: str) -> str:
    """Note what stands in the sequences; return their alphabet with its reason.

    Raises:
        DataError: some sequences are DNA and others proteins.
    """
    texts = records.texts
    alphabet = find_alphabet(texts)
    if alphabet is None:
        raise DataError(
            f"{name}: the letters are neither those of DNA or RNA nor those of proteins.",
            "Check that the file holds sequences of one kind.",
        )
    if alphabet.name == "protein":
        dna = [n for n, text in zip(records.lines, texts, strict=True) if is_surely_dna(text)]
        if dna and len(dna) < len(texts) and any(map(is_surely_protein, texts)):
            raise DataError(
                f"{name} holds DNA or RNA ({counted(len(dna), 'sequence')}: {_in_lines(dna)}) and "
                "proteins. What is counted in one means nothing in the other.",
                "Make a file of each kind.",
            )
    lower = sum(text != text.upper() for text in texts)
    records.note("sequence", "lower case kept; capitals make no difference", lower)
    gaps = sum("-" in text or "." in text for text in texts)
    records.note("sequence", "gaps (-) kept; not counted as letters", gaps)
    stops = sum("*" in text for text in texts)
    records.note("sequence", "stops (*) kept; not counted as letters", stops)
    return f"{alphabet.name}: {alphabet.reason}."
