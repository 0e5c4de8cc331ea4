import numpy as np
import pandas as pd
import pytest

from deepbench.data.findings.base import FindingContext, percent, words
from deepbench.data.findings.registry import FINDINGS, check, clean
from deepbench.errors import DataError

CALM = FindingContext({}, 1)
BINARY = np.arange(60) % 2


def run(samples, keep=(), **roles):
    context = FindingContext({role: (name,) for role, name in roles.items()}, 1, frozenset(keep))
    record = check(samples, context)
    return record, clean(samples, record)


def kinds(record):
    return [finding.kind for finding in record.findings]


def only(record, kind):
    (found,) = [finding for finding in record.findings if finding.kind == kind]
    return found


def test_nothing_is_said_about_clean_data(make_samples):
    for seed in range(5):
        samples = make_samples(BINARY, noise=40, seed=seed)
        record, cleaned = run(samples)
        assert record.findings == ()
        assert record.features == cleaned.features.shape[1] == 40
    for outcome, task in ((np.arange(60) % 3, ""), (np.linspace(0, 1, 60), "regression")):
        assert run(make_samples(outcome, noise=40, task=task))[0].findings == ()


def test_noise_of_few_samples_and_many_features_is_not_shouted_at(make_samples):
    record, _ = run(make_samples(np.arange(20) % 2, noise=5000))
    assert record.findings == ()
    record, _ = run(make_samples(np.linspace(0, 1, 22), noise=5000, task="regression"))
    assert record.findings == ()


# --- missing, constant, identifiers ---------------------------------------------------------


def test_missing_values(make_samples):
    samples = make_samples(BINARY, noise=6)
    samples.features["g0"] = np.nan
    samples.features.loc[:40, "g1"] = np.nan
    samples.features.loc[BINARY == 1, "g2"] = np.nan
    record, cleaned = run(samples)
    empty, gappy, tied = [f for f in record.findings if f.kind == "missing values"]
    assert (empty.columns, empty.decision) == (("g0",), "left out")
    assert (gappy.columns, gappy.decision) == (("g1",), "kept")
    assert tied.columns == ("g2",)
    assert "the outcome" in tied.message
    assert list(cleaned.features.columns) == ["g1", "g2", "g3", "g4", "g5"]
    assert record.left_out_features == ("g0",)


def test_gaps_by_site(make_samples):
    site = ["north", "north", "south", "south"] * 15
    samples = make_samples(BINARY, annotations={"hospital": site})
    samples.features.loc[np.array(site) == "north", "g3"] = np.nan
    found = only(run(samples, site="hospital")[0], "missing values")
    assert "site ('hospital')" in found.message


def test_constant_features(make_samples):
    features = {"same": np.full(60, 3.0), "label": ["x"] * 60, "differs": np.arange(60) % 7.0}
    samples = make_samples(BINARY, features=features)
    samples.features.loc[4, "same"] = np.nan
    record, cleaned = run(samples)
    assert only(record, "constant").columns == ("same", "label")
    assert "differs" in cleaned.features.columns


def test_identifiers_are_left_out_and_measurements_are_not(make_samples):
    generator = np.random.default_rng(5)
    features = {
        "Unnamed: 0": np.arange(60.0),
        "patient_number": generator.permutation(60) * 7.0,
        "barcode": generator.permutation(60) * 11.0 + 1e6,
        "intensity": generator.permutation(60) * 13.0,  # whole and never equal, but measured
        "age": np.arange(60.0) % 40 + 20,
    }
    notes = {
        "comment": [f"no {i}" for i in range(60)],
        "drawn": [f"2024-03-{i % 28 + 1:02d}" for i in range(60)],
        "hospital": ["north", "south", "east"] * 20,
    }
    record, cleaned = run(
        make_samples(BINARY, features=features, annotations=notes), site="hospital"
    )
    found = [f for f in record.findings if f.kind == "identifier"]
    assert [f.columns for f in found] == [
        ("Unnamed: 0", "patient_number", "barcode"),
        ("comment",),
        ("drawn",),
    ]
    assert {"intensity", "age"} <= set(cleaned.features.columns)
    assert list(cleaned.annotations.columns) == ["hospital"]


# --- leakage --------------------------------------------------------------------------------


