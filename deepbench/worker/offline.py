"""No network: what DeepBench calculates with stays on this computer.

None of the libraries it is built on reports to anybody; tests/test_offline.py holds it. What
somebody installs beside them might, so the usual wishes not to are set before anything is loaded.
And in every process that works on data, each attempt by Python code to reach another
computer or to look one up is refused, whoever makes it.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
import tempfile
from typing import Any

#: Read by libraries that report how they are used, or look for models on a hub.
WISHES = {
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
}
#: Said in the report, next to the versions.
SENTENCE = (
    "No connection was opened. The processes that worked on the data refuse every attempt of "
    "Python code to reach another computer, and each version of DeepBench is run through a whole "
    "study with connections made impossible by the operating system."
)
_REACHING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"})
_LOOKING_UP = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})
_HERE = frozenset({"localhost", "127.0.0.1", "::1", b"localhost"})
_INTERNET = frozenset({int(socket.AF_INET), int(socket.AF_INET6)})
_state = {"refusing": False}


def stay_offline() -> None:
    """Refuse connections in this process from now on; its children inherit the wishes.

    To be called before libraries are loaded. It cannot be taken back.
    """
    os.environ.update(WISHES)
    # torch makes a folder with the user's name in it when it is loaded, for compiled code that
    # DeepBench never makes; the folder named here is there already.
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", tempfile.gettempdir())
    if not _state["refusing"]:
        _state["refusing"] = True
        sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _REACHING:
        family = int(getattr(arguments[0], "family", 0))
        # A pair of sockets of one program goes over the computer's own address on Windows.
        if family not in _INTERNET or _is_here(arguments[-1]):
            return
    elif event not in _LOOKING_UP or _is_here(arguments):
        return
    raise OSError(errno.ENETUNREACH, "DeepBench works without a network")


def _is_here(address: Any) -> bool:
    return isinstance(address, tuple) and bool(address) and address[0] in _HERE
