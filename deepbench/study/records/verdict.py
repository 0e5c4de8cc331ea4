"""What stages 9 and 10 found: shuffled labels, choice, test set."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from deepbench.study.records.base import Record, Score


class ShuffledModelRecord(Record):
    """The shuffled-label check of one model, or of the best of a kind of models.

    ``model`` is a family, or ``baselines`` or ``networks`` when each shuffle repeats a whole
    search over ``settings`` settings of that kind; ``title`` and ``family`` say which. Both are
    empty in studies made before the search was repeated.
    """

    model: str
    metric: str
    real: float | None
    null: tuple[float, ...]
    p_value: float
    replicates: int
    repeated: Literal["whole search", "selected settings"]
    title: str = ""
    family: Literal["baseline", "network", ""] = ""
    settings: int = 1


class ShuffleRecord(Record):
    """Stage 9: shuffled labels, with one p-value for all models together.

    ``ended_early``: further shuffles could not have shown a signal any more.

    ``explained_by_batch``: the score is above chance, but labels shuffled inside sites and
    batches score as high; what the models find is where samples were processed.
    """

    models: tuple[ShuffledModelRecord, ...]
    p_value: float
    strategy: str
    batch_only: Score | None
    signal: Literal["yes", "no", "unclear"]
    sentences: tuple[str, ...]
    explained_by_batch: bool = False
    ended_early: bool = False


class ComparisonRecord(Record):
    """Best network against best baseline on the tuning folds, paired over units.

    ``by_folds`` is the second opinion: the difference of the two winners' fold scores with the t
    interval corrected for shared training samples. It decides nothing.
    """

    network: str
    baseline: str
    metric: str
    difference: float | None
    low: float | None
    high: float | None
    by_folds: Score | None = None


class ProbabilityScores(Record):
    """How good probabilities are; slope and intercept for two classes only."""

    slope: float | None
    intercept: float | None
    brier: float | None
    log_loss: float | None


class CalibrationRecord(Record):
    """Calibration of one model's probabilities, fitted on its tuning folds.

    ``slope`` and ``shifts`` (one per class) are those of the finished model; ``before`` and
    ``after`` are scores on the tuning folds, each fold calibrated by the others.
    """

    model: str
    slope: float
    shifts: tuple[float, ...]
    before: ProbabilityScores
    after: ProbabilityScores
    sentence: str


class DecisionRecord(Record):
    """Which class is said: the one whose probability rose most over its share.

    ``shares`` are those of the classes among the training samples; empty where a report must not
    show them. With two classes the second one is the threshold.
    """

    shares: tuple[float, ...]
    sentence: str

    @property
    def threshold(self) -> float | None:
        """Probability of the positive of two classes above which it is said."""
        return self.shares[1] if len(self.shares) == 2 else None


class SubgroupRecord(Record):
    """Score of the chosen model inside one group of test samples.

    ``least_units`` is the fewest units of a class in the group or outside of it (for a number, of
    all samples there); None in a study of an earlier version.
    """

    column: str
    group: str
    samples: int
    units: int
    metric: str
    score: Score
    least_units: int | None = None


class CurvesRecord(Record):
    """What the pictures of the test set show; aggregate over samples."""

    false_positive_rate: tuple[float, ...] = ()
    true_positive_rate: tuple[float, ...] = ()
    recall: tuple[float, ...] = ()
    precision: tuple[float, ...] = ()
    calibration_predicted: tuple[float, ...] = ()
    calibration_observed: tuple[float, ...] = ()
    calibration_samples: tuple[int, ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()
    observed: tuple[float, ...] = ()
    predicted: tuple[float, ...] = ()


class TestRecord(Record):
    """Stage 10: the one look at the test set, or why it stays locked.

    ``blend_metrics`` are those of the mean of the best settings, which is never chosen.
    """

    __test__ = False

    opened: int
    model: str
    metrics: dict[str, Score]
    baseline: str
    baseline_metrics: dict[str, Score]
    difference: Score | None
    subgroups: tuple[SubgroupRecord, ...]
    curves: CurvesRecord | None
    reuse_reasons: tuple[str, ...]
    predictions: str
    sentences: tuple[str, ...]
    blend_metrics: dict[str, Score] = Field(default_factory=dict)


class ChoiceRecord(Record):
    """Stage 10: which model is recommended and why.

    ``calibration`` holds the models that were fitted, ``decision`` what they say; neither where
    the outcome is a number or the test set stays locked.
    """

    signal: Literal["yes", "no", "unclear"]
    deep_learning: Literal["better", "no better", "worse", "not tried"]
    recommended: str
    comparison: ComparisonRecord | None
    sentences: tuple[str, ...]
    expected: Score
    final_model: str
    test: TestRecord
    calibration: tuple[CalibrationRecord, ...] = ()
    decision: DecisionRecord | None = None
