"""What a biological unit of a study is called, where its column says so."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# Names of columns are free text; only these are taken into sentences.
_NOUNS: dict[str, str] = {
    "animal": "animals",
    "donor": "donors",
    "family": "families",
    "individual": "individuals",
    "litter": "litters",
    "mouse": "mice",
    "participant": "participants",
    "patient": "patients",
    "person": "persons",
    "plant": "plants",
    "plate": "plates",
    "rat": "rats",
    "strain": "strains",
    "subject": "subjects",
    "volunteer": "volunteers",
}
_END = re.compile(r"[\s_.-]*(id|no|nr|number|code|name)$")


@dataclass(frozen=True)
class UnitWords:
    """The noun in both numbers."""

    one: str
    several: str

    @property
    def with_article(self) -> str:
        """A patient, an animal."""
        return f"{'an' if self.one[0] in 'aeio' else 'a'} {self.one}"

    def counted(self, count: int) -> str:
        """Write a count with the noun."""
        return f"{count:,} {self.one if count == 1 else self.several}"


def unit_words(roles: Mapping[str, Sequence[str]]) -> UnitWords:
    """Return what a unit is called: ``patient`` for a column "Patient ID".

    Args:
        roles: Columns by role.
    """
    columns = roles.get("unit", ())
    if not columns:
        return UnitWords("sample", "samples")
    name = _END.sub("", columns[0].strip().casefold())
    if len(columns) == 1 and name in _NOUNS:
        return UnitWords(name, _NOUNS[name])
    return UnitWords("biological unit", "biological units")
