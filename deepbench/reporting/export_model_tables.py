"""Tables for other programs about models: scores, effort, shuffled labels, test set."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from deepbench.reporting.data_table import Cell, DataTable, data_table, ends
from deepbench.reporting.effort import offered_to
from deepbench.reporting.material import Material
from deepbench.reporting.model_tables import confusion_cells, score_hidden
from deepbench.reporting.small_cells import HIDDEN, is_withheld
from deepbench.reporting.verdict import models_of, title_of
from deepbench.reporting.wording import metric_title
from deepbench.study.records import LearningCurveRecord

_INTERVAL = "95 % intervals over biological units."
_ENDS = ("low", "high")


def model_tables(document: Mapping[str, Any], material: Material) -> Iterator[DataTable | None]:
    """Yield the tables about models; arguments as in `export_tables`."""
    yield _leaderboard(document, material)
    yield _effort(material)
    yield _settings(document, material)
    yield _shuffled(document, material)
    yield _shuffled_scores(document, material)
    yield from _learning_curves(material)
    yield _comparison(document, material)
    yield _test_metrics(document, material)
    yield _confusion(material)
    yield _subgroups(material)
    yield _calibration(document, material)


def _leaderboard(document: Mapping[str, Any], material: Material) -> DataTable | None:
    errors = {model.name: model.standard_error for model in models_of(material.summary)}
    recommended = document["verdict"]["recommended"]
    rows: list[tuple[Cell, ...]] = [
        (
            model["name"],
            title_of(material.summary, model["name"]),
            model["family"],
            model["tuning"]["metric"],
            model["tuning"]["plain"],
            model["tuning"]["corrected"],
            *(model["tuning"][end] for end in _ENDS),
            errors[model["name"]],
            model["name"] == recommended,
        )
        for model in document["models"]
    ]
    blend = document["blend"]
    if blend["members"]:
        scores = (blend["plain"], blend["corrected"], *(blend[end] for end in _ENDS))
        rows.append(
            ("blend", "Blend (not a candidate)", "", blend["metric"], *scores, None, False)
        )
    header = "model title family metric best_tuning_score corrected low high standard_error"
    return data_table(
        "leaderboard",
        "Scores of all models on the tuning sets",
        [*header.split(), "recommended"],
        rows,
        f"The best tuning score is too optimistic, as it is the winner’s; corrected by BBC-CV. "
        f"{_INTERVAL}",
    )


def _effort(material: Material) -> DataTable | None:
    return data_table(
        "effort",
        "What each model family was offered and what it spent",
        "model trials_offered trials_run first_looks seconds_offered seconds why_it_ended".split(),
        [
            (
                model.name,
                offered_to(model),
                model.trials,
                model.first_looks,
                model.seconds_offered,
                model.seconds,
                model.note or "All trials were run.",
            )
            for model in models_of(material.summary)
        ],
    )


def _settings(document: Mapping[str, Any], material: Material) -> DataTable | None:
    return data_table(
        "settings",
        "Best settings of each model",
        ["model", "title", "setting", "value"],
        [
            (model["name"], title_of(material.summary, model["name"]), name, _setting(value))
            for model in document["models"]
            for name, value in model["params"].items()
        ],
    )


def _setting(value: Any) -> Cell:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return json.dumps(value, ensure_ascii=False)


def _shuffled(document: Mapping[str, Any], material: Material) -> DataTable | None:
    return data_table(
        "shuffled-labels",
        "The shuffled-label check",
        ["model", "title", "metric", "real_score", "shuffles", "p_value", "repeated", "settings"],
        [
            (
                check["model"],
                _checked(material, check["model"]),
                check["metric"],
                check["real"],
                check["replicates"],
                check["p_value"],
                check["repeated"],
                check["settings"],
            )
            for check in document["shuffled"]
        ],
    )


def _shuffled_scores(document: Mapping[str, Any], material: Material) -> DataTable | None:
    return data_table(
        "shuffled-scores",
        "Scores with shuffled labels",
        ["model", "title", "shuffle", "score"],
        [
            (check["model"], _checked(material, check["model"]), place, score)
            for check in document["shuffled"]
            for place, score in enumerate(check["null"], start=1)
        ],
    )


def _checked(material: Material, name: str) -> str:
    record = material.summary.shuffles
    titles = {check.model: check.title for check in record.models} if record is not None else {}
    return titles.get(name) or title_of(material.summary, name)


def _learning_curves(material: Material) -> Iterator[DataTable | None]:
    boards = (material.summary.baselines, material.summary.networks)
    curves = [board.learning_curve for board in boards if board is not None]
    yield data_table(
        "learning-curve",
        "Score on growing parts of the training samples",
        ["model", "metric", "training_samples", "score", "low", "high", "spread_over_folds"],
        [row for curve in curves if curve is not None for row in _points(curve, material)],
        f"{_INTERVAL} The spread over folds is a standard deviation, not an interval.",
    )


def _points(curve: LearningCurveRecord, material: Material) -> Iterator[tuple[Cell, ...]]:
    nothing = (None,) * len(curve.samples)
    low, high = curve.low or nothing, curve.high or nothing
    for count, *values in zip(curve.samples, curve.scores, low, high, curve.spreads, strict=True):
        shown = count if not material.cells.is_small(count) else material.cells.one(count)
        yield (curve.model, curve.metric, shown, *values)


def _comparison(document: Mapping[str, Any], material: Material) -> DataTable | None:
    found = document["comparison"]
    names = ("network", "baseline", "metric", "difference", *_ENDS)
    rows = [[found[name] for name in names]] if found["network"] else []
    return data_table(
        "comparison",
        "Best network minus best traditional model, on the tuning sets",
        names,
        rows,
        f"Paired. {_INTERVAL}",
    )


def _test_metrics(document: Mapping[str, Any], material: Material) -> DataTable | None:
    test = document["test"]
    choice = material.summary.choice
    baseline = choice.test.baseline if choice is not None else ""
    groups = [(test["model"], test["metrics"])]
    if baseline and baseline != test["model"]:
        groups.append((baseline, test["baseline_metrics"]))
    groups.append(("blend", test["blend_metrics"]))
    task = material.summary.sheet.task if material.summary.sheet is not None else ""
    return data_table(
        "test-metrics",
        "Scores on the test set",
        ["model", "metric", "title", "value", *_ENDS],
        [
            (model, name, metric_title(name, task), *ends(score))
            for model, scores in groups
            for name, score in scores.items()
        ],
        f"The test set was opened {test['opened']} times. {_INTERVAL}"
        if test["opened"] != 1
        else f"The test set was opened once. {_INTERVAL}",
    )


def _confusion(material: Material) -> DataTable | None:
    full = material.full.choice
    sheet = material.summary.sheet
    curves = full.test.curves if full is not None else None
    if curves is None or sheet is None or len(curves.confusion) != len(sheet.classes):
        return None
    _, texts = confusion_cells(curves, material.cells)
    return data_table(
        "confusion-matrix",
        "True and predicted classes of the test samples",
        ["true_class", *(f"predicted {name}" for name in sheet.classes)],
        [
            (name, *(_count(text) for text in row))
            for name, row in zip(sheet.classes, texts, strict=True)
        ],
    )


def _count(text: str) -> Cell:
    """Return a written count as a number, where it may be shown."""
    plain = text.replace(",", "")
    return int(plain) if plain.isdigit() else text


def _subgroups(material: Material) -> DataTable | None:
    choice, cells = material.summary.choice, material.cells
    groups = choice.test.subgroups if choice is not None else ()
    rows: list[tuple[Cell, ...]] = []
    for column in dict.fromkeys(group.column for group in groups):
        members = [group for group in groups if group.column == column]
        samples = cells.several([group.samples for group in members])
        units = cells.several([group.units for group in members])
        for group, sample, unit in zip(members, samples, units, strict=True):
            hidden = is_withheld(sample) and not is_withheld(unit)
            score = (HIDDEN,) * 3 if score_hidden(group, cells) else ends(group.score)
            shown = HIDDEN if hidden else _count(cells.units(unit))
            rows.append((column, group.group, _count(sample), shown, group.metric, *score))
    return data_table(
        "subgroups",
        "Scores in groups of test samples",
        ["column", "group", "samples", "units", "metric", "score", *_ENDS],
        rows,
        _INTERVAL,
    )


def _calibration(document: Mapping[str, Any], material: Material) -> DataTable | None:
    names = ("slope", "intercept", "brier", "log_loss")
    return data_table(
        "calibration",
        "Probabilities on the tuning sets before and after calibration",
        ["model", "calibrated", *names],
        [
            (record["model"], when == "after", *(record[when][name] for name in names))
            for record in document["calibration"]
            for when in ("before", "after")
        ],
    )
