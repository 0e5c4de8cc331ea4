"""How the output for one sample comes about, feature by feature."""

from __future__ import annotations

from dataclasses import dataclass

from deepbench_ui.plots.figures.base import Figure, Table, number

UNEXPLAINED = "not explained by the parts"
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Contribution:
    """What one feature adds.

    Attributes:
        feature: Its name.
        value_text: Its value in this sample, as text with unit; empty if not known.
        amount: What it adds to the output.
    """

    feature: str
    value_text: str
    amount: float


@dataclass(frozen=True, kw_only=True)
class WaterfallFigure(Figure):
    """From the average output to this sample's.

    Attributes:
        sample: Name of the sample.
        base: Average output.
        contributions: The features shown, the first on top.
        rest: What all other features add together.
        rest_title: What they are called ("26 other features").
        output: The output for this sample.
        x_title: What the output is, with its unit.
        base_title: What the base is called.
        output_title: What the output is called.
        per_sample: True: it is one sample.
    """

    sample: str
    base: float
    contributions: tuple[Contribution, ...]
    rest: float
    output: float
    x_title: str
    rest_title: str = "all other features"
    base_title: str = "average output"
    output_title: str = "this sample"
    per_sample: bool = True

    def steps(self) -> list[tuple[str, float, float]]:
        """Return what each bar is, where it starts and where it ends.

        The parts should add up to the output. Where a method missed it, the difference is a bar of
        its own: it is not hidden in another.
        """
        at = self.base
        steps = []
        for part in self.contributions:
            label = f"{part.feature} = {part.value_text}" if part.value_text else part.feature
            steps.append((label, at, at + part.amount))
            at += part.amount
        if self.rest:
            steps.append((self.rest_title, at, at + self.rest))
            at += self.rest
        scale = max(abs(self.output), abs(self.base), *(abs(end) for _, _, end in steps), 1e-12)
        if abs(self.output - at) > _TOLERANCE * scale:
            steps.append((UNEXPLAINED, at, self.output))
        return steps

    def table(self) -> Table:
        """One line per bar, between base and output."""
        lines: list[list[object]] = [[self.base_title, None, self.base]]
        lines += [[label, end - start, end] for label, start, end in self.steps()]
        lines.append([self.output_title, None, self.output])
        return ["part", "adds", self.x_title], lines

    def summary(self) -> str:
        """Base, output and the three largest parts."""
        largest = sorted(self.contributions, key=lambda part: -abs(part.amount))[:3]
        parts = ", ".join(f"{part.feature} {number(part.amount)}" for part in largest)
        said = (
            f"{self.sample}: from {self.base_title} {number(self.base)} to {number(self.output)}"
        )
        return f"{said}; largest parts: {parts}." if parts else f"{said}."
