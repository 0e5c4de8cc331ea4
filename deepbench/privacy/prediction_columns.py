"""Names of the columns of ``predictions.csv``, as they are written and as the gate knows them."""

from __future__ import annotations

import re

PREDICTED, PROBABILITY = "predicted", "p_"
#: Between the classes that a sample may be.
OR = " or "
#: A sample for which no class is probable enough.
NONE = "none"

_SET = re.compile(r"possible \([0-9.]+% error\)")
_LIMIT = re.compile(r"(lowest|highest) \([0-9.]+% error\)")


def set_column(rate: float) -> str:
    """Return the name of the column with the classes that a sample may be."""
    return f"possible ({_percent(rate)}% error)"


def limit_columns(rate: float) -> tuple[str, str]:
    """Return the names of the columns with the ends of an interval."""
    return f"lowest ({_percent(rate)}% error)", f"highest ({_percent(rate)}% error)"


def is_set(column: str) -> bool:
    """Return whether a column holds the classes that samples may be."""
    return _SET.fullmatch(column) is not None


def is_limit(column: str) -> bool:
    """Return whether a column holds an end of intervals."""
    return _LIMIT.fullmatch(column) is not None


def _percent(rate: float) -> str:
    return f"{100 * rate:.4g}"
