"""Small counts: which numbers of samples or units a released report must not show.

A count of 1 to k − 1 is written "<k". Because totals are printed too, a single hidden count
could be had by subtraction, so further counts are hidden with it (secondary suppression): in a
list, the smallest others until who knows the total cannot narrow a small count down to less than
half of the range 1 to k − 1; in a table of two directions, every other cell. A total below 2 k
is itself written "<2k", for nothing could be hidden beside it. See Hundepool et al., Statistical
Disclosure Control, 2012, doi:10.1002/9781118348239, chapter 4.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

HIDDEN = "hidden"
# Two units that hold more of a sum than this give themselves away (the dominance rule).
_DOMINANT = 0.9

# Numbers that count parts of the method, never samples or people.
_HARMLESS = (
    "fold",
    "repeat",
    "seed",
    "start",
    "time",
    "model",
    "network",
    "famil",
    "setting",
    "trial",
    "shuffle",
    "feature",
    "measurement",
    "column",
    "class",
    "site",
    "batch",
    "epoch",
    "size",
    "neighbour",
    "layer",
    "decimal",
    "resample",
    "interval",
    "tuning",
    "point",
    "kind",
    "studies",
    "entry",
    "entries",
    "numeric",
    "categorical",
    "standard",
)
_BEFORE_GENERIC_ONE = frozenset(
    {"of", "to", "by", "from", "in", "per", "than", "within", "any", "each", "as"}
)
# Words before a number that is a name, not a count.
_NAMED = (
    *("stage", "tip", "trial", "fold", "start", "level", "version", "epoch", "seed", "rung"),
    *("row", "class"),
)
_INTEGER = re.compile(
    r"(?<![\w.,'\"“‘<−-])(\d{1,3}(?:,\d{3})+|\d+)(?![\w'\"”’]|[.,]\d)"
    r"(?P<unit>\s*%)?(?P<next>(?:[\s-]+[^\W\d_][\w]*){0,2})"
)
_PART_OF = re.compile(
    r"\s+(?:out )?(?:of|from) (?:the |all )?[\d,]+(?P<next>(?:[\s-]+[^\W\d_]\w*){1,2})"
)
# What is measured or computed is no count: "at ε = 3", "an AUROC near 1", "limit/√2".
_MEASURED = re.compile(
    r"(?:[εδσ]\s*[=≤<]|√|\blog\w*\(|\b(?:near|scale around|hardly exceeds|false alarm in"
    r"|(?:takes|worth) about|rows \d+ and))\s*$"
)
# A limit that is not below the threshold tells no more than a hidden count does.
_LIMIT = re.compile(r"\b(?:fewer than|below)\s*$")
# The name of a class that is a number, with its count behind: "0 (188), 1 (106)".
_CLASS = re.compile(r"\s\([\d,]+\)")
_VARIANCE = re.compile(r"[^.;]*\bof the variance\b[^.;]*")
_DECIMAL_PERCENT = re.compile(r"(?<![\w.])\d+[.,]\d+\s*%")
_WORDS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
}
_WORD = re.compile(
    rf"\b(?P<word>{'|'.join(_WORDS)})\b(?P<next>(?:[\s-]+[^\W\d_][\w]*){{0,2}})", re.IGNORECASE
)
# A hidden number of one is told by the words behind it: "<10 sample was".
_SINGULAR = re.compile(
    r"(?P<count><\d+(?:[\s-][^\W\d_]+)?[\s-])(?P<noun>sample|row|unit|value|patient|person|donor"
    r"|mouse|animal|plate|litter|strain|case|control|group)\b(?P<verb>\s(?:was|is|has)\b)?"
)
_PLURALS = {"mouse": "mice", "was": "were", "is": "are", "has": "have"}
_PEOPLE = (
    "sample",
    "row",
    "unit",
    "value",
    "patient",
    "person",
    "people",
    "donor",
    "mouse",
    "mice",
    "animal",
    "plate",
    "litter",
    "strain",
    "case",
    "control",
    "group",
)


def is_withheld(text: str) -> bool:
    """Return whether a written count was hidden ("<10" or "hidden")."""
    return text == HIDDEN or text.startswith("<")


def left_out(count: int, what: str, cells: SmallCells) -> tuple[str, str]:
    """Return how many samples or rows were left out, and the verb that goes with it.

    A hidden number is a plural whatever it is: "<10 sample was" would be one.

    Args:
        count: How many.
        what: What they are, in the singular.
        cells: Rule for small counts.
    """
    text = cells.one(count)
    one = count == 1 and not is_withheld(text)
    return f"{text} {what if one else f'{what}s'}", "was" if one else "were"


@dataclass(frozen=True)
class SmallCells:
    """The rule of one rendering.

    Attributes:
        threshold: Counts of 1 to ``threshold - 1`` are hidden; 0 hides nothing.
        samples_alone: Whether nothing may tell how many units samples are of
            (`StudySummary.samples_alone`).
    """

    threshold: int = 0
    samples_alone: bool = False

    def is_small(self, count: int | None) -> bool:
        """Return whether a count must not be shown."""
        return count is not None and 0 < count < self.threshold

    def is_few(self, count: int | None) -> bool:
        """Return whether so many, or nobody knows how many, are too few for a score."""
        return bool(self.threshold) and (count is None or count < self.threshold)

    def units(self, text: str) -> str:
        """Return a written number of units, where it may stand beside that of samples."""
        return HIDDEN if self.samples_alone else text

    def is_dominated(self, of_two: float | None) -> bool:
        """Return whether a mean is nearly that of two units, so that it must not be shown.

        Args:
            of_two: Share of the sum that two units hold; None where nothing is summed.
        """
        return bool(self.threshold) and of_two is not None and of_two > _DOMINANT

    def one(self, count: int | None) -> str:
        """Write a count that is no part of a printed sum."""
        if count is None:
            return "–"
        return f"<{self.threshold}" if self.is_small(count) else f"{count:,}"

    def total(self, count: int) -> str:
        """Write a number of samples or units of which parts are shown elsewhere."""
        if 0 < count < 2 * self.threshold:
            return f"<{2 * self.threshold}"
        return f"{count:,}"

    def part(self, count: int, total: int, *, total_hidden: bool = False) -> str:
        """Write a count that is part of a total; a small rest of the total is hidden as well.

        Args:
            count: The part.
            total: The whole.
            total_hidden: Whether the whole must not be shown either.
        """
        rest = total - count
        return HIDDEN if self.is_small(rest) or (total_hidden and not rest) else self.one(count)

    def several(self, counts: Sequence[int]) -> list[str]:
        """Write counts whose sum is printed or can be had elsewhere in the report."""
        hidden = {place for place, count in enumerate(counts) if self.is_small(count)}
        # Zeros hide nothing, so they come last.
        others = sorted(
            (place for place in range(len(counts)) if place not in hidden),
            key=lambda place: (counts[place] == 0, counts[place], place),
        )
        while others and not self.is_protected([counts[place] for place in hidden]):
            hidden.add(others.pop(0))
        if not self.is_protected([counts[place] for place in hidden]):
            return [HIDDEN] * len(counts)
        return [
            HIDDEN if place in hidden and not self.is_small(count) else self.one(count)
            for place, count in enumerate(counts)
        ]

    def matrix(self, rows: Sequence[Sequence[int]]) -> list[list[str]]:
        """Write a table of counts with known row and column sums.

        One small cell, or one small sum, hides all cells that are not small themselves:
        anything less can be undone by adding up rows and columns.
        """
        lines = [*rows, *zip(*rows, strict=True)]
        if not any(self.is_small(count) for line in lines for count in (*line, sum(line))):
            return [[self.one(count) for count in row] for row in rows]
        if not all(self.is_protected(line) for line in lines):
            return [[HIDDEN] * len(row) for row in rows]
        return [
            [self.one(count) if self.is_small(count) else HIDDEN for count in row] for row in rows
        ]

    def text(self, text: str, totals: Sequence[int] = (), *, counts_alone: bool = False) -> str:
        """Hide small counts in prose that another stage wrote.

        When one number has to go, the other counts and percentages of the text go with it.
        Numbers before words of the method ("5 folds", "2 times") and numbers in quotes (names)
        stay.

        Args:
            text: The sentence or sentences.
            totals: Numbers of samples and units that the report prints. A count that differs
                from one of them by a small number, or a percentage that stands for one, is
                hidden.
            counts_alone: Whether only numbers that stand before samples, units or people can give
                something away: in sentences whose shares and thresholds are known to be those of
                enough people.
        """
        if not self.threshold:
            return text
        found = [match for match in _INTEGER.finditer(text) if not self._is_harmless(match)]
        words = [match for match in _WORD.finditer(text) if _is_count_word(match)]
        if counts_alone:
            found = [match for match in found if _is_count_of_people(match)]
        if any(self._gives_away(match, totals) for match in found) or any(
            self.is_small(_WORDS[match["word"].lower()]) for match in words
        ):
            text = _INTEGER.sub(self._hide, _WORD.sub(self._hide_word, text))
            text = _SINGULAR.sub(_as_plural, text)
            return _DECIMAL_PERCENT.sub(f"({HIDDEN})", text)
        return text

    def is_protected(self, hidden: Sequence[int]) -> bool:
        """Return whether the small ones of these counts stay unknown to who knows their sum.

        Such a reader knows which of them are small (1 to k - 1) and that the others are 0 or at
        least k.
        """
        small = sum(self.is_small(count) for count in hidden)
        if not small:
            return True
        total, largest = sum(hidden), self.threshold - 1
        possible: set[int] = set()
        for small_sum in range(small, small * largest + 1):
            rest = total - small_sum
            if rest == 0 or (rest >= self.threshold and len(hidden) > small):
                low = max(1, small_sum - (small - 1) * largest)
                high = min(largest, small_sum - (small - 1))
                possible.update(range(low, high + 1))
        return 2 * len(possible) >= largest

    def _is_harmless(self, match: re.Match[str]) -> bool:
        return _is_harmless(match) or _is_limit(match, self.threshold)

    def _hide(self, match: re.Match[str]) -> str:
        if self._is_harmless(match):
            return match[0]
        small = not match["unit"] and self.is_small(_value(match))
        return (f"<{self.threshold}" if small else f"({HIDDEN})") + match["next"]

    def _hide_word(self, match: re.Match[str]) -> str:
        if not _is_count_word(match):
            return match[0]
        small = self.is_small(_WORDS[match["word"].lower()])
        return (f"<{self.threshold}" if small else f"({HIDDEN})") + match["next"]

    def _gives_away(self, match: re.Match[str], totals: Sequence[int]) -> bool:
        value = _value(match)
        if not match["unit"]:
            near = any(self.is_small(abs(total - value)) for total in totals)
            if value in totals:
                return value < 2 * self.threshold  # as `total`
            return self.is_small(value) or near
        share = value / 100
        return any(
            self.is_small(round(part * total)) for total in totals for part in (share, 1 - share)
        )


def _as_plural(match: re.Match[str]) -> str:
    noun, verb = match["noun"], match["verb"] or ""
    verb = f" {_PLURALS[verb.strip()]}" if verb else ""
    return f"{match['count']}{_PLURALS.get(noun, f'{noun}s')}{verb}"


def _value(match: re.Match[str]) -> int:
    return int(match[1].replace(",", ""))


def _is_harmless(match: re.Match[str]) -> bool:
    text, following = match.string, match.string[match.end(1) :]
    if _MEASURED.search(text[: match.start()]):
        return True
    if match["unit"] and _is_share_of_variance(match):
        return True
    if counts_people(match["next"]):
        return False
    if match["unit"]:
        return any(word.startswith(_HARMLESS) for word in _words(match["next"]))
    if _CLASS.match(following) and text[: match.start()].rstrip().endswith((":", ",")):
        return True
    before = text[: match.start()].lower().split()[-1:]
    if before and before[0].lstrip("(").startswith(_NAMED):
        return True
    part_of = _PART_OF.match(following)
    # "2 of 4 sites"; not "2 of 4 site visits", which are things of people.
    words = _words(part_of["next"])[:1] if part_of is not None else _words(match["next"])
    return any(
        word.startswith(_HARMLESS) and (part_of is None or word.endswith("s")) for word in words
    )


def _is_share_of_variance(match: re.Match[str]) -> bool:
    """Return whether a percentage tells of variance, which says nothing on how many people."""
    return any(
        found.start() <= match.start() < found.end() for found in _VARIANCE.finditer(match.string)
    )


def _is_limit(match: re.Match[str], threshold: int) -> bool:
    """Return whether a number only says "fewer than so many", and these are enough."""
    limits = not match["unit"] and _value(match) >= threshold
    return limits and bool(_LIMIT.search(match.string[: match.start()]))


def _is_count_word(match: re.Match[str]) -> bool:
    """Return whether a written-out number counts people; "rows of one patient" does not."""
    before = match.string[: match.start()].lower().split()[-1:]
    if before == ["no"]:
        return False  # "no two rows"
    if match["word"].lower() == "one" and before and before[0] in _BEFORE_GENERIC_ONE:
        return False
    return counts_people(match["next"]) and not match["next"].strip().startswith(
        ("value", "p-value")
    )


def _is_count_of_people(match: re.Match[str]) -> bool:
    """Return whether a number counts people: "3 samples", "3 of 40 held-out samples"."""
    if match.string[: match.start()].rstrip().endswith(" than"):
        return False  # "fewer than 5 units" states a rule
    following = match.string[match.end(1) :]
    part_of = _PART_OF.match(following)
    words = part_of["next"] if part_of is not None else match["next"]
    # Groups and values are those of columns here.
    found = [word for word in _words(words) if not word.startswith(("group", "value"))]
    return not match["unit"] and counts_people(" ".join(found))


def counts_people(following: str) -> bool:
    """Return whether words speak of samples, units or people."""
    return any(word.startswith(_PEOPLE) for word in _words(following))


def _words(following: str) -> list[str]:
    return re.split(r"[\s-]+", following.strip(" -").lower())
