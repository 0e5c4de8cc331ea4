"""How many people share the values by which somebody who knows them could find them.

k-anonymity: Sweeney 2002, doi 10.1142/S0218488502001648; l-diversity (distinct values):
Machanavajjhala et al. 2007, doi 10.1145/1217299.1217302. Counted in biological units: the rows
of one person do not hide that person.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.wording import counted
from deepbench.study.records import RareCombinationsRecord

SMALLEST_CELL = 10
_BANDS = 5
_MANY_VALUES = 20


def rare_combinations(
    table: pd.DataFrame, units: NDArray[np.int64], sensitive: pd.Series | None = None
) -> RareCombinationsRecord:
    """Count units by the combination of their quasi-identifiers.

    Numbers with many different values are taken as they are: who knows an age knows the year.

    Args:
        table: (n, q) the quasi-identifiers; missing is a value as well.
        units: (n,) code of the biological unit.
        sensitive: (n,) column whose values are to stay unknown, such as the outcome.

    Raises:
        ValueError: there is no column.
    """
    if table.shape[1] == 0:
        raise ValueError("Counting combinations needs at least one column.")
    cells = table.astype("string").fillna("").apply(lambda column: column.str.strip())
    keys = pd.MultiIndex.from_frame(cells)
    codes, _ = pd.factorize(keys)
    pairs = pd.DataFrame({"cell": codes, "unit": units}).drop_duplicates()
    sizes = pairs.groupby("cell")["unit"].size()
    of_unit = pairs.assign(size=pairs["cell"].map(sizes)).groupby("unit")["size"].min()
    diversity = None
    if sensitive is not None:
        values = pd.Series(_banded(sensitive)).groupby(codes).nunique(dropna=False)
        diversity = int(values.min())
    k, alone = int(sizes.min()), int((of_unit == 1).sum())
    return RareCombinationsRecord(
        columns=tuple(map(str, table.columns)),
        units=len(of_unit),
        k=k,
        alone=alone,
        below_ten=int((of_unit < SMALLEST_CELL).sum()),
        sensitive="" if sensitive is None else str(sensitive.name),
        diversity=diversity,
        sentence=_sentence(list(map(str, table.columns)), len(of_unit), k, alone, diversity),
    )


def _banded(values: pd.Series) -> NDArray[np.object_]:
    """Return values as they are, numbers with many values in five bands."""
    if pd.api.types.is_numeric_dtype(values) and values.nunique() > _MANY_VALUES:
        ranks = values.rank(pct=True).fillna(0.0).to_numpy(dtype=np.float64)
        return np.ceil(ranks * _BANDS).astype(object)
    return values.to_numpy(dtype=object)


def _sentence(
    columns: Sequence[str], units: int, k: int, alone: int, diversity: int | None
) -> str:
    named = ", ".join(columns)
    if alone:
        verb = "is" if alone == 1 else "are"
        said = f"{alone} of {units} units {verb} alone with their values of {named}"
    else:
        others = counted(k - 1, "other")
        said = f"Every unit shares its values of {named} with at least {others} (k = {k})"
    if diversity == 1:
        said += "; in at least one group all have the same outcome, so who is in it is told too"
    return f"{said}."
