"""Checklists: items in our words, what the study answers to each, and where the answer is from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from deepbench.data.wording import counted
from deepbench.reporting.documents.blocks import (
    NOT_STATED,
    Block,
    Facts,
    Heading,
    Points,
    Section,
    Text,
    section,
)
from deepbench.reporting.documents.markdown import to_markdown
from deepbench.reporting.documents.study_facts import StudyFacts

Origin = Literal["records", "you", "both", "partly", "some of you", "open", "not run"]

_ORIGINS: dict[Origin, str] = {
    "records": "From the study’s records",
    "you": "From you",
    "both": "From the study’s records and from you",
    "some of you": "In part from you – the rest needs your answer",
    "partly": "In part from the study’s records – the rest needs your answer",
    "open": "Not stated – needs your answer",
    "not run": "Not stated – the study did not get so far",
}
_DRAFT = (
    "This is a draft that DeepBench {version} filled in from the study’s records and from what "
    "you answered. Items are worded in our own words; the wording that counts is that of the "
    "publication. Check every answer, and add where it stands in your paper."
)


@dataclass(frozen=True)
class Answer:
    """What is answered to an item.

    Attributes:
        text: The answer; empty where nothing is known.
        origin: Where it is from.
    """

    text: str
    origin: Origin


@dataclass(frozen=True)
class Item:
    """One item of a checklist.

    Attributes:
        number: Its number in the publication.
        part: Section of the publication that it stands in.
        text: What is asked, in our words.
        answer: Answers it.
    """

    number: str
    part: str
    text: str
    answer: Callable[[StudyFacts], Answer]


@dataclass(frozen=True)
class Checklist:
    """A checklist as it was published.

    Attributes:
        title: What it is called.
        purpose: What it is for, in a sentence.
        items: Its items, in order.
        reference: The publication.
    """

    title: str
    purpose: str
    items: tuple[Item, ...]
    reference: str


Sentence = Callable[[StudyFacts], str]


def records(*sentences: Sentence) -> Callable[[StudyFacts], Answer]:
    """Answer from the records alone; without them nobody is asked."""

    def answer(facts: StudyFacts) -> Answer:
        text = _joined(facts, sentences)
        return Answer(text, "records" if text else "not run")

    return answer


def told(*keys: str) -> Callable[[StudyFacts], Answer]:
    """Answer by what people answered."""

    def answer(facts: StudyFacts) -> Answer:
        said = [facts.told(key) for key in keys]
        return _of_people(said)

    return answer


def plan(sentence: Sentence, *keys: str) -> Callable[[StudyFacts], Answer]:
    """Answer by what people wrote into the plan, and by what they answered."""

    def answer(facts: StudyFacts) -> Answer:
        return _of_people([*map(facts.told, keys), sentence(facts)])

    return answer


def _of_people(said: Sequence[str]) -> Answer:
    text = " ".join(filter(None, said))
    if not text:
        return Answer("", "open")
    return Answer(text, "you" if all(said) else "some of you")


def both(sentences: Sentence | Sequence[Sentence], *keys: str) -> Callable[[StudyFacts], Answer]:
    """Answer by what people answered and then by the records.

    Where the records answer alone, people are asked for the rest.
    """
    of_records = (sentences,) if callable(sentences) else tuple(sentences)

    def answer(facts: StudyFacts) -> Answer:
        said = " ".join(filter(None, map(facts.told, keys)))
        known = _joined(facts, of_records)
        if said and known:
            return Answer(f"{said} {known}", "both")
        if said:
            return Answer(said, "you")
        return Answer(known, "partly" if known else "open")

    return answer


def fixed(text: str) -> Callable[[StudyFacts], Answer]:
    """Answer by what holds for every study of the program."""
    return lambda facts: Answer(text, "records")


def advice(text: str) -> Callable[[StudyFacts], Answer]:
    """Leave it to people, with a word on how."""
    return lambda facts: Answer(text, "open")


def _joined(facts: StudyFacts, sentences: Sequence[Sentence]) -> str:
    return " ".join(filter(None, (sentence(facts) for sentence in sentences)))


def answered(checklist: Checklist, facts: StudyFacts) -> list[tuple[Item, Answer]]:
    """Return each item with its answer."""
    return [(item, item.answer(facts)) for item in checklist.items]


def checklist_markdown(checklist: Checklist, facts: StudyFacts) -> str:
    """Return a checklist as Markdown."""
    found = answered(checklist, facts)
    sections = [section("about", "About this checklist", *_about(checklist, facts, found))]
    for part in dict.fromkeys(item.part for item in checklist.items):
        blocks: list[Block] = []
        for item, answer in found:
            if item.part == part:
                blocks.append(Heading(f"{item.number} {item.text}"))
                blocks.append(Text(answer.text or NOT_STATED))
                blocks.append(Text(f"{_ORIGINS[answer.origin]}.", "note"))
        sections.append(Section(part, part, tuple(blocks)))
    sections.append(section("reference", "Reference", Text(checklist.reference)))
    return to_markdown(f"{checklist.title} (draft)", sections)


def _about(
    checklist: Checklist, facts: StudyFacts, found: Sequence[tuple[Item, Answer]]
) -> list[Block]:
    by_origin = {
        origin: [item.number for item, answer in found if answer.origin == origin]
        for origin in _ORIGINS
    }
    blocks: list[Block] = [
        Text(checklist.purpose),
        Text(_DRAFT.format(version=facts.summary.version)),
        Facts(
            (
                ("Study", facts.summary.title),
                *(
                    (_ORIGINS[origin], f"{counted(len(numbers), 'item')} ({', '.join(numbers)})")
                    for origin, numbers in by_origin.items()
                    if numbers
                ),
            )
        ),
    ]
    if facts.summary.stopped:
        blocks.append(Points((facts.summary.stopped,)))
    return blocks
