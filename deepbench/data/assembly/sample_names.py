"""Which columns of a table may hold the names of its samples."""

from __future__ import annotations

import re
from collections.abc import Sequence

from deepbench.data.number_text import parse_numbers
from deepbench.data.raw_table import RawTable

_WORDS = frozenset(
    "accession aliquot barcode biosample id ids identifier key proband probe proben probennummer "
    "probenname sample samples sampleid samplename specimen specimenid subject subjectid patient "
    "patientid patients mouse mouseid animal animalid donor donorid case name names participant "
    "participantid individual isolate strain well file filename cel run gsm geo".split()
)
_WORD = re.compile(r"[a-zäöüß]+")


def name_columns(raw: RawTable) -> list[int]:
    """Return the columns that may hold the names of samples, the likeliest first.

    They are the one that the files tell, else the first, and those that are called so.
    """
    if raw.sample_column:
        return [raw.columns.index(raw.sample_column)]
    called = [place for place, name in enumerate(raw.columns) if is_called_sample(name)]
    return list(dict.fromkeys([*called, 0])) if raw.columns else []


def is_called_sample(column: str) -> bool:
    """Whether a column is called like one that names samples."""
    parts = re.sub(r"([a-z])([A-Z])", r"\1 \2", column).casefold()
    found = frozenset(_WORD.findall(parts))
    return bool(found & _WORDS) and len(found) <= 3


def all_different(names: Sequence[str]) -> bool:
    """Whether no name is empty or stands twice."""
    return len(set(names)) == len(names) and "" not in names


def are_texts(names: Sequence[str]) -> bool:
    """Whether hardly any of the names is a number."""
    import numpy as np

    values, _ = parse_numbers(np.array(names, dtype=object), ".")
    return bool(np.isnan(values).mean() > 0.5) if len(names) else False
