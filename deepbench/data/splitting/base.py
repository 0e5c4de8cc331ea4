"""What every way of setting samples aside shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.samples import AllSamples
from deepbench.data.wording import counted, shorten
from deepbench.errors import DataError

Design = Literal["holdout", "nested", "leave-one-site-out", "leave-one-batch-out", "time", "own"]
#: More test parts than this repeat the whole search too often.
MOST_PARTS = 20


@dataclass(frozen=True)
class OuterFold:
    """Rows that train and rows that test; row numbers into the checked samples."""

    name: str
    train: NDArray[np.int64]
    test: NDArray[np.int64]


@dataclass(frozen=True)
class OuterPlan:
    """The design, why it was taken, and its folds (one for a hold-out).

    Attributes:
        design: How samples are set aside.
        why: Why this way, as a sentence.
        folds: One for a hold-out, several where every unit is tested.
        remarks: What else a reader of the split has to know, as sentences.
    """

    design: Design
    why: str
    folds: tuple[OuterFold, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parts:
    """Folds of one way of setting aside, and what has to be said of them."""

    folds: tuple[OuterFold, ...]
    remarks: tuple[str, ...] = ()


def require_complete(samples: AllSamples, column: str, what: str) -> None:
    """Refuse a column that does not say for every sample what the split goes by.

    Raises:
        DataError: a sample has no value there.
    """
    values = samples.annotations[column]
    missing = np.flatnonzero((values.isna() | (values.astype(str).str.strip() == "")).to_numpy())
    if len(missing):
        raise DataError(
            f"{counted(len(missing), 'sample')} without a {what} in column '{shorten(column)}', "
            f"the first is '{shorten(str(samples.sample_ids[missing[0]]))}'.",
            f"Fill the {what} in, remove these rows, or choose another way "
            '(split.design = "auto").',
        )


def joined(frame: pd.DataFrame, columns: Sequence[str]) -> NDArray[np.str_]:
    """Return (n,) one text per row from several annotation columns."""
    if len(columns) == 1:
        return frame[columns[0]].astype(str).to_numpy(dtype=np.str_)
    return frame[list(columns)].astype(str).agg(" / ".join, axis=1).to_numpy(dtype=np.str_)


def without_features(samples: AllSamples) -> AllSamples:
    """Return the samples without their features: dividing a wide table copies it needlessly."""
    return replace(samples, features=samples.features.iloc[:, :0])


def missing_classes(samples: AllSamples, rows: NDArray[np.int64]) -> str:
    """Return the classes without a sample among the rows, in words."""
    present = set(samples.outcome[rows].tolist())
    return ", ".join(
        f"'{shorten(name)}'"
        for code, name in enumerate(samples.info.classes)
        if code not in present
    )


def unit_names(samples: AllSamples, columns: Sequence[str]) -> tuple[str, ...]:
    """Return (n,) a name for the unit of each sample.

    It is what the unit columns say where that is the same in all rows of the unit, else the name
    of its first sample.
    """
    written = [samples.annotations[c] for c in columns if c in samples.annotations.columns]
    texts = [""] * len(samples)
    if written:
        rows = zip(*written, strict=True)
        texts = [" / ".join(parts) if any(parts) else "" for parts in rows]
    said: dict[int, set[str]] = {}
    first: dict[int, str] = {}
    for unit, text, name in zip(samples.units, texts, samples.sample_ids, strict=True):
        said.setdefault(int(unit), set()).add(text)
        first.setdefault(int(unit), str(name))
    names = {
        unit: next(iter(labels)) if len(labels) == 1 and "" not in labels else first[unit]
        for unit, labels in said.items()
    }
    return tuple(names[int(unit)] for unit in samples.units)