def test_the_outcome_in_other_words_is_left_out(make_samples):
    stage = np.where(BINARY == 1, np.arange(60) % 3 + 1, 0).astype(float)
    samples = make_samples(BINARY, features={"stage": stage, "group": ["x", "y"] * 30})
    record, cleaned = run(samples)
    found = only(record, "suspicious feature")
    assert (found.severity, found.decision) == ("serious", "left out")
    assert set(found.columns) == {"stage", "group"}
    assert not {"stage", "group"} & set(cleaned.features.columns)


def test_one_wrong_label_does_not_hide_it(make_samples):
    outcome = np.arange(200) % 2
    copy = outcome.astype(float).copy()
    copy[7] = 1 - copy[7]
    assert only(run(make_samples(outcome, features={"copy": copy}))[0], "suspicious feature")
    copy[:20] = 1 - copy[:20]
    assert "suspicious feature" not in kinds(
        run(make_samples(outcome, features={"copy": copy}))[0]
    )


def test_columns_that_spell_out_parts_of_eight_classes(make_samples):
    outcome = np.arange(160) % 8
    features = {
        "genotype": np.where(outcome & 4, "a", "b"),
        "treatment": np.where(outcome & 2, "a", "b"),
        "behaviour": np.where(outcome & 1, "a", "b"),
    }
    found = only(run(make_samples(outcome, features=features))[0], "suspicious feature")
    assert found.columns == ("genotype", "treatment", "behaviour")
    assert "together spell out" in found.message


def test_two_columns_that_only_together_determine_the_outcome(make_samples):
    generator = np.random.default_rng(0)
    a, b = generator.integers(0, 2, (2, 200))
    features = {"a": a.astype(float), "b": np.where(b == 1, "yes", "no")}
    features |= {f"c{i}": generator.integers(0, 3, 200).astype(float) for i in range(6)}
    found = only(run(make_samples(a ^ b, features=features))[0], "suspicious feature")
    assert set(found.columns) == {"a", "b"}


def test_plan_can_keep_a_feature(make_samples):
    samples = make_samples(BINARY, features={"copy": BINARY.astype(float)})
    record, cleaned = run(samples, keep=["Copy"])
    assert only(record, "suspicious feature").decision == "kept"
    assert "copy" in cleaned.features.columns
    with pytest.raises(DataError, match=r"check\.keep"):
        run(samples, keep=["cpoy"])


def test_keep_one_of_two(make_samples):
    features = {"one": BINARY.astype(float), "two": BINARY.astype(float)}
    record, cleaned = run(make_samples(BINARY, features=features), keep=["one"])
    found = only(record, "suspicious feature")
    assert (found.columns, found.decision) == (("two",), "left out")
    assert "one" in cleaned.features.columns
    assert "two" not in cleaned.features.columns


def test_measurement_that_separates_the_classes_is_said_and_waits_for_a_decision(make_samples):
    marker = BINARY * 10 + np.random.default_rng(1).random(60)
    record, cleaned = run(make_samples(BINARY, features={"marker": marker}))
    found = only(record, "suspicious feature")
    assert (found.columns, found.decision, found.severity) == (("marker",), "none", "serious")
    assert "AUROC 1.000" in found.message
    assert "marker" in cleaned.features.columns


def test_the_same_marker_among_many_features_of_few_samples_is_not_news(make_samples):
    outcome = np.arange(12) % 2
    marker = outcome * 10 + np.random.default_rng(1).random(12)
    assert "suspicious feature" not in kinds(
        run(make_samples(outcome, noise=2000, features={"marker": marker}))[0]
    )


