"""What the presets of the budget buy, and the name under which a search stands in the ledger.

Both are said on screen too, and the window cannot import the packages that tune.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from deepbench.plan import Preset

# Of the way trials are asked for and computed. Numbers of another way are not mixed with these.
_WAY_OF_SEARCHING = 2

#: How the name of a search on all training samples begins; others belong to an outer fold.
MAIN_SEARCH = "main"


@dataclass(frozen=True)
class PresetEffort:
    """What a preset buys.

    Attributes:
        trials: Settings tried per model family.
        shuffles: Shuffles of the shuffled-label check.
        repeats_for_few_units: Repeats of the tuning folds in a study of few units.
    """

    trials: int
    shuffles: int
    repeats_for_few_units: int


# quick: every family's reasoned defaults and little more; a p-value not below 0.048. A first look.
# standard: defaults and a short guided search; a p-value down to 0.0099. The one to report.
# thorough: a long search; a p-value down to 0.001. For a night.
PRESET_EFFORTS: Mapping[Preset, PresetEffort] = MappingProxyType(
    {
        "quick": PresetEffort(trials=6, shuffles=20, repeats_for_few_units=1),
        "standard": PresetEffort(trials=16, shuffles=100, repeats_for_few_units=2),
        "thorough": PresetEffort(trials=60, shuffles=1_000, repeats_for_few_units=2),
    }
)


def smallest_p_value(shuffles: int) -> float:
    """Return the smallest p-value that so many shuffles can give."""
    return 1.0 / (1 + shuffles)


def search_name(split_fingerprint: str, seed: int, trials: int, outer_fold: int | None) -> str:
    """Return the name under which trials of a search stand in the ledger.

    It holds everything that a trial's numbers depend on but the family, so that adding a family
    or a network size to the plan leaves the other families' trials valid.

    Args:
        split_fingerprint: Fingerprint of the stage that made the tuning folds.
        seed: Master seed of the plan.
        trials: Trials per family.
        outer_fold: Number of the outer fold inside which is searched; None for the main search.
    """
    text = f"{split_fingerprint}\x1f{seed}\x1f{trials}\x1f{_WAY_OF_SEARCHING}"
    fold = MAIN_SEARCH if outer_fold is None else f"outer-{outer_fold}"
    return f"{fold}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
