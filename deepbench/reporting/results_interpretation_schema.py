"""Fields of ``results.json`` on what models use, where the chosen one fails, and claims.

Parts are read from records by the names of their fields; what a record has besides stays out.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _finite(value: Any) -> Any:
    """Make null of what JSON cannot write."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


Number = Annotated[float | None, BeforeValidator(_finite)]


class _Part(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, from_attributes=True
    )


class UncertainPart(_Part):
    """A number with its 95 % interval, over biological units."""

    value: Number = Field(description="The number.")
    low: Number = Field(description="Lower end of the interval.")
    high: Number = Field(description="Upper end of the interval.")


class ImportancePart(_Part):
    """Importance of one feature of the table."""

    feature: str = Field(description="Name of the feature.")
    importance: Number = Field(description="Mean absolute attribution over held-out samples.")
    low: Number = Field(description="Lower end of its 95 % interval over units and fits.")
    high: Number = Field(description="Upper end of its 95 % interval.")
    direction: Number = Field(description="Rank correlation of value and attribution.")
    twin: Number = Field(description="Importance in a model trained on shuffled labels.")
    clears_twin: bool | None = Field(
        description="Whether it stands out from what features of no use get."
    )
    rank_low: int | None = Field(description="Best rank over fits.")
    rank_high: int | None = Field(description="Worst rank over fits.")
    effect: Number = Field(description="Effect of the feature alone; `effect_name` says which.")
    group: int | None = Field(description="Place in `groups`, from 0.")


class GroupPart(_Part):
    """Correlated features, read as one."""

    features: list[str] = Field(description="Its features, the most important first.")
    correlation: Number = Field(description="Smallest absolute rank correlation of two of them.")
    importance: Number = Field(description="Mean absolute sum of their attributions.")
    low: Number = Field(description="Lower end of its 95 % interval over units and fits.")
    high: Number = Field(description="Upper end of its 95 % interval.")
    twin: Number = Field(description="The same in a model trained on shuffled labels.")
    clears_twin: bool | None = Field(description="As for a feature.")


class AttributionPart(_Part):
    """What one model uses; attributions are associations, not causes."""

    model: str = Field(description="Name of the model.")
    method: str = Field(description="How attributions were computed.")
    unit: str = Field(description="Unit of importances.")
    effect_name: str = Field(description="What `effect` of a feature is; empty for none.")
    samples: int | None = Field(description="Held-out samples explained.", ge=0)
    folds: int = Field(description="Tuning folds.", ge=0)
    fits: int = Field(description="Fitted models that were looked into.", ge=0)
    features: list[ImportancePart] = Field(description="The most important first.")
    groups: list[GroupPart] = Field(description="Groups of correlated features.")
    above_twin: int | None = Field(description="Features that stand out from noise.")
    rank_stability: Number = Field(description="Mean rank correlation between folds.")
    top: int = Field(description="So many most important features of folds were compared.", ge=0)
    shared_top: Number = Field(description="So many of them do two folds share on average.")
    start_stability: Number = Field(
        description="Rank correlation between random starts of a fold."
    )
    shuffled_stability: Number = Field(
        description="Rank correlation between folds, shuffled labels."
    )
    weights_check: Number = Field(
        description="Rank correlation with the same network with random weights."
    )
    local_accuracy_error: Number = Field(
        description="Largest gap between summed attributions and output."
    )
    locally_accurate: bool = Field(description="Whether it is within the method's tolerance.")
    sentences: list[str] = Field(description="The same in words.")


class AgreementPart(_Part):
    """How far two models use the same features."""

    models: list[str] = Field(description="Names of the two.")
    rank_correlation: Number = Field(description="Over features that at least one uses.")
    top: int = Field(description="So many most important features of each were compared.", ge=0)
    shared: int = Field(description="So many of them are among the other's.", ge=0)
    by_chance: Number = Field(description="So many would be expected by chance.")
    sentence: str = Field(description="The same in words.")


class PanelSizePart(_Part):
    """Nested score of panels of one size."""

    features: int = Field(description="Features in the panel.", ge=1)
    score: UncertainPart


class PanelFeaturePart(_Part):
    """A feature of short panels."""

    feature: str = Field(description="Name of the feature.")
    frequency: Number = Field(description="Share of fits in which it was selected.")
    direction: Number = Field(description="Mean sign of its coefficient, -1 to 1.")
    in_panel: bool = Field(description="Whether it is in the panel of all training samples.")


