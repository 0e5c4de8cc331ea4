"""Attacks, private training and columns that identify, as tables, pictures and facts."""

from __future__ import annotations

import pytest

from deepbench.study.records import ColumnRecord, Score
from deepbench_ui.models.privacy_rows import (
    MOST_COLUMNS,
    STORES,
    attack_columns,
    attribute_columns,
    audit_facts,
    certificate_facts,
    offered_columns,
    percent_range,
    private_figure,
    verdict_of,
)
from tests.engine.reporting import summaries
from tests.engine.reporting.audited import ATTACKED, PRIVATE


def test_attacks_are_listed_and_the_worst_is_named() -> None:
    columns = attack_columns(ATTACKED)
    lines = [[column.text(row) for column in columns] for row in ATTACKED.attacks]
    assert lines == [
        ["Loss", "55 (45 to 65)", "2 (1 to 3)"],
        ["Most successful: LiRA", "80 (70 to 90)", "30 (20 to 40)"],
    ]
    assert "accuses 1 % of the others" in columns[2].tip
    row = ATTACKED.attributes[0]
    assert [column.text(row) for column in attribute_columns()][3] == "0 (−10 to 10)"


@pytest.mark.parametrize(
    ("changes", "severity", "said"),
    [
        ({"passes": True}, "ok", "Within"),
        ({"passes": False}, "danger", "Above"),
        ({"passes": None}, "warning", "cannot be shown"),
        ({"passes": True, "stores_samples": "It stores 3."}, "danger", STORES),
    ],
)
def test_the_verdict_is_no_better_than_the_file(
    changes: dict[str, object], severity: str, said: str
) -> None:
    found = verdict_of(ATTACKED.model_copy(update=changes))
    assert found[0] == severity
    assert said in found[1]


def test_facts_of_the_audit() -> None:
    assert audit_facts(ATTACKED) == (
        "Quick audit of logistic regression: 120 units of the training set, 16 models of the same "
        "kind, 12 s."
    )
    assert percent_range(Score(value=None)) == "–"
    assert percent_range(Score(value=0.5)) == "50"


def test_the_picture_of_what_privacy_costs() -> None:
    figure = private_figure(PRIVATE)
    assert figure is not None
    private, without = figure.curves
    assert private.x == (1.0, 3.0, 8.0)
    assert private.y == (0.7, 0.82, 0.88)
    assert private.low[0] == pytest.approx(0.6)
    assert without.y == (0.9, 0.9)
    assert [line.value for line in figure.verticals] == [3.0]
    assert figure.horizontal is not None
    assert figure.horizontal.value == 0.5
    assert not figure.per_sample
    assert private_figure(PRIVATE.model_copy(update={"points": ()})) is None


def test_the_certificate_says_what_it_rests_on() -> None:
    assert PRIVATE.certificate is not None
    facts = dict(certificate_facts(PRIVATE.certificate))
    assert facts["Guarantee"] == "ε = 2.98, δ = 0.00001: the larger of PRV 2.9, RDP 2.98"
    assert facts["Trained on"] == "735 units (patient)"
    assert "10 % of the units" in facts["How"]
    assert facts["Fixed without the data"] == "the number of steps"
    assert "Private models before" not in facts, "there were none"


def test_columns_offered_are_those_kept_with_the_samples() -> None:
    imported = summaries.imported()
    roles = [
        column.role for column in imported.columns if column.name in offered_columns(imported, ())
    ]
    assert roles
    assert not {"sample", "outcome", "ignore"} & set(roles)
    wide = imported.model_copy(
        update={
            "columns": (
                ColumnRecord(
                    name="sex", kind="categorical", role="sensitive", missing=0, distinct=2
                ),
                *(
                    ColumnRecord(
                        name=f"g{i}", kind="numeric", role="feature", missing=0, distinct=9
                    )
                    for i in range(MOST_COLUMNS)
                ),
            )
        }
    )
    assert offered_columns(wide, ("g7", "gone")) == ("sex", "g7", "gone")
    assert offered_columns(None, ("age",)) == ("age",)
