"""A transparent twin: simple models fitted to imitate a network, so that its rules show.

In a study of pneumonia, models learned that asthma lowers the risk of death: such patients went
straight to intensive care. A rule that can be read can be noticed (Caruana et al. 2015, doi
10.1145/2783258.2788613). How well the simple model repeats the other (fidelity) is measured on
samples that neither was fitted on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from deepbench.data.samples import OutcomeInfo, TrainingSet
from deepbench.data.wording import counted
from deepbench.evaluation.metrics import metrics_for, squared_deviation
from deepbench.evaluation.ranking import as_columns, ratio
from deepbench.evaluation.shown_intervals import TestSamples, from_resamples
from deepbench.interpretation.imitation_folds import Imitated, TreeRule
from deepbench.interpretation.imitation_teacher import as_output, output_name
from deepbench.interpretation.imitation_tree import amount
from deepbench.interpretation.panels_scores import HeldOutScores, as_score
from deepbench.interpretation.score_text import score_text
from deepbench.study.records import DirectionRecord, ImitationRecord, Score

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Form = Literal["sparse linear model", "shallow tree"]

_RESAMPLES = 1_000
# Below this a copy is called poor, and what it says does not stand for the model.
_POOR = 0.5
# A difference of outputs below this share of their spread is none.
_SAME = 0.1


@dataclass(frozen=True, eq=False)
class Imitation:
    """What is known of the imitated model and of its copies.

    Attributes:
        model: Name of the imitated model.
        title: Its title inside a sentence.
        predictions: (n, K) its predictions of samples it was not fitted on.
        fold_of: (n,) fold in which each was predicted, -1 for never.
        tuning: (folds) the rows that each fold predicts, in the order of ``by_fold``.
        by_fold: The copies of each fold.
        on_all: The copies fitted on all samples: what is shown.
    """

    model: str
    title: str
    predictions: Floats
    fold_of: Codes
    tuning: tuple[Codes, ...]
    by_fold: tuple[Imitated, ...]
    on_all: Imitated


def summarise_imitation(
    training: TrainingSet,
    found: Imitation,
    directions: tuple[DirectionRecord, ...],
    seed: int,
) -> tuple[ImitationRecord, ...]:
    """Return the copies of a model, the truer one first; it carries the directions.

    Args:
        training: The training samples.
        found: The model and its copies.
        directions: Directions of the model's response, see `deepbench.interpretation.directions`.
        seed: Seed of the resamples.
    """
    copies: list[tuple[Form, Floats]] = []
    linear = _joined(found, [fold.linear for fold in found.by_fold])
    tree = _joined(found, [fold.tree for fold in found.by_fold])
    if linear is not None and found.on_all.terms:
        copies.append(("sparse linear model", linear))
    if tree is not None and len(found.on_all.rules) > 1:
        copies.append(("shallow tree", tree))
    records = [_record(training, found, form, said, seed) for form, said in copies]
    records.sort(key=lambda record: -_or_lowest(record.fidelity.value))
    return tuple(
        record.model_copy(update={"directions": directions if place == 0 else ()})
        for place, record in enumerate(records)
    )


def _or_lowest(value: float | None) -> float:
    return -np.inf if value is None else value


def _joined(found: Imitation, parts: Sequence[Floats | None]) -> Floats | None:
    """Return (n, q) what the copies of all folds say; None if a fold has none."""
    if not parts or any(part is None for part in parts):
        return None
    first = parts[0]
    assert first is not None
    whole = np.full((len(found.predictions), first.shape[1]), np.nan)
    for rows, part in zip(found.tuning, parts, strict=True):
        whole[rows] = part
    return whole


def _record(
    training: TrainingSet, found: Imitation, form: Form, said: Floats, seed: int
) -> ImitationRecord:
    info = training.info
    scores = HeldOutScores(info.task, training.outcome, training.units, found.fold_of[None], seed)
    own = as_predictions(said, info)[None]
    original = found.predictions[None]
    fidelity = _fidelity(training, found, said, seed)
    # Rules of a copy that repeats nothing would be read as rules of the model.
    shown = fidelity.low is not None and fidelity.low > 0.0
    record = ImitationRecord(
        model=found.model,
        form=form,
        fidelity_name="R²",
        fidelity=fidelity,
        metric=scores.metric,
        score=scores.interval(own, scores.scored(own)),
        imitated_score=scores.interval(original, scores.scored(original)),
        unit=output_name(info),
        terms=found.on_all.terms if shown and form == "sparse linear model" else (),
        rules=(
            tuple(_rule(rule, training, found.predictions) for rule in found.on_all.rules)
            if shown and form == "shallow tree"
            else ()
        ),
    )
    metric = metrics_for(info.task)[scores.metric].title
    return record.model_copy(update={"sentences": _sentences(record, found, metric)})


def as_predictions(output: Floats, info: OutcomeInfo) -> Floats:
    """Return (n, K) predictions from outputs as `as_output` makes them."""
    if info.task != "binary":
        return output
    chance = expit(output)
    return np.hstack([1.0 - chance, chance])


def _fidelity(training: TrainingSet, found: Imitation, said: Floats, seed: int) -> Score:
    """Return the share of the variation of the model's outputs that a copy repeats."""
    rows = np.flatnonzero(found.fold_of >= 0)
    wanted = as_output(found.predictions, training.info)[rows]
    errors = ((wanted - said[rows]) ** 2).sum(axis=1)
    samples = TestSamples("regression", wanted[:, 0], training.units[rows], found.fold_of[rows])

    def explained(columns: Floats) -> Floats:
        spread = np.sum([squared_deviation(one, columns) for one in wanted.T], axis=0)
        return 1.0 - ratio(np.asarray(errors @ columns), spread)

    value = float(explained(np.ones((len(rows), 1)))[0])
    blocks = [explained(as_columns(block)) for block in samples.weights(_RESAMPLES, seed)]
    return as_score(from_resamples("r2", value, np.concatenate(blocks), samples))


