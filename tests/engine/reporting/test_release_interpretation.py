"""Attacks on stages 11 and 12 as they leave: planted names and rare values must not be found."""

from __future__ import annotations

import json
import re
from types import ModuleType
from typing import Any

import pytest

from deepbench.privacy.identifying_text import searchable
from deepbench.reporting.html_report import render_html
from deepbench.reporting.methods_text import methods_text
from deepbench.reporting.release import releasable
from deepbench.reporting.release_names import NameRemover
from deepbench.reporting.results_release import released_results
from deepbench.reporting.small_cells import SmallCells
from deepbench.study.records import (
    AskedFeatureRecord,
    ClaimsRecord,
    FeatureHintRecord,
    InterpretationRecord,
    StudySummary,
)
from tests.engine.reporting import interpreted

TEN = SmallCells(10)
PERSON = "Krause-Wildung"
UNIT = "PT-90817"
NAMES = searchable({PERSON, UNIT, "Anna Bella"})
RARE = "Ravenholm"
EXACT = ("61.87654", "12.3456", "3.14159", "0.21234", "0.18765", "97.123")


def without_pixels(html: str) -> str:
    """The page without the bytes of its pictures, in which any few letters stand somewhere."""
    return re.sub(r'"data:image[^"]*"', '""', html)


def section(html: str, name: str) -> str:
    return without_pixels(html).split(f'<section id="{name}"')[1].split("</section>")[0]


@pytest.fixture(scope="module")
def planted(studies: ModuleType) -> StudySummary:
    """A study in which names of units and a rare hospital stand wherever they could."""
    found = interpreted.interpretation()
    failures, imitations = found.failures, found.imitations
    assert failures is not None
    models = tuple(
        model.model_copy(
            update={
                "features": (
                    model.features[0].model_copy(update={"feature": f"level of {UNIT}"}),
                    *model.features[1:],
                ),
                "groups": (model.groups[0].model_copy(update={"features": (PERSON, "marker 2")}),),
                "sentences": (f"Sample {UNIT.lower()} is explained best.",),
            }
        )
        for model in found.models
    )
    tree = imitations[1].model_copy(
        update={"rules": (*imitations[1].rules, f"donor = {PERSON}: high risk")}
    )
    turned = (
        imitations[0]
        .directions[0]
        .model_copy(
            update={"sentence": "When only age goes from 18.001 to 97.123, the risk rises."}
        )
    )
    interpretation: InterpretationRecord = found.model_copy(
        update={
            "models": models,
            "failures": failures.model_copy(
                update={
                    "groups": (
                        *failures.groups,
                        interpreted.error_group("annotation", "donor", UNIT, 12, 0.4),
                        interpreted.error_group("annotation", "donor", "others", 318, 0.1),
                    )
                }
            ),
            "imitations": (
                imitations[0].model_copy(update={"directions": (turned,)}),
                tree,
            ),
            "enrichment": (
                found.enrichment[0].model_copy(update={"file": f"/home/{PERSON}/sets.gmt"}),
            ),
            "asked": (
                AskedFeatureRecord(
                    feature="marker 1",
                    used_by=("chosen model",),
                    hints=(
                        FeatureHintRecord(question="artefact", text="Only anna  Bella has it."),
                    ),
                ),
            ),
        }
    )
    claims: ClaimsRecord = interpreted.doubtful_claims().model_copy(
        update={
            "own": (f"{PERSON} proves that marker 1 drives the disease.",),
            "not_shown": (
                "Cause: changing a feature need not change the outcome.",
                "Groups that are not, or hardly, in the data: hospital = Ravenholm (fewer than "
                "10 units); age below 34 or above 60 (fewer than 10 units on each side).",
                "Samples with hospital = Ravenholm, where the model errs more often.",
                "Samples with hospital = South, where the error is 0.11, against 0.08 in others.",
            ),
        }
    )
    summary: StudySummary = studies.summary(interpretation=interpretation, claims=claims)
    return summary


@pytest.fixture(scope="module")
def released(planted: StudySummary) -> list[str]:
    """Everything that leaves at the level sensitive, as text."""
    cells = TEN
    html = without_pixels(render_html(planted, small_cells=10, per_sample=False, names=NAMES))
    results = json.dumps(released_results(planted, cells, NAMES), ensure_ascii=False)
    shown = releasable(planted, cells, per_sample=False, names=NAMES)
    return [html, results, "\n".join(methods_text(shown, cells).paragraphs)]


@pytest.mark.parametrize("secret", [PERSON, UNIT, "Anna", RARE, *EXACT])
def test_planted_names_and_values_leave_nowhere(
    planted: StudySummary, released: list[str], secret: str
) -> None:
    whole = f"{planted.model_dump_json()} {without_pixels(render_html(planted))}"
    assert re.search(re.escape(secret), whole, re.IGNORECASE)  # it was there
    for text in released:
        # The plan that the report prints has its own check; names of hospitals stay in it.
        assert not re.search(re.escape(secret), text, re.IGNORECASE)


