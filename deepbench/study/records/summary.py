"""All records of a study together."""

from __future__ import annotations

from deepbench.study.records.base import Record
from deepbench.study.records.data import CheckRecord, ImportRecord, SampleSheetRecord, SplitRecord
from deepbench.study.records.interpretation import InterpretationRecord
from deepbench.study.records.meaning import ClaimsRecord, EthicsRecord
from deepbench.study.records.start import QuestionRecord, StartRecord, SuitabilityRecord
from deepbench.study.records.tuning import LeaderboardRecord
from deepbench.study.records.verdict import ChoiceRecord, ShuffleRecord


class StudySummary(Record):
    """All records of a study that exist so far, for the report.

    ``openings`` counts how often the test set was opened, by the ledger: also when the run that
    is told of never got so far. ``date`` is the day on which a stage finished last (ISO 8601).
    ``samples_alone`` says that nothing may tell how many units samples are of, as few units have
    more than one.
    """

    title: str
    version: str
    plan_toml: str
    start: StartRecord | None = None
    question: QuestionRecord | None = None
    suitability: SuitabilityRecord | None = None
    imported: ImportRecord | None = None
    sheet: SampleSheetRecord | None = None
    check: CheckRecord | None = None
    split: SplitRecord | None = None
    baselines: LeaderboardRecord | None = None
    networks: LeaderboardRecord | None = None
    shuffles: ShuffleRecord | None = None
    choice: ChoiceRecord | None = None
    interpretation: InterpretationRecord | None = None
    claims: ClaimsRecord | None = None
    ethics: EthicsRecord | None = None
    openings: int = 0
    date: str = ""
    stopped: str = ""
    samples_alone: bool = False
