"""What pages show beside a stage's record: per-sample views that never leave by themselves.

They are artifacts of their own, named in the ledger by a ``view`` event with ``name``, ``stage``
and ``artifact``; the last event of a name holds.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from deepbench.study.records.base import Record
from deepbench.study.records.data import (
    ColumnRecord,
    Conversion,
    MatchingRecord,
    OuterFoldRecord,
    PowerRecord,
)
from deepbench.study.records.privacy import Level

SampleRole = Literal["training", "tuning", "test"]


class AnswerChoice(Record):
    """One answer to a question: what the plan then says, in words, and what it makes of data."""

    value: Any
    words: str
    shows: str = ""


class ReadingQuestion(Record):
    """What only the user can tell about a file: the answer goes to ``key`` of the plan."""

    key: str
    message: str
    choices: tuple[AnswerChoice, ...]
    hint: str = ""


class PreviewRecord(Record):
    """How a file would be read, and its first cells as text and as parsed (stage 3).

    ``raw`` and ``parsed`` hold the same cells, row by row; an empty parsed cell is missing.
    ``problem`` and ``hint`` say why the file cannot be imported as it stands; then ``columns``
    may be empty, and ``raw`` shows what can be shown. Where the user can settle it by an answer,
    ``question`` holds the choices. ``members`` are the files inside an archive. The other fields
    are those of `ImportRecord`.
    """

    source_name: str
    size_bytes: int
    format: str
    sheet: str
    sheets: tuple[str, ...]
    encoding: str
    delimiter: str
    decimal: str
    header: bool
    rows: int
    columns: tuple[ColumnRecord, ...]
    conversions: tuple[Conversion, ...]
    shown_columns: tuple[str, ...]
    row_numbers: tuple[int, ...]
    raw: tuple[tuple[str, ...], ...]
    parsed: tuple[tuple[str, ...], ...]
    proposed_roles: dict[str, tuple[str, ...]]
    outcome_candidates: tuple[str, ...]
    problem: str = ""
    hint: str = ""
    question: ReadingQuestion | None = None
    members: tuple[str, ...] = ()
    reasons: dict[str, str] = Field(default_factory=dict)
    matching: MatchingRecord | None = None
    sheet_columns: tuple[str, ...] = ()
    units: dict[str, str] = Field(default_factory=dict)
    remarks: tuple[str, ...] = ()


class CrossTable(Record):
    """Samples counted by two columns; ``counts[i][j]`` belongs to ``rows[i]``, ``columns[j]``.

    ``units`` counts the different biological units in the same cells; a unit that stands in
    several cells counts in each.
    """

    row_title: str
    column_title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    units: tuple[tuple[int, ...], ...] = ()


class DesignRecord(Record):
    """The design that roles make, before they are settled (stage 4).

    ``tables``: outcome against each column with a role that may go with it (batch, operator,
    site, date, time point, sensitive, part), and samples per unit.
    ``problem`` and ``hint`` say why the roles cannot hold; counts are then those without them.
    """

    sentence: str
    task: str
    classes: tuple[str, ...]
    class_samples: dict[str, int]
    class_units: dict[str, int]
    samples: int
    units: int
    features: int
    tables: tuple[CrossTable, ...]
    problem: str = ""
    hint: str = ""


class SplitSketchRecord(Record):
    """What a split would be, before it is locked (stage 6).

    ``problem`` and ``hint`` say why it is impossible and what would be possible.
    """

    design: str
    why: str
    outer_folds: tuple[OuterFoldRecord, ...]
    proofs: tuple[str, ...]
    power: PowerRecord | None = None
    problem: str = ""
    hint: str = ""


class FamilyCostRecord(Record):
    """What fits of a model family cost on this machine, in seconds of one core on one fold.

    ``setting`` is one setting in full, ``look`` one at low effort (None where there is no such),
    ``shuffle`` all settings of a shuffle (None where the family takes no part in the check).
    ``start`` comes once for each fold. ``together`` says that a batch of trials is one task.
    """

    family: str
    kind: Literal["baseline", "network"]
    setting: float
    look: float | None = None
    shuffle: float | None = None
    start: float = 0.0
    together: bool = False


class CostsRecord(Record):
    """What was measured before a run, to say how long it will take.

    ``prepare`` is scaling and filters of one fold, ``correct_start`` the correction of a score for
    having been chosen and ``correct`` what one more setting adds to it, ``sanity`` the sanity
    checks of one network size. ``seconds`` is what measuring took.
    """

    families: tuple[FamilyCostRecord, ...]
    prepare: float
    correct: float
    correct_start: float = 0.0
    sanity: float
    seconds: float


class BudgetTimeRecord(Record):
    """What a budget buys, and how many seconds its stages take at most on this machine."""

    preset: Literal["quick", "standard", "thorough"]
    trials: int
    shuffles: int
    baselines: float
    networks: float
    shuffle_check: float
    test: float

    @property
    def seconds(self) -> float:
        """Seconds of all these stages."""
        return self.baselines + self.networks + self.shuffle_check + self.test


class TimeEstimateRecord(Record):
    """How long each budget would take, measured on this machine and these data.

    ``precision`` is the interval that the units leave open, whatever the budget. ``problem`` and
    ``hint`` say why nothing can be said yet; ``budgets`` is then empty.
    """

    budgets: tuple[BudgetTimeRecord, ...] = ()
    chosen: str = "standard"
    processes: int = 1
    outer_folds: int = 1
    precision: PowerRecord | None = None
    problem: str = ""
    hint: str = ""


class ExplorationRecord(Record):
    """Missing values and principal components (stage 5; after the split training samples only).

    ``outcomes`` are class names or numbers as text. ``colourings`` hold a value for each sample
    under the name of each column that can colour a picture: columns of the samples' origin, then
    features, at most 100 in all. ``components[c][s]`` are coordinates on at most five principal
    components, ``explained`` their shares of the variance.
    ``missing_map`` holds the share of missing cells in blocks of neighbouring samples (at most
    120 rows) and features (at most 200 columns); ``missing_features`` and ``missing_samples``
    the 50 with most missing cells.
    """

    scope: Literal["all samples", "training samples"]
    outcome: str
    task: str
    classes: tuple[str, ...]
    samples: tuple[str, ...]
    outcomes: tuple[str, ...]
    colourings: dict[str, tuple[str, ...]]
    components: tuple[tuple[float, ...], ...]
    explained: tuple[float, ...]
    features_used: int
    missing_share: float
    missing_map: tuple[tuple[float, ...], ...]
    missing_features: tuple[tuple[str, int], ...]
    missing_samples: tuple[tuple[str, int], ...]


class SplitMapRecord(Record):
    """Where each sample stands in each outer fold (stage 6).

    ``outcomes`` is empty text for samples of a sealed hold-out. ``places[f][s]`` is 0 for
    training, 1 for the tuning set of the first tuning fold, 2 for the test set, -1 for neither
    (what was measured late in units that began early, in a split by time). ``tuning_fold[s]`` is
    the number of the tuning fold of the first repeat in which a sample is tuned on, or -1.
    """

    samples: tuple[str, ...]
    units: tuple[str, ...]
    outcomes: tuple[str, ...]
    outer_folds: tuple[str, ...]
    places: tuple[tuple[int, ...], ...]
    tuning_fold: tuple[int, ...]


class PredictionsRecord(Record):
    """Predictions of the chosen model on the opened test samples (stage 10).

    ``probabilities[s]`` has one number per class; for regression it is empty and ``values``
    holds the predictions. ``annotations`` holds, by column, the text of sites and sensitive
    columns of each sample (None in studies that did not keep them); ``folds`` the outer fold whose
    model predicted it, empty for one fold.
    """

    model: str
    classes: tuple[str, ...]
    samples: tuple[str, ...]
    units: tuple[str, ...]
    observed: tuple[str, ...]
    predicted: tuple[str, ...]
    probabilities: tuple[tuple[float, ...], ...]
    values: tuple[float, ...]
    annotations: dict[str, tuple[str, ...]] | None = None
    folds: tuple[int, ...] = ()


class ExplanationRecord(Record):
    """Attributions of single held-out samples by one model (stage 11).

    For two classes they speak for the positive class, for regression for the value; for several
    classes there is one record per class. ``attributions[s][f]`` belongs to ``samples[s]`` and
    ``features[f]``; ``rest[s]`` is the sum over all features not listed. ``values[s][f]`` is the
    feature's value as text, empty where missing; ``numbers[s][f]`` is the same as a number, None
    where missing or categorical. base + sum of attributions + rest = output, up to the
    ``local_accuracy_error`` of the model's `AttributionRecord`.
    """

    model: str
    method: str
    scale: str
    target: str
    samples: tuple[str, ...]
    observed: tuple[str, ...]
    base: tuple[float, ...]
    outputs: tuple[float, ...]
    features: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    numbers: tuple[tuple[float | None, ...], ...]
    attributions: tuple[tuple[float, ...], ...]
    rest: tuple[float, ...]


class ExplanationsRecord(Record):
    """All explanations of single samples (stage 11)."""

    explanations: tuple[ExplanationRecord, ...]


class ExportItem(Record):
    """One thing that may leave a study, or may not, and why (stage 14).

    ``suffix`` is the ending of its file; empty for a folder of files.
    """

    name: str
    title: str
    suffix: str
    allowed: bool
    sentence: str


class BundleFilePreview(Record):
    """One file of a bundle before it is written.

    ``allowed`` says whether it leaves; ``sentence`` what is in it, or why it stays and what would
    be possible; ``readable`` whether `ReadBundleFile` gives its text.
    """

    path: str
    title: str
    bytes: int
    allowed: bool
    sentence: str
    readable: bool = False


class BundlePreview(Record):
    """What would leave with an export; nothing was written.

    ``refused`` says why all of it stays, empty if something leaves. ``files`` are in the order of
    their paths, those that stay behind those that leave; ``sentences`` say what was not even made,
    and by whose approval files would leave. ``note`` says why another level is in force than the
    one answered; ``seal`` stands for exactly the files that would leave (`ExportStudy`).
    """

    name: str
    title: str
    level: Level
    refused: str
    files: tuple[BundleFilePreview, ...]
    sentences: tuple[str, ...]
    note: str = ""
    seal: str = ""
