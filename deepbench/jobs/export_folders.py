"""The exports that are folders of files."""

from __future__ import annotations

from deepbench.jobs.bundle import BUNDLE_EXPORTS
from deepbench.jobs.export_kinds import FolderExport

FOLDER_EXPORTS: tuple[FolderExport, ...] = BUNDLE_EXPORTS
"""All of them; each stands in the module that makes it."""
