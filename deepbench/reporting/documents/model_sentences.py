"""What the records say of models and results, one fact a function; empty where none is known."""

from __future__ import annotations

from collections.abc import Iterator

from deepbench.data.wording import counted, in_sentence
from deepbench.reporting.documents.study_facts import StudyFacts
from deepbench.reporting.effort import effort_words
from deepbench.reporting.tables import setting
from deepbench.reporting.verdict import headline_metric, models_of, test_openings
from deepbench.reporting.wording import (
    clipped,
    difference,
    duration,
    is_number,
    listing,
    metric_title,
    number,
    p_value,
    score,
    sentence,
    short_metric,
    times,
)
from deepbench.study.claimable import clear_features

_DECISION = (
    "A sample is assigned to the class whose calibrated probability rose most over its share in "
    "the training set."
)
# What a model without any signal would reach, and intervals made in a second way.
_REFERENCES = ("majority_accuracy", "mean_rmse")
_SECOND_INTERVALS = ("_delong", "_bootstrap")
_OVER_SITES = ("leave-one-site-out", "leave-one-batch-out")


def chosen_title(facts: StudyFacts) -> str:
    """The recommended model, or that there is none."""
    choice = facts.summary.choice
    if choice is None:
        return ""
    return facts.title(choice.recommended) if choice.recommended else "No model is recommended"


def tried(facts: StudyFacts) -> str:
    """All kinds of models that were tuned."""
    models = [model for model in models_of(facts.summary) if model.name != "dummy"]
    if not models:
        return ""
    titles = listing([in_sentence(clipped(model.title)) for model in models])
    return (
        f"Tuned were: {titles}. Their settings stand in report/report.html and results.json, and "
        "the inputs are all features of the table."
    )


def why_these(facts: StudyFacts) -> str:
    """Why these kinds of models: tip 1 and tip 2."""
    record = facts.summary.suitability
    models = models_of(facts.summary)
    text = ""
    if any(model.family == "baseline" for model in models):
        text = (
            "Traditional models were tuned before any network, so that a network has something to "
            "be better than (Lee et al., 2022, tips 1 to 3)."
        )
    if record is None:
        return text
    reasons = " ".join(sentence(reason.text) for reason in record.reasons)
    return f"{text} Verdict on deep learning beforehand: {record.verdict}. {reasons}".strip()


def tuning(facts: StudyFacts) -> str:
    """How settings were searched, with how much effort."""
    models = models_of(facts.summary)
    effort = effort_words(models)
    if not effort:
        return ""
    text = (
        f"{effort}. Settings were searched by Optuna, starting from fixed good ones, on tuning "
        "folds inside the training set."
    )
    return f"{text} {settings(facts)}".strip()


def settings(facts: StudyFacts) -> str:
    """Settings of the recommended model."""
    model = facts.chosen
    if model is None or not model.params:
        return ""
    said = ", ".join(f"{name} = {setting(value)}" for name, value in model.params.items())
    return f"Settings of the recommended model: {said}."


def selection(facts: StudyFacts) -> str:
    """How the recommended model was selected."""
    choice = facts.summary.choice
    if choice is None or not choice.recommended:
        return ""
    metric = facts.chosen.metric if facts.chosen is not None else ""
    by = f" ({metric_title(metric, facts.task)})" if metric else ""
    return (
        f"{chosen_title(facts)} is the simplest model within one standard error of the best "
        f"corrected tuning score{by}; no test sample had a part in the choice."
    )


def comparison(facts: StudyFacts) -> str:
    """Best network against best traditional model."""
    choice = facts.summary.choice
    record = choice.comparison if choice is not None else None
    if record is None:
        return ""
    return (
        f"{facts.title(record.network)} minus {in_sentence(facts.title(record.baseline))}, on the "
        f"same tuning folds and paired over units, in {short_metric(record.metric)}: "
        f"{difference(record)}."
    )


def baseline_effort(facts: StudyFacts) -> str:
    """Whether the models compared with were tuned as well."""
    models = models_of(facts.summary)
    if not any(model.family == "baseline" for model in models):
        return ""
    dummy = any(model.name == "dummy" for model in models)
    text = "Traditional models were offered the same number of trials on the same folds"
    text += ", and a model that knows no feature gives the score of chance." if dummy else "."
    return f"{text} {comparison(facts)}".strip()


