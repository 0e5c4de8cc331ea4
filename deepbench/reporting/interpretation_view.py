"""The sections on what the model uses, short panels, where it fails, and a simple copy of it."""

from __future__ import annotations

from typing import Any

from deepbench.data.wording import counted
from deepbench.reporting import (
    failures_tables,
    figures,
    importance_tables,
    panels_tables,
)
from deepbench.reporting.figures import Picture
from deepbench.reporting.material import Material, some
from deepbench.reporting.small_cells import SmallCells, is_withheld
from deepbench.reporting.verdict import models_of, title_of
from deepbench.reporting.wording import metric_title, number, score
from deepbench.study.records import (
    AttributionRecord,
    DirectionRecord,
    FailuresRecord,
    ImitationRecord,
    PanelsRecord,
    StudySummary,
)

#: (what it is, the number, what it means)
Fact = tuple[str, str, str]

_NOT_ACCURATE = (
    "The attributions do not add up to the model’s output within the tolerance of the method. "
    "Do not rely on them."
)
_FOUND = {"higher": "higher", "lower": "lower", "both": "turns round", "none": "no effect"}
_GROUPS_LEFT_OUT = (
    "Groups of fewer than {smallest} biological units or samples, and what would give them away, "
    "are not shown."
)


def uses_view(material: Material) -> dict[str, Any] | None:
    """Return what the section on importance shows, or None before stage 11."""
    record = material.summary.interpretation
    if record is None:
        return None
    families = {model.name: model.family for model in models_of(material.summary)}
    blocks = []
    for place, model in enumerate(record.models, start=1):
        title = title_of(material.summary, model.model)
        family = families.get(model.model, "")
        picture = figures.importance_figure(model, title, family, f"importance-{place}")
        volcano = _volcano(material, model.model, title, family, f"volcano-{place}")
        blocks.append(
            {
                "title": title,
                "record": model,
                "facts": attribution_facts(
                    model, shown_samples(material.full, model.samples, material.cells)
                ),
                "warning": "" if model.locally_accurate else _NOT_ACCURATE,
                "pictures": some(picture),
                "table": importance_tables.importance_table(model),
                "groups": importance_tables.groups_table(model),
                "volcano": some(volcano),
            }
        )
    agreement = record.agreement
    return {
        "blocks": blocks,
        "skipped": record.skipped,
        "agreement": agreement,
        "agreement_facts": _agreement_facts(material.summary),
        "enrichment": [
            {
                "title": title_of(material.summary, entry.model),
                "record": entry,
                "measured": f"{entry.genes:,} of the {entry.file_genes:,} genes of the file "
                f"{entry.file} are among the {entry.features:,} features looked at; "
                f"{counted(entry.tested, 'set')} tested.",
                "table": importance_tables.enrichment_table(entry),
            }
            for entry in record.enrichment
        ],
    }


def _volcano(material: Material, model: str, title: str, family: str, name: str) -> Picture | None:
    every = material.importances.models if material.importances is not None else ()
    found = next((entry for entry in every if entry.model == model and not entry.preview), None)
    return figures.volcano_figure(found, title, family, name) if found is not None else None


