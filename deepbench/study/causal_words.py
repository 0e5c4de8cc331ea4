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

from deepbench.study.word_context import (
    Fits,
    acts,
    acts_even_after_one,
    acts_in_plain_form,
    can_change,
    can_change_it,
    changed,
    changed_it,
    changes,
    is_an_effect,
    is_no_heading,
    is_no_way_of_working,
    is_proof,
    last_word,
    not_on_method,
    past_acts,
    unless_after,
    unless_before,
)

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


_BE: Final = r"(?P<be>is|are|was|were|be|been|being)"
_BY: Final = r"(?:by|from|through)"
_PERFECT: Final = r"(?:(?P<be>has|have|had|having)\s+(?:\w+ly\s+)?)?"
_GOING: Final = {
    "is": "goes with", "are": "go with", "was": "went with", "were": "went with",
    "be": "go with", "been": "gone with", "being": "going with", "has": "goes with",
    "have": "go with", "had": "went with", "having": "going with",
}  # fmt: skip


def _going(match: re.Match[str]) -> str:
    """Return "goes with" in the form that the verb had."""
    be = match["be"]
    return "seen with" if be is None else _GOING[be.casefold()]


def _went(match: re.Match[str]) -> str:
    """Return "went with"; of "has caused" the form that goes on until now."""
    have = match["be"]
    return "went with" if have is None else _GOING[have.casefold()]


