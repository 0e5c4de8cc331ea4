"""Similar sequences: how alike two are, groups that stay together, and shortcuts of sequences."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from deepbench.data import kmers
from deepbench.data.findings.base import FindingContext
from deepbench.data.findings.registry import check, clean
from deepbench.data.kmers import alike, piece_length

AMINO = "ACDEFGHIKLMNPQRSTVWY"


def drawn(rng, n, length, letters="ACGT"):
    return ["".join(rng.choice(list(letters), length)) for _ in range(n)]


def changed(rng, text, share, letters="ACGT"):
    signs = np.array(list(text))
    which = rng.random(len(signs)) < share
    signs[which] = rng.choice(list(letters), which.sum())
    return "".join(signs)


def jaccard(a, b, k):
    one, other = ({text[i : i + k] for i in range(len(text) - k + 1)} for text in (a, b))
    return len(one & other) / max(1, len(one | other))


def findings(record, kind):
    return [finding for finding in record.findings if finding.kind == kind]


def looked(samples):
    return check(samples, FindingContext({}, 1))


# --- pieces ---------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("ACGT", max_size=25), min_size=2, max_size=8, unique=True))
def test_shares_are_those_of_sets(texts):
    found = alike(texts, "DNA", 0.1)
    shares = {(a, b): s for a, b, s in zip(found.first, found.second, found.shares, strict=True)}
    for a in range(len(texts)):
        for b in range(a + 1, len(texts)):
            expected = jaccard(texts[a], texts[b], 6)
            assert shares.get((a, b), 0) == pytest.approx(expected if expected >= 0.1 else 0)


def test_pieces_grow_with_the_sequences():
    assert piece_length(["A" * 57] * 3, "DNA") == 6
    assert piece_length(["A" * 1000] * 3, "DNA") == 8
    assert piece_length(["A" * 30] * 3, "protein") == 3
    assert piece_length(["A" * 2000] * 3, "protein") == 4


def test_letters_without_meaning_have_no_pieces():
    assert len(alike(["ACGTACGTNN", "ACGTACGTNA"], "DNA", 0.9).shares) == 1
    assert len(alike(["NNNNNNNNN", "NNNNNNNNA"], "DNA", 0.0).shares) == 0
    assert alike(["ACGUACGU", "ACGTACGA"], "DNA", 0.1).shares.tolist() == [0.5]


def test_long_sequences_are_compared_by_a_share_of_their_pieces():
    rng = np.random.default_rng(1)
    (text,) = drawn(rng, 1, 8000)
    texts = [text, changed(rng, text, 0.03), *drawn(rng, 3, 8000)]
    found = alike(texts, "DNA", 0.3)
    assert list(zip(found.first, found.second, strict=True)) == [(0, 1)]
    assert found.shares[0] == pytest.approx(jaccard(*texts[:2], found.piece), abs=0.06)


def test_many_relatives_give_the_same_groups_at_bounded_cost(monkeypatch):
    rng = np.random.default_rng(2)
    texts = [changed(rng, text, 0.03) for text in drawn(rng, 20, 200) for _ in range(15)]
    exact = groups_of(alike(texts, "DNA", 0.4), len(texts))
    monkeypatch.setattr(kmers, "_MOST_COMMON", 0)
    bounded = groups_of(alike(texts, "DNA", 0.4), len(texts))
    np.testing.assert_array_equal(exact, bounded)
    assert exact.max() + 1 == 20


def groups_of(found, n):
    graph = coo_array((np.ones(len(found.first)), (found.first, found.second)), shape=(n, n))
    return connected_components(graph, directed=False)[1]


# --- groups ---------------------------------------------------------------------------------


@pytest.fixture
def with_sequences(make_samples):
    def _make(texts, outcome=None, **more):
        outcome = np.arange(len(texts)) % 2 if outcome is None else outcome
        return make_samples(outcome, annotations={"seq": texts}, seed=3, **more)

    return _make


def test_relatives_are_kept_together(with_sequences):
    rng = np.random.default_rng(4)
    texts = drawn(rng, 40, 100)
    texts[11] = changed(rng, texts[10], 0.02)
    texts[13] = texts[12].lower()
    samples = with_sequences(texts)
    record = looked(samples)
    relatives, copies = findings(record, "similar sequences")
    assert relatives.severity == "warning" and relatives.decision == "kept together"
    assert relatives.message == (
        "4 sequences in 'seq' share 40 % or more of their pieces of 6 letters with another "
        "(2 groups, the largest of 2); 2 are exactly the same as another. On both sides of a "
        "split, relatives and copies make the score too good."
    )
    assert relatives.samples == ("row 12", "row 13", "row 14", "row 15")
    assert copies.severity == "serious" and copies.samples == ("row 14", "row 15")
    assert "but not the same outcome: 'row 14', 'row 15'" in copies.message
    units = clean(samples, record).units
    assert units[10] == units[11] and units[12] == units[13]
    assert len(np.unique(units)) == 38


def test_unrelated_sequences_are_quiet(with_sequences):
    rng = np.random.default_rng(5)
    for texts in (drawn(rng, 60, 57), drawn(rng, 60, 30, AMINO), drawn(rng, 30, 1500)):
        assert findings(looked(with_sequences(texts)), "similar sequences") == []


def test_relatives_of_one_unit_are_only_noted(with_sequences):
    rng = np.random.default_rng(6)
    texts = drawn(rng, 20, 80)
    outcome = np.repeat(np.arange(20) % 2, 2)
    samples = with_sequences(
        np.repeat(texts, 2).tolist(), outcome, units=np.repeat(np.arange(20), 2)
    )
    (found,) = findings(looked(samples), "similar sequences")
    assert found.severity == "info" and "one unit already" in found.hint


def test_one_family_is_cut_finer_or_split_one_by_one(with_sequences):
    rng = np.random.default_rng(7)
    (text,) = drawn(rng, 1, 400)
    chain = [text[i * 20 : i * 20 + 100] for i in range(15)]  # neighbours share two thirds
    texts = [*chain, *drawn(rng, 15, 100)]
    samples = with_sequences(texts)
    (found,) = findings(looked(samples), "similar sequences")
    assert found.decision == "none"
    assert "15 of them share 40 % or more of their pieces of 6 letters" in found.message
    assert clean(samples, looked(samples)).number_of_units == 30
    copies = with_sequences([*texts[:-2], changed(rng, texts[0], 0.0), texts[1]])
    found = findings(looked(copies), "similar sequences")[0]
    assert "Already at 40 % one group would hold 17 samples" in found.message


# --- shortcuts ------------------------------------------------------------------------------


def shortcut_of(with_sequences, lengths, outcome, share=None, task=""):
    rng = np.random.default_rng(8)
    texts = ["".join(rng.choice(list(AMINO), length)) for length in lengths]
    features = {"length of sequence": [float(x) for x in lengths]}
    features["share of K"] = rng.random(len(lengths)) if share is None else share
    samples = with_sequences(texts, outcome, features=features, task=task)
    return findings(looked(samples), "shortcut")


def test_length_that_tells_the_outcome(with_sequences):
    outcome = np.arange(80) % 2
    rng = np.random.default_rng(9)
    lengths = rng.integers(20, 40, 80) + 12 * outcome
    (found,) = shortcut_of(with_sequences, lengths, outcome)
    pairs = np.subtract.outer(lengths[outcome == 1], lengths[outcome == 0])
    auroc = ((pairs > 0) + 0.5 * (pairs == 0)).mean()
    assert found.severity == "warning" and found.columns == ("length of sequence",)
    assert f"(AUROC {auroc:.2f}; median" in found.message
    assert found.message.endswith("how the sequences of each class were chosen?")


def test_no_shortcut_no_alarm(with_sequences):
    rng = np.random.default_rng(10)
    outcome = np.arange(80) % 2
    assert shortcut_of(with_sequences, rng.integers(20, 40, 80), outcome) == []
    # A share that goes with the outcome, but far from tells it, is what models are for.
    share = rng.random(80) + 0.4 * outcome
    assert shortcut_of(with_sequences, rng.integers(20, 40, 80), outcome, share) == []
    # Among 12 samples an AUROC of 0.8 is nothing.
    few = np.arange(12) % 2
    lengths, share = 20 + np.arange(12) % 5 + 2 * few, np.arange(12) // 2
    assert shortcut_of(with_sequences, lengths, few, share) == []


def test_share_that_tells_the_outcome(with_sequences):
    rng = np.random.default_rng(11)
    outcome = np.arange(80) % 2
    share = rng.random(80) + 0.9 * outcome
    (found,) = shortcut_of(with_sequences, rng.integers(20, 40, 80), outcome, share)
    assert found.columns == ("share of K",) and "same organism and source" in found.hint


def test_length_and_a_number_or_several_classes(with_sequences):
    rng = np.random.default_rng(12)
    lengths = rng.integers(20, 120, 60)
    (found,) = shortcut_of(
        with_sequences, lengths, lengths + rng.normal(0, 5, 60), task="regression"
    )
    assert "rank correlation 0.9" in found.message
    classes = np.arange(90) % 3
    lengths = rng.integers(20, 40, 90) + 30 * (classes == 2)
    (found,) = shortcut_of(with_sequences, lengths, classes)
    assert "AUROC of one class against the others 1.00" in found.message


def test_shares_of_something_else_are_no_sequences(make_samples):
    outcome = np.arange(60) % 2
    samples = make_samples(outcome, features={"share of K": outcome + np.linspace(0, 0.5, 60)})
    assert findings(looked(samples), "shortcut") == []
