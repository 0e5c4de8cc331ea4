"""Columns that name samples instead of measuring them: IDs, row numbers, free text, dates."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from deepbench.data.cells.dates import are_dates
from deepbench.data.findings.base import Finding, FindingContext, numeric_names, words
from deepbench.data.samples import AllSamples
from deepbench.data.wording import some_names
from deepbench.study.records import FindingRecord

_STRONG = frozenset(
    "id ids uid uuid identifier barcode accession mrn index idx serial key row rowname rownames "
    "nr".split()
)
_WEAK = frozenset("no number num code name".split())
#: Words for what a number may be the number of.
ENTITIES = frozenset(
    "sample specimen subject patient person participant donor individual animal mouse mice rat "
    "fish fly worm strain litter plant clone line plate culture family cage tank case unit record "
    "proband volunteer colony cow dog pig sheep bird embryo organoid isolate tumor tumour".split()
)  # fmt: skip


class Identifiers(Finding):
    """Leaves out what identifies a sample; measurements that merely never repeat stay."""

    kind: ClassVar[str] = "identifier"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return findings on numeric identifiers, on texts, and on dates without a role."""
        numbers = numbering_features(samples)
        free = [c for c in samples.annotations.columns if not context.has_role(c)]
        dates = [c for c in free if are_dates(set(samples.annotations[c]) - {""})]
        texts = [c for c in free if c not in dates]
        found = []
        if numbers:
            where = "features that number samples"
            found.append(
                self._record(where, numbers, "number the samples instead of measuring them")
            )
        if texts:
            found.append(
                self._record(
                    "columns of text",
                    texts,
                    "hold names, sequences or free text, which no model here reads",
                )
            )
        if dates:
            found.append(
                self._record(
                    "columns of dates",
                    dates,
                    "hold dates, which are no measurements",
                    'For a split by time name the column: roles.date = "…".',
                )
            )
        return found

    def _record(self, where: str, columns: list[str], what: str, hint: str = "") -> FindingRecord:
        if len(columns) == 1:
            what = what.replace("number ", "numbers ", 1).replace("hold ", "holds ", 1)
        return FindingRecord(
            kind=self.kind,
            severity="info",
            where=where,
            message=f"{some_names(columns)} {what}.",
            hint=f"Left out. {hint or 'A column of names can have the role sample or unit.'}",
            columns=tuple(columns),
            decision="left out",
        )


def numbering_features(samples: AllSamples) -> list[str]:
    """Return numeric features that number the samples: n consecutive numbers, or called an ID."""
    names = numeric_names(samples.features)
    if not names:
        return []
    X = samples.features[names].to_numpy(dtype=np.float64)
    whole = np.flatnonzero((X == np.round(X)).all(axis=0))  # False where one is missing
    unique = [i for i in whole if len(np.unique(X[:, i])) == len(X)]
    return [names[i] for i in unique if _counts(X[:, i]) or _is_called_identifier(names[i])]


def _counts(values: NDArray[np.float64]) -> bool:
    """Whether distinct whole numbers are n consecutive ones, in whatever order."""
    return bool(values.max() - values.min() == len(values) - 1)


def _is_called_identifier(name: str) -> bool:
    found = words(name)
    if found & _STRONG:
        return True
    return bool(found & _WEAK) and (len(found) == 1 or bool(found & ENTITIES))
