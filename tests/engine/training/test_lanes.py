from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import r2_score, roc_auc_score
from sklearn.utils import Bunch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from deepbench.errors import Cancelled, DeepBenchError
from deepbench.training import lanes as lanes_module
from deepbench.training.lane_network import ParameterLayout
from deepbench.training.lanes import (
    Architecture,
    Lane,
    LaneResult,
    TrainingSchedule,
    as_module,
    predict_parameters,
    train_lanes,
)

CPU = torch.device("cpu")
BINARY = Architecture((16, 8), 2, "classification")
REGRESSION = Architecture((16, 8), 1, "regression")
SHORT = TrainingSchedule(max_epochs=8, patience=3)
NONE = np.array([], dtype=np.int64)

MakeLane = Callable[..., Lane]


def varied_lanes(make_lane: MakeLane) -> list[Lane]:
    """Return lanes that differ in everything that a lane can differ in."""
    rows = np.arange(120)
    return [
        make_lane(seed=1),
        make_lane(seed=2, dropout=0.4, learning_rate=0.03),
        make_lane(seed=3, optimizer="sgd", balanced=True, smoothing=0.1),
        make_lane(seed=4, fit=rows[:33], batch_size=16, weight_decay=0.5),
        make_lane(seed=5, inputs=1, outcome=1, batch_size=64),
        make_lane(seed=6, fit=rows[:15], stop=NONE, dropout=0.2),
        make_lane(seed=7, fit=rows[20:], stop=rows[:11], predict=rows[:20], inputs=1),
    ]


def run(
    problem: Bunch,
    lanes: list[Lane],
    architecture: Architecture = BINARY,
    schedule: TrainingSchedule = SHORT,
    device: torch.device = CPU,
    **options: object,
) -> list[LaneResult]:
    """Train on the problem's features (inputs 0) or their first six (inputs 1)."""
    inputs = [problem.x, problem.x[:, :6].copy()]
    outcome = problem.targets if architecture.task == "regression" else problem.codes
    outcomes = [outcome, np.roll(outcome, 7)]
    return train_lanes(architecture, inputs, outcomes, lanes, schedule, device, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("architecture", [BINARY, REGRESSION, Architecture((), 2, BINARY.task)])
def test_a_lane_alone_gives_the_same_as_among_others(
    problem: Bunch, make_lane: MakeLane, architecture: Architecture
) -> None:
    lanes = varied_lanes(make_lane)
    together = run(problem, lanes, architecture)
    for lane, among in zip(lanes, together, strict=True):
        (alone,) = run(problem, [lane], architecture)
        np.testing.assert_allclose(alone.predictions, among.predictions, rtol=1e-4, atol=1e-4)
        assert alone.best_epoch == among.best_epoch
        assert alone.epochs == among.epochs
        np.testing.assert_allclose(alone.curve, among.curve, rtol=1e-3, atol=1e-4)


def test_the_same_lanes_give_exactly_the_same_twice(problem: Bunch, make_lane: MakeLane) -> None:
    lanes = varied_lanes(make_lane)
    first, second = run(problem, lanes), run(problem, lanes)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a.predictions, b.predictions)
        np.testing.assert_array_equal(a.curve, b.curve)


def test_another_seed_gives_another_network(problem: Bunch, make_lane: MakeLane) -> None:
    first, second = run(problem, [make_lane(seed=1), make_lane(seed=2)])
    assert not np.allclose(first.predictions, second.predictions, atol=1e-3)


def test_chunks_follow_the_memory_limit_and_change_nothing(
    problem: Bunch, make_lane: MakeLane
) -> None:
    lanes = varied_lanes(make_lane)
    layout = ParameterLayout(BINARY, 10)
    tight = list(lanes_module._chunks(layout, lanes, 1, 64))
    assert sorted(i for chunk in tight for i in chunk) == list(range(len(lanes)))
    assert max(len(chunk) for chunk in tight) == 1
    assert len(list(lanes_module._chunks(layout, lanes, 2**29, 64))) == 3  # adam 16, 64; sgd 16
    for a, b in zip(run(problem, lanes), run(problem, lanes, memory_limit=1), strict=True):
        np.testing.assert_allclose(a.predictions, b.predictions, atol=1e-4)