def test_rows_of_one_unit_do_not_add_evidence(make_samples):
    outcome = np.repeat([0, 1], 30)
    copy = outcome.astype(float)
    few = make_samples(outcome, noise=300, features={"copy": copy}, units=np.arange(60) // 10)
    many = make_samples(outcome, noise=300, features={"copy": copy})
    assert "suspicious feature" not in kinds(run(few)[0])
    assert "suspicious feature" in kinds(run(many)[0])


def test_multiclass_and_regression_suspects(make_samples):
    outcome = np.arange(90) % 3
    marker = np.array([1, 0, 2])[outcome] * 10 + np.random.default_rng(1).random(90)
    assert only(
        run(make_samples(outcome, features={"marker": marker}))[0], "suspicious feature"
    ).columns == ("marker",)
    value = np.random.default_rng(2).normal(size=90)
    twin = np.exp(value)
    record, _ = run(make_samples(value, features={"twin": twin}, task="regression"))
    assert only(record, "suspicious feature").columns == ("twin",)
    grade = [f"grade {int(v)}" for v in np.floor(np.arange(90) / 9)]
    steps = np.floor(np.arange(90) / 9) + np.random.default_rng(3).normal(0, 0.05, 90)
    record, _ = run(make_samples(steps, features={"grade": grade}, task="regression"))
    assert ("grade",) in [f.columns for f in record.findings if f.kind == "suspicious feature"]


# --- units and duplicates -------------------------------------------------------------------


def repeated(units=20, rows=4, alike=3.0, seed=0):
    """Rows of units that share a profile; the outcome belongs to the unit."""
    generator = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), rows)
    profile = generator.normal(size=(units, 8)) * alike
    return unit, unit % 2, profile[unit] + generator.normal(size=(len(unit), 8))


def with_values(samples, values):
    for i in range(values.shape[1]):
        samples.features[f"g{i}"] = values[:, i]
    return samples


def test_numbered_names_are_units(make_samples):
    unit, outcome, values = repeated()
    names = [f"{300 + u}_{i % 4 + 1}" for i, u in enumerate(unit)]
    samples = with_values(make_samples(outcome, annotations={"MouseID": names}), values)
    record, cleaned = run(samples)
    found = only(record, "repeated units")
    assert found.columns == ("MouseID",)
    assert (found.severity, found.decision) == ("serious", "kept together")
    assert "20 units" in found.message
    assert 'ignore = "MouseID" under [roles]' in found.hint
    assert cleaned.units.tolist() == unit.tolist()
    assert "MouseID" not in cleaned.annotations.columns


@pytest.mark.parametrize("role", ["sample", "unit"])
def test_numbered_names_with_a_role_are_units_too(make_samples, role):
    unit, outcome, values = repeated()
    names = [f"m{u}.{i % 4}" for i, u in enumerate(unit)]
    notes = {"mouse": names} if role == "unit" else None
    ids = names if role == "sample" else None
    samples = make_samples(outcome, annotations=notes, sample_ids=ids)
    record, cleaned = run(with_values(samples, values), **{role: "mouse"})
    assert only(record, "repeated units").columns == ("mouse",)
    assert cleaned.number_of_units == 20


def test_a_numeric_patient_column_is_the_unit_and_no_feature(make_samples):
    unit, outcome, _ = repeated(units=50, rows=3)
    samples = make_samples(outcome, features={"patient": unit * 3.0, "x": unit % 5.0})
    record, cleaned = run(samples)
    assert only(record, "repeated units").columns == ("patient",)
    assert cleaned.number_of_units == 50
    assert record.left_out_features == ("patient",)
    assert record.features == cleaned.features.shape[1]


def test_paired_samples_of_a_donor(make_samples):
    unit, _, values = repeated(units=20, rows=2)
    samples = make_samples(np.arange(40) % 2, features={"donor": [f"d{u}" for u in unit]})
    record, cleaned = run(with_values(samples, values))
    assert "resemble" in only(record, "repeated units").message
    assert cleaned.number_of_units == 20


def test_columns_that_merely_repeat_are_left_alone(make_samples):
    generator = np.random.default_rng(4)
    features = {
        "sex": generator.choice(["f", "m"], 120),
        "stage": [f"stage {i}" for i in generator.integers(1, 7, 120)],
        "frame": np.arange(120.0) // 2 * 3,
        "id of frame": np.arange(120.0) // 2 * 3,  # an ID by name, without evidence
        "age": generator.integers(30, 80, 120).astype(float),
    }
    notes = {"image": [f"{'P' if i % 2 else 'NP'}{i}-{i}r.jpg" for i in range(120)]}
    samples = make_samples(generator.integers(0, 2, 120), features=features, annotations=notes)
    record, _ = run(samples)
    assert "repeated units" not in kinds(record)


def test_names_of_the_classes_are_no_units(make_samples):
    outcome = np.arange(60) % 2
    names = [f"{'case' if y else 'control'}_{i}" for i, y in enumerate(outcome)]
    record, _ = run(make_samples(outcome, sample_ids=names), sample="name")
    assert record.findings == ()


