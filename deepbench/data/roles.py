"""What columns mean: from the names in the plan to samples with features, outcome and units."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.column_types import ParsedTable
from deepbench.data.outcome import Outcome, read_outcome
from deepbench.data.samples import AllSamples, OutcomeInfo
from deepbench.data.wording import counted, did_you_mean, shorten, some_names
from deepbench.errors import DataError, PlanError
from deepbench.plan import Roles, StudyPlan
from deepbench.study.records import ColumnRecord, SampleSheetRecord

ROLE_NAMES: tuple[str, ...] = tuple(Roles.model_fields)
#: Roles whose columns travel with the samples, as annotations.
ANNOTATION_ROLES = (
    "unit",
    "pair",
    "batch",
    "operator",
    "site",
    "date",
    "timepoint",
    "sensitive",
    "part",
)
#: Fewer samples than this are refused.
LEAST_SAMPLES = 10
_FEATURE_KINDS = frozenset({"numeric", "categorical", "empty"})


@dataclass(frozen=True)
class ResolvedRoles:
    """Columns by role, under the names they have in the file.

    Attributes:
        outcome: The outcome column.
        by_role: Columns of each role that has any.
        as_written: Name in the plan of each column with a role.
    """

    outcome: str
    by_role: dict[str, tuple[str, ...]]
    as_written: dict[str, str]

    @property
    def role_of(self) -> dict[str, str]:
        """Role of each column that has one; the outcome's is ``outcome``."""
        found = {name: role for role, names in self.by_role.items() for name in names}
        return {**found, self.outcome: "outcome"}

    @property
    def in_plan(self) -> dict[str, tuple[str, ...]]:
        """Columns by role, under the names they have in the plan."""
        return {
            role: tuple(self.as_written[name] for name in names)
            for role, names in self.by_role.items()
        }


def find_column(name: str, columns: Sequence[str], header: bool, key: str) -> str:
    """Return the column that a name in the plan means.

    Args:
        name: Name in the plan; in a file without header also its number, from 1.
        columns: Names in the file.
        header: Whether the file names its columns.
        key: Key of the plan, for the sentence.

    Raises:
        DataError: there is no such column, or several could be meant.
    """
    if name in columns:
        return name
    if not header and name.strip().isdecimal() and f"column {int(name)}" in columns:
        return f"column {int(name)}"
    folded = _folded(name)
    alike = [column for column in columns if _folded(column) == folded]
    if len(alike) == 1:
        return alike[0]
    if alike:
        raise DataError(
            f"{key}: '{shorten(name)}' could be {some_names(alike)}.",
            "Write the name exactly as in the file.",
        )
    raise DataError(
        f"{key}: there is no column '{shorten(name)}'.",
        f"{did_you_mean(name, columns)}The columns are {some_names(columns, 20)}."
        f"{_uncut_hint(columns)}",
    )


def _uncut_hint(columns: Sequence[str]) -> str:
    if len(columns) == 1 and any(mark in columns[0] for mark in ",;\t|"):
        return " The row of names was not cut into columns: correct delimiter under [data]."
    return ""


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def resolve_roles(
    columns: Sequence[str], header: bool, plan: StudyPlan, sample_column: str = ""
) -> ResolvedRoles:
    """Find the columns that the plan names.

    Args:
        columns: Names in the file.
        header: Whether the file names its columns.
        plan: The plan.
        sample_column: Column that names the samples by the files themselves; it has the role
            sample unless the plan says otherwise.

    Raises:
        DataError: a column does not exist.
        PlanError: a column has two roles.
    """
    outcome = find_column(plan.question.outcome, columns, header, "question.outcome")
    taken = {outcome: "question.outcome"}
    by_role: dict[str, tuple[str, ...]] = {}
    as_written: dict[str, str] = {}
    for role in ROLE_NAMES:
        found = []
        for name in getattr(plan.roles, role):
            column = find_column(name, columns, header, f"roles.{role}")
            if column in taken:
                raise two_roles(column, taken[column], f"roles.{role}")
            taken[column] = f"roles.{role}"
            as_written[column] = name
            found.append(column)
        if found:
            by_role[role] = tuple(found)
    return with_known_samples(ResolvedRoles(outcome, by_role, as_written), sample_column)


def with_known_samples(roles: ResolvedRoles, column: str) -> ResolvedRoles:
    """Return the roles with the column that names the samples by the files, if it is free."""
    if not column or "sample" in roles.by_role or column in roles.role_of:
        return roles
    return ResolvedRoles(
        roles.outcome,
        {**roles.by_role, "sample": (column,)},
        {**roles.as_written, column: column},
    )


def two_roles(column: str, first: str, second: str) -> PlanError:
    """Return the error for a column that two keys of the plan name, or one twice."""
    if first == second:
        return PlanError(
            f"The column '{shorten(column)}' stands twice in {first}.", "Name it once."
        )
    return PlanError(
        f"The column '{shorten(column)}' has two roles: {first} and {second}.",
        "Name each column once, under the role that matters most.",
    )


