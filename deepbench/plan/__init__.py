"""StudyPlan: everything the user decides, as one typed document (``plan.toml``).

The wizard edits it, ``deepbench run plan.toml`` runs it, the report prints it. Every field has
a description and, but for the outcome and the data source, a default.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import tomllib
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args

import tomli_w
from pydantic import AfterValidator, Field, ValidationError

from deepbench.errors import PlanError
from deepbench.plan.approval import Approval, ApprovedThing
from deepbench.plan.base import ColumnName, Part, once
from deepbench.plan.data import (
    Check,
    ColumnKind,
    Data,
    Design,
    Preparation,
    Roles,
    Split,
    SplitDesign,
    Transform,
)
from deepbench.plan.ethics import Ethics, RaisedIssue, RegisterComment, RegisterEntry
from deepbench.plan.privacy import AboutTheData, Privacy, PrivacyLevel
from deepbench.plan_problems import explain_toml, explain_values

PLAN_FORMAT: Final = 1
#: From here up ``auto`` sets test samples aside once; below it every unit is tested once.
HOLDOUT_FROM_UNITS: Final = 300

Preset = Literal["quick", "standard", "thorough"]
NetworkSize = Literal["linear", "small", "medium", "large"]
BaselineName = Literal[
    "dummy", "linear", "random_forest", "gradient_boosting", "svm", "knn", "naive_bayes"
]
NETWORK_SIZES: tuple[NetworkSize, ...] = get_args(NetworkSize)
BASELINE_NAMES: tuple[BaselineName, ...] = get_args(BaselineName)
# Given in place of the plan, which happens easily.
_TABLE_SUFFIXES = frozenset(
    {".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods", ".parquet", ".h5ad", ".gct"}
)

__all__ = [
    "BASELINE_NAMES",
    "HOLDOUT_FROM_UNITS",
    "NETWORK_SIZES",
    "PLAN_FORMAT",
    "AboutTheData",
    "Approval",
    "ApprovedThing",
    "BaselineName",
    "Baselines",
    "Budget",
    "Check",
    "Claims",
    "ColumnKind",
    "Data",
    "Design",
    "Documents",
    "Ethics",
    "FeatureClaim",
    "NetworkSize",
    "Networks",
    "Preparation",
    "Preset",
    "Privacy",
    "PrivacyLevel",
    "Question",
    "RaisedIssue",
    "RegisterComment",
    "RegisterEntry",
    "Roles",
    "Shuffles",
    "Split",
    "SplitDesign",
    "StudyPlan",
    "Suitability",
    "Transform",
    "parse_plan",
    "plan_from_answers",
    "read_plan",
]


class Question(Part):
    """[question] What is asked of the data."""

    outcome: ColumnName = Field(min_length=1, description="Column that holds the outcome.")
    task: Literal["auto", "classification", "regression"] = Field(
        "auto", description="Kind of outcome; auto looks at the column."
    )
    positive: ColumnName | None = Field(
        None, description="Class counted as positive (two classes only)."
    )
    title: str = Field("", description="Title printed on the report.")
    organism: str = Field("", description="Organism the samples come from.")
    decision: str = Field("", description="What will be decided with the answer.")
    useful_score: float | None = Field(
        None, description="Smallest score that would be of use (AUROC, or R² for regression)."
    )


class Suitability(Part):
    """[suitability] Answers to the questions of tip 1, by question name."""

    data_kind: Literal["table", "omics", "clinical", "sequences", "images", "signals"] | None = (
        Field(None, description="Kind of data behind the table.")
    )
    label_reliability: (
        Literal["measured", "expert", "self-reported", "noisy", "unknown"] | None
    ) = Field(None, description="How the outcome was determined.")
    expected_ceiling: float | None = Field(
        None,
        description="Best score that is possible at all (heritability, agreement of raters).",
        gt=0.0,
        le=1.0,
    )
    similar_work: Literal["deep learning", "traditional models", "both", "none known"] | None = (
        Field(None, description="What worked for others on similar data.")
    )
    goal: Literal["prediction", "understanding", "both"] | None = Field(
        None, description="Whether prediction or understanding matters more."
    )
    more_samples: Literal["yes", "no", "unlabelled only"] | None = Field(
        None, description="Whether more samples can be had."
    )
    reason: str = Field("", description="Why to go on against the verdict; printed in the report.")


class Budget(Part):
    """[budget] The same effort for every model family."""

    preset: Preset = Field("standard", description="quick, standard or thorough.")
    trials: int | None = Field(None, ge=1, le=10_000, description="Trials per model family.")
    minutes: float | None = Field(
        None, gt=0.0, description="Time limit for tuning all families together."
    )


class Baselines(Part):
    """[baselines] Traditional models to try."""

    families: Annotated[list[BaselineName], AfterValidator(once)] = Field(
        default_factory=lambda: list(BASELINE_NAMES), description="Families, by name."
    )


class Networks(Part):
    """[networks] The ladder from small to large."""

    sizes: Annotated[list[NetworkSize], AfterValidator(once)] = Field(
        default_factory=lambda: list(NETWORK_SIZES), description="Sizes, small first."
    )
    seeds: int = Field(3, ge=1, le=50, description="Random starts of the chosen network.")


class Shuffles(Part):
    """[shuffles] The shuffled-label check."""

    replicates: int | None = Field(
        None, ge=1, le=100_000, description="Shuffles; 20, 100 or 1,000 by preset if absent."
    )
    repeat: Literal["search", "settings"] = Field(
        "search",
        description="What each shuffle repeats: a small search over all model families, or only "
        "the settings chosen.",
    )


class Interpretation(Part):
    """[interpretation] What the model uses and where it fails."""

    error_rate: float = Field(
        0.1,
        gt=0.0,
        lt=0.5,
        description="Share of samples whose prediction set may miss the truth.",
    )
    largest_panel: int = Field(20, ge=1, le=50, description="Most features of a short panel.")
    gene_sets: str = Field(
        "", description="A .gmt file with gene sets, beside the plan; empty for none."
    )
    expected: dict[str, Literal["higher", "lower"]] = Field(
        default_factory=dict,
        description="Features of which a higher value is expected to go with a higher or lower "
        "outcome (with the positive class).",
    )


class FeatureClaim(Part):
    """[claims.features."NAME"] Answers about one of the top features."""

    known_before_outcome: Literal["yes", "no", "unknown"] = Field(
        "unknown", description="Was the value known before the outcome?"
    )
    plausible: Literal["yes", "no", "unknown"] = Field(
        "unknown", description="Is there a biological explanation?"
    )
    artefact: Literal["yes", "no", "unknown"] = Field(
        "unknown", description="Could batch, site or processing produce it?"
    )
    note: str = Field("", description="Free text printed with the claim.")


class Claims(Part):
    """[claims] What may be claimed."""

    features: dict[str, FeatureClaim] = Field(
        default_factory=dict, description="Answers by feature name."
    )
    own: list[str] = Field(
        default_factory=list, description="Sentences of your own; their wording is checked."
    )


class Documents(Part):
    """[documents] What only people can say in model card, checklists and DOME."""

    answers: dict[str, str] = Field(
        default_factory=dict,
        description="Answers to the questions of the documents, by the question's key.",
    )


class StudyPlan(Part):
    """The whole plan. ``format`` is the version of this document."""

    format: Literal[1] = Field(PLAN_FORMAT, description="Version of the plan format.")
    seed: int = Field(1, ge=0, lt=2**31, description="Master seed; every other derives from it.")
    question: Question
    data: Data
    roles: Roles = Field(default_factory=Roles)
    design: Design = Field(default_factory=Design)
    suitability: Suitability = Field(default_factory=Suitability)
    check: Check = Field(default_factory=Check)
    preparation: Preparation = Field(default_factory=Preparation)
    split: Split = Field(default_factory=Split)
    budget: Budget = Field(default_factory=Budget)
    baselines: Baselines = Field(default_factory=Baselines)
    networks: Networks = Field(default_factory=Networks)
    shuffles: Shuffles = Field(default_factory=Shuffles)
    interpretation: Interpretation = Field(default_factory=Interpretation)
    claims: Claims = Field(default_factory=Claims)
    ethics: Ethics = Field(default_factory=Ethics)
    privacy: Privacy = Field(default_factory=Privacy)
    documents: Documents = Field(default_factory=Documents)

    def to_toml(self) -> str:
        """Return the plan as TOML; fields without a value are left out."""
        return tomli_w.dumps(self.model_dump(mode="json", exclude_none=True))

    def fingerprint(self, *parts: str) -> str:
        """Return a SHA-256 of the named parts (``"split"``, ``"question.outcome"``)."""
        dumped = self.model_dump(mode="json")
        chosen: dict[str, Any] = {}
        for part in parts:
            value: Any = dumped
            for key in part.split("."):
                value = value[key]
            chosen[part] = value
        text = json.dumps(chosen, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8")).hexdigest()


def read_plan(path: Path) -> StudyPlan:
    """Read and check a plan.

    Raises:
        PlanError: the file is missing, not TOML, or has an unknown key or a wrong value.
    """
    if path.is_dir():
        study = path.suffix == ".deepbench"
        raise PlanError(
            f"{path} is a {'study' if study else 'folder'}, not a plan.",
            "To continue a study, name the plan it was run with."
            if study
            else "Name the plan.toml in it.",
        )
    if path.suffix.lower() in _TABLE_SUFFIXES and path.is_file():
        raise PlanError(
            f"{path.name} is a table, not a plan.",
            "Write a plan: a text file that ends in .toml and names the table and the outcome "
            "(see README).",
        )
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        raise _missing(path) from None
    except UnicodeDecodeError:
        raise PlanError(
            f"{path.name} is not UTF-8 text.",
            "Open the plan in a text editor and save it with the encoding UTF-8.",
        ) from None
    except OSError as error:
        raise PlanError(
            f"{path} could not be read ({error.strerror}).", "Name a plan.toml file."
        ) from None
    return parse_plan(text, path.name)


def _missing(path: Path) -> PlanError:
    names = sorted(other.name for other in path.parent.glob("*.toml"))
    near = difflib.get_close_matches(path.name, names, n=1)
    hint = f"Did you mean {near[0]}? " if near else ""
    return PlanError(
        f"There is no plan at {path}.",
        f"{hint}Check the path; how to write a plan stands in the README.",
    )


def parse_plan(text: str, name: str = "plan.toml") -> StudyPlan:
    """Parse TOML text into a plan; errors as in `read_plan`."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise explain_toml(error, text, name) from None
    return plan_from_answers(raw, name)


def plan_from_answers(answers: dict[str, Any], name: str = "plan.toml") -> StudyPlan:
    """Return the plan of nested dicts, as TOML gives them.

    Raises:
        PlanError: an unknown key, a missing one or a wrong value.
    """
    try:
        return StudyPlan.model_validate(answers)
    except ValidationError as error:
        raise explain_values(error, StudyPlan, name) from None
