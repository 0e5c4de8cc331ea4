"""Names and plain descriptions of the model families, for those who choose among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from deepbench.plan import BASELINE_NAMES, NETWORK_SIZES, BaselineName, NetworkSize

DUMMY: Final = "dummy"
NETWORK_PREFIX: Final = "network-"


@dataclass(frozen=True)
class FamilyWords:
    """A family in words.

    Attributes:
        title: What it is called.
        text: What it does, in a sentence.
        classes_only: Whether it is left out for a numeric outcome.
    """

    title: str
    text: str
    classes_only: bool = False


BASELINES: Mapping[BaselineName, FamilyWords] = MappingProxyType(
    {
        "dummy": FamilyWords(
            "No model (class frequencies or mean)",
            "Guesses without looking at any feature. It is the floor that every model has to "
            "beat, so it is always there.",
        ),
        "linear": FamilyWords(
            "Linear model (elastic net)",
            "Adds up the features, each with a weight. Easy to read, and hard to beat when "
            "samples are few.",
        ),
        "random_forest": FamilyWords(
            "Random forest",
            "Lets many decision trees vote, each grown on a part of the samples and features.",
        ),
        "gradient_boosting": FamilyWords(
            "Gradient boosting",
            "Builds decision trees one after another, each mending the errors of those before. "
            "Often the best on tables with many samples.",
        ),
        "svm": FamilyWords(
            "Support vector machine",
            "Draws the widest possible border between the classes. Good with many features and "
            "few samples.",
        ),
        "knn": FamilyWords(
            "Nearest neighbours",
            "Looks up the most similar training samples and takes their outcome.",
        ),
        "naive_bayes": FamilyWords(
            "Naive Bayes",
            "Treats each feature as evidence of its own and adds the evidence up. Quick and "
            "simple; for classes only.",
            classes_only=True,
        ),
    }
)


@dataclass(frozen=True)
class SizeWords:
    """A network size in words.

    Attributes:
        title: What it is called.
        hidden: Neurons of each layer between features and outcome.
        text: What it can do, in a sentence.
    """

    title: str
    hidden: tuple[int, ...]
    text: str

    @property
    def layers(self) -> str:
        """Its layers in words."""
        if not self.hidden:
            return "No layer in between: features lead straight to the outcome."
        if len(self.hidden) == 1:
            return f"One layer of {self.hidden[0]} neurons in between."
        counts = [str(width) for width in self.hidden]
        return f"{_NUMBERS[len(counts)]} layers of {_listed(counts)} neurons in between."


_NUMBERS = {2: "Two", 3: "Three"}

NETWORKS: Mapping[NetworkSize, SizeWords] = MappingProxyType(
    {
        "linear": SizeWords(
            "Linear network",
            (),
            "Knows no more than a linear model. It shows whether the training itself works.",
        ),
        "small": SizeWords(
            "Small network", (16,), "Can bend: features may count more in combination."
        ),
        "medium": SizeWords(
            "Medium network", (64, 32), "For patterns of several features together."
        ),
        "large": SizeWords(
            "Large network",
            (128, 64, 32),
            "For many samples. With few it learns them by heart instead of a rule.",
        ),
    }
)

#: All families by the name they have in records, simple first.
NETWORK_NAMES: tuple[str, ...] = tuple(f"{NETWORK_PREFIX}{size}" for size in NETWORK_SIZES)
FAMILY_NAMES: tuple[str, ...] = (*BASELINE_NAMES, *NETWORK_NAMES)
TITLES: Mapping[str, str] = MappingProxyType(
    {
        **{name: words.title for name, words in BASELINES.items()},
        **{f"{NETWORK_PREFIX}{size}": words.title for size, words in NETWORKS.items()},
    }
)
#: The mean of the best settings: a row of the leaderboard, never a family that can be chosen.
BLEND, BLEND_TITLE = "blend", "Blend"
#: For the side of a plot, where a long title does not fit.
SHORT_TITLES: Mapping[str, str] = MappingProxyType(
    {**TITLES, "dummy": "No model", "linear": "Linear model"}
)


def is_network(name: str) -> bool:
    """Say whether a family is a network."""
    return name.startswith(NETWORK_PREFIX)


def size_of(name: str) -> NetworkSize | None:
    """Return the size of a network family; None for other families."""
    return next((size for size in NETWORK_SIZES if name == f"{NETWORK_PREFIX}{size}"), None)


def _listed(parts: list[str]) -> str:
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts)


# --- scores -------------------------------------------------------------------------------


@dataclass(frozen=True)
class ScoreWords:
    """The score that tuning looks at.

    Attributes:
        title: Its name.
        chance: What guessing scores.
        text: What it means, in a sentence.
    """

    title: str
    chance: float
    text: str


SCORES: Mapping[str, ScoreWords] = MappingProxyType(
    {
        "auroc": ScoreWords(
            "AUROC", 0.5, "AUROC: 0.5 is guessing, 1 separates the classes perfectly."
        ),
        "r2": ScoreWords("R²", 0.0, "R²: 0 is guessing the mean, 1 is a perfect prediction."),
    }
)


def tuning_metric(task: str) -> str:
    """Return the name of the score that tuning looks at, for a kind of outcome."""
    return "r2" if task == "regression" else "auroc"
