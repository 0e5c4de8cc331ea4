"""What a window sees while a study runs and afterwards: progress, ledger events, views."""

from __future__ import annotations

import csv
import io
import itertools
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from deepbench import messages
from deepbench.errors import Cancelled
from deepbench.jobs.run_study import run_study
from deepbench.jobs.views import load_view
from deepbench.messages import RunStudy
from deepbench.study.folder import Study
from deepbench.study.records import (
    ChoiceRecord,
    ExplanationsRecord,
    InterpretationRecord,
    LeaderboardRecord,
    PredictionsRecord,
    ShuffleRecord,
    TrialRecord,
)
from deepbench.worker.progress import JobControl, Progress
from tests.end_to_end import tables
from tests.end_to_end.in_process import TINY, ledger_of

LONG_STAGES = ("baselines", "networks", "shuffles", "test", "interpretation", "report")
SAMPLES = '[roles]\nsample = "sample"\n'


@dataclass(frozen=True)
class Watched:
    """A study that was run, and what was told meanwhile."""

    study: Path
    events: list[messages.Event]

    def reports(self, stage: str) -> list[messages.Progress]:
        number = next(
            event.number
            for event in self.events
            if isinstance(event, messages.StageStarted) and event.key == stage
        )
        return [
            event
            for event in self.events
            if isinstance(event, messages.Progress) and event.stage == number
        ]


def run(plan: Path, study: Path, until: str | None = None, stop_after: str = "") -> Watched:
    """Run with one worker; a second passes each time somebody looks at the clock.

    Args:
        plan: The plan.
        study: The study folder.
        until: Last stage.
        stop_after: Beginning of what is said when the user stops.
    """
    events: list[messages.Event] = []
    control, clock = JobControl(), itertools.count(0.0)

    def take(event: messages.Event) -> None:
        events.append(event)
        said = event.what if isinstance(event, messages.Progress) else ""
        if stop_after and said.startswith(stop_after):
            control.cancel()

    request = RunStudy(
        plan_path=str(plan), example=None, study=str(study), until=until, workers=1, device="cpu"
    )
    run_study(request, Progress(take, control, clock=lambda: next(clock)))
    return Watched(study, events)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """A nested study with a signal, run to the end."""
    folder = tmp_path_factory.mktemp("watched")
    tables.two_classes(folder / "table.csv")
    plan = tables.plan_for(folder, "group", SAMPLES + TINY)
    return run(plan, folder / "s.deepbench")


def view(study: Path, name: str) -> str:
    """Return the artifact of a view."""
    artifacts = [v["artifact"] for v in ledger_of(study, "view") if v["name"] == name]
    assert artifacts
    return str(artifacts[-1])


# --- progress -----------------------------------------------------------------------------


@pytest.mark.parametrize("stage", LONG_STAGES)
def test_the_bar_of_a_stage_only_grows_and_reaches_the_end(watched: Watched, stage: str) -> None:
    reports = watched.reports(stage)
    shares = [report.done / report.total for report in reports]
    assert shares[0] == 0.0
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert max(np.diff(shares)) < 0.6
    totals = [report.total for report in reports]
    assert totals == sorted(totals, reverse=True)
    assert all(report.what for report in reports)


@pytest.mark.parametrize("stage", LONG_STAGES)
def test_seconds_left_are_known_from_the_first_step_on(watched: Watched, stage: str) -> None:
    reports = watched.reports(stage)
    assert all(report.remaining is not None for report in reports if report.done)
    assert reports[-1].remaining == 0.0


def test_it_is_said_in_words_what_is_done(watched: Watched) -> None:
    said = {stage: [report.what for report in watched.reports(stage)] for stage in LONG_STAGES}
    assert said["baselines"][0] == "trying the first settings"
    # The dummy has one setting only, so there are three trials and not four.
    assert "trial 3 of 3: linear model (elastic net)" in said["baselines"]
    assert "learning curve: would more samples help?" in said["baselines"]
    assert "sanity checks of the linear network" in said["networks"]
    assert "shuffles 1 to 19 of 19: linear model (elastic net)" in said["shuffles"]
    assert "test fold 5 of 5, fitting the chosen models" in said["test"]
    assert "what the model uses: linear network" in said["interpretation"]
    best = watched.reports("baselines")[-1].best
    assert best.startswith("AUROC 0.")
    assert best.endswith(", linear model (elastic net)")


