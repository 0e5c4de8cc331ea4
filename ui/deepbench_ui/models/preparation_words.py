"""What is done to measurements before any model, in words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from deepbench.study.records import PreparationRecord

#: Value in the plan → its name, and what it is for.
TRANSFORMS: Mapping[str, tuple[str, str]] = {
    "auto": (
        "Guess",
        "The usual one for what the measurements look like; none where that is not clear.",
    ),
    "none": (
        "None: leave the values as they are",
        "For values on a log scale already, and for tables of unlike numbers, such as clinical "
        "ones.",
    ),
    "log2": (
        "log2",
        "log2(x + 1), for intensities, TPM and FPKM: a doubling counts the same everywhere, and "
        "a few large values do not rule.",
    ),
    "log1p-cpm": (
        "log1p-CPM",
        "For sequencing counts: takes out how deeply each sample was sequenced, then the "
        "logarithm.",
    ),
    "clr": (
        "CLR",
        "For taxa and other parts of a whole: compares each part with the others of its sample "
        "(centred log-ratio).",
    ),
    "m-values": (
        "M-values",
        "For methylation beta values between 0 and 1: spreads out what is crowded near both ends.",
    ),
}
GUESSED, NO_TRANSFORM = "Guess ({name})", "none"
NOT_CHECKED = (
    "The data check looks at the values and names of the measurements, never at the outcome, and "
    "says here what they look like and what is usual for them."
)
AS_THEY_ARE = "The values go to the models as they are."
PENDING = "You changed this; the next check of the data carries it out."
UNKNOWN_COLUMNS = "There is no column called {names}."
PER_CENT_PROBLEM = "Write per cent, above 0 and up to 100."
NUMBER_PROBLEM = "Write a whole number from 1 up."


def guess_title(record: PreparationRecord | None) -> str:
    """Return what the entry that leaves it to the program is called, with what comes of it."""
    if record is None:
        return TRANSFORMS["auto"][0]
    name = NO_TRANSFORM if record.proposed == "none" else TRANSFORMS[record.proposed][0]
    return GUESSED.format(name=name)


def done_line(record: PreparationRecord | None) -> str:
    """Say what is done to the measurements, and what they look like."""
    if record is None:
        return NOT_CHECKED
    if record.transform == "none" and record.kind == "unknown":
        return f"{AS_THEY_ARE} {record.sentence}".strip()
    return record.sentence or AS_THEY_ARE


def is_pending(record: PreparationRecord | None, *, current: bool, asked: str) -> bool:
    """Say whether another transformation was chosen than was carried out.

    Args:
        record: What was carried out.
        current: Whether the check belongs to the answers as they are.
        asked: The transformation in the plan; empty if it is left to the program.
    """
    if record is None or current:
        return False
    return record.transform != (asked or record.proposed)


def split_names(text: str) -> list[str]:
    """Return the names in a line, which stand between semicolons."""
    names = [name.strip() for name in text.split(";")]
    return list(dict.fromkeys(name for name in names if name))


def not_columns(names: Sequence[str], known: Collection[str]) -> str:
    """Return which names are no columns, as a sentence; empty if all are, or none is known."""
    there = {name.casefold() for name in known}
    wrong = [f"“{name}”" for name in names if name.casefold() not in there]
    if not there or not wrong:
        return ""
    return UNKNOWN_COLUMNS.format(names=" or ".join(wrong))
