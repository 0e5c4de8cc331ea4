"""The section on study design and metadata: what goes with what, and what is written down."""

from __future__ import annotations

from typing import Any

from deepbench.data.wording import counted
from deepbench.errors import PlanError
from deepbench.plan import Design, parse_plan
from deepbench.reporting.data_tables import role_words
from deepbench.reporting.material import Material
from deepbench.reporting.small_cells import SmallCells
from deepbench.reporting.tables import Table, table
from deepbench.reporting.wording import interval, number, p_value, percent
from deepbench.study.provenance_score import completeness
from deepbench.study.records import DetectableRecord, ReviewRecord

_ALLOCATION = {
    "randomised": "randomised",
    "matched": "matched",
    "observational": "observational: not assigned by the study",
}
_YES_NO = {"yes": "yes", "no": "no"}
_OPEN = "not answered"


def metadata_view(material: Material) -> dict[str, Any] | None:
    """Return what the section shows; None where neither a review nor a readable plan is there."""
    check = material.summary.check
    review = check.review if check is not None else None
    planted = check.detectable if check is not None else None
    try:
        plan = parse_plan(material.summary.plan_toml)
    except PlanError:  # of a study of another version
        plan = None
    if review is None and plan is None:
        return None
    score = completeness(plan) if plan is not None else None
    said = review.sentences if review is not None else ()
    tables = _tables(review, material.cells) if review is not None else []
    return {
        "sentences": (*said, planted.sentence) if planted is not None else said,
        "facts": _facts(review, material.cells) if review is not None else [],
        "tables": [*tables, planted_table(planted)] if planted is not None else tables,
        "answers": _answers(plan.design) if plan is not None else [],
        "provenance": score.sentence if score is not None else "",
    }


def _answers(design: Design) -> list[tuple[str, str]]:
    return [
        ("How the groups came about", _ALLOCATION.get(design.allocation or "", _OPEN)),
        ("Units measured more than once", _YES_NO.get(design.repeated or "", _OPEN)),
        ("Several time points", _YES_NO.get(design.time_points or "", _OPEN)),
        ("Batches held all groups", _YES_NO.get(design.mixed_batches or "", _OPEN)),
    ]


def _facts(review: ReviewRecord, cells: SmallCells) -> list[tuple[str, str]]:
    """Return the effective number of samples, where samples share units."""
    if review.intraclass_correlation is None:
        return []
    worth = cells.units(cells.total(round(review.effective_samples)))
    return [
        ("Worth as independent samples", worth),
        ("Intraclass correlation", number(review.intraclass_correlation)),
    ]


def _tables(review: ReviewRecord, cells: SmallCells) -> list[Table]:
    return [
        found
        for found in (association_table(review, cells), variance_table(review, cells))
        if found is not None
    ]


def association_table(review: ReviewRecord, cells: SmallCells) -> Table | None:
    """Return how strongly the outcome goes with each column, or None if none was looked at."""
    if not review.associations:
        return None
    return table(
        "Outcome against batch, site, time and groups of people",
        ["Column", "Role", "Effect size", "#Value", "#95 % interval", "#p", "#Biological units"],
        [
            [
                record.column,
                role_words(record.role),
                record.measure,
                number(record.value),
                interval(record.low, record.high),
                _p(record.p),
                _units(record.units, review, cells),
            ]
            for record in review.associations
        ],
        note=(
            "Intervals by bootstrap over biological units, p by permutation over them and for "
            "each column alone."
        ),
    )


def _p(value: float) -> str:
    """Write a p-value below a heading that says what it is: 0.42, < 0.0001."""
    return p_value(value).removeprefix("p ").removeprefix("= ")


def _units(units: int, review: ReviewRecord, cells: SmallCells) -> str:
    """Write the units a column is known of; few without it could be had by subtraction."""
    whole = units == review.units
    return cells.units(cells.total(units) if whole else cells.part(units, review.units))


def variance_table(review: ReviewRecord, cells: SmallCells) -> Table | None:
    """Return what explains the variance of all features, or None if nothing was looked at."""
    if not review.variance:
        return None
    return table(
        "Share of the variance of all features",
        ["Explained by", "Role", "#Share", "#By chance", "#p", "#Biological units"],
        [
            [
                record.column,
                role_words(record.role),
                percent(record.share),
                percent(record.expected_by_chance),
                _p(record.p),
                _units(record.units, review, cells),
            ]
            for record in review.variance
        ],
        note=(
            "Permutational analysis of variance (Anderson 2001) on standardised features. Shares "
            "of different rows overlap where columns go together."
        ),
    )


def planted_table(record: DetectableRecord) -> Table:
    """Return how often planted effects of each size were found."""
    return table(
        "Planted control: which effect could this study find?",
        ["#Shift (standard deviations)", "#Found in", f"#Mean {record.measure}"],
        [
            [number(effect, 2), percent(power), number(score)]
            for effect, power, score in zip(
                record.effects, record.power, record.scores, strict=True
            )
        ],
        note=(
            f"{record.repeats} simulated studies of the shape of this one for each size: outcomes "
            "exchanged between units, the shift added to "
            f"{counted(record.planted_features, 'feature')}, a linear model cross-validated. "
            "Found means better than 95 % of studies without any effect."
        ),
    )
