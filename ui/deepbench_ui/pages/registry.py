"""Which pages there are, in which order and group. A page is imported when first shown."""

from __future__ import annotations

import importlib
from dataclasses import dataclass

from deepbench.workflow import STAGES
from deepbench_ui.pages.base import Page


@dataclass(frozen=True)
class PageEntry:
    """One line of the step rail.

    Attributes:
        key: Key of the page; that of its stage, if it has one.
        title: What the page is called.
        group: Group of the rail.
        place: ``module:class`` inside `deepbench_ui.pages`.
        number: Number of its stage, or -1.
    """

    key: str
    title: str
    group: str
    place: str
    number: int

    @property
    def short_title(self) -> str:
        """The title as the rail shows it."""
        return _SHORT.get(self.key, self.title)

    def load(self) -> type[Page]:
        """Import the page."""
        module, _, name = self.place.partition(":")
        found: type[Page] = getattr(importlib.import_module(f"deepbench_ui.pages.{module}"), name)
        return found


#: Titles that are too long for the rail.
_SHORT = {"suitability": "Is deep learning a fit?", "test": "Open the test set"}

_PLACES: dict[str, tuple[str, str]] = {
    "start": ("Plan", "start:StartPage"),
    "question": ("Plan", "question:QuestionPage"),
    "suitability": ("Plan", "suitability:SuitabilityPage"),
    "import": ("Data", "import_data:ImportPage"),
    "sample-sheet": ("Data", "sample_sheet:SampleSheetPage"),
    "check": ("Data", "check:CheckPage"),
    "split": ("Data", "split:SplitPage"),
    "baselines": ("Baselines", "baselines:BaselinesPage"),
    "networks": ("Networks", "networks:NetworksPage"),
    "shuffles": ("Networks", "shuffles:ShufflesPage"),
    "test": ("Test", "test_set:TestPage"),
    "interpretation": ("Understand", "interpretation:InterpretationPage"),
    "claims": ("Understand", "claims:ClaimsPage"),
    "ethics": ("Share", "ethics:EthicsPage"),
    "report": ("Share", "report:ReportPage"),
}

PAGES: tuple[PageEntry, ...] = (
    *(PageEntry(stage.key, stage.title, *_PLACES[stage.key], stage.number) for stage in STAGES),
    PageEntry("predict", "Predict new samples", "Share", "predict:PredictPage", -1),
)
PAGE_BY_KEY: dict[str, PageEntry] = {entry.key: entry for entry in PAGES}
