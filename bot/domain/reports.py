"""What an insight says, independent of where it came from and how it is shown."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.money import Money, change_percent
from bot.domain.periods import Period, Preset


@dataclass(frozen=True, slots=True)
class SourceShare:
    """Income from one source."""

    name: str
    gross: Money
    net: Money


@dataclass(frozen=True, slots=True)
class DayEarnings:
    """Income of one local day."""

    day: date
    gross: Money
    net: Money


@dataclass(frozen=True, slots=True)
class EarningsReport:
    """Earnings of a period; amounts are USD minor units, net is the creator's share before reversals."""

    handle: str
    preset: Preset
    period: Period
    gross: Money
    net: Money
    net_before: Money
    sources: tuple[SourceShare, ...]
    days: tuple[DayEarnings, ...]
    net_by_day_before: tuple[int, ...]
    as_of: datetime

    @property
    def change(self) -> float | None:
        """Net against the period before, in percent; ``None`` when that had nothing."""
        return change_percent(self.net.minor, self.net_before.minor)

    @property
    def best_day(self) -> DayEarnings | None:
        """The day with the highest net, if any earned."""
        best = max(self.days, key=lambda entry: entry.net.minor, default=None)
        return best if best and best.net.minor > 0 else None
