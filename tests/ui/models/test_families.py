"""Names, layers and scores that the window shows are those of the engine."""

from __future__ import annotations

import numpy as np
import optuna
import pytest

from deepbench.checks.verdict import SIGNIFICANCE as ENGINE_SIGNIFICANCE
from deepbench.checks.verdict import signal_verdict
from deepbench.data.samples import Task
from deepbench.evaluation.metrics import get_metric
from deepbench.evaluation.metrics import tuning_metric as engine_metric
from deepbench.models.networks.family import HIDDEN_WIDTHS
from deepbench.models.problem_shape import ProblemShape
from deepbench.models.registry import BASELINES as ENGINE_BASELINES
from deepbench.models.registry import NETWORKS as ENGINE_NETWORKS
from deepbench.models.registry import get_family
from deepbench.study.effort import smallest_p_value
from deepbench.study.records import Score
from deepbench_ui.models.families import (
    BASELINES,
    FAMILY_NAMES,
    NETWORKS,
    SCORES,
    SHORT_TITLES,
    TITLES,
    is_network,
    size_of,
    tuning_metric,
)
from deepbench_ui.models.settings_words import (
    LABELS,
    NO_SETTINGS,
    SHORT_LABELS,
    setting_pairs,
    settings_line,
)
from deepbench_ui.models.shuffle_rows import FEWEST_SHUFFLES, SIGNIFICANCE

SHAPES = [
    ProblemShape("binary", 160, 160, 30, 2, 20),
    ProblemShape("multiclass", 400, 100, 5000, 3, 40),
    ProblemShape("regression", 120, 60, 300, 1, 120),
]


def test_every_family_of_the_engine_has_words_and_no_other() -> None:
    assert list(FAMILY_NAMES) == [*ENGINE_BASELINES, *ENGINE_NETWORKS]
    assert {name: get_family(name).title for name in FAMILY_NAMES} == dict(TITLES)
    assert set(SHORT_TITLES) == set(TITLES)


def test_families_for_classes_only_are_those_of_the_engine() -> None:
    said = {name for name, words in BASELINES.items() if words.classes_only}
    assert said == {n for n, f in ENGINE_BASELINES.items() if "regression" not in f.tasks}


def test_layers_are_those_that_are_trained() -> None:
    assert {size: words.hidden for size, words in NETWORKS.items()} == HIDDEN_WIDTHS
    assert NETWORKS["linear"].layers.startswith("No layer")
    assert NETWORKS["small"].layers == "One layer of 16 neurons in between."
    assert NETWORKS["large"].layers == "Three layers of 128, 64 and 32 neurons in between."


def test_sizes_by_family() -> None:
    assert [size_of(name) for name in ("network-medium", "network-", "svm")] == [
        "medium",
        None,
        None,
    ]
    assert is_network("network-linear")
    assert not is_network("linear")


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_score_and_chance_are_those_of_the_engine(task: Task) -> None:
    name = tuning_metric(task)
    outcome = np.arange(12) % 3 if task == "multiclass" else np.arange(12) % 2
    metric = get_metric(task, name)
    assert name == engine_metric(task)
    assert SCORES[name].chance == metric.chance(outcome)
    assert metric.title.replace("R2", "R²").startswith(SCORES[name].title)


def test_fewest_shuffles_are_those_that_can_reach_significance() -> None:
    assert SIGNIFICANCE == ENGINE_SIGNIFICANCE
    high = Score(value=0.9, low=0.8, high=1.0)
    assert signal_verdict(smallest_p_value(FEWEST_SHUFFLES), high, 0.5) == "yes"
    assert signal_verdict(smallest_p_value(FEWEST_SHUFFLES - 1), high, 0.5) == "no"


@pytest.mark.parametrize("name", FAMILY_NAMES)
def test_every_setting_of_every_family_has_words(name: str) -> None:
    family = get_family(name)
    for shape in SHAPES:
        if shape.task not in family.tasks:
            continue
        study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=5))
        tried = [*family.portfolio(shape), *(family.suggest(study.ask(), shape) for _ in range(8))]
        for params in tried:
            assert set(params) <= set(LABELS)
            assert set(params) <= set(SHORT_LABELS)
            line = settings_line(params)
            assert (
                line == NO_SETTINGS if not params else all(SHORT_LABELS[p] in line for p in params)
            )
            assert "_" not in line
            assert "e-" not in line


def test_settings_are_said_in_words() -> None:
    params = {"penalty": "l2", "strength": 2.1699, "balanced": True, "features": "all", "l2": 1.0}
    assert setting_pairs(params) == [
        ("Penalty on weights", "ridge"),
        ("Freedom of weights (C)", "2.17"),
        ("Classes weighted equally", "yes"),
        ("Features kept by the filter", "all"),
        ("Penalty on leaves", "1"),
    ]
    assert settings_line({"kernel": "rbf", "C": 0.000123}) == "border curved, C 0.000123"
