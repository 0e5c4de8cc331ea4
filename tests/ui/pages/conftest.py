"""Opens studies for the tests of pages."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from deepbench_ui.session import StudySession
from tests.ui.conftest import settle


@pytest.fixture(scope="package", autouse=True)
def _libraries_set_aside() -> Iterator[None]:
    """Leave what the imports made out of the collection after every test: it takes half of it."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def open_study(desk: Any, runner: Any) -> Iterator[Callable[[Path], StudySession]]:
    """Open a study folder; it is closed after the test."""
    opened: list[StudySession] = []

    def make(folder: Path) -> StudySession:
        session = StudySession(folder, desk, runner)
        opened.append(session)
        return session

    yield make
    for session in opened:
        session.close()
        session.deleteLater()
    settle()
