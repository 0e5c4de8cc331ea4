"""Keeps out of the window process what libraries load beside what is used of them.

Called once, before anything else of Qt or pydantic is imported. Each saving stands alone: where a
library has changed so that a trick no longer fits, the window is larger and otherwise the same.
Only the window process calls this; the worker and the command line import as usual.
"""

from __future__ import annotations

import builtins
import gc
import importlib
import sys
from types import ModuleType
from typing import Any

#: So many new objects are made before Python looks for cycles; the window makes few.
_COLLECT_AFTER = (10_000, 20, 20)


def load_lean() -> None:
    """Import Qt, hashlib and pydantic's loader of plugins without their ballast.

    Raises:
        ImportError: Qt is missing or broken.
    """
    _load_qt()
    _load_hashlib()
    _skip_plugins()
    gc.set_threshold(*_COLLECT_AFTER)


def _load_qt() -> None:
    """Import Qt without its watch over later imports.

    WORKAROUND (PySide6 6.x): importing QtCore replaces ``__import__`` by a function that reads
    the source text of every module imported later, to see whether it uses PySide6 and may want
    snake_case names (``from __feature__ import …``). The texts stay in `linecache`: 17 MB, and
    loading a page takes twice as long. Nothing here uses such names.
    """
    if "PySide6.QtCore" in sys.modules:
        return
    before = builtins.__import__
    try:
        importlib.import_module("PySide6.QtCore")
    finally:
        builtins.__import__ = before
    linecache = sys.modules.get("linecache")
    if linecache is not None:
        linecache.clearcache()


def _load_hashlib() -> None:
    """Import hashlib, and hmac that uses it, with Python's own SHA-256 in place of OpenSSL's.

    WORKAROUND: OpenSSL's library takes 3 MB. The window hashes lines of a ledger; large files are
    hashed in the worker. None makes the import system say "not there", for which both are
    prepared.
    """
    if "_hashlib" in sys.modules:
        return
    sys.modules["_hashlib"] = None  # type: ignore[assignment]
    try:
        importlib.import_module("hashlib")
        importlib.import_module("hmac")
    finally:
        del sys.modules["_hashlib"]


def _skip_plugins() -> None:
    """Let pydantic find no plugins without looking for them.

    WORKAROUND (pydantic 2.x): looking for plugins imports the reading of package metadata, and
    with it the whole of `email`: 2 MB. The variable PYDANTIC_DISABLE_PLUGINS comes too late.
    """
    name = "pydantic.plugin._loader"
    if name not in sys.modules:
        sys.modules[name] = _NoPlugins(name)


class _NoPlugins(ModuleType):
    """In place of pydantic's loader of plugins."""

    def get_plugins(self) -> tuple[Any, ...]:
        """Return no plugins."""
        return ()


def settle() -> None:
    """Leave what was loaded out of later searches for cycles: it stays to the end."""
    gc.collect()
    gc.freeze()


def release() -> None:
    """Free what nothing uses any more, also of what `settle` left out."""
    gc.unfreeze()
    gc.collect()
