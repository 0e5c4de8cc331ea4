"""Rows of the training set are found in files of all formats; what is no row is no alarm."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from deepbench.data.samples import OutcomeInfo, TrainingSet
from deepbench.errors import GateRefused
from deepbench.models.out_of_fold import fit_final
from deepbench.models.portable.storing import portable_files
from deepbench.models.registry import BASELINES
from deepbench.models.storage import model_files
from deepbench.privacy import stored_rows
from deepbench.privacy.content_scan import NameIndex, Secrets, scan_file
from deepbench.privacy.contents import open_contents
from deepbench.privacy.gate import LeavingKind
from deepbench.privacy.stored_rows import RowFinder
from tests.engine.privacy import planting

Matrix = NDArray[np.float64]


def clinical(rows: int = 120, seed: int = 3) -> Matrix:
    """Return ages, sexes, and the like: whole numbers, few values."""
    rng = np.random.default_rng(seed)
    columns = [
        rng.integers(29, 78, rows),
        rng.integers(0, 2, rows),
        rng.integers(0, 4, rows),
        rng.integers(94, 200, rows),
        rng.integers(126, 420, rows),
        rng.integers(71, 202, rows),
        np.round(rng.gamma(1.0, 1.0, rows), 1),
        rng.integers(0, 3, rows),
        rng.integers(0, 2, rows),
        rng.integers(40, 160, rows),
    ]
    return np.column_stack(columns).astype(np.float64)


def measured(rows: int = 80, columns: int = 30, seed: int = 4) -> Matrix:
    """Return measurements with many digits."""
    return np.random.default_rng(seed).lognormal(size=(rows, columns)).round(4)


def finds(finder: RowFinder, name: str, content: bytes) -> bool:
    return finder.finds(open_contents(name, content))


@pytest.mark.parametrize("matrix", [clinical(), measured()], ids=["clinical", "measured"])
def test_rows_are_found_in_every_format(matrix: Matrix) -> None:
    finder, some = RowFinder([matrix]), matrix[10:40]
    single = some.astype(np.float32)
    files = {
        "a.npy": planting.npy(some),
        "b.npy": planting.npy(np.asfortranarray(single)),
        "columns.npy": planting.npy(some.T.copy()),
        "m.safetensors": planting.safetensors(single),
        "t.safetensors": planting.safetensors(single.T),
        "m.onnx": planting.onnx_model(single),
        "t.onnx": planting.onnx_model(single.T.copy()),
        "attribute.onnx": planting.onnx_model(attribute=single),
        "a.csv": planting.table(some),
        "a.json": planting.records(some),
        "lists.json": json.dumps(some.tolist()).encode(),
        "columns.json": json.dumps(some.T.tolist()).encode(),
        "a.txt": planting.table(some).replace(b",", b" "),
        "a.html": planting.page("".join(f"<td>{value:.10g}</td>" for value in some.ravel())),
        "m.skops": planting.zipped(data__npy=planting.npy(some)),
        "one row.npy": planting.npy(some[:1]),
    }
    assert [name for name, content in files.items() if not finds(finder, name, content)] == []


def test_rows_are_found_among_other_numbers_and_with_cells_missing() -> None:
    matrix = measured()
    matrix[::3, 4] = np.nan
    rng = np.random.default_rng(1)
    mixed = np.concatenate([rng.normal(size=501), matrix[3], rng.normal(size=77)])
    assert finds(RowFinder([matrix]), "a.npy", planting.npy(mixed))


def test_a_wide_table_is_found_by_its_first_and_by_its_last_columns() -> None:
    matrix = measured(40, 5_000)
    finder = RowFinder([matrix])
    assert finds(finder, "a.npy", planting.npy(matrix[7]))
    assert finds(finder, "a.npy", planting.npy(matrix[7, 2_500:]))
    finder.demand_alive()


def test_two_columns_are_found_as_a_table() -> None:
    matrix = clinical()[:, [0, 4]]
    finder = RowFinder([matrix])
    assert finds(finder, "a.npy", planting.npy(matrix))
    assert not finds(finder, "a.npy", planting.npy(matrix[5]))  # 57 and 236 stand anywhere
    finder.demand_alive()


def test_other_samples_of_the_same_kind_are_no_alarm() -> None:
    for make in (clinical, measured):
        finder = RowFinder([make()])
        others = make(2_000, seed=99)  # type: ignore[operator]
        for name, content in (
            ("a.npy", planting.npy(others)),
            ("a.csv", planting.table(others)),
            ("m.onnx", planting.onnx_model(others.astype(np.float32))),
        ):
            assert not finds(finder, name, content), (make.__name__, name)


def test_counting_lists_are_no_alarm() -> None:
    index = np.arange(200.0)[:, None]
    finder = RowFinder([index, clinical()])
    for numbers in (np.arange(1_000.0), np.zeros(10_000), np.ones(10_000)):
        assert not finds(finder, "a.npy", planting.npy(numbers))


MODELS: dict[str, tuple[dict[str, object], bool]] = {
    "knn": ({"neighbours": 5, "weights": "uniform"}, True),
    "svm": ({"kernel": "rbf", "C": 1.0, "width": 1.0}, True),
    "linear": ({"penalty": "l2", "strength": 1.0}, False),
    "naive_bayes": ({"smoothing": 0.1}, False),
    "random_forest": (
        {"trees": 50, "splits": "best", "tried": 3, "min_samples_leaf": 10},
        False,
    ),
    "gradient_boosting": (
        {
            "learning_rate": 0.1,
            "iterations": 60,
            "leaves": 7,
            "min_samples_leaf": 10,
            "l2": 1.0,
            "tried": 5,
        },
        False,
    ),
}


@pytest.mark.parametrize("matrix", [clinical(), measured()], ids=["clinical", "measured"])
@pytest.mark.parametrize("family", MODELS)
def test_models_that_store_rows_are_caught_and_no_others(family: str, matrix: Matrix) -> None:
    params, stores = MODELS[family]
    features = pd.DataFrame(matrix, columns=[f"x{n}" for n in range(matrix.shape[1])])
    sum_of_two = matrix[:, 0] + matrix[:, 3]
    rows = len(matrix)
    training = TrainingSet(
        features=features,
        outcome=(sum_of_two > np.median(sum_of_two)).astype(np.int64),
        sample_ids=np.array([f"P-{n:04d}" for n in range(rows)]),
        units=np.arange(rows),
        annotations=pd.DataFrame(index=range(rows)),
        info=OutcomeInfo("y", "binary", ("a", "b")),
    )
    model = fit_final(BASELINES[family], training, params, 1)
    finder = RowFinder([matrix, model.design_matrix(features)])
    stored = model_files(model)
    leaving = {path: content for path, content, _ in portable_files(model, guarded=True)}
    leaving = {path: c for path, c in leaving.items() if path.endswith((".onnx", ".safetensors"))}
    assert len(leaving) == 2
    for files in (stored, *({path: content} for path, content in leaving.items())):
        assert any(finds(finder, name, content) for name, content in files.items()) == stores


def test_a_planted_model_of_neighbours_is_caught() -> None:
    for matrix in (clinical(), measured(), measured(30, 4_000)):
        RowFinder([matrix]).demand_alive()


def test_a_dead_search_lets_no_model_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    finder = RowFinder([clinical()])
    monkeypatch.setattr(stored_rows, "_stands_in", lambda pattern, numbers: False)
    secrets = Secrets(rows=lambda: finder)
    content = planting.onnx_model()
    with pytest.raises(GateRefused, match="put there to try it"):
        scan_file("m.onnx", content, "weights", "sensitive", secrets)
    # A report is no model; whether rows can be told in this table at all is not its matter.
    scan_file("a.html", planting.page("x"), "report", "sensitive", secrets)


def test_a_table_in_which_no_row_can_be_told_lets_no_model_leave() -> None:
    finder = RowFinder([np.arange(50.0)[:, None]])
    with pytest.raises(GateRefused, match="too few different values") as caught:
        scan_file(
            "m.onnx", planting.onnx_model(), "weights", "internal", Secrets(rows=lambda: finder)
        )
    assert "50" not in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("kind", "level", "refused"),
    [
        ("weights", "public", False),
        ("weights", "internal", True),
        ("weights", "sensitive", True),
        ("private weights", "restricted", True),
        ("stored rows", "sensitive", False),
        ("tables", "internal", False),
        ("tables", "sensitive", True),
        ("report", "restricted", True),
        ("samples", "internal", False),
    ],
)
def test_at_which_level_rows_matter(kind: LeavingKind, level: str, refused: bool) -> None:
    finder = RowFinder([measured()])
    secrets = Secrets(names=NameIndex(), rows=lambda: finder)
    content = planting.table(measured()[:3])
    if refused:
        with pytest.raises(GateRefused, match="samples of the training set"):
            scan_file("a.csv", content, kind, level, secrets)  # type: ignore[arg-type]
    else:
        scan_file("a.csv", content, kind, level, secrets)  # type: ignore[arg-type]
