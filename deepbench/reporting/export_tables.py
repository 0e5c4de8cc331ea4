"""All tables that leave with a bundle, from the results as they may leave.

What `results.json` holds is taken from it, so that the same numbers stand in both, and the same
ones are hidden. Counts that it does not hold are written by the rule for small counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deepbench.reporting.data_table import DataTable
from deepbench.reporting.export_ethics_tables import ethics_tables
from deepbench.reporting.export_model_tables import model_tables
from deepbench.reporting.export_uses_tables import uses_tables
from deepbench.reporting.material import Material


def export_tables(document: Mapping[str, Any], material: Material) -> list[DataTable]:
    """Return the tables that have something in them.

    Args:
        document: The content of ``results.json``, as it may leave.
        material: The records as they may be shown.
    """
    made = [
        *model_tables(document, material),
        *uses_tables(document, material),
        *ethics_tables(material),
    ]
    return [table for table in made if table is not None]