class PanelsPart(_Part):
    """Short panels: a simple model on the k best features, selected inside folds."""

    model: str = Field(description="The full model.")
    simple_model: str = Field(description="What is fitted on a panel.")
    metric: str = Field(description="Name of the metric.")
    full: UncertainPart = Field(description="Score of the full model on the same samples.")
    sizes: list[PanelSizePart] = Field(description="Score of each size.")
    smallest: int | None = Field(
        description="Smallest size inside the noise of the full model; null if none is."
    )
    shown_size: int = Field(description="Size that `features` and `difference` are about.", ge=0)
    features: list[PanelFeaturePart] = Field(description="Those selected most often.")
    stability: Number = Field(description="Stability of the selection, 1 for always the same.")
    difference: UncertainPart | None = Field(description="Full model minus panel, paired.")
    fits: int = Field(description="Fits behind `frequency`.", ge=0)
    samples: int | None = Field(description="Samples scored.", ge=0)
    units: int | None = Field(description="Their biological units.", ge=0)
    size_inside: UncertainPart | None = Field(
        description="Score when the size is chosen inside the folds as well."
    )
    sizes_inside: tuple[int, int] | None = Field(
        description="Smallest and largest size chosen there."
    )
    wide: bool = Field(description="The difference is too uncertain to say much.")
    sentences: list[str] = Field(description="The same in words.")


class ErrorGroupPart(_Part):
    """Errors in one group of samples."""

    kind: Literal["annotation", "class", "unit size", "feature", "slice"] = Field(
        description="What forms the group."
    )
    column: str = Field(description="Column that forms it; empty for a slice of several.")
    group: str = Field(description="The group in words.")
    samples: int = Field(description="Its samples.", ge=0)
    units: int | None = Field(
        description="Its biological units; null where samples minus units would point at few.",
        ge=0,
    )
    rate: UncertainPart = Field(
        description="Share of wrong classes; mean absolute error for regression."
    )
    rest: Number = Field(description="The same over all other samples.")
    p_value: Number = Field(description="By permutation of units, for this group alone.")
    marked: bool = Field(
        description="Larger than in all others, after correction for all groups looked at."
    )


class AbstainPart(_Part):
    """Error where only the surest samples get an answer."""

    answered: Number = Field(description="Share of samples that get an answer.")
    error: UncertainPart = Field(description="Error among them.")


class ConformalPart(_Part):
    """Prediction sets (intervals for regression) that miss at most a chosen share."""

    error_rate: Number = Field(description="The chosen share.")
    coverage: UncertainPart = Field(description="Share of held-out samples with the truth inside.")
    size: Number = Field(description="Mean number of classes; mean width for regression.")
    single: Number = Field(description="Share with exactly one class; null for regression.")
    by_class: Annotated[dict[str, Number], BeforeValidator(dict)] = Field(
        description="Share with the truth inside, by class."
    )
    least_probability: Annotated[dict[str, Number], BeforeValidator(dict)] = Field(
        description="From which probability on a class is in the set of a new sample."
    )
    half_width: Number = Field(
        description="A new interval is the prediction plus and minus this; null for classes."
    )


class FailuresPart(_Part):
    """Where the chosen model fails, on held-out predictions of training samples."""

    model: str = Field(description="Name of the model.")
    samples: int | None = Field(description="Samples looked at.", ge=0)
    units: int | None = Field(description="Their biological units.", ge=0)
    error_name: str = Field(description="What an error is.")
    error: UncertainPart = Field(description="Over all samples.")
    groups: list[ErrorGroupPart] = Field(description="By column of the sample sheet, class, …")
    slices: list[ErrorGroupPart] = Field(description="Found by a shallow tree.")
    abstain: list[AbstainPart] = Field(description="Points of the abstain curve.")
    conformal: list[ConformalPart] = Field(description="By chosen error rate.")
    wrong: int | None = Field(description="Samples that are wrong or far off.", ge=0)
    out_of_distribution: int | None = Field(description="Samples unlike the others.", ge=0)
    label_suspects: int | None = Field(description="Samples whose label may be wrong.", ge=0)
    near_duplicates: int | None = Field(
        description="Samples nearly the same as one with another outcome.", ge=0
    )
    sentences: list[str] = Field(description="The same in words.")


class TermPart(_Part):
    """One term of a sparse linear model."""

    feature: str = Field(description="Name of the feature.")
    weight: Number = Field(description="Effect of one standard deviation more.")
    towards: str = Field(description="Class it moves most, for more than two; else empty.")


class DirectionPart(_Part):
    """A feature whose effect is not what was expected, or turns round."""

    feature: str = Field(description="Name of the feature.")
    expected: Literal["higher", "lower", ""] = Field(description="What the plan expects.")
    found: Literal["higher", "lower", "both", "none"] = Field(description="What was found.")
    contradicts: bool = Field(description="Whether one is against the other.")
    sentence: str = Field(description="The same in words.")


