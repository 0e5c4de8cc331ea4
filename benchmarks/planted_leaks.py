"""Leaks to plant into clean tables, one at a time.

`false_alarms.py` counts what the data check says of them; the test suite asserts that each leak
is named. All tables come from a seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from clean_tables import CLEAN, Floats, Generator, Table, well_names


@dataclass(frozen=True)
class Planted:
    """A table with a leak in it.

    Attributes:
        table: The table.
        kinds: Kinds of finding, one of which must name the leak.
        columns: Columns that it must name.
        samples: Samples that it must name.
        severities: Severities that it may have.
    """

    table: Table
    kinds: tuple[str, ...]
    columns: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    severities: tuple[str, ...] = ("serious", "blocking")


@dataclass(frozen=True)
class Leak:
    """A kind of leak.

    Attributes:
        plant: Makes a table with the leak, of a strength.
        strengths: From weak to strong; what they mean stands in ``unit``.
        unit: What the strength is.
        shapes: Names of clean tables that it can be planted in.
    """

    plant: Callable[[Table, float, Generator], Planted]
    strengths: tuple[float, ...]
    unit: str
    shapes: tuple[str, ...]


_CLASSES = ("noise", "signal", "three classes")
_BINARY = ("noise", "signal")


def _correlated(along: Floats, correlation: float, generator: Generator) -> Floats:
    standard = (along - along.mean()) / along.std()
    rest = np.sqrt(1 - correlation**2) * generator.normal(size=len(along))
    return np.asarray(correlation * standard + rest, dtype=np.float64)


def _duplicates(table: Table, pairs: float, generator: Generator) -> Planted:
    outcome = table.samples.outcome
    features = table.samples.features.copy()
    first = generator.permutation(np.flatnonzero(outcome == 0))[: int(pairs)]
    second = generator.permutation(np.flatnonzero(outcome == 1))[: int(pairs)]
    features.iloc[second] = features.iloc[first].to_numpy()
    samples = replace(table.samples, features=features)
    names = tuple(str(samples.sample_ids[row]) for row in (*first, *second))
    return Planted(replace(table, samples=samples), ("duplicates",), samples=names)


def _sample_number(table: Table, correlation: float, generator: Generator) -> Planted:
    """Names numbered by class, rows in random order, a feature that holds the number."""
    table = table.sorted_by_outcome()
    number = np.arange(len(table.samples), dtype=np.float64)
    table = table.with_features(well_code=_correlated(number, correlation, generator))
    shuffled = table.samples.take(generator.permutation(len(number)).astype(np.int64))
    return Planted(replace(table, samples=shuffled), ("drift",), ("well_code",))


def _row_drift(table: Table, correlation: float, generator: Generator) -> Planted:
    """A file sorted by class, of which a feature drifts along the rows."""
    table = table.sorted_by_outcome()
    drifting = _correlated(np.arange(len(table.samples), dtype=float), correlation, generator)
    return Planted(table.with_features(g7=drifting), ("drift",), ("g7",))


def _row_counter(table: Table, step: float, generator: Generator) -> Planted:
    """A counter in the file's order that is no run of whole numbers."""
    table = table.sorted_by_outcome()
    counter = 41.5 + step * np.arange(len(table.samples))
    return Planted(table.with_features(instrument=counter), ("drift",), ("instrument",))


def _common_drift(table: Table, correlation: float, generator: Generator) -> Planted:
    """All features of a file sorted by class drift a little."""
    table = table.sorted_by_outcome()
    place = np.arange(len(table.samples), dtype=np.float64)
    X = np.stack([_correlated(place, correlation, generator) for _ in table.samples.features])
    signs = generator.choice([-1.0, 1.0], len(X))
    features = pd.DataFrame((X * signs[:, None]).T, columns=table.samples.features.columns)
    drifting = replace(table.samples, features=features)
    graver = ("warning", "serious")
    return Planted(replace(table, samples=drifting), ("drift",), severities=graver)


def _date(table: Table, share: float, generator: Generator) -> Planted:
    """So large a share of the second class was collected in the second half of the time."""
    late = generator.random(len(table.samples)) < share
    second = np.where(late, table.samples.outcome > 0, generator.random(len(late)) < 0.5)
    days = generator.integers(0, 150, len(late)) + 150 * second
    texts = (pd.Timestamp("2023-01-01") + pd.to_timedelta(days, unit="D")).strftime("%Y-%m-%d")
    dated = table.with_annotation("date", "drawn", texts)
    severities = ("warning", "serious")
    return Planted(dated, ("outcome and order",), ("drawn",), severities=severities)


def _year(table: Table, share: float, generator: Generator) -> Planted:
    """The same with years, in a column that has no role."""
    follows = generator.random(len(table.samples)) < share
    late = np.where(follows, table.samples.outcome > 0, generator.random(len(follows)) < 0.5)
    years = 2015.0 + generator.integers(0, 4, len(late)) + 4 * late
    dated = table.with_features(year=years)
    severities = ("warning", "serious")
    return Planted(dated, ("outcome and order",), ("year",), severities=severities)


