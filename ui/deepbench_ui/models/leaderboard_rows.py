"""The leaderboard as rows, sentences and a figure: live from trials, final from the record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deepbench.study.records import (
    BlendRecord,
    LeaderboardRecord,
    LearningCurveRecord,
    ModelRecord,
    Score,
    TrialRecord,
)
from deepbench_ui.models.families import (
    BLEND,
    BLEND_TITLE,
    DUMMY,
    SCORES,
    SHORT_TITLES,
    TITLES,
    ScoreWords,
    is_network,
)
from deepbench_ui.models.numbers import counted, seconds_text
from deepbench_ui.plots.figures import (
    Curve,
    CurvesFigure,
    DotIntervalFigure,
    DotRow,
    ReferenceLine,
)

NOT_PERFORMANCE = (
    "The best score so far is that of the luckiest settings among many, so it is too good: it is "
    "not how well the model performs. The corrected score takes the luck of choosing out."
)
FIGURE_TITLE = "Models side by side"
FIGURE_LIVE = (
    "Best score so far of each family. Small dots: its scores on the tuning folds. They show how "
    "unsteady the score is; they are no confidence interval."
)
FIGURE_DONE = (
    "Corrected score of each family with its 95 % interval. Small dots: scores of its best "
    "settings on the tuning folds."
)
INTERVAL, FOLDS = "95 % interval", "tuning folds"
GUESSING = "guessing"
LIVE_AXIS, DONE_AXIS = "Best {score} so far", "Corrected {score}"
EFFORT_NONE = "No settings have been tried yet."
EFFORT_EQUAL = (
    "Equal effort: {count} offered to each family, on the same tuning folds; {time} in all."
)
EFFORT_FEWER = (
    "Fewer were tried where no others were left, or more were not expected to gain anything: "
    "{listed}."
)
EFFORT_LIVE = (
    "So far {count} in all, {time}. Every family is offered the same number, on the same tuning "
    "folds."
)
EFFORT_UNEQUAL = (
    "The time limit ended the search, so effort was not equal. Settings tried: {listed}; "
    "{time} in all."
)
#: Stands in the note of a search that the time limit ended.
TIME_LIMIT = "time limit"
CURVE_TITLE = "Learning curve: would more samples help?"
CURVE_MODEL = "{model}, fitted on parts of the training samples."
CURVE_SENTENCE = "A line that still climbs at its right end says that more samples may help."
CURVE_X = "Training samples used"
CURVE_BAND, CURVE_SPREAD = "95 % interval (over units)", "spread over tuning folds"


@dataclass(frozen=True)
class BoardRow:
    """A family on the leaderboard.

    Attributes:
        name: Its name in records.
        trials: Settings tried so far.
        seconds: Seconds spent on them.
        plain: Best score so far; None while there is none.
        corrected: Score corrected for having been chosen, once the stage is done.
        folds: Scores of the best settings on the tuning folds.
        best_trial: Number of the best settings; -1 while there are none.
        note: Why the search ended early; empty if it did not.
        seeds: Scores of a network's random starts.
        offered: Settings it was offered, once the stage is done; 0 if unknown.
    """

    name: str
    trials: int
    seconds: float
    plain: float | None
    corrected: Score | None
    folds: tuple[float, ...]
    best_trial: int
    note: str = ""
    seeds: tuple[float, ...] = ()
    offered: int = 0

    @property
    def title(self) -> str:
        """What the family is called."""
        if self.name == BLEND:
            return BLEND_TITLE
        return TITLES.get(self.name, self.name)

    @property
    def short_title(self) -> str:
        """What it is called where there is little room."""
        if self.name == BLEND:
            return BLEND_TITLE
        return SHORT_TITLES.get(self.name, self.name)


@dataclass(frozen=True)
class Leaderboard:
    """What the page shows of a search.

    Attributes:
        metric: Name of the score.
        rows: Families, simple first.
        done: Whether the rows are the record's.
    """

    metric: str
    rows: tuple[BoardRow, ...]
    done: bool

    @property
    def score(self) -> ScoreWords:
        """The score in words."""
        return SCORES[self.metric]

    def about(self) -> str:
        """Say what the score means, and why the best one is too good."""
        return f"{self.score.text} {NOT_PERFORMANCE}"

    def best(self) -> BoardRow | None:
        """Return the family with the best score, the floor left out."""
        return _best([(score_of(row), row) for row in self.rows])

    def luckiest(self) -> BoardRow | None:
        """Return the family with the best score before correction, the floor left out."""
        return _best([(row.plain, row) for row in self.rows])


def _best(scored: list[tuple[float | None, BoardRow]]) -> BoardRow | None:
    there = [
        (score, row)
        for score, row in scored
        if score is not None and row.name not in (DUMMY, BLEND)
    ]
    return max(there, key=lambda pair: pair[0])[1] if there else None


def score_of(row: BoardRow) -> float | None:
    """Return the corrected score; the best so far while there is none."""
    return row.corrected.value if row.corrected is not None else row.plain


def live_board(trials: Iterable[TrialRecord], names: Sequence[str], metric: str) -> Leaderboard:
    """Return the leaderboard of a search under way; families without a trial are in it too.

    Args:
        trials: Trials of the search.
        names: Families to show, simple first.
        metric: Name of the score.
    """
    groups: dict[str, list[TrialRecord]] = {name: [] for name in names}
    for trial in trials:
        if trial.family in groups:
            groups[trial.family].append(trial)
    return Leaderboard(metric, tuple(_live_row(name, groups[name]) for name in names), False)


def _live_row(name: str, trials: Sequence[TrialRecord]) -> BoardRow:
    best = best_trial(trials)
    return BoardRow(
        name,
        len(trials),
        sum(trial.seconds for trial in trials),
        best.score if best else None,
        None,
        _there(best.fold_scores) if best else (),
        best.number if best else -1,
    )


def best_trial(trials: Iterable[TrialRecord]) -> TrialRecord | None:
    """Return the trial with the best score, the lowest number of equals; None without a score.

    A first look counts only while there is no trial in full: it cannot win.
    """
    known = [(trial.score, trial) for trial in trials if trial.score is not None]
    scored = [pair for pair in known if not pair[1].first_look] or known
    if not scored:
        return None
    return max(scored, key=lambda pair: (pair[0], -pair[1].number))[1]


def done_board(record: LeaderboardRecord) -> Leaderboard:
    """Return the leaderboard of a finished stage."""
    first = record.models[0] if record.models else record.blend
    metric = first.metric if first is not None else "auroc"
    rows = [_done_row(model) for model in record.models]
    if record.blend is not None:
        rows.append(_blend_row(record.blend))
    return Leaderboard(metric, tuple(rows), True)


def _blend_row(blend: BlendRecord) -> BoardRow:
    return BoardRow(BLEND, 0, 0.0, blend.plain, blend.corrected, (), -1, blend.sentence)


def _done_row(model: ModelRecord) -> BoardRow:
    return BoardRow(
        model.name,
        model.trials,
        model.seconds,
        model.plain,
        model.corrected,
        _there(model.fold_scores),
        model.best_trial,
        "" if model.name == DUMMY else model.note,
        model.seed_scores,
        model.offered or model.trials,
    )


def _there(values: Iterable[float | None]) -> tuple[float, ...]:
    return tuple(value for value in values if value is not None)


# --- what is drawn and said of it ---------------------------------------------------------


def board_figure(
    board: Leaderboard, reference: ReferenceLine | None = None
) -> DotIntervalFigure | None:
    """Return the leaderboard's picture; None while no family has a score.

    Args:
        board: The leaderboard.
        reference: What to compare with; guessing if None.
    """
    out = (DUMMY, BLEND)
    rows = [row for row in board.rows if row.name not in out and score_of(row) is not None]
    if not rows:
        return None
    score = SCORES[board.metric]
    floor = next((row.plain for row in board.rows if row.name == DUMMY), None)
    chance = score.chance if floor is None else floor
    axis = (DONE_AXIS if board.done else LIVE_AXIS).format(score=score.title)
    return DotIntervalFigure(
        title=FIGURE_TITLE,
        sentence=FIGURE_DONE if board.done else FIGURE_LIVE,
        rows=tuple(_dot_row(row) for row in rows),
        value_title=axis,
        interval_title=INTERVAL,
        points_title=FOLDS,
        reference=reference or ReferenceLine(chance, GUESSING),
        selects="model",
    )


def _dot_row(row: BoardRow) -> DotRow:
    corrected = row.corrected
    return DotRow(
        label=row.short_title,
        value=score_of(row),
        low=corrected.low if corrected else None,
        high=corrected.high if corrected else None,
        points=row.folds,
        use="network" if is_network(row.name) else "baseline",
        name=row.name,
    )


def effort_sentence(board: Leaderboard) -> str:
    """Say how much was tried per family, and whether it was the same."""
    families = [row for row in board.rows if row.name not in (DUMMY, BLEND)]
    tuned = [row for row in families if row.trials or board.done]
    total = sum(row.trials for row in tuned)
    if total == 0:
        return EFFORT_NONE
    time = seconds_text(sum(row.seconds for row in tuned))
    if not board.done:
        return EFFORT_LIVE.format(count=counted(total, "setting"), time=time)
    most = max(row.offered for row in tuned)
    if any(TIME_LIMIT in row.note for row in tuned):
        return EFFORT_UNEQUAL.format(listed=_trials_of(tuned), time=time)
    said = EFFORT_EQUAL.format(count=counted(most, "setting"), time=time)
    fewer = [row for row in tuned if row.trials < most]
    return f"{said} {EFFORT_FEWER.format(listed=_trials_of(fewer))}" if fewer else said


def _trials_of(rows: Iterable[BoardRow]) -> str:
    return ", ".join(f"{row.short_title} {row.trials}" for row in rows)


def learning_curve_figure(curve: LearningCurveRecord) -> CurvesFigure:
    """Return the learning curve with its limits; studies of before have the spread over folds."""
    pairs = list(zip(curve.scores, curve.spreads, strict=True))
    low = curve.low or tuple(_shifted(score, spread, -1) for score, spread in pairs)
    high = curve.high or tuple(_shifted(score, spread, 1) for score, spread in pairs)
    sentence = curve.sentence or CURVE_SENTENCE
    title = SCORES[curve.metric].title
    return CurvesFigure(
        title=CURVE_TITLE,
        sentence=f"{CURVE_MODEL.format(model=TITLES.get(curve.model, curve.model))} {sentence}",
        per_sample=False,
        curves=(
            Curve(
                SHORT_TITLES.get(curve.model, curve.model),
                tuple(float(count) for count in curve.samples),
                curve.scores,
                low,
                high,
                use="network" if is_network(curve.model) else "baseline",
                markers=True,
            ),
        ),
        x_title=CURVE_X,
        y_title=f"{title} on the tuning folds",
        band_title=CURVE_BAND if curve.low else CURVE_SPREAD,
    )


def _shifted(score: float | None, spread: float | None, sign: int) -> float | None:
    return None if score is None or spread is None else score + sign * spread
