"""Studies as they could come out, for the tests of the report."""

from __future__ import annotations

import numpy as np

from deepbench.study.records import (
    BlendMemberRecord,
    BlendRecord,
    CalibrationRecord,
    CheckRecord,
    ChoiceRecord,
    ClaimsRecord,
    ColumnRecord,
    ComparisonRecord,
    Conversion,
    CurveRecord,
    CurvesRecord,
    DecisionRecord,
    EthicsEntryRecord,
    EthicsRecord,
    FindingRecord,
    ImportRecord,
    InterpretationRecord,
    LeaderboardRecord,
    LearningCurveRecord,
    MachineRecord,
    ModelRecord,
    OuterFoldRecord,
    ProbabilityScores,
    QuestionRecord,
    Reason,
    SampleSheetRecord,
    SanityRecord,
    Score,
    ShuffledModelRecord,
    ShuffleRecord,
    SplitRecord,
    StartRecord,
    StudySummary,
    SubgroupRecord,
    SuitabilityRecord,
    TestRecord,
)
from tests.engine.reporting import interpreted

FAMILIES = (
    ("dummy", "Dummy (no features)", 0.50),
    ("linear", "Elastic-net logistic regression", 0.964),
    ("random_forest", "Random forest", 0.951),
    ("gradient_boosting", "Histogram gradient boosting", 0.956),
    ("svm", "Support vector machine", 0.966),
    ("knn", "k nearest neighbours", 0.931),
    ("naive_bayes", "Naive Bayes", 0.917),
)
SIZES = (("linear", 0.957), ("small", 0.962), ("medium", 0.963), ("large", 0.955))
PLAN = """format = 1
seed = 7

[question]
outcome = "{outcome}"

[data]
source = "{source}"

[roles]
sample = ["id"]
unit = ["patient"]
"""


def start() -> StartRecord:
    return StartRecord(
        privacy_level="sensitive",
        privacy_sentence="The data counts as sensitive until answered otherwise",
        folder_warnings=("The folder is synced by OneDrive; pause syncing while DeepBench runs.",),
        machine=MachineRecord(
            system="Windows 11 (10.0.26100)",
            processor_cores=8,
            memory_gb=15.7,
            disk_free_gb=212.4,
            device="cpu",
            device_sentence="No graphics card that can be used was found; networks train on the "
            "processor",
            versions={
                "python": "3.11.9",
                "scikit-learn": "1.9.1",
                "torch": "2.13.0",
                "optuna": "5.0.0",
                "shap": "0.51.0",
            },
        ),
    )


def suitability(verdict: str = "baselines first") -> SuitabilityRecord:
    return SuitabilityRecord(
        verdict=verdict,  # type: ignore[arg-type]
        reasons=(
            Reason(
                rule="samples_per_class",
                speaks="against",
                text="The smallest class has few samples for a network with thousands of weights",
                source="Lee et al. 2022, tip 1",
            ),
            Reason(
                rule="kind_of_data",
                speaks="against",
                text="Tables of measurements are where traditional models do as well as networks",
                source="Lee et al. 2022, tip 2",
            ),
            Reason(
                rule="label_reliability",
                speaks="for",
                text="The outcome was measured, not reported",
                source="Lee et al. 2022, tip 4",
            ),
            Reason(
                rule="machine",
                speaks="neutral",
                text="Networks of this size train on a processor within minutes",
                source="measured on this machine",
            ),
        ),
        unanswered=("similar work",),
        with_data=True,
        override_reason="The lab wants to know whether a network is worth a later, larger study",
    )


def imported(columns: int = 34, rows: int = 572) -> ImportRecord:
    named = (
        ColumnRecord(name="id", kind="text", role="sample", missing=0, distinct=rows),
        ColumnRecord(name="patient", kind="text", role="unit", missing=0, distinct=412),
        ColumnRecord(name="hospital", kind="categorical", role="site", missing=0, distinct=3),
        ColumnRecord(name="diagnosis", kind="categorical", role="outcome", missing=3, distinct=2),
    )
    return ImportRecord(
        source_name="biopsies_2025.csv",
        size_bytes=118_204,
        sha256="9f2b5d0c" * 8,
        format="CSV",
        sheet="",
        encoding="utf-8",
        delimiter=";",
        decimal=",",
        header=True,
        rows=rows,
        columns=named
        + tuple(
            ColumnRecord(
                name=f"marker {place}",
                kind="numeric",
                role="feature",
                missing=place % 17,
                distinct=rows - place,
            )
            for place in range(1, columns - 3)
        ),
        conversions=(
            Conversion(column="marker 3", what="decimal comma read as decimal point", count=569),
            Conversion(column="marker 9", what="“n.d.” read as missing", count=14),
        ),
        artifact="data/9f2b.parquet",
    )


