"""What the page of stage 11 shows beside its record: all features, and single samples."""

from __future__ import annotations

from deepbench.study.records.base import Record


class ImportancesRecord(Record):
    """Importance of every feature that a model uses, for the volcano plot and the table.

    Columns of equal length, the most important feature first; ``twin`` and ``effect`` hold None
    where there is none. ``threshold`` is what an importance has to exceed to clear the twin.
    ``preview`` says that only few samples were looked at so far.
    """

    model: str
    unit: str
    effect_name: str
    features: tuple[str, ...]
    importance: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    twin: tuple[float | None, ...]
    direction: tuple[float | None, ...]
    effect: tuple[float | None, ...]
    effect_p: tuple[float | None, ...]
    clears_twin: tuple[bool | None, ...]
    threshold: float | None
    preview: bool = False


class AllImportancesRecord(Record):
    """Those of all models looked at."""

    models: tuple[ImportancesRecord, ...]


class NeighboursRecord(Record):
    """Nearest training samples of one held-out sample, and how far to trust its prediction.

    The neighbours are among the samples the model was fitted on, in the space the model sees
    (for networks that of the last hidden layer), nearest first. ``trust`` is the trust score:
    distance to the nearest class not said over that to the class said (above 1: the
    neighbourhood agrees); ``agreement`` the share of neighbours whose outcome agrees with the
    prediction (for regression: that lie within its typical error).
    """

    sample: str
    neighbours: tuple[str, ...]
    outcomes: tuple[str, ...]
    distances: tuple[float, ...]
    trust: float | None
    agreement: float | None


class TrustRecord(Record):
    """Neighbours of the samples that are explained, for one model."""

    model: str
    space: str
    samples: tuple[NeighboursRecord, ...]


class AllTrustRecord(Record):
    """Those of all models looked at."""

    models: tuple[TrustRecord, ...]


class WorstSampleRecord(Record):
    """A held-out sample that the chosen model got wrong or that is suspect, and why.

    ``error`` is one minus the probability of the true class, or the absolute error in units of
    the outcome. ``reasons`` are sentences; the flags say which kinds they are.
    """

    sample: str
    unit: str
    observed: str
    predicted: str
    error: float
    out_of_distribution: bool
    label_suspect: bool
    near_duplicate: str
    reasons: tuple[str, ...]


class WorstSamplesRecord(Record):
    """The worst samples first."""

    model: str
    samples: tuple[WorstSampleRecord, ...]
