"""The command line with toy jobs, as a program of its own."""

from __future__ import annotations

import sys

from toy_jobs import JOBS

from deepbench.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], JOBS))
