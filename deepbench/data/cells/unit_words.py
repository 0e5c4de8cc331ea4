"""Which texts are units of measurement, as laboratories write them."""

from __future__ import annotations

import re

_PREFIX = "(?:da|[fpnuµmcdhkMG])"
_WITH_PREFIX = (
    "g|L|l|m|s|mol|M|N|Da|eV|V|A|W|J|Pa|Hz|K|bar|Bq|Ci|Gy|Sv|U|IU|IE|Eq|eq|osm|Osm|kat|cal|"
    "b|bp|S|F|T"
)
_WORDS = (
    "%|‰|°C|°F|°|ppm|ppb|ppt|min|minutes?|h|hr|hrs|hours?|d|days?|wk|wks|weeks?|mo|months?|y|yr|"
    "yrs|years?|sec|secs|seconds?|Stunden?|Tage?|Wochen?|Monate?|Jahre?|Minuten?|Sekunden?|"
    "mmHg|cmH2O|bpm|rpm|cells?|CFU|cfu|PFU|pfu|copies|reads|AU|a\\.u\\.|RFU|RLU|RU|OD|dB|C|"
    "in|inch|ft|lb|lbs|oz|gauge|mm Hg|x ?g|hpf|HPF|Zellen|plants?|mice|kat|Torr|atm|psi|rad|sr|"
    "lx|lm|cd|cps|cpm|counts|events"
)
_POWER = r"(?:\^?-?\d|[⁻]?[²³¹])?"
_TERM = rf"(?:{_WORDS}|{_PREFIX}?(?:{_WITH_PREFIX})|wt|vol|Zelle){_POWER}"
# 5.2 x10^9/L: the power of ten belongs to the unit, as it does in the head of a laboratory table.
_TIMES = r"[x×*·] ?10(?:\^?-?\d{1,2}|[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)"
_UNIT = re.compile(
    rf"(?:{_TIMES} ?)?/? ?{_TERM}(?: ?[/·*.] ?(?:\d+ ?)?{_TERM}| {_TERM})*(?: ?\([vw]/[vw]\))?"
    rf"|{_TIMES}"
)
_BARE_CAPITAL = re.compile("[A-Z]")
_IN_BRACKETS = re.compile(r"\S.*?[ _.]?[(\[]([^()\[\]]{1,20})[)\]]\s*")
_LITRE = re.compile(r"(?<![A-Za-zµ])([fpnuµmcdk]?)l(?![A-Za-z])")


def is_unit(text: str) -> bool:
    """Whether a text is a unit, alone or made of several."""
    return len(text) <= 20 and _UNIT.fullmatch(_plain(text)) is not None


def is_unit_behind(gap: str, text: str) -> bool:
    """Whether a text behind a number is a unit; 12A is rather a name than a current."""
    return is_unit(text) and (bool(gap) or not _BARE_CAPITAL.fullmatch(text))


def same_unit(text: str) -> str:
    """Return the form in which two ways of writing a unit are alike: ``mg / dl``, ``mg/dL``."""
    return _LITRE.sub(r"\1L", _plain(text).replace(" ", ""))


def unit_in_name(name: str) -> str:
    """Return the unit at the end of a column's name: kg of ``weight (kg)``; empty if none."""
    if name[-1:] not in (")", "]"):
        return ""
    found = _IN_BRACKETS.fullmatch(name)
    if found is None:
        return ""
    text = found[1].strip()
    return text if is_unit(text) else ""


def _plain(text: str) -> str:
    return text.strip().replace("\u03bc", "µ").replace("\u00a0", " ").replace("\u2009", " ")
