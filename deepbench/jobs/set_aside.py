"""Stage 6: set the test samples aside and seal them in the vault."""

from __future__ import annotations

import numpy as np

from deepbench.data.exploration import explore
from deepbench.data.findings.duplicates import duplicate_groups
from deepbench.data.open_tables import forget_table
from deepbench.data.power import expected_power
from deepbench.data.samples import AllSamples
from deepbench.data.similarity import compare_sets
from deepbench.data.split_map import split_map
from deepbench.data.splits import OuterPlan, plan_outer_folds
from deepbench.data.splitting.proofs import fold_records, proofs
from deepbench.data.table_store import from_parquet_bytes
from deepbench.data.vault.sealing import seal
from deepbench.jobs.context import JobContext
from deepbench.jobs.interpret_attributions import drop_shown
from deepbench.jobs.preparing import stored_preparation, with_measurements
from deepbench.jobs.sample_events import samples_artifact
from deepbench.jobs.views import store_view
from deepbench.seeds import derive_seed
from deepbench.study.records import SampleSheetRecord, SplitRecord


def run(context: JobContext) -> SplitRecord:
    """Split, seal, and delete every table that still holds test samples."""
    study = context.study
    checked = samples_artifact(study, "check")
    samples = from_parquet_bytes(study.read(checked), AllSamples)
    outer = plan_outer_folds(samples, context.plan)
    # Before anything is sealed: a split that fails is refused.
    proved = proofs(samples, outer, context.plan, duplicate_groups(samples))
    training, tests, assignment = seal(study, samples, outer)
    effort = context.effort()
    record = SplitRecord(
        design=outer.design,
        why=outer.why,
        train_units=_train_units(samples, outer),
        test_units=len(np.unique(samples.units[np.concatenate([f.test for f in outer.folds])])),
        outer_folds=fold_records(samples, outer),
        tuning_folds=effort.tuning_folds,
        tuning_repeats=effort.tuning_repeats,
        proofs=proved,
        training_artifact=training,
        test_artifacts=tests,
        assignment_artifact=assignment,
        power=expected_power(samples, outer, context.plan.question.useful_score),
        similarity=compare_sets(
            with_measurements(samples, stored_preparation(context)),
            outer,
            derive_seed(context.plan.seed, "similarity"),
        ),
    )
    study.record("sealed", {"training": training, "tests": list(tests), "assignment": assignment})
    exploration = _show(context, samples, outer, effort.tuning_folds)
    # Also tables of an earlier split, and those that a kill kept out of the ledger.
    study.retire_others("data", {training, assignment, exploration})
    study.retire_others("vault", set(tests))
    # It shows training samples of an earlier split, which may be test samples now.
    drop_shown(study)
    forget_table()
    return record


def _show(context: JobContext, samples: AllSamples, outer: OuterPlan, folds: int) -> str:
    """Store the map of the split and the look at the training samples; return the latter."""
    roles = context.record("sample-sheet", SampleSheetRecord).roles
    shown = split_map(
        samples,
        outer,
        unit_columns=roles.get("unit", ()),
        folds=folds,
        master_seed=context.plan.seed,
    )
    store_view(context.study, "runs", "split-map", "split", shown)
    # With several outer folds every sample trains some of them.
    training = samples.take(outer.folds[0].train) if len(outer.folds) == 1 else samples
    seen = with_measurements(training, stored_preparation(context))
    record = explore(seen, roles, "training samples")
    return store_view(context.study, "data", "exploration", "split", record)


def _train_units(samples: AllSamples, outer: OuterPlan) -> int:
    """Return the number of units that train: of the only fold, or of the smallest one."""
    return min(len(np.unique(samples.units[fold.train])) for fold in outer.folds)
