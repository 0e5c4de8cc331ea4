"""Attacks on the hiding of small counts."""

from __future__ import annotations

import itertools
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepbench.reporting.release import PROSE, releasable
from deepbench.reporting.small_cells import HIDDEN, SmallCells, left_out
from deepbench.study import records

K = 5
CELLS = SmallCells(K)


def worlds(shown: list[str], total: int) -> list[tuple[int, ...]]:
    """All counts that a reader who knows the total and the rule must think possible."""
    everything_hidden = set(shown) == {HIDDEN}
    choices = []
    for text in shown:
        if text == f"<{K}":
            choices.append(range(1, K))
        elif text == HIDDEN:
            values = range(total + 1)
            choices.append(
                values if everything_hidden else [v for v in values if v == 0 or v >= K]
            )
        else:
            choices.append([int(text)])
    return [world for world in itertools.product(*choices) if sum(world) == total]


@given(st.lists(st.integers(0, 14), min_size=2, max_size=4))
def test_total_does_not_give_a_small_count_away(counts: list[int]) -> None:
    total = sum(counts)
    shown = CELLS.several(counts)
    assert not any(text.isdigit() and 0 < int(text) < K for text in shown)
    if total < 2 * K:
        return  # then the total is not printed
    possible = worlds(shown, total)
    assert tuple(counts) in possible
    for place, count in enumerate(counts):
        if 0 < count < K:
            assert len({world[place] for world in possible}) > 1


@given(st.lists(st.lists(st.integers(0, 12), min_size=2, max_size=2), min_size=2, max_size=3))
def test_sums_do_not_give_a_small_cell_away(rows: list[list[int]]) -> None:
    shown = CELLS.matrix(rows)
    for line, texts in zip(rows, shown, strict=True):
        assert not any(text.isdigit() and 0 < int(text) < K for text in texts)
        possible = worlds(texts, sum(line))
        for place, count in enumerate(line):
            if 0 < count < K and set(texts) != {HIDDEN}:
                assert len({world[place] for world in possible}) > 1


def test_nothing_is_hidden_without_need() -> None:
    assert CELLS.several([20, 30, 0]) == ["20", "30", "0"]
    assert CELLS.matrix([[20, 0], [5, 9]]) == [["20", "0"], ["5", "9"]]
    assert SmallCells(0).several([1, 2]) == ["1", "2"]
    assert SmallCells(0).text("3 samples of 4 patients") == "3 samples of 4 patients"


def test_second_count_goes_with_the_first() -> None:
    assert CELLS.several([3, 40]) == ["<5", HIDDEN]
    assert CELLS.several([3, 20, 40]) == ["<5", HIDDEN, "40"]
    assert CELLS.several([3, 0, 40]) == ["<5", "0", HIDDEN]


def test_counts_that_the_total_would_pin_down_are_all_hidden() -> None:
    assert CELLS.several([4, 4]) == [HIDDEN, HIDDEN]
    assert CELLS.matrix([[4, 4], [30, 20]]) == [[HIDDEN] * 2] * 2


def test_totals_that_cannot_hide_anything_are_not_printed() -> None:
    assert CELLS.total(9) == "<10"
    assert CELLS.total(10) == "10"
    assert CELLS.total(0) == "0"


def test_parts_hide_their_small_rest() -> None:
    assert CELLS.part(3, 100) == "<5"
    assert CELLS.part(98, 100) == HIDDEN
    assert CELLS.part(50, 100) == "50"
    assert CELLS.part(100, 100) == "100"
    assert CELLS.part(100, 100, total_hidden=True) == HIDDEN


