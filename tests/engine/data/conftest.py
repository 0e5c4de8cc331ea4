"""Builders shared by the tests of the data side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from deepbench.data.column_types import ParsedTable
from deepbench.data.raw_table import RawTable
from deepbench.data.readers.registry import read_raw
from deepbench.data.samples import AllSamples, OutcomeInfo
from deepbench.data.table_files import TableFiles
from deepbench.data.table_import import import_table
from deepbench.plan import Data, StudyPlan


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def _write(content: str | bytes, name: str = "table.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return path

    return _write


@pytest.fixture
def read(write: Callable[..., Path]) -> Callable[..., RawTable]:
    def _read(content: str | bytes, name: str = "table.csv", **options: Any) -> RawTable:
        return read_raw(write(content, name), Data(source=name, **options))

    return _read


@pytest.fixture
def make_plan() -> Callable[..., StudyPlan]:
    def _make(outcome: str = "outcome", **tables: Mapping[str, Any]) -> StudyPlan:
        question = {"outcome": outcome, **tables.pop("question", {})}
        data = {"source": "table.csv", **tables.pop("data", {})}
        return StudyPlan.model_validate({"question": question, "data": data, **tables})

    return _make


@pytest.fixture
def parse(
    write: Callable[..., Path], make_plan: Callable[..., StudyPlan]
) -> Callable[..., tuple[ParsedTable, StudyPlan]]:
    def _parse(
        content: str, outcome: str = "outcome", **tables: Any
    ) -> tuple[ParsedTable, StudyPlan]:
        plan = make_plan(outcome, **tables)
        return import_table(TableFiles(write(content)), plan)[0], plan

    return _parse


@pytest.fixture
def make_samples() -> Callable[..., AllSamples]:
    """Builds samples with noise features ``g0`` … and whatever else is given."""

    def _make(
        outcome: Sequence[float],
        noise: int = 8,
        features: Mapping[str, Any] | None = None,
        annotations: Mapping[str, Any] | None = None,
        units: Sequence[int] | None = None,
        sample_ids: Sequence[str] | None = None,
        task: str = "",
        seed: int = 0,
    ) -> AllSamples:
        y = np.asarray(outcome)
        n = len(y)
        values = np.random.default_rng(seed).normal(size=(n, noise))
        frame = pd.DataFrame(values, columns=[f"g{i}" for i in range(noise)])
        for name, column in (features or {}).items():
            dtype = object if isinstance(next(iter(column)), str) else np.float64
            frame[name] = pd.Series(list(column), dtype=dtype)
        notes = pd.DataFrame({k: list(v) for k, v in (annotations or {}).items()}, dtype=object)
        kind = task or ("binary" if set(y) == {0, 1} else "multiclass")
        names = (
            () if kind == "regression" else tuple(f"class {c}" for c in range(int(y.max()) + 1))
        )
        return AllSamples(
            features=frame,
            outcome=y.astype(np.float64 if kind == "regression" else np.int64),
            sample_ids=np.array(sample_ids or [f"row {i + 2}" for i in range(n)], dtype=np.str_),
            units=np.arange(n) if units is None else np.asarray(units, dtype=np.int64),
            annotations=notes if len(notes.columns) else pd.DataFrame(index=range(n)),
            info=OutcomeInfo("outcome", kind, names),  # type: ignore[arg-type]
        )

    return _make
