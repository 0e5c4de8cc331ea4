"""Stage 13: the ethics register, who is served how well, and what may leave at this level."""

from __future__ import annotations

from deepbench.data.samples import TrainingSet
from deepbench.jobs.audit_model import audit_in_stage
from deepbench.jobs.context import JobContext
from deepbench.jobs.known_secrets import training_set
from deepbench.jobs.lowering import lowering
from deepbench.jobs.private_training import train_privately
from deepbench.jobs.scan_sensitivity import count_again, sensitivity
from deepbench.jobs.views import load_view
from deepbench.privacy.ethics_register import build_register
from deepbench.privacy.register_history import EVENT, new_events, read_history
from deepbench.privacy.register_material import Material
from deepbench.privacy.subgroups.audit import audit_subgroups, few_in_training
from deepbench.study.folder import Study
from deepbench.study.records import (
    CheckRecord,
    ChoiceRecord,
    ClaimsRecord,
    EthicsEntryRecord,
    EthicsRecord,
    InterpretationRecord,
    PredictionsRecord,
    RegisterEventRecord,
    SampleSheetRecord,
    SmallGroups,
    SubgroupAuditRecord,
)


def run(context: JobContext) -> EthicsRecord:
    """Attack the model, raise what the program noticed, and match it with the plan's answers."""
    study, plan = context.study, context.plan
    training = training_set(study)
    # First, because the level in force follows from it, and what the audit says from that.
    count_again(study, training, plan.privacy.quasi_identifiers)
    audit = audit_in_stage(context)
    private = train_privately(context)
    sheet = context.record("sample-sheet", SampleSheetRecord)
    choice = context.record("test", ChoiceRecord)
    material = Material(
        sheet=sheet,
        check=context.record("check", CheckRecord),
        test=choice.test,
        sensitivity=sensitivity(study, plan.privacy.level, plan.ethics.entries),
        interpretation=context.record("interpretation", InterpretationRecord),
        claims=context.record("claims", ClaimsRecord),
        audit=audit,
        subgroups=_subgroups(context, choice, sheet, training),
        missing=_missing(sheet, training),
        model=choice.recommended,
        held=lowering(study, as_finished=True).held,
    )
    register = build_register(plan, material)
    return register.model_copy(
        update={
            "private_training": private,
            "history": _write_history(study, register.entries),
        }
    )


def _subgroups(
    context: JobContext,
    choice: ChoiceRecord,
    sheet: SampleSheetRecord,
    training: TrainingSet | None,
) -> SubgroupAuditRecord | None:
    """Compare groups by the predictions of the one look at the test set; it stays locked."""
    shown = load_view(context.study, "predictions", PredictionsRecord)
    if not choice.test.metrics or shown is None or shown.annotations is None:
        return None
    context.progress.check_cancelled()
    return audit_subgroups(shown, sheet, training, context.plan.seed)


def _missing(sheet: SampleSheetRecord, training: TrainingSet | None) -> tuple[SmallGroups, ...]:
    """Return the groups of people that the training samples lack."""
    found = []
    for column in sheet.roles.get("sensitive", ()):
        few, only = few_in_training(column, "sensitive", training)
        if few or only:
            found.append(SmallGroups(column=column, training=few, only=only))
    return tuple(found)


def _write_history(
    study: Study, entries: tuple[EthicsEntryRecord, ...]
) -> tuple[RegisterEventRecord, ...]:
    """Add to the ledger what this run changed in the register; return all that it holds."""
    for line in new_events(read_history(study.ledger.of_kind(EVENT)), entries):
        study.record(EVENT, line)
    return read_history(study.ledger.of_kind(EVENT))
