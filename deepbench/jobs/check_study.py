"""``deepbench check``: the ledger's chain, and all files against their hashes."""

from __future__ import annotations

from pathlib import Path

from deepbench.errors import StudyError
from deepbench.messages import CheckStudy
from deepbench.study.folder import Study
from deepbench.worker.progress import Progress


def check_study(request: CheckStudy, progress: Progress) -> dict[str, object]:
    """Check a study.

    Raises:
        StudyError: the ledger's chain is broken, or a file is missing or was changed.
    """
    with Study.open_for_reading(Path(request.study)) as study:
        progress.check_cancelled()
        problems = study.problems()
        if problems:
            shown = " ".join(problems[:5])
            more = f" And {len(problems) - 5} more." if len(problems) > 5 else ""
            raise StudyError(
                f"This study is not as it was written: {shown}{more}",
                "Restore the study folder from a backup, or run the plan in a new one.",
            )
        opened = len(study.ledger.of_kind("test_opened"))
        return {
            "lines": [
                f"Ledger: {len(study.ledger)} entries, the chain is whole.",
                "Files: all as they were written.",
                f"Test set: opened {opened} time{'' if opened == 1 else 's'}.",
            ]
        }
