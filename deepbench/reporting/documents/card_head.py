"""The YAML head of the model card, as model hubs read it.

Keys are those of the card metadata of the Hugging Face hub (licence, tags, task, metrics and the
results of the test). Values are written as JSON strings and numbers, which YAML reads as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from deepbench.reporting.documents import model_sentences as models
from deepbench.reporting.documents.study_facts import StudyFacts
from deepbench.reporting.wording import visible

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
        yield f"    - type: {_text(_HUB_METRICS.get(name, name))}"
        yield f"      name: {_text(title)}"
        yield f"      value: {_number(value)}"
        if low is not None and high is not None:
            yield (
                f"      confidence_interval: {{level: 0.95, low: {_number(low)}, "
                f"high: {_number(high)}}}"
            )


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
