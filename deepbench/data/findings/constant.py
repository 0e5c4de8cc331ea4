"""Features with the same value in all samples."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from deepbench.data.column_types import count_distinct
from deepbench.data.findings.base import Finding, FindingContext, label_names, numeric_names
from deepbench.data.samples import AllSamples
from deepbench.data.wording import some_names
from deepbench.study.records import FindingRecord


class ConstantFeatures(Finding):
    """Leaves out features that cannot tell samples apart."""

    kind: ClassVar[str] = "constant"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return one finding on all features with a single value (gaps not counted)."""
        features = samples.features
        numeric = numeric_names(features)
        constant: set[str] = set()
        if numeric:
            distinct = count_distinct(features[numeric].to_numpy(dtype=np.float64))
            constant.update(name for name, d in zip(numeric, distinct, strict=True) if d == 1)
        constant.update(name for name in label_names(features) if features[name].nunique() == 1)
        columns = tuple(name for name in features.columns if name in constant)
        if not columns:
            return []
        verb = "has" if len(columns) == 1 else "have"
        return [
            FindingRecord(
                kind=self.kind,
                severity="info",
                where="features",
                message=f"{some_names(columns)} {verb} the same value in all samples.",
                hint="Left out: what never differs cannot predict anything.",
                columns=columns,
                decision="left out",
            )
        ]
