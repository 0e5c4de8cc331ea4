"""Columns that name files of images or sounds, whose content no model here sees."""

from __future__ import annotations

import re
from typing import ClassVar

from deepbench.data.findings.base import Finding, FindingContext
from deepbench.data.samples import AllSamples
from deepbench.data.wording import counted, shorten, some_names
from deepbench.study.records import FindingRecord

_IMAGE = re.compile(
    r".+\.(?:jpe?g|png|tiff?|gif|bmp|webp|svs|ndpi|czi|nd2|lif|dcm|nii(?:\.gz)?)$", re.IGNORECASE
)
_MOST = 0.8
_FEW = 5


class NamedFiles(Finding):
    """Finds names of images beside few measurements: what the study is about is not there."""

    kind: ClassVar[str] = "images"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return a finding on each column of names of images."""
        if samples.features.shape[1] > _FEW:
            return []
        columns = {str(name): samples.annotations[name] for name in samples.annotations.columns}
        texts = {name: list(map(str, column)) for name, column in columns.items()}
        texts["name of the sample"] = list(map(str, samples.sample_ids))
        return [
            self._record(name, list(samples.features.columns))
            for name, names in texts.items()
            if sum(_IMAGE.match(text) is not None for text in names) >= _MOST * len(names)
        ][:1]

    def _record(self, name: str, features: list[str]) -> FindingRecord:
        return FindingRecord(
            kind=self.kind,
            severity="serious",
            where=f"'{shorten(name)}'",
            message=(
                f"'{shorten(name)}' names images, but DeepBench does not read images yet. The "
                f"models see only {counted(len(features), 'column')} of the table "
                f"({some_names(features)}), and nothing of the pictures."
            ),
            hint=(
                "Measure the images first, for example with ImageJ or CellProfiler, and add the "
                "measurements as columns."
            ),
        )
