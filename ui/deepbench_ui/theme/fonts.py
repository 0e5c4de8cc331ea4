"""The font of the window: the system's own, with DejaVu Sans where it lacks letters."""

from __future__ import annotations

from PySide6.QtGui import QFont, QFontDatabase, QRawFont

from deepbench_resources import read_bytes

FALLBACK = "DejaVu Sans"
SMALLEST_BASE_SIZE = 10.0
# Greek of α and χ², accents of names, signs of the wizard's sentences.
_LETTERS = "Aaéα"
_SIGNS = "→≥≤±−×"
_FILES = ("fonts/DejaVuSans.ttf", "fonts/DejaVuSans-Bold.ttf")


def base_font(system: QFont) -> QFont:
    """Return the font of the window.

    The system's size is kept where it is larger than 10 pt, so that who set larger text in the
    system gets larger text here. The bundled font costs memory, so it is loaded only when the
    system's lacks letters or signs that the wizard writes.

    Args:
        system: The font that Qt took from the system.
    """
    families = font_families(system.families(), QFontDatabase.families(), missing_text(system))
    if FALLBACK in families and FALLBACK not in QFontDatabase.families():
        for file in _FILES:
            QFontDatabase.addApplicationFontFromData(read_bytes(file))
    font = QFont(system)
    font.setFamilies(families)
    font.setPointSizeF(max(SMALLEST_BASE_SIZE, system.pointSizeF()))
    return font


def font_families(wanted: list[str], known: list[str], missing: str) -> list[str]:
    """Return the families to write with, the first one first.

    Args:
        wanted: What the system writes with.
        known: All families of the system.
        missing: Letters and signs that the system's font does not have.
    """
    if not known or any(letter in missing for letter in _LETTERS):
        return [FALLBACK, *wanted]
    return [*wanted, FALLBACK] if missing else list(wanted)


def missing_text(font: QFont) -> str:
    """Return the letters and signs of the wizard that a font itself does not have."""
    raw = QRawFont.fromFont(font)
    return "".join(sign for sign in _LETTERS + _SIGNS if not raw.supportsCharacter(ord(sign)))
