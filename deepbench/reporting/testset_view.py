"""The section on the test set: its scores, pictures and groups, or why it stays locked."""

from __future__ import annotations

from typing import Any

from deepbench.reporting import figures, model_tables, probability_tables
from deepbench.reporting.figures import Picture
from deepbench.reporting.material import Material, some
from deepbench.reporting.verdict import headline_metric, models_of, title_of
from deepbench.reporting.wording import metric_title, number
from deepbench.study.records import StudySummary


def testset_view(material: Material) -> dict[str, Any] | None:
    """Return what the section on the test set shows, or None before models were compared."""
    choice = material.summary.choice
    if choice is None:
        return None
    test, cells = choice.test, material.cells
    data: dict[str, Any] = {
        "test": test,
        "expected": choice.expected,
        "model": title_of(material.summary, test.model),
        "opened": test.opened,
        "metric": metric_title(_difference_metric(material.summary)),
    }
    if not test.metrics:
        return {**data, "pictures": [], "details": []}
    shown_groups = [
        group for group in test.subgroups if not model_tables.score_hidden(group, cells)
    ]
    name = headline_metric(material.summary)
    overall = test.metrics.get(shown_groups[0].metric if shown_groups else name or "")
    subgroup = figures.subgroup_figure(shown_groups, overall)
    full = material.full.choice
    curves = full.test.curves if full is not None else None
    _, texts = model_tables.confusion_cells(curves, cells)
    classes = material.summary.sheet.classes if material.summary.sheet is not None else ()
    regression = material.summary.sheet is not None and material.summary.sheet.task == "regression"
    return {
        **data,
        "table": model_tables.test_table(material.summary, test),
        "pictures": _test_pictures(material),
        "residuals": model_tables.residual_table(curves, cells) if regression else None,
        "groups": some(subgroup),
        "decision": choice.decision,
        "threshold": number(choice.decision.threshold, 2) if choice.decision is not None else "",
        "calibration": [
            (title_of(material.summary, record.model), record.sentence)
            for record in choice.calibration
        ],
        "probabilities": probability_tables.probabilities_table(material.summary),
        "group_table": model_tables.subgroup_table(test.subgroups, cells),
        "details": [
            table
            for table in (
                model_tables.confusion_table(texts, classes),
                probability_tables.calibration_table(curves, cells),
                probability_tables.map_table(material.summary),
                probability_tables.shares_table(material.summary),
            )
            if table is not None
        ],
    }


def _difference_metric(summary: StudySummary) -> str:
    """Return the metric of the difference on the test set: the one that tuning used."""
    models = models_of(summary)
    return models[0].metric if models else ""


def _test_pictures(material: Material) -> list[Picture]:
    choice, sheet, cells = material.summary.choice, material.summary.sheet, material.cells
    if choice is None or choice.test.curves is None:
        return []
    curves, metrics = choice.test.curves, choice.test.metrics
    values = {name: score.value for name, score in metrics.items()}
    classes = sheet.classes if sheet is not None else ()
    shares, texts = model_tables.confusion_cells(curves, cells)
    rows = [sum(row) for row in curves.confusion]
    # The steps of a curve over a handful of samples are these samples.
    few = any(cells.is_small(count) for count in rows)
    pictures: list[Picture | None] = []
    if not few:
        on_grid = bool(cells.threshold)
        total = sum(rows)
        prevalence = rows[1] / total if len(rows) == 2 and total else None
        pictures += [
            figures.roc_figure(curves, values.get("auroc"), on_grid=on_grid),
            figures.precision_recall_figure(
                curves, values.get("average_precision"), prevalence, on_grid=on_grid
            ),
        ]
    pictures += [
        figures.calibration_figure(curves, cells.threshold),
        figures.confusion_figure(shares, texts, classes),
    ]
    if material.per_sample and sheet is not None:
        pictures.append(figures.observed_figure(curves, sheet.outcome))
    return some(*pictures)
