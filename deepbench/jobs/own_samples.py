"""Which new samples are the study's own: by their values, and by their names."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from deepbench.data.new_samples import NewSamples
from deepbench.data.same_samples import Matched, SampleMatcher
from deepbench.data.vault.recognising import recognised_in_vault
from deepbench.errors import GateRefused
from deepbench.jobs.known_secrets import training_set
from deepbench.jobs.sample_names import all_names
from deepbench.privacy.identifying_text import is_telling
from deepbench.study.folder import Study
from deepbench.study.records import SampleSheetRecord, SplitRecord

_UNDECIDED = (
    "The columns that the model and this table share have too few different values to tell the "
    "study’s own samples from new ones, and {which} no names of samples that could. Predictions "
    "on the study’s own samples stay in it, so none was written."
)
_TABLE = "the table has"
_STUDY = "the study has"
_NAME_THEM = "Add the column that names the samples to the table, called “{called}”."
_NAME_THEM_THERE = (
    "Run the study again with the column that names its samples, [roles] sample in the plan."
)


def own_samples(study: Study, columns: Sequence[str], new: NewSamples) -> NDArray[np.bool_]:
    """Return (n,) which new samples are the study's, to train or to test; in doubt they are.

    Values decide where the columns can tell samples apart. Where they cannot, names do. A name
    that says something ("P-0412") is the study's whatever the values are.

    Args:
        study: Open for reading.
        columns: The model's columns.
        new: The samples.

    Raises:
        GateRefused: neither values nor names can tell.
        StudyError: the study's samples are missing or were changed.
    """
    split, training = study.stage_record("split", SplitRecord), training_set(study)
    if split is None or training is None:
        return np.zeros(len(new.sample_ids), dtype=bool)
    matcher = SampleMatcher(new.features[list(columns)], training.features[list(columns)])
    found: Matched = matcher.among(training.features) | recognised_in_vault(study, split, matcher)
    telling, any_name = _by_name(study, new)
    if matcher.tells_apart:
        return found.equal | found.alike | telling
    if found.equal.any():
        _demand_names(study, new)
    return found.alike | any_name


def _by_name(study: Study, new: NewSamples) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return (n,) which names are the study's and say something, and which are the study's."""
    columns = _sample_columns(study)
    written = all_names(study) if new.named and columns else set()
    if len(columns) > 1:  # a table of new samples may have the first of them alone
        written |= {name.partition(" / ")[0] for name in written}
    known = {_fold(name) for name in written}
    return _are_in(new, set(filter(is_telling, known))), _are_in(new, known)


def _sample_columns(study: Study) -> tuple[str, ...]:
    """Return the columns that name the study's samples; they are called by their rows if none."""
    sheet = study.stage_record("sample-sheet", SampleSheetRecord)
    return sheet.roles.get("sample", ()) if sheet is not None else ()


def _demand_names(study: Study, new: NewSamples) -> None:
    called = _sample_columns(study)
    if not called:
        raise GateRefused(_UNDECIDED.format(which=_STUDY), _NAME_THEM_THERE)
    if not new.named:
        hint = _NAME_THEM.format(called=called[0])
        raise GateRefused(_UNDECIDED.format(which=_TABLE), hint)


def _are_in(new: NewSamples, names: Collection[str]) -> NDArray[np.bool_]:
    return np.array([_fold(name) in names for name in new.sample_ids.tolist()], dtype=bool)


def _fold(name: str) -> str:
    return " ".join(name.split()).casefold()
