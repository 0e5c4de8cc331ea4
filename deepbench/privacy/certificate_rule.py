"""When a certificate of differential privacy lets a model leave.

The mechanism has tests and two accountants of its own. Here stands what its result must be: how
small ε and δ, for whom, and that no step was left out of the account.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from deepbench.errors import GateRefused
from deepbench.plan import PrivacyLevel
from deepbench.study.records import CertificateRecord

#: Largest ε of all private models of a study that left it, by level.
LARGEST_EPSILON: dict[PrivacyLevel, float] = {"sensitive": 3.0, "restricted": 1.0}
LARGEST_DELTA = 1e-5
#: At less noise accountants cannot be relied on.
LEAST_NOISE = 0.3
_ACCOUNTANTS = 2
# Accountants add up in floating point.
_SLACK = 1e-9


def demand_certificate(
    certificate: CertificateRecord | None, level: PrivacyLevel, spent: float = 0.0
) -> None:
    """Refuse a private model whose certificate does not hold what the level asks for.

    Args:
        certificate: What is guaranteed.
        level: Level of the study.
        spent: ε of other private models that left the study: what is known of a person adds up.

    Raises:
        GateRefused: there is none, or it is too weak or not complete.
    """
    if certificate is None:
        raise GateRefused(
            "There is no certificate of differential privacy for this model.",
            "Train it with private_training under [privacy]; the certificate comes with it.",
        )
    problem = next(_problems(certificate, level, spent), "")
    if problem:
        raise GateRefused(
            f"The certificate of this model is not enough at level {level}: {problem}.",
            "Train it with a smaller epsilon under [privacy], or export the report.",
        )


def _problems(certificate: CertificateRecord, level: PrivacyLevel, spent: float) -> Iterator[str]:
    numbers = (certificate.epsilon, certificate.delta, certificate.noise_multiplier)
    if not all(math.isfinite(each) and each > 0.0 for each in numbers):
        yield "its numbers make no sense"
        return
    largest = LARGEST_EPSILON.get(level)
    total = certificate.epsilon + spent
    if largest is not None and total > largest + _SLACK:
        earlier = f" with those that left before ({spent:.3g})" if spent else ""
        yield f"ε is {total:.3g}{earlier}, and at most {largest:g} may be"
    if certificate.units < 1 or not certificate.unit:
        yield "it does not say whom it protects"
        return
    limit = min(LARGEST_DELTA, 1.0 / (10.0 * certificate.units))
    if certificate.delta > limit * (1.0 + _SLACK):
        yield f"δ is {certificate.delta:.2g}, and at most {limit:.2g} may be"
    if certificate.noise_multiplier < LEAST_NOISE:
        yield f"its noise is below {LEAST_NOISE:g}"
    if not (math.isfinite(certificate.clipping_norm) and certificate.clipping_norm > 0.0):
        yield "gradients were not cut to a norm"
    if certificate.steps < 1 or not certificate.counted:
        yield "it does not say what was counted"
    yield from _of_accountants(certificate)


def _of_accountants(certificate: CertificateRecord) -> Iterator[str]:
    counts = dict(certificate.accountants)
    if len(counts) < _ACCOUNTANTS:
        yield "fewer than two accountants counted it"
    elif certificate.epsilon < max(counts.values()) - _SLACK:
        yield "its ε is smaller than what an accountant counted"