def metrics(facts: StudyFacts) -> str:
    """Which metrics, and which of them decided."""
    models = models_of(facts.summary)
    if not models:
        return ""
    primary = metric_title(models[0].metric, facts.task)
    text = f"Models were tuned and compared by {primary}."
    names = metric_titles(facts)
    if names:
        text += f" Reported on the test set: {listing(names)}."
    return text


def metric_titles(facts: StudyFacts) -> list[str]:
    """Titles of the metrics on the test set, without second intervals and what is no score."""
    choice = facts.summary.choice
    measured = choice.test.metrics if choice is not None else {}
    return [
        metric_title(name, facts.task)
        for name in measured
        if name not in _REFERENCES and not name.endswith(_SECOND_INTERVALS)
    ]


def uncertainty(facts: StudyFacts) -> str:
    """How intervals were made."""
    if not models_of(facts.summary):
        return ""
    text = "Scores have 95 % intervals over biological units, never over rows, by the bootstrap."
    choice = facts.summary.choice
    if choice is not None and "auroc_delong" in choice.test.metrics:
        text += " That of the AUROC stands beside DeLong’s."
    split = facts.summary.split
    if split is not None and len(split.outer_folds) > 1:
        text += " They allow for the training samples that models of outer folds share."
    return text


def shuffled(facts: StudyFacts) -> str:
    """The shuffled-label check."""
    record = facts.summary.shuffles
    if record is None or not record.models:
        return ""
    replicates = max(model.replicates for model in record.models)
    return (
        f"Labels were shuffled {times(replicates)} between units and the search repeated: all "
        f"models together, {p_value(record.p_value)}. The check assumes that units may be "
        "exchanged; those that belong together were shuffled together."
    )


def performance(facts: StudyFacts) -> str:
    """The score on the test set, in a sentence."""
    choice = facts.summary.choice
    if choice is None:
        return ""
    test = choice.test
    name = headline_metric(facts.summary)
    if not test.opened:
        return "The test set was not opened, so there is no test score."
    if name is None:
        return ""
    text = (
        f"On the test set: {metric_title(name, facts.task)} {score(test.metrics[name])} for "
        f"{_title(facts, test.model)}, the recommended model"
    )
    if test.baseline and test.baseline != test.model and name in test.baseline_metrics:
        other = score(test.baseline_metrics[name])
        text += f"; {other} for {_title(facts, test.baseline)}, the best traditional model"
    expected = choice.expected
    if is_number(expected.value):
        text += f". From tuning, {score(expected)} could be expected"
    return f"{text}. The test set was opened {times(test_openings(facts.summary))}."


def _title(facts: StudyFacts, name: str) -> str:
    return in_sentence(facts.title(name))


def overfitting(facts: StudyFacts) -> str:
    """What speaks for or against overfitting."""
    model = facts.chosen
    parts = []
    if model is not None and is_number(model.corrected.value):
        parts.append(
            f"Tuning score corrected for having been chosen: {score(model.corrected)} in "
            f"{short_metric(model.metric)}."
        )
    if facts.summary.choice is not None and facts.summary.choice.test.opened:
        parts.append(performance(facts))
    parts.append(shuffled(facts))
    return " ".join(part for part in parts if part)


def underfitting(facts: StudyFacts) -> str:
    """What speaks for or against underfitting: larger networks, more samples."""
    parts = []
    networks = facts.summary.networks
    if networks is not None and networks.models:
        names = listing([model.size or model.title for model in networks.models])
        parts.append(f"Networks of growing size were tried ({names}). {comparison(facts)}")
    boards = (facts.summary.baselines, networks)
    curves = [board.learning_curve for board in boards if board is not None]
    parts += [sentence(curve.sentence) for curve in curves if curve is not None and curve.sentence]
    return " ".join(part.strip() for part in parts)


