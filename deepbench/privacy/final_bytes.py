"""What the gate looks at before it lets go: the very bytes that would leave.

Each check fails closed: what it does not understand does not leave.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection

from deepbench.errors import DataError, GateRefused
from deepbench.plan import PrivacyLevel
from deepbench.privacy.formula_cells import csv_rows, is_formula
from deepbench.privacy.identifying_text import what_identifies, what_identifies_in_cells
from deepbench.privacy.pictures import is_pixels_only
from deepbench.privacy.sensitivity import level_of


def is_guarded(level: PrivacyLevel) -> bool:
    """Return whether a level is sensitive or restricted."""
    return level_of(level).number >= level_of("sensitive").number


def demand_pixels(content: bytes) -> None:
    """Refuse a figure that carries more than its pixels.

    Raises:
        GateRefused: it is a drawing, or a picture with texts inside.
    """
    if not is_pixels_only(content):
        raise GateRefused(
            "A figure of a sensitive or restricted study may leave only as pixels: from an SVG "
            "or PDF every point that was drawn can be read back.",
            "Save it as PNG.",
        )


def demand_harmless_cells(content: bytes) -> None:
    """Refuse a CSV file in which a spreadsheet program would run something.

    Raises:
        GateRefused: a cell is a formula, or the content is no CSV.
    """
    if any(is_formula(cell) for row in _rows(content) for cell in row):
        raise GateRefused(
            "A cell of this table begins like a formula (=, +, - or @), which a spreadsheet "
            "program would run.",
            "Save the table as a file: there such cells are marked as text.",
        )


def demand_no_identifiers_in_table(content: bytes, names: Collection[str]) -> None:
    """Refuse a CSV file that names a sample or a place on this computer.

    Raises:
        GateRefused: it does, or the content is no CSV.
    """
    if found := what_identifies_in_cells(_rows(content), names):
        raise GateRefused(
            f"This table holds {found}, so it stays in the study.",
            "Numbers of all samples together may leave, for example in the report.",
        )


def demand_no_identifiers(content: bytes, names: Collection[str] = ()) -> None:
    """Refuse a text that names a sample, a person's address or a place on this computer.

    Raises:
        GateRefused: it does, or the content is no text.
    """
    if found := what_identifies(_text(content), names):
        raise GateRefused(
            f"This text holds {found}, so it stays in the study.",
            "Change the answer that it comes from, or export the report.",
        )


def demand_scrubbed_zip(content: bytes) -> None:
    """Refuse a support bundle in which an address or a path is left.

    Raises:
        GateRefused: it holds one, or is no zip file of texts.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            texts = [
                *archive.namelist(),
                *(_text(archive.read(name)) for name in archive.namelist()),
            ]
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError):
        raise _damaged() from None
    if found := next(filter(None, map(what_identifies, texts)), ""):
        raise GateRefused(
            f"The support bundle holds {found}, so it was not written.",
            "Take it out of what you wrote, then try again.",
        )


def _rows(content: bytes) -> list[list[str]]:
    try:
        return csv_rows(content)
    except DataError as error:
        raise GateRefused(error.message, error.hint) from None


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise _damaged() from None


def _damaged() -> GateRefused:
    return GateRefused("What should leave cannot be read, so it stays.", "Try it again.")
