"""Sending drafts to Fanvue: each arrives once, or its author is told that nobody knows."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import structlog

from bot.domain.access import Grant
from bot.domain.accounts import DiscordUserId
from bot.domain.clock import Clock
from bot.domain.errors import DomainError, DraftMovedError, OutcomeUnknownError, ScopeMissingError, StorageBusyError
from bot.domain.posting import Content, Draft, DraftKind, DraftStatus
from bot.fanvue import mass_messages, posts
from bot.fanvue.mass_messages import MassMessage, MassSending, Recipients
from bot.fanvue.paging import pages
from bot.fanvue.posts import Post
from bot.fanvue.shapes import Page
from bot.fanvue.wire import ActingAs, Call
from bot.storage.drafts import DraftStore
from bot.vault.gate import Gate

log = structlog.get_logger(__name__)

READ_BACK_SLACK = timedelta(minutes=2)
KNOWN_ROWS = 100
READ_BACK_ROWS = 200
READ_BACK_PAUSES = (0.0, 0.5)
SMART = "smart:"
CUSTOM = "custom:"


@dataclass(frozen=True, slots=True)
class Published:
    """What a draft became."""

    uuid: str
    recipients: int | None = None


class Publisher:
    """One attempt a draft: it is written down before Fanvue is called."""

    def __init__(self, gate: Gate, drafts: DraftStore, clock: Clock) -> None:
        self._gate = gate
        self._drafts = drafts
        self._clock = clock

    def require_scopes(self, grant: Grant, content: Content, kind: DraftKind) -> None:
        """Raise what the gate would, before anything is written."""
        self._gate.require_scopes(grant, _call(grant, content, kind))

    async def send(self, grant: Grant, draft: Draft, out_of: Collection[DraftStatus]) -> Published:
        """Send it, unless somebody else does.

        What Fanvue refuses goes back to being a draft. Raises DraftMovedError when somebody was faster,
        OutcomeUnknownError (it is kept as unknown then) and what the gate raises.
        """
        self.require_scopes(grant, draft.content, draft.kind)
        known = await self._known(grant, draft)
        seen = (draft.id, draft.version)
        started_at = self._clock.now()
        if not await self._drafts.begin(seen, out_of, known, DiscordUserId(grant.actor.user), started_at):
            raise DraftMovedError
        try:
            published = _published(await self._gate.call(grant, _call(grant, draft.content, draft.kind)))
        except OutcomeUnknownError:
            sending = replace(draft, status=DraftStatus.SENDING, version=draft.version + 1)
            return await self.settle(grant, replace(sending, started_at=started_at, known=known))
        except DomainError:
            await self._drafts.put_back(seen, draft.status, self._clock.now())
            raise
        await self._remember(draft, published)
        return published

    async def settle(self, grant: Grant, draft: Draft) -> Published:
        """Find at Fanvue what became of a draft whose answer was lost; OutcomeUnknownError when it is not there."""
        for pause in READ_BACK_PAUSES:
            await asyncio.sleep(pause)
            try:
                found = await self._read_back(grant, draft)
            except DomainError:
                continue
            if found is not None:
                return Published(found)
        with suppress(StorageBusyError):  # what is noted as being sent so long is unknown, too
            await self._drafts.move(
                (draft.id, draft.version),
                out_of=(DraftStatus.SENDING, DraftStatus.UNKNOWN),
                to=DraftStatus.UNKNOWN,
                at=self._clock.now(),
            )
        raise OutcomeUnknownError

    async def _remember(self, draft: Draft, published: Published) -> None:
        """It went out: that storage does not take it now must not be told as if it had not."""
        try:
            await self._drafts.sent(draft.id, published.uuid, self._clock.now())
        except StorageBusyError:
            log.warning("sent_draft_not_noted")

    async def _known(self, grant: Grant, draft: Draft) -> tuple[str, ...] | None:
        """What looks the same there already; ``None`` where reading was not allowed."""
        try:
            return tuple([row.uuid async for row in self._rows(grant, draft.kind, KNOWN_ROWS) if _is_like(row, draft)])
        except ScopeMissingError:
            return None

    async def _read_back(self, grant: Grant, draft: Draft) -> str | None:
        """The row it became: like it, not known before, not what another draft became."""
        if draft.known is None or draft.started_at is None:
            return None
        taken = await self._drafts.accounted_for(draft.creator) | set(draft.known)
        since = draft.started_at - READ_BACK_SLACK
        async for row in self._rows(grant, draft.kind, READ_BACK_ROWS):
            is_new = row.created_at is not None and row.created_at >= since and row.uuid not in taken
            if is_new and _is_like(row, draft) and await self._drafts.sent(draft.id, row.uuid, self._clock.now()):
                return row.uuid
        return None

    async def _rows(self, grant: Grant, kind: DraftKind, limit: int) -> AsyncIterator[Post | MassMessage]:
        acting_as = ActingAs(grant.managed)

        async def send(call: Call[Page[Any]]) -> Page[Any]:
            return await self._gate.call(grant, call)

        first: Call[Page[Any]] = (
            posts.list_posts(acting_as) if kind is DraftKind.POST else mass_messages.list_mass_messages(acting_as)
        )
        async for row in pages(send, first, limit):
            yield row


def recipients(lists: Collection[str]) -> Recipients:
    """Lists as drafts name them, for Fanvue."""
    return Recipients(
        smart=[one.removeprefix(SMART) for one in lists if one.startswith(SMART)],
        custom=[one.removeprefix(CUSTOM) for one in lists if one.startswith(CUSTOM)],
    )


def _call(grant: Grant, content: Content, kind: DraftKind) -> Call[Any]:
    acting_as = ActingAs(grant.managed)
    media = [one.uuid for one in content.media]
    if kind is DraftKind.MASS:
        return mass_messages.send_mass_message(
            recipients(content.to),
            content.text or None,
            acting_as,
            but_not=recipients(content.but_not) if content.but_not else None,
            media=media,
            price=content.price,
            at=content.publish_at,
        )
    return posts.create_post(
        content.audience.value,
        content.text or None,
        acting_as,
        media=media,
        preview=content.preview,
        price=content.price,
        publish_at=content.publish_at,
        expires_at=content.expires_at,
        collections=content.collections,
    )


def _published(answer: Post | MassSending) -> Published:
    return Published(answer.id, answer.recipient_count) if isinstance(answer, MassSending) else Published(answer.uuid)


def _is_like(row: Post | MassMessage, draft: Draft) -> bool:
    content = draft.content
    is_same_text = _plain(row.text) == _plain(content.text)
    return is_same_text and set(row.media_uuids) == {one.uuid for one in content.media}


def _plain(words: str | None) -> str:
    """Line ends and outer space are Fanvue's to change."""
    return "\n".join((words or "").strip().splitlines())
