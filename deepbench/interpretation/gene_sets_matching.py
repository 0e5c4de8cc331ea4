"""Which features of a table are which genes of the user's sets.

Names are compared whatever their case. A feature may also be called by a gene's name in one of
the usual forms: ``ENSG00000141510.18`` (with a version), ``TP53_at`` and ``ENSG00000141510_at``
(chip definition files), ``TP53 /// WRAP53``, ``TP53|7157``, ``TP53;TP53`` (several names),
``X7157`` (written by R), ``HLA.A`` for ``HLA-A``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from deepbench.interpretation.gene_sets import GeneSets

_BETWEEN = re.compile(r"///|//|[|;]")
_VERSION = re.compile(r"^(ens[a-z]*[gtpe]\d{6,})\.\d+$")
_PROBE = re.compile(r"^(.+?)(_[abfgirsx])?_at$")
_WRITTEN_BY_R = re.compile(r"^x(\d.*)$")
_SIGNS = re.compile(r"[-_.\s]+")


@dataclass(frozen=True)
class MatchedSets:
    """The sets in terms of features.

    Attributes:
        members: For each set, the numbers of its features, ascending.
        measured: For each set, how many of its genes are among the features.
        genes: Different genes of the file that are among the features.
        features: Features that are genes of the file.
    """

    members: tuple[tuple[int, ...], ...]
    measured: tuple[int, ...]
    genes: int
    features: int


def match_genes(features: Sequence[str], sets: GeneSets) -> MatchedSets:
    """Find the genes of all sets among the features."""
    known: dict[str, str] = {}
    for one in sets.sets:
        for gene in one.genes:
            for form in _forms(gene):
                known.setdefault(form, _key(gene))
    squeezed = {_squeezed(key): key for key in known.values()}
    of_gene: dict[str, set[int]] = {}
    matched = 0
    for number, feature in enumerate(features):
        genes = _genes_of(feature, known, squeezed)
        matched += bool(genes)
        for key in genes:
            of_gene.setdefault(key, set()).add(number)
    # Two spellings in the file may be one gene (with and without a version).
    keys = [{_key(gene) for gene in one.genes} & of_gene.keys() for one in sets.sets]
    return MatchedSets(
        members=tuple(tuple(sorted(set().union(*(of_gene[key] for key in own)))) for own in keys),
        measured=tuple(len(own) for own in keys),
        genes=len(of_gene),
        features=matched,
    )


def _genes_of(feature: str, known: dict[str, str], squeezed: dict[str, str]) -> set[str]:
    """Return the genes that a feature may be, by the closest form of its name."""
    whole = feature.strip().casefold()
    if whole in known:
        return {known[whole]}
    parts = [part.strip() for part in _BETWEEN.split(whole) if part.strip()]
    forms = [form for part in dict.fromkeys([whole, *parts]) for form in _forms(part)]
    found = {known[form] for form in forms if form in known}
    if found:
        return found
    short = [_squeezed(form) for form in forms]
    return {squeezed[form] for form in short if form in squeezed}


def _forms(name: str) -> list[str]:
    """Return a name, folded, and what is left when additions of programs are taken off."""
    forms = [name.strip().casefold()]
    for pattern in (_PROBE, _VERSION, _WRITTEN_BY_R):
        found = pattern.match(forms[-1])
        if found:
            forms.append(found.group(1))
    return forms


def _key(gene: str) -> str:
    return _forms(gene)[-1]


def _squeezed(name: str) -> str:
    return _SIGNS.sub("", name)
