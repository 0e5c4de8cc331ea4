"""How completely a study says where its data came from and how it was made.

The items follow what public databases ask for (MIAME, Brazma et al. 2001, doi:10.1038/ng1201-365;
MINSEQE, FGED 2012): the source, the biological system, the protocol, the design, and for omics the
platform. An item is there or not; what stands in it is for readers to judge.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from deepbench.plan import StudyPlan

_ALL = "Everything that readers need to know where the data came from is written down."
_PLATFORM_WORDS = re.compile(
    r"illumina|affymetrix|agilent|nanostring|nanopore|pacbio|10x|novaseq|nextseq|hiseq|miseq|"
    r"iontorrent|ion torrent|bgi|mgi|dnbseq|orbitrap|q ?exactive|timstof|exploris|triple ?tof|"
    r"maldi|lc-?ms|gc-?ms|nmr|olink|somascan|luminex|genechip|beadchip|microarray|array|"
    r"sequenc|sequenz|mass spec|massenspek",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ProvenanceScore:
    """What is written down about the data.

    Attributes:
        present: Items that are there, in the order of the form.
        missing: Items that are not.
    """

    present: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def score(self) -> int:
        """Number of items that are there."""
        return len(self.present)

    @property
    def items(self) -> int:
        """Number of items asked for."""
        return len(self.present) + len(self.missing)

    @property
    def sentence(self) -> str:
        """The score in words, with what is missing."""
        if not self.missing:
            return _ALL
        return (
            f"{self.score} of {self.items} items about the data are written down. Missing: "
            f"{', '.join(self.missing)}."
        )


_ITEMS: tuple[tuple[str, Callable[[StudyPlan], bool]], ...] = (
    ("where the data came from", lambda plan: _said(plan.data.origin)),
    ("version or accession", lambda plan: _said(plan.data.version)),
    ("date on which it was obtained", lambda plan: _said(plan.data.downloaded)),
    ("licence or agreement", lambda plan: _said(plan.data.licence)),
    ("contact", lambda plan: _said(plan.data.contact)),
    ("organism", lambda plan: _said(plan.question.organism)),
    ("names of the samples", lambda plan: bool(plan.roles.sample)),
    (
        "biological unit that each sample comes from",
        lambda plan: bool(plan.roles.unit) or plan.design.repeated == "no",
    ),
    ("protocol of the measurement", lambda plan: _said(plan.data.protocol)),
    (
        "how the outcome was determined",
        lambda plan: plan.suitability.label_reliability not in (None, "unknown"),
    ),
    ("how the groups came about", lambda plan: plan.design.allocation is not None),
    ("time points or none", lambda plan: plan.design.time_points is not None),
    (
        "batches, and whether they were mixed",
        lambda plan: bool(plan.roles.batch) or plan.design.mixed_batches is not None,
    ),
)
_PLATFORM = "platform (array, sequencer or mass spectrometer, in the protocol)"


def completeness(plan: StudyPlan) -> ProvenanceScore:
    """Return which items about the data a plan holds.

    The platform is asked for where the data is omics, by the answer about its kind.
    """
    found = [(name, there(plan)) for name, there in _ITEMS]
    if plan.suitability.data_kind == "omics":
        found.append((_PLATFORM, bool(_PLATFORM_WORDS.search(plan.data.protocol))))
    return ProvenanceScore(
        tuple(name for name, there in found if there),
        tuple(name for name, there in found if not there),
    )


def _said(text: str) -> bool:
    return bool(text.strip())