def attribution_facts(record: AttributionRecord, samples: str) -> list[Fact]:
    """Return how importance was measured and how far to trust it.

    Args:
        record: What a model uses.
        samples: Number of samples explained, as it may be shown.
    """
    fits = f", {counted(record.fits, 'fit')}" if record.fits else ""
    facts: list[Fact] = [
        ("Method", record.method, ""),
        (
            "Held-out samples explained",
            f"{samples} in {counted(record.folds, 'fold')}{fits}",
            "each by models that were fitted without it",
        ),
    ]
    if record.above_twin is not None:
        facts.append(
            (
                "Features that stand out from noise",
                f"{record.above_twin:,}",
                importance_tables.NOISE,
            )
        )
    if record.shared_top is not None:
        facts.append(
            (
                f"Shared by two folds of their {record.top:,} most important",
                number(record.shared_top, 1),
                "mean over all pairs of folds",
            )
        )
    for title, value, meaning in (
        (
            "Agreement of the ranking between folds",
            record.rank_stability,
            "mean rank correlation over all features in use; 1, the same order; 0, none",
        ),
        (
            "The same with shuffled labels",
            record.shuffled_stability,
            "what agreement is worth: a model trained on noise reaches this",
        ),
        (
            "Agreement between random starts",
            record.start_stability,
            "mean rank correlation between networks of one fold that differ in their start alone",
        ),
        (
            "Randomised-weights check",
            record.weights_check,
            "rank correlation with the same network with random weights; near 0 is right, near 1 "
            "would mean that training made no difference",
        ),
    ):
        if value is not None:
            facts.append((title, number(value, 2), meaning))
    if record.local_accuracy_error is not None:
        verdict = "within" if record.locally_accurate else "NOT within"
        facts.append(
            (
                "Largest gap between summed attributions and output",
                number(record.local_accuracy_error),
                f"{verdict} the tolerance of the method",
            )
        )
    return facts


def _agreement_facts(summary: StudySummary) -> list[Fact]:
    record = summary.interpretation.agreement if summary.interpretation is not None else None
    if record is None:
        return []
    titles = " and ".join(title_of(summary, name) for name in record.models)
    facts: list[Fact] = [("Models", titles, "")]
    if record.rank_correlation is not None:
        facts.append(
            (
                "Rank correlation of importances",
                number(record.rank_correlation, 2),
                "over the features that at least one of the two uses",
            )
        )
    facts.append(
        (
            f"Shared among the {record.top:,} most important",
            f"{record.shared:,}",
            f"{number(record.by_chance, 1)} would be expected by chance",
        )
    )
    return facts


def panels_view(material: Material) -> dict[str, Any] | None:
    """Return what the section on short panels shows, or None without them."""
    interpretation = material.summary.interpretation
    record = interpretation.panels if interpretation is not None else None
    if record is None:
        return None
    title = title_of(material.summary, record.model)
    facts: list[Fact] = [
        ("Simple model", record.simple_model, "on the selected features alone"),
        (
            "Full model",
            f"{title}: {metric_title(record.metric)} {score(record.full)}",
            "on the same samples and folds"
            + (f", {_panel_sizes(material, record)}" if record.samples else ""),
        ),
    ]
    if record.smallest is not None:
        facts.append(
            (
                "Smallest panel inside the noise of the full model",
                counted(record.smallest, "feature"),
                "",
            )
        )
    if record.difference is not None:
        facts.append(
            (
                f"Full model minus the panel of {record.shown_size:,}",
                score(record.difference),
                "paired over biological units",
            )
        )
    if record.size_inside is not None and record.sizes_inside is not None:
        low, high = record.sizes_inside
        chosen = (
            f"{low:,} to {counted(high, 'feature')}" if low < high else counted(high, "feature")
        )
        facts.append(
            (
                "Score with the size chosen inside the folds too",
                score(record.size_inside),
                f"{chosen}; the best point of a curve is a choice of its own",
            )
        )
    if record.stability is not None:
        facts.append(
            (
                "Stability of the selection",
                number(record.stability, 2),
                "1, the same features in every fit; 0, no more than by chance",
            )
        )
    return {
        "record": record,
        "facts": facts,
        "pictures": some(figures.panels_figure(record, title)),
        "sizes": panels_tables.sizes_table(record),
        "features": panels_tables.panel_features_table(record),
    }


def _panel_sizes(material: Material, record: PanelsRecord) -> str:
    samples = shown_samples(material.full, record.samples, material.cells)
    if material.cells.samples_alone:
        return f"{samples} samples"
    units = shown_units(material.full, record.units, material.cells)
    return f"{samples} samples of {units} biological units"


