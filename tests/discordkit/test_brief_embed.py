"""A brief says in plain words what is better or worse, and fits one message whatever fans call themselves."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import discord

from bot.discordkit.insights.briefs import brief_embed, brief_view
from bot.domain.accounts import FanId
from bot.domain.audience import Departures, Leaving, Movement, Ranked, Ranking
from bot.domain.briefs import Brief, Mail, Rhythm
from bot.domain.events import Fan
from bot.domain.goals import Progress
from bot.domain.money import Money
from bot.domain.periods import Asked, Period, Preset, period_for
from bot.domain.reports import Compared, DayEarnings, EarningsReport, Reversals

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 26, 7, tzinfo=UTC)
YESTERDAY = period_for(Preset.YESTERDAY, NOW, ZONE)
LONG_NAME = "@everyone **[x](https://evil.example)** " + "\u202e" + "y" * 400


def a_report(net: int = 20_000, before: int = 10_000, weekday: int = 40_000) -> EarningsReport:
    def compared(minor: int) -> Compared:
        return Compared(YESTERDAY, Money(minor), (minor,))

    return EarningsReport(
        handle="luna_" + "vale" * 8,
        asked=Asked(Preset.YESTERDAY),
        period=YESTERDAY,
        gross=Money(25_000),
        net=Money(net),
        before=compared(before),
        weekdays=compared(weekday),
        sources=(),
        days=(DayEarnings(YESTERDAY.start.astimezone(ZONE).date(), Money(25_000), Money(net)),),
        hours=(),
        as_of=NOW,
        is_added_up=True,
    )


def words_of(embed: discord.Embed) -> str:
    return "\n".join([embed.title or "", embed.description or "", *(f"{one.name} {one.value}" for one in embed.fields)])


def test_yesterday_is_measured_by_the_day_before_and_by_the_same_day_of_the_week() -> None:
    words = words_of(brief_embed(Brief(Rhythm.MORNING, a_report())))
    assert "▲ **100%** against the day before" in words
    assert "▼ **50%** against the Wednesday before" in words
    weekly = words_of(brief_embed(Brief(Rhythm.WEEKLY, replace(a_report(), weekdays=None))))
    assert "▲ **100%** against the week before" in weekly


def test_without_anything_before_nothing_is_measured_by_it() -> None:
    words = words_of(brief_embed(Brief(Rhythm.MORNING, a_report(before=0))))
    assert "against" not in words
    assert "first income in a while" in words


def test_what_may_not_be_seen_or_is_not_known_is_not_mentioned() -> None:
    embed = brief_embed(Brief(Rhythm.MORNING, replace(a_report(), is_added_up=False)))
    assert not embed.fields


def test_the_fullest_brief_fits_one_message_and_names_are_inert() -> None:
    fan = Fan(FanId("f"), "handle", LONG_NAME)
    month = Period(YESTERDAY.start.replace(day=1), YESTERDAY.end, ZONE)
    payers = (Ranked(fan, Money(10**9), Money(1), 1),) * 50
    brief = Brief(
        Rhythm.MORNING,
        a_report(),
        Reversals(Money(-100), Money(-200), 2),
        Movement("luna", Asked(Preset.YESTERDAY), YESTERDAY, (), 1, 2, 1_234_567, NOW),
        Departures(tuple(Leaving(fan, NOW, Money(10**9)) for _ in range(100)), 10_000),
        Ranking("luna", Asked(Preset.YESTERDAY), YESTERDAY, payers, Money(1), NOW),
        Progress(Money(10**9), Money(1), month, NOW),
        Mail(200, NOW),
        (),
    )
    embed = brief_embed(brief)
    assert len(embed) < 6000
    assert all(len(field.value or "") <= 1024 for field in embed.fields)
    words = words_of(embed)
    assert " @everyone" not in words
    assert "**[x](" not in words
    assert "\u202e" not in words
    assert "](https://evil" not in words


def test_every_hour_can_be_picked_and_the_one_that_stands_is_marked() -> None:
    view = brief_view(Rhythm.WEEKLY, "11111111-2222-4333-8444-555555555555", None)
    (select,) = [item for item in view.children if isinstance(item, discord.ui.Select)]
    assert len(select.options) == 25
    assert [option.label for option in select.options if option.default] == ["Not by itself"]
