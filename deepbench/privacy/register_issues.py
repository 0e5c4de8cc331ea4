"""What the program raises in the ethics register by itself, one function for each kind.

Names of issues are built so that an answer holds as long as it is about the same thing: where more
columns, groups or places come to it, the name changes and the entry is open again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deepbench.data.wording import counted
from deepbench.plan import PrivacyLevel, StudyPlan
from deepbench.privacy.register_material import SMALLEST_GROUP, Issue, Material
from deepbench.privacy.register_model_issues import (
    audit_issues,
    failures_issues,
    served_issues,
    told_issues,
    used_issues,
)
from deepbench.privacy.sensitivity import is_lowered, level_of
from deepbench.study.records import (
    AssociationRecord,
    CheckRecord,
    ClaimsRecord,
    SampleSheetRecord,
    SensitivityRecord,
    SmallGroups,
    TestRecord,
)
from deepbench.study.register_kinds import NO_REASON
from deepbench.study.sensitivity_scan import identifier_issue

#: Combinations that fewer people share are rare (k of k-anonymity).
FEWEST_ALIKE = 5
#: From here on the outcome goes with a sensitive column so much that guessing it would help.
STRONG_TIE = 0.3
STRONG_SHARE = 0.1
_TIE_LEVEL = 0.01


def program_issues(plan: StudyPlan, material: Material) -> list[Issue]:
    """Return what the program raises, in the order in which it is shown."""
    found = [*_governance(plan, material.held)]
    if material.sensitivity is not None:
        found += _identifiers(material.sensitivity)
    people = about_people(plan, material.sheet)
    if people and material.sensitivity is not None:
        found += _rare_combinations(material.sensitivity)
    if material.check is not None:
        found += _batches(material.sheet, material.check)
    found += _missing(material.missing)
    if people and material.check is not None:
        found += _predictive(material.sheet, material.check)
    if people and material.interpretation is not None:
        found += used_issues(plan, material.interpretation, material.model)
    if people and material.audit is not None:
        found += told_issues(material.audit)
    if material.test is not None:
        found += served_issues(material, material.test)
    if people and material.interpretation is not None:
        found += failures_issues(material.interpretation, material.subgroups)
    if material.claims is not None:
        found += _causal(material.claims)
    if material.test is not None:
        found += _reused(material.test)
    if people and material.audit is not None:
        found += audit_issues(material.audit)
    return found


def about_people(plan: StudyPlan, sheet: SampleSheetRecord) -> bool:
    """Say whether a study has to be looked at as one of people.

    That is so where it was answered; else where the level, a sensitive attribute or columns by
    which somebody could be recognised say so. A study on cell lines is asked nothing of the kind.
    """
    answer = plan.privacy.about.people
    if answer in ("yes", "no"):
        return answer == "yes"
    guarded = level_of(plan.privacy.level).number >= level_of("sensitive").number
    named = sheet.roles.get("sensitive", ()) or plan.privacy.quasi_identifiers
    return guarded or bool(named)


# --- governance, identifiers ----------------------------------------------------------------


def _governance(plan: StudyPlan, held: PrivacyLevel | None) -> Iterator[Issue]:
    answered = level_of(plan.privacy.level).number
    guarded = answered >= level_of("sensitive").number
    of_people = guarded and plan.privacy.about.people != "no"
    if of_people and not plan.ethics.approval:
        yield Issue(
            "approval not stated",
            "No ethics board and number are stated, nor why none is needed ([ethics] approval).",
        )
    if of_people and not plan.ethics.consent:
        yield Issue(
            "consent not stated",
            "No consent or legal basis for the use of the data is stated ([ethics] consent).",
        )
    if not plan.data.licence:
        yield Issue(
            "licence not stated",
            "The licence or agreement the data is used under is not stated ([data] licence).",
        )
    before = held is not None and answered < level_of(held).number
    if (before or is_lowered(plan.privacy.level)) and not plan.privacy.reason.strip():
        text = f"The level is set to {plan.privacy.level} without a reason ([privacy] reason)."
        still = f" Until there is one the study is treated as {held}." if before else ""
        yield Issue(NO_REASON, text + still)


def _identifiers(sensitivity: SensitivityRecord) -> Iterator[Issue]:
    by_name: dict[str, list[str]] = {}
    for finding in sensitivity.findings:
        by_name.setdefault(identifier_issue(finding), []).append(finding.sentence)
    for name, sentences in by_name.items():
        yield Issue(
            name,
            f"{' '.join(sentences)} If that is so, say how persons are protected; if not, say "
            "what it is. Until then the data is treated as the scan asks.",
        )


def _rare_combinations(sensitivity: SensitivityRecord) -> Iterator[Issue]:
    rare = sensitivity.rare
    if rare is not None and rare.k < FEWEST_ALIKE:
        yield Issue(
            f"rare combinations: {', '.join(rare.columns)}",
            f"{rare.sentence} Who knows these of a person can find the person in the data. Say "
            "who can see the data and what is given away, or make the values coarser.",
        )


# --- samples --------------------------------------------------------------------------------


def _batches(sheet: SampleSheetRecord, check: CheckRecord) -> Iterator[Issue]:
    columns = {*sheet.roles.get("batch", ()), *sheet.roles.get("site", ())}
    raised: set[str] = set()
    for finding in check.findings:
        if finding.severity == "info":
            continue
        for column in finding.columns:
            if column in columns and column not in raised:
                raised.add(column)
                yield Issue(f"batch or site: {column}", finding.message)


def _missing(missing: Sequence[SmallGroups]) -> Iterator[Issue]:
    for each in missing:
        if each.only:
            said = f"All training units have {each.column} = {each.only}. Of anybody else"
        elif each.training:
            groups = " or ".join(each.training)
            said = f"Fewer than {SMALLEST_GROUP} training units have {each.column} = {groups}. "
            said += "Of them"
        else:
            continue
        yield Issue(
            f"missing group: {each.column}",
            f"{said} the model has learned nothing, however good its score. Say for whom it is "
            "meant, or add samples.",
        )


def _predictive(sheet: SampleSheetRecord, check: CheckRecord) -> Iterator[Issue]:
    ties = check.review.associations if check.review is not None else ()
    sensitive = sheet.roles.get("sensitive", ())
    strong = [tie for tie in ties if tie.column in sensitive and _is_strong(tie)]
    if strong:
        named = ", ".join(tie.column for tie in strong)
        sizes = "; ".join(f"{tie.column}: {tie.measure} {tie.value:.2f}" for tie in strong)
        yield Issue(
            f"sensitive attribute predictive: {named}",
            f"{sheet.outcome} goes with {named} ({sizes}). A model can score by telling apart who "
            "somebody is. Say why that is right here, or compare within the groups below.",
        )


def _is_strong(tie: AssociationRecord) -> bool:
    size = STRONG_SHARE if "squared" in tie.measure else STRONG_TIE
    return abs(tie.value) >= size and tie.p <= _TIE_LEVEL


# --- what is said and done ------------------------------------------------------------------


def _causal(claims: ClaimsRecord) -> Iterator[Issue]:
    if claims.causal:
        count = counted(len(claims.causal), "place")
        words = ", ".join(dict.fromkeys(f"“{each.words}”" for each in claims.causal))
        yield Issue(
            f"causal claim: {count}",
            f"Your sentences say more than an association in {count} ({words}). Word them anew on "
            "the page “What you may claim”, or say what else shows the cause.",
        )


def _reused(test: TestRecord) -> Iterator[Issue]:
    if test.opened > 1:
        yield Issue(
            f"test set reused: {test.opened} times",
            f"The test set was opened {test.opened} times, so its score is no longer that of "
            "samples never looked at. Say how it was used, and do not call the score independent.",
        )
