"""The page of step 11, opened at one of its views."""

from __future__ import annotations

from typing import Any

from deepbench_ui.pages.interpretation import InterpretationPage
from deepbench_ui.plots import PlotPanel
from tests.ui.conftest import child
from tests.ui.pages import opened_study as made

Show = made.Opener[InterpretationPage]


def opened(page: InterpretationPage, key: str) -> Any:
    """Open a view of the page, and wait until it is drawn."""
    page.tabs.open(key)
    made.drawn(page)
    return page.tabs.view(key)


def figure(page: InterpretationPage, name: str) -> Any:
    """Return what a panel shows when it is drawn."""
    made.drawn(page)
    return child(page, f"interpretation.{name}", PlotPanel).figure