def sheet() -> SampleSheetRecord:
    return SampleSheetRecord(
        task="binary",
        outcome="diagnosis",
        classes=("benign", "malignant"),
        class_samples={"benign": 357, "malignant": 212},
        class_units={"benign": 257, "malignant": 155},
        samples=569,
        units=412,
        features=30,
        numeric_features=28,
        categorical_features=2,
        roles={"sample": ("id",), "unit": ("patient",), "site": ("hospital",)},
        left_out_rows=3,
        sentence="569 biopsies of 412 patients; up to 4 rows belong to one patient and stay "
        "together.",
    )


def check() -> CheckRecord:
    return CheckRecord(
        findings=(
            FindingRecord(
                kind="class_imbalance",
                severity="info",
                where="diagnosis",
                message="37 % of the samples are malignant.",
            ),
            FindingRecord(
                kind="repeated_units",
                severity="warning",
                where="patient",
                message="412 patients gave 569 rows; rows of one patient are not independent.",
                hint="They are kept in the same set.",
                columns=("patient",),
                decision="kept together",
            ),
            FindingRecord(
                kind="duplicates",
                severity="serious",
                where="rows P-0412 and P-0413",
                message="P-0412 and P-0413 hold the same measurements.",
                hint="If they are the same biopsy, remove one.",
                samples=("P-0412", "P-0413"),
                decision="kept together",
            ),
            FindingRecord(
                kind="constant",
                severity="warning",
                where="marker 12, marker 29",
                message="2 columns hold one value only and cannot tell samples apart.",
                columns=("marker 12", "marker 29"),
                decision="left out",
            ),
        ),
        left_out_features=("marker 12", "marker 29"),
        features=28,
    )


def holdout() -> SplitRecord:
    return SplitRecord(
        design="holdout",
        why="412 units are enough to set a fifth aside",
        train_units=330,
        test_units=82,
        outer_folds=(
            OuterFoldRecord(
                name="test",
                train_units=330,
                test_units=82,
                train_samples=455,
                test_samples=114,
                test_classes={"benign": 71, "malignant": 43},
            ),
        ),
        tuning_folds=5,
        tuning_repeats=2,
        proofs=(
            "No patient is in both sets (412 patients checked)",
            "No duplicate row crosses sets (569 rows checked)",
            "Both classes are in both sets",
        ),
        training_artifact="data/train-1a.parquet",
        test_artifacts=("vault/test-2b.parquet",),
        assignment_artifact="data/split-3c.json",
    )


def model(
    name: str,
    title: str,
    value: float,
    *,
    family: str = "baseline",
    size: str = "",
    metric: str = "auroc",
    seed: int = 0,
) -> ModelRecord:
    rng = np.random.default_rng(abs(hash_of(name)) + seed)
    folds = tuple(float(x) for x in np.clip(value + rng.normal(0, 0.018, 10), -1, 1))
    network = family == "network"
    epochs = np.arange(40)
    curve = CurveRecord(
        training=tuple(float(x) for x in 0.04 + 0.65 * np.exp(-epochs / 7)),
        tuning=tuple(float(x) for x in 0.12 + 0.57 * np.exp(-epochs / 6) + 0.0035 * epochs),
        best_epoch=19,
    )
    sanity = (
        SanityRecord(
            name="loss_at_start",
            passed=True,
            value=0.6958,
            expected=0.6931,
            sentence="the loss before training is that of guessing",
        ),
        SanityRecord(
            name="eight_samples",
            passed=size != "large",
            value=0.0021,
            expected=0.01,
            sentence="it can learn eight samples by heart",
        ),
    )
    return ModelRecord(
        name=name,
        title=title,
        family=family,  # type: ignore[arg-type]
        size=size,
        trials=30 if name != "dummy" else 1,
        seconds=97.4 if network else 21.3,
        metric=metric,
        plain=value + 0.013,
        corrected=Score(value=value, low=value - 0.021, high=min(value + 0.017, 1.0)),
        standard_error=0.0093,
        fold_scores=folds,
        params={"hidden": [64, 32], "dropout": 0.2, "learning_rate": 0.00123}
        if network
        else {"alpha": 0.0371, "l1_ratio": 0.5, "filter": None, "scale": True},
        best_trial=17 if name != "dummy" else 1,
        seed_scores=(value + 0.002, value - 0.004, value + 0.001) if network else (),
        sanity=sanity if network else (),
        curve=curve if network else None,
        note="stopped by the time limit" if name == "gradient_boosting" else "",
    )