def _layout(table: Table, share: float, generator: Generator) -> Planted:
    """So large a share of the second class stands in the right half of the plate."""
    n = len(table.samples)
    wells = sorted(well_names(n, generator), key=lambda well: int(well[1:]))
    score = np.where(generator.random(n) < share, table.samples.outcome, generator.random(n))
    texts = np.empty(n, dtype=object)
    texts[np.argsort(score, kind="stable")] = wells
    laid = table.with_annotation("", "well", texts)
    severities = ("warning", "serious")
    return Planted(laid, ("plate position",), ("well",), severities=severities)


def _edge(table: Table, effect: float, generator: Generator) -> Planted:
    """A feature that is higher on the edge, where the second class mostly stands."""
    n = len(table.samples)
    rows, columns = ("ABCDEFGH", 12) if n <= 96 else ("ABCDEFGHIJKLMNOP", 24)
    wells = np.array(well_names(n, generator), dtype=object)
    edge = np.array([w[0] in (rows[0], rows[-1]) or int(w[1:]) in (1, columns) for w in wells])
    score = edge + np.where(generator.random(n) < 0.7, 0.0, generator.random(n) * 2)
    texts = np.empty(n, dtype=object)
    by_outcome = np.argsort(table.samples.outcome + generator.random(n) * 0.9, kind="stable")
    texts[by_outcome] = wells[np.argsort(score, kind="stable")]
    on_edge = np.array([edge[np.flatnonzero(wells == text)[0]] for text in texts])
    feature = effect * on_edge + generator.normal(size=n)
    laid = table.with_annotation("", "well", texts).with_features(g3=feature)
    return Planted(laid, ("plate position",), ("g3",), severities=("info", "serious"))


def _other_words(table: Table, errors: float, generator: Generator) -> Planted:
    wrong = generator.random(len(table.samples)) < errors
    codes = np.where(wrong, (table.samples.outcome + 1) % 2, table.samples.outcome > 0)
    labels = np.array(["green", "red"], dtype=object)[codes.astype(int)]
    return Planted(table.with_features(tube=labels), ("suspicious feature",), ("tube",))


def _copy(table: Table, noise_sd: float, generator: Generator) -> Planted:
    n = len(table.samples)
    copied = table.samples.outcome + generator.normal(0, noise_sd, n)
    return Planted(table.with_features(g5=copied), ("suspicious feature",), ("g5",))


def _copied_number(table: Table, noise_sd: float, generator: Generator) -> Planted:
    y = table.samples.outcome.astype(np.float64)
    copied = y + generator.normal(0, noise_sd * y.std(), len(y))
    return Planted(table.with_features(g5=copied), ("suspicious feature",), ("g5",))


def _threshold(table: Table, errors: float, generator: Generator) -> Planted:
    values = table.samples.features["g4"].to_numpy(dtype=np.float64)
    above = values > np.median(values)
    wrong = generator.random(len(values)) < errors
    planted = table.with_outcome(above ^ wrong)
    return Planted(planted, ("suspicious feature", "computed outcome"), ("g4",))


def _threshold_of(kind: str) -> Callable[[Table, float, Generator], Planted]:
    def _plant(table: Table, errors: float, generator: Generator) -> Planted:
        n = len(table.samples)
        a, b = generator.lognormal(1, 0.3, (2, n))
        value = {"ratio": a / b, "sum": a + b, "index": a / b**2}[kind]
        wrong = generator.random(n) < errors
        planted = table.with_outcome((value > np.median(value)) ^ wrong)
        return Planted(planted.with_features(a=a, b=b), ("computed outcome",), ("a", "b"))

    return _plant


def _formula(kind: str) -> Callable[[Table, float, Generator], Planted]:
    def _plant(table: Table, noise_sd: float, generator: Generator) -> Planted:
        parts = table.samples.features[["g20", "g21", "g22"]].to_numpy(dtype=np.float64).T
        value = {
            "sum": 2 * parts[0] + parts[1] + 0.5 * parts[2],
            "ratio": parts[0] / parts[1],
            "index": parts[0] / parts[1] ** 2,
        }[kind]
        spread = float(value.std())
        planted = table.with_outcome(value + generator.normal(0, noise_sd * spread, len(value)))
        names = ("g20", "g21", "g22") if kind == "sum" else ("g20", "g21")
        return Planted(planted, ("computed outcome",), names)

    return _plant


def _afterwards(table: Table, effect: float, generator: Generator) -> Planted:
    months = (
        20 - effect * 5 * table.samples.outcome + 5 * generator.normal(size=len(table.samples))
    )
    late = table.with_features(months_to_relapse=months)
    return Planted(late, ("known afterwards",), ("months_to_relapse",))


