"""Which processor trains: asked for, tried out, and said in a sentence.

A graphics processor counts as usable only after it has computed something real and got it right;
drivers that load and then fail are common on lab machines. Whether a usable one also pays for a
problem of some size is another question: see `deepbench.training.device_timing`.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from deepbench.errors import PlanError

Kind = Literal["cpu", "cuda", "mps"]
Choice = Literal["auto", "cpu", "cuda", "mps"]

#: Names of the kinds, as they stand in a sentence.
LABELS: dict[Kind, str] = {
    "cpu": "the processor (CPU)",
    "cuda": "an NVIDIA graphics processor (CUDA)",
    "mps": "the Apple graphics processor (MPS)",
}

#: What torch raises for absent or broken devices: "not compiled with CUDA" is an AssertionError,
#: a driver library that does not load an OSError.
DRIVER_ERRORS = (RuntimeError, AssertionError, OSError)

_ABSENT = "It was not found on this machine."

# Single precision over sums of 32 products; TF32 and wrong results lie well beyond.
_TOLERANCE = 1e-3


@dataclass(frozen=True)
class DeviceReport:
    """A device and what was found out about it.

    Attributes:
        name: Name of the hardware, or of the kind if none was found.
        kind: What torch calls it.
        usable: It computed a small training step and agreed with the CPU.
        sentence: For the user: what is used, or why it cannot be.
    """

    name: str
    kind: Kind
    usable: bool
    sentence: str

    @property
    def device(self) -> torch.device:
        """The device as torch wants it."""
        return torch.device(self.kind)


def choose_device(choice: Choice | str) -> DeviceReport:
    """Return the device to train on.

    Args:
        choice: ``"auto"`` takes a graphics processor if one works, else the CPU, and its
            sentence gives the reason; any other choice is taken or refused, never replaced.

    Raises:
        PlanError: If the choice is unknown, absent, or does not compute correctly.
    """
    if choice == "auto":
        return _choose_automatically()
    if choice not in LABELS:
        raise PlanError(f"There is no device called {choice!r}.", "Use auto, cpu, cuda or mps.")
    report = probe_device(choice)
    if not report.usable:
        raise PlanError(
            f"Networks cannot be trained on {LABELS[report.kind]}. {report.sentence}",
            "Use --device auto or --device cpu: the results are as valid, large networks only "
            "take longer.",
        )
    return report


def probe_device(kind: Kind) -> DeviceReport:
    """Look for a device and let it compute a small training step.

    Never raises for a missing or broken device: the report says what was found.
    """
    with warnings.catch_warnings():
        # A driver's complaint about itself ends up in the sentence, not on the console.
        warnings.simplefilter("ignore")
        try:
            name = _find(kind)
        except DRIVER_ERRORS as error:
            reason = f"The driver of {LABELS[kind]} does not work ({first_line(error)})."
            return _unusable(kind, reason)
        if name is None:
            return _unusable(kind, _ABSENT)
        try:
            difference = _largest_difference(torch.device(kind))
        except DRIVER_ERRORS as error:
            reason = f"{name} was found, but a small test failed ({first_line(error)})."
            return _unusable(kind, reason, name)
    if not difference < _TOLERANCE:
        reason = f"{name} was found, but it computes results that differ from the CPU's."
        return _unusable(kind, reason, name)
    sentence = f"Networks train on {name}; a small test gave the CPU's result."
    if kind == "cpu":
        sentence = f"Networks train on {LABELS['cpu']}."
    return DeviceReport(name, kind, True, sentence)


def _choose_automatically() -> DeviceReport:
    reasons = []
    for kind in ("cuda", "mps"):
        report = probe_device(kind)
        if report.usable:
            return report
        # That a laptop lacks the other maker's hardware would only puzzle.
        if report.sentence != _ABSENT:
            reasons.append(report.sentence)
    cpu = probe_device("cpu")
    why = " ".join(reasons) or "No graphics processor that torch can use was found."
    return DeviceReport(cpu.name, "cpu", cpu.usable, f"{cpu.sentence} {why}")


def _find(kind: Kind) -> str | None:
    """Return the name of the hardware, or None if there is none."""
    if kind == "cuda":
        return torch.cuda.get_device_name() if torch.cuda.is_available() else None
    if kind == "mps":
        return "The Apple graphics processor" if torch.backends.mps.is_available() else None
    return "CPU"


def _largest_difference(device: torch.device) -> float:
    """Return how far a training step on ``device`` lies from the same on the CPU."""
    expected, found = _training_step(torch.device("cpu")), _training_step(device)
    pairs = zip(expected, found, strict=True)
    return max(float((a - b).abs().max()) for a, b in pairs)


def _training_step(device: torch.device) -> tuple[Tensor, ...]:
    """Return outputs and gradients of a small batch of matrix products, on the CPU."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(4, 16, 32, generator=generator).to(device).requires_grad_()
    weight = torch.randn(4, 32, 8, generator=generator).to(device).requires_grad_()
    output = torch.relu(torch.bmm(x, weight))
    gradients = torch.autograd.grad(output.square().mean(), (x, weight))
    return output.detach().cpu(), *(gradient.cpu() for gradient in gradients)


def _unusable(kind: Kind, reason: str, name: str | None = None) -> DeviceReport:
    label = LABELS[kind]
    return DeviceReport(name or label, kind, False, reason)


def first_line(error: BaseException) -> str:
    """Return what an error says, as part of a sentence."""
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
