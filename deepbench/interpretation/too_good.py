"""What to go through when a score is too good to be true, with what is known already."""

from __future__ import annotations

from collections.abc import Sequence

from deepbench.data.wording import counted, noun
from deepbench.interpretation.claim_hints import chance_level
from deepbench.interpretation.claim_material import ClaimMaterial, listed, number, with_interval
from deepbench.study.records import CheckItemRecord, FindingRecord

_COPIES = frozenset({"duplicates", "near duplicates", "similar sequences"})
_LEAKS = frozenset({"suspicious feature", "computed outcome", "known afterwards"})
#: A model of batch and site with this share of the score above chance may explain it.
_MUCH = 0.5


def checklist(material: ClaimMaterial) -> tuple[CheckItemRecord, ...]:
    """Return the list, in the order in which such scores are most often explained."""
    return (
        _known_after(material),
        _single_feature(material),
        _units(material),
        _copies(material),
        _batch(material),
        _openings(material),
        _before_import(material),
        _left_out(material),
    )


def _known_after(material: ClaimMaterial) -> CheckItemRecord:
    question = "Does a feature hold the outcome, or was it known only after it?"
    kept = [
        finding
        for finding in material.check.findings
        if finding.kind in _LEAKS and finding.decision != "left out" and finding.severity != "info"
    ]
    names = [item.feature for item in material.found.asked]
    answers = material.plan.claims.features
    open_names = [
        name
        for name in names
        if name not in answers or answers[name].known_before_outcome == "unknown"
    ]
    to_do = (
        f"Ask of {listed(open_names, 4)} whether the value was in the record on the day of the "
        "prediction."
        if open_names
        else "Ask somebody who was there when the data were recorded."
    )
    if kept:
        columns = list(dict.fromkeys(name for finding in kept for name in finding.columns))
        found = f"The data check suspects {listed(columns, 4)}, which all models were given."
        return CheckItemRecord(question=question, found=found, to_do=to_do, state="suspicious")
    found = "The data check found no feature that holds the outcome or was computed from it."
    if names and not open_names:
        found += " All features asked about were answered to be known before."
        return CheckItemRecord(question=question, found=found, to_do="", state="clear")
    return CheckItemRecord(question=question, found=found, to_do=to_do, state="open")


def _single_feature(material: ClaimMaterial) -> CheckItemRecord:
    question = "Does a single feature do it alone?"
    scored = [item for item in material.found.asked if item.alone is not None]
    if not scored:
        return CheckItemRecord(
            question=question,
            found="It was not looked at.",
            to_do="Predict the outcome from the top feature alone and compare.",
            state="open",
        )
    best = max(scored, key=lambda item: (item.stands_out, item.alone or 0.0))
    assert best.alone is not None
    model = material.choice.expected.value
    of_all = "" if model is None else f", all features together {number(model)}"
    found = (
        f"The best of those asked about, {best.feature}, reaches {material.metric} "
        f"{number(best.alone)} alone on held-out samples{of_all}."
    )
    if any(item.stands_out for item in scored):
        to_do = f"Find out how and when {best.feature} was measured, and by whom."
        return CheckItemRecord(question=question, found=found, to_do=to_do, state="suspicious")
    return CheckItemRecord(question=question, found=found, to_do="", state="clear")


def _units(material: ClaimMaterial) -> CheckItemRecord:
    question = "Do samples of one patient, animal or culture lie on both sides of the split?"
    columns = [*material.sheet.roles.get("unit", ()), *material.sheet.roles.get("pair", ())]
    if columns:
        found = f"No: all samples that share {listed(columns)} were kept on one side."
        return CheckItemRecord(question=question, found=found, to_do="", state="clear")
    return CheckItemRecord(
        question=question,
        found="No column names the biological unit, so each row was taken as its own unit.",
        to_do="Make sure that no two rows come from the same patient, animal, litter or culture.",
        state="open",
    )


