"""Names that repeat behind every sample, as ``call`` in ``S1, call, S2, call``.

Programs for microarrays write such a column (a detection call, a p-value) behind each sample and
give it the same name every time. It gets the sample's name, so that all names differ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from deepbench.study.records import Conversion

#: Between the name of such a column and that of its sample.
OF = " of "
_LEAST_SAMPLES = 3
_WIDEST_BLOCK = 9


def name_companions(names: Sequence[str]) -> tuple[list[str], list[Conversion]]:
    """Return the names with those that repeat behind each sample made distinct.

    Names that repeat in any other way are left as they are.

    Args:
        names: (p,) the header, tidied.
    """
    repeated = {name: n for name, n in Counter(names).items() if n > 1}
    if not repeated or not _behind_every_sample(names, repeated):
        return list(names), []
    found = []
    sample = ""
    for name in names:
        if name in repeated:
            found.append(f"{name}{OF}{sample}")
        else:
            sample = name
            found.append(name)
    notes = [
        Conversion(
            column=name, what="stands behind every sample: named after its sample", count=count
        )
        for name, count in repeated.items()
    ]
    return found, notes


def _behind_every_sample(names: Sequence[str], repeated: dict[str, int]) -> bool:
    """Whether each of these names stands at the same place of every block, to the last column."""
    counts = set(repeated.values())
    block = len(repeated) + 1
    if len(counts) != 1 or counts == {1} or block > _WIDEST_BLOCK:
        return False
    samples = counts.pop()
    start = len(names) - samples * block
    if samples < _LEAST_SAMPLES or start < 0:
        return False
    blocks = np.array(names[start:], dtype=object).reshape(samples, block)
    alike: bool = (blocks[:, 1:] == blocks[0, 1:]).all()
    return bool(alike) and not any(name in repeated for name in (*names[:start], *blocks[:, 0]))
