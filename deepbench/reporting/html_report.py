"""The report: one HTML file without script and without anything loaded from elsewhere."""

from __future__ import annotations

import base64
import functools
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound
from markupsafe import Markup

from deepbench.data.wording import counted, noun
from deepbench.reporting import verdict, wording
from deepbench.reporting.figures import Picture
from deepbench.reporting.material import Material
from deepbench.reporting.release import releasable
from deepbench.reporting.release_names import NameRemover
from deepbench.reporting.small_cells import SmallCells
from deepbench.reporting.views import Section, sections
from deepbench.study.records import AllImportancesRecord, ModelRecord, Score, StudySummary
from deepbench_resources import read_text

_TEXT_LIMIT = 2000  # characters of one cell, name or sentence; the plan alone is printed whole


@dataclass(frozen=True)
class Tile:
    """One of the key figures.

    Attributes:
        label: What it is.
        value: The figure.
        note: What stands below it; may be empty.
        tone: ``plain``, or ``alarm`` for a re-used test set.
    """

    label: str
    value: str
    note: str = ""
    tone: str = "plain"


@dataclass(frozen=True)
class PreparedReport:
    """A report before it is laid out.

    Attributes:
        material: The records as they may be shown.
        sections: What has something to show.
        missing: Titles of what the study did not reach.
    """

    material: Material
    sections: tuple[Section, ...]
    missing: tuple[str, ...]


def render_html(
    summary: StudySummary,
    *,
    small_cells: int = 0,
    per_sample: bool = True,
    names: Collection[str] = (),
    importances: AllImportancesRecord | None = None,
) -> str:
    """Return the report of a study as one self-contained HTML document.

    Records that are missing leave their sections out; the report says so. Text of the user's
    files (names of columns, classes, samples) is shown as text only.

    Args:
        summary: All records of the study that exist so far.
        small_cells: Counts of samples or units from 1 to this number minus 1 are written
            "<number", and what would give them away is hidden (privacy); 0 shows all.
        per_sample: Whether anything that shows single samples is included.
        names: Names of samples and units to take out where single samples are not shown.
        importances: Importance of every feature, for the picture of all.

    Returns:
        The document as text, to be written as UTF-8.
    """
    return render_report(
        prepare_report(
            summary,
            small_cells=small_cells,
            per_sample=per_sample,
            names=names,
            importances=importances,
        )
    )


def prepare_report(
    summary: StudySummary,
    *,
    small_cells: int = 0,
    per_sample: bool = True,
    names: Collection[str] = (),
    importances: AllImportancesRecord | None = None,
) -> PreparedReport:
    """Return all that a report shows, figures drawn; arguments as in `render_html`."""
    cells = SmallCells(small_cells)
    shown = releasable(summary, cells, per_sample=per_sample, names=names)
    cells = replace(cells, samples_alone=shown.samples_alone)
    if importances is not None and not per_sample:
        importances = NameRemover(names).record(importances)
    material = Material(shown, summary, cells, per_sample, importances)
    found, missing = sections(material)
    return PreparedReport(material, tuple(found), tuple(missing))


def render_report(report: PreparedReport) -> str:
    """Return a report as one self-contained HTML document."""
    shown, cells = report.material.summary, report.material.cells
    openings = verdict.test_openings(shown)
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            s=shown,
            banner=verdict.banner(shown),
            tiles=key_figures(shown, cells),
            sections=report.sections,
            missing=report.missing,
            openings=openings,
            test_use=verdict.test_use_sentence(openings),
            small_cells=cells.threshold,
            per_sample=report.material.per_sample,
            css=Markup(read_text("style/report.css")),
        )
    )


def key_figures(summary: StudySummary, cells: SmallCells) -> list[Tile]:
    """Return the figures at the top of the report, as far as they are known."""
    tiles = []
    if summary.sheet is not None:
        features = summary.check.features if summary.check is not None else summary.sheet.features
        units = cells.total(summary.sheet.units)
        unit_word = noun(summary.sheet.units, "biological unit")
        note = "" if cells.samples_alone else f"from {units} {unit_word}"
        tiles += [
            Tile("Samples", cells.total(summary.sheet.samples), note),
            Tile("Features", f"{features:,}", "seen by the models"),
        ]
    tiles += _tuning_tiles(summary)
    if summary.shuffles is not None:
        replicates = max((model.replicates for model in summary.shuffles.models), default=0)
        tiles.append(
            Tile(
                "Shuffled-label check",
                wording.p_value(summary.shuffles.p_value),
                counted(replicates, "shuffle"),
            )
        )
    name = verdict.headline_metric(summary)
    if summary.choice is not None and name is not None and summary.choice.test.opened:
        tiles.append(_score_tile("Test score", name, summary.choice.test.metrics[name]))
    openings = verdict.test_openings(summary)
    tiles.append(
        Tile(
            "Test set used",
            counted(openings, "time"),
            {0: "locked", 1: "opened once, at the end"}.get(openings, "re-used: too optimistic"),
            "alarm" if openings > 1 else "plain",
        )
    )
    return tiles


def _tuning_tiles(summary: StudySummary) -> list[Tile]:
    tiles = []
    for family, label in (("baseline", "Traditional models"), ("network", "Networks")):
        models = [
            model
            for model in verdict.models_of(summary)
            if model.family == family and wording.is_number(model.corrected.value)
        ]
        if models:
            best = max(models, key=_corrected)
            tile = _score_tile(label, best.metric, best.corrected)
            tiles.append(Tile(label, tile.value, f"best: {best.title}, corrected {tile.note}"))
    return tiles


def _corrected(model: ModelRecord) -> float:
    return model.corrected.value or 0.0


def _score_tile(label: str, metric: str, score: Score) -> Tile:
    ends = wording.interval(score.low, score.high)
    note = wording.short_metric(metric)
    return Tile(
        label,
        wording.number(score.value),
        f"{note}, 95 % interval {ends}" if ends != wording.MISSING else note,
    )


@functools.cache
def _environment() -> Environment:
    """Return the template environment: escaping on, nothing undefined passes unseen."""
    environment = Environment(
        loader=_Templates(),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        {
            "clipped": wording.clipped,
            "duration": wording.duration,
            "file_size": wording.file_size,
            "listing": wording.listing,
            "number": wording.number,
            "p_value": wording.p_value,
            "percent": wording.percent,
            "score": wording.score,
            "sentence": wording.sentence,
            "whole": _whole,
            "data_uri": _data_uri,
        }
    )
    environment.globals.update(
        {"counted": counted, "difference": wording.difference, "times": wording.times}
    )
    return environment


class _Templates(BaseLoader):
    """Templates from the resource package, found the same way in a source tree and when frozen."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, None, Any]:
        try:
            return read_text(f"templates/{template}"), None, lambda: True
        except FileNotFoundError:
            raise TemplateNotFound(template) from None


def _shown(value: Any) -> Any:
    """Make what a template prints harmless to read: no control characters, no endless names."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, str):
        return wording.visible(wording.clipped(value, _TEXT_LIMIT))
    return value


def _whole(text: str) -> Markup:
    """Escape text without cutting it."""
    return Markup.escape(wording.visible(text))


def _data_uri(picture: Picture) -> Markup:
    return Markup("data:image/png;base64," + base64.b64encode(picture.png).decode("ascii"))


__all__ = [
    "PreparedReport",
    "Tile",
    "key_figures",
    "prepare_report",
    "render_html",
    "render_report",
]