def hash_of(text: str) -> int:
    """A number that is the same in every process (hash() of a string is not)."""
    return sum(ord(letter) * 31**place for place, letter in enumerate(text)) % 10**6


def baselines(metric: str = "auroc", shift: float = 0.0) -> LeaderboardRecord:
    models = tuple(
        model(name, title, value if name == "dummy" else value + shift, metric=metric)
        for name, title, value in FAMILIES
    )
    return LeaderboardRecord(
        models=models,
        sentences=("Seven families had 30 trials each on the same folds.",),
        learning_curve=LearningCurveRecord(
            model="svm",
            metric=metric,
            samples=(91, 182, 273, 364, 455),
            scores=(0.921 + shift, 0.944 + shift, 0.955 + shift, 0.963 + shift, 0.966 + shift),
            spreads=(0.031, 0.022, 0.019, 0.015, 0.014),
        ),
    )


def networks(metric: str = "auroc", shift: float = 0.0) -> LeaderboardRecord:
    return LeaderboardRecord(
        models=tuple(
            model(
                f"network_{size}",
                f"Network, {size}",
                value + shift,
                family="network",
                size=size,
                metric=metric,
            )
            for size, value in SIZES
        ),
        sentences=(
            "The ladder stopped at large: it was no better than medium by one standard error.",
        ),
        blend=BlendRecord(
            members=(
                BlendMemberRecord(model="svm", title="SVM", trial=3, score=0.971 + shift),
                BlendMemberRecord(model="linear", title="Linear", trial=0, score=0.968 + shift),
            ),
            metric=metric,
            plain=0.975 + shift,
            corrected=Score(value=0.969 + shift, low=0.948 + shift, high=0.985 + shift),
            sentence="Mean of the two best settings, at most one of each family: SVM and linear. "
            "Not a candidate, it shows what more effort could bring.",
        ),
    )


def calibration(model: str) -> CalibrationRecord:
    return CalibrationRecord(
        model=model,
        slope=2.3,
        shifts=(-0.1, 0.1),
        before=ProbabilityScores(slope=2.31, intercept=-0.21, brier=0.058, log_loss=0.214),
        after=ProbabilityScores(slope=1.02, intercept=0.01, brier=0.043, log_loss=0.151),
        sentence="Its probabilities were too timid.",
    )


def shuffles(
    signal: str = "yes", metric: str = "auroc", replicates: int = 100, chance: float = 0.5
) -> ShuffleRecord:
    rng = np.random.default_rng(11)
    real = {"yes": chance + 0.46, "no": chance + 0.02, "unclear": chance + 0.11}[signal]
    p = {"yes": 1 / (replicates + 1), "no": 0.42, "unclear": 0.069}[signal]
    return ShuffleRecord(
        models=tuple(
            ShuffledModelRecord(
                model=name,
                metric=metric,
                real=real - 0.003 * place,
                null=tuple(float(x) for x in rng.normal(chance, 0.045, replicates)),
                p_value=p,
                replicates=replicates,
                repeated="whole search",
                settings=(12, 2)[place],
            )
            for place, name in enumerate(("svm", "network_medium"))
        ),
        p_value=p,
        strategy="labels move between patients of the same hospital",
        batch_only=Score(value=chance + 0.06, low=chance, high=chance + 0.12),
        signal=signal,  # type: ignore[arg-type]
        sentences=("The real scores were compared with 100 shuffles of the labels.",),
    )