TEN = SmallCells(10)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("3 rows repeat another row.", "<10 rows repeat another row."),
        (
            "60 samples: 56 benign, 4 malignant.",
            "(hidden) samples: (hidden) benign, <10 malignant.",
        ),
        ("54 samples are benign.", "(hidden) samples are benign."),
        ("6 % of the samples are malignant.", "(hidden) of the samples are malignant."),
        ("Two patients gave 30 rows.", "<10 patients gave (hidden) rows."),
        ("Of 3 patients, 66.7 % are ill.", "Of <10 patients, (hidden) are ill."),
        ("5 of 60 samples are unlike.", "<10 of (hidden) samples are unlike."),
        ("3 of 40 site visits", "<10 of 40 site visits"),
        ("In the trial 3 patients died.", "In the trial <10 patients died."),
        ("Fewer than 5 patients died.", "Fewer than <10 patients died."),
        ("Malignant: 4 (7 %).", "Malignant: <10 ((hidden))."),
        ("The classes are: 0 (4), 1 (56).", "The classes are: 0 (<10), 1 ((hidden))."),
    ],
)
def test_prose_that_gives_a_small_count_away_is_changed(text: str, shown: str) -> None:
    assert TEN.text(text, (60,)) == shown


@pytest.mark.parametrize(
    "text",
    [
        "60 samples of 60 patients.",
        "Tuned by 5 folds, repeated 2 times, with 3 seeds.",
        "5-fold cross-validation.",
        "The 95 % interval reaches 0.5 (p = 0.04).",
        "Stopped at stage 5 (Check the data).",
        "Rows of one patient stay together.",
        "2 columns hold one value only.",
        "Column 'marker 3' is constant.",
        "30 % of the samples are malignant.",
        "4 of 4 sites are on both sides of the split.",
        "The search ended after 1 of 16 trials.",
        "Few features suit that (1 point for), 3 points against.",
        "No tuning set shares a sample with its fit (checked on 5 tuning sets).",
        "Fits of 6 settings from 2 kinds of models.",
        "A review of 71 studies found no gain.",
        "One p-value for all models together: 0.05.",
        "They are kept together as one unit.",
        "Make sure that no two rows come from the same patient.",
        "7 features (6 numeric, 1 categorical).",
        "1 entry of the ethics register is open.",
        "The classes are: 0 (40), 1 (20).",
        "Low score for class: class 1",
        "The site explains 9 % of the variance of all features (by chance under 1 %).",
        "An interval half as wide takes about 59 units.",
        "Classes with fewer than 10 units: none.",
        "An AUROC near 1; limits read as limit/√2; log2(1 + counts); rows 1 and 2.",
    ],
)
def test_prose_about_the_method_stays(text: str) -> None:
    assert TEN.text(text, (60,)) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("In each of 5 fits they were selected anew.", None),
        ("Stability: 0.52 (0: chance, 1: always the same).", None),
        ("12 % wrong (24 samples of 20 units), 3 % elsewhere.", None),
        ("above 54, up to 57: 8 % wrong", None),
        ("Each has fewer than 5 units, too few to tell.", None),
        ("3 values of a column have fewer than 5 units; they were put together.", None),
        ("3 more groups in which it does worse stand in the table.", None),
        ("19 features stand in 6 groups that say nearly the same.", None),
        ("3 samples may have a wrong label.", "<10 samples may have a wrong label."),
        ("5 of 60 samples are unlike.", "<10 of (hidden) samples are unlike."),
        (
            "With 8 units of 'rare' no error rate below 11 % can be kept.",
            "With <10 units of 'rare' no error rate below (hidden) can be kept.",
        ),
        ("On predictions of 56 samples", "On predictions of (hidden) samples"),
    ],
)
def test_prose_of_shares_that_were_looked_at_loses_counts_alone(
    text: str, shown: str | None
) -> None:
    assert TEN.text(text, (60,), counts_alone=True) == (shown or text)


def _texts(record: records.Record) -> list[tuple[str, str]]:
    found = []
    for name in type(record).model_fields:
        value = getattr(record, name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, records.Record):
                found += _texts(item)
            elif isinstance(item, str):
                found.append((name, item))
    return found


