"""Which way a model's answer moves with a feature, and whether that was expected.

Partial dependence (Friedman 2001, doi 10.1214/aos/1013203451) on held-out samples: the value of
one feature is set to quantiles of the fit rows, all else stays as it is, and the model's mean
answer is followed. It is what the model would say, not what would happen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from deepbench.data.samples import OutcomeInfo
from deepbench.data.wording import counted, did_you_mean
from deepbench.errors import PlanError
from deepbench.interpretation.imitation_teacher import TeacherTask, as_output, fit_teacher
from deepbench.interpretation.imitation_tree import ColumnWords, amount
from deepbench.models.fitted import FittedModel
from deepbench.models.preprocessing import Preprocessor
from deepbench.models.workbench import Workbench, load_workbench
from deepbench.plan import StudyPlan
from deepbench.seeds import derive_seed
from deepbench.study.records import DirectionRecord

Floats = NDArray[np.float64]
Found = Literal["higher", "lower", "both", "none"]

_MOST_SAMPLES = 60
_QUANTILES = (0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95)
# A response below this share of the spread of the model's answers is none; in a wide table, where
# no feature alone moves much, one that does not stand out from other features drawn at random.
_HARDLY = 0.05
_DRAWN_FEATURES = 12
_STANDING_OUT = 0.75
# A change of a mean probability that two decimals do not show.
_SMALL_CHANGE = 0.01
# A way back of more than this share of the way there is a turn.
_TURN = 0.25
# The folds that have to agree.
_AGREEING = 0.75
# Of two categories the one that says that something is there counts as the higher value.
_PRESENT = frozenset({"yes", "y", "true", "t", "1", "present", "positive", "pos", "+", "high"})


@dataclass(frozen=True)
class DirectionTask:
    """Features whose effect on a model is looked at in one fold.

    Attributes:
        teacher: The model, fitted without the fold.
        features: The user's columns.
    """

    teacher: TeacherTask
    features: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Response:
    """A model's mean answer while one feature is changed.

    Attributes:
        output: (G,) mean output (log-odds of two classes, or values).
        answer: (G,) mean probability of the positive class, or mean value.
        first: The lowest value in words.
        last: The highest value in words.
        samples: Samples it is a mean over.
    """

    output: Floats
    answer: Floats
    first: str
    last: str
    samples: int


@dataclass(frozen=True, eq=False)
class FoldResponses:
    """Responses of one fold's model.

    Attributes:
        features: Those asked for that have a direction.
        usual: How far features drawn at random move the mean output, from a low to a high value.
    """

    features: dict[str, Response]
    usual: tuple[float, ...]


def check_expected_features(plan: StudyPlan, features: Sequence[str], info: OutcomeInfo) -> None:
    """Check that the features of ``expected`` exist, and that the outcome can be higher or lower.

    Raises:
        PlanError: a name is not a feature, or there are more than two classes.
    """
    expected = plan.interpretation.expected
    known = set(features)
    for name in expected:
        if name not in known:
            raise PlanError(
                f"[interpretation.expected] speaks of '{name}', which is not a feature of the "
                "table.",
                f"{did_you_mean(name, list(features))}Correct the name or remove it.",
            )
    if expected and info.task == "multiclass":
        raise PlanError(
            f"[interpretation.expected] says higher or lower, but '{info.column}' has "
            f"{counted(len(info.classes), 'class', 'classes')}.",
            "Remove the expectations: they need an outcome of two classes or of numbers.",
        )


def responses(task: DirectionTask) -> FoldResponses:
    """Return the response to each of the features that has a direction, and to others."""
    bench = load_workbench(task.teacher.source)
    (fold,) = task.teacher.without
    with threadpool_limits(limits=1):
        model = fit_teacher(bench, task.teacher, bench.folds[fold].fit)
        return follow(bench, fold, model, task.features)


def follow(
    bench: Workbench, fold: int, model: FittedModel, features: Sequence[str]
) -> FoldResponses:
    """Follow a model's answers to held-out samples of a fold; see `responses`."""
    training, rows = bench.training, bench.folds[fold]
    generator = np.random.default_rng(derive_seed(bench.source.seed, "directions", fold))
    chosen = np.sort(generator.permutation(rows.tune)[:_MOST_SAMPLES])
    pre = model.preprocessor
    held = pre.transform(training.features.iloc[chosen].reset_index(drop=True))
    fit_part = training.features.iloc[rows.fit]
    known = pre.measured(fit_part)
    words = ColumnWords(pre, training.features)
    found = {}
    for name in features:
        steps = _steps(pre, known, words, name)
        if steps is None:
            continue
        predicted = [_answers(model, held, step.values) for step in steps]
        found[name] = Response(
            np.array([as_output(one, training.info).mean() for one in predicted]),
            np.array([one[:, -1].mean() for one in predicted]),
            steps[0].words,
            steps[-1].words,
            len(chosen),
        )
    names = training.features.columns
    drawn = generator.permutation(len(names))[:_DRAWN_FEATURES]
    usual = []
    for name in (str(names[number]) for number in drawn):
        steps = _steps(pre, known, words, name)
        if steps is not None:
            ends = [_answers(model, held, step.values) for step in (steps[0], steps[-1])]
            low, high = (as_output(one, training.info).mean() for one in ends)
            usual.append(abs(float(high - low)))
    return FoldResponses(found, tuple(usual))


