"""A device that was decided on stays decided: a study that goes on rounds as it began."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deepbench.jobs import device_choice
from deepbench.jobs.device_choice import settled_device
from deepbench.study.folder import Study
from deepbench.training.device import DeviceReport
from deepbench.training.device_timing import LaneProblem

PROBLEM = LaneProblem(100, 30, 2)
CARD = DeviceReport("Test Card", "cuda", True, "Networks train on Test Card.")
CPU = DeviceReport("CPU", "cpu", True, "The CPU is faster than Test Card.")


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Study]:
    with Study.open_for_writing(tmp_path / "s.deepbench") as opened:
        yield opened


def timed(monkeypatch: pytest.MonkeyPatch, chosen: DeviceReport) -> list[int]:
    """Let the timing choose a device; returns the processes of each timing."""
    calls: list[int] = []

    def device_for(found: DeviceReport, problem: LaneProblem, processes: int) -> DeviceReport:
        assert (found, problem) == (CARD, PROBLEM)
        calls.append(processes)
        return chosen

    monkeypatch.setattr(device_choice, "device_for", device_for)
    return calls


@pytest.mark.parametrize("chosen", [CARD, CPU])
def test_it_is_timed_once(
    study: Study, monkeypatch: pytest.MonkeyPatch, chosen: DeviceReport
) -> None:
    calls = timed(monkeypatch, chosen)
    assert settled_device(study, CARD, "split-1", PROBLEM, 3) == (chosen, True)
    timed(monkeypatch, CARD if chosen is CPU else CPU)
    assert settled_device(study, CARD, "split-1", PROBLEM, 3) == (chosen, False)
    assert calls == [3]


def test_another_split_or_another_card_is_timed_anew(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = timed(monkeypatch, CPU)
    settled_device(study, CARD, "split-1", PROBLEM, 1)
    settled_device(study, CARD, "split-2", PROBLEM, 1)
    assert len(calls) == 2
    other = DeviceReport("Other Card", "cuda", True, "Networks train on Other Card.")
    monkeypatch.setattr(device_choice, "device_for", lambda found, *_: found)
    assert settled_device(study, other, "split-1", PROBLEM, 1) == (other, True)
    assert settled_device(study, CARD, "split-1", PROBLEM, 1) == (CPU, False)


def test_the_cpu_needs_no_decision(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = timed(monkeypatch, CARD)
    assert settled_device(study, CPU, "split-1", PROBLEM, 1) == (CPU, False)
    assert calls == []
    assert study.ledger.of_kind("device") == []
