"""What privacy costs, as a picture and as tables."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from deepbench.reporting.figures import private
from deepbench.reporting.figures.private import private_figure
from deepbench.reporting.private_tables import budgets_table, certificate_table
from deepbench.study.records import (
    CertificateRecord,
    PrivatePoint,
    PrivateTrainingRecord,
    Score,
)

CERTIFICATE = CertificateRecord(
    epsilon=2.9996,
    delta=1e-5,
    unit="patient",
    units=364,
    clipping_norm=1.0,
    noise_multiplier=16.7,
    sampling_rate=1.0,
    steps=100,
    accountants=(("RDP", 2.9996), ("PRV", 2.78)),
    public=("a network",),
    counted=("a histogram", "steps"),
    assumed=("the number of patients",),
    adjacency="adding or removing one patient with all of its samples",
    noise_source="the system",
    not_covered="Scores.",
)


def record(*scores: float | None) -> PrivateTrainingRecord:
    points = tuple(
        PrivatePoint(
            epsilon=epsilon,
            noise=10.0,
            score=Score(value=value, low=None if value is None else value - 0.1, high=0.99),
            draws=() if value is None else (value - 0.02, value + 0.02),
        )
        for epsilon, value in zip((1.0, 3.0, 8.0), scores, strict=False)
    )
    return PrivateTrainingRecord(
        network="network-linear",
        metric="auroc",
        without=Score(value=0.95, low=0.9, high=0.98),
        points=points,
        epsilon=3.0,
        certificate=CERTIFICATE,
        model="models/private-x",
        useful=True,
        sentences=(),
        reference="network-medium",
        chance=0.5,
    )


def test_picture_and_its_words() -> None:
    picture = private_figure(record(0.8, 0.9, 0.93))
    assert picture is not None
    assert picture.png.startswith(b"\x89PNG")
    assert "0.800 (95 % interval 0.700–0.990) at ε = 1" in picture.alt
    assert "without noise scores 0.950 (95 % interval 0.900–0.980)" in picture.alt
    assert "2 draws of noise" in picture.caption


def test_what_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    figure = Figure()
    monkeypatch.setattr(private, "draw", lambda *args, **_: args[2](figure))
    private_figure(record(0.8, 0.9, 0.93))
    lines = [
        (np.asarray(line.get_xdata()), np.asarray(line.get_ydata()))
        for line in figure.axes[0].lines
    ]
    intervals = [(x[0], *y) for x, y in lines if len(x) == 2 and x[0] == x[1] != 0]
    expected = [(1.0, 0.7, 0.99), (3.0, 0.8, 0.99), (8.0, 0.83, 0.99)]
    for interval in expected:
        assert any(np.allclose(interval, found) for found in intervals), interval
    assert any(np.allclose(y, 0.95) for _, y in lines)
    # The budget asked for has a ring around its dot.
    assert sum(np.allclose(x, 3.0) and np.allclose(y, 0.9) for x, y in lines if len(x) == 1) == 2


def test_no_picture_without_a_score() -> None:
    assert private_figure(record()) is None
    assert private_figure(record(None)) is None
    assert budgets_table(record()) is None


def test_scores_by_budget() -> None:
    table = budgets_table(record(0.8, 0.9))
    assert table is not None
    assert table.rows == (
        ("1", "0.800", "0.700–0.990", "0.780 to 0.820"),
        ("3", "0.900", "0.800–0.990", "0.880 to 0.920"),
        ("no noise", "0.950", "0.900–0.980", "–"),
    )
    assert table.marked == {1}


def test_the_certificate_names_the_larger_epsilon_and_what_it_rests_on() -> None:
    rows = dict(certificate_table(CERTIFICATE).rows)
    assert rows["Guarantee"] == "ε = 3.000, δ = 1.0 × 10⁻⁵"
    assert rows["Accountants"] == "RDP 3.000 and PRV 2.780; the larger counts"
    assert rows["Protects against"].startswith("adding or removing one patient")
    assert "Private models fitted before" not in rows
    again = CERTIFICATE.model_copy(update={"earlier": (1.0, 3.0)})
    rows = dict(certificate_table(again).rows)
    assert rows["Private models fitted before"] == "ε = 1.000 and ε = 3.000"
