"""``deepbench verify``: run the plan again and say number by number whether it reproduces.

The plan of a study or of an exported bundle is run from the data in a folder that is deleted
afterwards. For a study that folder lies inside it, so that no sample lies anywhere else; the
ledger gets a line with the result. The re-run opens a test set of its own: nothing is chosen by
what it shows.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepbench.errors import DataError, StudyError
from deepbench.jobs.leave import level_in_force
from deepbench.jobs.released import last_run, names_to_hide, results_json
from deepbench.jobs.report import RESULTS_FILE
from deepbench.jobs.run_study import run_study
from deepbench.messages import RunStudy, VerifyStudy
from deepbench.plan import StudyPlan, read_plan
from deepbench.reporting.compare_results import compare_results, comparison_lines, reproduces
from deepbench.study.folder import Study
from deepbench.study.location import find_source
from deepbench.worker.progress import Progress

PLAN_FILE = "plan.toml"
_YES = "The re-run reproduces the results."
_NO = "The re-run does not reproduce the results."
_NOT_RUN = "There are no results to compare with."


@dataclass(frozen=True)
class _Original:
    """What was said, and how to run it again."""

    plan: StudyPlan
    said: dict[str, Any]
    data_folder: Path
    is_study: bool


def verify(request: VerifyStudy, progress: Progress) -> dict[str, object]:
    """Run the plan of a study or bundle again and compare all numbers.

    Raises:
        StudyError: there is no study or bundle, or it holds no results.
        DataError: its data is not there.
        StageBlocked: the re-run stops at a stage.
        Cancelled: the user stopped it.
    """
    place = Path(request.path).resolve()
    original = _original(place, Path(request.data).resolve() if request.data else None)
    _require_data(original)
    with _room(place, original) as room:
        found = _run_again(original, room, request, progress)
    compared = compare_results(original.said, found)
    same = reproduces(compared)
    if original.is_study:
        with Study.open_for_writing(place) as study:
            different = [each.place for each in compared if each.verdict not in ("same", "close")]
            study.record(
                "verified",
                {"reproduces": same, "compared": len(compared), "different": different[:100]},
            )
    sentence = _YES if same else _NO
    return {"lines": [*comparison_lines(compared), sentence], "reproduces": same}


def _original(place: Path, data: Path | None) -> _Original:
    plan_file, results = place / PLAN_FILE, place / RESULTS_FILE
    if not plan_file.is_file():
        raise StudyError(
            f"{place.name} is neither a study nor a bundle: it holds no {PLAN_FILE}.",
            "Name a study folder (NAME.deepbench) or an unpacked bundle.",
        )
    if not results.is_file():
        raise StudyError(f"{_NOT_RUN} {place.name} holds no {RESULTS_FILE}.", "Run it to the end.")
    try:
        said = json.loads(results.read_text(encoding="utf-8"))
    except (ValueError, OSError):
        raise StudyError(
            f"{RESULTS_FILE} in {place.name} cannot be read.", "Take it from a backup."
        ) from None
    is_study = (place / "ledger.jsonl").is_file()
    return _Original(read_plan(plan_file), said, data or place, is_study)


def _require_data(original: _Original) -> None:
    source = original.plan.data.source
    if not _find(original, source).exists():
        raise DataError(
            f"The table {Path(source).name} is not in {original.data_folder.name}.",
            "Name the folder it lies in: deepbench verify … --data FOLDER.",
        )


def _find(original: _Original, written: str) -> Path:
    """Return where a file of the plan lies: as written, or by its name alone."""
    found = find_source(original.data_folder, written)
    return found if found.exists() else original.data_folder / Path(written).name


@contextmanager
def _room(place: Path, original: _Original) -> Iterator[Path]:
    """Make a folder for the re-run and delete it afterwards."""
    beside = place / "runs" if original.is_study else None
    folder = Path(tempfile.mkdtemp(prefix="verify-", dir=beside))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run_again(
    original: _Original, room: Path, request: VerifyStudy, progress: Progress
) -> dict[str, Any]:
    answers = original.plan.model_dump(mode="json", exclude_none=True)
    data = answers["data"]
    for key in ("source", "sample_sheet"):
        if data.get(key):
            data[key] = str(_find(original, data[key]))
    if data.get("more"):
        data["more"] = [str(_find(original, each)) for each in data["more"]]
    gene_sets = answers.get("interpretation", {}).get("gene_sets")
    if gene_sets:
        answers["interpretation"]["gene_sets"] = str(_find(original, gene_sets))
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
    if original.is_study:
        found: dict[str, Any] = json.loads((study / RESULTS_FILE).read_text(encoding="utf-8"))
        return found
    # A bundle holds what its level lets out.
    with Study.open_for_reading(study) as again:
        level = level_in_force(again)
        content = results_json(last_run(again), level, names_to_hide(again, level))
        released: dict[str, Any] = json.loads(content)
        return released
