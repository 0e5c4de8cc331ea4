"""``results.json``: the study for machines. Its fields are documented in `results_schema`."""

from __future__ import annotations

import math
from typing import Any

from pydantic import BaseModel

from deepbench.reporting.methods_text import plan_of
from deepbench.reporting.results_interpretation_schema import ClaimsPart, InterpretationPart
from deepbench.reporting.results_schema import RESULTS_FORMAT, ResultsDocument
from deepbench.reporting.verdict import (
    models_of,
    signal_of,
    test_openings,
    verdict_sentences,
)
from deepbench.study.records import ModelRecord, Record, Score, StudySummary


def results_document(summary: StudySummary) -> dict[str, Any]:
    """Return the results of a study as plain values, always with the same keys in one order.

    What the study did not reach is null or empty; NaN and infinity are null.

    Args:
        summary: All records of the study.
    """
    sheet = summary.sheet
    document = {
        "format": RESULTS_FORMAT,
        "deepbench": summary.version,
        "task": _task(summary),
        "outcome": _outcome(summary),
        "classes": list(sheet.classes) if sheet else [],
        "samples": sheet.samples if sheet else None,
        "units": sheet.units if sheet else None,
        "features": _features(summary),
        "suitability": _suitability(summary),
        "findings": _findings(summary),
        "preparation": _preparation(summary),
        "split": _split(summary),
        "models": [_model(model) for model in models_of(summary)],
        "shuffled": _shuffled(summary),
        "blend": _blend(summary),
        "comparison": _comparison(summary),
        "verdict": _verdict(summary),
        "test": _test(summary),
        "calibration": _calibration(summary),
        "decision": _decision(summary),
        "interpretation": _as(InterpretationPart, summary.interpretation),
        "claims": _as(ClaimsPart, summary.claims),
    }
    plain: dict[str, Any] = _finite(document)
    ResultsDocument.model_validate(plain)
    return plain


def _finite(value: Any) -> Any:
    """Replace what JSON cannot write by null, at any depth."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _finite(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(entry) for entry in value]
    return value


def _as(part: type[BaseModel], record: Record | None) -> dict[str, Any] | None:
    """Return what a part of the document takes from a record."""
    if record is None:
        return None
    return part.model_validate(record, from_attributes=True).model_dump(mode="json")


def _task(summary: StudySummary) -> str | None:
    """Return the kind of outcome in the words of the plan."""
    if summary.sheet is None:
        return None
    return "regression" if summary.sheet.task == "regression" else "classification"


def _outcome(summary: StudySummary) -> str | None:
    if summary.sheet is not None:
        return summary.sheet.outcome
    return summary.question.outcome if summary.question is not None else None


def _features(summary: StudySummary) -> int | None:
    if summary.check is not None:
        return summary.check.features
    return summary.sheet.features if summary.sheet is not None else None


def _suitability(summary: StudySummary) -> dict[str, Any]:
    record = summary.suitability
    if record is None:
        return {"verdict": None, "reasons": []}
    return {
        "verdict": record.verdict,
        "reasons": [
            {
                "rule": reason.rule,
                "speaks": reason.speaks,
                "text": reason.text,
                "source": reason.source,
            }
            for reason in record.reasons
        ],
    }


def _findings(summary: StudySummary) -> list[dict[str, Any]]:
    return [
        {
            "kind": finding.kind,
            "severity": finding.severity,
            "where": finding.where,
            "message": finding.message,
        }
        for finding in (summary.check.findings if summary.check is not None else ())
    ]


def _preparation(summary: StudySummary) -> dict[str, Any]:
    record = summary.check.preparation if summary.check is not None else None
    plan = plan_of(summary)
    return {
        "kind": record.kind if record else None,
        "transform": record.transform if record else None,
        "columns": record.columns if record else None,
        "most_missing": plan.preparation.most_missing if plan else None,
        "most_variable": plan.preparation.most_variable if plan else None,
    }


def _split(summary: StudySummary) -> dict[str, Any]:
    record = summary.split
    return {
        "design": record.design if record else None,
        "train_units": record.train_units if record else None,
        "test_units": record.test_units if record else None,
    }


def _model(model: ModelRecord) -> dict[str, Any]:
    return {
        "name": model.name,
        "family": model.family,
        "size": model.size,
        "trials": model.trials,
        "seconds": model.seconds,
        "tuning": {
            "metric": model.metric,
            "plain": model.plain,
            "corrected": model.corrected.value,
            "low": model.corrected.low,
            "high": model.corrected.high,
        },
        "params": {key: model.params[key] for key in sorted(model.params)},
    }


def _shuffled(summary: StudySummary) -> list[dict[str, Any]]:
    return [
        {
            "model": check.model,
            "metric": check.metric,
            "real": check.real,
            "null": check.null,
            "p_value": check.p_value,
            "replicates": check.replicates,
            "repeated": check.repeated,
            "settings": check.settings,
        }
        for check in (summary.shuffles.models if summary.shuffles is not None else ())
    ]


def _blend(summary: StudySummary) -> dict[str, Any]:
    record = summary.networks.blend if summary.networks is not None else None
    return {
        "members": [
            {"model": member.model, "trial": member.trial, "score": member.score}
            for member in (record.members if record else ())
        ],
        "metric": record.metric if record else None,
        "plain": record.plain if record else None,
        "corrected": record.corrected.value if record else None,
        "low": record.corrected.low if record else None,
        "high": record.corrected.high if record else None,
    }


def _calibration(summary: StudySummary) -> list[dict[str, Any]]:
    return [
        {
            "model": record.model,
            "slope": record.slope,
            "shifts": record.shifts,
            "before": record.before.model_dump(),
            "after": record.after.model_dump(),
        }
        for record in (summary.choice.calibration if summary.choice is not None else ())
    ]


def _decision(summary: StudySummary) -> dict[str, Any]:
    record = summary.choice.decision if summary.choice is not None else None
    return {
        "shares": record.shares if record else (),
        "threshold": record.threshold if record else None,
    }


def _comparison(summary: StudySummary) -> dict[str, Any]:
    record = summary.choice.comparison if summary.choice is not None else None
    return {
        "network": record.network if record else None,
        "baseline": record.baseline if record else None,
        "metric": record.metric if record else None,
        "difference": record.difference if record else None,
        "low": record.low if record else None,
        "high": record.high if record else None,
    }


def _verdict(summary: StudySummary) -> dict[str, Any]:
    choice = summary.choice
    return {
        "signal": signal_of(summary),
        "deep_learning": choice.deep_learning if choice else "not tried",
        "recommended": (choice.recommended or None) if choice else None,
        "sentences": verdict_sentences(summary),
    }


def _test(summary: StudySummary) -> dict[str, Any]:
    record = summary.choice.test if summary.choice is not None else None
    openings = test_openings(summary)
    if record is None or openings == 0:
        nothing: dict[str, Any] = {"metrics": {}, "baseline_metrics": {}, "blend_metrics": {}}
        return {"opened": openings, "model": None, **nothing}
    return {
        "opened": openings,
        "model": record.model or None,
        "metrics": _scores(record.metrics),
        "baseline_metrics": _scores(record.baseline_metrics),
        "blend_metrics": _scores(record.blend_metrics),
    }


def _scores(scores: dict[str, Score]) -> dict[str, Any]:
    return {
        name: {"value": score.value, "low": score.low, "high": score.high}
        for name, score in scores.items()
    }
