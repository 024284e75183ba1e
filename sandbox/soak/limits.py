"""The limits of Fanvue, under as many callers as one likes."""

import asyncio
from collections import Counter

from bot.domain.clock import SystemClock
from bot.fanvue import chats, insights, users
from bot.fanvue.client import FanvueClient
from bot.fanvue.errors import AnswerLostError, RateLimitedError, UnreachableError
from bot.fanvue.limits import Priority
from bot.fanvue.wire import OWN, ActingAs, Call
from sandbox.fanvue import SandboxFanvue
from sandbox.soak.promises import Outcome, Size

CALLERS = 8
AGENCY = "northstar_agency"


async def no_call_is_refused(size: Size) -> Outcome:
    """People and background work at full speed, for every bucket there is: the server never has to say 429."""
    async with SandboxFanvue() as fanvue, FanvueClient(fanvue.api_url, clock=SystemClock()) as client:
        answered: Counter[str] = Counter()
        buckets = _buckets(fanvue)
        await asyncio.gather(
            *(
                _call_on(client, token, acting_as, name, priority, size.refresh_seconds, answered)
                for name, (token, acting_as) in buckets.items()
                for priority in Priority
                for _ in range(CALLERS)
            )
        )
        refused = sum(row.status == 429 for row in fanvue.ledger)
        starved = [name for name in buckets for priority in Priority if not answered[f"{name} {priority.name}"]]
        detail = f"{len(fanvue.ledger)} calls of {2 * CALLERS * len(buckets)} callers, {refused} refused"
        return Outcome(
            is_kept=refused == 0 and not starved, detail=detail + (f", starved {starved}" if starved else "")
        )


def _buckets(fanvue: SandboxFanvue) -> dict[str, tuple[str, ActingAs]]:
    """A token and whom it acts for, by the name of the bucket it counts in."""
    found = {who.handle: (fanvue.oauth.grant(who.handle).access_token, OWN) for who in fanvue.world.creators}
    agency = fanvue.oauth.grant(AGENCY).access_token
    for creator in fanvue.world.managed_creators(fanvue.world.account(AGENCY)):
        found[f"{AGENCY}:{creator.handle}"] = (agency, ActingAs(creator.uuid))
    return found


async def _call_on(
    client: FanvueClient,
    token: str,
    acting_as: ActingAs,
    bucket: str,
    priority: Priority,
    seconds: float,
    answered: Counter[str],
) -> None:
    ends_at = asyncio.get_running_loop().time() + seconds
    calls: list[Call] = [chats.list_chats(acting_as=acting_as), insights.top_spenders(acting_as=acting_as)]
    if acting_as is OWN:
        calls.append(users.current_user())
    while (left := ends_at - asyncio.get_running_loop().time()) > 0:
        for call in calls:
            try:
                await client.send(call, token, bucket=bucket, priority=priority, deadline_seconds=min(left, 1))
            except (RateLimitedError, UnreachableError, AnswerLostError):
                await asyncio.sleep(0.2)
            else:
                answered[f"{bucket} {priority.name}"] += 1
