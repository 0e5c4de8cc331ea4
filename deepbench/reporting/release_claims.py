"""Sentences that speak of groups of samples, as a released report may show them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deepbench.reporting.release_groups import Released
from deepbench.study.records import ClaimsRecord, ErrorGroupRecord, EthicsRecord

# What a list of groups with few units may say without the values that few have.
_FEW = re.compile(r"^(?P<begin>Groups that are not, or hardly, in the data: )(?P<list>.+?)\.?$")
_NAMES_NO_VALUE = re.compile(
    r".+ below \S+ or above \S+ \(fewer than \d+ units on each side\)"
    r"|each single .+ \(fewer than \d+ units of each\)"
    r"|any group by (?:sex|age|ancestry|, | or )+, which no column states"
)
_MISSING = re.compile(
    r"^(?P<begin>Fewer than \d+ training units have .+? = ).+(?P<end>\. Of them the model has )"
)
# "site: va (30 % (24 to 37 %)); …": the error of a group that perhaps is not shown.
_GATHER = re.compile(r"^On samples kept out of training, the model is wrong more often in ")
_ITS_ERROR = re.compile(r" \([\d.,]+(?: %)?(?: \([^()]*\))?\)(?=[;,.])")
_VALUES_OF = "rare values of {column}"


@dataclass(frozen=True)
class Labels:
    """What groups of samples were called, and what they may be called.

    Attributes:
        renamed: Names that are shown in another way: as it was, as it is shown.
        hidden: Names that are not shown.
    """

    renamed: tuple[tuple[str, str], ...]
    hidden: tuple[str, ...]

    @classmethod
    def of(cls, before: Iterable[ErrorGroupRecord], shown: Sequence[Released]) -> Labels:
        """Compare all groups with those that are shown."""
        kept = {(old.kind, old.column, old.group) for old, _ in shown}
        names = {old.group for old, _ in shown}
        gone = {
            group.group
            for group in before
            if (group.kind, group.column, group.group) not in kept and group.group not in names
        }
        # A name that is shown for one column and hidden for another is told by its column.
        gone |= {
            f"{group.column}{sign}{group.group}"
            for group in before
            if (group.kind, group.column, group.group) not in kept and group.group in names
            for sign in (": ", " = ", " ")
        }
        renamed = {(old.group, new.group) for old, new in shown if old.group != new.group}
        by_length = sorted(renamed, key=lambda pair: -len(pair[0]))
        return cls(tuple(by_length), tuple(sorted(gone)))

    def released(self, sentences: Sequence[str]) -> tuple[str, ...]:
        """Return the sentences, but for those that speak of a group that is not shown."""
        hidden = [_whole(text) for text in self.hidden if text]
        kept = [text for text in sentences if not any(rule.search(text) for rule in hidden)]
        return tuple(map(self._renamed, kept))

    def _renamed(self, text: str) -> str:
        for old, new in self.renamed:
            text = _whole(old).sub(lambda _, new=new: new, text)  # type: ignore[misc]
        return text


def _whole(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(text)}(?!\w)")


def released_claims(record: ClaimsRecord, labels: Labels) -> ClaimsRecord:
    """Return what may be claimed, without groups that are not shown and values that few have.

    Args:
        record: Claims.
        labels: Names of groups.
    """
    claims = tuple(
        claim.model_copy(update={"reservations": labels.released(claim.reservations)})
        for claim in record.claims
    )
    not_shown = labels.released(tuple(map(_without_rare_values, record.not_shown)))
    return record.model_copy(update={"claims": claims, "not_shown": not_shown})


def released_ethics(record: EthicsRecord) -> EthicsRecord:
    """Return the register without values that few training units have, and errors of groups."""
    entries = tuple(
        entry.model_copy(update={"text": _of_register(entry.text)}) for entry in record.entries
    )
    return record.model_copy(update={"entries": entries})


def _of_register(text: str) -> str:
    if _GATHER.match(text):
        return _ITS_ERROR.sub("", text)
    return _MISSING.sub(r"\g<begin>(a rare value)\g<end>", text)


def _without_rare_values(text: str) -> str:
    found = _FEW.match(text)
    if found is None:
        return text
    parts: list[str] = []
    for part in found["list"].split("; "):
        if _NAMES_NO_VALUE.fullmatch(part):
            parts.append(part)
        elif " = " in part:
            parts.append(_VALUES_OF.format(column=part.split(" = ")[0]))
    return (
        f"{found['begin']}{'; '.join(dict.fromkeys(parts))}."
        if parts
        else ("Groups that are not, or hardly, in the data.")
    )
