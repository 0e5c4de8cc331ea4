"""Stage 3: read the table; types are proposed, every conversion is listed."""

from __future__ import annotations

from deepbench.data.table_import import import_table
from deepbench.data.table_store import table_to_parquet_bytes
from deepbench.jobs.context import JobContext
from deepbench.jobs.sample_events import note_samples
from deepbench.jobs.scan_sensitivity import scan_imported
from deepbench.study.records import ImportRecord


def run(context: JobContext) -> ImportRecord:
    """Import the source file into the study."""
    parsed, record = import_table(context.files, context.plan)
    artifact = context.study.store("data", "imported.parquet", table_to_parquet_bytes(parsed))
    note_samples(context.study, "import", artifact)
    scan_imported(context.study, parsed.frame, [path.name for path in context.files])
    return record.model_copy(update={"artifact": artifact})
