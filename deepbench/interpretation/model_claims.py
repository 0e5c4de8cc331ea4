"""Sentences about the whole model: how well it predicts, against the other kind, and in short.

Each stands alone when it is copied: with the samples, the design, the score and its interval.
"""

from __future__ import annotations

from collections.abc import Iterator

from deepbench.data.wording import counted, in_sentence, noun
from deepbench.interpretation.claim_hints import chance_level
from deepbench.interpretation.claim_material import (
    ClaimMaterial,
    listed,
    model_title,
    number,
    p_words,
    with_article,
    with_interval,
)
from deepbench.study.claimable import panel_names
from deepbench.study.records import ClaimRecord, ErrorGroupRecord, PanelsRecord, Score

_UNITS_TO_NAME_NUMBERS = 10
_MOST_PLACES = 5


def model_claim(material: ClaimMaterial) -> ClaimRecord | None:
    """Return the sentence on performance; None while the test set is closed."""
    score = material.test_score
    if score is None:
        return None
    sentence = (
        f"In {material.samples}, {material.goal} could be predicted from "
        f"{counted(material.check.features, 'feature')}: {with_article(material.model)} reached "
        f"{material.metric} {with_interval(score)} {_design(material)}; shuffled-label check "
        f"{p_words(material.shuffles.p_value)}."
    )
    return ClaimRecord(
        kind="model",
        feature="",
        sentence=sentence,
        reservations=(
            *_about_the_test(material, score),
            *(f"Not shown for {place}" for place in where_it_fails(material)),
        ),
    )


def _design(material: ClaimMaterial) -> str:
    """Say on which samples the score was measured."""
    split, opened = material.split, material.choice.test.opened
    units = counted(split.test_units, "unit")
    folds = len(split.outer_folds)
    looked = "looked at once" if opened <= 1 else f"looked at {opened} times"
    if split.design == "time":
        return f"on the {units} collected last, set aside before training and {looked}"
    if split.design == "holdout" or (split.design == "own" and folds == 1):
        return f"on {units} set aside before training and {looked}"
    if split.design == "leave-one-site-out":
        return (
            f"at sites that the model had not seen ({counted(folds, 'site')}, each held out once)"
        )
    if split.design == "leave-one-batch-out":
        return (
            "in batches that the model had not seen "
            f"({counted(folds, 'batch', 'batches')}, each held out once)"
        )
    return (
        f"on units that the model had not seen (each held out once, in {folds} outer folds, with "
        "all tuning inside)"
    )


def _about_the_test(material: ClaimMaterial, score: Score) -> Iterator[str]:
    chance = chance_level(material.sheet)
    if score.low is not None and score.low <= chance:
        yield (
            f"The interval reaches down to chance ({chance:g}): the test samples alone do not "
            "show that anything can be predicted."
        )
    useful = material.plan.question.useful_score
    if useful is not None and score.low is not None and score.low < useful:
        below = score.value is not None and score.value < useful
        yield (
            f"The smallest score of use, stated beforehand, is {useful:g}; "
            + ("the score is below it." if below else "the interval reaches below it.")
        )
    batch = material.shuffles.batch_only
    if batch is not None and batch.low is not None and batch.low > chance:
        yield (
            f"A model that sees nothing but batch and site reaches {material.metric} "
            f"{with_interval(batch)}: part of the score may be processing."
        )
    if material.choice.test.opened > 1:
        yield "The test set was looked at more than once, which makes its score too good."
    late = [
        name
        for name, answer in material.plan.claims.features.items()
        if answer.known_before_outcome == "no"
    ]
    if late:
        yield (
            f"{listed(late)} {noun(len(late), 'was', 'were')} known only after the outcome and "
            "offered to all models; none that was looked at uses "
            f"{noun(len(late), 'it', 'them')} much."
        )


def where_it_fails(material: ClaimMaterial) -> Iterator[str]:
    """Return the groups in which errors are more frequent, with numbers, as parts of sentences."""
    failures = material.found.failures
    if failures is None:
        return
    worse = _said_once(material)
    for group in worse[:_MOST_PLACES]:
        if group.units < _UNITS_TO_NAME_NUMBERS:
            yield f"{_place(group)}, where the model errs more often than elsewhere."
            continue
        rest = "" if group.rest is None else f", against {number(group.rest)} in all others"
        yield (
            f"{_place(group)}, where the {in_sentence(failures.error_name)} is "
            f"{with_interval(group.rate)}{rest} (held-out training samples)."
        )
    if len(worse) > _MOST_PLACES:
        more = len(worse) - _MOST_PLACES
        yield f"{counted(more, 'further group')} in which it errs more often."


