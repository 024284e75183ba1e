"""The operator's doctor: each part examined, each fault with what to do."""

import os
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from bot.discordkit.checkup import TokenState, token_state
from bot.domain.clock import SystemClock
from bot.domain.errors import StorageBusyError
from bot.fanvue import users
from bot.fanvue.client import FanvueClient
from bot.fanvue.errors import FanvueError, VersionRetiredError
from bot.fanvue.transport import Connections
from bot.settings import Settings
from bot.storage import Stores
from bot.storage.database import Database, DatabaseUnreachableError
from bot.storage.migrate import is_current
from bot.vault.checks import verify_keys
from bot.vault.keyring import Keyring, KeyringError
from bot.vault.pairs import open_pair

AskDiscord = Callable[[str], Awaitable[TokenState]]

TIMEOUT_SECONDS = 5
HTTP_OK = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor."""

    subject: str
    is_fine: bool
    advice: str


async def examine(settings: Settings, ask_discord: AskDiscord = token_state) -> list[Finding]:
    """Every check, in the order an operator would mend things."""
    findings = [Finding("settings", is_fine=True, advice="complete"), _files(settings)]
    findings += [finding async for finding in _storage(settings)]
    findings.append(_discord(await ask_discord(settings.discord_token.get_secret_value())))
    findings += [finding async for finding in _addresses(settings)]
    return findings


def _files(settings: Settings) -> Finding:
    path = Path(settings.database_url.partition(":///")[2])
    if not settings.is_sqlite or not path.exists():
        return Finding("files", is_fine=True, advice="nothing to check yet")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return Finding("files", is_fine=False, advice=f"{path} can be read by others: chmod 600 {path}")
    if not os.access(path, os.W_OK):
        return Finding("files", is_fine=False, advice=f"{path} cannot be written by this user")
    return Finding("files", is_fine=True, advice="private")


async def _storage(settings: Settings) -> AsyncIterator[Finding]:
    try:
        database = Database.open(settings.database_url)
    except (DatabaseUnreachableError, OSError) as error:
        yield Finding("database", is_fine=False, advice=f"cannot be opened: {type(error).__name__}")
        return
    try:
        if not await is_current(database):
            yield Finding("database", is_fine=False, advice="not up to date: python -m bot migrate")
            return
        yield Finding("database", is_fine=True, advice="up to date")
        await verify_keys(Keyring(settings.keys), Stores(database).key_checks)
        yield Finding("keys", is_fine=True, advice="open everything that is stored")
        yield await _version(settings, Stores(database))
    except KeyringError as error:
        yield Finding("keys", is_fine=False, advice=str(error))
    except (DatabaseUnreachableError, StorageBusyError, OSError):
        yield Finding("database", is_fine=False, advice="does not answer: check DATABASE_URL and the server")
    finally:
        await database.close()


async def _version(settings: Settings, stores: Stores) -> Finding:
    """Whether Fanvue still speaks the version we ask for: told only to who calls it, so one stored token does."""
    subject, clock = "fanvue version", SystemClock()
    usable = [one for one in await stores.connections.all_active() if one.access_expires_at > clock.now()]
    sealed = await stores.connections.sealed_tokens(usable[0].id) if usable else None
    if sealed is None:
        return Finding(subject, is_fine=True, advice="cannot be asked before somebody is connected")
    token = open_pair(Keyring(settings.keys), usable[0].account.id, sealed).access
    async with FanvueClient(settings.fanvue_api_url, clock=clock) as client:
        try:
            await client.send(users.current_user(), token, bucket="doctor", deadline_seconds=TIMEOUT_SECONDS)
        except VersionRetiredError as error:
            advice = f"retired: update the bot (Fanvue names {error.next_version or 'no other version'})"
            return Finding(subject, is_fine=False, advice=advice)
        except FanvueError as error:
            return Finding(subject, is_fine=True, advice=f"was not told ({type(error).__name__})")
        for notice in client.deprecations.values():
            day, version = notice.sunset or "an unnamed day", notice.next_version or "a newer version"
            advice = f"retired on {day}: update the bot, which should speak {version} by then"
            return Finding(subject, is_fine=False, advice=advice)
    return Finding(subject, is_fine=True, advice="current")


def _discord(state: TokenState) -> Finding:
    advice = {
        TokenState.ACCEPTED: "accepts the token",
        TokenState.REFUSED: "refuses DISCORD_TOKEN: copy it anew from the Bot page of the developer portal",
        TokenState.UNREACHABLE: "cannot be reached: check this machine's network",
    }[state]
    return Finding("discord", is_fine=state is TokenState.ACCEPTED, advice=advice)


async def _addresses(settings: Settings) -> AsyncIterator[Finding]:
    connections = Connections()
    try:
        yield await _address(connections, "fanvue login", settings.fanvue_auth_url, "check FANVUE_AUTH_URL")
        yield await _address(connections, "fanvue api", settings.fanvue_api_url, "check FANVUE_API_URL")
        live = f"{settings.public_url}/health/live"
        advice = "is the bot running, and does the proxy lead to WEB_HOST:WEB_PORT?"
        yield await _address(connections, "public address", live, advice, expected=HTTP_OK)
    finally:
        await connections.aclose()
    yield Finding("redirect URI", is_fine=True, advice=f"register exactly {settings.redirect_uri}")
    yield Finding("webhook address", is_fine=True, advice=f"register {settings.public_url}/webhooks/fanvue")


async def _address(
    connections: Connections, subject: str, address: str, advice: str, expected: int | None = None
) -> Finding:
    try:
        answer = await connections.exchange("doctor", "GET", address, headers={}, timeout_seconds=TIMEOUT_SECONDS)
    except FanvueError:
        return Finding(subject, is_fine=False, advice=f"{address} does not answer: {advice}")
    if expected is not None and answer.status != expected:
        return Finding(subject, is_fine=False, advice=f"{address} answers {answer.status}: {advice}")
    return Finding(subject, is_fine=True, advice=f"{address} answers")
