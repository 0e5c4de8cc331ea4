"""Make a process give the same numbers on every run.

Every random number in DeepBench comes from an explicit seed. What is left is the order in which
libraries add floating-point numbers: it depends on the number of threads, and on a graphics
processor on the kernels chosen. Both are fixed here.
"""

from __future__ import annotations

import contextlib
import os

import torch
from threadpoolctl import threadpool_limits

from deepbench.worker.threads import ONE_THREAD

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
