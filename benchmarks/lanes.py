"""Many networks as lanes of one computation against training them one after another.

    python benchmarks/lanes.py
    python benchmarks/lanes.py --networks 100 --alone 20 --repeats 3 --tables narrow

100 medium networks (64 and 32 hidden units): four settings of the family's portfolio on five folds
with five random starts each. *narrow* is the Wisconsin breast-cancer table (569 x 30), *wide* a
simulated one (200 x 20,000). Each side runs on one thread:

* **lanes**: `train_lanes` on all networks; on the wide table it includes rotating every fold once.
* **one lane at a time**: the same engine, called for one network after the other, on the inputs
  that the lanes see (rotated for the wide table).
* **plain PyTorch**: `torch.nn.Sequential`, `torch.optim` and a loop over batches, on the features
  themselves: same rows, initial weights, order of rows, batch size, epochs at most, early stopping
  on the same stop rows with the best weights kept. It is spared the clipping of gradients.

The slow sides train only some of the networks (``--alone``; 20 are every setting on every fold
once), and their seconds are extrapolated per network. The AUROC is that of these networks. Ratios
are worked out within a repeat and their median is shown. "per epoch" leaves out that the two sides
may stop at different epochs. Seconds are those of the processor, so that other programs on the
machine do not count; on a graphics processor they are those of the clock.

On the wide table the lanes see rotated inputs, with the learning rates that belong to them (see
`deepbench.training.rotation`): the same networks, not the same numbers. The AUROC of both sides
stands in the table; 20 networks are too few to tell small differences.
"""

from __future__ import annotations

import argparse
import copy
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, train_test_split
from torch import nn

from deepbench.models.networks.family import SCHEDULE, NetworkFamily, lane_settings
from deepbench.models.problem_shape import ProblemShape
from deepbench.training.lane_network import ParameterLayout
from deepbench.training.lanes import Lane, LaneSettings, as_module, train_lanes
from deepbench.training.rotation import Rotation

FAMILY = NetworkFamily("medium")
FOLDS = 5
CPU = torch.device("cpu")


@dataclass(frozen=True, eq=False)
class Problem:
    """Features standardised within each fold, codes, and the networks to train.

    Attributes:
        name: Shown in the table.
        folds: For each fold the (n, p) features, scaled by its fit rows.
        fit: For each fold its fit rows, stop rows among them.
        codes: (n,) classes.
        lanes: The networks; `Lane.inputs` is the number of the fold.
    """

    name: str
    folds: list[NDArray[np.float32]]
    fit: list[NDArray[np.int64]]
    codes: NDArray[np.int64]
    lanes: list[Lane]

    @property
    def is_wide(self) -> bool:
        """Whether there are more features than samples to fit on."""
        return self.folds[0].shape[1] > len(self.fit[0])

    def rotated(self) -> tuple[list[NDArray[np.float32]], list[Lane]]:
        """Return inputs and lanes: rotated onto the row space of each fold if wide."""
        if not self.is_wide:
            return self.folds, self.lanes
        rotations = [Rotation.fit(x[rows]) for x, rows in zip(self.folds, self.fit, strict=True)]
        inputs = [rotation.transform(x) for rotation, x in zip(rotations, self.folds, strict=True)]
        lanes = []
        for lane in self.lanes:
            rate = lane.settings.learning_rate * rotations[lane.inputs].rate_factor
            lanes.append(replace(lane, settings=replace(lane.settings, learning_rate=rate)))
        return inputs, lanes


