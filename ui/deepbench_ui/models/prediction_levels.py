"""How predictions on new samples leave a study, by its level of sensitivity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from deepbench.plan import PrivacyLevel

#: From the one under which most may leave to the one under which least may.
LEVELS: Final[tuple[PrivacyLevel, ...]] = ("public", "internal", "sensitive", "restricted")
DEFAULT_LEVEL: Final[PrivacyLevel] = "sensitive"

WHOLE = "This study is {level}: predictions are written with all their decimals."
ROUNDED = (
    "This study is sensitive: probabilities are rounded to three decimals (values to three "
    "digits), because exact ones tell more about the people the model was trained on. The study’s "
    "ledger notes that predictions left."
)
REFUSED = (
    "This study is restricted: predictions do not leave it. A prediction can tell something about "
    "the people the model was trained on. If the level was chosen too high, change it on the page "
    "“Start” and run the study again."
)


@dataclass(frozen=True)
class PredictionRule:
    """What holds for predictions.

    Attributes:
        allowed: Whether they may leave at all.
        sentence: What holds, in words.
    """

    allowed: bool
    sentence: str


_RULES: Mapping[PrivacyLevel, PredictionRule] = MappingProxyType(
    {
        "public": PredictionRule(True, WHOLE.format(level="public")),
        "internal": PredictionRule(True, WHOLE.format(level="internal")),
        "sensitive": PredictionRule(True, ROUNDED),
        "restricted": PredictionRule(False, REFUSED),
    }
)


def prediction_rule(answered: str | None, ran_with: str | None) -> PredictionRule:
    """Return the rule of the stricter of two levels, as the gate takes it.

    Args:
        answered: Level in the answers; sensitive until there is one.
        ran_with: Level with which the study was run last; None if it was not.
    """
    levels = [_known(answered)] + ([_known(ran_with)] if ran_with is not None else [])
    return _RULES[max(levels, key=LEVELS.index)]


def _known(level: str | None) -> PrivacyLevel:
    return next((known for known in LEVELS if known == level), DEFAULT_LEVEL)
