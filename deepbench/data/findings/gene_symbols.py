"""Whether names of features are names of genes: symbols, clones, probes, accession numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_SYMBOL = re.compile(
    r"[A-Z][A-Z0-9]{1,11}(?:orf\d+)?(?:[-./][A-Z0-9]{1,8}){0,2}"  # TP53, HLA-DRB1, C1orf12
    r"|C[0-9XY]{1,2}orf\d+[A-Z]?"
    r"|[A-Z][a-z]{1,7}\d+[a-z]{0,2}\d*(?:-[A-Za-z0-9]{1,6})?"  # Trp53, Cyp2d22, Krt5
    r"|[A-Z][a-z]{1,5}(?:[a-z]|rs|ps)?(?:-[a-z0-9]{1,5})?"  # Actb, Gapdh, mt-Nd1 aside
    r"|\d{7}[A-Z]\d{2}Rik|Gm\d+|LOC\d+|[A-Z]{2}\d{6}"
    r"|ENS[A-Z]{0,4}[GTP]\d{11}(?:\.\d+)?|[NX][MR]_\d{6,9}(?:\.\d+)?"
    r"|\d{3,7}(?:_[a-z])?_at|ILMN_\d+|A_\d{2}_P\d+"
    r"|[a-z]{3,4}-\d+(?:\.\d+)?|Y[A-P][LR]\d{3}[WC](?:-[A-Z])?|AT[1-5CM]G\d{5}(?:\.\d+)?"
    r"|(?:[a-z]{3}-)?(?:mir|miR|let|MIR)-?\d+[a-z]?(?:-[35]p)?"
)
_CAPITALISED = re.compile(r"[A-Z][a-z]+\d*[a-z]?\d*")
_STEM = re.compile(r"^\D*")
_MOST_SYMBOLS = 0.7
_WITH_DIGIT = 0.2  # TP53 and IL6 have one; ALT, Sodium and Albumin have none
_MOST_OF_A_STEM = 0.5  # G1, G2, ... and V1, V2, ... are numbers, no symbols


def are_genes(names: Sequence[str]) -> bool:
    """Whether most names look like symbols of genes, and many of them have a number of their own.

    Columns of a clinical table (ALT, BMI, Age) look like symbols too, but few have digits; columns
    that are merely numbered share their letters.
    """
    symbols = [name.strip() for name in names if _SYMBOL.fullmatch(name.strip())]
    if not names or len(symbols) < _MOST_SYMBOLS * len(names):
        return False
    numbered = sum(any(sign.isdigit() for sign in name) for name in symbols)
    if numbered < _WITH_DIGIT * len(symbols):
        return False
    stems = Counter(_STEM.match(name)[0] for name in symbols)  # type: ignore[index]
    # Probes and accession numbers share their letters, but not their length with a counter.
    commonest, count = stems.most_common(1)[0]
    counter = max(len(name) for name in symbols) - len(commonest) <= len(str(len(names))) + 1
    return count <= _MOST_OF_A_STEM * len(symbols) or not counter


def are_capitalised(names: Sequence[str]) -> bool:
    """Whether most symbols are written like those of mice: Trp53."""
    return sum(_CAPITALISED.fullmatch(name.strip()) is not None for name in names) > len(names) / 2
