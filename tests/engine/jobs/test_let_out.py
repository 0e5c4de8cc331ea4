"""What the window shows leaves through the gate, or stays with a sentence."""

from __future__ import annotations

import base64
import dataclasses
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest

from deepbench.errors import DataError, DeepBenchError, GateRefused, StudyError
from deepbench.jobs.let_out import let_out
from deepbench.messages import LetOut
from deepbench.study.folder import Study
from deepbench.study.lock import StudyBusy
from deepbench.study.records import SplitMapRecord
from deepbench.worker.progress import Progress
from tests.engine.jobs import leaving
from tests.engine.reporting import summaries

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*extra: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(b"\x00\x80")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(extra) + body


def progress() -> Progress:
    return Progress()


def ask(study: Path, content: bytes, destination: Path | str, **changes: Any) -> LetOut:
    suffix = Path(destination).suffix.removeprefix(".")
    kind = {"csv": "table", "txt": "text"}.get(suffix, "figure")
    request = LetOut(
        study=str(study),
        kind=kind,
        title="ROC curve",
        suffix=suffix,
        content=base64.b64encode(content).decode(),
        destination=str(destination),
        per_sample=False,
        shown=base64.b64encode(b"curve,AUROC\nnetwork,0.91\n").decode()
        if kind == "figure"
        else "",
    )
    return dataclasses.replace(request, **changes)


def test_a_figure_leaves_as_pixels_with_its_title_in_the_ledger(tmp_path: Path) -> None:
    study = leaving.finished(tmp_path)
    full = png(chunk(b"tEXt", b"Author\x00Anna"))
    result = let_out(ask(study, full, tmp_path / "roc.png"), progress())
    assert result == {"output": str(tmp_path / "roc.png")}
    assert (tmp_path / "roc.png").read_bytes() == png()
    (line,) = leaving.gate_lines(study)
    assert (line["kind"], line["title"], line["decision"]) == ("figures", "ROC curve", "issued")


@pytest.mark.parametrize(
    ("level", "leaves"),
    [("public", True), ("internal", True), ("sensitive", False), ("restricted", False)],
)
def test_drawings_and_single_samples_by_level(level: str, leaves: bool, tmp_path: Path) -> None:
    study = leaving.finished(tmp_path, level)
    rows = b"sample,x\nP-0001,1\n"
    requests = {
        "PNG": ask(study, SVG, tmp_path / "a.svg"),
        "PDF": ask(study, b"%PDF-1.4", tmp_path / "a.pdf"),
        "single samples": ask(study, rows, tmp_path / "a.csv", per_sample=True),
        "stays in the study": ask(study, png(), tmp_path / "a.png", per_sample=True),
    }
    for says, request in requests.items():
        if leaves:
            let_out(request, progress())
            assert Path(request.destination).exists()
        else:
            with pytest.raises(GateRefused, match=says):
                let_out(request, progress())
            assert not Path(request.destination).exists()
    assert len(leaving.gate_lines(study)) == 4


def test_a_table_is_safe_to_open_in_a_spreadsheet(tmp_path: Path) -> None:
    study = leaving.finished(tmp_path)
    content = b"feature,importance\n=1+1,-0.5\n@x,1\n"
    let_out(ask(study, content, tmp_path / "a.csv"), progress())
    assert (tmp_path / "a.csv").read_bytes() == (b"feature,importance\r\n'=1+1,-0.5\r\n'@x,1\r\n")


