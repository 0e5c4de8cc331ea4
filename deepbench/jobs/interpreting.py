"""What the parts of stage 11 share: models looked at, samples, steps, and results kept.

A part's result is stored as soon as it is there and named in the ledger with the fingerprint of
all it rests on. A run that was interrupted, or that follows a change which touches another part
alone, reads it again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from deepbench.jobs.context import JobContext
from deepbench.jobs.leaderboard import FamilyTrials, all_trials, best_of_kind
from deepbench.models.workbench import Workbench, load_workbench
from deepbench.study.folder import RecordType
from deepbench.study.records import ChoiceRecord

_EVENT = "interpreted"


@dataclass(frozen=True, eq=False)
class Interpreting:
    """The study whose models are looked into.

    Attributes:
        context: The study and the means to work on it.
        bench: Training samples and tuning folds.
        choice: What was chosen.
        chosen: Trials of the chosen model's family.
        groups: Families looked into: the chosen one, and the best network where it is another.
        folds: Numbers of the tuning folds of the first repeat.
    """

    context: JobContext
    bench: Workbench
    choice: ChoiceRecord
    chosen: FamilyTrials
    groups: tuple[FamilyTrials, ...]
    folds: tuple[int, ...]

    @classmethod
    def of(cls, context: JobContext, choice: ChoiceRecord) -> Interpreting:
        """Gather what the parts need."""
        bench = load_workbench(context.bench_source())
        trials = all_trials(context)
        by_name = {group.family.name: group for group in trials}
        chosen = by_name[choice.recommended]
        network = best_of_kind(trials, "network")
        wanted = [chosen, *([network] if network else [])]
        groups = {group.family.name: group for group in wanted}
        folds = tuple(index for index, fold in enumerate(bench.folds) if fold.repeat == 0)
        return cls(context, bench, choice, chosen, tuple(groups.values()), folds)

    def kept(
        self,
        part: str,
        kind: type[RecordType],
        make: Callable[[], RecordType],
        inputs: dict[str, Any] | None = None,
        *,
        usable: bool = True,
    ) -> RecordType:
        """Return the result of a part, from an earlier run where it rests on the same.

        Args:
            part: Name of the part, with the model if there are several.
            kind: Its record.
            make: Makes it.
            inputs: Answers of the plan that it reads (JSON); the stages before are always among
                what it rests on.
            usable: Whether an earlier result may be read again; not if what belongs to it is gone.
        """
        study = self.context.study
        text = json.dumps(
            [part, self.context.fingerprints["test"], self.context.plan.seed, inputs or {}],
            sort_keys=True,
        )
        key = hashlib.sha256(text.encode("utf-8")).hexdigest()
        events = study.ledger.of_kind(_EVENT) if usable else []
        for event in reversed(events):
            if event.data["key"] == key and study.exists(event.data["artifact"]):
                return study.read_record(event.data["artifact"], kind)
        record = make()
        content = record.model_dump_json().encode("utf-8")
        artifact = study.store("runs", f"{part}.json", content)
        study.record(_EVENT, {"part": part, "key": key, "artifact": artifact})
        return record
