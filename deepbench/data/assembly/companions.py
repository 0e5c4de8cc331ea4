"""Columns that stand between the samples of a table on its side, such as detection calls.

They are found where every sample is followed by the same number of columns of which one kind
stands at each place: by a name that repeats (``call``, ``call.1``), by a word for such columns
beside the sample's name (``S1 Detection Pval``), or because they hold no numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from deepbench.data.assembly.first_rows import FirstRows
from deepbench.data.raw_table import RawTable
from deepbench.data.readers.companion_names import OF
from deepbench.data.wording import counted, some_names
from deepbench.errors import Choice, DataQuestion
from deepbench.plan import Data

_LEAST_SAMPLES = 3
_WIDEST_BLOCK = 9
_NUMBERED = re.compile(r"^(?P<name>.*?)[._ ]?\d+$")
_WORDS = re.compile(
    r"(?:abs[ _.-]?)?call|detection|p[ _.-]?val(?:ue)?s?|flags?|(?:avg[ _.-]?)?n?beads|"
    r"bead[ _.-]?st(?:d)?err|std?(?:dev|err)|stdev|quality|present|marginal|conf(?:idence)?",
    re.IGNORECASE,
)
_NUMERIC_SHARE = 0.5


@dataclass(frozen=True)
class Companions:
    """Columns between the samples.

    Attributes:
        samples: (s,) columns of the samples.
        kinds: Names of the kinds of columns behind each sample.
        columns: (s, kinds) the columns behind each sample.
    """

    samples: NDArray[np.int64]
    kinds: tuple[str, ...]
    columns: NDArray[np.int64]


def find_companions(raw: RawTable, values: Sequence[int], first: FirstRows) -> Companions | None:
    """Return the columns between the samples, None if there are none.

    Args:
        raw: A table with a sample in each column, and perhaps others between them.
        values: Columns that do not describe features, in file order.
        first: Its first rows.
    """
    for block in range(2, _WIDEST_BLOCK + 1):
        if len(values) % block or len(values) // block < _LEAST_SAMPLES:
            continue
        grid = np.array(values, dtype=np.int64).reshape(-1, block)
        names = np.array(raw.columns, dtype=object)[grid]
        kinds = [_kind(grid, names, place, first) for place in range(1, block)]
        if all(kinds) and _are_samples(grid, first):
            return Companions(grid[:, 0], _distinct([kind or "" for kind in kinds]), grid[:, 1:])
    return None


def _are_samples(grid: NDArray[np.int64], first: FirstRows) -> bool:
    samples = grid[:, 0]
    filled = first.filled()[samples]
    return bool((first.number_shares()[samples][filled] > _NUMERIC_SHARE).all())


def _kind(
    grid: NDArray[np.int64], names: NDArray[np.object_], place: int, first: FirstRows
) -> str | None:
    """Return what the columns at one place of each block are called, None if they are samples."""
    own, samples = list(names[:, place]), list(names[:, 0])
    behind: set[str] = {
        name.removesuffix(f"{OF}{sample}") for name, sample in zip(own, samples, strict=True)
    }
    if len(behind) == 1 and not behind & set(own):
        return behind.pop()
    if (kind := _numbered(own)) and not _numbered(samples):
        return kind
    beside = _beside(own, samples)
    if _WORDS.search(beside):
        return beside
    shares = first.number_shares()[grid[:, place]]
    if first.filled()[grid[:, place]].any() and (shares == 0).all():
        return _shared_word(own)
    return None


def _numbered(names: list[str]) -> str | None:
    """Return the name of ``call, call.1, call.2``, as programs number repeated names."""
    base = names[0]
    stems = {found["name"] if (found := _NUMBERED.match(name)) else name for name in names[1:]}
    return base if stems == {base} else None


def _beside(names: list[str], samples: list[str]) -> str:
    """Return what ``S1 Detection``, ``S2 Detection`` say beside the samples, or nothing."""
    start, end = _common(names)
    other_start, other_end = _common(samples)
    varying = [name[len(start) : len(name) - len(end)] for name in names]
    if varying != [name[len(other_start) : len(name) - len(other_end)] for name in samples]:
        return ""
    own_start = "" if start == other_start else start
    return f"{own_start} {end.removeprefix(other_end)}".strip(" ._-:")


def _common(names: list[str]) -> tuple[str, str]:
    """Return what all names begin with, and what all end with behind that."""
    start = _common_start(names)
    rests = [name[len(start) :][::-1] for name in names]
    return start, _common_start(rests)[::-1]


def _common_start(names: list[str]) -> str:
    first, last = min(names), max(names)
    same = (own == other for own, other in zip(first, last, strict=False))
    return first[: sum(takewhile(bool, same))]


def _shared_word(names: Sequence[str]) -> str:
    """Return a name for columns that have no name in common."""
    found = _WORDS.search(names[0])
    return found.group() if found else "text"


def _distinct(kinds: list[str]) -> tuple[str, ...]:
    return tuple(
        f"{kind} {number}" if kinds.count(kind) > 1 else kind
        for number, kind in enumerate(kinds, start=1)
    )


def kept(raw: RawTable, companions: Companions, data: Data) -> bool:
    """Return whether the columns between the samples are kept, as the plan says.

    Raises:
        DataQuestion: the plan does not say.
    """
    if data.between != "ask":
        return data.between == "keep"
    number = len(companions.samples)
    kinds = some_names(companions.kinds)
    shown = raw.cells.column(int(companions.columns[0, 0]), rows=200)
    values = list(dict.fromkeys(cell for cell in shown if cell))[:3]
    raise DataQuestion(
        f"{raw.source_name}: behind each of {counted(number, 'sample')} stands a column {kinds} "
        f"(with values such as {', '.join(values) or 'none'}). Are these columns needed?",
        "data.between",
        (
            Choice("leave out", "Leave Them Out", f"only the {number:,} columns of values"),
            Choice("keep", "Keep as Features", "each becomes a feature of its own"),
        ),
        "Detection calls and their p-values are usually left out.",
    )
