"""The support bundle, attacked with a patient's name in every place."""

from __future__ import annotations

import getpass
import platform
import traceback
import zipfile
from pathlib import Path

import pytest

from deepbench import __version__
from deepbench.errors import DataError, GateRefused
from deepbench.jobs.support_bundle import support_bundle
from deepbench.messages import SupportBundle
from deepbench.study.folder import Study
from deepbench.worker.failures import write_crash_file
from deepbench.worker.progress import Progress
from tests.engine.jobs import leaving

NAME = "Ottilie Wernersdottir"
PARTS = ("ottilie", "wernersdottir")


def bundle(
    output: Path, study: Path | None, notes: dict[str, str] | None = None
) -> dict[str, str]:
    request = SupportBundle(str(output), str(study) if study else None, notes or {})
    assert support_bundle(request, Progress()) == {"output": str(output)}
    with zipfile.ZipFile(output) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


def fail_with_the_name() -> BaseException:
    """An error of the kind libraries raise, with the name in message, path and source."""
    try:
        try:
            int(NAME)
        except ValueError as error:
            raise KeyError(NAME) from error
    except KeyError as error:
        error.add_note(f"{NAME}: positive\n{NAME}Error: x")
        return error
    raise AssertionError


def test_a_patients_name_is_nowhere_in_it(tmp_path: Path) -> None:
    folder = tmp_path / NAME
    folder.mkdir()
    question = {"outcome": "diagnosis", "title": NAME}
    study = leaving.finished(folder, question=question)
    with Study.open_for_writing(study) as opened:
        names = b'{"samples": ["' + NAME.encode() + b'"], "units": ["Wernersdottir, O."]}'
        artifact = opened.store("data", "map.json", names)
        opened.record("view", {"name": "map", "stage": "split", "artifact": artifact})
        opened.record("gate", {"destination": str(folder)})
    error = fail_with_the_name()
    assert str(study) in write_crash_file(error, study)
    (study / "runs" / "crashes" / f"crash-{NAME}.txt").write_text(
        f"{NAME}\nValueError: {NAME}\n"
        f'  File "{folder}/deepbench/{NAME.lower().replace(" ", "_")}.py", line 7, in x\n'
    )
    notes = {
        "qt.txt": f"cannot open {folder}/table.csv\nvalue '{NAME}' is odd\n{NAME} and OTTILIE",
        f"{NAME}.txt": f"C:\\Users\\{NAME}\\table.csv\n\\\\server\\{NAME}\n~/{NAME}",
        "crash": "".join(traceback.format_exception(error)),
    }
    texts = bundle(tmp_path / "b.zip", study, notes)
    raw = (tmp_path / "b.zip").read_bytes().lower()
    for part in PARTS:
        assert part not in "".join([*texts, *texts.values()]).lower()
        assert part.encode() not in raw
    assert texts["note-1-qt.txt"].startswith("cannot open <path>\nvalue <text> is odd\n")
    assert texts["note-3-crash.txt"].split() == ["ValueError", "KeyError"]
    crashes = [text.split() for name, text in sorted(texts.items()) if name.startswith("crash-")]
    assert sorted(crashes) == [
        ["DeepBench", f"{__version__},", crashes[0][2], "ValueError", "KeyError"],
        ["ValueError"],
    ]
    assert "note-2.txt" in texts


def test_ledger_counts_versions_and_nothing_else_of_the_study(tmp_path: Path) -> None:
    study = leaving.finished(tmp_path)
    texts = bundle(tmp_path / "b.zip", study)
    assert set(texts) == {"read-me.txt", "versions.txt", "ledger.txt"}
    counts = dict(line.split(": ") for line in texts["ledger.txt"].splitlines())
    assert counts == {"plan": "1", "folder": "1", "stage_finished": "15"}
    versions = dict(line.split(": ") for line in texts["versions.txt"].splitlines())
    assert versions["python"] == platform.python_version()
    assert versions["deepbench"] == __version__
    assert int(versions["processor cores"]) >= 1
    assert float(versions["memory in GB"]) > 0
    assert {"numpy", "torch", "scikit-learn", "system"} <= versions.keys()
    everything = "".join(texts.values())
    for secret in ("diagnosis", "marker", "biopsies", str(tmp_path), "P-0001"):
        assert secret not in everything
    line = leaving.gate_lines(study)[-1]
    assert (line["kind"], line["decision"]) == ("support", "issued")


def test_the_names_of_user_and_computer_are_taken_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "owernersdottir")
    monkeypatch.setattr(platform, "node", lambda: "LAB-PC-7.clinic.example")
    notes = {"window": "owernersdottir at LAB-PC-7, lab-pc-7.clinic.example"}
    texts = bundle(tmp_path / "b.zip", None, notes)
    assert texts["note-1-window.txt"] == "<computer> at <computer>, <computer>"
    assert "clinic" not in "".join(texts.values())


def test_without_a_study(tmp_path: Path) -> None:
    texts = bundle(tmp_path / "b.zip", None)
    assert texts["ledger.txt"] == "No study was open.\n"
    assert [path.name for path in tmp_path.iterdir()] == ["b.zip"]


def test_of_a_damaged_or_busy_or_missing_study(tmp_path: Path) -> None:
    study = leaving.finished(tmp_path)
    (study / "runs" / "crashes").mkdir()
    (study / "runs" / "crashes" / "crash-1.txt").write_text("MemoryError\n")
    with Study.open_for_writing(study):
        texts = bundle(tmp_path / "busy.zip", study)
        assert (
            texts["ledger.txt"] == "The ledger of the open study could not be read (StudyBusy).\n"
        )
        assert texts["crash-1.txt"] == "MemoryError\n"
    (study / "ledger.jsonl").write_bytes(b"broken\n")
    texts = bundle(tmp_path / "damaged.zip", study)
    assert "(StudyError)" in texts["ledger.txt"]
    assert "(StudyError)" in bundle(tmp_path / "no.zip", tmp_path / "no")["ledger.txt"]
    assert not (tmp_path / "no").exists()


def test_it_is_a_zip_file_outside_the_study(tmp_path: Path) -> None:
    study = leaving.finished(tmp_path)
    with pytest.raises(DataError, match=r"does not end in \.zip"):
        support_bundle(SupportBundle(str(tmp_path / "b.txt"), None), Progress())
    with pytest.raises(GateRefused, match="into the study folder"):
        support_bundle(SupportBundle(str(study / "b.zip"), str(study)), Progress())
    assert leaving.gate_lines(study)[-1]["decision"] == "refused"


def test_the_same_state_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        bundle(tmp_path / name, None, {"qt": "fine"})
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
