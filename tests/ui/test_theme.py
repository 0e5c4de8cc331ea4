"""Colours that can be read and told apart, and controls that show where the focus is."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QImage, QPixmap, QRawFont
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QSlider,
    QSpinBox,
    QTabBar,
    QTableWidget,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from deepbench_resources import read_bytes, read_text
from deepbench_ui.theme import Theme, set_look, theme
from deepbench_ui.theme.control_images import control_images
from deepbench_ui.theme.fonts import FALLBACK, base_font, font_families, missing_text
from deepbench_ui.theme.style import make_palette, render_style_sheet
from deepbench_ui.theme.tokens import THEMES, Tokens, load_tokens

GROUNDS = ("background", "surface", "surface_raised", "sunken")
BANNERS = ("ok_surface", "warning_surface", "danger_surface", "info_surface")
# What is written on what.
WRITING = [
    *itertools.product(
        ("text", "text_muted", "accent", "accent_hover", "ok", "warning", "danger", "info"),
        GROUNDS,
    ),
    *itertools.product(("text", "text_muted", "accent"), (*BANNERS, "hover", "selection")),
    *((name, f"{name}_surface") for name in ("ok", "warning", "danger", "info")),
    *itertools.product(
        ("on_accent",),
        ("accent", "accent_hover", "accent_pressed", "danger", "danger_hover", "danger_pressed"),
    ),
    ("selection_text", "selection"),
    ("text", "border"),
    ("accent_pressed", "border"),
    ("text", "plot_background"),
    ("plot_axis", "plot_background"),
]
# Edges, rings and marks, and the writing of what cannot be used at the moment.
OTHERS = [
    *itertools.product(("border_strong", "disabled_text", "focus", "focus_filled"), GROUNDS[:3]),
    *itertools.product(("border_strong", "disabled_text", "focus"), GROUNDS[3:]),
    *itertools.product(("focus", "focus_filled"), BANNERS),
    ("focus", "selection"),
    ("focus_filled", "accent_pressed"),
    ("focus_filled", "danger_pressed"),
    ("accent", "selection"),
    ("accent", "border"),
]
# Colours that meet in one plot.
TOGETHER = (
    ("training", "tuning", "test"),
    ("baseline", "network", "chosen"),
    ("shuffled", "real"),
    ("positive", "negative", "missing"),
    ("baseline", "network", "shuffled"),
)
# Machado, Oliveira and Fernandes 2009, doi:10.1109/TVCG.2009.113, table 1, severity 1.0.
COLOUR_VISION = {
    "all": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "no red": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no blue": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
# CIE 1976 colour difference; 2.3 is just noticeable side by side.
TELLS_APART = 12.0


def linear(colour: str) -> list[float]:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]


def luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def seen(colour: str, kind: str) -> tuple[float, float, float]:
    """Return CIE Lab of a colour as people of a kind of colour vision see it."""
    source = linear(colour)
    r, g, b = (
        min(max(sum(m * c for m, c in zip(row, source, strict=True)), 0.0), 1.0)
        for row in COLOUR_VISION[kind]
    )
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def distance(one: str, other: str) -> float:
    return min(math.dist(seen(one, kind), seen(other, kind)) for kind in COLOUR_VISION)


@pytest.fixture(params=THEMES)
def tokens(request: pytest.FixtureRequest) -> Tokens:
    return load_tokens(request.param)


@pytest.fixture
def own_theme(qapp: QApplication) -> Iterator[Theme]:
    """The program's theme, in the light mode that the fixture of all tests gives it."""
    yield theme()
    theme().set_mode("light")


def test_contrast_is_that_of_the_guideline() -> None:
    # Values that the W3C's own material names.
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


def test_themes_name_the_same_colours() -> None:
    light, dark = (load_tokens(name) for name in THEMES)
    assert light.colours.keys() == dark.colours.keys()
    assert light.uses.keys() == dark.uses.keys()
    for tokens in (light, dark):
        stops = (*tokens.colours.values(), *tokens.palette, *tokens.uses.values())
        for colour in (*stops, *tokens.sequential, *tokens.diverging):
            assert re.fullmatch("#[0-9a-f]{6}", colour), colour


def test_writing_can_be_read(tokens: Tokens) -> None:
    colours = tokens.colours
    bad = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in WRITING}
    assert {pair: value for pair, value in bad.items() if value < 4.5} == {}


def test_edges_and_rings_can_be_seen(tokens: Tokens) -> None:
    colours = tokens.colours
    bad = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in OTHERS}
    assert {pair: value for pair, value in bad.items() if value < 3.0} == {}


