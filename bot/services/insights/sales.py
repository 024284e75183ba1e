"""Single payments, and what posts and tracking links earned."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

from bot.domain.access import Capability, Grant
from bot.domain.clock import Clock
from bot.domain.errors import BadInputError, DomainError
from bot.domain.money import Money
from bot.domain.periods import Asked
from bot.domain.reports import Source
from bot.domain.sales import After, LinkNumbers, Payment, Payments, PostNumbers
from bot.fanvue import posts, tracking_links
from bot.fanvue.insights import Earning
from bot.fanvue.posts import Post
from bot.fanvue.tracking_links import TrackingLink
from bot.fanvue.wire import ActingAs
from bot.services.access import require
from bot.services.bounds import listed
from bot.services.insights.earnings import InsightsService
from bot.vault.gate import Gate

Row = TypeVar("Row")

PAGE = 10
STEP = timedelta(milliseconds=1)
"""Fanvue's clock ticks in these; its ends are exclusive."""
MOST_POSTS = 100
MOST_UNLOCKS = 1_000
MOST_LINKS = 50
LINKS_COUNTED = 10
"""As many as are shown: Fanvue tells who came through a link 50 at a time, which for all would be 200 calls."""
MOST_USERS = 200
PLATFORMS = ("facebook", "instagram", "other", "reddit", "snapchat", "tiktok", "twitter", "youtube")
NAME_LIMIT = 100
SITE = "www.fanvue.com"
PAYING = "subscriber"


class SalesService:
    """Answers about what sold; every answer needs the insights right. Amounts are USD minor units."""

    def __init__(self, gate: Gate, insights: InsightsService, clock: Clock) -> None:
        self._gate = gate
        self._insights = insights
        self._clock = clock

    async def payments(
        self, grant: Grant, asked: Asked, zone: ZoneInfo, source: Source = Source.ALL, after: After | None = None
    ) -> Payments:
        """A page of single payments, newest first, going on exactly where the one before ended."""
        require(grant, Capability.INSIGHTS)
        now = self._clock.now()
        period = asked.period(now, zone)
        span = period if after is None else type(period)(period.start, min(after.at + STEP, period.end), zone)
        skip = after.skip if after else 0
        found = self._insights.payments(grant, span, source, PAGE + skip + 1, is_exact=False)
        rows = [row async for row in found][skip:]
        shown = rows[:PAGE]
        return Payments(
            handle=grant.handle,
            asked=asked,
            period=period,
            source=source,
            rows=tuple(_payment(row) for row in shown),
            following=_following(shown, after) if len(rows) > PAGE else None,
            is_first=after is None,
            as_of=now,
        )

    async def posts(self, grant: Grant, asked: Asked, zone: ZoneInfo) -> list[PostNumbers]:
        """The posts that earned most in a period; tips count from the beginning, unlocks in the period."""
        require(grant, Capability.INSIGHTS)
        period = asked.period(self._clock.now(), zone)
        call = posts.list_posts(ActingAs(grant.managed), with_unpublished=False)
        found, unlocks = await asyncio.gather(
            listed(self._gate.rows(grant, call, MOST_POSTS), MOST_POSTS, "posts"),
            listed(self._insights.payments(grant, period, Source.POSTS, MOST_UNLOCKS), MOST_UNLOCKS, "unlocks"),
        )
        rows = (_post(post, [row for row in unlocks if row.post_uuid == post.uuid]) for post in found)
        return sorted(rows, key=lambda row: (-row.net.minor, -row.likes - row.comments))

    async def links(self, grant: Grant) -> list[LinkNumbers]:
        """Tracking links, the best first; how many pay is asked for the first ten alone, and may stay unknown."""
        require(grant, Capability.INSIGHTS)
        acting_as = ActingAs(grant.managed)
        links = self._gate.rows(grant, tracking_links.list_links(acting_as), MOST_LINKS)
        found = await listed(links, MOST_LINKS, "links")
        rows = sorted((_link(link, grant.handle) for link in found), key=lambda row: (-row.net.minor, -row.clicks))
        payers = await asyncio.gather(*(self._payers(grant, row) for row in rows[:LINKS_COUNTED]))
        counted = [replace(row, payers=count) for row, count in zip(rows, payers, strict=False)]
        return counted + rows[LINKS_COUNTED:]

    async def create_link(self, grant: Grant, name: str, platform: str) -> LinkNumbers:
        """A new tracking link. BadInputError for a name or platform Fanvue would not take."""
        require(grant, Capability.INSIGHTS)
        wanted = " ".join(name.split())
        if not 0 < len(wanted) <= NAME_LIMIT:
            raise BadInputError(f"Give the link a name of 1 to {NAME_LIMIT} characters.")
        if platform not in PLATFORMS:
            raise BadInputError("Pick where you will post the link from the list.")
        call = tracking_links.create_link(wanted, platform, ActingAs(grant.managed))
        return replace(_link(await self._gate.call(grant, call), grant.handle), payers=0)

    async def _payers(self, grant: Grant, link: LinkNumbers) -> int | None:
        """How many of those who came are subscribers now; ``None`` where that cannot be had, or are too many."""
        if not link.fans:
            return 0
        call = tracking_links.link_users(link.uuid, ActingAs(grant.managed))
        try:
            users = [user async for user in self._gate.rows(grant, call, MOST_USERS)]
        except DomainError:
            return None
        return None if len(users) == MOST_USERS else sum(user.status == PAYING for user in users)


