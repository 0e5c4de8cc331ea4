"""Part of stage 11: short panels, selected inside the folds."""

from __future__ import annotations

from threadpoolctl import threadpool_limits

from deepbench.data.wording import in_sentence
from deepbench.interpretation.panels import FullModel, summarise_panels
from deepbench.interpretation.panels_folds import PanelTask, panel_fold
from deepbench.jobs.interpreting import Interpreting
from deepbench.jobs.steps import Steps
from deepbench.seeds import derive_seed
from deepbench.study.artifacts import array_from_bytes
from deepbench.study.records import PanelsRecord

# Fits of the recipe at most: more repeats of the folds hardly change a score.
_MOST_FITS = 25
# Raised when the calculation changes, so that earlier panels are not taken for new ones.
_REVISION = 2


def count_steps(work: Interpreting) -> int:
    """Return the steps: each fold, all samples together, and the summing up."""
    return len(_folds(work)) + 2


def find_panels(work: Interpreting, steps: Steps) -> PanelsRecord:
    """Return the panels of the chosen model's study."""
    made: list[bool] = []

    def make() -> PanelsRecord:
        made.append(True)
        return _make(work, steps)

    largest = work.context.plan.interpretation.largest_panel
    record = work.kept(
        "panels", PanelsRecord, make, {"largest_panel": largest, "revision": _REVISION}
    )
    if not made:
        steps.drop(count_steps(work))
    return record


def _folds(work: Interpreting) -> tuple[int, ...]:
    """Return the numbers of the folds of the first repeats."""
    repeats = max(1, _MOST_FITS // max(len(work.folds), 1))
    return tuple(n for n, fold in enumerate(work.bench.folds) if fold.repeat < repeats)


def _make(work: Interpreting, steps: Steps) -> PanelsRecord:
    context, bench = work.context, work.bench
    largest = context.plan.interpretation.largest_panel
    numbers = _folds(work)
    steps.say("short panels")
    futures = [
        context.compute.submit(panel_fold, PanelTask(bench.source, fold, largest))
        for fold in (*numbers, None)
    ]
    for _ in context.compute.wait(futures, context.progress):
        steps.add(1)
    found = [future.result() for future in futures]
    chosen = work.chosen
    full = FullModel(
        chosen.family.name,
        in_sentence(chosen.family.title),
        array_from_bytes(context.study.read(chosen.best.predictions)),
    )
    with threadpool_limits(limits=1):
        record = summarise_panels(
            bench.training,
            [bench.folds[number] for number in numbers],
            found[:-1],
            found[-1],
            full,
            derive_seed(context.plan.seed, "panels", "resamples"),
        )
    steps.add(1)
    return record
