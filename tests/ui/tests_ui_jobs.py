"""Jobs for the tests of the window's end of a worker."""

from __future__ import annotations

import time
from typing import Any

from deepbench.messages import CheckStudy, Doctor
from deepbench.worker.progress import Progress


def quick(request: Doctor, progress: Progress) -> dict[str, Any]:
    return {"device": request.device}


def slow(request: CheckStudy, progress: Progress) -> dict[str, Any]:
    number = 0
    while True:
        time.sleep(0.02)
        number += 1
        progress.report(number, 0, "waiting to be stopped")