def locked(reason: str) -> TestRecord:
    return TestRecord(
        opened=0,
        model="",
        metrics={},
        baseline="",
        baseline_metrics={},
        difference=None,
        subgroups=(),
        curves=None,
        reuse_reasons=(),
        predictions="",
        sentences=(reason,),
    )


def binary_curves(confusion: tuple[tuple[int, ...], ...] = ((68, 3), (2, 41))) -> CurvesRecord:
    across = np.linspace(0, 1, 40)
    return CurvesRecord(
        false_positive_rate=tuple(float(x) for x in across),
        true_positive_rate=tuple(float(x) for x in across**0.06),
        recall=tuple(float(x) for x in across),
        precision=tuple(float(x) for x in 1 - 0.5 * across**9),
        calibration_predicted=(0.03, 0.21, 0.44, 0.68, 0.95),
        calibration_observed=(0.02, 0.25, 0.40, 0.75, 0.97),
        calibration_samples=(61, 8, 5, 4, 36),
        confusion=confusion,
    )


def panel(values: dict[str, float]) -> dict[str, Score]:
    return {
        name: Score(value=value, low=value - 0.024, high=value + 0.011)
        for name, value in values.items()
    }


def binary_test(opened: int = 1) -> TestRecord:
    metrics = {
        "auroc": 0.9731,
        "average_precision": 0.962,
        "balanced_accuracy": 0.943,
        "mcc": 0.908,
        "f1": 0.9425,
        "brier": 0.0391,
        "log_loss": 0.1412,
        "calibration_slope": 0.931,
        "calibration_intercept": -0.082,
        "accuracy": 0.956,
        "majority_accuracy": 0.623,
        "auroc_delong": 0.9731,
    }
    return TestRecord(
        opened=opened,
        model="svm",
        metrics=panel(metrics),
        baseline="linear",
        baseline_metrics=panel({name: value - 0.004 for name, value in metrics.items()}),
        difference=Score(value=0.004, low=-0.006, high=0.015),
        subgroups=(
            SubgroupRecord(
                column="hospital",
                group="North",
                samples=61,
                units=44,
                metric="auroc",
                score=Score(value=0.981, low=0.941, high=0.997),
                least_units=20,
            ),
            SubgroupRecord(
                column="hospital",
                group="South",
                samples=46,
                units=32,
                metric="auroc",
                score=Score(value=0.958, low=0.901, high=0.990),
                least_units=12,
            ),
            SubgroupRecord(
                column="hospital",
                group="West",
                samples=7,
                units=6,
                metric="auroc",
                score=Score(value=0.874, low=0.512, high=1.0),
                least_units=2,
            ),
        ),
        curves=binary_curves(),
        reuse_reasons=("A reviewer asked for a second model",) * (opened - 1),
        predictions="runs/test.parquet",
        sentences=("The score lies inside what tuning had promised.",),
        blend_metrics=panel({name: value + 0.001 for name, value in metrics.items()}),
    )


def choice(
    *,
    signal: str = "yes",
    deep_learning: str = "no better",
    test: TestRecord | None = None,
    metric: str = "auroc",
    expected: float = 0.966,
) -> ChoiceRecord:
    comparison = ComparisonRecord(
        network="network_medium",
        baseline="svm",
        metric=metric,
        difference=-0.0031,
        low=-0.0121,
        high=0.0064,
    )
    return ChoiceRecord(
        signal=signal,  # type: ignore[arg-type]
        deep_learning=deep_learning,  # type: ignore[arg-type]
        recommended="svm",
        comparison=comparison if deep_learning != "not tried" else None,
        sentences=(
            "Effort was equal: 30 trials for each family.",
            "The support vector machine is the simplest model within one standard error of the "
            "best.",
        ),
        expected=Score(value=expected, low=expected - 0.021, high=expected + 0.017),
        final_model="models/svm-77.skops",
        test=test or binary_test(),
        calibration=(calibration("svm"), calibration("linear")) if test is None else (),
        decision=DecisionRecord(shares=(0.627, 0.373), sentence="Said above its share.")
        if test is None
        else None,
    )


