"""Where Tab goes: through the window as one reads it, however late its parts were made.

Qt's own order is that in which widgets were made. Pages are made when first shown and their cards
when there is something to show, so that Tab would come to them after everything else.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QGridLayout,
    QHeaderView,
    QLayout,
    QLineEdit,
    QScrollArea,
    QTableView,
    QWidget,
)

#: What they are made of is theirs.
_WHOLE = (QComboBox, QAbstractSpinBox, QLineEdit)
_MARGIN = 40


def move_focus(root: QWidget, forward: bool) -> bool:
    """Give the focus to the next control, or the one before, and bring it into sight.

    Args:
        root: What holds all controls.
        forward: Which way.

    Returns:
        Whether there is such a control.
    """
    order = list(_in_order(root))
    now = root.window().focusWidget()
    place = order.index(now) if now in order else -1
    # From the widget after the present one around to the one before it.
    around = [*order[place + 1 :], *order[: max(place, 0)]]
    for widget in around if forward else reversed(around):
        if _is_stop(widget):
            reason = (
                Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
            )
            widget.setFocus(reason)
            _bring_into_sight(widget)
            return True
    return False


def _is_stop(widget: QWidget) -> bool:
    takes_tab = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return takes_tab and widget.isEnabled() and widget.focusProxy() is None


def _in_order(widget: QWidget) -> Iterator[QWidget]:
    """Return a widget and all that can be seen inside it, in the order of the layouts."""
    yield widget
    if isinstance(widget, _WHOLE):
        return
    layout = widget.layout()
    placed: list[QWidget] = list(_laid_out(layout)) if layout is not None else []
    known = set(map(id, placed))
    children = [child for child in widget.children() if isinstance(child, QWidget)]
    others = [child for child in children if id(child) not in known and not child.isWindow()]
    for child in (*placed, *sorted(others, key=lambda child: (child.y(), child.x()))):
        if child.isVisible():
            yield from _in_order(child)


def _laid_out(layout: QLayout) -> Iterator[QWidget]:
    numbers = range(layout.count())
    if isinstance(layout, QGridLayout):
        numbers = sorted(numbers, key=lambda number: layout.getItemPosition(number)[:2])  # type: ignore[assignment, index]
    for number in numbers:
        item = layout.itemAt(number)
        if item is None:
            continue
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            yield widget
        elif inner is not None:
            yield from _laid_out(inner)


def _bring_into_sight(widget: QWidget) -> None:
    above = widget.parentWidget()
    while above is not None:
        if isinstance(above, QScrollArea):
            above.ensureWidgetVisible(widget, _MARGIN, _MARGIN)
        elif isinstance(above, QHeaderView):
            _scroll_head(above, widget)
        above = above.parentWidget()


def _scroll_head(head: QHeaderView, widget: QWidget) -> None:
    """Bring a control in a table's head into sight: the table scrolls, and its head with it."""
    table = head.parentWidget()
    if isinstance(table, QTableView):
        left = widget.mapTo(head, widget.rect().topLeft()).x()
        beyond = max(0, left + widget.width() - head.viewport().width())
        bar = table.horizontalScrollBar()
        bar.setValue(bar.value() + (left if left < 0 else min(beyond, left)))
