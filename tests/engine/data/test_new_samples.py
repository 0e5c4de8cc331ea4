"""New samples come as the training table came: turned, with a sample sheet, with calls between."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from deepbench.data.new_samples import ModelColumns, read_new_samples
from deepbench.data.table_files import TableFiles
from deepbench.data.table_import import import_table
from deepbench.errors import DataError
from deepbench.plan import Data

GENES = [f"ENSG{i:011d}" for i in range(6)]
MODEL = ModelColumns(
    numeric=(*GENES, "age"),
    categorical=(),
    used=frozenset([*GENES[:4], "age"]),
    ranges=dict.fromkeys((*GENES, "age"), (0.0, 99.0)),
)
NO_AGE = ModelColumns(tuple(GENES), (), frozenset(GENES[:4]), dict.fromkeys(GENES, (0.0, 99.0)))
PLAN = Data(
    source="train.csv", more=["more.csv"], sample_sheet="sheet.csv", between="leave out",
    unmatched="ask",
)  # fmt: skip


def matrix(samples, calls=False, seed=0):
    values = np.random.default_rng(seed).integers(0, 99, (len(GENES), len(samples)))
    header = [
        "description",
        "gene",
        *(n for s in samples for n in ([s, "call"] if calls else [s])),
    ]
    rows = [
        [f"protein {i}", gene, *(c for v in row for c in ([str(v), "P"] if calls else [str(v)]))]
        for i, (gene, row) in enumerate(zip(GENES, values, strict=True))
    ]
    return "\n".join(",".join(row) for row in [header, *rows]) + "\n", values


@pytest.fixture
def new(tmp_path):
    def _new(table, sheet=None, wanted=NO_AGE, options=PLAN, sample_columns=("patient",)):
        (tmp_path / "new.csv").write_text(table, encoding="utf-8")
        if sheet is not None:
            (tmp_path / "facts.csv").write_text(sheet, encoding="utf-8")
        facts = None if sheet is None else tmp_path / "facts.csv"
        return read_new_samples(tmp_path / "new.csv", options, wanted, list(sample_columns), facts)

    return _new


@pytest.mark.parametrize("calls", [False, True])
@pytest.mark.parametrize("orientation", ["auto", "samples in columns", "samples in rows"])
def test_a_matrix_is_turned_by_the_names_of_the_model(new, calls, orientation):
    table, values = matrix(["N1", "N2", "N3"], calls)
    found = new(table, options=PLAN.model_copy(update={"orientation": orientation}))
    assert found.sample_column == "sample"
    assert found.sample_ids.tolist() == ["N1", "N2", "N3"]
    np.testing.assert_array_equal(found.features[GENES].to_numpy(), values.T)
    assert found.notes[0] == "Each column of new.csv was read as a sample."


def test_samples_in_rows_stay_so_whatever_the_training_table_was(new):
    _, values = matrix(["N1", "N2"])
    frame = pd.DataFrame(values.T, columns=GENES)
    frame.insert(0, "patient", ["N1", "N2"])
    turned = PLAN.model_copy(update={"orientation": "samples in columns"})
    found = new(frame.to_csv(index=False), options=turned)
    assert found.sample_ids.tolist() == ["N1", "N2"]
    np.testing.assert_array_equal(found.features[GENES].to_numpy(), values.T)
    assert found.notes == ()


def test_a_sample_sheet_gives_what_the_model_needs_of_it(new):
    table, values = matrix(["N1", "N2", "N3"])
    with pytest.raises(DataError, match="lacks 1 of the 5 columns") as error:
        new(table, wanted=MODEL)
    assert "sample sheet" in error.value.hint
    found = new(table, "patient,age\nN3,33\nN9,39\nN1,31\n", MODEL)
    assert found.sample_column == "patient"
    assert found.sample_ids.tolist() == ["N1", "N3"]
    assert found.features["age"].tolist() == [31.0, 33.0]
    np.testing.assert_array_equal(found.features[GENES].to_numpy(), values.T[[0, 2]])
    assert "1 sample left out, as the sample sheet lacks it: 'N2'." in found.notes


def test_names_in_another_spelling_are_refused_in_words_for_new_samples(new):
    table, _ = matrix(["N1", "N2", "N3"])
    with pytest.raises(DataError, match="spell the names of samples differently") as error:
        new(table, "patient,age\nn-3,33\nn-2,39\nn-1,31\n", MODEL)
    assert error.value.hint == "Write the names of the samples alike in both files."
    loose = PLAN.model_copy(update={"matching": "loose"})
    found = new(table, "patient,age\nn-3,33\nn-2,39\nn-1,31\n", MODEL, loose)
    assert found.features["age"].tolist() == [31.0, 39.0, 33.0]


def test_features_have_the_names_that_the_import_gave_them(new, tmp_path, make_plan):
    # The new file has another unique column in front; the names are those of the training.
    names = [f"S{i}" for i in range(12)]
    table, _ = matrix(names)
    (tmp_path / "train.csv").write_text(table, encoding="utf-8")
    sheet = "patient,group\n" + "".join(f"{n},{'ab'[i % 2]}\n" for i, n in enumerate(names))
    (tmp_path / "sheet.csv").write_text(sheet, encoding="utf-8")
    plan = make_plan("group", data={"source": "train.csv", "sample_sheet": "sheet.csv"})
    parsed, _ = import_table(TableFiles.of(plan.data, tmp_path.joinpath), plan)
    assert set(GENES) <= set(parsed.frame.columns)
    ranges = dict.fromkeys(GENES, (0.0, 99.0))
    fresh, values = matrix(["N1", "N2"], seed=5)
    lines = [f"probe{i},{line}" for i, line in enumerate(fresh.splitlines())]
    lines[0] = lines[0].replace("probe0", "probe")
    wanted = ModelColumns(tuple(GENES), (), frozenset(GENES), ranges)
    found = new("\n".join(lines) + "\n", None, wanted, plan.data)
    np.testing.assert_array_equal(found.features.to_numpy(), values.T)
