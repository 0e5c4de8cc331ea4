"""A function whose module loads torch."""

from __future__ import annotations

import torch


def settings() -> tuple[bool, int]:
    return torch.are_deterministic_algorithms_enabled(), torch.get_num_threads()
