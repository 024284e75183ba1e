"""What became of a card is noted once its lease is on the disk, and what storage refuses stops nothing behind it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from alert_desk import NOW, Desk
from structlog.testing import capture_logs

from bot.alerts.settling import Settler
from bot.domain.errors import StorageBusyError
from bot.storage.deliveries.outbox import Outbox
from bot.storage.deliveries.settling import Outcome

BACK = "UPDATE deliveries SET status = 'due', lease_holder = NULL, leased_until = NULL"


class BusyOnce(Outbox):
    """Storage that refuses the first outcomes."""

    has_refused = False

    async def settle(self, outcomes: Sequence[Outcome], holder: str, now: datetime) -> list[int]:
        await asyncio.sleep(0)
        if not self.has_refused:
            self.has_refused = True
            raise StorageBusyError
        return await super().settle(outcomes, holder, now)


async def test_what_came_while_storage_was_busy_is_noted_and_the_rest_stays_leased(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.route(desk.dm())
    await desk.happen("Anna")
    parcels = await desk.stores.outbox.lease("holder", NOW, 60, 2)
    first, second = (due.delivery.id for parcel in parcels for due in parcel.contents)
    settler = Settler(BusyOnce(desk.stores.events._database), "holder", desk.clock, desk.due, desk.board.changed)
    with capture_logs() as logs:
        settler.note([Outcome(first, reason="first")])
        await asyncio.sleep(0)
        settler.note([Outcome(second, reason="second")])
        await settler.finish()
    assert [(one["event"], one["count"]) for one in logs] == [("worker_cannot_store", 1)]
    assert dict(await desk.ledger()) == {first: "leased", second: "dead"}


async def test_a_card_nobody_wants_is_settled_once_its_lease_is_written_and_not_before(desk: Desk) -> None:
    await desk.route(desk.place(), set_by=desk.discord.add_user("stranger"))
    await desk.happen("Anna")
    worker, written = desk.worker(), asyncio.Event()
    parcels = await desk.stores.outbox.lease(worker._holder, NOW, 60, 1)
    await desk.stores.events._database.execute_alone(BACK, ())
    tasks = worker.start(parcels, written)
    await asyncio.wait(tasks, timeout=0.03)
    await worker._settler.finish()
    await desk.stores.outbox.lease(worker._holder, NOW, 60, 1)
    written.set()
    await asyncio.gather(*tasks)
    await worker._settler.finish()
    assert dict(await desk.ledger()) == {1: "dead"}