def test_units_of_the_plan_are_taken_as_they_are(make_samples):
    unit, outcome, values = repeated()
    names = [f"m{u}.{i % 4}" for i, u in enumerate(unit)]
    samples = make_samples(
        outcome, annotations={"vial": names, "litter": list(map(str, unit // 2))}
    )
    from dataclasses import replace

    samples = replace(with_values(samples, values), units=(unit // 2).astype(np.int64))
    assert "repeated units" not in kinds(run(samples, unit="litter")[0])


def test_duplicates_are_kept_together(make_samples):
    samples = make_samples(BINARY)
    samples.features.loc[10] = samples.features.loc[2]
    samples.features.loc[12] = samples.features.loc[2]
    record, cleaned = run(samples)
    found = only(record, "duplicates")
    assert (found.severity, found.decision) == ("warning", "kept together")
    assert found.samples == ("row 4", "row 12", "row 14")
    assert cleaned.number_of_units == 58
    assert cleaned.units[2] == cleaned.units[10] == cleaned.units[12]


def test_duplicates_of_different_classes_are_serious(make_samples):
    samples = make_samples(BINARY)
    samples.features.loc[11] = samples.features.loc[2]
    assert only(run(samples)[0], "duplicates").severity == "serious"


def test_duplicates_with_gaps_and_labels(make_samples):
    samples = make_samples(BINARY, features={"label": ["u", "v", "w"] * 20})
    samples.features.loc[5, "g0"] = np.nan
    samples.features.loc[5, "g1"] = 0.0
    samples.features.loc[9] = samples.features.loc[5]
    samples.features.loc[9, "g1"] = -0.0
    assert only(run(samples)[0], "duplicates").samples == ("row 7", "row 11")


def test_coarse_tables_agree_by_chance(make_samples):
    generator = np.random.default_rng(0)
    outcome = generator.integers(0, 2, 400)
    coarse = {f"q{i}": generator.integers(0, 3, 400).astype(float) for i in range(6)}
    assert "duplicates" not in kinds(run(make_samples(outcome, noise=0, features=coarse))[0])
    # Sixteen questions that all ask the same: many pairs agree in all, many more in all but one.
    opinion = generator.integers(0, 3, 400)
    linked = {}
    for i in range(16):
        slips = generator.random(400) < 0.03
        linked[f"q{i}"] = np.where(slips, generator.integers(0, 3, 400), opinion).astype(float)
    samples = make_samples(outcome, noise=0, features=linked)
    assert samples.features.duplicated().sum() > 50
    assert "duplicates" not in kinds(run(samples)[0])


# --- classes, batches, sites ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "severities"),
    [
        ((30, 30), []),
        ((9, 30), ["serious"]),
        ((4, 10), ["blocking"]),
        ((20, 110), ["warning"]),
        ((12, 200), ["warning"]),
        ((8, 100), ["serious", "warning"]),
        ((20, 20, 20, 20, 20, 20, 20, 20), []),
    ],
)
def test_class_imbalance(make_samples, counts, severities):
    samples = make_samples(np.repeat(np.arange(len(counts)), counts))
    assert [f.severity for f in run(samples)[0].findings] == severities


def test_classes_are_counted_in_units(make_samples):
    samples = make_samples(np.repeat([0, 1], 40), units=np.arange(80) // 10)
    found = only(run(samples)[0], "class imbalance")
    assert found.severity == "blocking"
    assert "'class 0' (4), 'class 1' (4)" in found.message
    few = make_samples(np.linspace(0, 1, 60), units=np.arange(60) // 4, task="regression")
    assert only(run(few)[0], "class imbalance").severity == "serious"


@pytest.mark.parametrize("role", ["batch", "site"])
def test_outcome_that_is_the_batch_blocks(make_samples, role):
    plates = ["p1" if y else "p2" for y in BINARY]
    samples = make_samples(BINARY, annotations={"plate": plates})
    found = only(run(samples, **{role: "plate"})[0], f"outcome and {role}")
    assert found.severity == "blocking"


def test_outcome_tied_to_a_batch(make_samples):
    generator = np.random.default_rng(0)
    outcome = np.arange(200) % 2
    for share, severity in ((0.95, "serious"), (0.7, "warning")):
        follows = generator.random(200) < share
        plates = np.where(follows, outcome, 1 - outcome).astype(str)
        samples = make_samples(outcome, annotations={"plate": plates})
        assert only(run(samples, batch="plate")[0], "outcome and batch").severity == severity
    plates = generator.integers(0, 4, 200).astype(str)
    assert (
        run(make_samples(outcome, annotations={"plate": plates}), batch="plate")[0].findings == ()
    )


def test_batches_without_a_name_are_not_a_batch(make_samples):
    plates = ["" if y else "p2" for y in BINARY]
    samples = make_samples(BINARY, annotations={"plate": plates})
    assert run(samples, batch="plate")[0].findings == ()


def test_as_many_batches_as_units_cannot_be_judged(make_samples):
    samples = make_samples(BINARY, annotations={"plate": [f"p{i}" for i in range(60)]})
    assert only(run(samples, batch="plate")[0], "outcome and batch").severity == "info"


def test_numeric_outcome_and_site(make_samples):
    site = np.arange(60) % 3
    value = site + np.random.default_rng(1).normal(0, 0.3, 60)
    samples = make_samples(value, annotations={"site": site.astype(str)}, task="regression")
    found = only(run(samples, site="site")[0], "outcome and site")
    assert found.severity == "serious"
    assert "%" in found.message


def test_features_that_sound_like_a_batch(make_samples):
    features = {"Plate": [f"p{i % 3}" for i in range(60)], "plateau": np.arange(60) % 5.0}
    found = only(run(make_samples(BINARY, features=features))[0], "possible role")
    assert found.columns == ("Plate",)
    assert 'batch = "Plate" under [roles]' in found.hint


# --- all together ---------------------------------------------------------------------------


def test_no_feature_left(make_samples):
    samples = make_samples(BINARY, noise=0, features={"row": np.arange(60.0)})
    with pytest.raises(DataError, match="No feature is left"):
        run(samples)


def test_cleaning_carries_out_what_the_check_counted(make_samples):
    unit, outcome, values = repeated(units=30, rows=3)
    names = [f"m{u}_{i % 3}" for i, u in enumerate(unit)]
    features = {"copy": outcome.astype(float), "same": np.ones(90), "row": np.arange(90.0)}
    samples = make_samples(outcome, features=features, annotations={"mouse": names})
    samples = with_values(samples, values)
    samples.features.loc[30, "g0":"g7"] = samples.features.loc[0, "g0":"g7"]
    record, cleaned = run(samples)
    assert record.features == cleaned.features.shape[1] == 8
    assert cleaned.number_of_units == 29  # two mice share a row
    again = check(cleaned, CALM)
    assert [f.kind for f in again.findings] == ["duplicates"]
    assert again.left_out_features == ()


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda finding: finding.kind)
def test_contract_of_every_finding(make_samples, finding):
    """Repeatable, leaves the samples alone, speaks in sentences, names at most three columns."""
    unit, outcome, _ = repeated(units=30, rows=4)
    n = len(unit)
    features = {f"copy{i}": outcome.astype(float) for i in range(6)}
    features |= {f"same{i}": np.ones(n) for i in range(6)}
    features |= {f"id{i}": np.arange(float(n)) * (i + 1) for i in range(6)}
    features |= {f"plate{i}": [f"p{j % 3}" for j in range(n)] for i in range(6)}
    notes = {"batch": outcome.astype(str), "mouse": [f"m{u}_{i}" for i, u in enumerate(unit)]}
    samples = make_samples(outcome, features=features, annotations=notes)
    samples.features.loc[outcome == 0, [f"g{i}" for i in range(6)]] = np.nan
    before = samples.features.copy(deep=True)
    context = FindingContext({"batch": ("batch",)}, 5)
    found = finding.find(samples, context)
    assert found == finding.find(samples, context)
    pd.testing.assert_frame_equal(samples.features, before)
    for record in found:
        assert record.message.endswith(".")
        assert record.hint.endswith((".", "?"))
        assert record.where
        assert sum(f"'{column}'" in record.message for column in record.columns) <= 3
    assert finding.find(make_samples(BINARY, seed=9), CALM) == []


def test_words_and_shares():
    assert words("MouseID") == {"mouse", "id"}
    assert words("patient_no.3") == {"patient", "no", "3"}
    assert words("DNA plate") == {"dna", "plate"}
    assert [percent(s) for s in (0.5, 0.001, 0.999, 1.0, 0.0)] == [
        "50 %", "under 1 %", "over 99 %", "100 %", "0 %",
    ]  # fmt: skip
