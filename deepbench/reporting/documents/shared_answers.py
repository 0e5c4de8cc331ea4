"""Answers that several checklists ask for."""

from __future__ import annotations

from deepbench.reporting.documents import data_sentences as data
from deepbench.reporting.documents import model_sentences as models
from deepbench.reporting.documents.checklist_form import Answer, both, fixed, plan
from deepbench.reporting.documents.study_facts import StudyFacts
from deepbench.reporting.wording import clipped, listing, sentence

_CAUSES = "No effect of a feature on the outcome was shown."
_KNOWN = {
    "yes": "known before the outcome",
    "no": "known only after the outcome",
    "unknown": "not known whether before the outcome",
}


def data_access(facts: StudyFacts) -> Answer:
    """Which data, and where it can be had."""
    public = facts.told_whether("Public", "data_availability")
    said = " ".join(filter(None, [public, data.source(facts)]))
    known = data.file(facts)
    if said and known:
        return Answer(f"{said} {known}", "both")
    return Answer(said or known, "you" if said else ("records" if known else "open"))


def data_source(facts: StudyFacts) -> Answer:
    """Where the data came from, when, and how the outcome was determined."""
    told = [facts.told(key) for key in ("collection", "outcome_definition")]
    said = " ".join(filter(None, [*told, data.source(facts)]))
    if not said:
        return Answer("", "open")
    return Answer(said, "you" if all(told) else "some of you")


def code(facts: StudyFacts) -> Answer:
    """Which code, and where it can be had."""
    public = facts.told_whether("Public", "code_availability")
    known = (
        f"DeepBench {facts.summary.version} runs the plan (plan.toml, in the bundle); there is no "
        "other code. Versions of all packages stand in rerun/constraints.txt."
    )
    return Answer(f"{public} {known}".strip(), "both" if public else "partly")


rerun_readme = fixed(
    "README.txt of the bundle says what each file is and how to get the results again."
)
rerun_script = fixed(
    "rerun/rerun.py makes an environment with the versions of the study, runs the plan again with "
    "the data you name and says number by number whether it gives the same (deepbench verify)."
)


def statistics(facts: StudyFacts) -> str:
    """All statistical tests."""
    return " ".join(filter(None, [models.shuffled(facts), models.comparison(facts)]))


def claimed_features(facts: StudyFacts) -> str:
    """What was answered about single features at stage 12."""
    entries = facts.plan.claims.features if facts.plan is not None else {}
    said = [
        f"{clipped(name)}: {_KNOWN[entry.known_before_outcome]}"
        f"{f' ({entry.note})' if entry.note else ''}"
        for name, entry in entries.items()
        if entry.known_before_outcome != "unknown" or entry.note
    ]
    return f"Answered feature by feature: {'; '.join(said)}." if said else ""


features_legitimate = plan(claimed_features, "feature_choice")


def not_shown(facts: StudyFacts) -> tuple[str, ...]:
    """What the study did not show."""
    record = facts.summary.claims
    if record is None or not record.not_shown:
        return (_CAUSES,) if facts.summary.interpretation is not None else ()
    return tuple(sentence(text) for text in record.not_shown)


def _not_shown_text(facts: StudyFacts) -> str:
    items = [text.rstrip(".") for text in not_shown(facts)]
    return f"Not shown by this study: {'; '.join(items)}." if items else ""


limits = both(_not_shown_text, "limits")


def governance(facts: StudyFacts) -> str:
    """Ethics board and consent, from the plan."""
    if facts.plan is None:
        return ""
    ethics = facts.plan.ethics
    parts = [("Ethics board", ethics.approval), ("Consent or legal basis", ethics.consent)]
    return " ".join(f"{label}: {sentence(text)}" for label, text in parts if text)


def subgroups(facts: StudyFacts) -> str:
    """Which groups of test samples were looked at."""
    choice = facts.summary.choice
    groups = choice.test.subgroups if choice is not None else ()
    columns = list(dict.fromkeys(group.column for group in groups))
    if not columns:
        return ""
    named = listing([f"“{clipped(name)}”" for name in columns])
    return (
        f"Scores with intervals were computed in each group of {named}; they stand in "
        "card/model-card.md and in the report."
    )


def register(facts: StudyFacts) -> str:
    """How many entries the ethics register has, and how many of them are open."""
    record = facts.summary.ethics
    if record is None:
        return ""
    entries = record.entries
    still_open = [entry.issue for entry in entries if entry.state == "open"]
    if not entries:
        return "The program raised no entry of the ethics register."
    text = f"Ethics register: {len(entries):,} {'entry' if len(entries) == 1 else 'entries'}"
    if still_open:
        return f"{text}, open: {'; '.join(clipped(issue, 120) for issue in still_open)}."
    return f"{text}, none open."
