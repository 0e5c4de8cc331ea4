"""Principal components and missing cells against scikit-learn and closed forms."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import StandardScaler

from deepbench.data.exploration import explore, missing_map, principal_components
from deepbench.data.samples import AllSamples, OutcomeInfo


def table(rows, columns, seed=0, gaps=0.0):
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(rows, columns)) * generator.uniform(0.01, 1e6, columns)
    X += generator.normal(size=(rows, 1)) * generator.normal(size=columns)
    X[generator.random(X.shape) < gaps] = np.nan
    return pd.DataFrame(X, columns=[f"g{i}" for i in range(columns)])


# Fewer features than samples, more, and more samples than a full decomposition is made for.
@pytest.mark.parametrize(("rows", "columns"), [(60, 8), (30, 500), (1010, 1020), (1100, 1001)])
def test_components_are_those_of_scikit_learn(rows, columns):
    features = table(rows, columns, gaps=0.05)
    Z = StandardScaler().fit_transform(SimpleImputer(strategy="median").fit_transform(features))
    reference = PCA(5, svd_solver="full").fit(Z)
    expected = reference.transform(Z)
    found = principal_components(features)
    signs = np.sign((expected * found.scores).sum(axis=0))
    np.testing.assert_allclose(found.scores, expected * signs, atol=1e-6 * np.abs(expected).max())
    np.testing.assert_allclose(found.shares, reference.explained_variance_ratio_, rtol=1e-8)
    assert found.features == columns


def test_two_features_in_closed_form():
    """Standardised features of correlation r have components of shares (1 ± |r|) / 2."""
    features = table(40, 2, seed=3)
    r = np.corrcoef(features.to_numpy().T)[0, 1]
    found = principal_components(features)
    np.testing.assert_allclose(found.shares, [(1 + abs(r)) / 2, (1 - abs(r)) / 2])
    z = StandardScaler().fit_transform(features)
    direction = np.array([1, np.sign(r)]) / np.sqrt(2)
    np.testing.assert_allclose(np.abs(found.scores[:, 0]), np.abs(z @ direction))


def test_signs_do_not_depend_on_the_side_from_which_it_is_computed():
    narrow = table(50, 6)
    wide = pd.concat([narrow.add_suffix(str(i)) for i in range(10)], axis=1)
    first, second = principal_components(narrow), principal_components(wide)
    np.testing.assert_allclose(second.scores, first.scores * np.sqrt(10), atol=1e-8)
    assert (first.scores.max(axis=0) >= -first.scores.min(axis=0)).all()
    again = principal_components(narrow)
    assert (again.scores == first.scores).all()


def test_a_label_of_two_values_weighs_as_much_as_its_number():
    number = table(30, 3)
    number["code"] = np.arange(30) % 3 // 2.0
    label = number.assign(code=np.where(number["code"] == 1, "yes", "no").astype(object))
    first, second = principal_components(number), principal_components(label)
    np.testing.assert_allclose(second.shares, first.shares)
    np.testing.assert_allclose(np.abs(second.scores), np.abs(first.scores), atol=1e-9)
    assert second.features == 4


def test_gaps_of_a_label_become_its_most_frequent_value():
    features = table(12, 2)
    features["label"] = np.array(["a"] * 7 + ["b"] * 3 + [None] * 2, dtype=object)
    filled = features.assign(label=np.array(["a"] * 7 + ["b"] * 3 + ["a"] * 2, dtype=object))
    np.testing.assert_array_equal(
        principal_components(features).scores, principal_components(filled).scores
    )


def test_what_does_not_differ_and_what_is_huge():
    features = table(20, 4)
    reference = principal_components(features)
    features["g0"] *= 1e300
    features["same"] = 3.0
    features["empty"] = np.nan
    features["one word"] = np.array(["x"] * 20, dtype=object)
    found = principal_components(features)
    np.testing.assert_allclose(found.scores, reference.scores, atol=1e-9)
    assert found.features == 4
    nothing = principal_components(features[["same", "empty", "one word"]])
    assert (nothing.scores.shape, nothing.shares.shape, nothing.features) == ((20, 0), (0,), 0)


def test_no_more_components_than_there_are():
    features = table(20, 1)
    features["twice"] = features["g0"] * -2
    found = principal_components(features)
    assert found.scores.shape == (20, 1)
    np.testing.assert_allclose(found.shares, [1.0])


# --- missing cells ------------------------------------------------------------------------


@pytest.mark.parametrize(("rows", "columns"), [(3, 2), (120, 200), (121, 777), (1000, 5)])
def test_missing_map_counts_every_cell_once(rows, columns):
    gaps = np.random.default_rng(1).random((rows, columns)) < 0.3
    shown = missing_map(gaps)
    assert shown.shape == (min(rows, 120), min(columns, 200))
    sizes = np.outer(
        np.diff(np.linspace(0, rows, min(rows, 120) + 1).astype(int)),
        np.diff(np.linspace(0, columns, min(columns, 200) + 1).astype(int)),
    )
    assert sizes.sum() == rows * columns
    assert (shown * sizes).sum() == pytest.approx(gaps.sum())


def test_missing_map_of_a_small_table_is_the_table():
    gaps = np.random.default_rng(2).random((7, 9)) < 0.5
    np.testing.assert_array_equal(missing_map(gaps), gaps.astype(float))
    assert missing_map(np.zeros((3, 0), dtype=bool)).size == 0


def test_record(make_samples):
    outcome = np.arange(60) % 2
    notes = {"plate": [f"p{i % 3}" for i in range(60)], "comment": [f"no {i}" for i in range(60)]}
    samples = make_samples(outcome, annotations=notes)
    samples.features.loc[:9, "g2"] = np.nan
    samples.features.loc[:3, "g5"] = np.nan
    record = explore(samples, {"batch": ("plate",), "sample": ("name",)}, "all samples")
    assert (record.scope, record.outcome, record.task) == ("all samples", "outcome", "binary")
    assert record.classes == ("class 0", "class 1")
    assert record.outcomes == tuple(f"class {y}" for y in outcome)
    assert record.samples[:2] == ("row 2", "row 3")
    assert list(record.colourings) == ["plate", "comment", *samples.features.columns]
    assert record.colourings["plate"] == tuple(notes["plate"])
    assert record.colourings["comment"] == tuple(notes["comment"])
    assert record.colourings["g2"][:11].count("") == 10
    scores = principal_components(samples.features).scores
    np.testing.assert_allclose(np.array(record.components), scores.T, rtol=1e-5)
    assert record.features_used == 8
    assert record.missing_share == pytest.approx(14 / 480)
    assert record.missing_features == (("g2", 10), ("g5", 4))
    assert record.missing_samples[:5] == (*((f"row {i + 2}", 2) for i in range(4)), ("row 6", 1))
    assert len(record.missing_samples) == 10
    assert type(record).model_validate_json(record.model_dump_json()) == record


def test_record_of_a_number_to_be_predicted(make_samples):
    samples = make_samples([0.1, 2.0, 1e-9, *range(10, 20)], task="regression")
    record = explore(samples, {}, "training samples")
    assert record.outcomes[:4] == ("0.1", "2", "1e-09", "10")
    assert (record.classes, record.missing_features, record.missing_samples) == ((), (), ())


def test_lists_are_cut_at_fifty(make_samples):
    samples = make_samples(np.arange(80) % 2, noise=70)
    for number, name in enumerate(samples.features.columns):
        samples.features.loc[:number, name] = np.nan
    record = explore(samples, {}, "all samples")
    assert len(record.missing_features) == len(record.missing_samples) == 50
    assert record.missing_features[0] == ("g69", 70)
    assert record.missing_samples[0] == ("row 2", 70)


def test_any_column_can_colour_the_picture():
    samples = _coloured(rows=12, features=4)
    record = explore(samples, {"batch": ("plate",)}, "all samples")
    # The plate first, then what is no feature, then features in the order of the table.
    assert list(record.colourings) == ["plate", "day", "g0", "g1", "g2", "g3", "sex"]
    assert record.colourings["sex"][:3] == ("f", "", "f")
    assert [float(text) if text else None for text in record.colourings["g1"]] == [
        None if np.isnan(value) else value for value in samples.features["g1"]
    ]


def test_of_many_features_those_that_shape_the_picture_colour_it():
    samples = _coloured(rows=40, features=300)
    table = samples.features.copy()
    direction = np.linspace(-1, 1, 40)
    moved = [f"g{number}" for number in range(120, 300, 3)]
    table[moved] = table[moved].add(8 * direction, axis=0)
    record = explore(replace(samples, features=table), {}, "all samples")
    assert len(record.colourings) == 100
    assert set(moved) <= set(record.colourings)
    assert "sex" in record.colourings


def _coloured(rows, features):
    generator = np.random.default_rng(1)
    table = pd.DataFrame(
        generator.normal(size=(rows, features)).round(3),
        columns=[f"g{number}" for number in range(features)],
    )
    table.iloc[2, 1] = np.nan
    table["sex"] = pd.Series(["f", None, "f", "m"] * (rows // 4), dtype=object)
    return AllSamples(
        features=table,
        outcome=np.arange(rows) % 2,
        sample_ids=np.array([f"s{number}" for number in range(rows)]),
        units=np.arange(rows),
        annotations=pd.DataFrame({"day": ["1", "2"] * (rows // 2), "plate": ["A"] * rows}),
        info=OutcomeInfo("group", "binary", ("a", "b")),
    )
