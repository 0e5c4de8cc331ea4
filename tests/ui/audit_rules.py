"""What every control of every page has to keep to; a rule returns sentences on what does not."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QCoreApplication, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QAction, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QFrame,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMainWindow,
    QMenuBar,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QScrollBar,
    QStyle,
    QStyleOptionComboBox,
    QTabBar,
    QTableView,
    QTextBrowser,
    QTextEdit,
    QToolButton,
    QWidget,
)

CONTROLS = (
    QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit, QAbstractItemView,
    QAbstractSlider, QAbstractSpinBox, QTabBar,
)  # fmt: skip
#: Those that consist of controls of their own.
COMPOUND = (QComboBox, QAbstractSpinBox, QLineEdit)
NAME = re.compile(r"[a-z][a-z0-9-]*(\.[A-Za-z0-9_-]+)+")
COLOUR = re.compile(r"color|background|#[0-9a-fA-F]{3}|rgb", re.IGNORECASE)
#: Pixels by which rounding may make something smaller.
ROUNDING = 1
#: A text cursor is 1 or 2 pixels wide and one line high; a ring is more.
CURSOR_PIXELS = 60


def described(widget: QWidget) -> str:
    """Return what a widget is, so that it can be found."""
    shown = widget
    while not shown.objectName() and shown.parentWidget() is not None:
        shown = shown.parentWidget()
    text = widget.text() if isinstance(widget, QLabel | QAbstractButton | QLineEdit) else ""
    inside = "" if shown is widget else f" in {shown.objectName()}"
    return f"{type(widget).__name__} {widget.objectName()}{inside} {text[:50]!r}"


def controls(root: QWidget) -> list[QWidget]:
    """Return what a user can act on, and can see after scrolling at most."""
    return [
        widget
        for widget in root.findChildren(QWidget)
        if widget.isVisible() and widget.isEnabled() and _is_control(widget)
    ]


def _is_control(widget: QWidget) -> bool:
    if isinstance(widget, QHeaderView | QScrollBar | QMenuBar):
        return False
    if widget.metaObject().className() in ("QTableCornerButton", "QComboBoxPrivateContainer"):
        return False
    above = widget.parentWidget()
    while above is not None:
        if isinstance(above, COMPOUND):
            return False
        above = None if above.isWindow() else above.parentWidget()
    return isinstance(widget, CONTROLS) or takes_tab(widget)


def takes_tab(widget: QWidget) -> bool:
    """Say whether Tab stops at a widget."""
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.focusProxy() is None


# --- names ------------------------------------------------------------------------------


def wrong_names(root: QWidget, page: QWidget | None) -> Iterator[str]:
    """Names are ``page.control``, and there is one control of each."""
    found = controls(root)
    counted = Counter(widget.objectName() for widget in root.findChildren(QWidget))
    for widget in found:
        name = widget.objectName()
        if not NAME.fullmatch(name):
            yield f"{described(widget)}: its name is not page.control"
        elif counted[name] > 1:
            yield f"{described(widget)}: {counted[name]} widgets have this name"
        elif page is not None and page.isAncestorOf(widget) and not _begins_with(page, name):
            yield f"{described(widget)}: its name does not begin with that of its page"


def _begins_with(page: QWidget, name: str) -> bool:
    return name.startswith(f"{page.objectName()}.")


def all_names(root: QWidget) -> set[str]:
    """Return the names of all controls and menu entries, with # for numbers."""
    widgets = [widget for widget in root.findChildren(QWidget) if _is_control(widget)]
    names = [widget.objectName() for widget in (*widgets, *root.findChildren(QAction))]
    return {re.sub(r"\d+", "#", name) for name in names if NAME.fullmatch(name)}


def unsaid(root: QWidget) -> Iterator[str]:
    """A screen reader has something to say about each control."""
    for widget in controls(root):
        interface = QAccessible.queryAccessibleInterface(widget)
        if not interface.text(QAccessible.Text.Name).strip():
            yield f"{described(widget)}: it has no accessible name"


def coloured(root: QWidget) -> Iterator[str]:
    """No widget has colours of its own: they would not follow the theme."""
    for widget in root.findChildren(QWidget):
        if COLOUR.search(widget.styleSheet()):
            yield f"{described(widget)}: colours in its own style sheet"


