"""What stages 9 and 10 found: shuffled labels, choice, test set."""

from __future__ import annotations

from typing import Literal

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
    """Best network against best baseline on the tuning folds, paired over units."""

    network: str
    baseline: str
    metric: str
    difference: float | None
    low: float | None
    high: float | None


class SubgroupRecord(Record):
    """Score of the chosen model inside one group of test samples."""

    column: str
    group: str
    samples: int
    units: int
    metric: str
    score: Score


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
    """Stage 10: the one look at the test set, or why it stays locked."""

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


class ChoiceRecord(Record):
    """Stage 10: which model is recommended and why."""

    signal: Literal["yes", "no", "unclear"]
    deep_learning: Literal["better", "no better", "worse", "not tried"]
    recommended: str
    comparison: ComparisonRecord | None
    sentences: tuple[str, ...]
    expected: Score
    final_model: str
    test: TestRecord
