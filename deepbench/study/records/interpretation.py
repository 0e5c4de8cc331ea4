"""What stage 11 found: what models use, how far to trust it, where the chosen model fails."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from deepbench.study.records.base import Record, Score


class FeatureImportance(Record):
    """Importance of one feature of the user's table.

    ``importance`` is the mean absolute attribution over held-out samples, averaged over folds
    (the model of a fold is the mean of its random starts); ``low`` and ``high`` are its 95 %
    interval over units and fits; ``direction`` is the rank correlation of value and attribution
    (numeric features), ``twin`` the same importance in models trained on shuffled labels,
    ``clears_twin`` whether it is larger than that and than what features of no use get in such a
    model, so that few of the features that clear it are noise (None without a twin).
    ``rank_low`` and ``rank_high`` are the best and worst rank over single fits. ``effect`` is the
    univariate effect that stands beside it, on the scale named by the `AttributionRecord`;
    ``group`` the place of its group of correlated features in ``AttributionRecord.groups``, if it
    is in one.
    """

    feature: str
    importance: float
    low: float
    high: float
    direction: float | None
    twin: float | None
    clears_twin: bool | None = None
    rank_low: int | None = None
    rank_high: int | None = None
    effect: float | None = None
    group: int | None = None


class FeatureGroup(Record):
    """Features that say the same, read as one: their attributions are summed sample by sample.

    ``features`` stand with the most important first; ``correlation`` is the smallest absolute
    rank correlation between two of them.
    """

    features: tuple[str, ...]
    correlation: float
    importance: float
    low: float
    high: float
    twin: float | None
    clears_twin: bool | None = None


class AttributionRecord(Record):
    """What one model uses.

    ``samples`` are explained, each by models fitted without it; ``fits`` models were fitted in
    ``folds`` folds. ``rank_stability`` is the mean rank correlation of importances between folds,
    over all features in use; of their ``top`` most important features two folds share
    ``shared_top`` on average. ``start_stability`` is the rank correlation between random starts of
    the same fold, ``shuffled_stability`` that between folds of the twin. ``weights_check`` is the
    rank correlation with the importances of the same network with random weights (networks; near
    0 is right). ``locally_accurate`` says whether the attributions add up to the output within
    the tolerance of the method. ``effect_name`` says what ``effect`` of a feature is.
    """

    model: str
    method: str
    unit: str
    samples: int
    folds: int
    features: tuple[FeatureImportance, ...]
    rank_stability: float | None
    local_accuracy_error: float | None
    above_twin: int | None
    sentences: tuple[str, ...]
    fits: int = 0
    groups: tuple[FeatureGroup, ...] = ()
    start_stability: float | None = None
    shuffled_stability: float | None = None
    weights_check: float | None = None
    top: int = 0
    shared_top: float | None = None
    locally_accurate: bool = True
    effect_name: str = ""


class AgreementRecord(Record):
    """How far two models use the same features.

    ``rank_correlation`` is over the features that at least one of them uses; ``shared`` of the
    ``top`` most important features of each are among those of the other, ``by_chance`` are
    expected.
    """

    models: tuple[str, str]
    rank_correlation: float | None
    top: int
    shared: int
    by_chance: float
    sentence: str


class AttributionsRecord(Record):
    """What the models use, and how far they agree: the part of stage 11 that is kept.

    ``views`` names the artifacts with what is shown beside it.
    """

    models: tuple[AttributionRecord, ...]
    agreement: AgreementRecord | None = None
    views: tuple[str, ...] = ()


class PanelSize(Record):
    """Nested score of a panel of ``features`` features."""

    features: int
    score: Score


class PanelFeature(Record):
    """How often a feature was selected: share of the ``fits`` of the chosen size.

    ``direction`` is the mean sign of its coefficient over these fits, from -1 to 1 (None for
    text and for more than two classes). ``in_panel`` says whether it is in the panel that the
    same way of selecting gives on all training samples.
    """

    feature: str
    frequency: float
    direction: float | None = None
    in_panel: bool = False


class PanelsRecord(Record):
    """Short panels: a simple model on the k best features, selected inside folds.

    ``full`` is the score of the chosen model on the same samples and folds; ``smallest`` the
    smallest size whose score lies within the noise of the full model's (None if no size does);
    ``features`` are those selected most often at that size (at the best size without one).
    ``difference`` is the paired difference full minus the panel of ``shown_size``.
    ``size_inside`` is the score when the size is chosen inside the folds as well, and
    ``sizes_inside`` are the smallest and the largest size chosen there. ``wide`` says that the
    interval of the difference is too wide to tell a good panel from a much worse one.
    """

    model: str
    simple_model: str
    metric: str
    full: Score
    sizes: tuple[PanelSize, ...]
    smallest: int | None
    shown_size: int
    features: tuple[PanelFeature, ...]
    stability: float | None
    difference: Score | None
    fits: int
    sentences: tuple[str, ...]
    samples: int = 0
    units: int = 0
    size_inside: Score | None = None
    sizes_inside: tuple[int, int] | None = None
    wide: bool = False


class ErrorGroupRecord(Record):
    """Errors in one group of samples.

    ``kind`` says what forms the group: a column of the sample sheet, a class, the size of the
    unit, a range of a feature, or a slice found by the program. ``rate`` is the share of wrong
    classes, for regression the mean absolute error; ``rest`` that of all other samples.
    ``p_value`` is by permutation of units, ``marked`` after correction for all groups looked at
    (Benjamini-Hochberg, 5 %). ``of_two`` is the share of the summed absolute error that two units
    hold, in the group or in the rest, whichever is larger; None for shares of wrong classes.
    """

    kind: Literal["annotation", "class", "unit size", "feature", "slice"]
    column: str
    group: str
    samples: int
    units: int
    rate: Score
    rest: float | None
    p_value: float | None
    marked: bool
    of_two: float | None = None


class AbstainPoint(Record):
    """Error where only the surest samples get an answer; ``of_two`` as in `ErrorGroupRecord`."""

    answered: float
    error: Score
    of_two: float | None = None


class ConformalRecord(Record):
    """Prediction sets (intervals for regression) that miss at most a chosen share.

    ``coverage`` is the share of held-out samples whose set holds the truth, ``size`` the mean
    number of classes in a set (mean width for regression), ``single`` the share of samples with
    exactly one class. For a new sample, ``least_probability`` says from which calibrated
    probability on a class belongs to its set; for regression the interval is the prediction
    plus and minus ``half_width``.
    """

    error_rate: float
    coverage: Score
    size: float
    single: float | None
    by_class: tuple[tuple[str, float], ...] = ()
    least_probability: tuple[tuple[str, float], ...] = ()
    half_width: float | None = None


class FailuresRecord(Record):
    """Where the chosen model fails, on held-out predictions of the training samples.

    Counts of the worst samples by reason; the samples themselves stand in `WorstSamplesRecord`.
    """

    model: str
    samples: int
    units: int
    error_name: str
    error: Score
    groups: tuple[ErrorGroupRecord, ...]
    slices: tuple[ErrorGroupRecord, ...]
    abstain: tuple[AbstainPoint, ...]
    conformal: tuple[ConformalRecord, ...]
    wrong: int
    out_of_distribution: int
    label_suspects: int
    near_duplicates: int
    sentences: tuple[str, ...]


class ImitationTerm(Record):
    """One term of a sparse linear model: effect of one standard deviation more, in its unit.

    For more than two classes ``towards`` names the class whose output it moves most, and
    ``weight`` is its effect on that.
    """

    feature: str
    weight: float
    towards: str = ""


class DirectionRecord(Record):
    """A feature whose effect is not what was expected, or turns round.

    ``expected`` and ``found`` are "higher", "lower" or "both" (up in one range, down in another).
    """

    feature: str
    expected: Literal["higher", "lower", ""]
    found: Literal["higher", "lower", "both", "none"]
    contradicts: bool
    sentence: str


class ImitationRecord(Record):
    """A transparent twin: a simple model fitted to imitate the answers of another.

    ``fidelity`` is how well it repeats the other's outputs on samples neither was fitted on
    (R², or Spearman's rank correlation, by ``fidelity_name``), ``score`` how well it predicts
    the true outcome there, beside ``imitated_score`` of the model it imitates.
    """

    model: str
    form: Literal["sparse linear model", "shallow tree"]
    fidelity_name: str
    fidelity: Score
    metric: str
    score: Score
    imitated_score: Score
    unit: str
    terms: tuple[ImitationTerm, ...] = ()
    rules: tuple[str, ...] = ()
    directions: tuple[DirectionRecord, ...] = ()
    sentences: tuple[str, ...] = ()


class GeneSetRecord(Record):
    """A set of the user's file among the importances of a model.

    ``size`` genes are in the set, ``measured`` of them among the features. ``hits`` are its
    features that clear the twin, the most important first. ``score`` is the chance that a
    feature of the set is more important than one outside (0.5: no more than others).
    ``p_value`` by permutation of importances over features (correlated sets shuffled as
    measured), ``q_value`` after Benjamini-Hochberg over all sets tested.
    """

    name: str
    size: int
    measured: int
    hits: tuple[str, ...]
    score: float
    p_value: float
    q_value: float


class EnrichmentRecord(Record):
    """Enrichment of the user's own gene sets among important features.

    ``sets`` are those with the smallest p-values of all ``tested``; ``genes`` of the file's
    ``file_genes`` genes are among the ``features`` looked at.
    """

    model: str
    file: str
    tested: int
    sets: tuple[GeneSetRecord, ...]
    sentences: tuple[str, ...]
    genes: int = 0
    file_genes: int = 0
    features: int = 0


class FeatureHintRecord(Record):
    """Something the program knows that bears on a question of stage 12; no answer.

    ``kind`` says where it comes from: a finding of the data check, the feature's name, its score
    alone, its tie with a column of the sample sheet, or the direction that was expected.
    """

    question: Literal["known_before_outcome", "plausible", "artefact"]
    text: str
    kind: Literal["finding", "name", "alone", "tie", "direction"] = "finding"


class AskedFeatureRecord(Record):
    """A feature that stage 12 asks about, with what the program knows.

    ``used_by`` says what uses it. ``alone`` is the score of a simple model that sees nothing but
    this feature, on the tuning folds, ``stands_out`` whether it is nearly that of the chosen
    model while hardly any other feature's is.
    """

    feature: str
    used_by: tuple[Literal["chosen model", "best network", "short panel"], ...]
    alone: float | None = None
    stands_out: bool = False
    hints: tuple[FeatureHintRecord, ...] = ()


class InterpretationRecord(Record):
    """Stage 11: what the chosen model and the best network use, and where the chosen one fails."""

    models: tuple[AttributionRecord, ...]
    skipped: str = ""
    agreement: AgreementRecord | None = None
    panels: PanelsRecord | None = None
    failures: FailuresRecord | None = None
    imitations: tuple[ImitationRecord, ...] = Field(default=())
    enrichment: tuple[EnrichmentRecord, ...] = Field(default=())
    asked: tuple[AskedFeatureRecord, ...] = Field(default=())