def test_a_stopped_stage_goes_on_from_where_it_was(tmp_path: Path) -> None:
    tables.two_classes(tmp_path / "table.csv", rows=40)
    plan = tables.plan_for(tmp_path, "group", TINY)
    study = tmp_path / "s.deepbench"
    with pytest.raises(Cancelled):
        run(plan, study, "networks", stop_after="trial 2 of")
    known = len(ledger_of(study, "trial"))
    assert 0 < known < 5
    first, *others = run(plan, study, "baselines").reports("baselines")
    assert (first.done, first.what) == (known, f"going on after trial {known} of 3")
    shares = [report.done / report.total for report in (first, *others)]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


# --- the ledger ---------------------------------------------------------------------------


def test_network_trials_carry_their_curve_and_others_none(watched: Watched) -> None:
    with Study.open_for_reading(watched.study) as study:
        trials = [TrialRecord.model_validate(e.data) for e in study.ledger.of_kind("trial")]
        networks = study.stage_record("networks", LeaderboardRecord)
    assert networks is not None
    assert {t.curve is not None for t in trials if t.family.startswith("network")} == {True}
    assert {t.curve for t in trials if not t.family.startswith("network")} == {None}
    for curve in (trial.curve for trial in trials if trial.curve):
        assert len(curve.training) == len(curve.tuning) == len(curve.epochs) <= 60
        assert curve.best_epoch in curve.epochs
        # The epoch that was kept is the one with the lowest tuning loss.
        lowest = curve.epochs[int(np.argmin(curve.tuning))]
        assert curve.tuning[curve.epochs.index(curve.best_epoch)] == min(curve.tuning)
        assert lowest <= curve.best_epoch
    shown = networks.models[0].curve
    assert shown is not None
    assert shown.epochs == ()


def test_chunks_of_shuffles_say_enough_for_a_histogram(watched: Watched) -> None:
    with Study.open_for_reading(watched.study) as study:
        record = study.stage_record("shuffles", ShuffleRecord)
        events = [event.data for event in study.ledger.of_kind("shuffles")]
    assert record is not None
    for model in record.models:
        own = sorted((e for e in events if e["model"] == model.model), key=lambda e: e["first"])
        assert tuple(value for event in own for value in event["scores"]) == model.null
        assert {(e["real"], e["metric"]) for e in own} == {(model.real, model.metric)}
    assert [model.title for model in record.models] == ["Traditional models, best of all"]


def test_every_kind_of_model_has_its_histogram(tmp_path: Path) -> None:
    """The best of a kind counts: families in the ledger, their maximum in the record."""
    tables.two_classes(tmp_path / "table.csv", rows=40)
    given = TINY.replace('"linear"]', '"linear", "naive_bayes"]', 1)
    plan = tables.plan_for(tmp_path, "group", given.replace('["linear"]', '["small"]'))
    run(plan, tmp_path / "s.deepbench", "shuffles")
    with Study.open_for_reading(tmp_path / "s.deepbench") as study:
        record = study.stage_record("shuffles", ShuffleRecord)
        events = [event.data for event in study.ledger.of_kind("shuffled_family")]
    assert record is not None
    baselines, networks = record.models
    assert (baselines.model, networks.model) == ("baselines", "networks")
    of_family: dict[str, list[float]] = {}
    for event in sorted(events, key=lambda event: event["first"]):
        of_family.setdefault(event["family"], []).extend(event["scores"])
    assert set(of_family) == {"linear", "naive_bayes", "network-small"}
    scores = np.array([of_family["linear"], of_family["naive_bayes"]])
    np.testing.assert_allclose(scores.max(axis=0), [baselines.real, *baselines.null])
    assert of_family["network-small"] == [networks.real, *networks.null]


