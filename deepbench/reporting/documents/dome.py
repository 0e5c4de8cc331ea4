"""``dome.json``: an entry for the DOME registry, from the records and from answers of people."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from deepbench.data.wording import counted
from deepbench.reporting.documents import data_sentences as data
from deepbench.reporting.documents import dome_entry as dome
from deepbench.reporting.documents import model_sentences as models
from deepbench.reporting.documents.blocks import NOT_STATED
from deepbench.reporting.documents.shared_answers import subgroups
from deepbench.reporting.documents.study_facts import Document, StudyFacts
from deepbench.reporting.small_cells import SmallCells
from deepbench.reporting.verdict import models_of
from deepbench.study.records import ModelRecord, StudySummary

PATH = "documents/dome.json"
TITLE = "Entry for the DOME registry (draft)"

_DOI = re.compile(r"10\.\d{4,9}/[^\s,;]+[^\s,;.]")
_DOI_WORD = re.compile(r"(?:https?://)?(?:dx\.)?doi(?:\.org/)?\b:?", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_TRANSPARENT = ("linear", "naive_bayes")
_ENSEMBLES = {
    "random_forest": (("mean over trees (bagging, random splits)",), True),
    "gradient_boosting": (("boosting of trees",), False),
}


def dome_json(
    summary: StudySummary, answers: Mapping[str, str], cells: SmallCells | None = None
) -> list[Document]:
    """Return the DOME entry of a study; arguments as for `reforms`."""
    entry = dome_entry(StudyFacts.of(summary, answers, cells))
    text = json.dumps(entry.model_dump(mode="json"), indent=2, ensure_ascii=False)
    return [(PATH, f"{text}\n".encode(), TITLE)]


def dome_entry(facts: StudyFacts) -> dome.DomeEntry:
    """Return the entry as a record."""
    return dome.DomeEntry(
        publication=_publication(facts),
        data=_data(facts),
        optimization=_optimization(facts),
        model=_model(facts),
        evaluation=_evaluation(facts),
        tags=("DeepBench",),
    )


def _said(text: str) -> str:
    return text or NOT_STATED


def _publication(facts: StudyFacts) -> dome.Publication:
    where = facts.answers.get("paper_identifier", "")
    doi = _DOI.search(where)
    without = _DOI_WORD.sub("", where.replace(doi[0], "")).strip(" ,;.:") if doi else where
    year = _YEAR.search(without)
    return dome.Publication(
        title=facts.answers.get("paper_title") or facts.summary.title,
        authors=_said(facts.answers.get("authors", "")),
        journal=_said(without),
        year=year[0] if year else NOT_STATED,
        doi=doi[0] if doi else NOT_STATED,
    )


# --- D ----------------------------------------------------------------------------------------


def _data(facts: StudyFacts) -> dome.DataPart:
    licence = facts.plan.data.licence if facts.plan is not None else ""
    sheet = facts.summary.sheet
    shown = sheet is not None and facts.cells.total(sheet.samples) == f"{sheet.samples:,}"
    return dome.DataPart(
        availability=dome.DataAvailability(
            isPub=facts.yes_or_no("data_availability"),
            licence=_said(licence),
            enfMeth=_said(facts.after_yes_no("data_availability")),
        ),
        provenance=dome.Provenance(
            source=_said(data.source(facts)),
            numDP=sheet.samples if sheet is not None and shown else None,
            prevUse=facts.yes_or_no("used_before"),
        ),
        redundancy=_redundancy(facts),
        splits=_splits(facts),
    )


def _redundancy(facts: StudyFacts) -> dome.Redundancy:
    if facts.summary.split is None:
        return dome.Redundancy()
    return dome.Redundancy(
        splitMeth="Samples of one biological unit, matched pairs and samples with the same "
        "measurements were kept in one set.",
        isIndep=_independent(facts),
        enfMeth=_said(data.proofs(facts)),
        distCmp="Equality of the unit, of the pair and of all measurements; samples that are "
        "much more alike than others are searched for by their distance.",
    )


def _independent(facts: StudyFacts) -> bool | None:
    """Say whether the sets are independent; unknown while samples that are alike may cross."""
    found = facts.summary.check.findings if facts.summary.check is not None else ()
    loose = [item for item in found if "near dup" in item.kind and item.decision == "none"]
    return None if loose else True


def _splits(facts: StudyFacts) -> dome.Splits:
    record = facts.summary.split
    if record is None:
        return dome.Splits()
    folds = record.outer_folds
    if len(folds) > 1:
        number, parts = len(folds), facts.counts([fold.test_samples for fold in folds])
    else:
        number = 2
        first = [count for fold in folds for count in (fold.train_samples, fold.test_samples)]
        parts = facts.counts(first)
    inner = f"Tuning: {counted(record.tuning_folds, 'fold')} inside the training samples"
    if record.tuning_repeats > 1:
        inner += f", {record.tuning_repeats} times"
    return dome.Splits(
        numSplits=number,
        dpPerSplit=tuple(parts or ()),
        otherSplits=f"{inner}, with units kept together.",
        splitDist=_said(facts.parts["split"]),
    )


# --- O ----------------------------------------------------------------------------------------


def _optimization(facts: StudyFacts) -> dome.OptimizationPart:
    model = facts.chosen
    sheet, check = facts.summary.sheet, facts.summary.check
    selected = _selects(facts, model)
    return dome.OptimizationPart(
        algorithm=dome.Algorithm(
            algName=_said(_algorithm(facts)),
            isNewAlg=False if models_of(facts.summary) else None,
            unpubRsn="" if models_of(facts.summary) else NOT_STATED,
        ),
        features=dome.Features(
            numF=check.features if check is not None else (sheet.features if sheet else None),
            featSel=selected,
            trnOnlySel=True if selected else None,
        ),
        encoding=dome.Encoding(encMeth=_said(data.preparation(facts))),
        config=dome.Configuration(
            cfgAvail=True if model is not None else None,
            lic=_said(facts.answers.get("model_licence", "")),
        ),
        parameters=dome.Parameters(numP=_parameters(facts), pSelMeth=_said(models.tuning(facts))),
        fit=dome.Fit(
            pGtN=_more_parameters(facts),
            noOverFit=_said(models.overfitting(facts)),
            noUnderFit=_said(models.underfitting(facts)),
        ),
        regularisation=_regularisation(model),
        meta=_meta(model),
    )


def _algorithm(facts: StudyFacts) -> str:
    title = models.chosen_title(facts)
    return f"{title}. {models.tried(facts)}" if title else models.tried(facts)


def _selects(facts: StudyFacts, model: ModelRecord | None) -> bool | None:
    """Say whether features are filtered before the recommended model sees them."""
    if model is None:
        return None
    asked = facts.plan.preparation if facts.plan is not None else None
    filtered = asked is not None and (asked.most_missing or asked.most_variable) is not None
    return filtered or isinstance(model.params.get("features"), int)


def _parameters(facts: StudyFacts) -> int | None:
    """Return the numbers in the model's file, which the audit counted."""
    audit = facts.summary.ethics.audit if facts.summary.ethics is not None else None
    return audit.parameters if audit is not None and _is_chosen(facts, audit.model) else None


