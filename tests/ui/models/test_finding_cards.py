"""Findings as cards: what stands on them, and what their decisions write."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import deepbench
from deepbench.data.findings.base import FindingContext
from deepbench.data.findings.registry import FINDINGS, check
from deepbench.plan import plan_from_answers
from deepbench.study.records import CheckRecord, ColumnRecord, FindingRecord, ImportRecord
from deepbench_ui.models.finding_cards import (
    ACCEPTED,
    KEPT_BY_YOU,
    LEFT_OUT,
    LEFT_OUT_BY_YOU,
    OPEN,
    STOPS,
    WILL_RETURN,
    Action,
    FindingCard,
    Given,
    decision_changes,
    finding_cards,
    reason_name,
)
from deepbench_ui.models.finding_phrases import on_screen
from deepbench_ui.models.finding_words import TITLES, count_line, title_of, waiting_line

# Ways in which the plan file, not the window, is spoken of.
PLAN_WORDS = re.compile(r"under \[|\[(roles|check|data)\]|\b(split|check|roles)\.\w|the plan\b")


def finding(kind: str = "suspicious feature", **other: Any) -> FindingRecord:
    values: dict[str, Any] = {
        "severity": "serious",
        "where": "single measurements",
        "message": "It tells too much.",
    }
    return FindingRecord(kind=kind, **(values | other))


def table(*columns: tuple[str, str, int]) -> ImportRecord:
    return ImportRecord(
        source_name="t.csv", size_bytes=1, sha256="", format="csv", sheet="", encoding="utf-8",
        delimiter=",", decimal=".", header=True, rows=12, conversions=(), artifact="",
        columns=tuple(
            ColumnRecord(
                name=n, kind=k, role="feature", missing=0, distinct=d  # type: ignore[arg-type]
            )
            for n, k, d in columns
        ),
    )  # fmt: skip


TABLE = table(("a", "numeric", 12), ("b", "categorical", 3), ("id", "text", 12))


def card(
    record: FindingRecord,
    answers: Mapping[str, Any] | None = None,
    *,
    current: bool = True,
    roles: Mapping[str, tuple[str, ...]] | None = None,
) -> FindingCard:
    found = CheckRecord(findings=(record,), left_out_features=(), features=3)
    return finding_cards(found, Given(answers or {}, current, TABLE, roles))[0]


def changed(
    record: FindingRecord,
    action: Action,
    answers: Mapping[str, Any] | None = None,
    names: tuple[str, ...] = (),
    **given: Any,
) -> dict[Any, Any]:
    return decision_changes(
        record, action, Given(answers or {}, given.pop("current", False), TABLE, **given), names
    )


# --- titles and counts ----------------------------------------------------------------


def test_every_kind_of_finding_has_a_title() -> None:
    kinds = {each.kind for each in FINDINGS} | {"outcome and site", "left out by the plan"}
    assert kinds <= {name.partition("|")[0] for name in TITLES}


def test_a_title_goes_by_the_place_where_one_kind_says_several_things() -> None:
    gaps = finding("missing values", where="samples with many gaps")
    assert title_of(gaps) == "Samples with many missing values"
    assert (
        title_of(finding("missing values", where="the site ('x')")) == "Gaps that tell something"
    )
    assert title_of(finding("new kind")) == "New kind"


def test_findings_are_counted_by_severity_and_those_that_wait() -> None:
    records = [finding(severity=s) for s in ("info", "warning", "serious", "info", "blocking")]
    assert count_line(records) == "1 stops the study, 1 serious, 1 warning, 2 to know."
    assert count_line([finding(severity="warning")] * 3) == "3 warnings."
    assert count_line([]) == waiting_line(0) == ""
    assert waiting_line(1) == "1 waits for your decision."
    assert waiting_line(2) == "2 wait for your decision."


def test_the_gravest_comes_first_and_the_order_within_a_severity_stays() -> None:
    records = [
        finding(severity=s, where=w) for s, w in (("info", "1"), ("serious", "2"), ("info", "3"))
    ]
    found = CheckRecord(findings=tuple(records), left_out_features=(), features=3)
    cards = finding_cards(found, Given({}, True))
    assert [each.finding.where for each in cards] == ["2", "1", "3"]


# --- words ----------------------------------------------------------------------------


def engine_texts() -> list[str]:
    """Return the sentences of findings; gaps of f-strings are filled with x."""
    found = []
    for path in sorted((Path(deepbench.__file__).parent / "data" / "findings").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inside: set[int] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                inside |= {id(part) for part in ast.walk(node)}
                parts = [p.value if isinstance(p, ast.Constant) else "x" for p in node.values]
                found.append("".join(str(part) for part in parts))
        for node in ast.walk(tree):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                inside.add(id(node.value))
        found += [
            str(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in inside
        ]
    # Names of keys alone, and reasons why a check cannot begin, are no text of a card.
    none = ("both in keep", "check.leave_out", "left out by the plan", "Take names out")
    return [text for text in found if " " in text and not any(sign in text for sign in none)]


def test_no_card_speaks_of_the_plan_file() -> None:
    texts = engine_texts()
    plain = [text for text in texts if PLAN_WORDS.search(text)]
    assert len(plain) > 10
    assert [on_screen(text) for text in texts if PLAN_WORDS.search(on_screen(text))] == []


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Leave them out (leave_out under [check]) if so.", "Leave them out if so."),
        (
            'Give it its role: batch = "run 2" under [roles] in the plan.',
            "If it is one, give it the role batch.",
        ),
        (
            'Use split.design = "leave-one-site-out": it tests each.',
            "Use “Leave one site out” (step 6): it tests each.",
        ),
        ("3 samples left out, as the plan asks.", "3 samples left out, as you decided."),
        ("Asked for in the plan.", "You asked for this way."),
    ],
)
def test_a_sentence_is_said_in_the_words_of_the_page(said: str, shown: str) -> None:
    assert on_screen(said) == shown


# --- what was decided -----------------------------------------------------------------


def test_a_serious_finding_waits_until_it_is_decided_or_accepted() -> None:
    record = finding(columns=("a",), can_leave_out=True)
    waiting = card(record)
    assert (waiting.decided, waiting.waits) == (OPEN, True)
    assert waiting.actions == ("leave out features", "reason")
    accepted = card(record.model_copy(update={"reason": "measured before"}))
    assert (accepted.decided, accepted.waits) == (ACCEPTED, False)
    assert accepted.actions == ("leave out features", "reason", "take back")


def test_what_the_check_left_out_can_be_kept_only_if_models_could_use_it() -> None:
    out = finding(columns=("a",), decision="left out")
    assert card(out).decided == LEFT_OUT
    assert card(out).actions == ("keep",)
    text = finding("identifier", severity="info", columns=("id",), decision="left out")
    assert card(text).actions == ()
    assert card(text).thing == "column"


def test_what_blocks_is_said_and_has_no_button() -> None:
    shown = card(finding("outcome and batch", severity="blocking", columns=("b",)))
    assert shown.decided == STOPS
    assert shown.actions == ()
    assert not shown.waits


def test_a_decision_taken_since_is_shown_as_what_will_be() -> None:
    record = finding(columns=("a", "b"), can_leave_out=True)
    some = card(record, {"check": {"leave_out": ["A"]}}, current=False)
    assert some.pending == "1 of these 2 features will be left out when the data is checked again."
    assert some.actions == ("leave out features", "reason", "take back")
    assert not some.waits
    both = card(record, {"check": {"leave_out": ["a", "b"]}}, current=False)
    assert both.pending == "These 2 features will be left out when the data is checked again."
    assert both.actions == ("take back",)
    assert card(record, {"check": {"leave_out": ["a", "b"]}}, current=True).pending == ""


def test_keeping_and_leaving_samples_out_are_pending_too() -> None:
    out = finding(columns=("a",), decision="left out")
    kept = card(out, {"check": {"keep": ["a"]}}, current=False)
    assert kept.pending == "“a” will stay in the models when the data is checked again."
    far = finding("outlying samples", severity="info", samples=("s1", "s2"), decision="kept")
    gone = card(far, {"check": {"leave_out_samples": ["s1", "s2"]}}, current=False)
    assert gone.pending == "These 2 samples will be left out when the data is checked again."


def test_some_names_can_be_chosen_only_where_names_are_decided_on() -> None:
    assert card(finding(columns=("a", "b"), can_leave_out=True)).can_choose
    assert not card(finding(columns=("a",), can_leave_out=True)).can_choose
    assert not card(finding("outcome and site", severity="warning", columns=("a", "b"))).can_choose


# --- what decisions write -------------------------------------------------------------


def test_leaving_out_and_keeping_exclude_each_other() -> None:
    record = finding(columns=("a", "b"))
    answers = {"check": {"keep": ["a", "z"], "leave_out": ["y"]}}
    assert changed(record, "leave out features", answers) == {
        "check.leave_out": ["y", "a", "b"],
        "check.keep": ["z"],
    }
    answers = {"check": {"leave_out": ["B", "y"]}}
    assert changed(record, "keep", answers, ("b",)) == {
        "check.leave_out": ["y"],
        "check.keep": ["b"],
    }


def test_a_decision_can_be_about_some_of_the_names() -> None:
    record = finding(columns=(), samples=("s1", "s2", "s3"))
    answers = {"check": {"leave_out_samples": ["s1"]}}
    assert changed(record, "leave out samples", answers, ("s1", "s3")) == {
        "check.leave_out_samples": ["s1", "s3"]
    }


@pytest.mark.parametrize(
    ("kind", "where", "code"),
    [("zeros for gaps", "zeros", "0"), ("code for missing?", "-99", "-99")],
)
def test_a_code_can_be_counted_as_missing_column_by_column(
    kind: str, where: str, code: str
) -> None:
    record = finding(
        kind,
        where=where,
        severity="warning",
        columns=("a", "b"),
        can_leave_out=True,
        decision="kept",
    )
    first = card(record)
    assert first.actions == ("leave out features", "count as missing", "reason")
    assert first.can_choose
    answers = {"data": {"missing_in": {"a": ["x"]}}}
    assert changed(record, "count as missing", answers) == {
        ("data", "missing_in", "a"): ["x", code],
        ("data", "missing_in", "b"): [code],
    }
    answers = {"data": {"missing_in": {"a": ["x", code]}}}
    half = card(record, answers, current=False)
    assert half.pending == (
        f"{code} will be read as missing in 1 of these 2 features when the data is checked again."
    )
    assert {"count as missing", "take back"} <= set(half.actions)
    back = changed(record, "take back", answers)
    assert back["data", "missing_in", "a"] == ["x"]
    answers = {"data": {"missing_in": {"a": [code], "b": [code]}}}
    done = card(record, answers, current=False)
    assert "count as missing" not in done.actions
    assert done.pending.startswith(f"{code} will be read as missing in these 2 features when")
    assert changed(record, "take back", answers)["data", "missing_in", "b"] is None


def test_only_findings_about_a_code_offer_to_count_it_as_missing() -> None:
    assert "count as missing" not in card(finding(columns=("a",), severity="warning")).actions


def test_taking_back_undoes_everything_about_the_finding_and_nothing_else() -> None:
    record = finding(columns=("a",), samples=("s1",))
    answers = {
        "check": {
            "leave_out": ["a", "y"],
            "leave_out_samples": ["s1", "s9"],
            "reasons": {"Suspicious Feature: single measurements": "known before"},
        }
    }
    changes = changed(record, "take back", answers)
    assert changes == {
        "check.leave_out": ["y"],
        "check.keep": [],
        "check.leave_out_samples": ["s9"],
        ("check", "reasons", "Suspicious Feature: single measurements"): None,
    }
    assert reason_name(answers, record.name) == "Suspicious Feature: single measurements"
    assert reason_name({}, record.name) == record.name


# --- roles ----------------------------------------------------------------------------


def test_a_column_whose_names_repeat_can_become_the_unit() -> None:
    record = finding("repeated units", columns=("b",), decision="kept together")
    assert card(record).actions == ("unit", "ignore")
    assert changed(record, "unit") == {"roles.unit": ["b"]}
    # Names that are the same but for a number do not repeat: as a unit each would be its own.
    numbered = finding("repeated units", columns=("a",), decision="kept together")
    assert card(numbered).actions == ("ignore",)


def test_a_role_given_here_is_pending_and_can_be_taken_back() -> None:
    record = finding("repeated units", columns=("b",), decision="kept together")
    answers = {"roles": {"unit": ["b"]}}
    given = card(record, answers, current=False, roles={"sample": ("b",)})
    assert given.pending == "“b” will be the biological unit when the data is checked again."
    assert given.actions == ("take back",)
    back = changed(record, "take back", answers, roles={"sample": ("b",)})
    assert back["roles.unit"] == []
    assert back["roles.sample"] == ["b"]


def test_a_column_that_sounds_like_a_batch_can_be_one() -> None:
    record = finding("possible role", severity="warning", columns=("b",), decision="kept")
    assert card(record).actions[:2] == ("batch", "site")
    assert changed(record, "site") == {"roles.site": ["b"]}


# --- with the engine ------------------------------------------------------------------


def engine_check(answers: dict[str, Any]) -> CheckRecord:
    """Check a small table of which column ``leak`` tells the class, with decisions."""
    import numpy as np
    import pandas as pd

    from deepbench.data.samples import AllSamples, OutcomeInfo

    outcome = np.arange(40) % 2
    noise = np.random.default_rng(1).normal(size=(40, 6))
    frame = pd.DataFrame(noise, columns=[f"g{n}" for n in range(6)])
    frame["leak"] = outcome + noise[:, 0] * 0.01
    names = np.array([f"s{n}" for n in range(40)], dtype=object)
    samples = AllSamples(
        features=frame,
        outcome=outcome.astype(np.int64),
        units=np.arange(40),
        annotations=pd.DataFrame(index=frame.index),
        sample_ids=names,
        info=OutcomeInfo(column="y", task="binary", classes=("no", "yes")),
    )
    plan = plan_from_answers(
        {"question": {"outcome": "y"}, "data": {"source": "t.csv"}, **answers}, "answers"
    )
    asked = plan.check
    context = FindingContext(
        roles={},
        seed=1,
        keep=frozenset(asked.keep),
        leave_out=frozenset(asked.leave_out),
        leave_out_samples=frozenset(asked.leave_out_samples),
    )
    return check(samples, context)


def leak_card(answers: dict[str, Any], seen: dict[str, Any], *, current: bool) -> FindingCard:
    cards = finding_cards(
        engine_check(answers), Given(seen, current, table(("leak", "numeric", 40)))
    )
    return next(each for each in cards if "leak" in each.finding.columns)


def test_the_engine_carries_out_what_a_card_writes() -> None:
    before = leak_card({}, {}, current=True)
    assert before.waits
    left_out = {"check": {"leave_out": ["leak"]}}
    assert changed(before.finding, "leave out features")["check.leave_out"] == ["leak"]
    after = leak_card(left_out, left_out, current=True)
    assert (after.decided, after.waits) == (LEFT_OUT_BY_YOU, False)
    assert after.actions == ("take back",)
    assert leak_card(left_out, {}, current=False).pending == WILL_RETURN
    kept = {"check": {"keep": ["leak"]}}
    assert leak_card(kept, kept, current=True).decided == KEPT_BY_YOU


def test_samples_left_out_by_the_plan_have_a_card_that_takes_them_back() -> None:
    answers = {"check": {"leave_out_samples": ["s3", "s5"]}}
    cards = finding_cards(engine_check(answers), Given(answers, True, TABLE))
    gone = next(each for each in cards if each.finding.samples == ("s3", "s5"))
    assert gone.title == "Samples left out by you"
    assert gone.message == "2 samples left out, as you decided."
    assert gone.actions == ("take back",)
    changes = decision_changes(gone.finding, "take back", Given(answers, True, TABLE))
    assert changes["check.leave_out_samples"] == []
