"""Names of genes that a spreadsheet turned into dates or numbers: SEPT2 became 2-Sep."""

from __future__ import annotations

from typing import ClassVar

from deepbench.data.findings.base import Finding, FindingContext
from deepbench.data.findings.gene_dates import Damaged, read_damaged, without_present
from deepbench.data.findings.gene_symbols import are_capitalised, are_genes
from deepbench.data.samples import AllSamples
from deepbench.data.wording import shorten, some_names
from deepbench.study.records import FindingRecord

_LEAST_FEATURES = 20
_MOST_SHARE = 0.2  # where most names are dates, they were meant to be
_MOST_LISTED = 30


class DamagedNames(Finding):
    """Looks for few dates among many names of genes, and tells which genes they were.

    The source is Ziemann et al. 2016 (see `gene_dates`). Nothing is renamed: a date may have been
    two genes, and only the file that the spreadsheet never opened knows which.
    """

    kind: ClassVar[str] = "damaged names"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return at most one finding on features whose names look like dates."""
        names = [str(name) for name in samples.features.columns]
        read = [read_damaged(name) for name in names]
        damaged = [found for found in read if found is not None]
        others = [name for name, found in zip(names, read, strict=True) if found is None]
        # Other bare numbers are identifiers, and so are those that could be days.
        if any(name.strip().isdecimal() for name in others):
            damaged = [found for found in damaged if not found.serial]
        few = len(damaged) <= _MOST_SHARE * len(names)
        if not damaged or len(names) < _LEAST_FEATURES or not few or not are_genes(others):
            return []
        return [self._record(damaged, others)]

    def _record(self, damaged: list[Damaged], others: list[str]) -> FindingRecord:
        verb = (
            "looks like a date or a number" if len(damaged) == 1 else "look like dates or numbers"
        )
        shown = some_names([found.name for found in damaged])
        return FindingRecord(
            kind=self.kind,
            severity="warning",
            where="names of features",
            message=(
                f"{shown} {verb} among names of genes: spreadsheets turn names such as SEPT2 or "
                f"MARCH1 into dates when a file is opened. Likely: {_likely(damaged, others)}."
            ),
            hint=(
                "Kept, and not renamed: the values are not harmed. Correct the names in the file, "
                "best from the original that no spreadsheet has opened, or the results will name "
                "them so."
            ),
            columns=tuple(found.name for found in damaged),
            decision="kept",
        )


def _likely(damaged: list[Damaged], others: list[str]) -> str:
    """Return "2-Sep → SEPTIN2 (was SEPT2); 1-Mar → MARCHF1 (was MARCH1) or ..."."""
    present = {name.strip().upper() for name in others}
    mouse = are_capitalised(others)
    parts = []
    for found in damaged[:_MOST_LISTED]:
        genes = without_present(found, present)
        if found.clone:
            what = f"a clone named {found.clone} (· is a lost digit)"
        elif genes:
            what = " or ".join(_gene(*gene, mouse) for gene in genes)
        else:
            what = "no gene known"
        parts.append(f"{shorten(found.name)} → {what}")
    rest = len(damaged) - len(parts)
    return "; ".join(parts) + (f"; and {rest:,} more" if rest > 0 else "")


def _gene(old: str, new: str, mouse: bool) -> str:
    if mouse:
        old, new = old.capitalize(), new.capitalize()
    return f"{new} (was {old})"
