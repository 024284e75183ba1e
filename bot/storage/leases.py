"""Named leases: one holder at a time across tasks and processes, until a time."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, or_, select, update

from bot.storage.database import Database
from bot.storage.schema import leases

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class LeaseStore:
    """A lease that ran out belongs to whoever takes it next."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def acquire(self, name: str, holder: str, now: datetime, seconds: float) -> bool:
        """Hold the lease for so many seconds; false while somebody else does."""
        return bool(await self.hold_many([name], holder, now, seconds))

    async def hold_many(self, names: Sequence[str], holder: str, now: datetime, seconds: float) -> set[str]:
        """Hold each, in one commit; the names of those that are this holder's now.

        A lease that would last more than twice as long from now was written under a wrong clock, and is free.
        """
        if not names:
            return set()
        until = now + timedelta(seconds=seconds)
        fresh = self._database.insert(leases)
        take = fresh.on_conflict_do_update(
            index_elements=["name"],
            set_={"holder": fresh.excluded.holder, "expires_at": fresh.excluded.expires_at},
            where=or_(
                leases.c.expires_at <= now,
                leases.c.holder == holder,
                leases.c.expires_at > now + timedelta(seconds=2 * seconds),
            ),
        ).returning(leases.c.name)
        async with self._database.write() as connection:
            rows = [{"name": name, "holder": holder, "expires_at": until} for name in sorted(names)]
            return set((await connection.execute(take, rows)).scalars())

    async def live(self, prefix: str, now: datetime, seconds: float) -> dict[str, str]:
        """The holder of each lease of those names that is held now; one under a wrong clock is not."""
        query = select(leases.c.name, leases.c.holder).where(
            leases.c.name.startswith(prefix, autoescape=True),
            leases.c.expires_at > now,
            leases.c.expires_at <= now + timedelta(seconds=2 * seconds),
        )
        async with self._database.read() as connection:
            return {row.name: row.holder for row in await connection.execute(query)}

    async def renew(self, name: str, holder: str, now: datetime, seconds: float) -> bool:
        """Hold it for so many seconds from now; false when it is no longer this holder's."""
        change = (
            update(leases)
            .where(leases.c.name == name, leases.c.holder == holder, leases.c.expires_at > now)
            .values(expires_at=now + timedelta(seconds=seconds))
        )
        async with self._database.write() as connection:
            return (await connection.execute(change)).rowcount == 1

    async def release(self, name: str, holder: str) -> None:
        """Let go of it, if it is still this holder's."""
        await self.release_many([name], holder)

    async def release_many(self, names: Sequence[str], holder: str) -> None:
        """As ``release`` for each, in one commit."""
        if not names:
            return
        async with self._database.write() as connection:
            await connection.execute(delete(leases).where(leases.c.name.in_(names), leases.c.holder == holder))

    async def release_all(self) -> None:
        """End every lease: right only where no other process can hold one. They are found by ``run_out``."""
        async with self._database.write() as connection:
            await connection.execute(update(leases).values(expires_at=LONG_AGO))

    async def run_out(self, prefix: str, now: datetime) -> list[str]:
        """The names of leases that ended without their holder letting go: what it did may be half done."""
        query = select(leases.c.name).where(
            leases.c.name.startswith(prefix, autoescape=True), leases.c.expires_at <= now
        )
        async with self._database.read() as connection:
            return list((await connection.execute(query)).scalars())

    async def forget(self, name: str, now: datetime) -> None:
        """Leave no trace of a lease that ran out."""
        async with self._database.write() as connection:
            await connection.execute(delete(leases).where(leases.c.name == name, leases.c.expires_at <= now))