def ethics(level: str = "sensitive") -> EthicsRecord:
    return EthicsRecord(
        level=level,
        entries=(
            EthicsEntryRecord(
                issue="consent not stated",
                text="Consent covers research on diagnosis",
                raised_by="the plan",
                state="resolved",
                decision="Covered by the broad consent of 2019",
                by="Dr. A. Okafor",
            ),
            EthicsEntryRecord(
                issue="small group: hospital",
                text="One hospital has few test samples; the model may work less well there",
                raised_by="the subgroup audit",
                state="open",
            ),
        ),
        may_leave=(
            ("Report, small counts merged", "yes"),
            ("Model file", "only with an override"),
            ("Training rows", "no"),
        ),
        sentences=("One entry is still open.",),
    )


def summary(**changes: object) -> StudySummary:
    """A binary study with signal that went to the end."""
    parts: dict[str, object] = {
        "title": "Do blood markers tell malignant from benign biopsies?",
        "version": "0.1.0",
        "plan_toml": PLAN.format(outcome="diagnosis", source="biopsies_2025.csv"),
        "start": start(),
        "question": QuestionRecord(
            outcome="diagnosis",
            sentence="Predict the diagnosis of a biopsy from blood markers",
            open_points=("Which score would be useful was not said",),
        ),
        "suitability": suitability(),
        "imported": imported(),
        "sheet": sheet(),
        "check": check(),
        "split": holdout(),
        "baselines": baselines(),
        "networks": networks(),
        "shuffles": shuffles(),
        "choice": choice(),
        "interpretation": interpreted.interpretation(),
        "claims": interpreted.claims(),
        "ethics": ethics(),
    }
    return StudySummary.model_validate(parts | changes)


def null_locked() -> StudySummary:
    """Noise: the test set stays locked."""
    shift = -0.45
    return summary(
        title="Does the methylation panel predict relapse?",
        baselines=baselines(shift=shift),
        networks=networks(shift=shift),
        shuffles=shuffles("no"),
        choice=choice(
            signal="no",
            test=locked("The real score lies inside the shuffled range."),
            expected=0.516,
        ),
        interpretation=InterpretationRecord(
            models=(), skipped="Without signal there is nothing that a model could be said to use."
        ),
        claims=ClaimsRecord(claims=(), not_shown=("That there is no association",), ceiling=""),
    )


