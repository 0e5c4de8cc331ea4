"""The review of design and metadata, and the planted control, as figures and words."""

from __future__ import annotations

from collections.abc import Sequence

from deepbench.study.records import (
    AssociationRecord,
    DetectableRecord,
    ReviewRecord,
    VarianceShareRecord,
)
from deepbench_ui.models.columns import ROLES
from deepbench_ui.plots import (
    Curve,
    CurvesFigure,
    DotIntervalFigure,
    DotRow,
    ReferenceLine,
)

TIES_TITLE = "What the outcome goes with"
TIES_SENTENCE = (
    "0: the column and the outcome have nothing to do with each other. 1: one tells the other. An "
    "interval far from 0 is a second explanation for what models find."
)
EFFECT, INTERVAL = "effect size ({measures})", "95 % interval over units"
MEASURES = "Effect sizes: {list}."
SHARES_TITLE = "What the variance of all features goes with"
SHARES_SENTENCE = (
    "The share of the differences between samples that a column explains, beside what chance "
    "alone would explain. Shares of columns that go together overlap."
)
SHARE, BY_CHANCE = "explained variance in per cent", "expected by chance"
OUTCOME, OTHER_COLUMNS = "the outcome", "batch, site and the like"
SHARES_LINE = "Of the variance of all features in the samples checked, {parts}."
OUTCOME_SHARE = "the outcome explains {share} (by chance {chance})"
COLUMN_SHARE = "{column} {share} (by chance {chance})"
POWER_TITLE = "What this study could find"
POWER_SENTENCE = (
    "How often a linear model finds a shift of each size in {features}, in {studies} simulated "
    "studies with your samples, units and features."
)
SHIFT_CLASSES = "shift between classes (standard deviations of a feature)"
SHIFT_QUANTITY = "shift per standard deviation of the outcome (standard deviations of a feature)"
FOUND_AXIS, FOUND_CURVE = "studies that find it, in per cent", "studies that find it"
ENOUGH, SMALLEST = "80 % of studies", "smallest effect found in 80 % of them"
POWER_PER_CENT = 80.0
#: Columns in the line beside the components, most variance first.
_MOST_NAMED = 4


def facts(review: ReviewRecord) -> tuple[tuple[str, str], ...]:
    """Return numbers and what each counts: samples, units, what the samples are worth."""
    found = [
        (f"{review.samples:,}", "samples"),
        (f"{review.units:,}", "biological units"),
        (f"{review.effective_samples:,.0f}", "worth as independent samples"),
    ]
    if review.intraclass_correlation is not None:
        text = f"{review.intraclass_correlation:.2f}".replace("-", "−")
        found.append((text, "intraclass correlation"))
    return tuple(found)


def ties_picture(associations: Sequence[AssociationRecord]) -> DotIntervalFigure | None:
    """Return how strongly the outcome goes with each column; None if none was looked at."""
    if not associations:
        return None
    measures: dict[str, list[str]] = {}
    for record in associations:
        measures.setdefault(record.measure, []).append(f"“{record.column}”")
    sentence = TIES_SENTENCE
    if len(measures) > 1:
        named = [f"{measure} for {', '.join(names)}" for measure, names in measures.items()]
        sentence = f"{sentence} {MEASURES.format(list='; '.join(named))}"
    return DotIntervalFigure(
        title=TIES_TITLE,
        sentence=sentence,
        rows=tuple(
            DotRow(
                label=_label(record.column, record.role),
                value=record.value,
                low=record.low,
                high=record.high,
            )
            for record in sorted(associations, key=lambda record: -abs(record.value))
        ),
        value_title=EFFECT.format(measures=", ".join(measures)),
        interval_title=INTERVAL,
        reference=ReferenceLine(0.0),
    )


def shares_picture(variance: Sequence[VarianceShareRecord]) -> DotIntervalFigure | None:
    """Return what the outcome and each column explain of all features; None if not known."""
    if not variance:
        return None
    return DotIntervalFigure(
        title=SHARES_TITLE,
        sentence=SHARES_SENTENCE,
        rows=tuple(
            DotRow(
                label=_label(record.column, record.role),
                value=100 * record.share,
                twin=100 * record.expected_by_chance,
                use="positive" if record.role == "outcome" else "baseline",
            )
            for record in _outcome_first(variance)
        ),
        value_title=SHARE,
        twin_title=BY_CHANCE,
        use_titles=(("positive", OUTCOME), ("baseline", OTHER_COLUMNS)),
        reference=ReferenceLine(0.0),
    )


def shares_line(review: ReviewRecord | None) -> str:
    """Return what outcome and batch explain, for beside the components; empty if not known."""
    if review is None or not review.variance:
        return ""
    parts = [
        (OUTCOME_SHARE if record.role == "outcome" else COLUMN_SHARE).format(
            column=f"“{record.column}”",
            share=per_cent(record.share),
            chance=per_cent(record.expected_by_chance),
        )
        for record in _outcome_first(review.variance)[:_MOST_NAMED]
    ]
    last = f" and {parts[-1]}" if len(parts) > 1 else ""
    said = ", ".join(parts[:-1]) + last if last else parts[0]
    return SHARES_LINE.format(parts=said)


def power_picture(detectable: DetectableRecord) -> CurvesFigure:
    """Return how often effects are found against their size."""
    features = f"{detectable.planted_features:,} features"
    if detectable.planted_features == 1:
        features = "one feature"
    curves = [
        Curve(
            FOUND_CURVE,
            detectable.effects,
            tuple(100 * share for share in detectable.power),
            use="baseline",
            markers=True,
        )
    ]
    if detectable.smallest is not None:
        curves.append(Curve(SMALLEST, (detectable.smallest,), (POWER_PER_CENT,), use="positive"))
    return CurvesFigure(
        title=POWER_TITLE,
        sentence=POWER_SENTENCE.format(features=features, studies=f"{detectable.repeats:,}"),
        per_sample=False,
        curves=tuple(curves),
        x_title=SHIFT_CLASSES if detectable.measure == "AUROC" else SHIFT_QUANTITY,
        y_title=FOUND_AXIS,
        y_range=(0.0, 100.0),
        horizontal=ReferenceLine(POWER_PER_CENT, ENOUGH, "test"),
    )


def per_cent(share: float) -> str:
    """Return a share in per cent, with a decimal where it is small."""
    return f"{100 * share:.1f} %" if share < 0.1 else f"{100 * share:.0f} %"


def _outcome_first(variance: Sequence[VarianceShareRecord]) -> list[VarianceShareRecord]:
    return sorted(variance, key=lambda record: (record.role != "outcome", -record.share))


def _label(column: str, role: str) -> str:
    words = ROLES.get(role, role).lower()
    return column if words == column.lower() else f"{column} ({words})"
