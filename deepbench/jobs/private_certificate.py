"""What is said of private training: the certificate of a model, and the sentences around it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from deepbench.data.transforms import AppliedTransform, title_of
from deepbench.data.wording import counted
from deepbench.models.networks.private import PrivateChoices
from deepbench.privacy.audit.unit_words import UnitWords
from deepbench.reporting.wording import listing, number
from deepbench.study.records import CertificateRecord, PrivatePoint
from deepbench.training.private.recipe import Recipe, units_needed

BUDGETS = (1.0, 3.0, 8.0)
# A wide table needs a panel; examples are given for one of so many features.
PANEL = 30
WIDE = 50

NO_SIGNAL = "Without evidence of a signal there is nothing that private training could learn."
NO_NETWORK = "Private training needs a network to compare with, and the plan names none."
NO_NUMBERS = (
    "Private training needs features that are numbers, and the training set has none: which texts "
    "occur would have to be read from the samples."
)
NEEDED = (
    "With {features}, a useful private model needs about {needed}; the training set has {units}."
)
WIDE_TABLE = (
    "Each feature costs privacy: choose a panel of at most {panel} features before looking at the "
    "data, and give the other columns the role “ignore”. Then about {needed} will do."
)
HOPELESS = (
    "{units} are too few for a useful private model at ε = {epsilon}: the noise would drown what "
    "they say."
)
HOPELESS_ALL = (
    "{units} are too few for any useful ε. No private model was trained; a report and aggregate "
    "tables can still leave."
)
SCORE = (
    "At ε = {epsilon} private training scores {score}, against {without} of the best network "
    "without noise."
)
NOT_USEFUL = (
    "At ε = {epsilon} the score is not above chance with its whole interval, so no private model "
    "was kept: it would spend the privacy of the samples for nothing."
)
FROM = "From ε = {epsilon} on the score lies above chance."
GUARANTEE = (
    "The stored model is differentially private by {unit} (ε = {epsilon}, δ = {delta}). To have "
    "it makes the odds of any guess whether one {unit} is among its training samples at most "
    "{factor} times as large, whatever else is known; δ is the chance that this fails."
)
NETWORK_SIZE = (
    "It is a network {size}: the size that tuning chose was chosen on the same samples, which "
    "would spend budget."
)
NOT_REPEATED = (
    "The noise of the stored model came from the operating system and was kept nowhere, because "
    "whoever knows it can take it away. So this model cannot be made again number by number; the "
    "scores can."
)
EARLIER = (
    "This study has fitted {count} before, with ε = {epsilons}. If several are given away, their "
    "ε add up."
)
TEXTS_LEFT_OUT = (
    "{columns} left out of private training: which texts occur would have to be read from the "
    "samples."
)
TRANSFORM_LEFT_OUT = (
    "Private training takes the measurements as they are: {title} was found by looking at the "
    'samples. If it is the usual one for such measurements, write transform = "{name}" under '
    "[preparation]."
)
RANGES_UNUSED = (
    "{count} in the plan could not be used: it is not of a feature of the training set, or the "
    "feature is transformed."
)
FILTERS_LEFT_OUT = "Features are not filtered in private training: filters look at the samples."

ADJACENCY = "adding or removing one {unit} with all of its samples"
ADJACENCY_OF_SAMPLES = "adding or removing one sample"
NOISE_SOURCE = "the operating system's secure generator; kept nowhere"
NOT_COVERED = (
    "Scores, figures and the other models of the study are counted on the samples without noise; "
    "the guarantee is for the stored private model alone."
)
PUBLIC_NETWORK = (
    "a network {size} with {parameters}, without batch normalisation, dropout or early stopping; "
    "nothing was tuned"
)
PUBLIC_STEPS = (
    "{steps} with {drawn}, gradients cut to a norm of {norm:g}, a learning rate of {rate:.2g} "
    "that follows from ε and the numbers of units and features, and the mean of the last half of "
    "the weights"
)
PUBLIC_INPUTS = (
    "missing values become the centre of their feature; no feature is selected, no class is "
    "weighted, no text column is used"
)
PUBLIC_RANGES = "ranges of {count}, as the plan declares them"
PUBLIC_TRANSFORM = "{title} of {count}, as the plan names it"
COUNTED_SCALING = (
    "centre and spread of {count}: one noisy histogram each (together one step, noise multiplier "
    "{noise:.3g})"
)
COUNTED_STEPS = "{steps} of noisy gradients (noise multiplier {noise:.3g} each)"
ASSUMED = (
    "the number of {units}, and which of them are in the training set",
    "which samples count as one {unit} (near duplicates do)",
    "the names and kinds of columns, the classes, and which columns were left out",
    "that the study found a signal, and that this model's score was above chance",
)
ALL_UNITS = "all {units} in each"
DRAWN_UNITS = "each {unit} drawn with probability {rate:.3g}"


def needed_sentence(features: int, outputs: int, units: int, words: UnitWords) -> str:
    """Say how many units a useful model needs, before anything is trained."""
    said = NEEDED.format(
        features=counted(features, "feature"),
        needed=_needed(features, outputs, words),
        units=f"{units:,}",
    )
    if features <= WIDE:
        return said
    wide = WIDE_TABLE.format(panel=PANEL, needed=_needed(PANEL, outputs, words))
    return f"{said} {wide}"


def _needed(features: int, outputs: int, words: UnitWords) -> str:
    first, *others = [(units_needed(features, outputs, each), each) for each in BUDGETS]
    parts = [f"{first[0]:,} {words.several} at ε = {first[1]:g}"]
    return listing([*parts, *(f"{count:,} at ε = {each:g}" for count, each in others)])


def guarantee_sentence(certificate: CertificateRecord) -> str:
    """Say what is guaranteed."""
    return GUARANTEE.format(
        epsilon=number(certificate.epsilon, 2),
        delta=number(certificate.delta),
        unit=certificate.unit,
        factor=number(math.exp(certificate.epsilon), 1 if certificate.epsilon < 2.0 else 0),
    )


def size_words(hidden: Sequence[int]) -> str:
    """Write the size of a network."""
    if not hidden:
        return "without hidden layers"
    units = listing([str(width) for width in hidden])
    return f"with {counted(len(hidden), 'hidden layer')} ({units})"


def left_out_sentences(
    texts: int, choices: PrivateChoices, transform: AppliedTransform, *, filtered: bool
) -> list[str]:
    """Say what private training leaves out of what the other models do.

    Args:
        texts: Number of text columns.
        choices: What was settled for private training.
        transform: Transformation of the other models.
        filtered: Whether they leave features out fold by fold.
    """
    said = []
    if texts:
        verb = "was" if texts == 1 else "were"
        said.append(TEXTS_LEFT_OUT.format(columns=f"{counted(texts, 'text column')} {verb}"))
    if transform != choices.transform:
        title = title_of(transform)
        said.append(TRANSFORM_LEFT_OUT.format(title=title, name=transform))
    if filtered:
        said.append(FILTERS_LEFT_OUT)
    return said


def first_useful(points: Sequence[PrivatePoint], chance: float) -> float | None:
    """Return the smallest ε from which on all scores are above chance with their interval."""
    found = None
    for point in sorted(points, key=lambda each: -each.epsilon):
        if not is_useful(point, chance):
            break
        found = point.epsilon
    return found


def is_useful(point: PrivatePoint, chance: float) -> bool:
    """Say whether a score is above chance with its whole interval."""
    return point.score.low is not None and point.score.low > chance


def make_certificate(
    recipe: Recipe,
    choices: PrivateChoices,
    words: UnitWords,
    *,
    scaled: Sequence[str],
    parameters: int,
    earlier: Sequence[float],
) -> CertificateRecord:
    """Return the certificate of a model.

    Args:
        recipe: How it was trained.
        choices: Network, transformation and ranges.
        words: What a unit is called.
        scaled: Columns that are scaled: features, and the outcome of a regression.
        parameters: Weights and biases.
        earlier: ε of private models that the study fitted before.
    """
    declared = [name for name in scaled if name in choices.ranges]
    counted_parts = [COUNTED_STEPS.format(steps=counted(recipe.steps, "step"), noise=recipe.noise)]
    if recipe.scaling_noise is not None:
        what = counted(len(scaled) - len(declared), "column")
        counted_parts.insert(0, COUNTED_SCALING.format(count=what, noise=recipe.scaling_noise))
    return CertificateRecord(
        epsilon=recipe.spent.epsilon,
        delta=recipe.delta,
        unit=words.one,
        units=recipe.units,
        clipping_norm=recipe.clipping_norm,
        noise_multiplier=recipe.noise,
        sampling_rate=recipe.sampling_rate,
        steps=recipe.steps,
        accountants=recipe.spent.by_accountant,
        public=_public(recipe, choices, words, declared, parameters),
        counted=tuple(counted_parts),
        assumed=tuple(text.format(unit=words.one, units=words.several) for text in ASSUMED),
        adjacency=(
            ADJACENCY_OF_SAMPLES if words.one == "sample" else ADJACENCY.format(unit=words.one)
        ),
        noise_source=NOISE_SOURCE,
        not_covered=NOT_COVERED,
        earlier=tuple(earlier),
    )


def _public(
    recipe: Recipe,
    choices: PrivateChoices,
    words: UnitWords,
    declared: Sequence[str],
    parameters: int,
) -> tuple[str, ...]:
    drawn = (
        ALL_UNITS.format(units=words.several)
        if recipe.sampling_rate >= 1.0
        else DRAWN_UNITS.format(unit=words.one, rate=recipe.sampling_rate)
    )
    said = [
        PUBLIC_NETWORK.format(
            size=size_words(choices.hidden),
            parameters=counted(parameters, "weight or bias", "weights and biases"),
        ),
        PUBLIC_STEPS.format(
            steps=counted(recipe.steps, "step"),
            drawn=drawn,
            norm=recipe.clipping_norm,
            rate=recipe.learning_rate,
        ),
        PUBLIC_INPUTS,
    ]
    if declared:
        said.append(PUBLIC_RANGES.format(count=counted(len(declared), "column")))
    if choices.transform != "none":
        what = counted(len(choices.measurements), "measurement")
        said.append(PUBLIC_TRANSFORM.format(title=title_of(choices.transform), count=what))
    return tuple(said)
