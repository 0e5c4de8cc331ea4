"""Features that sound like a batch or a site and have no role."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from deepbench.data.findings.base import Finding, FindingContext, words
from deepbench.data.samples import AllSamples
from deepbench.data.wording import shorten
from deepbench.study.records import FindingRecord

#: Words in the name of a column that say what role it has.
ROLE_WORDS = {
    "site": frozenset(
        "site sites hospital centre center clinic cohort institution institute country ward "
        "laboratory".split()
    ),
    "batch": frozenset(
        "batch batches plate run lane chip operator scanner instrument machine lot sequencer "
        "slide".split()
    ),
}
_MOST_LEVELS = 50


class PossibleRoles(Finding):
    """Asks for a role where the name of a feature suggests one."""

    kind: ClassVar[str] = "possible role"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return one finding per feature whose name says batch or site."""
        found = []
        for column in samples.features.columns:
            said = words(column)
            role = next((role for role, known in ROLE_WORDS.items() if said & known), None)
            if role is None or not _is_coded(samples, column):
                continue
            found.append(
                FindingRecord(
                    kind=self.kind,
                    severity="warning",
                    where=f"column '{shorten(column)}'",
                    message=(
                        f"'{shorten(column)}' sounds like a {role} and is used as a feature: a "
                        f"model may learn which {role} had more samples of a class."
                    ),
                    hint=f'Give it its role: {role} = "{column}" under [roles] in the plan.',
                    columns=(column,),
                    decision="kept",
                )
            )
        return found


def _is_coded(samples: AllSamples, column: str) -> bool:
    """Whether a feature has few different values, which are labels or whole numbers."""
    values = samples.features[column]
    if not 2 <= values.nunique() <= min(_MOST_LEVELS, len(values) // 2):
        return False
    if values.dtype != np.float64:
        return True
    numbers = values.to_numpy(dtype=np.float64)
    return bool((numbers == np.round(numbers))[~np.isnan(numbers)].all())
