"""Names of features or samples: the first few as words to click, all of them in a list."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QAbstractItemView, QListView, QPushButton, QVBoxLayout, QWidget

from deepbench_ui.models.name_rows import NameRows
from deepbench_ui.models.numbers import counted
from deepbench_ui.selection import SelectionHub
from deepbench_ui.theme import theme
from deepbench_ui.widgets.flow import FlowLayout
from deepbench_ui.widgets.link_label import LinkLabel

MOST = 8
SHOW_ALL, CHOOSE, FEWER = "Show All {many}", "Choose Among Them", "Show Fewer"
TICK_ALL, TICK_NONE = "Tick All", "Untick All"
MORE = "and {many} more"
_LONGEST = 40
_LINES = 7


class NameList(QWidget):
    """Names of one kind; a click selects. Its ``toggle`` is placed by the owner.

    Args:
        name: Its objectName; its parts are ``NAME.names``, ``NAME.toggle``, ``NAME.list``, ….
        kind: feature or sample.
        selection: Where the selection is kept.
    """

    #: Other names are ticked.
    ticked_changed = Signal()

    def __init__(self, name: str, kind: str, selection: SelectionHub) -> None:
        super().__init__()
        self.setObjectName(name)
        self._kind, self._selection = kind, selection
        self._tickable, self._thing = False, kind
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.words = LinkLabel(f"{name}.names")
        self.words.linkActivated.connect(lambda place: self._pick(self.rows.names[int(place)]))
        column.addWidget(self.words)
        self._build_list(name, column)
        selection.changed.connect(self._selection_changed)
        theme().changed.connect(self._write)

    def _build_list(self, name: str, column: QVBoxLayout) -> None:
        self.rows = NameRows(self)
        self.rows.ticked_changed.connect(self.ticked_changed)
        self.list = QListView()
        self.list.setObjectName(f"{name}.list")
        self.list.setModel(self.rows)
        self.list.setUniformItemSizes(True)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.selectionModel().currentChanged.connect(self._current_changed)
        self.list.hide()
        column.addWidget(self.list)
        self.buttons = QWidget()
        line = FlowLayout(4, self.buttons)
        self.toggle = _button(f"{name}.toggle")
        self.toggle.clicked.connect(self._toggle)
        self.tick_all = _button(f"{name}.tick-all", TICK_ALL)
        self.tick_all.clicked.connect(lambda: self.rows.tick_all(True))
        self.tick_none = _button(f"{name}.untick-all", TICK_NONE)
        self.tick_none.clicked.connect(lambda: self.rows.tick_all(False))
        line.addWidget(self.tick_all)
        line.addWidget(self.tick_none)
        column.addWidget(self.buttons)

    # --- showing ----------------------------------------------------------------------

    @property
    def ticked(self) -> tuple[str, ...]:
        """Names that a decision is about: all, or those ticked while the list is open."""
        return self.rows.ticked if self._tickable and self._is_open else self.rows.names

    def show_names(self, names: Sequence[str], thing: str, *, tickable: bool) -> None:
        """Show names.

        Args:
            names: The names.
            thing: What they are names of.
            tickable: Whether some of them can be chosen.
        """
        changed = (tuple(names), thing) != (self.rows.names, self._thing)
        self._tickable, self._thing = tickable, thing
        self.rows.show_names(names, tickable=tickable)
        self.setVisible(bool(names))
        self.list.setAccessibleName(counted(len(names), thing))
        if changed:
            rows = min(len(names), _LINES)
            self.list.setFixedHeight(rows * (self.list.sizeHintForRow(0) or 24) + 4)
            self._write()
        self._show_parts()

    @property
    def _is_open(self) -> bool:
        return not self.list.isHidden()

    def _toggle(self) -> None:
        self.list.setVisible(not self._is_open)
        self._show_parts()
        if self._is_open:
            self._mark()
        self.ticked_changed.emit()

    def _show_parts(self) -> None:
        many = len(self.rows.names)
        self.words.setVisible(not self._is_open)
        more = many > MOST or (self._tickable and many > 1)
        if not more:
            self.list.hide()
            self.words.show()
        closed = SHOW_ALL.format(many=f"{many:,}") if many > MOST else CHOOSE
        self.toggle.setText(FEWER if self._is_open else closed)
        self.toggle.setVisible(more)
        self.buttons.setVisible(self._is_open and self._tickable)

    def _write(self) -> None:
        """Write the first names; again in other colours, and with another one selected."""
        names, chosen = self.rows.names, self._selection.selected(self._kind)
        colour = theme().colour("accent").name()
        words = []
        for place, name in enumerate(names[:MOST]):
            short = escape(name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…")
            text = f"<b>{short}</b>" if name == chosen else short
            words.append(f'<a href="{place}" style="color:{colour}">{text}</a>')
        if len(names) > MOST:
            words.append(MORE.format(many=f"{len(names) - MOST:,}"))
        title = counted(len(names), self._thing)
        self.words.setText(f"{title}: {', '.join(words)}" if names else "")
        self.words.setAccessibleName(f"{title}: {', '.join(names[:MOST])}")

    # --- selecting --------------------------------------------------------------------

    def _pick(self, name: str) -> None:
        self._selection.select(self._kind, name)

    def _current_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            self._pick(self.rows.names[current.row()])

    def _selection_changed(self, kind: str, _name: str) -> None:
        if kind == self._kind:
            self._write()
            self._mark()

    def _mark(self) -> None:
        name = self._selection.selected(self._kind)
        if not self._is_open or name not in self.rows.names:
            return
        index = self.rows.index(self.rows.names.index(name))
        if self.list.currentIndex() != index:
            self.list.setCurrentIndex(index)


def _button(name: str, text: str = "") -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setProperty("kind", "quiet")
    return button
