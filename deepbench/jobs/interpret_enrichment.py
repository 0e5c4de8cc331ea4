"""Part of stage 11: the user's own gene sets among the features that models use."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from deepbench.data.wording import in_sentence
from deepbench.interpretation.enrichment import (
    LARGEST_SET,
    SMALLEST_SET,
    SetTests,
    enriched_sets,
    within_classes,
)
from deepbench.interpretation.enrichment_record import SetResults, enrichment_record
from deepbench.interpretation.gene_sets import GeneSets
from deepbench.interpretation.gene_sets_matching import MatchedSets, match_genes
from deepbench.jobs.gene_set_file import gene_sets_of
from deepbench.jobs.interpreting import Interpreting
from deepbench.jobs.steps import Steps
from deepbench.jobs.views import load_view
from deepbench.models.preprocessing import Preprocessor
from deepbench.models.registry import get_family
from deepbench.seeds import derive_seed
from deepbench.study.records import (
    AllImportancesRecord,
    EnrichmentRecord,
    ImportancesRecord,
    Record,
)

Floats = NDArray[np.float64]


class _Enrichments(Record):
    """Those of all models, as they are kept."""

    enrichments: tuple[EnrichmentRecord, ...]


def count_steps(work: Interpreting) -> int:
    """Return the steps: one for each model, none without a file."""
    return len(work.groups) if work.context.gene_sets is not None else 0


def find_enrichment(work: Interpreting, steps: Steps) -> tuple[EnrichmentRecord, ...]:
    """Return the enrichment of each model's importances; empty without a file in the plan.

    Raises:
        DataError: the file cannot be read.
    """
    read = gene_sets_of(work.context)
    if read is None:
        return ()
    sets, artifact = read
    made: list[bool] = []

    def make() -> _Enrichments:
        made.append(True)
        return _Enrichments(enrichments=_find(work, sets, steps))

    record = work.kept("enrichment", _Enrichments, make, {"gene_sets": artifact})
    if not made:
        steps.drop(count_steps(work))
    return record.enrichments


def _find(work: Interpreting, sets: GeneSets, steps: Steps) -> tuple[EnrichmentRecord, ...]:
    view = load_view(work.context.study, "importances", AllImportancesRecord)
    models = {} if view is None else {record.model: record for record in view.models}
    names, measurements = _measurements(work)
    matched = match_genes(names, sets)
    found = []
    for group in work.groups:
        steps.say(f"gene sets: {in_sentence(group.family.title)}")
        if group.family.name in models:
            own = models[group.family.name]
            found.append(_of_model(work, sets, matched, own, names, measurements))
        steps.add(1)
    return tuple(found)


def _measurements(work: Interpreting) -> tuple[list[str], Floats]:
    """Return the numeric features, and their values within classes by unit."""
    training = work.bench.training
    preprocessor = Preprocessor.fit(training.features, work.bench.preparation)
    numeric = len(preprocessor.kept)
    matrix = preprocessor.transform(training.features)[:, :numeric]
    outcome = np.asarray(training.outcome, dtype=np.float64)
    classes = training.info.task != "regression"
    with threadpool_limits(limits=1):
        left = within_classes(matrix, outcome, training.units, classes=classes)
    return list(preprocessor.output_names[:numeric]), left


def _of_model(
    work: Interpreting,
    sets: GeneSets,
    matched: MatchedSets,
    importances: ImportancesRecord,
    names: list[str],
    measurements: Floats,
) -> EnrichmentRecord:
    value_of = dict(zip(importances.features, importances.importance, strict=True))
    importance = np.array([value_of.get(name, 0.0) for name in names])
    tested = [
        number
        for number, genes in enumerate(matched.measured)
        if SMALLEST_SET <= genes <= LARGEST_SET and len(matched.members[number]) < len(names)
    ]
    # One thread here as well: sums must not depend on the machine.
    with threadpool_limits(limits=1):
        tests: SetTests = enriched_sets(
            importance,
            [matched.members[number] for number in tested],
            measurements,
            derive_seed(work.context.plan.seed, "gene sets"),
        )
    results = SetResults(sets, matched, tuple(tested), tests, tuple(names), importances)
    title = in_sentence(get_family(importances.model).title)
    return enrichment_record(results, title)
