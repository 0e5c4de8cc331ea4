"""The colours a plot is drawn with: those of the screen's theme, or those of paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QColor

from deepbench_ui.theme import theme
from deepbench_ui.theme.tokens import ThemeName, load_tokens

_WHITE = "#ffffff"


@dataclass(frozen=True)
class Colours:
    """Colours of one theme.

    Attributes:
        background: Of the plot.
        grid: Of lines that help reading.
        axis: Of axes and their ticks.
        text: Of numbers and titles.
        muted: Of what stands back, such as a chance line.
        accent: Of what is selected.
        series: Categorical colours.
        uses: Colours with a meaning.
        sequential: Stops for amounts.
        diverging: Stops around zero.
    """

    background: QColor
    grid: QColor
    axis: QColor
    text: QColor
    muted: QColor
    accent: QColor
    series: tuple[QColor, ...]
    uses: Mapping[str, QColor]
    sequential: tuple[QColor, ...]
    diverging: tuple[QColor, ...]

    def use(self, name: str) -> QColor:
        """Return the colour of a use; the muted one for an empty name.

        Raises:
            KeyError: there is no such use.
        """
        return self.uses[name] if name else self.muted

    @property
    def amounts(self) -> tuple[QColor, ...]:
        """Stops for amounts, from near the background (little) to far from it (much)."""
        dark_first = self.sequential[0].lightnessF() < self.sequential[-1].lightnessF()
        dark_theme = self.background.lightnessF() < 0.5
        return self.sequential if dark_first == dark_theme else self.sequential[::-1]

    @property
    def shades(self) -> tuple[QColor, ...]:
        """Stops for cells with a text: one colour, from hardly any to full."""
        full = self.uses["baseline"]
        return blend((self.background, full), 0.08), blend((self.background, full), 0.5), full

    @property
    def low_to_high(self) -> tuple[QColor, ...]:
        """Stops for single points: unlike `diverging`, the middle stands out from the plot."""
        return self.diverging[1], blend((self.muted, self.background), 0.25), self.diverging[-2]

    def nth(self, index: int) -> QColor:
        """Return a categorical colour; they repeat after the last."""
        return self.series[index % len(self.series)]


def screen_colours() -> Colours:
    """Return the colours of the theme that is shown."""
    return _of(theme().name, "")


def paper_colours() -> Colours:
    """Return the light colours on white, whatever is shown."""
    return _of("light", _WHITE)


def _of(name: ThemeName, background: str) -> Colours:
    tokens = load_tokens(name)
    colours = tokens.colours
    return Colours(
        background=QColor(background or colours["plot_background"]),
        grid=QColor(colours["plot_grid"]),
        axis=QColor(colours["plot_axis"]),
        text=QColor(colours["text"]),
        muted=QColor(colours["text_muted"]),
        accent=QColor(colours["accent"]),
        series=tuple(QColor(colour) for colour in tokens.palette),
        uses={use: QColor(colour) for use, colour in tokens.uses.items()},
        sequential=tuple(QColor(colour) for colour in tokens.sequential),
        diverging=tuple(QColor(colour) for colour in tokens.diverging),
    )


def see_through(colour: QColor, alpha: float) -> QColor:
    """Return a colour with an opacity from 0 to 1."""
    made = QColor(colour)
    made.setAlphaF(alpha)
    return made


def blend(stops: Sequence[QColor], place: float) -> QColor:
    """Return the colour at a place from 0 to 1 along a row of stops."""
    at = min(1.0, max(0.0, place)) * (len(stops) - 1)
    index = min(int(at), len(stops) - 2)
    share = at - index
    first, second = stops[index], stops[index + 1]
    return QColor.fromRgbF(
        first.redF() + (second.redF() - first.redF()) * share,
        first.greenF() + (second.greenF() - first.greenF()) * share,
        first.blueF() + (second.blueF() - first.blueF()) * share,
    )


def readable_on(colour: QColor) -> QColor:
    """Return black or white, whichever has the higher contrast on a colour (WCAG 2)."""

    def linear(part: float) -> float:
        return float(part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4)

    light = (
        0.2126 * linear(colour.redF())
        + 0.7152 * linear(colour.greenF())
        + 0.0722 * linear(colour.blueF())
    )
    return QColor("black") if (light + 0.05) ** 2 > 0.05 * 1.05 else QColor("white")
