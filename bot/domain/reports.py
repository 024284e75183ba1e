"""What an insight says, independent of where it came from and how it is shown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.domain.money import MINUS, Money, change_percent
from bot.domain.periods import Asked, Period, day_name

HALF = 0.5
NOTHING = Money(0)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Source(StrEnum):
    """Where income comes from, as a person picks it."""

    ALL = "all"
    SUBSCRIPTIONS = "subs"
    RENEWALS = "renewals"
    MESSAGES = "messages"
    TIPS = "tips"
    POSTS = "posts"
    REFERRALS = "referrals"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The name people see."""
        return SOURCE_NAMES[self]


SOURCE_NAMES = {
    Source.ALL: "All sources",
    Source.SUBSCRIPTIONS: "New subscriptions",
    Source.RENEWALS: "Renewals",
    Source.MESSAGES: "Messages",
    Source.TIPS: "Tips",
    Source.POSTS: "Posts",
    Source.REFERRALS: "Referrals",
    Source.OTHER: "Other",
}
KIND_NAMES = {
    "subs": SOURCE_NAMES[Source.SUBSCRIPTIONS],
    "subscription": SOURCE_NAMES[Source.SUBSCRIPTIONS],
    "renewal": SOURCE_NAMES[Source.RENEWALS],
    "message": SOURCE_NAMES[Source.MESSAGES],
    "tip": SOURCE_NAMES[Source.TIPS],
    "post": SOURCE_NAMES[Source.POSTS],
    "referral": SOURCE_NAMES[Source.REFERRALS],
    "affiliate": "Affiliates",
    "appstore": "App store",
    "checkoutlink": "Checkout links",
    "medialink": "Media links",
    "giveaway": "Giveaways",
    "fanexperience": "Fan experiences",
    "refund": "Refunds",
    "chargeback": "Chargebacks",
}
"""What Fanvue calls one kind of payment, in small letters without gaps, and what people read."""
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def source_name(told: str) -> str:
    """Fanvue's word for a source as people read it; one that is not known yet is taken apart into its words."""
    plain = re.sub(r"[^a-z0-9]", "", told.lower())
    known = KIND_NAMES.get(plain) or KIND_NAMES.get(plain.removesuffix("s"))
    return known or " ".join(WORD.findall(told)).capitalize() or told


class View(StrEnum):
    """Ways to cut the same income."""

    DAYS = "days"
    SOURCES = "sources"
    WEEKDAYS = "weekdays"
    HOURS = "hours"

    @property
    def label(self) -> str:
        """The name people see."""
        return VIEW_NAMES[self]


VIEW_NAMES = {
    View.DAYS: "Day by day",
    View.SOURCES: "By source",
    View.WEEKDAYS: "By day of the week",
    View.HOURS: "By hour of the day",
}


@dataclass(frozen=True, slots=True)
class SourceShare:
    """Income from one source, beside the period before."""

    source: Source
    name: str
    gross: Money
    net: Money
    net_before: Money = NOTHING

    @property
    def change(self) -> Money:
        """How much more (or less) than before."""
        return Money(self.net.minor - self.net_before.minor)


@dataclass(frozen=True, slots=True)
class DayEarnings:
    """Income of one local day."""

    day: date
    gross: Money
    net: Money


@dataclass(frozen=True, slots=True)
class Reversals:
    """What was taken back in a period; amounts are negative."""

    refunds: Money = NOTHING
    chargebacks: Money = NOTHING
    count: int = 0
    is_whole: bool = True
    """Whether nothing more was taken back than was looked at."""

    @property
    def total(self) -> Money:
        """Both together."""
        return self.refunds + self.chargebacks


