"""A split that lets something cross is caught, whoever made it; no split of ours does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from deepbench.data.findings.duplicates import duplicate_groups
from deepbench.data.roles import merged
from deepbench.data.samples import AllSamples, OutcomeInfo
from deepbench.data.splits import OuterFold, OuterPlan, plan_outer_folds
from deepbench.data.splitting.proofs import fold_records, proofs
from deepbench.errors import StageBlocked
from deepbench.plan import StudyPlan

Make = Callable[..., AllSamples]
MakePlan = Callable[..., StudyPlan]


def by_hand(n: int, test: list[int], design: Any = "holdout") -> OuterPlan:
    rows = np.array(test, dtype=np.int64)
    others = np.setdiff1d(np.arange(n), rows)
    return OuterPlan(design, "", (OuterFold("holdout", others, rows),))


# --- attacks ------------------------------------------------------------------------------


def test_a_unit_that_crosses_is_caught(make_samples: Make, make_plan: MakePlan) -> None:
    samples = make_samples(np.arange(40) // 2 % 2, units=np.arange(40) // 2)
    with pytest.raises(StageBlocked, match="1 biological unit would be on both sides"):
        proofs(samples, by_hand(40, [0, 2, 3, 4, 5]), make_plan())


def test_a_pair_that_crosses_is_caught(make_samples: Make, make_plan: MakePlan) -> None:
    pairs = [f"pair {i // 2}" if i < 38 else "" for i in range(40)]
    samples = make_samples(np.arange(40) % 2, annotations={"pair": pairs})
    plan = make_plan(roles={"pair": "pair"})
    with pytest.raises(StageBlocked, match="1 matched pair would be torn apart"):
        proofs(samples, by_hand(40, [0, 1, 7, 8, 9]), plan)
    # Samples without a pair are in none together.
    said = proofs(samples, by_hand(40, [0, 1, 8, 9, 39]), plan)
    assert "Matched pairs are whole: none of 19 is on both sides." in said


def test_a_duplicate_that_crosses_is_caught(make_samples: Make, make_plan: MakePlan) -> None:
    samples = make_samples(np.arange(40) % 2)
    features = samples.features.copy()
    features.iloc[7] = features.iloc[20]
    copied = replace(samples, features=features)
    groups = duplicate_groups(copied)
    with pytest.raises(StageBlocked, match="2 samples with the same measurements"):
        proofs(copied, by_hand(40, [6, 7, 8, 9]), make_plan(), groups)
    said = proofs(copied, by_hand(40, [6, 7, 20, 21]), make_plan(), groups)
    assert "Samples with the same measurements stay together (1 group of duplicates)." in said


def test_a_future_that_trains_is_caught(make_samples: Make, make_plan: MakePlan) -> None:
    years = [str(2000 + i // 4) for i in range(40)]
    samples = make_samples(np.arange(40) % 2, annotations={"year": years})
    plan = make_plan(roles={"date": "year"}, split={"design": "time"})
    with pytest.raises(StageBlocked, match="would not be older"):
        proofs(samples, by_hand(40, list(range(34, 40)), "time"), plan)
    assert proofs(samples, by_hand(40, list(range(36, 40)), "time"), plan)


@pytest.mark.parametrize("test", [[0, 1, 2, 3, 4], [0, 1, 2]])
def test_a_division_that_is_not_followed_is_caught(
    make_samples: Make, make_plan: MakePlan, test: list[int]
) -> None:
    parts = ["test"] * 4 + ["train"] * 36
    samples = make_samples(np.arange(40) % 2, annotations={"part": parts})
    plan = make_plan(roles={"part": "part"}, split={"design": "own"})
    with pytest.raises(StageBlocked, match="would not be followed"):
        proofs(samples, by_hand(40, test, "own"), plan)
    assert proofs(samples, by_hand(40, [0, 1, 2, 3], "own"), plan)


def test_a_sample_tested_twice_is_caught(make_samples: Make, make_plan: MakePlan) -> None:
    samples = make_samples(np.arange(40) % 2)
    one = by_hand(40, [0, 1, 2, 3]).folds[0]
    with pytest.raises(StageBlocked, match="tested twice"):
        proofs(samples, OuterPlan("nested", "", (one, one)), make_plan())


def test_tuning_sets_that_hold_what_was_fitted_are_caught(
    make_samples: Make, make_plan: MakePlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    from deepbench.data.splitting import proofs as module

    samples = make_samples(np.arange(40) % 2, units=np.arange(40))
    outer = by_hand(40, list(range(8)))
    assert "(checked on 5 tuning sets)" in proofs(samples, outer, make_plan())[-1]
    real = module.tuning_folds

    def leaky(*given: Any) -> Any:
        return tuple(replace(f, fit=np.append(f.fit[1:], f.tune[0])) for f in real(*given))

    monkeypatch.setattr(module, "tuning_folds", leaky)
    with pytest.raises(StageBlocked, match="A tuning set would hold what was fitted"):
        proofs(samples, outer, make_plan())


def test_sizes_of_folds_are_counted(make_samples: Make) -> None:
    samples = make_samples([0, 0, 1, 1] * 5, units=np.arange(20) // 2)
    (record,) = fold_records(samples, by_hand(20, [0, 1, 2, 3, 4, 5]))
    assert (record.train_units, record.test_units) == (7, 3)
    assert (record.train_samples, record.test_samples) == (14, 6)
    assert record.test_classes == {"class 0": 4, "class 1": 2}


# --- for any samples ----------------------------------------------------------------------


@st.composite
def studies(draw: st.DrawFn) -> tuple[AllSamples, StudyPlan]:
    """Units of several rows in sites and pairs, some of which cross; any design."""
    generator = np.random.default_rng(draw(st.integers(0, 2**16)))
    sizes = draw(st.lists(st.integers(1, 4), min_size=12, max_size=40))
    unit = np.repeat(np.arange(len(sizes)), sizes)
    n = len(unit)
    site_of = generator.integers(0, draw(st.integers(2, 6)), len(sizes))
    site = np.array([f"s{code}" for code in site_of[unit]])
    if draw(st.booleans()):
        crossing = generator.random(n) < 0.05
        site[crossing] = "s0"
    pair = np.array([f"p{code // 2}" for code in unit])
    pair[generator.random(n) < 0.2] = ""
    paired = draw(st.booleans())
    units = unit
    if paired:
        keys = np.array([code if p == "" else 10_000 + int(p[1:]) for code, p in
                         zip(np.arange(n) + 20_000, pair, strict=True)])  # fmt: skip
        keys = np.where(pair == "", np.arange(n) + 20_000, keys)
        units = merged(unit.astype(np.int64), keys.astype(np.int64))
    outcome = generator.integers(0, 2, len(sizes))[unit]
    assume(min(len(np.unique(units[outcome == code])) for code in (0, 1)) >= 2)
    order = generator.permutation(n)
    samples = AllSamples(
        features=pd.DataFrame({"g": np.arange(n, dtype=float)}),
        outcome=outcome[order],
        sample_ids=np.array([f"x{i}" for i in range(n)]),
        units=units[order].astype(np.int64),
        annotations=pd.DataFrame(
            {
                "site": site[order],
                "pair": pair[order],
                "day": [str(2000 + code) for code in generator.integers(0, 9, n)],
                "part": [f"{1 + code % 3}" for code in units[order]],
            },
            dtype=object,
        ),
        info=OutcomeInfo("y", "binary", ("a", "b")),
    )
    design = draw(st.sampled_from(["holdout", "nested", "leave-one-site-out", "time", "own"]))
    roles = {"site": "site", "date": "day", "part": "part", **({"pair": "pair"} if paired else {})}
    plan = {
        "question": {"outcome": "y"}, "data": {"source": "t.csv"}, "roles": roles,
        "split": {"design": design}, "seed": draw(st.integers(0, 50)),
    }  # fmt: skip
    return samples, StudyPlan.model_validate(plan)


@given(study=studies())
def test_no_group_ever_crosses_and_promised_classes_are_there(
    study: tuple[AllSamples, StudyPlan],
) -> None:
    samples, plan = study
    try:
        outer = plan_outer_folds(samples, plan)
    except StageBlocked as blocked:
        assert blocked.hint
        return
    said = " ".join(proofs(samples, outer, plan))
    pair = samples.annotations["pair"].to_numpy(dtype=str)
    site = samples.annotations["site"].to_numpy(dtype=str)
    for fold in outer.folds:
        assert not set(samples.units[fold.train]) & set(samples.units[fold.test])
        if plan.roles.pair:
            assert not (set(pair[fold.train]) & set(pair[fold.test])) - {""}
        if plan.split.design == "leave-one-site-out":
            assert not set(site[fold.train]) & set(site[fold.test])
        assert set(samples.outcome[fold.train]) == {0, 1}
        if "Every class is in every set." in said or len(outer.folds) == 1:
            assert set(samples.outcome[fold.test]) == {0, 1}
    tested = np.concatenate([fold.test for fold in outer.folds])
    assert len(set(tested)) == len(tested)
    if len(outer.folds) > 1:
        assert len(tested) == len(samples)
