"""Tables about what models use: features, groups of correlated features, gene sets."""

from __future__ import annotations

from deepbench.data.wording import noun
from deepbench.reporting.tables import Table, capped, table
from deepbench.reporting.wording import MISSING, interval, is_number, number, percent
from deepbench.study.records import AttributionRecord, EnrichmentRecord, FeatureImportance

FEATURES_SHOWN = 50
GROUPS_SHOWN = 30
SETS_SHOWN = 50
MEMBERS_SHOWN = 8
NOISE = (
    "more important than features of no use are, in models of shuffled labels and as copies of "
    "features with values exchanged between units; at most 5 % of those that stand out are "
    "expected to be noise"
)
_CLEARS = {True: "yes", False: "no", None: MISSING}


def importance_table(record: AttributionRecord) -> Table:
    """Return the numbers behind the importance figure, the first 50 features."""
    shown = record.features[:FEATURES_SHOWN]
    more = len(record.features) - len(shown)
    ranked = any(entry.rank_low is not None for entry in shown)
    effects = any(entry.effect is not None for entry in shown)
    grouped = any(entry.group is not None for entry in shown)
    columns = [
        "Feature",
        "#Importance",
        "#95 % interval",
        "#Shuffled labels",
        "Stands out from noise",
        *(["#Rank over fits"] if ranked else []),
        "Higher values, predictions",
        "#Rank correlation",
        *([f"#Alone: {record.effect_name or 'effect'}"] if effects else []),
        *(["#Group"] if grouped else []),
    ]
    rows = [
        [
            entry.feature,
            number(entry.importance),
            interval(entry.low, entry.high),
            number(entry.twin),
            _CLEARS[entry.clears_twin],
            *([_ranks(entry)] if ranked else []),
            direction_words(entry.direction),
            number(entry.direction, 2, signed=True),
            *([number(entry.effect, signed=True)] if effects else []),
            *([MISSING if entry.group is None else f"{entry.group + 1:,}"] if grouped else []),
        ]
        for entry in shown
    ]
    note = (
        "Intervals over biological units and fits; rank, the best and the worst of all fits. "
        f"Stands out from noise: {NOISE}."
    )
    if more > 0:
        note = f"… and {more:,} more {noun(more, 'feature')}. {note}"
    return table(f"Importance of features ({record.unit})", columns, rows, note=note)


def _ranks(entry: FeatureImportance) -> str:
    if entry.rank_low is None or entry.rank_high is None:
        return MISSING
    return f"{entry.rank_low:,}–{entry.rank_high:,}"


def direction_words(direction: float | None) -> str:
    """Say which way predictions go with higher values of a feature."""
    if direction is None or not is_number(direction):
        return MISSING
    if direction >= 0.3:
        return "higher"
    if direction <= -0.3:
        return "lower"
    return "no one direction"


def groups_table(record: AttributionRecord) -> Table | None:
    """Return groups of correlated features, each read as one; None if there is none."""
    if not record.groups:
        return None
    shown = record.groups[:GROUPS_SHOWN]
    more = len(record.groups) - len(shown)
    return table(
        f"Features that say the same, read as one ({record.unit})",
        [
            "#Group",
            "Features, the most important first",
            "#Features",
            "#Smallest correlation between two",
            "#Importance together",
            "#95 % interval",
            "#Shuffled labels",
            "Stands out from noise",
        ],
        [
            [
                f"{place:,}",
                ", ".join(filter(None, _members(group.features))),
                f"{len(group.features):,}",
                number(group.correlation, 2),
                number(group.importance),
                interval(group.low, group.high),
                number(group.twin),
                _CLEARS[group.clears_twin],
            ]
            for place, group in enumerate(shown, start=1)
        ],
        note=(f"… and {more:,} more {noun(more, 'group')}. " if more > 0 else "")
        + "Contributions of the members are summed sample by sample: which member a model picks "
        "is often chance, so the group is the safer reading. Correlation: absolute rank "
        "correlation.",
    )


def _members(features: tuple[str, ...]) -> tuple[str, ...]:
    names, more = capped(features, MEMBERS_SHOWN)
    return (*names, more)


def enrichment_table(record: EnrichmentRecord) -> Table | None:
    """Return the gene sets, the smallest q-value first; None if none was tested."""
    if not record.sets:
        return None
    shown = sorted(record.sets, key=lambda entry: (entry.q_value, entry.p_value))[:SETS_SHOWN]
    more = record.tested - len(shown)
    return table(
        f"Gene sets among the important features ({record.file})",
        [
            "Set",
            "#Genes in the set",
            "#Measured",
            "#More important than another",
            "#p",
            "#q",
            "Hits",
        ],
        [
            [
                entry.name,
                f"{entry.size:,}",
                f"{entry.measured:,}",
                percent(entry.score),
                _small(entry.p_value),
                _small(entry.q_value),
                ", ".join(filter(None, _members(entry.hits))) or MISSING,
            ]
            for entry in shown
        ],
        note=(f"… and {more:,} more {noun(more, 'set')} tested. " if more > 0 else "")
        + "More important than another: the chance that a feature of the set is more important "
        "than one outside (50 %: no more than others). q: after correction for all sets tested "
        "(Benjamini and Hochberg). Hits: features of the set that stand out from noise.",
        marked=[place for place, entry in enumerate(shown) if entry.q_value <= 0.05],
    )


def _small(value: float) -> str:
    return f"{value:.2g}" if is_number(value) else MISSING
