"""Which name in a table and which name in a sample sheet mean the same sample.

Rules, from the strictest to the freest: ``exact``; ``loose`` (case, blanks, dots, dashes and
underscores make no difference, nor does the X that R puts before a number); ``start`` (what stands
behind the name, such as ``_R1`` or ``.CEL``, is ignored); ``number`` (the number in the name). A
freer rule is tried only on what the stricter ones left, and a name with two candidates is never
matched. ``order`` compares no names: it is for files that have none, and never proposed otherwise.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Rule = Literal["exact", "loose", "start", "number", "order"]

#: Rules in the order in which they are proposed.
RULES: tuple[Rule, ...] = ("exact", "loose", "start", "number")
RULE_WORDS: dict[Rule, str] = {
    "exact": "names are exactly alike",
    "loose": "capitals, blanks, dots, dashes and underscores make no difference, nor does the X "
    "that R puts before a number",
    "start": "what stands behind the name (such as _R1 or .CEL) is ignored",
    "number": "the number in the name decides",
    "order": "line by line, as no names tell which belong together",
}
_STEPS: dict[Rule, tuple[Rule, ...]] = {
    "exact": ("exact",),
    "loose": ("exact", "loose"),
    "start": ("exact", "loose", "start"),
    "number": ("exact", "loose", "number"),
}
_SEPARATOR = r"[\s._\-\u2010-\u2015]"
_BETWEEN_DIGITS = re.compile(rf"(?<=\d){_SEPARATOR}+(?=\d)")
_SEPARATORS = re.compile(f"{_SEPARATOR}+")
_R_PREFIX = re.compile(r"^x(?=\d)")
_ENDINGS = re.compile(
    r"(?:\.(?:cel|idat|bam|sam|cram|sorted|fastq|fq|fasta|fa|gz|txt|csv|tsv|raw|mzml|mzxml|wiff|"
    r"d|fcs|xlsx?|bed|vcf|counts?|h5|tiff?|png|jpe?g))+$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+")
_KEPT = "\0"  # stands for separators between digits: 1-1 is not 11


class Names:
    """Names of one side, and what each rule makes of them."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = list(names)

    @cached_property
    def loose(self) -> list[str]:
        """Keys of the rule ``loose``; empty for an empty name."""
        return [loose_key(name) for name in self.names]

    @cached_property
    def bare(self) -> list[str]:
        """Keys of names without the ending of a file."""
        return [loose_key(_ENDINGS.sub("", name)) for name in self.names]

    @cached_property
    def starts(self) -> list[frozenset[str]]:
        """Keys of what each name begins with, up to each of its separators."""
        return [_starts(_ENDINGS.sub("", name)) for name in self.names]

    @cached_property
    def numbers(self) -> list[str]:
        """The number in each name that tells it from the others; empty where there is none."""
        found = [[str(int(n)) for n in _NUMBER.findall(name)] for name in self.names]
        everywhere = set.intersection(*map(set, found)) if len(found) > 1 else set()
        telling = [[n for n in numbers if n not in everywhere] for numbers in found]
        return [numbers[0] if len(numbers) == 1 else "" for numbers in telling]

    def keys(self, rule: Rule) -> list[str]:
        """Return the key of each name under a rule that compares keys."""
        if rule == "exact":
            return self.names
        return self.loose if rule == "loose" else self.numbers


def loose_key(name: str) -> str:
    """Return what names that differ only in their spelling have in common."""
    text = unicodedata.normalize("NFKC", name).casefold().strip()
    text = _SEPARATORS.sub("", _BETWEEN_DIGITS.sub(_KEPT, text))
    return _R_PREFIX.sub("", text)


def _starts(name: str) -> frozenset[str]:
    cuts = [match.start() for match in _SEPARATORS.finditer(name)]
    return frozenset(key for cut in cuts if (key := loose_key(name[:cut])))


@dataclass(frozen=True)
class Pairing:
    """Names matched under a rule.

    Attributes:
        rule: The rule.
        pairs: Number of the name in the table, and in the sheet, in the table's order.
        only_table: Numbers of the names that only the table has.
        only_sheet: Numbers of the names that only the sheet has.
        unclear: How many names have several candidates, and were not matched for that.
    """

    rule: Rule
    pairs: tuple[tuple[int, int], ...]
    only_table: tuple[int, ...]
    only_sheet: tuple[int, ...]
    unclear: int


def pair(table: Names, sheet: Names, rule: Rule) -> Pairing:
    """Match two lists of names, one to one.

    Args:
        table: Names in the table.
        sheet: Names in the sample sheet.
        rule: The freest rule that may be used.
    """
    partner: dict[int, int] = {}
    taken: set[int] = set()
    unclear: set[int] = set()
    for step in _STEPS[rule]:
        candidates = _candidates(table, sheet, step)
        wanted = Counter(other for others in candidates.values() for other in others)
        for own, others in candidates.items():
            if own in partner:
                continue
            (first, *more) = others
            if more or wanted[first] > 1:
                unclear.add(own)
            elif first not in taken:
                partner[own] = first
                taken.add(first)
    return Pairing(
        rule,
        tuple(sorted(partner.items())),
        tuple(i for i in range(len(table.names)) if i not in partner),
        tuple(i for i in range(len(sheet.names)) if i not in taken),
        len(unclear - set(partner)),
    )


def _candidates(table: Names, sheet: Names, rule: Rule) -> dict[int, list[int]]:
    """Return for each name of the table the names of the sheet that the rule would match."""
    if rule == "start":
        return _candidates_by_start(table, sheet)
    places = _places(sheet.keys(rule))
    found = {i: places[key] for i, key in enumerate(table.keys(rule)) if key and key in places}
    return found


def _candidates_by_start(table: Names, sheet: Names) -> dict[int, list[int]]:
    of_sheet, of_table = _places(sheet.bare), _places(table.bare)
    found: defaultdict[int, set[int]] = defaultdict(set)
    for own, (key, starts) in enumerate(zip(table.bare, table.starts, strict=True)):
        for start in {key, *starts} & of_sheet.keys():
            found[own].update(of_sheet[start])
    for other, starts in enumerate(sheet.starts):
        for start in starts & of_table.keys():
            for own in of_table[start]:
                found[own].add(other)
    return {own: sorted(others) for own, others in sorted(found.items()) if others}


def _places(keys: Sequence[str]) -> dict[str, list[int]]:
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, key in enumerate(keys):
        if key:
            places[key].append(place)
    return dict(places)


def overlap(first: Names, second: Names, rule: Rule) -> int:
    """Return how many different names of two lists a rule would find in the other."""
    if rule == "start":
        return len(_candidates_by_start(first, second))
    return len((set(first.keys(rule)) & set(second.keys(rule))) - {""})
