"""Fits of stage 11 on the folds: run in the pool, kept as they come, read again after a stop."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from deepbench.interpretation.fold_results import FoldResult
from deepbench.interpretation.fold_tasks import AttributionTask, attribute_fold
from deepbench.jobs.interpreting import Interpreting
from deepbench.jobs.steps import Steps
from deepbench.study.folder import Study

_EVENT = "attributed"


@dataclass(frozen=True, eq=False)
class AttributionRuns:
    """Runs fits on folds.

    Attributes:
        work: The study whose models are looked into.
        steps: Where each fit counts as a step.
    """

    work: Interpreting
    steps: Steps

    def look(self, tasks: Sequence[AttributionTask]) -> list[FoldResult]:
        """Return first looks, which are not kept."""
        compute = self.work.context.compute
        futures = [compute.submit(attribute_fold, task) for task in tasks]
        for _ in compute.wait(futures, self.work.context.progress):
            self.steps.add(1)
        return [future.result() for future in futures]

    def run(self, tasks: Sequence[AttributionTask]) -> list[FoldResult]:
        """Return what the fits use, in the order given; each is on disk as soon as it is there."""
        compute, study = self.work.context.compute, self.work.context.study
        known = self._known()
        found: dict[str, FoldResult] = {}
        keys = [self._key(task) for task in tasks]
        futures = {
            compute.submit(attribute_fold, task): key
            for task, key in zip(tasks, keys, strict=True)
            if key not in known
        }
        for key in set(keys) & set(known):
            found[key] = FoldResult.from_bytes(study.read(known[key]))
            self.steps.add(1)
        for future in compute.wait(futures, self.work.context.progress):
            key, result = futures[future], future.result()
            artifact = study.store("runs", "attribution.npz", result.to_bytes())
            study.record(_EVENT, {"key": key, "artifact": artifact})
            found[key] = result
            self.steps.add(1)
        return [found[key] for key in keys]

    def has(self, tasks: Sequence[AttributionTask]) -> bool:
        """Say whether all of these were done before a stop."""
        known = self._known()
        return all(self._key(task) in known for task in tasks)

    def _known(self) -> dict[str, str]:
        study = self.work.context.study
        events = study.ledger.of_kind(_EVENT)
        artifacts = {event.data["key"]: event.data["artifact"] for event in events}
        return {key: name for key, name in artifacts.items() if study.exists(name)}

    def _key(self, task: AttributionTask) -> str:
        fingerprint = self.work.context.fingerprints["test"]
        text = json.dumps([fingerprint, task.fit.key, task.most, task.wanted])
        return hashlib.sha256(text.encode("utf-8")).hexdigest()


def drop_runs(study: Study) -> None:
    """Delete what fits on folds left; their sums stand in the record."""
    names = {event.data["artifact"] for event in study.ledger.of_kind(_EVENT)}
    # A kill may have kept one out of the ledger.
    names |= {f"runs/{path.name}" for path in (study.folder / "runs").glob("attribution-*.npz")}
    study.retire(sorted(name for name in names if study.exists(name)))
