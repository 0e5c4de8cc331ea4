"""The figures of a report as files: pictures, and where points may be read back, drawings."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deepbench.reporting.figures import Picture
from deepbench.reporting.views import Section

FOLDER = "figures"
CAPTIONS = "figures/captions.txt"
CAPTIONS_TITLE = "What stands below the figures"


@dataclass(frozen=True)
class ReportFigure:
    """One figure of a report.

    Attributes:
        picture: The figure, under a name that no other has.
        section: Title of the section it stands in.
    """

    picture: Picture
    section: str


def figures_of(sections: Iterable[Section]) -> list[ReportFigure]:
    """Return all figures of a report in its order."""
    found: list[ReportFigure] = []
    taken: dict[str, int] = {}
    for section in sections:
        for picture in _inside(section.data):
            count = taken.get(picture.name, 0) + 1
            taken[picture.name] = count
            name = picture.name if count == 1 else f"{picture.name}-{count}"
            found.append(ReportFigure(dataclasses.replace(picture, name=name), section.title))
    return found


def drawn_texts(sections: Iterable[Section]) -> tuple[str, ...]:
    """Return all that is written in the figures of a report, which are pixels there."""
    return tuple(text for figure in figures_of(sections) for text in figure.picture.texts)


def _inside(value: Any) -> Iterator[Picture]:
    """Yield the figures in what a section shows, however deep."""
    if isinstance(value, Picture):
        yield value
    elif isinstance(value, Mapping):
        for entry in value.values():
            yield from _inside(entry)
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from _inside(entry)


def figure_files(figure: ReportFigure, *, drawings: bool) -> list[tuple[str, bytes, str]]:
    """Return the files of one figure: (path, content, title).

    Args:
        figure: The figure.
        drawings: Whether it is given as SVG and PDF as well, from which each point that was
            drawn can be read back; a PNG holds its pixels alone.
    """
    picture = figure.picture
    title = f"Figure of “{figure.section}”"
    files = [(f"{FOLDER}/{picture.name}.png", picture.png, title)]
    if drawings:
        files += [
            (f"{FOLDER}/{picture.name}.svg", picture.drawn_as("svg"), title),
            (f"{FOLDER}/{picture.name}.pdf", picture.drawn_as("pdf"), title),
        ]
    return files


def captions(figures: Iterable[ReportFigure]) -> bytes:
    """Return what stands below each figure, and what it shows for who cannot see it."""
    lines = [
        f"{each.picture.name}\n{each.section}\n{each.picture.caption}\n"
        f"For who cannot see it: {each.picture.alt}\n"
        for each in figures
    ]
    return "\n".join(lines).encode("utf-8")
