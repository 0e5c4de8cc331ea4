"""Texts that are units of measurement, as they stand in a row under the column names."""

from __future__ import annotations

import re
from collections.abc import Sequence

_PREFIX = r"(?:k|M|G|m|µ|μ|u|n|p|f|c|d|da|h)?"
_BASE = (
    r"(?:g|m|L|l|mol|M|s|A|V|W|Hz|Pa|J|K|N|T|Da|bar|cal|eV|Eq|Osm|osm|U|IU|kat|Bq|Gy|Sv|C|F|S|Ω"
    r"|ohm|sec|min|bp|b|B|OD|AU|cp|lx|lm)"
)
_WORDS = (
    r"(?:%|‰|°|°[CF]|deg(?:ree)?s?|ppm|ppb|ppt|percent|ratio|fold|counts?|copies|cells?|reads?|CFU"
    r"|RLU|RFU|MFI|a\.?u\.?|arb\.? ?units?|arbitrary units?|units?|number|years?|yrs?|months?|mo"
    r"|weeks?|wks?|days?|d|hours?|hrs?|h|minutes?|mins?|seconds?|secs?"
    r"|Jahre?|Monate?|Wochen?|Tage?|Stunden?|Minuten?|Sekunden?|Anzahl|Punkte?|ans?|jours?|mois"
    r"|mmHg|mm ?Hg|cmH2O|beats"
    r"|bpm|rpm|pH|log2|log10|ln|TPM|FPKM|RPKM|CPM|kcal|mEq|nt|kb|kbp|Mb|field|hpf|kg|lbs?|in"
    r"|inch(?:es)?|ft|dB|score|points?|z-?score|MET|OD\d{3}|x? ?10\s?[\^*]?\s?\d+)"
)
_POWER = r"(?:\^?-?[1-4]|\*\*[1-4]|[²³]|⁻[¹²³])?"
_ATOM = rf"(?:{_WORDS}|{_PREFIX}{_BASE}){_POWER}"
_UNIT = re.compile(rf"(?:1\s?/\s?)?{_ATOM}(?:\s?[/·*.×x ]\s?{_ATOM}){{0,3}}")
_ENCLOSED = re.compile(r"^[\[(]\s*(.*?)\s*[\])]$")
_NONE = frozenset({"", "-", "–", "—", "none", "n/a", "na", "unitless", "dimensionless", "no unit"})
_TITLES = frozenset({"unit", "units", "einheit", "einheiten"})
_CERTAIN = re.compile(r"[%°µμ/²³]|..")
_LIKELY_SHARE = 0.8


def bare_unit(cell: str) -> str:
    """Return a unit without the brackets around it; nothing where the cell says there is none."""
    text = cell.strip()
    found = _ENCLOSED.match(text)
    text = found[1] if found else text
    return "" if text.casefold() in _NONE else text


def are_units(cells: Sequence[str], numeric: Sequence[bool]) -> bool:
    """Whether a row under the column names holds units.

    Args:
        cells: (p,) the row.
        numeric: (p,) whether the column holds numbers below the row.
    """
    units = [bare_unit(cell) for cell, number in zip(cells, numeric, strict=True) if number]
    others = [cell for cell, number in zip(cells, numeric, strict=True) if not number]
    given = [unit for unit in units if unit]
    if not given or sum(map(_is_unit, given)) < _LIKELY_SHARE * len(given):
        return False
    if not any(_CERTAIN.search(unit) for unit in given):
        return False
    # Beside numbers stand names and labels, which have no unit.
    return all(
        not bare_unit(cell) or _is_unit(bare_unit(cell)) or cell.strip().casefold() in _TITLES
        for cell in others
    )


def _is_unit(text: str) -> bool:
    return _UNIT.fullmatch(text) is not None
