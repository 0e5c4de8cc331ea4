"""Words that say more than an association, why, and what to write instead.

A rule is a pattern with an explanation. Where a word has a harmless meaning as well ("increases
with age", "cause of death", "driving test"), the rule looks at the words around it. Negations are
not its business (`deepbench.study.claim_wording`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

CAUSE: Final = (
    "This speaks of a cause. The study saw what goes together; nothing was changed to see what "
    "follows."
)
CHANGE: Final = (
    "This says that one thing changes the other. The study saw them together, in samples that "
    "may differ in other ways as well."
)
PROTECTION: Final = (
    "This says that something protects. So did a model that learned that asthma lowers the risk "
    "of dying of pneumonia."
)
MARKER: Final = (
    "A biomarker has a use that was tested on new samples. This study found an association in "
    "one set of data."
)
PROOF: Final = "One study of one set of data can suggest this, and does not prove it."
MECHANISM: Final = (
    "No mechanism was studied: a feature can stand in for another one that was not measured."
)
INTERVENTION: Final = (
    "This says what would happen if something were changed. Nothing was changed in this study."
)
ADVICE: Final = "This tells what to do. The study tested a prediction, and no decision."

#: Reads the text before and after a match; says whether the word has its causal meaning there.
Fits = Callable[[str, str], bool]
Instead = Callable[[re.Match[str]], str] | str | None


@dataclass(frozen=True)
class Rule:
    """Words that say too much.

    Attributes:
        pattern: The words.
        why: What is wrong with them, in sentences.
        instead: What to write in their place; None where other words alone do not help.
        fits: Whether the words around leave them their meaning.
        noun: Whether a denial may follow ("the mechanism is unknown").
        finite: Whether it is a verb that a denial before an "and" does not reach.
    """

    pattern: re.Pattern[str]
    why: str
    instead: Instead = None
    fits: Fits = lambda before, after: True
    noun: bool = False
    finite: bool = False


def _words(text: str) -> re.Pattern[str]:
    """Return a pattern of whole words; a hyphen belongs to the word."""
    return re.compile(rf"(?<![\w-])(?:{text})(?![\w-])", re.IGNORECASE)


# --- what stands around a word ---------------------------------------------------------------

# Of the study itself: a model may drive a score up, and a split may prevent leakage.
_METHOD = re.compile(
    r"\s*(?:(?:the|a|an|this|our|any|its|their|such)\s+)?(?:[\w-]+\s+){0,2}?(?:"
    r"over-?fitting|leakage|bias|errors?|noise|scores?|auroc|accuracy|precision|models?|"
    r"predictions?|predicted|performance|variance|dimensions?|dimensionality|sample size|"
    r"numbers?|power|false|missing|data|analysis|results?|conclusions?|exclusion|assumption|"
    r"question|hypothesis|interpretation|log-odds|probability|output|privacy|identity|"
    r"folds?|runs?|software|file)\b",
    re.IGNORECASE,
)
_MODAL = frozenset(
    "can could may might will would shall should must to do does did they we which that who and "
    "or both also not n't never it these those also cannot".split()
)
_NO_PLURAL = ("ss", "us", "is")
_NOUN_BEFORE = frozenset(
    "the a an any no this that these those its their his her our one two three root main common "
    "possible likely underlying leading of as without with each every same other another unknown "
    "probable all several many some few natural rare genetic major true real hard disk gene test "
    "key sole single primary secondary for by from such most".split()
)
_NOUN_AFTER = re.compile(
    r"\s*(?:$|[,.;:)]|(?:of|for|is|are|was|were|remains?|unknown|code|column|and effect|to be)\b)",
    re.IGNORECASE,
)


def _last(before: str) -> str:
    """Return the word before, unless a mark stands between."""
    found = re.search(r"([\w'’-]+)\s*$", before)
    return found[1].casefold() if found else ""


def _is_verb(before: str, after: str) -> bool:
    """Say whether the third person of a verb stands there, and not the plural of a noun."""
    return _last(before) not in _NOUN_BEFORE and not _NOUN_AFTER.match(after)


def _acts(before: str, after: str) -> bool:
    return _is_verb(before, after) and not _METHOD.match(after)


def _acts_in_plain_form(before: str, after: str) -> bool:
    """As `_acts`, for ``cause``: after a modal verb or a plural."""
    last = _last(before)
    is_plural = last.endswith("s") and not last.endswith(_NO_PLURAL) and last not in _NOUN_BEFORE
    if last not in _MODAL and not is_plural:
        return False
    return not _NOUN_AFTER.match(after) and not _METHOD.match(after)


def _not_on_method(before: str, after: str) -> bool:
    return not _METHOD.match(after)


def _unless_after(*words: str) -> Fits:
    """Return a condition: none of these words stands before."""
    return lambda before, after: _last(before) not in words and not _METHOD.match(after)


def _unless_before(pattern: str) -> Fits:
    """Return a condition: this does not follow."""
    compiled = re.compile(rf"\s*(?:{pattern})\b", re.IGNORECASE)
    return lambda before, after: not compiled.match(after) and not _METHOD.match(after)


_BE: Final = r"(?P<be>is|are|was|were|be|been|being)"
_BY: Final = r"(?:by|from|through)"
_GOING: Final = {
    "is": "goes with", "are": "go with", "was": "went with", "were": "went with",
    "be": "go with", "been": "gone with", "being": "going with", "has": "goes with",
    "have": "go with", "had": "went with", "having": "going with",
}  # fmt: skip


def _going(match: re.Match[str]) -> str:
    """Return "goes with" in the form that the verb had."""
    be = match["be"]
    return "seen with" if be is None else _GOING[be.casefold()]


def _verb(  # noqa: PLR0913 - the forms of a verb
    third: str, plain: str, past: str, ing: str, why: str = CAUSE, *, tail: str = ""
) -> list[Rule]:
    """Return rules for the forms of a verb that takes what it acts on as its object.

    Args:
        third: ``causes``.
        plain: ``cause``.
        past: ``caused``.
        ing: ``causing``; empty where that form has another meaning.
        why: What is wrong.
        tail: A word that belongs to it, as ``to`` in ``leads to``.
    """
    end = rf"\s+{tail}" if tail else ""
    adverb = r"(?:\s+\w+ly)?"
    passive = rf"(?:{_BE}{adverb}\s+(?:\w+ly\s+)?)?(?:{past})\s+{_BY}"
    rules = [
        Rule(_words(f"(?:{third}){end}"), why, "goes with", _acts, finite=True),
        Rule(_words(f"(?:{plain}){end}"), why, "go with", _acts_in_plain_form),
    ]
    if not tail:
        rules.append(Rule(_words(passive), why, _going, _not_on_method))
    rules.append(Rule(_words(f"(?:{past}){end}"), why, "went with", _past_acts, finite=True))
    if ing:
        rules.append(Rule(_words(f"(?:{ing}){end}"), why, "going with", _not_on_method))
    return rules


def _past_acts(before: str, after: str) -> bool:
    """Say whether a past tense acts: "caused death", and not "the caused damage" nor "was led"."""
    if _last(before) in _NOUN_BEFORE - {"this", "that", "these", "those", "one", "all"}:
        return False
    return not _METHOD.match(after) and not re.match(r"\s*(?:$|[,.;:)])", after)


# --- the rules -------------------------------------------------------------------------------

_OBJECT_STARTS = r"\s+(?:the|a|an|its|their|his|her|our|my|your|patients|risk|mortality|odds)\b"
_NOT_AN_OBJECT = re.compile(
    r"\s*(?:$|[,.;:)]|(?:with|in|of|over|by|from|at|when|as|and|or|between|after|before|during|"
    r"until|were|are|was|is|to|than|also|if|while|for|on|only|both|again|then|towards?|along|"
    r"across|among|within|up|down|not|that|which|further|\w+ly)\b)",
    re.IGNORECASE,
)
_ADVERBS = re.compile(r"(?:\s+\w+ly)+")


def _changes(before: str, after: str) -> bool:
    """Say whether something is increased: "increases the risk", and not "increases with age"."""
    rest = _ADVERBS.sub("", after, count=1) if _ADVERBS.match(after) else after
    return not (
        _last(before) in _NOUN_BEFORE or _NOT_AN_OBJECT.match(rest) or _METHOD.match(rest)
    )


def _changed(before: str, after: str) -> bool:
    """Say the same of a past tense: an article or the like has to follow ("increased risk")."""
    return bool(re.match(_OBJECT_STARTS, after, re.IGNORECASE)) and _changes(before, after)


def _can_change(before: str, after: str) -> bool:
    last = _last(before)
    is_plural = last.endswith("s") and not last.endswith(_NO_PLURAL)
    if last not in _MODAL - {"to"} and not is_plural:
        return False
    return _changes("", after)


def _change(third: str, plain: str, past: str, way: str) -> list[Rule]:
    """Return rules for verbs of change; an article after them becomes part of what is written."""

    def instead(verb: str) -> Callable[[re.Match[str]], str]:
        def make(match: re.Match[str]) -> str:
            article = "a " if match["article"] else ""
            return f"{verb} {article}{way}"

        return make

    adverb = r"(?:\s+\w+ly)?(?P<article>\s+(?:the|a|an)(?=\s))?"
    return [
        Rule(_words(f"(?:{third}){adverb}"), CHANGE, instead("goes with"), _changes, finite=True),
        Rule(_words(f"(?:{plain}){adverb}"), CHANGE, instead("go with"), _can_change),
        Rule(
            _words(rf"(?:{past})(?={_OBJECT_STARTS}){adverb}"),
            CHANGE,
            instead("went with"),
            _past_change,
            finite=True,
        ),
    ]


def _past_change(before: str, after: str) -> bool:
    return _last(before) not in {*_NOUN_BEFORE, "was", "were", "is", "are", "has"} and (
        not _METHOD.match(after)
    )


def _article(text: str) -> Callable[[re.Match[str]], str]:
    """Return a replacement that keeps an indefinite article in its right form."""
    return lambda match: f"a {text}" if match["article"] else text


def _is_no_heading(before: str, after: str) -> bool:
    """Say whether "results in" is a verb: not "our results in mice", "results in Table 2"."""
    nouns = {*_NOUN_BEFORE, "test", "similar", "and", "main", "these", "better", "good"}
    here = r"\s+(?:table|figure|this|these|our|both|all|each|mice|humans|patients|the\s+\w+\s*set)"
    follows = re.match(rf"{here}\b", after, re.IGNORECASE)
    return _last(before) not in nouns and not follows and not _METHOD.match(after)


RULES: Final[Sequence[Rule]] = (
    *_verb("causes", "cause", "caused", "causing"),
    *_verb("drives", "drive", "drove|driven", "driving(?! licen[cs]e| test| distance| time)"),
    *_verb("leads", "lead", "led", "leading", tail="to"),
    *_verb("triggers", "trigger", "triggered", "triggering"),
    *_verb(
        "induces", "induce", "induced(?! pluripotent| sputum| labou?r)", "inducing"
    ),
    *_verb("provokes|evokes|elicits", "provoke|evoke|elicit", "provoked|evoked|elicited", ""),
    *_verb("brings", "bring", "brought", "bringing", tail="about"),
    *_verb("gives", "give", "gave", "giving", tail=r"rise\s+to"),
    *_verb("mediates", "mediate", "mediated", "mediating", MECHANISM),
    *_verb("underlies", "underlie", "underlain", "", MECHANISM),
    *_verb("confers", "confer", "conferred", "conferring"),
    *_verb("promotes", "promote", "promoted", "promoting"),
    *_verb("contributes", "contribute", "contributed", "contributing", tail="to"),
    *_verb("influences", "influence", "influenced", "influencing"),
    *_verb("impacts", "impact", "impacted", "impacting"),
    Rule(_words(r"affects"), CAUSE, "goes with", _acts, finite=True),
    Rule(_words(r"affect"), CAUSE, "go with", _acts_in_plain_form),
    Rule(_words(rf"{_BE}\s+(?:\w+ly\s+)?affected\s+by"), CAUSE, _going),
    Rule(_words(r"affected(?=\s+(?:the|a|an|its|their|our|survival|mortality)\b)"), CAUSE,
         "went with", _unless_after("the", "an", "of", "with"), finite=True),
    Rule(_words(r"effects(?=\s+(?:the|a|an|its|their)\b)"), CAUSE, "goes with",
         _unless_after("the", "of", "side", "batch", "random", "fixed"), finite=True),
    Rule(_words(r"(?:regulates|activates|inhibits|suppresses)"), MECHANISM, "goes with", _acts,
         finite=True),
    Rule(_words(r"(?:regulate|activate|inhibit|suppress)"), MECHANISM, "go with",
         _acts_in_plain_form),
    Rule(_words(r"determines"), CAUSE, "goes with",
         _unless_before("whether|if|how|which|what|when"), finite=True),
    Rule(_words(r"determinants?\s+of"), CAUSE, "associated with", noun=True),
    Rule(_words(r"results\s+(?:in|into)"), CAUSE, "goes with", _is_no_heading, finite=True),
    Rule(_words(r"resulted\s+(?:in|into|from)"), CAUSE, "went with", _not_on_method, finite=True),
    Rule(_words(r"resulting\s+(?:in|into|from)"), CAUSE, "going with", _not_on_method),
    # --- more and less of something
    *_change("increases|raises|elevates|rises|boosts|enhances",
             "increase|raise|elevate|boost|enhance",
             "increased|raised|elevated|boosted|enhanced", "higher"),
    *_change("reduces|decreases|lowers|diminishes", "reduce|decrease|lower|diminish",
             "reduced|decreased|lowered|diminished", "lower"),
    *_change("improves", "improve", "improved", "better"),
    *_change("worsens|impairs", "worsen|impair", "worsened|impaired", "worse"),
    Rule(_words(r"makes?\s+(?:(?:the|a|an)\s+)?\w+\s+(?:\w+\s+)?"
                r"(?:more|less|sicker|worse|better|likely|die|survive|ill|sick)"), CHANGE),
    # --- protection
    Rule(_words(r"protects(?:\s+\w+){0,2}?\s+(?:against|from)"), PROTECTION, "goes with less",
         _not_on_method, finite=True),
    Rule(_words(r"protect(?:\s+\w+){0,2}?\s+(?:against|from)"), PROTECTION, "go with less",
         _acts_in_plain_form),
    Rule(_words(r"protected(?:\s+(?!health|data)\w+){0,2}?\s+(?:against|from)"), PROTECTION,
         "went with less", _unless_after("is", "are", "was", "were", "be"), finite=True),
    Rule(_words(rf"{_BE}\s+protected\s+(?:against|from|by)"), PROTECTION, None, _not_on_method),
    Rule(_words(r"protecting(?:\s+\w+){0,2}?\s+(?:against|from)"), PROTECTION, "going with less",
         _not_on_method),
    Rule(_words(r"protects"), PROTECTION, None, _not_on_method, finite=True),
    Rule(_words(r"(?:protective|preventive|preventative)"), PROTECTION, None,
         _unless_before("gloves?|clothing|equipment|measures?|masks?"), noun=True),
    Rule(_words(r"prevents"), PROTECTION, "goes with less", _acts, finite=True),
    Rule(_words(r"prevent"), PROTECTION, "go with less", _acts_in_plain_form),
    Rule(_words(r"prevented"), PROTECTION, "went with less", _past_acts, finite=True),
    Rule(_words(r"preventing"), PROTECTION, "going with less", _not_on_method),
    Rule(_words(r"(?:saves?|saved)\s+lives|kills|cures"), CAUSE, None, _is_verb),
    # --- cause as a noun
    Rule(_words(rf"{_BE}\s+(?:thought\s+to\s+be\s+)?(?:the|a|an|one)\s+(?:\w+\s+){{0,3}}?"
                r"(?:causes?|reasons?)\s+(?:of|for)"), CAUSE, _going,
         lambda before, after: _last(before) not in {"outcome", "target", "label", "column",
                                                     "endpoint", "class", "what", "this"}),
    Rule(_words(rf"{_BE}\s+(?:the|a|one)\s+(?:\w+\s+)?reason\s+why|explains?\s+why"), CAUSE),
    Rule(_words(rf"{_BE}\s+(?:the|a|an)\s+(?:\w+\s+)?(?:consequence|result|product)\s+of"), CAUSE,
         _going, _unless_before("(?:the|a|an|our|this)\\s+(?:study|analysis|test|model|check)")),
    Rule(_words(rf"{_BE}\s+(?:(?:mainly|partly|largely|probably|likely|directly|also|solely)\s+)*"
                r"(?:causal|causative|causally\s+\w+)\s+(?:for|of|in|to|with)"), CAUSE, _going),
    Rule(_words(r"causal(?!\s+(?:inference|wording|language|words|claims?))|causative|causally|"
                r"causation|causality"), CAUSE, None, _unless_after("reverse"), noun=True),
    Rule(_words(r"(?:(?:a|the|key|main|major)\s+)*drivers?\s+of"), CAUSE, None, noun=True),
    Rule(_words(rf"(?:{_BE}\s+)?(?:(?:mainly|partly|largely|probably|likely|directly|also|solely"
                r"|fully|jointly)\s+)*responsible\s+(?:for|of)"), CAUSE, _going,
         _unless_before(r"(?:the\s+|all\s+)?(?:data|analys\w+|collection|study|studies|"
                        r"measurements?|sequencing|sampling|statistics|content|work|patients)")),
    Rule(_words(rf"{_BE}\s+(?:\w+ly\s+)?(?:conditioned|brought\s+about)\s+by"), CAUSE, _going),
    # --- effects
    Rule(_words(r"(?P<article>an?\s+)?(?:effects?|impacts?|influences?)\s+of\s+"
                r"(?P<what>[^.;,]{1,60}?)\s+(?:on|onto|upon)"), CAUSE,
         lambda m: f"{'an ' if m['article'] else ''}association of {m['what']} with",
         lambda before, after: _is_an_effect(before, after), noun=True),
    Rule(_words(r"(?P<be>has|have|had|having)\s+(?:an?\s+)?(?:\w+\s+){0,2}?"
                r"(?:effects?|impacts?|influences?)\s+(?:on|to|onto|upon)"), CAUSE, _going,
         _not_on_method),
    Rule(_words(r"(?:effects?|impacts?|influences?)\s+(?:of|on)"), CAUSE, "association with",
         lambda before, after: _is_an_effect(before, after), noun=True),
    Rule(_words(r"(?P<be>play|plays|played)\s+(?:an?\s+|the\s+)?(?:[\w-]+\s+){0,2}?roles?\s+in"),
         MECHANISM,
         lambda m: {"play": "go with", "plays": "goes with"}.get(m["be"].casefold(), "went with"),
         _not_on_method),
    # --- because of
    Rule(_words(r"due\s+(?:to|of)"), CAUSE, "seen with",
         lambda before, after: _is_no_way_of_working(before, after)),
    Rule(_words(r"because\s+of|owing\s+to|thanks\s+to|on\s+account\s+of|"
                r"as\s+a\s+(?:result|consequence)\s+of"), CAUSE, None,
         lambda before, after: _is_no_way_of_working(before, after)),
    # --- more than was tested
    Rule(_words(r"(?P<article>an?\s+)?(?:(?:prognostic|diagnostic|predictive|validated|reliable|"
                r"new|novel|robust|promising|clinical|strong|good|excellent|useful|early|"
                r"independent)\s+)*biomarker\s+(?:for|of|in)"), MARKER,
         _article("candidate marker associated with"),
         _unless_after("candidate", "potential", "possible", "putative"), noun=True),
    Rule(_words(r"(?:(?:prognostic|diagnostic|predictive|validated|reliable|new|novel|robust|"
                r"promising|clinical|strong|good|excellent|useful|early|independent)\s+)*"
                r"biomarkers\s+(?:for|of|in)"), MARKER, "candidate markers associated with",
         _unless_after("candidate", "potential", "possible", "putative"), noun=True),
    Rule(_words(r"(?:prognostic|diagnostic)\s+(?:for|of)"), MARKER, "associated with", noun=True),
    Rule(_words(r"(?:therapeutic|drug|treatment)\s+targets?"), INTERVENTION, noun=True),
    Rule(_words(r"proves"), PROOF, "suggests", lambda b, a: _is_proof(a), finite=True),
    Rule(_words(r"prove"), PROOF, "suggest", lambda b, a: _is_proof(a)),
    Rule(_words(r"proved|(?:(?:is|was|are|were|has\s+been|have\s+been)\s+)?proven"), PROOF,
         None, lambda b, a: _is_proof(a), finite=True),
    Rule(_words(r"proof\s+(?:that|of|for)"), PROOF, lambda m: f"evidence {m[0].split()[-1]}",
         _unless_before("concept|principle"), noun=True),
    Rule(_words(r"mechanisms?(?!\s+of\s+missing)"), MECHANISM, None,
         _unless_after("attention", "missingness", "missing", "gating", "no"), noun=True),
    Rule(_words(r"mechanistic(?:ally)?"), MECHANISM, None, noun=True),
    Rule(_words(r"(?:lowering|raising|increasing|reducing|decreasing|blocking|inhibiting|"
                r"silencing|knocking\s+(?:down|out)|treating|targeting|removing|stopping|"
                r"supplementing)\s+(?!missing|gaps|outliers|duplicates|values|samples|rows|"
                r"features|batch)[^.;]{1,60}?\s(?:will|would|could|can|may|might|should)"),
         INTERVENTION, None,
         _not_on_method),
    Rule(_words(r"(?:should|must|can|may|need\s+not|can\s+safely)\s+(?:safely\s+)?(?:be\s+(?:sent"
                r"\s+home|treated|discharged|given|screened|diagnosed)|receive|be\s+used\s+"
                r"(?:to|for)\s+(?:diagnos\w+|treat\w*|screen\w*|decid\w+))"), ADVICE),
    # --- German, which a note may be written in
    Rule(_words(r"verursach(?:t|en|te|ten)|bewirk(?:t|en|te|ten)|führ(?:t|en|te|ten)\s+zu|"
                r"fuehr(?:t|en|te|ten)\s+zu|lös(?:t|en)\s+aus|auslös(?:t|en|te|ten)|"
                r"treib(?:t|en)|wegen|aufgrund|auf\s?grund\s+von|verantwortlich\s+f(?:ü|ue)r|"
                r"verhinder(?:t|n|te|ten)|sch(?:ü|ue)tz(?:t|en|te|ten)"), CAUSE),
)  # fmt: skip

_KINDS_OF_EFFECT = frozenset(
    "side batch random fixed mixed interaction adverse main placebo plate site edge ceiling "
    "size no adjusted".split()
)


def _is_an_effect(before: str, after: str) -> bool:
    return _last(before) not in _KINDS_OF_EFFECT and not _METHOD.match(after)


_WORKING = re.compile(
    r"\s*(?:the\s+|a\s+|an\s+|its\s+|their\s+|our\s+)?(?:[\w-]+\s+)?(?:chance|noise|missing\w*|"
    r"small|few|fewer|batch\w*|site|sites|processing|confound\w*|leakage|artefacts?|artifacts?|"
    r"overfitting|technical|instrument\w*|storage|sampling|quality|imbalance|selection|bias|"
    r"consent|privacy|time|cost|costs|failed|low\s+quality|duplicates?|outliers?)\b",
    re.IGNORECASE,
)
_AS_AN_OUTCOME = frozenset("death deaths died dying dead admission admissions".split())


def _is_no_way_of_working(before: str, after: str) -> bool:
    """Say whether "due to" is about biology: not "excluded due to …", nor "death due to …"."""
    left = {"excluded", "removed", "dropped", "lost", "out", "stopped", "failed", "missing"}
    if _last(before) in left | _AS_AN_OUTCOME:
        return False
    return not _WORKING.match(after) and not _METHOD.match(after)


_PROVED_TO_BE = re.compile(
    r"\s*(?:to\s+be|useful|helpful|difficult|hard|impossible|sufficient|robust|stable|unstable|"
    r"challenging|feasible|effective|reliable|wrong|right|too|more|less|very|as)\b",
    re.IGNORECASE,
)


def _is_proof(after: str) -> bool:
    return not _PROVED_TO_BE.match(after)
