"""From the user's columns to numbers that models can learn from; fitted inside the fold only.

First measurements are transformed as the study settled it (`deepbench.data.preparation`), each
sample by itself, and features are left out that lack too many values or vary too little in the fit
rows; such features have no preprocessed column, so that folds may differ in width.
Numeric columns: missing values become the median of the fit rows, with an indicator column for
each column that lacks a fair number of them (an indicator of one or two rows would only let a
model learn these rows by heart, and would double the width of an omics table); then zero mean
and unit variance over the fit rows, cut off at ten standard deviations so that one typing error
cannot steer a linear model or a network.
Categorical columns: one column of 0/1 per category, rare categories together as "other",
categories unseen in the fit rows as none of them.

Only the categories need a scikit-learn transformer. The numeric part is written out, because
`SimpleImputer` takes medians over masked arrays, which at 20,000 columns takes longer than
fitting most models.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.preprocessing import OneHotEncoder

from deepbench.data.preparation import AS_THEY_ARE, Preparation, transformed
from deepbench.data.transforms import OF_WHOLE_SAMPLE, AppliedTransform, apply_transform
from deepbench.errors import DataError

# Values further out than this many standard deviations are cut off.
CLIP = 10.0
# A column has an indicator when this share of the fit rows, and this many, lack its value.
_INDICATOR_SHARE = 0.05
_INDICATOR_ROWS = 3
# A category is kept when it has this share of the fit rows, and at least this many rows.
_RARE_SHARE = 0.02
_RARE_ROWS = 3
# At most this many columns come from one categorical column.
_MOST_CATEGORIES = 25


@dataclass(frozen=True)
class RawTable:
    """The user's columns, numbers and texts apart.

    Attributes:
        names: (p,) column names in the order of the table.
        numeric_names: Names of the numeric columns.
        numbers: (n, q) values of the numeric columns, NaN where missing.
        text_names: Names of the categorical columns.
        texts: (n, c) texts of the categorical columns, None where missing.
    """

    names: tuple[str, ...]
    numeric_names: tuple[str, ...]
    numbers: NDArray[np.float64]
    text_names: tuple[str, ...]
    texts: NDArray[np.object_]

    @classmethod
    def of(cls, features: pd.DataFrame) -> RawTable:
        """Take a table apart; boolean columns count as numeric."""
        numeric = [str(n) for n, t in features.dtypes.items() if pd.api.types.is_numeric_dtype(t)]
        is_numeric = set(numeric)
        text = [str(name) for name in features.columns if name not in is_numeric]
        return cls(
            tuple(map(str, features.columns)),
            tuple(numeric),
            _numbers(features, numeric),
            tuple(text),
            _texts(features, text),
        )

    def take(self, rows: NDArray[np.int64]) -> RawTable:
        """Return the given rows."""
        return RawTable(
            self.names,
            self.numeric_names,
            self.numbers[rows],
            self.text_names,
            self.texts[rows],
        )


@dataclass(frozen=True)
class Preprocessor:
    """Preprocessing fitted on some rows; build it with `fit`.

    Attributes:
        columns: (p,) names of the user's columns, in the order they had when fitted.
        output_names: (d,) names of the preprocessed columns, for example ``age``,
            ``age (missing)``, ``sex = female``, ``stage = other``.
        source_columns: (d,) the user's column behind each preprocessed column; attributions of
            columns with the same source are to be added up.
        ranges: Smallest and largest value of each numeric column in the fit rows; columns
            without any value are left out.
        numeric_names: Numeric columns, q of them.
        text_names: Categorical columns.
        transform_name: Transformation of the measurements.
        block: (b,) numbers (0 to q - 1) of the numeric columns that are transformed.
        kept: (m,) numbers (0 to q - 1) of the numeric columns that the filters left.
        kept_texts: (t,) numbers of the categorical columns that the filters left.
        medians: (m,) medians of the fit rows.
        means: (m,) means of the fit rows after imputation.
        scales: (m,) standard deviations after imputation; infinite for constant columns, which
            become 0 whatever a new sample holds.
        indicators: Numbers (0 to m - 1) of kept numeric columns with an indicator column.
        encoder: One-hot encoder; None without categorical columns.
    """

    columns: tuple[str, ...]
    output_names: tuple[str, ...]
    source_columns: tuple[str, ...]
    ranges: dict[str, tuple[float, float]]
    numeric_names: tuple[str, ...]
    text_names: tuple[str, ...]
    transform_name: AppliedTransform
    block: NDArray[np.int64]
    kept: NDArray[np.int64]
    kept_texts: NDArray[np.int64]
    medians: NDArray[np.float64]
    means: NDArray[np.float64]
    scales: NDArray[np.float64]
    indicators: NDArray[np.int64]
    encoder: OneHotEncoder | None

    @classmethod
    def fit(
        cls, features: pd.DataFrame | RawTable, preparation: Preparation = AS_THEY_ARE
    ) -> Self:
        """Fit on the given rows: (n, p) numeric and text columns, NaN or None where missing.

        Args:
            features: The fit rows.
            preparation: Transformation and filters; columns that are not there are no matter.

        Raises:
            DataError: the filters leave no feature, or values cannot be transformed.
        """
        table = features if isinstance(features, RawTable) else RawTable.of(features)
        lowest, highest = _value_ranges(table.numbers)
        block = _block_of(table, preparation)
        numbers = _with_transformed(table, block, preparation.transform)
        kept, kept_texts = _left_by_filters(table, numbers, preparation)
        numbers = _columns(numbers, kept)
        texts = _columns(table.texts, kept_texts)
        missing = np.isnan(numbers).sum(axis=0)
        enough = max(_INDICATOR_ROWS, _INDICATOR_SHARE * len(numbers))
        indicators = np.flatnonzero((missing >= enough) & ~np.isnan(lowest[kept]))
        medians = _medians(numbers, missing > 0)
        means, scales = _mean_and_scale(_imputed(numbers, medians))
        encoder = _fitted_encoder(texts)
        numeric = [table.numeric_names[i] for i in kept]
        names = [(name, name) for name in numeric]
        names += [(f"{numeric[i]} (missing)", numeric[i]) for i in indicators]
        names += _category_names(encoder, tuple(table.text_names[i] for i in kept_texts))
        return cls(
            columns=table.names,
            output_names=tuple(name for name, _ in names),
            source_columns=tuple(source for _, source in names),
            ranges={
                name: (float(low), float(high))
                for name, low, high in zip(table.numeric_names, lowest, highest, strict=True)
                if not np.isnan(low)
            },
            numeric_names=table.numeric_names,
            text_names=table.text_names,
            transform_name=preparation.transform,
            block=block,
            kept=kept,
            kept_texts=kept_texts,
            medians=medians,
            means=means,
            scales=scales,
            indicators=indicators.astype(np.int64),
            encoder=encoder,
        )

    def transform(self, features: pd.DataFrame | RawTable) -> NDArray[np.float64]:
        """Return the (n, d) preprocessed columns, without missing values.

        Columns of a table are found by name; a `RawTable` must have the columns of the fit.

        Raises:
            KeyError: if the table lacks a column that the preprocessing was fitted on.
            DataError: values that cannot be transformed, such as counts below 0.
        """
        if isinstance(features, pd.DataFrame):
            features = self._raw(features)
        numbers = _with_transformed(features, self.block, self.transform_name)
        numbers = _columns(numbers, self.kept)
        scaled = _imputed(numbers, self.medians) - self.means
        scaled /= self.scales
        np.clip(scaled, -CLIP, CLIP, out=scaled)
        parts = [scaled]
        if len(self.indicators):
            parts.append(np.isnan(numbers[:, self.indicators]).astype(np.float64))
        if self.encoder is not None:
            parts.append(self.encoder.transform(_columns(features.texts, self.kept_texts)))
        return np.hstack(parts) if len(parts) > 1 else scaled

    def needed_for(self, outputs: NDArray[np.int64]) -> frozenset[str]:
        """Return the user's columns that preprocessed columns depend on.

        A transformation that divides by something of the whole sample needs all measurements.
        """
        sources = {self.source_columns[number] for number in outputs}
        measured = {self.numeric_names[number] for number in self.block}
        if self.transform_name in OF_WHOLE_SAMPLE and not sources.isdisjoint(measured):
            sources |= measured
        return frozenset(sources)

    def measured(self, features: pd.DataFrame) -> pd.DataFrame:
        """Return the user's columns with transformed measurements, neither filled nor scaled."""
        names = tuple(self.numeric_names[number] for number in self.block)
        return transformed(features, Preparation(self.transform_name, names))

    def _raw(self, features: pd.DataFrame) -> RawTable:
        """Pick the known columns of a new table, in the known order and with the known kind."""
        return RawTable(
            self.columns,
            self.numeric_names,
            _numbers(features, list(self.numeric_names)),
            self.text_names,
            _texts(features, list(self.text_names)),
        )


