"""Plate layout that goes with the outcome, and features that follow the place on the plate."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from deepbench.data.findings.base import Finding, FindingContext, numeric_names
from deepbench.data.findings.order_axes import rows_for_order
from deepbench.data.findings.order_tests import (
    OutcomeTrend,
    correlation_chance,
    free_order,
    order_correlations,
    outcome_trend,
    rank_order_correlation,
    strata_of,
)
from deepbench.data.findings.wells import Wells, find_wells
from deepbench.data.samples import AllSamples
from deepbench.data.wording import shorten, some_names
from deepbench.study.records import FindingRecord, Severity

_LEVEL = 0.001
_NOTABLE = 0.04
_STRONG = 0.25
_LEAST_CORRELATION = 0.5
_EXPECTED_AMONG_NOISE = 0.01
_PLACES = ("plate row", "plate column", "edge of the plate")


class PlatePosition(Finding):
    """Reads wells and asks whether outcome or features go with them."""

    kind: ClassVar[str] = "plate position"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return findings on the layout, on features, and on wells used as a feature."""
        wells = find_wells(samples, context)
        if wells is None:
            return []
        rows = rows_for_order(samples)
        rows = rows[~np.isnan(wells.row[rows])]
        part = wells.take(rows)
        trends = _trends(samples, rows, part)
        followers = _followers(samples, rows, part)
        found = [self._as_feature(wells)] if wells.is_feature else []
        if trends:
            found.append(self._layout(samples, wells, trends, bool(followers)))
        if followers:
            found.append(self._features(followers, bool(trends)))
        return found

    def _as_feature(self, wells: Wells) -> FindingRecord:
        return FindingRecord(
            kind=self.kind,
            severity="info",
            where="wells as a feature",
            message=f"'{shorten(wells.column)}' holds places on a plate, not measurements.",
            hint='Left out. For a plate name its column: batch = "…" under [roles].',
            columns=(wells.column,),
            decision="left out",
        )

    def _layout(
        self,
        samples: AllSamples,
        wells: Wells,
        trends: list[tuple[str, OutcomeTrend]],
        shows: bool,
    ) -> FindingRecord:
        place, strongest = max(trends, key=lambda pair: pair[1].share)
        serious = strongest.share >= _STRONG or shows
        severity: Severity = "serious" if serious else "warning"
        return FindingRecord(
            kind=self.kind,
            severity=severity,
            where="layout of the plate",
            message=(
                f"The outcome '{shorten(samples.info.column)}' goes with the {place} of the wells "
                f"in '{shorten(wells.column)}' (they share {100 * strongest.share:.0f} % of their "
                "variance). Evaporation, warmth or pipetting differ over a plate and may pass for "
                "the outcome."
            ),
            hint=(
                "Put the classes on the plate in mixed order. For these samples, look whether the "
                "scores hold among wells in the middle."
            ),
            columns=(wells.column,),
        )

    def _features(self, followers: list[tuple[str, str, float]], tied: bool) -> FindingRecord:
        names = tuple(dict.fromkeys(name for name, _, _ in followers))
        _, place, best = followers[0]
        verb = "follows" if len(names) == 1 else "follow"
        rest = (
            "The outcome goes with that place too, so a model can tell the class by it."
            if tied
            else "The outcome does not go with it, so this adds noise but no false score."
        )
        return FindingRecord(
            kind=self.kind,
            severity="serious" if tied else "info",
            where="features by place",
            message=(
                f"{some_names(names)} {verb} the place on the plate, inside classes as well "
                f"({place}, correlation {best:.2f}). {rest}"
            ),
            hint=(
                "Correct for the place when the plate is read out, or leave these features out "
                "(leave_out under [check])."
            ),
            columns=names,
        )


def _places(wells: Wells) -> list[tuple[str, NDArray[np.float64]]]:
    places = zip(_PLACES, (wells.row, wells.line, wells.edge), strict=True)
    return [(name, values) for name, values in places if np.ptp(values) > 0]


def _trends(
    samples: AllSamples, rows: NDArray[np.int64], wells: Wells
) -> list[tuple[str, OutcomeTrend]]:
    outcome, classes = samples.outcome[rows], bool(samples.info.classes)
    found = [
        (name, outcome_trend(values, outcome, wells.plate, classes))
        for name, values in _places(wells)
    ]
    level = _LEVEL / len(_PLACES)
    return [(n, t) for n, t in found if t.p_value < level and t.share >= _NOTABLE]


def _followers(
    samples: AllSamples, rows: NDArray[np.int64], wells: Wells
) -> list[tuple[str, str, float]]:
    """Return features with the kind of place they follow and the correlation, closest first."""
    names = numeric_names(samples.features)
    if not names or not len(rows):
        return []
    X = samples.features[names].to_numpy(dtype=np.float64)[rows]
    strata, measured = wells.plate, None
    if samples.info.classes:
        strata = strata_of(strata, samples.outcome[rows].astype(np.int64))
    else:
        measured = samples.outcome[rows].astype(np.float64)
    tests = len(names) * len(_PLACES)
    found = []
    free = [(place, free_order(values, strata, measured)) for place, values in _places(wells)]
    orders = [(place, order) for place, order in free if order is not None]
    correlated = order_correlations(X, *(order for _, order in orders))
    for (place, order), correlations in zip(orders, correlated, strict=True):
        for i in np.flatnonzero(np.abs(correlations) >= _LEAST_CORRELATION):
            rho = rank_order_correlation(X[:, i], order)
            chance = correlation_chance(rho, order.freedom) * tests
            if abs(rho) >= _LEAST_CORRELATION and chance < _EXPECTED_AMONG_NOISE:
                found.append((names[i], place, abs(rho)))
    return sorted(found, key=lambda one: -one[2])
