"""How many processes calculate unless said otherwise."""

from __future__ import annotations

import os
import sys

MAX_DEFAULT_WORKERS = 8


def default_workers() -> int:
    """Return one process per physical core this process may use, at most eight."""
    import psutil

    cores = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    if sys.platform == "linux":
        cores = min(cores, len(os.sched_getaffinity(0)))
    return max(1, min(cores, MAX_DEFAULT_WORKERS))