def test_chunks_are_of_equal_size_and_no_larger_than_allowed(make_lane: MakeLane) -> None:
    lanes = [make_lane(seed=seed) for seed in range(100)]
    layout = ParameterLayout(BINARY, 10)
    for most, sizes in [(64, [50, 50]), (256, [100]), (30, [25, 25, 25, 25])]:
        chunks = list(lanes_module._chunks(layout, lanes, 2**29, most))
        assert [len(chunk) for chunk in chunks] == sizes


class _Dtypes(TorchDispatchMode):
    """Collects the number formats of all results of torch."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[torch.dtype] = set()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        self.seen |= {x.dtype for x in tree_leaves(result) if isinstance(x, torch.Tensor)}
        return result


@pytest.mark.parametrize("architecture", [BINARY, REGRESSION])
def test_nothing_is_computed_in_double_precision(
    problem: Bunch, make_lane: MakeLane, architecture: Architecture
) -> None:
    # Apple's graphics processors have none: a single such tensor would end the training.
    with _Dtypes() as dtypes:
        run(problem, varied_lanes(make_lane), architecture)
    assert torch.float32 in dtypes.seen
    assert torch.float64 not in dtypes.seen


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_full_batch_training_equals_a_plain_torch_loop(
    problem: Bunch, make_lane: MakeLane, smoothing: float
) -> None:
    lane = make_lane(batch_size=1000, weight_decay=0.1, stop=NONE, smoothing=smoothing)
    (result,) = run(problem, [lane], schedule=TrainingSchedule(max_epochs=20))
    layout = ParameterLayout(BINARY, 10)
    generator = torch.Generator().manual_seed(lane.seed)
    module = as_module(BINARY, layout.named(layout.initial(10, generator), 10))
    x, y = torch.from_numpy(problem.x), torch.from_numpy(problem.codes)
    named = list(module.named_parameters())
    groups = [
        {"params": [p for name, p in named if "weight" in name], "weight_decay": 0.1},
        {"params": [p for name, p in named if "bias" in name], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=0.01)
    losses = []
    for _ in range(20):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(module(x[:80]), y[:80], label_smoothing=smoothing)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    expected = torch.softmax(module(x[100:]), dim=1).detach().numpy()
    np.testing.assert_allclose(result.predictions, expected, atol=1e-4)
    np.testing.assert_allclose([fit for fit, _ in result.curve], losses, rtol=1e-3)
    assert result.first_loss == pytest.approx(losses[0], rel=1e-5)


def test_linear_rung_converges_to_ridge_regression(problem: Bunch, make_lane: MakeLane) -> None:
    decay = 0.2
    lane = make_lane(
        optimizer="sgd", learning_rate=0.05, weight_decay=decay, batch_size=1000, stop=NONE
    )
    schedule = TrainingSchedule(max_epochs=400)
    (result,) = run(problem, [lane], Architecture((), 1, "regression"), schedule)
    # The loss is a mean of squares plus decay/2 · |w|², for an outcome of variance 1.
    ridge = Ridge(alpha=80 * decay / 2).fit(problem.x[:80], problem.targets[:80])
    np.testing.assert_allclose(result.predictions[:, 0], ridge.predict(problem.x[100:]), rtol=1e-4)


def test_linear_rung_converges_to_multinomial_logistic_regression(make_lane: MakeLane) -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(120, 5)).astype(np.float32)
    codes = (x @ rng.normal(size=(5, 3)) + rng.normal(size=(120, 3))).argmax(axis=1)
    decay = 0.05
    lane = make_lane(
        optimizer="sgd", learning_rate=0.2, weight_decay=decay, batch_size=1000, stop=NONE
    )
    (result,) = train_lanes(
        Architecture((), 3, "classification"), [x], [codes], [lane], TrainingSchedule(600), CPU
    )
    model = LogisticRegression(C=1 / (80 * decay), tol=1e-8).fit(x[:80], codes[:80])
    np.testing.assert_allclose(result.predictions, model.predict_proba(x[100:]), atol=1e-4)


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_separable_classes_are_found(problem: Bunch, make_lane: MakeLane, optimizer: str) -> None:
    lane = make_lane(optimizer=optimizer, dropout=0.1, balanced=True)
    (result,) = run(problem, [lane], schedule=TrainingSchedule(60, 15))
    assert result.predictions.shape == (20, 2)
    np.testing.assert_allclose(result.predictions.sum(axis=1), 1.0)
    assert roc_auc_score(problem.codes[100:], result.predictions[:, 1]) > 0.95
    assert not result.diverged


def test_shuffled_labels_are_not(problem: Bunch, make_lane: MakeLane) -> None:
    lanes = [make_lane(outcome=1, seed=seed, predict=np.arange(80, 120)) for seed in range(5)]
    results = run(problem, lanes, schedule=TrainingSchedule(30, 5))
    truth = np.roll(problem.codes, 7)[80:]
    scores = [roc_auc_score(truth, result.predictions[:, 1]) for result in results]
    assert 0.25 < np.mean(scores) < 0.75


def test_regression_comes_close_to_ridge(problem: Bunch, make_lane: MakeLane) -> None:
    (result,) = run(problem, [make_lane()], REGRESSION, TrainingSchedule(120, 20))
    ridge = Ridge(alpha=1.0).fit(problem.x[:80], problem.targets[:80])
    truth = problem.targets[100:]
    assert result.predictions.shape == (20, 1)
    expected = r2_score(truth, ridge.predict(problem.x[100:]))
    assert r2_score(truth, result.predictions[:, 0]) > expected - 0.15


def test_weight_decay_shrinks_weights(problem: Bunch, make_lane: MakeLane) -> None:
    for optimizer in ("adam", "sgd"):
        lanes = [
            make_lane(optimizer=optimizer, weight_decay=decay, stop=NONE)
            for decay in (0.0, 0.1, 1.0)
        ]
        results = run(problem, lanes, schedule=TrainingSchedule(20), keep_parameters=True)
        norms = [np.linalg.norm(result.parameters["0.weight"]) for result in results]
        assert norms[0] > norms[1] > norms[2]


def test_patience_stops_early_and_keeps_the_best_epoch(
    problem: Bunch, make_lane: MakeLane
) -> None:
    # Shuffled labels: the stop loss soon rises.
    lanes = [
        make_lane(outcome=1, seed=seed, learning_rate=rate, predict=np.arange(80, 100))
        for seed, rate in enumerate([0.0003, 0.0005, 0.001, 0.002, 0.005, 0.02])
    ]
    results = run(problem, lanes, schedule=TrainingSchedule(100, 4))
    # Lanes leave at different times, some while others wait after their best epoch.
    assert len({result.epochs for result in results}) > 2
    for result in results:
        stop_losses = [stop for _, stop in result.curve]
        assert result.epochs == len(result.curve) == result.best_epoch + 4
        assert result.epochs < 100
        assert result.best_epoch == 1 + int(np.argmin(stop_losses))
        # The predict rows are the stop rows, so the kept weights show their loss.
        truth = np.roll(problem.codes, 7)[80:100]
        loss = -np.log(result.predictions[np.arange(20), truth]).mean()
        assert loss == pytest.approx(min(stop_losses), rel=1e-4)


def test_without_stop_rows_the_last_weights_are_kept(problem: Bunch, make_lane: MakeLane) -> None:
    (result,) = run(problem, [make_lane(stop=NONE)], schedule=TrainingSchedule(9, 2))
    assert result.best_epoch == result.epochs == 9
    assert all(np.isnan(stop) for _, stop in result.curve)


def test_first_loss_is_that_of_knowing_nothing(problem: Bunch, make_lane: MakeLane) -> None:
    (binary,) = run(problem, [make_lane(balanced=True)])
    assert binary.first_loss == pytest.approx(np.log(2), rel=0.05)
    (regression,) = run(problem, [make_lane()], REGRESSION)
    assert regression.first_loss == pytest.approx(1.0, rel=0.05)


@pytest.mark.parametrize("architecture", [BINARY, REGRESSION])
@pytest.mark.parametrize("learning_rate", [1e6, 1e20])
def test_a_diverging_lane_predicts_without_a_network_and_harms_no_other(
    problem: Bunch, make_lane: MakeLane, architecture: Architecture, learning_rate: float
) -> None:
    good = make_lane(seed=3)
    bad = make_lane(seed=4, learning_rate=learning_rate)
    among, diverged = run(problem, [good, bad], architecture, keep_parameters=True)
    assert diverged.diverged
    assert diverged.best_epoch == 0
    assert diverged.parameters == {}
    assert diverged.epochs < SHORT.max_epochs
    if architecture.task == "regression":
        expected = [problem.targets[:80].mean()]
    else:
        share = problem.codes[:80].mean()
        expected = [1 - share, share]
    np.testing.assert_allclose(diverged.predictions, np.tile(expected, (20, 1)))
    (alone,) = run(problem, [good], architecture)
    assert not among.diverged
    np.testing.assert_allclose(among.predictions, alone.predictions, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("architecture", [BINARY, REGRESSION, Architecture((), 2, BINARY.task)])
def test_parameters_module_and_predictions_agree(
    problem: Bunch, make_lane: MakeLane, architecture: Architecture
) -> None:
    lanes = [make_lane(), make_lane(inputs=1, dropout=0.3)]
    for lane, result in zip(
        lanes, run(problem, lanes, architecture, keep_parameters=True), strict=True
    ):
        width = (10, 6)[lane.inputs]
        x = problem.x[100:, :width]
        assert result.parameters["0.weight"].shape[1] == width
        again = predict_parameters(architecture, result.parameters, x)
        np.testing.assert_array_equal(again, result.predictions)
        state = torch.get_rng_state()
        module = as_module(architecture, result.parameters)
        assert torch.equal(torch.get_rng_state(), state)
        assert not module.training
        with torch.no_grad():
            output = module(torch.from_numpy(x))
        if architecture.task == "classification":
            output = torch.softmax(output, dim=1)
        np.testing.assert_allclose(output.numpy(), result.predictions, rtol=1e-5, atol=1e-6)


def test_parameters_are_left_out_unless_asked_for(problem: Bunch, make_lane: MakeLane) -> None:
    assert run(problem, [make_lane()])[0].parameters == {}


def test_a_full_device_halves_the_chunk(
    problem: Bunch, make_lane: MakeLane, monkeypatch: pytest.MonkeyPatch
) -> None:
    lanes = [make_lane(seed=seed) for seed in range(5)]
    expected = run(problem, lanes)
    real, sizes = lanes_module.train_chunk, []

    def small_device(*arguments: object) -> object:
        sizes.append(len(arguments[3]))  # type: ignore[arg-type]
        if sizes[-1] > 2:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(lanes_module, "train_chunk", small_device)
    results = run(problem, lanes)
    assert sizes == [5, 2, 3, 1, 2]
    for a, b in zip(results, expected, strict=True):
        np.testing.assert_allclose(a.predictions, b.predictions, atol=1e-4)


def test_a_device_too_small_for_one_lane_is_said(
    problem: Bunch, make_lane: MakeLane, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> object:
        raise RuntimeError("MPS backend out of memory (MPS allocated: 1 GB)")

    monkeypatch.setattr(lanes_module, "train_chunk", full)
    with pytest.raises(DeepBenchError, match="not enough memory") as caught:
        run(problem, [make_lane(), make_lane()])
    assert caught.value.hint


def test_lanes_that_do_not_fit_on_the_device_train_on_the_cpu_and_say_so(
    problem: Bunch, make_lane: MakeLane, monkeypatch: pytest.MonkeyPatch
) -> None:
    lanes = [make_lane(seed=seed) for seed in range(3)]
    expected = run(problem, lanes)
    assert not any(result.fell_back for result in expected)
    real, tried = lanes_module.train_chunk, []

    def full_device(*arguments: object) -> object:
        tried.append((arguments[2].device.type, len(arguments[3])))  # type: ignore[attr-defined]
        if tried[-1][0] != "cpu":
            raise torch.OutOfMemoryError("out of memory")
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(lanes_module, "train_chunk", full_device)
    # A device without memory: whatever is moved there is gone.
    results = run(problem, lanes, device=torch.device("meta"))
    assert tried == [("meta", 3), ("meta", 1), ("cpu", 1), ("cpu", 2)]
    assert all(result.fell_back for result in results)
    for a, b in zip(results, expected, strict=True):
        np.testing.assert_allclose(a.predictions, b.predictions, atol=1e-4)


def test_other_errors_of_torch_are_not_taken_for_a_full_device(
    problem: Bunch, make_lane: MakeLane, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object) -> object:
        raise RuntimeError("shapes do not match")

    monkeypatch.setattr(lanes_module, "train_chunk", broken)
    with pytest.raises(RuntimeError, match="shapes"):
        run(problem, [make_lane(), make_lane()])


def test_progress_counts_epochs_and_can_stop_the_training(
    problem: Bunch, make_lane: MakeLane
) -> None:
    lanes = [make_lane(stop=NONE), make_lane(stop=NONE, batch_size=8)]
    seen: list[int] = []
    run(problem, lanes, on_epoch=seen.append)
    assert seen == list(range(1, 17))  # two chunks of eight epochs

    def cancel(epoch: int) -> None:
        if epoch == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        run(problem, lanes, on_epoch=cancel)


def test_no_lanes_give_no_results(problem: Bunch) -> None:
    assert run(problem, []) == []


def test_lanes_that_name_what_does_not_exist_are_refused(
    problem: Bunch, make_lane: MakeLane
) -> None:
    for lane, words in [
        (make_lane(inputs=2), "inputs or an outcome"),
        (make_lane(outcome=-1), "inputs or an outcome"),
        (make_lane(fit=NONE), "no rows to fit on"),
        (make_lane(predict=np.array([120])), "rows that do not exist"),
    ]:
        with pytest.raises(ValueError, match=words):
            run(problem, [lane])
    with pytest.raises(ValueError, match="Class codes"):
        train_lanes(BINARY, [problem.x], [problem.codes + 1], [], SHORT, CPU)
    with pytest.raises(ValueError, match="number of rows"):
        train_lanes(BINARY, [problem.x], [problem.codes[1:]], [make_lane()], SHORT, CPU)


def test_impossible_settings_are_refused(make_lane: MakeLane) -> None:
    impossible: list[dict[str, object]] = [
        {"learning_rate": 0.0},
        {"weight_decay": -1.0},
        {"dropout": 1.0},
        {"smoothing": 1.0},
        {"batch_size": 0},
        {"optimizer": "lbfgs"},
    ]
    for change in impossible:
        with pytest.raises(ValueError, match="must"):
            make_lane(**change)
    with pytest.raises(ValueError, match="output for each class"):
        Architecture((4,), 1, "classification")
    with pytest.raises(ValueError, match="exactly one output"):
        Architecture((4,), 2, "regression")
    with pytest.raises(ValueError, match="widths"):
        Architecture((0,), 2, "classification")
    with pytest.raises(ValueError, match="at least one"):
        TrainingSchedule(0, 1)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA graphics processor")
def test_a_graphics_processor_agrees_with_the_cpu(problem: Bunch, make_lane: MakeLane) -> None:
    lanes = varied_lanes(make_lane)
    inputs, outcomes = [problem.x, problem.x[:, :6]], [problem.codes, np.roll(problem.codes, 7)]
    cuda = train_lanes(BINARY, inputs, outcomes, lanes, SHORT, torch.device("cuda"))
    for a, b in zip(cuda, run(problem, lanes), strict=True):
        np.testing.assert_allclose(a.predictions, b.predictions, atol=1e-3)
