"""Make a process give the same numbers on every run.

Every random number in DeepBench comes from an explicit seed. What is left is the order in which
libraries add floating-point numbers: it depends on the number of threads, and on a graphics
processor on the kernels chosen. Both are fixed here. ``benchmarks/determinism_cost.py`` measures
what that costs.

**The same machine** gives the same numbers, bit for bit, for any number of processes and whether a
run was interrupted or not.

**A graphics processor against the CPU**, or one maker's CPU against another's, is equal only up to
rounding: a matrix product adds the same float32 numbers in another order. Random numbers (initial
weights, order of rows, dropout masks) are drawn on the CPU and are equal everywhere; TF32 is off;
traditional models never leave the CPU. An error of one step of single precision in every input
moved no predicted probability of the medium network by more than 1.4e-6 on 569 x 30, and changed
neither the epoch whose weights are kept nor the settings chosen. What is promised, and held by a
test that needs a card, leaves room for longer chains of rounding: `PROBABILITY_TOLERANCE` for
lanes that keep the weights of the same epoch, which all but `OTHER_EPOCH_SHARE` of them do. A lane
whose two best epochs are equal to seven digits may keep the other one, and then two settings that
are as good as each other may change places in the choice.
"""

from __future__ import annotations

import contextlib
import os

import torch
from threadpoolctl import threadpool_limits

from deepbench.worker.threads import ONE_THREAD

#: How far probabilities predicted by a lane may lie apart: graphics processor against CPU.
PROBABILITY_TOLERANCE = 1e-3
#: Share of lanes that may keep the weights of another epoch.
OTHER_EPOCH_SHARE = 0.1

# NVIDIA: cuBLAS is deterministic only with a workspace of fixed size, read from the environment
# when CUDA starts (docs of torch.use_deterministic_algorithms).
_CUBLAS_WORKSPACE = ":4096:8"


def make_deterministic(threads: int = 1) -> None:
    """Fix threads and kernels of this process; call before the first computation.

    Args:
        threads: Threads of each numerical library. With 1, results do not depend on how many
            workers share the machine.

    Raises:
        ValueError: If ``threads`` is below 1.
    """
    if threads < 1:
        raise ValueError(f"A process needs at least one thread, got {threads}.")
    os.environ["CUBLAS_WORKSPACE_CONFIG"] = _CUBLAS_WORKSPACE
    # For libraries loaded later on; those already loaded follow threadpoolctl.
    os.environ.update(dict.fromkeys(ONE_THREAD, str(threads)))
    threadpool_limits(limits=threads)
    torch.set_num_threads(threads)
    # torch refuses to change this once it has run anything in parallel; nothing here does.
    with contextlib.suppress(RuntimeError):
        torch.set_num_interop_threads(threads)
    torch.use_deterministic_algorithms(True)
    # Filling fresh memory only unmasks code that reads what it has not written, at a price.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    torch.backends.cudnn.benchmark = False
    # TF32 keeps 10 bits of each factor, so a network would differ visibly between cards.
    torch.set_float32_matmul_precision("highest")
    torch.backends.cudnn.allow_tf32 = False
