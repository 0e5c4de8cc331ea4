"""What the attacks found and what private training costs, as tables, pictures and facts."""

from __future__ import annotations

import math
from typing import Final

from deepbench.study.records import (
    AttackRecord,
    AttributeAttackRecord,
    AuditRecord,
    CertificateRecord,
    ImportRecord,
    PrivateTrainingRecord,
    Score,
)
from deepbench_ui.models.families import SCORES
from deepbench_ui.models.numbers import NO_VALUE, counted, number_text
from deepbench_ui.models.row_table import Column
from deepbench_ui.plots.figures import Curve, CurvesFigure, ReferenceLine

ATTACK, PICKS, FINDS = "Attack", "Picks the right one (%)", "Finds (%)"
WORST = "Most successful: {title}"
PICKS_TIP = (
    "How often the attack picks the right one of a unit that was in the training set and one that "
    "was not. Guessing: 50 %."
)
FINDS_TIP = "Share of the training units that it finds while it accuses {alarms} of the others."
COLUMN, MEMBERS, OTHERS, ADVANTAGE = (
    "Attribute", "Guessed of training units (%)", "Of others (%)", "Difference",
)  # fmt: skip
ADVANTAGE_TIP = "Above 0 with its whole interval: the model gives it away."
VERDICTS: Final = {
    True: ("ok", "Within the limits for a model that leaves."),
    False: ("danger", "Above the limits for a model that leaves."),
    None: ("warning", "With so few units it cannot be shown that the model gives away little."),
}
STORES = "The model’s file holds training samples, whatever the attacks say."
FACTS = "{effort} audit of {title}: {members} of the training set, {shadows}, {seconds} s."
EFFORTS: Final = {"quick": "Quick", "thorough": "Thorough"}

PRIVATE_TITLE = "What privacy costs"
PRIVATE_SENTENCE = (
    "Score of the private network at each budget ε, with its 95 % interval over units. Further "
    "left protects more; the dashed line is the best network without privacy."
)
BUDGET, PRIVATE, WITHOUT, CHANCE = "Budget ε", "private network", "without privacy", "chance"
ASKED = "chosen ε"
DELTA = "ε = {epsilon}, δ = {delta}: the larger of {accountants}"
FACT_TITLES: Final = (
    "Guarantee", "Protects", "Trained on", "How", "Fixed without the data", "Spent budget",
    "Taken for known", "Not covered", "Private models before",
)  # fmt: skip
TRAINED_ON = "{units} ({unit})"
HOW = (
    "{steps} steps with {rate} of the units each, noise {noise} times the clipping norm {norm}; "
    "{source}"
)
#: Roles of columns by which nobody is recognised, or that are not kept with the samples.
_NOT_OFFERED: Final = frozenset({"sample", "outcome", "ignore", "not used"})
#: With more columns than this only those with a role are offered, and those named already.
MOST_COLUMNS: Final = 300


def percent_range(score: Score) -> str:
    """Return a share in per cent with its interval: ``63 (55 to 71)``."""
    if score.value is None:
        return NO_VALUE
    said = _percent(score.value)
    if score.low is None or score.high is None:
        return said
    return f"{said} ({_percent(score.low)} to {_percent(score.high)})"


def _percent(share: float) -> str:
    text = f"{100 * share:.0f}"
    return "0" if text == "-0" else text.replace("-", "−")


def attack_columns(record: AuditRecord) -> tuple[Column[AttackRecord], ...]:
    """Return the columns of the table of attacks."""
    alarms = min((each.false_positives for each in record.attacks), default=0.01)
    return (
        Column(
            ATTACK,
            lambda row: WORST.format(title=row.title) if row.name == record.worst else row.title,
        ),
        Column(
            PICKS,
            lambda row: percent_range(row.auc),
            lambda row: row.auc.value,
            number=True,
            tip=PICKS_TIP,
        ),
        Column(
            FINDS,
            lambda row: percent_range(row.true_positives),
            lambda row: row.true_positives.value,
            number=True,
            tip=FINDS_TIP.format(alarms=f"{100 * alarms:g} %"),
        ),
    )


