"""Stage 4: what each column means."""

from __future__ import annotations

from deepbench.data.roles import assign_roles
from deepbench.data.table_store import table_from_parquet_bytes, to_parquet_bytes
from deepbench.interpretation.claims import check_answered_features
from deepbench.interpretation.directions import check_expected_features
from deepbench.jobs.context import JobContext
from deepbench.jobs.gene_set_file import gene_sets_of
from deepbench.jobs.sample_events import note_samples, samples_artifact
from deepbench.study.records import SampleSheetRecord


def run(context: JobContext) -> SampleSheetRecord:
    """Give columns their roles and count samples, units and classes."""
    study = context.study
    parsed = table_from_parquet_bytes(study.read(samples_artifact(study, "import")))
    samples, sheet = assign_roles(parsed, context.plan)
    # A misspelt feature among the claims would switch off the block for features known late.
    check_answered_features(context.plan, samples.features.columns)
    check_expected_features(context.plan, list(samples.features.columns), samples.info)
    gene_sets_of(context)  # one that cannot be read is better known before hours of tuning
    artifact = study.store("data", "samples.parquet", to_parquet_bytes(samples))
    note_samples(study, "sample-sheet", artifact)
    return sheet
