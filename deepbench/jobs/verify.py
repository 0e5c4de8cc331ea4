"""``deepbench verify``: run the plan again and say number by number whether it reproduces.

First the files are looked at: those of a study against its ledger, those of a bundle against its
list of checksums. Then the plan is run from the data in a folder that is deleted afterwards, and
`results.json` and the tables of a bundle are compared with what came out. For a study that folder
lies inside it, so that no sample lies anywhere else; the ledger gets a line with the result. The
re-run opens a test set of its own: nothing is chosen by what it shows. Private training is left
out: fresh noise is what makes it private.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from deepbench.errors import DataError, StageBlocked, StudyError
from deepbench.jobs.bundle_closing import CHECKSUMS
from deepbench.jobs.bundle_files import demand_as_listed
from deepbench.jobs.bundle_material import BundleMaterial
from deepbench.jobs.bundle_parts import tables
from deepbench.jobs.leave import level_in_force
from deepbench.jobs.report import RESULTS_FILE
from deepbench.jobs.run_study import run_study
from deepbench.messages import RunStudy, VerifyStudy
from deepbench.plan import StudyPlan, read_plan
from deepbench.reporting.compare_results import (
    Compared,
    compare_results,
    comparison_lines,
    reproduces,
)
from deepbench.reporting.compare_tables import table_values
from deepbench.reporting.table_files import FOLDER
from deepbench.reporting.wording import listing
from deepbench.study.folder import PLAN_FILE, Study, is_study
from deepbench.study.location import find_source
from deepbench.worker.progress import Progress

_YES = "The re-run reproduces the results."
_NO = "The re-run does not reproduce the results."
_PRIVATE = (
    "Private training was not run again: its noise is drawn anew each time and kept nowhere, so "
    "the private model cannot be made again number by number. Nothing of it was compared."
)
_AS_LISTED = (
    "{count:,} files are as the list of checksums has them. The list is not signed: somebody who "
    "changes a file can change the list as well."
)
_COMPARED = "Compared with the re-run: {what}."
_NOT_COMPARED = (
    "Not compared with the re-run, only with the list of checksums: model, report, figures and "
    "documents{more}."
)
_CHANGED = "{study} is not as it was written, so it was not run again: {what}"
_CHANGED_HINT = "Restore the study folder from a backup, or run the plan in a new one."
# With the number of the process, so that the next re-run knows what a killed one left.
_ROOM = "deepbench-verify-"
_NOT_RUN = "There are no results to compare with."


@dataclass(frozen=True)
class _Source:
    """A plan, and the folder that its data lies in."""

    plan: StudyPlan
    folder: Path

    def find(self, written: str) -> Path:
        """Return where a file of the plan lies: as written, or by its name alone."""
        found = find_source(self.folder, written)
        return found if found.exists() else self.folder / Path(written).name

    def files(self) -> list[Path]:
        """Return where all files of the plan lie."""
        data, gene_sets = self.plan.data, self.plan.interpretation.gene_sets.strip()
        written = [data.source, data.sample_sheet, *data.more, gene_sets]
        return [self.find(each) for each in written if each]

    def require_data(self) -> None:
        """Refuse to begin where the table is not there.

        Raises:
            DataError: it is not.
        """
        source = self.plan.data.source
        if not self.find(source).exists():
            raise DataError(
                f"The table {Path(source).name} is not in {self.folder.name}.",
                "Name the folder it lies in: deepbench verify … --data FOLDER.",
            )


def verify(request: VerifyStudy, progress: Progress) -> dict[str, object]:
    """Look at the files of a study or bundle, run its plan again and compare all numbers.

    Raises:
        StudyError: there is no study or bundle, or it holds no results.
        DataError: its data is not there.
        StageBlocked: files were changed, or the re-run stops at a stage.
        Cancelled: the user stopped it.
    """
    place = Path(request.path).resolve()
    data = Path(request.data).resolve() if request.data else place
    if is_study(place) and not (place / CHECKSUMS).is_file():
        return _verify_study(place, data, request, progress)
    return _verify_bundle(place, data, request, progress)


def _verify_study(
    place: Path, data: Path, request: VerifyStudy, progress: Progress
) -> dict[str, object]:
    said = _results(place)
    with Study.open_for_writing_existing(place) as study:
        plan = study.plan()
        if problems := study.problems():
            what = " ".join(problems[:5])
            raise StageBlocked(_CHANGED.format(study=place.name, what=what), _CHANGED_HINT)
        source = _Source(plan, data)
        source.require_data()
        # Opening the study deletes what a re-run that was killed left of its room.
        with _room(place / "runs", ".verify-", ".part") as room:
            again = _run_again(source, room, request, progress)
            compared = compare_results(said, _results(again))
        same = reproduces(compared)
        different = [each.place for each in compared if each.verdict not in ("same", "close")]
        study.record(
            "verified",
            {"reproduces": same, "compared": len(compared), "different": different[:100]},
        )
    return _told(plan, compared, [])


def _verify_bundle(
    place: Path, data: Path, request: VerifyStudy, progress: Progress
) -> dict[str, object]:
    if not (place / PLAN_FILE).is_file():
        raise StudyError(
            f"{place.name} is neither a study nor a bundle: it holds no {PLAN_FILE}.",
            "Name a study folder (NAME.deepbench) or an unpacked bundle.",
        )
    said = _results(place)
    source = _Source(read_plan(place / PLAN_FILE), data)
    as_listed = demand_as_listed(place, source.files())
    source.require_data()
    _remove_rooms_left()
    with _room(Path(tempfile.gettempdir()), f"{_ROOM}{os.getpid()}-") as room:
        again = _run_again(source, room, request, progress)
        found, made = _released(again, progress)
    known = sorted(path.relative_to(place).as_posix() for path in place.glob(f"{FOLDER}/*.csv"))
    shared = [name for name in known if name in made]
    said |= {name: table_values((place / name).read_bytes()) for name in shared}
    found |= {name: table_values(made[name]) for name in shared}
    more = [name for name in known if name not in made]
    lines = [
        _AS_LISTED.format(count=as_listed),
        _COMPARED.format(what=listing([RESULTS_FILE, *shared])),
        _NOT_COMPARED.format(more=f", {', '.join(more)}" if more else ""),
    ]
    return _told(source.plan, compare_results(said, found), lines)


def _told(
    plan: StudyPlan, compared: tuple[Compared, ...], lines: Sequence[str]
) -> dict[str, object]:
    same = reproduces(compared)
    private = [_PRIVATE] if plan.privacy.private_training else []
    verdict = _YES if same else _NO
    return {
        "lines": [*lines, *comparison_lines(compared), *private, verdict],
        "reproduces": same,
    }


def _results(place: Path) -> dict[str, Any]:
    """Return what ``results.json`` holds."""
    results = place / RESULTS_FILE
    if not results.is_file():
        raise StudyError(f"{_NOT_RUN} {place.name} holds no {RESULTS_FILE}.", "Run it to the end.")
    try:
        said = dict(json.loads(results.read_text(encoding="utf-8")))
    except (ValueError, TypeError, OSError):
        raise StudyError(
            f"{RESULTS_FILE} in {place.name} cannot be read.", "Take it from a backup."
        ) from None
    return said


@contextmanager
def _room(parent: Path, prefix: str, suffix: str = "") -> Iterator[Path]:
    """Make a folder for the re-run and delete it afterwards."""
    folder = Path(tempfile.mkdtemp(suffix, prefix, parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_rooms_left() -> None:
    """Delete what re-runs of bundles left that were killed: samples lie in it."""
    for left in Path(tempfile.gettempdir()).glob(f"{_ROOM}*-*"):
        process = left.name.removeprefix(_ROOM).partition("-")[0]
        if process.isdigit() and not psutil.pid_exists(int(process)) and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)


def _run_again(source: _Source, room: Path, request: VerifyStudy, progress: Progress) -> Path:
    """Run a plan in a new study, and return its folder."""
    answers = source.plan.model_dump(mode="json", exclude_none=True)
    answers["privacy"]["private_training"] = False
    data = answers["data"]
    for key in ("source", "sample_sheet"):
        if data.get(key):
            data[key] = str(source.find(data[key]))
    if data.get("more"):
        data["more"] = [str(source.find(each)) for each in data["more"]]
    gene_sets = answers.get("interpretation", {}).get("gene_sets")
    if gene_sets:
        answers["interpretation"]["gene_sets"] = str(source.find(gene_sets))
    study = room / "again.deepbench"
    run_study(
        RunStudy(
            plan_path=None,
            example=None,
            study=str(study),
            workers=request.workers,
            device=request.device,
            answers=answers,
        ),
        progress,
    )
    return study


def _released(again: Path, progress: Progress) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the results and the tables of a re-run as a bundle of it would hold them."""
    with Study.open_for_reading(again) as study:
        material = BundleMaterial(study, level_in_force(study), progress)
        return dict(material.document), {file.path: file.content for file in tables(material)}