def test_series_stand_out_from_the_plot(tokens: Tokens) -> None:
    ground = tokens.colours["plot_background"]
    series = {*tokens.palette, *tokens.uses.values()}
    assert len(tokens.palette) == 8
    assert {colour for colour in series if contrast(colour, ground) < 3.0} == set()


def test_series_are_told_apart_by_colour_blind_people(tokens: Tokens) -> None:
    close = [
        pair for pair in itertools.combinations(tokens.palette, 2) if distance(*pair) < TELLS_APART
    ]
    assert close == []
    for names in TOGETHER:
        for one, other in itertools.combinations(names, 2):
            assert distance(tokens.uses[one], tokens.uses[other]) >= TELLS_APART, (one, other)


def test_maps_grow_evenly_in_one_direction(tokens: Tokens) -> None:
    amounts = [luminance(stop) for stop in tokens.sequential]
    assert len(amounts) == 7
    assert amounts == sorted(amounts)
    assert contrast(tokens.sequential[0], tokens.sequential[-1]) > 10
    arms = [luminance(stop) for stop in tokens.diverging]
    towards_middle = tokens.name == "light"
    assert len(arms) == 7
    assert arms[:4] == sorted(arms[:4], reverse=not towards_middle)
    assert arms[3:] == sorted(arms[3:], reverse=towards_middle)
    assert all(
        distance(low, high) > TELLS_APART
        for low, high in zip(tokens.diverging[:3], tokens.diverging[:3:-1], strict=True)
    )


def test_style_sheet_is_complete(qapp: QApplication, tokens: Tokens) -> None:
    sheet = render_style_sheet(tokens, 10.0, control_images(tokens))
    assert "$" not in sheet
    written = set(re.findall("#[0-9a-f]{6}", sheet))
    assert written <= set(tokens.colours.values())
    # The template itself holds no colour: all stand in one file.
    assert re.findall("#[0-9a-fA-F]{3,8}", read_text("theme/app.qss")) == []


def test_headings_grow_with_the_system(qapp: QApplication) -> None:
    light = load_tokens("light")
    small, large = (render_style_sheet(light, size, ":") for size in (10.0, 20.0))
    assert "font-size: 17.0pt" in small
    assert "font-size: 34.0pt" in large


def test_images_of_controls_exist_in_three_sizes(qapp: QApplication, tokens: Tokens) -> None:
    folder = control_images(tokens)
    named = set(re.findall(r'url\("([^"]+)"\)', render_style_sheet(tokens, 10.0, folder)))
    assert named
    for name in named:
        for scale, suffix in ((1, ""), (2, "@2x"), (3, "@3x")):
            image = QImage(name.replace(".png", f"{suffix}.png"))
            assert image.width() == image.height() == 14 * scale, (name, suffix)


def test_image_has_the_colour_of_its_token(qapp: QApplication, tokens: Tokens) -> None:
    image = QImage(f"{control_images(tokens)}/dot.png")
    assert image.pixelColor(7, 7).name() == tokens.colours["on_accent"]
    assert image.pixelColor(0, 0).alpha() == 0


def test_theme_gives_colours_of_what_is_shown(own_theme: Theme) -> None:
    for name in THEMES:
        own_theme.set_mode(name)
        tokens = load_tokens(name)
        assert (own_theme.mode, own_theme.name) == (name, name)
        assert own_theme.colour("text_muted") == QColor(tokens.colours["text_muted"])
        assert own_theme.use("test") == QColor(tokens.uses["test"])
        assert own_theme.series(9) == own_theme.series(1) == QColor(tokens.palette[1])
        assert [stop.name() for stop in own_theme.sequential()] == list(tokens.sequential)
        assert [stop.name() for stop in own_theme.diverging()] == list(tokens.diverging)
    with pytest.raises(KeyError, match="cerulean"):
        own_theme.colour("cerulean")


def test_theme_says_once_that_it_has_changed(own_theme: Theme) -> None:
    spy = QSignalSpy(own_theme.changed)
    own_theme.set_mode("dark")
    own_theme.set_mode("dark")
    assert spy.count() == 1
    own_theme.set_mode("light")
    assert spy.count() == 2
    with pytest.raises(ValueError, match="'pink' is not one of system, light, dark"):
        own_theme.set_mode("pink")  # type: ignore[arg-type]
    assert (own_theme.mode, spy.count()) == ("light", 2)


class SystemHints:
    """A system that tells its scheme and writes down what it is told."""

    def __init__(self) -> None:
        self.scheme = Qt.ColorScheme.Light
        self.told: list[Qt.ColorScheme] = []
        self.real = QGuiApplication.styleHints()

    def colorScheme(self) -> Qt.ColorScheme:  # noqa: N802 - Qt's name
        return self.scheme

    def setColorScheme(self, scheme: Qt.ColorScheme) -> None:  # noqa: N802 - Qt's name
        self.told.append(scheme)


