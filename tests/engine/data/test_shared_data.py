"""The real tables next to the repository, when they are there."""

from collections import Counter
from pathlib import Path

import pytest

from deepbench.data.findings.base import FindingContext
from deepbench.data.findings.registry import check, clean
from deepbench.data.role_guesses import guess
from deepbench.data.roles import assign_roles
from deepbench.data.table_files import TableFiles
from deepbench.data.table_import import import_table
from deepbench.errors import DataError

SHARED = Path(__file__).parents[4] / "shared" / "data"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no data sets in {SHARED}")


@pytest.fixture
def study(make_plan):
    def _study(name, outcome, **roles):
        plan = make_plan(outcome, roles=roles)
        parsed, record = import_table(TableFiles(SHARED / name), plan)
        samples, sheet = assign_roles(parsed, plan)
        found = check(samples, FindingContext(sheet.roles, plan.seed))
        return record, sheet, found, clean(samples, found)

    return _study


def test_breast_cancer_is_clean(study):
    record, sheet, found, _ = study("breast_wisconsin_wdbc/wdbc.csv", "diagnosis")
    assert (sheet.samples, sheet.features) == (569, 30)
    assert sheet.classes == ("benign", "malignant")
    assert found.findings == ()
    assert record.conversions == ()


def test_header_of_scikit_learns_copy():
    from deepbench.data.readers.registry import read_raw
    from deepbench.plan import Data

    path = SHARED / "breast_wisconsin_wdbc" / "sklearn_breast_cancer.csv"
    with pytest.raises(DataError, match=r"header .* has 4 columns, rows have 31"):
        read_raw(path, Data(source="x"))


def test_heart_disease(study):
    name = "heart_disease_4sites/heart_4sites_combined.csv"
    _, sheet, found, cleaned = study(name, "disease", site="site", sample="row_id")
    assert sheet.class_samples == {"no": 411, "yes": 509}
    assert found.left_out_features == ("num",)
    kinds = Counter(f.kind for f in found.findings)
    assert kinds["outcome and site"] == 1
    assert any("site" in f.where for f in found.findings if f.kind == "missing values")
    assert "repeated units" not in kinds  # row_id is the site and a number
    assert cleaned.number_of_units == 918  # two patients stand there twice
    assert list(cleaned.annotations.columns) == ["site"]


@pytest.mark.parametrize(
    ("site", "rows", "classes"),
    [("cleveland", 303, 5), ("hungarian", 294, 2), ("switzerland", 123, 5), ("va", 200, 5)],
)
def test_heart_disease_without_header(study, site, rows, classes):
    record, sheet, _, _ = study(f"heart_disease_4sites/processed.{site}.data", "14")
    assert not record.header
    assert (record.rows, len(sheet.classes)) == (rows, classes)
    assert any(c.what == "'?' read as missing" for c in record.conversions)


@pytest.mark.parametrize("roles", [{}, {"sample": "MouseID"}, {"unit": "MouseID"}])
def test_mice(study, roles):
    record, sheet, found, cleaned = study("mice_protein/Data_Cortex_Nuclear.xls", "class", **roles)
    assert (record.format, sheet.samples) == ("XLS", 1080)
    assert [f.columns for f in found.findings if f.kind == "repeated units"] == [("MouseID",)]
    assert cleaned.number_of_units == 72
    assert found.left_out_features == ("Genotype", "Treatment", "Behavior")
    assert found.features == 77


def test_abalone(study):
    record, sheet, found, _ = study("abalone_age/abalone.csv", "9")
    assert not record.header
    assert (sheet.task, sheet.samples, sheet.categorical_features) == ("regression", 4177, 1)
    (outlying,) = found.findings
    # Two heights of 1.13 and 0.515, where no other abalone is higher than 0.25: typing errors.
    assert outlying.kind == "outlying samples"
    assert outlying.samples[:2] == ("row 2052", "row 1418")
    assert len(outlying.samples) == 3


def test_bees_are_not_repeated_units(study):
    _, sheet, found, cleaned = study("bee_pollen/labels.csv", "label")
    assert sheet.classes == ("no_pollen", "pollen")
    assert [f.columns for f in found.findings] == [("image",)]
    assert cleaned.number_of_units == 714


@pytest.mark.parametrize(
    ("name", "outcome", "message"),
    [
        ("antimicrobial_peptides_iamp2l/sequences_labels.csv", "label", "no measurement column"),
        ("ecoli_promoters_uci/promoters.data", "1", "no measurement column"),
    ],
)
def test_what_is_no_table_of_samples(study, name, outcome, message):
    with pytest.raises(DataError, match=message):
        study(name, outcome)


GOLUB = SHARED / "golub_leukemia"


@pytest.fixture
def golub(make_plan):
    def _golub(outcome="cancer", **data):
        source = "data_set_ALL_AML_train.csv"
        plan = make_plan(outcome, data={"source": source, **data})
        return import_table(TableFiles.of(plan.data, GOLUB.joinpath), plan), plan

    return _golub


def test_golub_with_its_sample_sheet(golub):
    (parsed, record), plan = golub(
        more=["data_set_ALL_AML_independent.csv"], sample_sheet="actual.csv", between="leave out"
    )
    samples, sheet = assign_roles(parsed, plan)
    assert (sheet.samples, sheet.features) == (72, 7129)
    assert sheet.class_samples == {"ALL": 47, "AML": 25}
    assert sheet.roles == {"sample": ("patient",)}
    assert record.matching.rule == "exact" and record.matching.matched == 72
    assert record.sheet_columns == ("patient", "cancer", "file")
    assert guess(parsed, "cancer").roles == {"sample": ("patient",), "batch": ("file",)}
    assert set(samples.annotations["file"]) == {f.name for f in record.files[:2]}
    # Against another reader, column by column as the header names them.
    import pandas as pd

    for name in ("data_set_ALL_AML_train.csv", "data_set_ALL_AML_independent.csv"):
        plain = pd.read_csv(GOLUB / name).set_index("Gene Accession Number")
        for column in plain.columns[1::2]:
            row = list(samples.sample_ids).index(column)
            assert list(samples.features.iloc[row]) == list(plain[column])
    classes = pd.read_csv(GOLUB / "actual.csv").set_index("patient")["cancer"]
    told = [samples.info.classes[code] for code in samples.outcome]
    assert told == [classes[int(name)] for name in samples.sample_ids]


def test_each_question_about_golub_leads_to_the_next(golub):
    answers = {}
    asked = []
    for key, value in (
        ("orientation", "samples in columns"),
        ("between", "leave out"),
        ("sample_sheet", "actual.csv"),
        ("unmatched", "leave out"),
    ):
        with pytest.raises(DataError) as error:
            golub(**answers)
        assert key in f"{error.value.message} {error.value.hint}"
        asked.append(getattr(error.value, "key", ""))
        answers[key] = value
    assert asked == ["data.orientation", "data.between", "", "data.unmatched"]
    (_, record), _ = golub(**answers)
    assert (record.rows, len(record.columns)) == (38, 7131)
