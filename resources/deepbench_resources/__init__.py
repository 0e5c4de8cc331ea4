"""Templates, styles and other files that come with DeepBench.

They are read through importlib.resources, so that a source tree, an installed wheel and a frozen
program find them the same way.
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

EXAMPLES = ("wisconsin", "trap")


def _find(name: str) -> Traversable:
    parts = name.split("/")
    if not name or any(part in ("", ".", "..") for part in parts) or "\\" in name:
        raise ValueError(f"'{name}' is not the name of a resource.")
    return files(__name__).joinpath(*parts)


def read_bytes(name: str) -> bytes:
    """Return the content of a resource.

    Args:
        name: Path inside the package with forward slashes, for example ``style/report.css``.

    Raises:
        FileNotFoundError: There is no such resource.
        ValueError: The name leads out of the package.
    """
    return _find(name).read_bytes()


def read_text(name: str) -> str:
    """Return the content of a UTF-8 resource with Unix line ends; errors as in `read_bytes`."""
    return read_bytes(name).decode("utf-8").replace("\r\n", "\n")


def example_plan(name: str) -> Path:
    """Return the plan of a built-in study; its data lies beside it.

    Raises:
        FileNotFoundError: There is no such example, or the program is not installed as files.
    """
    found = _find(f"examples/{name}/plan.toml")
    if not isinstance(found, Path) or not found.is_file():
        raise FileNotFoundError(f"There is no example called '{name}'.")
    return found