def _verb(
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
    end = rf"(?:\s+\w+ly)?\s+{tail}" if tail else ""
    adverb = r"(?:\s+\w+ly)?"
    passive = rf"(?:{_BE}{adverb}\s+(?:\w+ly\s+)?)?(?:{past})(?:\s+\w+ly)?\s+{_BY}"
    rare_as_noun = acts_even_after_one if tail or plain in ("cause", "drive") else None
    rules = [
        Rule(_words(f"(?:{third}){end}"), why, "goes with", acts, finite=True),
        Rule(_words(f"(?:{plain}){end}"), why, "go with", rare_as_noun or acts_in_plain_form),
    ]
    if not tail:
        rules.append(Rule(_words(passive), why, _going, not_on_method))
    rules.append(Rule(_words(f"{_PERFECT}(?:{past}){end}"), why, _went, past_acts, finite=True))
    if ing:
        rules.append(Rule(_words(f"(?:{ing}){end}"), why, "going with", not_on_method))
    return rules


def _change(third: str, plain: str, past: str, way: str) -> list[Rule]:
    """Return rules for verbs of change; an article after them becomes part of what is written."""
    the = r"(?:\s+\w+ly)?\s+(?:the|a|an)"
    return [
        Rule(_words(f"(?:{third}){the}"), CHANGE, f"goes with a {way}", acts, finite=True),
        Rule(_words(f"(?:{third})"), CHANGE, f"goes with {way}", changes, finite=True),
        Rule(_words(f"(?:{plain}){the}"), CHANGE, f"go with a {way}", can_change_it),
        Rule(_words(f"(?:{plain})"), CHANGE, f"go with {way}", can_change),
        Rule(
            _words(f"{_PERFECT}(?:{past}){the}"),
            CHANGE,
            lambda match: f"{_went(match)} a {way}",
            changed_it,
            finite=True,
        ),
        Rule(_words(f"(?:{past})"), CHANGE, f"went with {way}", changed, finite=True),
    ]


def _article(text: str) -> Callable[[re.Match[str]], str]:
    """Return a replacement that keeps an indefinite article in its right form."""
    return lambda match: f"a {text}" if match["article"] else text


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
    Rule(_words(r"(?:leads?|led)\s+(?!the\b|an?\b|our\b)\w+\s+to(?=\s+\w)"), CAUSE, None,
         not_on_method, finite=True),
    Rule(_words(rf"{_BE}\s+to\s+blame\s+for"), CAUSE, _going),
    Rule(_words(r"the\s+(?:\w+\s+)?(?:reason\s+for|cause\s+of(?!\s+death))\s+[^.;,]{1,40}?"
                r"(?=\s+(?:is|are|was|were)\b)"), CAUSE, noun=True),
    Rule(_words(r"affects"), CAUSE, "goes with", acts, finite=True),
    Rule(_words(r"affect"), CAUSE, "go with", acts_in_plain_form),
    Rule(_words(rf"{_BE}\s+(?:\w+ly\s+)?affected\s+by"), CAUSE, _going),
    Rule(_words(r"affected(?=\s+(?:the|a|an|its|their|our|survival|mortality)\b)"), CAUSE,
         "went with", unless_after("the", "an", "of", "with"), finite=True),
    Rule(_words(r"effects(?=\s+(?:the|a|an|its|their)\b)"), CAUSE, "goes with",
         unless_after("the", "of", "side", "batch", "random", "fixed"), finite=True),
    Rule(_words(r"(?:regulates|activates|inhibits|suppresses)"), MECHANISM, "goes with", acts,
         finite=True),
    Rule(_words(r"(?:regulate|activate|inhibit|suppress)"), MECHANISM, "go with",
         acts_in_plain_form),
    Rule(_words(r"determines"), CAUSE, "goes with",
         unless_before("whether|if|how|which|what|when"), finite=True),
    Rule(_words(r"determinants?\s+of"), CAUSE, "associated with", noun=True),
    Rule(_words(r"results\s+(?:in|into)"), CAUSE, "goes with", is_no_heading, finite=True),
    Rule(_words(r"resulted\s+(?:in|into|from)"), CAUSE, "went with", not_on_method, finite=True),
    Rule(_words(r"resulting\s+(?:in|into|from)"), CAUSE, "going with", not_on_method),
    # --- more and less of something
    *_change("increases|raises|elevates|rises|boosts|enhances",
             "increase|raise|elevate|boost|enhance",
             "increased|raised|elevated|boosted|enhanced", "higher"),
    Rule(_words(r"(?:can|could|may|might|will|would|should|must)\s+lower"), CHANGE, None,
         changes),
    Rule(_words(r"lower\s+the"), CHANGE, "go with a lower", can_change_it),
    *_change("reduces|decreases|lowers|diminishes", "reduce|decrease|diminish",
             "reduced|decreased|lowered|diminished", "lower"),
    *_change("improves", "improve", "improved", "better"),
    *_change("worsens|impairs", "worsen|impair", "worsened|impaired", "worse"),
    Rule(_words(r"makes?\s+(?:(?:the|a|an)\s+)?\w+\s+(?:\w+\s+)?"
                r"(?:more|less|sicker|worse|better|likely|die|survive|ill|sick)"), CHANGE),
    # --- protection
    Rule(_words(r"protects(?:\s+\w+){0,2}?\s+(?:against|from)"), PROTECTION, "goes with less",
         not_on_method, finite=True),
    Rule(_words(r"protect(?:\s+\w+){0,2}?\s+(?:against|from)"), PROTECTION, "go with less",
         acts_in_plain_form),
    Rule(_words(r"protected(?:\s+(?!health|data)\w+){0,2}?\s+(?:against|from)"), PROTECTION,
         "went with less", unless_after("is", "are", "was", "were", "be"), finite=True),
    Rule(_words(rf"{_BE}\s+protected\s+(?:against|from|by)(?!\s+(?:light|air|moisture|dust))"),
         PROTECTION, None, not_on_method),
    Rule(_words(r"protecting(?:\s+\w+){0,2}?\s+(?:against|from)"), PROTECTION, "going with less",
         not_on_method),
    Rule(_words(r"protects"), PROTECTION, None, not_on_method, finite=True),
    Rule(_words(r"(?:protective|preventive|preventative|beneficial|harmful)"), PROTECTION, None,
         unless_before("gloves?|clothing|equipment|measures?|masks?"), noun=True),
    Rule(_words(r"prevents"), PROTECTION, "goes with less", acts, finite=True),
    Rule(_words(r"prevent"), PROTECTION, "go with less", acts_in_plain_form),
    Rule(_words(r"prevented"), PROTECTION, "went with less", past_acts, finite=True),
    Rule(_words(r"preventing"), PROTECTION, "going with less", not_on_method),
    Rule(_words(r"(?:saves?|saved)\s+lives|kills|cures"), CAUSE, None,
         unless_after("the", "of", "all", "no")),
    # --- cause as a noun
    Rule(_words(rf"{_BE}\s+(?:thought\s+to\s+be\s+)?(?:the|a|an|one)\s+(?:\w+\s+){{0,3}}?"
                r"(?:causes?|reasons?)\s+(?:of|for)"), CAUSE, _going,
         lambda before, after: last_word(before) not in {"outcome", "target", "label", "column",
                                                     "endpoint", "class", "what", "this"}),
    Rule(_words(rf"{_BE}\s+(?:the|a|one)\s+(?:\w+\s+)?reason\s+why|explains?\s+why"), CAUSE),
    Rule(_words(rf"{_BE}\s+(?:the|a|an)\s+(?:\w+\s+)?(?:consequence|result|product)\s+of"), CAUSE,
         _going, unless_before("(?:the|a|an|our|this)\\s+(?:study|analysis|test|model|check)")),
    Rule(_words(rf"{_BE}\s+(?:(?:mainly|partly|largely|probably|likely|directly|also|solely)\s+)*"
                r"(?:causal|causative|causally\s+\w+)\s+(?:for|of|in|to|with)"), CAUSE, _going),
    Rule(_words(r"causal(?!\s+(?:inference|wording|language|words|claims?))|causative|causally|"
                r"causation|causality"), CAUSE, None, unless_after("reverse"), noun=True),
    Rule(_words(r"(?:(?:a|the|key|main|major)\s+)*drivers?\s+of"), CAUSE, None,
         not_on_method, noun=True),
    Rule(_words(rf"(?:{_BE}\s+)?(?:(?:mainly|partly|largely|probably|likely|directly|also|solely"
                r"|fully|jointly)\s+)*responsible\s+(?:for|of)"), CAUSE, _going,
         unless_before(r"(?:the\s+|all\s+)?(?:data|analys\w+|collection|study|studies|"
                        r"measurements?|sequencing|sampling|statistics|content|work|patients)")),
    Rule(_words(rf"{_BE}\s+(?:\w+ly\s+)?(?:conditioned|brought\s+about)\s+by"), CAUSE, _going),
    # --- effects
    Rule(_words(r"(?P<article>an?\s+)?(?:effects?|impacts?|influences?)\s+of\s+"
                r"(?!(?:the\s+)?(?:batch|plate|site|instrument|missing|noise))"
                r"(?P<what>[^.;,]{1,60}?)\s+(?:on|onto|upon)"), CAUSE,
         lambda m: f"{'an ' if m['article'] else ''}association of {m['what']} with",
         is_an_effect, noun=True),
    Rule(_words(r"(?P<be>has|have|had|having)\s+(?:an?\s+)?(?:(?!(?:no|protective|preventive|beneficial|harmful)\b)\w+\s+){0,2}?"
                r"(?:effects?|impacts?|influences?)\s+(?:on|to|onto|upon)"), CAUSE, _going,
         not_on_method),
    Rule(_words(r"(?:effects?|impacts?|influences?)\s+(?:of|on)"), CAUSE, "association with",
         is_an_effect, noun=True),
    Rule(_words(r"(?P<be>play|plays|played)\s+(?:an?\s+|the\s+)?(?:[\w-]+\s+){0,2}?roles?\s+in"),
         MECHANISM,
         lambda m: {"play": "go with", "plays": "goes with"}.get(m["be"].casefold(), "went with"),
         not_on_method),
    # --- because of
    Rule(_words(r"due\s+(?:to|of)"), CAUSE, "seen with",
         is_no_way_of_working),
    Rule(_words(r"because\s+of|owing\s+to|thanks\s+to|on\s+account\s+of|"
                r"as\s+a\s+(?:result|consequence)\s+of"), CAUSE, None,
         is_no_way_of_working),
    # --- more than was tested
    Rule(_words(r"(?P<article>an?\s+)?(?:(?:prognostic|diagnostic|predictive|validated|reliable|"
                r"new|novel|robust|promising|clinical|strong|good|excellent|useful|early|"
                r"independent)\s+)*biomarker\s+(?:for|of|in)"), MARKER,
         _article("candidate marker associated with"),
         unless_after("candidate", "potential", "possible", "putative"), noun=True),
    Rule(_words(r"(?:(?:prognostic|diagnostic|predictive|validated|reliable|new|novel|robust|"
                r"promising|clinical|strong|good|excellent|useful|early|independent)\s+)*"
                r"biomarkers\s+(?:for|of|in)"), MARKER, "candidate markers associated with",
         unless_after("candidate", "potential", "possible", "putative"), noun=True),
    Rule(_words(r"(?:prognostic|diagnostic)\s+(?:for|of)"), MARKER, "associated with", noun=True),
    Rule(_words(r"(?:therapeutic|drug|treatment)\s+targets?"), INTERVENTION, noun=True),
    Rule(_words(r"proves"), PROOF, "suggests", is_proof, finite=True),
    Rule(_words(r"prove"), PROOF, "suggest", is_proof),
    Rule(_words(r"(?<!is )(?<!was )(?<!are )(?<!were )(?<!been )proved"), PROOF, "suggested",
         is_proof, finite=True),
    Rule(_words(r"(?:(?:is|was|are|were|has\s+been|have\s+been)\s+)?prove[dn]"), PROOF, None,
         is_proof, finite=True),
    Rule(_words(r"proof\s+(?:that|of|for)"), PROOF, lambda m: f"evidence {m[0].split()[-1]}",
         unless_before("concept|principle"), noun=True),
    Rule(_words(r"mechanisms?(?!\s+of\s+missing)"), MECHANISM, None,
         unless_after("attention", "missingness", "missing", "gating", "no"), noun=True),
    Rule(_words(r"mechanistic(?:ally)?"), MECHANISM, None, noun=True),
    Rule(_words(r"(?:lowering|raising|increasing|reducing|decreasing|blocking|inhibiting|"
                r"silencing|knocking\s+(?:down|out)|treating|targeting|removing|stopping|"
                r"supplementing)\s+(?!(?:the\s+)?(?:missing|gaps|outliers|duplicates|values|"
                r"samples?|rows|features|batch|number|size|threshold)\b)[^.;]{1,60}?\s(?:will|would|could|can|may|might|should)"),
         INTERVENTION, None,
         not_on_method),
    Rule(_words(r"(?:should|must|can|may|need\s+not|can\s+safely)\s+(?:safely\s+)?(?:be\s+(?:sent"
                r"\s+home|treated|discharged|given|screened|diagnosed)|receive|be\s+used\s+"
                r"(?:to|for)\s+(?:diagnos\w+|treat\w*|screen\w*|decid\w+))"), ADVICE),
    # --- German, which a note may be written in
    Rule(_words(r"verursach(?:t|en|te|ten)|bewirk(?:t|en|te|ten)|führ(?:t|en|te|ten)\s+zu|"
                r"fuehr(?:t|en|te|ten)\s+zu|lös(?:t|en)\s+aus|auslös(?:t|en|te|ten)|"
                r"treib(?:t|en)|wegen|aufgrund|auf\s?grund\s+von|verantwortlich\s+f(?:ü|ue)r|"
                r"verhinder(?:t|n|te|ten)|sch(?:ü|ue)tz(?:t|en|te|ten)"), CAUSE, noun=True),
)  # fmt: skip
