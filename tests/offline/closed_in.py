"""Runs the command line closed in by the operating system (Linux): ``closed_in.py DIR… -- WORDS``.

Landlock lets the process and its children write below the named folders alone; seccomp kills each
of them that makes a socket for the internet. Both hold for native code too, cannot be taken back,
and are inherited by the worker and its pool.

``python closed_in.py --offence NAME`` commits an offence on purpose, to show that it would be
noticed.
"""

from __future__ import annotations

import ctypes
import os
import platform
import socket
import struct
import sys
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_PATH_BENEATH, _VERSION = 1, 1
# write, remove, make, refer, truncate; reading is left as it is.
_WRITE_FILE, _REMOVE, _MAKE, _REFER, _TRUNCATE = 1 << 1, 3 << 4, 127 << 6, 1 << 13, 1 << 14
# Of a single file these alone can be granted.
_OF_A_FILE = _WRITE_FILE | _TRUNCATE
_DEVICES = ("/dev/null", "/dev/shm", "/dev/tty")

_MACHINES = {"x86_64": (0xC000003E, 41, 425), "aarch64": (0xC00000B7, 198, 425)}
_KILL, _ALLOW = 0x80000000, 0x7FFF0000
_LOAD, _JUMP_EQUAL, _RETURN = 0x20, 0x15, 0x06


def landlock_version() -> int:
    """Return what of Landlock this kernel has; 0 for nothing."""
    if sys.platform != "linux":
        return 0
    return max(0, _LIBC.syscall(_CREATE_RULESET, None, 0, _VERSION))


def can_close_in() -> bool:
    """Say whether this machine can do both."""
    return landlock_version() >= 3 and platform.machine() in _MACHINES


def write_below_only(folders: list[Path]) -> None:
    """Forbid this process and its children to write anywhere else."""
    handled = _WRITE_FILE | _REMOVE | _MAKE | _REFER | _TRUNCATE
    attributes = struct.pack("<Q", handled)
    ruleset = _checked(_LIBC.syscall(_CREATE_RULESET, attributes, len(attributes), 0))
    for path in [*folders, *map(Path, _DEVICES)]:
        if path.exists():
            allowed = handled if path.is_dir() else _OF_A_FILE
            descriptor = os.open(path, os.O_PATH)
            rule = struct.pack("<Qi", allowed, descriptor)
            _checked(_LIBC.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0))
            os.close(descriptor)
    _checked(_LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _checked(_LIBC.syscall(_RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)


def die_of_internet_sockets() -> None:
    """Have the kernel kill this process, or a child, when it makes a socket for the internet."""
    architecture, socket_call, uring_call = _MACHINES[platform.machine()]
    steps = [
        (_LOAD, 0, 0, 4),  # the architecture
        (_JUMP_EQUAL, 0, 7, architecture),  # another one: die
        (_LOAD, 0, 0, 0),  # the number of the call
        (_JUMP_EQUAL, 5, 0, uring_call),  # a way round: die
        (_JUMP_EQUAL, 0, 3, socket_call),  # another call: go on
        (_LOAD, 0, 0, 16),  # its first argument: the family
        (_JUMP_EQUAL, 2, 0, int(socket.AF_INET)),
        (_JUMP_EQUAL, 1, 0, int(socket.AF_INET6)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _KILL),
    ]
    program = b"".join(struct.pack("<HBBI", *step) for step in steps)
    memory = ctypes.create_string_buffer(program)
    filter_of = struct.pack("<HxxxxxxQ", len(steps), ctypes.addressof(memory))
    _checked(_LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _checked(_LIBC.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, filter_of, 0, 0))


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def offend(name: str) -> None:
    """Do what must not be done."""
    if name == "write":
        Path(os.environ["ELSEWHERE"]).write_text("x")
    elif name == "remove":
        Path(os.environ["ELSEWHERE"]).unlink()
    elif name == "child":
        import subprocess

        program = "import _socket; _socket.socket(2, 1)"
        sys.exit(abs(subprocess.run([sys.executable, "-c", program], check=False).returncode))
    else:
        socket.socket(getattr(socket, name), socket.SOCK_DGRAM)


def main(words: list[str]) -> int:
    """Close this process in, then run the command line in it."""
    end = words.index("--")
    write_below_only([Path(word) for word in words[:end]])
    die_of_internet_sockets()
    rest = words[end + 1 :]
    if rest[0] == "--offence":
        offend(rest[1])
        return 0
    from deepbench.cli import main as deepbench

    return deepbench(rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
