"""Decisions on findings, and the findings on samples."""

from dataclasses import replace

import numpy as np
import pytest

from deepbench.data.findings.base import FindingContext
from deepbench.data.findings.outliers import OutlyingSamples
from deepbench.data.findings.registry import check, clean
from deepbench.errors import DataError, PlanError
from deepbench.study.records import FindingRecord

BINARY = np.arange(60) % 2
MARKER = BINARY * 10 + np.random.default_rng(1).random(60)


def run(samples, *, keep=(), out=(), gone=(), reasons=None, **roles):
    context = FindingContext(
        {role: (name,) for role, name in roles.items()},
        1,
        frozenset(keep),
        frozenset(out),
        frozenset(gone),
    )
    record = check(samples, context)
    return record.with_reasons(reasons or {}), clean(samples, record)


def only(record, name):
    (found,) = [finding for finding in record.findings if finding.name == name]
    return found


# --- features -------------------------------------------------------------------------------


def test_a_grave_finding_waits_for_a_decision(make_samples):
    samples = make_samples(BINARY, features={"marker": MARKER})
    name = "suspicious feature: single measurements"
    found = only(run(samples)[0], name)
    assert (found.decision, found.needs_decision, found.can_leave_out) == ("none", True, True)
    kept = only(run(samples, keep=["marker"])[0], name)
    assert (kept.decision, kept.needs_decision) == ("kept", False)
    record, cleaned = run(samples, reasons={name: " Measured before. ", "constant: x": "Gone."})
    found = only(record, name)
    assert (found.reason, found.decision, found.needs_decision) == (
        "Measured before.", "none", False,
    )  # fmt: skip
    assert "marker" in cleaned.features.columns


def test_a_feature_left_out_stays_in_its_finding_and_leaves_the_samples(make_samples):
    samples = make_samples(BINARY, features={"marker": MARKER})
    name = "suspicious feature: single measurements"
    record, cleaned = run(samples, out=["Marker"], reasons={name: "Made from the outcome."})
    found = only(record, name)
    assert (found.columns, found.decision) == (("marker",), "left out")
    assert (found.reason, found.needs_decision) == ("Made from the outcome.", False)
    assert not found.can_leave_out
    assert "'marker'" in found.hint
    assert record.left_out_features == ("marker",)
    assert record.features == cleaned.features.shape[1] == 8
    assert [f.kind for f in record.findings] == ["suspicious feature"]


def test_features_that_no_finding_names(make_samples):
    record, cleaned = run(make_samples(BINARY), out=["g5", "g1"])
    found = only(record, "left out by the plan: features")
    assert (found.columns, found.decision, found.severity) == (("g1", "g5"), "left out", "info")
    assert list(cleaned.features.columns) == ["g0", "g2", "g3", "g4", "g6", "g7"]
    assert record.left_out_features == ("g1", "g5")


def test_deciding_about_one_of_two(make_samples):
    features = {"marker": MARKER, "other": MARKER[::-1] * -1}
    samples = make_samples(BINARY, features=features)
    name = "suspicious feature: single measurements"
    half = only(run(samples, out=["other"])[0], name)
    assert half.needs_decision
    assert set(half.columns) == {"marker", "other"}
    record, cleaned = run(samples, out=["other"], keep=["marker"])
    both = only(record, name)
    assert (both.decision, both.needs_decision) == ("kept", False)
    assert "Left out, as the plan asks: 'other'. Kept, as the plan asks: 'marker'." in both.hint
    assert "marker" in cleaned.features.columns
    assert "other" not in cleaned.features.columns
    assert only(record, "left out by the plan: features").columns == ("other",)


def test_what_a_finding_leaves_out_anyway_may_be_named(make_samples):
    notes = {"comment": [f"no {i}" for i in range(60)]}
    samples = make_samples(BINARY, features={"same": np.ones(60)}, annotations=notes)
    record, cleaned = run(samples, out=["same", "comment"])
    assert sorted(f.kind for f in record.findings) == ["constant", "identifier"]
    assert list(cleaned.annotations.columns) == []
    assert "same" not in cleaned.features.columns


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("marke", r"no column 'marke'\. Did you mean 'marker'"),
        ("plate", r"'plate' is a column with the role batch, not a feature"),
        ("outcome", r"'outcome' is the outcome, not a feature"),
    ],
)
def test_a_feature_that_is_none(make_samples, out, message):
    notes = {"plate": [f"p{i % 3}" for i in range(60)]}
    samples = make_samples(BINARY, features={"marker": MARKER}, annotations=notes)
    with pytest.raises(PlanError, match=rf"check\.leave_out: .*{message}"):
        run(samples, out=[out], batch="plate")


