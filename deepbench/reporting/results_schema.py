"""The document ``results.json``: every field, its meaning, and a check that it is there.

``ResultsDocument.model_json_schema()`` gives the JSON Schema; README prints it. A number that
could not be computed is null. Metric names are scikit-learn's where it has one.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from deepbench.reporting.results_interpretation_schema import ClaimsPart, InterpretationPart

RESULTS_FORMAT = 1


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ReasonPart(_Part):
    """One reason of the suitability verdict."""

    rule: str = Field(description="Name of the rule.")
    speaks: Literal["for", "against", "neutral"] = Field(
        description="Whether it speaks for deep learning."
    )
    text: str = Field(description="The reason as a sentence.")
    source: str = Field(description="Where the rule comes from.")


class SuitabilityPart(_Part):
    """Tip 1: is deep learning a good fit?"""

    verdict: Literal["good fit", "baselines first", "use traditional models"] | None = Field(
        description="The verdict; null when the stage was not reached."
    )
    reasons: list[ReasonPart] = Field(description="Why.")


class FindingPart(_Part):
    """One finding of the data check."""

    kind: str = Field(description="Name of the check.")
    severity: Literal["info", "warning", "serious", "blocking"] = Field(description="How bad.")
    where: str = Field(description="Columns or samples concerned, in words.")
    message: str = Field(description="What was found, as a sentence.")


class PreparationPart(_Part):
    """What was done to the measurements inside each fold, before any model."""

    kind: str | None = Field(
        description="What the measurements look like; null when the stage was not reached."
    )
    transform: Literal["none", "log2", "log1p-cpm", "clr", "m-values"] | None = Field(
        description="Transformation, never auto."
    )
    columns: int | None = Field(description="Features that are such measurements.", ge=0)
    most_missing: float | None = Field(
        description="Features with a larger share of missing values were left out, fold by fold."
    )
    most_variable: int | None = Field(
        description="So many features were kept, those that vary most, fold by fold."
    )


class SplitPart(_Part):
    """How test samples were set aside."""

    design: (
        Literal["holdout", "nested", "leave-one-site-out", "leave-one-batch-out", "time", "own"]
        | None
    ) = Field(description="Design; null when the stage was not reached.")
    train_units: int | None = Field(description="Units in the training set.", ge=0)
    test_units: int | None = Field(description="Units in the test set.", ge=0)


class TuningPart(_Part):
    """Score of a model on the tuning folds."""

    metric: str = Field(description="Name of the metric.")
    plain: float | None = Field(description="Best tuning score of all trials (too optimistic).")
    corrected: float | None = Field(description="Score corrected for picking the winner (BBC-CV).")
    low: float | None = Field(description="Lower end of its 95 % interval.")
    high: float | None = Field(description="Upper end of its 95 % interval.")


class ModelPart(_Part):
    """One model family with its best settings."""

    name: str = Field(description="Name of the model.")
    family: Literal["baseline", "network"] = Field(description="Traditional model or network.")
    size: str = Field(description="Size of the network; empty for traditional models.")
    trials: int = Field(description="Settings tried.", ge=0)
    seconds: float | None = Field(description="Computing time spent on tuning, in seconds.")
    tuning: TuningPart
    params: dict[str, Any] = Field(description="The best settings.")


class ShuffledPart(_Part):
    """The shuffled-label check of one model, or of the best of all of a kind."""

    model: str = Field(description="Name of the model, or `baselines` or `networks`.")
    metric: str = Field(description="Name of the metric.")
    real: float | None = Field(description="Score with the real labels.")
    null: list[float | None] = Field(description="Scores with shuffled labels.")
    p_value: float | None = Field(
        description="(1 + shuffled scores >= real) / (1 + replicates); 10 / replicates when the "
        "check ended with the tenth such score."
    )
    replicates: int = Field(description="Number of shuffles.", ge=0)
    repeated: str = Field(description="`whole search` or `selected settings`.")
    settings: int = Field(description="Settings tried for each shuffle.", ge=1)


class BlendMemberPart(_Part):
    """One of the settings whose predictions a blend averages."""

    model: str = Field(description="Name of the model family.")
    trial: int = Field(description="Number of the trial.", ge=0)
    score: float | None = Field(description="Its tuning score (too optimistic).")


class BlendPart(_Part):
    """The mean of the best settings of up to five families; never a candidate."""

    members: list[BlendMemberPart] = Field(description="Best first; empty without a blend.")
    metric: str | None = Field(description="Name of the metric.")
    plain: float | None = Field(description="Tuning score of the mean (too optimistic).")
    corrected: float | None = Field(
        description="Score with the members picked anew in each resample (BBC-CV)."
    )
    low: float | None = Field(description="Lower end of its 95 % interval.")
    high: float | None = Field(description="Upper end of its 95 % interval.")


class ProbabilitiesPart(_Part):
    """How good probabilities are on the tuning folds."""

    slope: float | None = Field(description="Calibration slope; null for several classes.")
    intercept: float | None = Field(description="Calibration intercept, likewise.")
    brier: float | None = Field(description="Brier score.")
    log_loss: float | None = Field(description="Log loss.")


class CalibrationPart(_Part):
    """Calibration of a model that was fitted in the end."""

    model: str = Field(description="Name of the model.")
    slope: float = Field(description="Factor of the evidence for or against a class.", gt=0)
    shifts: list[float] = Field(description="Shift of each class's log probability.")
    before: ProbabilitiesPart = Field(description="Without calibration.")
    after: ProbabilitiesPart = Field(description="Each tuning fold calibrated by the others.")


class DecisionPart(_Part):
    """The class said is the one whose probability rose most over its share."""

    shares: list[float] = Field(
        description="Share of each class among the training samples; empty for regression."
    )
    threshold: float | None = Field(
        description="Probability of the positive of two classes above which it is said."
    )


class ComparisonPart(_Part):
    """Best network minus best baseline on the tuning folds, paired over units."""

    network: str | None = Field(description="Name of the network; null without a comparison.")
    baseline: str | None = Field(description="Name of the traditional model.")
    metric: str | None = Field(description="Name of the metric.")
    difference: float | None = Field(description="Network minus baseline.")
    low: float | None = Field(description="Lower end of its 95 % interval.")
    high: float | None = Field(description="Upper end of its 95 % interval.")


class VerdictPart(_Part):
    """The answer."""

    signal: Literal["yes", "no", "unclear"] = Field(description="Is there a signal?")
    deep_learning: Literal["better", "no better", "worse", "not tried"] = Field(
        description="Is deep learning worth it?"
    )
    recommended: str | None = Field(description="Name of the recommended model.")
    sentences: list[str] = Field(description="The verdict as the report prints it.")


class ScorePart(_Part):
    """A score with its 95 % interval."""

    value: float | None = Field(description="The score.")
    low: float | None = Field(description="Lower end of the interval.")
    high: float | None = Field(description="Upper end of the interval.")


class TestPart(_Part):
    """The one look at the test set; no metrics while it is locked."""

    __test__ = False

    opened: int = Field(description="How often the test set was opened.", ge=0)
    model: str | None = Field(description="Model that was applied to it.")
    metrics: dict[str, ScorePart] = Field(description="Its scores by metric.")
    baseline_metrics: dict[str, ScorePart] = Field(
        description="Scores of the best traditional model by metric."
    )
    blend_metrics: dict[str, ScorePart] = Field(description="Scores of the blend by metric.")


class ResultsDocument(_Part):
    """``results.json``, format 1."""

    format: Literal[1] = Field(description="Version of this document.")
    deepbench: str = Field(description="Version of the program.")
    task: Literal["classification", "regression"] | None = Field(
        description="Kind of outcome; null when the study stopped before it was known."
    )
    outcome: str | None = Field(description="Column that holds the outcome.")
    classes: list[str] = Field(
        description="Classes, the positive one last if there are two; empty for regression."
    )
    samples: int | None = Field(description="Samples with a known outcome.", ge=0)
    units: int | None = Field(description="Biological units.", ge=0)
    features: int | None = Field(description="Features the models see.", ge=0)
    suitability: SuitabilityPart
    findings: list[FindingPart]
    preparation: PreparationPart
    split: SplitPart
    models: list[ModelPart]
    shuffled: list[ShuffledPart]
    blend: BlendPart
    comparison: ComparisonPart
    verdict: VerdictPart
    test: TestPart
    calibration: list[CalibrationPart]
    decision: DecisionPart
    interpretation: InterpretationPart | None = Field(
        description="What models use, where the chosen one fails; null when not reached."
    )
    claims: ClaimsPart | None = Field(
        description="What may be claimed; null when the stage was not reached."
    )