@pytest.fixture
def system(own_theme: Theme, monkeypatch: pytest.MonkeyPatch) -> SystemHints:
    hints = SystemHints()
    monkeypatch.setattr(QGuiApplication, "styleHints", lambda: hints)
    return hints


def test_theme_follows_the_system_only_when_asked(own_theme: Theme, system: SystemHints) -> None:
    own_theme.set_mode("system")
    assert own_theme.name == "light"
    system.scheme = Qt.ColorScheme.Dark
    system.real.colorSchemeChanged.emit(system.scheme)
    assert (own_theme.mode, own_theme.name) == ("system", "dark")
    own_theme.set_mode("light")
    system.real.colorSchemeChanged.emit(system.scheme)
    assert own_theme.name == "light"


def test_system_hears_of_the_choice(own_theme: Theme, system: SystemHints) -> None:
    # Frames of windows and file dialogs of the system go by it.
    for mode in ("dark", "system", "light"):
        own_theme.set_mode(mode)  # type: ignore[arg-type]
    assert [scheme.name for scheme in system.told] == ["Dark", "Unknown", "Light"]


def test_program_is_dressed_again_when_the_theme_changes(
    qapp: QApplication, own_theme: Theme
) -> None:
    own_theme.apply(qapp)
    own_theme.set_mode("dark")
    assert qapp.styleSheet() == own_theme.css
    assert qapp.palette() == make_palette(load_tokens("dark"))
    assert qapp.palette().window().color() == own_theme.colour("background")
    assert qapp.font().pointSizeF() >= 10.0


def test_applying_twice_does_not_change_the_font(qapp: QApplication, own_theme: Theme) -> None:
    own_theme.apply(qapp)
    before = (qapp.font().families(), qapp.font().pointSizeF())
    own_theme.apply(qapp)
    assert (qapp.font().families(), qapp.font().pointSizeF()) == before


def test_theme_is_one(own_theme: Theme) -> None:
    assert theme() is own_theme


def test_small_text_is_enlarged_and_large_text_kept(qapp: QApplication) -> None:
    for size, expected in ((8.0, 10.0), (10.0, 10.0), (17.5, 17.5)):
        system = QFont(QApplication.font())
        system.setPointSizeF(size)
        assert base_font(system).pointSizeF() == expected


def test_bundled_font_helps_out_only_where_needed() -> None:
    known = ["Segoe UI", "Arial"]
    assert font_families(["Segoe UI"], known, missing="") == ["Segoe UI"]
    assert font_families(["Cantarell"], known, missing="→≥") == ["Cantarell", FALLBACK]
    assert font_families(["Symbols"], known, missing="Aaéα→") == [FALLBACK, "Symbols"]
    assert font_families(["Sans"], [], missing="") == [FALLBACK, "Sans"]


