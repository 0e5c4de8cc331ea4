"""``methods.txt``: the methods paragraph with its references, and how to cite the program."""

from __future__ import annotations

from collections.abc import Mapping

from deepbench.reporting.documents.study_facts import Document, StudyFacts
from deepbench.reporting.methods_text import methods_text
from deepbench.reporting.small_cells import SmallCells
from deepbench.study.records import StudySummary

PATH = "documents/methods.txt"
TITLE = "Methods paragraph with references"

_NOTHING = "Nothing has been done yet that a methods section could tell of."


def methods_file(
    summary: StudySummary, answers: Mapping[str, str], cells: SmallCells | None = None
) -> list[Document]:
    """Return the methods of a study; arguments as for `reforms`."""
    facts = StudyFacts.of(summary, answers, cells)
    methods = methods_text(summary, facts.cells)
    parts = ["Methods", *(methods.paragraphs or (_NOTHING,))]
    if methods.references:
        parts.append("\n".join(["References", *methods.references]))
    parts.append("\n".join(["How to cite DeepBench", *citation(summary.version)]))
    return [(PATH, ("\n\n".join(parts) + "\n").encode("utf-8"), TITLE)]


def citation(version: str) -> tuple[str, ...]:
    """Return how to cite the program, in lines."""
    return (
        f"The DeepBench developers. DeepBench, version {version}. Software, BSD-3-Clause licence, "
        "2026.",
        "It follows Lee BD, Gitter A, Greene CS, et al. Ten quick tips for deep learning in "
        "biology. PLoS Comput Biol 2022;18:e1009803. doi:10.1371/journal.pcbi.1009803",
        "Name the version: numbers repeat with the same version and the versions of packages in "
        "rerun/constraints.txt.",
    )