def _gaps_afterwards(table: Table, share: float, generator: Generator) -> Planted:
    """A date of death in days that mostly stands where the outcome is the last class."""
    n = len(table.samples)
    days = np.where(
        generator.random(n) < share, table.samples.outcome > 0, generator.random(n) < 0.5
    )
    values = np.where(days, generator.normal(300, 50, n), np.nan)
    return Planted(table.with_features(Todestag=values), ("known afterwards",), ("Todestag",))


def _batch(table: Table, share: float, generator: Generator) -> Planted:
    n = len(table.samples)
    tied = np.where(
        generator.random(n) < share, table.samples.outcome, generator.integers(0, 3, n)
    )
    planted = table.with_annotation("batch", "run", [f"run {b}" for b in tied])
    severities = ("blocking", "serious", "warning")
    return Planted(planted, ("outcome and batch",), ("run",), severities=severities)


def _repeated(table: Table, alike: float, generator: Generator) -> Planted:
    """Three rows of each unit, which only a column of numbered names tells; rows shuffled."""
    n = len(table.samples) // 3 * 3
    unit = generator.permutation(np.repeat(np.arange(n // 3), 3))
    by_unit = generator.permutation(np.arange(n // 3) % 2)
    samples = table.samples.take(np.arange(n, dtype=np.int64))
    X = samples.features.to_numpy(dtype=np.float64)
    X = X + alike * generator.normal(size=(n // 3, X.shape[1]))[unit]
    samples = replace(
        samples,
        features=pd.DataFrame(X, columns=samples.features.columns),
        outcome=by_unit[unit].astype(np.int64),
    )
    number = pd.Series(unit).groupby(unit).cumcount().to_numpy() + 1
    names = [f"mouse{300 + u}_{k}" for u, k in zip(unit, number, strict=True)]
    planted = Table(samples, {}).with_annotation("", "MouseID", names)
    return Planted(planted, ("repeated units",), ("MouseID",))


LEAKS: dict[str, Leak] = {
    "duplicates across classes": Leak(_duplicates, (1, 3), "pairs", _BINARY),
    "number of the sample": Leak(_sample_number, (0.7, 0.85, 0.99), "correlation", _BINARY),
    "drift along the rows": Leak(_row_drift, (0.7, 0.85, 0.99), "correlation", _CLASSES),
    "counter along the rows": Leak(_row_counter, (0.7,), "step", _CLASSES),
    "all features drift": Leak(_common_drift, (0.2, 0.35, 0.45), "correlation", _BINARY[:1]),
    "date of collection": Leak(_date, (0.5, 0.75, 1.0), "share", _BINARY),
    "year as a feature": Leak(_year, (0.5, 0.75, 1.0), "share", _BINARY),
    "layout of the plate": Leak(_layout, (0.5, 0.75, 1.0), "share", _BINARY),
    "edge of the plate": Leak(_edge, (1.5, 2.5, 4.0), "effect in sd", _BINARY),
    "outcome in other words": Leak(_other_words, (0.02, 0.0), "errors", _BINARY),
    "near-copy of the class": Leak(_copy, (0.4, 0.3, 0.1), "noise in class steps", _CLASSES),
    "near-copy of the number": Leak(
        _copied_number, (0.3, 0.15, 0.05), "noise/sd", ("regression",)
    ),
    "threshold of a feature": Leak(_threshold, (0.02, 0.0), "errors", _BINARY),
    "threshold of a ratio": Leak(_threshold_of("ratio"), (0.01, 0.0), "errors", _BINARY),
    "threshold of a sum": Leak(_threshold_of("sum"), (0.01, 0.0), "errors", _BINARY),
    "threshold of an index": Leak(_threshold_of("index"), (0.01, 0.0), "errors", _BINARY),
    "weighted sum": Leak(_formula("sum"), (0.1, 0.03, 0.0), "noise/sd", ("regression",)),
    "ratio": Leak(_formula("ratio"), (0.1, 0.02, 0.0), "noise/sd", ("regression",)),
    "index": Leak(_formula("index"), (0.1, 0.02, 0.0), "noise/sd", ("regression",)),
    "known afterwards": Leak(_afterwards, (0.5, 1.0, 2.0), "effect in sd", _BINARY),
    "gaps known afterwards": Leak(_gaps_afterwards, (0.4, 0.7, 1.0), "share", _BINARY),
    "batch is the outcome": Leak(_batch, (0.5, 0.75, 1.0), "share", _BINARY),
    "units without a role": Leak(_repeated, (0.0, 1.0), "alikeness in sd", _BINARY),
}


def planted(leak: str, shape: str, strength: float, seed: int) -> Planted:
    """Return a table of a shape with a leak of a strength."""
    generator = np.random.default_rng([seed, *leak.encode("utf-8"), *shape.encode("utf-8")])
    return LEAKS[leak].plant(CLEAN[shape](generator), strength, generator)
