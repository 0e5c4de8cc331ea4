"""The words around a word: whether "causes" is a verb, and what "increases" is about.

Each question takes the text before and after a match and says whether the words found have the
meaning that a rule of `deepbench.study.causal_words` is about.
"""

from __future__ import annotations

import re
from collections.abc import Callable

#: Reads the text before and after a match; says whether the word has its causal meaning there.
Fits = Callable[[str, str], bool]

# Of the study itself: a model may drive a score up, and a split may prevent leakage.
METHOD = re.compile(
    r"\s*(?:(?:the|a|an|this|our|any|its|their|such)\s+)?"
    r"(?:(?!(?:in|of|on|by|with|for|to|from|among|and|or)\b)[\w-]+\s+){0,2}?(?:"
    r"over-?fitting|leakage|bias|errors?|noise|scores?|auroc|accuracy|precision|models?|"
    r"predictions?|predicted|performance|variance|dimensions?|dimensionality|sample size|"
    r"numbers?|power|false|missing|data|analysis|results?|conclusions?|exclusion|assumption|"
    r"question|hypothesis|interpretation|log-odds|probability|output|privacy|identity|"
    r"folds?|runs?|software|file|batch(?:es)?|plates?|sample sheet|confound\w*)\b",
    re.IGNORECASE,
)
_MODAL = frozenset(
    "can could may might will would shall should must to do does did they we which that who and "
    "or both also not n't never it these those also cannot".split()
)
_NO_PLURAL = ("ss", "us", "is")
_BEING = frozenset("is are was were be been being".split())
# Before a noun, be it one or several; "this causes" and "one causes" are verbs.
_NOUN_BEFORE = frozenset(
    "the any no these those its their his her our two three root main common possible likely "
    "underlying leading of as without with same other unknown probable all several many some few "
    "natural rare genetic major true real hard disk gene test key sole primary secondary for by "
    "from such most".split()
)
_ONE_BEFORE = frozenset("a an one this that each every another single".split())
_NOUN_AFTER = re.compile(
    r"\s*(?:$|[,.;:)]|(?:of|for|is|are|was|were|remains?|unknown|codes?|columns?|fields?|"
    r"register|category|and effect|to be)\b)",
    re.IGNORECASE,
)


def last_word(before: str) -> str:
    """Return the word before, unless a mark stands between."""
    found = re.search(r"([\w'’-]+)\s*$", before)
    return found[1].casefold() if found else ""


def is_verb(before: str, after: str) -> bool:
    """Say whether the third person of a verb stands there, and not the plural of a noun."""
    return last_word(before) not in _NOUN_BEFORE and not _NOUN_AFTER.match(after)


def acts(before: str, after: str) -> bool:
    """Say whether the third person of a verb acts on something other than the study itself."""
    return is_verb(before, after) and not METHOD.match(after)


def acts_in_plain_form(before: str, after: str) -> bool:
    """Say the same of ``cause``: after a modal verb or a plural."""
    last = last_word(before)
    if last not in _MODAL and not _is_plural(last):
        return False
    return not _NOUN_AFTER.match(after) and not METHOD.match(after)


def acts_even_after_one(before: str, after: str) -> bool:
    """Say the same where the noun is rare enough: "TP53 cause cancer", "it lead to death"."""
    last = last_word(before)
    if not last or (last in _NOUN_BEFORE | _ONE_BEFORE and last not in _MODAL):
        return False
    return not _NOUN_AFTER.match(after) and not METHOD.match(after)


def _is_plural(word: str) -> bool:
    return word.endswith("s") and not word.endswith(_NO_PLURAL) and word not in _NOUN_BEFORE


def not_on_method(before: str, after: str) -> bool:
    """Say whether it is about something other than the study itself."""
    return not METHOD.match(after)


def unless_after(*words: str) -> Fits:
    """Return a condition: none of these words stands before."""
    return lambda before, after: last_word(before) not in words and not METHOD.match(after)


def unless_before(pattern: str) -> Fits:
    """Return a condition: this does not follow."""
    compiled = re.compile(rf"\s*(?:{pattern})\b", re.IGNORECASE)
    return lambda before, after: not compiled.match(after) and not METHOD.match(after)


def past_acts(before: str, after: str) -> bool:
    """Say whether a past tense acts: "caused death", and not "the caused damage" nor "was led"."""
    last = last_word(before)
    if last in _BEING or last in (_NOUN_BEFORE | {"a", "an"}) - {"these", "those", "all"}:
        return False
    return not METHOD.match(after) and not re.match(r"\s*(?:$|[,.;:)])", after)


_NOT_AN_OBJECT = re.compile(
    r"\s*(?:$|[,.;:)]|(?:with|in|of|over|by|from|at|when|as|and|or|between|after|before|during|"
    r"until|were|are|was|is|to|than|also|if|while|for|on|only|both|again|then|towards?|along|"
    r"across|among|within|up|down|not|that|which|further|\w+ly)\b)",
    re.IGNORECASE,
)
_ADVERBS = re.compile(r"(?:\s+\w+ly)+")


