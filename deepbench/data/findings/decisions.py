"""What the plan decides about findings: keep, leave out, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.findings.base import FindingContext
from deepbench.data.roles import LEAST_SAMPLES, find_column
from deepbench.data.samples import AllSamples
from deepbench.data.wording import counted, did_you_mean, shorten, some_names
from deepbench.errors import DataError, PlanError
from deepbench.study.records import FindingRecord

LEFT_OUT = "left out by the plan"
_FEATURES = "features"
_SAMPLES = "samples"


@dataclass(frozen=True)
class Decisions:
    """Decisions about features, under the names they have in the samples.

    Attributes:
        keep: Features that stay although a finding would leave them out.
        leave_out: Features that go.
    """

    keep: frozenset[str]
    leave_out: frozenset[str]


def decisions_on_features(samples: AllSamples, context: FindingContext) -> Decisions:
    """Return the plan's decisions, names found as freely as those of roles.

    Raises:
        DataError: a feature to keep does not exist.
        PlanError: a feature to leave out does not exist or is none, or is also one to keep.
    """
    columns = list(samples.features.columns)
    keep = frozenset(find_column(n, columns, False, "check.keep") for n in sorted(context.keep))
    leave_out = frozenset(_to_leave_out(n, samples, context) for n in sorted(context.leave_out))
    both = sorted(keep & leave_out)
    if both:
        raise PlanError(
            f"{some_names(both)} {'stands' if len(both) == 1 else 'stand'} both in keep and in "
            "leave_out under [check].",
            "Decide for one of them.",
        )
    return Decisions(keep, leave_out)


def _to_leave_out(name: str, samples: AllSamples, context: FindingContext) -> str:
    role = next((role for role, names in context.roles.items() if name in names), None)
    if name == samples.info.column or role is not None:
        what = "the outcome" if role is None else f"a column with the role {role}"
        raise PlanError(
            f"check.leave_out: '{shorten(name)}' is {what}, not a feature.",
            "Only features can be left out here; take the name away.",
        )
    free = [c for c in samples.annotations.columns if not context.has_role(c)]
    try:
        return find_column(name, [*samples.features.columns, *free], False, "check.leave_out")
    except DataError as error:
        raise PlanError(error.message, error.hint) from None


def row_names(sample_ids: NDArray[np.str_]) -> list[str]:
    """Return (n,) names that tell apart rows of one name: ``S1``, then ``S1 (copy 2)``."""
    seen: Counter[str] = Counter()
    names = []
    for name in sample_ids.tolist():
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} (copy {seen[name]})")
    return names


def without_samples(samples: AllSamples, names: Iterable[str]) -> AllSamples:
    """Return the samples without those of the given names, units numbered anew.

    A name stands for all rows that have it, ``name (copy 2)`` for one (see `row_names`).
    """
    gone = list(names)
    kept = ~np.isin(samples.sample_ids, gone) & ~np.isin(row_names(samples.sample_ids), gone)
    rows = np.flatnonzero(kept).astype(np.int64)
    if len(rows) == len(samples):
        return samples
    left = samples.take(rows)
    return replace(left, units=pd.factorize(left.units)[0].astype(np.int64))


def leave_samples_out(
    samples: AllSamples, names: frozenset[str]
) -> tuple[AllSamples, list[FindingRecord]]:
    """Remove the samples that the plan leaves out, and say so.

    Raises:
        PlanError: there is no sample of such a name.
        DataError: too few samples are left.
    """
    if not names:
        return samples, []
    known = list(dict.fromkeys([*samples.sample_ids.tolist(), *row_names(samples.sample_ids)]))
    unknown = sorted(names - set(known))
    if unknown:
        raise PlanError(
            f"check.leave_out_samples: there is no sample {some_names(unknown)} among those with "
            "an outcome.",
            f"{did_you_mean(unknown[0], known)}Write the names as in the column with the role "
            "sample, or 'row 5' where there is none.",
        )
    left = without_samples(samples, names)
    gone = len(samples) - len(left)
    if len(left) < LEAST_SAMPLES:
        raise DataError(
            f"{counted(gone, 'sample')} left out by the plan, {len(left)} remain; at least "
            f"{LEAST_SAMPLES} are needed.",
            "Take names out of leave_out_samples under [check].",
        )
    record = FindingRecord(
        kind=LEFT_OUT,
        severity="info",
        where=_SAMPLES,
        message=f"{counted(gone, 'sample')} left out, as the plan asks.",
        hint="They are neither trained on nor tested.",
        samples=tuple(name for name in known if name in names),
        decision="left out",
    )
    return left, [record]


def left_out_samples(records: Sequence[FindingRecord]) -> tuple[str, ...]:
    """Return the names of the samples that the plan left out."""
    return next((r.samples for r in records if r.kind == LEFT_OUT and r.where == _SAMPLES), ())


def remaining_features(
    decisions: Decisions, records: Sequence[FindingRecord], columns: Sequence[str]
) -> list[FindingRecord]:
    """Return a record on the features to leave out that no finding left out, if there are any."""
    settled = {c for r in records if r.decision == "left out" for c in r.columns}
    rest = tuple(c for c in columns if c in decisions.leave_out and c not in settled)
    if not rest:
        return []
    verb = "is" if len(rest) == 1 else "are"
    return [
        FindingRecord(
            kind=LEFT_OUT,
            severity="info",
            where=_FEATURES,
            message=f"{some_names(rest)} {verb} left out, as the plan asks.",
            hint="No model sees what is left out.",
            columns=rest,
            decision="left out",
        )
    ]


def spared(record: FindingRecord, decisions: Decisions) -> FindingRecord:
    """Let the plan keep features that a finding would leave out."""
    kept = [column for column in record.columns if column in decisions.keep]
    if record.decision != "left out" or not kept:
        return record
    rest = tuple(column for column in record.columns if column not in decisions.keep)
    hint = f"Kept, as the plan asks: {some_names(kept)}."
    return record.model_copy(
        update={
            "columns": rest or record.columns,
            "decision": "left out" if rest else "kept",
            "hint": f"{hint} {record.hint}" if rest else hint,
        }
    )


def decided(record: FindingRecord, decisions: Decisions) -> FindingRecord:
    """Write the plan's decisions into a finding that left its features to the user."""
    if record.decision not in ("none", "kept"):
        return record
    out = [column for column in record.columns if column in decisions.leave_out]
    kept = [column for column in record.columns if column in decisions.keep]
    said = [f"Left out, as the plan asks: {some_names(out)}."] if out else []
    said += [f"Kept, as the plan asks: {some_names(kept)}."] if kept else []
    if not said:
        return record
    if len(out) + len(kept) < len(record.columns):
        return record.model_copy(update={"hint": " ".join([*said, record.hint])})
    decision = "kept" if kept else "left out"
    return record.model_copy(update={"decision": decision, "hint": " ".join(said)})
