"""Tables about the models: leaderboard, seeds, test metrics, subgroups, settings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from deepbench.data.wording import counted, noun
from deepbench.reporting.small_cells import HIDDEN, SmallCells, is_withheld
from deepbench.reporting.tables import Table, setting, table
from deepbench.reporting.verdict import title_of
from deepbench.reporting.wording import (
    MISSING,
    clipped,
    decimals_for,
    duration,
    ends_of,
    interval,
    is_number,
    lower_is_better,
    metric_title,
    number,
    short_metric,
    with_ends,
)
from deepbench.study.records import (
    BlendRecord,
    CurvesRecord,
    LearningCurveRecord,
    ModelRecord,
    Score,
    ShuffledModelRecord,
    StudySummary,
    SubgroupRecord,
    TestRecord,
)

BLEND = "Blend (not a candidate)"
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_SMALL_GROUP = "(a small group)"
_TARGETS = {"calibration_slope": "1", "calibration_intercept": "0"}
_REFERENCE_METRICS = ("majority_accuracy", "mean_rmse")


def leaderboard_table(
    models: Sequence[ModelRecord], recommended: str = "", blend: BlendRecord | None = None
) -> Table:
    """Return scores and effort of all model families, the recommended one marked.

    Args:
        models: The families.
        recommended: Name of the recommended one.
        blend: Mean of the best settings, the last row.
    """
    rows = []
    for model in models:
        corrected = model.corrected
        rows.append(
            [
                model.title,
                number(model.plain),
                with_ends(corrected),
                _spread_with_error(model),
                number(model.standard_error),
                f"{model.trials:,}",
                duration(model.seconds),
            ]
        )
    if blend is not None:
        scores = [number(blend.plain), with_ends(blend.corrected)]
        rows.append([BLEND, *scores, *[MISSING] * 4])
    metric = f" ({metric_title(models[0].metric)})" if models else ""
    return table(
        f"Scores on the tuning sets{metric} and effort",
        [
            "Model",
            "#Best tuning score (too optimistic)",
            "#Corrected tuning score (95 % interval)",
            "#Spread over folds (lowest to highest; standard error)",
            "#Standard error over units",
            "#Trials",
            "#Computing time",
        ],
        rows,
        note="The spread over folds says how much the score differs from fold to fold; it is not "
        "a confidence interval. Its standard error is that of the mean over folds and allows for "
        "the training samples that folds share (Nadeau and Bengio, 2003).",
        marked=[place for place, model in enumerate(models) if model.name == recommended],
    )


def members_table(blend: BlendRecord | None) -> Table | None:
    """Return the settings whose predictions a blend averages."""
    if blend is None:
        return None
    return table(
        "Members of the blend",
        ["Model", "#Trial", "#Tuning score (too optimistic)"],
        [[member.title, str(member.trial), number(member.score)] for member in blend.members],
    )


def _spread_with_error(model: ModelRecord) -> str:
    spread = fold_spread(model.fold_scores)
    if model.fold_standard_error is None or spread == MISSING:
        return spread
    return f"{spread}; {number(model.fold_standard_error)}"


def fold_spread(scores: Sequence[float | None]) -> str:
    """Write the lowest and the highest score of the folds."""
    known = [value for value in scores if value is not None and is_number(value)]
    return interval(min(known), max(known)) if known else MISSING


def seeds_table(models: Sequence[ModelRecord]) -> Table | None:
    """Return the scores of the best settings from several random starts."""
    shown = [model for model in models if model.seed_scores]
    if not shown:
        return None
    most = max(len(model.seed_scores) for model in shown)
    return table(
        f"Best settings from several random starts ({metric_title(shown[0].metric)})",
        ["Network", *(f"#Start {place}" for place in range(1, most + 1))],
        [
            [
                model.title,
                *(number(value) for value in model.seed_scores),
                *[MISSING] * (most - len(model.seed_scores)),
            ]
            for model in shown
        ],
    )


def learning_table(record: LearningCurveRecord, cells: SmallCells) -> Table:
    """Return the numbers behind the learning curve."""
    nothing = (None,) * len(record.samples)
    return table(
        "Numbers of the learning curve",
        [
            "#Training samples",
            f"#{metric_title(record.metric)}",
            "#From",
            "#To",
            "#Spread over folds",
        ],
        [
            [cells.one(count), number(value), number(low), number(high), number(spread)]
            for count, value, low, high, spread in zip(
                record.samples,
                record.scores,
                record.low or nothing,
                record.high or nothing,
                record.spreads,
                strict=True,
            )
        ],
    )


def _repeated(check: ShuffledModelRecord) -> str:
    if check.repeated == "whole search":
        return f"search over {counted(check.settings, 'setting')}"
    return check.repeated


def shuffled_table(summary: StudySummary) -> Table | None:
    """Return the shuffled-label check of each model."""
    record = summary.shuffles
    if record is None or not record.models:
        return None
    rows = []
    for check in record.models:
        null = [value for value in check.null if is_number(value)]
        rows.append(
            [
                check.title or title_of(summary, check.model),
                number(check.real),
                number(float(np.median(null))) if null else MISSING,
                interval(min(null), max(null)) if null else MISSING,
                f"{check.replicates:,}",
                f"{check.p_value:.2g}" if is_number(check.p_value) else MISSING,
                _repeated(check),
            ]
        )
    metric = metric_title(record.models[0].metric)
    return table(
        f"Real and shuffled scores ({metric})",
        [
            "Model",
            "#Real labels",
            "#Shuffled: median",
            "#Shuffled: lowest to highest",
            "#Shuffles",
            "#p",
            "Repeated for each shuffle",
        ],
        rows,
    )


def test_table(summary: StudySummary, test: TestRecord) -> Table | None:
    """Return all metrics of the test set beside those of the best traditional model."""
    if not test.metrics:
        return None
    task = summary.sheet.task if summary.sheet is not None else ""
    beside = bool(test.baseline_metrics) and test.baseline != test.model
    blended = bool(test.blend_metrics)
    rows = []
    for name, score in sorted(test.metrics.items(), key=lambda item: _place(item[0], test)):
        row = [_metric_words(name, task), number(score.value), ends_of(score)]
        if beside:
            other = test.baseline_metrics.get(name, Score(value=None))
            row += [number(other.value), ends_of(other)]
        if blended:
            other = test.blend_metrics.get(name, Score(value=None))
            row += [number(other.value), ends_of(other)]
        rows.append(row)
    columns = ["Metric", f"#{clipped(title_of(summary, test.model))}", "#95 % interval"]
    if beside:
        columns += [f"#{clipped(title_of(summary, test.baseline))}", "#95 % interval"]
    if blended:
        columns += [f"#{BLEND}", "#95 % interval"]
    references = [metric_title(name) for name in _REFERENCE_METRICS if name in test.metrics]
    return table(
        "Metrics on the test set",
        columns,
        rows,
        note=f"{references[0]} is what a model without any signal would reach."
        if references
        else "",
    )


def subgroup_table(groups: Sequence[SubgroupRecord], cells: SmallCells) -> Table | None:
    """Return the score inside groups of test samples; too small groups lose also their name."""
    if not groups:
        return None
    rows: list[list[str]] = []
    for column in dict.fromkeys(group.column for group in groups):
        members = [group for group in groups if group.column == column]
        samples = cells.several([group.samples for group in members])
        units = cells.several([group.units for group in members])
        for group, sample, unit in zip(members, samples, units, strict=True):
            shown = not too_small(group, cells)
            rows.append(
                [
                    f"{column}: {group.group if shown else _SMALL_GROUP}",
                    sample,
                    HIDDEN if is_withheld(sample) and not is_withheld(unit) else cells.units(unit),
                    short_metric(group.metric),
                    *_group_score(group, cells),
                ]
            )
    return table(
        "Groups of test samples",
        ["Group", "#Samples", "#Units", "Metric", "#Score", "#95 % interval"],
        rows,
    )


def _group_score(group: SubgroupRecord, cells: SmallCells) -> tuple[str, str]:
    if score_hidden(group, cells):
        return HIDDEN, HIDDEN
    # More digits than were left in it would claim more than is known.
    decimals = 2 if cells.threshold else None
    low, high = group.score.low, group.score.high
    return number(group.score.value, decimals), interval(low, high, decimals)


def too_small(group: SubgroupRecord, cells: SmallCells) -> bool:
    """Return whether a group is too small to be named."""
    return cells.is_small(group.samples) or cells.is_small(group.units)


def score_hidden(group: SubgroupRecord, cells: SmallCells) -> bool:
    """Return whether a group, a class in it or what is outside is too small for its score."""
    return too_small(group, cells) or cells.is_few(group.least_units)


def residual_table(curves: CurvesRecord | None, cells: SmallCells) -> Table | None:
    """Return quantiles of the error (predicted minus observed) over the test samples.

    A quantile with fewer samples beyond it than the smallest count that may be shown is left out.
    """
    if curves is None or not curves.observed:
        return None
    errors = np.asarray(curves.predicted) - np.asarray(curves.observed)
    errors = errors[np.isfinite(errors)]
    shown = [
        share
        for share in _QUANTILES
        if len(errors) * min(share, 1 - share) >= max(cells.threshold, 1)
    ]
    if not shown:
        return None
    values = [float(value) for value in np.quantile(errors, shown)]
    decimals = decimals_for(float(np.max(np.abs(values))))
    return table(
        "Error on the test set (predicted minus observed)",
        ["#Share of samples below", "#Error"],
        [
            [f"{100 * share:.0f} %", number(value, decimals, signed=True)]
            for share, value in zip(shown, values, strict=True)
        ],
        note=f"Over {cells.total(len(errors))} test {noun(len(errors), 'sample')}.",
    )


def confusion_cells(
    curves: CurvesRecord | None, cells: SmallCells
) -> tuple[list[list[float | None]], list[list[str]]]:
    """Return shares of the row and texts of the confusion matrix; hidden cells have no share."""
    counts = curves.confusion if curves is not None else ()
    texts = cells.matrix(counts)
    if any(is_withheld(text) for row in texts for text in row):
        return [[None] * len(row) for row in counts], texts
    shares = [[count / sum(row) if sum(row) else 0.0 for count in row] for row in counts]
    return [list(row) for row in shares], texts


def confusion_table(texts: Sequence[Sequence[str]], classes: Sequence[str]) -> Table | None:
    """Return the confusion matrix as a table, for who cannot see the picture."""
    if not texts or len(texts) != len(classes):
        return None
    return table(
        "Confusion matrix (rows: true class, columns: predicted class)",
        ["True class", *(f"#{name}" for name in classes)],
        [[name, *row] for name, row in zip(classes, texts, strict=True)],
    )


def settings_rows(models: Sequence[ModelRecord]) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return (title, remark, settings) of each model."""
    return [
        (
            model.title,
            f"trial {model.best_trial} of {counted(model.trials, 'trial')}",
            [(name, setting(model.params[name])) for name in sorted(model.params)],
        )
        for model in models
    ]


def _place(name: str, test: TestRecord) -> tuple[int, bool]:
    """Return the place of a metric: as recorded, DeLong's interval below its AUROC."""
    names = list(test.metrics)
    plain = name.removesuffix("_delong")
    return names.index(plain if plain in names else name), plain != name


def _metric_words(name: str, task: str) -> str:
    """Return the title of a metric with what a good value is, where higher is not better."""
    title = metric_title(name, task)
    if name in _TARGETS:
        return f"{title} ({_TARGETS[name]} is best)"
    return f"{title} (lower is better)" if lower_is_better(name) else title