# --- keyboard ---------------------------------------------------------------------------


def walked(window: QWidget) -> list[QWidget]:
    """Press Tab until the focus is back where it began; return where it has been."""
    limit = 2 * len(controls(window)) + 100
    first = QApplication.focusWidget()
    assert first is not None, "nothing has the focus"
    seen = [first]
    for _ in range(limit):
        before = QApplication.focusWidget()
        assert before is not None, f"the focus is lost after {described(seen[-1])}"
        QTest.keyClick(before, Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        assert now is not None, f"Tab loses the focus at {described(before)}"
        assert not now.visibleRegion().isEmpty(), f"{described(now)}: out of sight with the focus"
        if now is first:
            break
        if now is not before:
            seen.append(now)
        elif not isinstance(now, QLabel | QTextBrowser):  # Tab goes from link to link there
            raise AssertionError(f"{described(now)} keeps Tab for itself")
    return seen


def wrong_order(root: QWidget, visited: list[QWidget]) -> Iterator[str]:
    """Tab comes to each control once, and as one reads."""
    names = Counter(map(described, visited))
    yield from (
        f"{name}: Tab comes here {count} times" for name, count in names.items() if count > 1
    )
    for widget in controls(root):
        if widget not in visited and not _another_of_its_group(widget, visited):
            yield f"{described(widget)}: Tab does not come here"
    for one, other in itertools.pairwise(visited):
        # Bars and pages scroll apart from each other: what is above what is asked within one.
        inside = _scrolled(one)
        if inside is not None and inside.isAncestorOf(other) and _goes_back(one, other, inside):
            yield f"{described(other)}: Tab comes here after {described(one)}"


def _scrolled(widget: QWidget) -> QWidget | None:
    """Return what a widget scrolls with: its page, the rail, or the window for the bars."""
    above = widget.parentWidget()
    while above is not None and not above.isWindow():
        holder = above.parentWidget()
        if holder is not None and isinstance(holder.parentWidget(), QScrollArea):
            return above
        above = holder
    return above


def _another_of_its_group(widget: QWidget, visited: list[QWidget]) -> bool:
    """Of radio buttons and steps Tab reaches one, arrow keys the others."""
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    return group is not None and group.exclusive() and any(b in visited for b in group.buttons())


def place(widget: QWidget, root: QWidget) -> QRect:
    """Return where a widget is in another."""
    return QRect(widget.mapTo(root, QPoint(0, 0)), widget.size())


def _goes_back(one: QWidget, other: QWidget, root: QWidget) -> bool:
    """Say whether the second is read before the first: above it, or left of it in one line."""
    if one.isAncestorOf(other) or other.isAncestorOf(one):
        return False  # a table and what stands in its head
    first, second = place(one, root), place(other, root)
    if second.bottom() <= first.top():
        return second.left() < first.right()
    same_line = min(first.bottom(), second.bottom()) - max(first.top(), second.top())
    return 2 * same_line > min(first.height(), second.height()) and second.right() <= first.left()


def unseen_focus(root: QWidget, elsewhere: QWidget) -> Iterator[str]:
    """What has the focus looks different."""
    for widget in controls(root):
        if not takes_tab(widget) or widget is elsewhere:
            continue
        elsewhere.setFocus(Qt.FocusReason.TabFocusReason)
        without = _picture(widget)
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        if not widget.hasFocus():
            yield f"{described(widget)}: it does not take the focus"
            continue
        differ = int((_picture(widget) != without).any(axis=2).sum())
        if differ < CURSOR_PIXELS:
            yield f"{described(widget)}: {differ} pixels show that it has the focus"
    elsewhere.setFocus(Qt.FocusReason.TabFocusReason)


def _picture(widget: QWidget) -> np.ndarray:
    QCoreApplication.processEvents()
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(image.constBits(), np.uint8)
    return flat.reshape(image.height(), image.bytesPerLine() // 4, 4)[:, :, :3].copy()


# --- room -------------------------------------------------------------------------------


def cut_off(root: QWidget) -> Iterator[str]:
    """Texts have the room that they need."""
    for widget in root.findChildren(QWidget):
        if not widget.isVisible():
            continue
        missing = _missing_room(widget)
        if missing.width() > ROUNDING or missing.height() > ROUNDING:
            yield f"{described(widget)}: {missing.width()} × {missing.height()} px too small"
        yield from _cut_by_parent(widget)
        if isinstance(widget, QTableView) and widget.horizontalHeader().isVisible():
            yield from _cut_heads(widget.horizontalHeader())


def _missing_room(widget: QWidget) -> QSize:
    """Return what a text lacks of width and height; zero for widgets without one."""
    none = QSize(0, 0)
    if isinstance(widget, QLabel):
        return _missing_for_label(widget)
    if isinstance(widget, QPushButton | QToolButton | QRadioButton | QCheckBox):
        if isinstance(widget.parentWidget(), COMPOUND):
            return none
        return widget.sizeHint() - widget.size()
    if isinstance(widget, QComboBox):
        option = QStyleOptionComboBox()
        widget.initStyleOption(option)
        room = widget.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox,
            option,
            QStyle.SubControl.SC_ComboBoxEditField,
            widget,
        )
        text = widget.fontMetrics().horizontalAdvance(widget.currentText())
        return QSize(text - room.width(), 0)
    if isinstance(widget, QLineEdit) and not isinstance(widget.parentWidget(), COMPOUND):
        text = widget.fontMetrics().horizontalAdvance(widget.placeholderText())
        return QSize(text - widget.contentsRect().width(), 0)
    return none


def _missing_for_label(label: QLabel) -> QSize:
    if not label.text():
        return QSize(0, 0)
    if label.wordWrap():
        return QSize(0, label.heightForWidth(label.width()) - label.height())
    return label.sizeHint() - label.size()


def _cut_by_parent(widget: QWidget) -> Iterator[str]:
    """A control or text reaches nowhere beyond what holds it, unless that scrolls."""
    above = widget.parentWidget()
    shows_text = isinstance(widget, (QLabel, *CONTROLS))
    if above is None or widget.isWindow() or not shows_text or isinstance(above, COMPOUND):
        return
    if isinstance(above.parentWidget(), QAbstractScrollArea) or isinstance(
        above, QAbstractScrollArea
    ):
        return
    inside = widget.geometry()
    if not above.rect().adjusted(-ROUNDING, -ROUNDING, ROUNDING, ROUNDING).contains(inside):
        yield f"{described(widget)}: {inside} reaches beyond {described(above)} {above.size()}"


def _cut_heads(header: QHeaderView) -> Iterator[str]:
    """A column's name is shown, or ends in three dots."""
    if header.textElideMode() != Qt.TextElideMode.ElideNone:
        return
    for section in range(min(header.count(), 30)):
        if not header.isSectionHidden(section):
            missing = header.sectionSizeHint(section) - header.sectionSize(section)
            if missing > ROUNDING:
                text = header.model().headerData(section, Qt.Orientation.Horizontal)
                yield f"{described(header)}: the head {text!r} is cut by {missing} px"


def scrolls_sideways(page: QWidget, area: QScrollArea) -> Iterator[str]:
    """A page scrolls up and down only."""
    bar = area.horizontalScrollBar()
    if bar.maximum() > 0:
        room = area.viewport().width()
        inside = area.widget()
        wide = [
            described(widget)
            for widget in inside.findChildren(QWidget)
            if widget.isVisible() and widget.minimumSizeHint().width() > room - 48
        ]
        yield f"{page.objectName()}: {bar.maximum()} px wider than the page; {wide}"


def outside(window: QMainWindow, part: QWidget) -> Iterator[str]:
    """Buttons of the bars are inside the window."""
    if not part.isVisible():
        return
    for widget in controls(part):
        if not window.rect().contains(place(widget, window)):
            yield f"{described(widget)}: {place(widget, window)} is outside the window"


def texts(page: QWidget) -> list[str]:
    """Return what is written on a page, without what stands in fields."""
    return [
        label.text()
        for label in page.findChildren(QLabel)
        if label.isVisible() and label.text() and isinstance(label, QFrame)
    ]
