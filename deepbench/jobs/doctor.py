"""Describe this machine and try the device: ``deepbench doctor``."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from deepbench.messages import Doctor
from deepbench.study.records import MachineRecord
from deepbench.training.device import DeviceReport, Kind, choose_device, probe_device
from deepbench.training.machine import machine_facts
from deepbench.worker.progress import Progress


def doctor(request: Doctor, progress: Progress) -> dict[str, object]:
    """Return ``{"lines": [...], "machine": {...}}`` for this machine and a folder."""
    progress.check_cancelled()
    machine = machine_facts(_try_device(request.device), Path(request.folder).absolute())
    return {"lines": machine_lines(machine), "machine": machine.model_dump(mode="json")}


def _try_device(choice: str) -> DeviceReport:
    """Return what was found out about a device; one that fails is described, not refused."""
    for kind in get_args(Kind):
        if choice == kind:
            return probe_device(kind)
    return choose_device(choice)


def machine_lines(machine: MachineRecord) -> list[str]:
    """Return what is printed of a machine, a line each."""
    cores = f"{machine.processor_cores} core{'s' if machine.processor_cores != 1 else ''}"
    return [
        f"System: {machine.system}",
        f"Processor: {cores}",
        f"Memory: {machine.memory_gb:.1f} GB",
        f"Free disk space here: {machine.disk_free_gb:.1f} GB",
        f"Device: {machine.device}. {machine.device_sentence}",
        "Versions: " + ", ".join(f"{name} {text}" for name, text in machine.versions.items()),
    ]
