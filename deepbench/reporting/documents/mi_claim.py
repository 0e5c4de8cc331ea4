"""MI-CLAIM: six parts on clinical models, as a draft.

Norgeot et al., "Minimum information about clinical artificial intelligence modeling: the MI-CLAIM
checklist", Nat Med 2020, doi 10.1038/s41591-020-1041-y. The publication does not number its items;
they are counted here in its order within each part, and words are ours.
"""

from __future__ import annotations

from collections.abc import Mapping

from deepbench.reporting.documents import data_sentences as data
from deepbench.reporting.documents import model_sentences as models
from deepbench.reporting.documents.checklist_form import (
    Answer,
    Checklist,
    Item,
    both,
    checklist_markdown,
    fixed,
    plan,
    records,
    told,
)
from deepbench.reporting.documents.shared_answers import statistics
from deepbench.reporting.documents.study_facts import Document, StudyFacts
from deepbench.reporting.small_cells import SmallCells
from deepbench.reporting.wording import sentence
from deepbench.study.records import StudySummary

PATH = "documents/mi-claim.md"
TITLE = "MI-CLAIM checklist (draft)"

_DESIGN = "Study design (part 1)"
_OPTIMISATION = "Data and optimisation (parts 2 and 3)"
_PERFORMANCE = "Model performance (part 4)"
_EXAMINATION = "Model examination (part 5)"
_RERUN = "Reproducibility (part 6)"


def _origin(facts: StudyFacts) -> Answer:
    said, known = data.source(facts), data.file(facts)
    if said and known:
        return Answer(f"{said} {known}", "both")
    return Answer(said or known, "you" if said else ("records" if known else "open"))


def _panels_and_copies(facts: StudyFacts) -> str:
    record = facts.summary.interpretation
    if record is None:
        return ""
    said = record.panels.sentences if record.panels is not None else ()
    said += tuple(text for copy in record.imitations for text in copy.sentences)
    return " ".join(dict.fromkeys(sentence(text) for text in said))


def _relevance(facts: StudyFacts) -> str:
    record = facts.summary.claims
    if record is None or not record.claims:
        return ""
    return " ".join(sentence(claim.sentence) for claim in record.claims)


def _single_cases(facts: StudyFacts) -> str:
    record = facts.summary.interpretation
    if record is None or not record.models:
        return ""
    text = (
        "Attributions of single samples can be looked at inside the study; they leave it only "
        "where its level allows."
    )
    return f"{text} {models.failing(facts)}".strip()


def _shift(facts: StudyFacts) -> str:
    split = facts.summary.split
    similar = split.similarity if split is not None else None
    text = sentence(similar.sentence) if similar is not None else ""
    return f"{models.elsewhere(facts)} {text}".strip()


def _tier(facts: StudyFacts) -> Answer:
    public = facts.yes_or_no("code_availability")
    said = facts.told("code_availability")
    if public is None:
        return Answer(said, "you" if said else "open")
    said = facts.after_yes_no("code_availability")
    tier = "Tier 1, complete sharing of the code" if public else "Tier 4, the code is not shared"
    return Answer(sentence(f"{tier}: {said}" if said else tier), "you")


def _compared_with(facts: StudyFacts) -> Answer:
    compared = facts.told_whether("Compared on the same samples", "compared")
    said = " ".join(filter(None, [facts.told("earlier_work"), compared]))
    known = models.baseline_effort(facts)
    if said and known:
        return Answer(f"{said} {known}", "both")
    return Answer(said or known, "you" if said else ("partly" if known else "open"))


MI_CLAIM = Checklist(
    title="MI-CLAIM checklist",
    purpose="MI-CLAIM lists what has to be said at least about a model that is meant for the "
    "clinic. If this study is not about one, leave the draft out.",
    reference="Norgeot B, Quer G, Beaulieu-Jones BK, et al. Minimum information about clinical "
    "artificial intelligence modeling: the MI-CLAIM checklist. Nat Med 2020;26:1320–1324. "
    "doi:10.1038/s41591-020-1041-y",
    items=(
        Item(
            "1.1",
            _DESIGN,
            "Clinical problem that the model is for",
            told("intended_use", "care_pathway"),
        ),
        Item("1.2", _DESIGN, "Research question", records(data.question)),
        Item(
            "1.3",
            _DESIGN,
            "Who is in the training and the test cohort",
            records(data.samples, data.classes, data.sizes),
        ),
        Item(
            "1.4", _DESIGN, "Why the cohorts are like those of the clinic", told("representative")
        ),
        Item(
            "1.5",
            _DESIGN,
            "Best existing solution, as what the model is compared with",
            _compared_with,
        ),
        Item(
            "2.1",
            _OPTIMISATION,
            "Origin and format of the data",
            _origin,
        ),
        Item(
            "2.2",
            _OPTIMISATION,
            "What was done to the data before the model",
            records(data.preparation),
        ),
        Item(
            "2.3",
            _OPTIMISATION,
            "Proof that training and test samples are independent",
            records(lambda facts: facts.parts["split"], data.proofs),
        ),
        Item(
            "2.4",
            _OPTIMISATION,
            "Models evaluated, and how the best was selected",
            records(models.tried, models.tuning, models.selection),
        ),
        Item(
            "2.5",
            _OPTIMISATION,
            "Structured or unstructured input?",
            fixed("Structured: a table with one row for each sample."),
        ),
        Item(
            "4.1",
            _PERFORMANCE,
            "Main measure of how well the model predicts, and why",
            records(models.metrics),
        ),
        Item(
            "4.2",
            _PERFORMANCE,
            "Main measure of use in the clinic, and why",
            plan(data.useful_score, "practical_measure"),
        ),
        Item(
            "4.3",
            _PERFORMANCE,
            "Model against baseline, with statistics",
            records(models.performance, statistics),
        ),
        Item("5.1", _EXAMINATION, "First examination of the model", records(models.important)),
        Item("5.2", _EXAMINATION, "Second examination of the model", records(_panels_and_copies)),
        Item(
            "5.3",
            _EXAMINATION,
            "What the examinations say about the performance",
            both(_relevance, "meaning"),
        ),
        Item(
            "5.4",
            _EXAMINATION,
            "Can single cases be understood, and does it matter?",
            records(_single_cases),
        ),
        Item("5.5", _EXAMINATION, "What happens when the data changes?", records(_shift)),
        Item("6", _RERUN, "How far code and model are shared (tiers 1 to 4)", _tier),
    ),
)


def mi_claim(
    summary: StudySummary, answers: Mapping[str, str], cells: SmallCells | None = None
) -> list[Document]:
    """Return the MI-CLAIM draft, or nothing if the samples are not people.

    Arguments as for `reforms`.
    """
    facts = StudyFacts.of(summary, answers, cells)
    if not facts.about_people:
        return []
    return [(PATH, checklist_markdown(MI_CLAIM, facts).encode("utf-8"), TITLE)]
