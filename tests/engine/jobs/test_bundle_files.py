"""Whether the files of a bundle are those that left the study."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from deepbench.errors import StageBlocked
from deepbench.jobs.bundle_closing import CHECKSUMS, checksums
from deepbench.jobs.bundle_files import demand_as_listed
from deepbench.privacy.bundle_file import BundleFile

FILES = {
    "plan.toml": b"format = 1\n",
    "results.json": b"{}\n",
    "report/report.html": b"<p>AUROC 0.91</p>",
    "tables/test-metrics.csv": b"auroc\r\n0.91\r\n",
    "model/model.safetensors": bytes(range(256)),
}


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "bundle"
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    listed = [BundleFile(name, content, "results", name) for name, content in FILES.items()]
    (folder / CHECKSUMS).write_bytes(checksums(listed))
    return folder


def appended(path: Path) -> Callable[[], object]:
    return lambda: path.write_bytes(path.read_bytes() + b"\0")


def test_an_untouched_bundle_passes_with_what_people_and_systems_add(bundle: Path) -> None:
    assert demand_as_listed(bundle) == len(FILES)
    (bundle / ".DS_Store").write_bytes(b"x")
    (bundle / "tables" / "Thumbs.db").write_bytes(b"x")
    (bundle / "rerun" / "environment" / "lib").mkdir(parents=True)
    (bundle / "rerun" / "environment" / "lib" / "x.py").write_bytes(b"x")
    (bundle / "table.csv").write_bytes(b"x")
    elsewhere = bundle.parent / "sheet.csv"
    assert demand_as_listed(bundle, [bundle / "table.csv", elsewhere]) == len(FILES)


@pytest.mark.parametrize("name", FILES)
def test_every_changed_file_is_named(name: str, bundle: Path) -> None:
    appended(bundle / name)()
    with pytest.raises(StageBlocked, match=f"not run again. Changed: {name}.") as told:
        demand_as_listed(bundle)
    assert told.value.exit_code == 3
    assert "--data FOLDER" in told.value.hint


def test_missing_and_extra_files_are_named(bundle: Path) -> None:
    (bundle / "report" / "report.html").unlink()
    (bundle / "report" / "report-new.html").write_bytes(FILES["report/report.html"])
    (bundle / "table.csv").write_bytes(b"x")
    with pytest.raises(StageBlocked) as told:
        demand_as_listed(bundle)
    assert told.value.message.endswith(
        "Missing: report/report.html. Not in the list: report/report-new.html, table.csv."
    )


def test_a_list_that_says_less_says_so(bundle: Path) -> None:
    path = bundle / CHECKSUMS
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:-1]), encoding="utf-8")
    with pytest.raises(StageBlocked, match=r"Not in the list: tables/test-metrics\.csv\."):
        demand_as_listed(bundle)
    # A second line for a file that was changed does not excuse it.
    appended(bundle / "results.json")()
    other = BundleFile("results.json", (bundle / "results.json").read_bytes(), "results", "r")
    path.write_bytes("".join(lines).encode() + checksums([other]))
    with pytest.raises(StageBlocked, match=r"Changed: results\.json\."):
        demand_as_listed(bundle)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"abc  plan.toml\n", b"{}\n"])
def test_a_list_that_is_none_is_refused(content: bytes, bundle: Path) -> None:
    (bundle / CHECKSUMS).write_bytes(content)
    with pytest.raises(StageBlocked):
        demand_as_listed(bundle)
    (bundle / CHECKSUMS).unlink()
    with pytest.raises(StageBlocked, match=r"holds no checksums\.sha256"):
        demand_as_listed(bundle)


def test_links_do_not_stand_for_files(bundle: Path) -> None:
    shutil.copytree(bundle, bundle.parent / "true")
    report = bundle / "report" / "report.html"
    report.unlink()
    report.symlink_to(bundle.parent / "true" / "report" / "report.html")
    (bundle / "more").symlink_to(bundle.parent / "true", target_is_directory=True)
    with pytest.raises(StageBlocked, match=r"html\. Not in the list: more\."):
        demand_as_listed(bundle)
