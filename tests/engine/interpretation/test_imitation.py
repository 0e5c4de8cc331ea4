"""Transparent twins: what they repeat is measured on samples nobody was fitted on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.metrics import r2_score, roc_auc_score
from sklearn.tree import DecisionTreeRegressor

from deepbench.data.preparation import Preparation
from deepbench.data.samples import OutcomeInfo, TrainingSet
from deepbench.errors import PlanError
from deepbench.interpretation.directions import (
    FoldResponses,
    Response,
    check_expected_features,
    follow,
    summarise_directions,
)
from deepbench.interpretation.imitation import Imitation, summarise_imitation
from deepbench.interpretation.imitation_folds import Imitated, ImitationTask, imitate
from deepbench.interpretation.imitation_teacher import (
    TeacherTask,
    as_output,
    fit_teacher,
    left_out_together,
    rows_without,
)
from deepbench.interpretation.imitation_tree import (
    MOST_LEVELS,
    SMALLEST_LEAF,
    ColumnWords,
    amount,
    fit_tree,
    leaf_rules,
)
from deepbench.models.fitted import FittedModel
from deepbench.models.preprocessing import Preprocessor
from deepbench.models.registry import get_family
from deepbench.models.workbench import Workbench
from deepbench.plan import plan_from_answers
from deepbench.study.records import DirectionRecord, ImitationRecord
from tests.engine.interpretation.planted import bench_of, pneumonia, three_causes, training_set

Floats = NDArray[np.float64]
Expected = dict[str, Literal["higher", "lower"]]


def task_of(bench: Workbench, family: str, without: tuple[int, ...]) -> TeacherTask:
    params = dict(get_family(family).portfolio(bench.shape)[0])
    if "trees" in params:
        params["trees"] = 40
    return TeacherTask(bench.source, family, params, without)


def speaks(bench: Workbench, model: FittedModel, rows: NDArray[np.int64]) -> Floats:
    return model.predict(bench.training.features.iloc[rows].reset_index(drop=True))


def copies(
    training: TrainingSet, family: str, expected: Expected | None = None
) -> tuple[tuple[ImitationRecord, ...], Imitation]:
    """What the job does, in this process."""
    bench = bench_of(training)
    n, folds = len(training), range(5)
    models = {
        fold: fit_teacher(bench, task_of(bench, family, (fold,)), bench.folds[fold].fit)
        for fold in folds
    }
    stored = np.full((n, training.info.outputs), np.nan)
    for fold in folds:
        tune = bench.folds[fold].tune
        stored[tune] = speaks(bench, models[fold], tune)
    parts = []
    for fold, sets in left_out_together(list(folds)).items():
        own = np.full((n, as_output(stored, training.info).shape[1]), np.nan)
        inner = np.full(n, -1)
        for number, some in enumerate(sets):
            model = fit_teacher(bench, task_of(bench, family, some), rows_without(bench, some))
            rows = np.concatenate([bench.folds[other].tune for other in some if other != fold])
            own[rows] = as_output(speaks(bench, model, rows), training.info)
            inner[rows] = number
        parts.append(imitate(bench, ImitationTask(bench.source, fold, own, inner)))
    output = as_output(stored, training.info)
    on_all = imitate(bench, ImitationTask(bench.source, None, output, bench.fold_of[0]))
    wanted = expected or {}
    directions: tuple[DirectionRecord, ...] = ()
    if training.info.task != "multiclass":
        names = tuple(dict.fromkeys([*wanted, *on_all.features[:4]]))
        found = [follow(bench, fold, models[fold], names) for fold in folds]
        directions = summarise_directions(names, found, wanted, float(output.std()), training.info)
    tuning = tuple(bench.folds[fold].tune for fold in folds)
    known = Imitation(family, "model", stored, bench.fold_of[0], tuning, tuple(parts), on_all)
    return summarise_imitation(training, known, directions, 3), known


def joined(known: Imitation, form: Literal["linear", "tree"]) -> Floats:
    first = getattr(known.by_fold[0], form)
    whole = np.full((len(known.predictions), first.shape[1]), np.nan)
    for rows, fold in zip(known.tuning, known.by_fold, strict=True):
        whole[rows] = getattr(fold, form)
    return whole


# --- teachers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [3, 5, 6, 10, 20])
def test_each_other_fold_is_left_out_once_together_with_a_fold(number: int) -> None:
    together = left_out_together(list(range(number)))
    for fold, sets in together.items():
        assert all(fold in some for some in sets)
        others = sorted(other for some in sets for other in some if other != fold)
        assert others == [other for other in range(number) if other != fold]
    fits = {some for sets in together.values() for some in sets}
    assert len(fits) <= max(number * (number - 1) // 2, 4 * number)
    assert all(len(sets) >= 2 for sets in together.values())


def test_a_copy_knows_no_label_that_it_is_scored_on() -> None:
    """Few features, no signal: answers of other folds' models would give their labels away."""
    own, leaked = [], []
    for seed in range(6):
        generator = np.random.default_rng(seed)
        x = generator.normal(size=(60, 25))
        training = training_set(x, generator.permutation(np.arange(60) % 2))
        records, known = copies(training, "linear")
        bench = bench_of(training)
        output = as_output(known.predictions, training.info)
        guess = np.zeros(60)
        for fold in bench.folds:
            design = np.column_stack([np.ones(60), x])
            weights = np.linalg.lstsq(design[fold.fit], output[fold.fit, 0], rcond=None)[0]
            guess[fold.tune] = design[fold.tune] @ weights
        leaked.append(roc_auc_score(training.outcome, guess))
        own += [record.score.value or 0.0 for record in records]
    assert np.mean(own) == pytest.approx(0.5, abs=0.1)
    assert np.mean(leaked) > 0.7


