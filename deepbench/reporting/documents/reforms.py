"""REFORMS: 32 items in 8 modules on science that rests on machine learning.

Kapoor et al., "REFORMS: Consensus-based Recommendations for Machine-learning-based Science", Sci
Adv 2024, doi 10.1126/sciadv.adk3452. Numbers are those of the publication, words are ours.
"""

from __future__ import annotations

from collections.abc import Mapping

from deepbench.reporting.documents import data_sentences as data
from deepbench.reporting.documents import model_sentences as models
from deepbench.reporting.documents.checklist_form import (
    Checklist,
    Item,
    both,
    checklist_markdown,
    records,
    told,
)
from deepbench.reporting.documents.shared_answers import (
    code,
    data_access,
    data_source,
    features_legitimate,
    limits,
    rerun_readme,
    rerun_script,
    statistics,
)
from deepbench.reporting.documents.study_facts import Document, StudyFacts
from deepbench.reporting.small_cells import SmallCells
from deepbench.study.records import StudySummary

PATH = "documents/reforms.md"
TITLE = "REFORMS checklist (draft)"

_GOALS = "1 Study goals"
_RERUN = "2 Computational reproducibility"
_DATA = "3 Data quality"
_BEFORE = "4 Data preprocessing"
_MODELS = "5 Modelling"
_LEAKAGE = "6 Data leakage"
_METRICS = "7 Metrics and uncertainty"
_LIMITS = "8 Generalisability and limitations"

REFORMS = Checklist(
    title="REFORMS checklist",
    purpose="REFORMS asks what a reader needs to know to judge a scientific claim that rests on "
    "how well a machine-learning model predicts.",
    reference="Kapoor S, Cantrell EM, Peng K, et al. REFORMS: Consensus-based Recommendations "
    "for Machine-learning-based Science. Sci Adv 2024;10:eadk3452. doi:10.1126/sciadv.adk3452",
    items=(
        Item(
            "1a", _GOALS, "Population or distribution that the claim is about", told("population")
        ),
        Item("1b", _GOALS, "Why this population was chosen", told("population_reason")),
        Item("1c", _GOALS, "Why machine learning was used", both(models.why_these, "ml_reason")),
        Item("2a", _RERUN, "Data set used, and where to find exactly this one", data_access),
        Item("2b", _RERUN, "Code used, and where to find exactly this version", code),
        Item("2c", _RERUN, "Machine and software", records(models.infrastructure)),
        Item("2d", _RERUN, "Instructions to get the results again", rerun_readme),
        Item("2e", _RERUN, "Script that makes all results again", rerun_script),
        Item(
            "3a",
            _DATA,
            "Sources of the data, when it was collected, and how the true outcome was determined",
            data_source,
        ),
        Item("3b", _DATA, "Set from which the samples were drawn", told("sampling")),
        Item("3c", _DATA, "Why the data is suited to the task", told("data_fitness")),
        Item(
            "3d",
            _DATA,
            "Outcome: its definition, and how it is distributed",
            both((data.outcome, data.classes), "outcome_definition"),
        ),
        Item(
            "3e",
            _DATA,
            "Number of samples and of distinct units, overall and by class",
            records(data.samples, data.classes),
        ),
        Item("3f", _DATA, "Share of missing values", records(data.missing)),
        Item(
            "3g",
            _DATA,
            "Why the samples stand for the population of the claim",
            told("representative"),
        ),
        Item(
            "4a",
            _BEFORE,
            "Samples left out, and why",
            both(data.exclusions, "eligibility"),
        ),
        Item(
            "4b",
            _BEFORE,
            "What was done about impossible or damaged values",
            both(data.findings, "impossible_values"),
        ),
        Item(
            "4c",
            _BEFORE,
            "All steps from the raw table to what the models see",
            records(data.preparation),
        ),
        Item("5a", _MODELS, "All models trained, with inputs and settings", records(models.tried)),
        Item("5b", _MODELS, "Why these kinds of models", records(models.why_these)),
        Item(
            "5c",
            _MODELS,
            "How models were evaluated: split and folds",
            records(lambda facts: facts.parts["split"], data.sizes),
        ),
        Item("5d", _MODELS, "How the reported model was selected", records(models.selection)),
        Item("5e", _MODELS, "How settings were tuned", records(models.tuning)),
        Item(
            "5f",
            _MODELS,
            "Why the comparison with baselines is fair",
            records(models.baseline_effort),
        ),
        Item(
            "6a",
            _LEAKAGE,
            "Why preparation and modelling saw training samples only",
            records(lambda facts: facts.parts["split"]),
        ),
        Item(
            "6b",
            _LEAKAGE,
            "What was done about samples that belong together and about duplicates",
            records(data.design, data.proofs),
        ),
        Item(
            "6c",
            _LEAKAGE,
            "Why each feature may be used and gives no answer away",
            features_legitimate,
        ),
        Item(
            "7a",
            _METRICS,
            "Metrics, and why the one that decides is suited",
            records(models.metrics, data.useful_score),
        ),
        Item("7b", _METRICS, "Uncertainty of the metrics", records(models.uncertainty)),
        Item("7c", _METRICS, "Statistical tests and what they assume", records(statistics)),
        Item(
            "8a",
            _LIMITS,
            "Evidence that the result holds elsewhere",
            both(models.elsewhere, "holds_elsewhere"),
        ),
        Item("8b", _LIMITS, "Where the result is not expected to hold", limits),
    ),
)


def reforms(
    summary: StudySummary, answers: Mapping[str, str], cells: SmallCells | None = None
) -> list[Document]:
    """Return the REFORMS checklist of a study.

    Args:
        summary: The records, as released for the study's level.
        answers: Answers to the questions of the documents, by key.
        cells: Rule for small counts, where it is stricter than the level of the records.
    """
    text = checklist_markdown(REFORMS, StudyFacts.of(summary, answers, cells))
    return [(PATH, text.encode("utf-8"), TITLE)]