def _is_chosen(facts: StudyFacts, name: str) -> bool:
    return facts.chosen is not None and facts.chosen.name == name


def _more_parameters(facts: StudyFacts) -> bool | None:
    number, split = _parameters(facts), facts.summary.split
    if number is None or split is None or not split.outer_folds:
        return None
    return number > max(fold.train_samples for fold in split.outer_folds)


def _regularisation(model: ModelRecord | None) -> dome.Regularisation:
    if model is None:
        return dome.Regularisation()
    techniques = tuple(_techniques(model))
    return dome.Regularisation(hasReg=bool(techniques), regTechs=techniques)


def _techniques(model: ModelRecord) -> list[str]:
    params = model.params
    if model.family == "network":
        return [
            "early stopping",
            *(["weight decay"] if params.get("weight_decay") else []),
            *(["dropout"] if params.get("dropout") else []),
            *(["label smoothing"] if params.get("smoothing") else []),
        ]
    return {
        "linear": ["elastic-net penalty" if params.get("l1_ratio") else "ridge penalty"],
        "svm": ["soft margin (C)"],
        "random_forest": ["smallest size of a leaf", "random choice of features"],
        "gradient_boosting": ["shrinkage", "L2 penalty of leaves", "smallest size of a leaf"],
        "naive_bayes": ["smoothing of densities"],
    }.get(model.name, [])


