"""What the program remembers between starts; nothing of a study but where it lies.

A small JSON file in the user's configuration folder, replaced as a whole. A damaged one is put
aside and the defaults are used: settings must never keep the program from opening.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, get_args

from PySide6.QtCore import QStandardPaths

from deepbench.errors import DeepBenchError
from deepbench.study.files import write_atomically
from deepbench.worker.pool_size import MAX_DEFAULT_WORKERS
from deepbench_ui.theme import ThemeMode

CONFIG_VARIABLE = "DEEPBENCH_CONFIG"
MOST_RECENT = 12
DEVICES = ("auto", "cpu", "cuda", "mps")
_FILE = "settings.json"


def config_folder() -> Path:
    """Return the folder of settings and crash notes, made if need be."""
    given = os.environ.get(CONFIG_VARIABLE)
    if given:
        folder = Path(given)
    else:
        place = QStandardPaths.StandardLocation.GenericConfigLocation
        folder = Path(QStandardPaths.writableLocation(place)) / "DeepBench"
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def studies_folder() -> Path:
    """Return where new studies are proposed to lie."""
    place = QStandardPaths.StandardLocation.DocumentsLocation
    return Path(QStandardPaths.writableLocation(place) or Path.home()) / "DeepBench"


@dataclass
class Settings:
    """What is remembered.

    Attributes:
        recent: Folders of studies, the last one first.
        open_study: Study that is open now; one that is still named at the start was open when
            the program ended unexpectedly.
        theme: system, light or dark.
        device: auto, cpu, cuda or mps.
        workers: Processes that calculate; 0 for one per core.
        show_help: Whether the help is shown where there is room.
        folder: Folder in which the user last chose a file.
        window: Size and place of the window, as Qt gives it, hexadecimal.
    """

    recent: list[str] = field(default_factory=list)
    open_study: str = ""
    theme: ThemeMode = "system"
    device: str = "auto"
    workers: int = 0
    show_help: bool = True
    folder: str = ""
    window: str = ""

    @classmethod
    def load(cls) -> Settings:
        """Return the settings on disk, or the defaults."""
        path = config_folder() / _FILE
        found = cls()
        try:
            content: dict[str, Any] = json.loads(path.read_bytes())
            for part in fields(cls):
                value = content.get(part.name, getattr(found, part.name))
                if isinstance(value, list):
                    value = [item for item in value if isinstance(item, str)]
                if type(value) is type(getattr(found, part.name)):
                    setattr(found, part.name, value)
            if found.theme not in get_args(ThemeMode):
                found.theme = "system"
            if found.device not in DEVICES:
                found.device = "auto"
            found.workers = min(max(found.workers, 0), MAX_DEFAULT_WORKERS)
        except FileNotFoundError:
            pass
        except (OSError, ValueError, AttributeError):
            with contextlib.suppress(OSError):
                path.replace(path.with_suffix(".damaged.json"))
        return found

    def save(self) -> None:
        """Write the settings; a folder that cannot be written loses only them."""
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False)
        with contextlib.suppress(DeepBenchError, OSError):
            write_atomically(config_folder() / _FILE, text.encode("utf-8", "backslashreplace"))

    def remember(self, study: Path) -> None:
        """Put a study at the head of the recent ones, and note that it is open."""
        name = str(study)
        self.recent = [name, *(item for item in self.recent if item != name)][:MOST_RECENT]
        self.open_study = name
        self.save()

    def forget(self, study: str) -> None:
        """Take a study off the recent ones, and do not offer it as left open."""
        self.recent = [item for item in self.recent if item != study]
        if self.open_study == study:
            self.open_study = ""
        self.save()

    def closed(self) -> None:
        """Note that no study is open."""
        self.open_study = ""
        self.save()
