"""The one way out of the window for what a plot shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from PySide6.QtWidgets import QWidget

CLIPBOARD: Final = "clipboard"


class Outlet(Protocol):
    """Asks the privacy gate in the worker; the open study is one."""

    def let_out(  # noqa: PLR0913 - what leaves, where to, and who hears of it
        self,
        *,
        kind: str,
        title: str,
        suffix: str,
        content: bytes,
        per_sample: bool,
        destination: str,
        on_done: Callable[[str], None],
        on_refused: Callable[[str], None],
        shown: bytes = b"",
    ) -> None:
        """Ask whether something may leave; the worker writes the file when it may.

        Args:
            kind: figure, table or text.
            title: What it is called in the ledger; no values.
            suffix: Format of the content: png, svg, pdf or csv.
            content: The bytes.
            per_sample: Whether it shows single samples.
            destination: File to write, or "clipboard": then nothing is written, and the asker
                may put the content on the clipboard once `on_done` was called.
            on_done: Takes the destination when it has left.
            on_refused: Takes the sentence that says why it may not.
            shown: Numbers and texts of a figure, as CSV.
        """

    def choose_file(
        self, parent: QWidget, title: str, suggested_name: str, suffixes: tuple[str, ...]
    ) -> str:
        """Ask the user for the name of a file to write; an empty text when cancelled."""
