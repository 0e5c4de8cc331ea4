"""Calculating in the background: whoever waits for the window comes first."""

from __future__ import annotations

import contextlib
import os
import sys

_NICENESS = 10


def step_back() -> None:
    """Let the system serve other processes before this one; its children inherit that.

    On an idle computer nothing becomes slower. With every core busy, the window would otherwise
    wait for its turn behind the calculation: up to 150 ms on two cores, here 60 ms.
    """
    if sys.platform == "win32":
        import psutil

        with contextlib.suppress(psutil.Error):
            psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        with contextlib.suppress(OSError):
            os.nice(_NICENESS)
