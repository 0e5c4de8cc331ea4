"""Following a study while a worker writes it: new lines of the ledger, record by record.

The window reads what the worker has written, a few lines at a time so that it never stands still.
Each line is checked against the one before, as when a study is opened.
"""

from __future__ import annotations

from pathlib import Path

from deepbench.errors import StudyError
from deepbench.study.ledger import GENESIS, Event, broken_ledger, parse_line

LINES_AT_ONCE = 200
_BLOCK_BYTES = 1 << 18


class LedgerFollower:
    """Reads a ledger from its beginning, then what is added.

    Args:
        folder: Study folder; the ledger need not exist yet.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "ledger.jsonl"
        # Bytes of whole lines read so far. A line that is still being written is read again: the
        # worker drops a torn one when it opens the study after a crash.
        self._offset = 0
        self._lines: list[bytes] = []
        self._number = 0
        self._previous = GENESIS

    def poll(self, limit: int = LINES_AT_ONCE) -> list[Event]:
        """Return at most ``limit`` events that were not returned before; none when up to date.

        Raises:
            StudyError: a line was changed, or lines are missing.
        """
        if len(self._lines) < limit:
            self._read()
        now, self._lines = self._lines[:limit], self._lines[limit:]
        return [self._event(line) for line in now]

    def _read(self) -> None:
        try:
            with self._path.open("rb") as stream:
                if stream.seek(0, 2) < self._offset:
                    raise StudyError(
                        "The ledger of this study became shorter while it was open.",
                        "Restore ledger.jsonl from a backup. A study with a changed ledger "
                        "proves nothing.",
                    )
                stream.seek(self._offset)
                block = stream.read(_BLOCK_BYTES) + stream.readline()
        except FileNotFoundError:
            return
        except OSError as error:
            raise StudyError(
                f"The ledger of this study could not be read ({error.strerror}).",
                "Check whether you may read the study folder.",
            ) from None
        *whole, torn = block.split(b"\n")
        self._offset += len(block) - len(torn)
        self._lines.extend(whole)

    def _event(self, line: bytes) -> Event:
        event = parse_line(line, self._number + 1)
        if event.previous != self._previous or event.number != self._number + 1:
            raise broken_ledger(self._number + 1)
        self._number, self._previous = event.number, event.hash
        return event
