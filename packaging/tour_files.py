"""Two files as a lab has them, for the tour: genes in rows, and a sample sheet beside them."""

from __future__ import annotations

import csv
import random
from pathlib import Path

COUNTS, SHEET = "counts.csv", "patients.csv"
#: Column of the sample sheet that is predicted.
OUTCOME = "group"
_SAMPLES, _GENES, _SEED = 24, 120, 7
_RAISED, _TWICE = 10, 2.0


def write_files(folder: Path) -> tuple[Path, Path]:
    """Write a table with genes in rows and its sample sheet; return their paths.

    The sheet spells the names of the samples in its own way, as sheets do.
    """
    chance = random.Random(_SEED)
    names = [f"Mouse.{number:02}.liver" for number in range(1, _SAMPLES + 1)]
    groups = ["treated" if number % 2 else "control" for number in range(_SAMPLES)]
    counts, sheet = folder / COUNTS, folder / SHEET
    with counts.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["gene", *names])
        for gene in range(_GENES):
            usual = chance.lognormvariate(5.0, 1.2)
            raised = _TWICE if gene < _RAISED else 1.0
            row = [
                round(chance.gammavariate(4.0, usual / 4.0) * (raised if one == "treated" else 1))
                for one in groups
            ]
            writer.writerow([f"ENSMUSG{gene + 1:011}", *row])
    with sheet.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["sample", OUTCOME, "litter", "run"])
        for number, (name, group) in enumerate(zip(names, groups, strict=True)):
            spelled = name.lower().replace(".", "-")
            writer.writerow([spelled, group, f"L{number // 3 + 1}", f"run {number % 4 // 2 + 1}"])
    return counts, sheet
