"""A column of texts, typed as `parse_columns` does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from deepbench.data.column_types import ParsedTable, parse_columns
from deepbench.data.raw_table import CellLocator, HowRead, RawTable
from deepbench.data.text_cells import TextCells, as_arrow
from deepbench.errors import DataQuestion
from deepbench.plan import Data


def raw_table(columns: dict[str, Sequence[str]], decimal: str = ".") -> RawTable:
    """Return text cells as a reader hands them on."""
    rows = len(next(iter(columns.values())))
    cells = TextCells.of_columns([as_arrow(list(texts)) for texts in columns.values()], rows)
    return RawTable(
        source_name="t.csv",
        columns=tuple(columns),
        cells=cells,
        how=HowRead("CSV", decimal="," if decimal == "," else "."),
        conversions=(),
        locator=CellLocator(np.arange(2, rows + 2, dtype=np.int64)),
    )


@pytest.fixture
def table() -> Callable[..., RawTable]:
    return raw_table


@pytest.fixture
def typed() -> Callable[..., ParsedTable]:
    def _typed(
        texts: Sequence[str], decimal: str = ".", role: str | None = None, **options: Any
    ) -> ParsedTable:
        as_text = {} if role is None else {"x": role}
        plan = Data(source="t.csv", **options)
        return parse_columns(raw_table({"x": texts}, decimal), plan, as_text)

    return _typed


@pytest.fixture
def asked(typed: Callable[..., ParsedTable]) -> Callable[..., DataQuestion]:
    """Return the question that a column leads to."""

    def _asked(texts: Sequence[str], **options: Any) -> DataQuestion:
        with pytest.raises(DataQuestion) as caught:
            typed(texts, **options)
        return caught.value

    return _asked
