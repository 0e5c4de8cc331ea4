"""The YAML head of the model card, as model hubs read it.

Keys are those of the card metadata of the Hugging Face hub (licence, tags, task, metrics and the
results of the test, for all its samples and for audited groups). Values are written as JSON
strings and numbers, which YAML reads as they are.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator

from deepbench.reporting.documents import model_sentences as models
from deepbench.reporting.documents.study_facts import StudyFacts
from deepbench.reporting.ethics_view import group_size, measure_title, measures_of
from deepbench.reporting.repeated_rows import sized
from deepbench.reporting.wording import is_number, visible
from deepbench.study.records import GroupMeasure, MeasureName, Score, SubgroupAuditRecord

_SPDX = {
    "apache-2.0",
    "agpl-3.0",
    "bsd-2-clause",
    "bsd-3-clause",
    "cc-by-4.0",
    "cc-by-nc-4.0",
    "cc-by-nc-nd-4.0",
    "cc-by-nc-sa-4.0",
    "cc-by-nd-4.0",
    "cc-by-sa-4.0",
    "cc0-1.0",
    "gpl-3.0",
    "lgpl-3.0",
    "mit",
    "odbl",
    "pddl",
    "unlicense",
}
_SPELLINGS = {"cc0": "cc0-1.0", "gplv3": "gpl-3.0", "apache": "apache-2.0", "bsd": "bsd-3-clause"}
# Names under which hubs know a metric.
_MEASURES: dict[MeasureName, str] = {
    "error": "error_rate",
    "missed": "false_negative_rate",
    "false alarms": "false_positive_rate",
    "calibration": "calibration_difference",
}
_HUB_METRICS = {"auroc": "roc_auc", "mcc": "matthews_correlation", "brier": "brier_score"}


def card_head(facts: StudyFacts) -> str:
    """Return the head with its rules, ending with an empty line."""
    return "\n".join(["---", *_lines(facts), "---", "", ""])


def licence_id(text: str) -> str:
    """Return the identifier of a licence; ``unknown`` without one, else ``other``."""
    if not text.strip():
        return "unknown"
    name = re.sub(r"[\s_]+", "-", text.strip().rstrip(".").casefold())
    name = re.sub(r"^(cc-by(?:-n[cd])?(?:-sa|-nd)?)$", r"\1-4.0", _SPELLINGS.get(name, name))
    return name if name in _SPDX else "other"


def _lines(facts: StudyFacts) -> Iterator[str]:
    licence = facts.answers.get("model_licence", "")
    identifier = licence_id(licence)
    yield f"license: {_text(identifier)}"
    if identifier == "other":
        yield f"license_name: {_text(licence)}"
    yield f"library_name: {_text(_library(facts))}"
    if facts.task:
        yield f"pipeline_tag: {_text(_task(facts))}"
    yield "tags:"
    yield from (f"- {_text(tag)}" for tag in _tags(facts))
    metrics = list(models.metric_lines(facts))
    if metrics:
        yield "metrics:"
        yield from (f"- {_text(_HUB_METRICS.get(name, name))}" for name, *_ in metrics)
    yield "model-index:"
    yield f"- name: {_text(facts.summary.title)}"
    if not metrics:
        yield "  results: []"
        return
    yield "  results:"
    yield f"  - task: {{type: {_text(_task(facts))}}}"
    yield f"    dataset: {{type: {_text('tabular')}, name: {_text('test samples of the study')}}}"
    yield "    metrics:"
    for name, title, value, low, high in metrics:
        yield from _metric(
            _HUB_METRICS.get(name, name), title, Score(value=value, low=low, high=high)
        )
    yield from _audited_groups(facts)


def _metric(kind: str, title: str, score: Score) -> Iterator[str]:
    assert score.value is not None
    yield f"    - type: {_text(kind)}"
    yield f"      name: {_text(title)}"
    yield f"      value: {_number(score.value)}"
    if score.low is not None and score.high is not None:
        yield f"      confidence_interval: {{level: 0.95, {_ends(score.low, score.high)}}}"


def _ends(low: float, high: float) -> str:
    return f"low: {_number(low)}, high: {_number(high)}"


def _audited_groups(facts: StudyFacts) -> Iterator[str]:
    """Yield a result for each group of people or site that may be shown."""
    audit = facts.summary.ethics.subgroups if facts.summary.ethics is not None else None
    if audit is None:
        return
    by_group = itertools.groupby(measures_of(audit), key=lambda pair: pair[0])
    for group, pairs in by_group:
        measured = [measure for _, measure in pairs if is_number(measure.value.value)]
        if not measured:
            continue
        name = _text(f"test samples of the study with {group.column} = {group.group}")
        yield f"  - task: {{type: {_text(_task(facts))}}}"
        size = f"{sized(facts.cells)}: {group_size(group, facts.cells)}"
        yield f"    dataset: {{type: {_text('tabular')}, name: {name}, {size}}}"
        yield "    metrics:"
        for measure in measured:
            yield from _metric(
                _measure_type(audit, measure), measure_title(audit, measure), measure.value
            )
            yield from _gap(measure.difference)


def _gap(difference: Score) -> Iterator[str]:
    if not is_number(difference.value):
        return
    ends = f"value: {_number(difference.value)}"
    if difference.low is not None and difference.high is not None:
        ends += f", {_ends(difference.low, difference.high)}"
    yield f"      difference_to_all_others: {{{ends}}}"


def _measure_type(audit: SubgroupAuditRecord, measure: GroupMeasure) -> str:
    if measure.name == "score":
        return _HUB_METRICS.get(audit.metric, audit.metric)
    if measure.name == "error" and audit.task == "regression":
        return "mean_absolute_error"
    return _MEASURES[measure.name]


def _task(facts: StudyFacts) -> str:
    return "tabular-regression" if facts.task == "regression" else "tabular-classification"


def _library(facts: StudyFacts) -> str:
    network = facts.chosen is not None and facts.chosen.family == "network"
    return "pytorch" if network else "deepbench"


def _tags(facts: StudyFacts) -> list[str]:
    organism = facts.plan.question.organism if facts.plan is not None else ""
    kind = facts.plan.suitability.data_kind if facts.plan is not None else None
    network = facts.chosen is not None and facts.chosen.family == "network"
    tags = ["deepbench", "biology", "tabular", facts.task, kind or "", organism]
    return [tag for tag in [*tags, "neural-network" if network else ""] if tag]


def _text(text: str) -> str:
    """Write a text as YAML reads it unchanged, whatever is in it."""
    return json.dumps(" ".join(visible(text).split()), ensure_ascii=False)


def _number(value: float) -> str:
    """Write a number to four digits, the same on every machine."""
    return repr(float(f"{value:.4g}"))
