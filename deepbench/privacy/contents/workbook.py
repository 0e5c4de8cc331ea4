"""Excel workbooks taken apart; what calculates, links or runs does not leave."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree

from deepbench.errors import GateRefused
from deepbench.privacy.contents.parts import Contents, unreadable
from deepbench.privacy.formula_cells import is_formula

_MOST_UNPACKED = 1 << 29
_FOREIGN = re.compile(r"vbaProject|externalLinks?/|embeddings/|activeX|connections\.xml", re.I)
# What the format itself writes into its properties.
_PROGRAM = frozenset({"Application", "AppVersion", "DocSecurity", "ScaleCrop", "SharedDoc"})


def workbook_contents(content: bytes) -> Contents:
    """Return what is inside a workbook.

    Raises:
        GateRefused: it is none, a cell is a formula or would be taken for one, or it holds links
            or programs.
    """
    found = Contents()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > _MOST_UNPACKED:
                raise unreadable("a workbook")
            if any(_FOREIGN.search(member.filename) for member in members):
                raise unreadable("a workbook without links and programs")
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    _add_part(member.filename, archive.read(member), found)
                elif not member.is_dir():
                    raise unreadable("a workbook of tables alone")
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, ElementTree.ParseError):
        raise unreadable("a workbook") from None
    return found


def _add_part(name: str, content: bytes, found: Contents) -> None:
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise unreadable("a workbook")
    root = ElementTree.fromstring(content)
    if name.startswith("docProps/"):
        found.properties += [
            element.text
            for element in root.iter()
            if element.text and element.text.strip() and _tag(element) not in _PROGRAM
        ]
        return
    rows = []
    for element in root.iter():
        tag = _tag(element)
        if tag in ("f", "oleObject", "hyperlink") or element.get("TargetMode") == "External":
            raise GateRefused(
                "The workbook holds formulas or links, so it stays.",
                "Report it as a fault of the program.",
            )
        if tag == "row":
            rows.append(_numbers(element))
        elif tag == "t" and element.text:
            _demand_text(element.text)
            found.texts.append(element.text)
        elif element.text and element.text.strip() and tag != "v":
            found.texts.append(element.text)
        found.texts += [value for key, value in element.items() if key == "name"]
    found.add_rows(rows)


def _numbers(row: ElementTree.Element) -> list[float]:
    cells = (cell for cell in row if cell.get("t", "n") == "n")
    values = (child.text for cell in cells for child in cell if _tag(child) == "v")
    return [float(value) for value in values if value]


def _demand_text(text: str) -> None:
    if is_formula(text):
        raise GateRefused(
            "A cell of the workbook begins like a formula (=, +, - or @), which a spreadsheet "
            "program could run.",
            "Report it as a fault of the program.",
        )


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
