"""What each section of the report shows, prepared for its template.

A section appears when there is something to show; what the study did not reach is listed in one
place instead of leaving empty headings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from deepbench.reporting import data_tables, figures, model_tables
from deepbench.reporting.checklist import ten_tips
from deepbench.reporting.claims_view import claims_view
from deepbench.reporting.effort import effort_table
from deepbench.reporting.ethics_view import ethics_view
from deepbench.reporting.interpretation_view import (
    copy_view,
    failures_view,
    panels_view,
    uses_view,
)
from deepbench.reporting.material import Material, some
from deepbench.reporting.metadata_view import metadata_view
from deepbench.reporting.methods_text import methods_text
from deepbench.reporting.repeated_rows import sized, split_sizes
from deepbench.reporting.small_cells import HIDDEN, is_withheld
from deepbench.reporting.tables import capped
from deepbench.reporting.testset_view import testset_view
from deepbench.reporting.verdict import models_of, title_of
from deepbench.reporting.wording import metric_title, sentence
from deepbench.study.records import FindingRecord, StudySummary

NAMES_SHOWN = 12
LEFT_OUT_SHOWN = 60
_SEVERITIES = ("blocking", "serious", "warning", "info")
_SEVERITY_WORDS = {
    "blocking": "Blocking",
    "serious": "Serious",
    "warning": "Warning",
    "info": "For information",
}
_DECISIONS = {
    "left out": "left out of the analysis",
    "kept": "kept",
    "kept together": "kept together in one set",
}


@dataclass(frozen=True)
class Section:
    """One section of the report.

    Attributes:
        id: Anchor, and name of its template.
        title: Heading.
        data: What the template shows.
    """

    id: str
    title: str
    data: dict[str, Any] = field(default_factory=dict)


View = Callable[[Material], dict[str, Any] | None]


def sections(material: Material) -> tuple[list[Section], list[str]]:
    """Return the sections that have something to show, and the titles of the others."""
    shown: list[Section] = []
    missing: list[str] = []
    for name, title, view in _VIEWS:
        data = view(material)
        if data is None:
            missing.append(title)
        else:
            shown.append(Section(name, title, data))
    return shown, missing


def _design(material: Material) -> dict[str, Any] | None:
    summary, sheet = material.summary, material.summary.sheet
    if sheet is None and summary.question is None:
        return None
    data: dict[str, Any] = {"question": summary.question, "sheet": sheet}
    if sheet is not None:
        data["table"] = data_tables.class_table(sheet, material.cells)
        data["shares"] = data_tables.class_shares(sheet, material.cells)
        data["roles"] = [
            (data_tables.role_words(role), columns)
            for role, columns in sheet.roles.items()
            if columns
        ]
        data["samples"] = material.cells.total(sheet.samples)
        data["units"] = material.cells.units(material.cells.total(sheet.units))
        data["left_out_rows"] = (
            material.cells.one(sheet.left_out_rows) if sheet.left_out_rows else ""
        )
    return data


def _findings(material: Material) -> dict[str, Any] | None:
    record = material.summary.check
    if record is None:
        return None
    cards = [
        {
            "record": finding,
            "severity": _SEVERITY_WORDS[finding.severity],
            "decision": _decision(finding),
            "columns": capped(finding.columns, NAMES_SHOWN),
            "samples": capped(finding.samples, NAMES_SHOWN),
        }
        for finding in sorted(record.findings, key=lambda item: _SEVERITIES.index(item.severity))
    ]
    return {
        "cards": cards,
        "features": record.features,
        "preparation": record.preparation,
        "left_out_count": len(record.left_out_features),
        "left_out_samples": material.cells.one(record.left_out_samples)
        if record.left_out_samples
        else "",
        "left_out": capped(record.left_out_features, LEFT_OUT_SHOWN),
    }


def _decision(finding: FindingRecord) -> str:
    """Return what was decided in words; a reason alone accepts a finding as it is."""
    if finding.decision != "none":
        return _DECISIONS[finding.decision]
    if finding.reason:
        return "accepted"
    return "no decision needed" if finding.severity == "info" else "none recorded"


def _suitability(material: Material) -> dict[str, Any] | None:
    record = material.summary.suitability
    return None if record is None else {"record": record}


def _split(material: Material) -> dict[str, Any] | None:
    record = material.summary.split
    if record is None:
        return None
    sizes = split_sizes(record, samples_alone=material.cells.samples_alone)
    training, test = material.cells.several(sizes)
    total = sum(sizes)
    # Over several outer folds units train and test in turn, so there is no share.
    once = len(record.outer_folds) < 2 and total > 0
    share = sizes[0] / total if once and not is_withheld(training) else None
    return {
        "record": record,
        "of": sized(material.cells),
        "training": training,
        "test": test,
        "share": share,
        "table": data_tables.fold_table(record, material.cells),
    }


def _leaderboard(material: Material) -> dict[str, Any] | None:
    models = models_of(material.summary)
    if not models:
        return None
    board = material.summary.baselines
    choice = material.summary.choice
    recommended = choice.recommended if choice is not None else ""
    blend = material.summary.networks.blend if material.summary.networks is not None else None
    return {
        "pictures": some(figures.leaderboard_figure(models)),
        "table": model_tables.leaderboard_table(models, recommended, blend),
        "sentences": board.sentences if board is not None else (),
        "effort": effort_table(models),
        "recommended": title_of(material.summary, recommended) if recommended else "",
        "blend": blend.sentence if blend is not None else "",
        "members": model_tables.members_table(blend),
    }


def _networks(material: Material) -> dict[str, Any] | None:
    board = material.summary.networks
    if board is None or not board.models:
        return None
    return {
        "pictures": some(figures.network_curves_figure(board.models)),
        "checks": [(model.title, model.sanity) for model in board.models if model.sanity],
        "sentences": board.sentences,
        "seeds": model_tables.seeds_table(board.models),
    }


def _learning_curve(material: Material) -> dict[str, Any] | None:
    boards = (material.summary.baselines, material.summary.networks)
    records = [board.learning_curve for board in boards if board is not None]
    shown = [record for record in records if record is not None and record.samples]
    if not shown:
        return None
    pairs = [
        (
            figures.learning_curve_figure(record, title_of(material.summary, record.model)),
            model_tables.learning_table(record, material.cells),
        )
        for record in shown
    ]
    return {
        "pictures": some(*(picture for picture, _ in pairs)),
        "tables": [table for _, table in pairs],
    }


def _shuffled(material: Material) -> dict[str, Any] | None:
    record = material.summary.shuffles
    if record is None:
        return None
    models = models_of(material.summary)
    return {
        "record": record,
        "pictures": some(
            figures.shuffled_figure(
                record.models,
                _shuffled_titles(material.summary),
                {
                    **{model.name: model.family for model in models},
                    **{check.model: check.family for check in record.models if check.family},
                },
            )
        ),
        "table": model_tables.shuffled_table(material.summary),
        "all_scores": [
            (_shuffled_titles(material.summary)[check.model], sorted(check.null))
            for check in record.models
        ],
        "metric": metric_title(record.models[0].metric) if record.models else "",
    }


def _shuffled_titles(summary: StudySummary) -> dict[str, str]:
    """Return the title of each check by its name."""
    checks = summary.shuffles.models if summary.shuffles is not None else ()
    return {check.model: check.title or title_of(summary, check.model) for check in checks}


def _comparison(material: Material) -> dict[str, Any] | None:
    choice = material.summary.choice
    if choice is None:
        return None
    record = choice.comparison
    picture = None
    if record is not None:
        picture = figures.comparison_figure(
            record,
            title_of(material.summary, record.network),
            title_of(material.summary, record.baseline),
        )
    return {
        "choice": choice,
        "record": record,
        "pictures": some(picture),
        "recommended": title_of(material.summary, choice.recommended),
        "metric": metric_title(record.metric) if record is not None else "",
    }


def _methods(material: Material) -> dict[str, Any] | None:
    return {"methods": methods_text(material.summary, material.cells)}


def _checklist(material: Material) -> dict[str, Any] | None:
    return {"tips": ten_tips(material.summary)}


def _details(material: Material) -> dict[str, Any] | None:
    summary, cells = material.summary, material.cells
    imported, start = summary.imported, summary.start
    models = models_of(summary)
    if imported is None and start is None and not models:
        return None
    left_out = summary.sheet.left_out_rows if summary.sheet is not None else 0
    # Rows minus samples would give a small number of rows left out away.
    rows_hidden = cells.is_small(left_out)
    rows = HIDDEN if rows_hidden or imported is None else cells.total(imported.rows)
    return {
        "imported": imported,
        "rows": rows,
        "columns": data_tables.columns_table(imported, cells, rows_hidden=rows_hidden)
        if imported
        else None,
        "conversions": data_tables.conversions_table(imported, cells, rows_hidden=rows_hidden)
        if imported
        else None,
        "settings": model_tables.settings_rows(models),
        "start": start,
        "machine": data_tables.machine_table(start.machine) if start else None,
        "final_model": summary.choice.final_model if summary.choice else "",
        "warnings": [sentence(text) for text in start.folder_warnings] if start else [],
    }


def _plan(material: Material) -> dict[str, Any] | None:
    return {"plan": material.summary.plan_toml}


_VIEWS: tuple[tuple[str, str, View], ...] = (
    ("design", "Question and samples", _design),
    ("metadata", "Study design and metadata", metadata_view),
    ("findings", "Data check", _findings),
    ("suitability", "Is deep learning a good fit?", _suitability),
    ("split", "How test samples were set aside", _split),
    ("leaderboard", "All models side by side", _leaderboard),
    ("networks", "Networks, small to large", _networks),
    ("learning-curve", "Would more samples help?", _learning_curve),
    ("shuffled", "Shuffled-label check", _shuffled),
    ("comparison", "Network or traditional model?", _comparison),
    ("test", "The test set", testset_view),
    ("uses", "What the model uses", uses_view),
    ("panels", "Short panels", panels_view),
    ("fails", "Where it fails", failures_view),
    ("copy", "Simple copies of the models", copy_view),
    ("claims", "What you may claim", claims_view),
    ("ethics", "Ethics and what may leave", ethics_view),
    ("methods", "Methods paragraph to copy", _methods),
    ("checklist", "Ten-tips checklist", _checklist),
    ("details", "Details", _details),
    ("plan", "The plan, and how to run it again", _plan),
)
