"""Words that mean a person: "Anna Schmidt", "Frau Meier", "born 1961-04-03", "MRN 84736251".

A first name alone is nobody: genes, markers and strains are called like people. A person is told
by two neighbouring words of which one is a first name, by a title or "patient" before a name, by
a date of birth, or by a record number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from deepbench.privacy.first_names import FIRST_NAMES

#: Place names begin like this: "San Diego" is no person.
OF_PLACES = frozenset("san santa santo são sao saint st sankt fort port los las mount".split())
# They are words, units, species or places as well; they count behind "patient" or a title alone.
_ALSO_WORDS = frozenset(
    "ali ana ann ben charlotte clara ella eva frank gloria grace henry jack jan jean kai lea leo "
    "marina mark max mia pascal regina sam tim tom vera victoria virginia".split()
)
#: First names that are little else.
SURE_FIRST_NAMES = FIRST_NAMES - _ALSO_WORDS
_TITLES = frozenset(
    "Mr Mrs Ms Miss Frau Herr Herrn Mme Mlle Madame Monsieur Señor Señora Signor Signora Dr "
    "Prof".split()
)
_PATIENT = frozenset(
    "patient patients patientin proband probandin donor participant volunteer subject person "
    "mother father child".split()
)
_PARTICLES = frozenset("al bin da de del della den der di dos du la le ten ter van von zu".split())
_INSTITUTION = frozenset(
    "campus center centre charité clinic clinics college foundation hospital institut institute "
    "klinik klinikum krankenhaus laboratories laboratory lab medical school spital stiftung "
    "universität university".split()
)
#: Words that make no name of the one beside them.
NO_NAME = _INSTITUTION | frozenset(
    "alpha and angle arbor area assay batch beta blot blue buffer cell cells change class "
    "code cohort column count criteria curve data date day delta diameter disease dose "
    "duration effect equation factor file flow formula frequency gamma gene grade green group "
    "heart height index king label law length level line mean median medium method model "
    "mouse number outcome pair patient peak plate plot prince princess procedure queen rate "
    "ratio reaction red report run sample score set sign site size solution stage stain state "
    "status strain strasse street study subject syndrome system table task temperature test "
    "time titer tumor tumour type unit value values virus visit volume ward weight width year "
    "years".split()
)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_HYPHEN = re.compile(r"['’-]")
_GAP = re.compile(r"\.?[\s_,]{1,3}|[-.]")
_DATE = (
    r"(?:\d{4}[-/._]\d{1,2}[-/._]\d{1,2}|\d{1,2}[-/._ ]\d{1,2}[-/._ ]\d{2,4}"
    r"|\d{1,2}\.? ?[^\W\d_]{3,9}\.? \d{4}|[^\W\d_]{3,9}\.? \d{1,2},? \d{4}|(?:19|20)\d\d)(?!\d)"
)
_BORN = (
    r"(?:date[ _]of[ _]birth|birth[ _]?da(?:te|y)|d\.?o\.?b\.?|born|geburtsdatum|geburtstag"
    r"|geboren|geb\.?|née?|nacid[oa]|nat[oa]|\*)"
)
_BIRTH = re.compile(
    rf"(?<![^\W_]){_BORN}[\W_]{{0,3}}(?:(?:on|am|in|le|el|the)[\s_]+)?{_DATE}", re.IGNORECASE
)
_DATE_BEHIND = re.compile(rf"[\s_,;:()–-]{{1,4}}(?:{_BORN}[\W_]{{0,3}})?{_DATE}", re.IGNORECASE)
_NUMBER = r"(?:no|nr|num|number|nummer|id)"
_RECORD = re.compile(
    r"(?<![^\W_])(?:(?:mrn|ssn|ahv|nhs|fallnr|fallnummer|versichertennummer|medical[ _]record"
    rf"|sozialversicherung(?:snummer)?)(?:[\W_]{{0,3}}{_NUMBER})?"
    rf"|(?:record|case|hospital|insurance|passport|social[ _]security)[ _]{_NUMBER})"
    r"[\W_]{0,3}[a-z]{0,3}[-.]?\d(?:[ .-]?\d){4,}(?!\d)",
    re.IGNORECASE,
)
_SECURITY = re.compile(r"(?<![\w.-])(?:\d{3}-\d{2}-\d{4}|756\.\d{4}\.\d{4}\.\d{2})(?![\w-])")


def names_person(text: str, *, surely: bool = False) -> bool:
    """Return whether a text means a person; arguments as in `person_places`."""
    return next(_places(text, surely), None) is not None


def person_places(text: str, *, surely: bool = False) -> list[tuple[int, int]]:
    """Return where a text means a person, from begin to end of each place; they may overlap.

    Args:
        text: Any text.
        surely: Only what means somebody of the data: dates of birth, record numbers and names
            behind "patient". A name alone may be that of who made or decided something.
    """
    return sorted(_places(text, surely))


def _places(text: str, surely: bool) -> Iterator[tuple[int, int]]:
    for pattern in (_BIRTH, _RECORD, _SECURITY):
        yield from (match.span() for match in pattern.finditer(text))
    words = list(_WORD.finditer(text))
    for number in range(len(words) - 1):
        last = _name_from(text, words, number, surely)
        if last:
            end = words[last].end()
            behind = _DATE_BEHIND.match(text, end)
            yield words[number].start(), behind.end() if behind else end


def _name_from(text: str, words: list[re.Match[str]], number: int, surely: bool) -> int:
    """Return the number of the last word of a person who begins at a word; 0 if none does."""
    followers = _followers(text, words, number)
    if not followers:
        return 0
    word, names = words[number][0], [words[i][0] for i in followers]
    first, second = names[0].casefold(), names[1].casefold() if len(names) > 1 else ""
    if first in NO_NAME:
        return 0
    if word.casefold() in _PATIENT:
        known = first in FIRST_NAMES if not second else not FIRST_NAMES.isdisjoint((first, second))
        return followers[min(1, len(names) - 1)] if known and second not in NO_NAME else 0
    if surely:
        return 0
    if word in _TITLES:
        return followers[min(1, len(names) - 1)] if second not in NO_NAME else followers[0]
    before = words[number - 1][0].casefold() if number else ""
    if (
        not _is_capital(word)
        or {word.casefold(), before} & OF_PLACES
        or word.casefold() in NO_NAME
    ):
        return 0
    behind = {w[0].casefold() for w in words[followers[0] + 1 : followers[0] + 3]}
    pair = {_HYPHEN.split(name)[0].casefold() for name in (word, names[0])}
    whole = not (word.isupper() and names[0].isupper())
    return followers[0] if whole and pair & SURE_FIRST_NAMES and not behind & _INSTITUTION else 0


def _followers(text: str, words: list[re.Match[str]], number: int) -> list[int]:
    """Return the numbers of up to two words with capitals right behind a word."""
    found: list[int] = []
    last = number
    for place in range(number + 1, min(number + 5, len(words))):
        if not _GAP.fullmatch(text, words[last].end(), words[place].start()):
            break
        last = place
        if words[place][0] in _PARTICLES:
            continue
        if not _is_capital(words[place][0]):
            break
        found.append(place)
    return found[:2]


def _is_capital(word: str) -> bool:
    """Say whether a word is written as a name: "Schmidt", "Ann-Kathrin", "SCHMIDT"."""
    if word.isupper():
        return len(word) >= 4
    parts = _HYPHEN.split(word)
    return word[0].isupper() and len(word) >= 2 and all(p[1:].islower() for p in parts if p[1:])
