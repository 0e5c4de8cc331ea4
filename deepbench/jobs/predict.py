"""``deepbench predict``: the finished model on a new table; the result leaves through the gate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.new_samples import ModelColumns, NewSamples, read_new_samples
from deepbench.data.samples import OutcomeInfo
from deepbench.data.wording import counted, in_sentence
from deepbench.errors import DataError, GateRefused, StageBlocked
from deepbench.jobs.leave import level_in_force
from deepbench.jobs.let_go import let_go
from deepbench.jobs.own_samples import own_samples
from deepbench.jobs.prediction_sets import limits_of_final_model, said_of_sets, set_columns
from deepbench.messages import Predict
from deepbench.models.fitted import FittedModel
from deepbench.models.registry import get_family
from deepbench.models.storage import load_model
from deepbench.plan import PrivacyLevel
from deepbench.privacy.final_bytes import is_guarded
from deepbench.privacy.formula_cells import without_formula
from deepbench.privacy.gate import LeavingKind
from deepbench.privacy.prediction_columns import PREDICTED, PROBABILITY
from deepbench.privacy.predictions_rounding import round_probabilities, round_values
from deepbench.study.folder import Study
from deepbench.study.records import ChoiceRecord, ConformalRecord
from deepbench.training.determinism import make_deterministic
from deepbench.worker.progress import Progress

_OWN_SAMPLES = (
    "Left out: {samples} of this study, or like one of its own. Predictions on the study’s own "
    "samples stay in it, because it is {level}."
)
_ALL_OWN = (
    "All samples of this table are the study’s own, or like one of them. If they are others with "
    "the same names, give them names of their own."
)
_OTHER_TABLES = (".xlsx", ".xlsm", ".xls", ".ods", ".parquet", ".html", ".pdf")


def predict(request: Predict, progress: Progress) -> dict[str, object]:
    """Predict new samples.

    Raises:
        StageBlocked: the study has no finished model (it was not run to the test, or found no
            signal).
        DataError: the table cannot be read, or its columns do not match, or the output would
            replace it.
        GateRefused: predictions may not leave at the study's level.
    """
    _check_output(Path(request.input), Path(request.output))
    make_deterministic()
    folder = Path(request.study).resolve()
    with Study.open_for_writing_existing(folder, in_window=request.in_window) as study:
        model = _final_model(study)
        progress.check_cancelled()
        plan, level = study.plan(), level_in_force(study)
        new = read_new_samples(
            Path(request.input).resolve(),
            plan.data,
            model_columns(model),
            plan.roles.sample,
            Path(request.sample_sheet).resolve() if request.sample_sheet else None,
        )
        progress.check_cancelled()
        kind, new = _what_may_leave(study, model, new, level)
        predictions = model.predict(new.features)
        said = model.decide(predictions) if model.info.classes else None
        limits = limits_of_final_model(study)
        content = predictions_csv(model.info, new, predictions, level, said, limits)
        written = _let_go(study, kind, content, Path(request.output))
    predicted = counted(len(new.sample_ids), "sample")
    title = in_sentence(get_family(model.name).title)
    lines = [f"{predicted} predicted by the chosen model, {title}: {written}", *new.notes]
    if limits is not None:
        lines.append(said_of_sets(limits))
    return {"lines": lines, "output": written}


def _check_output(source: Path, output: Path) -> None:
    """Refuse an output that would take the place of the input, or mislead by its ending."""
    if output.exists() and source.exists() and output.samefile(source):
        raise DataError(
            f"The predictions would replace {source.name}, the table of new samples.",
            "Choose another name for the output, for example predictions.csv.",
        )
    if output.suffix.lower() in _OTHER_TABLES:
        raise DataError(
            f"The predictions are written as CSV, but {output.name} ends in {output.suffix}.",
            "Choose a name that ends in .csv; spreadsheet programs open it.",
        )


def _final_model(study: Study) -> FittedModel:
    choice = study.stage_record("test", ChoiceRecord)
    if choice is None:
        raise StageBlocked(
            "This study has no finished model yet.", "Run its plan to the end first."
        )
    if not choice.final_model:
        raise StageBlocked(
            "This study has no model to predict with: no evidence of a signal was found.",
            "Predictions would be guesses. See the report for what could be done.",
        )
    return load_model(study.stored_folder(choice.final_model))


def _what_may_leave(
    study: Study, model: FittedModel, new: NewSamples, level: PrivacyLevel
) -> tuple[LeavingKind, NewSamples]:
    """Return as what predictions leave, and on which samples.

    Predictions on the study's own samples tell who was in it, so a guarded study leaves them out,
    those that trained and those that tested alike: which of them are missing tells nothing about
    which trained. A table of nothing else is judged as what shows single samples.
    """
    if not is_guarded(level):
        return "predictions", new
    own = own_samples(study, model.preprocessor.columns, new)
    if not own.any():
        return "predictions", new
    if own.all():
        return "single samples", new
    note = _OWN_SAMPLES.format(samples=counted(int(own.sum()), "sample"), level=level)
    others = replace(
        new,
        features=new.features[~own].reset_index(drop=True),
        sample_ids=new.sample_ids[~own],
        notes=(*new.notes, note),
    )
    return "predictions", others


def _let_go(study: Study, kind: LeavingKind, content: bytes, output: Path) -> str:
    """Write the predictions through the gate; of own samples alone, say that they are."""
    try:
        return let_go(study, kind, content, output, suffix="csv")
    except GateRefused as refusal:
        if kind == "predictions":
            raise
        raise GateRefused(refusal.message, f"{refusal.hint} {_ALL_OWN}".strip()) from None


def model_columns(model: FittedModel) -> ModelColumns:
    """Return which columns of a table a model needs, and which its predictions depend on."""
    fitted = model.preprocessor
    return ModelColumns(
        numeric=fitted.numeric_names,
        categorical=fitted.text_names,
        used=fitted.needed_for(model.columns),
        ranges=fitted.ranges,
    )


def predictions_csv(
    info: OutcomeInfo,
    new: NewSamples,
    predictions: NDArray[np.float64],
    level: PrivacyLevel,
    said: NDArray[np.int64] | None = None,
    limits: ConformalRecord | None = None,
) -> bytes:
    """Return ``predictions.csv``: sample, predicted, and a probability for each class.

    With limits, also what each sample may be at their error rate: a set of classes, or the ends of
    an interval.

    Names that a spreadsheet program would take for a formula get an apostrophe in front.

    Args:
        info: Classes.
        new: The samples.
        predictions: (n, K) class probabilities, or (n, 1) values.
        level: Predictions of sensitive studies are rounded.
        said: (n,) codes of the classes said; the most probable ones if absent.
        limits: What belongs to a set.
    """
    guarded = level in ("sensitive", "restricted")
    names = [without_formula(name) for name in map(str, new.sample_ids)]
    frame = pd.DataFrame({without_formula(new.sample_column): names})
    exact = predictions if not info.classes or not guarded else round_probabilities(predictions)
    if info.classes:
        classes = np.array([without_formula(name) for name in info.classes])
        codes = predictions.argmax(axis=1) if said is None else said
        frame[PREDICTED] = classes[codes]
        for code, name in enumerate(info.classes):
            frame[without_formula(f"{PROBABILITY}{name}")] = exact[:, code]
    else:
        frame[PREDICTED] = _shown(exact[:, 0], guarded)
    if limits is not None:
        for name, column in set_columns(info, exact, limits).items():
            frame[name] = _shown(column, guarded)
    text: str = frame.to_csv(index=False, lineterminator="\n")
    return text.encode("utf-8")


def _shown(
    column: list[str] | NDArray[np.float64], guarded: bool
) -> NDArray[np.str_] | NDArray[np.float64]:
    if isinstance(column, list):
        return np.array([without_formula(text) for text in column])
    return round_values(column) if guarded else column