def test_selected_settings_meet_the_corrected_score(tmp_path: Path) -> None:
    tables.two_classes(tmp_path / "table.csv", rows=40)
    plan = tables.plan_for(
        tmp_path, "group", TINY.replace("[shuffles]", '[shuffles]\nrepeat = "settings"')
    )
    run(plan, tmp_path / "s.deepbench", "shuffles")
    with Study.open_for_reading(tmp_path / "s.deepbench") as study:
        record = study.stage_record("shuffles", ShuffleRecord)
        tuned = study.stage_record("baselines", LeaderboardRecord)
    assert record is not None
    assert tuned is not None
    assert [model.model for model in record.models] == ["linear", "network-linear"]
    assert {model.repeated for model in record.models} == {"selected settings"}
    assert {len(model.null) for model in record.models} == {19}


def test_a_check_without_signal_ends_early(tmp_path: Path) -> None:
    header = ["group", *(f"f{number}" for number in range(6))]
    generator = np.random.default_rng(5)
    rows = [["AB"[i % 2], *(f"{v:.4f}" for v in generator.normal(size=6))] for i in range(40)]
    tables.write_table(tmp_path / "table.csv", header, rows)
    plan = tables.plan_for(tmp_path, "group", TINY.replace("replicates = 19", "replicates = 200"))
    run(plan, tmp_path / "s.deepbench", "shuffles")
    with Study.open_for_reading(tmp_path / "s.deepbench") as study:
        record = study.stage_record("shuffles", ShuffleRecord)
    assert record is not None
    assert (record.signal, record.ended_early) == ("no", True)
    (model,) = record.models
    reached = sum(score >= model.real for score in model.null)
    assert (reached, len(model.null) < 200) == (10, True)
    assert record.p_value == pytest.approx(10 / len(model.null))
    assert any("ended after" in sentence for sentence in record.sentences)


def test_shuffles_in_the_ledger_are_not_done_again(tmp_path: Path) -> None:
    tables.two_classes(tmp_path / "table.csv", rows=40)
    plan = tables.plan_for(tmp_path, "group", TINY.replace('["linear"]', "[]"))
    study = tmp_path / "s.deepbench"
    run(plan, study, "shuffles")
    fingerprint = ledger_of(study, "shuffles")[0]["fingerprint"]
    other = tmp_path / "older.deepbench"
    run(plan, other, "networks")
    with Study.open_for_writing(other) as opened:
        old = {"fingerprint": fingerprint, "family": "linear", "first": 0, "scores": [0.25] * 10}
        opened.record("shuffled_family", old)
    reports = run(plan, other, "shuffles").reports("shuffles")
    assert reports[0].done == 10
    with Study.open_for_reading(other) as opened:
        record = opened.stage_record("shuffles", ShuffleRecord)
        firsts = [event.data["first"] for event in opened.ledger.of_kind("shuffled_family")]
    assert sorted(firsts) == [-1, 0, 10]
    assert record is not None
    assert record.models[0].null[:10] == (0.25,) * 10


# --- views --------------------------------------------------------------------------------


def test_predictions_are_those_of_the_csv(watched: Watched) -> None:
    with Study.open_for_reading(watched.study) as study:
        choice = study.stage_record("test", ChoiceRecord)
        record = study.read_record(view(watched.study, "predictions"), PredictionsRecord)
        assert choice is not None
        content = study.read(choice.test.predictions).decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert record.model == choice.recommended
    assert record.classes == ("control", "case")
    assert [row["sample"] for row in rows] == list(record.samples)
    assert [row["observed"] for row in rows] == list(record.observed)
    assert [row["predicted"] for row in rows] == list(record.predicted)
    assert [(float(r["p_control"]), float(r["p_case"])) for r in rows] == list(
        record.probabilities
    )
    assert len(set(record.units)) == 60


