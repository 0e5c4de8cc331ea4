"""Names of genes that a spreadsheet turned into dates or numbers: SEPT2 became 2-Sep."""

from __future__ import annotations

import re
from typing import ClassVar

from deepbench.data.findings.base import Finding, FindingContext
from deepbench.data.samples import AllSamples
from deepbench.data.wording import some_names
from deepbench.study.records import FindingRecord

_MONTH = "(?:jan|feb|mar|mrz|apr|may|mai|jun|jul|aug|sept?|oct|okt|nov|dec|dez)"
# As spreadsheets show them (1-Mar, Mar-01, 2006-09-02, 02.Sep), and 2310009E13 as 2.31E+15.
_DAMAGED = re.compile(
    rf"(?:\d{{1,2}}[-. ]+{_MONTH}(?:[-. ]+\d{{2,4}})?|{_MONTH}[-. ]+\d{{1,2}}"
    r"|\d{4}-\d{2}-\d{2}(?: 00:00:00)?|\d\.\d+E\+\d{2})(?:\.\d{1,2})?",
    re.IGNORECASE,
)
_LEAST_FEATURES = 20
_MOST_SHARE = 0.05  # where most names are dates, they were meant to be


class DamagedNames(Finding):
    """Looks for few dates among many names (Ziemann et al. 2016, doi:10.1186/s13059-016-1044-7).

    Only in tables with many features, of which nearly all have other names.
    """

    kind: ClassVar[str] = "damaged names"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return at most one finding on features whose names look like dates."""
        names = [str(name) for name in samples.features.columns]
        damaged = tuple(name for name in names if _DAMAGED.fullmatch(name.strip()))
        if not damaged or len(names) < _LEAST_FEATURES or len(damaged) > _MOST_SHARE * len(names):
            return []
        verb = "looks like a date or a number" if len(damaged) == 1 else "look like dates"
        return [
            FindingRecord(
                kind=self.kind,
                severity="warning",
                where="names of features",
                message=(
                    f"{some_names(damaged)} {verb} among names of another kind: spreadsheets turn "
                    "names of genes such as SEPT2 or MARCH1 into dates when a file is opened."
                ),
                hint=(
                    "Kept: the values are not harmed. Correct the names in the file, with the new "
                    "symbols (SEPTIN2, MARCHF1) if you can, or the results will name them so."
                ),
                columns=damaged,
                decision="kept",
            )
        ]
