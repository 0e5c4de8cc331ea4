"""TRIPOD+AI: 27 items on prediction models about people, as a draft.

Collins et al., "TRIPOD+AI statement: updated guidance for reporting clinical prediction models
that use regression or machine learning methods", BMJ 2024, doi 10.1136/bmj-2023-078378. Numbers
are those of the publication, words are ours.
"""

from __future__ import annotations

from collections.abc import Mapping

from deepbench.data.wording import in_sentence
from deepbench.reporting.documents import data_sentences as data
from deepbench.reporting.documents import model_sentences as models
from deepbench.reporting.documents.checklist_form import (
    Checklist,
    Item,
    advice,
    both,
    checklist_markdown,
    plan,
    records,
    told,
)
from deepbench.reporting.documents.shared_answers import (
    code,
    data_access,
    governance,
    limits,
    register,
    subgroups,
)
from deepbench.reporting.documents.study_facts import Document, StudyFacts
from deepbench.reporting.small_cells import SmallCells
from deepbench.reporting.verdict import test_openings, verdict_sentences
from deepbench.reporting.wording import clipped, listing, sentence, times
from deepbench.study.records import StudySummary

PATH = "documents/tripod-ai.md"
TITLE = "TRIPOD+AI checklist (draft)"

_TITLE, _ABSTRACT, _INTRO = "Title", "Abstract", "Introduction"
_METHODS, _OPEN, _PUBLIC = "Methods", "Open science", "Patient and public involvement"
_RESULTS, _DISCUSSION = "Results", "Discussion"


def _title(facts: StudyFacts) -> str:
    sheet = facts.summary.sheet
    if sheet is None:
        return ""
    return (
        f"“{clipped(facts.summary.title, 160)}”. Say in the title that a prediction model is "
        f"developed and tested, for whom, and that the outcome is “{clipped(sheet.outcome)}”."
    )


def _objective(facts: StudyFacts) -> str:
    text = data.question(facts)
    return f"{text} The study develops a model and tests it on samples set aside." if text else ""


def _planned_size(facts: StudyFacts) -> str:
    check, split = facts.summary.check, facts.summary.split
    parts = []
    if check is not None and check.detectable is not None:
        parts.append(sentence(check.detectable.sentence))
    if split is not None and split.power is not None:
        parts.append(sentence(split.power.sentence))
    return " ".join(parts)


def _missing(facts: StudyFacts) -> str:
    share = data.missing(facts)
    if facts.summary.split is None:
        return share
    return f"{share} Gaps were filled in inside each fold.".strip()


def _clusters(facts: StudyFacts) -> str:
    sheet = facts.summary.sheet
    if sheet is None:
        return ""
    columns = [*sheet.roles.get("site", ()), *sheet.roles.get("batch", ())]
    if not columns:
        return "No column of the table says from which site or batch a sample comes."
    text = f"Sites and batches of the table: {listing(columns)}. {models.elsewhere(facts)}"
    return f"{text} {subgroups(facts)}".strip()


def _imbalance(facts: StudyFacts) -> str:
    model = facts.chosen
    if model is None or facts.task == "regression":
        return ""
    weights = model.params.get("balanced")
    text = (
        "Classes were weighted by their size in training, and probabilities were calibrated "
        "afterwards."
        if weights
        else "No class was weighted, repeated or left out to balance their sizes."
    )
    return f"{text} {models.decision_rule(facts)}".strip()


def _fairness(facts: StudyFacts) -> str:
    sheet = facts.summary.sheet
    if sheet is None:
        return ""
    columns = sheet.roles.get("sensitive", ())
    if not columns:
        return "No column was named as a sensitive attribute, so groups were not compared by one."
    text = f"Sensitive attributes ({listing(columns)}) were kept out of the models."
    return f"{text} {subgroups(facts)} {register(facts)}".strip()


def _output(facts: StudyFacts) -> str:
    return f"{models.output(facts)} {models.decision_rule(facts)}".strip()


def _same_source(facts: StudyFacts) -> str:
    split = facts.summary.split
    if split is None:
        return ""
    similar = sentence(split.similarity.sentence) if split.similarity is not None else ""
    return f"{models.elsewhere(facts)} {similar}".strip()


