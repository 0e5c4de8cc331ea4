"""What holds for every test of a job."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deepbench.data.open_tables import forget_table


@pytest.fixture(autouse=True)
def _no_table_kept() -> Iterator[None]:
    """The desk's worker keeps the last table; no test shall see that of another."""
    forget_table()
    yield
    forget_table()
