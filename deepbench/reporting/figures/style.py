"""One look for all figures: palette, type, size, and how a figure becomes bytes.

The colours are those of Okabe & Ito, "Color Universal Design", 2008, which people with any of
the common colour-vision deficiencies can tell apart. A colour means the same in each figure.
Only matplotlib's object interface is used: there is no current figure, no global state.
"""

from __future__ import annotations

import functools
import io
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import matplotlib
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text

from deepbench.reporting.wording import clipped, visible

# Okabe & Ito, by what the colour stands for.
BASELINE = "#0072B2"
NETWORK = "#D55E00"
TRAINING = "#56B4E9"
TUNING = "#E69F00"
TEST = "#009E73"
SHUFFLED = "#8B929C"
INK = "#1F2933"
MUTED = "#5B6673"
GRID = "#E3E7EC"

DOTS_PER_INCH = 200  # twice the 100 at which one inch is 100 CSS pixels wide
_FONT = "DejaVu Sans"
_STYLE: dict[str, Any] = {
    "font.family": _FONT,
    "font.size": 9.5,
    "text.parse_math": False,  # a "$" in a column name is a dollar sign
    "text.color": INK,
    "axes.edgecolor": "#A9B2BD",
    "axes.labelcolor": INK,
    "axes.labelsize": 9.5,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.formatter.use_mathtext": False,
    "axes.formatter.useoffset": False,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "lines.linewidth": 1.8,
    "path.simplify": True,
    # Texts of drawings stay texts, which a journal can set anew; names of parts do not change.
    "svg.fonttype": "none",
    "svg.hashsalt": "deepbench",
    "pdf.fonttype": 42,
}
_SAYS_NOTHING: Mapping[str, Mapping[str, None]] = {
    "png": {"Software": None},
    "svg": {"Creator": None, "Date": None},
    "pdf": {"Creator": None, "Producer": None, "CreationDate": None},
}
Paint = Callable[[Figure], None]


@dataclass(frozen=True)
class Picture:
    """One figure of the report.

    Attributes:
        name: Short name, used as anchor.
        png: The image.
        width: Width in CSS pixels (the image has twice as many).
        height: Height in CSS pixels.
        alt: What the picture shows, for who cannot see it.
        caption: The sentence below it.
        texts: What is written in it; from its pixels nobody could search that.
        paint: Draws it once more.
    """

    name: str
    png: bytes
    width: int
    height: int
    alt: str
    caption: str
    texts: tuple[str, ...]
    paint: Paint = field(repr=False, compare=False)

    def drawn_as(self, suffix: Literal["svg", "pdf"]) -> bytes:
        """Return it as a drawing: every point can be read back from it."""
        per_inch = DOTS_PER_INCH / 2
        return _drawn((self.width / per_inch, self.height / per_inch), self.paint, suffix)[0]


def draw(
    name: str,
    size: tuple[float, float],
    paint: Paint,
    *,
    alt: str,
    caption: str,
) -> Picture:
    """Paint one figure and return it as a PNG without metadata.

    The same input gives the same bytes: style and font are matplotlib's own, whatever the
    user's matplotlib settings are, and no software name or date is written.

    Args:
        name: Short name of the picture.
        size: Width and height in inches; an inch is 100 CSS pixels.
        paint: Draws onto the empty figure.
        alt: Text alternative.
        caption: Sentence below the figure.
    """
    width, height = (round(inches * DOTS_PER_INCH / 2) for inches in size)
    png, texts = _drawn(size, paint, "png")
    return Picture(
        name,
        png,
        width,
        height,
        clipped(visible(alt), 600),
        visible(caption),
        texts,
        paint,
    )


def _drawn(size: tuple[float, float], paint: Paint, suffix: str) -> tuple[bytes, tuple[str, ...]]:
    """Return a figure in a format, and the texts in it.

    Not a word is in it on who drew it, when and with what.
    """
    with style.context(["default", _STYLE]):
        figure = Figure(figsize=size, dpi=DOTS_PER_INCH, layout="constrained")
        FigureCanvasAgg(figure)
        paint(figure)
        target = io.BytesIO()
        figure.savefig(target, format=suffix, metadata=dict(_SAYS_NOTHING[suffix]))
        texts = (artist.get_text() for artist in figure.findobj(Text))
        return target.getvalue(), tuple(dict.fromkeys(filter(None, texts)))


def label(text: str, length: int = 34) -> str:
    """Return a name as it can be drawn: on one line, cut, unknown letters as "□"."""
    flat = " ".join(visible(unicodedata.normalize("NFC", text)).split())
    known = _drawable()
    return "".join(letter if ord(letter) in known else "□" for letter in clipped(flat, length))


@functools.cache
def _drawable() -> frozenset[int]:
    """Return the code points that the font of the figures has."""
    font = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    return frozenset(FT2Font(str(font)).get_charmap())


def colour_of(family: str) -> str:
    """Return the colour of a model family."""
    return NETWORK if family == "network" else BASELINE


def horizontal_grid(axes: Axes) -> None:
    """Draw light lines at the values of the vertical axis."""
    axes.grid(axis="y")


def row_labels(axes: Axes, names: list[str], length: int = 42) -> None:
    """Name the rows of a chart that reads from top to bottom."""
    axes.set_yticks(range(len(names)), [label(name, length) for name in names])
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
