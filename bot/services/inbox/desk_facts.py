"""What a desk's header tells about a fan, as Fanvue has it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.domain.accounts import Creator, CreatorId, FanId
from bot.domain.errors import DomainError
from bot.domain.events import Fan
from bot.domain.faults import where
from bot.fanvue import chats, insights
from bot.fanvue.chats import Chat
from bot.fanvue.insights import FanInsights
from bot.fanvue.wire import ActingAs
from bot.storage.creators import CreatorStore
from bot.vault.gate import Gate

log = structlog.get_logger(__name__)

KEPT = 5000
FRESH = timedelta(minutes=2)
MOST_FANS = 100


@dataclass(frozen=True, slots=True, repr=False)
class FanFacts:
    """Who a fan is, and what they are worth; ``spent`` is in minor units, ``None`` is unknown."""

    fan: Fan | None = None
    is_muted: bool = False
    is_top_spender: bool = False
    status: str = ""
    spent: int | None = None
    renews_at: datetime | None = None
    renews: bool = False


class DeskFacts:
    """Two calls a creator, however many fans; what cannot be had is left as it was known."""

    def __init__(self, creators: CreatorStore, gate: Gate) -> None:
        self._creators = creators
        self._gate = gate
        self._known: dict[tuple[CreatorId, FanId], FanFacts] = {}
        self._tried: dict[tuple[CreatorId, FanId], datetime] = {}

    def known(self, creator: CreatorId, fan: FanId) -> FanFacts | None:
        """What was read last; ``None`` when nothing was."""
        return self._known.get((creator, fan))

    async def read(self, creator_id: CreatorId, fans: Collection[FanId], now: datetime | None = None) -> None:
        """Read about these fans, behind what people wait for; with ``now`` only of whom nothing was read lately."""
        if now is not None:
            late = now - FRESH
            fans = [fan for fan in fans if (tried := self._tried.get((creator_id, fan))) is None or tried < late]
            self._tried |= {(creator_id, fan): now for fan in fans}
        if not fans:
            return
        creator = await self._creators.find(creator_id)
        if creator is None or not creator.connection.is_active:
            return
        wanted = list(fans)[:MOST_FANS]
        found, figures = await self._chats(creator), await self._figures(creator, wanted)
        if len(self._known) > KEPT:
            self._known.clear()
            self._tried.clear()
        for fan in wanted:
            chat, known = found.get(fan), figures.get(fan)
            if chat is not None or known is not None:
                self._known[creator_id, fan] = _facts(chat, known)

    async def _chats(self, creator: Creator) -> dict[str, Chat]:
        """The latest conversations: who just wrote, or was written to, is among them."""
        try:
            page = await self._gate.work(creator, chats.list_chats(ActingAs(creator.managed), size=50))
        except DomainError as error:
            log.info("desk_facts_not_read", error=where(error))
            return {}
        return {chat.user.uuid: chat for chat in page.data}

    async def _figures(self, creator: Creator, fans: list[FanId]) -> dict[str, FanInsights]:
        """Nothing for managed creators, of whose fans Fanvue does not tell."""
        if creator.managed is not None:
            return {}
        try:
            found = await self._gate.work(creator, insights.batch_fans(fans))
        except DomainError:
            return {}
        return {uuid: one for uuid, one in found.items() if one.error is None}


def _facts(chat: Chat | None, known: FanInsights | None) -> FanFacts:
    user = chat.user if chat else None
    return FanFacts(
        fan=user.fan if user else None,
        is_muted=chat.is_muted if chat else False,
        is_top_spender=user.is_top_spender if user else False,
        status=known.status if known else "",
        spent=known.spending.total.total if known else None,
        renews_at=known.subscription.renews_at if known else None,
        renews=bool(known and known.subscription.auto_renewal_enabled),
    )
