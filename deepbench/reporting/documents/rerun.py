"""``rerun/rerun.py``: runs a bundle again with the versions of the study; needs Python alone."""

from __future__ import annotations

import re

from deepbench.reporting.documents.study_facts import Document
from deepbench.study.records import StudySummary
from deepbench_resources import read_text

PATH = "rerun/rerun.py"
TITLE = "Script that runs the study again"

#: Oldest and newest Python that the program is made for (``requires-python``).
LOWEST, HIGHEST = (3, 11), (3, 13)
_VERSION = re.compile(r"\d+(?:\.\w+)*")


def rerun_script(summary: StudySummary) -> list[Document]:
    """Return the re-run script of a study.

    Args:
        summary: The records; only versions are taken from them.
    """
    versions = summary.start.machine.versions if summary.start is not None else {}
    filled = {
        "VERSION": _safe(summary.version),
        "PYTHON": _safe(versions.get("python", "")),
        "LOWEST_TUPLE": ", ".join(map(str, LOWEST)),
        "HIGHEST_TUPLE": ", ".join(map(str, HIGHEST)),
        "LOWEST": ".".join(map(str, LOWEST)),
        "HIGHEST": ".".join(map(str, HIGHEST)),
    }
    text = read_text("templates/rerun.py.txt")
    for name, value in filled.items():
        text = text.replace(f"@{name}@", value)
    return [(PATH, text.encode("utf-8"), TITLE)]


def _safe(version: str) -> str:
    """Return a version number, or nothing: what stands in a program must be one."""
    return version if _VERSION.fullmatch(version) else ""
