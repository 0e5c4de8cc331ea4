"""The ten tips of Lee et al. 2022 and what this study did about each, from its records.

Source: Lee et al., "Ten quick tips for deep learning in biology", PLoS Comput Biol 2022,
doi:10.1371/journal.pcbi.1009803.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from deepbench.data.wording import counted, noun
from deepbench.reporting.effort import effort_words, is_equal, tuned
from deepbench.reporting.verdict import models_of, test_openings, title_of
from deepbench.reporting.wording import listing, p_value, times
from deepbench.study.records import StudySummary

State = Literal["done", "partly", "not done"]


@dataclass(frozen=True)
class Tip:
    """One tip of the checklist.

    Attributes:
        number: 1 to 10.
        title: The advice in our words.
        state: Whether the study followed it.
        text: What was done, or what is missing.
    """

    number: int
    title: str
    state: State
    text: str


Answer = tuple[State, str]


def ten_tips(summary: StudySummary) -> tuple[Tip, ...]:
    """Return the checklist.

    Args:
        summary: The records.
    """
    return tuple(
        Tip(number, title, *answer(summary))
        for number, (title, answer) in enumerate(_TIPS, start=1)
    )


def _fit(summary: StudySummary) -> Answer:
    record = summary.suitability
    if record is None:
        return "not done", "It was not asked whether deep learning fits the question."
    text = f"Verdict: {record.verdict}, with {counted(len(record.reasons), 'reason')}."
    if not record.with_data:
        return "partly", f"{text} It was not asked again with the real numbers of the data."
    text += " It was asked again with the real numbers of the data."
    if record.override_reason:
        text += " The study went on against the verdict, and says why."
    if record.unanswered:
        return "partly", f"{text} Unanswered: {counted(len(record.unanswered), 'question')}."
    return "done", text


def _baselines(summary: StudySummary) -> Answer:
    board = summary.baselines
    if board is None or not board.models:
        return "not done", "No traditional model was tuned."
    titles = listing([model.title for model in board.models])
    return "done", f"Tuned inside the training set before any network: {titles}."


def _training(summary: StudySummary) -> Answer:
    models = summary.networks.models if summary.networks is not None else ()
    if not models:
        return "not done", "No network was trained."
    checks = [check for model in models for check in model.sanity]
    passed = sum(check.passed for check in checks)
    seeds = max(len(model.seed_scores) for model in models)
    text = f"{counted(len(models), 'network size')} trained from small to large"
    if seeds:
        text += f", the best settings from {counted(seeds, 'random start')}"
    text += f"; {passed} of {counted(len(checks), 'sanity check')} passed."
    return ("done" if checks and passed == len(checks) else "partly"), text


def _data(summary: StudySummary) -> Answer:
    if summary.sheet is None:
        return "not done", "The roles of the columns were not settled."
    roles = [role for role, columns in summary.sheet.roles.items() if columns]
    text = f"Roles named: {listing(roles)}." if roles else "No role but the outcome was named."
    if summary.check is None:
        return "partly", f"{text} The data was not checked."
    findings = summary.check.findings
    grave = sum(finding.severity in ("serious", "blocking") for finding in findings)
    found = counted(len(findings), "finding")
    text += f" The data check reported {found}, {grave} of them serious."
    if "unit" not in roles:
        return "partly", f"{text} Each row was taken as its own biological unit."
    return "done", text


def _architecture(summary: StudySummary) -> Answer:
    models = summary.networks.models if summary.networks is not None else ()
    if not models:
        return "not done", "No network was trained, so none was chosen."
    sizes = listing([model.size or model.title for model in models])
    return "done", f"A linear model first, then networks that fit a table, by size: {sizes}."


def _tuning(summary: StudySummary) -> Answer:
    models = tuned(models_of(summary))
    if not models:
        return "not done", "No model was tuned."
    if is_equal(models):
        return "done", f"{effort_words(models)}."
    return "partly", f"{effort_words(models)}: effort was not the same for all."


def _overfitting(summary: StudySummary) -> Answer:
    if summary.split is None:
        return "not done", "No test samples were set aside."
    if summary.shuffles is None:
        return "partly", "Test samples were set aside; labels were not shuffled."
    openings = test_openings(summary)
    text = (
        f"Test samples were set aside before tuning; shuffled-label check "
        f"({p_value(summary.shuffles.p_value)}); test set opened {times(openings)}."
    )
    return ("done" if openings <= 1 else "partly"), text


def _transparency(summary: StudySummary) -> Answer:
    record = summary.interpretation
    if record is None:
        return "not done", "It was not measured what a model uses."
    if not record.models:
        return "not done", record.skipped or "It was not measured what a model uses."
    titles = listing([title_of(summary, model.model) for model in record.models])
    text = f"Attributions with 95 % intervals and their shuffled-label twin for {titles}"
    if record.agreement is not None:
        text += ", and how far the two agree"
    text += "."
    more = [
        words
        for words, there in (
            ("short panels", record.panels is not None),
            ("where the model fails", record.failures is not None),
            ("a simple copy of it", bool(record.imitations)),
            ("gene sets", bool(record.enrichment)),
        )
        if there
    ]
    text += f" Also looked at: {listing(more)}." if more else ""
    if not all(model.locally_accurate for model in record.models):
        return "partly", f"{text} Attributions do not add up to the output; do not rely on them."
    return "done", text


def _claims(summary: StudySummary) -> Answer:
    record = summary.claims
    if record is None:
        return "not done", "Claims were not worded."
    text = (
        f"{counted(len(record.claims), 'claim')} worded as "
        f"{noun(len(record.claims), 'an association', 'associations')}; "
        f"{counted(len(record.not_shown), 'statement')} named as not shown."
    )
    left = [item for item in record.checklist if item.state != "clear"]
    if left:
        text += (
            f" The score looks too good: {len(left)} of {counted(len(record.checklist), 'item')} "
            "of the checklist not cleared."
        )
    if record.causal:
        text += f" Wording that says more than was shown: {counted(len(record.causal), 'place')}."
    return ("partly" if left or record.causal else "done"), text


def _ethics(summary: StudySummary) -> Answer:
    record = summary.ethics
    if record is None:
        return "not done", "The ethics register was not filled in."
    still_open = sum(entry.state == "open" for entry in record.entries)
    text = f"Level: {record.level}. Register: {counted(len(record.entries), 'entry', 'entries')}"
    if still_open:
        return "partly", f"{text}, {still_open} still open."
    return "done", f"{text}, none open."


_TIPS: tuple[tuple[str, Callable[[StudySummary], Answer]], ...] = (
    ("Decide whether deep learning fits the problem", _fit),
    ("Set baselines with traditional models", _baselines),
    ("Understand what training a network involves", _training),
    ("Know your data and your question", _data),
    ("Choose a fitting representation and architecture", _architecture),
    ("Tune settings extensively and systematically", _tuning),
    ("Guard against overfitting", _overfitting),
    ("Make the model more transparent", _transparency),
    ("Do not over-interpret predictions", _claims),
    ("Consider the ethical implications", _ethics),
)