def failures_view(material: Material) -> dict[str, Any] | None:
    """Return what the section on failures shows, or None without it."""
    interpretation = material.summary.interpretation
    record = interpretation.failures if interpretation is not None else None
    if record is None:
        return None
    share = errors_are_shares(material.summary)
    cells = material.cells
    groups = failures_tables.in_order(record.groups)
    name = record.error_name
    overall = failures_tables.amount(record.error.value, share=share)
    ends = failures_tables.amount_ends(record.error, share=share)
    return {
        "record": record,
        "title": title_of(material.summary, record.model),
        "facts": [
            (
                f"{name[:1].upper()}{name[1:]}",
                f"{overall} (95 % interval {ends})",
                f"over {' of '.join(_sizes(material, record))}",
            ),
        ],
        "left_out": _GROUPS_LEFT_OUT.format(smallest=cells.threshold) if cells.threshold else "",
        "group_pictures": some(
            figures.error_groups_figure(groups, record.error, name, share=share)
        ),
        "groups": failures_tables.error_groups_table(
            record.groups, "Errors by group of samples", name, cells, share=share
        ),
        "slices": failures_tables.error_groups_table(
            record.slices, "Slices found by the program", name, cells, share=share
        ),
        "suspects": failures_tables.suspects(record, cells),
        "abstain_pictures": some(figures.abstain_figure(record.abstain, name, share=share)),
        "abstain": failures_tables.abstain_table(record.abstain, name, share=share),
        "conformal": failures_tables.conformal_table(record.conformal, share=share),
        "coverage": failures_tables.coverage_table(record.conformal),
    }


def errors_are_shares(summary: StudySummary) -> bool:
    """Return whether an error is a share of samples with a wrong class."""
    return summary.sheet is None or summary.sheet.task != "regression"


def shown_samples(summary: StudySummary, count: int, cells: SmallCells) -> str:
    """Write a number of training samples; that of the test set must not follow from it."""
    return _shown_part(count, summary.sheet.samples if summary.sheet else None, cells)


def shown_units(summary: StudySummary, count: int, cells: SmallCells) -> str:
    """Write a number of training units; that of the test set must not follow from it."""
    units = summary.sheet.units if summary.sheet else None
    return cells.units(_shown_part(count, units, cells))


def _shown_part(count: int, whole: int | None, cells: SmallCells) -> str:
    text = cells.total(count)
    return text if whole is None or is_withheld(text) else cells.part(count, whole)


def _sizes(material: Material, record: FailuresRecord) -> list[str]:
    samples = shown_samples(material.full, record.samples, material.cells)
    if material.cells.samples_alone:
        return [f"{samples} held-out samples"]
    units = shown_units(material.full, record.units, material.cells)
    return [f"{samples} held-out samples", f"{units} biological units"]


def copy_view(material: Material) -> dict[str, Any] | None:
    """Return what the section on simple copies shows, or None without one."""
    record = material.summary.interpretation
    if record is None or not record.imitations:
        return None
    return {
        "blocks": [
            {
                "title": f"{entry.form[:1].upper()}{entry.form[1:]} that imitates "
                f"{title_of(material.summary, entry.model)}",
                "record": entry,
                "facts": _copy_facts(entry),
                "terms": panels_tables.terms_table(entry),
                "directions": [
                    (*_direction(direction), direction.sentence) for direction in entry.directions
                ],
            }
            for entry in record.imitations
        ]
    }


def _direction(record: DirectionRecord) -> tuple[str, str]:
    """Return what was found in a word or two, and its tone."""
    if record.contradicts:
        return f"expected {record.expected}", "serious"
    return _FOUND[record.found], "for" if record.expected == record.found else ""


def _copy_facts(record: ImitationRecord) -> list[Fact]:
    metric = metric_title(record.metric)
    return [
        (
            f"How well it repeats the model ({record.fidelity_name})",
            score(record.fidelity),
            "on samples that neither was fitted on; 1, it repeats it exactly",
        ),
        (f"Its own {metric} against the truth", score(record.score), ""),
        (f"{metric} of the model it imitates", score(record.imitated_score), "same samples"),
    ]
