"""Drawing a fan's cards anew after something changed about the fan."""

from collections.abc import Sequence
from datetime import datetime

import structlog

from bot.alerts.board import Board
from bot.domain.access import Grant
from bot.domain.accounts import CreatorId, FanId
from bot.domain.faults import where
from bot.services.inbox.desk import DeskService
from bot.storage.cards import CardRow, CardStore, NewCard

log = structlog.get_logger(__name__)


class Redrawing:
    """Showing a change never undoes it: what Discord does not take now is drawn later."""

    def __init__(self, cards: CardStore, board: Board, desk: DeskService) -> None:
        self._cards = cards
        self._board = board
        self._desk = desk

    async def fan(self, creator: CreatorId, fan: FanId) -> None:
        """Every card of this fan that is still open, and the header of their post."""
        try:
            await self._draw(await self._cards.open_parcels(creator, fan))
            await self._desk.refresh(creator, fan)
        except Exception as error:  # noqa: BLE001 - see above
            log.warning("change_not_shown", error=where(error))

    async def parcels(self, parcels: Sequence[int]) -> None:
        """These messages."""
        try:
            await self._draw(parcels)
        except Exception as error:  # noqa: BLE001 - see above
            log.warning("change_not_shown", error=where(error))

    async def answered(
        self, grant: Grant, fan: FanId, delivery: int | None, card: NewCard | None, at: datetime
    ) -> None:
        """Note who answered, and show it: on the pressed card, its event's others, and what else was unanswered."""
        try:
            await self._draw(await self._cards.parcels_of(await self._noted(grant, fan, delivery, card, at)))
            await self._desk.refresh(grant.creator, fan)
        except Exception as error:  # noqa: BLE001 - the author must not take a sent reply for a failed one
            log.warning("answer_not_shown", error=where(error))

    async def _noted(
        self, grant: Grant, fan: FanId, delivery: int | None, card: NewCard | None, at: datetime
    ) -> list[CardRow]:
        actor, touched = grant.actor, []
        if card is not None:
            await self._cards.answer(card, actor.user, actor.name, at)
        if delivery is not None:
            touched = await self._cards.siblings(delivery)
            for sibling in touched:
                await self._cards.mark_answered(sibling.delivery, actor.user, actor.name, at)
        return touched + await self._cards.answer_all(grant.creator, fan, actor.user, actor.name, at)

    async def _draw(self, parcels: Sequence[int]) -> None:
        for number, parcel in enumerate(parcels, start=1):
            if not await self._board.draw(parcel):
                self._board.changed(list(parcels[number:]))
                return
