from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from deepbench.data.findings.base import FindingContext
from deepbench.data.findings.measurement_kind import KindOfMeasurement
from deepbench.data.findings.registry import check
from deepbench.data.preparation import Preparation, prepare, transformed, with_known_names
from deepbench.errors import DataError, DataQuestion, PlanError
from deepbench.plan import Preparation as Asked
from deepbench.study.records import FindingRecord

from . import omics


def findings(samples: Any, **asked: Any) -> list[FindingRecord]:
    context = FindingContext(roles={}, seed=1, preparation=Asked(**asked))
    return KindOfMeasurement().find(samples, context)


def test_auto_takes_the_usual_transformation():
    prepared = prepare(omics.samples_of(omics.counts(), age=np.arange(60.0)), Asked())
    assert prepared.preparation.transform == "log1p-cpm"
    assert prepared.record.columns == len(prepared.preparation.columns) == 120
    assert prepared.record.not_transformed == ("age",)
    assert "log1p-CPM" in prepared.record.sentence
    assert "They look like counts" in prepared.record.sentence
    assert "'age'" in prepared.record.sentence


def test_what_is_unknown_stays_as_it_is():
    samples = omics.samples_of(np.random.default_rng(0).normal(size=(60, 120)))
    prepared = prepare(samples, Asked())
    assert prepared.preparation == Preparation()
    assert (prepared.record.kind, prepared.record.sentence) == ("unknown", "")
    assert transformed(samples.features, prepared.preparation) is samples.features


def test_a_plan_may_transform_what_is_not_recognised():
    samples = omics.samples_of(omics.counts(columns=12), age=np.arange(60.0))
    prepared = prepare(samples, Asked(transform="log2", not_transformed=["G3"]))
    assert prepared.recognised.kind == "unknown"
    assert len(prepared.preparation.columns) == 11
    assert prepared.record.not_transformed == ("G3", "age")
    frame = transformed(samples.features, prepared.preparation)
    assert list(frame.columns) == list(samples.features.columns)
    np.testing.assert_array_equal(frame["G3"], samples.features["G3"])
    np.testing.assert_array_equal(frame["G5"], np.log2(samples.features["G5"] + 1.0))


def test_a_logarithm_of_values_below_zero_is_asked_about():
    samples = omics.samples_of(omics.intensities() - 300.0)
    with pytest.raises(DataQuestion, match="below 0, in 'G") as caught:
        prepare(samples, Asked(transform="log2"))
    assert caught.value.key == "preparation.transform"
    assert [choice.value for choice in caught.value.choices] == ["none"]
    assert "not_transformed" in caught.value.hint


@pytest.mark.parametrize("asked", ["auto", "log2"])
def test_single_columns_with_values_below_zero_are_asked_about(asked):
    table = omics.counts()
    table[7, 3] = -1.0
    plan = Asked(transform=asked, not_transformed=["G9"])
    with pytest.raises(DataQuestion, match="1 value is below 0, in 'G3'") as caught:
        prepare(omics.samples_of(table), plan)
    assert caught.value.key == "preparation.not_transformed"
    (choice,) = caught.value.choices
    assert choice.value == ["G3", "G9"]
    answered = plan.model_copy(update={"not_transformed": choice.value})
    assert len(prepare(omics.samples_of(table), answered).preparation.columns) == 118


def test_the_usual_transformation_is_offered_in_place_of_an_impossible_one():
    with pytest.raises(DataQuestion, match="M-values takes beta values from 0 to 1") as caught:
        prepare(omics.samples_of(omics.counts()), Asked(transform="m-values"))
    assert [choice.value for choice in caught.value.choices] == ["log1p-cpm", "none"]


def test_samples_without_counts_are_asked_about_by_name():
    table = omics.counts()
    table[7] = 0.0
    with pytest.raises(DataQuestion, match=r"1 sample \('s7'\) has only zeros") as caught:
        prepare(omics.samples_of(table), Asked(), left_out_samples=["s1"])
    assert caught.value.key == "check.leave_out_samples"
    assert [choice.value for choice in caught.value.choices] == [["s1", "s7"]]


