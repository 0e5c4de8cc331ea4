"""What deterministic algorithms cost, and how far numbers move when sums are ordered otherwise.

    python benchmarks/determinism_cost.py
    python benchmarks/determinism_cost.py --repeats 7

The networks are those of a typical search: the medium size, four settings of the portfolio on
five folds, on the Wisconsin table (569 x 30) and on a simulated one of 200 x 20,000 that is
rotated onto its row space (200 x 160).

The first table trains them with `torch.use_deterministic_algorithms` on and off in turn, and shows
the median of the ratios within a repeat; on a graphics processor too, where there is one.

The second table shows how far apart two right answers lie. All networks are trained again with
each input moved to a neighbouring number of single precision, up or down by chance: an error as
small as the one that any sum in another order makes, and so what the CPU of another maker or a
graphics processor does as well (which is compared too, where there is one). Shown are the networks
that keep the weights of the same epoch, the largest and the median of the networks' largest
differences of a predicted probability, and the largest difference of a setting's tuning AUROC;
"choice" says whether the same setting wins.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from deepbench.models.networks.family import SCHEDULE, NetworkFamily, lane_settings
from deepbench.models.problem_shape import ProblemShape
from deepbench.training.determinism import make_deterministic
from deepbench.training.lanes import Lane, LaneResult, train_lanes
from deepbench.training.rotation import Rotation

FAMILY = NetworkFamily("medium")
FOLDS = 5
CPU = torch.device("cpu")


@dataclass(frozen=True, eq=False)
class Problem:
    """Inputs of each fold, classes, and the networks; `Lane.inputs` is the number of the fold."""

    name: str
    shape: ProblemShape
    inputs: list[NDArray[np.float32]]
    codes: NDArray[np.int64]
    lanes: list[Lane]

    def train(self, device: torch.device) -> list[LaneResult]:
        """Train all networks together."""
        architecture = FAMILY.architecture(self.shape)
        return train_lanes(architecture, self.inputs, [self.codes], self.lanes, SCHEDULE, device)

    def nudged(self) -> Problem:
        """Return the problem with each input moved to a neighbouring number."""
        generator = np.random.default_rng(1)
        moved = [
            np.nextafter(x, generator.choice([-np.inf, np.inf], x.shape).astype(np.float32))
            for x in self.inputs
        ]
        return replace(self, inputs=moved)

    def scores(self, results: Sequence[LaneResult]) -> NDArray[np.float64]:
        """Return the mean AUROC over folds of each setting."""
        found = [
            roc_auc_score(self.codes[lane.predict_rows], result.predictions[:, 1])
            for lane, result in zip(self.lanes, results, strict=True)
        ]
        return np.array(found).reshape(-1, FOLDS).mean(axis=1)


def make_problem(name: str) -> Problem:
    """Load or simulate a table, and lay out the networks on it."""
    if name == "narrow":
        x, codes = load_breast_cancer(return_X_y=True)
    else:
        generator = np.random.default_rng(5)
        codes = generator.permutation(np.repeat([0, 1], 100))
        x = generator.normal(size=(200, 20_000))
        x[:, :100] += 0.35 * codes[:, None]
    codes = codes.astype(np.int64)
    n, p = x.shape
    shape = ProblemShape("binary", n, n, p, 2, int(np.bincount(codes).min()))
    inputs: list[NDArray[np.float32]] = []
    lanes: list[Lane] = []
    splits = list(StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(x, codes))
    for fit, _ in splits:
        scaled = ((x - x[fit].mean(axis=0)) / x[fit].std(axis=0)).astype(np.float32)
        inputs.append(Rotation.fit(scaled[fit]).transform(scaled) if p > len(fit) else scaled)
    for number, params in enumerate(FAMILY.portfolio(shape)[:4]):
        for fold, (fit, tune) in enumerate(splits):
            lanes.append(
                Lane(
                    inputs=fold,
                    outcome=0,
                    fit_rows=fit[fit % 5 > 0],
                    stop_rows=fit[fit % 5 == 0],
                    predict_rows=tune,
                    settings=lane_settings(params, len(fit)),
                    seed=100 * number + fold,
                )
            )
    return Problem(f"{n} × {p:,}", shape, inputs, codes, lanes)


def seconds(problem: Problem, device: torch.device) -> float:
    """Return the seconds of training all networks: processor time, or the clock's on a GPU."""
    clock = time.process_time if device.type == "cpu" else time.perf_counter
    began = clock()
    problem.train(device)
    return clock() - began


def cost(problem: Problem, device: torch.device, repeats: int) -> str:
    """Return a line of the first table."""
    ratios, with_it = [], []
    for number in range(repeats):
        found: dict[bool, float] = {}
        # In turn, so that neither side is always the one that comes first.
        for deterministic in (number % 2 == 0, number % 2 == 1):
            torch.use_deterministic_algorithms(deterministic)
            found[deterministic] = seconds(problem, device)
        with_it.append(found[True])
        ratios.append(found[True] / found[False])
    torch.use_deterministic_algorithms(True)
    low, high = min(ratios), max(ratios)
    return (
        f"| {problem.name} | {_name(device)} | {statistics.median(with_it):.2f} s "
        f"| **{statistics.median(ratios):.2f}** ({low:.2f}–{high:.2f}) |"
    )


def drift(problem: Problem, device: torch.device) -> str:
    """Return a line of the second table."""
    here = problem.train(CPU)
    if device.type == "cpu":
        other = problem.nudged().train(CPU)
        against = "CPU, inputs one step of single precision apart"
    else:
        other = problem.train(device)
        against = f"{_name(device)} against CPU"
    pairs = list(zip(here, other, strict=True))
    same = sum(a.best_epoch == b.best_epoch for a, b in pairs)
    far = [float(np.abs(a.predictions - b.predictions).max()) for a, b in pairs]
    scores, others = problem.scores(here), problem.scores(other)
    choice = "the same" if np.argmax(scores) == np.argmax(others) else "another"
    return (
        f"| {problem.name} | {against} | {same} of {len(pairs)} | {max(far):.1e} "
        f"| {statistics.median(far):.1e} | {np.abs(scores - others).max():.1e} | {choice} |"
    )


def _name(device: torch.device) -> str:
    return "CPU" if device.type == "cpu" else torch.cuda.get_device_name()


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    make_deterministic()
    devices = [CPU, *([torch.device("cuda")] if torch.cuda.is_available() else [])]
    problems = [make_problem("narrow"), make_problem("wide")]
    print("| table | device | deterministic | deterministic : not |\n|---|---|---|---|")
    for device in devices:
        for problem in problems:
            seconds(problem, device)  # loads kernels
            print(cost(problem, device, options.repeats))
    print(
        "\n| table | compared | same best epoch | largest difference of a probability | median "
        "| AUROC | choice |\n" + "|---" * 7 + "|"
    )
    for device in devices:
        for problem in problems:
            print(drift(problem, device))


if __name__ == "__main__":
    main()
