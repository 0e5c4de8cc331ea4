"""Which sample is in which set, fold by fold: the proof of the split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from deepbench_ui.plots.figures.base import Figure, Table, count, same_length

#: The sets, in the order of the legend; also the names of their colours.
SETS: Final = ("training", "tuning", "test")
SET_TITLES: Final = {"training": "training set", "tuning": "tuning set", "test": "test set"}
_NEITHER = "not used"
_RANKS: Final = {"test": 0, "tuning": 1, "training": 2}


@dataclass(frozen=True)
class FoldRow:
    """One division of the samples.

    Attributes:
        label: Its name ("fold 1").
        sets: The set of each sample: training, tuning, test, or "" if it is not used.
    """

    label: str
    sets: tuple[str, ...]

    def __post_init__(self) -> None:
        unknown = set(self.sets) - {*SETS, ""}
        if unknown:
            raise ValueError(f"there is no set {sorted(unknown)[0]!r}; sets are {SETS}")


@dataclass(frozen=True, kw_only=True)
class SampleMapFigure(Figure):
    """Samples from left to right, folds from top to bottom.

    Attributes:
        samples: Names, in any order; `ordered` gives that of the picture.
        units: Biological unit of each sample; empty if each is a unit of its own.
        folds: The divisions.
        unit_title: What the units are ("patient").
        per_sample: True: each sample is seen.
    """

    samples: tuple[str, ...]
    folds: tuple[FoldRow, ...]
    units: tuple[str, ...] = ()
    unit_title: str = "biological unit"
    per_sample: bool = True

    def __post_init__(self) -> None:
        if self.units:
            same_length(samples=self.samples, units=self.units)
        for fold in self.folds:
            same_length(samples=self.samples, sets=fold.sets)

    def ordered(self) -> list[int]:
        """Return the samples in drawing order: units whole, those of the first fold's test first.

        Sorted by their sets, fold after fold, so that the test sets of the folds form a staircase
        and a unit that was torn apart stands out.
        """
        units = self.units or self.samples
        places: dict[str, list[int]] = {}
        for index, unit in enumerate(units):
            places.setdefault(unit, []).append(index)

        def rank(members: list[int]) -> list[int]:
            return [
                _RANKS.get(fold.sets[index], len(_RANKS))
                for fold in self.folds
                for index in members[:1]
            ]

        return [index for members in sorted(places.values(), key=rank) for index in members]

    def divided_units(self) -> list[str]:
        """Return the units that some fold puts into more than one set; a right split has none."""
        divided = set()
        for fold in self.folds:
            seen: dict[str, str] = {}
            for unit, where in zip(self.units, fold.sets, strict=bool(self.units)):
                if seen.setdefault(unit, where) != where:
                    divided.add(unit)
        return sorted(divided)

    def table(self) -> Table:
        """One line per sample, one column per fold."""
        header = ["sample", self.unit_title, *(fold.label for fold in self.folds)]
        lines: list[list[object]] = [
            [
                self.samples[index],
                self.units[index] if self.units else self.samples[index],
                *(fold.sets[index] or _NEITHER for fold in self.folds),
            ]
            for index in self.ordered()
        ]
        return header, lines

    def summary(self) -> str:
        """How many samples are in each set of each fold, and whether units stay together."""
        parts = []
        for fold in self.folds:
            sizes = [f"{fold.sets.count(name)} {name}" for name in SETS if name in fold.sets]
            parts.append(f"{fold.label} {', '.join(sizes)}")
        said = f"{count(len(self.samples), 'sample')}: {'; '.join(parts)}"
        if self.units:
            divided = len(self.divided_units())
            said += (
                f"; {count(divided, 'unit')} in more than one set"
                if divided
                else f"; no {self.unit_title} is in two sets of a fold"
            )
        return said + "."

    def says(self, index: int) -> str:
        """Return a sample in words: its unit and its set in each fold."""
        said = self.samples[index]
        if self.units:
            said += f" ({self.unit_title} {self.units[index]})"
        places: dict[str, list[str]] = {}
        for fold in self.folds:
            where = SET_TITLES.get(fold.sets[index], _NEITHER)
            places.setdefault(where, []).append(fold.label)
        return f"{said}: " + "; ".join(
            f"{where} in {', '.join(labels)}" for where, labels in places.items()
        )
