"""Permutation over units: what may take whose place if nothing depends on the column.

Rows of one unit are no independent witnesses. A value that a unit has in all its rows moves from
unit to unit as a whole. One that changes inside units is exchanged inside each, and the units of
one size exchange theirs: this keeps what rows of a unit share, and asks both whether it goes with
the column from unit to unit and whether it does inside them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class Exchange:
    """Draws which row's value each row gets.

    Attributes:
        whole: Whether whole units exchange their values.
        entities: (n,) what exchanges as one: codes of units, or of rows.
        sizes: (e,) rows of each entity.
    """

    def __init__(
        self, values: NDArray[np.int64] | NDArray[np.float64], units: NDArray[np.int64]
    ) -> None:
        """Prepare.

        Args:
            values: (n,) what is permuted; none missing.
            units: (n,) codes of the units.
        """
        self._units = np.unique(units, return_inverse=True)[1].astype(np.int64)
        _, first, sizes = np.unique(self._units, return_index=True, return_counts=True)
        self.whole = bool((values[first][self._units] == values).all())
        self._unit_sizes = sizes.astype(np.int64)
        if self.whole:
            self.entities, self.sizes = self._units, self._unit_sizes
            self._first = first.astype(np.int64)
        else:
            self.entities = np.arange(len(values), dtype=np.int64)
            self.sizes = np.ones(len(values), dtype=np.int64)
            self._first = self.entities
            self._slots = np.lexsort((self._units, self._unit_sizes[self._units]))

    @property
    def rows_of_entities(self) -> NDArray[np.int64]:
        """(e,) one row of each entity."""
        return self._first

    def entities_drawn(self, generator: np.random.Generator) -> NDArray[np.int64]:
        """Return (e,) whose value each entity gets."""
        if self.whole:
            return generator.permutation(len(self.sizes)).astype(np.int64)
        # Units of one size change places, and then their rows are shuffled inside each.
        place = np.empty(len(self._unit_sizes), dtype=np.int64)
        order = np.lexsort((generator.random(len(place)), self._unit_sizes))
        place[order] = np.arange(len(place))
        source = np.lexsort((generator.random(len(self._units)), place[self._units]))
        drawn = np.empty(len(source), dtype=np.int64)
        drawn[self._slots] = source
        return drawn

    def rows_drawn(self, generator: np.random.Generator) -> NDArray[np.int64]:
        """Return (n,) the row whose value each row gets."""
        return self._first[self.entities_drawn(generator)][self.entities]
