"""An entry of the DOME registry, version 2.0.0 of its schema: names and types of all its fields.

DOME recommendations: Walsh et al. 2021, doi 10.1038/s41592-021-01205-4. Registry: Attafi et al.
2024, doi 10.1093/gigascience/giae094; schema: github.com/BioComputingUP/dome-schema, releases
v2.0.0 (CC BY 4.0). Fields that the registry fills in itself (identifiers, scores, times) are not
here. ``confidance`` is spelled as there.
"""

from __future__ import annotations

from deepbench.reporting.documents.blocks import NOT_STATED
from deepbench.study.records import Record

YesNo = bool | None


class Publication(Record):
    """What is published about the method."""

    title: str
    authors: str = NOT_STATED
    journal: str = NOT_STATED
    year: str = NOT_STATED
    doi: str = NOT_STATED
    pmid: str = NOT_STATED
    pmcid: str = NOT_STATED
    tags: tuple[str, ...] = ()


class DataAvailability(Record):
    """D1: is the data public, under which licence, where?"""

    isPub: YesNo = None  # noqa: N815
    licence: str = NOT_STATED
    enfMeth: str = NOT_STATED  # noqa: N815


class Provenance(Record):
    """D2: source, number of samples, earlier use."""

    source: str = NOT_STATED
    numDP: int | None = None  # noqa: N815
    prevUse: YesNo = None  # noqa: N815


class Redundancy(Record):
    """D3: how training and test samples were kept independent."""

    splitMeth: str = NOT_STATED  # noqa: N815
    isIndep: YesNo = None  # noqa: N815
    enfMeth: str = NOT_STATED  # noqa: N815
    distCmp: str = NOT_STATED  # noqa: N815


class Splits(Record):
    """D4: the sets, their sizes, and how samples came into them."""

    numSplits: int | None = None  # noqa: N815
    dpPerSplit: tuple[int, ...] = ()  # noqa: N815
    otherSplits: str = NOT_STATED  # noqa: N815
    splitDist: str = NOT_STATED  # noqa: N815


class DataPart(Record):
    """D: the data."""

    availability: DataAvailability
    provenance: Provenance
    redundancy: Redundancy
    splits: Splits


class Algorithm(Record):
    """O1: kind of model."""

    algName: str = NOT_STATED  # noqa: N815
    isNewAlg: YesNo = None  # noqa: N815
    unpubRsn: str = NOT_STATED  # noqa: N815


class Features(Record):
    """O2: inputs and their selection."""

    numF: int | None = None  # noqa: N815
    featSel: YesNo = None  # noqa: N815
    trnOnlySel: YesNo = None  # noqa: N815


class Encoding(Record):
    """O3: how inputs became numbers."""

    encMeth: str = NOT_STATED  # noqa: N815


class Configuration(Record):
    """O4: are the settings reported?"""

    cfgAvail: YesNo = None  # noqa: N815
    lic: str = NOT_STATED


class Parameters(Record):
    """O5: number of parameters, and how settings were found."""

    numP: int | None = None  # noqa: N815
    pSelMeth: str = NOT_STATED  # noqa: N815


class Fit(Record):
    """O6: what speaks against over- and underfitting."""

    pGtN: YesNo = None  # noqa: N815
    noOverFit: str = NOT_STATED  # noqa: N815
    noUnderFit: str = NOT_STATED  # noqa: N815


class Regularisation(Record):
    """O7: what keeps the model simple."""

    hasReg: YesNo = None  # noqa: N815
    regTechs: tuple[str, ...] = ()  # noqa: N815


class Meta(Record):
    """O8: is it a model made of models?"""

    isMeta: YesNo = None  # noqa: N815
    metaMeths: tuple[str, ...] = ()  # noqa: N815
    metaIndep: YesNo = None  # noqa: N815


class OptimizationPart(Record):
    """O: training."""

    algorithm: Algorithm
    features: Features
    encoding: Encoding
    config: Configuration
    parameters: Parameters
    fit: Fit
    regularisation: Regularisation
    meta: Meta


class ModelAvailability(Record):
    """M1: are code and model public?"""

    srcAvail: YesNo = None  # noqa: N815
    exeAvail: YesNo = None  # noqa: N815
    lic: str = NOT_STATED


class Interpretability(Record):
    """M2: can one see why it says what it says?"""

    interpType: str = NOT_STATED  # noqa: N815
    transpEx: str = NOT_STATED  # noqa: N815


class Output(Record):
    """M3: what the model says."""

    outType: str = NOT_STATED  # noqa: N815


class Duration(Record):
    """M4: computing time and machine."""

    runTime: str = NOT_STATED  # noqa: N815


class ModelPart(Record):
    """M: the model."""

    availability: ModelAvailability
    interpretability: Interpretability
    output: Output
    duration: Duration


class EvaluationAvailability(Record):
    """E1: are the raw results public?"""

    rawAvail: YesNo = None  # noqa: N815
    lic: str = NOT_STATED


class Measure(Record):
    """E2: metrics, and whether others can compute them again."""

    metrics: tuple[str, ...] = ()
    isRep: YesNo = None  # noqa: N815


class Method(Record):
    """E3: how the model was tested."""

    evalMeth: str = NOT_STATED  # noqa: N815


class Comparison(Record):
    """E4: against published methods, against a naive one."""

    cmpPub: YesNo = None  # noqa: N815
    cmpBase: YesNo = None  # noqa: N815


class Confidence(Record):
    """E5: intervals and tests."""

    hasCI: YesNo = None  # noqa: N815
    isStatSig: YesNo = None  # noqa: N815


class EvaluationPart(Record):
    """E: the test."""

    availability: EvaluationAvailability
    measure: Measure
    method: Method
    comparison: Comparison
    confidance: Confidence


class DomeEntry(Record):
    """A whole entry. ``isAiGenerated`` is true of all entries that no person typed in."""

    publication: Publication
    data: DataPart
    optimization: OptimizationPart
    model: ModelPart
    evaluation: EvaluationPart
    public: bool = False
    isAiGenerated: bool = True  # noqa: N815
    tags: tuple[str, ...] = ()
