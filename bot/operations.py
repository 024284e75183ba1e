"""What the command line can do with a running or resting installation."""

import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import structlog

from bot.app import Role, cogs_alone, open_app
from bot.discordkit.client import DiscordClient
from bot.discordkit.client.doctor import bot_state
from bot.discordkit.client.reconnect import TokenRefusedError, keep_running
from bot.doctor import examine
from bot.domain.clock import SystemClock
from bot.domain.errors import StorageBusyError
from bot.domain.faults import incident_code, where
from bot.running import BadListenerError, PortTakenError
from bot.settings import Settings
from bot.starting import EarlyGateway, StartMark
from bot.storage import Stores
from bot.storage.database import AlreadyRunningError, Database
from bot.storage.database import backups as copying
from bot.storage.database.addresses import BadAddressError, DatabaseUnreachableError
from bot.storage.database.backups import CopyRefusedError
from bot.storage.database.errors import advice
from bot.storage.database.migrate import migrate, require_current
from bot.vault.checks import verify_keys
from bot.vault.keyring import Keyring, KeyringError
from bot.vault.rotation import rotate

log = structlog.get_logger(__name__)

OK = 0
UNHEALTHY = 1
SERVICE_MISSING = 69
BROKEN = 70
BAD_CONFIGURATION = 78

RESTORED = """\
Fanvue ends connections whose refresh token was spent since the backup: those creators get one card to connect again.
What people erased and rights they took back since the backup are there again; events since then are not."""


async def run(settings: Settings, role_name: str, early: EarlyGateway | None = None) -> int:
    """Run the bot until asked to stop; ``early`` is Discord called already."""
    role = Role(role_name)
    if settings.is_sqlite and role is not Role.ALL:
        return _tell(BAD_CONFIGURATION, "With SQLite everything runs in one process: use --role all, or PostgreSQL.")

    async def gateway(client: DiscordClient, token: str) -> None:
        StartMark(settings).put()
        await (early.join() if early else keep_running(client, token))

    async def serve() -> str:
        async with open_app(settings, client=early.client if early else None) as app:
            await app.serve(role, gateway)
        return ""

    try:
        return await _guarded(serve)
    finally:
        if early is not None:
            await early.end()


async def migrate_database(settings: Settings) -> int:
    """Bring the database up to date."""

    async def work() -> str:
        await migrate(settings.database_url)
        return "The database is up to date.\n"

    return await _guarded(work)


async def rotate_keys(settings: Settings) -> int:
    """Seal everything with the first key, beside a running bot."""

    async def work() -> str:
        keyring = Keyring(settings.keys)
        if settings.database_file and not settings.database_file.exists():
            raise DatabaseUnreachableError(f"DATABASE_URL: there is no database at {settings.database_file}.")
        database = Database.open(settings.database_url)
        try:
            stores = Stores(database)
            await require_current(database)
            await verify_keys(keyring, stores.key_checks)
            done = await rotate(keyring, stores.sealed, stores.key_checks)
        finally:
            await database.close()
        said = f"{done.resealed} sealed values now use key {keyring.sealing_key_id}. Other keys can be dropped.\n"
        if done.unreadable:
            said += f"{done.unreadable} values open with none of the keys given; they are left as they are.\n"
        return said

    return await _guarded(work)


async def doctor(settings: Settings) -> int:
    """One line a check: fine, or what to do; 1 when something has to be mended."""
    findings = await examine(settings, partial(bot_state, cogs=cogs_alone()))
    for finding in findings:
        print(finding)
    return OK if all(finding.is_fine for finding in findings) else UNHEALTHY


async def back_up(settings: Settings, target: Path) -> int:
    """A copy of the SQLite database as a new file, beside a running bot."""

    async def work() -> str:
        await copying.back_up(settings.database_url, target)
        return f"Backed up to {target}. It is of use only with TOKEN_KEYS: keep those elsewhere.\n"

    return await _guarded(work)


async def restore(settings: Settings, source: Path) -> int:
    """A backup in the SQLite database's place; the former one stays beside it."""

    async def verify(database: Database) -> None:
        await verify_keys(Keyring(settings.keys), Stores(database).key_checks)

    async def work() -> str:
        kept = await copying.restore(settings.database_url, source, verify, SystemClock().now())
        former = f" The former database is kept as {kept}." if kept else ""
        return f"Restored from {source}.{former}\n{RESTORED}\n"

    return await _guarded(work)


async def _guarded(work: Callable[[], Awaitable[str]]) -> int:
    """The work's exit code, and what it has to say; each foreseeable mistake is one sentence."""
    status, said = OK, ""
    try:
        said = await work()
    except* (KeyringError, TokenRefusedError, BadAddressError, BadListenerError) as group:
        message = next(str(error) for error in _leaves(group))
        status = _tell(BAD_CONFIGURATION, message or "Discord refuses DISCORD_TOKEN: copy it anew from the Bot page.")
    except* (AlreadyRunningError, DatabaseUnreachableError, PortTakenError) as group:
        status = _tell(SERVICE_MISSING, next(str(error) for error in _leaves(group)))
    except* CopyRefusedError as group:
        status = _tell(UNHEALTHY, next(str(error) for error in _leaves(group)))
    except* StorageBusyError as group:
        why = next(
            advice(error.reason, "try again in a moment")
            for error in _leaves(group)
            if isinstance(error, StorageBusyError)
        )
        status = _tell(SERVICE_MISSING, f"The database does not do it now: {why}.")
    except* OSError as group:
        error = next(error for error in _leaves(group) if isinstance(error, OSError))
        what = f"{error.filename}: " if error.filename else ""
        reason = error.strerror or "a network or file error"
        status = _tell(SERVICE_MISSING, f"Something this needs is not there: {what}{reason}.")
    except* Exception as group:  # noqa: BLE001 - the last exit: a code and a place, no words of the error
        code = incident_code()
        log.error("part_failed", code=code, error=", ".join(where(error) for error in _leaves(group)))
        status = _tell(BROKEN, f"Something broke on our side. Code {code} is in the log. Starting again may help.")
    print(said, end="")
    return status


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for error in group.exceptions:
        found.extend(_leaves(error) if isinstance(error, BaseExceptionGroup) else [error])
    return found


def _tell(status: int, sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return status
