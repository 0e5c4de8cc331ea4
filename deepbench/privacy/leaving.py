"""What may leave a study at which level, as data.

Each row is one kind of content and holds one rule for each level, from public to restricted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from deepbench.plan import PrivacyLevel
from deepbench.privacy.sensitivity import level_of

ContentKind = Literal[
    "report",
    "results",
    "figures",
    "predictions",
    "training predictions",
    "weights",
    "private weights",
    "stored rows",
    "training rows",
    "plan",
]
Outcome = Literal["yes", "audit", "certificate", "override", "no"]


@dataclass(frozen=True)
class LeavingRule:
    """What holds for one kind of content at one level.

    Attributes:
        outcome: ``yes`` if the condition holds; ``audit`` if the audit passes, else like
            ``override``; ``certificate`` with a guarantee and two persons; ``override`` never by
            itself; ``no`` never.
        condition: What must hold; empty for nothing.
    """

    outcome: Outcome
    condition: str = ""


@dataclass(frozen=True)
class LeavingRow:
    """One kind of content and its rule at each of the four levels."""

    kind: ContentKind
    what: str
    rules: tuple[LeavingRule, LeavingRule, LeavingRule, LeavingRule]

    def at(self, level: PrivacyLevel) -> LeavingRule:
        """Return the rule at a level."""
        return self.rules[level_of(level).number]


_YES = LeavingRule("yes")
_OVERRIDE = LeavingRule("override")
_NO = LeavingRule("no")
_AUDIT = LeavingRule("audit", "if the audit shows that it does not tell who was in the training")
_SMALL_CELLS = LeavingRule("yes", "numbers about fewer than 10 people merged or left out")
_AGGREGATE = LeavingRule("yes", "as pixels and without marks for single samples")
_SCANNED = LeavingRule("yes", "free of names, paths and sample names")

LEAVING: tuple[LeavingRow, ...] = (
    LeavingRow("report", "report and methods text", (_YES, _YES, _SMALL_CELLS, _SMALL_CELLS)),
    LeavingRow(
        "results",
        "tables of scores and of feature importance",
        (_YES, _YES, _SMALL_CELLS, _SMALL_CELLS),
    ),
    LeavingRow("figures", "figures", (_YES, _YES, _AGGREGATE, _AGGREGATE)),
    LeavingRow(
        "predictions",
        "predictions on new samples",
        # An override does not exist for restricted studies, so there they stay.
        (_YES, _YES, LeavingRule("yes", "rounded to 3 decimals, and logged"), _NO),
    ),
    LeavingRow(
        "training predictions",
        "predictions on the study's own samples, explanations of single samples",
        (_YES, _YES, _OVERRIDE, _NO),
    ),
    LeavingRow("weights", "ordinary models", (_YES, _AUDIT, _OVERRIDE, _NO)),
    LeavingRow(
        "private weights",
        "models trained with differential privacy",
        (
            _YES,
            _YES,
            LeavingRule(
                "certificate", "with a certificate of ε at most 3, approved by two people"
            ),
            LeavingRule(
                "certificate", "with a certificate of ε at most 1, approved by two people"
            ),
        ),
    ),
    LeavingRow(
        "stored rows",
        "models that store samples (k nearest neighbours, support vectors, trees with leaves of "
        "one unit)",
        (LeavingRule("yes", "said beside the file"), _OVERRIDE, _OVERRIDE, _NO),
    ),
    LeavingRow(
        "training rows", "the study's own samples and their names", (_YES, _OVERRIDE, _NO, _NO)
    ),
    LeavingRow(
        "plan",
        "plan, versions of the software, support bundle",
        (_YES, _YES, _SCANNED, _SCANNED),
    ),
)
_BY_KIND = {row.kind: row for row in LEAVING}


def rule_for(kind: ContentKind, level: PrivacyLevel) -> LeavingRule:
    """Return the rule for a kind of content at a level."""
    return _BY_KIND[kind].at(level)


def may_leave(level: PrivacyLevel) -> tuple[tuple[str, str], ...]:
    """Return (what, sentence) for every kind of content at a level."""
    return tuple((row.what, _sentence(row.at(level))) for row in LEAVING)


def _sentence(rule: LeavingRule) -> str:
    if rule.outcome == "no":
        return "Never leaves the study."
    if rule.outcome == "override":
        return "Stays in the study unless a second person approves it and the reason is recorded."
    said = f"May leave, {rule.condition}." if rule.condition else "May leave."
    if rule.outcome == "audit":
        return f"{said} Else it stays unless a second person approves it."
    return said
