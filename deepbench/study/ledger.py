"""The ledger: append-only, one JSON line per event, each carrying the hash of the one before.

The state of a study is what replaying the ledger gives. A line changed by hand breaks the chain
and is noticed; a torn last line (power cut in the middle of a write) is dropped. This is what
makes "the test set was opened once" checkable.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deepbench.errors import StudyError
from deepbench.study.files import sha256_of

GENESIS = "0" * 64


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


class Ledger:
    """Reads and appends events. One writer per ledger: the holder of the study's lock."""

    def __init__(self, path: Path, *, writable: bool) -> None:
        self.path = path
        self._writable = writable
        self._events = self._load()

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
        try:
            with self.path.open("ab") as stream:
                stream.write(line.encode("utf-8"))
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise StudyError(
                f"The ledger of the study could not be written ({error.strerror}).",
                "Check free disk space; what was recorded before is safe.",
            ) from None
        self._events.append(event)
        return event

    def _load(self) -> list[Event]:
        if not self.path.exists():
            return []
        content = self.path.read_bytes()
        # A line without its newline was torn by a crash; nothing after it was ever shown.
        whole, _, torn = content.rpartition(b"\n")
        if torn and self._writable:
            self._drop_torn_line(len(whole) + 1 if whole else 0)
        events: list[Event] = []
        previous = GENESIS
        for number, line in enumerate(whole.splitlines(), start=1):
            event = _parse(line, number)
            if event.previous != previous or event.number != number:
                raise _broken(number)
            previous = event.hash
            events.append(event)
        return events

    def _drop_torn_line(self, length: int) -> None:
        with self.path.open("r+b") as stream:
            stream.truncate(length)
            stream.flush()
            os.fsync(stream.fileno())


def _parse(line: bytes, number: int) -> Event:
    try:
        event = Event(**json.loads(line.decode("utf-8")))
        digest = _digest(event.number, event.time, event.kind, event.data, event.previous)
    except (ValueError, TypeError):
        raise _broken(number) from None
    if digest != event.hash:
        raise _broken(number)
    return event


def _broken(number: int) -> StudyError:
    return StudyError(
        f"The ledger of this study was changed: line {number} does not fit the lines before it.",
        "Restore ledger.jsonl from a backup. A study with a changed ledger proves nothing.",
    )
