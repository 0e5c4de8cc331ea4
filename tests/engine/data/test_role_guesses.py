"""Roles guessed from names and values; a name alone, or values alone, propose nothing."""

import numpy as np
import pandas as pd
import pytest

from deepbench.data.role_guesses import guess

ROWS = 60


@pytest.fixture
def guessed(parse):
    """Returns the role that a column gets in a table with noise beside it."""

    def _guessed(name, values):
        generator = np.random.default_rng(0)
        frame = pd.DataFrame(generator.normal(size=(ROWS, 3)).round(3), columns=["a", "b", "c"])
        frame.insert(0, name, list(values))
        frame["outcome"] = ["ill", "well"] * (ROWS // 2)
        parsed, _ = parse(frame.to_csv(index=False))
        roles = guess(parsed, "outcome").roles
        return next((role for role, names in roles.items() if name in names), None)

    return _guessed


PAIRS = np.repeat(np.arange(1, ROWS // 2 + 1), 2)
WEEKS = np.tile([0, 4, 8], ROWS // 3)
FOLDS = np.tile(np.arange(1, 6), ROWS // 5)
PEOPLE = ["Ada", "Bob", "Cem"] * (ROWS // 3)
PARTS = ["train", "train", "test"] * (ROWS // 3)


@pytest.mark.parametrize(
    ("name", "values", "role"),
    [
        ("Paar", PAIRS, "pair"),
        ("PaarNr", PAIRS, "pair"),
        ("matched_set", [f"set {i}" for i in PAIRS], "pair"),
        ("PairID", PAIRS, "pair"),
        ("Match No", PAIRS, "pair"),
        ("operator", PEOPLE, "operator"),
        ("Messperson", PEOPLE, "operator"),
        ("Technician", PEOPLE, "operator"),
        ("visit", WEEKS, "timepoint"),
        ("TimePoint", [f"T{w}" for w in WEEKS], "timepoint"),
        ("Woche", WEEKS, "timepoint"),
        ("day post infection", WEEKS, "timepoint"),
        ("Tage nach OP", WEEKS, "timepoint"),
        ("follow-up", WEEKS, "timepoint"),
        ("split", PARTS, "part"),
        ("set", ["Training", "Test"] * (ROWS // 2), "part"),
        ("cohort", ["discovery", "validation"] * (ROWS // 2), "part"),
        ("fold", FOLDS, "part"),
        ("partition", FOLDS - 1, "part"),
        ("Fold", [f"fold_{i}" for i in FOLDS], "part"),
        ("plate", FOLDS, "batch"),
        ("cohort", PEOPLE, "site"),
    ],
)
def test_proposed(guessed, name, values, role):
    assert guessed(name, values) == role


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("base pairs", np.arange(ROWS) % 25 * 10 + 100),
        ("pair", np.tile([1, 2], ROWS // 2)),  # which one of a pair, not which pair
        ("paired_reads", PAIRS * 1000 + np.arange(ROWS)),
        ("gestational week", WEEKS + 30),
        ("weeks_survival", WEEKS),
        ("week", np.arange(ROWS)),
        ("set", FOLDS),
        ("dataset", ["a", "b"] * (ROWS // 2)),
        ("fold change", np.linspace(-2, 2, ROWS).round(3)),
        ("fold", np.tile([2, 5, 9], ROWS // 3)),
        ("ploidy", PARTS),
        ("operator", [f"person {i}" for i in range(ROWS)]),
    ],
)
def test_not_proposed(guessed, name, values):
    assert guessed(name, values) not in {"pair", "operator", "timepoint", "part"}


def test_a_unit_beside_a_pair(parse):
    frame = pd.DataFrame({"Patient": np.repeat(np.arange(30), 2), "Paar": PAIRS // 2})
    frame["outcome"], frame["g"] = ["ill", "well"] * 30, np.arange(60.0) / 7
    roles = guess(parse(frame.to_csv(index=False))[0], "outcome").roles
    assert (roles["unit"], roles["pair"]) == (("Patient",), ("Paar",))
