"""What ``deepbench estimate`` asks and prints: how long each budget would take here."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Any

from deepbench.messages import EstimateTime


def add_estimate(parser: ArgumentParser) -> None:
    """Add the options of ``deepbench estimate`` that ``run`` does not share."""
    parser.add_argument("plan", metavar="PLAN", help="plan.toml to run")
    parser.add_argument(
        "--study", metavar="DIR", help="study folder (default: beside the plan, NAME.deepbench)"
    )


def estimate_request(options: Namespace, plan: str, study: str, workers: int) -> EstimateTime:
    """Return what the worker is asked for.

    Args:
        options: Words of the command line.
        plan: Path of the plan.
        study: Study folder.
        workers: Processes that a run would have.
    """
    return EstimateTime(plan, study, workers, options.device, prepare=True)


def estimate_result(result: Mapping[str, Any]) -> list[str]:
    """Return what is printed of an estimate (fields of a `TimeEstimateRecord`)."""
    # Slow to load, for --help too.
    from deepbench.study.budget_words import estimate_lines
    from deepbench.study.records import TimeEstimateRecord

    return estimate_lines(TimeEstimateRecord.model_validate_json(json.dumps(dict(result))))
