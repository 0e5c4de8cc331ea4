"""What the scan finds holds at the gate until a person settles it."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from deepbench.data.samples import AllSamples, OutcomeInfo, TrainingSet
from deepbench.jobs.leave import level_in_force
from deepbench.jobs.scan_sensitivity import (
    count_again,
    scan_checked,
    scan_imported,
    sensitivity,
)
from deepbench.plan import RegisterEntry
from deepbench.study.folder import Study
from deepbench.study.records import RareCombinationsRecord
from deepbench.study.sensitivity_scan import EVENT
from deepbench.study.standing import StudyHistory
from tests.engine.jobs import leaving

MAILS = pd.DataFrame({"Contact": ["a@b.ch", "c@d.ch"], "IL6": [1.0, 2.0]})


def entry(issue: str) -> dict[str, str]:
    return {
        "issue": issue,
        "decision": "accepted",
        "reason": "shared mailboxes of the wards, no persons",
        "by": "R. Keller",
    }


def level(folder: Path) -> str:
    with Study.open_for_reading(folder) as study:
        return level_in_force(study)


def samples(units: int) -> AllSamples:
    rng = np.random.default_rng(3)
    return AllSamples(
        features=pd.DataFrame({"IL6": rng.normal(size=units)}),
        outcome=np.arange(units) % 2,
        sample_ids=np.arange(units).astype(str),
        units=np.arange(units),
        annotations=pd.DataFrame({"sex": ["f", "m"] * (units // 2), "age": range(units)}),
        info=OutcomeInfo("diagnosis", "binary", ("no", "yes")),
    )


@pytest.mark.parametrize("answered", ["public", "internal", "sensitive"])
def test_an_identifier_raises_the_level_that_was_answered(answered: str, tmp_path: Path) -> None:
    folder = leaving.finished(tmp_path, answered)
    assert level(folder) == answered
    with Study.open_for_writing(folder) as study:
        scan_imported(study, MAILS, ["biopsies.csv"])
    assert level(folder) == "restricted"


def test_a_settled_finding_no_longer_raises_the_level(tmp_path: Path) -> None:
    folder = leaving.finished(
        tmp_path,
        "internal",
        ethics={**leaving.ANSWERS["ethics"], "entries": [entry("Identifiers:  contact")]},
    )
    with Study.open_for_writing(folder) as study:
        scan_imported(study, MAILS, ["biopsies.csv"])
    assert level(folder) == "internal"


def test_an_answer_on_screen_settles_nothing_before_it_was_run(tmp_path: Path) -> None:
    folder = leaving.finished(tmp_path, "internal")
    with Study.open_for_writing(folder) as study:
        scan_imported(study, MAILS, ["biopsies.csv"])
    leaving.answer(folder, **{"ethics.entries": [entry("identifiers: Contact")]})
    assert level(folder) == "restricted"


def test_few_units_matter_only_where_they_are_people(tmp_path: Path) -> None:
    for answered, expected in (("sensitive", "restricted"), ("internal", "internal")):
        folder = leaving.finished(tmp_path / answered, answered)
        with Study.open_for_writing(folder) as study:
            scan_checked(study, samples(40), [])
        assert level(folder) == expected


def test_a_later_scan_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    folder = leaving.finished(tmp_path, "internal")
    with Study.open_for_writing(folder) as study:
        scan_imported(study, MAILS, ["biopsies.csv"])
        scan_imported(study, MAILS[["IL6"]], ["biopsies.csv"])
    assert level(folder) == "internal"


def test_the_record_says_why_in_words(tmp_path: Path) -> None:
    folder = leaving.finished(tmp_path, "internal")
    with Study.open_for_writing(folder) as study:
        scan_imported(study, MAILS, ["biopsies.csv"])
        scan_checked(study, samples(60), ["age", "sex"])
        found = sensitivity(study, "internal", ())
    assert (found.asked_by_scan, found.in_force) == ("restricted", "restricted")
    assert found.sentences[0] == "Column “Contact”: Values hold e-mail addresses."
    assert "treated as restricted, although the answer was internal" in found.sentences[1]
    assert found.rare is not None
    assert (found.rare.k, found.rare.alone, found.rare.sensitive) == (1, 60, "diagnosis")


def test_without_a_finding_it_says_that_it_looked(tmp_path: Path) -> None:
    folder = leaving.finished(tmp_path, "internal")
    with Study.open_for_writing(folder) as study:
        scan_imported(study, MAILS[["IL6"]], ["biopsies.csv"])
        found = sensitivity(study, "internal", ())
    assert found.sentences == (
        "The scan of names and values found nothing that points at a person.",
    )
    assert found.in_force == "internal"


# --- columns that are named later ---------------------------------------------------------


def training(units: int) -> TrainingSet:
    return TrainingSet(**{f.name: getattr(samples(units), f.name) for f in fields(TrainingSet)})


def counted(study: Study) -> RareCombinationsRecord | None:
    return sensitivity(study, "sensitive", ()).rare


def test_columns_named_after_the_check_are_counted_among_training_samples(tmp_path: Path) -> None:
    with Study.open_for_writing(leaving.finished(tmp_path)) as study:
        scan_checked(study, samples(60), ["sex"])
        count_again(study, training(40), ["sex"])
        rare = counted(study)
        assert rare is not None
        assert (rare.columns, rare.units, rare.k) == (("sex",), 60, 30), "nothing new was asked"
        count_again(study, training(40), ["sex", "age", "not a column"])
        rare = counted(study)
        assert rare is not None
        assert (rare.columns, rare.units, rare.k, rare.alone) == (("sex", "age"), 40, 1, 40)
        assert rare.sentence.startswith("Among the training samples: 40 of 40 units are alone")
        lines = len(study.ledger.of_kind(EVENT))
        count_again(study, training(40), ["sex", "age"])
        assert len(study.ledger.of_kind(EVENT)) == lines
        count_again(study, training(40), [])
        assert counted(study) is None
        scan_checked(study, samples(60), ["sex"])
        rare = counted(study)
        assert rare is not None
        assert rare.units == 60, "a later check counts all samples again"


def test_the_window_reads_the_same_from_the_ledger(tmp_path: Path) -> None:
    folder = leaving.finished(tmp_path, "internal")
    with Study.open_for_writing(folder) as study:
        scan_imported(study, MAILS, ["biopsies.csv"])
        scan_checked(study, samples(60), ["age", "sex"])
    history = StudyHistory(folder)
    assert history.sensitivity("internal", ()) is None, "before anything was read"
    with Study.open_for_reading(folder) as study:
        for event in study.ledger:
            history.add(event)
        for answers in ((), ("identifiers: Contact",)):
            entries = [RegisterEntry.model_validate(entry(issue)) for issue in answers]
            expected = sensitivity(study, "internal", entries)
            assert history.sensitivity("internal", answers) == expected
