"""What all parts of a plan share: strictness, and how column names may be written."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict


def _as_list(value: Any) -> Any:
    """Accept one column name where a list of them is meant."""
    if value is None or value == "":
        return []
    if isinstance(value, str | int):
        return [value]
    return value


def _as_text(value: Any) -> Any:
    """Accept a bare number as a column name (``outcome = 9``)."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def once(values: list[Any]) -> list[Any]:
    """Drop repetitions, keeping the order."""
    return list(dict.fromkeys(values))


ColumnName = Annotated[str, BeforeValidator(_as_text)]
Columns = Annotated[list[ColumnName], BeforeValidator(_as_list), AfterValidator(once)]


class Part(BaseModel):
    """One table of the plan; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)
