"""H5AD files (AnnData): samples or cells in rows, what is known of each of them beside it.

Read with h5py by the published layout (https://anndata.readthedocs.io/en/latest/fileformat-prose.html;
Virshup et al. 2024, doi:10.21105/joss.04371), because anndata itself asks for an older pandas.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from deepbench.data.number_text import number_text
from deepbench.data.raw_table import CellLocator, HowRead, RawTable
from deepbench.data.readers.base import Reader
from deepbench.data.readers.header import clean_names
from deepbench.data.text_cells import TextCells, as_arrow
from deepbench.data.wording import counted, shorten
from deepbench.errors import DataError
from deepbench.plan import Data
from deepbench.study.records import Conversion

_SIGNATURE = b"\x89HDF"
_LARGEST = 100_000_000  # cells
_OTHER_PARTS = ("layers", "obsm", "varm", "obsp", "varp", "uns", "raw")
_HINT = "Write it again with anndata (write_h5ad), or export the table as CSV."


class H5adReader(Reader):
    """Reads X with obs and var of an H5AD file."""

    name: ClassVar[str] = "h5ad"

    def recognises(self, head: bytes) -> bool:
        """Any HDF5 file; `read` tells whether it is AnnData."""
        return head.startswith(_SIGNATURE)

    def read(self, path: Path, options: Data) -> RawTable:
        """Read an H5AD file; errors as in `Reader.read`."""
        import h5py

        try:
            with h5py.File(path, "r", locking=False) as file:
                return _read(file, path.name)
        except DataError:
            raise
        # Of a damaged file h5py raises almost anything, SystemError among it.
        except (
            OSError, LookupError, ValueError, RuntimeError, TypeError, SystemError,
            AttributeError, MemoryError, OverflowError, RecursionError,
        ) as error:  # fmt: skip
            reason = (str(error).splitlines() or [""])[0][:200]
            raise DataError(f"{path.name} cannot be read as H5AD ({reason}).", _HINT) from None


def _read(file: Any, name: str) -> RawTable:
    import h5py

    _require_own_content(file, name)
    if not {"X", "obs", "var"} <= set(file):
        raise DataError(
            f"{name} is an HDF5 file, but not AnnData (it has no X, obs and var).",
            "Export the table as CSV or Parquet.",
        )
    samples, facts = _frame(file["obs"], name)
    features, _ = _frame(file["var"], name)
    rows, width = len(samples), len(features)
    if not rows or not width:
        raise DataError(f"{name} holds no samples or no features.", _HINT)
    if rows * width > _LARGEST:
        raise DataError(
            f"{name} has {rows:,} rows and {width:,} columns, more than can be handled.",
            "Choose a part of it, for example the most variable genes, or add cells up to samples "
            "(pseudo-bulk).",
        )
    stored = file["X"]
    values = _sparse(stored) if isinstance(stored, h5py.Group) else np.asarray(stored)
    if values.shape != (rows, width):
        raise DataError(f"{name}: X is not as large as obs and var say.", _HINT)
    names, notes = clean_names(["sample", *facts, *features], name)
    cells = TextCells.of_columns([as_arrow(samples), *map(as_arrow, facts.values())], rows)
    return RawTable(
        source_name=name,
        columns=tuple(names),
        cells=cells.beside(TextCells.of_flat(as_arrow(_texts(values)), rows, width)),
        how=HowRead(format="H5AD"),
        conversions=(*notes, *_not_read(file)),
        locator=CellLocator(np.arange(1, rows + 1, dtype=np.int64)),
        sheet_columns=tuple(names[: 1 + len(facts)]),
    )


def _require_own_content(file: Any, name: str) -> None:
    """Refuse files that point to other files, which a table has no reason to do."""
    import h5py

    pointing: list[str] = []  # raising inside of a visit is more than h5py can take

    def look_at_link(path: str, link: Any) -> None:
        if isinstance(link, h5py.ExternalLink):
            pointing.append(path)

    def look_inside(path: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset) and (item.external or item.is_virtual):
            pointing.append(path)

    file.visititems_links(look_at_link)
    if not pointing:
        file.visititems(look_inside)
    if pointing:
        raise DataError(
            f"{name}: '{shorten(pointing[0])}' points to another file, which is not followed.",
            _HINT,
        )


def _frame(group: Any, name: str) -> tuple[list[str], dict[str, list[str]]]:
    """Return the index of a data frame and its columns, all as text."""
    import h5py

    if not isinstance(group, h5py.Group):
        raise DataError(f"{name} was written by a very old anndata.", _HINT)
    index = str(group.attrs.get("_index", "_index"))
    order = [str(column) for column in group.attrs.get("column-order", [])]
    names = _column(group[index])
    return names, {column: _column(group[column]) for column in order if column != index}


def _column(item: Any) -> list[str]:
    """Return a column as texts, empty where there is no value."""
    import h5py

    if isinstance(item, h5py.Dataset):
        return _as_texts(item[()])
    kind = str(item.attrs.get("encoding-type", ""))
    if kind == "categorical":
        codes = np.asarray(item["codes"])
        categories = np.array([*_as_texts(item["categories"][()]), ""], dtype=object)
        return list(categories[np.where(codes < 0, len(categories) - 1, codes)])
    if kind.startswith("nullable"):
        texts = np.array(_as_texts(item["values"][()]), dtype=object)
        texts[np.asarray(item["mask"], dtype=bool)] = ""
        return list(texts)
    raise ValueError(f"a column of type {kind or 'unknown'}")


def _as_texts(values: Any) -> list[str]:
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError("a column with several values in a row")
    if array.dtype.kind == "b":
        return ["TRUE" if value else "FALSE" for value in array.tolist()]
    if array.dtype.kind == "f":
        return [number_text(float(value)) for value in array.tolist()]
    if array.dtype.kind in "iu":
        return [str(value) for value in array.tolist()]
    return [v.decode("utf-8") if isinstance(v, bytes) else str(v) for v in array.tolist()]


def _sparse(group: Any) -> NDArray[Any]:
    """Return a sparse matrix as a full one."""
    from scipy.sparse import csc_matrix, csr_matrix

    kind = str(group.attrs.get("encoding-type", group.attrs.get("h5sparse_format", "csr")))
    rows, width = map(int, group.attrs.get("shape", group.attrs.get("h5sparse_shape")))
    if rows * width > _LARGEST:
        raise ValueError("a matrix of more cells than can be handled")
    data, indices, indptr = (np.asarray(group[key]) for key in ("data", "indices", "indptr"))
    make: Any = csc_matrix if kind.startswith("csc") else csr_matrix
    matrix = make((data, indices, indptr), shape=(rows, width))
    matrix.check_format(full_check=True)
    full: NDArray[Any] = matrix.toarray()
    return full


def _texts(values: NDArray[Any]) -> list[str]:
    """Return all values row after row, numbers in the shortest form that reads back the same.

    Single-precision numbers are written with their own digits, 0.1 and not 0.10000000149.
    """
    flat = values.reshape(-1)
    if values.dtype.kind in "iub":
        return [str(int(value)) for value in flat.tolist()]
    if values.dtype.kind != "f":
        raise ValueError("X holds no numbers")
    if values.dtype == np.float64:
        return [number_text(value) for value in flat.tolist()]
    distinct, places = np.unique(flat, return_inverse=True)
    shortest = ["" if np.isnan(value) else str(value).removesuffix(".0") for value in distinct]
    return list(np.array(shortest, dtype=object)[places])


def _not_read(file: Any) -> list[Conversion]:
    full = [key for key in _OTHER_PARTS if key in file and len(file[key])]
    if not full:
        return []
    what = f"{counted(len(full), 'part')} of the file not read ({', '.join(full)})"
    return [Conversion(column="(file)", what=what, count=len(full))]
