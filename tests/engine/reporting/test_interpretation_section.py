"""What the report, the results, the methods and the end of a run say of stages 11 and 12."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from types import ModuleType
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from deepbench.reporting.checklist import ten_tips
from deepbench.reporting.finding_sentences import finding_sentences
from deepbench.reporting.html_report import render_html
from deepbench.reporting.methods_text import methods_text
from deepbench.reporting.results_interpretation_schema import ClaimsPart, InterpretationPart
from deepbench.reporting.results_json import results_document
from deepbench.study.records import (
    ClaimsRecord,
    InterpretationRecord,
    Record,
    Score,
    StudySummary,
)
from tests.engine.reporting import interpreted

Parse = Callable[[str], Any]


def with_interpretation(studies: ModuleType, **changes: object) -> StudySummary:
    record = interpreted.interpretation().model_copy(update=changes)
    summary: StudySummary = studies.summary(interpretation=record)
    return summary


# --- report -----------------------------------------------------------------------------------


def test_importance_says_how_far_to_trust_it(studies: ModuleType, parse: Parse) -> None:
    found = parse(render_html(studies.summary(), importances=interpreted.all_importances()))
    for text in (
        "permutation SHAP",
        "expected gradients",
        "330 in 5 folds, 15 fits",
        "Agreement of the ranking between folds 0.83",
        "The same with shuffled labels 0.07",
        "Agreement between random starts 0.91",
        "Randomised-weights check 0.04",
        "within the tolerance of the method",
        "Do two models use the same?",
        "Shared among the 10 most important 8 3.6 would be expected by chance",
        "27 of the 4,383 genes of the file hallmark.gmt are among the 28 features looked at",
        "All 400 features of Support vector machine",
    ):
        assert text in found.words
    rows = found.table("Importance of features")
    assert rows[0]["Stands out from noise"] == "yes"
    assert rows[-1]["Stands out from noise"] == "no"
    assert (rows[0]["Rank over fits"], rows[0]["Group"]) == ("1–4", "1")
    assert rows[0]["Alone: difference of means in standard deviations"] == "+0.840"
    groups = found.table("Features that say the same")
    assert groups[0]["Features, the most important first"] == "marker 1, marker 2, marker 5"
    sets = found.table("Gene sets among")
    assert [row["Set"] for row in sets] == ["HALLMARK_APOPTOSIS", "HALLMARK_HYPOXIA"]
    assert sets[0]["More important than another"] == "71 %"


def test_attributions_that_do_not_add_up_are_not_to_be_relied_on(
    studies: ModuleType, parse: Parse
) -> None:
    models = tuple(
        model.model_copy(update={"locally_accurate": False, "local_accuracy_error": 0.7})
        for model in interpreted.interpretation().models
    )
    summary = with_interpretation(studies, models=models)
    found = parse(render_html(summary))
    assert "Do not rely on them" in found.words
    assert "NOT within the tolerance" in found.words
    assert ten_tips(summary)[7].state == "partly"


def test_panels_failures_and_copies_are_told(studies: ModuleType, parse: Parse) -> None:
    found = parse(render_html(studies.summary()))
    for text in (
        "Smallest panel inside the noise of the full model 4 features",
        "Full model minus the panel of 4 0.011 (95 % interval −0.004 to 0.026)",
        "Score with the size chosen inside the folds too 0.943 (95 % interval 0.921–0.962)",
        "Share of wrong answers 9 % (95 % interval 6–13 %)",
        "over 330 held-out samples of 330 biological units",
        "Label may be wrong 3",
        "How well it repeats the model (R²) 0.810",
        "marker 1 > 3.14159: malignant 71 %",
    ):
        assert text in found.words
    rows = found.table("Errors by group of samples")
    # What errs more comes first.
    assert rows[0]["Group"] == "marker 3: above 12.3456"
    assert (rows[0]["Errs more"], rows[1]["Errs more"]) == ("yes", "no")
    assert found.table("Slices found")[0]["Group"] == "marker 7 > 61.87654"
    sets = found.table("Prediction sets")[0]
    assert (sets["May miss"], sets["Hold the truth"]) == ("10 %", "91 %")
    terms = found.table("Terms of the sparse linear model")
    assert [row["Feature"] for row in terms] == ["marker 1", "asthma"]
    assert "expected higher With asthma the network says less risk" in found.words
    for figure in ("panels", "error-groups", "abstain"):
        assert f'id="figure-{figure}"' in found.html


def test_errors_of_a_regression_are_in_units_of_the_outcome(
    studies: ModuleType, parse: Parse
) -> None:
    failures = interpreted.failures(
        error_name="Mean absolute error",
        error=Score(value=4.61, low=4.2, high=5.1),
        conformal=(
            interpreted.failures()
            .conformal[0]
            .model_copy(update={"single": None, "by_class": (), "size": 18.4, "half_width": 9.2}),
        ),
    )
    record = interpreted.interpretation().model_copy(update={"failures": failures})
    summary = studies.regression().model_copy(update={"interpretation": record})
    found = parse(render_html(summary))
    assert "Mean absolute error 4.610 (95 % interval 4.200–5.100)" in found.words
    row = found.table("Prediction intervals")[0]
    assert row["Width of an interval, mean"] == "18.40"
    assert row["Half the width for a new sample"] == "9.200"


def test_a_score_that_is_too_good_comes_before_what_may_be_written(
    studies: ModuleType, parse: Parse
) -> None:
    summary = studies.summary(claims=interpreted.doubtful_claims())
    found = parse(render_html(summary))
    claims = found.words[found.words.index("The score is too good to be true") :]
    assert claims.index("May be written") > 0
    for text in (
        "“drives”: It says cause, and association was shown.",
        "Shown was Marker 1 was associated with the disease.",
        "Were all features known before the outcome?",
        "To do: Answer for them.",
    ):
        assert text in claims
    assert found.table("What the program knows")[0]["Score of it alone"] == "0.871"
    tip = ten_tips(summary)[8]
    assert tip.state == "partly"
    assert "1 of 2 items of the checklist not cleared" in tip.text


def test_parts_that_were_not_looked_at_are_left_out(studies: ModuleType, parse: Parse) -> None:
    bare = InterpretationRecord(models=interpreted.interpretation().models[:1])
    found = parse(render_html(studies.summary(interpretation=bare)))
    assert "uses" in found.sections
    assert not {"panels", "fails", "copy"} & set(found.sections)
    assert "Short panels" in found.words
    skipped = parse(render_html(studies.null_locked()))
    assert not {"panels", "fails", "copy"} & set(skipped.sections)


# --- results.json -----------------------------------------------------------------------------


def test_every_field_of_the_records_is_in_the_results_or_left_out_on_purpose() -> None:
    left_out = {"of_two"}  # only says whether a group may be shown
    pairs = [
        (InterpretationRecord, InterpretationPart),
        (ClaimsRecord, ClaimsPart),
    ]
    while pairs:
        record, part = pairs.pop()
        missing = set(record.model_fields) - set(part.model_fields)
        assert missing <= left_out, (record.__name__, missing)
        for name, field in part.model_fields.items():
            inner, own = (
                models_in(field.annotation),
                models_in(record.model_fields[name].annotation),
            )
            if inner and own and inner[0] is not own[0]:
                pairs.append((own[0], inner[0]))


def models_in(annotation: Any) -> list[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for inner in get_args(annotation) for found in models_in(inner)]


def test_results_hold_the_numbers_of_the_records(studies: ModuleType) -> None:
    document = results_document(studies.summary(claims=interpreted.doubtful_claims()))
    found = document["interpretation"]
    assert found["models"][1]["weights_check"] == 0.04
    assert found["models"][0]["groups"][0]["features"] == ["marker 1", "marker 2", "marker 5"]
    assert found["panels"]["sizes"][3]["score"] == pytest.approx(
        {"value": 0.949, "low": 0.919, "high": 0.969}
    )
    assert found["panels"]["sizes_inside"] == [3, 6]
    assert found["failures"]["label_suspects"] == 3
    assert found["failures"]["conformal"][0]["by_class"] == {"benign": 0.92, "malignant": 0.9}
    assert found["imitations"][1]["rules"][0] == "marker 1 ≤ 3.14159: malignant 12 %"
    assert found["enrichment"][0]["sets"][0]["q_value"] == 0.035
    assert found["asked"][0]["hints"][0]["question"] == "artefact"
    assert document["claims"]["too_good"] == "strongly"
    assert [check["state"] for check in document["claims"]["checklist"]] == ["clear", "open"]


def test_what_was_not_reached_is_null_and_what_was_skipped_says_why(studies: ModuleType) -> None:
    stopped = results_document(studies.stopped_early())
    assert (stopped["interpretation"], stopped["claims"]) == (None, None)
    locked = results_document(studies.null_locked())["interpretation"]
    assert locked["skipped"].startswith("Without signal")
    assert (locked["models"], locked["panels"], locked["failures"]) == ([], None, None)


def broken(value: Any) -> Any:
    """The same with a number that JSON cannot write in place of each fraction."""
    if isinstance(value, Record):
        return value.model_copy(
            update={name: broken(getattr(value, name)) for name in type(value).model_fields}
        )
    if isinstance(value, tuple):
        return tuple(broken(item) for item in value)
    return math.nan if isinstance(value, float) else value


def test_numbers_that_do_not_exist_are_null_and_dashes(studies: ModuleType, parse: Parse) -> None:
    summary = studies.summary(interpretation=broken(interpreted.interpretation()))
    document = results_document(summary)
    json.dumps(document, allow_nan=False)
    assert document["interpretation"]["models"][0]["features"][0]["importance"] is None
    found = parse(render_html(summary, importances=broken(interpreted.all_importances())))
    assert "nan" not in found.words.split()
    assert finding_sentences(summary)
    assert "nan" not in " ".join(finding_sentences(summary))


# --- words ------------------------------------------------------------------------------------


def test_methods_cite_what_was_done(studies: ModuleType) -> None:
    text = " ".join(methods_text(studies.summary()).paragraphs)
    for cited in (
        "permutation SHAP (Lundberg and Lee, 2017)",
        "expected gradients (Erion et al., 2021)",
        "random weights (Adebayo et al., 2018)",
        "corrected for chance (Nogueira et al., 2018)",
        "(Benjamini and Hochberg, 1995)",
        "confident learning (Northcutt et al., 2021)",
        "cross-conformal prediction (Vovk, 2015), for shares of 10 %",
        "(Wu and Smyth, 2012)",
        "was imitated by a sparse linear model and a shallow tree",
    ):
        assert cited in text


def test_methods_say_nothing_of_what_was_not_done(studies: ModuleType) -> None:
    models = interpreted.interpretation().models
    forest = models[0].model_copy(
        update={"method": "TreeSHAP (exact)", "groups": (), "features": ()}
    )
    bare = studies.summary(interpretation=InterpretationRecord(models=(forest,)))
    methods = methods_text(bare)
    text = " ".join(methods.paragraphs)
    assert "TreeSHAP (exact; Lundberg et al., 2020)" in text
    for absent in (
        "Erion",
        "Adebayo",
        "Nogueira",
        "Northcutt",
        "Vovk",
        "Wu and",
        "shuffled labels,",
    ):
        assert absent not in text
    assert any(entry.startswith("Lundberg SM, Erion G") for entry in methods.references)
    assert not any(entry.startswith("Erion") for entry in methods.references)


def test_methods_of_a_regression_cite_its_intervals(studies: ModuleType) -> None:
    record = interpreted.interpretation()
    summary = studies.regression().model_copy(update={"interpretation": record})
    text = " ".join(methods_text(summary).paragraphs)
    assert "held-out residuals (Barber et al., 2021)" in text
    assert "residuals far outside those of similar predictions" in text
    assert "Northcutt" not in text


def test_the_end_of_a_run_says_what_was_found(studies: ModuleType) -> None:
    summary = studies.summary(claims=interpreted.doubtful_claims())
    assert finding_sentences(summary) == [
        "Support vector machine uses most: marker 1, marker 2 and marker 3; 11 features stand out "
        "from noise. This is association, not cause.",
        "A panel of 4 features is within the noise of the full model (AUROC 0.949 against 0.961).",
        "The model fails more in marker 3: above 12.3456 (share of wrong answers 13 %, all others "
        "8 %) and 1 more group.",
        "The score may be too good to be true: go through the checklist in the report before "
        "anything is claimed.",
    ]
    assert finding_sentences(studies.null_locked()) == []


def test_the_end_of_a_run_says_what_was_not_found(studies: ModuleType) -> None:
    record = interpreted.interpretation()
    assert record.panels is not None
    noise = record.models[0].model_copy(
        update={
            "above_twin": 0,
            "features": tuple(
                entry.model_copy(update={"clears_twin": False})
                for entry in record.models[0].features
            ),
        }
    )
    summary = with_interpretation(
        studies,
        models=(noise,),
        panels=record.panels.model_copy(update={"smallest": None}),
        failures=interpreted.failures(groups=(), slices=()),
    )
    assert finding_sentences(summary) == [
        "No single feature that Support vector machine uses stands out from noise; name none as "
        "used by it.",
        "No short panel comes within the noise of the full model (AUROC 0.961).",
        "No group of samples was found in which the model fails more often.",
    ]
