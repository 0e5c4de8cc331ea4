"""The gate's hands: where it may write, and how. Only the gate uses this module.

A test walks the source for whoever else writes (tests/test_choke_point.py).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from deepbench.errors import DataError, GateRefused
from deepbench.study.files import file_sha256, replace_file, sync_folder

_SPACE_HINT = "Check free disk space and whether you may write in that folder."


def checked_file(destination: Path, study: Path | None) -> Path:
    """Return the real path of a file to write.

    Raises:
        GateRefused: it lies in the study.
        DataError: there is no such folder, or what lies there is no ordinary file.
    """
    try:
        target = _outside(destination, study)
        is_link, is_folder = destination.is_symlink(), not destination.name or target.is_dir()
        is_special = target.exists() and not target.is_file()
    except OSError:
        raise _no_folder(destination) from None
    if is_link:
        raise DataError(f"{destination} is a link.", "Name the file itself.")
    if is_folder:
        raise DataError(f"{destination} is a folder.", "Name a file in it.")
    if is_special:
        raise DataError(f"{destination} is not an ordinary file.", "Name an ordinary file.")
    return target


def checked_new_folder(destination: Path, study: Path | None) -> Path:
    """Return the real path of a folder to make.

    Raises:
        GateRefused: it lies in the study.
        DataError: there is no folder to make it in, or something lies there already.
    """
    try:
        target = _outside(destination, study)
        taken = destination.is_symlink() or target.exists() or not destination.name
    except OSError:
        raise _no_folder(destination) from None
    if taken:
        raise DataError(
            f"There is something at {destination} already, and nothing is overwritten.",
            "Choose another place, or move what lies there.",
        )
    return target


def _outside(destination: Path, study: Path | None) -> Path:
    folder = destination.parent.resolve(strict=True)
    if not folder.is_dir():
        raise NotADirectoryError
    if study is not None and _lies_in(folder, study.resolve(strict=True)):
        raise GateRefused(
            f"{destination.name} would be written into the study folder.",
            "Choose a place outside the study folder.",
        )
    return folder / destination.name


def _no_folder(destination: Path) -> DataError:
    return DataError(
        f"There is no folder {destination.parent} to write {destination.name} in.",
        "Create it, or choose another place.",
    )


def _lies_in(folder: Path, study: Path) -> bool:
    # samefile, not a comparison of text: names differ in case on Windows and macOS.
    return any(ancestor.samefile(study) for ancestor in (folder, *folder.parents))


def write_file(target: Path, content: bytes, sha256: str) -> None:
    """Put a file in place: a ``.part`` beside it, flushed, read again, compared, renamed.

    Raises:
        DataError: it could not be written, or was damaged on the way.
    """
    part = _part(target)
    try:
        _write_and_compare(part, content, sha256)
        replace_file(part, target)
        sync_folder(target.parent)
    except OSError as error:
        raise _not_written(target, error) from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def write_new_folder(target: Path, files: Mapping[str, bytes], sha256: Mapping[str, str]) -> None:
    """Put a folder in place, all of it or nothing: a ``.part`` beside it, compared, renamed.

    Args:
        target: Folder that does not exist.
        files: Content by path inside the folder.
        sha256: Hash by path.

    Raises:
        DataError: it could not be written, or a file was damaged on the way.
    """
    part = _part(target)
    try:
        part.mkdir()
        for name, content in files.items():
            path = part / PurePosixPath(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_and_compare(path, content, sha256[name])
        for folder in {part, *(path for path in part.rglob("*") if path.is_dir())}:
            sync_folder(folder)
        # Made meanwhile by somebody else: a rename would replace an empty folder.
        if target.exists():
            raise FileExistsError(17, os.strerror(17))
        replace_file(part, target)
        sync_folder(target.parent)
    except OSError as error:
        raise _not_written(target, error) from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _part(target: Path) -> Path:
    return target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.part")


def _write_and_compare(path: Path, content: bytes, sha256: str) -> None:
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    if file_sha256(path) != sha256:
        raise DataError(
            f"{path.name} was damaged while it was written.", "Check the disk; try again."
        )


def _not_written(target: Path, error: OSError) -> DataError:
    return DataError(
        f"{target.name} could not be written in {target.parent} ({error.strerror}).", _SPACE_HINT
    )
