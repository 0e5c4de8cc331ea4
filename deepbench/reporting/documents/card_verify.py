"""The card on how to check it, and how to cite it."""

from __future__ import annotations

from deepbench.reporting.documents.blocks import Code, Points, Section, Text, section
from deepbench.reporting.documents.methods_file import citation
from deepbench.reporting.documents.study_facts import StudyFacts

_FILES = "That no file was changed since, by the list of their SHA-256 sums:"
_NUMBERS = "That the numbers come out again, from the folder of the bundle and the data:"


def verify_section() -> Section:
    """Return how others can check what the card says."""
    return section(
        "verify",
        "How to verify",
        Text(_FILES),
        Code(("python rerun/rerun.py --files-only",)),
        Text(_NUMBERS),
        Code(
            (
                "python rerun/rerun.py --data FOLDER",
                "deepbench verify . --data FOLDER",
            )
        ),
        Text(
            "FOLDER is where the table lies; it is not in the bundle. The first line makes an "
            "environment with the versions of the study before it runs; the second uses the "
            "DeepBench that is installed."
        ),
    )


def citing_section(facts: StudyFacts) -> Section:
    """Return how to cite the model's paper, the card and the program."""
    paper = facts.answers.get("paper_identifier", "")
    authors = facts.answers.get("authors", "")
    title = facts.answers.get("paper_title", "")
    own = ". ".join(part.rstrip(".") for part in (authors, title, paper) if part)
    return section(
        "citing",
        "How to cite",
        Text(f"{own}." if own else ""),
        Points(
            (
                *citation(facts.summary.version),
                "Sections of this card after Mitchell M, Wu S, Zaldivar A, et al. Model cards for "
                "model reporting. FAT* 2019:220–229. doi:10.1145/3287560.3287596",
            )
        ),
    )
