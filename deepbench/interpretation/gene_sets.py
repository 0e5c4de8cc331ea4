"""Gene sets of the user's own .gmt file: one set a line, name, description, genes, tabs between.

The format is that of the Broad Institute (MSigDB); Enrichr's weights (``TP53,1.0``) are ignored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from deepbench.data.wording import counted, shorten
from deepbench.errors import DataError

_FORMAT_HINT = (
    "A .gmt file is text with one gene set a line: its name, a description, then its genes, all "
    "separated by tabs."
)
_BEGINNINGS = (
    (
        b"PK\x03\x04",
        "a workbook or ZIP archive",
        "Unpack it, or save the sheet as tab-separated text.",
    ),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "Save the sheet as tab-separated text."),
    (b"\x1f\x8b", "a compressed file", "Unpack it first."),
    (b"%PDF", "a PDF document", "Export the sets as text."),
)
_WIDE_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_WEIGHT = re.compile(r",\s*-?\d+(\.\d+)?([eE][-+]?\d+)?$")
_LINE_END = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True)
class GeneSet:
    """A set as the file has it; each gene once, in the order of the file."""

    name: str
    genes: tuple[str, ...]


@dataclass(frozen=True)
class GeneSets:
    """The sets of a file.

    Attributes:
        file: Name of the file.
        sets: The sets, with different names.
        notes: What was changed on reading, in sentences.
    """

    file: str
    sets: tuple[GeneSet, ...]
    notes: tuple[str, ...] = ()

    @property
    def genes(self) -> int:
        """Number of different genes of all sets."""
        return len({gene.casefold() for one in self.sets for gene in one.genes})


def read_gene_sets(content: bytes, file: str) -> GeneSets:
    """Read a .gmt file.

    Raises:
        DataError: it is empty, another format, no readable text, or holds no set with genes.
    """
    if not content.strip():
        raise DataError(f"{file} is empty.", _FORMAT_HINT)
    for beginning, what, hint in _BEGINNINGS:
        if content.startswith(beginning):
            raise DataError(f"{file} is {what}, no .gmt file.", f"{hint} {_FORMAT_HINT}")
    lines = [line for line in _lines(content, file) if line[1].strip()]
    if not lines:
        raise DataError(f"{file} has no line with text.", _FORMAT_HINT)
    _require_sets(lines[0][1], file)
    found, without = [], 0
    for number, line in lines:
        one = _set_of(line, number, file)
        if one is None:
            without += 1
        else:
            found.append(one)
    if not found:
        raise DataError(f"No gene set in {file} has a gene.", _FORMAT_HINT)
    sets, notes = _with_own_names(found)
    if without:
        notes.append(f"{counted(without, 'set')} of {file} without a gene left out.")
    return GeneSets(file, sets, tuple(notes))


def _lines(content: bytes, file: str) -> list[tuple[int, str]]:
    """Return the lines with their numbers; what is not UTF-8 is allowed in descriptions only."""
    for mark, codec in _WIDE_MARKS:
        if content.startswith(mark):
            try:
                text = content.decode(codec)
            except UnicodeDecodeError:
                raise _no_text(file, 1) from None
            return list(enumerate(re.split(r"\r\n|\n|\r", text), start=1))
    content = content.removeprefix(b"\xef\xbb\xbf")
    found = []
    for number, line in enumerate(_LINE_END.split(content), start=1):
        if b"\0" in line:
            raise _no_text(file, number)
        cells = line.split(b"\t")
        if len(cells) > 2:
            cells[1] = cells[1].decode("utf-8", "replace").encode("utf-8")
        try:
            found.append((number, b"\t".join(cells).decode("utf-8")))
        except UnicodeDecodeError:
            raise _no_text(file, number) from None
    return found


def _no_text(file: str, line: int) -> DataError:
    return DataError(
        f"Line {line:,} of {file} is not UTF-8 text.",
        "Open the file in a text editor and save it with the encoding UTF-8.",
    )


def _require_sets(line: str, file: str) -> None:
    """Refuse what is clearly something else by its first line."""
    begins = line.lstrip().casefold()
    if begins.startswith(("<!doctype", "<html", "<?xml")):
        raise DataError(
            f"{file} is a web page, no .gmt file.",
            "Download the file itself (often after signing in), not the page that shows it.",
        )
    if begins.startswith(("{", "[")):
        raise DataError(f"{file} is JSON, no .gmt file.", "Download the sets in the format GMT.")
    if "\t" not in line:
        between = "commas" if line.count(",") > 1 else "blanks" if " " in line.strip() else ""
        separated = f" They seem to be separated by {between}." if between else ""
        raise DataError(
            f"The first line of {file} has no tab, so its genes cannot be told apart.{separated}",
            _FORMAT_HINT,
        )


def _set_of(line: str, number: int, file: str) -> GeneSet | None:
    """Return the set of a line; None if it has no gene."""
    name, *rest = (cell.strip() for cell in line.split("\t"))
    if not name:
        raise DataError(f"The gene set in line {number:,} of {file} has no name.", _FORMAT_HINT)
    genes = {
        gene.casefold(): gene for cell in reversed(rest[1:]) if (gene := _WEIGHT.sub("", cell))
    }
    return GeneSet(name, tuple(reversed(genes.values()))) if genes else None


def _with_own_names(found: list[GeneSet]) -> tuple[tuple[GeneSet, ...], list[str]]:
    """Drop sets that stand there twice, and number different sets of the same name."""
    kept: list[GeneSet] = []
    seen: dict[str, list[frozenset[str]]] = {}
    again, renamed = 0, []
    for one in found:
        genes = frozenset(gene.casefold() for gene in one.genes)
        before = seen.setdefault(one.name, [])
        if genes in before:
            again += 1
            continue
        before.append(genes)
        if len(before) > 1:
            renamed.append(one.name)
            kept.append(GeneSet(f"{one.name} ({len(before)})", one.genes))
        else:
            kept.append(one)
    notes = []
    if again:
        notes.append(f"{counted(again, 'set')} that the file holds twice counted once.")
    if renamed:
        notes.append(
            f"Different sets with the name '{shorten(renamed[0])}' were numbered"
            f"{f', and so were {len(set(renamed)) - 1:,} more' if len(set(renamed)) > 1 else ''}."
        )
    return tuple(kept), notes
