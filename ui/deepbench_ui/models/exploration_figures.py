"""What samples look like before anything is fitted, as figures and rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from deepbench.study.records import CheckRecord, ExplorationRecord, ImportRecord
from deepbench_ui.models.numbers import counted
from deepbench_ui.models.row_table import Column
from deepbench_ui.plots import HeatmapFigure, ScatterFigure

ALL_SAMPLES = "All samples are shown; none has been set aside yet."
TRAINING_ONLY = "Training samples only; the test samples are sealed."
ALL_TRAIN = (
    "All samples are shown: with several outer folds, each of them trains the models of some fold."
)
MAP_TITLE, MAP_SENTENCE = (
    "Where values are missing",
    "{share} of all cells are missing. Whole rows or columns that stand out have a reason in the "
    "lab: ask for it. {scope}",
)
MAP_BLOCKS = "Each cell of the picture stands for several neighbouring samples or features."
NOTHING_MISSING = "No value is missing. {scope}"
PCA_TITLE = "{x} and {y}, coloured by {what}"
PCA_SENTENCE = "Each point is a sample; similar samples lie close together. {scope}"
PCA_OUTCOME = "If the classes part here, simple models may do."
PCA_OTHER = "If {what} parts the samples more than the outcome does, models may learn it instead."
FEWEST = "The {shown} most frequent of {all} values have a colour of their own."
OTHERS = "others ({many})"
YEAR = "{what} (year)"
#: Distinct values that colours can tell apart.
MOST_COLOURS = 8


@dataclass(frozen=True)
class MissingRow:
    """A feature or sample with missing cells."""

    name: str
    missing: int
    share: float


def scope_note(exploration: ExplorationRecord, outer_folds: int) -> str:
    """Return which samples the pictures show.

    Args:
        exploration: What they show.
        outer_folds: Outer folds of the split; 0 if there is none.
    """
    if exploration.scope == "all samples":
        return ALL_SAMPLES
    return ALL_TRAIN if outer_folds > 1 else TRAINING_ONLY


# --- missing cells --------------------------------------------------------------------


def missing_map(
    exploration: ExplorationRecord, features: Sequence[str], scope: str
) -> HeatmapFigure:
    """Return the map of missing cells.

    Args:
        exploration: What was found.
        features: Names of the features, in order; empty if they are not known.
        scope: Which samples are shown.
    """
    matrix = exploration.missing_map
    wide = len(matrix[0]) if matrix else 0
    single = len(matrix) == len(exploration.samples)
    named = wide == len(features)
    sentence = MAP_SENTENCE.format(share=percent(exploration.missing_share), scope=scope)
    if not (single and named):
        sentence = f"{sentence} {MAP_BLOCKS}"
    return HeatmapFigure(
        title=MAP_TITLE,
        sentence=sentence,
        per_sample=single,
        matrix=tuple(tuple(100 * share for share in row) for row in matrix),
        row_labels=exploration.samples
        if single
        else blocks(len(exploration.samples), len(matrix)),
        column_labels=tuple(features) if named else blocks(len(features), wide),
        x_title="feature" if named else "features",
        y_title="sample" if single else "samples",
        value_title="missing cells in per cent",
        row_kind="sample" if single else "",
        column_kind="feature" if named else "",
    )


def blocks(length: int, parts: int) -> tuple[str, ...]:
    """Return what blocks of neighbouring things are called: "1–5", "6–10", …."""
    if not 0 < parts <= length:
        return ()
    edges = [length * place // parts for place in range(parts + 1)]
    return tuple(
        f"{first + 1}–{last}" if last > first + 1 else str(last) for first, last in pairwise(edges)
    )


def feature_names(table: ImportRecord | None, check: CheckRecord | None) -> tuple[str, ...]:
    """Return the features in use, in the order of the table; empty if they are not known."""
    if table is None or check is None:
        return ()
    gone = set(check.left_out_features)
    names = tuple(c.name for c in table.columns if c.role == "feature" and c.name not in gone)
    return names if len(names) == check.features else ()


def missing_rows(counts: Sequence[tuple[str, int]], most: int) -> tuple[MissingRow, ...]:
    """Return rows of those with most missing cells, of so many cells each."""
    return tuple(MissingRow(name, many, many / most if most else 0.0) for name, many in counts)


def missing_columns(thing: str) -> tuple[Column[MissingRow], ...]:
    """Return the columns of the list of features or samples with missing cells."""
    return (
        Column(thing, lambda row: row.name),
        Column("Missing", lambda row: f"{row.missing:,}", lambda row: row.missing, number=True),
        Column("Share", lambda row: percent(row.share), lambda row: row.share, number=True),
    )


def percent(share: float) -> str:
    """Return a share in whole per cent, never 0 % or 100 % for what is not quite that."""
    whole = round(100 * share)
    if whole == 0 and share > 0:
        return "under 1 %"
    if whole == 100 and share < 1:
        return "over 99 %"
    return f"{whole} %"


# --- principal components -------------------------------------------------------------


def component_title(exploration: ExplorationRecord, component: int) -> str:
    """Return "PC1 (43.7 % of the variance)"."""
    return f"PC{component + 1} ({100 * exploration.explained[component]:.1f} % of the variance)"


def outcome_picture(exploration: ExplorationRecord, x: int, y: int) -> ScatterFigure:
    """Return the samples on two components, coloured by the outcome."""
    if exploration.task == "regression":
        values = tuple(_number(text) for text in exploration.outcomes)
        return _scatter(exploration, (x, y), exploration.outcome, PCA_OUTCOME, values=values)
    classes = exploration.classes
    uses = ((classes[1], "positive"), (classes[0], "negative")) if len(classes) == 2 else ()
    return _scatter(
        exploration,
        (x, y),
        exploration.outcome,
        PCA_OUTCOME,
        categories=exploration.outcomes,
        uses=uses,
    )


def annotation_picture(
    exploration: ExplorationRecord, x: int, y: int, column: str
) -> ScatterFigure:
    """Return the samples on two components, coloured by an annotation.

    Numbers and dates with many values are shown as amounts; of many names the most frequent ones
    have a colour each.
    """
    texts = exploration.colourings[column]
    said = PCA_OTHER.format(what=column)
    many = Counter(text for text in texts if text)
    if len(many) > MOST_COLOURS:
        years = _years(texts)
        if years:
            title = YEAR.format(what=column)
            return _scatter(exploration, (x, y), column, said, values=years, value_title=title)
        values = tuple(_number(text) for text in texts)
        if all(value is not None for text, value in zip(texts, values, strict=True) if text):
            return _scatter(exploration, (x, y), column, said, values=values)
        shown = {name for name, _ in many.most_common(MOST_COLOURS - 1)}
        others = OTHERS.format(many=counted(len(many) - len(shown), "value"))
        texts = tuple(text if text in shown or not text else others for text in texts)
        said = f"{said} {FEWEST.format(shown=len(shown), all=f'{len(many):,}')}"
    return _scatter(exploration, (x, y), column, said, categories=texts)


def _scatter(
    exploration: ExplorationRecord,
    axes: tuple[int, int],
    what: str,
    sentence: str,
    *,
    categories: tuple[str, ...] = (),
    uses: tuple[tuple[str, str], ...] = (),
    values: tuple[float | None, ...] = (),
    value_title: str = "",
) -> ScatterFigure:
    x, y = axes
    return ScatterFigure(
        title=PCA_TITLE.format(x=f"PC{x + 1}", y=f"PC{y + 1}", what=what),
        sentence=sentence,
        names=exploration.samples,
        x=exploration.components[x],
        y=exploration.components[y],
        x_title=component_title(exploration, x),
        y_title=component_title(exploration, y),
        categories=categories,
        category_title=what,
        uses=uses,
        values=values,
        value_title=value_title or what,
    )


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _years(texts: Sequence[str]) -> tuple[float | None, ...]:
    """Return dates as years with a fraction; empty if a text is no date."""
    found: list[float | None] = []
    for text in texts:
        try:
            day = _day(text)
        except ValueError:
            return ()
        found.append(None if day is None else day.year + (day.timetuple().tm_yday - 1) / 365.25)
    return tuple(found)


def _day(text: str) -> date | None:
    """Return the day of "2024-03-31"; a number such as 20240331 may be anything.

    Raises:
        ValueError: the text is no date.
    """
    if not text:
        return None
    if "-" not in text:
        raise ValueError(text)
    return date.fromisoformat(text[:10])
