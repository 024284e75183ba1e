"""Conversations as such: who waits, what was said, templates, notes, and what is set at Fanvue for a chat."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from uuid import uuid4

from bot.domain.access import Capability, Grant
from bot.domain.accounts import FanId
from bot.domain.clock import Clock
from bot.domain.conversations import Line, Note, Order, Past, Prepared, Thread, Waiting, sorted_by
from bot.domain.errors import BadInputError, DomainError, GoneError, RefusedByFanvueError
from bot.domain.events import Fan
from bot.domain.identity import is_automatic
from bot.domain.side_by_side import Unanswered
from bot.fanvue import chats, insights, templates
from bot.fanvue.chats import Chat, Message, Presence
from bot.fanvue.paging import next_call
from bot.fanvue.wire import ActingAs
from bot.services.access import AccessService, require
from bot.services.bounds import listed
from bot.services.inbox.fan_finding import FanFinder
from bot.services.inbox.notes import note_identity, opened
from bot.storage.cards import CardStore
from bot.storage.notes import NoteStore, StoredNote
from bot.storage.spenders import SpenderStore
from bot.vault.gate import Gate
from bot.vault.keyring import Keyring

MOST_CHATS = 200
AT_ONCE = 100
"""As many people as one question takes."""
MOST_LINES = 50
PAST_LINES = 15
MOST_PAGES = 40
MOST_TEMPLATES = 200
MOST_NOTES = 25
NOTE_LIMIT = 500
NICKNAME_LIMIT = 30


class ConversationsService:
    """Reading never marks anything as read at Fanvue; notes never go there."""

    def __init__(
        self,
        *,
        access: AccessService,
        gate: Gate,
        finder: FanFinder,
        spenders: SpenderStore,
        notes: NoteStore,
        cards: CardStore,
        keyring: Keyring,
        clock: Clock,
    ) -> None:
        self._access = access
        self._gate = gate
        self._spenders = spenders
        self._notes = notes
        self._cards = cards
        self._keyring = keyring
        self._clock = clock
        self._finder = finder

    async def unread(self, grant: Grant, order: Order) -> list[Waiting]:
        """Unread conversations in that order; what fans spent only for those who may see insights."""
        require(grant, Capability.REPLY)
        found = [chat for chat in await self._unread(grant) if not chat.is_read]
        fans = [FanId(chat.user.uuid) for chat in found]
        online, spent = await asyncio.gather(self._presence(grant, fans), self._spent(grant, fans))
        first = await self._cards.who_waits(grant.creator, fans)
        waiting = [_waiting(chat, grant, online.get(chat.user.uuid)) for chat in found]
        known = [replace(one, spent=spent.get(one.fan.id), first_at=first.get(one.fan.id)) for one in waiting]
        ordered = sorted_by(order, known)
        if await self._access.may(grant.actor.user, grant.creator, Capability.INSIGHTS):
            return ordered
        return [replace(one, spent=None) for one in ordered]

    async def unanswered(self, grant: Grant) -> Unanswered:
        """How many of the latest fifty chats are unread: one call for each creator."""
        require(grant, Capability.REPLY)
        call = chats.list_chats(ActingAs(grant.managed), size=50)
        page = await self._gate.call(grant, call)
        count = sum(not chat.is_read for chat in page.data)
        return Unanswered(count, is_all=count < len(page.data) or next_call(call, page) is None)

    async def open(self, grant: Grant, fan: FanId, lines: int = 10) -> Thread:
        """The latest lines with a fan. GoneError when there is no such conversation."""
        require(grant, Capability.REPLY)
        call = chats.list_messages(fan, ActingAs(grant.managed), size=min(lines, MOST_LINES))
        messages = (await self._gate.call(grant, call)).data
        chat = await self._chat(grant, fan)
        if chat is None and not messages:
            raise GoneError
        online = await self._presence(grant, [fan])
        return Thread(
            fan=chat.user.fan if chat else _fan_among(messages, fan),
            lines=tuple(_line(one, fan) for one in reversed(messages)),
            notes=tuple(await self.notes(grant, fan)),
            is_read=bool(chat.is_read) if chat else True,
            is_muted=chat.is_muted if chat else False,
            is_online=online[fan].is_online if fan in online else False,
        )

    async def past(self, grant: Grant, fan: FanId, page: int) -> Past:
        """A page of what was said, from 1; reading it marks nothing as read. GoneError when nothing was said."""
        require(grant, Capability.REPLY)
        page = min(max(page, 1), MOST_PAGES)
        call = chats.list_messages(fan, ActingAs(grant.managed))
        rows = self._gate.rows(grant, call, page * PAST_LINES + 1)
        found = [row async for row in rows]
        if not found:
            raise GoneError
        shown = found[(page - 1) * PAST_LINES : page * PAST_LINES]
        has_more = len(found) > page * PAST_LINES and page < MOST_PAGES
        return Past(_fan_among(found, fan), tuple(_line(one, fan) for one in reversed(shown)), page, has_more)

    async def find(self, grant: Grant, words: str, limit: int = 25) -> list[Fan]:
        """People with a conversation whose name holds the words; the newest first when there are none."""
        require(grant, Capability.REPLY)
        acting_as, wanted = ActingAs(grant.managed), words.strip().lower()
        found = _named((await self._gate.call(grant, chats.list_chats(acting_as, size=50))).data, wanted)
        if not found and wanted:
            found = _named(await self._searched(grant, words.strip()[:100]), wanted)
        return found[:limit]

    async def suggested(self, grant: Grant, words: str, limit: int = 25) -> list[Fan]:
        """As ``find``, from what was read in the last two minutes: a picker asks with every letter."""
        require(grant, Capability.REPLY)
        return [user.fan for user in await self._finder.talking(grant, words, limit)]

    async def meant(self, grant: Grant, words: str) -> FanId:
        """The fan of that id, or the only one whose name holds the words. BadInputError otherwise."""
        found = await self.find(grant, "" if _is_id(words) else words, limit=50)
        chosen = [one for one in found if one.id == words] or ([] if _is_id(words) else found)
        if _is_id(words) and not chosen:
            return FanId(words)
        if len(chosen) != 1:
            hint = "Nobody" if not chosen else f"{len(chosen)} people"
            raise BadInputError(f"{hint} of that name among your conversations. Pick one from the list while typing.")
        return chosen[0].id

    async def templates(self, grant: Grant) -> list[Prepared]:
        """Prepared messages, by folder. BadInputError for managed creators, whose templates Fanvue does not tell."""
        require(grant, Capability.REPLY)
        if grant.managed is not None:
            raise BadInputError("Fanvue offers templates only over the creator's own connection.")
        rows = self._gate.rows(grant, templates.list_templates(size=50), MOST_TEMPLATES)
        found = [
            Prepared(one.uuid, one.text or "", one.folder_name or "", one.media_uuids, one.price)
            for one in await listed(rows, MOST_TEMPLATES, "templates")
        ]
        return sorted(found, key=lambda one: one.folder.lower())

    async def template(self, grant: Grant, template: str) -> Prepared:
        """One of them. GoneError when it is not there any more."""
        found = next((one for one in await self.templates(grant) if one.id == template), None)
        if found is None:
            raise GoneError
        return found

    async def mute(self, grant: Grant, fan: FanId, *, is_muted: bool) -> None:
        """Mute a chat at Fanvue, or hear of it again."""
        require(grant, Capability.REPLY)
        await self._gate.call(grant, chats.update_chat(fan, ActingAs(grant.managed), is_muted=is_muted))

    async def rename(self, grant: Grant, fan: FanId, nickname: str) -> None:
        """Call a fan something at Fanvue. BadInputError for more than 30 characters."""
        require(grant, Capability.REPLY)
        wanted = " ".join(nickname.split())
        if not 0 < len(wanted) <= NICKNAME_LIMIT:
            raise BadInputError(f"A nickname has 1 to {NICKNAME_LIMIT} characters.")
        await self._gate.call(grant, chats.update_chat(fan, ActingAs(grant.managed), nickname=wanted))
        self._finder.forget(grant.creator)

    async def note(self, grant: Grant, fan: FanId, text: str) -> None:
        """Note something about a fan, for the team alone. BadInputError when there is nothing, or too much."""
        require(grant, Capability.REPLY)
        clean = text.strip()
        if not 0 < len(clean) <= NOTE_LIMIT:
            raise BadInputError(f"A note has 1 to {NOTE_LIMIT} characters.")
        note_id = uuid4().hex
        sealed = self._keyring.seal(clean, identity=note_identity(note_id))
        now = self._clock.now()
        await self._notes.add(StoredNote(note_id, grant.creator, fan, grant.actor.user, sealed, now))

    async def remove_note(self, grant: Grant, note: str) -> FanId:
        """Delete a note; whom it was about. GoneError when it was deleted already."""
        require(grant, Capability.REPLY)
        fan = await self._notes.remove(grant.creator, note)
        if fan is None:
            raise GoneError
        return fan

    async def notes(self, grant: Grant, fan: FanId) -> list[Note]:
        """The latest notes about a fan."""
        require(grant, Capability.REPLY)
        return await opened(self._notes, self._keyring, grant.creator, fan, MOST_NOTES)

    async def _searched(self, grant: Grant, words: str) -> list[Chat]:
        """By Fanvue's own search; of managed creators, whom it offers none for, the latest chats."""
        if grant.managed is not None:
            return await listed(self._chats(grant), MOST_CHATS, "chats")
        return (await self._gate.call(grant, chats.list_chats(size=50, search=words))).data

    async def _chat(self, grant: Grant, fan: FanId) -> Chat | None:
        async with aclosing(self._chats(grant)) as rows:
            async for chat in rows:
                if chat.user.uuid == fan:
                    return chat
        return None

    async def _unread(self, grant: Grant) -> list[Chat]:
        """The latest unread chats, of managed creators, and where Fanvue does not list them alone, among all."""
        if grant.managed is None:
            with suppress(RefusedByFanvueError):
                return await listed(self._chats(grant, "unread"), MOST_CHATS, "unread chats")
        return await listed(self._chats(grant), MOST_CHATS, "chats")

    def _chats(self, grant: Grant, *filters: str) -> AsyncGenerator[Chat, None]:
        call = chats.list_chats(ActingAs(grant.managed), size=50, filters=filters)
        return self._gate.rows(grant, call, MOST_CHATS)

    async def _spent(self, grant: Grant, fans: Sequence[FanId]) -> dict[FanId, int]:
        """What they have spent in minor units, as Fanvue has it now; else as it was last listed, as far as it was."""
        if not fans:
            return {}
        found = await self._spenders.spent(grant.creator, fans, self._clock.now())
        last_known = {fan: one.spent for fan, one in found.items()}
        if grant.managed is not None:
            return last_known
        try:
            parts = [fans[start : start + AT_ONCE] for start in range(0, len(fans), AT_ONCE)]
            answers = await asyncio.gather(*(self._gate.call(grant, insights.batch_fans(part)) for part in parts))
        except DomainError:
            return last_known
        known = {FanId(uuid): one for answer in answers for uuid, one in answer.items() if one.error is None}
        return last_known | {fan: int(one.spending.total.total) for fan, one in known.items()}

    async def _presence(self, grant: Grant, fans: Sequence[str]) -> dict[str, Presence]:
        if grant.managed is not None or not fans:
            return {}
        try:
            parts = [fans[start : start + AT_ONCE] for start in range(0, len(fans), AT_ONCE)]
            answers = await asyncio.gather(*(self._gate.call(grant, chats.statuses(part)) for part in parts))
        except DomainError:
            return {}
        return {uuid: one for answer in answers for uuid, one in answer.items()}


