"""``README.txt`` of a bundle: what each file is, in lab words."""

from __future__ import annotations

import fnmatch
import textwrap
from collections.abc import Iterator, Sequence

from deepbench.reporting.documents.methods_file import citation
from deepbench.reporting.documents.study_facts import Document
from deepbench.reporting.verdict import verdict_sentences
from deepbench.reporting.wording import clipped, sentence, visible
from deepbench.study.records import StudySummary

PATH = "README.txt"
TITLE = "What each file of the bundle is"

_WIDTH = 92
_NOT_IN_IT = "Not in this bundle, and why"
_APPROVED = "By whose approval it left"
_SCRIPT = "rerun/rerun.py"
_FOLDERS = {
    "": "In this folder",
    "card": "card: the model on two pages",
    "documents": "documents: for journals, reviewers and registries",
    "figures": "figures: the pictures of the report",
    "model": "model: the finished model",
    "private-model": "private-model: a model trained with differential privacy",
    "report": "report: everything that was found",
    "rerun": "rerun: to get the same numbers again",
    "tables": "tables: the numbers of the report",
}
# The first pattern that a path fits explains it.
_EXPLAINED: tuple[tuple[str, str], ...] = (
    ("plan.toml", "All answers that the study was made with. DeepBench runs it."),
    ("results.json", "The numbers of the study, for programs."),
    (
        "ro-crate-metadata.json",
        "The list of files for archives and repositories (RO-Crate 1.1).",
    ),
    (
        "checksums.sha256",
        "A checksum of each file, by which a change is noticed. It is not signed: somebody who "
        "changes a file can change it as well.",
    ),
    ("card/model-card.md", "What the model is for, how good it is and where not to trust it."),
    ("card/model-card.html", "The same as a web page; open it in a browser."),
    ("report/report.html", "The report with all pictures; open it in a browser."),
    ("report/report.pdf", "The same report to print."),
    ("report/results.json", "The numbers of the report, for programs."),
    ("documents/methods.txt", "A methods section to copy into a paper, with references."),
    ("documents/dome.json", "An entry for the DOME registry of machine learning in biology."),
    ("documents/reforms.md", "The REFORMS checklist, filled in as a draft; check each answer."),
    (
        "documents/model-info-sheet.md",
        "What was done against each known way of fooling oneself (leakage), as a draft.",
    ),
    (
        "documents/tripod-ai.md",
        "The TRIPOD+AI checklist for prediction models about people, as a draft.",
    ),
    ("documents/mi-claim.md", "The MI-CLAIM checklist for clinical models, as a draft."),
    ("model/model.onnx", "The model with its preparation, in a format that many programs read."),
    ("model/model.safetensors", "The weights of the network, as plain numbers."),
    ("model/model.skops", "The traditional model as scikit-learn stores it safely."),
    ("model/schema.json", "Names, units and kinds of the inputs, and what the outputs are."),
    ("model/predict.py", "A short script that predicts new samples with the model."),
    ("private-model/*.onnx", "The model that was trained with differential privacy."),
    ("private-model/*.safetensors", "Its weights, as plain numbers."),
    ("private-model/schema.json", "Names, units and kinds of its inputs, and its outputs."),
    ("private-model/predict.py", "A short script that predicts new samples with it."),
    ("figures/captions.txt", "What stands below each picture, and what it shows in words."),
    ("tables/*.xlsx", "All tables in one workbook."),
    ("rerun/plan.toml", "The plan once more, where the script looks for it."),
    ("rerun/constraints.txt", "The versions of all packages that the study was made with."),
    ("rerun/rerun.py", "Runs the study again and compares every number."),
)
# What a file is whose title is not known.
_OF_FOLDER = {"figures": "A picture of the report", "tables": "A table of the report"}


def bundle_readme(
    files: Sequence[tuple[str, str]],
    summary: StudySummary,
    notes: Sequence[str] = (),
    approvals: Sequence[str] = (),
) -> list[Document]:
    """Return the README of a bundle, or of a part of it.

    Args:
        files: Path and title of each file of the bundle.
        summary: The records, as released for the study's level.
        notes: What is not in the bundle and why.
        approvals: By whose approval files leave.
    """
    lines = [*_wrapped(clipped(visible(summary.title), 200)), ""]
    for text in verdict_sentences(summary):
        lines += _wrapped(text)
    lines += ["", *_wrapped(f"This folder was written by DeepBench {summary.version}."), ""]
    lines += _files([*files, (PATH, TITLE)])
    lines += [*_noted(_NOT_IN_IT, notes), *_noted(_APPROVED, approvals)]
    if any(path == _SCRIPT for path, _ in files):
        lines += [*_steps(), ""]
    lines += ["How to cite", "-----------"]
    lines += [line for text in citation(summary.version) for line in _wrapped(text)]
    return [(PATH, ("\n".join(lines) + "\n").encode("utf-8"), TITLE)]


def explanation(path: str, title: str = "") -> str:
    """Return what a file is, in a sentence; its title where it is not known."""
    for pattern, text in _EXPLAINED:
        if fnmatch.fnmatchcase(path, pattern):
            return text
    if path == PATH:
        return "This file."
    folder = path.partition("/")[0]
    return sentence(title or _OF_FOLDER.get(folder, ""))


def _files(files: Sequence[tuple[str, str]]) -> Iterator[str]:
    by_folder: dict[str, list[tuple[str, str]]] = {}
    for path, title in sorted(set(files)):
        folder, _, _ = path.rpartition("/")
        by_folder.setdefault(folder.split("/")[0], []).append((path, title))
    for folder, members in sorted(by_folder.items()):
        heading = _FOLDERS.get(folder, folder)
        yield heading
        yield "-" * len(heading)
        for path, title in members:
            yield path
            yield from textwrap.wrap(
                visible(explanation(path, title)),
                _WIDTH,
                initial_indent="    ",
                subsequent_indent="    ",
            )
        yield ""


def _noted(heading: str, notes: Sequence[str]) -> list[str]:
    if not notes:
        return []
    return [heading, "-" * len(heading), *(line for note in notes for line in _note(note)), ""]


def _note(text: str) -> list[str]:
    return textwrap.wrap(
        visible(sentence(text)), _WIDTH, initial_indent="- ", subsequent_indent="  "
    )


def _steps() -> Iterator[str]:
    yield "To get the numbers again"
    yield "------------------------"
    yield from _wrapped(
        "1. Get the data; it is not in this folder. The report says which file it was and by "
        "which checksum it can be recognised."
    )
    yield from _wrapped(
        "2. With DeepBench installed, in this folder: deepbench verify . --data FOLDER"
    )
    yield from _wrapped(
        "   Without it, with Python and the internet: python rerun/rerun.py --data FOLDER"
    )
    yield from _wrapped(
        "3. Each number is compared with results.json. It needs about as long as the study took."
    )
    yield from _wrapped(
        "To check only that no file was changed: python rerun/rerun.py --files-only"
    )


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(visible(text), _WIDTH) or [""]
