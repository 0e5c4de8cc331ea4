"""What only people can answer in the documents of a study: each question stands here once.

The answers live in the plan (``[documents.answers]``) under the question's key. Model card, DOME,
REFORMS, model info sheet, TRIPOD+AI, MI-CLAIM and RO-Crate take them from there; what is not
answered reads "Not stated." in them.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from deepbench.errors import PlanError

Group = Literal["Purpose", "Samples", "Limits", "Availability", "Governance"]
Needing = Literal[
    "model card", "DOME", "REFORMS", "model info sheet", "TRIPOD+AI", "MI-CLAIM", "RO-Crate"
]


@dataclass(frozen=True)
class DocumentQuestion:
    """One question.

    Attributes:
        key: Its name in the plan.
        group: What it is about.
        text: The question.
        hint: An example, or what the answer is for.
        documents: Where the answer is printed.
        people_only: Whether it is asked only of studies about people.
        begins_yes_no: Whether the answer should begin with "yes" or "no".
    """

    key: str
    group: Group
    text: str
    hint: str
    documents: tuple[Needing, ...]
    people_only: bool = False
    begins_yes_no: bool = False


DOCUMENT_QUESTIONS: tuple[DocumentQuestion, ...] = (
    DocumentQuestion(
        "intended_use",
        "Purpose",
        "What is the model for, and who would use it?",
        "For example: choosing which biopsies are looked at first, by a pathologist.",
        ("model card", "TRIPOD+AI", "MI-CLAIM"),
    ),
    DocumentQuestion(
        "out_of_scope",
        "Purpose",
        "What should the model not be used for?",
        "For example: other tissues, other assays, decisions about a single patient.",
        ("model card",),
    ),
    DocumentQuestion(
        "population",
        "Purpose",
        "For which people, animals, cells or strains should the result hold?",
        "Not the samples you have, but those you want to say something about.",
        ("model card", "REFORMS", "model info sheet", "TRIPOD+AI"),
    ),
    DocumentQuestion(
        "population_reason",
        "Purpose",
        "Why these?",
        "For example: nobody has measured them yet, or the samples could be had.",
        ("REFORMS",),
    ),
    DocumentQuestion(
        "ml_reason",
        "Purpose",
        "Why was machine learning used, and not a simpler analysis?",
        "For example: many weak measurements together, and prediction is the goal.",
        ("REFORMS", "TRIPOD+AI"),
    ),
    DocumentQuestion(
        "earlier_work",
        "Purpose",
        "Which earlier models or tests are there for this question?",
        "Name them with their publication, or say that you know of none.",
        ("TRIPOD+AI", "MI-CLAIM"),
        people_only=True,
    ),
    DocumentQuestion(
        "compared",
        "Purpose",
        "Was your model compared with a published one on the same samples?",
        "Begin with yes or no, then say with which.",
        ("DOME", "MI-CLAIM"),
        begins_yes_no=True,
    ),
    DocumentQuestion(
        "care_pathway",
        "Purpose",
        "Where in the course of care would it be used, and what is done there today?",
        "For example: after the first blood test; today a specialist decides by eye.",
        ("TRIPOD+AI", "MI-CLAIM"),
        people_only=True,
    ),
    DocumentQuestion(
        "inequalities",
        "Purpose",
        "Which differences between groups of people are known in this field?",
        "Such as sex, origin or income: who is diagnosed late, who is missing from studies.",
        ("TRIPOD+AI",),
        people_only=True,
    ),
    DocumentQuestion(
        "collection",
        "Samples",
        "When and where were the samples collected?",
        "First and last date, places, and for follow-up its length.",
        ("REFORMS", "TRIPOD+AI"),
    ),
    DocumentQuestion(
        "sampling",
        "Samples",
        "From which larger set do the samples come, and how were they chosen from it?",
        "For example: all admissions of 2021, every third one.",
        ("REFORMS", "TRIPOD+AI"),
    ),
    DocumentQuestion(
        "representative",
        "Samples",
        "Why do these samples stand for those that the result should hold for?",
        "Say as well who or what is missing.",
        ("REFORMS", "model info sheet", "TRIPOD+AI", "MI-CLAIM"),
    ),
    DocumentQuestion(
        "data_fitness",
        "Samples",
        "Why is this data suited to the question?",
        "For example: it measures the pathway that the question is about.",
        ("REFORMS",),
    ),
    DocumentQuestion(
        "eligibility",
        "Samples",
        "Which samples were taken in, and which were left out before the table was made?",
        "The program knows only what happened to the table, not what came before.",
        ("REFORMS", "TRIPOD+AI"),
    ),
    DocumentQuestion(
        "treatments",
        "Samples",
        "Were the people treated, and could that change the outcome?",
        "Name the treatments, or say that there were none.",
        ("TRIPOD+AI",),
        people_only=True,
    ),
    DocumentQuestion(
        "outcome_definition",
        "Samples",
        "How and when was the outcome determined, by whom, and did they know the measurements?",
        "For example: by two pathologists from slides, without the blood values.",
        ("REFORMS", "TRIPOD+AI"),
    ),
    DocumentQuestion(
        "measurement",
        "Samples",
        "How and when were the features measured, by whom, and was the outcome known then?",
        "For example: by one assay in one laboratory, months before the diagnosis.",
        ("model info sheet", "TRIPOD+AI"),
    ),
    DocumentQuestion(
        "feature_choice",
        "Samples",
        "Why were these features measured, and why may a model use each of them?",
        "A feature that follows from the outcome, such as a drug given for it, may not be used.",
        ("REFORMS", "model info sheet", "TRIPOD+AI"),
    ),
    DocumentQuestion(
        "impossible_values",
        "Samples",
        "How were impossible or damaged values dealt with before the table was made?",
        "For example: samples with failed controls were measured again.",
        ("REFORMS", "TRIPOD+AI"),
    ),
    DocumentQuestion(
        "sample_size",
        "Samples",
        "How was the number of samples arrived at?",
        "A calculation, or: all that could be had.",
        ("TRIPOD+AI",),
        people_only=True,
    ),
    DocumentQuestion(
        "used_before",
        "Samples",
        "Was this data used in published work before?",
        "Begin with yes or no, then name the work.",
        ("DOME",),
        begins_yes_no=True,
    ),
    DocumentQuestion(
        "holds_elsewhere",
        "Limits",
        "What suggests that the result holds elsewhere?",
        "For example: a second laboratory, or what is known of the biology.",
        ("REFORMS", "TRIPOD+AI"),
    ),
    DocumentQuestion(
        "limits",
        "Limits",
        "Where do you not expect the result to hold?",
        "For example: children, other instruments, samples stored for years.",
        ("model card", "REFORMS", "TRIPOD+AI"),
    ),
    DocumentQuestion(
        "meaning",
        "Limits",
        "What do the results mean beside earlier work, in your words?",
        "What was associated with what; the study shows no causes.",
        ("TRIPOD+AI", "MI-CLAIM"),
        people_only=True,
    ),
    DocumentQuestion(
        "practical_measure",
        "Limits",
        "Which number would show that the model is of use in practice, and why that one?",
        "For example: how many people are examined for each one found.",
        ("MI-CLAIM",),
        people_only=True,
    ),
    DocumentQuestion(
        "missing_at_use",
        "Limits",
        "What should a user do when a measurement is missing or poor?",
        "The model fills gaps in with what is usual in the training set; say when not to use it.",
        ("TRIPOD+AI",),
        people_only=True,
    ),
    DocumentQuestion(
        "users_skill",
        "Limits",
        "What must users do or know to use it?",
        "For example: enter values by hand, judge the quality of a sample.",
        ("TRIPOD+AI",),
        people_only=True,
    ),
    DocumentQuestion(
        "next_steps",
        "Limits",
        "What has to happen before it is used?",
        "For example: a test in other hospitals, by people who did not build it.",
        ("TRIPOD+AI",),
        people_only=True,
    ),
    DocumentQuestion(
        "data_availability",
        "Availability",
        "Is the data public?",
        "Begin with yes or no, then say where, or on what terms it can be had.",
        ("DOME", "REFORMS", "TRIPOD+AI"),
        begins_yes_no=True,
    ),
    DocumentQuestion(
        "code_availability",
        "Availability",
        "Is the code of the analysis public?",
        "Begin with yes or no, then say where. The plan and the re-run script are in the bundle.",
        ("DOME", "REFORMS", "TRIPOD+AI", "MI-CLAIM"),
        begins_yes_no=True,
    ),
    DocumentQuestion(
        "model_availability",
        "Availability",
        "Is the finished model public?",
        "Begin with yes or no, then say where, or why not.",
        ("DOME", "TRIPOD+AI"),
        begins_yes_no=True,
    ),
    DocumentQuestion(
        "model_licence",
        "Availability",
        "Under which licence are model and documents given away?",
        "For example: CC-BY-4.0. The licence of the data stands with the data.",
        ("model card", "DOME", "RO-Crate"),
    ),
    DocumentQuestion(
        "paper_title",
        "Availability",
        "What is the title of the paper, if there is one?",
        "The study's own title is used if there is none.",
        ("model card", "DOME"),
    ),
    DocumentQuestion(
        "authors",
        "Availability",
        "Who are the authors?",
        "As they should be printed: Okafor A, Lindqvist M.",
        ("model card", "DOME", "RO-Crate"),
    ),
    DocumentQuestion(
        "paper_identifier",
        "Availability",
        "Where was it published, and what is its DOI?",
        "Journal, year, DOI; empty before it is published.",
        ("model card", "DOME", "RO-Crate"),
    ),
    DocumentQuestion(
        "contact",
        "Availability",
        "Who can be asked about the model?",
        "A group or a web page. An e-mail address would keep the files of a sensitive study "
        "from leaving it.",
        ("model card",),
    ),
    DocumentQuestion(
        "funding",
        "Governance",
        "Who paid for the study, and what part did they have in it?",
        "Also say if nobody did.",
        ("TRIPOD+AI",),
        people_only=True,
    ),
    DocumentQuestion(
        "interests",
        "Governance",
        "Does an author gain from the result?",
        "Conflicts of interest of all authors, or none.",
        ("TRIPOD+AI",),
        people_only=True,
    ),
    DocumentQuestion(
        "protocol",
        "Governance",
        "Where can the study protocol be read?",
        "Or say that none was written.",
        ("TRIPOD+AI",),
        people_only=True,
    ),
    DocumentQuestion(
        "registration",
        "Governance",
        "Where is the study registered, and under which number?",
        "Or say that it is not registered.",
        ("TRIPOD+AI",),
        people_only=True,
    ),
    DocumentQuestion(
        "involvement",
        "Governance",
        "What part did patients or the public have in the study?",
        "Or say that they had none.",
        ("TRIPOD+AI",),
        people_only=True,
    ),
)
QUESTION_BY_KEY: dict[str, DocumentQuestion] = {item.key: item for item in DOCUMENT_QUESTIONS}


def questions_for(*, about_people: bool) -> tuple[DocumentQuestion, ...]:
    """Return the questions that a study is asked."""
    return tuple(item for item in DOCUMENT_QUESTIONS if about_people or not item.people_only)


def check_document_answers(keys: Iterable[str]) -> None:
    """Check that each answer of the plan is one to a question.

    Raises:
        PlanError: there is no such question.
    """
    for key in keys:
        if key not in QUESTION_BY_KEY:
            near = difflib.get_close_matches(key, QUESTION_BY_KEY, n=1, cutoff=0.0)[0]
            raise PlanError(
                f"[documents.answers] answers '{key}', which no document asks.",
                f"Did you mean '{near}'? It asks: {QUESTION_BY_KEY[near].text}",
            )
