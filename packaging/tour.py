"""Show every page of the wizard as pictures.

    python packaging/tour.py --out DIR                      the built-in example, both themes
    python packaging/tour.py --out DIR --study DIR          a finished study of your own
    python packaging/tour.py --out DIR --size 1280x720 --scale 1.5 --themes dark

The example is calculated first, in a temporary folder, which takes a minute or two; of a study a
copy is opened. The pictures are called THEME-NUMBER-PAGE.png; those that end in ``-full`` show a
page at its whole length. It needs no screen. The last line printed is the folder.

Standard library only: the processes that calculate import this file again.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

THEMES = ("light", "dark")
HOW_TO_INSTALL = (
    "The wizard cannot be imported ({name} is missing). Run this script with the Python that "
    "'python packaging/bootstrap.py install' prints in its last line."
)
NO_STUDY = "There is no study in {path}. Name a folder that ends in .deepbench."


@dataclass(frozen=True)
class Route:
    """What the tour shows.

    Attributes:
        out: Folder of the pictures.
        study: Study to show, a copy of the user's; None for the built-in example.
        place: Temporary folder for what the tour makes.
        themes: light, dark or both.
        size: Width and height of the window, before scaling.
    """

    out: Path
    study: Path | None
    place: Path
    themes: tuple[str, ...]
    size: tuple[int, int]


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options of this script."""
    parser = argparse.ArgumentParser(
        prog="tour.py", description="Show every page of the wizard as pictures."
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the pictures")
    parser.add_argument("--study", type=Path, help="a finished study (default: the example)")
    parser.add_argument("--themes", type=_themes, default=THEMES, help="default: light,dark")
    parser.add_argument("--size", type=_size, default=(1280, 720), help="default: 1280x720")
    parser.add_argument("--scale", type=float, default=1.0, help="like the system's, e.g. 1.5")
    return parser.parse_args(arguments)


def _themes(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if not set(names) <= set(THEMES):
        raise argparse.ArgumentTypeError(f"write {' or '.join(THEMES)}, with a comma for both")
    return names


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{3,4})x(\d{3,4})", text)
    if found is None:
        raise argparse.ArgumentTypeError("write it as 1280x720")
    return int(found[1]), int(found[2])


def prepare_screen(scale: float, config: Path) -> None:
    """Say to Qt, before it is loaded, where it draws and how large; keep the user's settings out.

    Args:
        scale: Factor of everything on screen.
        config: Folder of the settings of this tour.
    """
    has_screen = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if sys.platform.startswith("linux") and not has_screen:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["QT_SCALE_FACTOR"] = str(scale)
    os.environ["DEEPBENCH_CONFIG"] = str(config)


def copy_study(study: Path, place: Path) -> Path:
    """Copy a study, with its table where that is named relative to it; return the copy."""
    copy = place / study.name
    shutil.copytree(study, copy, ignore=shutil.ignore_patterns("*.lock", "*.lock.json"))
    from deepbench.study.draft import Draft

    source = Draft.load(copy).value("data.source", "")
    table, target = study / source, copy / source
    inside = target.resolve().is_relative_to(place.resolve())
    if source and table.is_file() and inside and not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(table, target)
    return copy


def main(arguments: Sequence[str]) -> int:
    """Take the pictures; return the exit code."""
    options = parse(arguments)
    study: Path | None = options.study.resolve() if options.study else None
    if study is not None and not (study / "ledger.jsonl").is_file():
        print(NO_STUDY.format(path=study), file=sys.stderr)
        return 2
    out: Path = options.out.resolve()
    with tempfile.TemporaryDirectory(prefix="deepbench-tour-") as name:
        place = Path(name).resolve()
        prepare_screen(options.scale, place / "config")
        try:
            import tour_walk
        except ImportError as error:
            print(HOW_TO_INSTALL.format(name=error.name or error), file=sys.stderr)
            return 2
        out.mkdir(parents=True, exist_ok=True)
        shown = copy_study(study, place) if study else None
        problems = tour_walk.walk(Route(out, shown, place, options.themes, options.size))
    for problem in problems:
        print(problem, file=sys.stderr)
    print(out)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