# --- fidelity ------------------------------------------------------------------------------------


def test_fidelity_and_scores_are_those_of_scikit_learn() -> None:
    training = three_causes("binary", columns=20)
    records, known = copies(training, "random_forest")
    output = as_output(known.predictions, training.info)[:, 0]
    forms: Mapping[str, Literal["linear", "tree"]] = {
        "sparse linear model": "linear",
        "shallow tree": "tree",
    }
    assert {record.form for record in records} == set(forms)
    for record in records:
        said = joined(known, forms[record.form])[:, 0]
        assert record.fidelity.value == pytest.approx(r2_score(output, said))
        assert record.fidelity.low is not None
        assert record.fidelity.low < (record.fidelity.value or 0.0)
        within = [
            (roc_auc_score(training.outcome[rows], expit(said[rows])), rows)
            for rows in known.tuning
        ]
        pairs = [
            (training.outcome[rows] == 1).sum() * (training.outcome[rows] == 0).sum()
            for _, rows in within
        ]
        expected = np.average([score for score, _ in within], weights=pairs)
        assert record.score.value == pytest.approx(expected)
    assert (records[0].fidelity.value or 0) >= (records[1].fidelity.value or 0)
    assert all(not record.directions for record in records[1:])


def test_a_linear_model_of_three_features_is_copied_nearly_whole() -> None:
    training = three_causes("regression", columns=8)
    records, _ = copies(training, "linear")
    assert records[0].form == "sparse linear model"
    assert (records[0].fidelity.value or 0.0) > 0.95
    weights = {term.feature: term.weight for term in records[0].terms}
    assert {"g0", "g1", "g2"} <= set(weights)
    assert weights["g0"] > 0.5
    assert weights["g2"] < -0.5
    assert records[0].unit == "units of outcome"


def test_classes_are_named_by_terms_and_rules() -> None:
    records, _ = copies(three_causes("multiclass", columns=12), "random_forest")
    linear = next(record for record in records if record.form == "sparse linear model")
    towards = {term.feature: term.towards for term in linear.terms[:3] if term.weight > 0}
    assert towards == {"g0": "a", "g1": "b", "g2": "c"}
    tree = next(record for record in records if record.form == "shallow tree")
    assert all("most likely" in rule for rule in tree.rules)
    assert records[0].directions == ()


def test_a_copy_that_repeats_nothing_shows_no_rule() -> None:
    generator = np.random.default_rng(4)
    training = training_set(
        generator.normal(size=(60, 2)) ** 3, generator.permutation(np.arange(60) % 2)
    )
    known = Imitation(
        "knn",
        "nearest neighbours",
        np.column_stack([1 - (p := generator.random(60)), p]),
        bench_of(training).fold_of[0],
        tuple(fold.tune for fold in bench_of(training).folds),
        tuple(
            Imitated(generator.normal(size=(len(fold.tune), 1)), None)
            for fold in bench_of(training).folds
        ),
        imitate(
            bench_of(training),
            ImitationTask(
                bench_of(training).source,
                None,
                generator.normal(size=(60, 1)),
                bench_of(training).fold_of[0],
            ),
        ),
    )
    (record,) = summarise_imitation(training, known, (), 1)
    assert record.terms == ()
    assert "would not stand for the model and are not shown" in record.sentences[0]


