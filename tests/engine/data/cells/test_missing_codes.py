"""Codes for missing values: the plan's, by column, and numbers that may be some."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from deepbench.data.cells.missing_codes import MISSING_CODES, Codes, named_columns
from deepbench.data.findings.base import FindingContext
from deepbench.data.findings.missing_codes import MissingCodes, codes_in_plan
from deepbench.data.findings.zeros_for_gaps import ZerosForGaps
from deepbench.data.roles import assign_roles
from deepbench.data.samples import AllSamples, OutcomeInfo
from deepbench.data.table_files import TableFiles
from deepbench.data.table_import import import_table
from deepbench.errors import DataError
from deepbench.plan import StudyPlan

SHARED = Path(__file__).parents[5] / "shared" / "data"
CONTEXT = FindingContext(roles={}, seed=0)


def find(**features):
    frame = pd.DataFrame(features, dtype=np.float64)
    n = len(frame)
    samples = AllSamples(
        features=frame,
        outcome=np.arange(n) % 2,
        sample_ids=np.array([f"s{i}" for i in range(n)]),
        units=np.arange(n),
        annotations=pd.DataFrame(index=range(n)),
        info=OutcomeInfo("y", "binary", ("a", "b")),
    )
    return MissingCodes().find(samples, CONTEXT)


def test_codes_are_texts_and_numbers():
    codes = Codes(["-9", "N/K", " 999 "], ".")
    texts = np.array(["-9", "-9.0", "n/k", "9", "999", ""], dtype=object)
    numbers = np.array([-9.0, -9.0, np.nan, 9.0, 999.0, np.nan])
    assert codes.missing(texts, numbers).tolist() == [True, True, True, False, True, False]
    assert set(Codes(MISSING_CODES, ".").numbers) == set()


def test_columns_are_found_as_freely_as_roles():
    given = {"Chol ": ["0"], "x": ["1"], "gone": ["2"], "A": ["3"]}
    assert named_columns(given, ["chol", "x", "a", "A"]) == {
        "chol": ["0"], "x": ["1"], "A": ["3"],
    }  # fmt: skip


@pytest.mark.parametrize("code", [-9.0, -99.0, -999.0, -9999.0, 999.0, 9999.0])
def test_a_planted_code_is_named_with_its_column(code):
    rng = np.random.default_rng(0)
    ages = rng.integers(20, 80, 60).astype(float)
    planted = ages.copy()
    planted[[3, 17, 40]] = code
    (found,) = find(age=planted, other=rng.normal(50, 9, 60).round(1))
    assert (found.columns, found.where, found.severity) == (("age",), f"{code:g}", "warning")
    rest = np.delete(planted, [3, 17, 40])
    assert found.message == (
        f"{code:g} stands in 3 cells (in 3 samples) of 'age', where all other values lie between "
        f"{rest.min():g} and {rest.max():g}. It is often written for a missing value."
    )
    assert f'write under [data.missing_in] in the plan: "age" = ["{code:g}"]' in found.hint


def test_a_code_of_several_columns_is_one_finding():
    values = np.arange(30.0)
    one, two = values.copy(), values + 5
    one[4] = two[4] = -99
    (found,) = find(a=one, b=two, c=values)
    assert set(found.columns) == {"a", "b"}
    assert found.message.startswith("-99 stands in 2 cells (in 1 sample) of 'a' and 'b', apart")
    assert codes_in_plan([f"g{i}" for i in range(8)], "0").endswith(
        'likewise for 3 more columns'
    )  # fmt: skip


def test_clean_numbers_are_quiet():
    rng = np.random.default_rng(1)
    n = 200
    quiet = {
        "z scores": rng.normal(size=n) * 20,
        "with -9 among others": rng.integers(-12, 12, n),
        "counts": rng.negative_binomial(2, 0.002, n),
        "zeros": rng.poisson(0.3, n),
        "ages to 99": np.r_[rng.integers(20, 95, n - 2), 99, 99],
        "one extreme": np.r_[rng.normal(10, 1, n - 1), 999],
        "scores": rng.integers(1, 5, n),
        "switch": np.r_[np.zeros(n - 2), 99, 99],
    }
    assert find(**quiet) == []


def test_the_plan_makes_a_code_missing(parse):
    rows = "".join(f"{i % 2},{0 if i % 5 == 0 else 200 + i},{i}\n" for i in range(40))
    content = "outcome,Chol,x\n" + rows
    plain, _ = parse(content)
    assert plain.frame["Chol"].isna().sum() == 0
    parsed, _ = parse(content, data={"missing_in": {"chol": ["0"]}})
    assert parsed.frame["Chol"].isna().sum() == 8
    (note,) = parsed.conversions
    assert (note.column, note.count) == ("Chol", 8)
    assert note.what == "'0' read as missing (code of this column)"
    assert parsed.frame["x"].isna().sum() == 0
    with pytest.raises(DataError, match=r"data\.missing_in: there is no column 'cholest'"):
        parse(content, data={"missing_in": {"cholest": ["0"]}})


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no data sets in {SHARED}")
@pytest.mark.parametrize(
    ("name", "outcome", "zeros"),
    [
        ("breast_wisconsin_wdbc/wdbc.csv", "diagnosis", ()),
        ("mice_protein/Data_Cortex_Nuclear.xls", "class", ()),
        ("abalone_age/abalone.csv", "9", ()),
        ("heart_disease_4sites/heart_4sites_combined.csv", "disease", ("chol", "trestbps")),
    ],
)
def test_real_tables(name, outcome, zeros):
    plan = StudyPlan.model_validate({"question": {"outcome": outcome}, "data": {"source": "x"}})
    samples, _ = assign_roles(import_table(TableFiles(SHARED / name), plan)[0], plan)
    assert MissingCodes().find(samples, CONTEXT) == []
    found = ZerosForGaps().find(samples, CONTEXT)
    assert tuple(column for record in found for column in record.columns) == zeros
    for record in found:
        assert '[data.missing_in] in the plan: "chol" = ["0"]' in record.hint
