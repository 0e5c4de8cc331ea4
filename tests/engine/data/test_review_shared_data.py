"""The review of real tables, when they are there."""

import pytest

from deepbench.data.findings.base import FindingContext
from deepbench.data.findings.batch_variance import batch_variance_findings
from deepbench.data.findings.registry import check, clean
from deepbench.data.review import review
from deepbench.data.roles import assign_roles
from deepbench.data.table_files import TableFiles
from deepbench.data.table_import import import_table


@pytest.fixture
def reviewed(shared_data, make_plan):
    def _reviewed(name, outcome, **roles):
        plan = make_plan(outcome, roles=roles)
        parsed, _ = import_table(TableFiles(shared_data / name), plan)
        samples, sheet = assign_roles(parsed, plan)
        record = check(samples, FindingContext(sheet.roles, 1))
        return record, review(clean(samples, record), sheet.roles, 1)

    return _reviewed


def test_rows_of_mice_are_worth_little_more_than_the_mice(reviewed):
    _, found = reviewed("mice_protein/Data_Cortex_Nuclear.xls", "class")
    assert (found.samples, found.units) == (1080, 72)
    assert 72 < found.effective_samples < 130
    assert found.intraclass_correlation > 0.5


def test_the_site_of_heart_patients_explains_more_than_the_disease(reviewed):
    name = "heart_disease_4sites/heart_4sites_combined.csv"
    record, found = reviewed(name, "disease", site="site", sample="row_id")
    (tied,) = found.associations
    assert 0.3 < tied.low < tied.value < tied.high < 0.5
    disease, site = found.variance
    assert site.share > disease.share > disease.expected_by_chance
    (finding,) = batch_variance_findings(found)
    assert finding.columns == ("site",)
    # Zeros for cholesterol that was not measured, at the sites with most of the ill.
    (turning,) = [f for f in record.findings if f.kind == "reversed within site"]
    assert turning.columns == ("chol",)


def test_breast_cancer_is_quiet(reviewed):
    record, found = reviewed("breast_wisconsin_wdbc/wdbc.csv", "diagnosis")
    assert record.findings == ()
    assert (found.effective_samples, found.intraclass_correlation) == (569, None)
    assert found.associations == ()
