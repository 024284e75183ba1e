"""Income added up, whichever way Fanvue told it; sums of USD minor units, as (gross, net)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

Amounts = tuple[int, int]
HOURS = 24
NONE: Amounts = (0, 0)


@dataclass(frozen=True, slots=True)
class Income:
    """What came in, by local day, by source and by hour of day; days and sources without income may be missing."""

    days: Mapping[date, Amounts]
    sources: Mapping[str, Amounts]
    hours: Mapping[int, int] = field(default_factory=dict)
    """Gross by hour of day (0-23)."""
    is_added_up: bool = False
    """Whether any of it was added up from single payments, because Fanvue's summary could not be had."""

    @property
    def gross(self) -> int:
        """The sum of the days."""
        return sum(gross for gross, _ in self.days.values())

    @property
    def net(self) -> int:
        """The sum of the days."""
        return sum(net for _, net in self.days.values())

    @property
    def by_hour(self) -> tuple[int, ...]:
        """Gross of each hour of day, adding up to the gross; empty when the hours told do not explain it.

        Fanvue tells averages a day in whole cents, so that their sum may be off by half a cent an hour and day.
        """
        told = [self.hours.get(hour, 0) for hour in range(HOURS)]
        missing = self.gross - sum(told)
        used = [hour for hour, amount in enumerate(told) if amount]
        if not used or abs(missing) > HOURS * (len(self.days) + 1) / 2:
            return ()
        each, rest = divmod(missing, len(used))
        for place, hour in enumerate(sorted(used, key=lambda hour: -told[hour])):
            told[hour] += each + (place < rest)
        return tuple(told)

    def __add__(self, other: "Income") -> "Income":
        """Both together."""
        return Income(
            _added(self.days, other.days),
            _added(self.sources, other.sources),
            {hour: self.hours.get(hour, 0) + other.hours.get(hour, 0) for hour in sorted({*self.hours, *other.hours})},
            self.is_added_up or other.is_added_up,
        )

    def to_json(self) -> str:
        """As text, to be kept."""
        return json.dumps(
            {
                "days": {day.isoformat(): amounts for day, amounts in self.days.items()},
                "sources": dict(self.sources),
                "hours": {str(hour): gross for hour, gross in self.hours.items()},
            }
        )

    @classmethod
    def from_json(cls, text: str) -> "Income":
        """What ``to_json`` wrote."""
        found: dict[str, Any] = json.loads(text)
        return cls(
            {date.fromisoformat(day): (int(gross), int(net)) for day, (gross, net) in found["days"].items()},
            {name: (int(gross), int(net)) for name, (gross, net) in found["sources"].items()},
            {int(hour): int(gross) for hour, gross in found["hours"].items()},
        )


NOTHING = Income({}, {})


def _added(left: Mapping[Any, Amounts], right: Mapping[Any, Amounts]) -> dict[Any, Amounts]:
    keys = {**left, **right}
    return {key: both(left.get(key, NONE), right.get(key, NONE)) for key in keys}


def both(left: Amounts, right: Amounts) -> Amounts:
    """Two amounts together."""
    return left[0] + right[0], left[1] + right[1]
