"""Tables of the test set: metrics, effort, samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deepbench.study.records import (
    LeaderboardRecord,
    PredictionsRecord,
    Score,
    SplitMapRecord,
    TestRecord,
)
from deepbench_ui.help_texts import glossary
from deepbench_ui.models.families import BLEND_TITLE, DUMMY, TITLES
from deepbench_ui.models.leaderboard_rows import TIME_LIMIT, BoardRow, Leaderboard, done_board
from deepbench_ui.models.numbers import interval_text, score_text, seconds_text, spread
from deepbench_ui.models.row_table import Column
from deepbench_ui.models.trial_rows import SPREAD_TIP

SAME_MODEL = "The chosen model is itself the best traditional model."
BESIDE = "Chosen: {chosen}. Beside it the best traditional model: {baseline}."
SMALLER = "{title} (smaller is better)"
RIGHT, WRONG = "right", "wrong"
SAMPLE, UNIT, OBSERVED, PREDICTED = "Sample", "Unit", "Observed", "Predicted"
RESULT, DIFFERENCE = "Result", "Off by"
PROBABILITY = "Probability of {name}"
PROBABILITY_PREDICTED = "Probability of the predicted class"
DIFFERENCE_TIP = "Predicted minus observed."

# --- metrics ------------------------------------------------------------------------------


@dataclass(frozen=True)
class MetricWords:
    """A metric in words.

    Attributes:
        title: Its name.
        term: Its entry in the glossary; empty if there is none.
        tip: What it means, where the glossary has no entry.
        smaller: Whether smaller is better.
    """

    title: str
    term: str = ""
    tip: str = ""
    smaller: bool = False

    @property
    def meaning(self) -> str:
        """What it means, in a sentence or two."""
        return glossary()[self.term] if self.term else self.tip


METRICS: Mapping[str, MetricWords] = {
    "auroc": MetricWords("AUROC", "AUROC"),
    "auroc_delong": MetricWords("AUROC, interval by DeLong’s formula", "DeLong interval"),
    "auroc_bootstrap": MetricWords(
        "AUROC, interval by bootstrap",
        tip="The interval from drawing biological units again and again. With few units it is too "
        "narrow.",
    ),
    "average_precision": MetricWords("Average precision", "average precision"),
    "balanced_accuracy": MetricWords("Balanced accuracy", "balanced accuracy"),
    "mcc": MetricWords("Matthews correlation (MCC)", "MCC"),
    "f1": MetricWords("F1", "F1"),
    "brier": MetricWords("Brier score", "Brier score", smaller=True),
    "log_loss": MetricWords("Log loss", "log loss", smaller=True),
    "calibration_slope": MetricWords("Calibration slope (1 is right)", "calibration slope"),
    "calibration_intercept": MetricWords(
        "Calibration intercept (0 is right)",
        tip="Whether probabilities are too high or too low on the whole. Above 0 they are too "
        "low, below 0 too high.",
    ),
    "accuracy": MetricWords("Accuracy", "accuracy"),
    "majority_accuracy": MetricWords(
        "Accuracy of always saying the largest class",
        tip="What guessing reaches without looking at any feature. Accuracy means little unless "
        "it is well above this.",
    ),
    "r2": MetricWords("R²", "R²"),
    "mae": MetricWords(
        "Mean absolute error",
        tip="How far a prediction is off on average, in the unit of the outcome.",
        smaller=True,
    ),
    "rmse": MetricWords(
        "Root mean squared error",
        tip="Like the mean absolute error, but large errors count more. In the unit of the "
        "outcome.",
        smaller=True,
    ),
    "spearman": MetricWords(
        "Spearman correlation",
        tip="Whether the predictions are in the right order: 1 is the right order, 0 is none.",
    ),
    "mean_rmse": MetricWords(
        "Root mean squared error of always saying the mean",
        tip="What guessing reaches without looking at any feature.",
        smaller=True,
    ),
}


@dataclass(frozen=True)
class MetricRow:
    """A metric of the chosen model, of the best traditional one and of the blend."""

    name: str
    chosen: Score
    baseline: Score | None
    blend: Score | None = None

    @property
    def title(self) -> str:
        """What the metric is called."""
        words = METRICS.get(self.name)
        if words is None:
            return self.name.replace("_", " ")
        return SMALLER.format(title=words.title) if words.smaller else words.title

    @property
    def meaning(self) -> str:
        """What the metric means."""
        words = METRICS.get(self.name)
        return words.meaning if words else ""


METRIC_COLUMNS: tuple[Column[MetricRow], ...] = (
    Column("Metric", lambda row: row.title),
    Column(
        "Chosen model",
        lambda row: interval_text(row.chosen),
        lambda row: row.chosen.value,
        True,
        "With its 95 % interval. Samples of one biological unit count as alike.",
    ),
    Column(
        "Best traditional model",
        lambda row: interval_text(row.baseline),
        lambda row: row.baseline.value if row.baseline else None,
        True,
        "The same test samples, the same way.",
    ),
)
BLEND_COLUMN: Column[MetricRow] = Column(
    BLEND_TITLE,
    lambda row: interval_text(row.blend),
    lambda row: row.blend.value if row.blend else None,
    True,
    "Mean of the best settings of several families. No candidate: it shows what more effort "
    "could bring.",
)


def metric_columns(test: TestRecord) -> tuple[Column[MetricRow], ...]:
    """Return the columns of the metric panel; one for the blend where it was tested."""
    return (*METRIC_COLUMNS, BLEND_COLUMN) if test.blend_metrics else METRIC_COLUMNS


def metric_rows(test: TestRecord) -> list[MetricRow]:
    """Return the metric panel; other intervals of the AUROC beside the one that is shown."""
    others = [name for name in ("auroc_delong", "auroc_bootstrap") if name in test.metrics]
    names = [name for name in test.metrics if name not in others]
    place = names.index("auroc") + 1 if "auroc" in names else 0
    names[place:place] = others
    return [
        MetricRow(
            name,
            test.metrics[name],
            test.baseline_metrics.get(name),
            test.blend_metrics.get(name),
        )
        for name in names
    ]


def panel_sentence(test: TestRecord) -> str:
    """Say whose metrics these are."""
    if test.model == test.baseline:
        return SAME_MODEL
    return BESIDE.format(
        chosen=TITLES.get(test.model, test.model),
        baseline=TITLES.get(test.baseline, test.baseline),
    )


# --- effort -------------------------------------------------------------------------------

EFFORT_COLUMNS: tuple[Column[BoardRow], ...] = (
    Column("Model", lambda row: row.title),
    Column(
        "Settings tried",
        lambda row: f"{row.trials:,}",
        lambda row: row.trials,
        True,
        "How many settings were tried. Each family gets the same number.",
    ),
    Column(
        "Time",
        lambda row: seconds_text(row.seconds),
        lambda row: row.seconds,
        True,
        "Time spent on the settings of this family.",
    ),
    Column(
        "Spread",
        lambda row: score_text(spread(row.folds)),
        lambda row: spread(row.folds),
        True,
        SPREAD_TIP,
    ),
    Column(
        "Corrected score",
        lambda row: interval_text(row.corrected),
        lambda row: row.corrected.value if row.corrected else None,
        True,
        "The tuning score with the luck of choosing taken out, with its 95 % interval.",
    ),
)


def effort_board(boards: Sequence[LeaderboardRecord | None]) -> Leaderboard | None:
    """Return all families that were tuned as one leaderboard; None before any was."""
    models = tuple(model for board in boards if board is not None for model in board.models)
    if not models:
        return None
    return done_board(LeaderboardRecord(models=models, sentences=()))


def equal_effort(board: Leaderboard | None) -> bool:
    """Say whether no family was cut short by the time limit."""
    if board is None:
        return True
    return not any(TIME_LIMIT in row.note for row in board.rows if row.name != DUMMY)


# --- samples ------------------------------------------------------------------------------


@dataclass(frozen=True)
class SampleRow:
    """A test sample with its prediction.

    Attributes:
        sample: Its name.
        unit: Its biological unit.
        observed: What was observed.
        predicted: What the model said.
        wrong: Whether the wrong class was said; never for a number.
        probability: Of the positive class, or of the predicted one among several.
        difference: Predicted minus observed; None for classes.
    """

    sample: str
    unit: str
    observed: str
    predicted: str
    wrong: bool
    probability: float | None
    difference: float | None


def sample_rows(record: PredictionsRecord, places: SplitMapRecord | None) -> list[SampleRow]:
    """Return the test samples.

    Args:
        record: Predictions of the chosen model.
        places: Knows the names of the units; without it they are numbered.
    """
    names = dict(zip(places.samples, places.units, strict=True)) if places is not None else {}
    rows = []
    for index, sample in enumerate(record.samples):
        observed, predicted = record.observed[index], record.predicted[index]
        shown = record.probabilities[index] if record.probabilities else ()
        rows.append(
            SampleRow(
                sample=sample,
                unit=names.get(sample, record.units[index]),
                observed=observed,
                predicted=predicted,
                wrong=bool(record.classes) and observed != predicted,
                probability=(shown[1] if len(shown) == 2 else max(shown)) if shown else None,
                difference=record.values[index] - float(observed) if record.values else None,
            )
        )
    return rows


def units_repeat(rows: Sequence[SampleRow]) -> bool:
    """Say whether a unit has several samples: else its column says nothing."""
    return len({row.unit for row in rows}) < len(rows)


def sample_columns(classes: Sequence[str], with_units: bool) -> tuple[Column[SampleRow], ...]:
    """Return the columns of the samples' table.

    Args:
        classes: The classes; none for a number.
        with_units: Whether the unit is shown.
    """
    columns = [Column[SampleRow](SAMPLE, lambda row: row.sample)]
    if with_units:
        columns.append(Column(UNIT, lambda row: row.unit))
    if not classes:
        return (
            *columns,
            Column(OBSERVED, lambda row: row.observed, lambda row: _float(row.observed), True),
            Column(PREDICTED, lambda row: row.predicted, lambda row: _float(row.predicted), True),
            Column(
                DIFFERENCE,
                lambda row: _signed(row.difference),
                lambda row: abs(row.difference or 0.0),
                True,
                DIFFERENCE_TIP,
            ),
        )
    title = PROBABILITY.format(name=classes[1]) if len(classes) == 2 else PROBABILITY_PREDICTED
    return (
        *columns,
        Column(OBSERVED, lambda row: row.observed),
        Column(PREDICTED, lambda row: row.predicted),
        Column(RESULT, lambda row: WRONG if row.wrong else RIGHT),
        Column(title, lambda row: score_text(row.probability), lambda row: row.probability, True),
    )


def _float(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _signed(value: float | None) -> str:
    if value is None:
        return score_text(None)
    return f"{value:+.4g}".replace("-", "−")


def in_cell(rows: Sequence[SampleRow], observed: str, predicted: str) -> list[SampleRow]:
    """Return the samples of a cell of the confusion matrix."""
    return [row for row in rows if row.observed == observed and row.predicted == predicted]
