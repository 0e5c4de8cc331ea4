"""The columns of the leaderboard's and the trials' tables."""

from __future__ import annotations

from deepbench.study.records import TrialRecord
from deepbench_ui.models.families import BLEND, SHORT_TITLES, TITLES
from deepbench_ui.models.leaderboard_rows import BoardRow
from deepbench_ui.models.numbers import (
    counted,
    interval_text,
    score_text,
    seconds_text,
    spread,
)
from deepbench_ui.models.row_table import Column
from deepbench_ui.models.settings_words import settings_line

PLAIN_TIP = "Score of the luckiest settings among many: too good to be the model's performance."
CORRECTED_TIP = "The score with the luck of choosing taken out, with its 95 % interval."
TRIALS_TIP = "How many settings were tried. Each family is offered the same number."
SECONDS_TIP = "Time spent on the settings of this family."
SPREAD_TIP = "Standard deviation over the tuning folds: how unsteady the score is."
NO_SCORE = "no score"
WHEN_DONE = "when finished"


def _tried(row: BoardRow) -> str:
    return score_text(None) if row.name == BLEND else f"{row.trials:,}"


def _corrected(row: BoardRow) -> str:
    return WHEN_DONE if row.corrected is None else interval_text(row.corrected)


def _time(row: BoardRow) -> str:
    return score_text(None) if row.name == BLEND else seconds_text(row.seconds)


def _seconds(row: BoardRow) -> float:
    return row.seconds


BOARD_COLUMNS: tuple[Column[BoardRow], ...] = (
    Column("Model", lambda row: row.short_title),
    Column("Tried", _tried, lambda row: row.trials, True, TRIALS_TIP),
    Column(
        "Best",
        lambda row: score_text(row.plain),
        lambda row: row.plain,
        True,
        PLAIN_TIP,
    ),
    Column(
        "Corrected",
        _corrected,
        lambda row: row.corrected.value if row.corrected else None,
        True,
        CORRECTED_TIP,
    ),
    Column("Time", _time, _seconds, True, SECONDS_TIP),
)


def trial_name(trial: TrialRecord) -> str:
    """Return the name under which a trial is selected."""
    return f"{trial.family} {trial.number}"


def trial_title(trial: TrialRecord) -> str:
    """Return what a trial is called on screen."""
    return f"{TITLES.get(trial.family, trial.family)}, settings {trial.number + 1}"


TRIAL_COLUMNS: tuple[Column[TrialRecord], ...] = (
    Column("Model", lambda trial: SHORT_TITLES.get(trial.family, trial.family)),
    Column("No.", lambda trial: str(trial.number + 1), lambda trial: trial.number, True),
    Column(
        "Score",
        lambda trial: NO_SCORE if trial.score is None else score_text(trial.score),
        lambda trial: trial.score,
        True,
    ),
    Column("Settings", lambda trial: settings_line(trial.params)),
    Column(
        "Spread",
        lambda trial: score_text(spread(trial.fold_scores)),
        lambda trial: spread(trial.fold_scores),
        True,
        SPREAD_TIP,
    ),
    Column("Time", lambda trial: seconds_text(trial.seconds), lambda trial: trial.seconds, True),
    Column("Note", lambda trial: trial.note),
)


def fold_lines(trial: TrialRecord, folds: int) -> list[tuple[str, str]]:
    """Return (name, scores) of each repeat of the tuning folds.

    Args:
        trial: The trial.
        folds: Tuning folds of one repeat; 0 if unknown.
    """
    scores = trial.fold_scores
    size = folds if folds and len(scores) % folds == 0 else len(scores)
    parts = [scores[start : start + size] for start in range(0, len(scores), size or 1)]
    if len(parts) <= 1:
        name = counted(len(scores), "tuning fold")
        return [(name, "  ".join(map(score_text, scores)))] if scores else []
    return [
        (f"Tuning folds, round {place}", "  ".join(map(score_text, part)))
        for place, part in enumerate(parts, start=1)
    ]
