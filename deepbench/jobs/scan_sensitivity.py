"""How sensitive the data is: what the scan found, what was answered, and the level in force.

The scan runs when the table is read and when the samples are checked, and writes what it found
into the ledger. From then on the gate holds the study to it, whatever stage comes next.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from deepbench.data.samples import AllSamples
from deepbench.plan import PrivacyLevel, RegisterEntry
from deepbench.privacy.ethics_register import identifier_issue
from deepbench.privacy.identifier_scan import ONLY_OF_PEOPLE, scan_people, scan_table
from deepbench.privacy.rare_combinations import rare_combinations
from deepbench.privacy.sensitivity import level_of
from deepbench.study.folder import Study
from deepbench.study.records import IdentifierFinding, RareCombinationsRecord, SensitivityRecord

_EVENT = "sensitivity scan"


def scan_imported(study: Study, frame: pd.DataFrame, file_names: Sequence[str]) -> None:
    """Scan a table that was read."""
    _write(study, "table", scan_table(frame, file_names), None)


def scan_checked(study: Study, samples: AllSamples, quasi: Sequence[str]) -> None:
    """Scan samples with their units: few people, profiles, rare combinations.

    Args:
        study: Open for writing.
        samples: All samples, before any is set aside.
        quasi: Columns by which somebody could find a person; without any, those with the role
            sensitive are taken.
    """
    table = pd.concat([samples.annotations, samples.features], axis=1)
    table = table.loc[:, ~table.columns.duplicated()]
    known = [name for name in quasi if name in table.columns]
    outcome = pd.Series(samples.outcome, name=samples.info.column)
    rare = rare_combinations(table[known], samples.units, outcome) if known else None
    _write(study, "samples", scan_people(samples.features, samples.number_of_units), rare)


def _write(
    study: Study,
    part: str,
    findings: Iterable[IdentifierFinding],
    rare: RareCombinationsRecord | None,
) -> None:
    study.record(
        _EVENT,
        {
            "part": part,
            "findings": [finding.model_dump(mode="json") for finding in findings],
            "rare": None if rare is None else rare.model_dump(mode="json"),
        },
    )


def sensitivity(
    study: Study, answered: PrivacyLevel, entries: Sequence[RegisterEntry]
) -> SensitivityRecord:
    """Return how sensitive the data is.

    Args:
        study: Open for reading.
        answered: The level that was answered.
        entries: Answers to the register; a finding that a person resolved or accepted no longer
            raises the level.
    """
    latest = {event.data["part"]: event.data for event in study.ledger.of_kind(_EVENT)}
    about_people = level_of(answered).number >= level_of("sensitive").number
    findings = [
        IdentifierFinding.model_validate(each)
        for part, data in latest.items()
        for each in data["findings"]
        # What is only about people does not hold for data that is not.
        if about_people or (part == "table" and each["kind"] not in ONLY_OF_PEOPLE)
    ]
    settled = {_folded(entry.issue) for entry in entries}
    asking = [each for each in findings if _folded(identifier_issue(each)) not in settled]
    asked = _highest(each.raises_to for each in asking)
    rare = latest.get("samples", {}).get("rare")
    combinations = RareCombinationsRecord.model_validate(rare) if rare else None
    return SensitivityRecord(
        answered=answered,
        asked_by_scan=asked,
        in_force=_highest([answered, asked]),
        findings=tuple(findings),
        rare=combinations,
        sentences=_sentences(answered, asked, findings, combinations),
    )


def _highest(levels: Iterable[PrivacyLevel]) -> PrivacyLevel:
    return max(levels, key=lambda level: level_of(level).number, default="public")


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


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
    if level_of(asked).number > level_of(answered).number:
        said.append(
            f"So the data is treated as {asked}, although the answer was {answered}. If a finding "
            "is wrong, settle it in the ethics register with a reason."
        )
    elif not findings:
        said.append("The scan of names and values found nothing that points at a person.")
    if rare is not None:
        said.append(rare.sentence)
    return tuple(said)
