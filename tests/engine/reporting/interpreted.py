"""Records of stages 11 and 12 with everything in them, for studies to report on."""

from __future__ import annotations

from deepbench.study.records import (
    AbstainPoint,
    AgreementRecord,
    AllImportancesRecord,
    AskedFeatureRecord,
    AttributionRecord,
    CausalWordingRecord,
    CheckItemRecord,
    ClaimRecord,
    ClaimsRecord,
    ConformalRecord,
    DirectionRecord,
    EnrichmentRecord,
    ErrorGroupRecord,
    FailuresRecord,
    FeatureGroup,
    FeatureHintRecord,
    FeatureImportance,
    GeneSetRecord,
    ImitationRecord,
    ImitationTerm,
    ImportancesRecord,
    InterpretationRecord,
    PanelFeature,
    PanelSize,
    PanelsRecord,
    Score,
)


def importance(place: int, scale: float) -> FeatureImportance:
    value = scale * 0.92**place
    return FeatureImportance(
        feature=f"marker {place}",
        importance=value,
        low=value * 0.8,
        high=value * 1.25,
        direction=None if place == 4 else (0.86 if place % 3 else -0.71),
        twin=scale * 0.24,
        clears_twin=value * 0.8 > scale * 0.24,
        rank_low=max(1, place - 1),
        rank_high=place + 3,
        effect=0.9 - 0.06 * place,
        group=0 if place in (1, 2, 5) else None,
    )


def attribution(model: str, scale: float, *, network: bool) -> AttributionRecord:
    return AttributionRecord(
        model=model,
        method="expected gradients" if network else "permutation SHAP",
        unit="log-odds",
        samples=330,
        folds=5,
        features=tuple(importance(place, scale) for place in range(1, 29)),
        rank_stability=0.83,
        local_accuracy_error=0.0004,
        above_twin=11,
        sentences=("Eleven features stand above what shuffled labels give.",),
        fits=15 if network else 5,
        groups=(
            FeatureGroup(
                features=("marker 1", "marker 2", "marker 5"),
                correlation=0.78,
                importance=scale * 2.3,
                low=scale * 1.9,
                high=scale * 2.7,
                twin=scale * 0.4,
                clears_twin=True,
            ),
        ),
        start_stability=0.91 if network else None,
        shuffled_stability=0.07,
        weights_check=0.04 if network else None,
        top=10,
        shared_top=8.3,
        locally_accurate=True,
        effect_name="difference of means in standard deviations",
    )


def panels() -> PanelsRecord:
    scores = (0.871, 0.912, 0.934, 0.949, 0.955)
    return PanelsRecord(
        model="svm",
        simple_model="ridge logistic regression",
        metric="auroc",
        full=Score(value=0.9608, low=0.9411, high=0.9772),
        sizes=tuple(
            PanelSize(features=size, score=Score(value=score, low=score - 0.03, high=score + 0.02))
            for size, score in enumerate(scores, start=1)
        ),
        smallest=4,
        shown_size=4,
        features=tuple(
            PanelFeature(
                feature=f"marker {place}",
                frequency=1.0 - 0.11 * place,
                direction=0.9 if place % 2 else -0.8,
                in_panel=place < 5,
            )
            for place in range(1, 8)
        ),
        stability=0.62,
        difference=Score(value=0.0112, low=-0.0041, high=0.0265),
        fits=10,
        sentences=("A panel of 4 features is within one standard error of the full model.",),
        samples=330,
        units=330,
        size_inside=Score(value=0.943, low=0.921, high=0.962),
        sizes_inside=(3, 6),
    )


def error_group(
    kind: str, column: str, group: str, units: int, rate: float, *, marked: bool = False
) -> ErrorGroupRecord:
    return ErrorGroupRecord.model_validate(
        {
            "kind": kind,
            "column": column,
            "group": group,
            "samples": units,
            "units": units,
            "rate": Score(value=rate, low=max(0.0, rate - 0.05), high=rate + 0.07),
            "rest": 0.08,
            "p_value": 0.0003 if marked else 0.31,
            "marked": marked,
        }
    )


