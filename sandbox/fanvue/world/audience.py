"""Who follows and subscribes to a creator, since when, and whether they stay."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from .names import CreatorPlan
from .records import Fan, Subscription, User

FANS_PER_CREATOR = 40
PERIOD = timedelta(days=30)
TRIALS = 2
UNREACHABLE = 2


def gather_fans(draw: Random, users: Sequence[User], now: datetime, history_days: int) -> list[Fan]:
    """Forty people; a few spend most of the money, most joined recently."""
    fans = []
    for rank, user in enumerate(draw.sample(users, FANS_PER_CREATOR)):
        days = max(3, int(history_days * draw.random() ** 1.4)) if rank > 2 else history_days - rank * 40
        joined_at = now - timedelta(days=days, minutes=draw.randrange(1440))
        fans.append(Fan(user, joined_at, weight=1 / (rank + 4)))
    _settle_presence(draw, fans, now)
    for fan in fans[-UNREACHABLE:]:
        fan.is_contactable = False
    return fans


def _settle_presence(draw: Random, fans: list[Fan], now: datetime) -> None:
    for index, fan in enumerate(fans):
        seconds = 45 * draw.randrange(5) if index % 9 == 4 else 60 * draw.randrange(10, 60 * 24 * 9)
        fan.last_seen_at = max(fan.joined_at, now - timedelta(seconds=seconds))
        fan.is_top_spender = index < 4
        if index in {1, 6}:
            fan.nickname = ("VIP ", "Met in Porto: ")[index == 6] + fan.user.display_name.split()[0]


def subscribe_fans(draw: Random, plan: CreatorPlan, fans: list[Fan], now: datetime) -> list[tuple[datetime, str, Fan]]:
    """Gives two in three fans a subscription; answers every payment as (instant, `subscription` or `renewal`, fan)."""
    payments: list[tuple[datetime, str, Fan]] = []
    for index, fan in enumerate(fans):
        if index % 3 == 2:
            continue
        is_staying = draw.random() < 0.72
        started_at = fan.joined_at + timedelta(hours=draw.randrange(1, 60))
        if started_at > now:
            started_at = fan.joined_at
        payments.extend(_pay_periods(draw, plan, fan, started_at, now, is_staying=is_staying))
    _grant_trials(fans, now)
    return payments


def _pay_periods(
    draw: Random, plan: CreatorPlan, fan: Fan, started_at: datetime, now: datetime, *, is_staying: bool
) -> list[tuple[datetime, str, Fan]]:
    last = now if is_staying else started_at + PERIOD * draw.randrange(1, 9)
    payments, at, kind = [], started_at, "subscription"
    while at <= min(now, last):
        payments.append((at, kind, fan))
        at, kind = at + PERIOD, "renewal"
    is_over = at <= now
    fan.subscription = Subscription(
        first_at=started_at,
        period_start=at - PERIOD,
        period_end=at,
        price=plan.price,
        renews=is_staying and draw.random() < 0.85,
        ended_at=at if is_over else None,
    )
    return payments


def _grant_trials(fans: list[Fan], now: datetime) -> None:
    for fan in [fan for fan in fans if fan.subscription is None][:TRIALS]:
        started_at = now - timedelta(days=3)
        fan.joined_at = min(fan.joined_at, started_at)
        fan.subscription = Subscription(
            started_at, started_at, started_at + timedelta(days=7), price=0, renews=False, is_trial=True
        )
