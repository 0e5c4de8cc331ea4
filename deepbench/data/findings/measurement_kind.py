"""What the measurements are, how they are transformed, and where the plan contradicts them."""

from __future__ import annotations

from typing import ClassVar

from deepbench.data.findings.base import Finding, FindingContext
from deepbench.data.preparation import Prepared, prepare
from deepbench.data.samples import AllSamples
from deepbench.data.transforms import TRANSFORMATIONS, AppliedTransform, title_of
from deepbench.study.records import FindingRecord

_MEASUREMENTS = "measurements"
_ASKED = "transform under [preparation]"
_CHOICES = (*TRANSFORMATIONS, "none")
_FILTER = "most_variable under [preparation]"

# Values with a long tail, and counts of samples that were sequenced to different depths.
_NEEDS_ONE = frozenset({"counts", "compositional counts", "TPM or FPKM", "intensities"})
_UNFITTING: dict[str, frozenset[AppliedTransform]] = {
    "log intensities": frozenset({"log2", "log1p-cpm", "clr"}),
    "beta values": frozenset({"log2", "log1p-cpm", "clr"}),
    "shares": frozenset({"log1p-cpm"}),
    "intensities": frozenset({"log1p-cpm", "clr"}),
}
_HARM: dict[str, str] = {
    "counts": "models would learn how deeply each sample was sequenced, and large counts would "
    "outweigh all others",
    "compositional counts": "models would learn how deeply each sample was sequenced",
    "TPM or FPKM": "few very large values would outweigh all others",
    "intensities": "few very large values would outweigh all others",
}


def settled(samples: AllSamples, context: FindingContext) -> Prepared:
    """Settle what is done to the measurements; errors as `prepare`."""
    return prepare(
        samples,
        context.preparation,
        context.sheet_columns,
        sorted(context.leave_out_samples),
    )


class KindOfMeasurement(Finding):
    """Says what the measurements look like, and settles how they are transformed.

    The sources are those of `deepbench.data.transforms`.
    """

    kind: ClassVar[str] = "kind of measurement"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return what was recognised, and what speaks against the plan's choice.

        Raises:
            DataQuestion: the values cannot be transformed as the plan asks.
        """
        prepared = context.prepared or settled(samples, context)
        found = []
        if prepared.recognised.kind != "unknown":
            found.append(self._recognised(prepared))
        return [*found, *self._against(prepared, context.preparation.most_variable)]

    def _recognised(self, prepared: Prepared) -> FindingRecord:
        record = prepared.record
        choices = ", ".join(f'"{name}"' for name in _CHOICES if name != record.transform)
        return FindingRecord(
            kind=self.kind,
            severity="info",
            where=_MEASUREMENTS,
            message=f"The measurements look like {record.kind}. {record.why}",
            hint=f"{record.sentence} If they are something else, write transform = {choices} "
            "under [preparation], and name numbers that are no measurements under "
            "not_transformed.",
        )

    def _against(self, prepared: Prepared, most_variable: int | None) -> list[FindingRecord]:
        kind = prepared.recognised.kind
        transform, proposed = prepared.record.transform, prepared.record.proposed
        found = []
        if transform == "none" and proposed != "none" and kind in _NEEDS_ONE:
            found.append(
                self._warning(
                    _ASKED,
                    f"The plan asks for no transformation, and the measurements look like {kind}: "
                    f"{_HARM[kind]}.",
                    f"The usual transformation is {title_of(proposed)}: write transform = "
                    f'"{proposed}" or "auto".',
                )
            )
        if transform in _UNFITTING.get(kind, ()):
            again = ": their logarithm was taken already" if kind == "log intensities" else ""
            found.append(
                self._warning(
                    _ASKED,
                    f"The plan asks for {title_of(transform)}, and the measurements look like "
                    f"{kind}{again}.",
                    f'The usual choice is {title_of(proposed)}: write transform = "{proposed}" '
                    'or "auto".',
                )
            )
        if most_variable is not None and kind == "unknown":
            found.append(
                self._warning(
                    _FILTER,
                    "The features do not seem to be measured on one scale, so that those with the "
                    "largest numbers vary most.",
                    "Take most_variable out of the plan, unless all features have the same unit.",
                )
            )
        return found

    def _warning(self, where: str, message: str, hint: str) -> FindingRecord:
        return FindingRecord(
            kind=self.kind, severity="warning", where=where, message=message, hint=hint
        )