@dataclass(frozen=True, slots=True)
class Compared:
    """Net income of another span, to measure against."""

    period: Period
    net: Money
    by_day: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EarningsReport:
    """Earnings of a period; amounts are USD minor units, net is the creator's share before reversals."""

    handle: str
    asked: Asked
    period: Period
    gross: Money
    net: Money
    before: Compared | None
    """``None`` until it was asked for."""
    weekdays: Compared | None
    """The same days of the week before; ``None`` where that is the period before itself, or not asked for yet."""
    sources: tuple[SourceShare, ...]
    days: tuple[DayEarnings, ...]
    hours: tuple[Money, ...]
    """Gross of each hour of the day; empty where that is unknown."""
    as_of: datetime
    source: Source = Source.ALL
    disagreement: Money | None = None
    """By how much two of Fanvue's figures differ: its sources from its days, of which the report counts the days;
    of one source, its summary from its single payments, of which the total is the summary's."""
    is_added_up: bool = False
    """Whether single payments were added up somewhere, because Fanvue's summary could not be had."""

    @property
    def change(self) -> float | None:
        """Net against the period before, in percent; ``None`` when that had nothing."""
        return change_percent(self.net.minor, self.before.net.minor) if self.before else None

    @property
    def change_on_weekdays(self) -> float | None:
        """Net against the same days of the week, in percent; ``None`` when there is nothing to compare with."""
        return change_percent(self.net.minor, self.weekdays.net.minor) if self.weekdays else None

    @property
    def best_day(self) -> DayEarnings | None:
        """The day with the highest net, if any earned."""
        best = max(self.days, key=lambda entry: entry.net.minor, default=None)
        return best if best and best.net.minor > 0 else None

    @property
    def best_hour(self) -> int | None:
        """The hour of day with the highest gross, the earlier one of equals; ``None`` when none earned."""
        best = max(range(len(self.hours)), key=lambda hour: (self.hours[hour].minor, -hour), default=None)
        return best if best is not None and self.hours[best].minor > 0 else None

    @property
    def by_weekday(self) -> tuple[Money, ...]:
        """Net of all Mondays, all Tuesdays, …; they add up to the net of the period."""
        sums = [0] * len(WEEKDAYS)
        for entry in self.days:
            sums[entry.day.weekday()] += entry.net.minor
        return tuple(Money(minor) for minor in sums)


def story(report: EarningsReport) -> str:
    """One line of plain words: what changed most, and what made it; none before there is something to compare with."""
    if report.before is None:
        return ""
    before = report.before.net
    if not report.net.minor and not before.minor:
        return "Nothing came in, neither now nor in the period before."
    if not report.net.minor:
        return f"Nothing has come in yet; the period before brought {before}."
    if before.minor <= 0 and report.net.minor < 0:
        return "More was taken back than came in."
    if before.minor <= 0:
        return f"The first income in a while{_mostly_from(report)}."
    difference = report.net.minor - before.minor
    if not difference:
        return "To the cent as much as in the period before."
    words = f"{Money(abs(difference))} {'more' if difference > 0 else 'less'} than in the period before"
    return f"{words}{_because(report, difference)}.{_one_day(report)}"


def _mostly_from(report: EarningsReport) -> str:
    largest = max(report.sources, key=lambda share: share.net.minor, default=None)
    return f", mostly from {_worded(largest)}" if largest and len(report.sources) > 1 else ""


def _because(report: EarningsReport, difference: int) -> str:
    """The source that moved most the same way, and one that moved noticeably against it."""
    if report.source is not Source.ALL or not report.sources:
        return ""
    way = 1 if difference > 0 else -1
    driver = max(report.sources, key=lambda share: way * share.change.minor)
    against = min(report.sources, key=lambda share: way * share.change.minor)
    words = f", mostly {_worded(driver)} ({_signed(driver.change)})"
    if way * against.change.minor < -abs(difference) * HALF:
        words += f" against {_worded(against)} ({_signed(against.change)})"
    return words


def _worded(share: SourceShare) -> str:
    return "other sources" if share.source is Source.OTHER and share.name == Source.OTHER.label else share.name.lower()


def _signed(amount: Money) -> str:
    sign = "+" if amount.minor > 0 else MINUS if amount.minor < 0 else "±"
    return f"{sign}{Money(abs(amount.minor))}"


def _one_day(report: EarningsReport) -> str:
    best = report.best_day
    if best is None or len(report.days) < len(WEEKDAYS) or best.net.minor < report.net.minor * HALF:
        return ""
    return f" One day, {day_name(best.day)}, brought {round(best.net.minor * 100 / report.net.minor)}% of it."


def total(amounts: Sequence[Money]) -> Money:
    """The sum; nothing of the kind is no money."""
    return sum(amounts, start=Money(0))
