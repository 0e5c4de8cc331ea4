"""Whole audits: what is caught, what passes, and what cannot be shown."""

from __future__ import annotations

import numpy as np
import pytest

from deepbench.privacy.audit.shadow_models import UnitAnswers, in_halves

from .samples import MEMORISING, RIDGE, SEED, audited, samples, shadows


def attack(record, name):
    return next(each for each in record.attacks if each.name == name)


@pytest.fixture
def grown_by_heart(monkeypatch):
    """Trees that see every row."""
    monkeypatch.setattr("deepbench.models.baselines.random_forest._SHARE", 1.0)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_an_overfitted_forest_is_caught(task, grown_by_heart):
    training = samples(120, 10, task, signal=0.0)
    record = audited(training, shadows(training, "random_forest", MEMORISING, 8))
    assert record.passes is False
    assert attack(record, record.worst).auc.low > 0.95
    assert attack(record, record.worst).true_positives.low > 0.5
    assert record.memorised > 60
    assert (
        "could tell better than chance whether the patient was in this study"
        in (record.sentences[0])
    )
    assert "above the limits" in record.sentences[1]


def test_a_wide_table_is_learnt_by_heart_by_a_strong_penalty_too():
    training = samples(80, 800)
    record = audited(training, shadows(training, "linear", RIDGE, 8))
    assert record.passes is False
    assert attack(record, record.worst).auc.value > 0.9


def test_a_well_regularised_model_passes():
    training = samples(500, 5, signal=2.0)
    record = audited(training, shadows(training, "linear", RIDGE))
    assert record.passes is True
    assert max(each.auc.high for each in record.attacks) <= 0.60
    assert attack(record, "confidence").auc.value == pytest.approx(0.5, abs=0.03)
    assert "within the limits" in record.sentences[1]


def test_shuffled_membership_is_a_half(grown_by_heart):
    training = samples(120, 10, signal=0.0)
    answers = shadows(training, "random_forest", MEMORISING, 16)
    tossed = in_halves(training, range(16), SEED + 1)
    record = audited(training, answers, inside=tossed)
    for each in record.attacks:
        assert each.auc.low <= 0.5 <= each.auc.high, each.name
        assert each.auc.high < 0.60, each.name
        assert each.true_positives.low <= 0.01 <= each.true_positives.high, each.name
    assert record.passes is not False
    assert record.memorised <= 1
    assert record.sentences[0].startswith("No attack could tell")


def test_patients_are_attacked_and_not_their_samples(grown_by_heart):
    training = samples(240, 6, signal=0.0, per_unit=4)
    record = audited(training, shadows(training, "random_forest", MEMORISING, 12))
    assert record.members == record.others == 60
    assert record.passes is False
    # 60 patients, 12 models: 360 scores of others, whatever the number of samples.
    assert record.attacks[0].false_positives == 0.01


def test_few_patients_show_nothing_unless_it_is_clear(grown_by_heart):
    few = samples(40, 4, signal=0.0)
    # All alike: an attack can do nothing, but 40 patients cannot show that.
    same = np.zeros((16, 40))
    unknown = audited(few, UnitAnswers(same, same - 1))
    assert unknown.passes is None
    assert "cannot show whether" in unknown.sentences[1]
    assert "thorough" in unknown.sentences[1]
    clear = audited(few, shadows(few, "random_forest", MEMORISING, 16))
    assert clear.passes is False


def test_the_final_model_can_fail_by_itself_but_not_clear_itself():
    training = samples(500, 5, signal=2.0)
    answers = shadows(training, "linear", RIDGE)
    draw = np.random.default_rng(0)
    members, others = draw.normal(3, 1, 500), draw.normal(0, 1, 80)
    caught = audited(training, answers, final=(members, others))
    assert caught.passes is False
    assert caught.worst == "final"
    alike = audited(training, answers, final=(others, draw.normal(0, 1, 80)))
    assert alike.passes is True
    assert alike.worst != "final"
    assert "Five attacks" in " ".join(alike.sentences)


def test_every_number_is_finite_and_the_record_survives_json():
    training = samples(60, 4)
    record = audited(training, shadows(training, "linear", RIDGE, 8))
    assert type(record).model_validate_json(record.model_dump_json()) == record


def test_an_audit_repeats_itself():
    training = samples(60, 4)
    first, second = (audited(training, shadows(training, "linear", RIDGE, 8)) for _ in range(2))
    assert first == second