def failures(**changes: object) -> FailuresRecord:
    """Held-out errors of 330 samples of as many units."""
    parts: dict[str, object] = {
        "model": "svm",
        "samples": 330,
        "units": 330,
        "error_name": "Share of wrong answers",
        "error": Score(value=0.0909, low=0.064, high=0.126),
        "groups": (
            error_group("annotation", "hospital", "North", 190, 0.07),
            error_group("annotation", "hospital", "South", 134, 0.11),
            error_group("annotation", "hospital", "Ravenholm", 6, 0.5),
            error_group("class", "diagnosis", "benign", 210, 0.081),
            error_group("class", "diagnosis", "malignant", 120, 0.108),
            error_group("feature", "marker 3", "up to 12.3456", 165, 0.07),
            error_group("feature", "marker 3", "above 12.3456", 165, 0.13, marked=True),
        ),
        "slices": (
            error_group("slice", "marker 7", "marker 7 > 61.87654", 40, 0.24, marked=True),
            error_group(
                "slice", "marker 7, hospital", "marker 7 ≤ 5 and hospital = Ravenholm", 20, 0.2
            ),
        ),
        "abstain": tuple(
            AbstainPoint(
                answered=answered,
                error=Score(value=0.0909 * answered**2, low=0.01, high=0.126 * answered),
            )
            for answered in (1.0, 0.98, 0.9, 0.75, 0.5, 0.25, 0.02)
        ),
        "conformal": (
            ConformalRecord(
                error_rate=0.1,
                coverage=Score(value=0.912, low=0.88, high=0.94),
                size=1.12,
                single=0.86,
                by_class=(("benign", 0.92), ("malignant", 0.9)),
                least_probability=(("benign", 0.21234), ("malignant", 0.18765)),
            ),
        ),
        "wrong": 30,
        "out_of_distribution": 4,
        "label_suspects": 3,
        "near_duplicates": 0,
        "sentences": (
            "It does worse for hospital: Ravenholm: 50 % wrong (6 samples of 6 units).",
            "3 samples may have a wrong label.",
        ),
    }
    return FailuresRecord.model_validate(parts | changes)


def imitations() -> tuple[ImitationRecord, ...]:
    linear = ImitationRecord(
        model="network_medium",
        form="sparse linear model",
        fidelity_name="R²",
        fidelity=Score(value=0.81, low=0.77, high=0.85),
        metric="auroc",
        score=Score(value=0.941, low=0.92, high=0.96),
        imitated_score=Score(value=0.957, low=0.937, high=0.974),
        unit="log-odds",
        terms=(
            ImitationTerm(feature="marker 1", weight=1.31),
            ImitationTerm(feature="asthma", weight=-0.62),
        ),
        directions=(
            DirectionRecord(
                feature="asthma",
                expected="higher",
                found="lower",
                contradicts=True,
                sentence="With asthma the network says less risk, against what was expected.",
            ),
        ),
        sentences=("The network is nearly linear.",),
    )
    tree = linear.model_copy(
        update={
            "form": "shallow tree",
            "terms": (),
            "directions": (),
            "rules": ("marker 1 ≤ 3.14159: malignant 12 %", "marker 1 > 3.14159: malignant 71 %"),
            "fidelity": Score(value=0.64, low=0.58, high=0.7),
        }
    )
    return linear, tree


