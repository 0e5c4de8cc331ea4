"""At which size a graphics processor pays for networks, and how far its numbers lie from the CPU.

    python benchmarks/gpu_against_cpu.py
    python benchmarks/gpu_against_cpu.py --sizes 569x30 5000x200 --processes 4

For each size the batch that decides about the device in a run is timed (`time_lanes`: 20 medium
networks, three epochs after a first one that loads kernels) on the CPU with one thread and on the
graphics processor that DeepBench would use. "CPU : GPU" above 1 means that the graphics processor
is faster; "used" is what a run with ``--device auto`` and so many processes does. The last column
is the largest difference of a loss relative to itself. Without a graphics processor the CPU's
column alone is printed.
"""

from __future__ import annotations

import argparse
import os
import statistics

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch

from deepbench.training.determinism import make_deterministic
from deepbench.training.device import DeviceReport, choose_device
from deepbench.training.device_timing import LaneProblem, LaneTiming, device_for, time_lanes

SIZES = ("60x2000", "200x20000", "569x30", "500x2000", "2000x200", "5000x200")
CPU = torch.device("cpu")


def problem_of(size: str) -> LaneProblem:
    """Return the problem of a size such as ``569x30``, with two classes."""
    rows, columns = (int(number) for number in size.split("x"))
    return LaneProblem(rows, columns, outputs=2)


def line(size: str, found: DeviceReport, processes: int, repeats: int) -> str:
    """Return a line of the table."""
    problem = problem_of(size)
    here = [time_lanes(CPU, problem) for _ in range(repeats)]
    seconds = statistics.median(timing.seconds for timing in here)
    cells = [size.replace("x", " × "), f"{seconds:.3f} s"]
    if found.kind == "cpu":
        return "| " + " | ".join([*cells, "–", "–", "CPU", "–"]) + " |"
    there = [time_lanes(found.device, problem) for _ in range(repeats)]
    ratios = [a.seconds / b.seconds for a, b in zip(here, there, strict=True)]
    cells += [
        f"{statistics.median(timing.seconds for timing in there):.3f} s",
        f"**{statistics.median(ratios):.1f}** ({min(ratios):.1f}–{max(ratios):.1f})",
        device_for(found, problem, processes).name,
        f"{_difference(here[0], there[0]):.1e}",
    ]
    return "| " + " | ".join(cells) + " |"


def _difference(here: LaneTiming, there: LaneTiming) -> float:
    a, b = np.array(here.losses), np.array(there.losses)
    return float(np.max(np.abs(a - b) / np.abs(a)))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="*", default=list(SIZES))
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    make_deterministic()
    found = choose_device("auto")
    print(f"{found.sentence}\n\n| size | CPU | GPU | CPU : GPU | used | losses |\n|" + "---|" * 6)
    for size in options.sizes:
        print(line(size, found, options.processes, options.repeats))


if __name__ == "__main__":
    main()
