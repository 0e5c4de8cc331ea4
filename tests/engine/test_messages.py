"""Messages survive the pipe; anything else is refused."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import get_args

import pytest

from deepbench import messages
from deepbench.errors import WorkerError
from deepbench.messages import (
    AuditModel,
    Cancel,
    CheckStudy,
    Doctor,
    EstimateTime,
    ExportStudy,
    JobCancelled,
    JobFailed,
    JobFinished,
    JudgeSuitability,
    LetOut,
    ListExports,
    Message,
    Notice,
    Pause,
    Ping,
    Pong,
    Predict,
    PreviewBundle,
    PreviewTable,
    Progress,
    ReadBundleFile,
    Ready,
    Resume,
    RunStudy,
    Shutdown,
    SketchDesign,
    SketchSplit,
    StageFinished,
    StageSkipped,
    StageStarted,
    SupportBundle,
    TrialFinished,
    VerifyStudy,
    WriteReport,
    decode,
    encode,
)

EXAMPLES = [
    RunStudy("plan.toml", None, "s.deepbench", "split", 2, "cpu"),
    RunStudy(None, "wisconsin", "s.deepbench"),
    Predict("s", "new.csv", "out.csv"),
    WriteReport("s", "r.html"),
    CheckStudy("s"),
    VerifyStudy("bundle", "data", 2, "cpu"),
    Doctor(),
    RunStudy(None, None, "s", answers={"question": {"outcome": "group"}}, in_window=True),
    PreviewTable("s", {"data": {"source": "µ.csv"}}, 10, 20),
    SketchDesign("s", {"roles": {"unit": ["patient"]}}),
    EstimateTime("plan.toml", "s.deepbench", 2, "cpu", prepare=True),
    SketchSplit("s", {"split": {"design": "own"}}),
    JudgeSuitability({}),
    AuditModel("s.deepbench", "thorough", 2, "cpu", in_window=True),
    LetOut("s", "figure", "ROC curve", "png", "AAAA", "roc.png", False, "AAAA"),
    ListExports("s"),
    PreviewBundle("s", "figures"),
    ReadBundleFile("s", "bundle", "README.txt"),
    ExportStudy("s", "report", "report.html", True),
    SupportBundle("bundle.zip", None, {"window.txt": "stopped"}),
    Pause(),
    Resume(),
    Ping(),
    Cancel(),
    Shutdown(),
    Ready(7, {"torch": "2.13.0"}),
    Pong(0.5, True),
    StageStarted(7, "baselines", "Traditional models", 14),
    StageSkipped(1, "question", "done already"),
    StageFinished(7, "baselines", 12.5, "The best is random forest."),
    Progress(7, 3, 40, "random forest", "AUROC 0.98", 60.0, None),
    Progress(7, 3, 40, "random forest", "", 60, 12.5),
    TrialFinished("svm", 3, None, 0.2),
    Notice("µ, ρ ≥ 0,5 – 細胞"),
    Notice("not Unicode: \udcff"),
    JobFinished({"sentences": ["a"], "nested": {"x": [1, None, 0.5]}}),
    JobFailed("PlanError", "What.", "Do.", 2),
    JobFailed("DataQuestion", "What.", "Do.", 2, {"key": "data.decimal", "choices": []}),
    JobCancelled(),
]


def test_there_is_an_example_of_every_message():
    assert {type(example) for example in EXAMPLES} == set(get_args(Message))


@pytest.mark.parametrize("message", EXAMPLES, ids=lambda m: type(m).__name__)
def test_a_message_comes_back_equal(message):
    data = encode(message)
    assert data.isascii() and b"\n" not in data
    document = json.loads(data)
    assert document["type"] == type(message).__name__
    assert document["version"] == messages.PROTOCOL_VERSION
    assert decode(data) == message


@pytest.mark.parametrize("message", EXAMPLES, ids=lambda m: type(m).__name__)
def test_an_unknown_field_is_refused(message):
    document = json.loads(encode(message)) | {"surprise": 1}
    with pytest.raises(WorkerError, match="unknown field"):
        decode(json.dumps(document).encode())


@pytest.mark.parametrize("message", EXAMPLES, ids=lambda m: type(m).__name__)
def test_a_field_of_a_wrong_type_is_refused_without_its_value(message):
    for field in dataclasses.fields(message):
        document = json.loads(encode(message)) | {field.name: [True, "patient 4711"]}
        with pytest.raises(WorkerError, match=f"a wrong {field.name}") as caught:
            decode(json.dumps(document).encode())
        assert "4711" not in str(caught.value)


def test_a_missing_field_is_refused_unless_it_has_a_default():
    with pytest.raises(WorkerError, match="no study"):
        decode(b'{"version": 1, "type": "CheckStudy"}')
    assert decode(b'{"version": 1, "type": "Doctor"}') == Doctor("auto")
    assert decode(b'{"version": 1, "type": "JobFinished"}') == JobFinished({})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\x04\x95pickle",
        b"\xff\xfe{",
        b"[]",
        b"null",
        b'{"version": 1, "type": "Prog',
        b'{"type": "Cancel"}',
        b'{"version": 2, "type": "Cancel"}',
        b'{"version": 1}',
        b'{"version": 1, "type": "Exec"}',
        b'{"version": 1, "type": ["Cancel"]}',
        b'{"version": 1, "type": "Notice", "text": 1}',
        b'{"version": 1, "type": "JobFailed", "kind": "", "message": "", "hint": "", '
        b'"exit_code": true}',
        b'{"version": 1, "type": "Ready", "pid": 1, "versions": {"torch": 2}}',
        b"[" * 100_000,
    ],
)
def test_anything_else_is_refused(data):
    with pytest.raises(WorkerError):
        decode(data)


@pytest.mark.parametrize("value", [math.nan, math.inf, object(), {1, 2}, b"bytes"])
def test_what_json_does_not_know_is_not_sent(value):
    with pytest.raises(WorkerError, match="JobFinished"):
        encode(JobFinished({"value": value}))


def test_messages_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Notice("a").text = "b"