def _changed_after_test(facts: StudyFacts) -> str:
    choice = facts.summary.choice
    openings = test_openings(facts.summary)
    if choice is None or not openings:
        return ""
    if openings == 1:
        return "None: the test set was opened at the end, and nothing was fitted to it."
    reasons = " ".join(sentence(text) for text in choice.test.reuse_reasons)
    return (
        f"The test set was opened {times(openings)}, so models may have been changed after a "
        f"look at it. Reasons given: {reasons or 'none.'}"
    )


def _predictions(facts: StudyFacts) -> str:
    choice = facts.summary.choice
    if choice is None or not choice.test.metrics:
        return ""
    several = facts.summary.split is not None and len(facts.summary.split.outer_folds) > 1
    fitted = "each outer fold" if several else "all training samples"
    return (
        f"By the model fitted on {fitted}, with its preparation inside, which was fitted on the "
        "same samples."
    )


def _model_given(facts: StudyFacts) -> str:
    title = models.chosen_title(facts)
    if not title:
        return ""
    return f"Recommended model: {in_sentence(title)}. {models.settings(facts)}".strip()


def _interpretation(facts: StudyFacts) -> str:
    return " ".join(verdict_sentences(facts.summary)) if facts.summary.choice is not None else ""


TRIPOD_AI = Checklist(
    title="TRIPOD+AI checklist",
    purpose="TRIPOD+AI is for studies that develop or test a model that predicts a diagnosis or "
    "the course of a disease in people. If this study is not one, leave the draft out.",
    reference="Collins GS, Moons KGM, Dhiman P, et al. TRIPOD+AI statement: updated guidance for "
    "reporting clinical prediction models that use regression or machine learning methods. BMJ "
    "2024;385:e078378. doi:10.1136/bmj-2023-078378",
    items=(
        Item("1", _TITLE, "Kind of study, people and outcome in the title", both(_title)),
        Item(
            "2",
            _ABSTRACT,
            "Abstract by the list of TRIPOD+AI for abstracts",
            advice(
                "Write it last, from the answers below; the publication holds a list of its own "
                "for abstracts."
            ),
        ),
        Item(
            "3a",
            _INTRO,
            "Medical background, why a model, and what exists already",
            told("care_pathway", "earlier_work"),
        ),
        Item(
            "3b",
            _INTRO,
            "People it is meant for, its purpose and its users",
            told("population", "intended_use"),
        ),
        Item("3c", _INTRO, "Known inequalities between groups of people", told("inequalities")),
        Item("4", _INTRO, "Objective: development, test, or both", records(_objective)),
        Item(
            "5a",
            _METHODS,
            "Sources of the data for development and test, and whether they are representative",
            plan(data.source, "sampling", "representative"),
        ),
        Item("5b", _METHODS, "Dates of the data", told("collection")),
        Item("6a", _METHODS, "Setting, number and place of centres", told("collection")),
        Item("6b", _METHODS, "Who was taken in", both(data.exclusions, "eligibility")),
        Item("6c", _METHODS, "Treatments, and how they were handled", told("treatments")),
        Item(
            "7",
            _METHODS,
            "Preparation and checks of the data",
            both((data.preparation, data.findings), "impossible_values"),
        ),
        Item(
            "8a",
            _METHODS,
            "Outcome: definition, time, and how it was determined",
            both(data.outcome, "outcome_definition"),
        ),
        Item(
            "8b",
            _METHODS,
            "Who judged the outcome, if it needs judgement",
            told("outcome_definition"),
        ),
        Item("8c", _METHODS, "Was the outcome judged blindly?", told("outcome_definition")),
        Item("9a", _METHODS, "Why these predictors to begin with", told("feature_choice")),
        Item(
            "9b",
            _METHODS,
            "All predictors: definition, and how and when they were measured",
            both(data.features, "measurement"),
        ),
        Item("9c", _METHODS, "Who judged predictors, if they need judgement", told("measurement")),
        Item(
            "10",
            _METHODS,
            "How the number of people was arrived at, and whether it is enough",
            both(_planned_size, "sample_size"),
        ),
        Item("11", _METHODS, "Missing values", records(_missing)),
        Item(
            "12a",
            _METHODS,
            "How the data was used for development and test",
            records(lambda facts: facts.parts["split"], data.sizes),
        ),
        Item("12b", _METHODS, "How predictors went into the models", records(data.preparation)),
        Item(
            "12c",
            _METHODS,
            "Kinds of models, why, all steps of building them, internal validation",
            both((models.tried, models.tuning, models.selection), "ml_reason"),
        ),
        Item(
            "12d", _METHODS, "Differences between clusters such as hospitals", records(_clusters)
        ),
        Item(
            "12e",
            _METHODS,
            "Measures of performance, and how models were compared",
            records(models.metrics, models.uncertainty, models.shuffled),
        ),
        Item(
            "12f",
            _METHODS,
            "Changes of the model after the test",
            records(_changed_after_test),
        ),
        Item(
            "12g",
            _METHODS,
            "How predictions on test samples were computed",
            records(_predictions),
        ),
        Item("13", _METHODS, "What was done about classes of unequal size", records(_imbalance)),
        Item("14", _METHODS, "What was done about fairness", records(_fairness)),
        Item(
            "15", _METHODS, "Output of the model, and how thresholds came about", records(_output)
        ),
        Item(
            "16",
            _METHODS,
            "Differences between development and test data",
            records(_same_source),
        ),
        Item("17", _METHODS, "Ethics approval and consent", plan(governance)),
        Item("18a", _OPEN, "Funding", told("funding")),
        Item("18b", _OPEN, "Conflicts of interest", told("interests")),
        Item("18c", _OPEN, "Protocol", told("protocol")),
        Item("18d", _OPEN, "Registration", told("registration")),
        Item("18e", _OPEN, "Availability of the data", data_access),
        Item("18f", _OPEN, "Availability of the code", code),
        Item("19", _PUBLIC, "Involvement of patients and the public", told("involvement")),
        Item(
            "20a",
            _RESULTS,
            "Flow of people through the study, with and without the outcome",
            records(data.samples, data.classes, data.exclusions),
        ),
        Item(
            "20b",
            _RESULTS,
            "Characteristics of the people, dates, missing values",
            both((data.classes, data.missing), "collection"),
        ),
        Item(
            "20c",
            _RESULTS,
            "Test data against development data",
            records(_same_source, data.sizes),
        ),
        Item(
            "21", _RESULTS, "People and events in each analysis", records(data.sizes, data.classes)
        ),
        Item(
            "22",
            _RESULTS,
            "The full model, so that others can use it, and limits on its use",
            both(_model_given, "model_availability"),
        ),
        Item(
            "23a",
            _RESULTS,
            "Performance with intervals, also in groups of people",
            records(models.performance, models.calibration, subgroups),
        ),
        Item(
            "23b", _RESULTS, "Performance across clusters, if it was looked at", records(_clusters)
        ),
        Item(
            "24",
            _RESULTS,
            "Results of changes of the model",
            records(_changed_after_test),
        ),
        Item(
            "25",
            _DISCUSSION,
            "What the results mean, with fairness and earlier studies",
            both(_interpretation, "meaning"),
        ),
        Item("26", _DISCUSSION, "Limits of the study", limits),
        Item(
            "27a",
            _DISCUSSION,
            "What to do about poor or missing inputs when the model is used",
            told("missing_at_use"),
        ),
        Item("27b", _DISCUSSION, "What users must do and know", told("users_skill")),
        Item(
            "27c",
            _DISCUSSION,
            "Next steps, and whether the model holds elsewhere",
            both(models.elsewhere, "next_steps", "holds_elsewhere"),
        ),
    ),
)


def tripod_ai(
    summary: StudySummary, answers: Mapping[str, str], cells: SmallCells | None = None
) -> list[Document]:
    """Return the TRIPOD+AI draft, or nothing if the samples are not people.

    Arguments as for `reforms`.
    """
    facts = StudyFacts.of(summary, answers, cells)
    if not facts.about_people:
        return []
    return [(PATH, checklist_markdown(TRIPOD_AI, facts).encode("utf-8"), TITLE)]
