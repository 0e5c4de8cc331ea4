"""What names of columns say about measurements: taxa, methylation probes, facts about a sample."""

from __future__ import annotations

import re
from collections.abc import Sequence

from deepbench.data.findings.base import words

_TAXON = re.compile(
    r"(?:^|[;|,_. ])(?:sk|[kdpcofgst])__"  # k__Bacteria;p__Firmicutes
    r"|^(?:z?otu|asv|sv|taxon)[ _.-]?\d+"
    r"|^denovo\d+$"
    r"|^[0-9a-f]{32}$"  # sequences named by their hash
    r"|^[acgt]{60,}$"
    r"|(?:aceae|bacterota|bacteroidetes|firmicutes|archaeota)(?:\b|_)"
    r"|(?:coccus|bacter|bacterium|bacillus|monas|spira|vibrio|bacteria|bacteroides)(?:\b|_)",
    re.IGNORECASE,
)
_PROBE = re.compile(r"^(?:cg|ch)[.\d]*\d{6,}", re.IGNORECASE)

# What describes a sample and is no measurement of the kind beside it.
_DESCRIBING = frozenset(
    "age alter bmi sex gender geschlecht weight gewicht height groesse größe year years jahr "
    "jahre week weeks woche day days tag tage month months monat hour hours stunde time zeit "
    "timepoint dose dosis dosage score stage grade temperature temperatur rin smoker smoking "
    "raucher packyears survival passage dilution volume volumen parity gestation".split()
)
_ON_ITS_OWN = frozenset({"ph"})
# Descriptions of genes hold such words too ("sex hormone binding globulin").
_MOST_WORDS = 3
_LONGEST = 30


def describes_sample(name: str) -> bool:
    """Whether a column is named like what describes a sample: age, dose, RIN."""
    if len(name) > _LONGEST:
        return False
    if name.strip().casefold() in _ON_ITS_OWN:
        return True
    found = words(name)
    return len(found) <= _MOST_WORDS and not found.isdisjoint(_DESCRIBING)


def taxon_share(names: Sequence[str]) -> float:
    """Return the share of names that look like taxa or their sequences."""
    return sum(_TAXON.search(name.strip()) is not None for name in names) / max(len(names), 1)


def probe_share(names: Sequence[str]) -> float:
    """Return the share of names that look like probes of DNA methylation."""
    return sum(_PROBE.match(name.strip()) is not None for name in names) / max(len(names), 1)
