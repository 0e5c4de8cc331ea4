"""The questions of tip 1, as the wizard asks them and the plan names them."""

from __future__ import annotations

from dataclasses import dataclass

from deepbench.plan import Suitability


@dataclass(frozen=True)
class Choice:
    """One possible answer: its value in the plan and how it reads on screen."""

    value: str
    text: str


@dataclass(frozen=True)
class Question:
    """One question of the suitability check.

    Attributes:
        name: Key in the ``[suitability]`` table of the plan.
        text: The question.
        why: What the answer changes.
        choices: Possible answers; empty where a number is asked for.
    """

    name: str
    text: str
    why: str
    choices: tuple[Choice, ...] = ()


QUESTIONS: tuple[Question, ...] = (
    Question(
        "data_kind",
        "What kind of data is behind the table?",
        "Networks gain most where neighbouring values belong together, as in sequences, images "
        "and signals. On plain tables traditional models are hard to beat.",
        (
            Choice("table", "Measurements in columns, each with a meaning of its own"),
            Choice("omics", "Genes, proteins, metabolites or other omics features"),
            Choice("clinical", "Clinical variables"),
            Choice("sequences", "Sequences of DNA, RNA or protein"),
            Choice("images", "Images"),
            Choice("signals", "Signals over time"),
        ),
    ),
    Question(
        "label_reliability",
        "How was the outcome determined?",
        "A network can learn the errors in an outcome. The less reliable the outcome, the simpler "
        "the model should be, and the lower the score that can be believed.",
        (
            Choice("measured", "Measured with an assay or instrument"),
            Choice("expert", "Judged by experts"),
            Choice("self-reported", "Reported by the persons themselves"),
            Choice("noisy", "Known to contain errors"),
            Choice("unknown", "Not known"),
        ),
    ),
    Question(
        "expected_ceiling",
        "What is the best score that is possible at all (0 to 1)?",
        "Heritability, agreement between raters or repeatability of the assay limit every model. "
        "A low ceiling leaves little to gain, and a score above it is too good to be true.",
    ),
    Question(
        "similar_work",
        "What worked for others on similar data?",
        "A network that worked on the same kind of data and question is the best evidence that "
        "one can work here.",
        (
            Choice("deep learning", "Deep learning"),
            Choice("traditional models", "Traditional models"),
            Choice("both", "Both, about equally well"),
            Choice("none known", "No similar work is known"),
        ),
    ),
    Question(
        "goal",
        "Does prediction or understanding matter more?",
        "A simple model can be read directly. A network has to be explained afterwards, and the "
        "explanation is itself uncertain.",
        (
            Choice("prediction", "Prediction"),
            Choice("understanding", "Understanding"),
            Choice("both", "Both"),
        ),
    ),
    Question(
        "more_samples",
        "Can more samples be had?",
        "More samples often help more than a larger model.",
        (
            Choice("yes", "Yes"),
            Choice("no", "No"),
            Choice("unlabelled only", "Only samples without a known outcome"),
        ),
    ),
)


def unanswered(answers: Suitability) -> tuple[str, ...]:
    """Return the texts of the questions the plan does not answer, in order."""
    return tuple(q.text for q in QUESTIONS if getattr(answers, q.name) is None)
