"""Whether the files of a bundle are those that left the study, by its list of checksums."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath

from deepbench.errors import StageBlocked
from deepbench.jobs.bundle_closing import CHECKSUMS
from deepbench.study.files import file_sha256

#: What the script of the bundle installs beside itself.
_ENVIRONMENT = "rerun/environment"
#: What operating systems put into folders that somebody looks at.
_DROPPINGS = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")
_MOST_NAMED = 20
_NO_LIST = (
    "{bundle} holds no {name}, so nobody can say whether its files are those that left the study."
)
_BAD_LIST = "{name} in {bundle} cannot be read as a list of checksums."
_NOT_AS_LISTED = (
    "The files of {bundle} are not those that left the study, so it was not run again."
)
_HINT = (
    "Get the bundle once more from whoever made it. Files that you put into its folder yourself: "
    "move them out, or name the folder of the data with --data FOLDER."
)
_KINDS = ("Changed", "Missing", "Not in the list")


def demand_as_listed(bundle: Path, beside: Collection[Path] = ()) -> int:
    """Refuse a bundle whose files are not those of its list of checksums.

    The list is not signed: it shows what went wrong on the way, and what was changed by somebody
    who did not change the list as well.

    Args:
        bundle: Folder of the bundle.
        beside: Files that may lie in it without being listed, such as the table.

    Returns:
        How many files are as listed.

    Raises:
        StageBlocked: the list is missing, or files are changed, missing or not in it.
    """
    listed = _listed(bundle)
    there = {path.as_posix() for path in _files(bundle)}
    changed = [
        name for name, sums in listed.items() if name in there and not _is(bundle, name, sums)
    ]
    missing = sorted(set(listed) - there)
    allowed = {_inside(path, bundle) for path in beside}
    extra = sorted(there - set(listed) - allowed - {CHECKSUMS})
    found = [
        f"{kind}: {_names(names)}."
        for kind, names in zip(_KINDS, (sorted(changed), missing, extra), strict=True)
        if names
    ]
    if found:
        raise StageBlocked(" ".join([_NOT_AS_LISTED.format(bundle=bundle.name), *found]), _HINT)
    return len(listed)


def _listed(bundle: Path) -> dict[str, set[str]]:
    """Return the checksums of each file by the list; a file that stands there twice has two."""
    path = bundle / CHECKSUMS
    if not path.is_file():
        raise StageBlocked(_NO_LIST.format(bundle=bundle.name, name=CHECKSUMS), _HINT)
    listed: dict[str, set[str]] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        lines = [""]
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None:
            raise StageBlocked(_BAD_LIST.format(bundle=bundle.name, name=CHECKSUMS), _HINT)
        listed.setdefault(found[2], set()).add(found[1])
    return listed


def _files(bundle: Path) -> Iterator[PurePosixPath]:
    """Yield the files of a bundle; a link to a folder counts as one."""
    for folder, folders, files in os.walk(bundle):
        within = Path(folder).relative_to(bundle)
        links = [name for name in folders if Path(folder, name).is_symlink()]
        folders[:] = [name for name in folders if (within / name).as_posix() != _ENVIRONMENT]
        for name in (*files, *links):
            if name.casefold() not in _DROPPINGS:
                yield PurePosixPath((within / name).as_posix())


def _is(bundle: Path, name: str, sums: set[str]) -> bool:
    path = bundle / name
    return not path.is_symlink() and path.is_file() and sums == {file_sha256(path)}


def _inside(path: Path, bundle: Path) -> str:
    try:
        return path.resolve().relative_to(bundle.resolve()).as_posix()
    except ValueError:
        return ""


def _names(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