def test_nothing_to_transform_is_said():
    samples = omics.samples_of(omics.counts(columns=2))
    with pytest.raises(DataError, match=r"transform under \[preparation\] has no measurements"):
        prepare(samples, Asked(transform="log2", not_transformed=["G0", "G1"]))
    with pytest.raises(DataError, match=r"most_variable under \[prep.* has no measurements"):
        prepare(samples, Asked(most_variable=1, not_transformed=["G0", "G1"]))


def test_names_of_the_plan_are_found_as_freely_as_those_of_roles():
    asked = Asked(not_transformed=["AGE ", "site"])
    assert with_known_names(asked, ["G1", "age"], ["site"]).not_transformed == ["age", "site"]
    with pytest.raises(PlanError, match="there is no column 'agee'") as caught:
        with_known_names(Asked(not_transformed=["agee"]), ["G1", "age"], [])
    assert "Did you mean 'age'?" in caught.value.hint


def test_filters_are_said():
    asked = Asked(most_missing=0.25, most_variable=20)
    sentence = prepare(omics.samples_of(omics.counts()), asked).record.sentence
    assert "more than 25 % missing values" in sentence
    assert "the 20 of 120 features that vary most" in sentence
    all_kept = prepare(omics.samples_of(omics.counts()), Asked(most_variable=120)).record.sentence
    assert "vary most" not in all_kept


def test_a_preparation_survives_being_written_down():
    settled = Preparation("clr", ("é", "b"), 0.25, 7)
    assert Preparation.from_json(settled.to_json()) == settled
    assert settled.to_json() == Preparation("clr", ("é", "b"), 0.25, 7).to_json()


def test_the_kind_is_said_without_alarm():
    (finding,) = findings(omics.samples_of(omics.counts()))
    assert (finding.severity, finding.where) == ("info", "measurements")
    assert "look like counts" in finding.message
    assert "log1p-CPM" in finding.hint
    assert not finding.needs_decision


@pytest.mark.parametrize(
    ("table", "asked", "words"),
    [
        (omics.counts(), "none", "how deeply each sample was sequenced"),
        (omics.intensities(), "none", "would outweigh all others"),
        (omics.log_intensities(), "log2", "their logarithm was taken already"),
        (omics.intensities(), "log1p-cpm", "look like intensities"),
        (omics.beta_values(), "log2", "look like beta values"),
    ],
)
def test_a_choice_against_the_data_is_a_warning(table, asked, words):
    warning = findings(omics.samples_of(table), transform=asked)[-1]
    assert warning.severity == "warning"
    assert words in warning.message
    assert 'or "auto"' in warning.hint


@pytest.mark.parametrize(
    ("table", "asked"),
    [
        (omics.counts(), "log2"),
        (omics.counts(), "clr"),
        (omics.beta_values(), "none"),
        (omics.log_intensities(), "none"),
        (omics.intensities() - 300.0, "none"),
        (omics.counts(columns=20), "none"),
        (np.random.default_rng(0).normal(size=(60, 120)), "auto"),
    ],
)
def test_what_can_be_defended_is_no_warning(table, asked):
    assert all(f.severity == "info" for f in findings(omics.samples_of(table), transform=asked))


def test_a_filter_by_variance_wants_one_scale():
    samples = omics.samples_of(np.random.default_rng(0).normal(size=(60, 20)))
    (warning,) = findings(samples, most_variable=5)
    assert warning.where == "most_variable under [preparation]"
    (kind,) = findings(omics.samples_of(omics.counts()), most_variable=5)
    assert kind.severity == "info"


def test_the_check_reports_it_once():
    record = check(omics.samples_of(omics.counts()), FindingContext(roles={}, seed=1))
    assert [f.kind for f in record.findings].count("kind of measurement") == 1