def _copies(material: ClaimMaterial) -> CheckItemRecord:
    question = "Are there copies of samples, or samples nearly the same, in both sets?"
    found = [f for f in material.check.findings if f.kind in _COPIES and f.severity != "info"]
    apart = [finding for finding in found if finding.decision in ("none", "kept")]
    likeness = _likeness(material)
    if apart:
        return CheckItemRecord(
            question=question,
            found=f"{_messages(apart)}{likeness}",
            to_do="Decide at the data check which of them stay, or keep them together.",
            state="suspicious",
        )
    said = (
        "Some were found and kept together or left out."
        if found
        else "The data check found no copies and no samples that are nearly the same."
    )
    return CheckItemRecord(question=question, found=f"{said}{likeness}", to_do="", state="clear")


def _likeness(material: ClaimMaterial) -> str:
    similar = material.split.similarity
    return "" if similar is None else f" {similar.sentence}"


def _messages(findings: Sequence[FindingRecord]) -> str:
    return " ".join(finding.message for finding in findings[:2])


def _batch(material: ClaimMaterial) -> CheckItemRecord:
    question = "Do batch, site or processing tell the outcome?"
    alone = material.shuffles.batch_only
    model, chance = material.choice.expected.value, chance_level(material.sheet)
    tied = [
        item.feature
        for item in material.found.asked
        if any(hint.kind == "tie" for hint in item.hints)
    ]
    ties = (
        f"{listed(tied, 4)} {noun(len(tied), 'goes', 'go')} strongly with how or when samples "
        "were taken and measured."
        if tied
        else ""
    )
    mixed = "Find out which samples were processed together, and whether groups were mixed."
    if alone is None or alone.value is None:
        if ties:
            return CheckItemRecord(question=question, found=ties, to_do=mixed, state="suspicious")
        return CheckItemRecord(
            question=question,
            found="No column names batch or site, so this could not be checked.",
            to_do="Find out whether the groups were sampled, stored and measured in the same way.",
            state="open",
        )
    found = (
        f"A model that sees nothing but batch and site reaches {material.metric} "
        f"{with_interval(alone)}. {ties}"
    ).strip()
    above = model is not None and alone.value - chance >= _MUCH * (model - chance)
    if above or tied:
        return CheckItemRecord(question=question, found=found, to_do=mixed, state="suspicious")
    return CheckItemRecord(question=question, found=found, to_do="", state="clear")


def _openings(material: ClaimMaterial) -> CheckItemRecord:
    question = "Was anything chosen by looking at the test samples?"
    opened = material.choice.test.opened
    if opened > 1:
        return CheckItemRecord(
            question=question,
            found=f"The test set was looked at {opened} times.",
            to_do="Believe the score of new samples only.",
            state="suspicious",
        )
    return CheckItemRecord(
        question=question,
        found="Not in this program: the test set was looked at once, after the model was chosen.",
        to_do="Make sure that nobody chose features or left samples out by their results before.",
        state="open",
    )


def _before_import(material: ClaimMaterial) -> CheckItemRecord:
    kind = material.check.preparation.kind if material.check.preparation is not None else "unknown"
    return CheckItemRecord(
        question="What was done to the table before it came here?",
        found=(
            "The measurements look like raw counts."
            if kind == "counts"
            else "That cannot be seen from the table. Normalising, filling gaps, correcting "
            "batches or choosing features with all samples together carries the test set into "
            "training."
        ),
        to_do="Ask who prepared the table; where in doubt, start again from the raw values.",
        state="open",
    )


def _left_out(material: ClaimMaterial) -> CheckItemRecord:
    question = "Were the hard cases left out?"
    gone = material.sheet.left_out_rows + material.check.left_out_samples
    found = (
        f"{counted(gone, 'row')} {noun(gone, 'was', 'were')} left out here."
        if gone
        else "None here."
    )
    return CheckItemRecord(
        question=question,
        found=found,
        to_do="Find out whether doubtful, mild or early cases were never in the table.",
        state="open",
    )
