"""How each figure is drawn: one painter per figure, loaded with the first figure that is shown."""

from __future__ import annotations