# Text that is a name, a choice of the user or a fact about file and machine.
NAMES = {
    "artifact", "assignment_artifact", "baseline", "by", "classes", "column", "columns", "date",
    "decimal", "deep_learning", "delimiter", "design", "device", "device_sentence",
    "effect_name", "encoding", "error_name", "expected", "family", "feature", "features",
    "fidelity_name", "file", "final_model", "folder_warnings", "form", "format", "group", "hits",
    "issue", "kind", "left_out_features", "level", "method", "metric", "model", "models", "name",
    "network", "outcome", "plan_toml", "predictions", "privacy_level", "privacy_sentence",
    "raised_by", "raised_on", "recommended", "repeated", "role", "rule", "rules", "samples",
    "severity", "sha256", "sheet", "signal", "simple_model", "size", "source", "source_name",
    "speaks", "state", "system", "task", "test_artifacts", "title", "too_good", "towards",
    "training_artifact", "unanswered", "unit", "used_by", "verdict", "version", "words",
}  # fmt: skip


def test_each_text_of_the_records_is_known_as_name_or_prose(studies: ModuleType) -> None:
    fields = {name for make in studies.ALL.values() for name, _ in _texts(make())}
    assert fields - NAMES - PROSE == set()


def test_prose_fields_are_cleaned_wherever_they_stand(studies: ModuleType) -> None:
    summary = studies.summary()
    changed = releasable(summary, TEN, per_sample=True)
    later = {"interpretation": None, "claims": None}
    totals = (569, 412, 330, 82)
    left = [
        (name, text)
        for name, text in _texts(changed.model_copy(update=later))
        if name in PROSE and TEN.text(text, totals) != text
    ]
    # The sentence of a sanity check speaks of the method.
    assert {name for name, _ in left} <= {"sentence"}
    assert all("by heart" in text for _, text in left)
    assert changed.interpretation is not None
    assert changed.claims is not None
    for name, text in (*_texts(changed.interpretation), *_texts(changed.claims)):
        assert name not in PROSE or TEN.text(text, totals, counts_alone=True) == text
    assert changed.sheet is not None
    assert "4 rows" not in changed.sheet.sentence


def test_numbers_in_names_of_columns_are_no_counts(studies: ModuleType) -> None:
    summary = studies.summary()
    claims = summary.claims.model_copy(
        update={"own": ("Marker 3 drives it.", "Seen in 3 patients by marker 3.", "Gene 3 does.")}
    )
    changed = releasable(summary.model_copy(update={"claims": claims}), TEN, per_sample=True)
    assert changed.claims is not None
    assert changed.claims.own == (
        "Marker 3 drives it.",
        "Seen in <10 patients by marker 3.",
        "Gene <10 does.",
    )


def test_values_of_single_samples_leave_the_records(studies: ModuleType) -> None:
    shown = releasable(studies.regression(), SmallCells(), per_sample=False)
    assert shown.choice is not None
    curves = shown.choice.test.curves
    assert curves is not None
    assert curves.observed == curves.predicted == ()
    assert shown.check is not None
    assert all(finding.samples == () for finding in shown.check.findings)
    assert "P-0412" not in shown.model_dump_json()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1 sample was left out.", "<10 samples were left out."),
        ("2 samples were left out.", "<10 samples were left out."),
        ("1 biological unit has no value.", "<10 biological units have no value."),
        ("One patient is in both sets.", "<10 patients are in both sets."),
        ("1 mouse was sick.", "<10 mice were sick."),
    ],
)
def test_a_hidden_one_is_not_told_by_its_words(text: str, told: str) -> None:
    assert TEN.text(text) == told


@pytest.mark.parametrize("count", [1, 2, 9])
def test_what_was_left_out_is_a_plural_where_it_is_hidden(count: int) -> None:
    assert left_out(count, "sample", TEN) == ("<10 samples", "were")


def test_one_that_is_shown_is_a_singular() -> None:
    assert left_out(1, "row", SmallCells()) == ("1 row", "was")
    assert left_out(2, "row", SmallCells()) == ("2 rows", "were")
