"""What stages 11 and 12 found in a few sentences, for the end of a run."""

from __future__ import annotations

from deepbench.data.wording import counted, in_sentence, noun, shorten
from deepbench.reporting.failures_tables import amount, in_order
from deepbench.reporting.figures.failures import group_title
from deepbench.reporting.interpretation_view import errors_are_shares
from deepbench.reporting.verdict import title_of
from deepbench.reporting.wording import listing, metric_title, number
from deepbench.study.records import (
    AttributionRecord,
    FailuresRecord,
    PanelsRecord,
    StudySummary,
)

_NAMED = 3


def finding_sentences(summary: StudySummary) -> list[str]:
    """Return what the chosen model uses, how short a panel would do, where it fails, and claims.

    Args:
        summary: All records of the study.
    """
    record = summary.interpretation
    sentences: list[str] = []
    if record is not None and record.models:
        sentences.append(_uses(summary, record.models[0]))
    if record is not None and record.panels is not None:
        sentences.append(_panel(record.panels))
    if record is not None and record.failures is not None:
        sentences.append(_fails(summary, record.failures))
    if summary.claims is not None and summary.claims.too_good:
        sentences.append(
            "The score may be too good to be true: go through the checklist in the report before "
            "anything is claimed."
        )
    return sentences


def _uses(summary: StudySummary, record: AttributionRecord) -> str:
    title = title_of(summary, record.model)
    clear = [entry for entry in record.features if entry.clears_twin is not False][:_NAMED]
    if not clear:
        return (
            f"No single feature that {title} uses stands out from noise; name none as used by it."
        )
    names = listing([shorten(entry.feature) for entry in clear])
    text = f"{title} uses most: {names}"
    if record.above_twin is not None:
        text += (
            f"; {counted(record.above_twin, 'feature')} "
            f"{noun(record.above_twin, 'stands', 'stand')} out from noise"
        )
    return f"{text}. This is association, not cause."


def _panel(record: PanelsRecord) -> str:
    metric = metric_title(record.metric)
    full = f"{metric} {number(record.full.value)}"
    if record.smallest is None:
        return f"No short panel comes within the noise of the full model ({full})."
    score = next(s.score.value for s in record.sizes if s.features == record.smallest)
    return (
        f"A panel of {counted(record.smallest, 'feature')} is within the noise of the full model "
        f"({metric} {number(score)} against {number(record.full.value)})."
    )


def _fails(summary: StudySummary, record: FailuresRecord) -> str:
    share = errors_are_shares(summary)
    marked = [group for group in in_order([*record.groups, *record.slices]) if group.marked]
    if not marked:
        return "No group of samples was found in which the model fails more often."
    first = marked[0]
    more = f" and {counted(len(marked) - 1, 'more group')}" if len(marked) > 1 else ""
    return (
        f"The model fails more in {shorten(group_title(first))} "
        f"({in_sentence(record.error_name)} {amount(first.rate.value, share=share)}, all others "
        f"{amount(first.rest, share=share)}){more}."
    )
