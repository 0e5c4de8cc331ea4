"""What is shown of each network size: its training curve, random starts and sanity checks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deepbench.plan import NETWORK_SIZES, NetworkSize
from deepbench.study.records import CurveRecord, ModelRecord, SanityRecord, TrialRecord
from deepbench_ui.models.families import NETWORK_PREFIX, NETWORKS, SCORES
from deepbench_ui.models.leaderboard_rows import best_trial
from deepbench_ui.models.numbers import score_text
from deepbench_ui.plots.figures import Curve, CurvesFigure, ReferenceLine

CURVE_X, CURVE_Y = "Epoch", "Loss (lower is better)"
TRAINING, TUNING = "training set", "tuning set"
KEPT = "epoch kept"
FELL_TO_THE_END = (
    "The loss on the tuning set fell until training ended at epoch {last}: the network was still "
    "learning."
)
TURNED = (
    "Training went on to epoch {last}, but the loss on the tuning set was lowest at epoch {best}: "
    "that is the network that was kept."
)
BY_HEART = (
    "After epoch {best} the network began to learn its training samples by heart: their loss went "
    "on falling ({training}) while that of the tuning set rose ({tuning}). The network of epoch "
    "{best} was kept."
)
STARTS = "{count} random starts with the same settings: {score} {low} to {high}."
ONE_START = "One random start: {score} {low}."
SANITY_TITLES = {
    "initial_loss": "Knows nothing before training",
    "overfits_eight": "Can learn eight samples by heart",
}
#: Losses that differ by less than this share are called the same.
_CLEAR = 0.1
PASSED, FAILED = "Passed", "Failed"


@dataclass(frozen=True)
class SanityRow:
    """A sanity check: its name on screen, whether it was passed, what was found."""

    title: str
    passed: bool
    sentence: str


@dataclass(frozen=True)
class SizeView:
    """A network size on the page.

    Attributes:
        name: Name of the family.
        title: What it is called.
        layers: Its layers in words.
        trials: Settings tried so far.
        curve: Training against tuning loss; None while there is none.
        reading: What the curve says.
        starts: Scores of its random starts in a sentence; empty before.
        sanity: Sanity checks; empty before.
    """

    name: str
    title: str
    layers: str
    trials: int
    curve: CurvesFigure | None
    reading: str
    starts: str
    sanity: tuple[SanityRow, ...]


def live_sizes(trials: Iterable[TrialRecord], sizes: Sequence[NetworkSize]) -> list[SizeView]:
    """Return the sizes of a search under way: the curve is that of the best settings so far."""
    groups: dict[str, list[TrialRecord]] = {f"{NETWORK_PREFIX}{size}": [] for size in sizes}
    for trial in trials:
        if trial.family in groups:
            groups[trial.family].append(trial)
    return [_live_size(size, groups[f"{NETWORK_PREFIX}{size}"]) for size in sizes]


def _live_size(size: NetworkSize, trials: Sequence[TrialRecord]) -> SizeView:
    best = best_trial(trial for trial in trials if trial.curve is not None)
    curve = best.curve if best is not None else None
    return _size(size, len(trials), curve, "", ())


def done_sizes(models: Iterable[ModelRecord]) -> list[SizeView]:
    """Return the sizes of a finished stage, small first."""
    by_size = {model.size: model for model in models}
    return [
        _size(size, model.trials, model.curve, _starts(model), tuple(map(_sanity, model.sanity)))
        for size in NETWORK_SIZES
        if (model := by_size.get(size)) is not None
    ]


def _size(
    size: NetworkSize,
    trials: int,
    curve: CurveRecord | None,
    starts: str,
    sanity: tuple[SanityRow, ...],
) -> SizeView:
    words = NETWORKS[size]
    return SizeView(
        name=f"{NETWORK_PREFIX}{size}",
        title=words.title,
        layers=words.layers,
        trials=trials,
        curve=curve_figure(words.title, curve) if curve is not None else None,
        reading=curve_reading(curve) if curve is not None else "",
        starts=starts,
        sanity=sanity,
    )


def epochs_of(curve: CurveRecord) -> tuple[int, ...]:
    """Return the epoch of each point of a curve."""
    return curve.epochs or tuple(range(1, len(curve.training) + 1))


def curve_figure(title: str, curve: CurveRecord) -> CurvesFigure:
    """Return training against tuning loss by epoch, with the epoch that was kept."""
    x = tuple(float(epoch) for epoch in epochs_of(curve))
    kept = curve.best_epoch
    return CurvesFigure(
        title=title,
        sentence="",
        per_sample=False,
        curves=(
            Curve(TRAINING, x, curve.training, use="training"),
            Curve(TUNING, x, curve.tuning, use="tuning"),
        ),
        x_title=CURVE_X,
        y_title=CURVE_Y,
        verticals=(ReferenceLine(float(kept), KEPT),) if kept else (),
    )


def curve_reading(curve: CurveRecord) -> str:
    """Say in a sentence what a training curve shows."""
    epochs = epochs_of(curve)
    if curve.best_epoch not in epochs:
        return ""
    place, last = epochs.index(curve.best_epoch), epochs[-1]
    if curve.best_epoch == last:
        return FELL_TO_THE_END.format(last=last)
    learned = curve.training[-1] < curve.training[place] * (1 - _CLEAR)
    if learned and curve.tuning[-1] > curve.tuning[place] * (1 + _CLEAR):
        return BY_HEART.format(
            best=curve.best_epoch,
            training=_change(curve.training, place),
            tuning=_change(curve.tuning, place),
        )
    return TURNED.format(best=curve.best_epoch, last=last)


def _change(losses: Sequence[float], place: int) -> str:
    return f"{losses[place]:.3g} to {losses[-1]:.3g}"


def _starts(model: ModelRecord) -> str:
    scores = model.seed_scores
    if not scores:
        return ""
    said = ONE_START if len(scores) == 1 else STARTS
    return said.format(
        count=len(scores),
        score=SCORES[model.metric].title,
        low=score_text(min(scores)),
        high=score_text(max(scores)),
    )


def _sanity(check: SanityRecord) -> SanityRow:
    return SanityRow(SANITY_TITLES.get(check.name, check.name), check.passed, check.sentence)


# --- the ladder ---------------------------------------------------------------------------


def ticked(sizes: Iterable[str], size: NetworkSize, on: bool) -> list[NetworkSize]:
    """Return the sizes after one was ticked or unticked: a larger one never without smaller ones.

    Args:
        sizes: Sizes ticked so far.
        size: The one that was clicked.
        on: Whether it was ticked.
    """
    place, before = NETWORK_SIZES.index(size), set(sizes)
    if on:
        return [s for i, s in enumerate(NETWORK_SIZES) if i <= place or s in before]
    return [s for i, s in enumerate(NETWORK_SIZES) if i < place and s in before]


def missing_rungs(sizes: Iterable[str]) -> list[NetworkSize]:
    """Return the sizes that are left out although a larger one is ticked."""
    chosen = [NETWORK_SIZES.index(size) for size in NETWORK_SIZES if size in set(sizes)]
    return [
        size
        for i, size in enumerate(NETWORK_SIZES)
        if chosen and i < max(chosen) and i not in chosen
    ]
