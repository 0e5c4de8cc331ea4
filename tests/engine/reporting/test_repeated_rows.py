"""Attacks on the one patient who has two rows: samples minus units must stand nowhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from deepbench.reporting.documents import study_documents
from deepbench.reporting.export_tables import export_tables
from deepbench.reporting.html_report import prepare_report, render_report
from deepbench.reporting.release import releasable
from deepbench.reporting.repeated_rows import tells_of_repeats
from deepbench.reporting.results_release import released_results
from deepbench.reporting.small_cells import SmallCells
from deepbench.study.records import (
    ErrorGroupRecord,
    OuterFoldRecord,
    ReviewRecord,
    Score,
    StudySummary,
    SubgroupRecord,
)
from tests.engine.reporting import interpreted, summaries
from tests.engine.reporting.audited import AUDIT
from tests.engine.reporting.documents import written

TEN = SmallCells(10)
#: Samples, and the units they are of: numbers that nothing else in a report is.
TOTAL, MALIGNANT, TRAINING, TEST = (20413, 20412), (8413, 8412), (16331, 16330), (4082, 4082)
NORTH, SLICE, TESTED = (7159, 7158), (3217, 3216), (2381, 2380)
PAIRS = (TOTAL, MALIGNANT, TRAINING, NORTH, SLICE, TESTED)


def group(kind: str, name: str, pair: tuple[int, int]) -> ErrorGroupRecord:
    made = interpreted.error_group(kind, "hospital", name, pair[1], 0.3)
    return made.model_copy(update={"samples": pair[0], "rest": 0.3})


def planted() -> StudySummary:
    """A study in which one patient of the hospital North has two rows; all others have one."""
    south = (TRAINING[0] - NORTH[0], TRAINING[1] - NORTH[1])
    sheet = summaries.sheet().model_copy(
        update={
            "samples": TOTAL[0],
            "units": TOTAL[1],
            "class_samples": {"benign": 12000, "malignant": MALIGNANT[0]},
            "class_units": {"benign": 12000, "malignant": MALIGNANT[1]},
            "sentence": f"{TOTAL[0]:,} samples of {TOTAL[1]:,} units (by patient), two classes",
        }
    )
    fold = OuterFoldRecord(
        name="test",
        train_units=TRAINING[1],
        test_units=TEST[1],
        train_samples=TRAINING[0],
        test_samples=TEST[0],
        test_classes={"benign": 2400, "malignant": 1682},
    )
    split = summaries.holdout().model_copy(
        update={
            "why": f"{TOTAL[1]:,} units are enough to set a fifth aside",
            "train_units": TRAINING[1],
            "test_units": TEST[1],
            "outer_folds": (fold,),
            "proofs": (f"No patient is in both sets ({TOTAL[1]} units checked)",),
        }
    )
    failures = interpreted.failures(
        samples=TRAINING[0],
        units=TRAINING[1],
        error=Score(value=0.3, low=0.29, high=0.31),
        wrong=4899,
        groups=(group("annotation", "North", NORTH), group("annotation", "South", south)),
        slices=(group("slice", "marker 7 > 61.9", SLICE),),
        sentences=(f"North: 30 % wrong ({NORTH[0]:,} samples of {NORTH[1]:,} units).",),
    )
    interpretation = interpreted.interpretation().model_copy(update={"failures": failures})
    measures = AUDIT.groups[0].measures
    audited = AUDIT.model_copy(
        update={
            "samples": TEST[0],
            "units": TEST[0] - 1,
            "groups": tuple(
                AUDIT.groups[0].model_copy(
                    update={
                        "group": name,
                        "samples": pair[0],
                        "units": pair[1],
                        "least_units": 500,
                        "measures": measures,
                    }
                )
                for name, pair in (("f", TESTED), ("m", (TEST[0] - TESTED[0],) * 2))
            ),
        }
    )
    test = summaries.binary_test().model_copy(
        update={
            "subgroups": tuple(
                SubgroupRecord(
                    column="sex", group=name, samples=pair[0], units=pair[1], metric="auroc",
                    score=Score(value=0.9), least_units=500,
                )
                for name, pair in (("f", TESTED), ("m", (TEST[0] - TESTED[0],) * 2))
            )
        }
    )  # fmt: skip
    whole = written.full()
    assert whole.ethics is not None
    suitability = summaries.suitability()
    rarest = suitability.reasons[0].model_copy(
        update={"text": f"There are {MALIGNANT[1]} units in the rarest class: enough"}
    )
    review = ReviewRecord(
        samples=TOTAL[0],
        units=TOTAL[1],
        intraclass_correlation=0.99,
        effective_samples=float(TOTAL[1]),
        associations=(),
        variance=(),
        sentences=(f"{TOTAL[0]:,} rows of {TOTAL[1]:,} units are worth about {TOTAL[1]:,}.",),
    )
    check = summaries.check().model_copy(update={"review": review})
    return whole.model_copy(
        update={
            "suitability": suitability.model_copy(update={"reasons": (rarest,)}),
            "check": check,
            "sheet": sheet,
            "split": split,
            "interpretation": interpretation,
            "choice": summaries.choice(test=test),
            "ethics": whole.ethics.model_copy(update={"subgroups": audited}),
        }
    )


def everything(summary: StudySummary) -> Iterator[tuple[str, str]]:
    """Yield all that leaves of a guarded study, as text, by name."""
    report = prepare_report(summary, small_cells=10, per_sample=False)
    page = render_report(report)
    yield "report", re.sub(r'src="data:[^"]*"', "", page)
    document = released_results(summary, TEN)
    yield "results", json.dumps(document)
    for table in export_tables(document, report.material):
        yield table.name, "\n".join(",".join(map(str, row)) for row in table.rows)
    for path, content, _ in study_documents(report.material.summary, written.ANSWERS, TEN):
        yield path, content.decode("utf-8")


def test_what_is_planted_is_there_without_the_rule() -> None:
    text = render_report(prepare_report(planted(), small_cells=0))
    for pair in (TOTAL, MALIGNANT, NORTH):
        assert all(f"{count:,}" in text for count in pair)


def test_samples_minus_units_stands_nowhere_in_what_leaves() -> None:
    found = dict(everything(planted()))
    for name, text in found.items():
        plain = text.replace(",", "") if name in ("report", "results") else text
        for samples, units in PAIRS:
            numbers = set(re.findall(r"(?<![\w.])\d+(?![\w])", plain))
            assert str(units) not in numbers, (name, samples, units)
    # Samples are still told.
    report = found["report"]
    for samples, _ in (TOTAL, MALIGNANT, TRAINING, NORTH):
        assert f"{samples:,}" in report
    assert "samples for training" in found["documents/methods.txt"]


@pytest.mark.parametrize(
    ("samples", "units", "tells"), [(100, 100, False), (101, 100, True), (200, 100, False)]
)
def test_many_rows_beyond_the_first_point_at_nobody(samples: int, units: int, tells: bool) -> None:
    sheet = summaries.sheet().model_copy(
        update={"samples": samples, "units": units, "class_samples": {}, "class_units": {}}
    )
    summary = StudySummary(title="S", version="1", plan_toml="", sheet=sheet)
    assert tells_of_repeats(summary, TEN) is tells
    assert not tells_of_repeats(summary, SmallCells())
    assert releasable(summary, TEN, per_sample=False).samples_alone is tells


def test_the_rows_outside_of_a_group_count_as_well() -> None:
    # 40 rows more than units inside; all but 3 of those of the study.
    inside = group("annotation", "North", (140, 100))
    failures = interpreted.failures(samples=343, units=300, groups=(inside,), slices=())
    interpretation = interpreted.interpretation().model_copy(update={"failures": failures})
    summary = StudySummary(title="S", version="1", plan_toml="", interpretation=interpretation)
    assert tells_of_repeats(summary, TEN)
