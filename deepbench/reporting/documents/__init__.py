"""Documents for journals, reviewers and registries, from the records of a study.

Each module holds one document: a pure function from the released records and the answers of
people to files. Nothing in them is made up: what is not known reads "Not stated.".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from deepbench.plan import Approval
from deepbench.reporting.documents.dome import dome_json
from deepbench.reporting.documents.methods_file import methods_file
from deepbench.reporting.documents.mi_claim import mi_claim
from deepbench.reporting.documents.model_card import model_card
from deepbench.reporting.documents.model_info_sheet import model_info_sheet
from deepbench.reporting.documents.reforms import reforms
from deepbench.reporting.documents.study_facts import Document, released_answers
from deepbench.reporting.documents.tripod_ai import tripod_ai
from deepbench.reporting.small_cells import SmallCells
from deepbench.study.records import StudySummary

__all__ = ["Document", "released_answers", "study_documents"]


def study_documents(
    summary: StudySummary,
    answers: Mapping[str, str],
    cells: SmallCells | None = None,
    *,
    approvals: Sequence[Approval] = (),
) -> list[Document]:
    """Return all documents of a study; drafts on people only where the samples are people.

    Args:
        summary: The records, as `releasable` gives them for the study's level.
        answers: Answers to the questions of the documents, by key; of a guarded study as
            `released_answers` gives them.
        cells: Rule for small counts, where the level in force is stricter than the records say.
        approvals: Overrides by which files leave together with the documents.

    Returns:
        Path in the bundle, content and title of each.
    """
    found = model_card(summary, answers, cells, approvals=approvals)
    for make in (dome_json, reforms, model_info_sheet, tripod_ai, mi_claim, methods_file):
        found += make(summary, answers, cells)
    return found