def multiclass() -> StudySummary:
    """Eight classes, nested resampling, no networks."""
    classes = (
        "T cell",
        "B cell",
        "NK cell",
        "monocyte",
        "dendritic",
        "neutrophil",
        "mast",
        "other",
    )
    counts = (64, 51, 30, 22, 15, 12, 9, 7)
    confusion = np.full((8, 8), 1) + np.diag([c - 8 for c in counts])
    confusion[7] = [0, 0, 0, 0, 0, 1, 0, 6]
    metrics = {"auroc": 0.912, "balanced_accuracy": 0.744, "mcc": 0.701, "f1": 0.731}
    folds = tuple(
        OuterFoldRecord(
            name=f"fold {fold}",
            train_units=112,
            test_units=28,
            train_samples=168,
            test_samples=42,
            test_classes={
                name: max(count // 5, 1) for name, count in zip(classes, counts, strict=True)
            },
        )
        for fold in range(1, 6)
    )
    return summary(
        title="Which cell type is it?",
        plan_toml=PLAN.format(outcome="cell_type", source="cells.xlsx"),
        question=QuestionRecord(
            outcome="cell_type", sentence="Predict the cell type", open_points=()
        ),
        sheet=SampleSheetRecord(
            task="multiclass",
            outcome="cell_type",
            classes=classes,
            class_samples=dict(zip(classes, counts, strict=True)),
            class_units={
                name: max(int(count * 0.7), 1) for name, count in zip(classes, counts, strict=True)
            },
            samples=210,
            units=140,
            features=2000,
            numeric_features=2000,
            categorical_features=0,
            roles={"unit": ("donor",)},
            left_out_rows=0,
            sentence="210 samples of 140 donors.",
        ),
        split=SplitRecord(
            design="nested",
            why="140 units are too few to give a fifth away",
            train_units=112,
            test_units=28,
            outer_folds=folds,
            tuning_folds=5,
            tuning_repeats=1,
            proofs=("No donor crosses outer folds",),
            training_artifact="data/t.parquet",
            test_artifacts=("vault/a.parquet",),
            assignment_artifact="data/s.json",
        ),
        baselines=baselines(shift=-0.06),
        networks=None,
        choice=choice(
            deep_learning="not tried",
            test=TestRecord(
                opened=1,
                model="svm",
                metrics=panel(metrics),
                baseline="svm",
                baseline_metrics=panel(metrics),
                difference=None,
                subgroups=(),
                curves=CurvesRecord(
                    confusion=tuple(tuple(int(x) for x in row) for row in confusion)
                ),
                reuse_reasons=(),
                predictions="runs/p.parquet",
                sentences=(),
            ),
        ),
        interpretation=None,
    )


def regression() -> StudySummary:
    """A number as outcome; the network was better."""
    rng = np.random.default_rng(5)
    observed = rng.normal(48, 14, 120)
    predicted = 0.8 * observed + 9 + rng.normal(0, 6, 120)
    return summary(
        title="Can the expression profile tell the age of the donor?",
        plan_toml=PLAN.format(outcome="age", source="ages.parquet"),
        question=QuestionRecord(outcome="age", sentence="Predict the age", open_points=()),
        sheet=SampleSheetRecord(
            task="regression",
            outcome="age",
            classes=(),
            class_samples={},
            class_units={},
            samples=600,
            units=600,
            features=30,
            numeric_features=30,
            categorical_features=0,
            roles={},
            left_out_rows=0,
            sentence="600 samples, each its own biological unit.",
        ),
        split=holdout().model_copy(
            update={
                "train_units": 480,
                "test_units": 120,
                "outer_folds": (
                    OuterFoldRecord(
                        name="test",
                        train_units=480,
                        test_units=120,
                        train_samples=480,
                        test_samples=120,
                        test_classes={},
                    ),
                ),
            }
        ),
        baselines=baselines("r2", -0.3),
        networks=networks("r2", -0.27),
        shuffles=shuffles("yes", "r2", chance=-0.08),
        choice=choice(
            deep_learning="better",
            metric="r2",
            expected=0.69,
            test=TestRecord(
                opened=1,
                model="network_medium",
                metrics=panel(
                    {
                        "r2": 0.702,
                        "mae": 6.214,
                        "rmse": 7.913,
                        "spearman": 0.851,
                        "mean_rmse": 14.52,
                    }
                ),
                baseline="svm",
                baseline_metrics=panel(
                    {"r2": 0.661, "mae": 6.82, "rmse": 8.41, "spearman": 0.822}
                ),
                difference=Score(value=0.041, low=0.009, high=0.074),
                subgroups=(),
                curves=CurvesRecord(
                    observed=tuple(float(x) for x in observed),
                    predicted=tuple(float(x) for x in predicted),
                ),
                reuse_reasons=(),
                predictions="runs/p.parquet",
                sentences=(),
            ),
        ),
    )


def stopped_early() -> StudySummary:
    """The data check blocked: nothing was trained."""
    return summary(
        title="A study that could not go on",
        check=CheckRecord(
            findings=(
                FindingRecord(
                    kind="outcome_batch",
                    severity="blocking",
                    where="plate",
                    message="Each plate holds one class only, so plate and outcome cannot be told "
                    "apart.",
                    hint="Measure both classes on every plate.",
                    columns=("plate",),
                ),
            ),
            left_out_features=(),
            features=30,
        ),
        split=None,
        baselines=None,
        networks=None,
        shuffles=None,
        choice=None,
        interpretation=None,
        claims=None,
        ethics=None,
        stopped="The data check stopped the study: outcome and plate cannot be told apart.",
    )


def reused() -> StudySummary:
    """The test set was opened twice."""
    return summary(
        choice=choice(test=binary_test(opened=2)),
        baselines=None,
        networks=None,
        interpretation=None,
    )


ALL = {
    "binary": summary,
    "null_locked": null_locked,
    "multiclass": multiclass,
    "regression": regression,
    "stopped_early": stopped_early,
    "reused": reused,
}
