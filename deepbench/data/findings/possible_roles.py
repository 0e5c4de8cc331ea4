"""Features that sound like a batch, a site, a matched pair or another role, and have none."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pandas as pd

from deepbench.data.findings.base import Finding, FindingContext, codes_of, words
from deepbench.data.role_words import (
    ROLE_IN_WORDS,
    ROLE_WORDS,
    holds_pairs,
    holds_parts,
    holds_timepoints,
    sounds_like_pair,
    sounds_like_part,
    sounds_like_timepoint,
)
from deepbench.data.samples import AllSamples
from deepbench.data.wording import shorten
from deepbench.study.records import FindingRecord

_MOST_LEVELS = 50
_HARM = {
    "site": "a model may learn which site had more samples of a class",
    "operator": "a model may learn who measured more samples of a class",
    "batch": "a model may learn which batch had more samples of a class",
    "pair": "samples of one pair may stand on both sides of a split",
    "timepoint": "a model may learn when a sample was taken",
    "part": "it tells a model how the samples were divided, and nothing of the biology",
}


class PossibleRoles(Finding):
    """Asks for a role where the name and the values of a feature suggest one."""

    kind: ClassVar[str] = "possible role"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return one finding per feature that looks like a column with a role."""
        found = []
        for column in samples.features.columns:
            role = _role(column, samples.features[column])
            if role is None:
                continue
            name = shorten(column)
            found.append(
                FindingRecord(
                    kind=self.kind,
                    severity="info" if role == "timepoint" else "warning",
                    where=f"column '{name}'",
                    message=(
                        f"'{name}' sounds like {ROLE_IN_WORDS[role]} and is used as a feature: "
                        f"{_HARM[role]}."
                    ),
                    hint=f'Give it its role: {role} = "{column}" under [roles] in the plan.',
                    columns=(column,),
                    decision="kept",
                )
            )
        return found


def _role(column: str, values: pd.Series) -> str | None:
    """Return the role that a feature probably has, by its name and then by its values."""
    said = words(column)
    if sounds_like_part(said) and holds_parts(said, values.dropna().unique()):
        return "part"
    if sounds_like_pair(said) and _is_whole(values) and holds_pairs(codes_of(values)):
        return "pair"
    if sounds_like_timepoint(said) and holds_timepoints(codes_of(values)):
        return "timepoint"
    role = next((role for role, known in ROLE_WORDS.items() if said & known), None)
    return role if role is not None and _is_coded(values) else None


def _is_coded(values: pd.Series) -> bool:
    """Whether a feature has few different values, which are labels or whole numbers."""
    few = 2 <= values.nunique() <= min(_MOST_LEVELS, len(values) // 2)
    return few and _is_whole(values)


def _is_whole(values: pd.Series) -> bool:
    """Whether the values are labels or whole numbers."""
    if values.dtype != np.float64:
        return True
    numbers = values.to_numpy(dtype=np.float64)
    return bool((numbers == np.round(numbers))[~np.isnan(numbers)].all())
