"""Messages to many: whom they can go to, what became of them, and taking them back."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.access import Capability, Grant
from bot.domain.clock import Clock
from bot.domain.errors import BadInputError, DomainError
from bot.domain.posting import Content
from bot.fanvue import lists, mass_messages
from bot.fanvue.mass_messages import MassMessage
from bot.fanvue.wire import ActingAs
from bot.services.access import require
from bot.services.bounds import listed
from bot.services.posts.publishing import CUSTOM, SMART
from bot.storage.audit import AuditLog
from bot.vault.gate import Gate

ROWS = 20
COUNTED = 500
"""How many members are read for an estimate: ten calls."""
MOST_LISTS = 100
RECALLABLE = frozenset({"SENT", "SENDING", "SCHEDULED"})


@dataclass(frozen=True, slots=True, repr=False)
class PeopleList:
    """A list of people, and how many are on it."""

    key: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Reach:
    """How many people a message goes to: exactly, when both are the same; else somewhere between."""

    least: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MassResult:
    """What became of a message to many; money in cents."""

    uuid: str
    text: str
    status: str
    at: datetime | None
    scheduled_at: datetime | None
    recipients: int
    seen: int
    bought: int
    income: int
    price: int | None

    @property
    def can_be_recalled(self) -> bool:
        """Whether Fanvue may still take it back."""
        return self.status in RECALLABLE and not self.bought


class MassService:
    """Reading takes a grant for posting; recalling is written down."""

    def __init__(self, gate: Gate, audit: AuditLog, clock: Clock) -> None:
        self._gate = gate
        self._audit = audit
        self._clock = clock

    async def lists(self, grant: Grant) -> list[PeopleList]:
        """Fanvue's own lists, then the creator's; as far as they can be had."""
        acting_as = ActingAs(grant.managed)
        try:
            smart = await self._gate.call(grant, lists.smart_lists(acting_as))
        except DomainError:
            return []
        found = [PeopleList(SMART + one.uuid, one.name or one.uuid, one.count) for one in smart]
        try:
            rows = self._gate.rows(grant, lists.custom_lists(acting_as), MOST_LISTS)
            custom = await listed(rows, MOST_LISTS, "lists")
        except DomainError:
            return found
        return found + [PeopleList(CUSTOM + one.uuid, one.name or "A list", one.members_count) for one in custom]

    async def reach(self, grant: Grant, content: Content, people: Sequence[PeopleList]) -> Reach:
        """Who is on the lists and on none of the excluded ones, each once: counted by people where lists are short."""
        counts = {one.key: one.count for one in people}
        to, but_not = set(content.to), set(content.but_not)
        sizes = [counts.get(key, 0) for key in to - but_not]
        left_out = sum(counts.get(key, 0) for key in but_not)
        bounds = Reach(max(0, max(sizes, default=0) - left_out), sum(sizes))
        if len(to) == 1 and not but_not:
            return bounds
        if not to - but_not or not to | but_not <= counts.keys() or sum(sizes) + left_out > COUNTED:
            return bounds
        try:
            got, out = await asyncio.gather(self._on(grant, to - but_not), self._on(grant, but_not))
        except DomainError:
            return bounds
        return Reach(len(got - out), len(got - out))

    async def _on(self, grant: Grant, keys: Collection[str]) -> set[str]:
        found: set[str] = set()
        for key in keys:
            is_smart, uuid = key.startswith(SMART), key.partition(":")[2]
            call = (lists.smart_members if is_smart else lists.custom_members)(uuid, ActingAs(grant.managed))
            found |= {one.uuid async for one in self._gate.rows(grant, call, COUNTED)}
        return found

    async def sent(self, grant: Grant) -> list[MassResult]:
        """The newest, with what they brought."""
        require(grant, Capability.POST)
        call = mass_messages.list_mass_messages(ActingAs(grant.managed), size=ROWS)
        return [_result(row) for row in (await self._gate.call(grant, call)).data]

    async def recall(self, grant: Grant, uuid: str) -> None:
        """Take it back. BadInputError when somebody bought it, GoneError, and what the gate raises."""
        require(grant, Capability.POST)
        row = next((one for one in await self.sent(grant) if one.uuid == uuid), None)
        if row is not None and not row.can_be_recalled:
            raise BadInputError("Fanvue does not take this one back any more: it was bought, or did not go out.")
        await self._gate.call(grant, mass_messages.delete_mass_message(uuid, ActingAs(grant.managed)))
        await self._audit.write(grant.actor, grant.creator, "recall mass message", "done", self._clock.now())


def _result(row: MassMessage) -> MassResult:
    return MassResult(
        uuid=row.uuid,
        text=row.text or "",
        status=row.status,
        at=row.published_at or row.created_at,
        scheduled_at=row.scheduled_at,
        recipients=row.recipient_count,
        seen=row.view_count,
        bought=row.purchase_count,
        income=row.total_revenue,
        price=row.price,
    )
