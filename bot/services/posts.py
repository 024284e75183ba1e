"""Posting as a creator."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain import schedule
from bot.domain.access import Capability, Grant
from bot.domain.clock import Clock
from bot.domain.errors import BadInputError, NotAllowedError, OutcomeUnknownError
from bot.fanvue import posts
from bot.fanvue.wire import ActingAs
from bot.storage.audit import AuditLog
from bot.vault.gate import Gate

TEXT_LIMIT = 5000
FURTHEST = timedelta(days=365)
READ_BACK_SLACK = timedelta(minutes=2)
SITE = "https://www.fanvue.com"


class Audience(StrEnum):
    """Who sees a post, in Fanvue's words."""

    SUBSCRIBERS = "subscribers"
    EVERYONE = "followers-and-subscribers"

    @property
    def label(self) -> str:
        """The name people see."""
        return "Subscribers" if self is Audience.SUBSCRIBERS else "Followers and subscribers"


@dataclass(frozen=True, slots=True)
class PostResult:
    """A post that exists at Fanvue now."""

    uuid: str
    handle: str
    audience: Audience
    publish_at: datetime | None

    @property
    def url(self) -> str:
        """The creator's page, where the post is (Fanvue documents no address of a single post)."""
        return f"{SITE}/{self.handle}"


class PostsService:
    """Creates posts; an unknown outcome is read back and never repeated."""

    def __init__(self, gate: Gate, audit: AuditLog, clock: Clock) -> None:
        self._gate = gate
        self._audit = audit
        self._clock = clock

    def instant(self, when: str | None, zone: ZoneInfo) -> datetime | None:
        """The instant meant by ``when`` in the reader's zone; ``None`` for now. BadInputError says how to write it."""
        return schedule.parse(when, self._clock.now(), zone) if when else None

    async def create(self, grant: Grant, text: str, audience: Audience, publish_at: datetime | None) -> PostResult:
        """Post now, or have Fanvue publish at an instant; BadInputError says what to change."""
        self.check(grant, text, publish_at)
        started_at = self._clock.now()
        acting_as = ActingAs(grant.managed)
        call = posts.create_post(audience.value, text.strip(), acting_as, publish_at=publish_at)
        try:
            uuid = (await self._gate.call(grant, call)).uuid
        except OutcomeUnknownError:
            uuid = await self._read_back(grant, text.strip(), started_at)
        await self._audit.write(grant.actor, grant.creator, "post", "done", self._clock.now())
        return PostResult(uuid, grant.handle, audience, publish_at)

    def check(self, grant: Grant, text: str, publish_at: datetime | None) -> None:
        """Raise what ``create`` would, before anything is sent; scopes included."""
        if grant.capability is not Capability.POST:
            raise NotAllowedError(Capability.POST)
        self._gate.require_scopes(grant, posts.create_post(Audience.SUBSCRIBERS.value, text, ActingAs(grant.managed)))
        if not text.strip():
            raise BadInputError("A post needs some text.")
        if len(text.strip()) > TEXT_LIMIT:
            raise BadInputError(f"A post can have {TEXT_LIMIT:,} characters; this one has {len(text.strip()):,}.")
        now = self._clock.now()
        if publish_at is not None and publish_at <= now:
            raise BadInputError("That time has passed. Give a time to come, such as `tomorrow 18:00`.")
        if publish_at is not None and publish_at > now + FURTHEST:
            raise BadInputError("That is more than a year ahead. Give an earlier date.")

    async def _read_back(self, grant: Grant, text: str, started_at: datetime) -> str:
        page = await self._gate.call(grant, posts.list_posts(ActingAs(grant.managed), size=20))
        for post in page.data:
            if post.text == text and post.created_at and post.created_at >= started_at - READ_BACK_SLACK:
                return post.uuid
        raise OutcomeUnknownError
