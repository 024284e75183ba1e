"""The doctor names what is wrong, and what to do."""

import asyncio
import shutil
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from bot.discordkit.client.doctor import BotState, TokenState
from bot.doctor import Finding, examine, fanvue, ground
from bot.domain.accounts import DiscordUserId
from bot.domain.health import Health
from bot.settings import load
from bot.storage.links import LinkAttempt
from sandbox.world import free_port, settings_for
from tests.rig import Rig


def values(folder: Path, **changes: Any) -> dict[str, Any]:
    nowhere = f"http://127.0.0.1:{free_port()}"
    return settings_for(folder, web_port=free_port(), metrics_port=free_port(), fanvue_origin=nowhere) | changes


async def findings(settings: dict[str, Any]) -> dict[str, Finding]:
    async def refuses(_token: str) -> BotState:
        return BotState(TokenState.REFUSED)

    return {finding.subject: finding for finding in await examine(load(**settings), refuses)}


async def test_what_does_not_answer_is_named_with_its_setting(tmp_path: Path, empty_database: Path) -> None:
    shutil.copy(empty_database, tmp_path / "fanvue.db")
    (tmp_path / "fanvue.db").chmod(0o644)
    found = await findings(values(tmp_path))
    assert "chmod 600" in found["files"].advice
    assert "DISCORD_TOKEN" in found["discord"].advice
    assert "FANVUE_AUTH_URL" in found["fanvue login"].advice
    assert "WEB_HOST:WEB_PORT" in found["bot"].advice
    assert not any(found[name].is_fine for name in ("files", "fanvue login", "fanvue api", "bot", "proxy"))


async def test_a_mistyped_setting_is_named_and_nothing_that_was_pasted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("METRIC_PORT=9465\nWEB_PORT=8080\nb2B2b2=canary\nMTIz.canary\nexport CANARY1=x\n")
    told = (await findings(values(tmp_path)))["settings"]
    assert (told.health, told.advice) == (
        Health.LOOK,
        ".env sets what is no setting: METRIC_PORT (see .env.example)",
    )


async def test_a_database_that_is_behind_is_named_with_the_command_that_mends_it(tmp_path: Path) -> None:
    found = await findings(values(tmp_path))
    assert not found["database"].is_fine
    assert "python -m bot migrate" in found["database"].advice


async def test_a_missing_key_is_named_by_its_id(tmp_path: Path, connected: Rig) -> None:
    settings = asdict(connected.app.settings)
    other = "b2" * 21 + "A="
    found = await findings(values(connected.folder, database_url=settings["database_url"], token_keys=other))
    assert not found["keys"].is_fine
    assert "lacks the key with id" in found["keys"].advice


async def test_connects_that_were_cut_off_are_counted_until_their_owners_were_told(connected: Rig) -> None:
    links, now = connected.app.stores.links, datetime.now(UTC)
    person = DiscordUserId(1)
    attempt = LinkAttempt("a", "t", person, "luna", None, frozenset(), frozenset(), now, now + timedelta(minutes=9))
    await links.open(attempt)
    await links.go_on("a", browser_hash="b", state_hash="s", sealed_verifier="v", now=now)
    await links.claim_return("s", now - timedelta(minutes=3))
    settings = values(connected.folder, database_url=connected.app.settings.database_url)
    told = (await findings(settings))["connects"]
    assert (told.health, told.advice[:9]) == (Health.LOOK, "1 cut off")
    await links.end("a", now)
    assert (await findings(settings))["connects"].health is Health.FINE


@pytest.mark.parametrize(
    "subject", ["files", "database", "keys", "fanvue login", "proxy", "webhook secret", "redirect URI", "scopes"]
)
async def test_a_healthy_world_is_called_so_while_the_bot_runs(connected: Rig, subject: str) -> None:
    running = connected.app.settings
    changed = values(
        connected.folder,
        database_url=running.database_url,
        public_url=running.public_url,
        fanvue_auth_url=running.fanvue_auth_url,
        fanvue_api_url=running.fanvue_api_url,
    )
    assert (await findings(changed))[subject].is_fine


async def test_addresses_to_register_are_said_exactly(connected: Rig) -> None:
    settings = asdict(connected.app.settings)
    other = settings | {"public_url": "https://bot.example.invalid"}
    found = await findings(other)
    assert "register exactly https://bot.example.invalid/oauth/callback" in found["redirect URI"].advice
    here = await findings(settings)
    assert f"register {settings['public_url']}/webhooks/fanvue" in here["webhook secret"].advice


@pytest.mark.parametrize(("free_mib", "health"), [(100, Health.BAD), (600, Health.LOOK), (5000, Health.FINE)])
def test_a_disk_that_fills_up_is_told_before_it_is_full(tmp_path: Path, free_mib: int, health: Health) -> None:
    assert ground.disk(tmp_path, free_mib * 1024**2).health is health


@pytest.mark.parametrize(("seconds", "health"), [(10, Health.FINE), (-60, Health.LOOK), (200, Health.BAD)])
def test_a_clock_is_measured_against_fanvues(seconds: int, health: Health) -> None:
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    told = format_datetime(now + timedelta(seconds=seconds), usegmt=True)
    assert fanvue.clock_finding(told, now).health is health


@pytest.mark.parametrize("told", [None, "", "yesterday", "Thu, 99 Foo 2026 99:99:99 GMT"])
def test_a_time_that_is_none_is_no_fault(told: str | None) -> None:
    assert fanvue.clock_finding(told, datetime(2026, 11, 24, 12, tzinfo=UTC)).health is Health.LOOK


def test_what_keeps_commands_or_messages_away_is_named_with_where_to_mend_it() -> None:
    elsewhere = BotState(TokenState.ACCEPTED, are_commands_known=True, is_endpoint_set=True, missing_intents=())
    lacking = BotState(TokenState.ACCEPTED, are_commands_known=None, missing_intents=("Message Content Intent",))
    assert any("Interactions Endpoint URL" in str(finding) for finding in elsewhere.findings())
    assert any("Message Content Intent" in str(finding) for finding in lacking.findings())


def test_looking_makes_no_database(tmp_path: Path) -> None:
    asyncio.run(findings(values(tmp_path)))
    assert list(tmp_path.iterdir()) == []
