"""How measurements are prepared: settled by the data check, read by all that fits models."""

from __future__ import annotations

from dataclasses import replace

from deepbench.data.preparation import (
    AS_THEY_ARE,
    Preparation,
    prepare,
    transformed,
    with_known_names,
)
from deepbench.data.samples import AllSamples
from deepbench.jobs.context import JobContext
from deepbench.plan import Preparation as Asked
from deepbench.study.records import ImportRecord, PreparationRecord

PREPARATION_FILE = "preparation.json"


def asked_preparation(context: JobContext, samples: AllSamples) -> Asked:
    """Return [preparation] with the names of the table.

    Raises:
        PlanError: there is no column of a name under ``not_transformed``.
    """
    return with_known_names(
        context.plan.preparation,
        [str(name) for name in samples.features.columns],
        [str(name) for name in samples.annotations.columns],
    )


def sheet_columns(context: JobContext) -> tuple[str, ...]:
    """Return the columns that came with the sample sheet."""
    return context.record("import", ImportRecord).sheet_columns


def settle_preparation(
    context: JobContext, asked: Asked, cleaned: AllSamples
) -> tuple[PreparationRecord, AllSamples]:
    """Settle and store what is done to the measurements.

    Args:
        context: The study.
        asked: [preparation] with the names of the table.
        cleaned: Samples and features that are left after the data check.

    Returns:
        The record, and the samples with transformed measurements, for pictures of all samples.
    """
    prepared = prepare(cleaned, asked, sheet_columns(context))
    artifact = context.study.store("runs", PREPARATION_FILE, prepared.preparation.to_json())
    context.study.record("preparation", {"artifact": artifact})
    record = prepared.record.model_copy(update={"artifact": artifact})
    return record, with_measurements(cleaned, prepared.preparation)


def stored_preparation(context: JobContext) -> Preparation:
    """Return what the data check settled; nothing in studies from before."""
    artifact = context.preparation_artifact()
    return Preparation.from_json(context.study.read(artifact)) if artifact else AS_THEY_ARE


def with_measurements(samples: AllSamples, preparation: Preparation) -> AllSamples:
    """Return the samples with transformed measurements, as models see them."""
    return replace(samples, features=transformed(samples.features, preparation))