def test_single_samples_are_those_of_the_table_and_add_up(watched: Watched) -> None:
    with Study.open_for_reading(watched.study) as study:
        record = study.read_record(view(watched.study, "explanations"), ExplanationsRecord)
        summed = study.stage_record("interpretation", InterpretationRecord)
        problems = study.problems()
    assert problems == []
    assert summed is not None
    with (watched.study.parent / "table.csv").open(encoding="utf-8") as stream:
        table = {row["sample"]: row for row in csv.DictReader(stream)}
    assert [e.model for e in record.explanations] == [model.model for model in summed.models]
    for single, model in zip(record.explanations, summed.models, strict=True):
        assert single.features == tuple(feature.feature for feature in model.features)
        assert (single.target, single.scale) == ("case", "log-odds of case")
        assert sorted(single.samples) == sorted(table)
        assert single.observed == tuple(table[name]["group"] for name in single.samples)
        assert len(set(single.base)) == model.folds
        total = np.array(single.base) + np.sum(single.attributions, axis=1) + single.rest
        assert model.local_accuracy_error is not None
        assert np.abs(total - single.outputs).max() <= model.local_accuracy_error + 1e-12
        for name, texts, numbers in zip(
            single.samples, single.values, single.numbers, strict=True
        ):
            for feature, text, number in zip(single.features, texts, numbers, strict=True):
                if feature == "tissue":
                    assert (text, number) == (table[name]["tissue"], None)
                else:
                    assert float(text) == number == float(table[name][feature])
    # The same samples for both models, so that they compare.
    assert record.explanations[0].samples == record.explanations[1].samples


def test_another_split_leaves_no_explanation_of_what_may_be_test_samples_now(
    watched: Watched, tmp_path: Path
) -> None:
    study = tmp_path / "s.deepbench"
    shutil.copytree(watched.study, study)
    shutil.copy(watched.study.parent / "table.csv", tmp_path)
    run(tables.plan_for(tmp_path, "group", SAMPLES + TINY), study, "split")
    assert (study / view(study, "explanations")).exists()
    again = tables.plan_for(tmp_path, "group", SAMPLES + TINY)
    again.write_text(f"seed = 2\n{again.read_text('utf-8')}", "utf-8")
    run(again, study, "split")
    assert not list(study.rglob("explanations-*"))
    with Study.open_for_reading(study) as opened:
        assert opened.problems() == []
        assert load_view(opened, "explanations", ExplanationsRecord) is None


def test_regression_has_views_too(tmp_path: Path) -> None:
    tables.numbers(tmp_path / "table.csv")
    study = run(tables.plan_for(tmp_path, "yield", TINY), tmp_path / "s.deepbench").study
    with Study.open_for_reading(study) as opened:
        shown = opened.read_record(view(study, "explanations"), ExplanationsRecord).explanations
        predictions = opened.read_record(view(study, "predictions"), PredictionsRecord)
    assert {(single.target, single.scale) for single in shown} == {("yield", "units of yield")}
    observed, values = np.array(predictions.observed, dtype=float), np.array(predictions.values)
    assert np.corrcoef(observed, values)[0, 1] > 0.9
    for single in shown:
        total = np.array(single.base) + np.sum(single.attributions, axis=1) + single.rest
        spread = max(single.outputs) - min(single.outputs)
        assert np.abs(total - single.outputs).max() < 0.01 * spread
        assert any("" in row for row in single.values)  # cells that are missing in the table


def test_without_a_signal_nothing_is_shown_of_samples(tmp_path: Path) -> None:
    tables.two_classes(tmp_path / "table.csv", shift=0.0, seed=5)
    watched = run(tables.plan_for(tmp_path, "group", TINY), tmp_path / "s.deepbench")
    names = {shown["name"] for shown in ledger_of(watched.study, "view")}
    assert not names & {"predictions", "explanations"}
    assert watched.reports("test")[-1].done == watched.reports("test")[-1].total == 3
    lines = (watched.study / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    assert all(json.loads(line)["kind"] != "test_opened" for line in lines)
