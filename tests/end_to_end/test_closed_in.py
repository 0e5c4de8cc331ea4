"""The whole journey, closed in by the operating system: no network, nothing written elsewhere."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end import tables
from tests.end_to_end.conftest import Run
from tests.end_to_end.in_process import TINY

CLOSED_IN = Path(__file__).resolve().parents[1] / "offline" / "closed_in.py"


def _can_close_in() -> bool:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; sys.path.insert(0, sys.argv[1]); import closed_in; "
            "sys.exit(0 if closed_in.can_close_in() else 1)",
            str(CLOSED_IN.parent),
        ],
        check=False,
    )
    return done.returncode == 0


pytestmark = pytest.mark.skipif(
    not _can_close_in(), reason="this kernel has no Landlock, or it is no Linux"
)


class Room:
    """A study and a temporary folder that may be written, and everything else that may not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.work, self.temporary, self.outside = (
            folder / name for name in ("work", "temporary", "outside")
        )
        for path in (self.work, self.temporary, self.outside):
            path.mkdir()

    @property
    def study(self) -> Path:
        return self.work / "s.deepbench"

    def run(self, *words: str | Path, writable: tuple[Path, ...] = (), **settings: str) -> Run:
        """Run the command line closed in."""
        folders = [self.work, self.temporary, *writable]
        done = subprocess.run(
            [sys.executable, str(CLOSED_IN), *map(str, folders), "--", *map(str, words)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            cwd=self.work,
            env={
                **os.environ,
                "PYTHONPATH": str(CLOSED_IN.parents[2]),
                "PYTHONIOENCODING": "utf-8",
                "TMPDIR": str(self.temporary),
                **settings,
            },
        )
        return Run(done.returncode, done.stdout, done.stderr)

    def gate_lines(self) -> list[dict[str, object]]:
        lines = (self.study / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
        return [e["data"] for e in map(json.loads, lines) if e["kind"] == "gate"]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Room:
    """A sensitive study, run to the end closed in."""
    room = Room(tmp_path_factory.mktemp("closed"))
    tables.two_classes(room.work / "table.csv")
    text = TINY.replace('level = "public"\nreason = "Simulated."', 'level = "sensitive"')
    settled = """
[roles]
sample = "sample"
[ethics]
approval = "Board of X, 12/2026"
consent = "Broad consent"
[[ethics.entries]]
issue = "audit failed: linear model (elastic net)"
decision = "accepted"
reason = "The model stays in the study."
by = "Bo Li"
"""
    plan = tables.plan_for(room.work, "group", text + settled)
    plan.write_text(
        plan.read_text(encoding="utf-8").replace("[data]", '[data]\nlicence = "our own"'),
        encoding="utf-8",
    )
    done = room.run("run", plan, "--study", room.study, "--workers", "2")
    assert done.code == 0, done.err
    return room


@pytest.mark.parametrize("offence", ["AF_INET", "AF_INET6", "child"])
def test_the_kernel_would_notice_a_connection(offence: str, tmp_path: Path) -> None:
    done = Room(tmp_path).run("--offence", offence)
    assert done.code in (-signal.SIGSYS, signal.SIGSYS), done.err


def test_the_kernel_would_notice_a_file(tmp_path: Path) -> None:
    room = Room(tmp_path)
    place = room.outside / "x.txt"
    done = room.run("--offence", "write", ELSEWHERE=str(place))
    assert "Permission denied" in done.err
    place.write_text("x")
    done = room.run("--offence", "remove", ELSEWHERE=str(place))
    assert "Permission denied" in done.err
    assert place.exists()
    assert room.run("--offence", "AF_UNIX").code == 0


def test_the_journey_needs_no_network_and_writes_into_the_study_alone(room: Room) -> None:
    assert (room.study / "report" / "report.html").exists()
    assert sorted(path.name for path in room.work.iterdir()) == [
        "plan.toml",
        "s.deepbench",
        "table.csv",
    ]
    assert list(room.temporary.iterdir()) == []
    report = (room.study / "report" / "report.html").read_text(encoding="utf-8")
    assert "No connection was opened." in report


@pytest.mark.slow
def test_verify_reproduces_closed_in(room: Room) -> None:
    done = room.run("verify", room.study, "--workers", "1")
    assert done.code == 0, done.out + done.err
    assert list(room.temporary.iterdir()) == []


def test_what_leaves_does_so_through_the_gate_alone(room: Room) -> None:
    out = room.folder / "out"
    out.mkdir()
    words = ("export", room.study, "--what", "report", "--to", out)
    # The folder cannot be written: the gate lets go, and there is no other way either.
    done = room.run(*words)
    assert done.code == 2
    assert "could not be written" in done.err
    assert list(out.iterdir()) == []
    assert room.gate_lines()[-1]["decision"] == "issued"
    done = room.run(*words, writable=(out,))
    assert done.code == 0, done.err
    assert [path.name for path in out.iterdir()] == ["report.html"]
    assert str(out / "report.html") in done.out


def test_predictions_on_the_study_s_own_samples_stay(room: Room) -> None:
    out = room.folder / "predictions"
    out.mkdir()
    words = ("predict", room.study, "--output", out / "p.csv", "--input")
    refused = room.run(*words, room.work / "table.csv", writable=(out,))
    assert refused.code == 3
    assert "shows single samples" in refused.err
    assert list(out.iterdir()) == []
    assert room.gate_lines()[-1]["kind"] == "single samples"
    with (room.work / "table.csv").open(encoding="utf-8") as stream:
        rows = list(csv.reader(stream))
    values = [[f"{0.123 * number - 0.3 * place}" for place in range(6)] for number in range(3)]
    new = [[f"N{number}", "case", *row, "A"] for number, row in enumerate(values)]
    tables.write_table(room.folder / "new.csv", rows[0], [*rows[4:6], *new])
    done = room.run(*words, room.folder / "new.csv", writable=(out,))
    assert done.code == 0, done.err
    assert "Left out: 2 samples of this study, or like one of its own" in done.out
    left = (out / "p.csv").read_text(encoding="utf-8").splitlines()
    assert [line.partition(",")[0] for line in left] == ["sample", "N0", "N1", "N2"]