def make_problem(name: str, networks: int) -> Problem:
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
    portfolio = FAMILY.portfolio(shape)
    folds, fits, stops, tunes = [], [], [], []
    splits = StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(x, codes)
    for fit, tune in splits:
        mean, spread = x[fit].mean(axis=0), x[fit].std(axis=0)
        folds.append(((x - mean) / spread).astype(np.float32))
        fits.append(fit)
        stops.append(train_test_split(fit, test_size=0.2, stratify=codes[fit], random_state=0)[1])
        tunes.append(tune)
    lanes = [
        Lane(
            inputs=i % FOLDS,
            outcome=0,
            fit_rows=np.setdiff1d(fits[i % FOLDS], stops[i % FOLDS]),
            stop_rows=np.sort(stops[i % FOLDS]),
            predict_rows=tunes[i % FOLDS],
            settings=lane_settings(portfolio[i // FOLDS % len(portfolio)], len(fits[i % FOLDS])),
            seed=1000 + i,
        )
        for i in range(networks)
    ]
    return Problem(f"{n} × {p:,}", folds, fits, codes, lanes)


@dataclass(frozen=True)
class Cost:
    """Seconds and epochs of some networks, and the mean AUROC on the tuning rows."""

    networks: int
    seconds: float
    epochs: int
    score: float

    @property
    def per_network(self) -> float:
        """Seconds of one network."""
        return self.seconds / self.networks

    @property
    def per_epoch(self) -> float:
        """Seconds of one epoch of one network."""
        return self.seconds / self.epochs


def by_lanes(problem: Problem, scored: int, device: torch.device) -> Cost:
    """Train all networks as lanes; the score is that of the first few."""
    clock = _clock(device)
    began = clock()
    inputs, lanes = problem.rotated()
    results = train_lanes(
        FAMILY.architecture(_shape(problem)),
        inputs,
        [problem.codes],
        lanes,
        SCHEDULE,
        device,
    )
    seconds = clock() - began
    scores = [
        roc_auc_score(problem.codes[lane.predict_rows], result.predictions[:, 1])
        for lane, result in zip(problem.lanes[:scored], results[:scored], strict=True)
    ]
    return Cost(
        len(results), seconds, sum(result.epochs for result in results), float(np.mean(scores))
    )


def one_lane_at_a_time(problem: Problem, chosen: Sequence[Lane]) -> Cost:
    """Train some networks with the same engine, each in a call of its own."""
    inputs, lanes = problem.rotated()
    rotated = {lane.seed: lane for lane in lanes}
    architecture = FAMILY.architecture(_shape(problem))
    epochs, scores = 0, []
    began = time.process_time()
    for lane in chosen:
        given = [rotated[lane.seed]]
        (result,) = train_lanes(architecture, inputs, [problem.codes], given, SCHEDULE, CPU)
        epochs += result.epochs
        scores.append(roc_auc_score(problem.codes[lane.predict_rows], result.predictions[:, 1]))
    return Cost(len(chosen), time.process_time() - began, epochs, float(np.mean(scores)))


def plain_pytorch(problem: Problem, chosen: Sequence[Lane], device: torch.device) -> Cost:
    """Train some networks one after another, on the features themselves."""
    clock = _clock(device)
    epochs, scores = 0, []
    began = clock()
    for lane in chosen:
        trained, predictions = _train_plain(problem, lane, device)
        epochs += trained
        scores.append(roc_auc_score(problem.codes[lane.predict_rows], predictions))
    return Cost(len(chosen), clock() - began, epochs, float(np.mean(scores)))


def _train_plain(
    problem: Problem, lane: Lane, device: torch.device
) -> tuple[int, NDArray[np.float64]]:
    """Return the epochs trained and the predictions (m,) of the second class."""
    x = torch.from_numpy(problem.folds[lane.inputs])
    y = torch.from_numpy(problem.codes)
    x_fit, y_fit = x[lane.fit_rows].to(device), y[lane.fit_rows].to(device)
    x_stop, y_stop = x[lane.stop_rows].to(device), y[lane.stop_rows].to(device)
    generator = torch.Generator().manual_seed(lane.seed)
    torch.manual_seed(lane.seed)
    module = _module(problem, x.shape[1], lane.settings.dropout, generator).to(device)
    optimizer = _optimizer(module, lane.settings)
    criterion = nn.CrossEntropyLoss()
    lowest, best_epoch, best = float("inf"), 0, module.state_dict()
    epoch = 0
    for epoch in range(1, SCHEDULE.max_epochs + 1):
        module.train()
        order = torch.randperm(len(x_fit), generator=generator).to(device)
        for batch in torch.tensor_split(order, lane.steps):
            optimizer.zero_grad()
            criterion(module(x_fit[batch]), y_fit[batch]).backward()
            optimizer.step()
        module.eval()
        with torch.no_grad():
            loss = criterion(module(x_stop), y_stop).item()
        if loss < lowest:
            lowest, best_epoch, best = loss, epoch, copy.deepcopy(module.state_dict())
        elif epoch - best_epoch >= SCHEDULE.patience:
            break
    module.load_state_dict(best)
    with torch.no_grad():
        logits = module(x[lane.predict_rows].to(device))
    return epoch, torch.softmax(logits, dim=1)[:, 1].cpu().numpy().astype(np.float64)


def _module(
    problem: Problem, width: int, dropout: float, generator: torch.Generator
) -> nn.Sequential:
    architecture = FAMILY.architecture(_shape(problem))
    layout = ParameterLayout(architecture, width)
    parameters = layout.named(layout.initial(width, generator), width)
    layers: list[nn.Module] = []
    for layer in as_module(architecture, parameters).train():
        layers.append(layer)
        if isinstance(layer, nn.ReLU):
            layers.append(nn.Dropout(dropout))
    return nn.Sequential(*layers)


def _optimizer(module: nn.Module, settings: LaneSettings) -> torch.optim.Optimizer:
    weights = [p for p in module.parameters() if p.ndim > 1]
    biases = [p for p in module.parameters() if p.ndim == 1]
    groups = [
        {"params": weights, "weight_decay": settings.weight_decay},
        {"params": biases, "weight_decay": 0.0},
    ]
    if settings.optimizer == "adam":
        return torch.optim.AdamW(groups, lr=settings.learning_rate)
    return torch.optim.SGD(groups, lr=settings.learning_rate, momentum=0.9, nesterov=True)


def _shape(problem: Problem) -> ProblemShape:
    n, p = problem.folds[0].shape
    return ProblemShape("binary", n, n, p, 2, int(np.bincount(problem.codes).min()))


def _clock(device: torch.device) -> Callable[[], float]:
    if device.type == "cpu":
        return time.process_time

    def finished() -> float:
        torch.cuda.synchronize()
        return time.perf_counter()

    return finished


def compare(problem: Problem, alone: int, repeats: int) -> None:
    """Print a line of the table, and one of what the networks scored."""
    chosen = problem.lanes[:alone]
    rows = [
        (
            by_lanes(problem, len(chosen), CPU),
            one_lane_at_a_time(problem, chosen),
            plain_pytorch(problem, chosen, CPU),
        )
        for _ in range(repeats)
    ]
    lanes, engine, plain = rows[0]

    def median(ratio: Callable[[Cost, Cost, Cost], float]) -> float:
        return statistics.median(ratio(*row) for row in rows)

    gpu = "no GPU here" if not torch.cuda.is_available() else _on_gpu(problem, chosen, repeats)
    cells = [
        problem.name,
        f"{len(problem.lanes)}",
        f"{median(lambda a, b, c: a.seconds):.2f} s",
        f"{median(lambda a, b, c: b.per_network) * len(problem.lanes):.1f} s",
        f"{median(lambda a, b, c: c.per_network) * len(problem.lanes):.1f} s ({len(chosen)})",
        f"{median(lambda a, b, c: b.per_network / a.per_network):.1f}",
        f"**{median(lambda a, b, c: c.per_network / a.per_network):.1f}**",
        f"{median(lambda a, b, c: c.per_epoch / a.per_epoch):.1f}",
        f"{lanes.score:.3f} / {engine.score:.3f} / {plain.score:.3f}",
        gpu,
    ]
    print("| " + " | ".join(cells) + " |")


def _on_gpu(problem: Problem, chosen: Sequence[Lane], repeats: int) -> str:
    device = torch.device("cuda")
    by_lanes(problem, len(chosen), device)
    ratios = []
    for _ in range(repeats):
        lanes = by_lanes(problem, len(chosen), device)
        plain = plain_pytorch(problem, chosen, device)
        ratios.append(plain.per_network / lanes.per_network)
    return f"{statistics.median(ratios):.1f} ({torch.cuda.get_device_name()})"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", nargs="*", default=["narrow", "wide"])
    parser.add_argument("--networks", type=int, default=100)
    parser.add_argument("--alone", type=int, default=20, help="networks that the slow sides train")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(
        "| table | networks | lanes | one lane at a time | plain PyTorch (networks measured) "
        "| lanes : one at a time | **lanes : plain PyTorch** | per epoch "
        "| AUROC: lanes / one lane / plain | on the GPU |\n|" + "---|" * 10
    )
    for name in options.tables:
        compare(make_problem(name, options.networks), options.alone, options.repeats)


if __name__ == "__main__":
    main()