def attribute_columns() -> tuple[Column[AttributeAttackRecord], ...]:
    """Return the columns of the table of sensitive attributes."""
    return (
        Column(COLUMN, lambda row: row.column),
        Column(MEMBERS, lambda row: percent_range(row.members), number=True),
        Column(OTHERS, lambda row: percent_range(row.others), number=True),
        Column(
            ADVANTAGE,
            lambda row: percent_range(row.advantage),
            lambda row: row.advantage.value,
            number=True,
            tip=ADVANTAGE_TIP,
        ),
    )


def verdict_of(record: AuditRecord) -> tuple[str, str]:
    """Return how grave the audit is, and its verdict in a sentence."""
    severity, sentence = VERDICTS[record.passes]
    if record.stores_samples:
        return "danger", STORES
    return severity, sentence


def audit_facts(record: AuditRecord) -> str:
    """Return what was attacked, how hard, and how long it took."""
    return FACTS.format(
        effort=EFFORTS[record.effort],
        title=record.title[:1].lower() + record.title[1:],
        members=counted(record.members, "unit"),
        shadows=counted(record.shadows, "model of the same kind", "models of the same kind"),
        seconds=number_text(max(round(record.seconds), 1)),
    )


def private_figure(record: PrivateTrainingRecord) -> CurvesFigure | None:
    """Return score against budget; None where no budget was tried."""
    if not record.points:
        return None
    points = sorted(record.points, key=lambda point: point.epsilon)
    metric = SCORES[record.metric].title if record.metric in SCORES else record.metric
    ends = (points[0].epsilon, points[-1].epsilon)
    # A line of two points, so that the legend says what the height without privacy is.
    without = (
        [Curve(WITHOUT, ends, (record.without.value,) * 2, use="network", dashed=True)]
        if record.without.value is not None
        else []
    )
    return CurvesFigure(
        title=PRIVATE_TITLE,
        sentence=PRIVATE_SENTENCE,
        curves=(
            Curve(
                PRIVATE,
                tuple(point.epsilon for point in points),
                tuple(point.score.value for point in points),
                tuple(point.score.low for point in points),
                tuple(point.score.high for point in points),
                use="chosen",
                markers=True,
            ),
            *without,
        ),
        x_title=BUDGET,
        y_title=metric,
        per_sample=False,
        horizontal=(ReferenceLine(record.chance, CHANCE) if record.chance is not None else None),
        verticals=(ReferenceLine(record.epsilon, ASKED),),
        band_title="95 % interval",
    )


def certificate_facts(certificate: CertificateRecord) -> tuple[tuple[str, str], ...]:
    """Return what is guaranteed, how it was counted and what it rests on."""
    counts = ", ".join(f"{name} {epsilon:.3g}" for name, epsilon in certificate.accountants)
    values = (
        DELTA.format(
            epsilon=f"{certificate.epsilon:.3g}",
            delta=_plainly(certificate.delta),
            accountants=counts,
        ),
        certificate.adjacency,
        TRAINED_ON.format(units=counted(certificate.units, "unit"), unit=certificate.unit),
        HOW.format(
            steps=f"{certificate.steps:,}",
            rate=f"{100 * certificate.sampling_rate:.0f} %",
            noise=f"{certificate.noise_multiplier:.3g}",
            norm=f"{certificate.clipping_norm:.3g}",
            source=certificate.noise_source,
        ),
        " · ".join(certificate.public),
        " · ".join(certificate.counted),
        " · ".join(certificate.assumed),
        certificate.not_covered,
        ", ".join(f"ε = {epsilon:.3g}" for epsilon in certificate.earlier),
    )
    return tuple(pair for pair in zip(FACT_TITLES, values, strict=True) if pair[1])


def _plainly(value: float) -> str:
    """Write a small number with two digits and without powers of ten."""
    places = max(2, 1 - math.floor(math.log10(value))) if value > 0 else 2
    return f"{value:.{places}f}".rstrip("0")


def offered_columns(imported: ImportRecord | None, chosen: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns by which somebody could be recognised, those with a role first."""
    if imported is None:
        return chosen
    usable = [column for column in imported.columns if column.role not in _NOT_OFFERED]
    with_role = [column.name for column in usable if column.role != "feature"]
    features = [column.name for column in usable if column.role == "feature"]
    if len(usable) > MOST_COLUMNS:
        features = [name for name in features if name in chosen]
    return tuple(dict.fromkeys([*with_role, *features, *chosen]))
