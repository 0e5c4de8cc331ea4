"""Where a model fails: what is drawn and written is what was found."""

from __future__ import annotations

from deepbench.study.records import FailuresRecord, Score
from deepbench_ui.models.failure_figures import abstain_figure, groups_figure
from deepbench_ui.models.failure_rows import (
    conformal_columns,
    group_columns,
    groups_of_kind,
    kinds_of,
    reasons_of,
    score_range,
    slice_sentences,
    with_reason,
)
from tests.ui.pages import interpreted_study as made


def test_groups_that_stand_out_are_first_and_marked_in_three_ways() -> None:
    record = made.failures()
    groups = groups_of_kind(record, "")
    assert [group.group for group in groups[:2]] == ["B", "63 to 91"]
    drawn = groups_figure(record, groups, share=True)
    assert drawn is not None
    first, second = drawn.rows[:2]
    assert (first.label, first.highlighted, first.use) == ("▲ site: B", True, "positive")
    assert (second.label, second.highlighted, second.use) == ("age: 63 to 91", False, "baseline")
    assert first.value == 44.0
    assert drawn.reference is not None
    assert drawn.reference.value == 100 * 0.142
    assert groups_figure(record, [], share=True) is None
    many = groups_figure(record, groups * 3, share=True)
    assert many is not None
    assert len(many.rows) == 24
    assert "The first 24 of 33 are drawn" in many.sentence


def test_errors_of_a_number_keep_their_unit() -> None:
    record = made.failures()
    drawn = groups_figure(record, groups_of_kind(record, "annotation"), share=False)
    assert drawn is not None
    assert drawn.rows[0].value == 0.44
    assert drawn.value_title == "Share of wrong predictions"


def test_kinds_are_those_that_are_there() -> None:
    record = made.failures()
    keys = [key for key, _ in kinds_of(record)]
    assert keys == ["", "annotation", "class", "unit size", "feature"]
    assert {group.kind for group in groups_of_kind(record, "class")} == {"class"}
    few = record.model_copy(update={"groups": record.groups[:1]})
    assert isinstance(few, FailuresRecord)
    assert [key for key, _ in kinds_of(few)] == ["", "annotation"]


def test_the_table_of_groups_names_what_forms_them() -> None:
    columns = group_columns(share=True)
    rows = {
        group.group: [column.text(group) for column in columns] for group in made.failures().groups
    }
    assert rows["B"][0] == "site"
    assert rows["B"][-1] == "stands out"
    assert rows["ill"][0] == "class"
    assert rows["2 samples"][0] == "size of unit"


def test_an_interval_in_per_cent_says_so_once() -> None:
    score = Score(value=0.44, low=0.25, high=0.63)
    assert score_range(score, share=True) == "44 % (25–63 %)"
    assert score_range(score, share=False) == "0.440 (0.250–0.630)"
    assert score_range(Score(value=0.04), share=True) == "4 %"
    assert score_range(Score(value=None), share=True) == "–"


def test_slices_are_sentences_with_their_doubt() -> None:
    first, second = slice_sentences(made.failures().slices, share=True)
    assert first.startswith("site is B and age above 63: 58 % wrong (95 % interval 30 % to 86 %)")
    assert "elsewhere 12 % (12 samples of 9 units)." in first
    assert first.endswith("stands out after correction for all groups looked at.")
    assert second.endswith("this may be chance.")


def test_abstaining_is_drawn_from_few_to_all() -> None:
    record = made.failures()
    drawn = abstain_figure(record, share=True)
    assert drawn is not None
    curve = drawn.curves[0]
    assert curve.x == tuple(sorted(curve.x))
    assert curve.x[-1] == 100.0
    assert curve.y[-1] == 100 * 0.142
    assert not drawn.per_sample
    one = record.model_copy(update={"abstain": record.abstain[:1]})
    assert isinstance(one, FailuresRecord)
    assert abstain_figure(one, share=True) is None


def test_prediction_sets_have_the_columns_they_need() -> None:
    rows = made.failures().conformal
    classes = {
        column.title: column.text(rows[0]) for column in conformal_columns(rows, share=True)
    }
    assert classes == {
        "Error rate": "10 %", "Holds the truth": "91 % (85–95 %)",
        "Classes per set": "1.18", "One class only": "82 %",
        "By class": "healthy 93 %, ill 89 %",
    }  # fmt: skip
    bare = [row.model_copy(update={"single": None, "by_class": ()}) for row in rows]
    numbers = [column.title for column in conformal_columns(bare, share=False)]
    assert numbers == ["Error rate", "Holds the truth", "Mean width"]


def test_samples_are_filtered_by_reason() -> None:
    rows = made.worst().samples
    assert [words for _, words in reasons_of(rows)] == [
        "All (4)", "The outcome may be wrong (1)", "Unlike the training samples (1)",
        "Nearly the same as another sample (1)", "None of these (1)",
    ]  # fmt: skip
    found = {key: [row.sample for row in with_reason(rows, key)] for key, _ in reasons_of(rows)}
    assert found == {
        "all": ["S007", "S011", "S023", "S031"], "label": ["S007"], "unlike": ["S011"],
        "duplicate": ["S023"], "other": ["S031"],
    }  # fmt: skip
    assert reasons_of(()) == [("all", "All (0)")]
