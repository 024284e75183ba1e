"""Our catch-up on a database of idle creators.

``python -m benchmarks.our_polling PORT DATABASE KEY SECONDS [LIMIT_OF_CREATORS]``
"""

import asyncio
import gc
import json
import sys
import time
from contextlib import AsyncExitStack, suppress

from benchmarks.figures import percentile
from benchmarks.processes import own_resident_mib
from bot.__main__ import SHORT_TURN_SECONDS, YOUNG_OBJECTS
from bot.alerts.catchup import CatchUp
from bot.alerts.handover import Handover
from bot.alerts.intake import Intake
from bot.domain.clock import SystemClock
from bot.fanvue.client import FanvueClient
from bot.fanvue.oauth import FanvueOAuth
from bot.storage import Stores
from bot.storage.database import Database
from bot.vault.gate import Gate
from bot.vault.keyring import Keyring
from bot.vault.revoking import Revoker
from bot.vault.tokens import TokenKeeper

SAMPLE_SECONDS = 0.02
SETTLE_SECONDS = 2


async def main(port: int, path: str, key: str, seconds: float) -> None:
    """Look for so long, then say what it cost; garbage and threads treated as ``python -m bot run`` does."""
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)
    sys.setswitchinterval(SHORT_TURN_SECONDS)
    address, clock = f"http://127.0.0.1:{port}", SystemClock()
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database.open(f"sqlite+aiosqlite:///{path}"))
        client = await stack.enter_async_context(FanvueClient(address, clock=clock))
        stores, keyring = Stores(database), Keyring([key])
        oauth = FanvueOAuth(
            address,
            client_id="id",
            client_secret="none",
            redirect_uri="http://127.0.0.1:9/",
            clock=clock,
            connections=client.connections,
        )
        revoker = Revoker(keyring, oauth, stores.revocations, clock)
        tokens = TokenKeeper(keyring, oauth, stores.connections, stores.leases, clock, revoker)
        catch_up = CatchUp(
            cursors=stores.cursors,
            leases=stores.leases,
            tokens=tokens,
            gate=Gate(client, tokens, clock),
            intake=Intake(stores.arrivals, keyring, Handover()),
            clock=clock,
        )
        await stores.is_reachable()
        gc.collect()
        before = own_resident_mib()
        await catch_up.keep()
        gc.collect()
        held = own_resident_mib() - before
        told = await _measured(catch_up, seconds)
        sys.stdout.write(json.dumps({"creators": catch_up.count, "held_mib": held, **told}) + "\n")


async def _measured(catch_up: CatchUp, seconds: float) -> dict[str, float]:
    running = asyncio.create_task(catch_up.run())
    await asyncio.sleep(SETTLE_SECONDS)
    polls, spent, ends_at = sum(catch_up.tallies.values()), time.process_time(), time.monotonic() + seconds
    catch_up.lateness_seconds()
    late = []
    while time.monotonic() < ends_at:
        await asyncio.sleep(SAMPLE_SECONDS)
        late.append(catch_up.lateness_seconds() * 1000)
    polls, spent = sum(catch_up.tallies.values()) - polls, time.process_time() - spent
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    failed = sum(count for (_, outcome), count in catch_up.tallies.items() if outcome.is_trouble)
    return {
        "polls": polls,
        "failed": failed,
        "cpu_ms": spent * 1000 / max(polls, 1),
        "late_p50_ms": percentile(late, 0.5),
        "late_p99_ms": percentile(late, 0.99),
        "after_mib": own_resident_mib(),
    }


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3], float(sys.argv[4])))