def with_roles(
    columns: Sequence[ColumnRecord], roles: ResolvedRoles, aside: Sequence[str] = ()
) -> tuple[ColumnRecord, ...]:
    """Return the records with the role of each column filled in.

    The outcome's is ``outcome``, that of a column of numbers or labels ``feature``; dates and
    free text without a role are ``not used``, and so is what ``aside`` names.
    """
    role_of = roles.role_of
    apart = frozenset(aside)

    def role(column: ColumnRecord) -> str:
        feature = column.kind in _FEATURE_KINDS and column.name not in apart
        return role_of.get(column.name, "feature" if feature else "not used")

    # Named one by one: `replace` takes three times as long, and a table has 20,000 columns.
    return tuple(
        ColumnRecord(column.name, column.kind, role(column), column.missing, column.distinct)
        for column in columns
    )


def assign_roles(parsed: ParsedTable, plan: StudyPlan) -> tuple[AllSamples, SampleSheetRecord]:
    """Make samples of a typed table.

    Features are columns of numbers or labels without a role. Annotations are the columns with
    one of the `ANNOTATION_ROLES`, and columns of dates or free text without a role, which the
    data check looks at and leaves out; all as text, ``""`` where nothing is written. An
    annotation with a role has the name that the plan gives it, so that later stages find it
    however freely the plan spells it.

    Units that share a matched pair count as one from here on: whatever keeps units together
    keeps pairs together.

    Raises:
        DataError: see `find_column` and `read_outcome`; fewer than ten samples; no feature.
        PlanError: see `resolve_roles`.
    """
    names = [column.name for column in parsed.columns]
    roles = resolve_roles(names, parsed.header, plan, parsed.sample_column)
    columns = with_roles(parsed.columns, roles, parsed.aside)
    outcome = read_outcome(parsed, roles.outcome, plan.question, plan.data)
    _require_enough(parsed, roles.outcome, outcome)
    features = [c.name for c in columns if c.role == "feature"]
    if not features:
        raise _no_feature(parsed.source_name, columns)
    annotated = [c.name for c in columns if c.role in (*ANNOTATION_ROLES, "not used")]
    ids = _sample_ids(parsed, roles.by_role.get("sample", ()))[outcome.rows]
    units, how = _units(parsed, roles.by_role, ids, outcome.rows)
    rows = outcome.rows
    samples = AllSamples(
        features=parsed.frame[features].iloc[rows].reset_index(drop=True),
        outcome=outcome.values,
        sample_ids=ids,
        units=units,
        annotations=_as_text(parsed.frame[annotated].iloc[rows])
        .rename(columns=roles.as_written)
        .reset_index(drop=True),
        info=outcome.info,
    )
    kinds = {c.name: c.kind for c in columns}
    left_out = len(parsed.frame) - len(rows)
    return samples, _sheet(samples, outcome, roles, kinds, how, left_out)


def _require_enough(parsed: ParsedTable, column: str, outcome: Outcome) -> None:
    if len(outcome.rows) < LEAST_SAMPLES:
        without = len(parsed.frame) - len(outcome.rows)
        rest = f" ({counted(without, 'row')} without an outcome left out)" if without else ""
        raise DataError(
            f"{parsed.source_name} has {counted(len(outcome.rows), 'sample')} with an outcome in "
            f"'{shorten(column)}'{rest}; at least {LEAST_SAMPLES} are needed.",
            "Add samples: with fewer than about 20 per class no model can be judged.",
        )


def _no_feature(source: str, columns: Sequence[ColumnRecord]) -> DataError:
    texts = [c.name for c in columns if c.role == "not used"]
    why = f" ({some_names(texts)}: free text, sequences, names or dates)" if texts else ""
    return DataError(
        f"{source}: no measurement column is left besides the outcome and the roles{why}.",
        "Add columns with measurements (numbers or labels), one per feature. Sequences can be "
        'measured by counting letters: sequences = "composition" under [data]; images must be '
        "measured first.",
    )


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype(object).where(frame.notna(), "")


def _sample_ids(parsed: ParsedTable, columns: Sequence[str]) -> NDArray[np.str_]:
    """Return (n,) sample names: the sample column, or ``row N`` as the file counts rows."""
    rows = parsed.locator.row_names()
    if not columns:
        return np.array(rows, dtype=np.str_)
    names = _joint_names(parsed.frame, columns)
    return np.array(
        [row if name is None else name for name, row in zip(names, rows, strict=True)],
        dtype=np.str_,
    )


def _joint_names(frame: pd.DataFrame, columns: Sequence[str]) -> list[str | None]:
    """Return one name per row from several columns; None where all of them are empty."""
    texts = [frame[column].to_numpy(dtype=object) for column in columns]
    return [
        None if all(part is None for part in parts) else " / ".join(part or "" for part in parts)
        for parts in zip(*texts, strict=True)
    ]


