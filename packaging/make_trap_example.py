"""Write the table of the built-in example with a trap (resources/deepbench_resources/examples).

Run from the repository root: ``python packaging/make_trap_example.py``. The table is part of the
repository; the script is kept so that everybody can see that there is no signal in it.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

PATIENTS, SAMPLES_EACH, PROTEINS = 48, 3, 40
TARGET = Path("resources/deepbench_resources/examples/trap/proteins.csv")


def main() -> None:
    """Simulate patients, plates and proteins, and write the table."""
    generator = np.random.default_rng(20221)
    is_case = generator.permutation(np.repeat([True, False], PATIENTS // 2))
    plate_effect = generator.normal(0.0, 0.9, (4, PROTEINS))
    rows: list[list[str]] = []
    for patient in range(PATIENTS):
        own = generator.normal(0.0, 1.0, PROTEINS)
        # 7 of 8 patients are on the plates of their group; the trap is association, not identity.
        swapped = generator.random() < 1 / 8
        plates = (0, 1) if bool(is_case[patient]) != swapped else (2, 3)
        plate = plates[int(generator.integers(2))]
        for replicate in range(SAMPLES_EACH):
            values = 8.0 + own + plate_effect[plate] + generator.normal(0.0, 0.4, PROTEINS)
            rows.append(
                [
                    f"S{patient * SAMPLES_EACH + replicate + 1:03d}",
                    f"P{patient + 1:02d}",
                    f"plate {'ABCD'[plate]}",
                    "case" if is_case[patient] else "control",
                    *(f"{value:.3f}" for value in values),
                ]
            )
    header = ["sample", "patient", "plate", "group"]
    header += [f"protein_{number:02d}" for number in range(1, PROTEINS + 1)]
    with TARGET.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, lineterminator="\n").writerows([header, *rows])


if __name__ == "__main__":
    main()
