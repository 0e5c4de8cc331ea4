from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from deepbench.models.preprocessing import CLIP, Preprocessor


def numeric_table(rows: int = 40, seed: int = 0) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    values = generator.normal(3.0, 2.0, size=(rows, 4))
    values[generator.random((rows, 4)) < 0.1] = np.nan
    values[:, 0] = generator.normal(size=rows)
    return pd.DataFrame(values, columns=["a", "b", "c", "d"])


def test_numbers_are_those_of_scikit_learn():
    fit, new = numeric_table(seed=0), numeric_table(seed=1)
    reference = make_pipeline(SimpleImputer(strategy="median"), StandardScaler()).fit(fit)
    found = Preprocessor.fit(fit).transform(new)[:, :4]
    np.testing.assert_allclose(found, reference.transform(new), rtol=1e-12, atol=1e-12)


def test_indicators_are_those_of_scikit_learn():
    fit, new = numeric_table(seed=0), numeric_table(seed=1)
    fit["b"] = fit["b"].fillna(0.0)
    fit.loc[[4, 9], "b"] = np.nan  # too few to be worth an indicator
    reference = MissingIndicator().fit(fit[["c", "d"]])
    found = Preprocessor.fit(fit)
    np.testing.assert_array_equal(
        found.transform(new)[:, 4:], reference.transform(new[["c", "d"]])
    )
    assert found.output_names == ("a", "b", "c", "d", "c (missing)", "d (missing)")
    assert found.source_columns == ("a", "b", "c", "d", "c", "d")


def test_only_the_fit_rows_count():
    table = numeric_table()
    changed = table.copy()
    changed.iloc[30:] = 1e6
    first, second = Preprocessor.fit(table.iloc[:30]), Preprocessor.fit(changed.iloc[:30])
    np.testing.assert_array_equal(first.transform(table), second.transform(table))


def test_a_constant_column_is_zero_whatever_comes_later():
    fit = pd.DataFrame({"x": [0.1] * 7, "y": np.arange(7.0)})
    new = pd.DataFrame({"x": [0.1, 5.0, np.nan], "y": [0.0, 1.0, 2.0]})
    np.testing.assert_array_equal(Preprocessor.fit(fit).transform(new)[:, 0], 0.0)


def test_a_column_without_values_is_zero_and_has_no_range():
    fit = pd.DataFrame({"x": [np.nan] * 5, "y": np.arange(5.0)})
    found = Preprocessor.fit(fit)
    assert found.output_names == ("x", "y")
    assert found.ranges == {"y": (0.0, 4.0)}
    new = pd.DataFrame({"x": [1.0], "y": [2.0]})
    np.testing.assert_array_equal(found.transform(new), [[0.0, 0.0]])


def test_far_values_are_cut_off():
    fit = pd.DataFrame({"x": [-1.0, 1.0] * 10})
    new = pd.DataFrame({"x": [1e9, -1e9, 3.0]})
    found = Preprocessor.fit(fit).transform(new)[:, 0]
    np.testing.assert_allclose(found, [CLIP, -CLIP, 3.0])


def test_categories():
    fit = pd.DataFrame({"sex": ["f"] * 6 + ["m"] * 5 + ["x"] * 2 + [None] * 4})
    new = pd.DataFrame({"sex": ["m", "x", "never seen", None]})
    found = Preprocessor.fit(fit)
    assert found.output_names == ("sex = f", "sex = m", "sex = missing", "sex = other")
    assert set(found.source_columns) == {"sex"}
    expected = [[0, 1, 0, 0], [0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 1, 0]]
    np.testing.assert_array_equal(found.transform(new), expected)


def test_an_unknown_category_is_ignored_where_none_is_rare():
    fit = pd.DataFrame({"sex": ["f"] * 5 + ["m"] * 5})
    new = pd.DataFrame({"sex": ["never seen", None]})
    np.testing.assert_array_equal(Preprocessor.fit(fit).transform(new), np.zeros((2, 2)))


def test_many_categories_are_bounded():
    fit = pd.DataFrame({"code": [f"c{i % 40}" for i in range(400)]})
    found = Preprocessor.fit(fit)
    assert len(found.output_names) == 25
    assert found.output_names[-1] == "code = other"
    np.testing.assert_array_equal(found.transform(fit).sum(axis=1), 1.0)


def test_columns_are_found_by_name():
    fit = pd.DataFrame({"x": [1.0, 2.0, 4.0], "t": ["u", "u", "u"], "y": [0.0, 5.0, 1.0]})
    found = Preprocessor.fit(fit)
    shuffled = fit[["y", "t", "x"]].assign(extra=1)
    np.testing.assert_array_equal(found.transform(fit), found.transform(shuffled))
    assert found.columns == ("x", "t", "y")


def test_a_missing_column_is_named():
    found = Preprocessor.fit(pd.DataFrame({"x": [1.0, 2.0], "y": [1.0, 3.0]}))
    with pytest.raises(KeyError, match="y"):
        found.transform(pd.DataFrame({"x": [1.0]}))


def test_ranges_ignore_missing_values():
    found = Preprocessor.fit(pd.DataFrame({"x": [np.nan, -2.0, 7.5]}))
    assert found.ranges == {"x": (-2.0, 7.5)}


def test_no_rows_are_refused():
    with pytest.raises(ValueError, match="at least one row"):
        Preprocessor.fit(pd.DataFrame({"x": np.array([], dtype=float)}))
