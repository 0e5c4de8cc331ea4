"""Letting out what the window shows: a figure, a table, a text, to a file or the clipboard."""

from __future__ import annotations

import base64
import functools
from collections.abc import Callable, Collection
from pathlib import Path

from deepbench.errors import DataError, GateRefused
from deepbench.jobs.known_secrets import telling_names
from deepbench.jobs.leave import (
    CLIPBOARD,
    SMALLEST_CELL,
    demand_suffix,
    level_in_force,
    open_study,
)
from deepbench.jobs.let_go import let_go
from deepbench.messages import LetOut
from deepbench.privacy.final_bytes import (
    demand_harmless_cells,
    demand_no_identifiers,
    demand_no_identifiers_in_table,
    is_guarded,
)
from deepbench.privacy.formula_cells import csv_rows, csv_without_formulas
from deepbench.privacy.gate import LeavingKind, Place
from deepbench.privacy.pictures import demand_picture, pixels_only
from deepbench.reporting.small_cells import SmallCells
from deepbench.reporting.table_counts import tells_of_few
from deepbench.study.folder import Study
from deepbench.study.records import ImportRecord
from deepbench.worker.progress import Progress

_SUFFIXES = {"figure": ("png", "svg", "pdf"), "table": ("csv",), "text": ("txt",)}
_KINDS: dict[str, LeavingKind] = {"figure": "figures", "table": "tables", "text": "text"}
_LONGEST_TITLE = 200

Check = Callable[[bytes], None]


def let_out(request: LetOut, progress: Progress) -> dict[str, object]:
    """Let something that the window shows leave the study, through the gate.

    Raises:
        DataError: the content is not what it is called, or the destination cannot be written.
        GateRefused: it may not leave at the study's level.
        StudyError: the study cannot be opened.
    """
    destination = _destination(request)
    content = _content(request)
    with open_study(Path(request.study).resolve(), in_window=True) as study:
        progress.check_cancelled()
        kind: LeavingKind = "single samples" if request.per_sample else _KINDS[request.kind]
        title = " ".join(request.title.split())[:_LONGEST_TITLE]
        checks = _checks(request, study)
        output = let_go(
            study,
            kind,
            content,
            destination,
            title=title,
            suffix=request.suffix,
            checks=checks,
        )
        return {"output": output}


def _destination(request: LetOut) -> Path | Place:
    """Return where it goes; refuse a format that this kind does not have."""
    suffixes = _SUFFIXES.get(request.kind)
    if suffixes is None:
        raise DataError(
            "Only figures, tables and texts can be saved or copied.", "Export the report."
        )
    if request.suffix not in suffixes:
        known = " or ".join(suffix.upper() for suffix in suffixes)
        raise DataError(
            f"A {request.kind} cannot be saved as {request.suffix.upper() or 'nothing'}.",
            f"Choose {known}.",
        )
    if request.destination == CLIPBOARD:
        return Place.CLIPBOARD
    output = Path(request.destination)
    demand_suffix(output, (request.suffix,), f"The {request.kind}")
    return output


def _content(request: LetOut) -> bytes:
    """Return the bytes as they may leave: pictures as pixels, cells without formulas."""
    content = _decoded(request.content)
    if not content:
        raise DataError(
            f"The {request.kind} did not arrive whole, so nothing was written.", "Try it again."
        )
    if request.kind == "figure":
        demand_picture(content, request.suffix)
        return pixels_only(content) if request.suffix == "png" else content
    if request.kind == "text":
        _demand_text(content)
    # What is copied is put on the clipboard by the window, as it is: the gate refuses formulas.
    if request.kind == "table" and request.destination != CLIPBOARD:
        return csv_without_formulas(content)
    return content


def _decoded(text: str) -> bytes:
    """Return what was sent; nothing if it is no base64."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


def _demand_text(content: bytes) -> None:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        raise DataError(
            "The text did not arrive whole, so nothing was written.", "Try it again."
        ) from None


def _checks(request: LetOut, study: Study) -> list[Check]:
    """Return what is looked for besides the gate's own checks."""
    found: list[Check] = [demand_harmless_cells] if request.kind == "table" else []
    if not is_guarded(level_in_force(study)) or request.per_sample:
        return found
    names, columns = telling_names(study), _names_with_numbers(study)
    if request.kind == "figure":
        shown = _decoded(request.shown)
        return [lambda _: demand_no_small_cells(shown, columns, "figure")]
    if request.kind == "table":
        return [
            *found,
            functools.partial(demand_no_identifiers_in_table, names=names),
            functools.partial(demand_no_small_cells, columns=columns),
        ]
    return [functools.partial(demand_no_identifiers, names=names), demand_no_small_counts]


def _names_with_numbers(study: Study) -> tuple[str, ...]:
    """Return names of columns in which a number is no count: "2 h glucose"."""
    imported = study.stage_record("import", ImportRecord)
    names = [column.name for column in imported.columns] if imported is not None else []
    return tuple(name for name in names if any(map(str.isdigit, name)))


def demand_no_small_cells(
    content: bytes, columns: Collection[str] = (), what: str = "table"
) -> None:
    """Refuse a table that may hold a count of fewer than ten samples or people.

    Args:
        content: The table as CSV; of a figure, what it shows.
        columns: Names of columns in which a number is no count.
        what: What would leave.

    Raises:
        GateRefused: it does, or nothing says what a figure shows.
    """
    if not content:
        raise GateRefused(
            f"Nothing says which numbers this {what} shows, so it stays in the study.",
            "Export the figures of the report.",
        )
    if tells_of_few(csv_rows(content), SmallCells(SMALLEST_CELL), columns):
        raise GateRefused(
            f"This {what} may tell of fewer than {SMALLEST_CELL} samples or people, so it stays "
            "in the study.",
            "Export the report, or its figures and tables: such numbers are left out of them.",
        )


def demand_no_small_counts(content: bytes) -> None:
    """Refuse a text with a number about fewer than ten samples or people.

    Raises:
        GateRefused: it holds one.
    """
    text = content.decode("utf-8")
    if SmallCells(SMALLEST_CELL).text(text) != text:
        raise GateRefused(
            f"This text holds numbers about fewer than {SMALLEST_CELL} samples or people, so it "
            "stays in the study.",
            "Export the report: it leaves such numbers out.",
        )
