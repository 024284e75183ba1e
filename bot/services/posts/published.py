"""Posts that are at Fanvue already: seen, changed, taken away, talked about."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.charts.calendar import CalendarChart, Entry
from bot.charts.studio import ChartStudio, Picture
from bot.domain import schedule
from bot.domain.access import Capability, Grant
from bot.domain.clock import Clock
from bot.domain.errors import BadInputError, ChartError, DomainError, GoneError
from bot.domain.money import Money
from bot.domain.posting import TEXT_LIMIT, Audience, CommentLine, PostCard, PostView, check_moment
from bot.fanvue import comments, post_collections, posts
from bot.fanvue.paging import pages
from bot.fanvue.posts import Post
from bot.fanvue.shapes import Page
from bot.fanvue.wire import ActingAs, Call
from bot.services.access import require
from bot.services.bounds import listed
from bot.storage.audit import AuditLog
from bot.vault.gate import Gate

T = TypeVar("T")

__all__ = ["Audience", "Picture", "PostsService"]

SITE = "https://www.fanvue.com"
ROWS = 200
COMMENTS = 20
COMMENT_LIMIT = 2000
STAMP_DIGITS = 10


class PostsService:
    """Every act takes a grant for posting and is written down."""

    def __init__(self, gate: Gate, audit: AuditLog, studio: ChartStudio, clock: Clock) -> None:
        self._gate = gate
        self._audit = audit
        self._studio = studio
        self._clock = clock

    def instant(self, when: str | None, zone: ZoneInfo) -> datetime | None:
        """The instant meant by ``when`` in that zone; ``None`` for now. BadInputError names what would work instead."""
        return schedule.to_come(when, self._clock.now(), zone) if when and when.strip() else None

    def from_stamp(self, seconds: str) -> datetime | None:
        """The instant of a Unix time in a button; ``None`` for 0 and for what is none."""
        is_stamp = seconds.isascii() and seconds.isdigit() and len(seconds) <= STAMP_DIGITS
        return schedule.from_stamp(int(seconds)) if is_stamp else None

    async def listed(self, grant: Grant, view: PostView) -> list[PostCard]:
        """Scheduled ones by when they come, others newest first."""
        now = self._clock.now()
        found = [one for one in await self._all(grant) if one.view_at(now) is view]
        return sorted(found, key=lambda one: one.at, reverse=view is not PostView.SCHEDULED)

    async def one(self, grant: Grant, uuid: str) -> PostCard:
        """A post with its numbers. GoneError."""
        if grant.managed is None:
            return _card(await self._call(grant, posts.post(uuid)))
        for found in await self._all(grant):
            if found.uuid == uuid:
                return found
        raise GoneError

    def now(self) -> datetime:
        """By the same clock as everything here."""
        return self._clock.now()

    async def calendar(self, scheduled: Sequence[PostCard], zone: ZoneInfo) -> Picture | None:
        """The coming weeks in the creator's zone, day by day; ``None`` when they cannot be drawn."""
        local = [(one.at.astimezone(zone), one.price) for one in scheduled]
        entries = tuple((at.date(), Entry(f"{at:%H:%M}", str(Money(price)) if price else None)) for at, price in local)
        try:
            return await self._studio.draw(CalendarChart(self._clock.now().astimezone(zone).date(), entries, zone.key))
        except ChartError:
            return None

    async def edit(self, grant: Grant, uuid: str, text: str, publish_at: datetime | None) -> None:
        """Change the words, and when a scheduled one comes: an ``instant``. BadInputError, and what the gate raises."""
        words = text.strip()
        if len(words) > TEXT_LIMIT:
            raise BadInputError(f"A post can have {TEXT_LIMIT:,} characters; this one has {len(words):,}.")
        check_moment(publish_at, self._clock.now())
        acting_as = ActingAs(grant.managed)
        call = posts.update_post(uuid, acting_as, text=words or None)
        if publish_at is not None:
            call = posts.update_post(uuid, acting_as, text=words or None, publish_at=publish_at)
        await self._call(grant, call)
        await self._note(grant, "edit post")

    async def delete(self, grant: Grant, uuid: str) -> None:
        """Take it away for good."""
        await self._call(grant, posts.delete_post(uuid, ActingAs(grant.managed)))
        await self._note(grant, "delete post")

    async def pin(self, grant: Grant, uuid: str, *, is_pinned: bool) -> None:
        """To the top of the profile, or back to its place."""
        act = posts.pin_post if is_pinned else posts.unpin_post
        await self._call(grant, act(uuid, ActingAs(grant.managed)))
        await self._note(grant, "pin post" if is_pinned else "unpin post")

    async def repost(self, grant: Grant, uuid: str) -> None:
        """To the top of the feed once more."""
        await self._call(grant, posts.repost(uuid, ActingAs(grant.managed)))
        await self._note(grant, "repost")

    async def comments(self, grant: Grant, uuid: str) -> list[CommentLine]:
        """The newest comments."""
        page = await self._call(grant, comments.list_comments(uuid, ActingAs(grant.managed), size=COMMENTS))
        return [
            CommentLine(
                uuid=one.uuid,
                who=(one.user.nickname or one.user.display_name or one.user.handle) if one.user else grant.handle,
                text=one.text,
                at=one.created_at,
            )
            for one in page.data
        ]

    async def comment(self, grant: Grant, uuid: str, text: str) -> None:
        """Say something under a post, as the creator. BadInputError."""
        words = text.strip()
        if not words or len(words) > COMMENT_LIMIT:
            raise BadInputError(f"A comment has 1 to {COMMENT_LIMIT:,} characters.")
        await self._call(grant, comments.create_comment(uuid, words, ActingAs(grant.managed)))
        await self._note(grant, "comment")

    async def delete_comment(self, grant: Grant, uuid: str, comment: str) -> None:
        """Take a comment away for good."""
        await self._call(grant, comments.delete_comment(uuid, comment, ActingAs(grant.managed)))
        await self._note(grant, "delete comment")

    async def labels(self, grant: Grant) -> list[tuple[str, str]]:
        """The collections a post can be in, by id; none where Fanvue gives none, managed creators among them."""
        if grant.managed is not None:
            return []
        try:
            page = await self._call(grant, post_collections.list_collections())
        except DomainError:
            return []
        return [(one.uuid, one.label) for one in page.data]

    async def _all(self, grant: Grant) -> list[PostCard]:
        async def send(call: Call[Page[Post]]) -> Page[Post]:
            return await self._call(grant, call)

        rows = pages(send, posts.list_posts(ActingAs(grant.managed)), ROWS)
        return [_card(row) for row in await listed(rows, ROWS, "posts")]

    async def _call(self, grant: Grant, call: Call[T]) -> T:
        require(grant, Capability.POST)
        return await self._gate.call(grant, call)

    async def _note(self, grant: Grant, action: str) -> None:
        await self._audit.write(grant.actor, grant.creator, action, "done", self._clock.now())


def page_of(handle: str) -> str:
    """The creator's page, where posts are (Fanvue documents no address of a single post)."""
    return f"{SITE}/{handle}"


def _card(row: Post) -> PostCard:
    return PostCard(
        uuid=row.uuid,
        text=row.text or "",
        audience=row.audience,
        price=row.price,
        media=len(row.media_uuids),
        created_at=row.created_at,
        publish_at=row.publish_at,
        published_at=row.published_at,
        expires_at=row.expires_at,
        is_pinned=row.is_pinned,
        likes=row.likes_count,
        comments=row.comments_count,
        tips=row.tips.count,
        tipped=row.tips.total_gross,
    )
