"""The user's own gene sets among the features that matter, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from deepbench.study.records import EnrichmentRecord, GeneSetRecord
from deepbench_ui.models.numbers import amount_text, p_text
from deepbench_ui.models.row_table import Column

NAME, SIZE, MEASURED, HITS, SCORE = (
    "Gene set",
    "Genes",
    "Measured",
    "Among those that matter",
    "Score",
)
P, Q = "p", "q"
SIZE_TIP = "How many names stand in the set."
MEASURED_TIP = "How many of them are features of your table."
HITS_TIP = "Which of them weigh more than with shuffled labels."
SCORE_TIP = "How far the importance of the set's features lies above that of the others."
P_TIP = "How often sets of the same size would score as high by chance."
Q_TIP = "p after correction for all sets tested: among sets below 0.05, one in twenty is false."


def enrichment_of(found: Sequence[EnrichmentRecord], model: str) -> EnrichmentRecord | None:
    """Return the enrichment among the features of one model."""
    return next((one for one in found if one.model == model), None)


def set_columns() -> tuple[Column[GeneSetRecord], ...]:
    """Return the columns of the table of gene sets."""
    return (
        Column(NAME, lambda row: row.name),
        Column(SIZE, lambda row: f"{row.size:,}", lambda row: row.size, True, SIZE_TIP),
        Column(
            MEASURED, lambda row: f"{row.measured:,}", lambda row: row.measured, True, MEASURED_TIP
        ),
        Column(SCORE, lambda row: amount_text(row.score), lambda row: row.score, True, SCORE_TIP),
        Column(P, lambda row: p_text(row.p_value), lambda row: row.p_value, True, P_TIP),
        Column(Q, lambda row: p_text(row.q_value), lambda row: row.q_value, True, Q_TIP),
        Column(HITS, lambda row: ", ".join(row.hits), tip=HITS_TIP),
    )
