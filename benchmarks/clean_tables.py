"""Clean tables of several shapes, from a seed; `planted_leaks.py` plants leaks into them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.findings.base import FindingContext
from deepbench.data.samples import AllSamples, OutcomeInfo

Generator = np.random.Generator
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Table:
    """Samples and the roles that the plan gives.

    Attributes:
        samples: The samples.
        roles: Columns by role.
    """

    samples: AllSamples
    roles: Mapping[str, tuple[str, ...]]

    def context(self, seed: int = 1) -> FindingContext:
        """Return what the check needs to know."""
        return FindingContext(self.roles, seed)

    def with_features(self, **columns: object) -> Table:
        """Return the table with features added or replaced."""
        features = self.samples.features.assign(**columns)
        return replace(self, samples=replace(self.samples, features=features))

    def with_annotation(self, role: str, column: str, texts: object) -> Table:
        """Return the table with an annotation added or replaced, and its role if there is one."""
        notes = self.samples.annotations.assign(**{column: np.asarray(texts, dtype=object)})
        roles = {**self.roles, role: (column,)} if role else self.roles
        return Table(replace(self.samples, annotations=notes), roles)

    def with_outcome(self, outcome: object) -> Table:
        """Return the table with another outcome."""
        kept = np.asarray(outcome, dtype=self.samples.outcome.dtype)
        return replace(self, samples=replace(self.samples, outcome=kept))

    def sorted_by_outcome(self) -> Table:
        """Return the table with its rows sorted by class, named in that order."""
        order = np.argsort(self.samples.outcome, kind="stable").astype(np.int64)
        names = self.samples.sample_ids.copy()
        taken = replace(self.samples.take(order), sample_ids=names)
        return replace(self, samples=taken)


def _table(
    X: Floats,
    outcome: NDArray[np.int64] | Floats,
    classes: tuple[str, ...],
    units: NDArray[np.int64] | None = None,
) -> Table:
    n = len(X)
    task = {0: "regression", 2: "binary"}.get(len(classes), "multiclass")
    samples = AllSamples(
        features=pd.DataFrame(X, columns=[f"g{i}" for i in range(X.shape[1])]),
        outcome=outcome,
        sample_ids=np.array([f"S{i:03d}" for i in range(1, n + 1)], dtype=np.str_),
        units=np.arange(n, dtype=np.int64) if units is None else units,
        annotations=pd.DataFrame(index=range(n)),
        info=OutcomeInfo("outcome", task, classes),  # type: ignore[arg-type]
    )
    return Table(samples, {"sample": ("name",)})


def noise(generator: Generator) -> Table:
    """60 × 2,000, two classes, nothing in it."""
    y = generator.permutation(np.arange(60) % 2).astype(np.int64)
    return _table(generator.normal(size=(60, 2000)), y, ("control", "case"))


def signal(generator: Generator) -> Table:
    """200 × 30, two classes, ten features shifted by one standard deviation."""
    y = generator.permutation(np.arange(200) % 2).astype(np.int64)
    X = generator.normal(size=(200, 30))
    X[:, :10] += y[:, None]
    return _table(X, y, ("control", "case"))


def units(generator: Generator) -> Table:
    """120 samples of 40 units, two classes; samples of a unit resemble each other."""
    unit = np.repeat(np.arange(40), 3).astype(np.int64)
    y = generator.permutation(np.arange(40) % 2).astype(np.int64)[unit]
    X = generator.normal(size=(40, 40))[unit] + generator.normal(0, 0.5, (120, 40))
    table = _table(X, y, ("control", "case"), unit)
    return table.with_annotation("unit", "mouse", [f"m{u}" for u in unit])


def regression(generator: Generator) -> Table:
    """150 × 40, a measured outcome that five features explain by a half."""
    X = generator.lognormal(0, 0.4, size=(150, 40))
    y = X[:, :5].sum(axis=1)
    return _table(X, y + generator.normal(0, y.std(), 150), ())


def three_classes(generator: Generator) -> Table:
    """150 × 40, three classes, five features shifted from class to class."""
    y = generator.permutation(np.arange(150) % 3).astype(np.int64)
    X = generator.normal(size=(150, 40))
    X[:, :5] += 0.8 * y[:, None]
    return _table(X, y, ("low", "middle", "high"))


def with_roles(generator: Generator) -> Table:
    """160 × 40, two classes, with batches that shift features, sites, dates and wells."""
    y = generator.permutation(np.arange(160) % 2).astype(np.int64)
    batch = generator.integers(0, 4, 160)
    X = generator.normal(size=(160, 40)) + generator.normal(0, 1, (4, 40))[batch]
    table = _table(X, y, ("control", "case"))
    days = pd.Timestamp("2023-01-01") + pd.to_timedelta(generator.integers(0, 300, 160), unit="D")
    table = table.with_annotation("batch", "plate", [f"p{b}" for b in batch])
    table = table.with_annotation("site", "hospital", generator.choice(["north", "south"], 160))
    table = table.with_annotation("date", "drawn", days.strftime("%Y-%m-%d"))
    return table.with_annotation("", "well", well_names(160, generator))


def messy(generator: Generator) -> Table:
    """150 × 64, two classes: skewed, correlated features, counts, labels, gaps, a true signal."""
    y = generator.permutation(np.arange(150) % 2).astype(np.int64)
    factors = generator.normal(size=(150, 6)) + 0.8 * y[:, None] * (np.arange(6) < 2)
    X = factors @ generator.normal(size=(6, 60)) + generator.normal(size=(150, 60))
    X = np.exp(X / 2)
    X[generator.random(X.shape) < 0.05] = np.nan
    table = _table(X, y, ("control", "case"))
    return table.with_features(
        colonies=generator.poisson(3, 150).astype(np.float64),
        rare=(generator.random(150) < 0.04).astype(np.float64),
        sex=pd.Series(generator.choice(["f", "m"], 150), dtype=object),
        smoker=pd.Series(generator.choice(["yes", "no", "once"], 150), dtype=object),
    )


CLEAN: dict[str, Callable[[Generator], Table]] = {
    "noise": noise,
    "signal": signal,
    "units": units,
    "regression": regression,
    "three classes": three_classes,
    "roles": with_roles,
    "messy": messy,
    "messy, sorted by class": lambda g: messy(g).sorted_by_outcome(),
    "signal, sorted by class": lambda g: signal(g).sorted_by_outcome(),
    "noise, sorted by class": lambda g: noise(g).sorted_by_outcome(),
}


def well_names(n: int, generator: Generator) -> list[str]:
    """Return so many wells of a plate of 96 or 384, in random order."""
    every = [f"{row}{column:02d}" for row in "ABCDEFGHIJKLMNOP" for column in range(1, 25)]
    small = [w for w in every if w[0] in "ABCDEFGH" and int(w[1:]) <= 12]
    return [str(well) for well in generator.permutation(small if n <= 96 else every)[:n]]


def clean_table(shape: str, seed: int) -> Table:
    """Return a clean table of a shape."""
    return CLEAN[shape](np.random.default_rng([seed, *shape.encode("utf-8")]))