# --- trees and rules -----------------------------------------------------------------------------


def test_a_tree_cut_off_is_the_tree_of_that_depth() -> None:
    generator = np.random.default_rng(7)
    x = generator.normal(size=(200, 6))
    y = (x[:, :1] > 0) * 2.0 + (x[:, 1:2] > 0) * 1.0 + 0.1 * x[:, 2:3]
    tree = fit_tree(x, y, np.arange(200), np.arange(200) % 5)
    assert tree is not None
    for depth in range(1, MOST_LEVELS + 1):
        other = DecisionTreeRegressor(
            max_depth=depth, min_samples_leaf=SMALLEST_LEAF, random_state=0
        ).fit(x, y)
        assert tree.predict(x, depth)[:, 0] == pytest.approx(other.predict(x))


def test_every_rule_holds_for_ten_units() -> None:
    """Rows of a unit that repeat do not make a rule."""
    generator = np.random.default_rng(8)
    units = np.concatenate([np.arange(40), np.zeros(60, dtype=np.int64)])
    x = generator.normal(size=(100, 4))
    x[units == 0, 0] += 6.0  # one unit of 61 rows would be a leaf of its own
    y = (x[:, :1] > 3.0) * 5.0 + x[:, 1:2]
    tree = fit_tree(x, y, units, units % 5)
    assert tree is not None
    leaves = tree.leaves(x)
    assert min(len(set(units[leaves == leaf])) for leaf in set(leaves)) >= SMALLEST_LEAF
    assert fit_tree(x[:19], y[:19], units[:19], units[:19] % 5) is None


def test_rules_are_in_the_users_units_and_words() -> None:
    generator = np.random.default_rng(9)
    rows = 240
    table = pd.DataFrame(
        {
            "age": generator.uniform(20, 90, rows).round(),
            "asthma": generator.choice(["no", "yes"], rows),
            "smoker": generator.integers(0, 2, rows).astype(float),
            "lab": generator.normal(size=rows),
        }
    )
    table.loc[:60, "lab"] = np.nan
    risk = (
        (table["age"] > 60) * 3.0 + (table["asthma"] == "yes") * -6.0 + table["smoker"] * 1.5
    ).to_numpy()
    pre = Preprocessor.fit(table)
    tree = fit_tree(pre.transform(table), risk[:, None], np.arange(rows), np.arange(rows) % 5)
    assert tree is not None
    said = [" and ".join(leaf.conditions) for leaf in leaf_rules(tree, ColumnWords(pre, table))]
    assert len(said) == 8
    assert any(rule.startswith("asthma = yes and age >") for rule in said)
    assert all("smoker = 0" in rule or "smoker = 1" in rule for rule in said)
    words = ColumnWords(pre, table)
    missing = pre.output_names.index("lab (missing)")
    assert words.condition(missing, 0.5, np.inf) == "lab is missing"
    assert words.condition(missing, -np.inf, 0.5) == "lab is known"
    threshold = (60.0 - pre.means[0]) / pre.scales[0]
    assert words.condition(0, threshold, np.inf) == "age > 60"
    assert words.condition(0, threshold, threshold * 2).startswith("age over 60 and up to ")


def test_transformed_measurements_and_many_categories_are_named() -> None:
    generator = np.random.default_rng(10)
    table = pd.DataFrame(
        {"TP53": generator.lognormal(5, 1, 90), "ward": generator.choice(["A", "B", "C"], 90)}
    )
    pre = Preprocessor.fit(table, Preparation("log2", ("TP53",)))
    words = ColumnWords(pre, table)
    assert words.name(0).startswith("TP53 (")
    ward = pre.output_names.index("ward = B")
    assert words.condition(ward, 0.5, np.inf) == "ward = B"
    assert words.condition(ward, -np.inf, 0.5) == "ward is not B"


@pytest.mark.parametrize(
    ("value", "text"),
    [(54.5, "54.5"), (12_345.6, "12,346"), (0.0, "0"), (1.5e-7, "1.5e-07"), (-2.34567, "−2.346")],
)
def test_amounts_have_the_digits_of_a_rule(value: float, text: str) -> None:
    assert amount(value) == text


