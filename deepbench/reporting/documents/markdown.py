"""Documents as Markdown (CommonMark with tables): every text of a study is shown as text only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from deepbench.reporting.documents.blocks import (
    Block,
    Code,
    Facts,
    Grid,
    Heading,
    Points,
    Section,
    Text,
)
from deepbench.reporting.tables import Table
from deepbench.reporting.wording import visible

# What could make a name of a column into markup, a link or an element of a web page.
_MARKUP = re.compile(r"[\\`*_{}\[\]<>|~]|&(?=#?\w+;)")
# At the beginning of a line: a heading, an item of a list, a rule.
_BEGINNING = re.compile(r"^(?:#{1,6}(?=\s|$)|[-+=](?=\s|[-=]|$)|\d{1,9}(?=[.)](?:\s|$)))")
_CODE = re.compile(r"[`\r\n]")


def escaped(text: str) -> str:
    """Return text in one line as Markdown shows it unchanged."""
    line = _MARKUP.sub(lambda found: f"\\{found[0]}", " ".join(visible(text).split()))
    begins = _BEGINNING.match(line)
    if begins is None:
        return line
    if begins[0].isdigit():
        return f"{begins[0]}\\{line[begins.end() :]}"
    return f"\\{line}"


def to_markdown(title: str, sections: Sequence[Section], head: str = "") -> str:
    """Return a document.

    Args:
        title: Its title.
        sections: What stands in it.
        head: Lines before the title, as they are (YAML).
    """
    parts = [f"# {escaped(title)}"]
    for item in sections:
        parts.append(f"## {escaped(item.title)}")
        parts += [text for block in item.blocks for text in _block(block)]
    return f"{head}{chr(10).join(f'{part}{chr(10)}' for part in parts)}"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(text=text):
            yield f"### {escaped(text)}"
        case Text(text=text, tone=tone):
            yield f"*{escaped(text)}*" if tone == "note" else escaped(text)
        case Points(items=items):
            yield "\n".join(f"- {escaped(item)}" for item in items)
        case Facts(pairs=pairs):
            yield "\n".join(f"- **{escaped(label)}:** {escaped(value)}" for label, value in pairs)
        case Code(lines=lines):
            yield "\n".join(["```text", *(_CODE.sub(" ", line) for line in lines), "```"])
        case Grid(table=table):
            yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    yield f"**{escaped(table.caption)}**"
    rule = ["---:" if column.numeric else "---" for column in table.columns]
    rows = [[column.title for column in table.columns], rule, *table.rows]
    yield "\n".join(
        "| " + " | ".join(cell if row is rule else escaped(cell) for cell in row) + " |"
        for row in rows
    )
    if table.note:
        yield f"*{escaped(table.note)}*"
