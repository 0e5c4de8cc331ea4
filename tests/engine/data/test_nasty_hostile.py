"""Files that attack, hang, grow or change while they are read."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deepbench.data import table_import
from deepbench.data.table_files import TableFiles
from deepbench.errors import DataError

from .nasty_archives import far_cells, gzip_bomb, workbook_bomb, zip_bomb
from .nasty_files import (
    PLAIN,
    Nasty,
    Reads,
    check,
    imported,
    plan_of,
    previewed,
    put,
    table,
)

ATTACKS = (
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "<img src=x onerror=alert(1)>",
    "{x.__class__}",
    "%s%n",
    "'; DROP TABLE samples; --",
    "__import__('os').system('true')",
    "${jndi:ldap://x}",
)


def quoted(text):
    return '"' + text.replace('"', '""') + '"'


ATTACKED = [
    Nasty(
        "40 cells that attack",
        table(("note", *map(quoted, ATTACKS))),
        Reads({**PLAIN, "note": ATTACKS}),
    ),
    Nasty(
        "40 names of columns that attack",
        table(*[(quoted(name), *"12345678") for name in ATTACKS]),
        Reads(dict.fromkeys(ATTACKS, (1, 2, 3, 4, 5, 6, 7, 8))),
    ),
    Nasty(
        "40 classes that attack",
        table().replace("case", quoted(ATTACKS[2])).replace("control", quoted(ATTACKS[3])),
        Reads({"group": ATTACKS[2:4] * 4}),
    ),
]


@pytest.mark.parametrize("case", ATTACKED, ids=lambda case: case.title)
def test_text_that_attacks(case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check(case, tmp_path)


def a_pipe(path):
    os.mkfifo(path)


def a_socket(path):
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)  # the whole path may be too long for a socket


def a_loop(path):
    path.symlink_to(path)


def a_device(path):
    path.symlink_to("/dev/zero")


def a_missing_target(path):
    path.symlink_to(path.with_name("gone.csv"))


@pytest.mark.skipif(sys.platform == "win32", reason="pipes, devices and links of Unix")
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (Path.mkdir, "table.csv is a folder, not a table."),
        (a_pipe, "table.csv is not a regular file."),
        (a_socket, "table.csv is not a regular file."),
        (a_device, "table.csv is not a regular file."),
        (a_loop, "table.csv could not be read"),
        (a_missing_target, "There is no file table.csv"),
        (lambda path: None, "There is no file table.csv"),
    ],
)
def test_39_what_is_no_file(make, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "table.csv"
    make(path)
    error = imported(path, "group", {})
    assert isinstance(error, DataError)
    assert error.message.startswith(message)
    assert error.hint
    preview = previewed(path, "group", {})
    assert (preview.problem, preview.hint) == (error.message, error.hint)


def test_39_a_link_to_a_table_is_followed(tmp_path):
    target = put(table(), tmp_path / "other.csv")
    path = tmp_path / "table.csv"
    path.symlink_to(target)
    assert not isinstance(imported(path, "group", {}), DataError)


@pytest.mark.parametrize("change", [lambda path: path.write_text("x"), Path.unlink])
def test_39_a_file_that_changes_while_it_is_read(change, tmp_path, monkeypatch):
    path = put(table(), tmp_path / "table.csv")
    assemble = table_import.assemble

    def meanwhile(files, data, outcome):
        raw = assemble(files, data, outcome)
        change(path)
        return raw

    monkeypatch.setattr(table_import, "assemble", meanwhile)
    with pytest.raises(DataError, match=r"changed while it was being read|There is no file"):
        table_import.import_table(TableFiles(path), plan_of("table.csv", "group", {}))


def test_26_a_cell_of_two_megabytes(tmp_path):
    path = put(table(("note", "x" * 2_000_000, *"1234567")), tmp_path / "table.csv")
    error = imported(path, "group", {})
    assert isinstance(error, DataError)
    assert error.message == (
        "table.csv: a cell in the row that begins on line 2 is longer than a million characters."
    )
    assert error.hint


# --- in a process of its own --------------------------------------------------------------------

TRY = """
import re, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
resource.setrlimit(resource.RLIMIT_CPU, (100, 100))
from pathlib import Path
from deepbench.data.table_files import TableFiles
from deepbench.data.table_import import import_table
from deepbench.errors import DeepBenchError
from deepbench.jobs.preview_table import preview_table
from deepbench.messages import PreviewTable
from deepbench.plan import StudyPlan
from deepbench.worker.progress import Progress

for path in map(Path, sys.argv[1:]):
    plan = {"data": {"source": path.name}, "question": {"outcome": "group"}}
    try:
        import_table(TableFiles(path), StudyPlan.model_validate(plan))
        said = "was read"
    except DeepBenchError as error:
        said = error.message
    seen = preview_table(PreviewTable(str(path.parent), plan), Progress())["problem"]
    print(path.name, said if said == seen else f"{said} / {seen}", sep="\\t")
# Not what getrusage says: on Linux that begins with the size of the process that started this one.
status = Path("/proc/self/status")
if status.exists():
    peak = int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1]) // 1024
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 2**20
print("peak", peak, sep="\\t")
"""


def sparse(path):
    with path.open("wb") as stream:
        stream.truncate(9 << 30)


BOMBS = {
    "bomb.csv.gz": (gzip_bomb(200), "bomb.csv.gz unpacks to more than"),
    "bomb.zip": (zip_bomb(200), "bomb.zip unpacks to more than"),
    "bomb.xlsx": (workbook_bomb(100), "bomb.xlsx would unpack to"),
    "far.xlsx": (far_cells, "far.xlsx: a sheet spans 17,179,869,184 cells"),
    "huge.csv": (sparse, "huge.csv has 9.7 GB; tables up to 2 GB can be read."),
}


@pytest.mark.skipif(sys.platform == "win32", reason="limits of Unix")
def test_26_27_30_31_bombs_cost_neither_time_nor_memory(tmp_path):
    paths = [put(content, tmp_path / name) for name, (content, _) in BOMBS.items()]
    done = subprocess.run(
        [sys.executable, "-c", TRY, *map(str, paths)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    said = dict(line.split("\t") for line in done.stdout.splitlines())
    for name, (_, message) in BOMBS.items():
        assert said[name].startswith(message), said[name]
        assert " / " not in said[name], said[name]
    assert int(said["peak"]) < 700
