"""Documents as one web page in the style of the report: static, nothing loaded from elsewhere."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from deepbench.reporting.documents.blocks import Section
from deepbench.reporting.wording import clipped, sentence, visible
from deepbench_resources import read_text


def to_web_page(title: str, kind: str, sections: Sequence[Section], footer: str) -> str:
    """Return a document as HTML.

    Args:
        title: Its title.
        kind: What kind of document it is, above the title.
        sections: What stands in it.
        footer: Last line.
    """
    return (
        _environment()
        .get_template("document.html.j2")
        .render(
            title=title,
            kind=kind,
            sections=sections,
            footer=footer,
            css=Markup(read_text("style/report.css")),
        )
    )


@functools.cache
def _environment() -> Environment:
    """Return the template environment: escaping on, nothing undefined passes unseen."""
    environment = Environment(
        loader=FunctionLoader(lambda name: read_text(f"templates/{name}")),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update({"clipped": clipped, "sentence": sentence})
    environment.tests["block"] = lambda value, name: type(value).__name__ == name
    return environment


def _shown(value: Any) -> Any:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
