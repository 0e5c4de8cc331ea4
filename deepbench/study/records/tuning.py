"""What stages 7 and 8 found: trials, models, learning curve."""

from __future__ import annotations

from typing import Any, Literal

from deepbench.study.records.base import Record, Score


class CurveRecord(Record):
    """Training against tuning (early-stopping) loss by epoch, counted from 1.

    ``epochs`` holds the epoch of each point of a thinned curve; empty, points are epochs 1, 2, ….
    ``best_epoch`` is the epoch whose weights were kept, not a place in the curve.
    """

    training: tuple[float, ...]
    tuning: tuple[float, ...]
    best_epoch: int
    epochs: tuple[int, ...] = ()


class TrialRecord(Record):
    """One trial: settings of one family, scored on all tuning folds.

    A ``first_look`` was run at low effort: its family's best first looks are tried again in full,
    and only trials in full can win. ``curve`` is that of a network's middle fold (by best epoch),
    thinned to at most 60 epochs.
    """

    search: str
    family: str
    number: int
    params: dict[str, Any]
    score: float | None
    fold_scores: tuple[float | None, ...]
    seconds: float
    predictions: str
    note: str = ""
    curve: CurveRecord | None = None
    first_look: bool = False


class SanityRecord(Record):
    """A sanity check of a network size."""

    name: str
    passed: bool
    value: float
    expected: float
    sentence: str


class ModelRecord(Record):
    """One model family with its best settings.

    ``trials`` were run of those ``offered`` (0 in older studies: as many as run); ``first_looks``
    of them at low effort. ``seconds_offered`` is the family's share of the plan's time limit.
    ``note`` says why a search ended before all its trials were run. ``standard_error`` is that of
    the score over resampled units, ``fold_standard_error`` that of the mean of ``fold_scores``,
    corrected for the training samples that folds share.
    """

    name: str
    title: str
    family: Literal["baseline", "network"]
    size: str
    trials: int
    seconds: float
    metric: str
    plain: float | None
    corrected: Score
    standard_error: float | None
    fold_scores: tuple[float | None, ...]
    params: dict[str, Any]
    best_trial: int
    seed_scores: tuple[float, ...] = ()
    sanity: tuple[SanityRecord, ...] = ()
    curve: CurveRecord | None = None
    note: str = ""
    offered: int = 0
    first_looks: int = 0
    seconds_offered: float | None = None
    fold_standard_error: float | None = None


class LearningCurveRecord(Record):
    """Score of the best baseline on growing parts of the training samples.

    ``low`` and ``high`` are limits of the score (95 %, bootstrap over units), ``spreads`` the
    standard deviation over folds. ``gain`` is what the last step brought, from three quarters of
    the training samples to all, with its paired interval; ``sentence`` says what follows.
    """

    model: str
    metric: str
    samples: tuple[int, ...]
    scores: tuple[float | None, ...]
    spreads: tuple[float | None, ...]
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()
    gain: Score | None = None
    sentence: str = ""


class BlendMemberRecord(Record):
    """One of the settings whose predictions a blend averages."""

    model: str
    title: str
    trial: int
    score: float | None


class BlendRecord(Record):
    """The mean of the best settings of several families: an extra row, never chosen.

    ``corrected`` is the score with the members picked anew in each resample. Stands beside the
    networks, when all families were tuned.
    """

    members: tuple[BlendMemberRecord, ...]
    metric: str
    plain: float | None
    corrected: Score
    sentence: str


class LeaderboardRecord(Record):
    """Stages 7 and 8: models tuned in this stage, in the order tried."""

    models: tuple[ModelRecord, ...]
    sentences: tuple[str, ...]
    learning_curve: LearningCurveRecord | None = None
    blend: BlendRecord | None = None
