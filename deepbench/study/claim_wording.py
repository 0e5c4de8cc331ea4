"""Finds words in a sentence that claim more than an association, and what to write instead.

Pure Python, quick enough for every key stroke: the window looks while the user types, the engine
before it prints. Denials ("does not cause", "cannot show that it causes", "whether it causes")
and questions are left alone, and so are the names of columns and classes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from deepbench.study.causal_words import RULES, Rule
from deepbench.study.records import CausalWordingRecord


@dataclass(frozen=True)
class WordingHit:
    """Words that say too much.

    Attributes:
        start: Where they begin.
        end: Where they end.
        words: The words as typed, blanks made single.
        why: What is wrong with them, in sentences.
        instead: What to write in their place; None where other words alone do not help.
    """

    start: int
    end: int
    words: str
    why: str
    instead: str | None


def find_overclaims(text: str, names: Iterable[str] = ()) -> tuple[WordingHit, ...]:
    """Return the words that claim more than an association, in the order of the text.

    Args:
        text: One or more sentences.
        names: Names of columns and classes, which may hold such words ("cause of death").
    """
    masked = _without_names(text, names)
    found: list[tuple[re.Match[str], Rule]] = []
    for rule in RULES:
        found += [
            (match, rule)
            for match in rule.pattern.finditer(masked)
            if rule.fits(masked[: match.start()], masked[match.end() :])
            and not _is_denied(masked, match, rule)
        ]
    found.sort(key=lambda pair: (pair[0].start(), -pair[0].end()))
    hits: list[WordingHit] = []
    for match, rule in found:
        if not hits or match.start() >= hits[-1].end:
            hits.append(_hit(text, match, rule))
    return tuple(hits)


def suggested(text: str, hits: Iterable[WordingHit]) -> str:
    """Return the text with other words in place of the hits; empty where one has none."""
    parts: list[str] = []
    end = 0
    for hit in hits:
        if hit.instead is None:
            return ""
        instead = hit.instead
        if hit.words[:1].isupper():
            instead = instead[:1].upper() + instead[1:]
        parts += [text[end : hit.start], instead]
        end = hit.end
    return "".join([*parts, text[end:]]) if parts else ""


def causal_wording(
    texts: Iterable[tuple[str, str]], names: Iterable[str] = ()
) -> tuple[CausalWordingRecord, ...]:
    """Return what is to be said about texts of the user.

    Args:
        texts: Whose note a text is (empty for a sentence of the user's own), and the text.
        names: As in `find_overclaims`.
    """
    known = tuple(names)
    records = []
    for where, text in texts:
        hits = find_overclaims(text, known)
        better = suggested(text, hits)
        records += [
            CausalWordingRecord(
                text=text, where=where, words=hit.words, why=hit.why, suggestion=better
            )
            for hit in hits
        ]
    return tuple(records)


def _hit(text: str, match: re.Match[str], rule: Rule) -> WordingHit:
    start, end = match.span()
    instead = rule.instead(match) if callable(rule.instead) else rule.instead
    return WordingHit(start, end, " ".join(text[start:end].split()), rule.why, instead)


# --- names ----------------------------------------------------------------------------------


def _without_names(text: str, names: Iterable[str]) -> str:
    """Return the text, as long as it was, with letters in place of names.

    A name that is itself nothing but such a word ("cause") counts as a name inside quotation
    marks only: else the verb could not be told from it.
    """
    for name in sorted({n.strip() for n in names} - {""}, key=len, reverse=True):
        pattern = re.escape(name)
        if re.fullmatch(r"\w+", name) and any(rule.pattern.fullmatch(name) for rule in RULES):
            pattern = rf"(?<=[\"'“‘]){pattern}(?=[\"'”’])"
        else:
            pattern = rf"(?<!\w){pattern}(?!\w)"
        text = re.sub(pattern, _as_a_word, text, flags=re.IGNORECASE)
    return text


def _as_a_word(match: re.Match[str]) -> str:
    # The last letter stays: a plural is followed by another form of the verb.
    last = match[0][-1]
    return "N" * (len(match[0]) - 1) + (last if last.isalpha() else "N")


# --- denials --------------------------------------------------------------------------------

_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|[;\n]")
# "We cannot show, from these data, that …"; "no evidence that …"; "whether …".
_SAYING = (
    r"show\w*|prov\w+|say\w*|said|mean\w*|impl\w+|claim\w*|conclu\w+|evidence|proof|know\w*|"
    r"demonstrat\w*|establish\w*|tell\w*|follow\w*|suggest\w*|test\w*|support\w*|infer\w*|"
    r"exclud\w+|rul\w+\s+out|think|believ\w+|assum\w+|read|take\w*|reason|answer\w*|studied|"
    r"examin\w+|ask\w*|learn\w*|indicat\w+|interpret\w*"
)
_NOT_A_DENIAL = re.compile(
    r"\bnot\s+(?:only|just|merely|simply|surprisingly|least)\b|\bno\s+(?:doubt|wonder|less)\b|"
    r"\bwithout\s+(?:a\s+|any\s+)?doubt\b|\bnothing\s+but\b|"
    r"\b(?:who|which|that)\s+(?:is|are|was|were|do|does|did|has|have|had)\s+(?:not|never)\s+"
    rf"(?!{_SAYING})\w+(?=\s)",
    re.IGNORECASE,
)
_TURN = re.compile(
    r",\s*(?:and|so|yet|although|though|thus|hence)\b|"
    r"\b(?:but|however|whereas|while|although|though|nevertheless|therefore)\b",
    re.IGNORECASE,
)
_DENYING = (
    r"cannot|can\s+not|could\s+not|do(?:es)?\s+not|did\s+not|is\s+not|are\s+not|was\s+not|"
    r"were\s+not|be\s+not|should\s+not|must\s+not|may\s+not|not|no|never|neither|nor|nothing|"
    r"without|hardly|unable|\w+n['’]t|impossible|nobody|none"
)
_EMBEDDED = re.compile(
    rf"(?:\b(?:{_DENYING})\b[^;]{{0,50}}?\b(?:{_SAYING})\b[^;]*?(?:\b(?:that|whether|what|which|"
    r"how|why|if|a|an|any|the|of|for|as|to|about)\b|:))|"
    r"\b(?:wrong|false|mistak\w+|misleading|premature|too\s+early|error),?\s+to\s+"
    rf"(?:{_SAYING}|write|speak)\b|"
    r"\bwhether\b|\b(?:unclear|unknown|untested|unproven|remains\s+open|open\s+question)\b",
    re.IGNORECASE,
)
_PARENTHESIS = re.compile(r"(?:,[^,;]{1,50},|\([^)]{1,60}\))")
_DIRECT = re.compile(
    r"\b(?:not|never|neither|nor|cannot|hardly|nothing|none|nobody|unlikely|if|"
    r"fails?\s+to|failed\s+to|rather\s+than|instead\s+of|\w+n['’]t|nicht|nie|ohne|ob|keine?[nrs]?)"
    r"(?!\w)",
    re.IGNORECASE,
)
# "No" denies what it stands beside, and the clause that it begins.
_NO = re.compile(r"(?:^\s*no\b|\b(?<!with )no(?:\s+[\w-]+){0,2}\s*$|\bwithout\s*$)", re.IGNORECASE)
_DENIED_AFTER = re.compile(
    r"^[^;,.]{0,80}?\b(?:(?:is|are|was|were|has|have|had|can|could|remains?|do|does|did)\s+)?"
    r"(?:not\b(?!\s+(?:only|just))|cannot|unknown|unclear|open\b|untested|unproven|never|"
    r"\w+n['’]t|nicht|keine?[nrs]?)\b",
    re.IGNORECASE,
)
_SUBJECT_CLAUSE = re.compile(r"^\s*[\"“'‘]?(?:that|whether)\b", re.IGNORECASE)


def _is_denied(text: str, match: re.Match[str], rule: Rule) -> bool:
    """Say whether a sentence denies, asks or leaves open what the words say."""
    start, end, mark = _sentence(text, match)
    before = _NOT_A_DENIAL.sub(_blanks, text[start : match.start()])
    after = text[match.end() : end]
    if mark == "?":
        return True
    clause = _last_part(before, _TURN)
    if _EMBEDDED.search(clause) or _denied_directly(clause, rule):
        return True
    subject = _SUBJECT_CLAUSE.match(before) is not None
    return (rule.noun or subject) and _DENIED_AFTER.match(after) is not None


def _denied_directly(clause: str, rule: Rule) -> bool:
    parts = _PARENTHESIS.sub(_blanks, clause)
    part = re.split(r"[,:()]", parts)[-1]
    if rule.finite:
        part = re.split(r"\band\b", part)[-1]
    return _DIRECT.search(part) is not None or _NO.search(part) is not None


def _sentence(text: str, match: re.Match[str]) -> tuple[int, int, str]:
    """Return where the sentence of a match begins and ends, and the mark at its end."""
    start = 0
    for found in _ends(text):
        if found.start() >= match.end():
            return start, found.start(), found[0]
        if found.end() <= match.start():
            start = found.end()
    return start, len(text), ""


def _ends(text: str) -> Iterator[re.Match[str]]:
    return _SENTENCE_END.finditer(text)


def _last_part(text: str, turn: re.Pattern[str]) -> str:
    return turn.split(text)[-1]


def _blanks(match: re.Match[str]) -> str:
    return " " * len(match[0])
