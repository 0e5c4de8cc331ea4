"""The colours of the window, as ``theme/tokens.toml`` names them."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from deepbench_resources import read_text

ThemeName = Literal["light", "dark"]
THEMES: tuple[ThemeName, ...] = ("light", "dark")


@dataclass(frozen=True)
class Tokens:
    """The colours of one theme, as ``#rrggbb``.

    Attributes:
        name: Which theme.
        colours: By token, for example ``text_muted``.
        palette: Eight categorical colours that colour-blind people can tell apart.
        uses: Colours with a meaning that is the same in every plot, for example ``training``.
        sequential: Stops of the map for amounts, dark to light.
        diverging: Stops of the map for values below and above zero.
    """

    name: ThemeName
    colours: Mapping[str, str]
    palette: tuple[str, ...]
    uses: Mapping[str, str]
    sequential: tuple[str, ...]
    diverging: tuple[str, ...]


@functools.cache
def load_tokens(name: ThemeName) -> Tokens:
    """Return the colours of a theme."""
    table = tomllib.loads(read_text("theme/tokens.toml"))[name]
    series = table.pop("series")
    return Tokens(
        name=name,
        colours=MappingProxyType(table),
        palette=tuple(series["palette"]),
        uses=MappingProxyType(series["use"]),
        sequential=tuple(series["sequential"]),
        diverging=tuple(series["diverging"]),
    )
