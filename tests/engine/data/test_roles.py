import numpy as np
import pytest
from scipy.cluster.hierarchy import DisjointSet

from deepbench.data.roles import assign_roles, find_column, merged, resolve_roles
from deepbench.errors import DataError, PlanError

N = 24


def table(**columns):
    base = {
        "Sample ID": [f"s{i}" for i in range(N)],
        "mouse": [f"m{i // 2}" for i in range(N)],
        "Hospital": ["north", "south", ""] * (N // 3),
        "comment": [f"seen by {i} people" for i in range(N)],
        "grade": ["low", "high"] * (N // 2),
        "x": [f"{i / 7:.3f}" for i in range(N)],
        "outcome": ["yes", "no"] * (N // 2),
        **columns,
    }
    names = [name for name, values in base.items() if values is not None]
    rows = zip(*(base[name] for name in names), strict=True)
    return "\n".join([",".join(names), *(",".join(map(str, row)) for row in rows)]) + "\n"


def test_features_annotations_and_sheet(parse):
    parsed, plan = parse(
        table(), roles={"sample": "sample id", "unit": "mouse", "site": "hospital"}
    )
    samples, sheet = assign_roles(parsed, plan)
    assert list(samples.features.columns) == ["grade", "x"]
    # Named as the plan names them; free text travels along until the check leaves it out.
    assert list(samples.annotations.columns) == ["mouse", "hospital", "comment"]
    assert samples.annotations["hospital"].tolist()[:3] == ["north", "south", ""]
    assert samples.sample_ids[0] == "s0"
    assert samples.units.tolist() == [i // 2 for i in range(N)]
    assert (sheet.samples, sheet.units, sheet.features) == (N, N // 2, 2)
    assert (sheet.numeric_features, sheet.categorical_features) == (1, 1)
    assert sheet.class_samples == {"no": 12, "yes": 12}
    assert sheet.class_units == {"no": 12, "yes": 12}
    assert sheet.roles["site"] == ("hospital",)
    assert "12 units (units from 'mouse')" in sheet.sentence


def test_rows_without_roles(parse):
    samples, sheet = assign_roles(*parse(table()))
    assert samples.sample_ids[0] == "row 2"
    assert samples.number_of_units == N
    assert sheet.left_out_rows == 0


def test_rows_without_outcome(parse):
    outcome = ["yes", "no"] * (N // 2)
    outcome[3] = ""
    samples, sheet = assign_roles(*parse(table(outcome=outcome)))
    assert len(samples) == N - 1
    assert sheet.left_out_rows == 1
    assert "row 5" not in samples.sample_ids
    assert samples.features.index.tolist() == list(range(N - 1))
    assert samples.features["x"][3] == pytest.approx(4 / 7, abs=1e-3)


def test_joint_units_and_missing_ones(parse):
    litter = ["a", "b"] * (N // 2)
    mouse = [f"{i // 4}" for i in range(N)]
    mouse[0] = mouse[2] = ""
    litter[0] = litter[2] = ""
    parsed, plan = parse(table(litter=litter, mouse=mouse), roles={"unit": ["litter", "mouse"]})
    samples, sheet = assign_roles(parsed, plan)
    assert samples.units[0] != samples.units[2]
    assert samples.units[4] == samples.units[6] != samples.units[5]
    assert "2 rows without one" in sheet.sentence


def test_repeated_sample_names_become_units(parse):
    names = [f"s{i // 3}" for i in range(N)]
    content = table(**{"Sample ID": names})
    _, sheet = assign_roles(*parse(content, roles={"sample": "Sample ID"}))
    assert sheet.units == N // 3
    assert "repeat" in sheet.sentence
    replicate = table(**{"Sample ID": names, "rep": [i % 3 for i in range(N)]})
    roles = {"sample": "Sample ID", "replicate": "rep"}
    samples, sheet = assign_roles(*parse(replicate, roles=roles))
    assert sheet.units == N // 3
    assert "rep" not in samples.features.columns


def test_ignored_columns_are_gone(parse):
    samples, _ = assign_roles(*parse(table(), roles={"ignore": ["x", "comment"]}))
    assert "x" not in samples.features.columns
    assert "comment" not in samples.annotations.columns


def test_column_records_have_roles(write, make_plan):
    from deepbench.data.table_files import TableFiles
    from deepbench.data.table_import import import_table

    plan = make_plan(roles={"sample": "SAMPLE  ID"})
    path = write(table())
    _, record = import_table(TableFiles(path), plan)
    roles = {column.name: column.role for column in record.columns}
    assert roles == {
        "Sample ID": "sample", "mouse": "feature", "Hospital": "feature", "comment": "not used",
        "grade": "feature", "x": "feature", "outcome": "outcome",
    }  # fmt: skip
    assert record.size_bytes == path.stat().st_size
    assert record.rows == N


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Alter", "Alter"),
        ("alter", "alter"),
        ("ALTER ", None),
        ("größe", "Größe"),
        ("b  mi", "B MI"),
    ],
)
def test_find_column(name, found):
    columns = ["Alter", "alter", "Größe", "B MI"]
    if found is None:
        with pytest.raises(DataError, match="could be 'Alter' and 'alter'"):
            find_column(name, columns, True, "roles.unit")
    else:
        assert find_column(name, columns, True, "roles.unit") == found


def test_find_column_by_number_only_without_header():
    columns = ["column 1", "column 2"]
    assert find_column("2", columns, False, "x") == "column 2"
    assert find_column("column 2", columns, False, "x") == "column 2"
    with pytest.raises(DataError, match="no column '2'"):
        find_column("2", columns, True, "x")


def test_unknown_column_lists_the_columns(parse):
    with pytest.raises(
        DataError, match=r"question\.outcome: there is no column 'outcom'"
    ) as caught:
        parse(table(), "outcom")
    assert "Did you mean 'outcome'" in caught.value.hint
    assert "'Sample ID'" in caught.value.hint


def test_one_column_in_two_roles(make_plan):
    columns = ["a", "b", "outcome"]
    for roles in ({"unit": "a", "site": "A"}, {"ignore": "outcome"}):
        with pytest.raises(PlanError, match="two roles"):
            resolve_roles(columns, True, make_plan(roles=roles))


def test_types_must_fit_roles(parse):
    with pytest.raises(PlanError, match=r"data\.types"):
        parse(table(), data={"types": {"outcome": "numeric"}})
    parsed, _ = parse(table(), data={"types": {"X": "categorical"}})
    assert next(c.kind for c in parsed.columns if c.name == "x") == "categorical"


def test_too_few_samples(parse):
    content = "\n".join(table().splitlines()[:4]) + "\n"
    with pytest.raises(DataError, match="3 samples"):
        assign_roles(*parse(content))


def test_no_measurement_left(parse):
    content = table(mouse=None, Hospital=None, grade=None, x=None)
    with pytest.raises(DataError, match="no measurement column") as caught:
        assign_roles(*parse(content, roles={"sample": "Sample ID"}))
    assert "'comment'" in caught.value.message


def test_merged_groupings_against_disjoint_sets():
    generator = np.random.default_rng(3)
    for _ in range(20):
        first = generator.integers(0, 8, 30)
        second = generator.integers(0, 25, 30)
        sets = DisjointSet(range(30))
        for grouping in (first, second):
            for code in np.unique(grouping):
                rows = np.flatnonzero(grouping == code)
                for row in rows[1:]:
                    sets.merge(int(rows[0]), int(row))
        found = merged(first, second)
        expected = {frozenset(subset) for subset in sets.subsets()}
        assert {frozenset(np.flatnonzero(found == c).tolist()) for c in set(found)} == expected