def _columns(values: NDArray[Any], chosen: NDArray[np.int64]) -> NDArray[Any]:
    """Return the chosen columns; the array itself if they are all of it."""
    if len(chosen) == values.shape[1]:
        return values
    return np.ascontiguousarray(values[:, chosen])


def _block_of(table: RawTable, preparation: Preparation) -> NDArray[np.int64]:
    """Return the numbers of the numeric columns that are measurements."""
    wanted = set(preparation.columns)
    found = [number for number, name in enumerate(table.numeric_names) if name in wanted]
    return np.array(found, dtype=np.int64)


def _with_transformed(
    table: RawTable, block: NDArray[np.int64], transform: AppliedTransform
) -> NDArray[np.float64]:
    """Return the (n, q) numbers, those of the block transformed row by row."""
    if transform == "none" or not len(block):
        return table.numbers
    names = [table.numeric_names[number] for number in block]
    new = apply_transform(transform, _columns(table.numbers, block), names)
    if len(block) == table.numbers.shape[1]:
        return new
    numbers = table.numbers.copy()
    numbers[:, block] = new
    return numbers


def _left_by_filters(
    table: RawTable, numbers: NDArray[np.float64], preparation: Preparation
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the numbers of the numeric (m,) and categorical (t,) columns that stay.

    Args:
        table: The fit rows.
        numbers: (n, q) their numbers after the transformation.
        preparation: The filters.
    """
    stays = np.ones(numbers.shape[1], dtype=np.bool_)
    texts_stay = np.ones(table.texts.shape[1], dtype=np.bool_)
    if preparation.most_missing is not None:
        stays = np.isnan(numbers).mean(axis=0) <= preparation.most_missing
        texts_stay = pd.isna(table.texts).mean(axis=0) <= preparation.most_missing
    if preparation.most_variable is not None:
        block = _block_of(table, preparation)
        block = block[stays[block]]
        order = np.argsort(-_variances(numbers[:, block]), kind="stable")
        stays[block[order[preparation.most_variable :]]] = False
    if not stays.any() and not texts_stay.any() and len(table.names):
        raise DataError(
            "No feature is left in a fold: all lack more values there than [preparation] allows.",
            "Raise most_missing under [preparation], or take it out of the plan.",
        )
    return np.flatnonzero(stays).astype(np.int64), np.flatnonzero(texts_stay).astype(np.int64)


def _variances(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the (b,) variances of the values that are there; -1 for columns without any."""
    counts = (~np.isnan(numbers)).sum(axis=0)
    means = np.nansum(numbers, axis=0) / np.maximum(counts, 1)
    found = np.nansum((numbers - means) ** 2, axis=0) / np.maximum(counts, 1)
    return np.where(counts > 0, found, -1.0)


def _numbers(features: pd.DataFrame, names: list[str]) -> NDArray[np.float64]:
    """Return (n, q) numbers, always in the same order in memory: sums round by it."""
    return np.ascontiguousarray(features[names].to_numpy(dtype=np.float64, na_value=np.nan))


def _texts(features: pd.DataFrame, names: list[str]) -> NDArray[np.object_]:
    """Return (n, c) texts, None where missing (whatever kind of missing pandas uses)."""
    texts = np.full((len(features), len(names)), None, dtype=object)
    for number, name in enumerate(names):
        values = features[name]
        for row in np.flatnonzero(values.notna().to_numpy()):
            texts[row, number] = str(values.iloc[row])
    return texts


def _value_ranges(
    numbers: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the (q,) smallest and largest values; NaN for columns without a value."""
    if not len(numbers):
        raise ValueError("Preprocessing needs at least one row to be fitted on.")
    with np.errstate(invalid="ignore"):
        return np.fmin.reduce(numbers, axis=0), np.fmax.reduce(numbers, axis=0)


def _medians(numbers: NDArray[np.float64], gaps: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the (q,) medians, where ``gaps`` says which columns lack values; 0 without any.

    A column without gaps in the fit rows may have some in new samples, so it has a median too.
    """
    medians = np.zeros(numbers.shape[1])
    # Sorting runs along rows of a copy: four times as fast as down the columns.
    whole = np.sort(np.ascontiguousarray(numbers[:, ~gaps].T), axis=1)
    middle = len(numbers) // 2
    medians[~gaps] = (whole[:, middle] + whole[:, (len(numbers) - 1) // 2]) / 2.0
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="All-NaN slice")
        medians[gaps] = np.nanmedian(numbers[:, gaps], axis=0)
    return np.nan_to_num(medians, nan=0.0)


def _imputed(numbers: NDArray[np.float64], medians: NDArray[np.float64]) -> NDArray[np.float64]:
    gaps = np.isnan(numbers)
    return np.where(gaps, medians, numbers) if gaps.any() else numbers


def _mean_and_scale(
    numbers: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (q,) means and standard deviations, infinite where the column is constant."""
    means = numbers.mean(axis=0)
    scales = numbers.std(axis=0)
    # What rounding alone can make of a constant column (the bound scikit-learn uses as well).
    rounding = np.finfo(np.float64).eps * len(numbers) * np.abs(means)
    scales[scales <= np.maximum(rounding, np.finfo(np.float64).tiny)] = np.inf
    return means, scales


def _fitted_encoder(texts: NDArray[np.object_]) -> OneHotEncoder | None:
    if not texts.shape[1]:
        return None
    encoder = OneHotEncoder(
        min_frequency=max(_RARE_ROWS, int(np.ceil(_RARE_SHARE * len(texts)))),
        max_categories=_MOST_CATEGORIES,
        handle_unknown="infrequent_if_exist",
        sparse_output=False,
    )
    return encoder.fit(texts)


def _category_names(
    encoder: OneHotEncoder | None, sources: tuple[str, ...]
) -> list[tuple[str, str]]:
    """Return (name, source) of each one-hot column, in the order the encoder writes them."""
    if encoder is None:
        return []
    names: list[tuple[str, str]] = []
    rows = zip(sources, encoder.categories_, encoder.infrequent_categories_, strict=True)
    for source, categories, rare in rows:
        together = set() if rare is None else set(rare)
        kept = [c for c in categories if c not in together]
        names += [(f"{source} = {'missing' if c is None else c}", source) for c in kept]
        if together:
            names.append((f"{source} = other", source))
    return names
