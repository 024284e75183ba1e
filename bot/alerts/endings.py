"""Subscriptions that end, found by comparing who is subscribed with who was: no list of Fanvue's tells it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
import structlog

from bot.alerts.findings import fan_of
from bot.alerts.intake import Intake
from bot.alerts.rounds import Rounds
from bot.domain import identity
from bot.domain.accounts import Creator, CreatorId, FanId
from bot.domain.catching_up import POLLED
from bot.domain.clock import Clock
from bot.domain.events import Event, EventKind
from bot.domain.subscribers import Subscriber, can_be_looked_for
from bot.fanvue.fans import list_subscribers
from bot.fanvue.insights import FanInsights, batch_fans
from bot.fanvue.paging import pages
from bot.storage.creators import CreatorStore
from bot.storage.subscribers import SubscriberLists
from bot.vault.gate import Gate
from bot.vault.keyring import Keyring, SealError

log = structlog.get_logger(__name__)

KEPT = timedelta(days=7)
MOST = 2500
"""Of more subscribers the list would not be whole, and who is missing from it says nothing."""
AT_ONCE = 100
SUBSCRIBED = "subscriber"
OVER = frozenset({"expired", "follower"})

Subscribers = dict[FanId, Subscriber]


class Endings:
    """Reads who is subscribed for those creators alone somebody has such a rule for.

    Invariant: a list takes the place of the one before only after all it tells was committed by the intake.
    """

    def __init__(
        self,
        *,
        creators: CreatorStore,
        lists: SubscriberLists,
        gate: Gate,
        intake: Intake,
        keyring: Keyring,
        clock: Clock,
    ) -> None:
        self._lists = lists
        self._gate = gate
        self._intake = intake
        self._keyring = keyring
        self._clock = clock
        self._rounds = Rounds(creators, clock, read_at=lists.read_at, read=self._read)

    async def sweep(self) -> int:
        """Read the lists that are missing or hours old; how many were read. What cannot be read is tried later."""
        await self._lists.drop_unwanted(self._clock.now() - KEPT)
        return await self._rounds.go(await self._lists.wanted())

    async def _read(self, creator: Creator, now: datetime) -> bool:
        if not can_be_looked_for(creator):
            return False
        before, read_at = await self._before(creator.id), await self._lists.read_at(creator.id)
        listed = await self._listed(creator)
        if len(listed) >= MOST:
            log.info("subscribers_too_many")
            return False
        missing = [fan for fan in before or {} if fan not in listed]
        known = await self._insights(creator, [*listed, *missing])
        came = {} if before is None else {fan: replace(one, is_ending=False) for fan, one in listed.items()}
        earlier = came | (before or {})
        after = {fan: _described(one, known.get(fan), earlier.get(fan)) for fan, one in listed.items()}
        if before is not None and read_at is not None:
            for kind, one in _told(before, after, known):
                await self._intake.take(event_of(kind, creator.id, one, read_at, now), now)
            after |= {fan: before[fan] for fan in missing if _is_unsure(known.get(fan))}
        sealed = self._keyring.seal_quickly(msgspec.json.encode(list(after.values())), identity=_owner(creator.id))
        return await self._lists.save(creator.id, sealed, now)

    async def _before(self, creator: CreatorId) -> Subscribers | None:
        """Who was subscribed; ``None`` when that is not known, and nothing is news yet."""
        sealed = await self._lists.sealed(creator)
        if sealed is None:
            return None
        try:
            rows = msgspec.json.decode(self._keyring.open(sealed, identity=_owner(creator)), type=list[Subscriber])
        except (SealError, msgspec.DecodeError):
            return None
        return {one.fan.id: one for one in rows}

    async def _listed(self, creator: Creator) -> Subscribers:
        rows = pages(lambda call: self._gate.work(creator, call), list_subscribers(), MOST)
        people = [fan_of(row) async for row in rows]
        return {fan.id: Subscriber(fan) for fan in people if fan is not None}

    async def _insights(self, creator: Creator, fans: Sequence[FanId]) -> Mapping[FanId, FanInsights]:
        found: dict[FanId, FanInsights] = {}
        for first in range(0, len(fans), AT_ONCE):
            answer = await self._gate.work(creator, batch_fans(fans[first : first + AT_ONCE]))
            found |= {FanId(fan): one for fan, one in answer.items() if one.error is None}
        return found


def _described(listed: Subscriber, known: FanInsights | None, before: Subscriber | None) -> Subscriber:
    """The person as listed; what Fanvue does not say now is as it was, and whoever just came was not leaving."""
    if known is None or known.status != SUBSCRIBED:
        return replace(before, fan=listed.fan) if before else listed
    ends_at = known.subscription.renews_at or (before.ends_at if before else None)
    renews, was_ending = known.subscription.auto_renewal_enabled, before.is_ending if before else None
    is_ending = was_ending if renews is None else not renews
    return replace(listed, ends_at=ends_at, is_ending=is_ending)


def _told(
    before: Subscribers, after: Subscribers, known: Mapping[FanId, FanInsights]
) -> Iterator[tuple[EventKind, Subscriber]]:
    for fan, one in after.items():
        if one.is_ending and _is_news(before.get(fan), one):
            yield EventKind.CANCELLATION, one
    for fan, one in before.items():
        if fan not in after and fan in known and known[fan].status in OVER:
            yield EventKind.ENDED, one


def _is_news(before: Subscriber | None, one: Subscriber) -> bool:
    """Whether it did not end when last asked, or that was the period before."""
    if before is None or before.is_ending is False:
        return True
    return bool(before.is_ending and before.ends_at and one.ends_at and before.ends_at < one.ends_at)


def event_of(kind: EventKind, creator: CreatorId, one: Subscriber, read_at: datetime, now: datetime) -> Event:
    """The event a webhook would have told; the same again while it is compared with the list of ``read_at``."""
    key, *aliases = identity.of_ending(kind, creator, "list", one.fan.id, ends_at=one.ends_at, since=read_at)
    return Event(
        key=key,
        aliases=tuple(aliases),
        kind=kind,
        creator=creator,
        happened_at=now,
        fan=one.fan,
        reported_as=POLLED,
    )


def _is_unsure(known: FanInsights | None) -> bool:
    """Whether somebody who is on the list no more may be subscribed all the same: then they are asked for again."""
    return known is None or known.status == SUBSCRIBED


def _owner(creator: CreatorId) -> str:
    return f"subscribers:{creator}"