def calibration(facts: StudyFacts) -> str:
    """How good probabilities are."""
    choice = facts.summary.choice
    if choice is None or facts.task == "regression":
        return ""
    parts = []
    record = next((c for c in choice.calibration if c.model == choice.recommended), None)
    if record is not None:
        parts.append(
            "Probabilities were calibrated on out-of-fold predictions of the training set. "
            f"{sentence(record.sentence)}"
        )
    measured = choice.test.metrics
    best = {"calibration_slope": "1 is best", "calibration_intercept": "0 is best"}
    said = [
        f"{short_metric(name).lower()} {score(measured[name])}, {words}"
        for name, words in best.items()
        if name in measured
    ]
    if "brier" in measured:
        said.append(f"Brier score {score(measured['brier'])}, lower is better")
    if said:
        parts.append(f"On the test set: {'; '.join(said)}.")
    return " ".join(parts)


def decision_rule(facts: StudyFacts) -> str:
    """When a class is said."""
    choice = facts.summary.choice
    if choice is None or choice.decision is None:
        return ""
    threshold, sheet = choice.decision.threshold, facts.summary.sheet
    if threshold is not None and sheet is not None and len(sheet.classes) == 2:
        return (
            f"{_DECISION} That is “{clipped(sheet.classes[1])}” from a probability of "
            f"{number(threshold, 2)} on."
        )
    return _DECISION


def output(facts: StudyFacts) -> str:
    """What the model says."""
    sheet = facts.summary.sheet
    if sheet is None:
        return ""
    if sheet.task == "regression":
        return f"A number: “{clipped(sheet.outcome)}”."
    names = listing([f"“{clipped(name)}”" for name in sheet.classes])
    return f"A probability for each of the classes {names}, and the class said."


def important(facts: StudyFacts) -> str:
    """Which features the recommended model uses most."""
    record = facts.summary.interpretation
    if record is None:
        return ""
    if not record.models:
        return record.skipped
    model = record.models[0]
    names = [f"“{clipped(feature.feature)}”" for feature in clear_features(model)]
    if not names:
        return "No feature stood out from what features of no use get."
    return (
        f"Used most by {_title(facts, model.model)}, in this order: {', '.join(names)} "
        f"(by {in_sentence(clipped(model.method, 80))}). This is association, not cause."
    )


def failing(facts: StudyFacts) -> str:
    """Where the model fails, in the sentences of stage 11."""
    record = facts.summary.interpretation
    found = record.failures if record is not None else None
    return "" if found is None else " ".join(sentence(text) for text in found.sentences)


def elsewhere(facts: StudyFacts) -> str:
    """What was tested outside of where the model was trained."""
    record = facts.summary.split
    if record is None:
        return ""
    if record.design in _OVER_SITES:
        what = "site" if record.design == _OVER_SITES[0] else "batch"
        return f"Each {what} was tested by models that were fitted on the others alone."
    if record.design == "time":
        return "The latest samples were tested by models that were fitted on earlier ones."
    return "All test samples come from the same table; nothing was tested elsewhere."


def infrastructure(facts: StudyFacts) -> str:
    """Machine, versions and computing time."""
    start = facts.summary.start
    if start is None:
        return ""
    machine = start.machine
    versions = ", ".join(f"{name} {value}" for name, value in machine.versions.items())
    text = (
        f"{machine.system}; {counted(machine.processor_cores, 'processor core')}, "
        f"{machine.memory_gb:.0f} GB of memory; {sentence(machine.device_sentence)} "
        f"DeepBench {facts.summary.version}; {versions}."
    )
    return f"{text} {computing_time(facts)}".strip()


def computing_time(facts: StudyFacts) -> str:
    """What tuning took."""
    models = models_of(facts.summary)
    seconds = sum(model.seconds for model in models)
    return f"Computing time of tuning: {duration(seconds)}." if models else ""


def metric_lines(
    facts: StudyFacts,
) -> Iterator[tuple[str, str, float, float | None, float | None]]:
    """Yield (name, title, value, low, high) of the metrics on the test set."""
    choice = facts.summary.choice
    measured = choice.test.metrics if choice is not None else {}
    for name, found in measured.items():
        second = name in _REFERENCES or name.endswith(_SECOND_INTERVALS)
        if is_number(found.value) and not second:
            yield name, metric_title(name, facts.task), found.value, found.low, found.high
