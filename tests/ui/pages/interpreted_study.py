"""A made-up study that was looked into, with everything stage 11 can find."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from deepbench.study.records import (
    AbstainPoint,
    AgreementRecord,
    AllImportancesRecord,
    AllTrustRecord,
    AttributionRecord,
    ConformalRecord,
    DirectionRecord,
    EnrichmentRecord,
    ErrorGroupRecord,
    ExplanationRecord,
    ExplanationsRecord,
    FailuresRecord,
    FeatureGroup,
    FeatureImportance,
    GeneSetRecord,
    ImitationRecord,
    ImitationTerm,
    ImportancesRecord,
    InterpretationRecord,
    NeighboursRecord,
    PanelFeature,
    PanelSize,
    PanelsRecord,
    Record,
    Score,
    TrustRecord,
    WorstSampleRecord,
    WorstSamplesRecord,
)

LISTED = 30
MODELS = ("random_forest", "network-small")
UNIT = "log-odds of ill"
#: Gene symbols, as long and short as real ones.
SYMBOLS = (
    "MMP9", "CD177", "S100A12", "ARG1", "interleukin 6 receptor subunit alpha (pg/ml)", "HLA-DRA",
    "CD3E", "IL7R", "LCN2", "OLFM4", "age", "sex", "CEACAM8", "BPI", "FCER1A", "KLRB1", "TLR5",
    "HP", "RETN", "ALOX5", "GBP1", "IFIT1", "CXCL10", "MX1", "STAT1", "NLRC4", "PSTPIP2", "FCAR",
    "SAMSN1", "SPATC1",
)  # fmt: skip


@dataclass(frozen=True)
class Interpreted:
    """Record and views of stage 11."""

    record: InterpretationRecord
    views: dict[str, Record]


def names(many: int) -> tuple[str, ...]:
    """Return names of features."""
    return (*SYMBOLS, *(f"GENE{number:05d}" for number in range(many)))[:many]


def explained(model: str, samples: int, seed: int = 1) -> ExplanationRecord:
    """Return explanations in which HLA-DRA decides which way MMP9 acts."""
    chance = random.Random(f"{seed} {model}")
    features = names(LISTED)
    partner = features.index("HLA-DRA")
    rows, texts, adds, outputs = [], [], [], []
    for _ in range(samples):
        values: list[float | None] = [chance.gauss(0, 1) for _ in features]
        values[features.index("sex")] = None
        if chance.random() < 0.1:
            values[2] = None
        sex = chance.choice(("female", "male"))
        own, other = values[0] or 0.0, values[partner] or 0.0
        parts = [0.9 * math.tanh(own) * (1.0 if other > 0 else 0.25)]
        for place, value in enumerate(values[1:], start=1):
            size = 0.8 * math.exp(-place / 4.0)
            amount = size * (value if value is not None else (0.5 if sex == "male" else -0.5))
            parts.append(amount * (-1.0 if place % 3 == 2 else 1.0) + chance.gauss(0, 0.02))
        rows.append(tuple(values))
        texts.append(
            tuple(
                sex if name == "sex" else "" if value is None else f"{value:.3f}"
                for name, value in zip(features, values, strict=True)
            )
        )
        adds.append(tuple(parts))
        outputs.append(0.2 + sum(parts) + 0.03)
    observed = tuple("ill" if out + chance.gauss(0, 0.6) > 0.2 else "healthy" for out in outputs)
    return ExplanationRecord(
        model=model, method="tree SHAP", scale=UNIT, target="ill",
        samples=tuple(f"S{number:03d}" for number in range(samples)), observed=observed,
        base=(0.2,) * samples, outputs=tuple(outputs), features=features, values=tuple(texts),
        numbers=tuple(rows), attributions=tuple(adds), rest=(0.03,) * samples,
    )  # fmt: skip


def importances(model: str, many: int, *, preview: bool = False) -> ImportancesRecord:
    """Return importances that fall, of which the first twelve clear the twin."""
    chance = random.Random(model)
    sizes = [0.8 * math.exp(-place / 5.0) + 0.02 / (1 + place / 50) for place in range(many)]
    effects = [
        None if name == "sex" else chance.gauss(0, 0.5) + (1.2 if place < 8 else 0.0)
        for place, name in enumerate(names(many))
    ]
    return ImportancesRecord(
        model=model, unit=UNIT, effect_name="difference of means in standard deviations",
        features=names(many), importance=tuple(sizes), low=tuple(0.7 * size for size in sizes),
        high=tuple(1.3 * size for size in sizes),
        twin=tuple(chance.uniform(0.01, 0.08) for _ in sizes),
        direction=tuple(0.9 if place % 3 != 2 else -0.8 for place in range(many)),
        effect=tuple(effects),
        effect_p=tuple(None if e is None else math.exp(-6 * abs(e)) for e in effects),
        clears_twin=tuple(0.7 * size > 0.06 for size in sizes), threshold=0.06, preview=preview,
    )  # fmt: skip


def attributed(model: str) -> AttributionRecord:
    """Return what a model uses: the first features of `importances`."""
    found = importances(model, LISTED)
    features = tuple(
        FeatureImportance(
            feature=name, importance=found.importance[n], low=found.low[n], high=found.high[n],
            direction=None if name == "sex" else found.direction[n], twin=found.twin[n],
            clears_twin=found.clears_twin[n], rank_low=max(1, n - 1), rank_high=n + 3,
            effect=found.effect[n], group=0 if n in (0, 1, 3) else 1 if n in (2, 8) else None,
        )
        for n, name in enumerate(found.features)
    )  # fmt: skip
    groups = (
        FeatureGroup(
            features=("MMP9", "CD177", "ARG1"), correlation=0.81, importance=1.6, low=1.2,
            high=2.0, twin=0.07, clears_twin=True,
        ),
        FeatureGroup(
            features=("S100A12", "LCN2"), correlation=0.74, importance=0.5, low=0.3, high=0.7,
            twin=0.05, clears_twin=True,
        ),
    )  # fmt: skip
    return AttributionRecord(
        model=model, method="tree SHAP", unit=UNIT, samples=120, folds=5, features=features,
        rank_stability=0.83, local_accuracy_error=1e-9, above_twin=12, fits=15, groups=groups,
        start_stability=0.78 if model.startswith("network") else None, shuffled_stability=0.04,
        weights_check=0.03 if model.startswith("network") else None,
        effect_name="difference of means in standard deviations",
        sentences=(
            "Attributions by tree SHAP (exact), on 120 held-out samples.",
            "Intervals from a bootstrap over samples and fits.",
        ),
    )  # fmt: skip


def panels() -> PanelsRecord:
    """Return panels of which five features are enough."""
    sizes = tuple(
        PanelSize(
            features=k,
            score=Score(
                value=0.93 - 0.25 * math.exp(-k / 2.5),
                low=0.88 - 0.27 * math.exp(-k / 2.5),
                high=min(0.99, 0.97 - 0.2 * math.exp(-k / 2.5)),
            ),
        )
        for k in range(1, 21)
    )
    chosen = ("MMP9", "CD177", "S100A12", "HLA-DRA", "age", "LCN2", "BPI")
    return PanelsRecord(
        model="random_forest", simple_model="linear", metric="auroc",
        full=Score(value=0.94, low=0.89, high=0.97), sizes=sizes, smallest=5, shown_size=5,
        features=tuple(
            PanelFeature(feature=name, frequency=(25 - 4 * n) / 25, direction=0.8 - 0.4 * n)
            for n, name in enumerate(chosen)
        ),
        stability=0.71, difference=Score(value=0.04, low=-0.01, high=0.09), fits=25,
        sentences=(
            "Five features are enough: AUROC 0.896 against 0.940 of the random forest with all.",
            "Features were selected anew inside each fold; the score is that of samples held out.",
        ),
    )  # fmt: skip


def group(column: str, name: str, rate: float, n: int, **other: object) -> ErrorGroupRecord:
    """Return errors of a group."""
    half = 1.96 * math.sqrt(rate * (1 - rate) / n)
    values: dict[str, object] = {
        "kind": "annotation", "column": column, "group": name, "samples": n, "units": n - 3,
        "rate": Score(value=rate, low=max(0.0, rate - half), high=min(1.0, rate + half)),
        "rest": 0.12, "p_value": 0.3, "marked": False,
    }  # fmt: skip
    return ErrorGroupRecord.model_validate(values | other)


def failures() -> FailuresRecord:
    """Return a model that fails at site B."""
    return FailuresRecord(
        model="random_forest", samples=120, units=110, error_name="share of wrong predictions",
        error=Score(value=0.142, low=0.09, high=0.21),
        groups=(
            group("site", "A", 0.09, 70),
            group("site", "B", 0.44, 25, p_value=0.001, marked=True),
            group("site", "C", 0.08, 25),
            group("sex", "female", 0.15, 61),
            group("sex", "male", 0.13, 59),
            group("", "healthy", 0.11, 60, kind="class"),
            group("", "ill", 0.18, 60, kind="class"),
            group("", "2 samples", 0.2, 20, kind="unit size"),
            group("age", "18 to 41", 0.1, 40, kind="feature"),
            group("age", "41 to 63", 0.12, 40, kind="feature"),
            group("age", "63 to 91", 0.21, 40, kind="feature", p_value=0.04),
        ),
        slices=(
            group("site, age", "site is B and age above 63", 0.58, 12, kind="slice",
                  p_value=0.0009, marked=True),
            group("HLA-DRA", "HLA-DRA below 4.2", 0.25, 30, kind="slice", p_value=0.06),
        ),
        abstain=tuple(
            AbstainPoint(
                answered=n / 20,
                error=Score(
                    value=0.142 * (n / 20) ** 2, low=0.09 * (n / 20) ** 2, high=0.21 * (n / 20)
                ),
            )
            for n in range(4, 21)
        ),
        conformal=(
            ConformalRecord(
                error_rate=0.1, coverage=Score(value=0.91, low=0.85, high=0.95), size=1.18,
                single=0.82, by_class=(("healthy", 0.93), ("ill", 0.89)),
            ),
            ConformalRecord(
                error_rate=0.05, coverage=Score(value=0.958, low=0.9, high=0.98), size=1.41,
                single=0.59, by_class=(("healthy", 0.97), ("ill", 0.95)),
            ),
        ),
        wrong=17, out_of_distribution=3, label_suspects=2, near_duplicates=1,
        sentences=(
            "17 of 120 samples are predicted wrongly (14 %).",
            "One group stands out: site B, with 44 % wrong against 12 % elsewhere.",
        ),
    )  # fmt: skip


def worst() -> WorstSamplesRecord:
    """Return four samples, each for another reason."""
    plain = {"out_of_distribution": False, "label_suspect": False, "near_duplicate": ""}
    rows: tuple[dict[str, object], ...] = (
        {
            "sample": "S007", "unit": "P07", "observed": "ill", "predicted": "healthy",
            "error": 0.97, "label_suspect": True,
            "reasons": ("Models fitted without it all say healthy: the outcome may be wrong.",),
        },
        {
            "sample": "S011", "unit": "P11", "observed": "healthy", "predicted": "ill",
            "error": 0.91, "out_of_distribution": True,
            "reasons": ("It is unlike the training samples: farther off than 99 % of them.",),
        },
        {
            "sample": "S023", "unit": "P23", "observed": "ill", "predicted": "healthy",
            "error": 0.88, "near_duplicate": "S024",
            "reasons": ("Nearly the same as S024, which is healthy.",),
        },
        {
            "sample": "S031", "unit": "P31", "observed": "ill", "predicted": "healthy",
            "error": 0.66, "reasons": ("Wrong without a reason that could be found.",),
        },
    )  # fmt: skip
    return WorstSamplesRecord(
        model="random_forest",
        samples=tuple(WorstSampleRecord.model_validate(plain | row) for row in rows),
    )


def trust(model: str, shown: ExplanationRecord) -> TrustRecord:
    """Return neighbourhoods that agree, are divided and disagree, in turn."""
    states = ((1.0, 1.8), (0.5, 1.0), (0.1, 0.6))
    many = len(shown.samples)
    found = []
    for place, sample in enumerate(shown.samples):
        agreement, score = states[place % 3]
        near = [(place + step) % many for step in range(1, 11)]
        found.append(
            NeighboursRecord(
                sample=sample,
                neighbours=tuple(shown.samples[n] for n in near),
                outcomes=tuple(shown.observed[n] for n in near),
                distances=tuple(0.4 + 0.1 * step for step in range(10)),
                trust=score,
                agreement=agreement,
            )
        )
    return TrustRecord(model=model, space="the space of the features", samples=tuple(found))


def imitations(model: str) -> tuple[ImitationRecord, ...]:
    """Return a sum and a tree; asthma lowers the risk against expectation."""
    common = {
        "model": model, "fidelity_name": "R²", "metric": "auroc", "unit": UNIT,
        "score": Score(value=0.90, low=0.84, high=0.95),
        "imitated_score": Score(value=0.94, low=0.89, high=0.97),
    }  # fmt: skip
    weights = (("MMP9", 0.62), ("HLA-DRA", -0.41), ("age", 0.2), ("CD177", 0.33), ("sex", -0.05))
    linear = ImitationRecord.model_validate(
        common
        | {
            "form": "sparse linear model",
            "fidelity": Score(value=0.84, low=0.78, high=0.88),
            "terms": tuple(ImitationTerm(feature=name, weight=size) for name, size in weights),
            "directions": (
                DirectionRecord(
                    feature="HLA-DRA", expected="higher", found="lower", contradicts=True,
                    sentence="You expected higher HLA-DRA to go with ill; the model lowers it.",
                ),
                DirectionRecord(
                    feature="MMP9", expected="higher", found="higher", contradicts=False,
                    sentence="Higher MMP9 goes with ill, as you expected.",
                ),
                DirectionRecord(
                    feature="age", expected="", found="both", contradicts=False,
                    sentence="The effect of age turns round at 63.",
                ),
            ),
            "sentences": ("Five of 20,000 features are enough for the imitation.",),
        }
    )  # fmt: skip
    tree = ImitationRecord.model_validate(
        common
        | {
            "form": "shallow tree",
            "fidelity": Score(value=0.71, low=0.64, high=0.77),
            "rules": (
                "MMP9 above 8.1 and HLA-DRA below 4.2: ill (38 samples, log-odds 1.4)",
                "MMP9 above 8.1 and HLA-DRA from 4.2: undecided (21 samples, log-odds 0.1)",
                "MMP9 up to 8.1: healthy (61 samples, log-odds −1.2)",
            ),
        }
    )
    return linear, tree


def enrichment(model: str) -> EnrichmentRecord:
    """Return two sets, of which one stands out."""
    return EnrichmentRecord(
        model=model, file="hallmark.gmt", tested=50,
        sets=(
            GeneSetRecord(
                name="NEUTROPHIL_DEGRANULATION", size=480, measured=412,
                hits=("MMP9", "CD177", "S100A12", "LCN2", "BPI"), score=3.1, p_value=0.0002,
                q_value=0.01,
            ),
            GeneSetRecord(
                name="INTERFERON_ALPHA_RESPONSE", size=97, measured=90, hits=("IFIT1",),
                score=0.8, p_value=0.21, q_value=0.6,
            ),
        ),
        sentences=("1 of 50 sets stands out after correction for all sets tested.",),
    )  # fmt: skip


def everything(features: int = 60, samples: int = 60) -> Interpreted:
    """Return all that stage 11 can find."""
    shown = tuple(explained(model, samples) for model in MODELS)
    record = InterpretationRecord(
        models=tuple(attributed(model) for model in MODELS),
        agreement=AgreementRecord(
            models=MODELS, rank_correlation=0.62, top=10, shared=7, by_chance=1.7,
            sentence="Of the 10 top features of each of the two models, 7 are the same.",
        ),
        panels=panels(),
        failures=failures(),
        imitations=tuple(one for model in MODELS for one in imitations(model)),
        enrichment=tuple(enrichment(model) for model in MODELS),
    )  # fmt: skip
    views: dict[str, Record] = {
        "explanations": ExplanationsRecord(explanations=shown),
        "importances": AllImportancesRecord(
            models=tuple(importances(model, features) for model in MODELS)
        ),
        "trust": AllTrustRecord(
            models=tuple(trust(model, one) for model, one in zip(MODELS, shown, strict=True))
        ),
        "worst-samples": worst(),
    }
    return Interpreted(record, views)
