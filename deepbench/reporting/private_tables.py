"""Tables about private training: score by budget, and the certificate of the stored model."""

from __future__ import annotations

from deepbench.reporting.small_cells import SmallCells
from deepbench.reporting.tables import Table, table
from deepbench.reporting.wording import ends_of, listing, metric_title, number
from deepbench.study.records import CertificateRecord, PrivateTrainingRecord


def budgets_table(record: PrivateTrainingRecord) -> Table | None:
    """Return the score at each budget, the asked one marked; None without a score."""
    if not record.points:
        return None
    rows = [
        [
            f"{point.epsilon:g}",
            number(point.score.value),
            ends_of(point.score),
            f"{number(min(point.draws))} to {number(max(point.draws))}" if point.draws else "–",
        ]
        for point in record.points
    ]
    rows.append(["no noise", number(record.without.value), ends_of(record.without), "–"])
    return table(
        f"Score of private training ({metric_title(record.metric)})",
        ["ε", "#Score", "#95 % interval", "#Lowest to highest draw of noise"],
        rows,
        note="“No noise” is the best network of the study, with its corrected score.",
        marked=[
            place for place, point in enumerate(record.points) if point.epsilon == record.epsilon
        ],
    )


def certificate_table(certificate: CertificateRecord, cells: SmallCells | None = None) -> Table:
    """Return what is guaranteed, how it was counted and what it rests on.

    Args:
        certificate: The certificate.
        cells: Rule for small counts.
    """
    cells = cells or SmallCells()
    counts = [f"{name} {number(epsilon, 3)}" for name, epsilon in certificate.accountants]
    rows = [
        ["Guarantee", f"ε = {number(certificate.epsilon, 3)}, δ = {number(certificate.delta)}"],
        ["Protects against", certificate.adjacency],
        ["Units trained on", cells.units(f"{certificate.units:,}")],
        ["Accountants", f"{listing(counts)}; the larger counts"],
        ["Clipping norm", number(certificate.clipping_norm, 2)],
        ["Noise multiplier", number(certificate.noise_multiplier)],
        ["Share of units in a step", number(certificate.sampling_rate)],
        ["Steps", f"{certificate.steps:,}"],
        ["Source of the noise", certificate.noise_source],
        *(["Spent budget", text] for text in certificate.counted),
        *(["Fixed without the data", text] for text in certificate.public),
        *(["Taken for known", text] for text in certificate.assumed),
        ["Not covered", certificate.not_covered],
    ]
    if certificate.earlier:
        earlier = [f"ε = {number(epsilon, 3)}" for epsilon in certificate.earlier]
        rows.append(["Private models fitted before", listing(earlier)])
    return table("Certificate of differential privacy", ["What", "Value"], rows)
