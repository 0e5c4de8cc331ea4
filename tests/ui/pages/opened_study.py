"""Studies that got as far as step 9, 10 or 11, made of records that tests choose."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Generic, TypeVar

from deepbench.plan import StudyPlan
from deepbench.study.folder import Study
from deepbench.study.records import (
    CheckRecord,
    ChoiceRecord,
    ComparisonRecord,
    CurvesRecord,
    ImportRecord,
    LeaderboardRecord,
    ModelRecord,
    OuterFoldRecord,
    PredictionsRecord,
    Record,
    SampleSheetRecord,
    Score,
    ShuffledModelRecord,
    ShuffleRecord,
    SplitMapRecord,
    SplitRecord,
    TestRecord,
)
from deepbench.workflow import STAGES, fingerprints
from deepbench_ui.pages.base import Page
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.in_turn import InTurn
from tests.ui.conftest import settle

P = TypeVar("P", bound=Page)

SHA = "ab"
CLASSES = ("healthy", "ill")
#: sample, unit, observed, probability of ill
SAMPLES = (
    ("s1", "p1", "ill", 0.9),
    ("s2", "p1", "ill", 0.4),
    ("s3", "p2", "healthy", 0.2),
    ("s4", "p3", "healthy", 0.7),
    ("s5", "p4", "ill", 0.8),
    ("s6", "p5", "healthy", 0.1),
)
PREDICTIONS = PredictionsRecord(
    model="linear",
    classes=CLASSES,
    samples=tuple(s for s, _, _, _ in SAMPLES),
    units=("0", "0", "1", "2", "3", "4"),
    observed=tuple(o for _, _, o, _ in SAMPLES),
    predicted=tuple("ill" if p > 0.5 else "healthy" for _, _, _, p in SAMPLES),
    probabilities=tuple((1 - p, p) for _, _, _, p in SAMPLES),
    values=(),
)
NUMBERS = PredictionsRecord(
    model="linear",
    classes=(),
    samples=("n1", "n2", "n3"),
    units=("0", "1", "2"),
    observed=("1.5", "2", "4"),
    predicted=("2", "1.5", "4"),
    probabilities=(),
    values=(2.0, 1.5, 4.0),
)


def imported() -> ImportRecord:
    return ImportRecord(
        source_name="table.csv", size_bytes=1, sha256=SHA, format="csv", sheet="",
        encoding="utf-8", delimiter=",", decimal=".", header=True, rows=1, columns=(),
        conversions=(), artifact="",
    )  # fmt: skip


def sheet(task: str = "binary", classes: tuple[str, ...] = CLASSES) -> SampleSheetRecord:
    return SampleSheetRecord(
        task=task, outcome="group", classes=classes, class_samples={}, class_units={},
        samples=30, units=25, features=3, numeric_features=3, categorical_features=0, roles={},
        left_out_rows=0, sentence="",
    )  # fmt: skip


def split(folds: int = 1) -> SplitRecord:
    fold = OuterFoldRecord(
        name="fold 1", train_units=20, test_units=5, train_samples=24, test_samples=6,
        test_classes={},
    )  # fmt: skip
    return SplitRecord(
        design="holdout" if folds == 1 else "nested", why="", train_units=20, test_units=5,
        outer_folds=(fold,) * folds, tuning_folds=5, tuning_repeats=1, proofs=(),
        training_artifact="", test_artifacts=(), assignment_artifact="",
    )  # fmt: skip


def split_map() -> SplitMapRecord:
    names = tuple(s for s, _, _, _ in SAMPLES)
    return SplitMapRecord(
        samples=names, units=tuple(u for _, u, _, _ in SAMPLES), outcomes=("",) * len(names),
        outer_folds=("fold 1",), places=((2,) * len(names),), tuning_fold=(-1,) * len(names),
    )  # fmt: skip


def model(name: str, corrected: float, *, metric: str = "auroc", note: str = "") -> ModelRecord:
    return ModelRecord(
        name=name, title=name, family="network" if name.startswith("network-") else "baseline",
        size="", trials=8, seconds=3.0, metric=metric, plain=corrected + 0.01,
        corrected=Score(value=corrected, low=corrected - 0.05, high=corrected + 0.05),
        standard_error=0.02, fold_scores=(corrected - 0.01, corrected + 0.01), params={},
        best_trial=0, note=note,
    )  # fmt: skip


def board(*models: ModelRecord) -> LeaderboardRecord:
    return LeaderboardRecord(models=models, sentences=())


def shuffled(signal: str = "yes") -> ShuffleRecord:
    null = tuple(0.5 + 0.001 * n for n in range(19))
    one = ShuffledModelRecord(
        model="linear", metric="auroc", real=0.9, null=null, p_value=0.05, replicates=19,
        repeated="whole search",
    )  # fmt: skip
    return ShuffleRecord(
        models=(one,), p_value=0.05, strategy="Labels moved between units.", batch_only=None,
        signal=signal, sentences=("verdict", "p"),
    )  # fmt: skip


def curves() -> CurvesRecord:
    return CurvesRecord(
        false_positive_rate=(0.0, 0.0, 1 / 3, 1.0),
        true_positive_rate=(0.0, 2 / 3, 1.0, 1.0),
        recall=(0.0, 0.5, 1.0),
        precision=(1.0, 1.0, 0.75),
        calibration_predicted=(0.2, 0.8),
        calibration_observed=(0.1, 0.9),
        calibration_samples=(20, 20),
        confusion=((2, 1), (1, 2)),
    )


def tested(**other: Any) -> TestRecord:
    values: dict[str, Any] = {
        "opened": 1,
        "model": "linear",
        "metrics": {
            "auroc": Score(value=0.89, low=0.8, high=0.95),
            "brier": Score(value=0.12, low=0.1, high=0.2),
            "auroc_delong": Score(value=0.89, low=0.79, high=0.96),
        },
        "baseline": "svm",
        "baseline_metrics": {
            "auroc": Score(value=0.91, low=0.82, high=0.97),
            "brier": Score(value=0.11, low=0.1, high=0.2),
        },
        "difference": Score(value=-0.02, low=-0.06, high=0.01),
        "subgroups": (),
        "curves": curves(),
        "reuse_reasons": (),
        "predictions": "",
        "sentences": ("Set aside first.",),
    }
    return TestRecord(**(values | other))


def locked(**other: Any) -> TestRecord:
    values: dict[str, Any] = {
        "opened": 0,
        "metrics": {},
        "baseline_metrics": {},
        "difference": None,
        "curves": None,
        "sentences": ("The test set stays locked: nothing to test.",),
    }
    return tested(**(values | other))


def choice(test: TestRecord, **other: Any) -> ChoiceRecord:
    values: dict[str, Any] = {
        "signal": "yes",
        "deep_learning": "no better",
        "recommended": "linear",
        "comparison": ComparisonRecord(
            network="network-small", baseline="svm", metric="auroc", difference=0.01, low=-0.02,
            high=0.03,
        ),
        "sentences": ("It is the simplest within one standard error.",),
        "expected": Score(value=0.9, low=0.85, high=0.95),
        "final_model": "",
    }  # fmt: skip
    return ChoiceRecord(test=test, **(values | other))


class StudyWriter:
    """Writes a study folder, stage by stage.

    Args:
        folder: An empty folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plan = StudyPlan.model_validate(
            {
                "question": {"outcome": "group"},
                "data": {"source": "table.csv"},
                "privacy": {"level": "public", "reason": "made up"},
            }
        )
        self.records: dict[str, Record] = {
            "import": imported(),
            "sample-sheet": sheet(),
            "check": CheckRecord(findings=(), left_out_features=(), features=3),
            "split": split(),
            "baselines": board(model("dummy", 0.5), model("linear", 0.88), model("svm", 0.9)),
            "networks": board(model("network-small", 0.87)),
            "shuffles": shuffled(),
        }
        self.views: dict[str, Record] = {"split-map": split_map()}
        self.openings: list[str] = []

    def write(self, until: str) -> None:
        """Finish all stages up to one; those without a record found nothing to show."""
        current = fingerprints(self.plan, SHA)
        with Study.open_for_writing(self.folder) as study:
            study.save_plan(self.plan)
            for stage in STAGES:
                found = self.records.get(stage.key, Score(value=None))
                study.finish_stage(stage.key, current[stage.key], found, 1.0)
                if stage.key == until:
                    break
            for fingerprint in self.openings:
                study.record("test_opened", {"fingerprint": fingerprint or current["test"]})
            for name, view in self.views.items():
                content = view.model_dump_json().encode()
                artifact = study.store("runs", f"{name}.json", content)
                study.record("view", {"name": name, "stage": "test", "artifact": artifact})


