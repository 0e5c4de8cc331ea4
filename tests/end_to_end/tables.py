"""Small simulated tables and plans for whole runs."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

# The fewest shuffles that can find a signal; and data that is nobody's.
FEW_SHUFFLES = """
[shuffles]
replicates = 19
[privacy]
level = "public"
reason = "Simulated."
"""
# A budget that shows every stage in seconds; whole presets are measured in benchmarks/.
QUICK = f"""
[budget]
trials = 2
[baselines]
families = ["dummy", "linear", "knn", "naive_bayes"]
[networks]
sizes = ["linear", "small"]
seeds = 2
{FEW_SHUFFLES}"""


def write_table(path: Path, header: list[str], rows: list[list[str]]) -> None:
    """Write a CSV file."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, lineterminator="\n").writerows([header, *rows])


def two_classes(path: Path, *, rows: int = 60, shift: float = 2.0, seed: int = 1) -> None:
    """Write cases and controls with six measurements, the first two shifted, and a category."""
    generator = np.random.default_rng(seed)
    labels = generator.permutation(np.arange(rows) % 2)
    values = generator.normal(size=(rows, 6))
    values[:, :2] += shift * labels[:, None]
    header = ["sample", "group", *(f"m{number}" for number in range(6)), "tissue"]
    body = [
        [f"S{i:03d}", "case" if label else "control", *(f"{v:.4f}" for v in row), "AB"[i % 3 == 0]]
        for i, (label, row) in enumerate(zip(labels, values, strict=True))
    ]
    write_table(path, header, body)


def three_classes(path: Path) -> None:
    """Write 25 units with three rows each and one of three classes per unit."""
    generator = np.random.default_rng(2)
    labels = generator.permutation(np.arange(36) % 3)
    own = generator.normal(size=(36, 5))
    own[:, 0] += 3.0 * labels
    header = ["animal", "strain", *(f"m{number}" for number in range(5))]
    body = [
        [f"mouse{unit:02d}", "xyz"[labels[unit]], *(f"{v:.4f}" for v in own[unit] + noise)]
        for unit in range(36)
        for noise in generator.normal(0, 0.3, size=(2, 5))
    ]
    write_table(path, header, body)


def numbers(path: Path) -> None:
    """Write 80 samples with a number as outcome, and some missing cells."""
    generator = np.random.default_rng(3)
    values = generator.normal(size=(80, 5))
    outcome = 10 + 2 * values[:, 0] - values[:, 1] + generator.normal(0, 0.3, 80)
    header = ["yield", *(f"m{number}" for number in range(5))]
    body = [
        [f"{y:.3f}", *("" if generator.random() < 0.05 else f"{v:.4f}" for v in row)]
        for y, row in zip(outcome, values, strict=True)
    ]
    write_table(path, header, body)


def plan_for(folder: Path, outcome: str, extra: str = QUICK) -> Path:
    """Write a plan for ``table.csv`` in the folder and return its path."""
    plan = folder / "plan.toml"
    text = f'[question]\noutcome = "{outcome}"\n[data]\nsource = "table.csv"\n{extra}'
    plan.write_text(text, encoding="utf-8")
    return plan
