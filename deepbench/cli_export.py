"""``deepbench export``: its words, and what is printed of what left and what stays."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deepbench.messages import ExportStudy


def add_export(parser: ArgumentParser) -> None:
    """Add the options of ``deepbench export``."""
    parser.add_argument("study", metavar="STUDY", help="study folder")
    parser.add_argument(
        "--what",
        required=True,
        metavar="WHAT",
        help="bundle, model, figures, tables, report, results, plan or methods",
    )
    parser.add_argument("--to", required=True, metavar="DIR", help="folder to write into")


def export_request(options: Namespace) -> ExportStudy:
    """Return what the worker is asked to do."""
    study, into = Path(options.study).absolute(), Path(options.to).absolute()
    return ExportStudy(str(study), options.what, into=str(into))


def exported_lines(result: Mapping[str, Any]) -> list[str]:
    """Return what is printed: where it is, what of it left, and what stays."""
    return [str(line) for line in result["lines"] if line]
