"""What the scan for identifiers asks for, from the lines that it wrote into the ledger.

The gate, the ethics register and the window say the same: all of them ask here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, get_args

from deepbench.plan import PrivacyLevel
from deepbench.study.records import IdentifierFinding, RareCombinationsRecord, SensitivityRecord

#: Kind of the ledger's lines; each holds a ``part``, ``findings`` and ``rare``.
EVENT = "sensitivity scan"
#: Parts of which the later one counted rare combinations.
COUNTING = ("samples", "quasi-identifiers")
#: Kinds of findings in columns that mean nothing where the data is not about people.
ONLY_OF_PEOPLE = frozenset({"picture", "sequence of a person", "children", "postcode"})

_ORDER: tuple[PrivacyLevel, ...] = get_args(PrivacyLevel)


def rank_of(level: PrivacyLevel) -> int:
    """Return 0 for public up to 3 for restricted."""
    return _ORDER.index(level)


def highest(levels: Iterable[PrivacyLevel]) -> PrivacyLevel:
    """Return the strictest of some levels; public where there is none."""
    return max(levels, key=rank_of, default="public")


def identifier_issue(finding: IdentifierFinding) -> str:
    """Return the name of the register's entry about a finding of the scan."""
    return f"identifiers: {finding.column or finding.kind}"


def folded(name: str) -> str:
    """Return the name of an issue as it is compared: capitals and spaces do not count."""
    return " ".join(name.casefold().split())


def judge_scan(
    scans: Sequence[Mapping[str, Any]], answered: PrivacyLevel, settled: Collection[str]
) -> SensitivityRecord:
    """Return how sensitive the data is.

    Args:
        scans: What the ledger's lines hold, in order; a later one of the same part counts.
        answered: The level that was answered.
        settled: Names of issues that a person resolved or accepted; a finding among them no
            longer raises the level.
    """
    latest = {scan["part"]: scan for scan in scans}
    about_people = rank_of(answered) >= rank_of("sensitive")
    findings = [
        IdentifierFinding.model_validate(each)
        for part, scan in latest.items()
        for each in scan["findings"]
        # What is only about people does not hold for data that is not.
        if about_people or (part == "table" and each["kind"] not in ONLY_OF_PEOPLE)
    ]
    closed = {folded(name) for name in settled}
    asking = [each for each in findings if folded(identifier_issue(each)) not in closed]
    asked = highest(each.raises_to for each in asking)
    rare = counted_combinations(scans)
    return SensitivityRecord(
        answered=answered,
        asked_by_scan=asked,
        in_force=highest([answered, asked]),
        findings=tuple(findings),
        rare=rare,
        sentences=_sentences(answered, asked, findings, rare),
    )


def counted_combinations(scans: Sequence[Mapping[str, Any]]) -> RareCombinationsRecord | None:
    """Return the rare combinations as they were counted last; None without any."""
    counted = [scan["rare"] for scan in scans if scan["part"] in COUNTING]
    return RareCombinationsRecord.model_validate(counted[-1]) if counted and counted[-1] else None


def _sentences(
    answered: PrivacyLevel,
    asked: PrivacyLevel,
    findings: Sequence[IdentifierFinding],
    rare: RareCombinationsRecord | None,
) -> tuple[str, ...]:
    said = []
    for each in findings:
        where = f"Column “{each.column}”: " if each.column else ""
        said.append(f"{where}{each.sentence}")
    if rank_of(asked) > rank_of(answered):
        said.append(
            f"So the data is treated as {asked}, although the answer was {answered}. If a finding "
            "is wrong, settle it in the ethics register with a reason."
        )
    elif not findings:
        said.append("The scan of names and values found nothing that points at a person.")
    if rare is not None:
        said.append(rare.sentence)
    return tuple(said)
