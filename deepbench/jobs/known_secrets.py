"""What must not stand in a file that leaves a study: names, places, persons, samples."""

from __future__ import annotations

import contextlib
import functools
import getpass
import platform
import re
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.samples import TrainingSet
from deepbench.data.table_store import from_parquet_bytes
from deepbench.jobs.sample_names import sample_names
from deepbench.models.storage import load_model
from deepbench.privacy.content_scan import NameIndex, Secrets
from deepbench.privacy.identifying_text import is_telling
from deepbench.privacy.stored_rows import RowFinder
from deepbench.study.folder import Study
from deepbench.study.records import ChoiceRecord, ImportRecord, SampleSheetRecord, SplitRecord

# Names of samples like "A1" and "S7" may be parts of names of features as well.
_SHORT_NAME = 4


def secrets_of(study: Study) -> Secrets:
    """Return what to look for in all that leaves a study."""
    return Secrets(
        names=NameIndex(telling_names(study)),
        files=frozenset(_file_names(study)),
        persons=frozenset(name.casefold() for name in _persons()),
        rows=functools.cache(functools.partial(_row_finder, study)),
    )


def telling_names(study: Study) -> frozenset[str]:
    """Return the names of samples and units that mean them wherever they stand.

    A short name that is a word of a column's or class's name as well, and a plain word that is
    one of these names, would be found in every report.
    """
    names = filter(is_telling, sample_names(study))
    words = _known_words(study)
    return frozenset(
        name for name in names if name not in words or not (_is_short(name) or name.isalpha())
    )


def _is_short(name: str) -> bool:
    return len(name) <= _SHORT_NAME


def _known_words(study: Study) -> frozenset[str]:
    """Return names of columns and classes, and the words in them."""
    imported = study.stage_record("import", ImportRecord)
    sheet = study.stage_record("sample-sheet", SampleSheetRecord)
    named = [column.name for column in imported.columns] if imported else []
    named += sheet.classes if sheet else ()
    folded = [" ".join(name.split()).casefold() for name in named]
    return frozenset(word for name in folded for word in (name, *re.split(r"[\W_]+", name)))


def _file_names(study: Study) -> Iterator[str]:
    """Yield the names of the files that the data was read from."""
    if study.plan_artifact():
        data = study.plan().data
        for written in (data.source, data.sample_sheet or "", *data.more):
            yield PureWindowsPath(written).name
    imported = study.stage_record("import", ImportRecord)
    if imported is not None:
        yield imported.source_name


def _persons() -> Iterator[str]:
    """Yield the names of the user's account and of this computer."""
    with contextlib.suppress(OSError, KeyError, ImportError):
        yield getpass.getuser()
    with contextlib.suppress(RuntimeError):
        yield Path.home().name
    yield platform.node()
    yield platform.node().partition(".")[0]


def training_set(study: Study) -> TrainingSet | None:
    """Return the training samples; None before the test samples were set aside.

    Raises:
        StudyError: they are missing or were changed, so that nothing could be told from them.
    """
    split = study.stage_record("split", SplitRecord)
    if split is None:
        return None
    return from_parquet_bytes(study.read(split.training_artifact), TrainingSet)


def numbers_of(features: pd.DataFrame) -> NDArray[np.float64]:
    """Return the numeric columns of a table as (n, q) numbers."""
    numeric = [name for name, kind in features.dtypes.items() if kind == np.float64]
    return features[numeric].to_numpy(dtype=np.float64)


def _row_finder(study: Study) -> RowFinder | None:
    """Return what finds training samples: as they were measured, and as the model sees them."""
    training = training_set(study)
    if training is None:
        return None
    matrices = [numbers_of(training.features)]
    choice = study.stage_record("test", ChoiceRecord)
    if choice is not None and choice.final_model:
        model = load_model(study.stored_folder(choice.final_model))
        matrices.append(model.design_matrix(training.features))
    return RowFinder(matrices)