def changes(before: str, after: str) -> bool:
    """Say whether something is increased: "increases the risk", and not "increases with age"."""
    rest = _ADVERBS.sub("", after, count=1) if _ADVERBS.match(after) else after
    return not (
        last_word(before) in _NOUN_BEFORE or _NOT_AN_OBJECT.match(rest) or METHOD.match(rest)
    )


def can_change(before: str, after: str) -> bool:
    """Say the same of ``increase``; "to increase" is mostly said of the method."""
    last = last_word(before)
    return (last in _MODAL - {"to", "and", "or"} or _is_plural(last)) and changes("", after)


def can_change_it(before: str, after: str) -> bool:
    """Say the same of ``increase the``."""
    last = last_word(before)
    return (last in _MODAL - {"to"} or _is_plural(last)) and not METHOD.match(after)


_OUTCOMES = re.compile(
    r"\s+(?:survival|mortality|risks?|odds|outcomes?|deaths?|relapses?|growth|expression)\b",
    re.IGNORECASE,
)
_SHORT_SUBJECT = re.compile(r"(?:^|[.;:,]\s|\bthat\s)\s*(?:[\w-]+\s+){1,3}$", re.IGNORECASE)
_BEFORE_AN_ADJECTIVE = frozenset(
    "was were is are be been with without of in and or for to by from than show showed shows saw "
    "found predict predicted observed including reported has have had having".split()
)


def changed(before: str, after: str) -> bool:
    """Say the same of ``increased``: not "the increased risk", nor "was increased".

    Without an owner, a short subject has to stand before: "smoking increased mortality".
    """
    if not changed_it(before, after):
        return False
    owned = re.match(r"\s+(?:its|their|his|her|our|my|your)\b", after, re.IGNORECASE)
    return bool(owned or (_OUTCOMES.match(after) and _SHORT_SUBJECT.search(before)))


def changed_it(before: str, after: str) -> bool:
    """Say the same of ``increased the``."""
    adjective = _NOUN_BEFORE | {"a", "an"} | _BEFORE_AN_ADJECTIVE
    return last_word(before) not in adjective and not METHOD.match(after)


def is_no_heading(before: str, after: str) -> bool:
    """Say whether "results in" is a verb: not "our results in mice", "results in Table 2"."""
    nouns = {*_NOUN_BEFORE, "test", "similar", "and", "main", "these", "better", "good"}
    here = r"\s+(?:table|figure|this|these|our|both|all|each|mice|humans|patients|the\s+\w+\s*set)"
    follows = re.match(rf"{here}\b", after, re.IGNORECASE)
    return last_word(before) not in nouns and not follows and not METHOD.match(after)


_KINDS_OF_EFFECT = frozenset(
    "side batch random fixed mixed interaction adverse main placebo plate site edge ceiling "
    "size no adjusted".split()
)


def is_an_effect(before: str, after: str) -> bool:
    """Say whether an effect is one of biology: not a batch effect, nor a side effect."""
    return last_word(before) not in _KINDS_OF_EFFECT and not METHOD.match(after)


_WORKING = re.compile(
    r"\s*(?:the\s+|a\s+|an\s+|its\s+|their\s+|our\s+)?(?:(?:small|few|fewer)\b|"
    r"(?:[\w-]+\s+)?(?:chance|noise|missing\w*|batch\w*|site|sites|processing|confound\w*|leakage|artefacts?|artifacts?|"
    r"overfitting|technical|instrument\w*|storage|sampling|quality|imbalance|selection|bias|"
    r"consent|privacy|time|cost|costs|failed|low\s+quality|duplicates?|outliers?)\b)",
    re.IGNORECASE,
)
# What follows "due to" after these is how the study was done, or how an outcome is called.
_HAPPENED_TO_SAMPLES = frozenset(
    "excluded removed dropped lost out stopped failed missing treated admitted included tested "
    "examined sampled chosen selected used taken death deaths died dying dead admission "
    "admissions".split()
)
_ABOUT_SAMPLES = re.compile(
    r"\b(?:missing|samples?|rows?|gaps?|measurements?)\b[^.;,]{0,20}$", re.IGNORECASE
)


def is_no_way_of_working(before: str, after: str) -> bool:
    """Say whether "due to" is about biology: not "excluded due to …", nor "death due to …"."""
    if last_word(before) in _HAPPENED_TO_SAMPLES or _ABOUT_SAMPLES.search(before):
        return False
    return not _WORKING.match(after) and not METHOD.match(after)


_PROVED_TO_BE = re.compile(
    r"\s*(?:to\s+be|useful|helpful|difficult|hard|impossible|sufficient|robust|stable|unstable|"
    r"challenging|feasible|effective|reliable|wrong|right|too|more|less|very|as)\b",
    re.IGNORECASE,
)


def is_proof(before: str, after: str) -> bool:
    """Say whether something is proven, and does not merely prove difficult."""
    return not _PROVED_TO_BE.match(after)
