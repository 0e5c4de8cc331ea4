"""``dome.json`` against the fields of the DOME registry.

Names and types of all fields that people fill in, read from the registry's schema 2.0.0
(github.com/BioComputingUP/dome-schema, releases/v2.0.0/dome-registry-schema.json, April 2026).
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from deepbench.reporting.documents.dome import dome_entry
from deepbench.reporting.documents.study_facts import StudyFacts
from deepbench.study.records import StudySummary
from tests.engine.reporting import summaries
from tests.engine.reporting.documents import written

TEXT, FLAG, NUMBER = "string", "boolean or null", "number or null"
TEXTS, NUMBERS = "array of strings", "array of numbers"
SCHEMA: dict[str, str] = {
    "publication.title": TEXT,
    "publication.authors": TEXT,
    "publication.journal": TEXT,
    "publication.year": TEXT,
    "publication.doi": TEXT,
    "publication.pmid": TEXT,
    "publication.pmcid": TEXT,
    "publication.tags": TEXTS,
    "data.availability.isPub": FLAG,
    "data.availability.licence": TEXT,
    "data.availability.enfMeth": TEXT,
    "data.provenance.source": TEXT,
    "data.provenance.numDP": NUMBER,
    "data.provenance.prevUse": FLAG,
    "data.redundancy.splitMeth": TEXT,
    "data.redundancy.isIndep": FLAG,
    "data.redundancy.enfMeth": TEXT,
    "data.redundancy.distCmp": TEXT,
    "data.splits.numSplits": NUMBER,
    "data.splits.dpPerSplit": NUMBERS,
    "data.splits.otherSplits": TEXT,
    "data.splits.splitDist": TEXT,
    "optimization.algorithm.algName": TEXT,
    "optimization.algorithm.isNewAlg": FLAG,
    "optimization.algorithm.unpubRsn": TEXT,
    "optimization.config.cfgAvail": FLAG,
    "optimization.config.lic": TEXT,
    "optimization.encoding.encMeth": TEXT,
    "optimization.features.numF": NUMBER,
    "optimization.features.featSel": FLAG,
    "optimization.features.trnOnlySel": FLAG,
    "optimization.fit.pGtN": FLAG,
    "optimization.fit.noOverFit": TEXT,
    "optimization.fit.noUnderFit": TEXT,
    "optimization.meta.isMeta": FLAG,
    "optimization.meta.metaMeths": TEXTS,
    "optimization.meta.metaIndep": FLAG,
    "optimization.parameters.numP": NUMBER,
    "optimization.parameters.pSelMeth": TEXT,
    "optimization.regularisation.hasReg": FLAG,
    "optimization.regularisation.regTechs": TEXTS,
    "model.availability.srcAvail": FLAG,
    "model.availability.exeAvail": FLAG,
    "model.availability.lic": TEXT,
    "model.duration.runTime": TEXT,
    "model.interpretability.interpType": TEXT,
    "model.interpretability.transpEx": TEXT,
    "model.output.outType": TEXT,
    "evaluation.method.evalMeth": TEXT,
    "evaluation.availability.rawAvail": FLAG,
    "evaluation.availability.lic": TEXT,
    "evaluation.comparison.cmpPub": FLAG,
    "evaluation.comparison.cmpBase": FLAG,
    "evaluation.confidance.hasCI": FLAG,
    "evaluation.confidance.isStatSig": FLAG,
    "evaluation.measure.metrics": TEXTS,
    "evaluation.measure.isRep": FLAG,
    "public": "boolean",
    "isAiGenerated": FLAG,
    "tags": TEXTS,
}
# The 21 items that the registry scores.
ITEMS = {
    ".".join(name.split(".")[:2])
    for name in SCHEMA
    if name.count(".") == 2 and not name.startswith("publication")
}


def kind_of(value: Any) -> set[str]:
    """The kinds of the schema that a value is of."""
    if value is None:
        return {FLAG, NUMBER}
    if isinstance(value, bool):
        return {FLAG, "boolean"}
    if isinstance(value, int | float):
        return {NUMBER}
    if isinstance(value, str):
        return {TEXT}
    assert isinstance(value, list)
    strings = all(isinstance(item, str) for item in value)
    numbers = all(isinstance(item, int | float) for item in value)
    return {kind for kind, holds in ((TEXTS, strings), (NUMBERS, numbers)) if holds}


def leaves(value: Any, place: str = "") -> dict[str, Any]:
    if not isinstance(value, dict):
        return {place: value}
    return {
        name: leaf
        for key, item in value.items()
        for name, leaf in leaves(item, f"{place}.{key}" if place else key).items()
    }


def entry(
    summary: StudySummary, level: str = "sensitive", answers: dict[str, str] | None = None
) -> dict[str, Any]:
    text = written.documents(summary, level, answers)["documents/dome.json"]
    found = leaves(json.loads(text))
    assert set(found) == set(SCHEMA)
    return found


@pytest.mark.parametrize("name", [*summaries.ALL, "full", "empty"])
def test_every_field_has_its_type(name: str) -> None:
    make = {**summaries.ALL, "full": written.full, "empty": written.empty}[name]
    for level in ("internal", "sensitive"):
        for place, value in entry(make(), level).items():
            assert SCHEMA[place] in kind_of(value), place


def test_there_are_twenty_one_items() -> None:
    assert len(ITEMS) == 21


def test_what_the_records_tell_of_a_whole_study() -> None:
    found = entry(written.full())
    assert found["data.provenance.numDP"] == 569
    assert found["data.splits.numSplits"] == 2
    assert found["data.splits.dpPerSplit"] == [455, 114]
    assert found["optimization.features.numF"] == 28
    assert found["optimization.parameters.numP"] == 2041
    assert found["optimization.fit.pGtN"] is True  # 2,041 numbers, 455 samples
    assert found["evaluation.confidance.hasCI"] is True
    assert found["evaluation.confidance.isStatSig"] is True
    assert found["evaluation.comparison.cmpBase"] is True
    assert "AUROC" in found["evaluation.measure.metrics"]
    assert found["model.interpretability.interpType"] == "post-hoc explainable"
    assert "Hz" not in found["model.duration.runTime"]


def test_yes_and_no_of_people_become_flags() -> None:
    found = entry(written.full())
    assert found["data.availability.isPub"] is False
    assert found["data.availability.enfMeth"] == "on request from the hospital"
    assert found["model.availability.srcAvail"] is True
    assert found["evaluation.measure.isRep"] is False
    unclear = entry(written.full(), answers={"data_availability": "Partly, at GEO"})
    assert unclear["data.availability.isPub"] is None
    assert unclear["data.availability.enfMeth"] == "Partly, at GEO"
    assert unclear["evaluation.measure.isRep"] is None


def test_publication_is_taken_apart() -> None:
    found = entry(written.full())
    assert found["publication.doi"] == "10.1234/jb.2026.17"
    assert found["publication.journal"] == "J Biops 2026"
    assert found["publication.year"] == "2026"
    own = entry(written.full(), answers={"paper_title": "Markers", "authors": "Okafor A"})
    assert own["publication.title"] == "Markers"
    assert own["publication.doi"] == "Not stated."


def test_nothing_is_said_of_what_did_not_happen() -> None:
    found = entry(written.empty(), answers={})
    numbers = [value for place, value in found.items() if SCHEMA[place] in (FLAG, NUMBER)]
    assert set(numbers) == {None, True}  # only that no person typed it in
    assert found["isAiGenerated"] is True
    texts = {value for place, value in found.items() if SCHEMA[place] == TEXT}
    assert texts == {"Empty", "Not stated."}


def test_nested_folds_are_the_splits() -> None:
    found = entry(summaries.multiclass(), "internal")
    assert found["data.splits.numSplits"] == 5
    assert found["data.splits.dpPerSplit"] == [42] * 5


@pytest.mark.parametrize(
    ("name", "family", "params", "meta", "techniques"),
    [
        ("random_forest", "baseline", {}, True, {"smallest size of a leaf"}),
        ("gradient_boosting", "baseline", {}, True, {"shrinkage"}),
        ("knn", "baseline", {}, False, set()),
        ("linear", "baseline", {"l1_ratio": 0.4}, False, {"elastic-net penalty"}),
        ("linear", "baseline", {"penalty": "ridge"}, False, {"ridge penalty"}),
        ("network-small", "network", {"dropout": 0.2}, True, {"dropout", "early stopping"}),
    ],
)
def test_kind_of_model_tells_of_ensembles_and_penalties(
    name: str, family: str, params: dict[str, Any], meta: bool, techniques: set[str]
) -> None:
    model = summaries.model(name, name, 0.9, family=family).model_copy(update={"params": params})
    board = summaries.baselines().model_copy(update={"models": (model,)})
    choice = summaries.choice().model_copy(update={"recommended": name})
    summary = written.full("internal").model_copy(
        update={"baselines": board, "networks": None, "choice": choice}
    )
    found = dome_entry(StudyFacts.of(summary, {})).optimization
    assert found.meta.isMeta is meta
    assert techniques <= set(found.regularisation.regTechs)
    assert found.regularisation.hasReg is bool(found.regularisation.regTechs)
    assert found.parameters.numP is None  # the audit attacked another model


def test_filters_of_features_are_selection_on_training_samples() -> None:
    summary = written.full("internal")
    model = summaries.model("svm", "SVM", 0.9).model_copy(update={"params": {"features": 100}})
    board = summaries.baselines().model_copy(update={"models": (model,)})
    filtered = dome_entry(StudyFacts.of(summary.model_copy(update={"baselines": board}), {}))
    assert filtered.optimization.features.featSel is True
    assert filtered.optimization.features.trnOnlySel is True
    plain = dome_entry(StudyFacts.of(summary, {})).optimization.features
    assert (plain.featSel, plain.trnOnlySel) == (False, None)


def test_near_copies_that_may_cross_leave_independence_open() -> None:
    check = summaries.check()
    near = check.findings[2].model_copy(update={"kind": "near duplicates", "decision": "none"})
    summary = written.full("internal").model_copy(
        update={"check": check.model_copy(update={"findings": (near,)})}
    )
    assert dome_entry(StudyFacts.of(summary, {})).data.redundancy.isIndep is None
