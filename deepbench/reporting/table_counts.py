"""Counts of few samples or people in a table that a window made.

A table has no words that say what its numbers are, so it is judged by them alone. A column whose
numbers are all whole may hold counts, whatever it is called, unless its heading says that they are
of the method: features, trials, epochs. Names of groups may be anything ("low", "site"), so such
words count only in headings that no group is likely to have. What is not understood is a count.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from deepbench.reporting.small_cells import SmallCells, counts_people

_PLAIN = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.0+)?|\d+(?:\.0+)?")
_NUMBER = re.compile(r"[-−+]?(?:\d{1,3}(?:,\d{3})+|\d+)?\.?\d+(?:e[-+]?\d+)?", re.IGNORECASE)
# What counts parts of the method, or measures.
_METHOD = re.compile(
    r"\b(?:features?|trials?|tried|epochs?|shuffles|folds?|genes|measured|layers|rank|steps|rounds"
    r"|draws|settings|models?|neighbours|seconds|time|importance|auroc|auc|score|weight|effect"
    r"|loss|variance|deviations?|correlation|probability|r2|mcc|adds|per cent|fidelity|adjusted"
    r"|p_value|per_cent)\b|[(]%[)]|[εδ²]|^(?:No\.|[pq])$",
    re.IGNORECASE,
)
_WRONG = re.compile(r"\b(?:wrong|errors?|missed|false alarms)\b", re.IGNORECASE)
_SHARE = re.compile(r"(?P<under>under )?(?P<points>\d+(?:\.\d+)?) %")
# "n = 8", "12 (8)": in the names of groups, and in the cells of cross tables.
_SIZE = re.compile(r"\bn\s*=\s*(\d[\d,]*)(?![\d.])")
_IN_BRACKETS = re.compile(r"(\d[\d,]*) \((\d[\d,]*)\)")
# "1 woman in ward 3", "12 samples, 4 units"
_COUNTED = re.compile(r"(?:^|[,;:(\n])\s*(\d[\d,]*)\s(?P<next>[^\W\d_]{2,})")
_NO_PEOPLE = re.compile(
    r"(?:and|or|to|min|ms|hours?|days?|weeks?|months?|years?|per|cent|percent|features?|trials?"
    r"|folds?|epochs?|layers?|shuffles?|genes?|models?|settings?|neighbours?|classes|class"
    r"|columns?|starts?|repeats?|steps?|times)",
    re.IGNORECASE,
)
_BLOCK = re.compile(r"(\d+)\s?[–-]\s?(\d+)")


def tells_of_few(
    rows: Sequence[Sequence[str]], cells: SmallCells, names: Collection[str] = ()
) -> bool:
    """Return whether a table may hold a count of few samples or people.

    Args:
        rows: Its rows, headings first.
        cells: Rule for small counts.
        names: Names of columns of the study's table, in which a number is no count.
    """
    if not rows or not cells.threshold:
        return False
    masked = [[_without_names(cell, names) for cell in row] for row in rows]
    head, body = masked[0], masked[1:]
    if any(_says_few(cell, cells) for row in masked for cell in row):
        return True
    columns = [(title, _column(body, place)) for place, title in enumerate(head)]
    return any(_counts_few(title, column, cells) for title, column in columns) or any(
        _few_wrong(sizes, column, cells)
        for title, column in columns
        if _WRONG.search(title)
        for heading, sizes in columns
        if counts_people(heading)
    )


def _without_names(cell: str, names: Collection[str]) -> str:
    text = cell.strip().removeprefix("'")
    for name in names:
        if name and name in text:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "", text)
    return text


def _column(body: Sequence[Sequence[str]], place: int) -> list[str]:
    return [row[place] if place < len(row) else "" for row in body]


def _counts_few(title: str, column: Sequence[str], cells: SmallCells) -> bool:
    """Return whether a column may hold counts, and one of them is small."""
    people = counts_people(title)
    if people and any(_is_small_block(cell, cells) for cell in column):
        return True
    numbers = [cell for cell in column if _NUMBER.fullmatch(cell)]
    whole = [cell for cell in numbers if _PLAIN.fullmatch(cell)]
    if len(whole) < len(numbers) or (_METHOD.search(title) and not people):
        return False
    return any(cells.is_small(_count(cell)) for cell in whole)


def _is_small_block(cell: str, cells: SmallCells) -> bool:
    """Return whether a row stands for few neighbouring samples: "1–5"."""
    found = _BLOCK.fullmatch(cell)
    return found is not None and cells.is_small(int(found[2]) - int(found[1]) + 1)


def _few_wrong(sizes: Sequence[str], column: Sequence[str], cells: SmallCells) -> bool:
    """Return whether shares of wrong answers are those of few samples."""
    for size, cell in zip(sizes, column, strict=True):
        share = _SHARE.match(cell)
        if share is None or not _PLAIN.fullmatch(size):
            continue
        part = float(share["points"]) / (200 if share["under"] else 100)
        wrong = round(part * _count(size))
        if cells.is_small(wrong) or cells.is_small(_count(size) - wrong):
            return True
    return False


def _says_few(cell: str, cells: SmallCells) -> bool:
    """Return whether a cell says in words how many, and they are few."""
    return any(map(cells.is_small, _counts_said(cell))) or (
        not _PLAIN.fullmatch(cell) and cells.text(cell, counts_alone=True) != cell
    )


def _counts_said(cell: str) -> Iterator[int]:
    yield from (_count(found[1]) for found in _SIZE.finditer(cell))
    both = _IN_BRACKETS.fullmatch(cell)
    yield from map(_count, both.groups()) if both is not None else ()
    for found in _COUNTED.finditer(cell):
        if not _NO_PEOPLE.fullmatch(found["next"]):
            yield _count(found[1])


def _count(text: str) -> int:
    return int(float(text.replace(",", "")))
