"""The real numbers the verdict looks at, once the data is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from deepbench.study.records import SampleSheetRecord

DataKind = Literal["table", "omics", "clinical", "sequences", "images", "signals"]

# From this many features on, a table with more features than samples is taken for omics data.
OMICS_FEATURES = 1_000


@dataclass(frozen=True)
class DataFacts:
    """What the sample sheet says, as far as the rules of tip 1 need it.

    Attributes:
        task: Kind of outcome.
        samples: Rows with an outcome.
        units: Biological units.
        smallest_class_units: Units of the rarest class; all units for regression.
        features: Columns a model may see.
        has_sites: Whether a site role exists.
        data_kind: Kind of data, guessed from the shape of the table.
    """

    task: Literal["binary", "multiclass", "regression"]
    samples: int
    units: int
    smallest_class_units: int
    features: int
    has_sites: bool
    data_kind: DataKind

    @classmethod
    def from_sheet(cls, sheet: SampleSheetRecord) -> DataFacts:
        """Return the facts of a sample sheet."""
        return cls(
            task=sheet.task,
            samples=sheet.samples,
            units=sheet.units,
            smallest_class_units=min(sheet.class_units.values(), default=sheet.units),
            features=sheet.features,
            has_sites=bool(sheet.roles.get("site")),
            data_kind=guess_data_kind(sheet.samples, sheet.features),
        )


def guess_data_kind(samples: int, features: int) -> DataKind:
    """Guess the kind of data from the shape of the table; an answer in the plan overrules it."""
    return "omics" if features >= OMICS_FEATURES and features > samples else "table"
