"""How features are called in tables of genes, proteins, probes, and what describes them there."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Accessions that name nothing but a feature. Sources: Ensembl (stable identifiers), Affymetrix
# (probe sets), Illumina (CpG loci, bead probes), Agilent, RefSeq, miRBase, dbSNP, model organisms.
_ACCESSION = re.compile(
    r"^(?:"
    r"ENS[A-Z]{0,5}[GTPE]\d{11}(?:\.\d+)?(?:[_|].*)?"
    r"|[A-Za-z0-9./_-]+_(?:[a-z]_)?[as]t"
    r"|c[gh]\.?\d[\d.]*\d{5,}[A-Z]?(?:_[A-Z0-9]+)?"
    r"|ILMN_\d+|A_\d{2}_P\d+"
    r"|[NX][MRP]_\d{6,}(?:\.\d+)?"
    r"|[a-z]{3}-(?:mi[Rr]|let)-\d.*"
    r"|rs\d{3,}"
    r"|(?:chr)?(?:\d{1,2}|X|Y|MT?):\d+.*|chr(?:\d{1,2}|X|Y|MT?)_\d+.*"
    r"|Y[A-P][LR]\d{3}[CW](?:-[A-Z])?"  # yeast
    r"|AT[1-5MC]G\d{5}(?:\.\d+)?"  # Arabidopsis
    r"|(?:WBGene|FBgn)\d{7,8}"
    r"|(?:[zZ]?OTU|[zZ]?otu|ASV|asv)[ _.-]?\d+"
    r"|(?:.*[;|])?(?:sk|[dkpcofgs])__.*"
    r")$"
)
# UniProt. A list of patients P00001, P00002, … looks like it, but has no letters inside.
_UNIPROT = re.compile(r"^(?:(?:sp|tr)\|)?[OPQ]\d[A-Z0-9]{3}\d(?:-\d+)?(?:[|;].*)?$")
_LETTERS_INSIDE = re.compile(r"^(?:(?:sp|tr)\|)?[OPQ]\d\d{0,2}[A-Z]")
_LEAST_WITH_LETTERS = 0.1
# Genes that stand on most panels and in every genome-wide table, human or mouse.
_KNOWN_GENES = frozenset(
    "tp53 actb gapdh tuba1a tubb hprt1 b2m gusb rplp0 tbp ppia eef1a1 rps18 rpl13a egfr erbb2 "
    "brca1 brca2 myc kras nras braf pten rb1 cdkn2a cdkn1a vegfa esr1 pgr ar mki67 cd4 cd8a cd3e "
    "cd19 cd68 ptprc il6 il10 il1b tnf ifng tgfb1 stat1 stat3 akt1 mapk1 jun fos apoe app mapt "
    "snca alb ins gcg krt5 krt18 vim cdh1 cdh2 col1a1 fn1 acta2 pcna ccnd1 ccnb1 bcl2 bax casp3 "
    "a1bg a2m nat1 nat2 xist tnmd dpm1 scyl3 fgr cfh".split()
)
_LEAST_KNOWN = 3
_LIKELY_SHARE = 0.8
_MOST_LOOKED_AT = 5000

_DESCRIBES = frozenset(
    "gene genes geneid genename genesymbol genes symbol hgnc ensembl entrez entrezid accession "
    "probe probes probeid probeset probesetid transcript transcripts feature features featureid "
    "description descriptions chr chrom chromosome start end strand length biotype genebiotype "
    "idref refseq uniprot protein proteins proteinid proteinids peptide peptides otu otuid asv "
    "taxon taxonomy kegg ontology pathway locus cpg island mirna annotation targetid "
    "unigene cytoband fasta headers".split()
)
_FILLERS = frozenset(
    {"id", "ids", "name", "names", "number", "no", "position", "official", "stable"}
)
_NAMES_FEATURES = frozenset(
    "gene genes geneid genename genesymbol symbol hgnc ensembl entrez entrezid probe probeid "
    "probeset probesetid transcript idref refseq uniprot protein proteinid proteinids otu otuid "
    "asv featureid targetid unigene mirna".split()
)
_WORD = re.compile(r"[A-Za-z]+")


def share_of_accessions(names: Sequence[str]) -> float:
    """Return the share of names that are accessions of genes, proteins, probes or taxa."""
    looked = [name for name in names[:_MOST_LOOKED_AT] if name]
    proteins = [name for name in looked if _UNIPROT.match(name)]
    lettered = sum(_LETTERS_INSIDE.match(name) is not None for name in proteins)
    found = sum(_ACCESSION.match(name) is not None for name in looked)
    if lettered > _LEAST_WITH_LETTERS * len(proteins):
        found += len(proteins)
    return found / max(len(looked), 1)


def look_like_features(names: Sequence[str]) -> bool:
    """Whether these are names of features: accessions, or genes that everybody measures."""
    if share_of_accessions(names) >= _LIKELY_SHARE:
        return True
    return len({name.casefold() for name in names} & _KNOWN_GENES) >= _LEAST_KNOWN


def describes_features(column: str) -> bool:
    """Whether a column is called like what describes features: symbol, chromosome, length."""
    found = _words(column)
    return bool(found & _DESCRIBES) and found <= _DESCRIBES | _FILLERS


def names_features(column: str) -> bool:
    """Whether a column is called like one that names features: gene, probe, protein IDs."""
    return describes_features(column) and bool(_words(column) & _NAMES_FEATURES)


def _words(column: str) -> frozenset[str]:
    """Return the words of a name; of ``geneID`` both, and of ``ID_REF`` also the whole."""
    parts = re.sub(r"([a-z])([A-Z])", r"\1 \2", column)
    found = [word.casefold() for word in _WORD.findall(parts)]
    whole = "".join(found)
    return frozenset({whole} if whole in _DESCRIBES else found)
