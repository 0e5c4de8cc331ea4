"""Forbids network connections: in the tests' own process, and in every Python it starts.

The worker, its pool and the command line run in processes of their own, where nothing that a test
replaces would hold. Python imports a file of this name at its start; ``conftest.py`` puts this
folder on PYTHONPATH, and imports it itself.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

FAMILIES = (socket.AF_INET, socket.AF_INET6)
CONNECTING = ("socket.connect", "socket.sendto", "socket.sendmsg")
LOOKING_UP = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
RECORD = "DEEPBENCH_TESTS_CONNECTIONS"


class ConnectionAttempted(BaseException):
    """The code tried to reach a network; not an Exception, so that no handler swallows it."""


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event in CONNECTING:
        family = getattr(arguments[0], "family", None)
        if family not in FAMILIES:
            return
    elif event not in LOOKING_UP:
        return
    sentence = f"{event} in process {os.getpid()}: DeepBench works offline"
    record = os.environ.get(RECORD)
    if record:
        with Path(record).open("a", encoding="utf-8") as stream:
            stream.write(sentence + "\n")
    raise ConnectionAttempted(sentence)


sys.addaudithook(_refuse)