def _following(shown: list[Earning], before: After | None) -> After:
    """After the last row shown; rows of the same instant shown so far are passed over."""
    last = shown[-1].date
    same = sum(row.date == last for row in shown)
    is_still = before is not None and before.at == last and same == len(shown)
    return After(last, same + (before.skip if is_still and before else 0))


def _payment(row: Earning) -> Payment:
    fan = row.user.fan if row.user else None
    return Payment(
        at=row.date,
        source=row.source,
        gross=Money(row.gross),
        net=Money(row.net),
        fan=fan,
        is_paid_out=row.transaction_order_status == "availableForPayout",
    )


def _post(post: Post, unlocks: list[Earning]) -> PostNumbers:
    return PostNumbers(
        uuid=post.uuid,
        text=post.text or "",
        published_at=post.published_at or post.created_at,
        likes=post.likes_count,
        comments=post.comments_count,
        tips=post.tips.count,
        tips_net=Money(post.tips.total_net),
        unlocks=len(unlocks),
        unlocks_net=Money(sum(row.net for row in unlocks)),
    )


def address_of(handle: str, told: str) -> str:
    """What people click: Fanvue tells the last part of it (``fv-1``), or a whole address, which then counts as it is.

    Only what can be part of an address is shown: it is copied and posted.
    """
    words = quote(told.strip(), safe="/:?&=%+~#._-")
    host, path = SITE, words.removeprefix("https://").removeprefix("http://")
    if path != words or path.partition("/")[0].endswith("fanvue.com"):
        host, _, path = path.partition("/")
    elif "/" not in path.strip("/"):
        path = f"{quote(handle)}/{path.strip('/')}"
    return f"https://{host}/{path.lstrip('/')}"


def _link(link: TrackingLink, handle: str) -> LinkNumbers:
    people = link.engagement
    return LinkNumbers(
        uuid=link.uuid,
        name=link.name,
        platform=link.external_social_platform,
        address=address_of(handle, link.link_url),
        clicks=link.clicks,
        fans=people.acquired_followers + people.acquired_subscribers,
        subscribers=people.acquired_subscribers,
        payers=None,
        net=Money(link.earnings.total_net if link.earnings else 0),
        gross=Money(link.earnings.total_gross if link.earnings else 0),
    )
