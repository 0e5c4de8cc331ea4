from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import torch
from threadpoolctl import threadpool_info, threadpool_limits

from deepbench.training.determinism import make_deterministic


@pytest.fixture
def _restored() -> Iterator[None]:
    environment = dict(os.environ)
    filled = torch.utils.deterministic.fill_uninitialized_memory  # type: ignore[attr-defined]
    precision = torch.get_float32_matmul_precision()
    deterministic = torch.are_deterministic_algorithms_enabled()
    threads = torch.get_num_threads()
    with threadpool_limits():
        yield
    os.environ.clear()
    os.environ.update(environment)
    torch.use_deterministic_algorithms(deterministic)
    torch.utils.deterministic.fill_uninitialized_memory = filled  # type: ignore[attr-defined]
    torch.set_float32_matmul_precision(precision)
    torch.set_num_threads(threads)


@pytest.mark.usefixtures("_restored")
def test_threads_and_kernels_are_fixed() -> None:
    torch.set_float32_matmul_precision("high")
    make_deterministic()
    assert torch.get_num_threads() == 1
    assert all(library["num_threads"] == 1 for library in threadpool_info())
    assert torch.are_deterministic_algorithms_enabled()
    assert torch.get_float32_matmul_precision() == "highest"
    assert not torch.backends.cudnn.allow_tf32
    assert not torch.backends.cudnn.benchmark
    assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
    assert os.environ["OMP_NUM_THREADS"] == "1"


@pytest.mark.usefixtures("_restored")
def test_it_can_be_called_again_with_another_number_of_threads() -> None:
    make_deterministic()
    make_deterministic(2)
    assert torch.get_num_threads() == 2
    assert os.environ["OMP_NUM_THREADS"] == "2"


def test_no_threads_at_all_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one thread"):
        make_deterministic(0)
