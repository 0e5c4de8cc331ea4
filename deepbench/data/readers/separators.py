"""Which character separates the columns of a text table, and why."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from deepbench.data.wording import counted, noun
from deepbench.errors import Choice, DataQuestion, PlanError

# In order of preference where several would cut the rows alike: a comma may be a decimal mark.
_CANDIDATES = ("\t", ";", "|", ",")
_MOST_LINES = 200
_SAID_LINES = 60
_ENOUGH_LINES = 20
_ENOUGH_BYTES = 2 << 20
_NEARLY_ALL = 0.9
_CLEARLY_MORE = 0.05
_CELLS_LOOKED_AT = 200
_NUMBER = re.compile(r"[+-]?(\d[\d.,]*|[.,]\d+)([eE][+-]?\d+)?%?")
_QUOTED = re.compile(rb'"[^"\n]*"')
_SAID = re.compile(rb'"?sep=([,;|\t])"?[,;|\t]*\n', re.IGNORECASE)
_NAMES = {
    "tab": "\t",
    "\\t": "\t",
    "space": " ",
    "spaces": " ",
    "whitespace": " ",
    "comma": ",",
    "semicolon": ";",
}
_IN_THE_PLAN = {"\t": "tab", " ": "space"}
_NOUNS = {"\t": "tab", ";": "semicolon", "|": "upright bar", ",": "comma"}


@dataclass(frozen=True)
class Separator:
    """A column separator.

    Attributes:
        mark: The character; a blank stands for any number of blanks.
        reason: Why it was taken, as a sentence; empty if the plan says it.
    """

    mark: str
    reason: str = ""


def chosen_separator(option: str) -> str:
    """Return the plan's separator, or nothing for ``auto``.

    Raises:
        PlanError: it is not one character.
    """
    if option in {"", "auto"}:
        return ""
    mark = _NAMES.get(option.casefold(), option)
    if len(mark) != 1 or mark in '"\r\n' or not mark.isascii():
        raise PlanError(
            f"delimiter under [data] in the plan: '{option}' is not one character.",
            'Write ",", ";", "|", "tab" or "space".',
        )
    return mark


def said_separator(text: bytes) -> Separator | None:
    """Return the separator that a first line such as ``sep=;`` names, as Excel understands it."""
    found = _SAID.match(text)
    if found is None:
        return None
    mark = found[1].decode("ascii")
    return Separator(mark, f"The first line says so: sep={_IN_THE_PLAN.get(mark, mark)}.")


@dataclass(frozen=True)
class _Found:
    """How a candidate cuts the first lines.

    Attributes:
        mark: The candidate.
        width: Number of cells of most lines.
        lines: How many lines have that number of cells.
        numbers: Share of numbers among the cells of those lines but the first.
        example: A line as it is cut.
    """

    mark: str
    width: int
    lines: int
    numbers: float
    example: tuple[str, ...]


def detect_separator(text: bytes, name: str, ask: bool = True) -> Separator:
    """Tell the separator from the first lines: the one that cuts most of them alike.

    Args:
        text: UTF-8 text, lines ended by a line feed; the beginning is enough.
        name: Name of the file.
        ask: Whether to raise where two separators are equally good; else the usual one is taken.

    Raises:
        DataQuestion: two separators cut the lines equally well.
    """
    lines = _first_lines(text)
    found = [cut for mark in _CANDIDATES if (cut := _try(lines, mark)) is not None]
    blanks = _try_blanks(lines)
    if not found:
        if blanks is None:
            return Separator(",", "No separator stands in the lines: the table has one column.")
        return Separator(" ", _say_words(blanks, len(lines)))
    most = max(cut.lines for cut in found)
    near = [cut for cut in found if cut.lines >= _NEARLY_ALL * most]
    best = max(near, key=lambda cut: (cut.numbers, cut.lines, -_CANDIDATES.index(cut.mark)))
    more_numbers = blanks is not None and blanks.numbers > best.numbers + _CLEARLY_MORE
    if blanks is not None and more_numbers and best.mark != "\t":
        return Separator(" ", _say_words(blanks, len(lines)))
    tab = next((cut for cut in near if cut.mark == "\t" and cut.lines == most), None)
    best = tab or best
    rivals = [cut for cut in near if cut.numbers >= best.numbers - _CLEARLY_MORE]
    if tab is None and len(rivals) > 1:
        best = max(rivals, key=lambda cut: (cut.lines, -_CANDIDATES.index(cut.mark)))
        equal = [cut for cut in rivals if cut.lines == best.lines]
        if len(equal) > 1 and ask:
            raise _which(equal, name)
    return Separator(best.mark, _say(best, len(lines)))


def _which(cuts: list[_Found], name: str) -> DataQuestion:
    words = " or ".join(noun(2, _NOUNS[cut.mark]) for cut in cuts)
    return DataQuestion(
        f"{name} can be cut into columns at {words}: both stand equally often in each line.",
        "data.delimiter",
        tuple(
            Choice(
                _IN_THE_PLAN.get(cut.mark, cut.mark),
                f"Cut at {noun(2, _NOUNS[cut.mark]).title()}",
                f"{counted(cut.width, 'column')}: {'  │  '.join(cut.example[:4])}",
            )
            for cut in cuts
        ),
    )


def _say(cut: _Found, lines: int) -> str:
    marks = counted(cut.width - 1, _NOUNS[cut.mark])
    if cut.lines == lines:
        return (
            f"Each of the first {lines} lines has {marks}."
            if lines > 1
            else (f"The only line has {marks}.")
        )
    return f"{cut.lines} of the first {lines} lines have {marks}."


def _say_words(cut: _Found, lines: int) -> str:
    return f"Each of the first {lines} lines has {cut.width} words, and no other separator."


def _first_lines(text: bytes) -> list[bytes]:
    lines: list[bytes] = []
    start = taken = 0
    while start < len(text) and len(lines) < _MOST_LINES:
        end = text.find(b"\n", start)
        end = len(text) if end < 0 else end
        line = text[start:end]
        start = end + 1
        if line.strip():
            lines.append(line)
            taken += len(line)
        if taken > _ENOUGH_BYTES and len(lines) >= _ENOUGH_LINES:
            break
    without = [line for line in lines if not line.startswith((b"#", b"!", b"%"))]
    return without[:_SAID_LINES] if len(without) <= _SAID_LINES else _most_alike(without)


def _most_alike(lines: list[bytes]) -> list[bytes]:
    """Return the first lines; later ones only where the first are lines above a table."""
    first, later = lines[:_SAID_LINES], lines[-_SAID_LINES:]
    return first if any(_try(first, mark) for mark in _CANDIDATES) else later


def _try(lines: list[bytes], mark: str) -> _Found | None:
    """Cut the lines at a mark; None if it cuts none of them."""
    sign = mark.encode()
    widths = [_bare(line).count(sign) + 1 for line in lines]
    counts = Counter(width for width in widths if width > 1)
    if not counts:
        return None
    width, number = max(counts.items(), key=lambda item: (item[1], item[0]))
    if number == 1 and len(lines) > 2 and widths[0] != width:
        return None
    chosen = [line for line, cells in zip(lines, widths, strict=True) if cells == width]
    rows = [_cells(line, sign) for line in chosen[:_SAID_LINES]]
    shown = rows[1] if len(rows) > 1 else rows[0]
    return _Found(mark, width, number, _number_share(rows[1:]), tuple(shown))


def _try_blanks(lines: list[bytes]) -> _Found | None:
    """Cut the lines at blanks; None if not all of them have the same number of words, or one."""
    rows = [line.decode("utf-8", errors="replace").split() for line in lines]
    widths = {len(row) for row in rows}
    if len(widths) != 1 or widths == {1}:
        return None
    return _Found(" ", widths.pop(), len(rows), _number_share(rows[1:]), ())


def _bare(line: bytes) -> bytes:
    """Return a line without what stands in quotation marks."""
    return _QUOTED.sub(b"", line) if b'"' in line else line


def _cells(line: bytes, sign: bytes) -> list[str]:
    if b'"' in line:
        # What is quoted is kept together: its separators do not count.
        line = _QUOTED.sub(lambda quoted: quoted.group().replace(sign, b"\0"), line)
    cells = line.split(sign, _CELLS_LOOKED_AT)[:_CELLS_LOOKED_AT]
    texts = (cell.replace(b"\0", sign).decode("utf-8", errors="replace") for cell in cells)
    return [text.strip().strip('"').strip() for text in texts]


def _number_share(rows: list[list[str]]) -> float:
    cells = [cell for row in rows for cell in row if cell]
    return sum(_NUMBER.fullmatch(cell) is not None for cell in cells) / max(1, len(cells))