@dataclass(frozen=True)
class _Step:
    """A value of a feature: what the preprocessed columns behind it become."""

    words: str
    values: dict[int, float]


def _steps(
    pre: Preprocessor, known: pd.DataFrame, words: ColumnWords, name: str
) -> list[_Step] | None:
    """Return the values a feature is set to; None if it has no direction."""
    columns = [number for number, source in enumerate(pre.source_columns) if source == name]
    if not columns:
        return None
    if name in pre.text_names:
        return _categories(pre, columns, name)
    values = known[name].dropna().to_numpy(dtype=np.float64)
    if not len(values) or np.ptp(values) == 0.0:
        return None
    two = np.unique(values)
    grid = two if len(two) == 2 else np.quantile(values, _QUANTILES)
    main, *indicators = columns
    mean, scale = pre.means[main], pre.scales[main]
    return [
        _Step(
            amount(float(value)),
            {main: float((value - mean) / scale), **dict.fromkeys(indicators, 0.0)},
        )
        for value in grid
    ]


def _categories(pre: Preprocessor, columns: list[int], name: str) -> list[_Step] | None:
    """Return the two categories of a text column, the higher one last; None for other numbers."""
    said = {c: pre.output_names[c].removeprefix(f"{name} = ") for c in columns}
    if len(said) != 2:
        return None
    order = sorted(columns, key=lambda c: (said[c].strip().casefold() in _PRESENT, said[c]))
    return [_Step(said[c], {other: float(other == c) for other in columns}) for c in order]


def _answers(model: FittedModel, held: Floats, values: dict[int, float]) -> Floats:
    changed = held[:, model.columns].copy()
    place = {int(column): number for number, column in enumerate(model.columns)}
    for column, value in values.items():
        if column in place:
            changed[:, place[column]] = value
    return model.predictor.predict(changed)


# --- what they say -------------------------------------------------------------------------------


