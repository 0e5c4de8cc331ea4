"""[privacy]: how sensitive the data is, and how hard the model is looked at."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from deepbench.plan.base import Columns, Part

PrivacyLevel = Literal["public", "internal", "sensitive", "restricted"]
Told = Literal["yes", "no", "unsure"]


class AboutTheData(Part):
    """[privacy.about] Answers from which a level is suggested; the level itself is chosen."""

    people: Told | None = Field(None, description="Is the data about people?")
    identifiers: Told | None = Field(
        None, description="Are names, dates of birth or record numbers inside?"
    )
    profiles: Told | None = Field(
        None, description="Is there genetic or omics data, or a face, of each person?"
    )
    few_or_children: Told | None = Field(
        None, description="Are there children, or fewer than 50 people?"
    )
    published: Told | None = Field(None, description="Is the data published already?")
    agreement: Told | None = Field(None, description="Is it under an agreement, or a secret?")


def _increasing(ends: tuple[float, float]) -> tuple[float, float]:
    if not ends[0] < ends[1]:
        raise ValueError("a range has its lowest value first, then its highest: [0, 110]")
    return ends


class Privacy(Part):
    """[privacy] How sensitive the data is."""

    level: PrivacyLevel = Field("sensitive", description="Level; sensitive until answered.")
    reason: str = Field("", description="Why the level is lower than sensitive, or than it was.")
    about: AboutTheData = Field(
        default_factory=AboutTheData,
        description="Answers about the data, from which a level is suggested.",
    )
    quasi_identifiers: Columns = Field(
        default_factory=list,
        description="Columns by which somebody could recognise a person: age, sex, postcode.",
    )
    audit: Literal["no", "quick", "thorough"] = Field(
        "quick", description="How hard the model is attacked before it may leave."
    )
    private_training: bool = Field(
        False, description="Whether the chosen network is also trained with differential privacy."
    )
    epsilon: float = Field(
        3.0, gt=0.0, le=20.0, description="Privacy budget ε of private training."
    )
    ranges: dict[str, Annotated[tuple[float, float], AfterValidator(_increasing)]] = Field(
        default_factory=dict,
        description="Lowest and highest value a feature can take, known before the data; private "
        "training scales by it and spends no budget on that feature.",
    )
