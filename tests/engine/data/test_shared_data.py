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
from deepbench.errors import DataError, DataQuestion

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
    assert [(f.kind, f.columns) for f in found.findings] == [
        ("images", ()),
        ("identifier", ("image",)),
    ]
    assert found.findings[0].message == (
        "'image' names images, but DeepBench does not read images yet. The models see only 2 "
        "columns of the table ('frame' and 'item'), and nothing of the pictures."
    )
    assert cleaned.number_of_units == 714


@pytest.mark.parametrize(
    ("name", "outcome", "told"),
    [
        ("antimicrobial_peptides_iamp2l/sequences_labels.csv", "label", "3,284 protein sequences"),
        ("ecoli_promoters_uci/promoters.data", "1", "106 DNA sequences of 57 letters"),
    ],
)
def test_sequences_are_asked_about(study, name, outcome, told):
    with pytest.raises(DataQuestion, match=told) as error:
        study(name, outcome)
    assert error.value.key == "data.sequences"


def findings(found, kind):
    return [finding for finding in found.findings if finding.kind == kind]


def test_peptides_with_labels_on_lines_of_their_own(make_plan):
    folder = SHARED / "antimicrobial_peptides_iamp2l"
    files = TableFiles(folder / "seqs.fasta", sample_sheet=folder / "classes.txt")
    with pytest.raises(DataQuestion) as error:
        import_table(files, make_plan("column 1"))
    assert error.value.key == "data.matching"
    assert [c.shows for c in error.value.choices] == ["AP00001 ↔ 1 … O89467 ↔ 0"]

    data = {"matching": "order", "sequences": "composition"}
    plan = make_plan("column 1", data=data)
    parsed, record = import_table(files, plan)
    assert (record.format, record.rows, record.matching.rule) == ("FASTA", 3284, "order")
    assert guess(parsed).outcomes == ("column 1",)
    assert guess(parsed, "column 1").roles["sample"] == ("name",)
    samples, sheet = assign_roles(parsed, plan)
    assert sheet.class_samples == {"0": 2405, "1": 879}
    assert samples.features.shape[1] == 21
    # The same labels as the table that others made of the two files.
    labels = (folder / "sequences_labels.csv").read_text().splitlines()[1:]
    assert [line.split(",")[2] for line in labels] == [
        samples.info.classes[code] for code in samples.outcome
    ]
    found = check(samples, FindingContext(sheet.roles, plan.seed))
    (shortcut,) = findings(found, "shortcut")
    assert shortcut.columns == ("length of sequence",)
    assert "AUROC 0.86; median 76 in '0' and 29 in '1'" in shortcut.message
    (similar,) = findings(found, "similar sequences")
    assert len(similar.samples) == 157  # the data set is thinned out: 5 % have a relative
    assert clean(samples, found).number_of_units < 3284 - 100


def test_promoters_by_place(make_plan):
    path = SHARED / "ecoli_promoters_uci" / "promoters.data"
    plan = make_plan("1", data={"sequences": "composition"}, roles={"sample": "2"})
    parsed, _ = import_table(TableFiles(path), plan)
    assert guess(parsed).outcomes == ("column 1",)
    samples, sheet = assign_roles(parsed, plan)
    assert sheet.class_samples == {"-": 53, "+": 53}
    assert (sheet.numeric_features, sheet.categorical_features) == (21, 57)
    found = check(samples, FindingContext(sheet.roles, plan.seed))
    assert {finding.kind for finding in found.findings} == {"similar sequences", "identifier"}
    assert found.left_out_features == ()
    (similar,) = findings(found, "similar sequences")
    assert 0.4 <= len(similar.samples) / 106 <= 0.5  # 45 % have a near neighbour
    cleaned = clean(samples, found)
    assert cleaned.number_of_units == 75
    assert list(cleaned.annotations.columns) == []
