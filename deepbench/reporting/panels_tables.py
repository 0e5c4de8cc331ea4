"""Tables about short panels and about simple copies of a model."""

from __future__ import annotations

from deepbench.data.wording import counted
from deepbench.reporting.importance_tables import direction_words
from deepbench.reporting.tables import Table, table
from deepbench.reporting.wording import ends_of, metric_title, number, percent
from deepbench.study.records import ImitationRecord, PanelsRecord

TERMS_SHOWN = 40


def sizes_table(record: PanelsRecord) -> Table:
    """Return the nested score of each size of panel, the smallest good one marked."""
    return table(
        f"Score of short panels ({metric_title(record.metric)})",
        ["#Features", "#Score", "#95 % interval"],
        [
            [f"{size.features:,}", number(size.score.value), ends_of(size.score)]
            for size in record.sizes
        ],
        note="Features are selected anew inside each fold, so the score is that of the whole way "
        "of finding a panel, not of one list.",
        marked=[
            place for place, size in enumerate(record.sizes) if size.features == record.smallest
        ],
    )


def panel_features_table(record: PanelsRecord) -> Table | None:
    """Return the features selected most often; None if there is none."""
    if not record.features:
        return None
    return table(
        f"Features of a panel of {counted(record.shown_size, 'feature')}",
        [
            "Feature",
            "#Selected in",
            "In the panel of all samples",
            "Higher values, predictions",
            "#Mean sign",
        ],
        [
            [
                entry.feature,
                percent(entry.frequency),
                "yes" if entry.in_panel else "no",
                direction_words(entry.direction),
                number(entry.direction, 2, signed=True),
            ]
            for entry in record.features
        ],
        note=f"Selected in: share of {counted(record.fits, 'fit')}; what is selected in few of "
        "them is exchangeable with other features. Mean sign: of its coefficient over these fits.",
        marked=[place for place, entry in enumerate(record.features) if entry.in_panel],
    )


def terms_table(record: ImitationRecord) -> Table | None:
    """Return the terms of a sparse linear model, the largest first; None if there is none."""
    if not record.terms:
        return None
    shown = sorted(record.terms, key=lambda term: -abs(term.weight))[:TERMS_SHOWN]
    more = len(record.terms) - len(shown)
    several = any(term.towards for term in shown)
    return table(
        f"Terms of the {record.form} ({record.unit})",
        ["Feature", "#Effect of one standard deviation more", *(["Moves"] if several else [])],
        [
            [
                term.feature,
                number(term.weight, signed=True),
                *([term.towards] if several else []),
            ]
            for term in shown
        ],
        note=f"… and {more:,} more." if more > 0 else "",
    )