def summarise_directions(
    features: Sequence[str],
    folds: Sequence[FoldResponses],
    expected: dict[str, Literal["higher", "lower"]],
    spread: float,
    info: OutcomeInfo,
) -> tuple[DirectionRecord, ...]:
    """Return the direction of each feature, those against the expectation first.

    Args:
        features: Features looked at, in the order in which they are shown.
        folds: Their responses in each fold.
        expected: What the user expected.
        spread: Standard deviation of the model's outputs over samples.
        info: What is predicted.
    """
    found = []
    usual = [value for fold in folds for value in fold.usual]
    least = _HARDLY * spread
    if usual:
        least = min(least, float(np.quantile(usual, _STANDING_OUT)))
    for name in features:
        own = [fold.features[name] for fold in folds if name in fold.features]
        wanted: Literal["higher", "lower", ""] = expected.get(name, "")
        if own:
            found.append(_direction(name, own, wanted, least, info))
        elif wanted:
            found.append(
                DirectionRecord(
                    feature=name,
                    expected=wanted,
                    found="none",
                    contradicts=False,
                    sentence=f"{name} has no direction: it is text with several values, or hardly "
                    "varies.",
                )
            )
    return tuple(sorted(found, key=lambda one: (not one.contradicts, not one.expected)))


def _direction(
    name: str,
    own: Sequence[Response],
    expected: Literal["higher", "lower", ""],
    least: float,
    info: OutcomeInfo,
) -> DirectionRecord:
    curve = np.mean([one.output for one in own], axis=0) if _aligned(own) else own[0].output
    found, agreeing = _judge(curve, own, least)
    contradicts = bool(expected) and found in ("higher", "lower", "both") and found != expected
    return DirectionRecord(
        feature=name,
        expected=expected,
        found=found,
        contradicts=contradicts,
        sentence=_sentence(name, own, found, agreeing, expected if contradicts else "", info),
    )


def _aligned(own: Sequence[Response]) -> bool:
    """Say whether the curves of all folds have as many points."""
    return len({len(one.output) for one in own}) == 1


def _judge(curve: Floats, own: Sequence[Response], least: float) -> tuple[Found, int]:
    """Return the direction, and in how many folds the answer moves that way."""
    steps = np.diff(curve)
    up, down = float(steps[steps > 0].sum()), float(-steps[steps < 0].sum())
    nets = np.array([one.output[-1] - one.output[0] for one in own])
    if np.ptp(curve) <= least or up + down == 0.0:
        return "none", 0
    if min(up, down) > _TURN * max(up, down):
        return "both", len(own)
    way: Found = "higher" if up > down else "lower"
    agreeing = int((nets > 0).sum() if way == "higher" else (nets < 0).sum())
    return (way if agreeing >= _AGREEING * len(own) else "none"), agreeing


def _sentence(
    name: str,
    own: Sequence[Response],
    found: Found,
    agreeing: int,
    expected: str,
    info: OutcomeInfo,
) -> str:
    what = (
        f"the predicted probability of {info.classes[1]}"
        if info.task == "binary"
        else f"the predicted {info.column}"
    )
    change = f"When only {name} goes from {own[0].first} to {own[0].last}, {what}"
    samples = sum(one.samples for one in own)
    if found == "none":
        why = "hardly moves" if not agreeing else "does not move the same way in all folds"
        return f"{change} {why} (mean over {samples:,} held-out samples)."
    begin = float(np.mean([one.answer[0] for one in own]))
    end = float(np.mean([one.answer[-1] for one in own]))
    if found == "both":
        said = f"{change} turns round on the way: it moves up in one range and down in another"
        said += f" (mean over {samples:,} held-out samples)."
    else:
        verb = "rises" if found == "higher" else "falls"
        said = (
            f"{change} {verb} {_from_to(begin, end, info)} (mean over {samples:,} held-out "
            f"samples; the same way in {agreeing} of {len(own)} folds)."
        )
    if expected:
        said += (
            f" You expected it to be {expected}. The model knows only what was recorded: what was "
            f"done because of {name}, such as a treatment, may be behind it."
        )
    return said


def _from_to(begin: float, end: float, info: OutcomeInfo) -> str:
    if info.task != "binary":
        return f"from {amount(begin)} to {amount(end)}"
    if abs(end - begin) < _SMALL_CHANGE:
        return f"a little, by less than {_SMALL_CHANGE} around {begin:.2f}: it is one of many"
    return f"from {begin:.2f} to {end:.2f}"
