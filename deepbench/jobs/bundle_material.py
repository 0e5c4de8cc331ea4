"""What all parts of a bundle are made from: the study as it may leave, worked out once."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from deepbench.jobs.leave import SMALLEST_CELL
from deepbench.jobs.released import last_run, names_to_hide, prepared_report, results_json
from deepbench.plan import PrivacyLevel, StudyPlan
from deepbench.privacy.final_bytes import is_guarded
from deepbench.privacy.plan_scan import ReleasedPlan, release_plan
from deepbench.reporting.documents import released_answers
from deepbench.reporting.html_report import PreparedReport
from deepbench.reporting.small_cells import SmallCells
from deepbench.study.folder import Study
from deepbench.study.records import StudySummary
from deepbench.worker.progress import Progress


@dataclass(frozen=True)
class BundleMaterial:
    """A study at the level in force.

    Attributes:
        study: The study.
        level: Level in force.
        progress: Where the user can stop it.
    """

    study: Study
    level: PrivacyLevel
    progress: Progress

    @property
    def guarded(self) -> bool:
        """Whether small counts and single samples stay in the study."""
        return is_guarded(self.level)

    @cached_property
    def cells(self) -> SmallCells:
        """Rule for small counts."""
        return SmallCells(SMALLEST_CELL if self.guarded else 0)

    @cached_property
    def names(self) -> Collection[str]:
        """Names of samples and units that may not leave."""
        return names_to_hide(self.study, self.level)

    @cached_property
    def plan(self) -> StudyPlan:
        """The plan that was run."""
        return self.study.plan()

    @cached_property
    def summary(self) -> StudySummary:
        """The records of the last run, as they are."""
        return last_run(self.study)

    @cached_property
    def report(self) -> PreparedReport:
        """The report at this level, figures drawn."""
        self.progress.check_cancelled()
        return prepared_report(self.study, self.summary, self.level)

    @property
    def released(self) -> StudySummary:
        """The records as they may leave."""
        return self.report.material.summary

    @cached_property
    def results(self) -> bytes:
        """Content of ``results.json`` at this level."""
        return results_json(self.summary, self.level, self.names)

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """The same as values."""
        found: dict[str, Any] = json.loads(self.results)
        return found

    @cached_property
    def answers(self) -> Mapping[str, str]:
        """What people answered for the documents, as it may leave."""
        given = self.plan.documents.answers
        return released_answers(given, self.names) if self.guarded else given

    @cached_property
    def released_plan(self) -> ReleasedPlan:
        """The plan that was run, as it may leave; it asks for the level in force."""
        return bundle_plan(self.plan, self.level, self.names)


def bundle_plan(plan: StudyPlan, level: PrivacyLevel, names: Collection[str]) -> ReleasedPlan:
    """Return a plan as it stands in a bundle: files by their names, at the level in force.

    Args:
        plan: The plan that was run.
        level: Level in force; what is run again is released at it.
        names: Names of samples and units.
    """
    answers = plan.model_dump(mode="json", exclude_none=True)
    answers["privacy"]["level"] = level
    return release_plan(answers, level, names)
