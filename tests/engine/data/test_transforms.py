from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import logit
from scipy.stats import gmean

from deepbench.data.transforms import TRANSFORMATIONS, AppliedTransform, apply_transform
from deepbench.errors import DataError

from . import omics

EVERY: tuple[AppliedTransform, ...] = tuple(TRANSFORMATIONS)


def names_of(x) -> list[str]:
    return [f"g{number}" for number in range(x.shape[1])]


def table_for(transform: AppliedTransform):
    return omics.beta_values() if transform == "m-values" else omics.counts()


def test_counts_per_million_by_hand():
    x = np.array([[1.0, 3.0, 0.0], [250_000.0, 500_000.0, 250_000.0]])
    found = apply_transform("log1p-cpm", x, names_of(x))
    by_hand = np.log2([[250_001.0, 750_001.0, 1.0], [250_001.0, 500_001.0, 250_001.0]])
    np.testing.assert_allclose(found, by_hand, rtol=1e-12)


def test_counts_per_million_do_not_depend_on_the_depth():
    x = omics.counts()
    deeper = x * np.arange(1, len(x) + 1)[:, None]
    np.testing.assert_allclose(
        apply_transform("log1p-cpm", x, names_of(x)),
        apply_transform("log1p-cpm", deeper, names_of(x)),
        rtol=1e-9,
        atol=1e-9,
    )


def test_centred_log_ratios_are_logs_over_the_geometric_mean():
    x = omics.counts() + 1.0
    expected = np.log(x / gmean(x, axis=1)[:, None])
    np.testing.assert_allclose(apply_transform("clr", x, names_of(x)), expected, atol=1e-12)


def test_zeros_are_half_of_the_smallest_value_in_log_ratios():
    x = np.array([[0.0, 1.0, 4.0], [0.2, 0.0, 0.8]])
    filled = np.array([[0.5, 1.0, 4.0], [0.2, 0.1, 0.8]])
    expected = np.log(filled / gmean(filled, axis=1)[:, None])
    np.testing.assert_allclose(apply_transform("clr", x, names_of(x)), expected, atol=1e-12)


def test_counts_and_their_shares_have_the_same_log_ratios():
    x = omics.taxa()
    part = x / x.sum(axis=1, keepdims=True)
    first, second = (apply_transform("clr", each, names_of(x)) for each in (x, part))
    np.testing.assert_allclose(first, second, atol=1e-9)
    np.testing.assert_allclose(first.sum(axis=1), 0.0, atol=1e-9)


def test_m_values_are_logits_to_the_base_two():
    x = omics.beta_values()
    x = np.clip(x, 0.001, 0.999)
    np.testing.assert_allclose(
        apply_transform("m-values", x, names_of(x)), logit(x) / np.log(2.0), rtol=1e-10
    )
    ends = apply_transform("m-values", np.array([[0.0, 1.0]]), ["a", "b"])
    np.testing.assert_allclose(ends, [[-np.log2(999.0), np.log2(999.0)]])


def test_log2_of_zero_is_zero():
    x = np.array([[0.0, 1.0, 7.0, 1023.0]])
    np.testing.assert_array_equal(apply_transform("log2", x, names_of(x)), [[0.0, 1.0, 3.0, 10.0]])


@pytest.mark.parametrize("transform", EVERY)
def test_each_sample_by_itself(transform: AppliedTransform):
    x = table_for(transform)
    x[3, 5] = x[4, :7] = np.nan
    together = apply_transform(transform, x, names_of(x))
    for row in range(6):
        alone = apply_transform(transform, x[row : row + 1], names_of(x))
        np.testing.assert_allclose(alone[0], together[row], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("transform", EVERY)
def test_missing_values_stay_missing_and_count_for_nothing(transform: AppliedTransform):
    x = table_for(transform)
    x[:, 2] = np.nan
    x[0] = np.nan
    found = apply_transform(transform, x, names_of(x))
    np.testing.assert_array_equal(np.isnan(found), np.isnan(x))
    without = np.delete(x, 2, axis=1)
    np.testing.assert_allclose(
        np.delete(found, 2, axis=1),
        apply_transform(transform, without, names_of(without)),
        rtol=1e-12,
        atol=1e-12,
    )


@given(
    st.sampled_from(EVERY),
    arrays(np.float64, (3, 4), elements=st.floats(0.0, 1.0) | st.just(np.nan)),
)
def test_no_value_becomes_missing_or_infinite(transform: AppliedTransform, x):
    x[:, 0] = 0.5  # no sample is all zero
    found = apply_transform(transform, x, names_of(x))
    np.testing.assert_array_equal(np.isfinite(found), ~np.isnan(x))


@pytest.mark.parametrize("transform", EVERY)
def test_values_below_zero_are_said(transform: AppliedTransform):
    x = table_for(transform)
    x[1, 2] = x[4, 2] = -1.0
    with pytest.raises(DataError, match=r"2 values are below 0.*, in 'g2'") as caught:
        apply_transform(transform, x, names_of(x))
    assert "scale of the training table" in caught.value.hint


def test_beta_values_end_at_one():
    with pytest.raises(DataError, match=r"1 value is below 0 or above 1, in 'b'"):
        apply_transform("m-values", np.array([[0.5, 1.01]]), ["a", "b"])


@pytest.mark.parametrize("transform", ["log1p-cpm", "clr"])
def test_samples_without_any_count_are_said(transform: AppliedTransform):
    x = omics.counts()
    x[7] = 0.0
    with pytest.raises(DataError, match=r"1 sample \(number 8 of the table\) has only zeros"):
        apply_transform(transform, x, names_of(x))
    assert np.isfinite(apply_transform("log2", x, names_of(x))).all()
