"""Start the wizard.

Only the standard library is imported at the top: a missing or broken Qt must end in a sentence,
and the worker's processes import this module again where processes are spawned.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import sys


def main(arguments: list[str] | None = None) -> int:
    """Open the window; return the exit code.

    Args:
        arguments: Words after the program's name; those of this process if None.
    """
    multiprocessing.freeze_support()
    if not has_screen():
        print(
            "There is no screen here to open the window on. The same work can be done without "
            "one: deepbench run plan.toml (deepbench run --help says more).",
            file=sys.stderr,
        )
        return 1
    # One thread: numpy only draws here, and its buffers for more threads cost 10 MB each.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from deepbench_ui.lean import load_lean

        load_lean()
        from deepbench_ui.app import run
    except ImportError as error:
        print(
            f"The window cannot be opened: {_missing(error)} is missing. Install DeepBench again "
            "with 'python packaging/bootstrap.py install'; on Debian and Ubuntu it names the "
            "system libraries that Qt needs.",
            file=sys.stderr,
        )
        return 1
    return run(sys.argv[1:] if arguments is None else arguments)


def _missing(error: ImportError) -> str:
    """Return what an import did not find: a library of the system, or a module."""
    library = str(error).partition(":")[0]
    return library if ".so" in library else error.name or str(error)


def has_screen() -> bool:
    """Return whether Qt finds a screen; without one it would end the process."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    if os.environ.get("WAYLAND_DISPLAY"):
        return True
    return bool(os.environ.get("DISPLAY")) and _x_server_answers()


def _x_server_answers() -> bool:
    """Say whether DISPLAY names a screen that is there: over ssh and in tmux it may be gone."""
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError:
        return True  # Qt needs it too, and then the message names it
    x11.XOpenDisplay.restype = ctypes.c_void_p
    display = x11.XOpenDisplay(None)
    if display:
        x11.XCloseDisplay(ctypes.c_void_p(display))
    return bool(display)


if __name__ == "__main__":
    sys.exit(main())
