"""What a chart is made of; pure."""

import json
from dataclasses import asdict, dataclass
from typing import Literal

MAX_BARS = 750
MAX_VALUE = 10**18

Unit = Literal["money", "count", "share"]
"""Minor units of a currency, numbers of things, or thousandths of a percent of a whole that is not told."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One step of the horizontal axis; ``value`` is in minor units (or a count), ``None`` where nothing is known."""

    label: str
    value: int | None


@dataclass(frozen=True, slots=True)
class TrendChart:
    """Bars over time, with the period before as a quiet line.

    Raises ValueError above 750 bars or beyond ±10¹⁸.
    """

    title: str
    bars: tuple[Bar, ...]
    currency: str = "USD"
    unit: Unit = "money"
    comparison: tuple[int | None, ...] | None = None
    """The period before, bar by bar; when longer than ``bars`` its end is not drawn but counts in its total."""
    below: tuple[int | None, ...] | None = None
    """What went the other way, bar by bar, as positive numbers: hangs below zero and is taken off the total."""
    names: tuple[str, str] = ("in", "out")
    """What stands above zero and what hangs below, where there is both."""
    value_name: str = "Net earnings"
    comparison_name: str = "the period before"
    bar_name: str = "day"
    """What one bar stands for, in the singular."""
    is_ranking: bool = False
    """Whether the bars have names and no order in time: they lie below each other, as many as there is room for."""

    def __post_init__(self) -> None:
        if len(self.bars) > MAX_BARS:
            raise ValueError(f"more than {MAX_BARS} bars")
        given = (*self.values, *(self.comparison or ()), *(self.below or ()))
        if any(abs(value) > MAX_VALUE for value in given if value is not None):
            raise ValueError("a value is out of range")

    @property
    def is_flat(self) -> bool:
        """Whether there is nothing to see: no bar, below or before has a length."""
        return not any((*self.values, *(self.comparison or ()), *(self.below or ())))

    @property
    def values(self) -> tuple[int | None, ...]:
        """The bars' values, gaps included."""
        return tuple(bar.value for bar in self.bars)

    @property
    def line(self) -> tuple[int | None, ...]:
        """The comparison, one entry a bar."""
        values = (self.comparison or ())[: len(self.bars)]
        return values + (None,) * (len(self.bars) - len(values))

    @property
    def total(self) -> int | None:
        """The sum of what is known, less what went the other way; ``None`` when nothing is."""
        above = _sum(self.values)
        return above if above is None else above - (_sum(self.below or ()) or 0)

    @property
    def total_before(self) -> int | None:
        """The same for the comparison."""
        return _sum(self.comparison or ())

    @property
    def best_index(self) -> int | None:
        """Which bar is the highest; ``None`` when none is above zero."""
        known = [(value, -index) for index, value in enumerate(self.values) if value is not None and value > 0]
        return -max(known)[1] if known else None

    def to_json(self) -> bytes:
        """The chart as bytes, for another process."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, text: bytes) -> "TrendChart":
        """The chart that ``to_json`` wrote."""
        fields = json.loads(text)
        fields["bars"] = tuple(Bar(**bar) for bar in fields["bars"])
        for name in ("comparison", "below", "names"):
            fields[name] = None if fields[name] is None else tuple(fields[name])
        return cls(**fields)


def _sum(values: tuple[int | None, ...]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
