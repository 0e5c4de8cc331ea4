"""The built-in example studies, as the start page offers them."""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepbench.errors import StudyError
from deepbench.plan import read_plan
from deepbench_resources import example_plan


@dataclass(frozen=True)
class Example:
    """A built-in study.

    Attributes:
        name: Its name in the resources.
        title: What it is called.
        text: What it shows, in a sentence or two.
    """

    name: str
    title: str
    text: str


EXAMPLES: tuple[Example, ...] = (
    Example(
        "wisconsin",
        "Breast tumours",
        "Cell nuclei of 569 tumours, benign or malignant. A clean study that runs through in a "
        "minute or two: a signal, an honest comparison, and what the models use.",
    ),
    Example(
        "trap",
        "A trap",
        "A table in which something is wrong that would make any result too good to be true. "
        "See what DeepBench notices.",
    ),
)


def example_answers(example: Example, study: Path) -> dict[str | tuple[str, ...], Any]:
    """Put the example's table beside the study; return the answers of its plan.

    One's own table would lie there too.

    Raises:
        StudyError: the table cannot be written.
    """
    plan_path = example_plan(example.name)
    plan = read_plan(plan_path)
    source = plan_path.parent / plan.data.source
    target = study.parent / f"deepbench-example-{example.name}{source.suffix}"
    try:
        if not target.exists():
            part = target.with_name(f".{target.name}.part")
            shutil.copyfile(source, part)
            part.replace(target)
    except OSError as error:
        raise StudyError(
            f"The example's table could not be written to {target.parent} ({error.strerror}).",
            "Choose another place for the study.",
        ) from None
    answers: dict[str, Any] = plan.model_dump(
        mode="json", exclude_none=True, exclude_defaults=True
    )
    answers.setdefault("data", {})["source"] = str(target)
    with contextlib.suppress(ValueError):  # another drive on Windows
        answers["data"]["source"] = Path(os.path.relpath(target, study)).as_posix()
    answers.setdefault("privacy", {}).setdefault("level", plan.privacy.level)
    return {
        (part, key): value
        for part, inner in answers.items()
        if isinstance(inner, dict)
        for key, value in inner.items()
    }
