"""What a stage's job has at hand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from deepbench.data.table_files import TableFiles
from deepbench.errors import StudyError
from deepbench.jobs.device_choice import settled_device
from deepbench.models.registry import get_family
from deepbench.models.workbench import BenchSource
from deepbench.plan import StudyPlan
from deepbench.study.folder import RecordType, Study
from deepbench.study.records import CheckRecord, SampleSheetRecord, SplitRecord
from deepbench.training.budget import Effort, effort_for
from deepbench.training.compute import Compute
from deepbench.training.device import DeviceReport
from deepbench.training.device_timing import LaneProblem
from deepbench.worker.progress import Progress


@dataclass(frozen=True)
class JobContext:
    """The study, its plan and the means to work on it.

    Attributes:
        study: Open for writing.
        plan: The plan being run.
        files: The data files, resolved against the plan's folder.
        progress: Where progress is reported, and where a cancel arrives.
        compute: Runs functions in this process or in a pool.
        device: Where networks can be trained.
        gene_sets: The user's file of gene sets; None without one.
        device_is_free: Nobody asked for that device: the CPU takes its place where it is faster.
        fingerprints: Of all stages, under this plan and this file.
        source_sha256: Hash of the files, as it enters the fingerprints.
    """

    study: Study
    plan: StudyPlan
    files: TableFiles
    progress: Progress
    compute: Compute
    device: DeviceReport
    fingerprints: dict[str, str]
    source_sha256: str = ""
    device_is_free: bool = False
    gene_sets: Path | None = None

    def record(self, stage: str, kind: type[RecordType]) -> RecordType:
        """Return what an earlier stage found.

        Raises:
            StudyError: that stage has not run.
        """
        found = self.study.stage_record(stage, kind)
        if found is None:
            raise StudyError(f"The stage '{stage}' has not run.", "Run the plan from the start.")
        return found

    def bench_source(self, outer_fold: int | None = None) -> BenchSource:
        """Return the key of the training samples and their tuning folds."""
        split = self.record("split", SplitRecord)
        return BenchSource(
            study=str(self.study.folder),
            split=self.study.record_artifact("split"),
            outer_fold=outer_fold,
            folds=split.tuning_folds,
            repeats=split.tuning_repeats,
            seed=self.plan.seed,
            device=self.network_device().kind,
            preparation=self.preparation_artifact(),
        )

    def network_device(self) -> DeviceReport:
        """Return where the networks of this study train; the user is told when it is decided."""
        if not self.device_is_free:
            return self.device
        sheet = self.record("sample-sheet", SampleSheetRecord)
        chosen, fresh = settled_device(
            self.study,
            self.device,
            self.fingerprints["split"],
            LaneProblem(sheet.samples, sheet.features, max(len(sheet.classes), 1)),
            self.compute.workers,
        )
        if fresh:
            self.progress.notice(chosen.sentence)
        return chosen

    def preparation_artifact(self) -> str:
        """Return the artifact with what is done to measurements; empty in older studies."""
        record = self.record("check", CheckRecord).preparation
        return record.artifact if record is not None else ""

    def effort(self) -> Effort:
        """Return the effort that the plan's budget buys for this study."""
        sheet = self.record("sample-sheet", SampleSheetRecord)
        units = self.record("check", CheckRecord).units or sheet.units
        return effort_for(self.plan, units, self._families_to_tune(sheet))

    def _families_to_tune(self, sheet: SampleSheetRecord) -> int:
        """Return how many families share the minutes of the plan; the dummy takes no time."""
        names = [
            *self.plan.baselines.families,
            *(f"network-{s}" for s in self.plan.networks.sizes),
        ]
        families = [get_family(name) for name in names]
        return sum(family.complexity > 0 and sheet.task in family.tasks for family in families)