def drawn(page: Page) -> None:
    """Do what Qt has put off, until every plot is drawn."""
    settle()
    for turns in page.findChildren(InTurn):
        while not turns.is_done:
            settle()


class Opener(Generic[P]):
    """Writes a study as a test left it, opens it and shows a page of it.

    Args:
        writer: The study.
        page: The page.
        desk: Answers short questions.
        runner: Runs stages.
    """

    def __init__(self, writer: StudyWriter, page: type[P], desk: Any, runner: Any) -> None:
        self._writer, self._page = writer, page
        self._workers = (desk, runner)
        self._open: list[tuple[P, StudySession]] = []

    def __call__(self, until: str) -> P:
        self._writer.write(until)
        session = StudySession(self._writer.folder, *self._workers)
        page = self._page(session)
        self._open.append((page, session))
        page.resize(800, 600)
        page.show()
        page.show_page()
        drawn(page)
        return page

    def close(self) -> None:
        """Close what was opened."""
        for page, session in self._open:
            session.close()
            page.deleteLater()
            session.deleteLater()
        settle()


def found(writer: StudyWriter, **other: Any) -> None:
    """Let the choice be made, and the test set be opened once."""
    writer.records["test"] = choice(tested(), **other)
    writer.views["predictions"] = PREDICTIONS
    writer.openings = [""]
