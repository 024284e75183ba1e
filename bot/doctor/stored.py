"""What is stored: the database, the keys that open it, and a token that tells which version Fanvue speaks."""

from collections.abc import AsyncIterator

from bot.domain.clock import SystemClock
from bot.domain.errors import StorageBusyError
from bot.domain.health import Finding
from bot.domain.uses import Use, UseOutcome
from bot.fanvue import users
from bot.fanvue.client import FanvueClient
from bot.fanvue.errors import FanvueError, VersionRetiredError
from bot.settings import Settings
from bot.storage import Stores
from bot.storage.database import Database
from bot.storage.database.addresses import DatabaseUnreachableError
from bot.storage.database.errors import advice
from bot.storage.database.migrate import require_current
from bot.vault.checks import verify_keys
from bot.vault.keyring import Keyring, KeyringError
from bot.vault.ledger import Ledger
from bot.vault.pairs import open_pair

TIMEOUT_SECONDS = 5


async def findings(settings: Settings) -> AsyncIterator[Finding]:
    """The database and what it holds; nothing is created, and nothing changed but a use of a token noted."""
    try:
        if settings.database_file and not settings.database_file.exists():
            words = f"there is none yet at {settings.database_file}: python -m bot migrate (a start does it too)"
            yield Finding.bad("database", words)
            return
        database = Database.open(settings.database_url)
    except DatabaseUnreachableError as error:
        yield Finding.bad("database", str(error))
        return
    except OSError as error:
        yield Finding.bad("database", f"cannot be opened ({type(error).__name__}): check DATABASE_URL and its owner")
        return
    try:
        await require_current(database)
        await database.examine()
        yield Finding.fine("database", "up to date")
        await verify_keys(Keyring(settings.keys), Stores(database).key_checks)
        yield Finding.fine("keys", "open everything that is stored")
        yield await _connects(Stores(database))
        yield await _version(settings, Stores(database))
    except DatabaseUnreachableError as error:
        yield Finding.bad("database", str(error))
    except KeyringError as error:
        yield Finding.bad("keys", str(error))
    except StorageBusyError as error:
        why = advice(error.reason, "check DATABASE_URL and the server")
        yield Finding.bad("database", f"does not answer: {why}")
    finally:
        await database.close()


async def _connects(stores: Stores) -> Finding:
    """Whether somebody said yes at Fanvue while the bot stopped, and was not told yet."""
    cut_off = len(await stores.links.cut_off(SystemClock().now()))
    if not cut_off:
        return Finding.fine("connects", "none was cut off on the way back from Fanvue")
    return Finding.look("connects", f"{cut_off} cut off on the way back from Fanvue: a running bot tells their owners")


async def _version(settings: Settings, stores: Stores) -> Finding:
    """Whether Fanvue still speaks the version we ask for: told only to who calls it, so one stored token does."""
    subject, clock = "fanvue version", SystemClock()
    usable = [one for one in await stores.connections.all_active() if one.access_expires_at > clock.now()]
    sealed = await stores.connections.sealed_tokens(usable[0].id) if usable else None
    if sealed is None:
        return Finding.fine(subject, "cannot be asked before somebody is connected")
    token, asked = open_pair(Keyring(settings.keys), usable[0].account.id, sealed).access, users.current_user()
    ledger = Ledger(stores.uses, stores.audit, clock)
    ledger.note(Use(usable[0].account.id, asked.operation_id, asked.scopes, UseOutcome.DONE))
    await ledger.flush()
    async with FanvueClient(settings.fanvue_api_url, clock=clock) as client:
        try:
            await client.send(asked, token, bucket="doctor", deadline_seconds=TIMEOUT_SECONDS)
        except VersionRetiredError as error:
            return Finding.bad(
                subject, f"retired: update the bot (Fanvue names {error.next_version or 'no other version'})"
            )
        except FanvueError as error:
            return Finding.fine(subject, f"was not told ({type(error).__name__})")
        for notice in client.deprecations.values():
            day, version = notice.sunset or "an unnamed day", notice.next_version or "a newer version"
            return Finding.bad(subject, f"retired on {day}: update the bot, which should speak {version} by then")
    return Finding.fine(subject, "current")
