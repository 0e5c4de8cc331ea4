"""What a model asks of a table: only the columns that its predictions depend on.

A file that leaves should hold nothing that it does not need. Columns that the filters left out,
and categories that are counted together as "other", are not in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbench.data.transforms import AppliedTransform
from deepbench.errors import StageBlocked
from deepbench.models.fitted import FittedModel
from deepbench.models.preprocessing import Preprocessor

#: How a missing text is written: no cell of a table that was read is empty and not missing.
MISSING_TEXT = ""

_NOTHING_IN = "The model uses no column of the table, so there is nothing to make a file of."
_EMPTY_CATEGORY = (
    "A column of labels has an empty label, which the file of a model could not tell from a "
    "missing one."
)
_EMPTY_CATEGORY_HINT = "Give the empty label a name in the table, and run the study again."


@dataclass(frozen=True)
class TextInput:
    """A column of labels.

    Attributes:
        name: The user's column.
        codes: Labels that are told apart, with the place of their 0/1 column; -1 for one that
            has none. `MISSING_TEXT` stands for a missing label.
        others: Place of the 0/1 column of all other labels; -1 if there is none.
        width: Number of 0/1 columns.
    """

    name: str
    codes: tuple[tuple[str, int], ...]
    others: int
    width: int

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels that are told apart, without the mark of a missing one."""
        return tuple(label for label, _ in self.codes if label != MISSING_TEXT)


@dataclass(frozen=True, eq=False)
class ModelInputs:
    """The part of a preprocessor that a model depends on.

    Attributes:
        numbers: (q,) columns of numbers, in the order of the user's table.
        texts: Columns of labels, in the same order.
        transform: Transformation of the measurements.
        block: (b,) places (0 to q - 1) of the columns that are transformed.
        scaled: (m,) places of the columns that are filled and scaled, in the order in which the
            predictor sees them.
        medians: (m,) what missing values become.
        means: (m,) what is taken off.
        scales: (m,) what is divided by; infinite for columns that were constant.
        indicators: Places of columns for which a 0/1 column says whether the value is missing.
    """

    numbers: tuple[str, ...]
    texts: tuple[TextInput, ...]
    transform: AppliedTransform
    block: NDArray[np.int64]
    scaled: NDArray[np.int64]
    medians: NDArray[np.float64]
    means: NDArray[np.float64]
    scales: NDArray[np.float64]
    indicators: NDArray[np.int64]

    @classmethod
    def of(cls, model: FittedModel) -> ModelInputs:
        """Return what a model depends on.

        Raises:
            StageBlocked: it depends on nothing, or on an empty label.
        """
        fitted, columns = model.preprocessor, model.columns
        if np.any(np.diff(columns) <= 0):
            raise ValueError("The columns of a model must ascend.")
        used = fitted.needed_for(columns)
        numbers = [name for name in fitted.numeric_names if name in used]
        wanted = (i for i, name in enumerate(fitted.numeric_names) if name in used)
        place = {number: i for i, number in enumerate(wanted)}
        width = len(fitted.kept)
        direct = columns[columns < width]
        missing = columns[(columns >= width) & (columns < width + len(fitted.indicators))] - width
        block = [place[i] for i in fitted.block.tolist() if i in place]
        transform = fitted.transform_name if block else "none"
        texts = _texts(fitted, columns - width - len(fitted.indicators))
        if not numbers and not texts:
            raise StageBlocked(_NOTHING_IN)
        return cls(
            numbers=tuple(numbers),
            texts=texts,
            transform=transform,
            block=_places(block if transform != "none" else []),
            scaled=_places([place[i] for i in fitted.kept[direct].tolist()]),
            medians=fitted.medians[direct],
            means=fitted.means[direct],
            scales=fitted.scales[direct],
            indicators=_places([place[i] for i in fitted.kept[fitted.indicators[missing]]]),
        )


def _places(numbers: list[int]) -> NDArray[np.int64]:
    return np.array(numbers, dtype=np.int64)


def _texts(fitted: Preprocessor, columns: NDArray[np.int64]) -> tuple[TextInput, ...]:
    """Return the columns of labels behind one-hot columns, counted from the first of these."""
    if fitted.encoder is None:
        return ()
    wanted = set(columns.tolist())
    found, begin = [], 0
    names = [fitted.text_names[i] for i in fitted.kept_texts]
    rare = fitted.encoder.infrequent_categories_
    for name, labels, together in zip(names, fitted.encoder.categories_, rare, strict=True):
        own = set() if together is None else set(together)
        kept = [label for label in labels if label not in own]
        end = begin + len(kept) + bool(own)
        chosen = [number - begin for number in range(begin, end) if number in wanted]
        if chosen:
            found.append(_text(name, kept, chosen))
        begin = end
    return tuple(found)


def _text(name: str, kept: list[str | None], chosen: list[int]) -> TextInput:
    """Return one column of labels.

    Args:
        name: The user's column.
        kept: Labels with a one-hot column of their own.
        chosen: Numbers of the one-hot columns that the model sees; ``len(kept)`` is "other".
    """
    if MISSING_TEXT in kept:
        raise StageBlocked(_EMPTY_CATEGORY, _EMPTY_CATEGORY_HINT)
    place = {number: i for i, number in enumerate(chosen)}
    others = place.get(len(kept), -1)
    codes = [
        (MISSING_TEXT if label is None else str(label), place.get(number, -1))
        for number, label in enumerate(kept)
        # One that has no column needs no name, unless it would be taken for one of the others.
        if number in place or others >= 0
    ]
    return TextInput(name, tuple(codes), others, len(chosen))
