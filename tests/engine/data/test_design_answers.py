"""Answers about the design that the table contradicts; operators; pairs; counts of units."""

import numpy as np
import pandas as pd
import pytest

from deepbench.data.design import sketch
from deepbench.data.findings.base import FindingContext
from deepbench.data.findings.confounding import Confounding
from deepbench.data.findings.design_answers import DesignAnswers
from deepbench.data.findings.possible_roles import PossibleRoles
from deepbench.data.roles import assign_roles
from deepbench.plan import Design

OUTCOME = np.arange(40) % 2
NO_BATCHES = "not every batch held samples of all groups, but no column"


def look(samples, roles=None, **answers):
    context = FindingContext(
        {role: (name,) for role, name in (roles or {}).items()}, 1, design=Design(**answers)
    )
    return DesignAnswers().find(samples, context)


@pytest.mark.parametrize(
    ("answers", "severity", "said"),
    [
        ({"allocation": "matched"}, "serious", "the groups are matched, but no column"),
        ({"repeated": "yes"}, "serious", "no two rows share a unit"),
        ({"time_points": "yes"}, "warning", "several time points, but no column"),
        ({"mixed_batches": "no"}, "warning", NO_BATCHES),
    ],
)
def test_an_answer_without_its_column(make_samples, answers, severity, said):
    (found,) = look(make_samples(OUTCOME), **answers)
    assert found.severity == severity
    assert said in found.message
    assert '= "…"' in found.hint
    assert found.needs_decision is (severity == "serious")


