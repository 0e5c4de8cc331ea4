"""What every kind of finding shares."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.samples import AllSamples
from deepbench.plan import Design, Preparation
from deepbench.study.records import FindingRecord

if TYPE_CHECKING:
    from deepbench.data.preparation import Prepared


@dataclass(frozen=True)
class FindingContext:
    """What a finding may know besides the samples.

    Attributes:
        roles: Columns by role, under the names of the annotations (`SampleSheetRecord.roles`).
        seed: Seed of the permutations; derived from the plan's.
        keep: Features that stay although a finding would leave them out.
        leave_out: Features that the plan leaves out.
        leave_out_samples: Names of samples that the plan leaves out.
        preparation: [preparation] of the plan, names as in the table.
        sheet_columns: Columns that came with the sample sheet.
        prepared: What was settled for the measurements, once the features are.
        design: [design] of the plan.
    """

    roles: Mapping[str, tuple[str, ...]]
    seed: int
    keep: frozenset[str] = frozenset()
    leave_out: frozenset[str] = frozenset()
    leave_out_samples: frozenset[str] = frozenset()
    preparation: Preparation = field(default_factory=Preparation)
    sheet_columns: tuple[str, ...] = ()
    prepared: Prepared | None = None
    design: Design = field(default_factory=Design)

    def has_role(self, column: str) -> bool:
        """Whether a column has any role in the plan."""
        return any(column in columns for columns in self.roles.values())


class Finding(ABC):
    """Looks for one kind of trouble. Adding a kind is adding a file with one of these."""

    kind: ClassVar[str]

    @abstractmethod
    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return what was found; an empty list if all is well."""


def numeric_names(features: pd.DataFrame) -> list[str]:
    """Return the names of the numeric features."""
    return [
        name for name, dtype in zip(features.columns, features.dtypes, strict=True)
        if dtype == np.float64
    ]  # fmt: skip


def label_names(features: pd.DataFrame) -> list[str]:
    """Return the names of the categorical features."""
    numeric = set(numeric_names(features))
    return [name for name in features.columns if name not in numeric]


def codes_of(values: Any) -> NDArray[np.int64]:
    """Return (n,) codes of labels or numbers in order of appearance, -1 for missing ones."""
    return pd.factorize(np.asarray(values))[0].astype(np.int64)


def one_row_per_unit(samples: AllSamples) -> NDArray[np.int64]:
    """Return the rows to count for a test: the first of each unit, as repeats prove nothing.

    Where rows of one unit differ in outcome, all rows are returned.
    """
    _, first, unit = np.unique(samples.units, return_index=True, return_inverse=True)
    if (samples.outcome[first][unit] != samples.outcome).any():
        return np.arange(len(samples), dtype=np.int64)
    return np.sort(first).astype(np.int64)


def words(name: str) -> set[str]:
    """Return the words of a column name in lower case: ``MouseID`` gives mouse and id."""
    parts = re.findall(r"[A-ZÄÖÜ]+(?![a-zäöü])|[A-ZÄÖÜ]?[a-zäöüß]+|\d+", name)
    return {part.casefold() for part in parts}


def percent(share: float) -> str:
    """Return a share in whole per cent, never 0 % or 100 % for what is not quite that."""
    whole = round(100 * share)
    if whole == 0 and share > 0:
        return "under 1 %"
    if whole == 100 and share < 1:
        return "over 99 %"
    return f"{whole} %"
