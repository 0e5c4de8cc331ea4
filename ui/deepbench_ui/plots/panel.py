"""A plot on a page: title, sentence, picture, ways to keep it, a line that says what is what."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from deepbench_ui.plots.csv_pieces import CsvPieces
from deepbench_ui.plots.figures.base import Figure
from deepbench_ui.plots.outlet import CLIPBOARD, Outlet
from deepbench_ui.selection import KINDS, SelectionHub
from deepbench_ui.theme import icon, theme

if TYPE_CHECKING:
    from deepbench_ui.plots.canvas import Canvas

SAVE = "Save…"
COPY = "Copy"
DATA = "Data as CSV…"
RESET = "Reset View"
SAVE_TIP = "Save this plot as a PNG, SVG or PDF file"
COPY_TIP = "Copy this plot as a picture"
DATA_TIP = "Save the data of this plot as a CSV file"
RESET_TIP = "Show the whole plot again (Ctrl with the mouse wheel zooms, dragging moves)"
SAVE_TITLE = "Save the Plot"
DATA_TITLE = "Save the Data of the Plot"
KEYS = "Arrow keys walk through what is drawn; Escape lets go of it."
ASKING = "Checking whether this may leave the study …"
SAVED = "Saved as {name}."
COPIED = "Copied."
WRONG_ENDING = "Nothing was saved: the file's name must end in {endings}. Choose another name."

_PICTURES: Final = ("png", "svg", "pdf")
_ICON_SIZE: Final = 18
_MOST_NAME: Final = 60


class PlotPanel(QWidget):
    """Shows one figure at a time.

    Nothing that it shows leaves without the outlet: it writes no file, and puts nothing on the
    clipboard before the outlet's answer. numpy and pyqtgraph are loaded with the first figure.

    Args:
        name: Its objectName; its parts are ``NAME.save``, ``NAME.copy``, ``NAME.data``,
            ``NAME.reset``, ``NAME.plot``, ``NAME.message``, ….
        outlet: What lets things out; without one there are no such buttons.
        selection: What it shares its selection with; None if nothing.
        parent: Owner.
    """

    #: Row and column of a heat map's cell that was chosen.
    cell_clicked = Signal(int, int)

    def __init__(
        self,
        name: str,
        outlet: Outlet | None,
        selection: SelectionHub | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._outlet = outlet
        self._selection = selection
        self._figure: Figure | None = None
        self._canvas: Canvas | None = None
        self._sticky = ""
        self._waiting = False
        self._pieces = CsvPieces(self)
        self._build(name)
        if selection is not None:
            selection.changed.connect(self._selection_changed)
        theme().changed.connect(self._theme_changed)
        self.show_empty("")

    def _build(self, name: str) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self._title = _text(f"{name}.title", "heading")
        self._sentence = _text(f"{name}.sentence", "muted")
        self._note = _text(f"{name}.note", "muted")
        self._empty = _text(f"{name}.empty", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message = _text(f"{name}.message", "")
        head = QHBoxLayout()
        head.setSpacing(2)
        head.addWidget(self._title, 1)
        self._buttons: dict[str, QToolButton] = {}
        self._add_buttons(name, head)
        column.addLayout(head)
        column.addWidget(self._sentence)
        column.addWidget(self._empty, 1)
        self._place = QVBoxLayout()
        column.addLayout(self._place, 1)
        column.addWidget(self._note)
        column.addWidget(self._message)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def _add_buttons(self, name: str, head: QHBoxLayout) -> None:
        self._add_button(head, f"{name}.save", "save", SAVE, SAVE_TIP, self.save)
        self._add_button(head, f"{name}.copy", "copy", COPY, COPY_TIP, self.copy)
        self._add_button(head, f"{name}.data", "table", DATA, DATA_TIP, self.save_data)
        self._add_button(head, f"{name}.reset", "reset-view", RESET, RESET_TIP, self.reset_view)

    def _add_button(
        self,
        head: QHBoxLayout,
        name: str,
        picture: str,
        text: str,
        tip: str,
        action: Callable[[], None],
    ) -> None:
        button = QToolButton()
        button.setObjectName(name)
        button.setIconSize(QSize(_ICON_SIZE, _ICON_SIZE))
        button.setText(text)
        button.setToolTip(f"{text} – {tip}")
        button.setAccessibleName(text)
        button.setAccessibleDescription(tip)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.clicked.connect(action)
        head.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self._buttons[picture] = button

    # --- what is shown ----------------------------------------------------------------

    @property
    def figure(self) -> Figure | None:
        """What is shown; None while it is empty."""
        return self._figure

    @property
    def message(self) -> str:
        """The line below the plot."""
        return self._message.text()

    def show_figure(self, figure: Figure) -> None:
        """Show a figure; the zoom stays when it is the same plot with newer values."""
        from deepbench_ui.plots.canvas import Canvas
        from deepbench_ui.plots.colours import screen_colours

        before, self._figure = self._figure, figure
        colours = screen_colours()
        if self._canvas is None:
            self._canvas = Canvas(f"{self.objectName()}.plot", colours, self)
            self._canvas.chosen.connect(self._chosen)
            self._canvas.pointed.connect(self._pointed)
            self._canvas.released.connect(self._released)
            self._place.addWidget(self._canvas, 1)
        same = before is not None and type(before) is type(figure) and before.title == figure.title
        self._canvas.show_figure(figure, colours, keep=same)
        if not same:
            self._say("", sticky=True)
        self._write(figure.title, figure.sentence, figure.note, "")
        summary = figure.summary()
        self.setAccessibleName(figure.title)
        self.setAccessibleDescription(summary)
        self._canvas.setAccessibleName(figure.title)
        self._canvas.setAccessibleDescription(f"{summary} {KEYS}")
        self._canvas.show()
        self._show_selected()

    def show_empty(self, sentence: str, title: str = "") -> None:
        """Show a sentence that says what will be here, instead of axes."""
        self._figure = None
        if self._canvas is not None:
            self._canvas.hide()
        self._write(title, "", "", sentence)
        self._say("", sticky=True)
        self.setAccessibleName(title)
        self.setAccessibleDescription(sentence)

    def _write(self, title: str, sentence: str, note: str, empty: str) -> None:
        for text, label in (
            (title, self._title),
            (sentence, self._sentence),
            (note, self._note),
            (empty, self._empty),
        ):
            label.setText(text)
            label.setVisible(bool(text))
        self._show_buttons()

    def _show_buttons(self) -> None:
        shown = self._figure is not None
        for picture, button in self._buttons.items():
            if picture == "reset-view":
                button.setVisible(shown)
            else:
                button.setVisible(shown and self._outlet is not None)
                button.setEnabled(not self._waiting)
            button.setIcon(icon(picture))

    def _theme_changed(self) -> None:
        self._show_buttons()
        if self._figure is not None:
            self.show_figure(self._figure)

    def reset_view(self) -> None:
        """Show the whole plot again."""
        if self._canvas is not None:
            self._canvas.reset_view()

    # --- selection --------------------------------------------------------------------

    def _chosen(self, mark: int) -> None:
        painter = self._canvas.painter if self._canvas is not None else None
        if painter is None:
            return
        if self._selection is not None:
            for kind, name in painter.targets(mark):
                self._selection.select(kind, name)
        self._show_selected()
        self._say(painter.says(mark), sticky=True)
        cell = painter.cell(mark)
        if cell is not None:
            self.cell_clicked.emit(*cell)

    def _released(self) -> None:
        painter = self._canvas.painter if self._canvas is not None else None
        if self._selection is not None and painter is not None and len(painter.order):
            for kind, _name in painter.targets(painter.order[0]):
                self._selection.select(kind, "")
        self._show_selected()
        self._say("", sticky=True)

    def _pointed(self, mark: int) -> None:
        painter = self._canvas.painter if self._canvas is not None else None
        if painter is not None and mark >= 0:
            self._say(painter.says(mark), sticky=False)
        else:
            self._say(self._sticky, sticky=False)

    def _selection_changed(self, _kind: str, _name: str) -> None:
        self._show_selected()

    def _show_selected(self) -> None:
        if self._canvas is None or self._figure is None:
            return
        selected = []
        if self._selection is not None:
            selected = [(kind, self._selection.selected(kind)) for kind in KINDS]
        self._canvas.highlight(selected)

    def _say(self, text: str, *, sticky: bool) -> None:
        # What the mouse points at is shown while it does; what was said before comes back.
        if sticky:
            self._sticky = text
            if text:
                announcement = QAccessibleAnnouncementEvent(self, text)
                QAccessible.updateAccessibility(announcement)
        self._message.setText(text)
        self._message.setAccessibleName(text)

    # --- leaving ----------------------------------------------------------------------

    def save(self) -> None:
        """Ask for a file and let the picture out to it."""
        if self._figure is None or self._outlet is None:
            return
        name = f"{_file_name(self._figure.title)}.png"
        file = self._outlet.choose_file(self, SAVE_TITLE, name, _PICTURES)
        suffix = self._suffix(file, _PICTURES)
        if suffix:
            self._let_out("figure", suffix, self._picture(suffix), file)

    def copy(self) -> None:
        """Let the picture out to the clipboard."""
        if self._figure is not None:
            self._let_out("figure", "png", self._picture("png"), CLIPBOARD)

    def save_data(self) -> None:
        """Ask for a file and let the table out to it."""
        figure = self._figure
        if figure is None or self._outlet is None or self._waiting:
            return
        name = f"{_file_name(figure.title)}.csv"
        file = self._outlet.choose_file(self, DATA_TITLE, name, ("csv",))
        if self._suffix(file, ("csv",)):
            heads, rows = figure.table()
            self._wait()
            # Another figure may be shown before a long table is written.
            self._pieces.write(
                heads,
                iter(rows),
                lambda content: self._ask_for(figure, "table", "csv", content, file),
            )

    def _suffix(self, file: str, allowed: tuple[str, ...]) -> str:
        if not file:
            return ""
        suffix = PurePath(file).suffix.lower().lstrip(".")
        if suffix in allowed:
            return suffix
        endings = " or ".join(f".{name}" for name in allowed)
        self._say(WRONG_ENDING.format(endings=endings), sticky=True)
        return ""

    def _picture(self, suffix: str) -> bytes:
        from deepbench_ui.plots.export import picture

        assert self._figure is not None
        assert self._canvas is not None
        plot = self._canvas.plot
        shown = plot.shown() if plot.is_zoomed() else None
        return picture(self._figure, suffix, self.font(), shown)

    def _let_out(self, kind: str, suffix: str, content: bytes, destination: str) -> None:
        figure = self._figure
        if figure is None or self._waiting:
            return
        self._wait()
        if figure.per_sample:
            self._ask_for(figure, kind, suffix, content, destination)
            return
        heads, rows = figure.table()
        texts = ([text] for text in figure.texts_drawn())
        # Nobody can look for small counts in pixels.
        self._pieces.write(
            heads,
            itertools.chain(rows, texts),
            lambda shown: self._ask_for(figure, kind, suffix, content, destination, shown),
        )

    def _wait(self) -> None:
        self._waiting = True
        self._show_buttons()
        self._say(ASKING, sticky=True)

    def _ask_for(
        self,
        figure: Figure,
        kind: str,
        suffix: str,
        content: bytes,
        destination: str,
        shown: bytes = b"",
    ) -> None:
        if self._outlet is None:
            return

        def done(where: str) -> None:
            if where == CLIPBOARD:
                QGuiApplication.clipboard().setImage(QImage.fromData(content))
            self._answered(
                COPIED if where == CLIPBOARD else SAVED.format(name=PurePath(where).name)
            )

        self._outlet.let_out(
            kind=kind,
            title=figure.title,
            suffix=suffix,
            content=content,
            per_sample=figure.per_sample,
            destination=destination,
            on_done=done,
            on_refused=self._answered,
            shown=shown,
        )

    def _answered(self, sentence: str) -> None:
        # The answer may come after the page was left and its widgets deleted.
        if not isValid(self):
            return
        self._waiting = False
        self._show_buttons()
        self._say(sentence, sticky=True)


def _text(name: str, role: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setWordWrap(True)
    # Names of features and samples are shown as they are, never read as HTML.
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
    if role:
        label.setProperty("role", role)
    return label


def _file_name(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode("ascii")
    words = "".join(letter if letter.isalnum() else " " for letter in plain.lower()).split()
    return "-".join(words)[:_MOST_NAME].strip("-") or "plot"
