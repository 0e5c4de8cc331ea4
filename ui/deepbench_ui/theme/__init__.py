"""The looks of the wizard: one theme, its colours, its icons.

Widgets say what they are with properties, and the style sheet does the rest:

* QPushButton, QToolButton: ``kind`` = primary, quiet, danger, step (an item of the step rail)
* QFrame: ``kind`` = card, banner, well, rail, help, runbar, footer; banners also ``severity`` =
  info, ok, warning, danger
* QLabel: ``role`` = title, heading, group, muted, small, mono, and ok, warning, danger for one
  word that says how something stands
* QLineEdit, QComboBox, QAbstractSpinBox: ``state`` = wrong
"""

from __future__ import annotations

from deepbench_ui.theme.application_theme import Theme, ThemeMode, set_look, theme
from deepbench_ui.theme.icons import app_icon, icon, icon_names

__all__ = ["Theme", "ThemeMode", "app_icon", "icon", "icon_names", "set_look", "theme"]
