"""A function whose module loads a library with threads of its own."""

from __future__ import annotations

import numpy as np
import threadpoolctl


def threads_of_libraries() -> list[int]:
    np.ones((2, 2)) @ np.ones((2, 2))
    return [library["num_threads"] for library in threadpoolctl.threadpool_info()]
