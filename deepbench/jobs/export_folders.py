"""The exports that are folders of files."""

from __future__ import annotations

from deepbench.jobs.export_kinds import FolderExport

FOLDER_EXPORTS: tuple[FolderExport, ...] = ()