def _said_once(material: ClaimMaterial) -> list[ErrorGroupRecord]:
    """Return the marked groups, those of the sample sheet first.

    Ranges of features that go together are the same samples: one of them is enough.
    """
    failures, chosen = material.found.failures, material.chosen
    assert failures is not None
    ranges = [group for group in failures.groups if group.kind == "feature"]
    others = [group for group in failures.groups if group.kind != "feature"]
    together = [set(group.features) for group in chosen.groups] if chosen is not None else []
    kept: list[ErrorGroupRecord] = []
    said: set[str] = set()
    for group in filter(_is_worse, (*others, *failures.slices, *ranges)):
        names = next((names for names in together if group.column in names), {group.column})
        if group.kind != "feature" or not names & said:
            kept.append(group)
        if group.kind == "feature":
            said |= names
    return kept


def _place(group: ErrorGroupRecord) -> str:
    if group.kind == "slice" or not group.column:
        return f"samples with {group.group}"
    is_range = group.group.startswith(("above ", "up to ", "not given"))
    return f"samples with {group.column} {'' if is_range else '= '}{group.group}"


def _is_worse(group: ErrorGroupRecord) -> bool:
    rate = group.rate.value
    return group.marked and rate is not None and (group.rest is None or rate > group.rest)


# --- the network against the traditional model -------------------------------------------------


def comparison_claim(material: ClaimMaterial) -> ClaimRecord | None:
    """Return what may be said of networks against traditional models; None without both."""
    compared = material.choice.comparison
    if compared is None or compared.difference is None:
        return None
    network, baseline = model_title(compared.network), model_title(compared.baseline)
    verdict = {
        "better": "predicted {outcome} better than",
        "worse": "predicted {outcome} worse than",
    }.get(material.choice.deep_learning, "did not predict {outcome} better than")
    difference = Score(value=compared.difference, low=compared.low, high=compared.high)
    sentence = (
        f"In {material.samples}, networks {verdict.format(outcome=material.sheet.outcome)} "
        "traditional models that were tuned with the same effort: difference in "
        f"{material.metric} {with_interval(difference)} on the tuning folds ({network} against "
        f"{baseline}, paired over units)."
    )
    return ClaimRecord(
        kind="comparison",
        feature="",
        sentence=sentence,
        reservations=tuple(_about_the_comparison(material)),
    )


def _about_the_comparison(material: ClaimMaterial) -> Iterator[str]:
    on_test = material.choice.test.difference
    verdict = material.choice.deep_learning
    if on_test is not None and on_test.value is not None:
        confirmed = on_test.low is not None and on_test.high is not None and (
            on_test.low > 0 if verdict == "better" else on_test.high < 0
        )  # fmt: skip
        said = f"On the test samples the difference is {with_interval(on_test)}"
        if verdict != "no better" and not confirmed:
            yield f"{said}, which does not confirm it."
        else:
            yield f"{said}."
    if verdict != "better":
        yield "This does not show that no network could: more samples may give another answer."
    else:
        yield "Shown for the sizes of networks and the settings that were tried."


# --- the short panel --------------------------------------------------------------------------


def panel_claim(material: ClaimMaterial) -> ClaimRecord | None:
    """Return the sentence on the smallest panel as good as the full model; None without one."""
    panels = material.found.panels
    if panels is None or panels.smallest is None:
        return None
    score = next((size.score for size in panels.sizes if size.features == panels.smallest), None)
    names = panel_names(panels)
    if score is None or score.value is None or panels.full.value is None or not names:
        return None
    sentence = (
        f"In {material.samples}, a panel of {counted(panels.smallest, 'feature')} "
        f"({listed(names, 8)}) with {with_article(panels.simple_model)} reached {material.metric} "
        f"{with_interval(score)} for {material.sheet.outcome}, against "
        f"{with_interval(panels.full)} of {with_article(material.model)} with all features; both "
        "on held-out training samples, the panel chosen anew inside every fold."
    )
    return ClaimRecord(
        kind="panel",
        feature="",
        sentence=sentence,
        reservations=tuple(_about_the_panel(panels)),
        features=names,
    )


def _about_the_panel(panels: PanelsRecord) -> Iterator[str]:
    frequencies = {item.feature: item.frequency for item in panels.features}
    seldom = [name for name in panel_names(panels) if frequencies.get(name, 0.0) < 0.5]
    if seldom:
        yield (
            f"{listed(seldom)} {noun(len(seldom), 'was', 'were')} selected in fewer than half of "
            f"the {panels.fits} fits: other features would do as well."
        )
    if panels.wide:
        yield "The interval is too wide to tell a good panel from a much worse one."
    if panels.size_inside is not None and panels.size_inside.value is not None:
        yield (
            "With the size of the panel chosen inside the folds as well, the score is "
            f"{with_interval(panels.size_inside)}."
        )
    yield "The panel was not tried on the test samples; before use it needs samples of its own."
