"""The menus of the window, with their keys."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMessageBox

from deepbench.study.folder import study_title
from deepbench_ui import dialogs
from deepbench_ui.session import StudySession
from deepbench_ui.settings import studies_folder
from deepbench_ui.theme import ThemeMode, icon, theme

if TYPE_CHECKING:
    from deepbench_ui.window import MainWindow

THEMES: dict[ThemeMode, str] = {"system": "Like the System", "light": "Light", "dark": "Dark"}
UNDO, REDO = "Undo", "Redo"
NO_RECENT = "No Studies Yet"
KEYS_TITLE = "Keys"
KEYS_TEXT = (
    "Alt+Left, Alt+Right: page before, next page\n"
    "Ctrl+Return: calculate the step of this page\n"
    "Ctrl+1 … Ctrl+9: pages 1 to 9\n"
    "Up, Down in the list of steps: another page; Space opens it\n"
    "F1: show or hide the help\n"
    "Ctrl+Z, Ctrl+Shift+Z: undo and redo an answer\n"
    "Ctrl+N, Ctrl+O, Ctrl+W: new, open, close study\n"
    "Left, Right in a picture: the point before, the next point\n"
    "Tab, Shift+Tab: next control, the one before"
)


class Menus(QObject):
    """File, Edit, View, Help.

    Args:
        window: The window they belong to.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        bar = window.menuBar()
        bar.setObjectName("menu")
        self._icons: list[tuple[QAction, str]] = []
        self._fill_file(bar.addMenu("&File"))
        self._fill_edit(bar.addMenu("&Edit"))
        self._fill_view(bar.addMenu("&View"))
        self._fill_help(bar.addMenu("&Help"))
        self._add_page_keys()
        theme().changed.connect(self._paint)
        self._paint()
        self.study_opened(None)

    def _action(
        self,
        menu: QMenu,
        name: str,
        text: str,
        do: Callable[[], object],
        keys: QKeySequence | QKeySequence.StandardKey | str | None = None,
        image: str = "",
    ) -> QAction:
        action = QAction(text, self._window)
        action.setObjectName(f"menu.{name}")
        action.triggered.connect(lambda _=False: do())
        if keys is not None:
            action.setShortcut(QKeySequence(keys))
        if image:
            self._icons.append((action, image))
        menu.addAction(action)
        return action

    def _fill_file(self, menu: QMenu) -> None:
        standard = QKeySequence.StandardKey
        window = self._window
        self._action(menu, "new", "&New Study…", self.new_study, standard.New, "new")
        self._action(menu, "open", "&Open Study…", self.open_study, standard.Open, "folder")
        self._recent = menu.addMenu("Open &Recent")
        self._recent.setObjectName("menu.recent")
        self._recent.aboutToShow.connect(self._fill_recent)
        menu.addSeparator()
        self._close = self._action(menu, "close", "&Close Study", window.close_study, "Ctrl+W")
        menu.addSeparator()
        self._action(menu, "quit", "&Quit", window.close, "Ctrl+Q")

    def _fill_edit(self, menu: QMenu) -> None:
        standard = QKeySequence.StandardKey
        self._undo = self._action(menu, "undo", UNDO, self.undo, standard.Undo, "undo")
        self._redo = self._action(menu, "redo", REDO, self.redo, standard.Redo, "redo")

    def _fill_view(self, menu: QMenu) -> None:
        group = QActionGroup(self._window)
        for mode, text in THEMES.items():
            action = self._action(menu, f"theme-{mode}", text, partial(self._set_theme, mode))
            action.setCheckable(True)
            action.setChecked(self._window.settings.theme == mode)
            group.addAction(action)
        menu.addSeparator()
        self._help = self._action(
            menu, "help", "Show the &Help Beside the Page", self._toggle_help, "F1"
        )
        self._help.setCheckable(True)

    def _fill_help(self, menu: QMenu) -> None:
        window = self._window
        self._action(menu, "keys", "&Keys", self._show_keys, image="keyboard")
        self._action(
            menu,
            "support-bundle",
            "Save &Support Bundle…",
            lambda: dialogs.save_support_bundle(window),
        )
        menu.addSeparator()
        self._action(menu, "about", "&About DeepBench", lambda: dialogs.show_about(window))

    def _add_page_keys(self) -> None:
        window = self._window
        keys: list[tuple[str, str, Callable[[], object]]] = [
            ("back", "Alt+Left", window.footer.back_button.click),
            ("forward", "Alt+Right", window.footer.next_button.click),
            ("run", "Ctrl+Return", window.footer.run_button.click),
        ]
        for number, key in enumerate(list(window.rail.buttons)[1:10], start=1):
            keys.append((f"page-{number}", f"Ctrl+{number}", partial(window.show_page, key)))
        for name, sequence, do in keys:
            action = QAction(window)
            action.setObjectName(f"menu.{name}")
            action.setShortcut(QKeySequence(sequence))
            action.triggered.connect(lambda _=False, do=do: do())
            window.addAction(action)

    # --- what they do -----------------------------------------------------------------

    def new_study(self) -> None:
        """Ask for a name and make a study."""
        place = Path(self._window.settings.folder or str(studies_folder()))
        folder = dialogs.ask_new_study(self._window, "My study", place)
        if folder is not None:
            self._window.settings.folder = str(folder.parent)
            self._window.create_study(folder)

    def open_study(self) -> None:
        """Ask for a study and open it."""
        place = self._window.settings.folder or str(studies_folder())
        folder = dialogs.ask_open_study(self._window, place)
        if folder is not None:
            self._window.settings.folder = str(folder.parent)
            self._window.open_study(folder)

    def undo(self) -> None:
        """Take back the last answer and show its page."""
        self._go(self._window.session.undo() if self._window.session else "")

    def redo(self) -> None:
        """Give the last answer again and show its page."""
        self._go(self._window.session.redo() if self._window.session else "")

    def _go(self, page: str) -> None:
        if page:
            self._window.show_page(page)

    def _set_theme(self, mode: ThemeMode) -> None:
        self._window.set_theme(mode)

    def _toggle_help(self) -> None:
        self._window.show_help(self._help.isChecked())

    def _show_keys(self) -> None:
        box = QMessageBox(self._window)
        box.setObjectName("keys")
        box.setWindowTitle(KEYS_TITLE)
        box.setText(KEYS_TEXT)
        box.addButton(QMessageBox.StandardButton.Close).setObjectName("keys.close")
        box.exec()
        box.deleteLater()

    def _fill_recent(self) -> None:
        self._recent.clear()
        for number, name in enumerate(self._window.settings.recent):
            folder = Path(name)
            action = self._recent.addAction(unmarked(study_title(folder)))
            action.setObjectName(f"menu.recent.{number}")
            action.setToolTip(name)
            action.triggered.connect(partial(self._open_recent, folder))
        if self._recent.isEmpty():
            self._recent.addAction(NO_RECENT).setEnabled(False)

    def _open_recent(self, folder: Path, _checked: bool = False) -> None:
        self._window.open_study(folder)

    # --- what they show ---------------------------------------------------------------

    def study_opened(self, session: StudySession | None) -> None:
        """Enable what needs a study."""
        self._close.setEnabled(session is not None)
        self._help.setEnabled(session is not None)
        self.study_changed()

    def study_changed(self) -> None:
        """Say what Undo and Redo would do."""
        session = self._window.session
        for action, text, what in (
            (self._undo, UNDO, session.draft.undo_label if session else ""),
            (self._redo, REDO, session.draft.redo_label if session else ""),
        ):
            action.setEnabled(bool(what))
            action.setText(f"{text}: {unmarked(what)}" if what else text)

    def help_shown(self, shown: bool) -> None:
        """Say whether the help is shown."""
        self._help.setChecked(shown)

    def _paint(self) -> None:
        for action, image in self._icons:
            action.setIcon(icon(image))


def unmarked(text: str) -> str:
    """Return a text for a menu, which would take an ampersand for the mark of a key."""
    return text.replace("&", "&&")
