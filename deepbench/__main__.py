"""``python -m deepbench``: the command line."""

from __future__ import annotations

import multiprocessing

if __name__ == "__main__":
    multiprocessing.freeze_support()

    from deepbench.cli import main

    raise SystemExit(main())
