"""``python -m bot doctor`` beside a running bot: each planted fault is named with what mends it, and no other is."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from examined import World
from fronts import answering

from sandbox.world import free_port

pytestmark = pytest.mark.asyncio(loop_scope="module")


Plant = Callable[[World], AbstractAsyncContextManager[dict[str, str]]]
FAULTS: dict[str, tuple[Plant, str, str]] = {}


def fault(subject: str, words: str) -> Callable[[Callable[[World], AsyncIterator[dict[str, str]]]], None]:
    """Something to plant; the line that has to name it, and what it has to say."""

    def note(plant: Callable[[World], AsyncIterator[dict[str, str]]]) -> None:
        FAULTS[plant.__name__] = (asynccontextmanager(plant), subject, words)

    return note


@fault("files", "chmod 600")
async def a_database_others_can_read(world: World) -> AsyncIterator[dict[str, str]]:
    world.database.chmod(0o644)
    yield {}
    world.database.chmod(0o600)


@fault("files", ".env can be read by others: chmod 600 .env")
async def an_env_file_others_can_read(world: World) -> AsyncIterator[dict[str, str]]:
    path = world.folder / ".env"
    path.write_text("# nothing\n")
    path.chmod(0o640)
    yield {}
    path.unlink()


@fault("database", "python -m bot migrate")
async def a_database_that_is_not_there(world: World) -> AsyncIterator[dict[str, str]]:
    yield {"DATABASE_URL": f"sqlite+aiosqlite:///{world.folder}/none/fanvue.db"}
    assert not (world.folder / "none").exists()


@fault("keys", "lacks the key with id")
async def a_missing_key(world: World) -> AsyncIterator[dict[str, str]]:
    yield {"TOKEN_KEYS": "b2" * 21 + "A="}


@fault("discord", "refuses DISCORD_TOKEN")
async def a_token_discord_refuses(world: World) -> AsyncIterator[dict[str, str]]:
    async with answering(status=401, text='{"message": "401: Unauthorized", "code": 0}') as address:
        yield {"DISCORD": address}


@fault("commands", "restart the bot")
async def commands_of_another_version(world: World) -> AsyncIterator[dict[str, str]]:
    commands = world.ground.discord.commands
    before = commands.listed(None)
    commands.replace_all(None, before[1:])
    yield {}
    commands.replace_all(None, before)


@fault("fanvue api", "FANVUE_API_URL")
async def an_api_that_does_not_answer(world: World) -> AsyncIterator[dict[str, str]]:
    yield {"FANVUE_API_URL": f"http://127.0.0.1:{free_port()}"}


@fault("fanvue login", "FANVUE_AUTH_URL")
async def a_login_that_does_not_answer(world: World) -> AsyncIterator[dict[str, str]]:
    yield {"FANVUE_AUTH_URL": f"http://127.0.0.1:{free_port()}"}


@fault("clock", "timedatectl")
async def a_clock_that_is_wrong(world: World) -> AsyncIterator[dict[str, str]]:
    wrong = format_datetime(datetime.now(UTC) - timedelta(minutes=4), usegmt=True)
    async with answering(status=503, headers={"Date": wrong}) as address:
        yield {"FANVUE_AUTH_URL": address}


@fault("fanvue app", "FANVUE_CLIENT_SECRET")
async def a_wrong_client_secret(world: World) -> AsyncIterator[dict[str, str]]:
    yield {"FANVUE_CLIENT_SECRET": "another"}


@fault("redirect URI", "register exactly")
async def a_redirect_uri_that_is_not_registered(world: World) -> AsyncIterator[dict[str, str]]:
    before = world.ground.fanvue.redirect_uris
    world.ground.fanvue.redirect_uris = ("https://other.example.com/oauth/callback",)
    yield {}
    world.ground.fanvue.redirect_uris = before


@fault("scopes", "replies (write:chat)")
async def a_scope_that_is_not_ticked(world: World) -> AsyncIterator[dict[str, str]]:
    before = world.ground.fanvue.app_scopes
    world.ground.fanvue.app_scopes = set(before) - {"write:chat"}
    yield {}
    world.ground.fanvue.app_scopes = before


@fault("bot", "start it")
async def a_bot_that_does_not_run_here(world: World) -> AsyncIterator[dict[str, str]]:
    yield {"WEB_PORT": str(free_port())}


@fault("public address", "make an A or AAAA record")
async def a_name_nobody_knows(world: World) -> AsyncIterator[dict[str, str]]:
    before = world.ground.fanvue.redirect_uris
    world.ground.fanvue.redirect_uris = ("https://bot.example.invalid/oauth/callback",)
    yield {"PUBLIC_URL": "https://bot.example.invalid"}
    world.ground.fanvue.redirect_uris = before


@fault("certificate", "has expired")
async def an_expired_certificate(world: World) -> AsyncIterator[dict[str, str]]:
    async with world.behind_tls(days=-1) as settings:
        yield settings


@fault("certificate", "is for another name: get one for localhost")
async def a_certificate_for_another_name(world: World) -> AsyncIterator[dict[str, str]]:
    async with world.behind_tls("other.example.com") as settings:
        yield settings


@fault("certificate", "is self-signed")
async def a_self_signed_certificate(world: World) -> AsyncIterator[dict[str, str]]:
    async with world.behind_tls(is_self_signed=True) as settings:
        yield settings


@fault("certificate", "authority nobody knows")
async def a_certificate_of_an_unknown_authority(world: World) -> AsyncIterator[dict[str, str]]:
    async with world.behind_tls() as settings:
        yield {"PUBLIC_URL": settings["PUBLIC_URL"]}


@fault("proxy", "something else answers")
async def a_proxy_that_leads_elsewhere(world: World) -> AsyncIterator[dict[str, str]]:
    before = world.ground.fanvue.redirect_uris
    async with answering(text="Welcome to nginx!") as address:
        world.ground.fanvue.redirect_uris = (f"{address}/oauth/callback",)
        yield {"PUBLIC_URL": address}
    world.ground.fanvue.redirect_uris = before


@fault("webhook secret", "number 2 of FANVUE_WEBHOOK_SECRET")
async def a_webhook_secret_the_running_bot_does_not_know(world: World) -> AsyncIterator[dict[str, str]]:
    yield {"FANVUE_WEBHOOK_SECRET": f"{world.ground.fanvue.webhook_secret},another"}


@pytest.mark.parametrize("name", FAULTS)
async def test_a_planted_fault_is_named_with_what_mends_it_and_nothing_else_is(world: World, name: str) -> None:
    plant, subject, words = FAULTS[name]
    async with plant(world) as changes:
        status, lines = await world.doctor(**changes)
    bad = {line[5:].partition(":")[0]: line for line in lines if line.startswith("BAD")}
    assert status == 1, lines
    assert list(bad) == [subject]
    assert words in bad[subject]


async def test_there_are_at_least_twelve_faults() -> None:
    assert len(FAULTS) >= 12


async def test_a_healthy_installation_behind_tls_is_called_so(world: World) -> None:
    async with world.behind_tls() as settings:
        status, lines = await world.doctor(**settings)
    assert status == 0
    assert not [line for line in lines if line.startswith("BAD")]
    assert any(line.startswith("ok   webhook secret") for line in lines)


async def test_a_doctor_whose_lines_a_full_disk_does_not_take_says_so_and_fails(world: World) -> None:
    ended = await world.run_doctor(Path("/dev/full"))
    assert (ended.returncode, ended.stderr) == (1, "Standard output: No space left on device.\n")


async def test_a_certificate_that_ends_soon_is_worth_a_look(world: World) -> None:
    async with world.behind_tls(days=5) as settings:
        status, lines = await world.doctor(**settings)
    assert status == 0
    assert any(line.startswith("look certificate") for line in lines)


async def test_the_test_delivery_leaves_nothing_behind(world: World) -> None:
    status, _ = await world.doctor()
    assert status == 0
    scraped = await world.metrics()
    assert 'fanvue_webhooks_total{outcome="tested"}' in scraped
    assert 'fanvue_events_waiting{state="unrouted"} 0.0' in scraped


async def test_wrong_settings_end_with_78_and_a_sentence_before_anything_is_asked(world: World) -> None:
    status, lines = await world.doctor(PUBLIC_URL="http://bot.example.com")
    assert status == 78
    assert lines == ["PUBLIC_URL must use https (plain http is for loopback addresses only)."]
