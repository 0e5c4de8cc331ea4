"""Tables for other programs about what models use and where the chosen one fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from deepbench.reporting.data_table import Cell, DataTable, data_table, ends
from deepbench.reporting.material import Material

_INTERVAL = "95 % intervals over biological units."
_ASSOCIATION = "Association, not cause."
_ENDS = ("low", "high")


def uses_tables(document: Mapping[str, Any], material: Material) -> Iterator[DataTable | None]:
    """Yield the tables about use and failures; arguments as in `export_tables`."""
    found = document["interpretation"]
    if found is None:
        return
    yield _importance(found, material)
    yield _groups(found)
    yield from _panels(found["panels"])
    yield from _failures(found["failures"])
    yield _terms(found)
    yield _gene_sets(found)
    yield _claims(document["claims"])


def _importance(found: Mapping[str, Any], material: Material) -> DataTable | None:
    header = (
        "model feature importance low high shuffled_labels stands_out_from_noise direction effect"
    )
    # All features, where their view is there; else those of the report.
    every = {each.model: each for each in _all_importances(material)}
    rows: list[tuple[Cell, ...]] = []
    for model in found["models"]:
        name = model["model"]
        if name in every:
            view = every[name]
            columns = (view.importance, view.low, view.high, view.twin, view.clears_twin)
            more = (view.direction, view.effect)
            values = zip(view.features, *columns, *more, strict=True)
            rows += [(name, *row) for row in values]
            continue
        names = ("importance", *_ENDS, "twin", "clears_twin", "direction", "effect")
        rows += [(name, entry["feature"], *map(entry.get, names)) for entry in model["features"]]
    units = "; ".join(f"{model['model']}: {model['unit']}" for model in found["models"])
    return data_table(
        "importance",
        "Importance of features",
        header.split(),
        rows,
        f"Mean absolute attribution over held-out samples ({units}). {_INTERVAL} {_ASSOCIATION}",
    )


def _all_importances(material: Material) -> Iterator[Any]:
    for view in material.importances.models if material.importances is not None else ():
        if not view.preview:
            yield view


def _groups(found: Mapping[str, Any]) -> DataTable | None:
    names = ("correlation", "importance", *_ENDS, "twin", "clears_twin")
    return data_table(
        "feature-groups",
        "Correlated features, read as one",
        [
            "model",
            "group",
            "features",
            "smallest_correlation",
            "importance",
            *_ENDS,
            "shuffled_labels",
            "stands_out_from_noise",
        ],
        [
            (model["model"], place, "; ".join(group["features"]), *map(group.get, names))
            for model in found["models"]
            for place, group in enumerate(model["groups"], start=1)
        ],
        f"{_INTERVAL} {_ASSOCIATION}",
    )


def _panels(panels: Mapping[str, Any] | None) -> Iterator[DataTable | None]:
    if panels is None:
        return
    full = (None, "all (the full model)", *ends(panels["full"]), False)
    yield data_table(
        "panels",
        f"Score of short panels ({panels['metric']})",
        ["features", "panel", "score", *_ENDS, "smallest_inside_noise"],
        [
            *(
                (
                    size["features"],
                    f"best {size['features']}",
                    *ends(size["score"]),
                    size["features"] == panels["smallest"],
                )
                for size in panels["sizes"]
            ),
            full,
        ],
        f"Features are selected anew inside each fold. {_INTERVAL}",
    )
    names = ("feature", "frequency", "direction", "in_panel")
    yield data_table(
        "panel-features",
        f"Features of a panel of {panels['shown_size']}",
        ["feature", "selected_in_share_of_fits", "mean_sign", "in_the_panel"],
        [[entry[name] for name in names] for entry in panels["features"]],
        _ASSOCIATION,
    )


def _failures(failures: Mapping[str, Any] | None) -> Iterator[DataTable | None]:
    if failures is None:
        return
    names = ("kind", "column", "group", "samples", "units")
    after = ("rest", "p_value", "marked")
    yield data_table(
        "error-groups",
        f"Errors by group of samples ({failures['error_name']})",
        [*names, "error", *_ENDS, "error_of_all_others", "p_value", "errs_more"],
        [
            [*map(group.get, names), *ends(group["rate"]), *map(group.get, after)]
            for group in (*failures["groups"], *failures["slices"])
        ],
        f"Held-out predictions of training samples. {_INTERVAL}",
    )
    yield data_table(
        "abstaining",
        "Error where only the surest samples get an answer",
        ["share_answered", "error", *_ENDS],
        [(point["answered"], *ends(point["error"])) for point in failures["abstain"]],
        _INTERVAL,
    )
    yield data_table(
        "prediction-sets",
        "Prediction sets that miss at most a chosen share",
        ["may_miss", "hold_the_truth", *_ENDS, "mean_size", "with_one_class", "half_width"],
        [
            (
                entry["error_rate"],
                *ends(entry["coverage"]),
                entry["size"],
                entry["single"],
                entry["half_width"],
            )
            for entry in failures["conformal"]
        ],
        _INTERVAL,
    )


def _terms(found: Mapping[str, Any]) -> DataTable | None:
    return data_table(
        "simple-copies",
        "Terms of sparse linear models that imitate a model",
        ["model", "feature", "effect_of_one_standard_deviation", "towards"],
        [
            (entry["model"], term["feature"], term["weight"], term["towards"])
            for entry in found["imitations"]
            for term in entry["terms"]
        ],
        _ASSOCIATION,
    )


def _gene_sets(found: Mapping[str, Any]) -> DataTable | None:
    names = ("name", "size", "measured", "score", "p_value", "q_value")
    return data_table(
        "gene-sets",
        "Gene sets among important features",
        ["model", *names, "hits"],
        [
            (entry["model"], *map(one.get, names), "; ".join(one["hits"]))
            for entry in found["enrichment"]
            for one in entry["sets"]
        ],
        _ASSOCIATION,
    )


def _claims(claims: Mapping[str, Any] | None) -> DataTable | None:
    return data_table(
        "claims",
        "What may be claimed",
        ["about", "sentence", "reservations"],
        [
            (claim["feature"] or claim["kind"], claim["sentence"], " ".join(claim["reservations"]))
            for claim in (claims["claims"] if claims is not None else ())
        ],
    )