def test_what_is_not_secret_stays(released: list[str]) -> None:
    html, results, _ = released
    for text in (html, results):
        for kept in ("marker 3", "North", "above 12.3", "marker 7 &gt; 61.9", "below 34"):
            assert kept in text or kept.replace("&gt;", ">") in text
        assert "level of (sample)" in text
        assert "rare values of hospital" in text
        assert "goes from a low to a high value" in text


def test_a_group_that_went_with_a_small_one_is_in_no_sentence(released: list[str]) -> None:
    for name in ("fails", "claims"):
        assert "South" not in section(released[0], name)
    assert "South" not in json.dumps(json.loads(released[1])["interpretation"])
    assert "South" not in json.dumps(json.loads(released[1])["claims"])


def test_counts_of_few_samples_are_hidden(planted: StudySummary, released: list[str]) -> None:
    document = json.loads(released[1])
    failures = document["interpretation"]["failures"]
    assert failures["wrong"] == 30
    assert (failures["label_suspects"], failures["out_of_distribution"]) == (None, None)
    assert failures["near_duplicates"] == 0
    assert failures["conformal"][0]["by_class"] == {"benign": 0.92, "malignant": 0.9}
    assert failures["conformal"][0]["least_probability"] == {"benign": 0.21, "malignant": 0.19}
    assert [point["answered"] for point in failures["abstain"]] == [1.0, 0.9, 0.75, 0.25]
    assert all(group["units"] >= 10 for group in (*failures["groups"], *failures["slices"]))


def test_shares_by_class_go_when_a_class_is_small(studies: ModuleType) -> None:
    sheet = studies.sheet().model_copy(update={"class_units": {"benign": 403, "malignant": 9}})
    shown = releasable(studies.summary(sheet=sheet), TEN, per_sample=False)
    assert shown.interpretation is not None
    assert shown.interpretation.failures is not None
    assert shown.interpretation.failures.conformal[0].by_class == ()
    assert shown.interpretation.failures.conformal[0].least_probability == ()


def test_a_small_test_set_does_not_follow_from_the_training_samples(studies: ModuleType) -> None:
    sheet = studies.sheet().model_copy(update={"samples": 334, "units": 334})
    split = studies.holdout().model_copy(update={"train_units": 330, "test_units": 4})
    summary = studies.summary(sheet=sheet, split=split)
    document = released_results(summary, TEN)["interpretation"]
    parts = (document["failures"], document["panels"], *document["models"])
    assert all(part["samples"] is None for part in parts)
    assert document["failures"]["units"] is document["panels"]["units"] is None
    html = render_html(summary, small_cells=10, per_sample=False)
    for name in ("uses", "panels", "fails"):
        assert not re.search(
            r"\b(330|334|4) (held-out )?(samples|biological)", section(html, name)
        )
        assert "330 in 5 folds" not in section(html, name)


def test_the_register_names_no_value_that_few_have(studies: ModuleType) -> None:
    ethics = studies.ethics()
    said = (
        "Fewer than 10 training units have hospital = Ravenholm or B. Hill. Of them the model has "
        "learned nothing, however good its score."
    )
    entry = ethics.entries[0].model_copy(update={"text": said})
    summary = studies.summary(ethics=ethics.model_copy(update={"entries": (entry,)}))
    shown = releasable(summary, TEN, per_sample=False)
    assert shown.ethics is not None
    assert shown.ethics.entries[0].text == (
        "Fewer than 10 training units have hospital = (a rare value). Of them the model has "
        "learned nothing, however good its score."
    )


def test_a_public_study_shows_all(planted: StudySummary) -> None:
    shown = releasable(planted, SmallCells(), per_sample=True)
    assert shown.interpretation == planted.interpretation
    assert shown.claims == planted.claims


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("S1 and S1 a", "(sample) and (sample)"),
        ("s1_plate", "(sample)_plate"),
        ("S10 stays", "S10 stays"),
        ("the\nS1  A here", "the\n(sample) here"),
        ("CD4", "CD4"),
        ("/home/anna/x", "(not shown)"),
    ],
)
def test_names_are_taken_out_whole(text: str, told: str) -> None:
    assert NameRemover(searchable({"S1", "S1 a", "7"})).text(text) == told


def test_models_and_metrics_keep_their_names() -> None:
    remover = NameRemover(searchable({"svm", "auroc", "marker 1"}))
    changed: Any = remover.record(interpreted.interpretation())
    assert changed.models[0].model == "svm"
    assert changed.panels.metric == "auroc"
    assert changed.models[0].features[0].feature == "(sample)"
    everything = remover.record(interpreted.all_importances())
    assert everything.models[0].features[:2] == ("(sample)", "marker 2")
