"""Which names mean the same sample: each rule, what is ambiguous, and what is never done."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepbench.data.assembly.matching import RULES, Names, loose_key, pair


def pairs(table, sheet, rule):
    found = pair(Names(table), Names(sheet), rule)
    return {table[own]: sheet[other] for own, other in found.pairs}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("S1", "s1"),
        ("patient 7", "Patient_7"),
        ("gsm-1", "GSM1"),
        ("P.01.a", "p-01-A"),
        ("X12.3", "12-3"),
        ("x7", "7"),
        (" A1", "a1"),
        ("Ä\u0308x", "ä\u0308X"),
        ("a–b", "a-b"),
        ("ﬁx", "FIX"),
    ],
)
def test_spellings_that_mean_the_same(one, other):
    assert loose_key(one) == loose_key(other)
    assert pairs([one], [other], "loose") == {one: other}
    assert pairs([one], [other], "exact") == ({one: other} if one == other else {})


@pytest.mark.parametrize(
    ("one", "other"),
    [("S1-1", "S11"), ("1.10", "1.1"), ("S1", "S01"), ("Xa", "a"), ("A+", "A-"), ("CD4+", "CD4")],
)
def test_spellings_that_do_not(one, other):
    assert pairs([one], [other], "loose") == {}


@pytest.mark.parametrize(
    ("table", "sheet"),
    [
        ("GSM1.CEL", "gsm-1"),
        ("GSM1_patient_a.CEL.gz", "GSM1"),
        ("P7_R1", "P7"),
        ("TCGA-AB-1234-01A", "TCGA.AB.1234"),
        ("s1.sorted.bam", "S1"),
        ("S1", "S1_day0"),
        ("X1.a", "1"),
    ],
)
def test_endings_are_ignored(table, sheet):
    assert pairs([table], [sheet], "start") == {table: sheet}
    assert pairs([table], [sheet], "loose") == {}


@pytest.mark.parametrize(
    ("table", "sheet"), [("S10", "S1"), ("S1_a", "S1_b"), ("liver", "liverA"), ("a.b", "b")]
)
def test_what_is_no_ending(table, sheet):
    assert pairs([table], [sheet], "start") == {}


def test_two_candidates_are_never_matched():
    assert pairs(["S1_R1", "S1_R2", "S2_R1"], ["S1", "S2"], "start") == {"S2_R1": "S2"}
    assert pair(Names(["S1_R1", "S1_R2", "S2_R1"]), Names(["S1", "S2"]), "start").unclear == 2
    assert pairs(["P1", "P2"], ["P1_a", "P1_b", "P2_a"], "start") == {"P2": "P2_a"}
    assert pairs(["s1", "t"], ["S1", "S-1", "T"], "loose") == {"t": "T"}
    # What is exactly alike is settled first.
    assert pairs(["S1", "s1"], ["s1", "S1"], "loose") == {"S1": "S1", "s1": "s1"}
    assert pairs(["S1", "S1_R2"], ["S1"], "start") == {"S1": "S1"}


@pytest.mark.parametrize(
    ("table", "sheet", "found"),
    [
        (["Mouse 07", "Mouse 8"], ["7", "08"], {"Mouse 07": "7", "Mouse 8": "08"}),
        # The year is in all names and tells nothing.
        (["2023-P1", "2023-P2"], ["Pat 1", "Pat 2"], {"2023-P1": "Pat 1", "2023-P2": "Pat 2"}),
        (["a1", "b1", "c2"], ["1", "2"], {"c2": "2"}),
        (["a1", "c2"], ["x1", "y1", "z2"], {"c2": "z2"}),
        (["a1_5", "a2_6"], ["5", "6"], {}),
        (["a", "b"], ["a1", "b2"], {}),
    ],
)
def test_the_number_decides(table, sheet, found):
    assert pairs(table, sheet, "number") == found


def test_empty_names_are_no_names():
    for rule in RULES:
        assert pairs(["", "a"], ["", "a"], rule) == {"a": "a"}


NAME = st.from_regex(r"[xXsS]?[0-2]{0,2}[-_. ]?[aA12]?(_R1|\.CEL)?", fullmatch=True)
SIDE = st.lists(NAME, max_size=8)


def may_mean(one, other, rule):
    """Whether the rule would match the two names, said in another way than the module does."""
    if not one or not other:
        return False
    if rule == "exact":
        return one == other
    if rule == "loose":
        return loose_key(one) == loose_key(other) != ""
    bare, theirs = one.removesuffix(".CEL"), other.removesuffix(".CEL")
    cuts = [[name[:i] for i, c in enumerate(name) if c in "-_. "] for name in (bare, theirs)]
    keys = [
        {loose_key(name) for name in (own, *before)} - {""}
        for own, before in zip((bare, theirs), cuts, strict=True)
    ]
    return loose_key(bare) in keys[1] or loose_key(theirs) in keys[0]


@given(SIDE, SIDE, st.sampled_from(["exact", "loose", "start"]))
def test_no_sample_is_lost_doubled_or_matched_ambiguously(table, sheet, rule):
    found = pair(Names(table), Names(sheet), rule)
    own = [one for one, _ in found.pairs]
    others = [other for _, other in found.pairs]
    assert sorted([*own, *found.only_table]) == list(range(len(table)))
    assert sorted([*others, *found.only_sheet]) == list(range(len(sheet)))
    steps = ["exact", "loose", "start"][: ["exact", "loose", "start"].index(rule) + 1]
    for one, other in found.pairs:
        # Some rule maps the two to each other, and either of them to nothing else.
        assert any(
            [i for i, name in enumerate(table) if may_mean(name, sheet[other], step)] == [one]
            and [i for i, name in enumerate(sheet) if may_mean(table[one], name, step)] == [other]
            for step in steps
        )


@given(SIDE, SIDE)
def test_a_freer_rule_never_undoes_a_stricter_one(table, sheet):
    exact = set(pair(Names(table), Names(sheet), "exact").pairs)
    loose = set(pair(Names(table), Names(sheet), "loose").pairs)
    assert exact <= loose
    assert loose <= set(pair(Names(table), Names(sheet), "start").pairs)
    assert loose <= set(pair(Names(table), Names(sheet), "number").pairs)


@given(SIDE, SIDE, st.sampled_from(RULES), st.randoms())
def test_the_order_of_the_sheet_does_not_matter(table, sheet, rule, random):
    shuffled = list(range(len(sheet)))
    random.shuffle(shuffled)
    there = pair(Names(table), Names([sheet[i] for i in shuffled]), rule)
    assert {(own, shuffled[other]) for own, other in there.pairs} == set(
        pair(Names(table), Names(sheet), rule).pairs
    )