def test_keeping_and_leaving_out_the_same(make_samples):
    with pytest.raises(PlanError, match="'g1' stands both in keep and in leave_out"):
        run(make_samples(BINARY), keep=["g1"], out=["G1"])


def test_leaving_out_every_feature(make_samples):
    with pytest.raises(DataError, match=r"No feature is left.*'g0' and 'g1' are left out"):
        run(make_samples(BINARY, noise=2), out=["g0", "g1"])


# --- samples --------------------------------------------------------------------------------


def test_samples_are_left_out_by_name(make_samples):
    samples = make_samples(BINARY, units=np.arange(60) // 2)
    record, cleaned = run(samples, gone=["row 4", "row 2", "row 3"])
    found = only(record, "left out by the plan: samples")
    assert (found.samples, found.decision) == (("row 2", "row 3", "row 4"), "left out")
    assert (found.message, record.left_out_samples) == ("3 samples left out, as the plan asks.", 3)
    assert cleaned.sample_ids.tolist() == [f"row {i}" for i in range(5, 62)]
    assert cleaned.units.tolist() == [0, *np.repeat(np.arange(1, 29), 2)]
    assert (cleaned.features.to_numpy() == samples.features.to_numpy()[3:]).all()
    assert (cleaned.outcome == samples.outcome[3:]).all()


def test_all_rows_of_a_name_go(make_samples):
    samples = make_samples(BINARY, sample_ids=[f"S{i // 2}" for i in range(60)])
    record, cleaned = run(samples, gone=["S3"])
    assert (record.left_out_samples, len(cleaned)) == (2, 58)


def test_findings_do_not_see_samples_that_are_gone(make_samples):
    samples = make_samples(BINARY)
    samples.features.loc[10] = samples.features.loc[2]
    assert [f.kind for f in run(samples)[0].findings] == ["duplicates"]
    record, cleaned = run(samples, gone=["row 12"])
    assert [f.name for f in record.findings] == ["left out by the plan: samples"]
    assert cleaned.number_of_units == 59


def test_units_found_by_the_check_are_found_without_the_samples_that_are_gone(make_samples):
    unit = np.repeat(np.arange(20), 3)
    values = np.random.default_rng(0).normal(size=(20, 8))[unit] * 3
    samples = make_samples(unit % 2, annotations={"mouse": [f"m{u}" for u in unit]})
    for i in range(8):
        samples.features[f"g{i}"] += values[:, i]
    record, cleaned = run(samples, gone=["row 2", "row 3", "row 4", "row 5"])
    assert record.left_out_samples == 4
    assert (len(cleaned), cleaned.number_of_units) == (56, 19)
    assert "mouse" not in cleaned.annotations.columns


def test_a_sample_that_does_not_exist(make_samples):
    with pytest.raises(PlanError, match=r"leave_out_samples: there is no sample 'row 99'.*mean"):
        run(make_samples(BINARY), gone=["row 99", "row 5"])


def test_too_few_samples_remain(make_samples):
    names = [f"row {i}" for i in range(2, 56)]
    with pytest.raises(DataError, match=r"54 samples left out by the plan, 6 remain; at least 10"):
        run(make_samples(BINARY), gone=names)


@pytest.mark.parametrize("task", ["", "regression"])
@pytest.mark.parametrize("left", [0, 1, 3])
def test_a_class_with_too_few_units_is_refused_as_ever(make_samples, task, left):
    notes = {"plate": [f"p{i % 3}" for i in range(60)]}
    if task:
        samples = make_samples(
            np.linspace(0, 1, 60), annotations=notes, units=np.arange(60) // 5, task=task
        )
        names = [f"row {i}" for i in range(2, 2 + 45)]
    else:
        samples = make_samples(BINARY, annotations=notes)
        names = [str(n) for n in samples.sample_ids[BINARY == 1][left:]]
    record, _ = run(samples, gone=names, batch="plate")
    few = next(f for f in record.findings if f.kind == "class imbalance")
    assert few.severity == "blocking"


# --- findings on samples --------------------------------------------------------------------


def test_clean_tables_have_no_outlying_samples(make_samples):
    said = 0
    for seed in range(100):
        generator = np.random.default_rng(seed)
        n, p = [(20, 300), (24, 6), (60, 40), (150, 10)][seed % 4]
        samples = make_samples(np.arange(n) % 2, noise=p, seed=seed)
        factor = generator.normal(size=(n, 2)) @ generator.normal(size=(2, p))
        samples = replace(samples, features=samples.features + factor)
        said += bool(OutlyingSamples().find(samples, FindingContext({}, 1)))
    assert said <= 3


@pytest.mark.parametrize(("n", "p"), [(30, 1000), (100, 6), (300, 50)])
def test_samples_far_from_all_others_are_named_farthest_first(make_samples, n, p):
    samples = make_samples(np.arange(n) % 2, noise=p, seed=4)
    samples.features.loc[3] += 12.0
    samples.features.loc[7] -= 25.0
    (found,) = OutlyingSamples().find(samples, FindingContext({}, 1))
    assert (found.samples, found.severity, found.decision) == (("row 9", "row 5"), "info", "kept")
    assert found.message.startswith("2 samples lie far")
    _, cleaned = run(samples, gone=found.samples)
    assert OutlyingSamples().find(cleaned, FindingContext({}, 1)) == []


def test_a_typing_error_in_one_cell(make_samples):
    samples = make_samples(np.arange(200) % 2, noise=5)
    samples.features.loc[50, "g3"] = 999.0
    (found,) = OutlyingSamples().find(samples, FindingContext({}, 1))
    assert found.samples == ("row 52",)


def test_a_second_group_is_not_outlying(make_samples):
    samples = make_samples(np.arange(100) % 2, noise=50)
    samples.features.loc[:9] += 8.0
    assert OutlyingSamples().find(samples, FindingContext({}, 1)) == []


def test_gappy_samples(make_samples):
    samples = make_samples(BINARY, noise=10)
    samples.features.loc[4, "g0":"g5"] = np.nan
    samples.features.loc[9, "g0":"g7"] = np.nan
    found = only(run(samples)[0], "missing values: samples with many gaps")
    assert (found.samples, found.decision) == (("row 11", "row 6"), "kept")
    assert "up to 80 %" in found.message
    samples.features.loc[:30, "g0":"g5"] = np.nan  # then it is the table that is gappy
    assert "samples with many gaps" not in [f.where for f in run(samples)[0].findings]


# --- names ----------------------------------------------------------------------------------


def test_no_two_findings_of_a_check_share_a_name(make_samples):
    n = 120
    generator = np.random.default_rng(0)
    y = (np.arange(n) % 20 < 2).astype(int)
    features = {"same": np.ones(n), "copy": y.astype(float), "row": np.arange(float(n))}
    features |= {"marker": y * 10 + generator.random(n), "plate": [f"p{i % 3}" for i in range(n)]}
    notes = {
        "comment": [f"no {i}" for i in range(n)],
        "drawn": [f"2024-03-{i % 28 + 1:02d}" for i in range(n)],
        "batch": [f"b{label or i % 2}" for i, label in enumerate(y)],
    }
    samples = make_samples(y, noise=12, features=features, annotations=notes)
    samples.features["void"] = np.nan
    samples.features.loc[:80, "g0"] = np.nan
    samples.features.loc[samples.outcome == 1, "g1"] = np.nan
    samples.features.loc[50, "g0":"g11"] = np.nan
    samples.features.loc[31] = samples.features.loc[33]
    samples.features.loc[41] = samples.features.loc[60]
    record, _ = run(samples, batch="batch", out=["g7"], gone=["row 3"])
    names = [finding.name for finding in record.findings]
    assert len(names) == len(set(names))
    assert len(names) > 10
    assert all(f.columns or f.samples for f in record.findings if f.kind != "class imbalance")


def test_severity_and_decision_say_what_needs_one():
    def needs(**values):
        return FindingRecord(kind="k", where="w", message="m.", **values).needs_decision

    assert needs(severity="serious")
    assert needs(severity="blocking")
    assert not needs(severity="warning")
    assert not needs(severity="serious", decision="kept together")
    assert not needs(severity="serious", reason="Looked up.")
