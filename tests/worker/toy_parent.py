"""A program with a worker whose pool is busy; prints the numbers of all its processes."""

from __future__ import annotations

import sys

from toy_jobs import JOBS

from deepbench.messages import Notice, RunStudy
from deepbench.worker.client import Worker

if __name__ == "__main__":
    with Worker(JOBS) as worker:
        worker.send(RunStudy(None, "pool", sys.argv[1]))
        while True:
            for event in worker.poll(0.1):
                if isinstance(event, Notice):
                    print(worker.pid, event.text, flush=True)
