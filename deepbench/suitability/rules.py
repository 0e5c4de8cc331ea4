"""The rules of tip 1, one function each, with the source of each.

A rule gives points: positive ones speak for deep learning, negative ones against it, 0 is
neutral. A rule that cannot say anything (no answer, no data yet) returns None.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from deepbench.plan import Suitability
from deepbench.study.records import MachineRecord
from deepbench.suitability.facts import DataFacts

LEE = "Lee et al. 2022, doi:10.1371/journal.pcbi.1009803"
LEE_TIP_1 = f"Tip 1 ({LEE})"
GRINSZTAJN = "Grinsztajn et al. 2022, arXiv:2207.08815"
SMITH = "Smith et al. 2020, doi:10.1186/s12859-020-3427-8"
CHRISTODOULOU = "Christodoulou et al. 2019, doi:10.1016/j.jclinepi.2019.02.004"
CHING = "Ching et al. 2018, doi:10.1098/rsif.2017.0387"
VAN_DER_PLOEG = "van der Ploeg et al. 2014, doi:10.1186/1471-2288-14-137"
RAUDYS = "Raudys and Jain 1991, doi:10.1109/34.75512"
NORTHCUTT = "Northcutt et al. 2021, arXiv:2103.14749"
WRAY = "Wray et al. 2010, doi:10.1371/journal.pgen.1000864"
RUDIN = "Rudin 2019, doi:10.1038/s42256-019-0048-x"
ZECH = "Zech et al. 2018, doi:10.1371/journal.pmed.1002683"


@dataclass(frozen=True)
class RuleResult:
    """What one rule says.

    Attributes:
        rule: Name of the rule.
        points: Above 0 for deep learning, below 0 against it.
        text: The reason, as sentences.
        source: Publication the rule rests on.
    """

    rule: str
    points: int
    text: str
    source: str


@dataclass(frozen=True)
class Situation:
    """All that a rule may look at."""

    answers: Suitability
    facts: DataFacts | None
    machine: MachineRecord | None


Rule = Callable[[Situation], RuleResult | None]


def units_per_class(situation: Situation) -> RuleResult | None:
    """Flexible models need many independent units, in the rarest class too."""
    facts = situation.facts
    if facts is None:
        return None
    if facts.task == "regression":
        # Half of the units stand in for a class: what two balanced classes would hold.
        count, what = facts.units // 2, f"{facts.units:,} units"
    else:
        count = facts.smallest_class_units
        what = f"{count:,} units in the rarest class"
    if count < 50:
        points, advice = -3, "far fewer than a network needs to beat simpler models"
    elif count < 200:
        points, advice = -2, "few for a network: simpler models usually do as well or better"
    elif count < 1_000:
        points, advice = -1, "enough for traditional models, on the small side for a network"
    elif count < 5_000:
        points, advice = 0, "enough to try a small network beside the traditional models"
    else:
        points, advice = 2, "enough for a network to learn from"
    return RuleResult(
        "units per class", points, f"There are {what}: {advice}.", f"{LEE_TIP_1}; {VAN_DER_PLOEG}"
    )


def features_per_unit(situation: Situation) -> RuleResult | None:
    """More features than units invite every flexible model to memorise."""
    facts = situation.facts
    if facts is None:
        return None
    ratio = facts.features / max(facts.units, 1)
    shape = f"{facts.features:,} features for {facts.units:,} units"
    if ratio > 100:
        points, advice = (
            -2,
            "strongly regularised linear models or a few features suit that",
        )
    elif ratio > 10:
        points, advice = -1, "a network can memorise such a table"
    elif ratio > 0.1:
        points, advice = 0, "this speaks neither for nor against deep learning"
    else:
        points, advice = 1, "there are many units for each feature"
    return RuleResult("features per unit", points, f"{shape}: {advice}.", f"{LEE_TIP_1}; {RAUDYS}")


def kind_of_data(situation: Situation) -> RuleResult | None:
    """Networks gain where neighbouring values belong together; tables have no neighbours."""
    kind = situation.answers.data_kind
    guessed = kind is None
    if kind is None and situation.facts is not None:
        kind = situation.facts.data_kind
    if kind is None:
        return None
    points, text, source = _KINDS[kind]
    prefix = "Going by the shape of the table: " if guessed else ""
    return RuleResult("kind of data", points, prefix + text, source)


_KINDS: dict[str, tuple[int, str, str]] = {
    "table": (
        -1,
        "On tables of measurements, ensembles of trees often do better than networks.",
        GRINSZTAJN,
    ),
    "omics": (
        -1,
        "For phenotypes from expression data, regularised linear models did as well as deep "
        "learning or better.",
        SMITH,
    ),
    "clinical": (
        -1,
        "On clinical variables, a review of 71 studies found no gain of more flexible models "
        "over logistic regression.",
        CHRISTODOULOU,
    ),
    "sequences": (
        2,
        "Sequences have neighbours whose order matters, which networks can use if they see the "
        "sequence itself. A table of summaries of it behaves like any table.",
        f"{LEE_TIP_1}; {CHING}",
    ),
    "images": (
        2,
        "Images have neighbours whose arrangement matters, which networks can use if they see "
        "the image itself. A table of summaries of it behaves like any table.",
        f"{LEE_TIP_1}; {CHING}",
    ),
    "signals": (
        2,
        "Signals have an order in time, which networks can use if they see the signal itself. "
        "A table of summaries of it behaves like any table.",
        f"{LEE_TIP_1}; {CHING}",
    ),
}


def label_reliability(situation: Situation) -> RuleResult | None:
    """With errors in the outcome, larger models learn the errors."""
    answer = situation.answers.label_reliability
    texts = {
        "measured": (0, "The outcome was measured, so its errors should not limit the model."),
        "expert": (
            0,
            "The outcome was judged by experts: their agreement is the ceiling for any model.",
        ),
        "self-reported": (
            -1,
            "The outcome was self-reported. With errors in the outcome smaller models can do "
            "better than larger ones.",
        ),
        "noisy": (
            -1,
            "The outcome contains errors. With errors in the outcome smaller models can do "
            "better than larger ones.",
        ),
        "unknown": (
            0,
            "How the outcome was determined is not known; find out before believing a score.",
        ),
    }
    if answer is None:
        return None
    points, text = texts[answer]
    return RuleResult("label reliability", points, text, f"Tip 4 ({LEE}); {NORTHCUTT}")


def expected_ceiling(situation: Situation) -> RuleResult | None:
    """A low ceiling leaves little room between a simple model and the best possible one."""
    ceiling = situation.answers.expected_ceiling
    if ceiling is None:
        return None
    regression = situation.facts is not None and situation.facts.task == "regression"
    # R² starts at 0 for a model that knows nothing, AUROC at 0.5: half of each range.
    low = 0.5 if regression else 0.75
    if ceiling < low:
        points, advice = -1, "which leaves little room between a simple model and a network"
    else:
        points, advice = 0, "which leaves room for a better model"
    return RuleResult(
        "expected ceiling",
        points,
        f"The best possible score is about {ceiling:g}, {advice}.",
        f"Tip 9 ({LEE}); {WRAY}",
    )


def similar_work(situation: Situation) -> RuleResult | None:
    """What worked on similar data is the best evidence there is beforehand."""
    answer = situation.answers.similar_work
    if answer is None:
        return None
    points, text = {
        "deep learning": (2, "Deep learning worked for others on similar data."),
        "traditional models": (-1, "Traditional models worked for others on similar data."),
        "both": (0, "Others found networks and traditional models about equal on similar data."),
        "none known": (0, "No similar work is known, so nobody has shown that a network helps."),
    }[answer]
    return RuleResult("similar work", points, text, LEE_TIP_1)


def goal(situation: Situation) -> RuleResult | None:
    """Where understanding matters, a model that can be read beats one to be explained."""
    answer = situation.answers.goal
    if answer is None:
        return None
    if answer == "understanding":
        points, text = -1, "Understanding matters more: a simple model can be read directly."
    elif answer == "both":
        points, text = 0, "Prediction and understanding both matter: keep a simple model beside."
    else:
        points, text = 0, "Prediction matters more, so the better score decides."
    return RuleResult("goal", points, text, f"Tip 8 ({LEE}); {RUDIN}")


def more_samples(situation: Situation) -> RuleResult | None:
    """More samples change the answer more often than a larger model does."""
    answer = situation.answers.more_samples
    if answer is None:
        return None
    text = {
        "yes": "More samples can be had; they often help more than a larger model, and the "
        "verdict can be asked again with them.",
        "no": "No more samples can be had, so the numbers above will stay as they are.",
        "unlabelled only": "Samples without an outcome can be had; they help a network only if "
        "it is trained on them first, which this program does not do.",
    }[answer]
    return RuleResult("more samples", 0, text, LEE_TIP_1)


def sites(situation: Situation) -> RuleResult | None:
    """A flexible model can recognise the site instead of the outcome."""
    if situation.facts is None or not situation.facts.has_sites:
        return None
    return RuleResult(
        "sites",
        0,
        "The samples come from named sites. Flexible models can learn to recognise the site, so "
        "test on a site that was left out of training.",
        f"Tip 7 ({LEE}); {ZECH}",
    )


def machine(situation: Situation) -> RuleResult | None:
    """The machine limits the size of a network, seldom whether one can be tried."""
    if situation.machine is None:
        return None
    if situation.machine.device == "cpu":
        text = "No graphics card is used. Networks of the sizes tried here train without one."
    else:
        text = "A graphics card can be used, so the machine does not limit the networks here."
    return RuleResult("machine", 0, text, LEE_TIP_1)


RULES: tuple[Rule, ...] = (
    units_per_class,
    features_per_unit,
    kind_of_data,
    label_reliability,
    expected_ceiling,
    similar_work,
    goal,
    more_samples,
    sites,
    machine,
)
