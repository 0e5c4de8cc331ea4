"""The audit of all groups: planted gaps are found, fair models are not accused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from deepbench.data.samples import OutcomeInfo, TrainingSet
from deepbench.privacy.subgroups.audit import audit_subgroups, few_in_training
from deepbench.privacy.subgroups.exchange import EXCHANGES
from deepbench.study.records import PredictionsRecord, SubgroupAuditRecord
from tests.engine.privacy.test_ethics_register import SHEET


def predictions(
    sex: np.ndarray, y: np.ndarray, said: np.ndarray, hospital: np.ndarray | None = None
) -> PredictionsRecord:
    classes = ("no", "yes")
    positive = np.where(said == 1, 0.8, 0.2)
    sites = np.array(["North"] * len(y)) if hospital is None else hospital
    return PredictionsRecord(
        model="linear",
        classes=classes,
        samples=tuple(f"S{i}" for i in range(len(y))),
        units=tuple(map(str, range(len(y)))),
        observed=tuple(classes[int(code)] for code in y),
        predicted=tuple(classes[int(code)] for code in said),
        probabilities=tuple((1 - p, p) for p in positive.tolist()),
        values=(),
        annotations={"sex": tuple(sex.tolist()), "hospital": tuple(sites.tolist())},
    )


def planted(gap: float, n: int = 240, seed: int = 1) -> PredictionsRecord:
    """Positive samples of women are missed more often by ``gap``."""
    rng = np.random.default_rng(seed)
    sex = np.where(np.arange(n) % 2 == 0, "f", "m")
    y = rng.integers(0, 2, n)
    missed = rng.random(n) < np.where(sex == "f", 0.1 + gap, 0.1)
    said = np.where(y == 1, ~missed, rng.random(n) < 0.1).astype(np.int64)
    return predictions(sex, y, said, np.where(np.arange(n) < n - 4, "North", "West"))


def audited(shown: PredictionsRecord) -> SubgroupAuditRecord:
    found = audit_subgroups(shown, SHEET, None, 3)
    assert found is not None
    return found


def marks(record: SubgroupAuditRecord) -> set[tuple[str, str]]:
    return {(g.group, m.name) for g in record.groups for m in g.measures if m.marked}


def test_a_planted_gap_is_found_where_it_is() -> None:
    record = audited(planted(0.5))
    assert ("f", "missed") in marks(record)
    assert not {("m", "missed"), ("f", "false alarms"), ("m", "false alarms")} & marks(record)
    said = " ".join(record.sentences)
    assert "The model misses “yes” more often where sex = f" in said
    assert "stand out" in said
    women = next(group for group in record.groups if group.group == "f")
    missed = women.measure("missed")
    assert missed is not None
    assert missed.adjusted is not None
    assert missed.p_value is not None
    assert 1 / (1 + EXCHANGES) <= missed.p_value <= missed.adjusted <= 0.05
    assert missed.difference.low is not None
    assert missed.difference.low > 0.2


def test_fair_models_are_rarely_accused() -> None:
    accused = sum(bool(marks(audited(planted(0.0, 160, seed)))) for seed in range(12))
    assert accused <= 2


def test_nothing_found_says_what_could_be_hidden() -> None:
    record = audited(planted(0.0, 120, 5))
    assert marks(record) == set()
    assert record.sentences[0].endswith("None stands out after correction for so many.")
    assert "does not mean that all are served alike" in record.sentences[1]


def test_small_groups_are_named_without_numbers() -> None:
    record = audited(planted(0.0))
    assert [group.group for group in record.groups] == ["f", "m", "North"]
    (small,) = record.small
    assert (small.column, small.test) == ("hospital", ("West",))
    assert record.sentences[-1] == (
        "hospital: of West nothing is said, as fewer than 10 test units are of it."
    )
    north = record.groups[-1]
    assert north.measures[0].rest.value is None, "four units outside are too few"
    assert all(measure.p_value is None for measure in north.measures)
    assert record.comparisons == sum(
        m.p_value is not None for group in record.groups for m in group.measures
    )


def test_the_same_seed_gives_the_same_numbers() -> None:
    assert audited(planted(0.2)) == audited(planted(0.2))


def test_calibration_is_marked_where_it_is_further_off() -> None:
    rng = np.random.default_rng(8)
    n = 400
    sex = np.where(np.arange(n) < 200, "f", "m")
    said = rng.integers(0, 2, n)
    # What is said holds for men; women are ill much more often than is said.
    chance = np.where(said == 1, 0.8, 0.2) + np.where(sex == "f", 0.19, 0.0)
    y = (rng.random(n) < chance).astype(np.int64)
    record = audited(predictions(sex, y, said))
    assert ("f", "calibration") in marks(record)
    assert ("m", "calibration") not in marks(record)
    assert "probability of “yes” (too low) where sex = f" in " ".join(record.sentences)


def test_without_a_column_there_is_no_audit() -> None:
    shown = planted(0.0)
    assert audit_subgroups(shown.model_copy(update={"annotations": {}}), SHEET, None, 1) is None


def test_a_number_as_outcome() -> None:
    rng = np.random.default_rng(2)
    n = 120
    sex = np.where(np.arange(n) % 2 == 0, "f", "m")
    y = rng.normal(size=n)
    values = y + rng.normal(0, np.where(sex == "f", 2.0, 0.2))
    shown = predictions(sex, np.zeros(n), np.zeros(n)).model_copy(
        update={
            "classes": (),
            "observed": tuple(f"{value:.15g}" for value in y),
            "predicted": tuple(f"{value:.6g}" for value in values),
            "probabilities": (),
            "values": tuple(values.tolist()),
        }
    )
    sheet = SHEET.model_copy(update={"task": "regression", "classes": ()})
    record = audit_subgroups(shown, sheet, None, 1)
    assert record is not None
    assert marks(record) == {("f", "error")}
    assert "is further off where sex = f" in " ".join(record.sentences)
    off = np.abs(values - y)
    women, men = np.sort(off[sex == "f"]), np.sort(off[sex == "m"])
    of_two = max(side[-2:].sum() / side.sum() for side in (women, men))
    for group in record.groups:
        if group.column == "sex":
            assert group.of_two == pytest.approx(of_two)


def test_shares_of_wrong_answers_are_no_sums() -> None:
    assert all(group.of_two is None for group in audited(planted(0.3)).groups)


@pytest.mark.parametrize(
    ("sexes", "few", "only"),
    [
        (["f"] * 20 + ["m"] * 20, (), ""),
        (["f"] * 31 + ["m"] * 9, ("m",), ""),
        (["f"] * 40, (), "f"),
        (["f"] * 38 + [""] * 2, (), "f"),
    ],
)
def test_groups_that_training_lacks(sexes: list[str], few: tuple[str, ...], only: str) -> None:
    training = TrainingSet(
        features=pd.DataFrame({"IL6": np.zeros(40)}),
        outcome=np.arange(40) % 2,
        sample_ids=np.arange(40).astype(str),
        units=np.arange(40),
        annotations=pd.DataFrame({"sex": sexes, "hospital": ["H1"] * 40}),
        info=OutcomeInfo("relapse", "binary", ("no", "yes")),
    )
    assert few_in_training("sex", "sensitive", training) == (few, only)
    assert few_in_training("hospital", "site", training) == ((), "")
    assert few_in_training("sex", "sensitive", None) == ((), "")
