"""What is said of this machine, against other sources."""

from __future__ import annotations

import os
import platform
import shutil

import psutil
import pytest

from deepbench.errors import Cancelled, PlanError
from deepbench.jobs.doctor import doctor, machine_lines
from deepbench.messages import Doctor, JobFinished, decode, encode
from deepbench.study.records import MachineRecord
from deepbench.training.device import DeviceReport
from deepbench.training.machine import machine_facts
from deepbench.worker.progress import JobControl, Progress


def test_machine_facts_also_for_a_folder_that_is_not_there_yet(tmp_path):
    report = DeviceReport("A card", "cuda", True, "It works.")
    facts = machine_facts(report, tmp_path / "not" / "yet")
    assert facts.system == platform.platform()
    assert 1 <= facts.processor_cores <= os.cpu_count()
    assert facts.memory_gb == pytest.approx(psutil.virtual_memory().total / 1e9, abs=0.1)
    assert facts.disk_free_gb == pytest.approx(shutil.disk_usage(tmp_path).free / 1e9, abs=1.0)
    assert (facts.device, facts.device_sentence) == ("cuda", "It works.")
    assert facts.versions["python"] == platform.python_version()


def test_lines_say_it_all():
    machine = MachineRecord(
        system="Windows-11",
        processor_cores=1,
        memory_gb=16.0,
        disk_free_gb=100.5,
        device="A card",
        device_sentence="It works.",
        versions={"python": "3.11", "torch": "2.13"},
    )
    assert machine_lines(machine) == [
        "System: Windows-11",
        "Processor: 1 core",
        "Memory: 16.0 GB",
        "Free disk space here: 100.5 GB",
        "Device: A card. It works.",
        "Versions: python 3.11, torch 2.13",
    ]


@pytest.mark.parametrize("device", ["auto", "cpu", "cuda", "mps"])
def test_every_device_is_tried_and_described(device):
    result = doctor(Doctor(device), Progress())
    assert decode(encode(JobFinished(result))).result == result
    assert len(result["lines"]) == 6
    assert MachineRecord.model_validate(result["machine"]).device_sentence in result["lines"][4]


def test_an_unknown_device_is_refused():
    with pytest.raises(PlanError):
        doctor(Doctor("tpu"), Progress())


def test_doctor_can_be_stopped():
    control = JobControl()
    control.cancel()
    with pytest.raises(Cancelled):
        doctor(Doctor(), Progress(control=control))
