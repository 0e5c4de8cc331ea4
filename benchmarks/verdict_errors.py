"""How often the rules of the verdict say what is not so, and how often they see what is.

    python benchmarks/verdict_errors.py            # three minutes
    python benchmarks/verdict_errors.py --full     # 1,000 studies in each row

Each study is simulated in this process: 60 or 200 units, one or five rows each (rows of a unit
share half of their variance and their class), 100 features, five tuning folds. Four families of
four settings each stand for linear models, kernel machines, neighbours and networks (ridge
regression on random hidden units). All are linear in the labels, so that a whole search on
shuffled labels is one matrix product, and 99 of them per study cost nothing. Folds, scores,
corrected scores, p-value and rules are the program's own; the truth comes from 4,000 fresh rows.

* Signal: nothing to find; a class difference of weak and of middle strength.
* Networks against traditional models: two exchangeable families (random hidden units, other
  draws), so that neither is better but by luck, also with six times the settings on one side; and
  an outcome that only hidden units, or that linear models, can see better. `corrected` is the
  interval that decides, `folds` the corrected t interval of the fold scores.
* Choice: by how much the truth of the family chosen falls short of that of the best-scored one.

The tables it prints stand in `deepbench/checks/verdict.py`.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from deepbench.checks.p_value import p_value
from deepbench.checks.verdict import (
    Contender,
    choose,
    deep_learning_verdict,
    signal_verdict,
)
from deepbench.evaluation.corrected_score import corrected_score, paired_corrected_difference
from deepbench.evaluation.fold_scores import fold_spread
from deepbench.evaluation.repeated_cv import fold_difference
from deepbench.study.records import Score

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Generator = np.random.Generator

_FEATURES, _FOLDS, _SHUFFLES, _FRESH = 100, 5, 99, 4_000
_RESAMPLES = 500


@dataclass(frozen=True)
class Data:
    """Rows of units with their folds."""

    x: Floats
    y: Codes
    units: Codes
    folds: Codes


@dataclass(frozen=True)
class Setting:
    """One model: features of the rows, or how alike rows are, and how strongly it is held back."""

    kind: str
    penalty: float
    width: float = 0.0
    seed: int = 0


FAMILIES: dict[str, list[Setting]] = {
    "linear": [Setting("linear", penalty) for penalty in (0.03, 0.3, 3.0, 30.0)],
    "kernel": [Setting("rbf", p, w) for p in (0.3, 3.0) for w in (0.5, 2.0)],
    "neighbours": [Setting("knn", k) for k in (3, 7, 15, 31)],
    "network": [Setting("hidden", p, 64, s) for p in (1.0, 10.0) for s in (1, 2)],
}
_COMPLEXITY = {"linear": 1, "kernel": 2, "neighbours": 2, "network": 3}


def draw(generator: Generator, units: int, rows: int, strength: float, *, bent: bool) -> Data:
    """Draw a study; `bent` hides the classes from anything linear."""
    label = generator.permutation(np.arange(units) % 2)
    y, unit = np.repeat(label, rows), np.repeat(np.arange(units), rows)
    x = np.repeat(generator.normal(size=(units, _FEATURES)), rows, axis=0)
    if rows > 1:
        x = np.sqrt(0.5) * (x + generator.normal(size=x.shape))
    if bent:
        x[y == 1, :10] *= 1 + strength
    else:
        x[:, :10] += strength / np.sqrt(10) * (y[:, None] - 0.5)
    fold = np.empty(units, np.int64)
    for k in (0, 1):
        of_class = generator.permutation(np.flatnonzero(label == k))
        fold[of_class] = np.arange(len(of_class)) % _FOLDS
    return Data(x, y, unit, np.repeat(fold, rows)[None])


def smoother(setting: Setting, at: Floats, fitted: Floats) -> Floats:
    """(new rows, fitted rows): what each fitted label adds to the prediction of each new row."""
    if setting.kind == "knn":
        far = (fitted**2).sum(axis=1) - 2 * at @ fitted.T
        count = min(int(setting.penalty), len(fitted))
        near = np.argpartition(far, count - 1, axis=1)[:, :count]
        weights = np.zeros(far.shape)
        np.put_along_axis(weights, near, 1 / count, axis=1)
        return weights
    like_new, like = _alike(setting, at, fitted), _alike(setting, fitted, fitted)
    means = like.mean(axis=0)
    centred = like - means - like.mean(axis=1)[:, None] + like.mean()
    centred_new = like_new - means - like_new.mean(axis=1)[:, None] + like.mean()
    penalty = setting.penalty * np.trace(centred) / len(fitted)
    inverse = np.linalg.inv(centred + penalty * np.eye(len(fitted)))
    kept = centred_new @ inverse
    return kept + (1 - kept.sum(axis=1, keepdims=True)) / len(fitted)


def _alike(setting: Setting, a: Floats, b: Floats) -> Floats:
    if setting.kind == "rbf":
        far = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T
        return np.exp(-far * setting.width / (2 * _FEATURES))
    if setting.kind == "hidden":
        generator = np.random.default_rng(setting.seed)
        inwards = generator.normal(size=(_FEATURES, int(setting.width))) / np.sqrt(_FEATURES)
        bias = generator.normal(size=int(setting.width))
        a, b = (np.maximum(rows @ inwards + bias, 0) for rows in (a, b))
    return a @ b.T


def out_of_fold(data: Data, settings: list[Setting]) -> Floats:
    """(settings, n, n): the smoother of each row, fitted without its fold."""
    result = np.zeros((len(settings), len(data.y), len(data.y)))
    for place, setting in enumerate(settings):
        for fold in range(_FOLDS):
            new, fitted = data.folds[0] == fold, data.folds[0] != fold
            result[place][np.ix_(new, fitted)] = smoother(setting, data.x[new], data.x[fitted])
    return result


def search_scores(smoothers: Floats, labels: Codes, folds: Codes) -> Floats:
    """(settings, searches) tuning AUROC of each setting for each labelling (n, searches)."""
    predicted = smoothers @ labels
    won, pairs = np.zeros(predicted.shape[::2]), np.zeros(labels.shape[1])
    for fold in range(_FOLDS):
        rows = folds == fold
        positive = labels[rows].sum(axis=0)
        ranks = rankdata(predicted[:, rows], axis=1)
        won += (ranks * labels[rows]).sum(axis=1) - positive * (positive + 1) / 2
        pairs += positive * (rows.sum() - positive)
    return won / pairs


def as_candidates(smoothers: Floats, y: Codes) -> list[Floats]:
    """Out-of-fold predictions as the program keeps them, (1, n, 2) each."""
    return [np.stack([1 - p, p], axis=1)[None] for p in smoothers @ y]


def shuffled(generator: Generator, data: Data) -> Codes:
    """(n, shuffles) labels exchanged between units."""
    label = data.y[np.unique(data.units, return_index=True)[1]]
    return np.stack([generator.permutation(label)[data.units] for _ in range(_SHUFFLES)], axis=1)


def truth(setting: Setting, data: Data, fresh: Data) -> float:
    """AUROC on fresh rows of a setting fitted on all rows."""
    predicted = smoother(setting, fresh.x, data.x) @ data.y
    ranks, positive = rankdata(predicted), fresh.y.sum()
    won = ranks[fresh.y == 1].sum() - positive * (positive + 1) / 2
    return float(won / (positive * (len(fresh.y) - positive)))


# --- the tables --------------------------------------------------------------------------


def signal_table(studies: int) -> None:
    """False and true "signal: yes"."""
    print(
        "\n| units | rows per unit | strength | p <= 0.05 | interval above chance | signal: yes "
        "| unclear | shown - truth |\n|" + "---|" * 8
    )
    everything = [setting for family in FAMILIES.values() for setting in family]
    for units, rows in ((60, 1), (60, 5), (200, 1), (200, 5)):
        for strength in (0.0, 1.0, 2.0) if rows == 1 else (0.0,):
            generator = np.random.default_rng([units, rows, int(10 * strength)])
            few = studies if len(everything) * units * rows < 5_000 else max(studies // 4, 20)
            said, small, above, off = [], [], [], []
            for number in range(few):
                data = draw(generator, units, rows, strength, bent=False)
                fresh = draw(generator, _FRESH, 1, strength, bent=False)
                smoothers = out_of_fold(data, everything)
                labels = np.column_stack([data.y, shuffled(generator, data)])
                best = search_scores(smoothers, labels, data.folds[0]).max(axis=0)
                found = corrected_score(
                    "binary",
                    data.y,
                    data.units,
                    as_candidates(smoothers, data.y),
                    data.folds,
                    resamples=_RESAMPLES,
                    seed=number,
                )
                p = p_value(best[0], best[1:])
                score = Score(value=found.value, low=found.low, high=found.high)
                said.append(signal_verdict(p, score, 0.5))
                small.append(p <= 0.05)
                above.append(found.low > 0.5)
                off.append(found.value - truth(everything[found.winner_index], data, fresh))
            yes, unclear = (np.mean([s == word for s in said]) for word in ("yes", "unclear"))
            print(
                f"| {units} | {rows} | {strength} | {np.mean(small):.1%} | {np.mean(above):.1%} "
                f"| {yes:.1%} | {unclear:.1%} | {np.mean(off):+.3f} |",
                flush=True,
            )


def comparison_table(studies: int) -> None:
    """False and true claims of networks against traditional models."""
    print(
        "\n| units | rows per unit | truth | corrected: better / worse | folds: better / worse | "
        "both: better / worse | covers: corrected | folds |\n|" + "---|" * 8
    )
    sides = [
        [Setting("hidden", penalty, 64, seed) for penalty in (1.0, 10.0) for seed in seeds]
        for seeds in ((1, 2), (3, 4))
    ]
    linear = FAMILIES["linear"]
    many = [
        Setting("hidden", penalty, 64, seed) for penalty in (1.0, 10.0) for seed in range(5, 11)
    ]
    kinds = {
        "equal": sides,
        "network better": [sides[0], linear],
        "network worse": [sides[0], linear],
        "equal, twelve settings against two": [many, sides[1][::2]],
    }
    for units, rows in ((60, 1), (60, 5), (200, 1)):
        for place, (kind, (a, b)) in enumerate(kinds.items()):
            if rows > 1 and kind != "equal":
                continue
            generator = np.random.default_rng([units, rows, place])
            claims: dict[str, list[str]] = {"corrected": [], "folds": [], "both": []}
            covers: dict[str, list[bool]] = {"corrected": [], "folds": []}
            for number in range(studies if units * rows < 250 else max(studies // 4, 20)):
                bent = kind == "network better"
                data = draw(generator, units, rows, 1.0 if bent else 1.5, bent=bent)
                fresh = draw(generator, _FRESH, 1, 1.0 if bent else 1.5, bent=bent)
                found, true = _compare(data, fresh, a, b, number)
                for name, (low, high) in found.items():
                    claims[name].append(deep_learning_verdict(low, high))
                    covers[name].append(low <= true <= high)
                lows, highs = zip(*found.values(), strict=True)
                claims["both"].append(deep_learning_verdict(min(lows), max(highs)))
            cells = [
                " / ".join(
                    f"{np.mean([c == w for c in claims[name]]):.1%}" for w in ("better", "worse")
                )
                for name in claims
            ] + [f"{np.mean(held):.1%}" for held in covers.values()]
            print(f"| {units} | {rows} | {kind} | " + " | ".join(cells) + " |", flush=True)


def _compare(
    data: Data, fresh: Data, a: list[Setting], b: list[Setting], seed: int
) -> tuple[dict[str, tuple[float, float]], float]:
    """Both intervals of the difference of the two winners, and its truth."""
    sides = [as_candidates(out_of_fold(data, side), data.y) for side in (a, b)]
    corrected = paired_corrected_difference(
        "binary", data.y, data.units, *sides, data.folds, resamples=_RESAMPLES, seed=seed
    )
    best = [
        corrected_score("binary", data.y, data.units, side, data.folds, resamples=2, seed=1)
        for side in sides
    ]
    spreads = [
        fold_spread("binary", data.y, side[found.winner_index], data.folds)
        for side, found in zip(sides, best, strict=True)
    ]
    folds = fold_difference(*spreads, _FOLDS)
    true = [truth(side[w.winner_index], data, fresh) for side, w in zip((a, b), best, strict=True)]
    found = {"corrected": (corrected.low, corrected.high), "folds": (folds.low, folds.high)}
    return found, true[0] - true[1]


def choice_table(studies: int) -> None:
    """What the simplest within some standard errors costs."""
    reaches = (0.0, 0.5, 1.0)
    print(
        "\n| units | truth | "
        + " | ".join(f"{r} SE: loses > 0.02, mean loss, simplest family" for r in reaches)
        + " |\n|"
        + "---|" * 5
    )
    for units in (60, 200):
        for bent, strength in ((False, 1.5), (False, 2.5), (True, 1.0)):
            generator = np.random.default_rng([units, int(10 * strength), bent])
            lost: dict[float, list[float]] = {r: [] for r in reaches}
            simple: dict[float, list[bool]] = {r: [] for r in reaches}
            for number in range(studies if units < 100 else max(studies // 3, 20)):
                data = draw(generator, units, 1, strength, bent=bent)
                fresh = draw(generator, _FRESH, 1, strength, bent=bent)
                contenders, truths = [], {}
                for name, settings in FAMILIES.items():
                    found = corrected_score(
                        "binary",
                        data.y,
                        data.units,
                        as_candidates(out_of_fold(data, settings), data.y),
                        data.folds,
                        resamples=_RESAMPLES,
                        seed=number,
                    )
                    truths[name] = truth(settings[found.winner_index], data, fresh)
                    contenders.append((name, _COMPLEXITY[name], found.plain, found.standard_error))
                best = max(contenders, key=lambda c: (c[2], -c[1]))[0]
                for reach in reaches:
                    chosen = choose([Contender(n, c, s, reach * e) for n, c, s, e in contenders])
                    lost[reach].append(truths[best] - truths[chosen.name])
                    simple[reach].append(chosen.complexity == 1)
            cells = [
                f"{np.mean(np.array(lost[r]) > 0.02):.0%}, {np.mean(lost[r]):+.3f}, "
                f"{np.mean(simple[r]):.0%}"
                for r in reaches
            ]
            what = "not linear" if bent else f"linear, {strength}"
            print(f"| {units} | {what} | " + " | ".join(cells) + " |", flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--full", action="store_true", help="1,000 studies in each row")
    parser.add_argument("--only", choices=("signal", "comparison", "choice"))
    asked = parser.parse_args()
    studies = 1_000 if asked.full else 100
    for name, table in (
        ("signal", signal_table),
        ("comparison", comparison_table),
        ("choice", choice_table),
    ):
        if asked.only in (None, name):
            table(studies)


if __name__ == "__main__":
    main()
