"""What is done to measurements inside each fold: settled once, carried out by the models.

The plan may leave the transformation to the program (``auto``). Then the data check recognises
what was measured and settles it for the whole study. Transformations take each sample by itself;
the filters are fitted by the models on the fit rows of each fold.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.findings.base import numeric_names
from deepbench.data.measurement_kinds import (
    MeasurementKind,
    Recognised,
    measurements_among,
    recognise,
)
from deepbench.data.roles import find_column
from deepbench.data.samples import AllSamples
from deepbench.data.transforms import (
    TRANSFORMATIONS,
    AppliedTransform,
    apply_transform,
    empty_samples,
    outside,
    title_of,
    wrong_values_sentence,
)
from deepbench.data.wording import counted, some_names
from deepbench.errors import Choice, DataError, DataQuestion, PlanError
from deepbench.plan import Preparation as Asked
from deepbench.study.records import PreparationRecord

_MOST_NAMED = 50
# Up to this share of the measurements, columns with impossible values are asked about themselves.
_FEW = 0.1


@dataclass(frozen=True)
class Preparation:
    """What the models do to the measurements; nothing, unless something is given.

    Attributes:
        transform: Transformation of the measurements.
        columns: Measurements it applies to, and among which `most_variable` chooses.
        most_missing: Features with a larger share of missing values in the fit rows are left out.
        most_variable: So many measurements stay, those that vary most in the fit rows.
    """

    transform: AppliedTransform = "none"
    columns: tuple[str, ...] = ()
    most_missing: float | None = None
    most_variable: int | None = None

    def to_json(self) -> bytes:
        """Return the text that `from_json` reads; the same for the same preparation."""
        return json.dumps(asdict(self), ensure_ascii=False).encode("utf-8")

    @classmethod
    def from_json(cls, content: bytes) -> Preparation:
        """Read back what `to_json` wrote."""
        stored = json.loads(content)
        return cls(**{**stored, "columns": tuple(stored["columns"])})


AS_THEY_ARE = Preparation()


@dataclass(frozen=True)
class Prepared:
    """What was settled for a study.

    Attributes:
        recognised: What the measurements look like.
        preparation: What the models do to them.
        record: The same for pages and the report.
    """

    recognised: Recognised
    preparation: Preparation
    record: PreparationRecord


def transformed(features: pd.DataFrame, preparation: Preparation) -> pd.DataFrame:
    """Return the features with transformed measurements, as the models see them.

    Raises:
        DataError: values that the transformation cannot be applied to.
    """
    if preparation.transform == "none":
        return features
    block = list(preparation.columns)
    values = features[block].to_numpy(dtype=np.float64, na_value=np.nan)
    new = pd.DataFrame(
        apply_transform(preparation.transform, values, block),
        columns=block,
        index=features.index,
    )
    others = [name for name in features.columns if name not in set(block)]
    return pd.concat([features[others], new], axis=1)[list(features.columns)]


def with_known_names(asked: Asked, features: Sequence[str], others: Sequence[str]) -> Asked:
    """Return [preparation] with the names that the table has.

    Args:
        asked: [preparation] of the plan.
        features: Features before any is left out.
        others: Columns that are no features, which are never transformed.

    Raises:
        PlanError: there is no column of a name under ``not_transformed``.
    """
    known = [*features, *others]
    try:
        names = [
            find_column(name, known, False, "preparation.not_transformed")
            for name in asked.not_transformed
        ]
    except DataError as error:
        raise PlanError(error.message, error.hint) from None
    return asked.model_copy(update={"not_transformed": names})


def prepare(
    samples: AllSamples,
    asked: Asked,
    sheet_columns: Sequence[str] = (),
    left_out_samples: Sequence[str] = (),
) -> Prepared:
    """Settle what is done to the measurements.

    Args:
        samples: All samples; only features are looked at.
        asked: [preparation] of the plan, names as in the table (`with_known_names`).
        sheet_columns: Columns of the sample sheet, which are no measurements.
        left_out_samples: Samples that the plan leaves out already, for an answer to a question.

    Raises:
        DataQuestion: the data cannot be transformed as asked, or has samples without any count.
        DataError: there is nothing to transform or to choose among.
    """
    apart = asked.not_transformed
    recognised = recognise(samples, apart, sheet_columns)
    transform = recognised.transform if asked.transform == "auto" else asked.transform
    columns = recognised.columns
    if not columns and (transform != "none" or asked.most_variable is not None):
        columns = tuple(measurements_among(numeric_names(samples.features), apart, sheet_columns))
        _require_columns(columns, asked)
    _require_fitting_values(samples, transform, columns, recognised, asked, left_out_samples)
    settled = Preparation(transform, columns, asked.most_missing, asked.most_variable)
    return Prepared(recognised, settled, _record(samples, recognised, settled))


def _require_columns(columns: tuple[str, ...], asked: Asked) -> None:
    if columns:
        return
    key = "transform" if asked.transform not in ("auto", "none") else "most_variable"
    raise DataError(
        f"{key} under [preparation] has no measurements to work on: no numeric feature is left.",
        f"Take {key} out of the plan, or names out of not_transformed.",
    )


def _require_fitting_values(
    samples: AllSamples,
    transform: AppliedTransform,
    columns: tuple[str, ...],
    recognised: Recognised,
    asked: Asked,
    left_out_samples: Sequence[str],
) -> None:
    """Ask where values have no transformed value; no model ever meets such a one."""
    if transform == "none":
        return
    x = samples.features[list(columns)].to_numpy(dtype=np.float64)
    wrong = outside(transform, x)
    if wrong.any():
        raise _question_about_values(transform, wrong, columns, recognised, asked)
    empty = empty_samples(transform, x)
    if len(empty):
        names = [str(name) for name in samples.sample_ids[empty]]
        verb = "has" if len(names) == 1 else "have"
        raise DataQuestion(
            f"{counted(len(names), 'sample')} ({some_names(names)}) {verb} only zeros in the "
            f"{len(columns):,} features that {title_of(transform)} is applied to: nothing was "
            "measured there.",
            "check.leave_out_samples",
            (Choice(sorted({*left_out_samples, *names}), "Leave Such Samples Out"),),
        )


def _question_about_values(
    transform: AppliedTransform,
    wrong: NDArray[np.bool_],
    columns: tuple[str, ...],
    recognised: Recognised,
    asked: Asked,
) -> DataQuestion:
    """Return what to ask: about the columns if they are few, else about the transformation."""
    message = wrong_values_sentence(transform, wrong, columns)
    few = [columns[int(number)] for number in np.unique(np.nonzero(wrong)[1])]
    if len(few) > _FEW * len(columns):
        return DataQuestion(
            message,
            "preparation.transform",
            _other_transforms(transform, recognised),
            "Or name columns that are no such measurements under not_transformed.",
        )
    return DataQuestion(
        message,
        "preparation.not_transformed",
        (Choice(sorted({*asked.not_transformed, *few}), "Leave These Columns as They Are"),),
        'Or correct the values in the file. transform = "none" leaves all columns as they are.',
    )


def _other_transforms(transform: AppliedTransform, recognised: Recognised) -> tuple[Choice, ...]:
    choices = [Choice("none", "Leave the Values as They Are")]
    if recognised.transform not in ("none", transform):
        title = title_of(recognised.transform)
        choices.insert(0, Choice(recognised.transform, f"Use {title}", f"{title}, the usual one"))
    return tuple(choices)


def _record(
    samples: AllSamples, recognised: Recognised, settled: Preparation
) -> PreparationRecord:
    inside = set(settled.columns)
    others = [name for name in numeric_names(samples.features) if name not in inside]
    return PreparationRecord(
        kind=recognised.kind,
        why=recognised.why,
        transform=settled.transform,
        proposed=recognised.transform,
        columns=len(settled.columns),
        not_transformed=tuple(others[:_MOST_NAMED]) if settled.columns else (),
        sentence=" ".join(_sentences(recognised, settled, others)),
    )


def _sentences(recognised: Recognised, settled: Preparation, others: list[str]) -> list[str]:
    """Say what is done to the measurements, and to what not."""
    kind: MeasurementKind = recognised.kind
    features = counted(len(settled.columns), "feature")
    said = []
    if settled.transform != "none":
        formula = TRANSFORMATIONS[settled.transform].formula
        because = f" They look like {kind}." if kind != "unknown" else ""
        said.append(
            f"Inside each fold, {title_of(settled.transform)}, that is {formula}, is applied to "
            f"{features}, each sample by itself.{because}"
        )
        if others:
            said.append(
                f"{counted(len(others), 'numeric feature')} left as "
                f"{'it is' if len(others) == 1 else 'they are'}: {some_names(others)}."
            )
    elif kind != "unknown":
        said.append(f"{features} look like {kind} and are taken as they are.")
    return said + filter_sentences(settled)


def filter_sentences(settled: Preparation) -> list[str]:
    """Say which features are left out fold by fold; nothing without filters."""
    said = []
    if settled.most_missing is not None:
        said.append(
            "In each fold, features with more than "
            f"{100 * settled.most_missing:g} % missing values in its fit rows are left out."
        )
    if settled.most_variable is not None and settled.most_variable < len(settled.columns):
        after = " after the transformation" if settled.transform != "none" else ""
        said.append(
            f"In each fold, the {settled.most_variable:,} of {len(settled.columns):,} features "
            f"that vary most in its fit rows{after} are kept."
        )
    return said
