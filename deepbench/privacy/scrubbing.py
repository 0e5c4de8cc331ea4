"""Texts for a fault report, without data: what a support bundle may hold.

A traceback is not cleaned but read: only kinds of errors and places in this program are taken
from it, for messages of libraries repeat cells, column names and files (17 of 28 ordinary ones
did). Free text keeps its words and loses paths, quotations, addresses, known names and persons.
"""

from __future__ import annotations

import builtins
import functools
import importlib.util
import re
import sys
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from deepbench import errors
from deepbench.privacy.identifying_text import (
    EMAIL,
    PATH_START,
    is_telling,
    searchable,
    without_revealing,
)

LONGEST_TEXT = 20_000
_PACKAGES = ("deepbench", "deepbench_ui", "deepbench_resources")
_FRAME = re.compile(r"File \"([^\"\n]+)\", line (\d+)")
_MODULE = re.compile(r"(?:[a-z_][a-z0-9_]*/)+[a-z_][a-z0-9_]*\.py")
_RAISED = re.compile(r"[\s|+]*((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*)(?::.*)?")
_LIBRARY_ERROR = re.compile(r"[A-Z]\w*(?:Error|Exception|Warning|Interrupt|Exit)")
_FATAL = re.compile(
    r"(?:Fatal Python error|Windows fatal exception): (?:(Segmentation fault|Aborted|Bus error|"
    r"Illegal instruction|Floating[ -]point exception|access violation|stack overflow)|.*)"
)
_VERSION_LINE = re.compile(
    r"DeepBench [\w.+-]{1,30}, (?:\d{8}-\d{6}|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)"
)
_LIBRARIES = frozenset(
    "joblib matplotlib numpy optuna pandas polars psutil pyarrow pydantic pydantic_core pyqtgraph "
    "python_calamine safetensors scipy shap shiboken6 sklearn skops torch PySide6".split()
)
_QUOTED = re.compile(
    r"\"[^\"\n]*\"|[“„][^”“\n]*[”“]|«[^»\n]*»|‘[^’\n]*’|`[^`\n]*`|(?<!\w)'[^'\n]*'(?!\w)"
)
_PATH = re.compile(rf"(?:{PATH_START.pattern}).*")
_SHORTEST_PART = 4


def is_crash_text(text: str) -> bool:
    """Return whether a text holds a traceback."""
    return bool(_FRAME.search(text) or _FATAL.search(text) or "Traceback (most recent" in text)


def crash_outline(text: str) -> str:
    """Return kinds of errors and places in this program, one a line; nothing else of a text."""
    return "".join(f"{line}\n" for line in _outline(text[: 50 * LONGEST_TEXT]))


def _outline(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if _VERSION_LINE.fullmatch(line):
            yield line
        elif frame := _FRAME.search(line):
            if place := _place(frame[1]):
                yield f"{place}:{frame[2]}"
        elif fatal := _FATAL.fullmatch(line):
            yield f"crash: {fatal[1] or 'another one'}"
        elif (raised := _RAISED.fullmatch(line)) and _is_kind_of_error(raised[1]):
            yield raised[1]


def _place(path: str) -> str:
    """Return ``deepbench/…/file.py`` for a file of this program, or an empty text."""
    parts = PurePosixPath(path.replace("\\", "/")).parts
    for start in range(len(parts) - 1, -1, -1):
        inner = "/".join(parts[start:])
        if parts[start] in _PACKAGES and _MODULE.fullmatch(inner) and _is_ours(inner):
            return inner
    return ""


def _is_ours(inner: str) -> bool:
    """Say whether a file is one of this program: any folder may be called deepbench."""
    if getattr(sys, "frozen", False):
        return True  # modules are no files there; the pattern has to do
    package, _, rest = inner.partition("/")
    return any((folder / rest).is_file() for folder in _folders(package))


@functools.cache
def _folders(package: str) -> tuple[Path, ...]:
    spec = importlib.util.find_spec(package)
    return tuple(map(Path, spec.submodule_search_locations or ())) if spec else ()


def _is_kind_of_error(name: str) -> bool:
    *modules, kind = name.split(".")
    if not modules:
        found = getattr(builtins, kind, None)
        return isinstance(found, type) and issubclass(found, BaseException)
    if modules[0] == "deepbench":
        return modules[1:] == ["errors"] and hasattr(errors, kind)
    known = modules[0] in _LIBRARIES or modules[0] in sys.stdlib_module_names
    return known and bool(_LIBRARY_ERROR.fullmatch(kind))


@dataclass(frozen=True)
class Scrubber:
    """Takes out of free text what could point at a person or hold a value.

    Attributes:
        names: Names of samples, units and columns, and of the study.
        persons: Names of the user's account and of the computer.
        folders: Folders of this user, which are replaced wherever they stand.
    """

    names: Collection[str] = ()
    persons: Collection[str] = ()
    folders: Collection[str] = ()

    def scrub(self, text: str) -> str:
        """Return a text that may leave."""
        text = text[:LONGEST_TEXT]
        if is_crash_text(text):
            return crash_outline(text)
        # Folders first: a name with a space in it would otherwise end a path too early.
        for folder in sorted(filter(None, self.folders), key=len, reverse=True):
            text = re.sub(rf"{re.escape(folder)}[^\n]*", "<path>", text, flags=re.IGNORECASE)
        text = _PATH.sub("<path>", text)
        text = EMAIL.sub("<address>", text)
        text = _QUOTED.sub("<text>", text)
        text = without_revealing(text, searchable(self.names), "<person>")
        text = _without(text, self.persons, "<computer>")
        return _without(text, (*self.names, *_parts(self.names)), "<name>")


def _without(text: str, names: Iterable[str], mark: str) -> str:
    folded = " ".join(text.split()).casefold()
    found = {name for name in filter(is_telling, searchable(names)) if name in folded}
    for name in sorted(found, key=len, reverse=True):
        spaced = re.escape(name).replace(r"\ ", r"\s+")
        text = re.sub(rf"(?<![^\W_]){spaced}(?![^\W_])", mark, text, flags=re.IGNORECASE)
    return text


def _parts(names: Iterable[str]) -> set[str]:
    """Return the longer words of names: "Schmidt, Anna" is also "Anna Schmidt"."""
    words = {word for name in names for word in re.split(r"[\W_]+", name)}
    return {word for word in words if len(word) >= _SHORTEST_PART and word.isalpha()}