def test_the_clipboard_is_let_go_only_after_the_gate(tmp_path: Path) -> None:
    study = leaving.finished(tmp_path)
    before = sorted(tmp_path.iterdir())
    request = ask(study, b"feature,importance\nIL6,1\n", "clipboard", kind="table", suffix="csv")
    assert let_out(request, progress()) == {"output": "clipboard"}
    formula = dataclasses.replace(request, content=base64.b64encode(b"a\n=1\n").decode())
    with pytest.raises(GateRefused, match="begins like a formula") as caught:
        let_out(formula, progress())
    assert "Save the table as a file" in caught.value.hint
    single = dataclasses.replace(request, per_sample=True)
    with pytest.raises(GateRefused, match="single samples"):
        let_out(single, progress())
    lines = leaving.gate_lines(study)
    assert [line["destination"] for line in lines] == ["clipboard"] * 3
    assert [line["decision"] for line in lines] == ["issued", "refused", "refused"]
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("name", [leaving.SAMPLES[0], leaving.SAMPLES[-1].lower(), "Patient 77"])
def test_a_table_said_to_be_aggregate_must_not_name_samples(name: str, tmp_path: Path) -> None:
    study = leaving.finished(tmp_path)
    with Study.open_for_writing(study) as opened:
        view = SplitMapRecord(
            samples=(), units=("Patient 77",), outcomes=(), outer_folds=(), places=(),
            tuning_fold=(),
        )  # fmt: skip
        artifact = opened.store("data", "split-map.json", view.model_dump_json().encode())
        opened.record("view", {"name": "split-map", "stage": "split", "artifact": artifact})
    content = f"group,score\n{name},1\n".encode()
    with pytest.raises(GateRefused, match="name of a sample or unit"):
        let_out(ask(study, content, tmp_path / "a.csv"), progress())
    with pytest.raises(GateRefused, match="name of a sample or unit"):
        let_out(ask(study, f"Look at {name}.".encode(), tmp_path / "a.txt"), progress())
    assert name not in str(leaving.gate_lines(study))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("The model finds 3 of 9 test samples.", "fewer than 10 samples or people"),
        ("Saved in /home/anna/lab.", "a file path"),
        ("We analysed 569 samples in 5 folds.", ""),
    ],
)
def test_texts_are_read_before_they_leave(text: str, says: str, tmp_path: Path) -> None:
    guarded = leaving.finished(tmp_path)
    request = ask(guarded, text.encode(), tmp_path / "a.txt")
    if says:
        with pytest.raises(GateRefused, match=says):
            let_out(request, progress())
        assert leaving.gate_lines(guarded)[-1]["decision"] == "refused"
    else:
        let_out(request, progress())
        assert (tmp_path / "a.txt").read_text() == text
    (tmp_path / "x").mkdir()
    public = leaving.finished(tmp_path / "x", "public")
    let_out(ask(public, text.encode(), tmp_path / "b.txt"), progress())
    assert (tmp_path / "b.txt").read_text() == text


CROSS = b"site,no,yes\ncleveland,164,139\nswitzerland,8,115\n"


@pytest.mark.parametrize(
    "table",
    [
        CROSS,
        # Names of groups may be any word.
        b"grade,low,class\na,14,30\nb,3,80\n",
        b"site,no\na,164.0\nb,8.0\n",
        b"found\n1 woman in ward 3\n",
        b"group,score\nva (n = 8),0.71\nhungary (n = 80),0.72\n",
        b"site,units\nva,12 (4)\n",
        b'cell\n"12 samples\n4 units"\n',
        b"Column,Group,Samples,Wrong\nsite,va,30,10 % (4-20 %)\n",
        b"Column,Group,Samples,Wrong\nsite,va,300,99 % (97-100 %)\n",
        "samples,chol\n1–5,33.3\n6–10,12.5\n".encode(),
        b"from,to,Features\n0.5,1.5,3 of 40 samples\n",
    ],
)
def test_a_table_of_a_guarded_study_tells_of_no_few_people(table: bytes, tmp_path: Path) -> None:
    study = leaving.finished(tmp_path)
    shown = base64.b64encode(table).decode()
    for request in (
        ask(study, table, tmp_path / "a.csv"),
        ask(study, table, "clipboard", kind="table", suffix="csv"),
        ask(study, png(), tmp_path / "a.png", shown=shown),
    ):
        with pytest.raises(GateRefused, match="fewer than 10 samples or people"):
            let_out(request, progress())
    assert not list(tmp_path.glob("a.*"))
    assert all(line["decision"] == "refused" for line in leaving.gate_lines(study))
    (tmp_path / "x").mkdir()
    public = leaving.finished(tmp_path / "x", "public")
    let_out(ask(public, table, tmp_path / "b.csv"), progress())
    assert (tmp_path / "b.csv").exists()


@pytest.mark.parametrize(
    "table",
    [
        b"site,no,yes\na,164,139\nb,0,115\n",
        b"feature,importance,rank\nIL6,1,1\nTNF,0.5,2\n2 h glucose,0.2,3\n",
        b"curve,epoch,loss,low,high\ntraining,1,0.7,0.6,0.8\ntraining,2,0.4,,\n",
        b"Model,Tried,Time\nElastic net,5,4 min 5 s\nNetwork,9,12 s\n",
        b'Features,Score (95 % interval)\n3,"0.81 (0.72 to 0.88)"\n',
        b"series,from,to,number of shuffles\nshuffled,0.41,0.5,3\n",
        b"Column,Group,Samples,Wrong\nage,above 3,300,12 % (8-17 %)\n",
        "samples,chol\n1–40,33.3\n41–80,12.5\n".encode(),
        b'setting,value\nlayers,"2 layers, 5 folds"\n',
    ],
)
def test_numbers_that_count_no_people_may_leave(table: bytes, tmp_path: Path) -> None:
    imported = summaries.imported()
    column = dataclasses.replace(imported.columns[0], name="2 h glucose")
    columns = (column, *imported.columns[1:])
    summary = summaries.summary(imported=imported.model_copy(update={"columns": columns}))
    study = leaving.finished(tmp_path, summary=summary)
    let_out(ask(study, table, tmp_path / "a.csv"), progress())
    shown = base64.b64encode(table).decode()
    let_out(ask(study, png(), tmp_path / "a.png", shown=shown), progress())
    assert (tmp_path / "a.csv").exists()
    assert (tmp_path / "a.png").exists()