def _units(
    parsed: ParsedTable,
    by_role: dict[str, tuple[str, ...]],
    ids: NDArray[np.str_],
    rows: NDArray[np.int64],
) -> tuple[NDArray[np.int64], str]:
    """Return (m,) unit codes in order of appearance, and where they come from in words."""
    units, how = _single_units(parsed, by_role, ids, rows)
    columns = by_role.get("pair", ())
    if not columns:
        return units, how
    pairs, missing = _codes_of_names(parsed, columns, rows)
    together = merged(units, pairs)
    without = f" ({counted(missing, 'row')} without one)" if missing else ""
    joined = f"{counted(len(np.unique(units)), 'unit')}, joined into {len(np.unique(together)):,}"
    return together, f"{how}; {joined}: pairs in {some_names(columns)}{without} stay together"


def _single_units(
    parsed: ParsedTable,
    by_role: dict[str, tuple[str, ...]],
    ids: NDArray[np.str_],
    rows: NDArray[np.int64],
) -> tuple[NDArray[np.int64], str]:
    """Return unit codes and where they come from, before pairs are looked at."""
    columns = by_role.get("unit", ())
    if columns:
        codes, missing = _codes_of_names(parsed, columns, rows)
        how = f"units from {some_names(columns)}"
        if missing:
            how += f" ({counted(missing, 'row')} without one: each taken as its own unit)"
        return codes, how
    if "sample" in by_role:
        repeated = len(ids) - len(np.unique(ids))
        named = some_names(by_role["sample"])
        if repeated and "replicate" in by_role:
            return _codes(list(ids)), f"units are the samples in {named}, with their replicates"
        if repeated:
            how = f"names in {named} repeat, so rows of the same name are one unit"
            return _codes(list(ids)), how
    return np.arange(len(ids), dtype=np.int64), "each row taken as its own unit"


def _codes_of_names(
    parsed: ParsedTable, columns: Sequence[str], rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], int]:
    """Return codes of the names in these columns, and how many rows have none.

    A row that does not say whose it is cannot be tied to another.
    """
    names = _joint_names(parsed.frame.iloc[rows], columns)
    keys = [f"{i}\0" if name is None else name for i, name in enumerate(names)]
    return _codes(keys), sum(name is None for name in names)


def _codes(keys: Sequence[str]) -> NDArray[np.int64]:
    return pd.factorize(np.array(keys, dtype=object))[0].astype(np.int64)


def _sheet(
    samples: AllSamples,
    outcome: Outcome,
    roles: ResolvedRoles,
    kinds: Mapping[str, str],
    how: str,
    left_out: int,
) -> SampleSheetRecord:
    info = samples.info
    categorical = sum(kinds[name] == "categorical" for name in samples.features.columns)
    class_units = {
        name: len(np.unique(samples.units[samples.outcome == code]))
        for code, name in enumerate(info.classes)
    }
    class_samples = {
        name: int((samples.outcome == code).sum()) for code, name in enumerate(info.classes)
    }
    record = SampleSheetRecord(
        task=info.task,
        outcome=info.column,
        classes=info.classes,
        class_samples=class_samples,
        class_units=class_units,
        samples=len(samples),
        units=samples.number_of_units,
        features=samples.features.shape[1],
        numeric_features=samples.features.shape[1] - categorical,
        categorical_features=categorical,
        roles=roles.in_plan,
        left_out_rows=left_out,
        sentence="",
    )
    return record.model_copy(update={"sentence": _sentence(record, info, outcome, how)})


def _sentence(record: SampleSheetRecord, info: OutcomeInfo, outcome: Outcome, how: str) -> str:
    if info.task == "regression":
        kind = f"The outcome '{shorten(info.column)}' is a number (regression)."
    else:
        shown = [f"{shorten(name)} ({record.class_samples[name]:,})" for name in info.classes[:10]]
        rest = f" and {len(info.classes) - 10} more" if len(info.classes) > 10 else ""
        kind = (
            f"The outcome '{shorten(info.column)}' has {len(info.classes)} classes: "
            f"{', '.join(shown)}{rest}."
        )
        if outcome.positive_by:
            kind += f" Positive is '{shorten(info.classes[-1])}' ({outcome.positive_by})."
    left = (
        f" {counted(record.left_out_rows, 'row')} without an outcome left out."
        if record.left_out_rows
        else ""
    )
    return (
        f"{counted(record.samples, 'sample')} of {counted(record.units, 'unit')} ({how}), "
        f"{counted(record.features, 'feature')} ({record.numeric_features:,} numeric, "
        f"{record.categorical_features:,} categorical). {kind}{left}"
    )


def regroup(samples: AllSamples, keys: Sequence[str]) -> AllSamples:
    """Return the samples with units merged where they share a key.

    Args:
        samples: Samples.
        keys: (n,) one key per row; rows of one key, and rows of one present unit, end up
            together.
    """
    codes = _codes(keys)
    return replace(samples, units=merged(samples.units, codes))


def merged(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return (n,) codes of the finest grouping that both groupings respect."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    left = pd.factorize(first)[0]
    right = pd.factorize(second)[0]
    number = int(left.max()) + 1
    size = number + int(right.max()) + 1
    graph = coo_array((np.ones(len(left)), (left, number + right)), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    return pd.factorize(labels[left])[0].astype(np.int64)
