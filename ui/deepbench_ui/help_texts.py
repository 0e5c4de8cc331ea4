"""The help beside each page and the glossary, from the files in ``help/``."""

from __future__ import annotations

import functools
import html
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from deepbench_resources import read_text

# Stages by their keys, and the page that predicts new samples.
HELP_KEYS = (
    "start",
    "question",
    "suitability",
    "import",
    "sample-sheet",
    "check",
    "split",
    "baselines",
    "networks",
    "shuffles",
    "test",
    "interpretation",
    "claims",
    "ethics",
    "report",
    "predict",
)


@dataclass(frozen=True)
class HelpSection:
    """A further paragraph of a page's help.

    Attributes:
        heading: Its heading.
        text: What it says.
        rows: A small table below it, the first row with the names of the columns; mostly none.
    """

    heading: str
    text: str
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class HelpPage:
    """The help of one page.

    Attributes:
        title: What the page is called.
        why: Why the page asks what it asks.
        tip: Number of the tip of Lee et al. 2022 that it carries out, or 0.
        tip_text: The tip in our words; empty without one.
        source: Publications that tip and example rest on.
        example: What somebody at the bench would answer, and what can go wrong.
        more: Further paragraphs.
        keys: Terms of the glossary that matter here.
    """

    title: str
    why: str
    tip: int
    tip_text: str
    source: str
    example: str
    more: tuple[HelpSection, ...]
    keys: tuple[str, ...]


@functools.cache
def load_help(key: str) -> HelpPage:
    """Return the help of a page.

    Args:
        key: One of `HELP_KEYS`.

    Raises:
        KeyError: there is no such page.
    """
    if key not in HELP_KEYS:
        raise KeyError(f"There is no help for a page called '{key}'.")
    table = tomllib.loads(read_text(f"help/{key}.toml"))
    sections = tuple(
        HelpSection(
            section["heading"], section["text"], tuple(map(tuple, section.get("rows", ())))
        )
        for section in table.pop("more")
    )
    return HelpPage(more=sections, keys=tuple(table.pop("keys")), **table)


@functools.cache
def glossary() -> Mapping[str, str]:
    """Return what each term means, in the order of the alphabet."""
    terms = tomllib.loads(read_text("help/glossary.toml"))["terms"]
    return MappingProxyType({term: terms[term] for term in sorted(terms, key=str.casefold)})


def mark_terms(text: str, terms: Iterable[str]) -> str:
    """Return a text as rich text in which terms are links of the form ``term:AUROC``.

    The first occurrence of each term is marked, whatever its case, in the singular or with a
    plural ending. Where terms overlap, the longest wins.

    Args:
        text: Plain text; what would be markup in it is escaped.
        terms: Terms as the glossary writes them.
    """
    spelling = {term.casefold(): term for term in terms}
    if not spelling:
        return html.escape(text)
    alternatives = "|".join(re.escape(t) for t in sorted(spelling, key=len, reverse=True))
    pattern = re.compile(rf"(?<!\w)({alternatives})(?:es|s)?(?!\w)", re.IGNORECASE)
    parts: list[str] = []
    marked: set[str] = set()
    end = 0
    for match in pattern.finditer(text):
        term = spelling[match[1].casefold()]
        if term in marked:
            continue
        marked.add(term)
        parts.append(html.escape(text[end : match.start()]))
        parts.append(f'<a href="term:{html.escape(term)}">{html.escape(match[0])}</a>')
        end = match.end()
    return "".join([*parts, html.escape(text[end:])])
