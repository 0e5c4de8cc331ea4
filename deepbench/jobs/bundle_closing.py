"""What closes a bundle: documents, how to run it again, README, list of files, checksums.

They say what leaves and by whose approval, so they are made when that is decided.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from deepbench.jobs.bundle_material import BundleMaterial
from deepbench.jobs.bundle_versions import PATH as VERSIONS
from deepbench.jobs.bundle_versions import TITLE as VERSIONS_TITLE
from deepbench.jobs.bundle_versions import constraints_txt
from deepbench.jobs.let_bundle_go import Decisions
from deepbench.jobs.released import plan_toml
from deepbench.privacy.bundle_file import BundleFile
from deepbench.privacy.override import approval_lines
from deepbench.reporting.documents import study_documents
from deepbench.reporting.documents.bundle_readme import bundle_readme
from deepbench.reporting.documents.model_card import model_card
from deepbench.reporting.documents.rerun import rerun_script
from deepbench.reporting.documents.ro_crate import PATH as CRATE
from deepbench.reporting.documents.ro_crate import TITLE as CRATE_TITLE
from deepbench.reporting.documents.ro_crate import encoding_format, ro_crate_metadata
from deepbench.reporting.wording import listing

CHECKSUMS, CHECKSUMS_TITLE = "checksums.sha256", "Checksums of all files"
_NOT_IN_PLAN = (
    "Not in the plan, because the study is {level}: {what}. Where it changes what is calculated, "
    "a re-run from this bundle gives other numbers."
)

Closing = Callable[[Decisions], Sequence[BundleFile]]


def close_bundle(material: BundleMaterial, stays: Sequence[str]) -> Closing:
    """Return what makes the closing files of the whole bundle.

    Args:
        material: The study.
        stays: Sentences on what was not even made.
    """

    def close(decisions: Decisions) -> list[BundleFile]:
        made = _documents(material, decisions)
        notes = [*_notes(decisions, stays), *_left_out_of_plan(material)]
        return _with_lists([*made, *rerun_files(material)], decisions, material, notes)

    return close


def close_folder(
    material: BundleMaterial, stays: Sequence[str] = (), *, with_card: bool = False
) -> Closing:
    """Return what makes the closing files of a part of the bundle; arguments as above.

    Args:
        material: The study.
        stays: Sentences on what was not even made.
        with_card: Whether the model card is one of them.
    """

    def close(decisions: Decisions) -> list[BundleFile]:
        approvals = decisions.approvals
        card = model_card(material.released, material.answers, material.cells, approvals=approvals)
        made = [_document(*each) for each in card] if with_card else []
        return _with_lists(made, decisions, material, _notes(decisions, stays))

    return close


def rerun_files(material: BundleMaterial) -> list[BundleFile]:
    """Return plan, results and what runs them again."""
    plan = plan_toml(material.released_plan)
    scripts = rerun_script(material.released)
    results = material.results
    return [
        BundleFile("plan.toml", plan, "plan", "Plan", "All answers; DeepBench runs it."),
        BundleFile("results.json", results, "results", "Results", "What a re-run compares with."),
        BundleFile("rerun/plan.toml", plan, "plan", "Plan"),
        BundleFile(VERSIONS, constraints_txt(), "plan", VERSIONS_TITLE),
        *(BundleFile(path, content, "plan", title) for path, content, title in scripts),
    ]


def _documents(material: BundleMaterial, decisions: Decisions) -> list[BundleFile]:
    made = study_documents(
        material.released, material.answers, material.cells, approvals=decisions.approvals
    )
    return [_document(*each) for each in made]


def _document(path: str, content: bytes, title: str) -> BundleFile:
    return BundleFile(path, content, "report", title)


def _notes(decisions: Decisions, stays: Sequence[str]) -> list[str]:
    """Return what is not in a bundle and why, each reason once."""
    by_reason: dict[str, list[str]] = {}
    for each in decisions.left_out:
        by_reason.setdefault(each.sentence, []).append(each.path)
    kept_back = [f"Not in it: {listing(paths)}. {reason}" for reason, paths in by_reason.items()]
    return [*kept_back, *(f"Not in it: {text}" for text in stays)]


def _left_out_of_plan(material: BundleMaterial) -> list[str]:
    left_out = material.released_plan.left_out
    if not left_out:
        return []
    return [_NOT_IN_PLAN.format(level=material.level, what="; ".join(left_out))]


def _with_lists(
    made: list[BundleFile], decisions: Decisions, material: BundleMaterial, notes: list[str]
) -> list[BundleFile]:
    """Return files with README, list for archives and checksums of all."""
    files = [*decisions.leaving, *made]
    summary = material.released
    listed = [(file.path, file.title) for file in files]
    listed += [(CRATE, CRATE_TITLE), (CHECKSUMS, CHECKSUMS_TITLE)]
    approvals = [" ".join(approval_lines(each)) for each in decisions.approvals]
    for path, content, title in bundle_readme(listed, summary, notes, approvals):
        made.append(BundleFile(path, content, "text", title))
    files = [*decisions.leaving, *made]
    crate = [
        (file.path, file.title, encoding_format(file.path), file.sha256, len(file.content))
        for file in files
    ]
    crate.append((CHECKSUMS, CHECKSUMS_TITLE, encoding_format(CHECKSUMS), "", 0))
    for path, content, title in ro_crate_metadata(crate, summary, material.answers):
        made.append(BundleFile(path, content, "results", title))
    files = [*decisions.leaving, *made]
    made.append(BundleFile(CHECKSUMS, checksums(files), "results", CHECKSUMS_TITLE))
    return made


def checksums(files: Sequence[BundleFile]) -> bytes:
    """Return the SHA-256 of each file, as ``sha256sum -c`` reads it."""
    lines = sorted((file.path, file.sha256) for file in files)
    return "".join(f"{sha256}  {path}\n" for path, sha256 in lines).encode()
