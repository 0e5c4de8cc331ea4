"""How often the intervals of test scores hold the truth.

    python benchmarks/intervals.py              # three minutes
    python benchmarks/intervals.py --full       # an hour: 2,000 test sets in each row

Simulated test sets of a model whose true score is known; no model is fitted but in the last
table. Coverage in %, 95 is right; after it the mean width. Rows of a unit share half of their
variance and their outcome.

* AUROC: `shown` is `auroc_interval`; beside it DeLong on the logit scale (with units Obuchowski's)
  and the percentile bootstrap over units.
* Other metrics: `shown` against the percentile bootstrap, for 20, 50 and 100 units.
* Nested: five outer folds, ridge regression fitted without each of them. What such a test measures
  is the mean true score of the five models fitted on four fifths of the samples (`truth`).
  `all samples` counts how often the same interval holds the score of the model fitted on all
  samples, which is better where the learning curve is steep. `as if independent` leaves out the
  factor for models that were fitted on each other's test samples; `pooled` also compares scores of
  different models.

The table it prints stands in `deepbench/evaluation/shown_intervals.py`.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import norm

from deepbench.evaluation.auroc_interval import auroc_interval
from deepbench.evaluation.bootstrap import Interval, unit_weights
from deepbench.evaluation.delong import delong_interval
from deepbench.evaluation.metrics import Metric, Task, get_metric
from deepbench.evaluation.panel import metric_panel
from deepbench.evaluation.shown_intervals import TestSamples, percentiles

Floats = NDArray[np.float64]
Generator = np.random.Generator
Found = dict[str, list[tuple[bool, float]]]
# Outcome, score, units, folds, truth of the models tested, truth of the model on all samples.
_Tested = tuple[NDArray[np.int64], Floats, NDArray[np.int64], NDArray[np.int64], float, float]

_SHARED = 0.5  # of the variance of a row, by the rows of its unit
_LARGE = 400_000
_METRICS: dict[Task, tuple[str, ...]] = {
    "binary": ("average_precision", "balanced_accuracy", "mcc", "f1", "brier", "log_loss"),
    "multiclass": ("auroc", "average_precision", "balanced_accuracy", "mcc", "brier"),
    "regression": ("r2", "mae", "rmse", "spearman"),
}
_SIZES = {"binary": (0.5, 0.2), "multiclass": (0.3,), "regression": (1.0,)}
_STRENGTHS: dict[Task, tuple[float, ...]] = {
    "binary": (0.5, 0.75, 0.92),
    "multiclass": (0.5, 0.8),
    "regression": (0.1, 0.3, 0.8),
}


def noise(generator: Generator, units: int, rows: int) -> Floats:
    """(units * rows,) standard normal, correlated inside units."""
    shared = np.repeat(generator.normal(size=units), rows)
    if rows == 1:
        return shared
    own = generator.normal(size=units * rows)
    return np.sqrt(_SHARED) * shared + np.sqrt(1 - _SHARED) * own


def sample(
    generator: Generator, task: Task, sizes: tuple[int, ...], rows: int, strength: float
) -> tuple[TestSamples, Floats]:
    """Test samples of a model, and its predictions, somewhat too sure of themselves."""
    total = sum(sizes)
    units = np.repeat(np.arange(total), rows)
    if task == "regression":
        y = np.repeat(generator.normal(size=total), rows)
        seen = np.sqrt(strength) * y + np.sqrt(1 - strength) * noise(generator, total, rows)
        return TestSamples(task, y, units), (0.9 * np.sqrt(strength) * seen + 0.05)[:, None]
    y = np.repeat(np.repeat(np.arange(len(sizes)), sizes), rows)
    prior = np.log(np.array(sizes) / total)
    distance = np.sqrt(2) * norm.ppf(strength)
    if task == "binary":
        seen = noise(generator, total, rows) + distance * y
        says = distance * (seen - distance / 2) if distance else 0.6 * seen
        positive = expit(1.3 * says + prior[1] - prior[0])
        return TestSamples(task, y, units), np.column_stack([1 - positive, positive])
    places = distance * np.eye(len(sizes))
    seen = np.column_stack([noise(generator, total, rows) for _ in sizes]) + places[y]
    logits = prior + (1.3 * seen @ places.T if distance else 0.6 * seen)
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return TestSamples(task, y, units), weights / weights.sum(axis=1, keepdims=True)


def truth_of(metric: Metric, generator: Generator, *kind: object) -> float:
    """Score on very many rows of the same kind."""
    task, sizes, rows, strength = kind
    many = tuple(int(_LARGE * s / (rows * sum(sizes))) for s in sizes)  # type: ignore[operator]
    samples, p = sample(generator, task, many, rows, strength)  # type: ignore[arg-type]
    return metric.function(samples.y, p)


def note(found: Found, name: str, interval: Interval, truth: float) -> None:
    """Keep whether an interval holds the truth, and its width; no limits hold nothing."""
    if np.isfinite(interval.low):
        holds = interval.low - 1e-9 <= truth <= interval.high + 1e-9
        found[name].append((holds, interval.high - interval.low))


def line(cells: list[str], found: Found, names: tuple[str, ...]) -> str:
    """One line of a table."""
    for name in names:
        kept = np.array(found[name], dtype=np.float64)
        cells.append(f"{100 * kept[:, 0].mean():.1f} ({kept[:, 1].mean():.2f})")
    return "| " + " | ".join(cells) + " |"


def head(*names: str) -> None:
    """Print the head of a table."""
    print("\n| " + " | ".join(names) + " |\n|" + "---|" * len(names))


# --- AUROC -------------------------------------------------------------------------------


def auroc_table(repeats: int, resamples: int) -> None:
    """Coverage for the AUROC of two classes."""
    names = ("shown", "DeLong", "percentiles")
    head(
        "units",
        "positive",
        "rows per unit",
        *(f"AUROC {a}: {n}" for a in (0.5, 0.7, 0.9, 0.97) for n in names),
    )
    for total, share, rows in product((20, 50, 100, 200), (0.5, 0.2), (1, 5)):
        text = f"| {total} | {share:.0%} | {rows} |"
        for auroc in (0.5, 0.7, 0.9, 0.97):
            found: Found = defaultdict(list)
            generator = np.random.default_rng([total, int(10 * share), rows, int(100 * auroc)])
            positive = int(share * total)
            for _ in range(repeats):
                y = np.repeat(np.arange(total) < positive, rows).astype(np.int64)
                units = np.repeat(np.arange(total), rows)
                score = noise(generator, total, rows) + np.sqrt(2) * norm.ppf(auroc) * y
                note(found, "shown", auroc_interval(y, score, units), auroc)
                note(found, "DeLong", delong_interval(y, score, units=units), auroc)
            for _ in range(repeats // 3):
                samples, p = sample(generator, "binary", (total - positive, positive), rows, auroc)
                metric = get_metric("binary", "auroc")
                weights = unit_weights(samples.units, resamples, 1, samples.y)
                values = samples.weighted(metric, p, weights)
                note(found, "percentiles", percentiles(0.5, values, samples), auroc)
            text += line([], found, names).removeprefix("|")
        print(text, flush=True)


# --- other metrics -----------------------------------------------------------------------


def metric_tables(repeats: int, resamples: int) -> None:
    """Coverage for the other metrics: mean and lowest over classes, units and strengths."""
    head("outcome", "rows per unit", "metric", "shown", "percentiles", "lowest shown", "lowest %")
    for task, rows in product(_METRICS, (1, 5)):
        all_found: dict[str, Found] = defaultdict(lambda: defaultdict(list))
        lowest: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for total, share, strength in product((20, 50, 100), _SIZES[task], _STRENGTHS[task]):
            of_kind = _one_kind(task, total, share, rows, strength, repeats, resamples)
            for name, found in of_kind.items():
                both = []
                for way in ("shown", "percentiles"):
                    all_found[name][way] += found[way]
                    both.append(100 * np.mean([holds for holds, _ in found[way] or [(True, 0)]]))
                lowest[name].append((both[0], both[1]))
        for name, found in all_found.items():
            worst = np.min(lowest[name], axis=0)
            text = line([task, str(rows), name], found, ("shown", "percentiles"))
            print(f"{text} {worst[0]:.0f} | {worst[1]:.0f} |", flush=True)


def _one_kind(
    task: Task, total: int, share: float, rows: int, strength: float, repeats: int, resamples: int
) -> dict[str, Found]:
    sizes: tuple[int, ...] = (total,)
    if task == "binary":
        sizes = (total - int(share * total), int(share * total))
    if task == "multiclass":
        sizes = (total // 4, total // 4, total - 2 * (total // 4))
    generator = np.random.default_rng([total, int(10 * share), rows, int(100 * strength)])
    metrics = {name: get_metric(task, name) for name in _METRICS[task]}
    truths = {
        name: truth_of(metric, generator, task, sizes, rows, strength)
        for name, metric in metrics.items()
    }
    result: dict[str, Found] = {name: defaultdict(list) for name in metrics}
    for number in range(repeats):
        samples, p = sample(generator, task, sizes, rows, strength)
        panel = metric_panel(samples, p, resamples=resamples, seed=number)
        (weights,) = samples.weights(resamples, number)
        for name, metric in metrics.items():
            note(result[name], "shown", panel[name], truths[name])
            plain = percentiles(panel[name].value, samples.weighted(metric, p, weights), samples)
            note(result[name], "percentiles", plain, truths[name])
    return result


# --- nested ------------------------------------------------------------------------------


def nested_table(repeats: int) -> None:
    """Bias and coverage where every sample is tested once by one of five models."""
    names = ("shown", "all samples", "as if independent", "pooled")
    head(
        "units",
        "rows per unit",
        "features",
        "distance",
        "truth",
        "bias within folds",
        "bias pooled",
        *names,
    )
    for total, rows, features, distance in (
        (60, 1, 500, 0.0),
        (60, 1, 500, 1.5),
        (60, 1, 500, 3.0),
        (60, 1, 30, 1.5),
        (60, 5, 200, 1.5),
        (200, 1, 500, 0.0),
        (200, 1, 500, 1.5),
        (200, 1, 500, 3.0),
        (200, 1, 30, 1.5),
    ):
        found: Found = defaultdict(list)
        off: dict[str, list[float]] = defaultdict(list)
        truths = []
        for y, score, units, folds, truth, final in _nested(
            total, rows, features, distance, repeats
        ):
            samples = TestSamples("binary", y, units, folds)
            within = auroc_interval(y, score, units, folds, dependence=samples.dependence)
            pooled = auroc_interval(y, score, units)
            note(found, "shown", within, truth)
            note(found, "all samples", within, final)
            note(found, "as if independent", auroc_interval(y, score, units, folds), truth)
            note(found, "pooled", pooled, truth)
            off["within"].append(within.value - truth)
            off["pooled"].append(pooled.value - truth)
            truths.append(truth)
        cells = [str(total), str(rows), str(features), str(distance), f"{np.mean(truths):.2f}"]
        cells += [f"{np.mean(off[way]):+.3f}" for way in ("within", "pooled")]
        print(line(cells, found, names), flush=True)


def _nested(
    total: int, rows: int, features: int, distance: float, repeats: int
) -> Iterator[_Tested]:
    generator = np.random.default_rng([total, rows, features, int(10 * distance)])
    apart = np.zeros(features)
    apart[:10] = distance / np.sqrt(10)
    label = np.arange(total) % 2
    fold_of_unit = np.arange(total) // 2 % 5
    y, units = np.repeat(label, rows), np.repeat(np.arange(total), rows)
    folds = np.repeat(fold_of_unit, rows)
    for _ in range(repeats):
        x = np.column_stack([noise(generator, total, rows) for _ in range(features)])
        x += np.outer(y, apart)
        score = np.empty(len(y))
        truths = []
        for fold in range(5):
            slope, at = _ridge(x[folds != fold], y[folds != fold])
            score[folds == fold] = x[folds == fold] @ slope + at
            truths.append(_true_auroc(slope, apart))
        slope, _at = _ridge(x, y)
        yield y, score, units, folds, float(np.mean(truths)), _true_auroc(slope, apart)


def _true_auroc(slope: Floats, apart: Floats) -> float:
    return float(norm.cdf(slope @ apart / np.sqrt(2 * slope @ slope)))


def _ridge(x: Floats, y: NDArray[np.int64]) -> tuple[Floats, float]:
    mean = x.mean(axis=0)
    centred = x - mean
    gram = centred @ centred.T + x.shape[1] * np.eye(len(x))
    slope: Floats = centred.T @ np.linalg.solve(gram, y - y.mean())
    return slope, float(y.mean() - mean @ slope)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--full", action="store_true", help="2,000 test sets in each row")
    parser.add_argument("--only", choices=("auroc", "metrics", "nested"))
    asked = parser.parse_args()
    resamples = 1_000 if asked.full else 300
    if asked.only in (None, "auroc"):
        auroc_table(2_000 if asked.full else 300, resamples)
    if asked.only in (None, "metrics"):
        metric_tables(1_000 if asked.full else 40, resamples)
    if asked.only in (None, "nested"):
        nested_table(2_000 if asked.full else 100)


if __name__ == "__main__":
    main()
