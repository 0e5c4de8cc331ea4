"""A table under what has been answered about it so far, which need not fit it yet."""

from __future__ import annotations

from dataclasses import dataclass

from deepbench.data.cells.odd_column import joint_problem
from deepbench.data.column_types import ParsedTable
from deepbench.data.open_tables import OpenTable
from deepbench.data.roles import (
    ROLE_NAMES,
    ResolvedRoles,
    find_column,
    two_roles,
    with_known_samples,
    with_roles,
)
from deepbench.data.sequences import sequence_question
from deepbench.data.table_files import TableFiles
from deepbench.data.table_import import (
    require_samples_in_rows,
    with_file_names,
    with_way_to_outcome,
)
from deepbench.errors import DeepBenchError
from deepbench.plan import Data, Roles


@dataclass(frozen=True)
class TableAnswers:
    """What has been answered about a table so far.

    Attributes:
        files: The files.
        data: [data] of the plan.
        outcome: Name of the outcome column; empty if it is not known yet.
        roles: [roles] of the plan.
    """

    files: TableFiles
    data: Data
    outcome: str
    roles: Roles


@dataclass(frozen=True)
class AnsweredTable:
    """A table typed under the answers that fit it.

    Attributes:
        parsed: The typed table.
        roles: The columns that the answers name and the table has.
        problem: Why the table could not be imported under these answers, or None.
    """

    parsed: ParsedTable
    roles: ResolvedRoles
    problem: DeepBenchError | None


def as_answered(table: OpenTable, answers: TableAnswers) -> AnsweredTable:
    """Type a table as an import would; what an import would refuse is passed over and told."""
    roles, misnamed = _roles_so_far(table, answers)
    problem = _on_its_side(table, answers.outcome) or misnamed
    options = answers.data
    try:
        options = with_file_names(options, table.columns, table.how.header, roles)
    except DeepBenchError as error:
        problem = problem or error
        options = options.model_copy(update={"types": {}, "missing_in": {}})
    parsed, refused = table.typed(options, roles.role_of)
    if refused:
        problem = problem or joint_problem(refused, answers.data)
    if problem is None:
        columns = with_roles(parsed.columns, roles, parsed.aside)
        features = [column.name for column in columns if column.role == "feature"]
        problem = sequence_question(table.raw, answers.data, features, roles.outcome)
    return AnsweredTable(parsed, roles, problem)


def _on_its_side(table: OpenTable, outcome: str) -> DeepBenchError | None:
    if not outcome or not table.how.header:
        return None
    first_column = set(table.cells(0))
    try:
        require_samples_in_rows(table.parsed.source_name, table.columns, first_column, outcome)
    except DeepBenchError as error:
        return error
    return None


def _roles_so_far(
    table: OpenTable, answers: TableAnswers
) -> tuple[ResolvedRoles, DeepBenchError | None]:
    """Return the columns that were found, each under the first key, and the first error."""
    wanted = [("question.outcome", "", answers.outcome)] if answers.outcome else []
    for role in ROLE_NAMES:
        wanted += [(f"roles.{role}", role, name) for name in getattr(answers.roles, role)]
    taken: dict[str, str] = {}
    as_written: dict[str, str] = {}
    by_role: dict[str, tuple[str, ...]] = {}
    problem: DeepBenchError | None = None
    found_outcome = ""
    for key, role, name in wanted:
        try:
            column = find_column(name, table.columns, table.how.header, key)
            if column in taken:
                raise two_roles(column, taken[column], key)
        except DeepBenchError as error:
            explained = with_way_to_outcome(error, table.raw, answers.data, answers.outcome)
            problem = problem or explained
            continue
        taken[column] = key
        if not role:
            found_outcome = column
            continue
        as_written[column] = name
        by_role[role] = (*by_role.get(role, ()), column)
    roles = ResolvedRoles(found_outcome, by_role, as_written)
    return with_known_samples(roles, table.raw.sample_column), problem