def test_open_and_fitting_answers_are_no_finding(make_samples):
    notes = {"mouse": [f"m{i // 2}" for i in range(40)], "when": ["t0", "t1"] * 20}
    samples = make_samples(OUTCOME, annotations=notes, units=np.arange(40) // 2)
    assert look(samples) == []
    assert look(samples, {"timepoint": "when"}, repeated="yes", time_points="yes") == []
    assert look(samples, {"pair": "mouse"}, allocation="matched") == []
    assert look(samples, {"batch": "when"}, mixed_batches="no", time_points="no") == []
    assert look(make_samples(OUTCOME), allocation="observational", repeated="no") == []


def test_once_measured_but_units_repeat(make_samples):
    samples = make_samples(OUTCOME, units=np.arange(40) // 4)
    (found,) = look(samples, repeated="no")
    assert "40 rows come from 10 units" in found.message


def test_joined_pairs_are_no_repeated_units(make_samples):
    notes = {"set": [f"p{i // 2}" for i in range(40)], "mouse": [f"m{i}" for i in range(40)]}
    pairs = make_samples(OUTCOME, annotations=notes, units=np.arange(40) // 2)
    assert look(pairs, {"pair": "set"}, repeated="no") == []
    assert look(pairs, {"pair": "set", "unit": "mouse"}, repeated="no") == []
    notes["mouse"] = ["", "", *(f"m{i // 2}" for i in range(38))]
    (found,) = look(
        make_samples(OUTCOME, annotations=notes, units=np.arange(40) // 2),
        {"pair": "set", "unit": "mouse"},
        repeated="no",
    )
    assert "40 rows come from 21 units" in found.message


def test_randomised_groups_that_go_with_a_batch(make_samples):
    plate = np.where(np.arange(40) < 34, OUTCOME, 1 - OUTCOME)
    notes = {"plate": [f"p{c}" for c in plate], "room": ["a", "a", "b", "b"] * 10}
    samples = make_samples(OUTCOME, annotations=notes)
    (found,) = look(samples, {"batch": "plate"}, allocation="randomised")
    assert found.columns == ("plate",)
    assert look(samples, {"batch": "room"}, allocation="randomised") == []
    assert look(samples, {"batch": "plate"}, allocation="observational") == []


def test_no_time_points_but_a_column_of_them(make_samples):
    samples = make_samples(OUTCOME, annotations={"visit": ["1", "2"] * 20})
    (found,) = look(samples, {"timepoint": "visit"}, time_points="no")
    assert (found.severity, found.columns) == ("info", ("visit",))


# --- operators and many columns --------------------------------------------------------------


def test_an_operator_that_is_the_outcome_blocks(make_samples):
    who = np.where(OUTCOME == 1, "Ada", "Bob")
    samples = make_samples(OUTCOME, annotations={"who": who})
    (found,) = Confounding().find(samples, FindingContext({"operator": ("who",)}, 1))
    assert (found.kind, found.severity) == ("outcome and operator", "blocking")
    assert "Let each operator measure both classes" in found.hint


def test_many_columns_raise_no_alarm_by_chance(make_samples):
    """Ten columns of noise in each of 40 tables: at 1 % each, four alarms would be expected."""
    alarms, single = 0, 0
    for seed in range(40):
        generator = np.random.default_rng(seed)
        notes = {f"b{i}": [f"v{c}" for c in generator.integers(0, 2, 100)] for i in range(10)}
        samples = make_samples(np.arange(100) % 2, noise=2, annotations=notes)
        alarms += len(Confounding().find(samples, FindingContext({"batch": tuple(notes)}, 1)))
        for name in notes:
            single += len(Confounding().find(samples, FindingContext({"batch": (name,)}, 1)))
    assert alarms <= 2
    assert single > alarms


# --- roles that are proposed for features ----------------------------------------------------


def test_features_that_have_another_role(make_samples):
    generator = np.random.default_rng(0)
    features = {
        "Paar": np.repeat(np.arange(20.0), 2),
        "Visit": np.tile([0.0, 7.0, 14.0, 28.0], 10),
        "fold": np.tile(np.arange(1.0, 6.0), 8),
        "cohort": ["training", "validation"] * 20,
        "Technician": ["Ada", "Bob"] * 20,
    }
    quiet = {
        "base_pairs": generator.integers(100, 900, 40).astype(float),
        "gestational_week": generator.integers(30, 41, 40).astype(float),
        "age_weeks": generator.integers(6, 12, 40).astype(float),
        "fold_change": generator.normal(size=40),
        "dataset": ["a", "b"] * 20,
        "pair_score": generator.normal(size=40),
    }
    samples = make_samples(OUTCOME, features={**features, **quiet})
    found = PossibleRoles().find(samples, FindingContext({}, 1))
    proposed = {record.columns[0]: record.hint.split(":")[1].split("=")[0] for record in found}
    assert {name: role.strip() for name, role in proposed.items()} == {
        "Paar": "pair",
        "Visit": "timepoint",
        "fold": "part",
        "cohort": "part",
        "Technician": "operator",
    }
    assert all(record.decision == "kept" for record in found)


# --- pairs and units -------------------------------------------------------------------------


@pytest.fixture
def paired():
    """Ten pairs of a case and a control, two rows of each; one patient has no pair."""
    rows = [
        (f"p{i}", "" if i == 20 else f"s{i // 2}", "AB"[i % 2], row, i * 1.5 + row)
        for i in range(21)
        for row in range(2)
    ]
    columns = ["patient", "set", "outcome", "row", "g"]
    return pd.DataFrame(rows, columns=columns)


def test_pairs_join_units(parse, paired):
    roles = {"unit": "patient", "pair": "set"}
    parsed, plan = parse(paired.to_csv(index=False), roles=roles)
    samples, sheet = assign_roles(parsed, plan)
    assert sheet.units == 11
    together = pd.Series(samples.units).groupby(paired["set"].replace("", "alone"))
    assert (together.nunique() == 1).all()
    assert pd.Series(samples.units).groupby(paired["patient"]).nunique().max() == 1
    assert (
        "units from 'patient'; 21 units, joined into 11: pairs in 'set' (2 rows without one) stay "
        "together"
    ) in sheet.sentence
    assert list(samples.annotations.columns) == ["patient", "set"]
    assert sheet.class_units == {"A": 11, "B": 10}


def test_units_are_counted_beside_samples(parse, paired):
    paired["plate"] = ["x", "x", "y"] * 14
    parsed, plan = parse(
        paired.to_csv(index=False), roles={"unit": "patient", "operator": "plate"}
    )
    per_unit, by_plate = sketch(parsed, plan).tables
    expected = paired.groupby(["plate", "outcome"])["patient"].nunique().unstack()
    assert by_plate.units == tuple(tuple(line) for line in expected.to_numpy().tolist())
    assert np.sum(by_plate.counts) == 42
    assert np.sum(per_unit.units) == 21
