"""``deepbench export``: its words, and what is printed of what leaves and what stays."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from deepbench.messages import ExportStudy, PreviewBundle
from deepbench.study.files import size_text

_HEAD = "{title}: what would leave at the level '{level}'. Nothing was written."
_REFUSED = "Nothing of it may leave. {why}"
_LEAVES, _STAYS = "  {path}  {size}  {title}", "  {paths}: {why}"
_STAYING = "Stays in the study:"
_TOTAL = "{files} would leave, {size} in all; {stays} in the study."


def add_export(parser: ArgumentParser) -> None:
    """Add the options of ``deepbench export``."""
    parser.add_argument("study", metavar="STUDY", help="study folder")
    parser.add_argument(
        "--what",
        required=True,
        metavar="WHAT",
        help="bundle, model, figures, tables, report, results, plan or methods",
    )
    either = parser.add_mutually_exclusive_group(required=True)
    either.add_argument("--to", metavar="DIR", help="folder to write into")
    either.add_argument(
        "--preview",
        action="store_true",
        help="list every file that would leave and what stays, and write nothing",
    )


def export_request(options: Namespace) -> ExportStudy | PreviewBundle:
    """Return what the worker is asked to do."""
    study = str(Path(options.study).absolute())
    if options.preview:
        return PreviewBundle(study, options.what)
    return ExportStudy(study, options.what, into=str(Path(options.to).absolute()))


def exported_lines(result: Mapping[str, Any]) -> list[str]:
    """Return what is printed: where it is, what of it left, and what stays."""
    return [str(line) for line in result["lines"] if line]


def preview_lines(result: Mapping[str, Any]) -> tuple[list[str], bool]:
    """Return what is printed of a preview, and whether anything would leave.

    Args:
        result: Fields of a `deepbench.study.records.BundlePreview`.
    """
    files: Sequence[Mapping[str, Any]] = result["files"]
    leave = [file for file in files if file["allowed"]]
    lines = [_HEAD.format(title=result["title"], level=result["level"]), result["note"]]
    if result["refused"]:
        lines.append(_REFUSED.format(why=result["refused"]))
        return [line for line in lines if line], False
    lines += [
        _LEAVES.format(path=file["path"], size=size_text(file["bytes"]), title=file["title"])
        for file in leave
    ]
    lines += _stay_lines([file for file in files if not file["allowed"]])
    lines += result["sentences"]
    lines.append(_total(files, leave))
    return [line for line in lines if line], bool(leave)


def _stay_lines(stay: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if stay:
        yield _STAYING
    by_reason: dict[str, list[str]] = {}
    for file in stay:
        by_reason.setdefault(file["sentence"], []).append(file["path"])
    for why, paths in by_reason.items():
        yield _STAYS.format(paths=", ".join(paths), why=why)


def _total(files: Sequence[Mapping[str, Any]], leave: Sequence[Mapping[str, Any]]) -> str:
    many, rest = len(leave), len(files) - len(leave)
    return _TOTAL.format(
        files=f"{many} {'file' if many == 1 else 'files'}",
        size=size_text(sum(file["bytes"] for file in leave)),
        stays=f"{rest} {'stays' if rest == 1 else 'stay'}",
    )