# --- sentences -----------------------------------------------------------------------------------


def _rule(rule: TreeRule, training: TrainingSet, predictions: Floats) -> str:
    """Say what the model answers where the conditions hold."""
    here, everywhere = predictions[rule.rows], predictions[np.isfinite(predictions[:, 0])]
    units = len(np.unique(training.units[rule.rows]))
    size = f"{counted(len(rule.rows), 'sample')}"
    if units != len(rule.rows):
        size += f" of {counted(units, 'unit')}"
    said = _answer(here, everywhere, training.info)
    return f"{' and '.join(rule.conditions)}: {said}; {size})."


def _answer(here: Floats, everywhere: Floats, info: OutcomeInfo) -> str:
    if info.task == "multiclass":
        means = here.mean(axis=0)
        best = int(means.argmax())
        return (
            f"most likely {info.classes[best]} (mean predicted probability {means[best]:.2f}, "
            f"{everywhere[:, best].mean():.2f} over all samples"
        )
    column = here.shape[1] - 1
    own, usual = float(here[:, column].mean()), float(everywhere[:, column].mean())
    spread = float(everywhere[:, column].std())
    if abs(own - usual) <= _SAME * spread:
        level = "about the usual"
    else:
        level = "higher" if own > usual else "lower"
    if info.task == "binary":
        return (
            f"{level} probability of {info.classes[1]} ({own:.2f} on average, {usual:.2f} over "
            "all samples"
        )
    return f"{level} {info.column} ({amount(own)} on average, {amount(usual)} over all samples"


def _sentences(record: ImitationRecord, found: Imitation, metric: str) -> tuple[str, ...]:
    linear = record.form == "sparse linear model"
    what = "A sparse linear model" if linear else "A shallow tree"
    if not (record.terms or record.rules):
        return (
            f"{what} cannot be shown to repeat the answers of the {found.title}: fidelity R² "
            f"{score_text(record.fidelity, 2)} on samples that neither was fitted on. Its "
            f"{'terms' if linear else 'rules'} would not stand for the model and are not shown.",
        )
    size = counted(len(record.terms), "term") if linear else counted(len(record.rules), "rule")
    fidelity = record.fidelity.value
    said = [
        f"{what} ({size}) repeats the answers of the {found.title} with a fidelity of R² "
        f"{score_text(record.fidelity, 2)}, on samples that neither was fitted on.",
        f"On the true outcome it has {metric} {score_text(record.score, 2)}, the {found.title} "
        f"{score_text(record.imitated_score, 2)}.",
    ]
    if fidelity is None or fidelity < _POOR:
        said.append(
            "That is a poor copy: much of what the model does is not in it, so do not read it as "
            "the model."
        )
    if record.form == "shallow tree":
        said.append("In the rules a missing value counts as the median of its column.")
    return tuple(said)
