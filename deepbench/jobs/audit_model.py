"""The audit of the model that is about to leave: in stage 13, and as ``deepbench audit``.

Shadow models are stored as they come, so that an audit that was stopped goes on, and a thorough
one builds on a quick one. The result is kept with what it rests on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from deepbench.data.table_files import TableFiles
from deepbench.errors import StageBlocked, StudyError
from deepbench.jobs.audit_shadows import (
    attribute_numbers,
    shadow_answers,
    shadow_numbers,
)
from deepbench.jobs.context import JobContext
from deepbench.jobs.leaderboard import FamilyTrials, all_trials
from deepbench.jobs.leave import level_once_finished
from deepbench.jobs.lowering import current_fingerprints
from deepbench.jobs.steps import Steps
from deepbench.jobs.views import load_view
from deepbench.messages import AuditModel
from deepbench.models.fitted import FittedModel
from deepbench.models.networks.family import NetworkFamily
from deepbench.models.storage import load_model
from deepbench.models.workbench import Workbench, load_workbench
from deepbench.privacy.audit.attribute_inference import (
    attribute_record,
    find_attribute,
    guess_attributes,
)
from deepbench.privacy.audit.audit import Evidence, Subject, audit_record
from deepbench.privacy.audit.limits import LEAST_TO_ATTACK
from deepbench.privacy.audit.shadow_models import ShadowTask, UnitAnswers, in_halves
from deepbench.privacy.audit.structure import look_at_structure
from deepbench.privacy.audit.unit_words import unit_words
from deepbench.privacy.final_bytes import is_guarded
from deepbench.seeds import derive_seed
from deepbench.study.files import sha256_of
from deepbench.study.folder import Study
from deepbench.study.records import (
    AttributeAttackRecord,
    AuditRecord,
    ChoiceRecord,
    PredictionsRecord,
    SampleSheetRecord,
    SplitRecord,
)
from deepbench.training.compute import Compute
from deepbench.training.determinism import make_deterministic
from deepbench.training.device import choose_device
from deepbench.worker.progress import Progress

AuditEffort = Literal["quick", "thorough"]

# Raised when the calculation changes, so that earlier audits are not taken for new ones.
REVISION = 2
_EVENT = "audited"

NO_MODEL = "This study has no finished model to attack."
NO_MODEL_HINT = "Run its plan to the test first; without evidence of a signal no model is kept."
OUT_OF_DATE = "The finished model is from before the last change of the answers."
OUT_OF_DATE_HINT = "Run the study again, then audit it."


def audit_model(request: AuditModel, progress: Progress) -> dict[str, object]:
    """Attack the finished model of a study and say what it gives away.

    Raises:
        StageBlocked: there is no finished model.
        StudyError: no study there, in use, or its model is out of date.
        Cancelled: the user stopped it; shadow models that were trained are kept.
    """
    with _open(request, progress) as context:
        if context.study.finished().get("test") != context.fingerprints["test"]:
            raise StudyError(OUT_OF_DATE, OUT_OF_DATE_HINT)
        effort: AuditEffort = "thorough" if request.effort == "thorough" else "quick"
        record = audit_final_model(context, effort)
    return {"sentences": list(record.sentences), "audit": record.model_dump(mode="json")}


def audit_in_stage(context: JobContext) -> AuditRecord | None:
    """Return the audit that the plan asks for; None if it asks for none or no model is kept."""
    effort = context.plan.privacy.audit
    if effort == "no" or not context.record("test", ChoiceRecord).final_model:
        return None
    return audit_final_model(context, effort)


def latest_audit(study: Study) -> AuditRecord | None:
    """Return the hardest audit of the finished model, the newest of equals; None without one."""
    choice = study.stage_record("test", ChoiceRecord)
    if choice is None or not choice.final_model:
        return None
    wanted = model_sha256(study, choice.final_model)
    events = [e for e in study.ledger.of_kind(_EVENT) if e.data["model"] == wanted]
    events = [event for event in events if study.exists(event.data["artifact"])]
    if not events:
        return None
    hardest = max(events, key=lambda event: (event.data["effort"] == "thorough", event.number))
    return study.read_record(hardest.data["artifact"], AuditRecord)


def model_sha256(study: Study, folder: str) -> str:
    """Return one hash for all files of a stored model, as the ledger has them."""
    events = [e for e in study.ledger.of_kind("folder") if e.data["folder"] == folder]
    if not events:
        raise StudyError(f"{folder} is unknown.", "Restore the study folder from a backup.")
    return sha256_of(json.dumps(events[-1].data["sha256"], sort_keys=True).encode())


def audit_final_model(context: JobContext, effort: AuditEffort) -> AuditRecord:
    """Return the audit of the finished model, from an earlier run where it rests on the same.

    Raises:
        StageBlocked: there is no finished model.
    """
    choice = context.record("test", ChoiceRecord)
    if not choice.final_model:
        raise StageBlocked(NO_MODEL, NO_MODEL_HINT)
    audit = _Audit(context, choice, effort)
    key = audit.key()
    for event in reversed(context.study.ledger.of_kind(_EVENT)):
        if event.data["key"] == key and context.study.exists(event.data["artifact"]):
            return context.study.read_record(event.data["artifact"], AuditRecord)
    record = audit.run()
    content = record.model_dump_json().encode("utf-8")
    context.study.record(
        _EVENT,
        {
            "key": key,
            "effort": effort,
            "model": record.model_sha256,
            "artifact": context.study.store("runs", "audit.json", content),
        },
    )
    return record


@dataclass(frozen=True, eq=False)
class _Audit:
    """One audit: what is attacked, and with which means."""

    context: JobContext
    choice: ChoiceRecord
    effort: AuditEffort

    def key(self) -> str:
        """Return a hash of all that the audit rests on."""
        rests_on = [
            REVISION,
            model_sha256(self.context.study, self.choice.final_model),
            self.context.fingerprints["test"],
            self.effort,
            self.context.plan.seed,
            self._columns(),
            self._guarded,
        ]
        return sha256_of(json.dumps(rests_on).encode("utf-8"))

    def run(self) -> AuditRecord:
        """Train shadows, attack, and say what came of it."""
        context, began = self.context, self.context.progress.seconds()
        training = self._bench.training
        words = unit_words(self._sheet.roles)
        model = load_model(context.study.stored_folder(self.choice.final_model))
        shadows = self._shadows()
        attributes = attribute_numbers(self.effort) if shadows and self._columns() else ()
        steps = Steps(
            context.progress,
            total=len(shadows) + len(attributes) + 1,
            processes=context.compute.workers,
        )
        answers = self._answers(shadows, steps)
        evidence = Evidence(
            answers=answers,
            inside=in_halves(training, shadows or range(2), context.plan.seed),
            task=training.info.task,
            final=self._final(model),
            attributes=self._attributes(attributes, steps),
        )
        subject = Subject(
            name=self._group.family.name,
            title=self._group.family.title,
            sha256=model_sha256(context.study, self.choice.final_model),
            words=words,
            structure=look_at_structure(model, training, words, guarded=self._guarded),
        )
        steps.say("what the attacks find")
        seconds = context.progress.seconds() - began
        record = audit_record(subject, evidence, self.effort, context.plan.seed, seconds)
        steps.add(1)
        return record

    @cached_property
    def _guarded(self) -> bool:
        """Whether the file that leaves says nothing of single units."""
        return is_guarded(level_once_finished(self.context.study))

    @cached_property
    def _bench(self) -> Workbench:
        return load_workbench(self.context.bench_source())

    @cached_property
    def _sheet(self) -> SampleSheetRecord:
        return self.context.record("sample-sheet", SampleSheetRecord)

    @cached_property
    def _group(self) -> FamilyTrials:
        groups = {group.family.name: group for group in all_trials(self.context)}
        return groups[self.choice.recommended]

    def _columns(self) -> list[str]:
        """Return the columns whose values nobody should be able to guess."""
        named = [
            *self._sheet.roles.get("sensitive", ()),
            *self.context.plan.privacy.quasi_identifiers,
        ]
        training = self._bench.training
        return [c for c in dict.fromkeys(named) if find_attribute(training, c) is not None]

    def _shadows(self) -> range:
        """Return the numbers of the shadows; none with too few units."""
        training = self._bench.training
        if training.number_of_units < LEAST_TO_ATTACK:
            return range(0)
        return shadow_numbers(self.effort, training.features.size)

    def _task(self, numbers: tuple[int, ...]) -> ShadowTask:
        network = isinstance(self._group.family, NetworkFamily)
        return ShadowTask(
            source=self._bench.source,
            family=self._group.family.name,
            params=self._group.best.params,
            starts=self.context.plan.networks.seeds if network else 1,
            numbers=numbers,
        )

    def _answers(self, shadows: range, steps: Steps) -> UnitAnswers | None:
        if not shadows:
            return None
        values = shadow_answers(self.context, self._task(tuple(shadows)), steps)
        return UnitAnswers(values[0], values[1])

    def _attributes(
        self, numbers: tuple[int, ...], steps: Steps
    ) -> tuple[AttributeAttackRecord, ...]:
        """Return how well sensitive attributes are guessed of members and of others."""
        if not numbers:
            return ()
        columns, context = tuple(self._columns()), self.context
        pairs = [numbers[first : first + 2] for first in range(0, len(numbers), 2)]
        futures = [
            context.compute.submit(guess_attributes, self._task(pair), columns) for pair in pairs
        ]
        steps.say("what the model says about sensitive attributes")
        for _ in context.compute.wait(futures, context.progress):
            steps.add(2)
        guesses = np.concatenate([future.result() for future in futures], axis=1)
        training, seed = self._bench.training, context.plan.seed
        inside = in_halves(training, numbers, seed)
        words = unit_words(self._sheet.roles)
        found = (find_attribute(training, column) for column in columns)
        return tuple(
            attribute_record(
                attribute,
                guesses[place],
                inside,
                derive_seed(seed, "audit", "attribute", attribute.column),
                words.several,
            )
            for place, attribute in enumerate(a for a in found if a is not None)
        )

    def _final(self, model: FittedModel) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """Return the finished model's confidence for training units and for test units.

        Only where test samples were drawn at random: those of another site or time differ from
        the others whether or not they trained anything. The predictions are those of the one
        opening; the test samples themselves stay locked.
        """
        split = self.context.record("split", SplitRecord)
        shown = load_view(self.context.study, "predictions", PredictionsRecord)
        if split.design != "holdout" or len(split.outer_folds) != 1 or shown is None:
            return None
        training = self._bench.training
        info = training.info
        members = UnitAnswers.of_rows(
            model.predict(training.features)[None], training.outcome, training.units, info.task
        )
        if info.classes:
            codes = {name: code for code, name in enumerate(info.classes)}
            predicted = np.array(shown.probabilities)
            outcome = np.array([codes[name] for name in shown.observed], dtype=np.int64)
        else:
            predicted = np.array(shown.values)[:, None]
            outcome = np.array([float(value) for value in shown.observed])
        units = np.unique(np.array(shown.units), return_inverse=True)[1]
        others = UnitAnswers.of_rows(predicted[None], outcome, units, info.task)
        return members.confidence[0], others.confidence[0]


@contextmanager
def _open(request: AuditModel, progress: Progress) -> Iterator[JobContext]:
    """Open a study that was run, with the plan it was run with."""
    make_deterministic()
    device = choose_device(request.device)
    folder = Path(request.study).resolve()
    with (
        Study.open_for_writing_existing(folder, in_window=request.in_window) as study,
        Compute(request.workers, progress) as compute,
    ):
        if study.stage_record("test", ChoiceRecord) is None:
            raise StageBlocked(NO_MODEL, NO_MODEL_HINT)
        plan = study.plan()
        yield JobContext(
            study=study,
            plan=plan,
            # Nothing is read from them: the training samples lie in the study.
            files=TableFiles.of(plan.data, folder.joinpath),
            progress=progress,
            compute=compute,
            device=device,
            fingerprints=current_fingerprints(study),
            device_is_free=request.device == "auto",
        )
