"""What is shown of the enrichment of gene sets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepbench.data.wording import counted, noun, shorten
from deepbench.interpretation.enrichment import LARGEST_SET, SMALLEST_SET, SetTests
from deepbench.interpretation.gene_sets import GeneSets
from deepbench.interpretation.gene_sets_matching import MatchedSets
from deepbench.study.records import EnrichmentRecord, GeneSetRecord, ImportancesRecord

_CALLED = 0.05
_MOST_SETS = 100
_MOST_HITS = 50


@dataclass(frozen=True, eq=False)
class SetResults:
    """Tests of the sets of a file for one model.

    Attributes:
        sets: The sets.
        matched: Their features.
        tested: Numbers of the sets that were tested.
        tests: Their tests, in that order.
        names: (p,) features.
        importances: Importances of the model.
    """

    sets: GeneSets
    matched: MatchedSets
    tested: tuple[int, ...]
    tests: SetTests
    names: tuple[str, ...]
    importances: ImportancesRecord


def enrichment_record(found: SetResults, title: str) -> EnrichmentRecord:
    """Return the sets with the smallest p-values, and what is to be said of all.

    Args:
        found: The tests.
        title: Title of the model inside a sentence.
    """
    order = np.lexsort((-found.tests.score, found.tests.p))[:_MOST_SETS]
    clear = {
        name: place
        for place, (name, clears) in enumerate(
            zip(found.importances.features, found.importances.clears_twin, strict=True)
        )
        if clears
    }
    return EnrichmentRecord(
        model=found.importances.model,
        file=found.sets.file,
        tested=len(found.tested),
        sets=tuple(_set(found, int(number), clear) for number in order),
        sentences=_sentences(found, title),
        genes=found.matched.genes,
        file_genes=found.sets.genes,
        features=len(found.names),
    )


def _set(found: SetResults, place: int, clear: dict[str, int]) -> GeneSetRecord:
    number = found.tested[place]
    own = [found.names[feature] for feature in found.matched.members[number]]
    hits = sorted((name for name in own if name in clear), key=clear.__getitem__)
    return GeneSetRecord(
        name=found.sets.sets[number].name,
        size=len(found.sets.sets[number].genes),
        measured=found.matched.measured[number],
        hits=tuple(hits[:_MOST_HITS]),
        score=float(found.tests.score[place]),
        p_value=float(found.tests.p[place]),
        q_value=float(found.tests.q[place]),
    )


def _sentences(found: SetResults, title: str) -> tuple[str, ...]:
    matched, sets = found.matched, found.sets
    said = [
        f"{matched.genes:,} of {counted(sets.genes, 'gene')} in {shorten(sets.file)} "
        f"{noun(matched.genes, 'is', 'are')} among the features ({matched.features:,} of "
        f"{counted(len(found.names), 'numeric feature')}).",
        *sets.notes,
    ]
    if not matched.genes:
        example, gene = shorten(found.names[0]) if found.names else "", sets.sets[0].genes[0]
        said.append(
            f"No name fits: the table has names such as '{example}', the file such as "
            f"'{shorten(gene)}'. Use sets with the kind of names that the table has."
        )
        return tuple(said)
    said.append(
        f"{len(found.tested):,} of {counted(len(sets.sets), 'set')} "
        f"{noun(len(found.tested), 'has', 'have')} {SMALLEST_SET} to {LARGEST_SET} measured genes "
        "and could be tested."
    )
    if not found.tested:
        return tuple(said)
    called = int((found.tests.q <= _CALLED).sum())
    said.append(
        f"{called:,} {noun(called, 'set matters', 'sets matter')} more to the {title} than other "
        "features do (5 % false ones expected among them, Benjamini-Hochberg)."
        if called
        else f"No set matters more to the {title} than other features do, beyond what chance "
        "gives among so many sets."
    )
    said.append(
        "The p-values allow for genes of a set going together. That a set matters to a model is "
        "an association, not a mechanism."
    )
    return tuple(said)
