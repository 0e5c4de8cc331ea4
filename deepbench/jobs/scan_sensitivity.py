"""How sensitive the data is: what the scan found, what was answered, and the level in force.

The scan runs when the table is read and when the samples are checked, and writes what it found
into the ledger. From then on the gate holds the study to it, whatever stage comes next.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from deepbench.data.samples import AllSamples, TrainingSet
from deepbench.plan import PrivacyLevel, RegisterEntry
from deepbench.privacy.identifier_scan import scan_people, scan_table
from deepbench.privacy.rare_combinations import rare_combinations
from deepbench.study.folder import Study
from deepbench.study.records import IdentifierFinding, RareCombinationsRecord, SensitivityRecord
from deepbench.study.sensitivity_scan import EVENT, counted_combinations, judge_scan

_IN_TRAINING = "Among the training samples: {sentence}"


def scan_imported(study: Study, frame: pd.DataFrame, file_names: Sequence[str]) -> None:
    """Scan a table that was read."""
    _write(study, "table", scan_table(frame, file_names), None)


def scan_checked(study: Study, samples: AllSamples, quasi: Sequence[str]) -> None:
    """Scan samples with their units: few people, profiles, rare combinations.

    Args:
        study: Open for writing.
        samples: All samples, before any is set aside.
        quasi: Columns by which somebody could find a person.
    """
    rare = _rare(samples, quasi)
    _write(study, "samples", scan_people(samples.features, samples.number_of_units), rare)


def count_again(study: Study, training: TrainingSet | None, quasi: Sequence[str]) -> None:
    """Count rare combinations of columns that were named after the samples were checked.

    The test samples are set aside by then: it is counted among those that the model was trained
    on, and said so.

    Args:
        study: Open for writing.
        training: The training samples; None before there are any.
        quasi: Columns by which somebody could find a person, as they are named now.
    """
    if training is None:
        return
    scans = [event.data for event in study.ledger.of_kind(EVENT)]
    before = counted_combinations(scans)
    wanted = _known(training, quasi)
    if wanted == (list(before.columns) if before is not None else []):
        return
    rare = _rare(training, quasi)
    if rare is not None:
        first, rest = rare.sentence[:1].lower(), rare.sentence[1:]
        said = _IN_TRAINING.format(sentence=first + rest)
        rare = rare.model_copy(update={"sentence": said})
    _write(study, "quasi-identifiers", (), rare)


def _known(samples: AllSamples | TrainingSet, quasi: Sequence[str]) -> list[str]:
    columns = {*samples.annotations.columns, *samples.features.columns}
    return [name for name in quasi if name in columns]


def _rare(
    samples: AllSamples | TrainingSet, quasi: Sequence[str]
) -> RareCombinationsRecord | None:
    known = _known(samples, quasi)
    if not known:
        return None
    table = pd.concat([samples.annotations, samples.features], axis=1)
    table = table.loc[:, ~table.columns.duplicated()]
    outcome = pd.Series(samples.outcome, name=samples.info.column)
    return rare_combinations(table[known], samples.units, outcome)


def _write(
    study: Study,
    part: str,
    findings: Iterable[IdentifierFinding],
    rare: RareCombinationsRecord | None,
) -> None:
    study.record(
        EVENT,
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
    scans = [event.data for event in study.ledger.of_kind(EVENT)]
    return judge_scan(scans, answered, [entry.issue for entry in entries])
