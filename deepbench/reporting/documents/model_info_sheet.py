"""The model info sheet against leakage: what was done about each of the eight kinds.

Kapoor & Narayanan, "Leakage and the reproducibility crisis in machine-learning-based science",
Patterns 2023, doi 10.1016/j.patter.2023.100804. The kinds are numbered as there, words are ours.
"""

from __future__ import annotations

from collections.abc import Mapping

from deepbench.reporting.documents import data_sentences as data
from deepbench.reporting.documents import model_sentences as models
from deepbench.reporting.documents.checklist_form import (
    Answer,
    Checklist,
    Item,
    Sentence,
    both,
    checklist_markdown,
    records,
    told,
)
from deepbench.reporting.documents.shared_answers import claimed_features
from deepbench.reporting.documents.study_facts import Document, StudyFacts
from deepbench.reporting.small_cells import SmallCells
from deepbench.reporting.verdict import test_openings
from deepbench.reporting.wording import listing, sentence, times
from deepbench.study.records import StudySummary

PATH = "documents/model-info-sheet.md"
TITLE = "Model info sheet on leakage (draft)"

_CLAIM = "What is claimed"
_SEPARATION = "L1 Training and test samples kept apart"
_FEATURES = "L2 Features that may be used"
_DISTRIBUTION = "L3 Test samples from where the claim is about"
_ALIKE = ("duplicate", "similar sequences", "repeated units")


def _claims(facts: StudyFacts) -> str:
    record = facts.summary.claims
    found = record.claims if record is not None else ()
    model = [sentence(claim.sentence) for claim in found if claim.kind in ("model", "comparison")]
    return " ".join(model) or models.performance(facts)


def _test_set(facts: StudyFacts) -> str:
    split = facts.parts["split"]
    if not split:
        return ""
    opened = test_openings(facts.summary)
    return (
        f"{split} The test samples were sealed; each look at them stands in the study’s ledger, "
        f"in which every line holds the hash of the one before. They were opened {times(opened)}."
    )


def _fitted_inside(what: str) -> Sentence:
    def said(facts: StudyFacts) -> str:
        if facts.summary.split is None:
            return ""
        return f"{what} fitted anew inside each fold, on its training part alone."

    return said


def _duplicates(facts: StudyFacts) -> str:
    record, split = facts.summary.check, facts.summary.split
    if record is None:
        return ""
    kinds = [(item, item.kind.replace("_", " ")) for item in record.findings]
    found = [item for item, kind in kinds if any(word in kind for word in _ALIKE)]
    said = [sentence(item.message) for item in found]
    if not said:
        said = ["The data check found no samples with the same measurements."]
    proved = [text for text in (split.proofs if split is not None else ()) if "uplicate" in text]
    return " ".join([*said, *map(sentence, proved)])


def _signs(facts: StudyFacts) -> str:
    """What the program saw itself that bears on leaking features."""
    record = facts.summary.claims
    if record is None:
        return ""
    text = claimed_features(facts)
    if not record.checklist:
        return f"{text} The score was not higher than could be expected.".strip()
    left = [item.question for item in record.checklist if item.state != "clear"]
    said = (
        f"The score was higher than could be expected; not cleared in the checklist: "
        f"{' '.join(left)}"
        if left
        else "The score was higher than could be expected; the whole checklist was cleared."
    )
    return f"{text} {said}".strip()


def _legitimate(facts: StudyFacts) -> Answer:
    told = " ".join(filter(None, map(facts.told, ("feature_choice", "measurement"))))
    signs = _signs(facts)
    if told and signs:
        return Answer(f"{told} {signs}", "both")
    return Answer(told or signs, "you" if told else ("partly" if signs else "open"))


def _time(facts: StudyFacts) -> str:
    sheet, split = facts.summary.sheet, facts.summary.split
    if sheet is None or split is None:
        return ""
    dates = sheet.roles.get("date", ())
    if split.design == "time":
        return "The split is by date: no test sample is older than a training sample."
    if dates:
        return (
            f"The table holds a date ({listing(dates)}), but the split is not by date: the study "
            "claims nothing about predicting what comes later."
        )
    return "The table holds no date; the study claims nothing about predicting what comes later."


INFO_SHEET = Checklist(
    title="Model info sheet",
    purpose="For each of eight ways in which information can leak from test samples into a model, "
    "the sheet says what was done about it.",
    reference="Kapoor S, Narayanan A. Leakage and the reproducibility crisis in "
    "machine-learning-based science. Patterns 2023;4:100804. doi:10.1016/j.patter.2023.100804",
    items=(
        Item("A", _CLAIM, "The claim that the model’s score is evidence for", records(_claims)),
        Item("B", _CLAIM, "Population that the claim is about", told("population")),
        Item("C", _CLAIM, "Data, and how it was divided", records(data.samples, data.sizes)),
        Item("L1.1", _SEPARATION, "Is there a test set of its own?", records(_test_set)),
        Item(
            "L1.2",
            _SEPARATION,
            "Was preparation kept to training samples?",
            records(_fitted_inside("Imputation, scaling, transformation and encoding were")),
        ),
        Item(
            "L1.3",
            _SEPARATION,
            "Was the selection of features kept to training samples?",
            records(
                _fitted_inside("Filters of features and short panels were"),
            ),
        ),
        Item(
            "L1.4",
            _SEPARATION,
            "Are there duplicates that stand on both sides?",
            records(_duplicates),
        ),
        Item(
            "L2",
            _FEATURES,
            "Would each feature be there, and be allowed, when the model is used?",
            _legitimate,
        ),
        Item(
            "L3.1",
            _DISTRIBUTION,
            "If the claim is about the future: is the test set later than the training set?",
            records(_time),
        ),
        Item(
            "L3.2",
            _DISTRIBUTION,
            "Do samples of the two sets depend on each other?",
            records(data.proofs, models.shuffled),
        ),
        Item(
            "L3.3",
            _DISTRIBUTION,
            "Was the test set chosen so that it stands for the population of the claim?",
            both(models.elsewhere, "representative"),
        ),
    ),
)


def model_info_sheet(
    summary: StudySummary, answers: Mapping[str, str], cells: SmallCells | None = None
) -> list[Document]:
    """Return the model info sheet of a study; arguments as for `reforms`."""
    text = checklist_markdown(INFO_SHEET, StudyFacts.of(summary, answers, cells))
    return [(PATH, text.encode("utf-8"), TITLE)]
