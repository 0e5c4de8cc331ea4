"""What stage 13 found: identifiers, rare combinations, attacks on the model, private training."""

from __future__ import annotations

from typing import Literal

from deepbench.study.records.base import Record, Score

Level = Literal["public", "internal", "sensitive", "restricted"]


class IdentifierFinding(Record):
    """What points at a person in the names or values of the table.

    ``where`` says in what it was found (column name, values, file name, sample names), ``column``
    which one, ``count`` how many different values look like it. ``raises_to`` is the level it
    asks for. No value stands in it.
    """

    kind: str
    where: str
    column: str
    count: int
    raises_to: Level
    sentence: str


class RareCombinationsRecord(Record):
    """k-anonymity and l-diversity of the declared quasi-identifiers, counted in units.

    ``k`` is the size of the smallest group with the same values, ``alone`` the units that share
    theirs with nobody, ``below_ten`` those in groups of fewer than 10; ``diversity`` the smallest
    number of different values of a sensitive column in a group.
    """

    columns: tuple[str, ...]
    units: int
    k: int
    alone: int
    below_ten: int
    sensitive: str = ""
    diversity: int | None = None
    sentence: str = ""


class SensitivityRecord(Record):
    """How sensitive the data is: what was answered, what the scan asks for, what holds."""

    answered: Level
    asked_by_scan: Level
    in_force: Level
    findings: tuple[IdentifierFinding, ...]
    rare: RareCombinationsRecord | None
    sentences: tuple[str, ...]


class AttackRecord(Record):
    """One attack that tells members (training units) from others.

    ``auc`` and ``true_positives`` (at 1 % false positives) have intervals over units that hold at
    95 % for all attacks of an audit together;
    ``false_positives`` is that 1 %, or the smallest share that so many non-members can show.
    """

    name: str
    title: str
    auc: Score
    true_positives: Score
    false_positives: float


class AttributeAttackRecord(Record):
    """Whether the model's answers give away a sensitive column of members more than of others."""

    column: str
    members: Score
    others: Score
    advantage: Score
    sentence: str


class AuditRecord(Record):
    """What the model that is about to leave gives away about the units it was trained on.

    ``worst`` is the attack with the highest upper bounds. ``passes`` is True if the bounds of
    privacy.md hold for it, False if not, None if so few units cannot show it. ``memorised`` counts
    units of which an attack is sure at 1 % false positives. ``parameters`` are numbers in the
    model's file. ``stores_samples`` says that rows can be read out of the file, whatever the
    attacks say. ``model_sha256`` is the content that was attacked.
    """

    model: str
    title: str
    model_sha256: str
    effort: Literal["quick", "thorough"]
    unit: str
    members: int
    others: int
    shadows: int
    attacks: tuple[AttackRecord, ...]
    worst: str
    passes: bool | None
    memorised: int
    stores_samples: str
    parameters: int
    attributes: tuple[AttributeAttackRecord, ...]
    seconds: float
    sentences: tuple[str, ...]


class PrivatePoint(Record):
    """Score of private training at one budget.

    ``score`` is the mean over ``draws``, the scores with different noise; ``noise`` is the noise
    multiplier of training on all training samples.
    """

    epsilon: float
    noise: float
    score: Score
    draws: tuple[float, ...] = ()


class CertificateRecord(Record):
    """What was guaranteed: differential privacy by unit.

    ``epsilon`` is the larger of those of the ``accountants``; ``public`` lists what was fixed
    without looking at the data, ``counted`` what spent budget, ``assumed`` what is taken for known
    to everybody. ``adjacency`` says which two data sets cannot be told apart, ``noise_source``
    where the noise came from, ``not_covered`` what the guarantee says nothing about. ``earlier``
    are the ε of private models that this study fitted before: if several are given away, add up.
    """

    epsilon: float
    delta: float
    unit: str
    units: int
    clipping_norm: float
    noise_multiplier: float
    sampling_rate: float
    steps: int
    accountants: tuple[tuple[str, float], ...]
    public: tuple[str, ...]
    counted: tuple[str, ...]
    assumed: tuple[str, ...] = ()
    adjacency: str = ""
    noise_source: str = ""
    not_covered: str = ""
    earlier: tuple[float, ...] = ()


class PrivateModelRecord(Record):
    """A stored model with differential privacy: its folder and what is guaranteed."""

    model: str
    certificate: CertificateRecord


class PrivateTrainingRecord(Record):
    """A differentially private variant of the chosen network, and what privacy costs.

    ``useful`` says whether the score at ``epsilon`` is above chance with its whole interval;
    ``model`` is the folder of the stored model, empty if none was kept. ``network`` is the private
    network, ``reference`` the best network without noise, whose score is ``without``; ``chance``
    is the score of a model that knows nothing.
    """

    network: str
    metric: str
    without: Score
    points: tuple[PrivatePoint, ...]
    epsilon: float
    certificate: CertificateRecord | None
    model: str
    useful: bool
    sentences: tuple[str, ...]
    reference: str = ""
    chance: float | None = None
