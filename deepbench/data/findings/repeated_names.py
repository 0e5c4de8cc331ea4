"""The same sample name in several rows."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.findings.base import Finding, FindingContext
from deepbench.data.findings.decisions import row_names
from deepbench.data.samples import AllSamples
from deepbench.data.wording import counted, some_names
from deepbench.study.records import FindingRecord

# Where most rows share their name with another, the column names units; few are a mistake.
_FEW_ROWS = 0.5


class RepeatedNames(Finding):
    """Asks whether rows of one name are one row twice, replicates, or two samples mixed up."""

    kind: ClassVar[str] = "repeated names"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return findings on rows of one name that are equal, and on those that differ."""
        if not context.roles.get("sample"):
            return []
        codes = pd.factorize(samples.sample_ids)[0]
        repeated = np.bincount(codes)[codes] > 1
        if not repeated.any():
            return []
        equal = _equal_to_one_above(samples, codes, repeated)
        found = []
        if equal.any():
            found.append(self._equal(samples, equal))
        differing = np.unique(codes[repeated & ~equal & ~_is_first(codes)])
        if len(differing):
            found += self._differing(samples, context, codes, differing)
        return found

    def _equal(self, samples: AllSamples, equal: NDArray[np.bool_]) -> FindingRecord:
        names = np.array(row_names(samples.sample_ids))[equal]
        verb = "repeats" if len(names) == 1 else "repeat"
        return FindingRecord(
            kind=self.kind,
            severity="warning",
            where="rows of one name with equal values",
            message=(
                f"{counted(len(names), 'row')} {verb} a row of the same sample name above, with "
                "the same values."
            ),
            hint=(
                "They are kept together as one unit. If rows were pasted twice, leave the copies "
                "out (leave_out_samples under [check])."
            ),
            samples=tuple(str(name) for name in names),
            decision="kept together",
        )

    def _differing(
        self,
        samples: AllSamples,
        context: FindingContext,
        codes: NDArray[np.int64],
        differing: NDArray[np.int64],
    ) -> list[FindingRecord]:
        rows = np.isin(codes, differing)
        names = tuple(dict.fromkeys(str(name) for name in samples.sample_ids[rows]))
        if context.roles.get("replicate"):
            return []
        if context.roles.get("unit"):
            pairs = np.unique(np.stack([codes[rows], samples.units[rows]]), axis=1)
            return [self._two_units(names)] if pairs.shape[1] > len(differing) else []
        few = rows.mean() <= _FEW_ROWS
        return [self._mistake(names) if few else self._units(samples, names, int(rows.sum()))]

    def _mistake(self, names: tuple[str, ...]) -> FindingRecord:
        verb = "stands" if len(names) == 1 else "stand"
        noun = "The sample name" if len(names) == 1 else f"{len(names):,} sample names:"
        return FindingRecord(
            kind=self.kind,
            severity="blocking",
            where="rows of one name with different values",
            message=(
                f"{noun} {some_names(names)} {verb} in more than one row, with different values: "
                "two samples may have been mixed up."
            ),
            hint=(
                "Correct the names in the file. If the rows are technical replicates, give the "
                "column that numbers them the role replicate; if they are several samples of one "
                "patient or animal, name the column that says whose (unit under [roles])."
            ),
            samples=names,
        )

    def _units(self, samples: AllSamples, names: tuple[str, ...], rows: int) -> FindingRecord:
        return FindingRecord(
            kind=self.kind,
            severity="warning",
            where="rows of one name with different values",
            message=(
                f"{rows:,} of {counted(len(samples), 'row')} share their sample name with another "
                "row and have different values: the names seem to be those of units that were "
                "measured several times."
            ),
            hint=(
                "Rows of one name are kept together as one unit. State it in the plan with a "
                "column that names the units (unit under [roles])."
            ),
            samples=names,
            decision="kept together",
        )

    def _two_units(self, names: tuple[str, ...]) -> FindingRecord:
        verb = "belongs" if len(names) == 1 else "belong"
        return FindingRecord(
            kind=self.kind,
            severity="serious",
            where="one name in several units",
            message=(
                f"The sample name{'' if len(names) == 1 else 's'} {some_names(names)} {verb} to "
                "more than one biological unit, with different values."
            ),
            hint=(
                "Correct the names in the file, or leave the samples out (leave_out_samples under "
                "[check]). If names are numbered anew in each unit, give a reason."
            ),
            samples=names,
        )


def _is_first(codes: NDArray[np.int64]) -> NDArray[np.bool_]:
    first = np.zeros(len(codes), dtype=np.bool_)
    first[np.unique(codes, return_index=True)[1]] = True
    return first


def _equal_to_one_above(
    samples: AllSamples, codes: NDArray[np.int64], repeated: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return (n,) whether a row has the name, values and outcome of a row above."""
    rows = np.flatnonzero(repeated)
    table = samples.features.iloc[rows].reset_index(drop=True)
    keys = pd.DataFrame({"name": codes[rows], "outcome": samples.outcome[rows]})
    copies = pd.concat([keys, table], axis=1).duplicated(keep="first").to_numpy()
    equal = np.zeros(len(codes), dtype=np.bool_)
    equal[rows[copies]] = True
    return equal
