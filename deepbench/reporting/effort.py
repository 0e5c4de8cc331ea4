"""What was offered to each model family and what it spent: design, rule 5 (equal effort)."""

from __future__ import annotations

from collections.abc import Sequence

from deepbench.data.wording import counted
from deepbench.reporting.tables import Table, table
from deepbench.reporting.wording import MISSING, duration
from deepbench.study.records import ModelRecord

_DUMMY = "dummy"
#: Stands in the note of a search that the time limit ended.
_TIME_LIMIT = "time limit"
_ALL_RUN = "All trials were run."
_NOTE = (
    "Every family is offered the same number of trials. A search ends before that where nothing "
    "is left to try, or where further trials are expected to gain less than could be told from "
    "chance."
)
_LOOKS = (
    " First looks are trials at low effort (fewer trees); the best of them were run again in "
    "full, and only trials in full can win."
)


def tuned(models: Sequence[ModelRecord]) -> list[ModelRecord]:
    """Return the models that take effort: all but the dummy."""
    return [model for model in models if model.name != _DUMMY]


def offered_to(model: ModelRecord) -> int:
    """Return the trials a family was offered; in older studies those it ran."""
    return model.offered or model.trials


def is_equal(models: Sequence[ModelRecord]) -> bool:
    """Say whether every family was offered the same, and none was cut short by a time limit."""
    families = tuned(models)
    cut_short = any(
        _TIME_LIMIT in model.note and model.trials < offered_to(model) for model in families
    )
    return not cut_short and len({offered_to(model) for model in families}) <= 1


def effort_words(models: Sequence[ModelRecord]) -> str:
    """Say what families were offered and what they ran, without a full stop; empty if none."""
    families = tuned(models)
    if not families:
        return ""
    runs = sorted(model.trials for model in families)
    if not is_equal(families):
        return f"Model families were given {runs[0]:,} to {runs[-1]:,} trials"
    most = counted(offered_to(families[0]), "trial")
    if runs[0] == offered_to(families[0]):
        return f"Every model family was given {most}"
    return (
        f"Every model family was offered {most}; {runs[0]:,} to {runs[-1]:,} were run, as "
        "searches ended where nothing more was to be gained"
    )


def effort_table(models: Sequence[ModelRecord]) -> Table | None:
    """Return what each family was offered and what it spent, and why its search ended."""
    if not tuned(models):
        return None
    timed = any(model.seconds_offered is not None for model in models)
    looked = any(model.first_looks for model in models)
    rows = [
        [
            model.title,
            f"{offered_to(model):,}",
            f"{model.trials:,}",
            *([f"{model.first_looks:,}"] if looked else []),
            *([_limit(model)] if timed else []),
            duration(model.seconds),
            model.note or _ALL_RUN,
        ]
        for model in models
    ]
    columns = [
        "Model",
        "#Trials offered",
        "#Trials run",
        *(["#First looks among them"] if looked else []),
        *(["#Computing time offered"] if timed else []),
        "#Computing time",
        "Why the search ended",
    ]
    return table(
        "Effort of each model family", columns, rows, note=_NOTE + (_LOOKS if looked else "")
    )


def _limit(model: ModelRecord) -> str:
    return MISSING if model.seconds_offered is None else duration(model.seconds_offered)
