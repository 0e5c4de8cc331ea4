"""Attacks on scores of groups: counts of people of each class, solved from what is printed."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepbench.evaluation.fewest import fewest_units
from deepbench.reporting import table_files
from deepbench.reporting.coarse import coarse, coarse_score, digits
from deepbench.reporting.export_tables import export_tables
from deepbench.reporting.html_report import prepare_report, render_report
from deepbench.reporting.release import releasable
from deepbench.reporting.release_groups import released_groups
from deepbench.reporting.release_scores import released_audit
from deepbench.reporting.results_release import released_results
from deepbench.reporting.small_cells import SmallCells
from deepbench.study.records import (
    AuditedGroup,
    ErrorGroupRecord,
    GroupMeasure,
    Score,
    StudySummary,
    SubgroupAuditRecord,
    SubgroupRecord,
)
from tests.engine.reporting import summaries

TEN = SmallCells(10)
#: Sites with so many test samples without and with the disease; 3 are without it in the last.
SITES = {"cleveland": (34, 27), "hungary": (35, 24), "switzerland": (12, 30), "va": (3, 32)}
AUROC = {"cleveland": 0.8761, "hungary": 0.9083, "switzerland": 0.5556, "va": 0.5520833333}


def score(value: float) -> Score:
    return Score(value=value, low=value - 0.0713, high=value + 0.0431)


def audited(wrong: dict[str, int]) -> SubgroupAuditRecord:
    whole = sum(sum(pair) for pair in SITES.values())
    groups = []
    for name, pair in SITES.items():
        size, others = sum(pair), whole - sum(pair)
        rest = (sum(wrong.values()) - wrong[name]) / others
        measures = (
            GroupMeasure(
                name="score",
                value=score(AUROC[name]),
                rest=score(0.87654321),
                difference=score(AUROC[name] - 0.87654321),
                p_value=0.123456,
                adjusted=0.345678,
            ),
            GroupMeasure(
                name="error",
                value=score(wrong[name] / size),
                rest=score(rest),
                difference=score(wrong[name] / size - rest),
            ),
        )
        groups.append(
            AuditedGroup(
                column="site", role="site", group=name, samples=size, units=size,
                measures=measures, least_units=min(*pair, 50),
            )
        )  # fmt: skip
    return SubgroupAuditRecord(
        task="binary", metric="auroc", positive="yes", samples=whole, units=whole,
        overall=(("error", score(sum(wrong.values()) / whole)),), groups=tuple(groups), small=(),
        comparisons=8, smallest=10, sentences=("The model is wrong for 3 of 35.",),
    )  # fmt: skip


def study(wrong: dict[str, int]) -> StudySummary:
    test = summaries.binary_test().model_copy(
        update={
            "subgroups": tuple(
                SubgroupRecord(
                    column="site", group=name, samples=sum(pair), units=sum(pair), metric="auroc",
                    score=score(AUROC[name]), least_units=min(*pair, 50),
                )
                for name, pair in SITES.items()
            )
        }
    )  # fmt: skip
    summary = summaries.summary(choice=summaries.choice(test=test))
    assert summary.ethics is not None
    ethics = summary.ethics.model_copy(update={"subgroups": audited(wrong)})
    return summary.model_copy(update={"ethics": ethics})


WRONG = {"cleveland": 15, "hungary": 14, "switzerland": 15, "va": 14}


@pytest.fixture
def tables() -> dict[str, list[dict[str, str]]]:
    summary = study(WRONG)
    report = prepare_report(summary, small_cells=10, per_sample=False)
    made = export_tables(released_results(summary, TEN), report.material)
    return {
        table.name: list(
            csv.DictReader(io.StringIO(table_files.csv_bytes(table).decode("utf-8-sig")))
        )
        for table in made
    }


def solutions(auroc: float, rest: float, n: int, without: int, total: int) -> set[int]:
    """Return numbers of people without the disease that two exact AUROCs leave possible."""
    found = set()
    for no in range(1, n):
        inside = no * (n - no)
        outside = (without - no) * (total - n - without + no)
        if outside <= 0:
            continue
        if all(
            abs(value * 2 * pairs - round(value * 2 * pairs)) < 1e-6 * pairs
            for value, pairs in ((auroc, inside), (rest, outside))
        ):
            found.add(no)
    return found


def test_the_attack_works_on_exact_scores() -> None:
    # 3 without and 32 with the disease in a group of 35; 81 and 81 in all others.
    assert 3 in solutions(53 / 96, 5000 / 6561, 35, 84, 197)
    assert len(solutions(53 / 96, 5000 / 6561, 35, 84, 197)) < 4
    rounded = solutions(0.55, 0.76, 35, 84, 197)
    assert 3 not in rounded


def test_no_score_rests_on_few_people_of_a_class(tables: dict[str, list[dict[str, str]]]) -> None:
    shown = {row["group"]: row for row in tables["subgroups"]}
    assert shown["va"]["score"] == shown["va"]["low"] == "hidden"
    assert shown["switzerland"]["score"] == "0.56"
    audit = [row for row in tables["subgroup-audit"] if row["group"] == "va"]
    assert [row["value"] for row in audit] == [""]
    html = render_report(prepare_report(study(WRONG), small_cells=10, per_sample=False))
    rows = re.findall(r"<tr[^>]*>.*?site: va.*?</tr>", html, re.DOTALL)
    assert len(rows) == 1, "only in the table of sizes"
    assert re.findall(r"hidden", rows[0]) == ["hidden", "hidden"]
    assert "3 of 35" not in html


def test_what_is_shown_of_groups_has_two_digits(tables: dict[str, list[dict[str, str]]]) -> None:
    names = ("value", "all_others", "difference", "p_adjusted", "score", "low", "high")
    numbers = [
        row[key]
        for name in ("subgroups", "subgroup-audit")
        for row in tables[name]
        for key in row
        if key.startswith(names) and row[key] not in ("", "hidden")
    ]
    assert len(numbers) > 20
    assert all(len(number.partition(".")[2]) <= 2 for number in numbers)


def test_a_score_of_which_nobody_knows_the_classes_is_not_shown() -> None:
    summary = study(WRONG)
    assert summary.choice is not None
    groups = tuple(
        group.model_copy(update={"least_units": None}) for group in summary.choice.test.subgroups
    )
    test = summary.choice.test.model_copy(update={"subgroups": groups})
    old = summary.model_copy(update={"choice": summary.choice.model_copy(update={"test": test})})
    report = prepare_report(old, small_cells=10, per_sample=False)
    table = next(t for t in export_tables(released_results(old, TEN), report.material)
                 if t.name == "subgroups")  # fmt: skip
    assert {row[5] for row in table.rows} == {"hidden"}


def test_few_wrong_answers_hide_the_error_but_not_the_score() -> None:
    found = released_audit(audited({**WRONG, "cleveland": 4}), TEN)
    names = {group.group: {m.name for m in group.measures} for group in found.groups}
    assert names["va"] == set()
    assert "error" not in names["cleveland"]
    assert "score" in names["cleveland"]
    # All wrong answers minus those shown are 10 at least, and of several groups.
    without = [name for name, measures in names.items() if "error" not in measures]
    assert len(without) >= 2
    assert found.sentences == found.overall == ()
    assert released_audit(audited(WRONG), SmallCells()) == audited(WRONG)


@st.composite
def columns(draw: st.DrawFn) -> tuple[list[ErrorGroupRecord], list[int]]:
    sizes = draw(st.lists(st.integers(10, 120), min_size=1, max_size=5))
    wrong = [draw(st.integers(0, size)) for size in sizes]
    total = sum(sizes)
    groups = [
        ErrorGroupRecord(
            kind="annotation", column="site", group=str(place), samples=n, units=n,
            rate=score(w / n), rest=(sum(wrong) - w) / (total - n) if total > n else None,
            p_value=0.123456, marked=False,
        )
        for place, (n, w) in enumerate(zip(sizes, wrong, strict=True))
    ]  # fmt: skip
    return groups, wrong


@given(columns())
def test_no_few_right_or_wrong_answers_follow_from_errors(
    column: tuple[list[ErrorGroupRecord], list[int]],
) -> None:
    groups, wrong = column
    total = sum(group.samples for group in groups)
    found = released_groups(groups, total, total, TEN)
    kept = [int(before.group) for before, _ in found]

    def large(count: int) -> bool:
        return count == 0 or count >= 10

    for places in (*([place] for place in kept), kept) if kept else ():
        w, n = sum(wrong[p] for p in places), sum(groups[p].samples for p in places)
        others = (sum(wrong) - w, total - n - sum(wrong) + w)
        assert large(w), "wrong in what is shown"
        assert large(n - w)
        assert all(map(large, others))
    for _, after in found:
        assert after.rate == coarse_score(after.rate, share=True)
        assert after.rest == coarse(after.rest, share=True)
        assert after.p_value == 0.12


@pytest.mark.parametrize(
    ("elsewhere", "shown"), [(5, []), (60, ["benign", "malignant"]), (0, ["benign", "malignant"])]
)
def test_a_class_of_the_test_set_is_not_the_rest_of_a_printed_total(
    elsewhere: int, shown: Sequence[str]
) -> None:
    groups = [
        ErrorGroupRecord(
            kind="class", column="diagnosis", group=name, samples=100, units=100,
            rate=score(0.3), rest=0.3, p_value=None, marked=False,
        )
        for name in ("benign", "malignant")
    ]  # fmt: skip
    whole = {"benign": 100 + elsewhere, "malignant": 150}
    found = released_groups(groups, 200, 200, TEN, class_samples=whole)
    assert [after.group for _, after in found] == list(shown)


def test_fewest_units_are_those_of_a_class_on_either_side() -> None:
    classes = np.array([0, 0, 0, 1, 1, 0, 1, 1, 1])
    units = np.array([1, 1, 2, 3, 4, 5, 6, 7, 7])
    member = np.array([True] * 5 + [False] * 4)
    by_hand = min(
        len({int(u) for u, c, m in zip(units, classes, member, strict=True) if (c, m) == both})
        for both in itertools.product((0, 1), (True, False))
    )
    assert fewest_units(classes, units, member) == by_hand == 1
    assert fewest_units(None, units, member) == 3
    assert fewest_units(None, units, np.ones(9, dtype=bool)) == 7
    # A class that nobody in the group has.
    assert fewest_units(classes, units, classes == 1) == 0


def test_digits_are_those_of_the_number() -> None:
    assert digits(12345.678, 3) == 12300.0
    assert digits(0.00123456, 2) == 0.0012
    assert digits(None, 2) is None
    assert coarse(0.123, share=True) == 0.12
    assert str(coarse(-0.001, share=True)) == "0.0"
    assert coarse(4.5678, share=False) == 4.57


def test_the_register_names_groups_without_their_errors() -> None:
    said = (
        "On samples kept out of training, the model is wrong more often in site: va (30 % (24 to "
        "37 %)); age: above 60 (21 %), and in 12 other groups. Say for whom it is not meant."
    )
    ethics = summaries.ethics()
    entry = ethics.entries[0].model_copy(update={"text": said})
    summary = summaries.summary(ethics=ethics.model_copy(update={"entries": (entry,)}))
    shown = releasable(summary, TEN, per_sample=False).ethics
    assert shown is not None
    assert shown.entries[0].text == (
        "On samples kept out of training, the model is wrong more often in site: va; age: above "
        "60, and in 12 other groups. Say for whom it is not meant."
    )
    whole = releasable(summary, SmallCells(), per_sample=False).ethics
    assert whole is not None
    assert whole.entries[0].text == said


def _answers(wrong: tuple[int, int]) -> dict[str, float]:
    """Return the measures of 71 and 43 test samples of which so many were answered wrongly."""
    (first, second), (a, b) = (71, 43), wrong
    right, found = first - a, second - b
    mcc = (right * found - a * b) / np.sqrt(
        float((found + a) * (found + b) * (right + a) * (right + b))
    )
    return {
        "accuracy": (right + found) / 114,
        "balanced_accuracy": (right / first + found / second) / 2,
        "mcc": float(mcc),
        "f1": 2 * found / (2 * found + a + b),
    }


def _solutions(shown: dict[str, float]) -> list[tuple[int, int]]:
    digits_shown = {name: len(repr(value).partition(".")[2]) for name, value in shown.items()}
    return [
        wrong
        for wrong in itertools.product(range(12), range(12))
        if all(
            round(value, min(digits_shown[name], 9)) == round(shown[name], 9)
            for name, value in _answers(wrong).items()
        )
    ]


def test_hidden_counts_of_the_confusion_matrix_do_not_follow_from_the_metrics() -> None:
    truth = (3, 2)
    test = summaries.binary_test()
    exact = {name: Score(value=value) for name, value in _answers(truth).items()}
    test = test.model_copy(update={"metrics": {**test.metrics, **exact}})
    choice = summaries.choice().model_copy(update={"test": test})
    whole = summaries.summary(choice=choice)
    assert _solutions(_answers(truth)) == [truth]
    released = releasable(whole, TEN, per_sample=False)
    assert released.choice is not None
    shown = {name: released.choice.test.metrics[name].value for name in exact}
    assert all(value is not None for value in shown.values())
    assert len(_solutions({name: value for name, value in shown.items() if value})) > 1
    # A score of ranks has nothing to do with answers, and stays as it is.
    assert released.choice.test.metrics["auroc"] == test.metrics["auroc"]
    many = test.model_copy(update={"curves": summaries.binary_curves(((58, 13), (12, 31)))})
    whole = summaries.summary(choice=choice.model_copy(update={"test": many}))
    released = releasable(whole, TEN, per_sample=False)
    assert released.choice is not None
    assert released.choice.test.metrics == many.metrics
