"""What the model uses, in whole runs: the same for any workers, after a stop, and stored."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deepbench import messages
from deepbench.errors import Cancelled
from deepbench.interpretation import fold_tasks
from deepbench.jobs.interpret_attributions import drop_shown
from deepbench.jobs.run_study import run_study
from deepbench.jobs.views import load_view
from deepbench.messages import RunStudy
from deepbench.study.folder import Study
from deepbench.study.records import (
    AttributionRecord,
    ExplanationsRecord,
    InterpretationRecord,
)
from deepbench.study.records.interpretation_views import AllImportancesRecord, AllTrustRecord
from deepbench.worker.progress import JobControl, Progress
from tests.end_to_end import tables
from tests.end_to_end.in_process import TINY

VIEWS = ("importances", "explanations", "trust")
ROWS = 120


@dataclass(frozen=True)
class Before:
    """A study in which everything up to the test is done, with its plan."""

    plan: Path
    study: Path


def run(
    before: Before,
    study: Path,
    workers: int = 1,
    until: str = "interpretation",
    watch: Callable[[messages.Event, JobControl], None] = lambda event, control: None,
) -> list[messages.Event]:
    events: list[messages.Event] = []
    control = JobControl()

    def take(event: messages.Event) -> None:
        events.append(event)
        watch(event, control)

    request = RunStudy(
        plan_path=str(before.plan),
        example=None,
        study=str(study),
        until=until,
        workers=workers,
        device="cpu",
    )
    run_study(request, Progress(take, control, min_interval=0.0))
    return events


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Before:
    folder = tmp_path_factory.mktemp("attributions")
    tables.two_classes(folder / "table.csv", rows=ROWS)
    plan = tables.plan_for(folder, "group", TINY)
    found = Before(plan, folder / "before.deepbench")
    run(found, found.study, until="test")
    return found


@pytest.fixture
def study(before: Before, tmp_path: Path) -> Path:
    return Path(shutil.copytree(before.study, tmp_path / "s.deepbench"))


def models_of(study: Path) -> tuple[AttributionRecord, ...]:
    with Study.open_for_reading(study) as opened:
        record = opened.stage_record("interpretation", InterpretationRecord)
    assert record is not None
    return record.models


def shown(study: Path) -> dict[str, Any]:
    with Study.open_for_reading(study) as opened:
        last = {e.data["name"]: e.data["artifact"] for e in opened.ledger.of_kind("view")}
        return {name: json.loads(opened.read(last[name])) for name in VIEWS}


def kept_fits(study: Path) -> list[str]:
    return sorted(path.name for path in (study / "runs").glob("attribution-*"))


@pytest.fixture(scope="module")
def whole(before: Before, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run through with one worker."""
    copy = tmp_path_factory.mktemp("whole") / "s.deepbench"
    shutil.copytree(before.study, copy)
    run(before, copy)
    return copy


def test_all_held_out_samples_are_explained_and_shown(whole: Path) -> None:
    models = models_of(whole)
    assert [model.model for model in models] == ["linear", "network-linear"]
    for model in models:
        assert model.samples == ROWS
        assert model.locally_accurate
        top = {feature.feature for feature in model.features[:2]}
        assert top == {"m0", "m1"}
        assert all(feature.clears_twin for feature in model.features[:2])
        assert all(feature.low <= feature.importance <= feature.high for feature in model.features)
        assert model.features[0].direction == pytest.approx(1.0, abs=0.05)
    with Study.open_for_reading(whole) as opened:
        record = opened.stage_record("interpretation", InterpretationRecord)
        importances = load_view(opened, "importances", AllImportancesRecord)
        explained = load_view(opened, "explanations", ExplanationsRecord)
        trust = load_view(opened, "trust", AllTrustRecord)
        assert opened.problems() == []
    assert record is not None
    assert record.agreement is not None
    assert record.agreement.models == ("linear", "network-linear")
    assert importances is not None
    assert explained is not None
    assert trust is not None
    for model, every in zip(models, importances.models, strict=True):
        assert not every.preview
        assert every.features[:2] == tuple(f.feature for f in model.features[:2])
        effects = dict(zip(every.features, every.effect_p, strict=True))
        assert (effects["m0"] or 0.0) < 1e-6
        assert effects.get("tissue") is None
    for single, near in zip(explained.explanations, trust.models, strict=True):
        assert single.samples == tuple(own.sample for own in near.samples)
        assert len(set(single.samples)) == ROWS
    assert kept_fits(whole) == []


def test_two_workers_find_the_same(before: Before, whole: Path, study: Path) -> None:
    run(before, study, workers=2)
    assert models_of(study) == models_of(whole)
    assert shown(study) == shown(whole)


def test_a_first_look_comes_first_and_says_how_long_the_rest_takes(
    before: Before, study: Path
) -> None:
    looks: list[dict[str, Any]] = []

    def watch(event: messages.Event, control: JobControl) -> None:
        if isinstance(event, messages.Notice) and "first look" in event.text:
            looks.append(shown(study))

    events = run(before, study, watch=watch)
    (look,) = looks
    assert [model["preview"] for model in look["importances"]["models"]] == [True, True]
    few = 5 * fold_tasks.PREVIEW_SAMPLES
    assert len(look["explanations"]["explanations"][0]["samples"]) == few
    (said,) = [e.text for e in events if isinstance(e, messages.Notice) and "first look" in e.text]
    assert said.startswith(f"A first look at what the models use is there, from {few} samples.")
    assert f"All {ROWS}, and the comparison" in said
    assert [model["preview"] for model in shown(study)["importances"]["models"]] == [False, False]


def test_a_stopped_run_goes_on_and_ends_with_the_same(
    before: Before, whole: Path, study: Path
) -> None:
    done: Counter[str] = Counter()

    def attributed() -> list[str]:
        with Study.open_for_reading(study) as opened:
            return [event.data["key"] for event in opened.ledger.of_kind("attributed")]

    def watch(event: messages.Event, control: JobControl) -> None:
        if isinstance(event, messages.Progress) and event.stage == 11:
            done["steps"] += 1
            if done["steps"] in {3, 25, 40}:
                control.cancel()

    for _ in range(3):
        with pytest.raises(Cancelled):
            run(before, study, watch=watch)
    assert kept_fits(study)
    run(before, study)
    assert models_of(study) == models_of(whole)
    assert shown(study) == shown(whole)
    keys = attributed()
    assert len(keys) == len(set(keys)) > 40
    assert kept_fits(study) == []


def test_what_is_known_is_not_done_again(
    before: Before, whole: Path, study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(study)
    shutil.copytree(whole, study)
    text = before.plan.read_text("utf-8")
    changed = Before(study.parent / "plan.toml", study)
    changed.plan.write_text(text + "\n[interpretation]\nerror_rate = 0.2\n", encoding="utf-8")
    shutil.copy(before.plan.parent / "table.csv", study.parent)
    calls: list[object] = []
    monkeypatch.setattr("deepbench.jobs.attribution_runs.attribute_fold", calls.append)
    run(changed, study)
    assert not calls
    assert models_of(study) == models_of(whole)
    monkeypatch.undo()
    # Without what is shown beside it, it is worked out again.
    with Study.open_for_writing(study) as opened:
        drop_shown(opened)
        assert load_view(opened, "trust", AllTrustRecord) is None
    changed.plan.write_text(text + "\n[interpretation]\nerror_rate = 0.3\n", encoding="utf-8")
    run(changed, study)
    assert models_of(study) == models_of(whole)
    assert shown(study) == shown(whole)
