"""The samples that a model got wrong, or that are suspect, each with the reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbench.data.findings.base import percent
from deepbench.data.splitting.base import unit_names
from deepbench.data.wording import counted, shorten, some_names
from deepbench.interpretation import twins
from deepbench.interpretation.held_out import HeldOut
from deepbench.interpretation.label_suspects import NONE, label_suspects, residual_outliers
from deepbench.interpretation.out_of_distribution import FoldDistances
from deepbench.study.records import WorstSampleRecord, WorstSamplesRecord

#: Samples on the list at most; those with a reason to look at come before mere errors.
MOST_LISTED = 200
# The class said rose so little more than the next one that it was a close call.
_CLOSE = 1.5
_SURE = 0.8
_LARGE_ERROR = 2.0

_SUSPECT = (
    "Possibly a wrong label: written as '{observed}', to which the model gives {own}; it gives "
    "{p} to '{other}', as sure as it usually is of samples written so. Look it up in your notes."
)
_OUTLIER = (
    "Possibly a wrong value: it lies {times} typical errors off what is predicted, farther than "
    "samples with similar predictions do. Look it up in your notes."
)
_UNLIKE = (
    "Unlike the samples that the model learned from: {times} times as far from the most similar "
    "ones as is usual among them{where}. {share}"
)
_NO_OTHER = "None of them lies so far from the others."
_SOME_OTHERS = "{share} of them lie so far from the others."
_TWIN = (
    "Measurements (nearly) the same as those of '{twin}', whose outcome is '{outcome}': a wrong "
    "label, or one sample under two names."
)
_CLOSE_CALL = "A close call: {first} for '{said}', {second} for '{next}'."
_SURELY_WRONG = "The model was sure of '{said}' ({p}), and wrong."
_WRONG = "The model said '{said}' with a probability of {p}."
_FAR = "Predicted {times} times as far off as samples are on average."


@dataclass(frozen=True, eq=False)
class Marks:
    """What is conspicuous about held-out samples, n of them.

    Attributes:
        suspect: (n,) class that a sample seems to have, -1 for none; empty for regression.
        outlier: (n,) typical spreads by which a residual lies outside, 0 for none; regression.
        unlike: (n,) which samples are unlike the fit rows.
        unlike_reason: A sentence for each of these; empty for the others.
        twin: (n,) place of a twin with another outcome, -1 for none.
    """

    suspect: NDArray[np.int64]
    outlier: NDArray[np.float64]
    unlike: NDArray[np.bool_]
    unlike_reason: tuple[str, ...]
    twin: NDArray[np.int64]

    @classmethod
    def of(
        cls, held: HeldOut, distances: Sequence[FoldDistances], unit_columns: Sequence[str]
    ) -> Marks:
        """Look at all held-out samples.

        Args:
            held: Held-out samples.
            distances: How far they lie from fit rows, fold by fold.
            unit_columns: Columns with the role of the unit.
        """
        unlike = np.zeros(len(held), dtype=bool)
        reasons = [""] * len(held)
        place = {int(row): i for i, row in enumerate(held.rows)}
        for fold in distances:
            for j in np.flatnonzero(fold.unlike):
                i = place.get(int(fold.rows[j]))
                if i is not None:
                    unlike[i], reasons[i] = True, _unlike_reason(fold, int(j))
        if held.is_regression:
            suspect = np.full(len(held), NONE, dtype=np.int64)
            outlier = residual_outliers(
                held.samples.outcome.astype(np.float64), held.predicted[:, 0]
            )
        else:
            suspect = label_suspects(held.codes, held.predicted)
            outlier = np.zeros(len(held))
        twin = twins.conflicting_twins(held.samples, unit_columns)
        return cls(suspect, outlier, unlike, tuple(reasons), twin)

    @property
    def label_suspect(self) -> NDArray[np.bool_]:
        """(n,) which outcomes may be wrong."""
        found: NDArray[np.bool_] = (self.suspect != NONE) | (self.outlier > 0)
        return found

    @property
    def near_duplicate(self) -> NDArray[np.bool_]:
        """(n,) which samples have a twin with another outcome."""
        found: NDArray[np.bool_] = self.twin != twins.NONE
        return found


def worst_samples(
    model: str, held: HeldOut, marks: Marks, unit_columns: Sequence[str]
) -> WorstSamplesRecord:
    """Return the samples to look at, the largest error first.

    Those that are unlike, suspect or twins are all listed, as far as 200 go; then, in the order
    of their errors, those that are wrong. For regression an error counts from twice the mean.
    """
    size = _sizes(held)
    conspicuous = marks.unlike | marks.label_suspect | marks.near_duplicate
    wrong = (
        held.error >= _LARGE_ERROR * held.error.mean() if held.is_regression else held.error > 0
    )
    order = np.lexsort((np.arange(len(held)), -size, ~conspicuous))
    listed = [int(i) for i in order if conspicuous[i] or (wrong[i] and held.error[i] > 0)]
    listed = sorted(listed[:MOST_LISTED], key=lambda i: (-size[i], i))
    names = unit_names(held.samples, unit_columns)
    return WorstSamplesRecord(
        model=model,
        samples=tuple(
            WorstSampleRecord(
                sample=str(held.samples.sample_ids[i]),
                unit=names[i],
                observed=_observed(held, i),
                predicted=_predicted(held, i),
                error=float(size[i]),
                out_of_distribution=bool(marks.unlike[i]),
                label_suspect=bool(marks.label_suspect[i]),
                near_duplicate=(
                    str(held.samples.sample_ids[marks.twin[i]]) if marks.near_duplicate[i] else ""
                ),
                reasons=_reasons(held, marks, i),
            )
            for i in listed
        ),
    )


def _sizes(held: HeldOut) -> NDArray[np.float64]:
    """Return (n,) one minus the probability of the true class, or absolute errors."""
    if held.is_regression:
        return held.error
    found: NDArray[np.float64] = 1.0 - held.predicted[np.arange(len(held)), held.codes]
    return found


def _observed(held: HeldOut, i: int) -> str:
    if held.is_regression:
        return f"{held.samples.outcome[i]:.6g}"
    return held.info.classes[int(held.codes[i])]


def _predicted(held: HeldOut, i: int) -> str:
    if held.is_regression:
        return f"{held.predicted[i, 0]:.6g}"
    return held.info.classes[int(held.said[i])]


def _unlike_reason(fold: FoldDistances, j: int) -> str:
    far = fold.far_features[j]
    p = float(fold.p_value[j])
    alone = p <= 1.0 / (fold.units + 1.0) + 1e-12
    return _UNLIKE.format(
        times=f"{fold.distance[j] / fold.typical:.1f}",
        where=f", farthest in {some_names(far)}" if far else "",
        share=_NO_OTHER if alone else _SOME_OTHERS.format(share=_first_upper(percent(p))),
    )


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _reasons(held: HeldOut, marks: Marks, i: int) -> tuple[str, ...]:
    found = []
    if marks.near_duplicate[i]:
        twin = int(marks.twin[i])
        name = shorten(str(held.samples.sample_ids[twin]))
        found.append(_TWIN.format(twin=name, outcome=shorten(_observed(held, twin))))
    if marks.label_suspect[i]:
        found.append(_suspect_reason(held, marks, i))
    if marks.unlike[i]:
        found.append(marks.unlike_reason[i])
    if not found and held.is_regression:
        found.append(_FAR.format(times=f"{held.error[i] / held.error.mean():.1f}"))
    elif not held.is_regression and held.error[i] > 0 and not marks.label_suspect[i]:
        found.append(_wrong_reason(held, i))
    return tuple(found)


def _suspect_reason(held: HeldOut, marks: Marks, i: int) -> str:
    if held.is_regression:
        return _OUTLIER.format(times=f"{marks.outlier[i]:.1f}")
    other = int(marks.suspect[i])
    return _SUSPECT.format(
        observed=shorten(_observed(held, i)),
        own=percent(float(held.predicted[i, held.codes[i]])),
        p=percent(float(held.predicted[i, other])),
        other=shorten(held.info.classes[other]),
    )


def _wrong_reason(held: HeldOut, i: int) -> str:
    p, said = held.predicted[i], int(held.said[i])
    shares = np.bincount(held.codes, minlength=len(p)) / len(held)
    risen = np.where(shares > 0, p / np.maximum(shares, 1e-12), 0.0)
    risen[said], best = 0.0, risen[said]
    second = int(risen.argmax())
    classes = held.info.classes
    if best <= _CLOSE * risen[second]:
        return _CLOSE_CALL.format(
            first=percent(float(p[said])),
            said=shorten(classes[said]),
            second=percent(float(p[second])),
            next=shorten(classes[second]),
        )
    sentence = _SURELY_WRONG if p[said] >= _SURE else _WRONG
    return sentence.format(said=shorten(classes[said]), p=percent(float(p[said])))


def list_is_cut(worst: WorstSamplesRecord) -> str:
    """Return a sentence where the list holds as many samples as it can."""
    if len(worst.samples) < MOST_LISTED:
        return ""
    return f"The list of the worst samples ends after {counted(MOST_LISTED, 'sample')}."