def test_complete_font_of_the_system_loads_nothing(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[object] = []
    monkeypatch.setattr(QFontDatabase, "addApplicationFontFromData", loaded.append)
    if FALLBACK not in QFontDatabase.families():
        pytest.skip("this machine has no DejaVu Sans to stand for a complete font")
    assert base_font(QFont(FALLBACK)).families() == [FALLBACK]
    assert loaded == []


def test_bundled_font_is_loaded_where_the_system_has_none(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[bytes] = []
    monkeypatch.setattr(QFontDatabase, "families", lambda: [])
    monkeypatch.setattr(QFontDatabase, "addApplicationFontFromData", loaded.append)
    assert base_font(QApplication.font()).family() == FALLBACK
    assert loaded == [
        read_bytes(f"fonts/{name}.ttf") for name in ("DejaVuSans", "DejaVuSans-Bold")
    ]


def test_bundled_font_has_what_the_wizard_writes(qapp: QApplication) -> None:
    for name in ("DejaVuSans", "DejaVuSans-Bold"):
        raw = QRawFont()
        raw.loadFromData(
            read_bytes(f"fonts/{name}.ttf"), 12.0, QFont.HintingPreference.PreferNoHinting
        )
        assert raw.isValid()
        assert raw.familyName() == FALLBACK
        assert all(raw.supportsCharacter(ord(sign)) for sign in "Aéäßøαβχρσ²→←≥≤±−×…–’“”✓")
    assert "Bitstream Vera" in read_text("fonts/LICENSE_DEJAVU")


def test_missing_signs_of_a_font_are_found(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    class LatinOnly:
        def supportsCharacter(self, code: int) -> bool:  # noqa: N802 - Qt's name
            return code < 256

    monkeypatch.setattr(QRawFont, "fromFont", lambda font: LatinOnly())
    assert missing_text(QFont()) == "α→≥≤−"


def _list() -> QWidget:
    made = QListWidget()
    made.addItems(["one", "two", "three"])
    made.setCurrentRow(1)
    return made


def _table() -> QWidget:
    made = QTableWidget(2, 2)
    made.setCurrentCell(1, 1)
    return made


def _tree() -> QWidget:
    made = QTreeWidget()
    made.addTopLevelItem(QTreeWidgetItem(["one"]))
    made.setCurrentItem(made.topLevelItem(0))
    return made


def _tabs() -> QWidget:
    made = QTabBar()
    made.addTab("one")
    made.addTab("two")
    return made


def _button(kind: str, made: QWidget | None = None) -> QWidget:
    made = made or QPushButton("Save the Figure")
    made.setProperty("kind", kind)
    return made


FOCUSABLE: dict[str, Callable[[], QWidget]] = {
    "button": lambda: QPushButton("Save the Figure"),
    "primary": lambda: _button("primary"),
    "danger": lambda: _button("danger"),
    "quiet": lambda: _button("quiet"),
    "step": lambda: _button("step"),
    "tool button": lambda: _button("", QToolButton()),
    "line": lambda: QLineEdit("text"),
    "text": lambda: QPlainTextEdit("text"),
    "combo box": QComboBox,
    "spin box": QSpinBox,
    "check box": lambda: QCheckBox("Keep"),
    "radio button": lambda: QRadioButton("Yes"),
    "slider": lambda: QSlider(Qt.Orientation.Horizontal),
    "list": _list,
    "table": _table,
    "tree": _tree,
    "tabs": _tabs,
}


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("control", FOCUSABLE)
def test_focus_is_seen(control: str, name: Any, own_theme: Theme, qtbot: Any) -> None:
    own_theme.set_mode(name)
    window = QWidget()
    layout = QVBoxLayout(window)
    other = QPushButton("elsewhere")
    widget = FOCUSABLE[control]()
    layout.addWidget(other)
    layout.addWidget(widget)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    ring = own_theme.colour("focus_filled" if control in ("primary", "danger") else "focus").name()

    other.setFocus()
    without = _counted(widget, ring)
    size = widget.sizeHint()
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    assert widget.hasFocus()
    # 2 px along the four sides of the smallest control here, less the softened corners.
    assert _counted(widget, ring) - without >= 2 * 4 * 18
    assert widget.sizeHint() == size, "the focus moves what is around it"


def _counted(widget: QWidget, colour: str) -> int:
    QApplication.processEvents()
    image = widget.grab().toImage()
    return sum(
        image.pixelColor(x, y).name() == colour
        for x in range(image.width())
        for y in range(image.height())
    )


def test_rows_of_a_list_filled_early_do_not_overlap(own_theme: Theme, qtbot: Any) -> None:
    window, made = QWidget(), QListWidget()
    made.addItems(["one", "two"])
    QVBoxLayout(window).addWidget(made)
    qtbot.addWidget(window)
    window.show()
    QApplication.processEvents()
    first, second = (made.visualItemRect(made.item(row)) for row in (0, 1))
    assert first.height() > made.fontMetrics().height()
    assert second.top() >= first.bottom()


def test_number_does_not_touch_the_edge(own_theme: Theme, qtbot: Any) -> None:
    box = QSpinBox()
    qtbot.addWidget(box)
    box.show()
    assert box.alignment() & Qt.AlignmentFlag.AlignRight


def test_look_follows_the_properties(own_theme: Theme, qtbot: Any) -> None:
    banner = QFrame()
    heading = QLabel("Two samples repeat", banner)
    qtbot.addWidget(banner)
    banner.resize(300, 60)
    set_look(heading, role="heading")
    for severity in ("info", "danger", "ok", "warning"):
        set_look(banner, kind="banner", severity=severity)
        image = banner.grab().toImage()
        assert image.pixelColor(200, 40) == own_theme.colour(f"{severity}_surface")
        assert heading.palette().windowText().color() == own_theme.colour(severity)


def test_open_window_changes_with_the_theme(own_theme: Theme, qtbot: Any) -> None:
    card = QFrame()
    card.resize(80, 80)
    set_look(card, kind="card")
    qtbot.addWidget(card)
    card.show()
    found = []
    for name in THEMES:
        own_theme.set_mode(name)
        QApplication.processEvents()
        pixmap: QPixmap = card.grab()
        found.append(pixmap.toImage().pixelColor(40, 40).name())
    assert found == [load_tokens(name).colours["surface"] for name in THEMES]
