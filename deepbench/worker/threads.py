"""One thread per process, so that no number depends on how many cores or processes there are."""

from __future__ import annotations

import os

ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "BLIS_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "NUMBA_NUM_THREADS",
    ),
    "1",
)


def ask_for_one_thread() -> None:
    """Set the variables the numeric libraries read when they load; children inherit them.

    To be called before those libraries are imported. What the user set is overridden: sums in
    another order are other numbers.
    """
    os.environ.update(ONE_THREAD)
