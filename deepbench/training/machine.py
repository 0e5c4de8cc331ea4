"""What this machine has, as a record."""

from __future__ import annotations

import os
import platform
import shutil
from pathlib import Path

import psutil

from deepbench.study.records import MachineRecord
from deepbench.training.device import DeviceReport
from deepbench.worker.process import library_versions

GIGABYTE = 10**9


def machine_facts(device: DeviceReport, folder: Path) -> MachineRecord:
    """Return cores, memory, free disk space and versions.

    Args:
        device: The device as it was tried (`deepbench.training.device.choose_device`).
        folder: Where disk space is needed; it need not exist yet.

    Memory and disk space are in GB of 10**9 bytes.
    """
    return MachineRecord(
        system=platform.platform(),
        processor_cores=psutil.cpu_count(logical=False) or os.cpu_count() or 1,
        memory_gb=round(psutil.virtual_memory().total / GIGABYTE, 1),
        disk_free_gb=round(shutil.disk_usage(_existing(folder)).free / GIGABYTE, 1),
        device=device.kind,
        device_sentence=device.sentence,
        versions=library_versions(),
    )


def _existing(folder: Path) -> Path:
    """Return the folder or the nearest above it that exists."""
    absolute = folder.absolute()
    return next(path for path in (absolute, *absolute.parents) if path.exists())
