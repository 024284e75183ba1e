"""A figure, its goal, and how it is judged: by the median of paired ratios taken in one run."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

PAIRS = int(os.environ.get("BENCH_PAIRS", "9"))


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    name: str
    value: float
    goal: float
    is_at_most: bool
    unit: str = ""
    note: str = ""

    @property
    def is_ok(self) -> bool:
        """Whether the goal is met."""
        return self.value <= self.goal if self.is_at_most else self.value >= self.goal

    def line(self) -> str:
        """Name, value, goal, ``ok`` or ``short``."""
        sign = "<=" if self.is_at_most else ">="
        value = f"{self.value:.2f}{self.unit}"
        goal = f"{sign} {self.goal:g}{self.unit}"
        note = f"  ({self.note})" if self.note else ""
        return f"{self.name:<58} {value:>10}  {goal:>11}  {'ok' if self.is_ok else 'short'}{note}"


def paired(
    name: str, subject: Sequence[float], baseline: Sequence[float], goal: float, *, is_at_most: bool, unit: str = ""
) -> Figure:
    """The median of the ratios, pair by pair; the note tells both medians and the spread of the ratios."""
    ratios = [ours / theirs for ours, theirs in zip(subject, baseline, strict=True)]
    note = (
        f"{median(subject):.4g} against {median(baseline):.4g}{unit}, "
        f"ratios {min(ratios):.2f}-{max(ratios):.2f}, n={len(ratios)}"
    )
    return Figure(name, median(ratios), goal, is_at_most, note=note)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
