"""A study that really ran, and windows that show it, for the audit of all pages."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QTimer

from deepbench.jobs.run_study import run_study
from deepbench.messages import JobCancelled, JobFailed, JobRequest, RunStudy
from deepbench.study.draft import Draft
from deepbench.worker.failures import job_end_of
from deepbench.worker.process import JOB_FUNCTIONS
from deepbench.worker.progress import Progress
from deepbench_ui import window as window_module
from deepbench_ui.faults import Faults
from deepbench_ui.settings import CONFIG_VARIABLE, Settings
from deepbench_ui.widgets.result_tabs import ResultTabs
from deepbench_ui.window import MainWindow
from tests.end_to_end.tables import write_table
from tests.ui.conftest import FakeBridge, settle

#: As long as names in real tables.
FEATURES = (
    "interleukin 6 receptor subunit alpha (pg/ml)",
    "C-reactive protein, high sensitivity (mg/l)",
    "mean concave points",
    "age at diagnosis",
    "TNF",
)
ANSWERS: dict[str, Any] = {
    "question": {
        "outcome": "group",
        "positive": "rheumatoid arthritis",
        "title": "Who answers to the drug?",
        "decision": "Whether a patient is given the drug.",
        "useful_score": 0.8,
    },
    "roles": {"sample": ["sample"], "unit": ["patient"], "batch": ["plate"], "sensitive": ["sex"]},
    "suitability": {"data_kind": "clinical", "goal": "prediction"},
    "budget": {"trials": 2},
    "baselines": {"families": ["dummy", "linear", "knn"]},
    "networks": {"sizes": ["linear", "small"], "seeds": 2},
    "shuffles": {"replicates": 19},
    "privacy": {"level": "internal", "reason": "Simulated."},
}


def write_patients(path: Path) -> None:
    """Write 40 patients with two samples each, on two plates; some cells are missing."""
    generator = np.random.default_rng(5)
    ill = generator.permutation(np.arange(40) % 2)
    own = generator.normal(size=(40, len(FEATURES)))
    own[:, :2] += 2.5 * ill[:, None]
    own[generator.random(own.shape) < 0.04] = np.nan
    rows = []
    for patient in range(40):
        for sample in range(2):
            values = own[patient] + generator.normal(0, 0.2, len(FEATURES))
            rows.append(
                [
                    f"S{2 * patient + sample:03d}",
                    f"P{patient:02d}",
                    f"plate {patient % 4 // 2 + 1}",
                    "rheumatoid arthritis" if ill[patient] else "control",
                    "fm"[patient % 3 == 0],
                    "same everywhere",
                    *("" if np.isnan(value) else f"{value:.3f}" for value in values),
                ]
            )
    header = ["sample", "patient", "plate", "group", "sex", "kit", *FEATURES]
    write_table(path, header, rows)


@pytest.fixture(scope="session")
def patients_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study answered in the window and run to the end by the real engine, once."""
    place = tmp_path_factory.mktemp("audit")
    write_patients(place / "patients.csv")
    folder = place / "Arthritis.deepbench"
    folder.mkdir()
    draft = Draft(folder)
    draft.change(
        {
            ("data", "source"): "../patients.csv",
            **{
                (part, key): value
                for part, inner in ANSWERS.items()
                for key, value in inner.items()
            },
        },
        "answers of the test",
        "start",
    )
    request = RunStudy(None, None, str(folder), device="cpu", answers=draft.answers)
    run_study(request, Progress(lambda _: None))
    return folder


def _answer(name: str) -> Callable[[JobRequest], dict[str, Any] | JobFailed]:
    """Return what does a job in this process, as a worker would."""

    def do(request: JobRequest) -> dict[str, Any] | JobFailed:
        module, _, function = JOB_FUNCTIONS[name].partition(":")
        job = getattr(importlib.import_module(module), function)
        try:
            done: dict[str, Any] = job(request, Progress(lambda _: None))
        except Exception as error:
            end = job_end_of(error, None)
            assert not isinstance(end, JobCancelled)
            return end
        return done

    return do


class Desk(FakeBridge):
    """A worker that does short questions in this process; runs go on for ever."""

    def __init__(self, parent: object = None) -> None:
        super().__init__()
        self.answers = {name: _answer(name) for name in JOB_FUNCTIONS if name != "RunStudy"}


@contextmanager
def opened_window(study: Path | None, config: Path) -> Iterator[MainWindow]:
    """Open the real window, with a study or without one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CONFIG_VARIABLE, str(config))
        patch.setattr(window_module, "WorkerBridge", Desk)
        window = MainWindow(Settings.load(), Faults(config))
        window.resize(1280, 720)
        window.show()
        window.activateWindow()
        if study is not None:
            window.open_study(study, new=not any(study.iterdir()))
            assert window.session is not None, window.message.text
        settle_window(window)
        yield window
        window.close_without_asking()
        window.shut_down()
        window.deleteLater()
        settle()


def settle_window(window: MainWindow) -> None:
    """Let the window do what it has put off, until nothing is left to do."""
    settle()
    while any(map(_is_work, window.findChildren(QTimer))):
        QCoreApplication.processEvents()
    # What moves below each other tells those around it so, one after the other.
    for _ in range(4):
        settle()


def _is_work(timer: QTimer) -> bool:
    """Say whether a timer puts something off, or does something bit by bit; clocks do not."""
    return timer.isActive() and (timer.isSingleShot() or timer.interval() == 0)


def views(window: MainWindow) -> Iterator[str]:
    """Open one view of the page that is shown after the other; a page without tabs has one."""
    page = window.current_page
    assert page is not None
    tabs = page.findChild(ResultTabs)
    for key in tabs.keys if tabs is not None and tabs.isVisible() else ("",):
        if tabs is not None and key:
            tabs.open(key)
            settle_window(window)
            # What moves below each other tells those around it so, one after the other.
            settle_window(window)
        yield key


def show(window: MainWindow, page: str, size: tuple[int, int]) -> None:
    """Show a page in a window of a size."""
    if (window.width(), window.height()) != size:
        window.resize(*size)
    window.show_page(page)
    window.activateWindow()
    settle_window(window)
    assert window.isActiveWindow()
