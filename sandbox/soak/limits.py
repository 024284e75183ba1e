"""The limits of Fanvue, under as many callers as one likes: nobody is refused, and no person waits for a machine."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from bot.domain.clock import SystemClock
from bot.fanvue import chats, insights
from bot.fanvue.client import FanvueClient
from bot.fanvue.errors import AnswerLostError, RateLimitedError, UnreachableError
from bot.fanvue.limits import Priority
from bot.fanvue.wire import OWN, ActingAs, Call
from sandbox.fanvue import SandboxFanvue
from sandbox.soak.promises import Outcome, Size

AGENCY = "northstar_agency"
BACKGROUND_CALLERS = 3
PERSON_SECONDS = 1.5
"""A busy person: 40 calls a minute, within the quarter of each window that background work leaves."""
PATIENCE_SECONDS = 1
RETRY_SECONDS = 0.1
SLOW_SECONDS = 1.0
"""What 99 in a hundred calls of a person may not exceed, with everybody else at full speed on the same machine."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One creator's bucket and who calls on it."""

    name: str
    token: str = field(repr=False)
    acting_as: ActingAs
    has_rush: bool
    """Whether people hammer it too, or one person asks at a person's pace."""


@dataclass
class Tally:
    """What became of the calls."""

    answered: Counter[tuple[str, Priority]] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    """Seconds each call of a person at a person's pace took."""
    unanswered: int = 0
    """Calls of such a person that ended in an error."""


async def no_call_is_refused(size: Size) -> Outcome:
    """People and background work at full speed on every creator's bucket: the server never has to say 429."""
    async with SandboxFanvue() as fanvue, FanvueClient(fanvue.api_url, clock=SystemClock()) as client:
        desks, tally = _desks(fanvue, size.limited_creators), Tally()
        ends_at = asyncio.get_running_loop().time() + size.limited_seconds
        async with asyncio.TaskGroup() as group:
            for desk in desks:
                callers = [Priority.BACKGROUND] * BACKGROUND_CALLERS + [Priority.INTERACTIVE] * desk.has_rush
                for priority in callers:
                    group.create_task(_hammer(client, desk, priority, ends_at, tally))
                if not desk.has_rush:
                    group.create_task(_person(client, desk, ends_at, tally))
        refused = sum(row.status == 429 for row in fanvue.ledger)
    return _outcome(desks, tally, refused, sum(tally.answered.values()))


def _outcome(desks: list[Desk], tally: Tally, refused: int, calls: int) -> Outcome:
    starved = [desk.name for desk in desks for priority in Priority if not tally.answered[desk.name, priority]]
    waits = sorted(tally.waits)
    typical, slow = waits[len(waits) // 2], waits[len(waits) * 99 // 100]
    detail = (
        f"{len(desks)} creators, {calls} calls, {refused} refused; people at their pace: {len(waits)} calls, "
        f"{tally.unanswered} unanswered, p50 {typical * 1000:.0f} ms, p99 {slow * 1000:.0f} ms"
        + (f"; starved {starved}" if starved else "")
    )
    return Outcome(not (refused or starved or tally.unanswered) and slow <= SLOW_SECONDS, detail)


def _desks(fanvue: SandboxFanvue, count: int) -> list[Desk]:
    """Half of them with an account of their own, half looked after by the agency; in each half some with a rush."""
    agency = fanvue.oauth.grant(AGENCY).access_token
    found = []
    for number in range(count):
        is_managed, has_rush = number % 2 == 1, number % 4 in {0, 1}
        creator = fanvue.world.add_creator(f"creator_{number}", is_managed=is_managed)
        token = agency if is_managed else fanvue.oauth.grant(creator.handle).access_token
        found.append(Desk(creator.handle, token, ActingAs(creator.uuid) if is_managed else OWN, has_rush))
    return found


def _calls(desk: Desk) -> list[Call]:
    return [chats.list_chats(desk.acting_as), insights.top_spenders(acting_as=desk.acting_as)]


async def _hammer(client: FanvueClient, desk: Desk, priority: Priority, ends_at: float, tally: Tally) -> None:
    """Call and call, until the time is over."""
    loop = asyncio.get_running_loop()
    calls = _calls(desk)
    while (left := ends_at - loop.time()) > 0:
        for call in calls:
            try:
                patience = min(left, PATIENCE_SECONDS)
                await client.send(call, desk.token, bucket=desk.name, priority=priority, deadline_seconds=patience)
            except (RateLimitedError, UnreachableError, AnswerLostError):
                await asyncio.sleep(RETRY_SECONDS)
            else:
                tally.answered[desk.name, priority] += 1


async def _person(client: FanvueClient, desk: Desk, ends_at: float, tally: Tally) -> None:
    """Ask now and then; each answer is timed."""
    loop = asyncio.get_running_loop()
    calls = _calls(desk)
    while ends_at - loop.time() > 0:
        began = loop.time()
        try:
            await client.send(calls[0], desk.token, bucket=desk.name)
        except (RateLimitedError, UnreachableError, AnswerLostError):
            tally.unanswered += 1
        else:
            tally.waits.append(loop.time() - began)
            tally.answered[desk.name, Priority.INTERACTIVE] += 1
        await asyncio.sleep(PERSON_SECONDS)
