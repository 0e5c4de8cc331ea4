"""Features that by their name were known only after the outcome, and that go with it.

A name proves nothing; so the user is asked, and gravely only where the values (or the gaps) go
with the outcome beyond chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import kruskal, spearmanr

from deepbench.data.findings.base import Finding, FindingContext, one_row_per_unit, words
from deepbench.data.findings.label_tests import group_difference_p, independence_p
from deepbench.data.samples import AllSamples
from deepbench.data.wording import some_names
from deepbench.seeds import derive_seed
from deepbench.study.records import FindingRecord, Severity

# Words that name what comes after an outcome, or is one; a word counts as a whole or, where it
# has five letters or more, as the beginning of one (Entlassungsdatum, survivaltime).
_SURELY = frozenset(
    "survival surv followup relapse relapsed recurrence recurred recurrent discharge discharged "
    "death dead died deceased mortality readmission readmitted remission progression pfs dfs efs "
    "rfs ttp endpoint autopsy necropsy postmortem postop postoperative posttreatment endpunkt "
    "überleben ueberleben überlebenszeit entlassung entlassen verlauf rezidiv rückfall rueckfall "
    "tod todes sterbe sterbedatum verstorben gestorben nachsorge nachbeobachtung "
    "wiederaufnahme liegedauer aufenthaltsdauer obduktion heilung".split()
)
_PERHAPS = frozenset(
    "treatment treated therapy therapie behandlung behandelt response responder ansprechen "
    "outcome status surgery operation chemotherapy chemotherapie radiotherapy bestrahlung icu "
    "intensivstation ventilation ventilated beatmung beatmet complication complications "
    "komplikation komplikationen transplant transplantation ergebnis medication medikation "
    "dose dosis resection resektion".split()
)
_SURE_PAIRS = (
    {"follow", "up"}, {"vital", "status"}, {"days", "to"}, {"time", "to"}, {"weeks", "to"},
    {"months", "to"}, {"length", "stay"}, {"post", "treatment"}, {"post", "op"},
    {"after", "treatment"}, {"after", "therapy"}, {"after", "surgery"}, {"last", "contact"},
    {"last", "visit"}, {"icu", "days"}, {"hospital", "days"}, {"days", "hospital"},
    {"os", "months"}, {"os", "days"}, {"os", "time"}, {"os", "status"}, {"os", "event"},
    {"tage", "bis"}, {"zeit", "bis"}, {"nach", "behandlung"}, {"nach", "therapie"},
    {"nach", "op"}, {"letzter", "kontakt"}, {"final", "diagnosis"}, {"end", "point"},
)  # fmt: skip
_BEFORE = frozenset(
    "prior previous previously past history baseline before pre preop preoperative family parent "
    "parents mother father vor vorherige frühere fruehere vorbehandlung vorgeschichte anamnese "
    "familie mutter vater planned geplant".split()
)
_BEGINNINGS = tuple(sorted(word for word in _SURELY if len(word) >= 5))
_LEVEL = 0.005  # of each, as the name is evidence already


class KnownAfterwards(Finding):
    """Asks of features with telling names whether they were known before the outcome."""

    kind: ClassVar[str] = "known afterwards"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return at most three findings: grave, likely and possible ones."""
        sure = [name for name in samples.features.columns if sounds_late(name)]
        perhaps = [n for n in samples.features.columns if n not in sure and may_be_late(n)]
        rows = one_row_per_unit(samples)

        def tied(name: str) -> bool:
            seed = derive_seed(context.seed, self.kind, name)
            return goes_with_outcome(samples, rows, name, seed) < _LEVEL

        going = [name for name in sure if tied(name)]
        rest = [name for name in sure if name not in going]
        maybe = [name for name in perhaps if tied(name)]
        found = []
        if going:
            found.append(self._record("serious", "names and values", going, tied=True))
        if maybe:
            found.append(self._record("warning", "possible names", maybe, tied=True))
        if rest:
            found.append(self._record("info", "names only", rest, tied=False))
        return found

    def _record(
        self, severity: Severity, where: str, names: Sequence[str], tied: bool
    ) -> FindingRecord:
        one = len(names) == 1
        goes = (
            f"and {'goes' if one else 'go'} with the outcome beyond chance"
            if tied
            else f"but {'does' if one else 'do'} not visibly go with the outcome"
        )
        return FindingRecord(
            kind=self.kind,
            severity=severity,
            where=where,
            message=(
                f"{some_names(names)} {'sounds' if one else 'sound'} like something known only "
                f"after the outcome, {goes}."
            ),
            hint=(
                f"Was {'this' if one else 'each of these'} known before the outcome, for every "
                "sample? If not, leave it out (leave_out under [check]); if it was, keep it "
                "(keep under [check])."
            ),
            columns=tuple(names),
        )


def sounds_late(name: str) -> bool:
    """Whether a name has a word for what comes after an outcome."""
    said = words(name)
    if said & _BEFORE:
        return False
    if said & _SURELY or any(pair <= said for pair in _SURE_PAIRS):
        return True
    return any(word.startswith(_BEGINNINGS) for word in said)


def may_be_late(name: str) -> bool:
    """Whether a name has a word that is used before and after outcomes."""
    said = words(name)
    return bool(said & _PERHAPS) and not said & _BEFORE


def goes_with_outcome(samples: AllSamples, rows: NDArray[np.int64], name: str, seed: int) -> float:
    """Return the p-value that neither values nor gaps of a feature go with the outcome."""
    values = samples.features[name].iloc[rows]
    outcome = samples.outcome[rows]
    classes = bool(samples.info.classes)
    present = values.notna().to_numpy()
    chances = [_gaps_p(present, outcome, classes, seed)]
    shown, told = values[present], outcome[present]
    if shown.nunique() > 1 and len(np.unique(told)) > 1:
        chances.append(_values_p(shown, told, classes, seed))
    return float(min(1.0, len(chances) * min(chances)))


def _gaps_p(
    present: NDArray[np.bool_],
    outcome: NDArray[np.int64] | NDArray[np.float64],
    classes: bool,
    seed: int,
) -> float:
    if present.all() or not present.any():
        return 1.0
    if not classes:
        return group_difference_p(present.astype(np.int64), outcome.astype(np.float64), seed)
    return independence_p(
        present.astype(np.int64), pd.factorize(outcome)[0].astype(np.int64), seed
    )


def _values_p(
    values: pd.Series,
    outcome: NDArray[np.int64] | NDArray[np.float64],
    classes: bool,
    seed: int,
) -> float:
    if values.dtype == np.float64:
        numbers = values.to_numpy(dtype=np.float64)
        if not classes:
            return float(spearmanr(numbers, outcome).pvalue)
        groups = [numbers[outcome == code] for code in np.unique(outcome)]
        return float(kruskal(*groups).pvalue)
    codes = pd.factorize(values)[0].astype(np.int64)
    if not classes:
        return group_difference_p(codes, outcome.astype(np.float64), seed)
    return independence_p(codes, pd.factorize(outcome)[0].astype(np.int64), seed)