# --- directions ----------------------------------------------------------------------------------


def test_asthma_lowers_the_risk_against_the_expectation() -> None:
    expected: Expected = {"asthma": "higher", "age": "higher", "ward": "lower"}
    records, _ = copies(pneumonia(), "random_forest", expected)
    found = {one.feature: one for one in records[0].directions}
    asthma = found["asthma"]
    assert (asthma.found, asthma.contradicts) == ("lower", True)
    assert records[0].directions[0] is asthma
    assert "When only asthma goes from no to yes" in asthma.sentence
    assert "falls from" in asthma.sentence
    assert "You expected it to be higher" in asthma.sentence
    assert (found["age"].found, found["age"].contradicts) == ("higher", False)
    assert (found["ward"].found, found["ward"].contradicts) == ("none", False)
    linear = next(record for record in records if record.form == "sparse linear model")
    assert {t.feature: t.weight < 0 for t in linear.terms}["asthma = yes"]
    rules = [rule for record in records for rule in record.rules]
    assert any("asthma = yes" in rule and "lower probability of died" in rule for rule in rules)


def response(*output: float) -> Response:
    curve = np.array(output)
    return Response(curve, curve, "1", "9", 20)


LINE = OutcomeInfo("height", "regression")


def judged(*curves: tuple[float, ...], usual: tuple[float, ...] = ()) -> DirectionRecord:
    folds = [FoldResponses({"x": response(*curve)}, usual) for curve in curves]
    (record,) = summarise_directions(["x"], folds, {"x": "higher"}, 1.0, LINE)
    return record


@pytest.mark.parametrize(
    ("curves", "found", "contradicts"),
    [
        ([(0.0, 1.0, 2.0)] * 5, "higher", False),
        ([(2.0, 1.0, 0.0)] * 5, "lower", True),
        ([(0.0, 2.0, 0.0)] * 5, "both", True),
        ([(0.0, 2.0, 1.8)] * 5, "higher", False),
        ([(0.0, 0.01, 0.02)] * 5, "none", False),
        ([(0.0, 5.0)] * 3 + [(1.0, 0.0)] * 2, "none", False),
    ],
)
def test_directions_of_curves(
    curves: list[tuple[float, ...]], found: str, contradicts: bool
) -> None:
    record = judged(*curves)
    assert (record.found, record.contradicts) == (found, contradicts)


def test_in_a_wide_table_a_small_response_counts_when_it_stands_out() -> None:
    curve = (0.0, 0.02)
    assert judged(*[curve] * 5, usual=(0.001, 0.002, 0.001)).found == "higher"
    assert judged(*[curve] * 5, usual=(0.05, 0.06, 0.04)).found == "none"


def test_response_of_a_linear_model_is_its_coefficient() -> None:
    training = three_causes("regression", columns=6)
    bench = bench_of(training)
    model = fit_teacher(bench, task_of(bench, "linear", (0,)), bench.folds[0].fit)
    found = follow(bench, 0, model, ["g0", "g2"]).features
    part = training.features.iloc[:1].reset_index(drop=True)
    for name in ("g0", "g2"):
        values = training.features[name].iloc[bench.folds[0].fit]
        low, high = np.quantile(values, [0.05, 0.95])
        ends = [float(model.predict(part.assign(**{name: end}))[0, 0]) for end in (low, high)]
        curve = found[name].output
        assert curve[-1] - curve[0] == pytest.approx(ends[1] - ends[0])
    assert found["g0"].output[-1] > found["g0"].output[0]
    assert found["g2"].output[-1] < found["g2"].output[0]


def test_an_expected_feature_has_to_exist_and_the_outcome_to_have_a_direction() -> None:
    plan = plan_from_answers(
        {
            "question": {"outcome": "died"},
            "data": {"source": "x.csv"},
            "interpretation": {"expected": {"Astma": "higher"}},
        }
    )
    with pytest.raises(PlanError, match=r"'Astma', which is not a feature.*'asthma'"):
        check_expected_features(plan, ["age", "asthma"], pneumonia(30).info)
    check_expected_features(plan, ["Astma"], pneumonia(30).info)
    with pytest.raises(PlanError, match=r"has 3 classes.*two classes or of numbers"):
        check_expected_features(plan, ["Astma"], three_causes("multiclass", 60, 4).info)
