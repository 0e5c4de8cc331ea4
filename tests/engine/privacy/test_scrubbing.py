"""Texts for a fault report: attacks with names, values and paths."""

from __future__ import annotations

import builtins
import sys
import traceback
from pathlib import Path

import pytest

import deepbench
from deepbench.errors import DataError
from deepbench.privacy.scrubbing import Scrubber, crash_outline, is_crash_text

PACKAGE = Path(deepbench.__file__).parent


def crash(error: BaseException) -> str:
    try:
        try:
            raise KeyError("Anna Schmidt")
        except KeyError as first:
            raise error from first
    except BaseException as raised:
        return "".join(traceback.format_exception(raised))


def test_a_traceback_is_reduced_to_kinds_and_our_places() -> None:
    text = (
        f"DeepBench 0.1.0, 20250101-120000\n{crash(ValueError('HIV: Anna Schmidt'))}"
        f'  File "{PACKAGE / "jobs" / "predict.py"}", line 12, in predict\n'
        '    raise ValueError("Anna Schmidt")\n'
        'File "C:\\Users\\Anna\\app\\deepbench\\errors.py", line 3\n'
    )
    assert is_crash_text(text)
    assert crash_outline(text).splitlines() == [
        "DeepBench 0.1.0, 20250101-120000",
        "KeyError",
        "ValueError",
        "deepbench/jobs/predict.py:12",
        "deepbench/errors.py:3",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Schmidt: value",
        "SchmidtError: value",
        "anna.SchmidtError: value",
        "deepbench.errors.SchmidtError: x",
        "numpy.anna_schmidt: 5",
        'File "/x/deepbench/anna_schmidt.py", line 3',
        'File "/home/anna/schmidt/plan.py", line 3',
        'File "/x/deepbench/jobs/../../anna.py", line 3',
        "DeepBench Anna Schmidt, 20250101-120000",
        "Fatal Python error: Schmidt",
        "    anna = 5",
    ],
)
def test_what_only_looks_like_it_is_dropped(line: str) -> None:
    text = f"Traceback (most recent call last):\n{line}\nMemoryError: Anna\n"
    kept = crash_outline(text)
    assert "anna" not in kept.lower()
    assert "schmidt" not in kept.lower()
    assert "MemoryError" in kept


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("deepbench.errors.DataError: x.csv", "deepbench.errors.DataError"),
        ("pandas.errors.ParserError: Anna", "pandas.errors.ParserError"),
        ("json.decoder.JSONDecodeError: Anna", "json.decoder.JSONDecodeError"),
        ("  | OSError: [Errno 2] '/home/anna'", "OSError"),
        ("Fatal Python error: Segmentation fault", "crash: Segmentation fault"),
        ("Fatal Python error: anything else", "crash: another one"),
    ],
)
def test_kinds_of_errors(line: str, kept: str) -> None:
    assert crash_outline(line) == f"{kept}\n"
    assert builtins.OSError is not DataError


def test_a_frozen_program_has_no_files_to_compare_with(monkeypatch: pytest.MonkeyPatch) -> None:
    text = 'File "deepbench/gone/away.py", line 3\n'
    assert crash_outline(text) == ""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert crash_outline(text) == "deepbench/gone/away.py:3\n"


SCRUBBER = Scrubber(
    names=frozenset({"P-0412", "Schmidt, Anna", "tumour size"}),
    persons=frozenset({"aschmidt", "LAB-PC-7"}),
    folders=frozenset({"/home/a schmidt", "C:\\Users\\a schmidt"}),
)


@pytest.mark.parametrize(
    ("note", "scrubbed"),
    [
        ("QtWarningMsg: fine", "QtWarningMsg: fine"),
        ("could not open /home/a schmidt/Anna.csv now", "could not open <path>"),
        ("C:\\USERS\\A SCHMIDT\\x", "<path>"),
        ("in /mnt/Anna Schmidt/x\nnext line", "in <path>\nnext line"),
        ("\\\\server\\Anna", "<path>"),
        ("value 'Anna S.' and “B” of column \"C\"", "value <text> and <text> of column <text>"),
        ("user aschmidt on lab-pc-7", "user <computer> on <computer>"),
        ("Anna Schmidt, p-0412, Tumour  size", "<person>, <name>, <name>"),
        ("mail anna@lab.org", "mail <address>"),
        (
            "patient Lena Weber born 1961-04-03, 63 y, MRN 84736251, stopped it",
            "<person>, 63 y, <person>, stopped it",
        ),
        (
            "Frau Meier, geb. 03.04.1961; Mr Ng; dob 3 Apr 1961.",
            "<person>; <person>.",
        ),
        ("seen on 2026-03-04 by nobody, 12 windows", "seen on 2026-03-04 by nobody, 12 windows"),
        ("didn't, can't, it's", "didn't, can't, it's"),
    ],
)
def test_notes_lose_what_points_at_somebody(note: str, scrubbed: str) -> None:
    assert SCRUBBER.scrub(note) == scrubbed


def test_a_note_with_a_traceback_is_read_as_one() -> None:
    assert SCRUBBER.scrub(f"It failed for Bob:\n{crash(TypeError('Bob'))}") == (
        "KeyError\nTypeError\n"
    )
