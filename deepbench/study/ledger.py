"""The ledger: append-only, one JSON line per event, each carrying the hash of the one before.

The state of a study is what replaying the ledger gives. A line changed by hand breaks the chain
and is noticed; a torn last line (power cut in the middle of a write) is dropped. Lines taken off
the end break no chain, so the number of lines and the last hash stand in a small file beside the
ledger, written after each line: a ledger that is shorter was cut off. This is what makes "the
test set was opened once" checkable.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deepbench.errors import StudyError
from deepbench.study.files import sha256_of, write_atomically

HEAD_FILE = "ledger.head.json"
GENESIS = "0" * 64
NEVER_DROPPED = ("test_opened",)
_RESTORE = "Restore ledger.jsonl from a backup. A study with a changed ledger proves nothing."


@dataclass(frozen=True)
class Event:
    """One line of the ledger."""

    number: int
    time: str
    kind: str
    data: dict[str, Any]
    previous: str
    hash: str


def _digest(number: int, time: str, kind: str, data: dict[str, Any], previous: str) -> str:
    text = json.dumps(
        [number, time, kind, data, previous],
        sort_keys=True,
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
    )
    return sha256_of(text.encode("utf-8"))


@dataclass(frozen=True)
class _Head:
    """How long the ledger was when its last line was written, and what that line was."""

    lines: int
    hash: str
    kind: str = ""


class Ledger:
    """Reads and appends events. One writer per ledger: the holder of the study's lock.

    Args:
        path: The ledger's file, which need not exist.
        writable: Whether events will be appended.

    Raises:
        StudyError: a line was changed, or lines are missing.
    """

    def __init__(self, path: Path, *, writable: bool) -> None:
        self.path = path
        self._writable = writable
        # A writer may be at work meanwhile: the ledger has at least the lines that the head named
        # before it was read, and at most one more than the head names afterwards.
        before = self._read_head()
        self._events, self._length, torn = self._load()
        after = self._read_head()
        torn_after_all = (
            torn
            and before == after
            and before.lines == len(self._events) + 1
            # Nobody may strike an opening of the test set by tearing its line.
            and before.kind not in NEVER_DROPPED
        )
        if not torn_after_all:
            self._require_whole(before, after)
        self._lines_in_head = after.lines
        if torn_after_all and writable:
            # A disk that lost the end of a line it had confirmed. What is left of the line shows
            # that nobody took it away; the ledger keeps a note of it all the same.
            self.append("torn_line", {"line": before.lines})

    def __iter__(self) -> Iterator[Event]:
        return iter(self._events)

    def __len__(self) -> int:
        return len(self._events)

    def of_kind(self, kind: str) -> list[Event]:
        """Return all events of one kind, oldest first."""
        return [event for event in self._events if event.kind == kind]

    def append(self, kind: str, data: dict[str, Any]) -> Event:
        """Write an event to disk (flushed and fsynced) and return it.

        Raises:
            StudyError: the ledger was opened for reading, or the disk refuses the write.
        """
        if not self._writable:
            raise StudyError("The study was opened for reading only.", "Open it for writing.")
        number = len(self._events) + 1
        previous = self._events[-1].hash if self._events else GENESIS
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        plain = json.loads(json.dumps(data, allow_nan=False))
        event = Event(
            number, time, kind, plain, previous, _digest(number, time, kind, plain, previous)
        )
        line = json.dumps(vars(event), ensure_ascii=False, allow_nan=False) + "\n"
        if self._lines_in_head < len(self._events):
            self._write_head()  # a crash or a full disk left it one behind; never two
        self._write(line.encode("utf-8"))
        self._events.append(event)
        self._write_head()
        return event

    def _write(self, line: bytes) -> None:
        """Add a line to the file: all of it or nothing."""
        try:
            # Without a buffer, so that closing the file writes nothing after a failure.
            with self.path.open("ab", buffering=0) as stream:
                if stream.tell() != self._length:
                    raise StudyError(
                        "Another program wrote to the ledger of this study meanwhile.",
                        "Let one program at a time work on a study, and run 'deepbench check'.",
                    )
                try:
                    if stream.write(line) < len(line):
                        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                    os.fsync(stream.fileno())
                except OSError:
                    # What a full disk took of the line must not stand before the next one.
                    stream.truncate(self._length)
                    raise
        except OSError as error:
            raise StudyError(
                f"The ledger of the study could not be written ({error.strerror}).",
                "Check free disk space; what was recorded before is safe.",
            ) from None
        self._length += len(line)

    def _write_head(self) -> None:
        last = self._events[-1]
        head = {"lines": len(self._events), "hash": last.hash, "kind": last.kind}
        write_atomically(self._head_path, json.dumps(head).encode("utf-8"))
        self._lines_in_head = len(self._events)

    @property
    def _head_path(self) -> Path:
        return self.path.with_name(HEAD_FILE)

    def _read_head(self) -> _Head:
        try:
            content = json.loads(self._head_path.read_bytes())
            return _Head(int(content["lines"]), str(content["hash"]), str(content["kind"]))
        except FileNotFoundError:
            return _Head(0, GENESIS)
        except OSError as error:
            raise _unreadable(HEAD_FILE, error) from None
        except (ValueError, TypeError, KeyError):
            raise StudyError(
                f"{HEAD_FILE} of this study is damaged.", f"Restore {HEAD_FILE} from a backup."
            ) from None

    def _require_whole(self, before: _Head, after: _Head) -> None:
        """Refuse a ledger that lacks lines it had.

        A crash between a line and the head leaves the head one behind, which is no harm.
        """
        found = len(self._events)
        if before.lines > found:
            raise StudyError(
                f"The ledger of this study was cut off: it had {before.lines} lines and has "
                f"{found}.",
                _RESTORE,
            )
        if before.lines > 0 and self._events[before.lines - 1].hash != before.hash:
            raise broken_ledger(before.lines)
        if after.lines < found - 1:
            raise StudyError(
                f"{HEAD_FILE} of this study is missing or too old: it names {after.lines} of the "
                f"ledger's {found} lines.",
                f"Restore ledger.jsonl and {HEAD_FILE} from a backup, both of the same moment.",
            )

    def _load(self) -> tuple[list[Event], int, bool]:
        """Return the events, the bytes their lines take, and whether a torn line follows."""
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return [], 0, False
        except OSError as error:
            raise _unreadable(self.path.name, error) from None
        # A line without its newline was torn by a crash; nothing after it was ever shown.
        whole, _, torn = content.rpartition(b"\n")
        length = len(content) - len(torn)
        if torn and self._writable:
            self._drop_torn_line(length)
        events: list[Event] = []
        previous = GENESIS
        for number, line in enumerate(whole.splitlines(), start=1):
            event = parse_line(line, number)
            if event.previous != previous or event.number != number:
                raise broken_ledger(number)
            previous = event.hash
            events.append(event)
        return events, length, bool(torn)

    def _drop_torn_line(self, length: int) -> None:
        with self.path.open("r+b") as stream:
            stream.truncate(length)
            stream.flush()
            os.fsync(stream.fileno())


def parse_line(line: bytes, number: int) -> Event:
    """Return the event of a line; StudyError when it was changed."""
    try:
        event = Event(**json.loads(line.decode("utf-8")))
        digest = _digest(event.number, event.time, event.kind, event.data, event.previous)
    except (ValueError, TypeError):
        raise broken_ledger(number) from None
    if digest != event.hash:
        raise broken_ledger(number)
    return event


def _unreadable(name: str, error: OSError) -> StudyError:
    return StudyError(
        f"{name} of this study could not be read ({error.strerror}).",
        "Check whether you may read the study folder, and whether another program holds the file.",
    )


def broken_ledger(number: int) -> StudyError:
    """Return the error for a line that does not fit."""
    return StudyError(
        f"The ledger of this study was changed: line {number} does not fit the lines before it.",
        _RESTORE,
    )
