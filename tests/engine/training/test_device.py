from __future__ import annotations

import warnings

import pytest
import torch
from torch import Tensor

from deepbench.errors import PlanError
from deepbench.training import device as device_module
from deepbench.training.device import choose_device, probe_device


@pytest.fixture
def _no_graphics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)


@pytest.fixture
def _nvidia(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend that an NVIDIA card is there; its steps run on the CPU."""
    real = device_module._training_step
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Test Card 8 GB")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(device_module, "_training_step", lambda device: real(torch.device("cpu")))


def break_card(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    real = device_module._training_step

    def step(device: torch.device) -> tuple[Tensor, ...]:
        if device.type == "cuda":
            raise error
        return real(device)

    monkeypatch.setattr(device_module, "_training_step", step)


def test_the_cpu_always_works() -> None:
    report = choose_device("cpu")
    assert report.usable
    assert report.device == torch.device("cpu")
    assert "CPU" in report.sentence


@pytest.mark.usefixtures("_no_graphics")
def test_auto_falls_back_to_the_cpu_with_the_reason() -> None:
    report = choose_device("auto")
    assert report.kind == "cpu"
    assert report.usable
    assert "No graphics processor" in report.sentence


@pytest.mark.usefixtures("_no_graphics")
@pytest.mark.parametrize("kind", ["cuda", "mps"])
def test_a_device_that_is_asked_for_and_absent_is_refused(kind: str) -> None:
    with pytest.raises(PlanError, match="not found on this machine") as caught:
        choose_device(kind)
    assert "auto" in caught.value.hint


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(PlanError, match="'tpu'"):
        choose_device("tpu")


@pytest.mark.usefixtures("_nvidia")
def test_a_working_card_is_named_and_used() -> None:
    for choice in ("auto", "cuda"):
        report = choose_device(choice)
        assert (report.kind, report.usable) == ("cuda", True)
        assert "Test Card 8 GB" in report.sentence


@pytest.mark.usefixtures("_nvidia")
@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("CUDA error: no kernel image is available\nCompile with …"),
        AssertionError("Torch not compiled with CUDA enabled"),
        torch.OutOfMemoryError("CUDA out of memory."),
    ],
)
def test_a_card_that_fails_its_test_is_not_used(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    break_card(monkeypatch, error)
    report = choose_device("auto")
    assert report.kind == "cpu"
    assert "Test Card 8 GB was found, but a small test failed" in report.sentence
    assert "Compile with" not in report.sentence
    with pytest.raises(PlanError, match="small test failed"):
        choose_device("cuda")


@pytest.mark.usefixtures("_nvidia")
def test_a_card_that_miscalculates_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    real = device_module._training_step

    def step(device: torch.device) -> tuple[Tensor, ...]:
        output, *gradients = real(torch.device("cpu"))
        return (output * (1.01 if device.type == "cuda" else 1.0), *gradients)

    monkeypatch.setattr(device_module, "_training_step", step)
    assert "differ from the CPU's" in choose_device("auto").sentence
    assert not probe_device("cuda").usable


@pytest.mark.usefixtures("_nvidia")
def test_a_card_that_gives_undefined_numbers_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_module, "_largest_difference", lambda device: float("nan"))
    assert not probe_device("cuda").usable


@pytest.mark.usefixtures("_no_graphics")
def test_a_broken_driver_neither_crashes_nor_warns(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> bool:
        warnings.warn("CUDA initialization: driver too old", stacklevel=2)
        raise RuntimeError("driver too old")

    monkeypatch.setattr(torch.cuda, "is_available", broken)
    report = choose_device("auto")
    assert report.kind == "cpu"
    assert "does not work (driver too old)" in report.sentence


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA graphics processor")
def test_a_real_card_passes_its_test() -> None:
    assert choose_device("cuda").usable