def _is_id(words: str) -> bool:
    return len(words) == 36 and words.count("-") == 4  # noqa: PLR2004 - as UUIDs are written


def _named(found: Sequence[Chat], wanted: str) -> list[Fan]:
    fans = [chat.user.fan for chat in found]
    return [fan for fan in fans if wanted in f"{fan.display_name} {fan.handle}".lower()]


def _fan_among(messages: Sequence[Message], fan: FanId) -> Fan:
    handle = next((one.sender.handle for one in messages if one.sender.uuid == fan), "")
    return Fan(fan, handle)


def _waiting(chat: Chat, grant: Grant, presence: Presence | None) -> Waiting:
    last = chat.last_message
    is_creators = last is not None and last.sender_uuid == grant.creator
    return Waiting(
        fan=chat.user.fan,
        since=last.sent_at if last and last.sent_at else chat.last_message_at,
        unread=chat.unread_messages_count or 0,
        is_online=presence.is_online if presence else False,
        is_muted=chat.is_muted,
        is_fans_turn=is_creators and last is not None and not is_automatic(last.type),
        is_fans=not is_creators,
    )


def _line(message: Message, fan: FanId) -> Line:
    prices = message.pricing or {}
    return Line(
        is_from_fan=message.sender.uuid == fan,
        text=message.text or "",
        at=message.sent_at,
        has_media=bool(message.has_media or message.media_uuids),
        price=next((int(one.price) for one in prices.values()), None),
        is_written=not is_automatic(message.type),
    )
