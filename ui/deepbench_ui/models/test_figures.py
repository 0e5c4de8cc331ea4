"""Pictures of the test set, as records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from deepbench.study.records import (
    ChoiceRecord,
    CurvesRecord,
    DecisionRecord,
    PredictionsRecord,
    Score,
    SubgroupRecord,
    TestRecord,
)
from deepbench_ui.models.families import SCORES, SHORT_TITLES
from deepbench_ui.models.numbers import interval_text
from deepbench_ui.plots.figures import (
    Curve,
    CurvesFigure,
    DotIntervalFigure,
    DotRow,
    HeatmapFigure,
    ReferenceLine,
    ScatterFigure,
)

INTERVAL = "95 % interval"
COMPARISON_TITLE = "Network minus traditional model"
COMPARISON_SENTENCE = (
    "Right of zero the best network is better, left of it the best traditional model. Where the "
    "interval holds zero, the difference may be chance."
)
COMPARISON_AXIS = "Difference in {score}"
ON_TUNING, ON_TEST = "Tuning folds", "Test set"
NO_DIFFERENCE = "no difference"
ROC_TITLE, PR_TITLE = "ROC curve", "Precision-recall curve"
ROC_SENTENCE = (
    "How many “{positive}” samples are found, against how many others are called so by mistake, "
    "for every threshold. AUROC {score}."
)
ROC_X, ROC_Y = "Others called {positive} by mistake (share)", "{positive} found (share)"
PR_SENTENCE = (
    "How many of the samples called “{positive}” are right, against how many are found. Average "
    "precision {score}."
)
PR_X, PR_Y = "{positive} found (recall)", "Right among called (precision)"
GUESSING = "guessing"
CALIBRATION_TITLE = "Calibration"
CALIBRATION_SENTENCE = (
    "Whether probabilities come true: of samples with a predicted 80 %, about 80 of 100 should be "
    "{positive}. Each point is a group of {sizes} samples."
)
CALIBRATION_X, CALIBRATION_Y = "Predicted probability of {positive}", "Share that was {positive}"
PERFECT = "perfect calibration"
CONFUSION_TITLE = "Confusion matrix"
CONFUSION_SENTENCE = (
    "What was observed, and what the model said. Choose a cell to list its samples below."
)
OF_ROW = "{count:,}\n{share:.0f} % of {name}"
SCATTER_TITLE = "Predicted against observed"
SCATTER_SENTENCE = "Each point is a test sample. Choose one to find it in the list below."
SCATTER_X, SCATTER_Y = "Observed", "Predicted"
ON_DIAGONAL = "prediction = observation"
SURENESS_TITLE = "Probability given to each sample"
SURENESS_SENTENCE = (
    "Each point is a test sample, from the least to the most likely to be “{positive}”. Colours "
    "show what was observed: those on the wrong side of the line were called wrongly."
)
SURENESS_SENTENCE_MANY = (
    "Each point is a test sample, by the probability that the model gave to the class that was "
    "observed. Low points are the errors."
)
SURENESS_X = "Test samples in order"
SURENESS_Y, SURENESS_Y_MANY = "Probability of {positive}", "Probability of the observed class"
EVEN, THRESHOLD = "even odds", "threshold"
SURENESS_FOLDS = "The line is the finished model’s threshold; that of each test fold is close."
SUBGROUP_TITLE = "By {column}"
SUBGROUP_SENTENCE = (
    "Score of the chosen model inside each group of the test samples. Small groups have wide "
    "intervals: those that overlap show no difference."
)
SUBGROUP_FEW = "{sentence} Without a score, as they have fewer than ten samples: {groups}."
ALL_SAMPLES = "all test samples"

#: A number about fewer samples gives single ones away (deepbench.jobs.leave.SMALLEST_CELL).
SMALLEST_CELL: Final = 10
_SHARE_RANGE = (0.0, 1.0)


def few(counts: Sequence[int]) -> bool:
    """Say whether one of these counts is about so few samples that it gives them away."""
    return any(0 < count < SMALLEST_CELL for count in counts)


def comparison_figure(choice: ChoiceRecord) -> DotIntervalFigure | None:
    """Return network minus baseline, on tuning folds and test set; None without a network."""
    record = choice.comparison
    if record is None or record.difference is None:
        return None
    rows = [DotRow(ON_TUNING, record.difference, record.low, record.high, use="tuning")]
    tested = choice.test.difference
    if tested is not None and tested.value is not None:
        rows.append(DotRow(ON_TEST, tested.value, tested.low, tested.high, use="test"))
    return DotIntervalFigure(
        title=COMPARISON_TITLE,
        sentence=COMPARISON_SENTENCE,
        rows=tuple(rows),
        value_title=COMPARISON_AXIS.format(score=SCORES[record.metric].title),
        interval_title=INTERVAL,
        reference=ReferenceLine(0.0, NO_DIFFERENCE),
    )


def roc_figure(test: TestRecord, positive: str) -> CurvesFigure | None:
    """Return the ROC curve; None where there is none."""
    curves = test.curves
    if curves is None or not curves.false_positive_rate:
        return None
    return CurvesFigure(
        title=ROC_TITLE,
        sentence=ROC_SENTENCE.format(
            positive=positive, score=interval_text(test.metrics.get("auroc"))
        ),
        # It passes through every sample: their order can be read from it.
        per_sample=True,
        curves=(
            Curve(
                SHORT_TITLES.get(test.model, test.model),
                curves.false_positive_rate,
                curves.true_positive_rate,
                use="test",
            ),
        ),
        x_title=ROC_X.format(positive=positive),
        y_title=ROC_Y.format(positive=positive),
        x_range=_SHARE_RANGE,
        y_range=_SHARE_RANGE,
        diagonal=GUESSING,
    )


def precision_recall_figure(test: TestRecord, positive: str) -> CurvesFigure | None:
    """Return the precision-recall curve; None where there is none."""
    curves = test.curves
    if curves is None or not curves.recall:
        return None
    share = _positive_share(curves)
    return CurvesFigure(
        title=PR_TITLE,
        sentence=PR_SENTENCE.format(
            positive=positive, score=interval_text(test.metrics.get("average_precision"))
        ),
        per_sample=True,
        curves=(
            Curve(
                SHORT_TITLES.get(test.model, test.model),
                curves.recall,
                curves.precision,
                use="test",
            ),
        ),
        x_title=PR_X.format(positive=positive),
        y_title=PR_Y,
        x_range=_SHARE_RANGE,
        y_range=_SHARE_RANGE,
        horizontal=None if share is None else ReferenceLine(share, GUESSING),
    )


def _positive_share(curves: CurvesRecord) -> float | None:
    total = sum(map(sum, curves.confusion))
    return sum(curves.confusion[1]) / total if len(curves.confusion) == 2 and total else None


def calibration_figure(test: TestRecord, positive: str) -> CurvesFigure | None:
    """Return the calibration curve with the diagonal; None where there is none."""
    curves = test.curves
    if curves is None or not curves.calibration_predicted:
        return None
    counts = curves.calibration_samples
    sizes = f"{min(counts)}" if min(counts) == max(counts) else f"{min(counts)} to {max(counts)}"
    hits = [
        round(share * count)
        for share, count in zip(curves.calibration_observed, counts, strict=True)
    ]
    return CurvesFigure(
        title=CALIBRATION_TITLE,
        sentence=CALIBRATION_SENTENCE.format(positive=positive, sizes=sizes),
        per_sample=few([*hits, *(n - hit for n, hit in zip(counts, hits, strict=True))]),
        curves=(
            Curve(
                SHORT_TITLES.get(test.model, test.model),
                curves.calibration_predicted,
                curves.calibration_observed,
                use="test",
                markers=True,
            ),
        ),
        x_title=CALIBRATION_X.format(positive=positive),
        y_title=CALIBRATION_Y.format(positive=positive),
        x_range=_SHARE_RANGE,
        y_range=_SHARE_RANGE,
        diagonal=PERFECT,
    )


def confusion_figure(test: TestRecord, classes: Sequence[str]) -> HeatmapFigure | None:
    """Return the confusion matrix with its counts; None where there is none."""
    counts = test.curves.confusion if test.curves is not None else ()
    if not counts or len(counts) != len(classes):
        return None
    texts = tuple(
        tuple(
            OF_ROW.format(count=count, share=100 * count / (sum(row) or 1), name=name)
            for count in row
        )
        for row, name in zip(counts, classes, strict=True)
    )
    return HeatmapFigure(
        title=CONFUSION_TITLE,
        sentence=CONFUSION_SENTENCE,
        matrix=tuple(tuple(float(count) for count in row) for row in counts),
        per_sample=few([count for row in counts for count in row]),
        row_labels=tuple(classes),
        column_labels=tuple(classes),
        x_title=SCATTER_Y,
        y_title=SCATTER_X,
        texts=texts,
    )


def scatter_figure(record: PredictionsRecord, outcome: str) -> ScatterFigure | None:
    """Return predicted against observed numbers; None for classes."""
    if not record.values:
        return None
    return ScatterFigure(
        title=SCATTER_TITLE,
        sentence=SCATTER_SENTENCE,
        names=record.samples,
        x=tuple(float(text) for text in record.observed),
        y=record.values,
        x_title=f"{SCATTER_X} {outcome}",
        y_title=f"{SCATTER_Y} {outcome}",
        diagonal=ON_DIAGONAL,
    )


def sureness_figure(
    record: PredictionsRecord, decision: DecisionRecord | None
) -> ScatterFigure | None:
    """Return the probability given to each sample, in order; None for numbers.

    Args:
        record: Predictions of the chosen model.
        decision: How it says a class; studies made before that say the more probable one.
    """
    if not record.probabilities:
        return None
    two = len(record.classes) == 2
    place = {name: index for index, name in enumerate(record.classes)}
    given = [
        shown[1] if two else shown[place[observed]]
        for shown, observed in zip(record.probabilities, record.observed, strict=True)
    ]
    order = sorted(range(len(given)), key=lambda index: given[index])
    positive = record.classes[-1]
    uses = ((record.classes[0], "negative"), (record.classes[1], "positive")) if two else ()
    title = SURENESS_Y.format(positive=positive) if two else SURENESS_Y_MANY
    said = SURENESS_SENTENCE.format(positive=positive) if two else SURENESS_SENTENCE_MANY
    line = _line(decision) if two else None
    if line is not None and not _holds_for_all(record, given, line.value):
        said = f"{said} {SURENESS_FOLDS}"
    return ScatterFigure(
        title=SURENESS_TITLE,
        sentence=said,
        names=tuple(record.samples[index] for index in order),
        x=tuple(float(rank) for rank in range(1, len(order) + 1)),
        y=tuple(given[index] for index in order),
        x_title=SURENESS_X,
        y_title=title,
        categories=tuple(record.observed[index] for index in order),
        category_title="observed",
        uses=uses,
        horizontal=line,
    )


def _line(decision: DecisionRecord | None) -> ReferenceLine:
    threshold = decision.threshold if decision is not None else None
    return ReferenceLine(0.5, EVEN) if threshold is None else ReferenceLine(threshold, THRESHOLD)


def _holds_for_all(record: PredictionsRecord, given: Sequence[float], threshold: float) -> bool:
    """Say whether one threshold explains what was said of every sample."""
    pairs = zip(given, record.predicted, strict=True)
    return all((value > threshold) == (said == record.classes[-1]) for value, said in pairs)


def subgroup_figures(test: TestRecord) -> list[DotIntervalFigure]:
    """Return a picture for each column of groups."""
    columns = dict.fromkeys(group.column for group in test.subgroups)
    return [
        _subgroup_figure(
            column,
            [group for group in test.subgroups if group.column == column],
            test.metrics.get(test.subgroups[0].metric),
        )
        for column in columns
    ]


def _subgroup_figure(
    column: str, groups: Sequence[SubgroupRecord], overall: Score | None
) -> DotIntervalFigure:
    scored = [group for group in groups if group.score.value is not None]
    unscored = ", ".join(group.group for group in groups if group.score.value is None)
    sentence = SUBGROUP_SENTENCE
    if unscored:
        sentence = SUBGROUP_FEW.format(sentence=sentence, groups=unscored)
    reference = None
    if overall is not None and overall.value is not None:
        reference = ReferenceLine(overall.value, ALL_SAMPLES)
    return DotIntervalFigure(
        title=SUBGROUP_TITLE.format(column=column),
        sentence=sentence,
        per_sample=few([group.samples for group in groups]),
        rows=tuple(
            DotRow(
                f"{group.group} (n = {group.samples:,})",
                group.score.value,
                group.score.low,
                group.score.high,
                use="test",
                name=group.group,
            )
            for group in scored
        ),
        value_title=SCORES[groups[0].metric].title,
        interval_title=INTERVAL,
        reference=reference,
    )