class ImitationPart(_Part):
    """A simple model fitted to the answers of another."""

    model: str = Field(description="Name of the model it imitates.")
    form: Literal["sparse linear model", "shallow tree"] = Field(description="What it is.")
    fidelity_name: str = Field(description="What `fidelity` is.")
    fidelity: UncertainPart = Field(description="How well it repeats the model, held out.")
    metric: str = Field(description="Name of the metric.")
    score: UncertainPart = Field(description="Its own score against the truth, held out.")
    imitated_score: UncertainPart = Field(description="That of the model, same samples.")
    unit: str = Field(description="Unit of weights.")
    terms: list[TermPart] = Field(description="Terms; empty for a tree.")
    rules: list[str] = Field(description="Rules of a tree; empty for a linear model.")
    directions: list[DirectionPart] = Field(description="Unexpected effects.")
    sentences: list[str] = Field(description="The same in words.")


class GeneSetPart(_Part):
    """A set of the user's file among important features."""

    name: str = Field(description="Name of the set.")
    size: int = Field(description="Genes in the set.", ge=0)
    measured: int = Field(description="Of them, features of the table.", ge=0)
    hits: list[str] = Field(description="Of these, features that stand out from noise.")
    score: Number = Field(
        description="Chance that one of its features is more important than another feature."
    )
    p_value: Number = Field(description="By permutation.")
    q_value: Number = Field(description="After Benjamini-Hochberg over all sets tested.")


class EnrichmentPart(_Part):
    """Gene sets of the user's file in one model."""

    model: str = Field(description="Name of the model.")
    file: str = Field(description="The file.")
    tested: int = Field(description="Sets tested.", ge=0)
    sets: list[GeneSetPart] = Field(description="Those with the smallest p-values.")
    file_genes: int = Field(description="Genes in the file.", ge=0)
    genes: int = Field(description="Of them, features looked at.", ge=0)
    features: int = Field(description="Features looked at.", ge=0)
    sentences: list[str] = Field(description="The same in words.")


class HintPart(_Part):
    """Something the program knows that bears on a question about a feature."""

    question: Literal["known_before_outcome", "plausible", "artefact"] = Field(
        description="The question."
    )
    kind: Literal["finding", "name", "alone", "tie", "direction"] = Field(
        description="Where it comes from."
    )
    text: str = Field(description="What it knows.")


class AskedPart(_Part):
    """A feature that stage 12 asks about."""

    feature: str = Field(description="Name of the feature.")
    used_by: list[str] = Field(description="What uses it.")
    alone: Number = Field(description="Score of a simple model on it alone, tuning folds.")
    stands_out: bool = Field(description="Nearly as good as the chosen model, unlike others.")
    hints: list[HintPart] = Field(description="What bears on the questions.")


class InterpretationPart(_Part):
    """What models use and where the chosen one fails; empty without signal."""

    skipped: str = Field(description="Why it was not looked at; empty if it was.")
    models: list[AttributionPart] = Field(description="The chosen model, then the best network.")
    agreement: AgreementPart | None = Field(description="Null with a single model.")
    panels: PanelsPart | None = Field(description="Short panels.")
    failures: FailuresPart | None = Field(description="Where the chosen model fails.")
    imitations: list[ImitationPart] = Field(description="Simple copies of models.")
    enrichment: list[EnrichmentPart] = Field(description="Gene sets, where a file was given.")
    asked: list[AskedPart] = Field(description="Features that stage 12 asks about.")


class ClaimPart(_Part):
    """A sentence that may be written."""

    kind: Literal["model", "comparison", "panel", "group", "feature"] = Field(
        description="What it is about."
    )
    feature: str = Field(description="The feature; empty unless it is about one.")
    features: list[str] = Field(description="Features of a panel or group.")
    sentence: str = Field(description="The sentence.")
    reservations: list[str] = Field(description="What has to be said with it.")


class CausalPart(_Part):
    """Words of the user that say more than the study shows."""

    text: str = Field(description="What was written.")
    where: str = Field(description="Feature whose note it is; empty for an own sentence.")
    words: str = Field(description="The words.")
    why: str = Field(description="What is wrong with them.")
    suggestion: str = Field(description="The text in words that were shown.")


class CheckPart(_Part):
    """One item of the list for a score that is too good to be true."""

    question: str = Field(description="What to ask.")
    found: str = Field(description="What the program found.")
    to_do: str = Field(description="What is left to check.")
    state: Literal["clear", "suspicious", "open"] = Field(description="How it stands.")


class ClaimsPart(_Part):
    """What may be claimed, and what was not shown."""

    claims: list[ClaimPart] = Field(description="Sentences that may be written.")
    not_shown: list[str] = Field(description="What the study does not show.")
    ceiling: str = Field(description="The score against the best possible one.")
    too_good: Literal["", "softly", "strongly"] = Field(
        description="How sure it is that the score is too good to be true; empty if it is not."
    )
    checklist: list[CheckPart] = Field(description="What to go through then.")
    own: list[str] = Field(description="The user's own sentences.")
    causal: list[CausalPart] = Field(description="What was found in them.")