def test_a_figure_that_does_not_say_what_it_shows_stays(tmp_path: Path) -> None:
    study = leaving.finished(tmp_path)
    for shown in ("", "%%%"):
        with pytest.raises(GateRefused, match="Nothing says which numbers this figure shows"):
            let_out(ask(study, png(), tmp_path / "a.png", shown=shown), progress())
    not_csv = base64.b64encode(b"\xff").decode()
    with pytest.raises(DataError, match="not a CSV file"):
        let_out(ask(study, png(), tmp_path / "a.png", shown=not_csv), progress())
    assert not (tmp_path / "a.png").exists()


def test_a_raised_level_holds_at_once_and_a_lowered_one_after_a_run(tmp_path: Path) -> None:
    study = leaving.finished(tmp_path, "public")
    leaving.answer(study, privacy__level="restricted")
    with pytest.raises(GateRefused, match="only as pixels"):
        let_out(ask(study, SVG, tmp_path / "a.svg"), progress())
    (tmp_path / "x").mkdir()
    other = leaving.finished(tmp_path / "x", "restricted")
    leaving.answer(other, privacy__level="public")
    with pytest.raises(GateRefused) as caught:
        let_out(ask(other, SVG, tmp_path / "a.svg"), progress())
    assert "was last run as restricted" in caught.value.hint
    assert leaving.gate_lines(other)[-1]["level"] == "restricted"


def test_answers_alone_are_a_study_and_sensitive_until_answered(tmp_path: Path) -> None:
    study = tmp_path / "s.deepbench"
    study.mkdir()
    leaving.answer(study, question__outcome="group")
    with pytest.raises(GateRefused, match="only as pixels"):
        let_out(ask(study, SVG, tmp_path / "a.svg"), progress())
    leaving.answer(study, privacy__level="internal")
    let_out(ask(study, SVG, tmp_path / "a.svg"), progress())
    assert [line["level"] for line in leaving.gate_lines(study)] == ["sensitive", "internal"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"content": "%%%"}, "did not arrive whole"),
        ({"content": "ü"}, "did not arrive whole"),
        ({"content": ""}, "did not arrive whole"),
        ({"content": base64.b64encode(b"a,b").decode()}, "not arrive as a PNG"),
        ({"kind": "model"}, "Only figures, tables and texts"),
        ({"suffix": "exe"}, "cannot be saved as EXE"),
        ({"suffix": "csv"}, "cannot be saved as CSV"),
        ({"kind": "table", "suffix": "csv"}, "does not end in .csv"),
        ({"kind": "text", "suffix": "txt", "destination": "x"}, "does not end in .txt"),
        (
            {"kind": "text", "suffix": "txt", "destination": "clipboard", "content": "/w=="},
            "did not arrive whole",
        ),
        (
            {"kind": "table", "suffix": "csv", "destination": "x.csv", "content": "/w=="},
            "not a CSV file",
        ),
    ],
)
def test_what_makes_no_sense_is_told(changes: dict[str, Any], says: str, tmp_path: Path) -> None:
    study = leaving.finished(tmp_path, "public")
    request = dataclasses.replace(ask(study, png(), tmp_path / "a.png"), **changes)
    with pytest.raises(DataError, match=says) as caught:
        let_out(request, progress())
    assert caught.value.hint
    assert leaving.gate_lines(study) == []


def test_places_where_there_is_no_study(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="is not a DeepBench study"):
        let_out(ask(tmp_path / "no.deepbench", png(), tmp_path / "a.png"), progress())
    assert list(tmp_path.iterdir()) == []


def test_nothing_leaves_into_the_study_or_while_it_is_written(tmp_path: Path) -> None:
    study = leaving.finished(tmp_path, "public")
    with pytest.raises(GateRefused, match="into the study folder"):
        let_out(ask(study, png(), study / "a.png"), progress())
    with Study.open_for_writing(study), pytest.raises(StudyBusy) as caught:
        let_out(ask(study, png(), tmp_path / "a.png"), progress())
    assert "nothing can leave" in str(caught.value)
    assert isinstance(caught.value, DeepBenchError)
