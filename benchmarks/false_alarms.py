"""How often the data check cries wolf, and how often it names a leak that is there.

    python benchmarks/false_alarms.py --seeds 20

Prints three tables: findings in clean tables by kind and severity; planted leaks that were named
(kind, columns and samples right), by strength; and test sets told from training sets.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from clean_tables import CLEAN, clean_table
from planted_leaks import LEAKS, Planted, planted

from deepbench.data.findings.registry import check
from deepbench.data.similarity import compare_sets
from deepbench.data.splits import OuterFold, OuterPlan
from deepbench.study.records import CheckRecord

_DESIGNS = ("holdout", "nested")
_SHIFTS = (0.0, 0.5, 1.0, 2.0)


def is_named(found: CheckRecord, leak: Planted) -> bool:
    """Whether a finding of the right kind names all columns and samples of a leak."""
    return any(
        record.kind in leak.kinds
        and record.severity in leak.severities
        and set(leak.columns) <= set(record.columns)
        and set(leak.samples) <= set(record.samples)
        for record in found.findings
    )


def alarms(seeds: Iterable[int]) -> Counter[tuple[str, str, str]]:
    """Count findings in clean tables by shape, severity and kind."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for shape in CLEAN:
        for seed in seeds:
            table = clean_table(shape, seed)
            for record in check(table.samples, table.context(seed)).findings:
                counts[shape, record.severity, record.kind] += 1
    return counts


def set_apart(shape: str, design: str, shift: float, seed: int) -> bool | None:
    """Return whether a random test set, one feature of it shifted, is told from the rest."""
    samples = clean_table(shape, seed).samples
    generator = np.random.default_rng([seed, 3])
    rows = np.arange(len(samples))
    parts = generator.permutation(samples.number_of_units) % 5
    part = parts[np.unique(samples.units, return_inverse=True)[1]]
    folds = tuple(
        OuterFold(f"fold {k + 1}", rows[part != k], rows[part == k])
        for k in range(1 if design == "holdout" else 5)
    )
    features = samples.features.copy()
    features.loc[folds[0].test, "g2"] += shift * features["g2"].std()
    plan = OuterPlan("holdout" if design == "holdout" else "nested", "", folds)
    record = compare_sets(replace(samples, features=features), plan, seed)
    return None if record is None else record.low > 0.5


def main() -> None:
    """Run all and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    seeds = range(1, parser.parse_args().seeds + 1)
    print(f"Findings in {len(seeds)} clean tables of each shape\n")
    print("| table | severity | kind | findings |\n|---|---|---|---|")
    counts = alarms(seeds)
    for shape in CLEAN:
        own = {key: number for key, number in counts.items() if key[0] == shape}
        for (_, severity, kind), number in sorted(own.items()):
            print(f"| {shape} | {severity} | {kind} | {number} |")
        if not own:
            print(f"| {shape} | – | – | 0 |")
    print("\nPlanted leaks that were named\n")
    print("| leak | table | strength | named |\n|---|---|---|---|")
    for name, leak in LEAKS.items():
        for shape in leak.shapes:
            for strength in leak.strengths:
                hits = sum(_found(name, shape, strength, seed) for seed in seeds)
                print(f"| {name} | {shape} | {strength:g} {leak.unit} | {hits}/{len(seeds)} |")
    print("\nTest sets told from training sets (one feature shifted, in sd)\n")
    print("| table | design | shift | told apart |\n|---|---|---|---|")
    for shape in ("noise", "signal", "regression", "units"):
        for design in _DESIGNS:
            for shift in _SHIFTS if design == "holdout" else _SHIFTS[:1]:
                told = [set_apart(shape, design, shift, seed) for seed in seeds]
                able = [one for one in told if one is not None]
                print(f"| {shape} | {design} | {shift:g} | {sum(able)}/{len(able)} |")


def _found(name: str, shape: str, strength: float, seed: int) -> bool:
    leak = planted(name, shape, strength, seed)
    return is_named(check(leak.table.samples, leak.table.context(seed)), leak)


if __name__ == "__main__":
    main()
