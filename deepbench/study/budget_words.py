"""What a budget buys, in plain words: for the window and the command line alike."""

from __future__ import annotations

from deepbench.plan import Preset
from deepbench.study.effort import PRESET_EFFORTS, smallest_p_value
from deepbench.study.records import BudgetTimeRecord, PowerRecord, TimeEstimateRecord

TITLES: dict[Preset, str] = {"quick": "Quick", "standard": "Standard", "thorough": "Thorough"}
GOOD_FOR: dict[Preset, str] = {
    "quick": "A first look. Not for a paper.",
    "standard": "The one to report.",
    "thorough": "For a night, when a small p-value matters.",
}
SETTINGS = "{count} settings per family"
SHUFFLES = "Up to {count} shuffles"
SMALLEST_P = "Smallest possible p-value {p}"
NO_NARROWER = "No budget makes the final score more precise: that depends on the number of units. "
AT_MOST = (
    "These are times of this computer with {processes}, measured on your data, if the whole "
    "effort is spent. A search ends earlier when nothing is to be gained any more, and the "
    "shuffled-label check when chance does as well as the true outcomes. What the model uses and "
    "the report come on top."
)
STAGES = ("Traditional models", "Networks", "Shuffled-label check", "Test")
_ONE_PROCESS, _PROCESSES = "one process", "{count} processes"
_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0


def spell_about(seconds: float) -> str:
    """Return a duration as somebody would say it: ``about 40 s``, ``about 1 h 20 min``."""
    if seconds < 8.0:
        return "a few seconds"
    if seconds < 0.9 * _MINUTE:
        return f"about {_rounded(seconds, 10 if seconds > 20 else 5)} s"
    if seconds < 9.5 * _MINUTE:
        return f"about {max(round(seconds / _MINUTE), 1)} min"
    if seconds < 57.5 * _MINUTE:
        return f"about {_rounded(seconds / _MINUTE, 5)} min"
    if seconds < 9.5 * _HOUR:
        hours, minutes = divmod(_rounded(seconds / _MINUTE, 10), 60)
        return f"about {hours} h {minutes} min" if minutes else f"about {hours} h"
    if seconds < 1.5 * _DAY:
        return f"about {round(seconds / _HOUR)} h"
    return f"about {round(seconds / _DAY)} days"


def _rounded(value: float, step: int) -> int:
    return max(round(value / step), 1) * step


def what_it_buys(trials: int, shuffles: int) -> tuple[str, ...]:
    """Return what so many trials and shuffles buy, a line each."""
    return (
        SETTINGS.format(count=f"{trials:,}"),
        SHUFFLES.format(count=f"{shuffles:,}"),
        SMALLEST_P.format(p=f"{smallest_p_value(shuffles):.2g}"),
    )


def preset_buys(preset: Preset) -> tuple[str, ...]:
    """Return what a budget buys, a line each."""
    effort = PRESET_EFFORTS[preset]
    return what_it_buys(effort.trials, effort.shuffles)


def precision_words(precision: PowerRecord | None) -> str:
    """Say what no budget can buy: how precise the final score will be."""
    return NO_NARROWER + precision.sentence if precision is not None else NO_NARROWER.strip()


def at_most_words(processes: int) -> str:
    """Say what the times hold for."""
    many = _ONE_PROCESS if processes == 1 else _PROCESSES.format(count=processes)
    return AT_MOST.format(processes=many)


def stage_times(budget: BudgetTimeRecord) -> tuple[tuple[str, str], ...]:
    """Return each stage that fits models with its time in words."""
    seconds = (budget.baselines, budget.networks, budget.shuffle_check, budget.test)
    return tuple(
        (stage, spell_about(second)) for stage, second in zip(STAGES, seconds, strict=True)
    )


def estimate_lines(estimate: TimeEstimateRecord) -> list[str]:
    """Return what the command line prints: a table, and what it holds for."""
    header = ("", *(TITLES[budget.preset] for budget in estimate.budgets))
    rows = [
        ("Settings per family", *(f"{budget.trials:,}" for budget in estimate.budgets)),
        ("Shuffles at most", *(f"{budget.shuffles:,}" for budget in estimate.budgets)),
        (
            "Smallest p-value",
            *(f"{smallest_p_value(budget.shuffles):.2g}" for budget in estimate.budgets),
        ),
        *(
            (stage, *(stage_times(budget)[place][1] for budget in estimate.budgets))
            for place, stage in enumerate(STAGES)
        ),
        ("In all", *(spell_about(budget.seconds) for budget in estimate.budgets)),
    ]
    table = [header, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(header))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]
    return [*lines, "", at_most_words(estimate.processes), precision_words(estimate.precision)]