def interpretation() -> InterpretationRecord:
    return InterpretationRecord(
        models=(
            attribution("svm", 1.4, network=False),
            attribution("network_medium", 0.9, network=True),
        ),
        agreement=AgreementRecord(
            models=("svm", "network_medium"),
            rank_correlation=0.74,
            top=10,
            shared=8,
            by_chance=3.6,
            sentence="The two models use much the same features.",
        ),
        panels=panels(),
        failures=failures(),
        imitations=imitations(),
        enrichment=(
            EnrichmentRecord(
                model="svm",
                file="hallmark.gmt",
                tested=50,
                sets=(
                    GeneSetRecord(
                        name="HALLMARK_APOPTOSIS",
                        size=161,
                        measured=12,
                        hits=("marker 1", "marker 2"),
                        score=0.71,
                        p_value=0.0007,
                        q_value=0.035,
                    ),
                    GeneSetRecord(
                        name="HALLMARK_HYPOXIA",
                        size=200,
                        measured=9,
                        hits=(),
                        score=0.52,
                        p_value=0.4,
                        q_value=0.61,
                    ),
                ),
                sentences=("One of 50 gene sets stands out.",),
                genes=27,
                file_genes=4383,
                features=28,
            ),
        ),
        asked=(
            AskedFeatureRecord(
                feature="marker 1",
                used_by=("chosen model", "short panel"),
                alone=0.871,
                stands_out=False,
                hints=(
                    FeatureHintRecord(question="artefact", text="It goes with the plate (0.21)."),
                ),
            ),
        ),
    )


def all_importances() -> AllImportancesRecord:
    """Importance of 400 features of the SVM."""
    names = tuple(f"marker {place}" for place in range(1, 401))
    values = tuple(1.4 * 0.97**place for place in range(1, 401))
    clears = tuple(value > 0.4 for value in values)
    return AllImportancesRecord(
        models=(
            ImportancesRecord(
                model="svm",
                unit="log-odds",
                effect_name="difference of means in standard deviations",
                features=names,
                importance=values,
                low=tuple(value * 0.8 for value in values),
                high=tuple(value * 1.2 for value in values),
                twin=(0.3,) * 400,
                direction=(None,) * 400,
                effect=tuple(
                    (value * (1 if place % 2 else -1)) for place, value in enumerate(values)
                ),
                effect_p=(0.01,) * 400,
                clears_twin=clears,
                threshold=0.4,
            ),
        )
    )


def claims() -> ClaimsRecord:
    return ClaimsRecord(
        claims=(
            ClaimRecord(
                kind="model",
                feature="",
                sentence="The diagnosis could be predicted with AUROC 0.973 in this cohort",
                reservations=("Other hospitals were not looked at",),
            ),
            ClaimRecord(
                kind="panel",
                feature="",
                features=("marker 1", "marker 2", "marker 3", "marker 4"),
                sentence="A panel of 4 features predicted nearly as well",
                reservations=(),
            ),
            ClaimRecord(
                feature="marker 1",
                sentence="Marker 1 was associated with the diagnosis in this cohort",
                reservations=("Whether it could be produced by processing was not answered",),
            ),
            ClaimRecord(
                feature="marker 2",
                sentence="Marker 2 was associated with the diagnosis in this cohort",
                reservations=(),
            ),
        ),
        not_shown=(
            "That any marker causes the outcome",
            "That the model works in hospitals other than the three of this study",
        ),
        ceiling="No ceiling was given; a score near 1 should make one look for leakage.",
    )


def doubtful_claims() -> ClaimsRecord:
    """A score that is too good, and wording that says too much."""
    return claims().model_copy(
        update={
            "too_good": "strongly",
            "checklist": (
                CheckItemRecord(
                    question="Is a feature the outcome in other words?",
                    found="No feature alone scores more than 0.9.",
                    to_do="",
                    state="clear",
                ),
                CheckItemRecord(
                    question="Were all features known before the outcome?",
                    found="Two features were not answered for.",
                    to_do="Answer for them.",
                    state="open",
                ),
            ),
            "own": ("Marker 1 drives the disease.",),
            "causal": (
                CausalWordingRecord(
                    text="Marker 1 drives the disease.",
                    where="",
                    words="drives",
                    why="It says cause, and association was shown",
                    suggestion="Marker 1 was associated with the disease.",
                ),
            ),
        }
    )