def _meta(model: ModelRecord | None) -> dome.Meta:
    if model is None:
        return dome.Meta()
    if model.family == "network":
        starts = len(model.seed_scores)
        if starts < 2:
            return dome.Meta(isMeta=False)
        return dome.Meta(
            isMeta=True, metaMeths=(f"mean of {starts} random starts",), metaIndep=True
        )
    methods, independent = _ENSEMBLES.get(model.name, ((), None))
    return dome.Meta(isMeta=bool(methods), metaMeths=methods, metaIndep=independent)


# --- M ----------------------------------------------------------------------------------------


def _model(facts: StudyFacts) -> dome.ModelPart:
    return dome.ModelPart(
        availability=dome.ModelAvailability(
            srcAvail=facts.yes_or_no("code_availability"),
            exeAvail=facts.yes_or_no("model_availability"),
            lic=_said(facts.answers.get("model_licence", "")),
        ),
        interpretability=_interpretability(facts),
        output=dome.Output(outType=_said(models.output(facts))),
        duration=dome.Duration(runTime=_run_time(facts)),
    )


def _interpretability(facts: StudyFacts) -> dome.Interpretability:
    model = facts.chosen
    if model is None:
        return dome.Interpretability()
    record = facts.summary.interpretation
    explained = record is not None and bool(record.models)
    if model.name in _TRANSPARENT:
        kind = "transparent"
    else:
        kind = "post-hoc explainable" if explained else "black box"
    return dome.Interpretability(interpType=kind, transpEx=facts.parts["interpretation"] or "None")


def _run_time(facts: StudyFacts) -> str:
    start = facts.summary.start
    taken = models.computing_time(facts)
    if not taken or start is None:
        return _said(taken)
    machine = start.machine
    return (
        f"{taken} {machine.system}, {counted(machine.processor_cores, 'processor core')}, "
        f"{machine.memory_gb:.0f} GB of memory, {machine.device}."
    )


# --- E ----------------------------------------------------------------------------------------


def _evaluation(facts: StudyFacts) -> dome.EvaluationPart:
    public = [facts.yes_or_no(key) for key in ("data_availability", "code_availability")]
    tuned = models_of(facts.summary)
    choice, shuffles = facts.summary.choice, facts.summary.shuffles
    measured = choice.test.metrics if choice is not None else {}
    metrics = tuple(models.metric_titles(facts))
    return dome.EvaluationPart(
        availability=dome.EvaluationAvailability(
            lic=_said(facts.answers.get("model_licence", ""))
        ),
        measure=dome.Measure(metrics=metrics, isRep=None if None in public else all(public)),
        method=dome.Method(evalMeth=_said(_method(facts))),
        comparison=dome.Comparison(
            cmpPub=facts.yes_or_no("compared"),
            cmpBase=any(model.name == "dummy" for model in tuned) if tuned else None,
        ),
        confidance=dome.Confidence(
            hasCI=any(score.low is not None for score in measured.values()) if measured else None,
            isStatSig=bool(shuffles.models) if shuffles is not None else None,
        ),
    )


def _method(facts: StudyFacts) -> str:
    parts = (facts.parts["split"], models.performance(facts), subgroups(facts))
    return " ".join(part for part in parts if part)
