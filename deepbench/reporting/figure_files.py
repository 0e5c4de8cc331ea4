"""The figures of a report as files: pictures, and where points may be read back, drawings."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from deepbench.reporting.figures import Picture
from deepbench.reporting.views import Section
from deepbench.reporting.wording import clipped

FOLDER = "figures"


def pictures_of(sections: Iterable[Section]) -> list[Picture]:
    """Return all figures of a report in its order, each under a name of its own."""
    found: list[Picture] = []
    taken: dict[str, int] = {}
    for section in sections:
        for picture in _inside(section.data):
            count = taken.get(picture.name, 0) + 1
            taken[picture.name] = count
            name = picture.name if count == 1 else f"{picture.name}-{count}"
            found.append(dataclasses.replace(picture, name=name))
    return found


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


def figure_files(picture: Picture, *, drawings: bool) -> list[tuple[str, bytes, str]]:
    """Return the files of one figure: (path, content, title).

    Args:
        picture: The figure.
        drawings: Whether it is given as SVG and PDF as well, from which each point that was
            drawn can be read back; a PNG holds its pixels alone.
    """
    title = f"Figure: {clipped(picture.caption.split('. ')[0].rstrip('.'), 90)}"
    files = [(f"{FOLDER}/{picture.name}.png", picture.png, title)]
    if drawings:
        files += [
            (f"{FOLDER}/{picture.name}.{suffix}", picture.drawn_as(suffix), title)
            for suffix in ("svg", "pdf")
        ]
    return files
