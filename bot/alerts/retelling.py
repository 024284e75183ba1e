"""What a later report of a happening adds to the card of the first: its amount, or that it is a subscription."""

from dataclasses import replace
from typing import NamedTuple

import structlog

from bot.alerts.sealing import open_event, sealed_anew
from bot.domain.events import PERIODS, Event
from bot.domain.faults import where
from bot.fanvue.errors import UnexpectedAnswerError
from bot.storage.events import EventStore, StoredEvent
from bot.vault.keyring import Keyring, SealError

log = structlog.get_logger(__name__)


class More(NamedTuple):
    """What became of a report that adds to another event."""

    report: StoredEvent
    is_card: bool = False
    """Whether its cards take the place of the other's."""
    changed: int | None = None
    """The event whose cards are to be drawn again."""


class Retelling:
    """Invariant: what is added is written down before the report counts as routed; added twice it is added once."""

    def __init__(self, events: EventStore, keyring: Keyring) -> None:
        self._events = events
        self._keyring = keyring

    async def of(self, report: StoredEvent) -> More:
        """Add it to the first report, or have it take that one's place: a subscription is more than a purchase."""
        first = await self._events.any_by_id(report.adds_to or 0)
        if first is None or await self._events.by_id(report.id) is None:
            return More(report)
        is_card = report.kind in PERIODS and first.kind not in PERIODS
        try:
            if is_card:
                return More(await self._amended(report, first), is_card=True, changed=report.id)
            await self._amended(first, report)
        except (SealError, UnexpectedAnswerError) as error:
            log.error("event_unreadable", stored=report.id, error=where(error))
        return More(report, is_card, first.id)

    async def _amended(self, stored: StoredEvent, other: StoredEvent) -> StoredEvent:
        """With what only the other tells; one without a body tells nothing and is left alone."""
        if not stored.sealed_body or not other.sealed_body:
            return stored
        event = open_event(self._keyring, stored)
        whole: Event = event.with_more(open_event(self._keyring, other))
        if whole == event:
            return stored
        sealed = sealed_anew(self._keyring, stored, whole)
        await self._events.amend(stored, sealed)
        return replace(stored, sealed_body=sealed)
