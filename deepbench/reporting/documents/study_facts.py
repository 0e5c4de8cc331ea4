"""What all documents need of a study: plan, level, answers, and counts as they may be written."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import get_args

from deepbench.plan import PrivacyLevel, StudyPlan
from deepbench.privacy.final_bytes import is_guarded
from deepbench.privacy.rare_combinations import SMALLEST_CELL
from deepbench.reporting.methods_text import methods_parts, plan_of
from deepbench.reporting.release_names import NameRemover
from deepbench.reporting.small_cells import HIDDEN, SmallCells, is_withheld
from deepbench.reporting.verdict import models_of, title_of
from deepbench.study.document_questions import QUESTION_BY_KEY
from deepbench.study.records import ModelRecord, StudySummary

#: Path in the bundle, content, title.
Document = tuple[str, bytes, str]

_LEVELS: tuple[PrivacyLevel, ...] = get_args(PrivacyLevel)
_YES_NO = re.compile(r"\s*(yes|no)\b[\s,.;:–-]*", re.IGNORECASE)
_HUMAN = frozenset({"human", "humans", "homo sapiens", "people", "patients", "man"})


@dataclass(frozen=True)
class StudyFacts:
    """A study as its documents may show it.

    Attributes:
        summary: The records, as released for the study's level.
        answers: Answers to the questions of the documents, by key.
        cells: Rule for small counts of samples and units.
    """

    summary: StudySummary
    answers: Mapping[str, str]
    cells: SmallCells

    @classmethod
    def of(
        cls, summary: StudySummary, answers: Mapping[str, str], cells: SmallCells | None = None
    ) -> StudyFacts:
        """Return the facts of a released summary.

        Args:
            summary: The records, as `releasable` gives them for the study's level.
            answers: Answers by key of the question; others are not looked at.
            cells: Rule for small counts, where the level in force is stricter than the records
                say. Of a guarded study nothing below ten is written whatever is given.
        """
        least = SMALLEST_CELL if is_guarded(level_of(summary)) else 0
        threshold = max(least, cells.threshold if cells is not None else 0)
        given = {key: " ".join(text.split()) for key, text in answers.items()}
        known = {key: text for key, text in given.items() if text and key in QUESTION_BY_KEY}
        return cls(summary, known, SmallCells(threshold, summary.samples_alone))

    @cached_property
    def plan(self) -> StudyPlan | None:
        """The plan, or None when its text cannot be read any more."""
        return plan_of(self.summary)

    @cached_property
    def level(self) -> PrivacyLevel:
        """Sensitivity of the study."""
        return level_of(self.summary)

    @cached_property
    def about_people(self) -> bool:
        """Whether the samples are taken for people: by the level, or by what the plan says."""
        if is_guarded(self.level):
            return True
        if self.plan is None:
            return False
        organism = self.plan.question.organism.strip().casefold()
        return (
            organism in _HUMAN
            or self.plan.suitability.data_kind == "clinical"
            or bool(self.plan.roles.sensitive)
        )

    @cached_property
    def parts(self) -> dict[str, str]:
        """Paragraphs of the methods, by what they are about."""
        return methods_parts(self.summary, self.cells)

    @cached_property
    def chosen(self) -> ModelRecord | None:
        """The recommended model, or None where none is."""
        name = self.summary.choice.recommended if self.summary.choice is not None else ""
        return next((model for model in models_of(self.summary) if model.name == name), None)

    @property
    def task(self) -> str:
        """Kind of outcome; empty before the sample sheet is settled."""
        return self.summary.sheet.task if self.summary.sheet is not None else ""

    def title(self, name: str) -> str:
        """Return the title of a model."""
        return title_of(self.summary, name)

    def told(self, key: str) -> str:
        """Return an answer as a sentence, or nothing."""
        assert key in QUESTION_BY_KEY, key
        text = self.answers.get(key, "")
        return text if not text or text[-1] in ".!?…" else f"{text}."

    def told_whether(self, what: str, key: str) -> str:
        """Return an answer to a question of yes or no as a sentence, with what was asked."""
        text = self.told(key)
        return f"{what}: {text[:1].lower()}{text[1:]}" if text else ""

    def yes_or_no(self, key: str) -> bool | None:
        """Return what an answer begins with; None where it is neither."""
        begins = _YES_NO.match(self.answers.get(key, ""))
        return None if begins is None else begins[1].lower() == "yes"

    def after_yes_no(self, key: str) -> str:
        """Return an answer without the yes or no at its beginning."""
        text = self.answers.get(key, "")
        begins = _YES_NO.match(text)
        return text if begins is None else text[begins.end() :]

    def number_of_units(self, count: int) -> str:
        """Write a number of units; one that gives a small rest of a total away is hidden."""
        totals = [self.summary.sheet.units] if self.summary.sheet is not None else []
        near = any(self.cells.is_small(abs(total - count)) for total in totals)
        if near or self.cells.samples_alone:
            return HIDDEN
        split = self.summary.split
        if split is not None and count == split.train_units:
            shown = self.cells.several([split.train_units, split.test_units])[0]
            return HIDDEN if is_withheld(shown) else shown
        return self.cells.total(count)

    def counts(self, values: Sequence[int]) -> list[int] | None:
        """Return counts that add up to a printed total, or None if one of them is withheld."""
        shown = self.cells.several(values)
        return None if any(is_withheld(text) for text in shown) else list(values)


def level_of(summary: StudySummary) -> PrivacyLevel:
    """Return the sensitivity that the records tell of; sensitive where they tell of none."""
    plan = plan_of(summary)
    said = (
        summary.ethics.level if summary.ethics is not None else "",
        plan.privacy.level if plan is not None else "",
        summary.start.privacy_level if summary.start is not None else "",
    )
    known = [level for level in _LEVELS if level in said]
    return known[-1] if known else "sensitive"


def released_answers(answers: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    """Return answers of a guarded study without what points at a person or a computer.

    Args:
        answers: Answers by key.
        names: Names of samples and units, as `searchable` gives them.
    """
    remover = NameRemover(names)
    return {key: remover.text(text) for key, text in answers.items()}
